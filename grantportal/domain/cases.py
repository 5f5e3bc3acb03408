"""Ärende: what a dnr names. An application's case lives on through decision, payment and report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from grantportal.domain.clock import day_text
from grantportal.domain.errors import RuleViolation
from grantportal.domain.labels import Label


class CaseKind(StrEnum):
    """Each kind is a case of its own; those that follow from another have it as parent."""

    APPLICATION = "application"
    EXTRA_APPLICATION = "extra_application"
    OMBUD_APPLICATION = "ombud_application"
    RECOVERY = "recovery"
    SURVEY = "survey"
    GOVERNMENT_REPORT = "government_report"


class FrozenKind(StrEnum):
    """What a frozen version is a copy of."""

    APPLICATION = "application"
    DECISION = "decision"
    REPORT = "report"
    PAYMENT_BATCH = "payment_batch"


class RecordKind(StrEnum):
    """Kinds of handling in a case."""

    APPLICATION = "application"
    RECEIPT = "receipt"
    SUPPLEMENT_REQUEST = "supplement_request"
    SUPPLEMENT_ANSWER = "supplement_answer"
    SUPPLEMENT_CLOSED = "supplement_closed"
    MORE_TIME_ASKED = "more_time_asked"
    MORE_TIME_GIVEN = "more_time_given"
    WITHDRAWAL = "withdrawal"
    CALL_WITHDRAWN = "call_withdrawn"
    FILE_NOTE = "file_note"
    MESSAGE = "message"
    COMMUNICATION = "communication"
    REPLY = "reply"
    DECISION = "decision"
    DISSENT = "dissent"
    DISPATCH = "dispatch"
    REPORT = "report"
    REVIEW = "review"
    REPORT_APPROVAL = "report_approval"
    OMBUD_APPLICATION = "ombud_application"
    OMBUD_DECISION = "ombud_decision"
    ATTACHMENT = "attachment"


class Direction(StrEnum):
    """Whether a handling came in, went out or was made here."""

    IN = "in"
    OUT = "out"
    INTERNAL = "internal"


RECORD_TEXTS = {
    RecordKind.APPLICATION: "Ansökan",
    RecordKind.RECEIPT: "Kvitto",
    RecordKind.SUPPLEMENT_REQUEST: "Begäran om komplettering",
    RecordKind.SUPPLEMENT_ANSWER: "Svar på komplettering",
    RecordKind.SUPPLEMENT_CLOSED: "Komplettering stängd utan svar",
    RecordKind.MORE_TIME_ASKED: "Begäran om längre tid",
    RecordKind.MORE_TIME_GIVEN: "Längre tid att komplettera",
    RecordKind.WITHDRAWAL: "Återkallelse",
    RecordKind.CALL_WITHDRAWN: "Utlysningen är återtagen",
    RecordKind.FILE_NOTE: "Tjänsteanteckning",
    RecordKind.MESSAGE: "Meddelande",
    RecordKind.COMMUNICATION: "Underlag till parten",
    RecordKind.REPLY: "Synpunkter från parten",
    RecordKind.DECISION: "Beslut",
    RecordKind.DISSENT: "Avvikande mening",
    RecordKind.DISPATCH: "Expediering",
    RecordKind.REPORT: "Återrapportering",
    RecordKind.REVIEW: "Granskning",
    RecordKind.REPORT_APPROVAL: "Besked om återrapportering",
    RecordKind.OMBUD_APPLICATION: "Ansökan om ombud",
    RecordKind.OMBUD_DECISION: "Beslut om ombud",
    RecordKind.ATTACHMENT: "Bilaga",
}
RECORDS_FOR_THE_PARTY = frozenset(
    {
        RecordKind.APPLICATION,
        RecordKind.RECEIPT,
        RecordKind.SUPPLEMENT_REQUEST,
        RecordKind.SUPPLEMENT_ANSWER,
        RecordKind.SUPPLEMENT_CLOSED,
        RecordKind.MORE_TIME_ASKED,
        RecordKind.MORE_TIME_GIVEN,
        RecordKind.WITHDRAWAL,
        RecordKind.CALL_WITHDRAWN,
        RecordKind.MESSAGE,
        RecordKind.COMMUNICATION,
        RecordKind.REPLY,
        RecordKind.DECISION,
        RecordKind.DISSENT,
        RecordKind.DISPATCH,
        RecordKind.REPORT,
        RecordKind.REPORT_APPROVAL,
        RecordKind.OMBUD_APPLICATION,
        RecordKind.OMBUD_DECISION,
        RecordKind.ATTACHMENT,
    }
)
"""The handlingar that the portal shows their party; beslut, and the dissents from it, when it has been sent."""

RECORDS_FOR_THE_AUTHORITY_ONLY = frozenset({RecordKind.FILE_NOTE, RecordKind.REVIEW})
"""What the authority writes for itself and sends to nobody; a party that wants it asks for it.

