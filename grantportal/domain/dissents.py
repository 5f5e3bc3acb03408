"""Avvikande mening: whoever takes part in the final handling without deciding can have it noted (30 § förvaltningslagen)."""

from collections.abc import Collection
from dataclasses import dataclass

from grantportal.domain.decisions import DecisionStatus
from grantportal.domain.errors import RuleViolation


@dataclass(frozen=True)
class NoteDissent:
    """What somebody holds against the decision, in the own words."""

    text: str
    number_reason: str = ""


_OPEN = frozenset({DecisionStatus.PROPOSED, DecisionStatus.MADE})


def took_part(name: str, named: Collection[str]) -> bool:
    """Whether the person is among those whom the decision names: its föredragande, and who took part without deciding."""
    return name.casefold().strip() in {each.casefold().strip() for each in named}


def is_open(status: DecisionStatus, *, is_sent: bool) -> bool:
    """Whether a dissent can be noted: from when the proposal is handed over until the decision is sent."""
    return status in _OPEN and not is_sent


def ensure_may_dissent(status: DecisionStatus, *, is_sent: bool, took_part: bool) -> None:
    """A dissent is noted from when the proposal is handed over until the decision is sent, by somebody who took part.

    Raises RuleViolation on `text`.
    """
    if is_sent:
        raise RuleViolation("Beslutet är skickat. Avvikande mening kan inte längre antecknas.", field="text")
    if not is_open(status, is_sent=is_sent):
        raise RuleViolation("Förslaget är inte lämnat till beslut. Vänta tills det är det.", field="text")
    if not took_part:
        raise RuleViolation(
            "Bara den som är föredragande eller står under Deltog utan att besluta kan anteckna en avvikande mening. "
            "Be föredraganden att skriva in dig där innan beslutet fattas.",
            field="text",
        )


def ensure_written(text: str) -> None:
    """Raises RuleViolation on `text` when nothing is written."""
    if not text.strip():
        raise RuleViolation("Skriv vad din avvikande mening är.", field="text")
