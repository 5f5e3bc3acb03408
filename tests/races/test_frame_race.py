"""The frame race: eight decisions of one grant year, made at the same second by eight processes, on both databases.

The counters on the year's frame guard; the ledger tells what was really granted. Both are asked.
"""

from sqlalchemy import func, select

from grantportal import db
from grantportal.domain.decisions import Decide, Outcome
from grantportal.domain.errors import SavedMeanwhile
from grantportal.models.grants import Grantee, YearFrame
from grantportal.models.payments import LedgerEntry
from grantportal.queries import accounts
from grantportal.services import decisions as services
from tests.support.decidable import Programme, application, fingerprint_of, programme, proposed, unlocked
from tests.support.factories import OrganisationFactory
from tests.support.races import ROUNDS, Finish, racers, without_locks
from tests.support.rows import committed

RACERS, YEAR = 8, 2021
AMOUNT, LEFT = 9_000_000, 15_000_000


def decide(user_id: int, decision_id: int, sha256: str) -> None:
    """What the page does: once more if another was in the way."""
    actor = accounts.actor_of(user_id)
    db.close_read_session()
    try:
        services.decide(actor, decision_id, Decide(sha256))
    except SavedMeanwhile:
        services.decide(actor, decision_id, Decide(sha256))


class Queue:
    """Proposals of one grant year that wait for their decision; a round takes one away, and another comes."""

    def __init__(self, *, amount: int = AMOUNT, most: int | None = None) -> None:
        self.pilot = programme(years=(YEAR,), frame=0, most=most)
        self.amount = amount
        self.waiting: list[tuple[int, int, str]] = []

    def fill(self, *, left: int, count: int = RACERS) -> list[tuple[int, int, str]]:
        """As many as race, and so much left of the frame when they do: less than they ask for together."""
        # While they are sent there must be room for all of them.
        self.leave(RACERS * self.amount)
        while len(self.waiting) < count:
            made = application(self.pilot, OrganisationFactory(), sought={YEAR: self.amount})
            waits = proposed(self.pilot, made, {YEAR: self.amount}, outcome=Outcome.GRANTED)
            self.waiting.append((self.pilot.decider.user_id, waits, fingerprint_of(waits)))
        self.leave(left)
        db.close_read_session()
        return list(self.waiting)

    def leave(self, left: int) -> None:
        row = frame_of(self.pilot)
        unlocked(row, frame=row.decided + left)

    def take(self, finishes: list[Finish]) -> int:
        """Those that were decided leave the queue; answers how many they were."""
        done = [attempt for attempt, finish in zip(self.waiting, finishes, strict=True) if finish.was_done]
        self.waiting = [attempt for attempt in self.waiting if attempt not in done]
        return len(done)


def frame_of(pilot: Programme) -> YearFrame:
    return committed().scalars(select(YearFrame).where(YearFrame.grant_id == pilot.grant.id)).one()


def granted(pilot: Programme) -> int:
    entries = select(func.coalesce(func.sum(LedgerEntry.amount), 0)).where(LedgerEntry.grant_id == pilot.grant.id)
    return int(committed().scalar(entries) or 0)


def test_a_years_frame_holds_whoever_presses_at_the_same_second(database):
    queue, before = Queue(), 0
    with racers(database.url, decide, RACERS) as line:
        for _ in range(ROUNDS):
            finishes = line.race(*queue.fill(left=LEFT))
            refusals = [finish for finish in finishes if not finish.was_done]
            assert [finish.refusal for finish in refusals] == ["RuleViolation"] * (RACERS - 1), finishes
            assert all("återstår av årets ram" in finish.text for finish in refusals)
            assert queue.take(finishes) == 1
            before += AMOUNT
            assert (frame_of(queue.pilot).decided, granted(queue.pilot)) == (before, before)


def test_a_years_number_of_grantees_holds_too(database):
    for _ in range(max(1, ROUNDS // 25)):
        queue = Queue(amount=1_000_000, most=4)
        with racers(database.url, decide, RACERS) as line:
            finishes = line.race(*queue.fill(left=LEFT))
        assert sum(finish.was_done for finish in finishes) == 4, finishes
        assert all("Högst 4 organisationer" in finish.text for finish in finishes if not finish.was_done)
        rows = select(func.count(Grantee.id)).where(Grantee.grant_id == queue.pilot.grant.id)
        assert (frame_of(queue.pilot).grantees, committed().scalar(rows)) == (4, 4)
        assert granted(queue.pilot) == 4_000_000


def test_the_same_decision_is_made_once_whoever_presses(database):
    queue, before = Queue(amount=1_000_000), 0
    with racers(database.url, decide, RACERS) as line:
        for _ in range(max(1, ROUNDS // 5)):
            finishes = line.race(*queue.fill(left=LEFT, count=1) * RACERS)
            assert sum(finish.was_done for finish in finishes) == 1, finishes
            queue.waiting = []
            before += 1_000_000
            assert granted(queue.pilot) == before


def test_without_the_locks_the_frame_is_broken(database):
    """The red control: the same service with its locks taken away grants more than there is, and only the ledger knows."""
    queue = Queue()
    with racers(database.url, decide, RACERS, prepare=without_locks) as line:
        for _ in range(ROUNDS):
            attempts = queue.fill(left=LEFT)
            most = frame_of(queue.pilot).frame
            db.close_read_session()
            queue.take(line.race(*attempts))
            if granted(queue.pilot) > most:
                return
    raise AssertionError("the frame was never broken: the race does not race")
