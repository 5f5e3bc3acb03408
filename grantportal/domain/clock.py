"""The one clock. Moments are aware UTC; days are Swedish days (Europe/Stockholm).

Portal time is what grants live by. In the demonstration it is real time moved by whole days, or the moment of the step
that the story plays. Sessions, second factors, limits and leases use real time.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from grantportal.domain.errors import RuleViolation

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NBSP = "\u00a0"
MONTHS = [
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
]
WEEKDAYS = ["måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"]

_played: ContextVar[datetime | None] = ContextVar("played", default=None)
_arrived: ContextVar[datetime | None] = ContextVar("arrived", default=None)


def _no_days() -> int:
    return 0


_days: Callable[[], int] = _no_days


def move_by(days: Callable[[], int]) -> None:
    """Install where the demonstration's number of days comes from (a row that the portal keeps)."""
    global _days
    _days = days


def real_now() -> datetime:
    """The machine's time, aware UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """Portal time, aware UTC."""
    played = _played.get()
    if played is not None:
        return played
    return _in_portal_time(real_now())


def received() -> datetime:
    """When the request that is being served arrived, in portal time; outside a request: now."""
    arrived = _arrived.get()
    if _played.get() is not None or arrived is None:
        return now()
    return _in_portal_time(arrived)


def _in_portal_time(moment: datetime) -> datetime:
    # Moved in local time: the same o'clock on another day, also across a change between summer and winter time.
    days = _days()
    return (moment.astimezone(STOCKHOLM) + timedelta(days=days)).astimezone(UTC) if days else moment


def request_arrived() -> None:
    """Note the arrival of a request: a hand-in counts from here, however long its validation takes."""
    _arrived.set(real_now())


def request_ended() -> None:
    """What is done from here on belongs to no request."""
    _arrived.set(None)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Play what follows at this portal time."""
    if moment.tzinfo is None:
        raise ValueError("a played moment needs a time zone")
    token = _played.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _played.reset(token)


def local(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """A Swedish wall-clock moment as aware UTC."""
    return datetime.combine(day, time(hour, minute), tzinfo=STOCKHOLM).astimezone(UTC)


def stockholm(moment: datetime) -> datetime:
    """The same moment on a Swedish wall clock."""
    return moment.astimezone(STOCKHOLM)


def today() -> date:
    """The Swedish day that portal time is in."""
    return stockholm(now()).date()


def end_of(day: date) -> datetime:
    """The first moment that no longer counts when `day` is the last day: 00:00 of the next Swedish day, as UTC."""
    return local(day + timedelta(days=1))


DAY_EXAMPLE = "2020-04-20"
"""How a day is typed: the same example wherever one is asked for, and wherever one is refused."""


class DayError(RuleViolation):
    """What was typed is not a day."""


def parse_day(typed: str) -> date:
    """A day from what a person typed: 2020-04-20. Raises DayError with a sentence that says what to write."""
    text = "".join(typed.split()).replace("\u2013", "-").replace("\u2212", "-")
    parts = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", text)
    if parts is None:
        raise DayError(f"Skriv datumet med siffror: år, månad och dag, till exempel {DAY_EXAMPLE}.")
    try:
        day = date(*(int(part) for part in parts.groups()))
    except ValueError:
        raise DayError(f"Det datumet finns inte. Kontrollera månad och dag, till exempel {DAY_EXAMPLE}.") from None
    if not 1990 <= day.year <= 2100:
        raise DayError("Skriv ett år mellan 1990 och 2100.")
    return day


def day_text(day: date | datetime) -> str:
    """«1 mars 2023» with no-break spaces."""
    if isinstance(day, datetime):
        day = stockholm(day).date()
    return f"{day.day}{NBSP}{MONTHS[day.month - 1]}{NBSP}{day.year}"


def month_text(day: date) -> str:
    """«mars 2023»."""
    return f"{MONTHS[day.month - 1]}{NBSP}{day.year}"


def weekday_text(day: date) -> str:
    """«måndag 20 mars 2023»."""
    return f"{WEEKDAYS[day.weekday()]} {day_text(day)}"


def time_text(moment: datetime) -> str:
    """«14:02» on a Swedish wall clock."""
    return f"{stockholm(moment):%H:%M}"


def day_time_text(moment: datetime) -> str:
    """«1 mars 2023 kl. 14:02»."""
    return f"{day_text(moment)} kl.{NBSP}{time_text(moment)}"


def saved_text(moment: datetime | None) -> str:
    """«14:02» for what was saved today, «1 mars 2023 kl. 14:02» for what is older, nothing for what never was."""
    if moment is None:
        return ""
    return time_text(moment) if stockholm(moment).date() == today() else day_time_text(moment)


def days_left_text(last_day: date, now_day: date) -> str:
    """«15 dagar kvar», «sista dagen i dag», «4 dagar sen»."""
    left = (last_day - now_day).days
    if left == 0:
        return "sista dagen i dag"
    days = "dag" if abs(left) == 1 else "dagar"
    return f"{left} {days} kvar" if left > 0 else f"{-left} {days} sen"
