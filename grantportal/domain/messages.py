"""Meddelanden i ärendet: what the party and the authority write to each other. Written once, never changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from grantportal.domain.errors import RuleViolation

LONGEST = 10_000
"""Signs in one message."""

BEFORE_HAND_IN = (
    "Ärendet har inget diarienummer än. Meddelanden går att skriva när ansökan är inskickad. Vänd dig till myndigheten på "
    "sidan Hjälp och kontakt om du har en fråga innan dess."
)
CLOSED = "Ärendet är avslutat, så det går inte att skriva fler meddelanden i det. Vänd dig till myndigheten på sidan Hjälp och kontakt."


@dataclass(frozen=True)
class WriteMessage:
    """Skriv meddelande: the text, the newest message that the page showed, and why a personnummer stands in the text."""

    text: str
    seen: int = 0
    number_reason: str = ""


@dataclass(frozen=True)
class Own:
    """A message that the writer has sent before."""

    id: int
    text: str
    sent_at: datetime
    is_newest: bool = False
    """Whether nobody has written in the case since."""


class AlreadySent(Exception):
    """The same message from the same page, once more: a double click or the back button. Nothing is sent."""

    def __init__(self, sent_at: datetime) -> None:
        super().__init__("sent before")
        self.sent_at = sent_at


def whats_stopping(registration_number: str | None, closed_at: datetime | None) -> str:
    """Why nobody may write in the case, as a sentence for the reader; empty when they may."""
    if not registration_number:
        return BEFORE_HAND_IN
    return CLOSED if closed_at is not None else ""


def ensure_may_write(registration_number: str | None, closed_at: datetime | None) -> None:
    """Before the diarienummer the case is the organisation's own; a closed case is not written in. Raises RuleViolation."""
    stopping = whats_stopping(registration_number, closed_at)
    if stopping:
        raise RuleViolation(stopping)


def ensure_not_sent(command: WriteMessage, own: Iterable[Own]) -> None:
    """A page that showed messages up to `seen` sends each text once: one of `own` that is newer and says the same was that.

    The same words may be sent again from a page that has shown the first, once somebody has written in between: a browser
    that goes back may fetch the page anew, and nobody means to say the same twice in a row. Raises AlreadySent.
    """
    for before in own:
        if (before.is_newest or before.id > command.seen) and before.text == command.text:
            raise AlreadySent(before.sent_at)
