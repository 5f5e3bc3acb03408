"""What is a working day in Sweden, and which one is so many away."""

from datetime import date

import pytest

from grantportal.domain.errors import RuleViolation
from grantportal.domain.working_days import after, before, ensure_working_day, is_working_day


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


@pytest.mark.parametrize(
    ("day", "because"),
    [
        (date(2025, 3, 1), "1 mars 2025 är en lördag"),
        (date(2025, 3, 2), "2 mars 2025 är en söndag"),
        (date(2023, 4, 10), "10 april 2023 är annandag påsk"),
        (date(2023, 6, 23), "23 juni 2023 är midsommarafton"),
        (date(2024, 12, 24), "24 december 2024 är julafton"),
        (date(2024, 12, 31), "31 december 2024 är nyårsafton"),
        (date(2024, 6, 6), "6 juni 2024 är nationaldagen"),
        (date(2008, 5, 1), "1 maj 2008 är första maj"),
    ],
)
def test_a_last_day_that_is_no_working_day_is_refused_with_its_name(day, because):
    with pytest.raises(RuleViolation) as refusal:
        ensure_working_day(day, "last_day")
    assert refusal.value.field == "last_day"
    assert refusal.value.message.replace("\u00a0", " ") == f"Välj en arbetsdag. {because}."
    ensure_working_day(after(day, 1), "last_day")
    ensure_working_day(before(day, 1), "last_day")
