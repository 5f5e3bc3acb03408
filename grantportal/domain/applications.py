"""Ansökan: one organisation's application in one call."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from grantportal.domain import answers, clock
from grantportal.domain.answers import Draft, Missing, Surroundings
from grantportal.domain.calls import CallKind, CallStatus, ensure_still_takes
from grantportal.domain.errors import RuleViolation, RuleViolations
from grantportal.domain.forms import FormDefinition, Question, Section
from grantportal.domain.labels import Label
from grantportal.domain.lifecycle import Lifecycle
from grantportal.domain.opened import Opened
from grantportal.domain.organisations import OrganisationKind


class ApplicationStatus(StrEnum):
    """What is stored. Late, communicated and under review are derived."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    WITHDRAWN = "withdrawn"
    CONCLUDED = "concluded"


class ApplicationAction(StrEnum):
    """What may be done with an application."""

    EDIT = "edit"
    SUBMIT = "submit"
    REQUEST_SUPPLEMENT = "request_supplement"
    ANSWER_SUPPLEMENT = "answer_supplement"
    CLOSE_SUPPLEMENT = "close_supplement"
    WITHDRAW = "withdraw"
    PROPOSE = "propose"
    COMMUNICATE = "communicate"
    CONCLUDE = "conclude"


_S, _A = ApplicationStatus, ApplicationAction

APPLICATION: Lifecycle[ApplicationStatus, ApplicationAction] = Lifecycle(
    {
        (_S.DRAFT, _A.EDIT): _S.DRAFT,
        (_S.DRAFT, _A.SUBMIT): _S.SUBMITTED,
        (_S.SUBMITTED, _A.REQUEST_SUPPLEMENT): _S.SUPPLEMENT_REQUESTED,
        (_S.SUPPLEMENT_REQUESTED, _A.EDIT): _S.SUPPLEMENT_REQUESTED,
        (_S.SUPPLEMENT_REQUESTED, _A.ANSWER_SUPPLEMENT): _S.SUBMITTED,
        (_S.SUPPLEMENT_REQUESTED, _A.CLOSE_SUPPLEMENT): _S.SUBMITTED,  # unanswered: assessed as it stands
        (_S.SUBMITTED, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.SUPPLEMENT_REQUESTED, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.SUBMITTED, _A.COMMUNICATE): _S.SUBMITTED,
        (_S.SUBMITTED, _A.PROPOSE): _S.SUBMITTED,
        (_S.WITHDRAWN, _A.PROPOSE): _S.WITHDRAWN,
        (_S.SUBMITTED, _A.CONCLUDE): _S.CONCLUDED,
        (_S.WITHDRAWN, _A.CONCLUDE): _S.CONCLUDED,
    },
    refusal="Ansökan är inte i det läget längre. Ladda om sidan och se vad som gäller nu.",
)


def told_status(status: ApplicationStatus, *, is_withdrawn: bool, is_sent: bool) -> ApplicationStatus:
    """What the party is told and may do until its decision has been sent: as if nothing were decided.

    `is_withdrawn`: whether the party has withdrawn the application, before the decision or since.
    """
    if status is not _S.CONCLUDED or is_sent:
        return status
    return _S.WITHDRAWN if is_withdrawn else _S.SUBMITTED


@dataclass(frozen=True)
class LastHandIn:
    """What the party handed in last, the application or a komplettering: who did it, and when."""

    what: str
    by: str
    at: datetime


UNSAVED = "Det du skrev här är inte sparat. Kopiera texten om du vill ha den kvar."
_HAPPENED = {
    _S.SUBMITTED: "Kompletteringen är avslutad.",
    _S.WITHDRAWN: "Ansökan är återkallad.",
    _S.CONCLUDED: "Ärendet är avgjort.",
}


def locked_since(status: ApplicationStatus, last: LastHandIn | None, follows: str) -> RuleViolation:
    """What has happened since the page was opened, to whoever writes where nothing is to be written any more."""
    happened = _HAPPENED[status]
    if status is _S.SUBMITTED and last is not None:
        happened = f"{last.by} skickade in {last.what} den {clock.day_time_text(last.at)}."
    return RuleViolation(f"{happened} Svaren går inte att ändra längre. {follows}")


# --- Who may apply, and when ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StartApplication:
    """Påbörja ansökan: which organisation, and which verksamhet inside it (empty: the organisation itself)."""

    organisation_id: int
    applicant_unit: str = ""


def ensure_may_apply(kind: OrganisationKind, call_kind: CallKind, *, is_grantee: bool) -> None:
    """Regions may apply; an extra call is only for those that have been granted money of its year.

    Raises RuleViolation with the reason.
    """
    if kind is not OrganisationKind.REGION:
        raise RuleViolation("Bara regioner kan söka i den här utlysningen.")
    if call_kind is CallKind.EXTRA and not is_grantee:
        raise RuleViolation("Bara de som redan har fått bidrag för året kan söka i den extra utlysningen.")


