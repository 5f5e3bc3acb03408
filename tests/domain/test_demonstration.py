"""The demonstration's day."""

from datetime import date

import pytest

from grantportal.domain.demonstration import LAST_DAY, MoveDay, day_after_moving
from grantportal.domain.errors import RuleViolation

TODAY = date(2023, 3, 20)


def test_the_day_moves_by_days_or_to_a_day():
    assert day_after_moving(MoveDay(days=12), today=TODAY) == date(2023, 4, 1)
    assert day_after_moving(MoveDay(day=date(2023, 3, 21)), today=TODAY) == date(2023, 3, 21)
    assert day_after_moving(MoveDay(day=LAST_DAY), today=TODAY) == LAST_DAY


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (MoveDay(), "days"),
        (MoveDay(days=1, day=date(2024, 1, 1)), "days"),
        (MoveDay(days=0), "days"),
        (MoveDay(days=-1), "days"),
        (MoveDay(day=TODAY), "day"),
        (MoveDay(day=date(2023, 3, 19)), "day"),
        (MoveDay(day=date(2040, 1, 1)), "day"),
        (MoveDay(days=9_000), "days"),
    ],
)
def test_the_day_does_not_stand_still_go_back_or_run_away(command, field):
    with pytest.raises(RuleViolation) as refusal:
        day_after_moving(command, today=TODAY)
    assert refusal.value.field == field
