"""HTTP only: load, run, redirect or render."""
