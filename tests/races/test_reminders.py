"""Several workers whose round comes at the same moment, on both databases."""

from datetime import date

from sqlalchemy import select

from grantportal import db
from grantportal.domain import clock
from grantportal.models.portal import OutboxItem
from grantportal.services import reminders
from tests.support.calls import published_call
from tests.support.factories import OrganisationFactory
from tests.support.races import ROUNDS, racers
from tests.support.reporting import grantee
from tests.support.rows import committed, events_of

WORKERS = 4
ROUNDS_OF_OWN = max(3, ROUNDS // 10)
OPENS = clock.local(date(2021, 12, 1))


def a_round() -> int:
    """What a worker does once a second."""
    with clock.at(OPENS):
        try:
            return reminders.send()
        finally:
            db.close_read_session()


def test_of_several_workers_one_tells_that_a_report_has_opened(database):
    call = published_call()
    with racers(database.url, a_round, WORKERS) as line:
        for told in range(1, ROUNDS_OF_OWN + 1):
            region = grantee(call, OrganisationFactory())
            said = [finish.answer for finish in line.race(*[()] * WORKERS)]
            # On PostgreSQL one that meets another's act leaves it to the next round.
            assert sum(said) == 1, said
            assert events_of(region.report) == ["report.opened"]
            items = committed().scalars(select(OutboxItem).where(OutboxItem.kind == "notice")).all()
            assert len(items) == told