def ensure_call_has_opened(status: CallStatus, opens_at: datetime, now: datetime) -> None:
    """Nobody begins before the call opens. After its last day an application is still received, and marked as late."""
    ensure_still_takes(status)
    if status is CallStatus.DRAFT or now < opens_at:
        raise RuleViolation(f"Utlysningen har inte öppnat än. Ni kan ansöka från och med {clock.day_text(opens_at)}.")


def is_late(received: datetime | None, last_day: date) -> bool:
    """Inkom efter sista dagen: derived, and left to a person."""
    return received is not None and received >= clock.end_of(last_day)


# --- What the screen calls it --------------------------------------------------------------------------------------


class Audience(StrEnum):
    """Whose words: the party's own, or the authority's."""

    PARTY = "party"
    AUTHORITY = "authority"


CALL_WITHDRAWN = "Utlysningen är återtagen"
DRAFT_STAYS = "Det ni har skrivit finns kvar att läsa, men kan inte skickas in."
NOT_TRIED = "Ansökan prövas inte. Ärendet avslutas genom beslut om avskrivning."


def withdrawn_text(title: str, reason: str, *, is_draft: bool, was_to_answer: bool) -> str:
    """What a party is told when the call that it has applied in is withdrawn; `was_to_answer`: a komplettering was asked for."""
    if is_draft:
        becomes = [DRAFT_STAYS]
    else:
        becomes = ["Er ansökan prövas inte. Ni får ett beslut om avskrivning."]
        becomes += ["Ni behöver inte svara på vår begäran om komplettering."] if was_to_answer else []
    return f"«{title}» är återtagen. {' '.join(becomes)} Skäl: {reason}"


@dataclass(frozen=True)
class ApplicationFacts:
    """What decides what an application is called."""

    status: ApplicationStatus
    last_day: date
    submitted_at: datetime | None = None
    registration_number: str = ""
    supplement_last_day: date | None = None
    """Last day of the open request for komplettering."""
    views_last_day: date | None = None
    """Last day to say what one thinks of material that has been sent, while it has not been answered."""
    is_call_withdrawn: bool = False


def label(facts: ApplicationFacts, now: datetime, audience: Audience = Audience.PARTY) -> Label:
    """One state, in the reader's own words."""
    theirs = audience is Audience.PARTY
    match facts.status:
        case ApplicationStatus.DRAFT if facts.is_call_withdrawn:
            return Label("lock", "dash", CALL_WITHDRAWN, DRAFT_STAYS)
        case ApplicationStatus.DRAFT:
            return Label("info", "half", "Påbörjad", "Bara ni ser det ni skrivit tills ni skickar in.")
        case ApplicationStatus.WITHDRAWN:
            if theirs:
                # A decision may be made already, which the party is not told of before it is sent: no outcome is promised.
                return Label("lock", "dash", "Återkallad av er", "Myndigheten avslutar ärendet genom ett beslut.")
            return Label("lock", "dash", "Återkallad", "Ärendet avslutas genom beslut om avskrivning.")
        case ApplicationStatus.CONCLUDED:
            return Label("lock", "lock", "Beslutad", "Beslutet finns i ärendet.")
        case _ if facts.is_call_withdrawn:
            return Label("lock", "dash", CALL_WITHDRAWN, NOT_TRIED)
        case ApplicationStatus.SUPPLEMENT_REQUESTED if facts.supplement_last_day:
            day = facts.supplement_last_day
            if now >= clock.end_of(day):
                left = clock.days_left_text(day, clock.stockholm(now).date())
                sentence = f"Svaret skulle ha kommit senast {clock.day_text(day)}: {left}."
                return Label("bad", "warn", "Komplettering försenad", sentence)
            if theirs:
                sentence = f"Svara i de öppna delarna senast {clock.day_text(day)}."
                return Label("wait", "arrow", "Ni behöver komplettera", sentence)
            return Label("wait", "clock", "Väntar på komplettering", f"Svar senast {clock.day_text(day)}.")
    if theirs and facts.views_last_day and now < clock.end_of(facts.views_last_day):
        sentence = f"Läs underlaget och svara senast {clock.day_text(facts.views_last_day)}."
        return Label("wait", "arrow", "Ni kan lämna synpunkter", sentence)
    if is_late(facts.submitted_at, facts.last_day):
        return Label("bad", "warn", "Inkom efter sista dagen", "Vi bedömer om ansökan kan prövas.")
    received = clock.day_time_text(facts.submitted_at) if facts.submitted_at else ""
    sentence = f"Vi tog emot ansökan {received}. Diarienummer {facts.registration_number}." if theirs else ""
    return Label("info", "clock", "Inskickad", sentence)


