"""Bidragsportalen: grant administration and återrapportering for statsbidrag."""
