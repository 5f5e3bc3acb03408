"""A published call is changed by named acts only, which everybody can read and those who have begun are told of."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from grantportal import db
from grantportal.domain.actors import Role
from grantportal.domain.applications import ApplicationStatus, is_late
from grantportal.domain.calls import (
    CallAction,
    CallPhase,
    CallStatus,
    ChangeLastDay,
    CorrectTexts,
    WithdrawCall,
)
from grantportal.domain.cases import Direction, RecordKind
from grantportal.domain.decisions import Outcome, ProposeDecision
from grantportal.domain.errors import NoRight, NotVisible, RuleViolation
from grantportal.domain.events import EventKind
from grantportal.domain.grants import SetFrame
from grantportal.domain.organisations import OrganisationKind
from grantportal.domain.supplements import RequestSupplement, SupplementStatus
from grantportal.models.applications import Application
from grantportal.models.calls import Call
from grantportal.models.cases import Case
from grantportal.models.portal import Event, OutboxItem
from grantportal.models.records import Record
from grantportal.models.supplements import Supplement
from grantportal.queries import calls as queries
from grantportal.services import applications, calls, grants, reminders, supplements
from grantportal.services import decisions as decision_services
from tests.support import decidable
from tests.support.applications import actor_of, applicant, asked_to_supplement, handed_in, open_call, written
from tests.support.calls import ANNOUNCED, actor_with, make_call, make_grant, officer, played_at, published_call
from tests.support.casework import ApplicationFactory
from tests.support.factories import OrganisationFactory
from tests.support.rows import committed, events_of

pytestmark = pytest.mark.usefixtures("database")

IN_TIME = datetime(2020, 4, 16, 8, tzinfo=UTC)
AFTER = datetime(2020, 4, 22, 8, tzinfo=UTC)
LATER = date(2020, 5, 4)
WHY = "Blanketten låg nere."


def later(day=LATER, *, reason=WHY, seen=0):
    return ChangeLastDay(day, reason, seen)


def the(call):
    return committed().get_one(Call, call.id)


def applied(call, **facts):
    """An application in the call, handed in unless it shall stay a draft."""
    found = the(call)
    assert found.grant
    db.close_read_session()
    return ApplicationFactory(call=found, **facts)


def told():
    """What waits to be told, oldest first."""
    rows = committed().scalars(select(OutboxItem.payload).where(OutboxItem.kind == "notice").order_by(OutboxItem.id))
    return list(rows)


def texts(call, **changes):
    return CorrectTexts(
        **{"title": call.title, "about": call.about, "eligible": call.eligible, "reason": WHY, "seen": 0, **changes}
    )


def test_longer_time_is_for_everybody_and_heals_what_came_between():
    call, who = published_call(), officer()
    draft = applied(call, draft=True)
    late = applied(call, submitted_at=AFTER)
    assert is_late(late.submitted_at, call.last_day)

    with played_at(AFTER):
        calls.extend(who, call.id, later())
        page = queries.page(who, call.id)

    changed = the(call)
    assert (changed.last_day, changed.status) == (LATER, CallStatus.PUBLISHED)
    assert not is_late(late.submitted_at, changed.last_day)
    assert events_of(call)[-1] == "call.extended"
    [change] = page.changes
    assert (change.sentence, change.reason) == (
        "Sista dagen att ansöka är 4\u00a0maj\u00a02020, i stället för 20\u00a0april\u00a02020.",
        WHY,
    )
    said = told()
    assert len(said) == 2
    assert all("Ni har fått längre tid att ansöka" in each for each in said)
    assert all(any(f'"case_id":{made.case_id},' in each for each in said) for made in (draft, late))


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2020, 4, 20), "Välj en dag efter 22\u00a0april"),
        (date(2020, 4, 22), "Välj en dag efter 22\u00a0april"),
        (date(2020, 5, 1), "Välj en arbetsdag. 1\u00a0maj\u00a02020 är första maj."),
        (date(2020, 5, 2), "Välj en arbetsdag. 2\u00a0maj\u00a02020 är en lördag."),
        (date(2021, 1, 15), "Välj en dag före 15\u00a0januari\u00a02021"),
    ],
)
def test_longer_time_ends_on_a_working_day_before_money_is_paid(day, said):
    call, who = published_call(), officer()
    with played_at(AFTER), pytest.raises(RuleViolation) as refusal:
        calls.extend(who, call.id, later(day))
    assert refusal.value.field == "last_day"
    assert refusal.value.message.startswith(said)
    with played_at(AFTER):
        calls.extend(who, call.id, later(date(2021, 1, 14)))


def test_an_early_last_day_takes_nothing_back():
    call, who = published_call(), officer()
    handed_in = applied(call, submitted_at=IN_TIME)
    with played_at(IN_TIME):
        for day in (date(2020, 4, 15), date(2020, 4, 20)):
            with pytest.raises(RuleViolation) as refusal:
                calls.close_early(who, call.id, later(day))
            assert refusal.value.field == "last_day"
        calls.close_early(who, call.id, later(date(2020, 4, 16)))
        still_open = queries.page(who, call.id)
    changed = the(call)
    assert (changed.last_day, changed.status) == (date(2020, 4, 16), CallStatus.CLOSED_EARLY)
    assert not is_late(handed_in.submitted_at, changed.last_day)
    assert still_open.phase is CallPhase.OPEN
    with played_at(datetime(2020, 4, 16, 22, tzinfo=UTC)):
        closed = queries.page(who, call.id)
        assert closed.label.text == "Stängd i förtid"
        assert closed.label.sentence.startswith(WHY)
        with pytest.raises(RuleViolation, match="redan publicerad, stängd i förtid"):
            calls.close_early(who, call.id, later(date(2020, 4, 17), seen=1))
        calls.extend(who, call.id, later(seen=1))
    assert (the(call).status, the(call).status_reason) == (CallStatus.PUBLISHED, None)


def test_a_call_that_is_closed_is_not_closed_early():
    call, who = published_call(), officer()
    with played_at(AFTER), pytest.raises(RuleViolation, match="redan stängd"):
        calls.close_early(who, call.id, later(date(2020, 4, 17)))


def test_a_text_is_corrected_and_what_it_said_stays_to_be_read():
    call, who = published_call(), officer()
    with played_at(IN_TIME):
        with pytest.raises(RuleViolation, match="Nu står allt som förut"):
            calls.correct(who, call.id, texts(call))
        with pytest.raises(RuleViolation, match="Skriv texten som den ska vara") as refusal:
            calls.correct(who, call.id, texts(call, about=""))
        with pytest.raises(RuleViolation, match="personnummer"):
            calls.correct(who, call.id, texts(call, about="Ring 19121212-1212."))
        calls.correct(who, call.id, texts(call, eligible="Regioner och kommuner"))
        page = queries.page(who, call.id)

    assert [each.field for each in refusal.value.violations] == ["about"]
    assert the(call).eligible == "Regioner och kommuner"
    [change] = page.changes
    assert (change.title, change.was, change.becomes) == (
        "Rättad text: vem som får söka",
        "Regioner",
        "Regioner och kommuner",
    )
    assert (the(call).title, the(call).last_day) == (call.title, call.last_day)


def test_a_corrected_heading_is_what_every_case_of_the_call_is_called():
    call, who = published_call(), officer()
    handed, draft = applied(call), applied(call, draft=True)
    elsewhere = ApplicationFactory()

    def called(of):
        return committed().get_one(Case, of.case_id).title

    named = called(elsewhere)
    with played_at(IN_TIME):
        calls.correct(who, call.id, texts(call, eligible="Regioner och kommuner"))
        assert called(draft) != "Statsbidrag för 2021"
        calls.correct(who, call.id, texts(the(call), title="Statsbidrag för 2021", seen=1))

    assert [called(each) for each in (handed, draft)] == ["Statsbidrag för 2021"] * 2
    assert called(elsewhere) == named


def test_a_withdrawn_call_takes_nothing_and_what_came_is_struck():
    pilot = decidable.programme()
    made = decidable.application(pilot)
    region = OrganisationFactory()
    ombud = actor_with(Role.OMBUD, region)
    draft = applied(pilot.call, organisation=region, draft=True)
    before = decidable.proposed(pilot, decidable.application(pilot))

    calls.withdraw(pilot.officer, pilot.call.id, WithdrawCall(WHY, 0))

    assert (the(pilot.call).status, the(pilot.call).status_reason) == (CallStatus.WITHDRAWN, WHY)
    said = told()
    assert sum("Er ansökan prövas inte" in each for each in said) == 2
    assert sum("kan inte skickas in" in each for each in said) == 1
    with pytest.raises(RuleViolation, match="återtagen och tar inte emot"):
        applications.submit(ombud, draft.id)
    assert committed().get_one(Application, draft.id).status is ApplicationStatus.DRAFT
    asking = RequestSupplement(("budget",), "Skriv mer.", date(2020, 5, 20))
    with pytest.raises(RuleViolation, match="det finns inget att komplettera"):
        supplements.request(pilot.officer, made.id, asking)
    assert not committed().scalars(select(Supplement)).all()
    with pytest.raises(RuleViolation, match="kan bara skrivas av") as refusal:
        decidable.proposed(pilot, made)
    assert refusal.value.field == "outcome"
    with pytest.raises(RuleViolation, match="kan bara skrivas av"):
        decidable.decided(pilot, before)
    decidable.decided(
        pilot, decision_services.propose(pilot.officer, made.id, decidable.command(pilot, {}, outcome=Outcome.STRUCK))
    )
    page = queries.page(decidable.actor_with(Role.OMBUD, region), pilot.call.id)
    assert (page.phase, page.label.text, page.may_start) == (CallPhase.WITHDRAWN, "Återtagen", False)
    assert queries.listed(ombud).closed[0].id == pilot.call.id


def test_a_komplettering_that_waits_ends_with_the_call_and_its_party_is_reminded_of_nothing():
    call, who = open_call(), officer()
    ombud = actor_of(applicant())
    made = handed_in(ombud, call)
    asked = asked_to_supplement(who, made)
    draft = written(ombud, call, "En enhet till")
    with played_at(datetime(2020, 5, 12, 8, tzinfo=UTC)):
        calls.withdraw(who, call.id, WithdrawCall(WHY, 0))

    supplement = committed().get_one(Supplement, asked)
    assert (supplement.status, supplement.ended_by_id) == (SupplementStatus.CLOSED, who.user_id)
    assert committed().get_one(Application, made.id).status is ApplicationStatus.SUBMITTED
    assert events_of(made)[-1] == "application.call_withdrawn"
    assert events_of(supplement)[-1] == "supplement.closed"
    [handling] = committed().scalars(select(Record).where(Record.kind == RecordKind.CALL_WITHDRAWN))
    assert (handling.case_id, handling.direction) == (made.case_id, Direction.OUT)
    assert "Ni behöver inte svara på vår begäran om komplettering." in handling.text
    assert handling.text.endswith(f"Skäl: {WHY}")
    assert events_of(draft)[-1] == "application.call_withdrawn"
    with played_at(datetime(2020, 5, 26, 8, tzinfo=UTC)):
        assert reminders.send() == 0
        decision_services.propose(
            who,
            made.id,
            ProposeDecision(outcome=Outcome.STRUCK, reasons="Utlysningen är återtagen.", amounts={}),
        )
    with played_at(datetime(2020, 6, 2, 8, tzinfo=UTC)):
        assert reminders.send() == 0


def test_once_a_decision_is_made_the_round_is_not_moved_or_taken_back():
    pilot = decidable.programme()
    made = decidable.application(pilot)
    with played_at(AFTER):
        calls.extend(pilot.officer, pilot.call.id, later())
    decidable.decided(pilot, decidable.proposed(pilot, made))

    with played_at(AFTER):
        for act, command in ((calls.extend, later(date(2020, 5, 5), seen=1)), (calls.withdraw, WithdrawCall(WHY, 1))):
            with pytest.raises(RuleViolation, match="Beslut är redan fattade"):
                act(pilot.officer, pilot.call.id, command)
    assert the(pilot.call).last_day == LATER


ACTS = [
    (calls.extend, later()),
    (calls.close_early, later(date(2020, 4, 17))),
    (calls.withdraw, WithdrawCall(WHY, 0)),
    (calls.correct, CorrectTexts("Rubrik", "Om", "Alla", WHY, 0)),
]


@pytest.mark.parametrize(("act", "command"), ACTS)
def test_every_act_needs_the_right_a_reason_and_what_others_have_done(act, command):
    call, who = published_call(), officer()
    with played_at(IN_TIME):
        with pytest.raises(NoRight):
            act(actor_with(Role.FINANCE), call.id, command)
        with pytest.raises(NoRight):
            act(actor_with(Role.OMBUD, OrganisationFactory()), call.id, command)
        with pytest.raises(NotVisible):
            act(who, 999_999, command)
        with pytest.raises(RuleViolation) as refusal:
            act(who, call.id, replace(command, reason=""))
        assert refusal.value.field == "reason"
        with pytest.raises(RuleViolation, match="Någon annan har ändrat"):
            act(who, call.id, replace(command, seen=1))
        act(who, call.id, command)
        with pytest.raises(RuleViolation, match=r"Någon annan har ändrat|redan publicerad, stängd"):
            act(who, call.id, command)


@pytest.mark.parametrize(("act", "command"), ACTS)
def test_a_draft_is_changed_freely_and_by_no_named_act(act, command):
    who = officer()
    with played_at(ANNOUNCED):
        call = published_call(who, publish=False)
    with played_at(IN_TIME), pytest.raises(RuleViolation):
        act(who, call.id, command)
    assert not queries.page(who, call.id).offers & {CallAction.EXTEND, CallAction.WITHDRAW}


@pytest.mark.parametrize(
    "statement",
    ["UPDATE call_changes SET reason = 'x'", "DELETE FROM call_changes", "UPDATE calls SET status = 'draft'"],
)
def test_what_has_been_changed_is_written_once(statement):
    call, who = published_call(), officer()
    with played_at(IN_TIME):
        calls.extend(who, call.id, later())
    with pytest.raises(DBAPIError, match="written once"), db.writing_session() as session, session.begin():
        session.execute(text(statement))


OPENS = datetime(2020, 1, 31, 9, tzinfo=UTC)


def receivers():
    """The organisations that wait to be told that a call has opened."""
    return sorted(json.loads(each)["organisation_id"] for each in told() if "En utlysning har öppnat" in each)


def tell(moment):
    with played_at(moment):
        return calls.tell_opened()


def test_those_who_may_apply_are_told_once_that_a_call_has_opened_however_late():
    regions = [OrganisationFactory() for _ in range(3)]
    OrganisationFactory(kind=OrganisationKind.OTHER)
    who = officer()
    with played_at(ANNOUNCED - timedelta(days=9)):
        grant_id = make_grant(who)
        call_id = make_call(who, grant_id)
    call = committed().get_one(Call, call_id)
    applied(call, organisation=regions[2], draft=True)

    assert tell(datetime(2020, 1, 30, 22, 59, tzinfo=UTC)) == 0
    # The worker was down when it opened.
    assert tell(datetime(2020, 2, 10, 9, tzinfo=UTC)) == 1
    assert tell(datetime(2020, 2, 10, 9, tzinfo=UTC)) == 0

    assert receivers() == [regions[0].id, regions[1].id]
    assert events_of(call)[-1] == "call.opened"
    assert the(call).opening_told_on == date(2020, 2, 10)
    [payload, *_] = [json.loads(each) for each in told() if "En utlysning har öppnat" in each]
    assert payload["roles"] == ["ombud", "representant"]
    assert (payload["about"], payload["about_id"]) == ("calls", call.id)
    assert "till och med 20\u00a0april\u00a02020" in payload["text"]


def test_a_call_published_after_its_opening_day_is_told_of_and_a_closed_or_withdrawn_one_is_not():
    OrganisationFactory()
    late = published_call()
    assert tell(OPENS) == 1

    who = officer()
    with played_at(ANNOUNCED):
        other = make_call(who, late.grant_id, title="En till")
        calls.withdraw(who, other, WithdrawCall(WHY, 0))
        closed = make_call(who, late.grant_id, title="En tredje", last_day=date(2020, 2, 3))
    assert tell(datetime(2020, 2, 3, 23, tzinfo=UTC)) == 0
    assert committed().get_one(Call, closed).opening_told_on is None


def test_of_an_extra_call_only_the_years_grantees_are_told():
    pilot = decidable.programme()
    granted = decidable.application(pilot)
    OrganisationFactory()
    decidable.decided(pilot, decidable.proposed(pilot, granted), sent=True)
    untold = decidable.application(pilot)
    decidable.decided(pilot, decidable.proposed(pilot, untold))  # made, not sent
    extra = decidable.extra_call(pilot)

    assert tell(datetime(2021, 12, 14, 9, tzinfo=UTC)) == 1

    assert receivers() == [granted.organisation_id]
    assert the(extra.call).opening_told_on == date(2021, 12, 14)


def test_whoever_is_told_of_the_grant_when_the_extra_call_is_open_is_told_of_that_too():
    pilot = decidable.programme()
    early, late, refused, other_year = (decidable.application(pilot) for _ in range(4))
    nothing, one_year = {"outcome": Outcome.REFUSED}, {"outcome": Outcome.PARTLY}
    decidable.decided(pilot, decidable.proposed(pilot, early), sent=True)
    waiting = [
        decidable.decided(pilot, decidable.proposed(pilot, late)),
        decidable.decided(pilot, decidable.proposed(pilot, refused, {2021: 0, 2022: 0}, **nothing)),
        decidable.decided(pilot, decidable.proposed(pilot, other_year, {2021: 1_000_000, 2022: 0}, **one_year)),
    ]
    extra = decidable.extra_call(pilot)
    assert tell(datetime(2021, 12, 14, 9, tzinfo=UTC)) == 1
    assert receivers() == [early.organisation_id]

    with played_at(datetime(2022, 1, 31, 22, 59, tzinfo=UTC)):
        for decision_id in waiting:
            decision_services.dispatch(pilot.registrar, decision_id)
    assert receivers() == [early.organisation_id, late.organisation_id]
    assert the(extra.call).opening_told_on == date(2021, 12, 14)


def test_when_the_extra_call_has_closed_or_not_opened_nobody_is_told_of_it_by_a_decision():
    pilot = decidable.programme()
    first, second = (
        decidable.decided(pilot, decidable.proposed(pilot, decidable.application(pilot))) for _ in range(2)
    )
    decidable.extra_call(pilot)
    with played_at(datetime(2021, 12, 13, 9, tzinfo=UTC)):
        decision_services.dispatch(pilot.registrar, first)
    assert receivers() == []
    assert tell(datetime(2021, 12, 14, 9, tzinfo=UTC)) == 1
    with played_at(datetime(2022, 1, 31, 23, tzinfo=UTC)):
        decision_services.dispatch(pilot.registrar, second)
    assert len(receivers()) == 1


def test_a_years_frame_that_changes_stands_on_the_calls_page_and_is_told_to_those_who_have_begun():
    call, who = published_call(), officer()
    with played_at(ANNOUNCED):
        other = db.session().get_one(Call, make_call(who, call.grant_id, years=(2022,), title="En annan"))
    for each in (call, other):
        applied(each, status=ApplicationStatus.DRAFT)
    before = len(told())
    with played_at(IN_TIME):
        grants.set_frame(who, call.grant_id, SetFrame(2021, 15_000_000, 4))
        grants.set_frame(who, call.grant_id, SetFrame(2023, 1_000_000, 4, adds=True))
    assert queries.page(who, call.id).changes == ()
    with played_at(IN_TIME):
        grants.set_frame(who, call.grant_id, SetFrame(2021, 5_000_000, 4))
        grants.set_frame(who, call.grant_id, SetFrame(2023, 2_000_000, 4))
    with played_at(AFTER):
        grants.set_frame(who, call.grant_id, SetFrame(2021, 5_000_000, None))
        calls.extend(who, call.id, later())

    changes = queries.page(who, call.id).changes
    assert [(each.title, each.sentence, each.reason) for each in changes] == [
        (
            "Längre tid att ansöka",
            "Sista dagen att ansöka är 4\u00a0maj\u00a02020, i stället för 20\u00a0april\u00a02020.",
            WHY,
        ),
        ("Årets ram", "Antalet som kan få bidrag för 2021 ändrades från högst 4 till obegränsat.", ""),
        (
            "Årets ram",
            "Ramen för 2021 ändrades från 15\u00a0000\u00a0000\u00a0kr till 5\u00a0000\u00a0000\u00a0kr.",
            "",
        ),
    ]
    assert [each.made_at for each in changes] == [AFTER, AFTER, IN_TIME]
    assert queries.page(who, other.id).changes == ()
    frames = [each for each in map(json.loads, told()[before:]) if each["title"] == "Ramen är ändrad"]
    assert len(frames) == 2
    assert "Ramen för 2021 ändrades från" in frames[0]["text"]


def test_a_call_that_was_withdrawn_before_a_frame_changed_says_when_it_was_withdrawn():
    call, who = published_call(), officer()
    with played_at(IN_TIME):
        calls.withdraw(who, call.id, WithdrawCall(WHY, 0))
    with played_at(AFTER):
        grants.set_frame(who, call.grant_id, SetFrame(2021, 5_000_000, 4))
    assert queries.steps(queries.page(who, call.id))[-1][1] == "16\u00a0april\u00a02020"


def test_a_frame_of_nothing_is_no_frame_to_publish():
    with played_at(ANNOUNCED):
        who = officer()
        grant_id = make_grant(who, frame=0)
        with pytest.raises(RuleViolation, match="Ange en ram över 0 kr för 2021, 2022"):
            make_call(who, grant_id)


def test_a_call_whose_extra_call_is_published_is_withdrawn_when_that_is_confirmed():
    call, who = published_call(), officer()
    with played_at(ANNOUNCED):
        extra = {"title": "Omfördelning", "opens_on": date(2021, 12, 14), "last_day": date(2022, 1, 31)}
        extra_id = make_call(
            who, call.grant_id, years=(2022,), form="extra-application-form", extends_id=call.id, **extra
        )
        for confirmed in (None, date(2022, 2, 1)):
            with pytest.raises(RuleViolation, match="Bekräfta att utlysningen ska återtas") as refusal:
                calls.withdraw(who, call.id, WithdrawCall(WHY, 0, confirmed))
            assert refusal.value.field == "extra_is_published"
        calls.withdraw(who, call.id, WithdrawCall(WHY, 0, date(2022, 1, 31)))
    assert (the(call).status, committed().get_one(Call, extra_id).status) == (
        CallStatus.WITHDRAWN,
        CallStatus.PUBLISHED,
    )
    newest = committed().scalars(select(Event.data).where(Event.kind == EventKind.CALL_WITHDRAWN)).one()
    assert "«Omfördelning» är publicerad" in json.loads(newest)["confirmed"]
