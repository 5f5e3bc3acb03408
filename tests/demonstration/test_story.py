"""The story gives the pilot's own figures, and everything in it holds together."""

import json
from datetime import date

import pytest
from sqlalchemy import func, select

from grantportal import demonstration
from grantportal.demonstration.story import Story
from grantportal.domain import clock
from grantportal.domain.actors import ANONYMOUS
from grantportal.domain.applications import ApplicationStatus
from grantportal.domain.cases import FrozenKind
from grantportal.domain.decisions import Outcome
from grantportal.domain.events import EventKind
from grantportal.domain.payments import LedgerKind
from grantportal.domain.reports import ReportStatus
from grantportal.models.accounts import User
from grantportal.models.applications import Application
from grantportal.models.calls import Call
from grantportal.models.cases import FrozenVersion
from grantportal.models.decisions import Decision
from grantportal.models.grants import YearFrame
from grantportal.models.organisations import BankGiro
from grantportal.models.payments import LedgerEntry
from grantportal.models.portal import Event
from grantportal.models.reports import Report, ReportedCost
from grantportal.models.supplements import Supplement
from grantportal.queries import allocations, portal
from grantportal.services import reminders, verification
from grantportal.settings import Settings
from tests.services.test_verification import keyring
from tests.support.rows import committed


@pytest.fixture
def told(database, tmp_path):
    """Tell the story up to a step, in a database that knows its organisations."""

    def tell(until: str | None = None) -> None:
        demonstration.register_known(Settings(instance=tmp_path, demonstration=True))
        demonstration.load(until)

    yield tell
    clock.move_by(lambda: 0)


def sums(kind: LedgerKind) -> dict[int, int]:
    rows = committed().execute(
        select(LedgerEntry.grant_year, func.sum(LedgerEntry.amount))
        .where(LedgerEntry.kind == kind)
        .group_by(LedgerEntry.grant_year)
    )
    return {year: int(amount) for year, amount in rows}


def test_on_the_day_of_the_decisions_the_figures_are_the_pilots_own(told):
    told("beslut")

    assert sums(LedgerKind.DECIDED) == {2021: 11_089_785, 2022: 11_477_779}
    left = {frame.grant_year: frame.frame - frame.decided for frame in committed().scalars(select(YearFrame))}
    assert (left[2021], left[2022]) == (3_910_215, 3_522_221)
    outcomes = [decision.outcome for decision in committed().scalars(select(Decision))]
    assert sorted(outcomes) == [Outcome.GRANTED] * 3 + [Outcome.REFUSED]
    days = {clock.stockholm(decision.decided_at).date() for decision in committed().scalars(select(Decision))}
    assert days == {date(2020, 6, 30)}
    assert committed().scalar(select(func.count(Supplement.id))) == 4


def test_what_is_real_is_not_marked_as_invented(told):
    """The sums of 2020-06-30 are the pilot's; only what Region Stockholm sought is made up."""
    told("beslut")

    (call_id,) = committed().scalars(select(Call.id))
    allocated = allocations.of_call(ANONYMOUS, call_id)
    assert allocated is not None
    assert not allocated.granted_is_example
    assert [line.organisation for line in allocated.lines if line.sought_is_example] == ["Region Stockholm"]
    frozen = committed().scalars(select(FrozenVersion).where(FrozenVersion.kind == FrozenKind.DECISION))
    notes = {json.loads(each.content)["example_note"] for each in frozen}
    assert notes == {
        "Verkliga är parten, uppdraget, utgången, beslutsdagen och beviljade belopp per år. Allt annat är påhittat.",
        "Verkliga är parten, uppdraget, utgången, beslutsdagen, sökta och beviljade belopp per år och de rubriker i "
        "bilagan som inte är märkta. Allt annat är påhittat.",
    }


