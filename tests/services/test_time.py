"""To the second, also on the nights when the clock changes and on 29 February: when a call opens, and when it is too late."""

from datetime import UTC, date, datetime, timedelta

import pytest

from grantportal import db
from grantportal.domain import clock, working_days
from grantportal.domain.actors import Role
from grantportal.domain.applications import StartApplication
from grantportal.domain.errors import RuleViolation
from grantportal.models.calls import Call
from grantportal.queries import applications as queries
from grantportal.services import applications as services
from tests.support.applications import actor_of, applicant, complete_texts, handed_in, open_call, row, write
from tests.support.databases import sqlite_only

SECOND = timedelta(seconds=1)
# Each day's first and last moment in UTC: on 28 March 2021 Sweden goes from +1 to +2 at 02:00, on 31 October back at 03:00.
NIGHTS = [
    pytest.param(
        date(2021, 3, 28), datetime(2021, 3, 27, 23, tzinfo=UTC), datetime(2021, 3, 28, 22, tzinfo=UTC), id="summer"
    ),
    pytest.param(
        date(2021, 10, 31), datetime(2021, 10, 30, 22, tzinfo=UTC), datetime(2021, 10, 31, 23, tzinfo=UTC), id="winter"
    ),
    pytest.param(
        date(2024, 2, 29), datetime(2024, 2, 28, 23, tzinfo=UTC), datetime(2024, 2, 29, 23, tzinfo=UTC), id="leap"
    ),
]


def open_until(day):
    """A call with that last day, also where no officer could choose it today: days that are stored stand."""
    call = open_call(opens_on=day - timedelta(days=30), last_day=working_days.on_or_after(day))
    with db.writing_session() as session, session.begin():
        session.get_one(Call, call.id).last_day = day
    return call


@pytest.mark.parametrize(("day", "opens", "_ends"), NIGHTS)
def test_a_call_opens_at_midnight_in_sweden(database, day, opens, _ends):
    call = open_call(opens_on=day, last_day=working_days.on_or_after(day + timedelta(days=30)))
    ombud = actor_of(applicant(Role.OMBUD))
    begin = StartApplication(ombud.mandates[0].organisation_id, "")

    with clock.at(opens - SECOND), pytest.raises(RuleViolation, match="har inte öppnat än"):
        services.start(ombud, call.id, begin)
    with clock.at(opens):
        assert services.start(ombud, call.id, begin)


@pytest.mark.parametrize(("day", "_opens", "ends"), NIGHTS)
def test_the_last_second_of_the_last_day_is_in_time_and_the_next_is_late(database, day, _opens, ends):
    call = open_until(day)
    ombud = actor_of(applicant(Role.OMBUD))

    in_time = handed_in(ombud, call, at=ends - SECOND / 1000, begun=ends - SECOND)
    late = handed_in(ombud, call, "En klinik", at=ends, begun=ends - SECOND)

    assert [queries.frozen_content(each.id, 1)["late"] for each in (in_time, late)] == [False, True]
    assert clock.day_time_text(in_time.submitted_at) == f"{clock.day_text(day)} kl.\u00a023:59"


@sqlite_only
def test_the_receipt_has_the_time_of_the_requests_arrival(database, monkeypatch):
    """The ombud pressed in time; the checks and the queue for the lock took us past midnight."""
    day = date(2021, 10, 31)
    call = open_until(day)
    ombud = actor_of(applicant(Role.OMBUD))
    midnight = clock.end_of(day)
    with clock.at(midnight - SECOND):
        application = row(services.start(ombud, call.id, StartApplication(ombud.mandates[0].organisation_id, "")))
        write(ombud, application, complete_texts(application))

    monkeypatch.setattr(clock, "real_now", lambda: midnight - SECOND)
    clock.request_arrived()
    monkeypatch.setattr(clock, "real_now", lambda: midnight + 5 * SECOND)
    services.submit(ombud, application.id)
    clock.request_ended()

    assert row(application.id).submitted_at == midnight - SECOND
    assert queries.frozen_content(application.id, 1)["late"] is False
