"""Takes outbox rows: mail and documents."""
