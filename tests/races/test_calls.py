"""Two officers change a published call at the same second, and several workers tell that one has opened, on both databases.

What must never be: a last day that one officer has set and another moves without having read it; a party that is told twice.
"""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.calls import CallStatus, ChangeLastDay, PublishCall
from grantportal.domain.errors import SavedMeanwhile
from grantportal.models.calls import Call
from grantportal.models.portal import OutboxItem
from grantportal.queries import accounts
from grantportal.services import calls
from tests.support.calls import ANNOUNCED, make_call, make_grant, officer, played_at
from tests.support.factories import OrganisationFactory
from tests.support.races import ROUNDS, racers, without_locks
from tests.support.rows import committed, events_of

NOW = datetime(2020, 4, 16, 8, tzinfo=UTC)
DAYS = {"extend": date(2020, 5, 4), "close_early": date(2020, 4, 17)}
MAIN_LAST_DAY = date(2020, 4, 20)
WORKERS = 4
FEW = max(1, ROUNDS // 10)


def act(user_id: int, what: str, call_id: int) -> None:
    """What a page does that was opened before anything was changed: once more if another was in the way."""
    try:
        _act(user_id, what, call_id)
    except SavedMeanwhile:
        _act(user_id, what, call_id)


def _act(user_id: int, what: str, call_id: int) -> None:
    with clock.at(NOW):
        actor = accounts.actor_of(user_id)
        db.close_read_session()
        getattr(calls, what)(actor, call_id, ChangeLastDay(DAYS[what], "Blanketten låg nere.", 0))


class Round:
    """A published call, and two officers that have its page open."""

    def __init__(self) -> None:
        self.people = [officer(), officer()]
        with played_at(ANNOUNCED):
            self.grant_id = make_grant(self.people[0])
        self.made = 0

    def call(self) -> int:
        """A new one of the same statsbidrag."""
        self.made += 1
        with played_at(ANNOUNCED):
            return make_call(self.people[0], self.grant_id, title=f"Utlysning {self.made}")

    def attempts(self, call_id: int) -> list[tuple[int | None, str, int]]:
        """One gives longer time, the other closes early."""
        return [(who.user_id, what, call_id) for who, what in zip(self.people, DAYS, strict=True)]


def changes_of(call_id: int) -> tuple[Call, list[str]]:
    call = committed().get_one(Call, call_id)
    return call, [each.becomes for each in call.changes]


def test_of_two_officers_one_moves_the_last_day_and_the_other_is_told(database):
    of = Round()
    with racers(database.url, act, 2) as line:
        for _ in range(FEW):
            call_id = of.call()
            finishes = line.race(*of.attempts(call_id))
            assert sorted(each.was_done for each in finishes) == [False, True], finishes
            won = list(DAYS)[[each.was_done for each in finishes].index(True)]
            (told,) = [each.text for each in finishes if not each.was_done]
            assert "Någon annan har ändrat utlysningen medan du skrev" in told
            call, changes = changes_of(call_id)
            assert (call.last_day, changes) == (DAYS[won], [DAYS[won].isoformat()])
            assert call.status is (CallStatus.PUBLISHED if won == "extend" else CallStatus.CLOSED_EARLY)


def test_without_the_locks_both_officers_move_the_last_day(database):
    """The red control."""
    of = Round()
    with racers(database.url, act, 2, prepare=without_locks) as line:
        for _ in range(ROUNDS):
            call_id = of.call()
            line.race(*of.attempts(call_id))
            if len(changes_of(call_id)[1]) == 2:
                return
    raise AssertionError("never did both move the last day: the race does not race")


def share_out(user_id: int, what: str, call_id: int) -> None:
    """One extends the main call, the other publishes its extra call; each has confirmed what stood on the page before."""
    try:
        _share_out(user_id, what, call_id)
    except SavedMeanwhile:
        _share_out(user_id, what, call_id)


def _share_out(user_id: int, what: str, call_id: int) -> None:
    with clock.at(NOW):
        actor = accounts.actor_of(user_id)
        db.close_read_session()
        if what == "publish":
            calls.publish(actor, call_id, PublishCall(main_is_open=MAIN_LAST_DAY))
        else:
            calls.extend(actor, call_id, ChangeLastDay(DAYS["extend"], "Blanketten låg nere.", 0))


def test_a_main_call_is_not_extended_unseen_while_its_extra_call_is_published(database):
    of = Round()
    with racers(database.url, share_out, 2) as line:
        for _ in range(FEW):
            main = of.call()
            with played_at(ANNOUNCED):
                extra = make_call(
                    of.people[0],
                    of.grant_id,
                    years=(2022,),
                    title=f"Omfördelning {main}",
                    extends_id=main,
                    publish=False,
                )
            one, other = (who.user_id for who in of.people)
            finishes = line.race((one, "extend", main), (other, "publish", extra))
            assert sorted(each.was_done for each in finishes) == [False, True], finishes
            [refusal] = [each.text for each in finishes if not each.was_done]
            assert refusal.startswith("Bekräfta")


def a_round() -> int:
    """What a worker does once a second."""
    with clock.at(ANNOUNCED + timedelta(days=1)):
        try:
            return calls.tell_opened()
        finally:
            db.close_read_session()


def test_of_several_workers_one_tells_that_a_call_has_opened(database):
    regions = [OrganisationFactory() for _ in range(2)]
    of = Round()
    with racers(database.url, a_round, WORKERS) as line:
        for told in range(1, FEW + 1):
            call_id = of.call()
            said = [finish.answer for finish in line.race(*[()] * WORKERS)]
            # On PostgreSQL one that meets another's act leaves it to the next round.
            assert sum(said) == 1, said
            assert events_of(committed().get_one(Call, call_id)).count("call.opened") == 1
            items = committed().scalars(select(OutboxItem).where(OutboxItem.kind == "notice")).all()
            assert len(items) == told * len(regions)