# --- The task list -------------------------------------------------------------------------------------------------


class TaskState(StrEnum):
    """The states of a part."""

    CANNOT = "cannot"
    NOT_BEGUN = "not_begun"
    BEGUN = "begun"
    DONE = "done"
    CHANGE = "change"
    NOT_NEEDED = "not_needed"


TASK_LABELS = {
    TaskState.CANNOT: Label("", "dots", "Kan inte börja än"),
    TaskState.NOT_BEGUN: Label("empty", "empty", "Inte påbörjad"),
    TaskState.BEGUN: Label("info", "half", "Påbörjad"),
    TaskState.DONE: Label("ok", "check", "Klar"),
    TaskState.CHANGE: Label("bad", "warn", "Behöver ändras"),
    TaskState.NOT_NEEDED: Label("empty", "dash", "Behövs inte"),
}


def section_state(section: Section, texts: Mapping[str, str], around: Surroundings) -> TaskState:
    """How far a section of a draft, with the questions that are asked in it, has come."""
    if not section.questions:
        return TaskState.NOT_NEEDED
    wrong = answers.violations(section.questions, texts, around)
    if any(not isinstance(each, Missing) for each in wrong):
        return TaskState.CHANGE
    if not answers.is_begun(section, texts):
        return TaskState.NOT_BEGUN
    return TaskState.BEGUN if wrong else TaskState.DONE


def part_state(wrong: Collection[RuleViolation], *, must_change: bool) -> TaskState:
    """How far a part has come that a komplettering has opened: it is done when it has been changed and nothing is wrong in it."""
    if must_change or any(not isinstance(each, Missing) for each in wrong):
        return TaskState.CHANGE
    return TaskState.BEGUN if wrong else TaskState.DONE


def ensure_complete(
    definition: FormDefinition, texts: Mapping[str, str], around: Surroundings, *, opened: Opened
) -> None:
    """Nothing is handed in with a question unanswered. Raises RuleViolations, each beside its field."""
    wrong = [each for _, each in problems(definition, texts, around, opened=opened)]
    if wrong:
        raise RuleViolations(wrong)


def unexplained_numbers(
    definition: FormDefinition, draft: Draft, *, opened: Opened
) -> list[tuple[Section, RuleViolation]]:
    """The answers that can be written in where a personnummer stands and nobody has said why.

    What is hidden by other answers is not handed in, and needs no reason.
    """
    return [
        (section, RuleViolation(f"Ta bort personnumret, eller skriv varför det behövs: {question.label}", field=key))
        for section in definition.asked(answers.texts_of(draft)).sections
        for question in section.questions
        for key in answers.keys_of(question, draft)
        if opened.takes(question, key)
        and answers.personal_number_warning(question, draft[key].text, draft[key], draft[key].reason)
    ]


def ensure_numbers_explained(definition: FormDefinition, draft: Draft, *, opened: Opened) -> None:
    """Nothing is handed in with a personnummer that nobody has given a reason for. Raises RuleViolations."""
    wrong = [each for _, each in unexplained_numbers(definition, draft, opened=opened)]
    if wrong:
        raise RuleViolations(wrong)


def problems(
    definition: FormDefinition, texts: Mapping[str, str], around: Surroundings, *, opened: Opened
) -> list[tuple[Section, RuleViolation]]:
    """Everything that has to be put right in what can be written in, with the section that it is in; nothing that is hidden.

    What is locked cannot be put right: it is left as it was handed in. The sum of a budget is nobody's row.
    """
    return [
        (section, wrong)
        for section in definition.asked(texts).sections
        for question in section.questions
        if opened.asks(question)
        for wrong in answers.violations([question], texts, around)
        if wrong.field == question.field or opened.takes(question, wrong.field or "")
    ]


def opened_now(definition: FormDefinition, status: ApplicationStatus, supplement_parts: Collection[str]) -> Opened:
    """What can be written in: all of a draft, what a komplettering has opened, else nothing."""
    if status is ApplicationStatus.DRAFT:
        return Opened.whole(definition)
    if status is ApplicationStatus.SUPPLEMENT_REQUESTED:
        return Opened.of(definition, supplement_parts)
    return Opened()


LOCKED = "Svaret är låst. Det ni skrev är inte sparat."
"""Beside an answer that could be written in when its page was made."""


def ensure_open(section: Section, opened: Opened) -> None:
    """What is handed in stays as it is, but for what a komplettering has opened."""
    if not opened.opens(section):
        raise RuleViolation("Avsnittet är låst. Det ni skrev är inte sparat.")


def ensure_question_open(question: Question, opened: Opened) -> None:
    """The same for one question."""
    if not opened.asks(question):
        raise RuleViolation("Frågan är låst. Inget är ändrat.")