Every kind stands in one of the two; what stands in none is shown to no party.
"""

DIRECTION_TEXTS = {Direction.IN: "In", Direction.OUT: "Ut", Direction.INTERNAL: "Upprättad"}


# --- What a list is narrowed by --------------------------------------------------------------------------------------


class CaseStage(StrEnum):
    """Läge: what a case can be at. It can be at several: one year is paid while another is reviewed. Derived, never stored."""

    DRAFT = "utkast-paborjat"
    TO_HANDLE = "att-handlagga"
    SUPPLEMENT_OUT = "komplettering-ute"
    SUPPLEMENT_LATE = "svar-forsenat"
    VIEWS_OUT = "hos-parten"
    PROPOSED = "vantar-pa-beslut"
    RETURNED = "forslag-aterlamnat"
    TO_SEND = "att-skicka"
    WITHDRAWN = "ansokan-aterkallad"
    REPORT_LATE = "rapport-forsenad"
    TO_REVIEW = "att-granska"
    REPORT_OUT = "rapport-ute"
    TO_PAY = "att-betala"
    DECIDED = "beslut-fattat"
    REVIEWED = "rapport-godkand"


OFFICERS_STAGES = {
    CaseStage.TO_HANDLE: "Att handlägga",
    CaseStage.SUPPLEMENT_OUT: "Komplettering ute",
    CaseStage.SUPPLEMENT_LATE: "Svar försenat",
    CaseStage.VIEWS_OUT: "Hos parten för synpunkter",
    CaseStage.PROPOSED: "Väntar på beslut",
    CaseStage.RETURNED: "Förslag återlämnat",
    CaseStage.TO_SEND: "Beslut att skicka",
    CaseStage.WITHDRAWN: "Återkallad",
    CaseStage.REPORT_LATE: "Återrapportering försenad",
    CaseStage.TO_REVIEW: "Återrapportering att granska",
    CaseStage.REPORT_OUT: "Väntar på återrapportering",
    CaseStage.TO_PAY: "Utbetalning återstår",
    CaseStage.DECIDED: "Beslutad",
    CaseStage.REVIEWED: "Återrapportering godkänd",
}
"""In the officer's words, in the order in which they press."""
PARTYS_STAGES = {
    CaseStage.DRAFT: "Påbörjad",
    CaseStage.SUPPLEMENT_OUT: "Ni behöver komplettera",
    CaseStage.SUPPLEMENT_LATE: "Komplettering försenad",
    CaseStage.VIEWS_OUT: "Ni kan lämna synpunkter",
    CaseStage.TO_HANDLE: "Under handläggning",
    CaseStage.WITHDRAWN: "Återkallad av er",
    CaseStage.REPORT_LATE: "Återrapportering försenad",
    CaseStage.REPORT_OUT: "Att återrapportera",
    CaseStage.TO_REVIEW: "Återrapportering inskickad",
    CaseStage.TO_PAY: "Utbetalning återstår",
    CaseStage.DECIDED: "Beslutad",
    CaseStage.REVIEWED: "Återrapportering godkänd",
}
"""In the party's own: what the authority does within itself is not among them."""


# --- What the screen calls it --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class YearState:
    """A payment or a report of one grant year."""

    year: int
    label: Label
    is_done: bool
    has_begun: bool = True


@dataclass(frozen=True)
class CaseState:
    """Where a case is: one label, and what in the case it is about."""

    label: Label
    about: str


def state(
    application: Label,
    decision: Label | None,
    *,
    is_granted: bool,
    payments: Sequence[YearState] = (),
    reports: Sequence[YearState] = (),
    taken_back: str = "",
) -> CaseState:
    """The one thing that the case is at now: what is to be reported goes before what is to be paid.

    `taken_back` says that the party withdrew its application after the decision: it is said whatever the case is at.
    """
    found = _state(application, decision, is_granted=is_granted, payments=payments, reports=reports)
    if not taken_back:
        return found
    sentence = " ".join(each for each in (taken_back, found.label.sentence) if each)
    return CaseState(found.label._replace(sentence=sentence), f"{found.about}, återkallad ansökan")


def _state(
    application: Label,
    decision: Label | None,
    *,
    is_granted: bool,
    payments: Sequence[YearState],
    reports: Sequence[YearState],
) -> CaseState:
    if decision is None:
        return CaseState(application, "Ansökan")
    if not is_granted:
        return CaseState(decision, "Beslut")
    for report in reports:
        if report.has_begun and not report.is_done:
            return CaseState(report.label, f"Återrapportering {report.year}")
    for payment in payments:
        if not payment.is_done:
            return CaseState(payment.label, f"Utbetalning {payment.year}")
    if reports and all(report.is_done for report in reports):
        return CaseState(reports[-1].label, f"Återrapportering {reports[-1].year}")
    if payments:
        return CaseState(payments[-1].label, f"Utbetalning {payments[-1].year}")
    return CaseState(decision, "Beslut")


