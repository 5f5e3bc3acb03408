"""What there is to say of a last day: the SQL side of `domain/reminders`."""

from sqlalchemy import ColumnElement, and_, false, func, or_

from grantportal.domain import clock
from grantportal.domain.reminders import Horizon
from grantportal.models.reports import Report
from grantportal.models.supplements import Supplement


def are_due(of: type[Report] | type[Supplement], when: Horizon) -> tuple[ColumnElement[bool], ...]:
    """Each way in which `reminders.due` says something. One by one, each is found by its index: together they would not be."""
    last_day = Report.due_on if of is Report else Supplement.last_day
    overdue = and_(last_day <= when.overdue, of.told_overdue_of.is_distinct_from(last_day))
    told: ColumnElement[bool]
    if of is Report:
        told = Report.opening_told_on < when.today
    else:
        asked_before = Supplement.requested_at < clock.local(when.today)
        told = func.coalesce(Supplement.extended_on < when.today, asked_before)
    soon = and_(
        last_day >= when.today,
        last_day <= max((nearest for _, nearest in when.soon), default=when.today),
        told,
        or_(
            false(),
            *(
                and_(
                    last_day <= nearest,
                    or_(
                        of.reminded_of.is_distinct_from(last_day),
                        of.reminded_days.is_(None),
                        of.reminded_days > days,
                    ),
                )
                for days, nearest in when.soon
            ),
        ),
    )
    if of is Supplement:
        return overdue, soon
    opened = and_(Report.opening_told_on.is_(None), Report.opens_on <= when.today, last_day >= when.today)
    return overdue, soon, opened
