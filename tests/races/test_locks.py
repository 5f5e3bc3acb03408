"""The locks themselves, on both databases: eight processes that add to one row up to a cap, at the same moment."""

from sqlalchemy import select, update

from grantportal import db
from grantportal.domain.errors import RuleViolation
from grantportal.models.portal import Portal
from grantportal.transaction import Bookkeeping, bookkeeping
from tests.support.races import ROUNDS, racers, without_locks
from tests.support.rows import committed

RACERS, AMOUNT, CAP = 8, 9, 15


def add(amount: int, cap: int) -> int:
    """Read, look whether it is allowed, write: what every act that guards a limit does."""
    with bookkeeping(Bookkeeping.DEMONSTRATION) as (session, _):
        row = session.scalars(db.lock(select(Portal))).one()
        if row.moved_days + amount > cap:
            raise RuleViolation("full")
        row.moved_days += amount
        return row.moved_days


def start_over() -> None:
    with db.writing_session() as session, session.begin():
        session.execute(update(Portal).values(moved_days=0))


def test_the_cap_holds_whoever_comes_at_the_same_moment(database):
    with racers(database.url, add, RACERS) as line:
        for _ in range(ROUNDS):
            start_over()
            finishes = line.race(*[(AMOUNT, CAP)] * RACERS)
            assert [finish.refusal for finish in finishes if not finish.was_done] == ["RuleViolation"] * (RACERS - 1)
            assert committed().scalars(select(Portal.moved_days)).one() == AMOUNT


def test_without_the_locks_the_cap_is_broken(database):
    """The red control: a race that cannot be lost proves nothing."""
    with racers(database.url, add, RACERS, prepare=without_locks) as line:
        for _ in range(ROUNDS):
            start_over()
            if sum(finish.was_done for finish in line.race(*[(AMOUNT, CAP)] * RACERS)) > 1:
                return
    raise AssertionError("nobody was ever let past the cap: the race does not race")
