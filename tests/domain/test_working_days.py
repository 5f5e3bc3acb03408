"""What is a working day in Sweden, and which one is so many away."""

from datetime import date

import pytest

from grantportal.domain.working_days import after, before, is_working_day


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 6),
        date(2026, 4, 3),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 5, 14),
        date(2029, 6, 6),
        date(2026, 6, 19),
        date(2026, 12, 24),
        date(2026, 12, 25),
        date(2026, 12, 31),
        date(2026, 11, 21),
        date(2026, 11, 22),
    ],
)
def test_holidays_eves_and_weekends_are_no_working_days(day):
    assert not is_working_day(day)


@pytest.mark.parametrize(
    "day", [date(2026, 1, 5), date(2026, 4, 2), date(2026, 6, 18), date(2026, 6, 22), date(2026, 12, 23)]
)
def test_the_days_around_them_are(day):
    assert is_working_day(day)


def test_easter_is_counted_past():
    assert before(date(2026, 4, 8), 3) == date(2026, 4, 1)
    assert after(date(2026, 4, 2), 1) == date(2026, 4, 7)
