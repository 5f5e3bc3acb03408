"""Days are Swedish days; moments are UTC."""

from datetime import UTC, date, datetime

import pytest

from grantportal.domain import clock


def test_the_last_day_counts_until_midnight_in_stockholm():
    assert clock.end_of(date(2020, 4, 20)) == datetime(2020, 4, 20, 22, 0, tzinfo=UTC)
    assert clock.end_of(date(2022, 1, 31)) == datetime(2022, 1, 31, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2021, 3, 28), 23), (date(2021, 10, 31), 25), (date(2024, 2, 29), 24)],
)
def test_a_day_is_as_long_as_it_is_on_the_nights_when_the_clock_changes(day, hours):
    assert (clock.end_of(day) - clock.local(day)).total_seconds() == hours * 3600


def test_a_played_moment_is_now_and_ends_with_its_step():
    moment = clock.local(date(2020, 6, 30), 10, 0)
    with clock.at(moment):
        assert clock.now() == moment
        assert clock.today() == date(2020, 6, 30)
    assert clock.now() != moment


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="time zone"), clock.at(datetime(2020, 6, 30)):
        pass


def test_moved_days_keep_the_time_of_day_across_summer_time(monkeypatch):
    monkeypatch.setattr(clock, "real_now", lambda: clock.local(date(2026, 1, 15), 9, 30))
    clock.move_by(lambda: 180)
    try:
        assert clock.time_text(clock.now()) == "09:30"
    finally:
        clock.move_by(lambda: 0)


def test_days_left_are_said_in_words():
    assert clock.days_left_text(date(2023, 3, 1), date(2023, 2, 14)) == "15 dagar kvar"
    assert clock.days_left_text(date(2023, 3, 1), date(2023, 3, 1)) == "sista dagen i dag"
    assert clock.days_left_text(date(2023, 3, 1), date(2023, 3, 2)) == "1 dag sen"