@dataclass(frozen=True)
class Progress:
    """What the steps of a case are made of. Days are None for what has not happened; texts say what is known of it."""

    submitted_on: date | None
    is_supplement_open: bool
    supplemented_on: date | None
    decided_on: date | None
    outcome_text: str
    is_granted: bool
    payments: Sequence[YearState]
    reports: Sequence[YearState]
    """Done when handed in and not to be completed."""
    reviews: Sequence[YearState]
    closed_on: date | None
    is_reported_elsewhere: bool = False
    """An extra call's money is reported in the ordinary application's case."""


Step = tuple[str, str, str]
"""(done, now, part or next; the step; what is known of it). A part is done for some years and goes on later."""


@dataclass(frozen=True)
class _Stage:
    title: str
    is_done: bool
    text: str
    is_going_on: bool = False
    has_done_years: bool = False

    def state(self, first: str | None) -> str:
        if self.is_done:
            return "done"
        if self.is_going_on or self.title == first:
            return "now"
        return "part" if self.has_done_years else "next"


def steps(progress: Progress) -> tuple[Step, ...]:
    """Ansökan, Komplettering, Beslut, Utbetalning, Återrapportering, Granskning, Avslut: what is done, now and to come.

    One year can be reported while another is paid or reviewed: then each of those steps goes on now. When no year does,
    the case stands at its first step that is not done. A komplettering that was never asked for and, after a refusal,
    what follows only from money are left out.
    """
    found = [
        _Stage(
            "Ansökan",
            progress.submitted_on is not None,
            day_text(progress.submitted_on) if progress.submitted_on else "inte inskickad",
        )
    ]
    if progress.is_supplement_open:
        found.append(_Stage("Komplettering", False, "väntar på svar"))
    elif progress.supplemented_on is not None:
        found.append(_Stage("Komplettering", True, day_text(progress.supplemented_on)))
    elif progress.decided_on is None and progress.submitted_on is None:
        found.append(_Stage("Komplettering", False, "om något saknas"))
    if progress.decided_on is None:
        found.append(_Stage("Beslut", False, ""))
    else:
        found.append(_Stage("Beslut", True, f"{day_text(progress.decided_on)}, {progress.outcome_text.lower()}"))
    if progress.decided_on is None or progress.is_granted:
        found.append(_by_years("Utbetalning", progress.payments))
    if (progress.decided_on is None or progress.is_granted) and not progress.is_reported_elsewhere:
        found += [
            _by_years("Återrapportering", progress.reports),
            _by_years("Granskning", progress.reviews, tells_what_waits=False),
        ]
    going_on = any(each.is_going_on for each in found)
    first = None if going_on else next((each.title for each in found if not each.is_done), None)
    closed = day_text(progress.closed_on) if progress.closed_on else ""
    found.append(_Stage("Avslut", progress.closed_on is not None, closed))
    return tuple((each.state(first), each.title, each.text) for each in found)


def _by_years(title: str, years: Sequence[YearState], *, tells_what_waits: bool = True) -> _Stage:
    """A step that is taken once a year. What waits is told by its label, or only as years that remain."""
    done = [each for each in years if each.is_done]
    going_on = [each for each in years if each.has_begun and not each.is_done]
    listed = " och ".join(str(each.year) for each in done)
    if len(done) == len(years):
        return _Stage(title, bool(years), listed)
    texts = [f"{listed} klart"] if done else []
    for each in years:
        if each in going_on or (tells_what_waits and not each.is_done):
            texts.append(f"{each.year}: {each.label.text[0].lower()}{each.label.text[1:]}")
        elif not each.is_done and (done or going_on):
            texts.append(f"{each.year} återstår")
    return _Stage(title, False, ", ".join(texts), bool(going_on), bool(done))


# --- Commands --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ChangeReference:
    """Ert diarienummer: the organisation's own number of the case."""

    own_reference: str


@dataclass(frozen=True)
class AssignCases:
    """Fördela ärende: who is to handle it. None where nobody was chosen."""

    handler_id: int | None


MOST_AT_ONCE = 100
"""So many cases are appointed at once: they are all locked meanwhile."""


def ensure_some_chosen(case_ids: Sequence[int]) -> None:
    """Something is to be appointed, and no more than can be looked over."""
    if not case_ids:
        raise RuleViolation("Kryssa för minst ett ärende i listan.")
    if len(case_ids) > MOST_AT_ONCE:
        raise RuleViolation(f"Fördela högst {MOST_AT_ONCE} ärenden åt gången.")


def ensure_handles(handler_id: int | None, *, holders: Sequence[int]) -> int:
    """Only somebody who is handläggare now is appointed. Raises RuleViolation on `handler`."""
    if handler_id is None:
        raise RuleViolation("Välj vem som ska handlägga.", field="handler")
    if handler_id not in holders:
        raise RuleViolation("Personen är inte handläggare längre. Välj någon annan.", field="handler")
    return handler_id


def ensure_new_handler(name: str, *, already: bool) -> None:
    """What is so already is not done again. Raises RuleViolation on `handler`."""
    if already:
        raise RuleViolation(f"{name} är redan handläggare. Välj någon annan.", field="handler")
