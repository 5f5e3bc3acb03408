"""Bankgiro: asked for by an ombud, verified another way by an ekonom, approved by a second."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from grantportal.domain.errors import RuleViolation
from grantportal.domain.money import number as in_digits
from grantportal.domain.reasons import ensure_says_something
from grantportal.domain.texts import few


class GiroCheck(StrEnum):
    """Another way than the number came, to know that it is the organisation's."""

    HOLDER_SEARCH = "holder_search"
    CALLED = "called"
    LETTER = "letter"
    OTHER = "other"


CHECK_TEXTS = {
    GiroCheck.HOLDER_SEARCH: "Sökte numret i Bankgirots förteckning över innehavare",
    GiroCheck.CALLED: "Ringde ett nummer som vi redan hade, inte ett som kom med bankgirot",
    GiroCheck.LETTER: "Fick det skriftligt från organisationens ekonomi, till en adress som vi redan hade",
    GiroCheck.OTHER: "På annat sätt",
}


@dataclass(frozen=True)
class AskForGiro:
    """A bankgiro number that passes its check digit, and whose it is."""

    organisation_id: int
    number: str


@dataclass(frozen=True)
class VerifyGiro:
    """Which other way than it came the number was checked, what was done and what it showed.

    `shared_reason` is why it is right although another organisation has it too (empty: none has).
    """

    way: GiroCheck
    how: str
    shared_reason: str = ""
    number_reason: str = ""


@dataclass(frozen=True)
class ApproveGiro:
    """The second person's yes; `shared_reason` where another organisation got the number after it was checked."""

    shared_reason: str = ""


@dataclass(frozen=True)
class RefuseGiro:
    """Why money is not to be paid to a giro."""

    reason: str


NEW_DAYS = 30
"""So long a giro is said to be new, to whoever registers and attests."""


def is_new(valid_from: date, today: date) -> bool:
    """Whether a giro came in force within the last 30 days, day 30 included."""
    return (today - valid_from).days <= NEW_DAYS


def ensure_checked(how: str) -> None:
    """It is said what was done and what it showed; «ok» says neither. Raises RuleViolation on `how`."""
    ensure_says_something(how, field="how", what="hur du kontrollerade numret")


def ensure_shared_is_explained(others: Sequence[str], reason: str) -> None:
    """A number that other organisations have too, by name, needs a reason. Raises RuleViolation on `shared_reason`."""
    if not others:
        return
    if not reason:
        raise RuleViolation(
            f"Samma bankgiro har {few(others)}. Kontrollera vems det är. Stämmer det, skriv skälet till att de delar det.",
            field="shared_reason",
        )
    ensure_says_something(reason, field="shared_reason")


def ensure_waits(*, approved: bool, ended: bool) -> None:
    """What has been approved is changed by asking for another; what has ended waits for nothing. Raises RuleViolation."""
    if approved:
        raise RuleViolation("Bankgirot är redan godkänt. Ett annat gäller först när det har begärts och godkänts.")
    if ended:
        raise RuleViolation("Bankgirot är redan underkänt eller återtaget. Inget är ändrat.")


def attestations_ended(count: int) -> str:
    """« Attesten av 3 utbetalningar gäller inte längre. …», said to whoever approved a giro; empty where none was attested."""
    if not count:
        return ""
    what = "1 utbetalning" if count == 1 else f"{in_digits(count)} utbetalningar"
    return f" Attesten av {what} gäller inte längre: någon ska attestera igen."


def ensure_another_approves(*, verified_by: int | None, approved_by: int | None) -> None:
    """The one who verified a giro never approves it. Raises RuleViolation."""
    if verified_by is None:
        raise RuleViolation("Bankgirot är inte kontrollerat än.")
    if verified_by == approved_by:
        raise RuleViolation("Du kontrollerade bankgirot. Någon annan ska godkänna det.")
