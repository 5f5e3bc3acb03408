"""Reminders of what is to be answered: sent by the worker, counted in working days, once for each last day."""

from grantportal import db, policy
from grantportal.domain import clock, supplements
from grantportal.domain.actors import SYSTEM, Role
from grantportal.domain.errors import SavedMeanwhile
from grantportal.domain.events import EventKind
from grantportal.domain.supplements import Reminded, Reminder
from grantportal.effects import notices
from grantportal.models.supplements import Supplement
from grantportal.queries import cases
from grantportal.queries import supplements as queries
from grantportal.transaction import transaction


def send() -> int:
    """Remind of every open komplettering whose day it is. Answers how many were reminded of."""
    # Not what an earlier round has read.
    db.close_read_session()
    due = [each.id for each in queries.open_now() if _due(each)]
    db.close_read_session()
    return sum(_tried(supplement_id) for supplement_id in due)


def _tried(supplement_id: int) -> bool:
    """One that meets another act at the same second is left to the next round, and holds up none of the others."""
    try:
        return _remind(supplement_id)
    except SavedMeanwhile:
        return False


def _due(supplement: Supplement | None) -> Reminder | None:
    if supplement is None:
        return None
    facts = Reminded(
        told_on=supplement.extended_on or clock.stockholm(supplement.requested_at).date(),
        last_day=supplement.last_day,
        reminded_of=supplement.reminded_of,
        told_overdue_of=supplement.told_overdue_of,
    )
    return supplements.reminder_due(facts, clock.today())


class _NotDue(Exception):
    """Somebody has answered, closed, extended or reminded meanwhile."""


def _remind(supplement_id: int) -> bool:
    try:
        with transaction(SYSTEM, EventKind.SUPPLEMENT_REMINDED) as act:
            case = cases.locked(queries.case_id_of(supplement_id) or 0)
            supplement = queries.reminded(supplement_id)
            reminder = _due(supplement)
            if supplement is None or reminder is None:
                raise _NotDue
            day = clock.day_text(supplement.last_day)
            party = policy.who_answers(queries.parts_of(supplement.id))
            if reminder is Reminder.SOON:
                supplement.reminded_of = supplement.last_day
                text = f"Svara i de öppna delarna. Sista dagen är {day}."
                notices.tell_party(act, case, "Kompletteringen ska snart vara besvarad", text, *party)
            else:
                supplement.told_overdue_of = supplement.last_day
                text = f"Svaret skulle ha kommit {day}. Ni kan svara tills myndigheten stänger kompletteringen."
                notices.tell_party(act, case, "Svaret på kompletteringen är försenat", text, *party)
                notices.tell_authority(
                    act,
                    case,
                    "Komplettering försenad",
                    f"{case.organisation.name}, {case.registration_number}: svaret skulle ha kommit {day}.",
                    Role.HANDLAGGARE,
                )
            act.about(supplement, reminder=reminder.value)
    except _NotDue:
        return False
    return True
