"""How long rows are kept that have served, and that only pile up."""

from dataclasses import dataclass


@dataclass(frozen=True)
class KeptDays:
    """How many days they are kept after they have served; 0 keeps them for ever."""

    sessions: int
    """From the moment that a session or a one-time link can last be used."""
    attempts: int
    outbox: int
    notices: int
    """From the moment that they are read; unread ones are kept."""
