"""Rows of dataclasses in, bytes out."""
