"""What the portal says by itself of a day that comes: from both sides of each edge."""

from dataclasses import replace
from datetime import date

import pytest

from grantportal.domain.reminders import Due, Reminded, Reminder, due

# Wednesday 1 March 2023: ten working days before is Wednesday 15 February, three are Friday 24 February.
OPEN = Reminded(date(2022, 12, 1), date(2023, 3, 1), None, None, None)
BEFORE, AFTER = (10, 3), 1


def on(day: date, of: Reminded = OPEN):
    return due(of, BEFORE, AFTER, day)


def reminded(days: int) -> Reminded:
    return replace(OPEN, reminded_of=OPEN.last_day, reminded_days=days)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2023, 2, 14), None),
        (date(2023, 2, 15), Due(Reminder.SOON, 10)),
        (date(2023, 2, 23), Due(Reminder.SOON, 10)),
        (date(2023, 2, 24), Due(Reminder.SOON, 3)),
        (date(2023, 3, 1), Due(Reminder.SOON, 3)),
        (date(2023, 3, 2), Due(Reminder.OVERDUE)),
    ],
)
def test_the_newest_of_the_days_that_have_come_is_said(day, said):
    assert on(day) == said


def test_each_is_said_once_and_the_next_still_comes():
    assert on(date(2023, 2, 23), reminded(10)) is None
    assert on(date(2023, 2, 24), reminded(10)) == Due(Reminder.SOON, 3)
    assert on(date(2023, 2, 24), reminded(3)) is None
    late = replace(OPEN, told_overdue_of=OPEN.last_day)
    assert on(date(2023, 3, 2), late) is None


def test_a_later_last_day_is_said_anew():
    later = replace(reminded(3), last_day=date(2023, 4, 3), told_overdue_of=date(2023, 3, 1))
    assert on(date(2023, 3, 29), later) == Due(Reminder.SOON, 3)
    assert on(date(2023, 4, 4), later) == Due(Reminder.OVERDUE)


def test_that_it_has_opened_comes_first_and_a_reminder_not_the_same_day():
    untold = replace(OPEN, told_on=None)
    assert on(date(2023, 2, 24), untold) == Due(Reminder.OPENED)
    assert on(date(2023, 2, 24), replace(OPEN, told_on=date(2023, 2, 24))) is None
    assert on(date(2023, 2, 25), replace(OPEN, told_on=date(2023, 2, 24))) == Due(Reminder.SOON, 3)


def test_what_is_late_already_is_not_said_to_have_opened():
    assert on(date(2023, 3, 2), replace(OPEN, told_on=None)) == Due(Reminder.OVERDUE)


def test_a_last_day_before_a_weekend_is_late_on_the_monday():
    friday = replace(OPEN, last_day=date(2023, 3, 3))
    assert [on(date(2023, 3, day), friday) for day in (4, 5)] == [None, None]
    assert on(date(2023, 3, 6), friday) == Due(Reminder.OVERDUE)


def test_an_installation_chooses_its_days():
    assert due(OPEN, (1,), 2, date(2023, 2, 27)) is None
    assert due(OPEN, (1,), 2, date(2023, 2, 28)) == Due(Reminder.SOON, 1)
    assert due(OPEN, (), 2, date(2023, 2, 28)) is None
    assert due(OPEN, (1,), 2, date(2023, 3, 2)) is None
    assert due(OPEN, (1,), 2, date(2023, 3, 3)) == Due(Reminder.OVERDUE)
