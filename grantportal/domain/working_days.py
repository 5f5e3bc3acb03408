"""Working days in Sweden: what reminders are counted in, and what a last day that the authority sets must be."""

from collections.abc import Mapping
from datetime import date, timedelta

import holidays

from grantportal.domain import clock
from grantportal.domain.errors import RuleViolation

_EVES = {(12, 24): "julafton", (12, 31): "nyårsafton"}
_HOLIDAYS = holidays.country_holidays("SE", include_sundays=False, language="sv")


def is_working_day(day: date) -> bool:
    """Neither Saturday, Sunday nor holiday; midsommarafton, julafton and nyårsafton are as holidays (lagen (1930:173), 2 §)."""
    return day.weekday() < 5 and day not in _HOLIDAYS and not _is_eve(day)


def _is_eve(day: date) -> bool:
    # Midsommarafton is the Friday between 19 and 25 June.
    is_midsummer_eve = day.month == 6 and 19 <= day.day <= 25 and day.weekday() == 4
    return is_midsummer_eve or (day.month, day.day) in {(12, 24), (12, 31)}


def ensure_working_day(day: date, field: str) -> None:
    """A day that the authority sets as a last day does not move: it is a working day, or refused (`is_working_day`).

    Raises RuleViolation on `field`, with why it is none.
    """
    for wrong in not_working_days({field: day}):
        raise wrong


def not_working_days(days: Mapping[str, date]) -> list[RuleViolation]:
    """What to say of those of the last days, by their fields, that are no working days."""
    return [
        RuleViolation(f"Välj en arbetsdag. {clock.day_text(day)} är {name(day)}.", field=field)
        for field, day in days.items()
        if not is_working_day(day)
    ]


def name(day: date) -> str:
    """«midsommarafton», «annandag påsk», «en lördag»: why it is no working day; else its weekday."""
    if day in _HOLIDAYS:
        holiday = str(_HOLIDAYS[day]).split(";")[0]
        return holiday if holiday.startswith("Kristi") else holiday.lower()
    if _is_eve(day):
        return _EVES.get((day.month, day.day), "midsommarafton")
    return f"en {clock.WEEKDAYS[day.weekday()]}"


def before(day: date, working_days: int) -> date:
    """The working day that is so many working days before."""
    return _away(day, working_days, timedelta(days=-1))


def after(day: date, working_days: int) -> date:
    """The working day that is so many working days after."""
    return _away(day, working_days, timedelta(days=1))


def on_or_after(day: date) -> date:
    """The day itself when it is a working day, else the next one."""
    return day if is_working_day(day) else after(day, 1)


def _away(day: date, working_days: int, step: timedelta) -> date:
    while working_days:
        day += step
        working_days -= is_working_day(day)
    return day
