"""Komplettering: which parts are opened, why, until when."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from grantportal.domain import clock, working_days
from grantportal.domain.errors import RuleViolation, RuleViolations
from grantportal.domain.labels import Label
from grantportal.domain.lifecycle import Lifecycle


class SupplementStatus(StrEnum):
    """Overdue is derived."""

    REQUESTED = "requested"
    ANSWERED = "answered"
    CLOSED = "closed"


class SupplementAction(StrEnum):
    """What may be done with a request."""

    ANSWER = "answer"
    ASK_MORE_TIME = "ask_more_time"
    EXTEND = "extend"
    CLOSE = "close"


SUPPLEMENT: Lifecycle[SupplementStatus, SupplementAction] = Lifecycle(
    {
        (SupplementStatus.REQUESTED, SupplementAction.ANSWER): SupplementStatus.ANSWERED,
        (SupplementStatus.REQUESTED, SupplementAction.ASK_MORE_TIME): SupplementStatus.REQUESTED,
        (SupplementStatus.REQUESTED, SupplementAction.EXTEND): SupplementStatus.REQUESTED,
        (SupplementStatus.REQUESTED, SupplementAction.CLOSE): SupplementStatus.CLOSED,
    },
    refusal="Kompletteringen är redan besvarad eller stängd.",
)


@dataclass(frozen=True)
class RequestSupplement:
    """Begär komplettering: the parts that are opened, why, and the last day to answer; what is missing just there by part."""

    parts: tuple[str, ...]
    reason: str
    last_day: date
    notes: Mapping[str, str] = field(default_factory=dict)
    number_reason: str = ""
    is_injunction: bool = False
    """Whether the party is also told that the application may be dismissed if it is not completed."""

    @property
    def told(self) -> str:
        """The reason as the party reads it, with what happens if the application is not completed."""
        return f"{self.reason}\n\n{INJUNCTION}" if self.is_injunction else self.reason

    def texts(self) -> dict[str, str]:
        """What is written, by the names of its fields."""
        return {"reason": self.reason, **{f"{NOTE}{part}": note for part, note in self.notes.items()}}


INJUNCTION = (
    "Om ansökan inte kompletteras så att den går att pröva kan den komma att avvisas. Det betyder att den inte prövas."
)
"""What a föreläggande says of its consequence (20 § FL)."""
UNANSWERED = "Utan svar bedöms det som redan är inskickat."
"""The consequence of every other request."""
NOTE = "note_"
"""Before a part's key: the field of what is said of it."""
FARTHEST = timedelta(days=366)
"""A last day farther away is a slip of the pen."""


def ensure_request_holds(command: RequestSupplement, *, known: Collection[str], today: date) -> None:
    """A request says what is opened, why and by when; its last day is one that comes, so that there is time to answer.

    Raises RuleViolation beside the field.
    """
    wrong: list[RuleViolation] = []
    if not command.parts or not set(command.parts) <= set(known):
        wrong.append(RuleViolation("Välj minst en del som ska kompletteras.", field="parts"))
    wrong += [
        RuleViolation("Kryssa i delen också, eller ta bort texten.", field=f"{NOTE}{part}")
        for part, note in command.notes.items()
        if note and part not in command.parts
    ]
    if not command.reason:
        wrong.append(RuleViolation("Skriv vad som ska kompletteras och varför.", field="reason"))
    if command.last_day <= today:
        wrong.append(RuleViolation("Välj en sista dag som kommer, tidigast i morgon.", field="last_day"))
    elif command.last_day > today + FARTHEST:
        wrong.append(_too_far(today))
    else:
        wrong += working_days.not_working_days({"last_day": command.last_day})
    if wrong:
        raise RuleViolations(wrong)


def ensure_is_tried(*, call_is_withdrawn: bool) -> None:
    """What is not tried is not completed: the applications of a withdrawn call are struck. Raises RuleViolation."""
    if call_is_withdrawn:
        raise RuleViolation(NOT_TRIED)


NOT_TRIED = "Utlysningen är återtagen och ansökan prövas inte, så det finns inget att komplettera. Avsluta med beslut om avskrivning."


def _too_far(today: date) -> RuleViolation:
    return RuleViolation(f"Välj en dag inom ett år, senast {clock.day_text(today + FARTHEST)}.", field="last_day")


@dataclass(frozen=True)
class MoreTime:
    """Längre tid: asked for by the party, or given by the officer. The last day that is wished for or given, and why."""

    last_day: date
    reason: str
    number_reason: str = ""


def ensure_more_time_holds(command: MoreTime, *, last_day: date, today: date) -> None:
    """More time is more: its last day comes after the one that holds, and is still to come. Raises RuleViolation beside the field."""
    if command.last_day <= max(last_day, today):
        after = clock.day_text(max(last_day, today))
        raise RuleViolation(f"Välj en dag efter {after}.", field="last_day")
    if command.last_day > today + FARTHEST:
        raise _too_far(today)
    if not command.reason:
        raise RuleViolation("Skriv varför tiden behöver bli längre.", field="reason")


def ensure_time_given_holds(command: MoreTime, *, last_day: date, today: date) -> None:
    """The same when the officer gives it, who sets a working day; what the party wishes is any day."""
    ensure_more_time_holds(command, last_day=last_day, today=today)
    working_days.ensure_working_day(command.last_day, "last_day")


def ensure_time_is_out(last_day: date, now: datetime) -> None:
    """The party has its whole time: a request is closed unanswered only after its last day."""
    if now < clock.end_of(last_day):
        raise RuleViolation(
            f"Parten har tid på sig till och med {clock.day_text(last_day)}. Stäng kompletteringen efter det."
        )


def asked_for(reason: str, *, is_injunction: bool) -> tuple[str, str]:
    """A request's stored reason as what the officer wrote, and what happens without an answer."""
    return (reason.removesuffix(INJUNCTION).rstrip(), INJUNCTION) if is_injunction else (reason, UNANSWERED)


def follows(*, is_injunction: bool = False, year: int | None = None) -> str:
    """What happens when a request is closed unanswered: of the application, or of the återrapportering of a year.

    After a föreläggande nobody promises that the application is tried.
    """
    if year is not None:
        return f"Återrapporteringen för {year} granskas som den är."
    if is_injunction:
        return "Ansökan prövas som den är om det går, annars kan den avvisas."
    return "Ansökan bedöms som den är."


def closed_text(last_day: date, follows: str) -> str:
    """What the party is told when a request is closed unanswered; `follows` says what happens then."""
    return f"Svaret skulle ha kommit senast {clock.day_text(last_day)} och har inte kommit in. {follows}"


def label(status: SupplementStatus, last_day: date, now: datetime) -> Label:
    """What the screen calls a request; overdue is derived."""
    if status is SupplementStatus.ANSWERED:
        return Label("info", "clock", "Komplettering inskickad")
    if status is SupplementStatus.CLOSED:
        return Label("lock", "lock", "Stängd utan svar")
    if now >= clock.end_of(last_day):
        return Label("bad", "warn", "Försenad", f"Skulle ha besvarats {clock.day_text(last_day)}.")
    return Label("wait", "clock", "Väntar på svar", f"Svar senast {clock.day_text(last_day)}.")
