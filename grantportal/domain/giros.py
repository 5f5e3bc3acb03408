"""Bankgiro: asked for by an ombud, verified another way by an ekonom, approved by a second."""

from dataclasses import dataclass
from enum import StrEnum

from grantportal.domain.errors import RuleViolation


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
    """How the number was checked another way than it came."""

    how: str
    number_reason: str = ""


@dataclass(frozen=True)
class RefuseGiro:
    """Why money is not to be paid to a giro."""

    reason: str


def ensure_waits(*, approved: bool, ended: bool) -> None:
    """What has been approved is changed by asking for another; what has ended waits for nothing. Raises RuleViolation."""
    if approved:
        raise RuleViolation("Bankgirot är redan godkänt. Ett annat gäller först när det har begärts och godkänts.")
    if ended:
        raise RuleViolation("Bankgirot är redan underkänt eller återtaget. Inget är ändrat.")


def ensure_another_approves(*, verified_by: int | None, approved_by: int | None) -> None:
    """The one who verified a giro never approves it. Raises RuleViolation."""
    if verified_by is None:
        raise RuleViolation("Bankgirot är inte kontrollerat än.")
    if verified_by == approved_by:
        raise RuleViolation("Du kontrollerade bankgirot. Någon annan ska godkänna det.")
