"""Anchors: what is signed."""

import hmac
from collections.abc import Sequence
from datetime import UTC, datetime

from grantportal.domain.forms import canonical


def signed(key: bytes, number: int, made_at: datetime, previous: str, heads: Sequence[tuple[str, int, str]]) -> str:
    """HMAC-SHA-256 with the key over an anchor: its number and time, the signature of the one before, and the heads in order."""
    content = {
        "number": number,
        "made_at": made_at.astimezone(UTC).isoformat(),
        "previous": previous,
        "heads": [list(head) for head in heads],
    }
    return hmac.digest(key, canonical(content).encode(), "sha256").hex()
