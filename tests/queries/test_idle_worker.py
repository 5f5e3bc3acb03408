"""What a worker asks when there is nothing to do: as little with much in the portal as with little, and always by an index."""

import re
from datetime import date, timedelta
from itertools import product

import pytest
from sqlalchemy import event, select, text

from grantportal import db, worker
from grantportal.domain import clock
from grantportal.domain.outbox import Lane
from grantportal.domain.reminders import Reminded, due, horizon
from grantportal.domain.reports import ReportStatus
from grantportal.domain.supplements import SupplementStatus
from grantportal.models.portal import OutboxItem
from grantportal.models.reports import Report
from grantportal.models.supplements import Supplement
from grantportal.queries import reports, supplements
from grantportal.settings import Settings
from tests.support import plenty
from tests.support.rows import committed

TODAY = date(2023, 2, 20)
GROW = (
    "applications",
    "cases",
    "reports",
    "supplements",
    "ledger_entries",
    "dispatches",
    "outbox",
    "events",
    "decisions",
)


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(instance=tmp_path, secret_key="tests")


def asked(settings) -> list[tuple[str, object]]:
    """Every question of a minute in which there is nothing to do, with its parameters."""
    sent = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        if not statement.startswith("BEGIN"):
            sent.append((statement, parameters))

    event.listen(db.engine(), "before_cursor_execute", note)
    try:
        with clock.at(clock.local(TODAY, 9)):
            worker.daily(settings)
        for lane in (Lane.WORK, Lane.SCAN):
            assert not worker.work_once(settings, lane)
        assert worker.Post(settings).send_some() == 0
    finally:
        event.remove(db.engine(), "before_cursor_execute", note)
    return sent


def rows(sent) -> int:
    with db.engine().connect() as connection:
        return sum(len(connection.exec_driver_sql(*each).fetchall()) for each in sent)


def much(years) -> None:
    """Applications, requests and reports that have been told of all that there is to say today; and work that is done."""
    of = plenty.ground(regions=3, results=3)
    plenty.applications(of, 60)
    plenty.reports(of, status=ReportStatus.DRAFT, years=years)
    moment = clock.real_now() - timedelta(days=1)
    plenty.put(
        OutboxItem,
        ({"kind": "mail", "payload": "{}", "at": moment, "available_at": moment, "done_at": moment} for _ in range(60)),
    )
    with db.writing_session() as session, session.begin():
        for statement in (
            "UPDATE reports SET opening_told_on = '2022-12-01', opens_on = '2022-12-01', due_on = '2023-03-01', "
            "reminded_of = '2023-03-01', reminded_days = 10",
            "UPDATE supplements SET last_day = '2023-02-10', told_overdue_of = '2023-02-10'",
            "UPDATE calls SET opening_told_on = '2022-11-01'",
        ):
            session.execute(text(statement))


def test_it_asks_no_more_and_reads_no_more_with_much(database, settings):
    worker.daily(settings)
    much(years=(2021,))
    few = asked(settings)
    much(years=range(2021, 2041))
    many = asked(settings)
    assert len(committed().scalars(select(Report.id)).all()) >= 60
    assert len(few) == len(many) <= 9
    assert rows(few) == rows(many) <= 1


def test_what_grows_is_looked_at_by_an_index_only(database, settings):
    worker.daily(settings)
    much(years=(2021, 2022))
    read = []
    with db.engine().connect() as connection:
        if database.url.startswith("postgresql"):
            # So few rows are read as quickly without: what is asked is whether there is a way by an index.
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        for statement, parameters in asked(settings):
            if database.url.startswith("postgresql"):
                plan = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars().all()
                read += [line for line in plan if (found := re.search(r"Seq Scan on (\w+)", line)) and found[1] in GROW]
            else:
                plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
                read += [line for line in plan if (found := re.match(r"SCAN (\w+)", line)) and found[1] in GROW]
    assert read == []


REMINDED = [(None, None), (date(2023, 3, 1), 10), (date(2023, 3, 1), 3), (date(2023, 2, 1), 3)]
LAST_DAYS = [date(2023, 2, day) for day in (10, 16, 17, 20, 21, 23, 24)] + [date(2023, 3, day) for day in (1, 6, 7)]
OVERDUE = [None, date(2023, 2, 17), date(2023, 2, 10)]
TOLD = [None, date(2023, 2, 19), TODAY]
BEFORE, AFTER = (10, 3), 1


def test_of_reports_is_found_what_the_rule_says_and_nothing_else(database):
    cases = list(product(LAST_DAYS, REMINDED, OVERDUE, TOLD))
    of = plenty.ground(regions=1, results=3)
    made = plenty.reports(of, status=ReportStatus.DRAFT, years=range(2021, 2021 + len(cases)))
    with db.writing_session() as session, session.begin():
        for report_id, (last_day, (reminded_of, days), overdue_of, told_on) in zip(made, cases, strict=True):
            report = session.get_one(Report, report_id)
            report.opens_on, report.due_on, report.opening_told_on = date(2022, 12, 1), last_day, told_on
            report.reminded_of, report.reminded_days, report.told_overdue_of = reminded_of, days, overdue_of
    with clock.at(clock.local(TODAY, 9)):
        found = {report.id for report in reports.due(horizon(BEFORE, AFTER, TODAY))}
    said = {
        report_id
        for report_id, (last_day, (reminded_of, days), overdue_of, told_on) in zip(made, cases, strict=True)
        if due(Reminded(told_on, last_day, reminded_of, days, overdue_of), BEFORE, AFTER, TODAY)
    }
    assert found == said
    assert 0 < len(said) < len(made)


ASKED = [(date(2023, 2, 19), None), (TODAY, None), (date(2023, 2, 1), date(2023, 2, 19)), (date(2023, 2, 1), TODAY)]


def test_of_requests_is_found_what_the_rule_says_and_nothing_else(database):
    cases = list(product(LAST_DAYS, REMINDED, OVERDUE, ASKED))
    of = plenty.ground(regions=3, results=3)
    # An application in some is asked to supplement.
    plenty.applications(of, 60)
    with db.writing_session() as session, session.begin():
        open_now = select(Supplement).where(Supplement.status == SupplementStatus.REQUESTED).order_by(Supplement.id)
        requests = session.scalars(open_now).all()
        assert requests
    wrong, right = [], 0
    for begins in range(0, len(cases), len(requests)):
        part = cases[begins : begins + len(requests)]
        with db.writing_session() as session, session.begin():
            for request, (last_day, (reminded_of, days), overdue_of, (asked_on, more_on)) in zip(
                requests, part, strict=False
            ):
                row = session.get_one(Supplement, request.id)
                row.last_day, row.requested_at, row.extended_on = last_day, clock.local(asked_on, 23, 30), more_on
                row.reminded_of, row.reminded_days, row.told_overdue_of = reminded_of, days, overdue_of
        db.close_read_session()
        found = {each.id for each in supplements.due(horizon(BEFORE, AFTER, TODAY))}
        for request, (last_day, (reminded_of, days), overdue_of, (asked_on, more_on)) in zip(
            requests, part, strict=False
        ):
            facts = Reminded(more_on or asked_on, last_day, reminded_of, days, overdue_of)
            says = due(facts, BEFORE, AFTER, TODAY) is not None
            right += says
            if says != (request.id in found):
                wrong.append(facts)
    assert wrong == []
    assert 0 < right < len(cases)
