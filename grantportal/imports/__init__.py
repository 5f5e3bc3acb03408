"""Bytes in; rows and errors out."""
