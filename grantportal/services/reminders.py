"""What the portal says by itself: that a återrapportering has opened, and what is to be answered soon or is late.

Done by the worker, each once for each last day, however many workers there are and however long none has been.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from grantportal import db, policy
from grantportal.domain import clock, reminders
from grantportal.domain.actors import SYSTEM, Role
from grantportal.domain.errors import SavedMeanwhile
from grantportal.domain.events import EventKind
from grantportal.domain.reminders import Due, Horizon, Reminded, Reminder, ReminderDays
from grantportal.domain.reports import ECONOMY
from grantportal.effects import notices
from grantportal.models.cases import Case
from grantportal.models.reports import Report
from grantportal.models.supplements import Supplement
from grantportal.queries import cases, reports, supplements
from grantportal.transaction import Act, transaction

Waiting = Supplement | Report
USUAL = ReminderDays()


@dataclass(frozen=True)
class Kind:
    """Something that waits for the party: how what is to be said of it is found, and when it is to be answered."""

    due: Callable[[Horizon], Sequence[Waiting]]
    still: Callable[[int], Waiting | None]
    """The same if it still waits, for an act that holds the case's lock."""
    before: Callable[[ReminderDays], tuple[int, ...]]


SUPPLEMENTS = Kind(supplements.due, supplements.reminded, lambda days: days.before_supplement)
REPORTS = Kind(reports.due, reports.reminded, lambda days: days.before_report)


def send(days: ReminderDays = USUAL) -> int:
    """Say everything whose day it is. Answers how much was said."""
    # Not what an earlier round has read.
    db.close_read_session()
    found = [
        (kind, each.id, each.case_id, due)
        for kind in (SUPPLEMENTS, REPORTS)
        for each in kind.due(reminders.horizon(kind.before(days), days.after, clock.today()))
        if (due := _due(kind, each, days)) is not None
    ]
    db.close_read_session()
    return sum(_tried(kind, thing_id, case_id, due, days) for kind, thing_id, case_id, due in found)


def _tried(kind: Kind, thing_id: int, case_id: int, due: Due, days: ReminderDays) -> bool:
    """One that meets another act at the same second is left to the next round, and holds up none of the others."""
    try:
        return _say(kind, thing_id, case_id, due, days)
    except SavedMeanwhile:
        return False


def _due(kind: Kind, waiting: Waiting, days: ReminderDays) -> Due | None:
    if isinstance(waiting, Report):
        told_on = waiting.opening_told_on
    else:
        told_on = waiting.extended_on or clock.stockholm(waiting.requested_at).date()
    facts = Reminded(
        told_on=told_on,
        last_day=_last_day(waiting),
        reminded_of=waiting.reminded_of,
        reminded_days=waiting.reminded_days,
        told_overdue_of=waiting.told_overdue_of,
    )
    return reminders.due(facts, kind.before(days), days.after, clock.today())


class _NotDue(Exception):
    """Somebody has answered, closed, extended or reminded meanwhile."""


def _say(kind: Kind, thing_id: int, case_id: int, due: Due, days: ReminderDays) -> bool:
    try:
        with transaction(SYSTEM, _event(kind, due)) as act:
            case = cases.locked(case_id)
            waiting = kind.still(thing_id)
            if waiting is None or _due(kind, waiting, days) != due:
                raise _NotDue
            if isinstance(waiting, Report):
                _tell_of_report(act, case, waiting, due)
            else:
                _tell_of_supplement(act, case, waiting, due)
    except _NotDue:
        return False
    return True


def _event(kind: Kind, due: Due) -> EventKind:
    if kind is SUPPLEMENTS:
        return EventKind.SUPPLEMENT_REMINDED
    return EventKind.REPORT_OPENED if due.reminder is Reminder.OPENED else EventKind.REPORT_REMINDED


def _last_day(waiting: Waiting) -> date:
    return waiting.due_on if isinstance(waiting, Report) else waiting.last_day


def _mark(waiting: Waiting, due: Due) -> None:
    if due.reminder is Reminder.SOON:
        waiting.reminded_of, waiting.reminded_days = _last_day(waiting), due.days
    else:
        waiting.told_overdue_of = _last_day(waiting)


def _tell_of_supplement(act: Act, case: Case, supplement: Supplement, due: Due) -> None:
    _mark(supplement, due)
    day = clock.day_text(supplement.last_day)
    party = policy.who_answers(supplements.parts_of(supplement.id))
    if due.reminder is Reminder.SOON:
        text = f"Svara i de öppna delarna. Sista dagen är {day}."
        notices.tell_party(act, case, "Kompletteringen ska snart vara besvarad", text, *party)
    else:
        text = f"Svaret skulle ha kommit {day}. Ni kan svara tills myndigheten stänger kompletteringen."
        notices.tell_party(act, case, "Svaret på kompletteringen är försenat", text, *party)
        notices.tell_authority(
            act,
            case,
            "Komplettering försenad",
            f"{case.organisation.name}, {case.registration_number}: svaret skulle ha kommit {day}.",
            Role.HANDLAGGARE,
        )
    act.about(supplement, reminder=due.reminder.value)


def _tell_of_report(act: Act, case: Case, report: Report, due: Due) -> None:
    year, day = report.grant_year, clock.day_text(report.due_on)
    party = policy.who_answers({ECONOMY})
    if due.reminder is Reminder.OPENED:
        report.opening_told_on = clock.today()
        title = f"Återrapporteringen för {year} är öppen"
        notices.tell_party(act, case, title, f"Ni kan fylla i den nu. Lämna in den senast {day}.", *party)
    elif due.reminder is Reminder.SOON:
        _mark(report, due)
        title = f"Återrapporteringen för {year} ska snart lämnas in"
        notices.tell_party(act, case, title, f"Sista dagen är {day}.", *party)
    else:
        _mark(report, due)
        title = f"Återrapporteringen för {year} är försenad"
        text = f"Den skulle ha lämnats in senast {day}. Ni kan fortfarande lämna in den."
        notices.tell_party(act, case, title, text, *party)
        notices.tell_authority(
            act,
            case,
            "Återrapportering försenad",
            f"{case.organisation.name}, {case.registration_number}: återrapporteringen för {year} skulle ha lämnats in {day}.",
            Role.HANDLAGGARE,
        )
    act.about(report, year=year, reminder=due.reminder.value)
