"""What people may type: one module per step; `form.command()` gives a frozen dataclass."""
