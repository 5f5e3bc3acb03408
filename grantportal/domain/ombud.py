"""Ombudsansökan: an organisation asks that a person may act for it, and the authority decides."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from grantportal.domain.clock import day_text
from grantportal.domain.errors import RuleViolation
from grantportal.domain.labels import Label
from grantportal.domain.lifecycle import Lifecycle

LARGEST_PDF = 10 * 1024 * 1024


class OmbudBasis(StrEnum):
    """What the person's right to act for the organisation rests on."""

    DELEGATION = "delegation"
    FULLMAKT = "power_of_attorney"


BASIS_TEXTS = {
    OmbudBasis.DELEGATION: "Delegation för hela organisationen",
    OmbudBasis.FULLMAKT: "Fullmakt",
}


class OmbudApplicationStatus(StrEnum):
    """Where an ombudsansökan is."""

    RECEIVED = "received"
    ASKED = "asked"
    APPROVED = "approved"
    CLOSED = "closed"


class OmbudApplicationAction(StrEnum):
    """What may be done with it."""

    APPROVE = "approve"
    ASK = "ask"
    SUPPLEMENT = "supplement"
    CLOSE = "close"


_S, _A = OmbudApplicationStatus, OmbudApplicationAction

OMBUD_APPLICATION: Lifecycle[OmbudApplicationStatus, OmbudApplicationAction] = Lifecycle(
    {
        (_S.RECEIVED, _A.APPROVE): _S.APPROVED,
        (_S.RECEIVED, _A.ASK): _S.ASKED,
        (_S.RECEIVED, _A.CLOSE): _S.CLOSED,
        (_S.ASKED, _A.SUPPLEMENT): _S.RECEIVED,
        (_S.ASKED, _A.CLOSE): _S.CLOSED,
    },
    refusal="Ansökan är redan avgjord eller väntar på komplettering.",
)

_LABELS = {
    _S.RECEIVED: Label("info", "half", "Under handläggning"),
    _S.ASKED: Label("wait", "arrow", "Väntar på komplettering"),
    _S.APPROVED: Label("ok", "check", "Godkänd"),
    _S.CLOSED: Label("empty", "cross", "Avslutad"),
}


def label(status: OmbudApplicationStatus) -> Label:
    """How the pages mark it."""
    return _LABELS[status]


@dataclass(frozen=True)
class Attached:
    """A PDF that came with a form."""

    content: bytes


@dataclass(frozen=True)
class ApplyForOmbud:
    """Ansökan om ombud: who, for which organisation, from when, and on what ground."""

    organisation_id: int
    grant_id: int
    name: str
    email: str
    title: str
    basis: OmbudBasis
    valid_from: date
    valid_to: date | None = None
    attached: Attached | None = None


@dataclass(frozen=True)
class SupplementOmbud:
    """The answer to what the authority asked for."""

    text: str
    attached: Attached | None = None
    number_reason: str = ""


@dataclass(frozen=True)
class Said:
    """What an officer writes: what is missing, or why the case is closed."""

    text: str
    number_reason: str = ""


def ensure_pdf(attached: Attached) -> None:
    """Only a PDF is received, and not a very large one. Raises RuleViolation on `file`."""
    if len(attached.content) > LARGEST_PDF:
        raise RuleViolation("Filen är för stor. Den får vara högst 10 MB.", field="file")
    if b"%PDF-" not in attached.content[:16]:  # some programs write a mark or a line break before it
        raise RuleViolation("Filen är ingen PDF. Spara den som PDF och välj den igen.", field="file")


def ensure_grounded(basis: OmbudBasis, attached: Attached | None) -> None:
    """A fullmakt is shown; a delegation stands in the organisation's own decision. Raises RuleViolation on `file`."""
    if basis is OmbudBasis.FULLMAKT and attached is None:
        raise RuleViolation("Bifoga fullmakten som PDF.", field="file")


def ensure_room(active: int, most: int, organisation: str) -> None:
    """Not more ombud at a time than the setting says. `active` are those that hold or will, without the one that leaves."""
    if active >= most:
        raise RuleViolation(
            f"{organisation} har redan {active} ombud, och högst {most} kan finnas samtidigt. "
            "Ett av dem behöver avsluta sitt uppdrag, eller lämna över det till den nya."
        )


def ensure_handed_over_once(waiting: tuple[int, str] | None) -> None:
    """A mandate is handed over to one person: the id and number of what waits already. Raises RuleViolation."""
    if waiting is not None:
        raise RuleViolation(
            f"Du har redan ansökt om att lämna över uppdraget. Ansökan har diarienummer {waiting[1]} och är inte avgjord. "
            "Kontakta myndigheten om någon annan ska ta över."
        )


def ensure_last_day(valid_to: date | None, today: date) -> None:
    """Nobody asks for what has already ended. Raises RuleViolation on `valid_to`."""
    if _is_over(valid_to, today):
        raise RuleViolation(
            "Sista dagen har redan passerat. Skriv en senare dag, eller lämna tomt om uppdraget gäller tills vidare.",
            field="valid_to",
        )


def ensure_not_over(valid_to: date | None, today: date) -> None:
    """A mandate that has ended gives nobody anything: what the officer is told."""
    if _is_over(valid_to, today):
        raise RuleViolation("Sista dagen i ansökan har passerat. Begär komplettering eller avsluta ärendet.")


def _is_over(valid_to: date | None, today: date) -> bool:
    return valid_to is not None and valid_to < today


def decision_text(*, name: str, organisation: str, valid_from: date, valid_to: date | None, basis: OmbudBasis) -> str:
    """The decision in words, as it is kept among the case's handlingar."""
    until = f"till och med den {day_text(valid_to)}" if valid_to else "tills vidare"
    return (
        f"{name} godkänns som ombud för {organisation} från och med den {day_text(valid_from)} {until}. "
        f"Grund: {BASIS_TEXTS[basis].lower()}."
    )
