"""Påminnelser: what the portal says by itself of a day that comes, of a komplettering and of a återrapportering alike."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from grantportal.domain import working_days


class Reminder(StrEnum):
    """What there is to say."""

    OPENED = "opened"
    SOON = "soon"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class ReminderDays:
    """When an installation reminds, in working days: before a last day (of each kind), and after it."""

    before_supplement: tuple[int, ...] = (3,)
    before_report: tuple[int, ...] = (10, 3)
    after: int = 1


@dataclass(frozen=True)
class Reminded:
    """When something is to be answered, and what has been told of that."""

    told_on: date | None
    """When the party was last told by another way that it can answer and until when; None: never yet."""
    last_day: date
    reminded_of: date | None
    reminded_days: int | None
    """How many working days before `reminded_of` the last reminder of it was for."""
    told_overdue_of: date | None


@dataclass(frozen=True)
class Due:
    """What is to be said now; `days` is how many working days before the last day it is for."""

    reminder: Reminder
    days: int | None = None


def due(of: Reminded, before: tuple[int, ...], after: int, today: date) -> Due | None:
    """That it can be answered, once; so many working days before the last day; and so many after it. Each once for each last
    day, also a later one, and of several that were missed only the newest.

    A last day that was told of the same day, by a request or by more time, needs no reminder at once.
    """
    if today > of.last_day:
        is_due = today >= working_days.after(of.last_day, after) and of.told_overdue_of != of.last_day
        return Due(Reminder.OVERDUE) if is_due else None
    if of.told_on is None:
        return Due(Reminder.OPENED)
    near = [days for days in before if today >= working_days.before(of.last_day, days)]
    if not near or today <= of.told_on:
        return None
    if of.reminded_of == of.last_day and of.reminded_days is not None and of.reminded_days <= min(near):
        return None
    return Due(Reminder.SOON, min(near))


@dataclass(frozen=True)
class Horizon:
    """How near a last day must be for `due` to say something of it: so that only such are looked at."""

    today: date
    overdue: date
    """The newest last day that has passed by enough working days."""
    soon: tuple[tuple[int, date], ...]
    """For each number of working days, the fewest first: the last last day that is as near."""


@lru_cache(maxsize=16)
def horizon(before: tuple[int, ...], after: int, today: date) -> Horizon:
    """Which last days there is something to say of on a day, unless it has been said."""
    one = timedelta(days=1)
    overdue = today - one
    while working_days.after(overdue, after) > today:
        overdue -= one
    soon = []
    for days in sorted(before):
        nearest = today
        while working_days.before(nearest + one, days) <= today:
            nearest += one
        soon.append((days, nearest))
    return Horizon(today, overdue, tuple(soon))