def test_the_whole_story_gives_every_sum_and_verifies(told, tmp_path):
    told()

    assert sums(LedgerKind.DECIDED) == {2021: 11_089_785, 2022: 14_922_779}
    assert sums(LedgerKind.PAID) == {2021: 11_089_785, 2022: 14_922_779}
    # Charged when approved: 2022's reports are handed in and being reviewed.
    assert sums(LedgerKind.CHARGED) == {2021: 6_242_929}
    reported = (
        select(Report.grant_year, func.sum(ReportedCost.charged))
        .join(ReportedCost, ReportedCost.report_id == Report.id)
        .group_by(Report.grant_year)
    )
    assert {year: int(amount) for year, amount in committed().execute(reported)} == {2021: 6_242_929, 2022: 13_268_580}
    giros = committed().scalars(select(BankGiro)).all()
    assert {(clock.stockholm(giro.verified_at).date(), clock.stockholm(giro.approved_at).date()) for giro in giros} == {
        (date(2020, 12, 10), date(2020, 12, 10))
    }
    statuses = {(report.grant_year, report.status) for report in committed().scalars(select(Report))}
    assert statuses == {(2021, ReportStatus.APPROVED), (2022, ReportStatus.SUBMITTED)}
    findings = verification.verify(tmp_path, keyring=keyring())
    assert findings.differences == []
    assert findings.checked


def test_nobody_but_the_demonstrations_persons_acts_in_the_story(told):
    told("ansokan")

    examples = set(committed().scalars(select(User.id).where(User.is_example)))
    story = Event.at.between(clock.local(date(2020, 1, 1)), clock.local(date(2023, 12, 31)))
    by_itself = select(Event.kind).where(story, Event.actor_id.is_(None))
    assert set(committed().scalars(by_itself)) == {EventKind.CALL_OPENED}
    assert set(committed().scalars(select(Event.actor_id).where(story, Event.actor_id.is_not(None)))) <= examples
    assert {application.status for application in committed().scalars(select(Application))} == {
        ApplicationStatus.SUBMITTED
    }


def test_the_first_day_shown_is_the_one_that_the_step_names(told):
    told("utlysning")
    clock.move_by(portal.moved_days)

    assert clock.today() == demonstration.STOPS["utlysning"]


def test_every_step_is_told_in_order_and_none_after_the_last_day():
    steps = Story().steps()

    moments = [step.at for step in steps]
    assert moments == sorted(moments)
    assert moments[-1] < clock.local(demonstration.STOPS[demonstration.LAST])


def test_all_that_is_told_adds_up():
    told = Story().told
    for region in told["regions"].values():
        for year, amounts in region["budget"].items():
            assert sum(costs[year] for _, _, costs in region["staff"]) == amounts[0]


def test_the_reports_are_told_of_on_their_own_days_and_nothing_is_left_to_say_on_the_day_that_is_shown(told):
    told()

    days = {}
    for event in committed().scalars(select(Event).where(Event.kind.in_(["report.opened", "report.reminded"]))):
        days.setdefault(event.kind.value, set()).add(clock.stockholm(event.at).date())
    assert days["report.opened"] == {date(2021, 12, 15), date(2022, 12, 15)}
    # Ten and three working days before 1 March; all reports came in in time.
    assert days["report.reminded"] == {
        date(2022, 2, 15),
        date(2022, 2, 24),
        date(2023, 2, 15),
        date(2023, 2, 24),
    }
    assert reminders.send() == 0


def test_nothing_in_the_history_is_of_another_time_than_the_storys(told):
    """Also what is made before the story begins, such as the organisations: 1 September 2019, when the first mandates begin."""
    told()

    first, last = committed().execute(select(func.min(Event.at), func.max(Event.at))).one()
    assert clock.stockholm(first).date() == date(2019, 9, 1)
    assert clock.stockholm(last).date() < demonstration.STOPS[demonstration.LAST]
    registered = committed().scalars(select(Event.at).where(Event.kind == EventKind.ORGANISATION_REGISTERED)).all()
    assert {clock.stockholm(at).date() for at in registered} == {date(2019, 9, 1)}
