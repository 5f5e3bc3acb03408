"""Several workers at one outbox."""

from sqlalchemy import select

from grantportal.domain import clock
from grantportal.models.portal import OutboxItem
from grantportal.services import outbox
from tests.support.races import ROUNDS, racers
from tests.support.rows import committed, saved

WORKERS = 4


def take() -> int | None:
    """What a worker does between two pieces of work."""
    taken = outbox.claim()
    if not taken:
        return None
    [work] = taken
    outbox.complete(work)
    return work.id


def test_each_piece_of_work_is_done_by_one_worker(database):
    with racers(database.url, take, WORKERS) as line:
        for _ in range(ROUNDS):
            now = clock.real_now()
            items = {saved(OutboxItem(kind="mail", payload="{}", at=now, available_at=now)).id for _ in range(WORKERS)}
            taken = [finish.answer for finish in line.race(*[()] * WORKERS)]
            assert sorted(taken) == sorted(items), "none is left over, and none is taken twice"
    done = committed().scalars(select(OutboxItem.attempts)).all()
    assert set(done) == {1}
