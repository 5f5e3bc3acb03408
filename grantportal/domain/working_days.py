"""Working days in Sweden: what reminders are counted in."""

from datetime import date, timedelta

import holidays

_HOLIDAYS = holidays.country_holidays("SE", include_sundays=False)


def is_working_day(day: date) -> bool:
    """Neither Saturday, Sunday nor holiday; midsommarafton, julafton and nyårsafton are as holidays (lagen (1930:173), 2 §)."""
    return day.weekday() < 5 and day not in _HOLIDAYS and not _is_eve(day)


def _is_eve(day: date) -> bool:
    # Midsommarafton is the Friday between 19 and 25 June.
    is_midsummer_eve = day.month == 6 and 19 <= day.day <= 25 and day.weekday() == 4
    return is_midsummer_eve or (day.month, day.day) in {(12, 24), (12, 31)}


def before(day: date, working_days: int) -> date:
    """The working day that is so many working days before."""
    return _away(day, working_days, timedelta(days=-1))


def after(day: date, working_days: int) -> date:
    """The working day that is so many working days after."""
    return _away(day, working_days, timedelta(days=1))


def _away(day: date, working_days: int, step: timedelta) -> date:
    while working_days:
        day += step
        working_days -= is_working_day(day)
    return day
