"""Tables, constraints and relationships; no rules."""
