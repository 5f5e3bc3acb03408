"""A server that does not answer: from both sides of each edge."""

from datetime import UTC, datetime, timedelta

from grantportal import worker
from grantportal.domain.outbox import (
    FAILURES,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    MAIL_KINDS,
    SCAN_KINDS,
    Breaker,
    Lane,
    lane_of,
)
from grantportal.effects.files import SCAN

NOW = datetime(2024, 5, 6, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def after(failures: int) -> Breaker:
    breaker = Breaker()
    for _ in range(failures):
        breaker = breaker.failed(NOW)
    return breaker


def test_until_it_has_failed_so_often_in_a_row_it_gets_as_much_as_there_is():
    assert Breaker().room(NOW, 50) == 50
    assert after(FAILURES - 1).room(NOW, 50) == 50
    assert after(FAILURES).room(NOW, 50) == 0


def test_after_the_pause_it_is_tried_once():
    breaker = after(FAILURES)
    assert breaker.room(NOW + FIRST_PAUSE - SECOND, 50) == 0
    assert breaker.room(NOW + FIRST_PAUSE, 50) == 1


def test_the_pause_is_longer_each_time_and_has_an_end():
    assert after(FAILURES + 1).left_alone_until == NOW + 2 * FIRST_PAUSE
    assert after(FAILURES + 2).left_alone_until == NOW + 4 * FIRST_PAUSE
    assert after(1_000).left_alone_until == NOW + LONGEST_PAUSE


def test_work_goes_in_the_lane_of_the_server_that_it_needs():
    assert worker.LETTERS.keys() == MAIL_KINDS
    assert {SCAN} == SCAN_KINDS
    assert {lane_of(kind) for kind in worker.LETTERS} == {Lane.MAIL}
    assert lane_of(SCAN) is Lane.SCAN
    assert {lane_of(kind) for kind in worker._WORK if kind != SCAN} == {Lane.WORK}
    assert lane_of("unheard of") is Lane.WORK
