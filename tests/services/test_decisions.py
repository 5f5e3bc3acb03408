"""Beslut through its services, on both databases."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.applications import ApplicationStatus
from grantportal.domain.cases import FrozenKind, RecordKind
from grantportal.domain.decisions import (
    Decide,
    DecisionStatus,
    DismissalGround,
    Outcome,
    ProposedTotals,
    ReplyToCommunication,
    ReturnDecision,
    SaveTotals,
    SendCommunication,
)
from grantportal.domain.documents import Dismissal
from grantportal.domain.errors import NoRight, NotVisible, RuleViolation, RuleViolations
from grantportal.domain.events import EventKind, told
from grantportal.domain.frozen import decision_document
from grantportal.domain.grants import AppealVariant
from grantportal.domain.supplements import SupplementStatus
from grantportal.exports import pdf
from grantportal.models.accounts import MandateRow
from grantportal.models.applications import Application
from grantportal.models.cases import FrozenVersion
from grantportal.models.decisions import Communication, Decision, DecisionLine, Dispatch
from grantportal.models.grants import CostCategory, Grantee, YearFrame
from grantportal.models.payments import LedgerEntry, Payment
from grantportal.models.portal import Event, OutboxItem
from grantportal.models.records import Record
from grantportal.models.reports import Report
from grantportal.models.supplements import Supplement
from grantportal.policy import own, visible
from grantportal.services import communications, portal
from grantportal.services import decisions as services
from tests.support.databases import postgresql_only, sqlite_only
from tests.support.decidable import (
    actor_with,
    application,
    command,
    decided,
    extra_call,
    fingerprint_of,
    hear_nobody,
    programme,
    proposed,
    tomorrow,
    unlocked,
)
from tests.support.factories import OrganisationFactory
from tests.support.rows import committed, events_of, saved

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def pilot():
    return programme()


def frame(of, year):
    return (
        committed()
        .scalars(select(YearFrame).where(YearFrame.grant_id == of.grant.id, YearFrame.grant_year == year))
        .one()
    )


def the(model, row_id):
    return committed().get_one(model, row_id)


def test_a_decision_is_made_whole(pilot):
    made = application(pilot)
    decision_id = proposed(pilot, made)
    with clock.at(datetime(2020, 6, 30, 9, tzinfo=UTC)):
        decided(pilot, decision_id)

    decision = the(Decision, decision_id)
    assert decision.status is DecisionStatus.MADE
    assert decision.decided_by_id == pilot.decider.user_id
    assert decision.decided_at == datetime(2020, 6, 30, 9, tzinfo=UTC)
    assert the(Application, made.id).status is ApplicationStatus.CONCLUDED
    assert events_of(decision) == ["decision.proposed", "decision.made"]
    assert events_of(made) == ["application.concluded"]
    for year in pilot.years:
        assert (frame(pilot, year).decided, frame(pilot, year).grantees) == (1_000_000, 1)
    ledger = committed().scalars(select(LedgerEntry).order_by(LedgerEntry.grant_year)).all()
    assert [(entry.grant_year, entry.amount, entry.kind.value) for entry in ledger] == [
        (2021, 1_000_000, "decided"),
        (2022, 1_000_000, "decided"),
    ]
    payments = committed().scalars(select(Payment).order_by(Payment.grant_year)).all()
    assert [(each.planned_on, each.amount) for each in payments] == [
        (date(2021, 1, 15), 1_000_000),
        (date(2022, 1, 15), 1_000_000),
    ]
    reports = committed().scalars(select(Report).order_by(Report.grant_year)).all()
    assert [(each.grant_year, each.due_on, each.case_id) for each in reports] == [
        (2021, date(2022, 3, 1), made.case_id),
        (2022, date(2023, 3, 1), made.case_id),
    ]


def test_the_frozen_decision_says_everything_and_becomes_a_pdf(pilot):
    made = application(pilot)
    decision_id = proposed(
        pilot,
        made,
        covers="Team vid ungdomshemmet.",
        conditions="Regionen deltar i utvärderingen.",
        took_part="Lo Exempel, jurist",
    )
    decided(pilot, decision_id)

    frozen = committed().scalars(select(FrozenVersion).where(FrozenVersion.kind == FrozenKind.DECISION)).one()
    document = decision_document(json.loads(frozen.content), frozen.sha256)
    assert document.authority == "Socialstyrelsen"
    assert document.decided_by.name == pilot.decider.name
    assert document.rapporteur.name == pilot.officer.name
    assert document.took_part[0].title == "jurist"
    assert document.conditions == ("Bidraget redovisas för sig.", "Regionen deltar i utvärderingen.")
    assert document.sought_total == document.granted_total == 2_000_000
    assert [part.when for part in document.payments] == ["januari\u00a02021", "januari\u00a02022"]
    assert "tre veckor från den dag då beslutet meddelades" in document.appeal.text
    assert document.annex is not None
    assert document.annex.areas[0].results[0].wordings[0].starred
    assert document.annex.provisos[0].text == "Starten skiljer."
    assert json.loads(frozen.content)["basis"]["proposal_sha256"] == the(Decision, decision_id).sha256
    assert pdf.render(document).startswith(b"%PDF")
    record = committed().scalars(select(Record).where(Record.kind == RecordKind.DECISION)).one()
    assert record.frozen_version_id == frozen.id
    rendering = [item for item in committed().scalars(select(OutboxItem)) if item.kind == "render"]
    assert [json.loads(item.payload) for item in rendering] == [{"record_id": record.id}]


def test_the_proposer_cannot_decide_however_many_sessions_and_roles(pilot):
    decision_id = proposed(pilot, application(pilot))
    saved(
        MandateRow(
            user_id=pilot.officer.user_id,
            organisation_id=pilot.authority.id,
            role=Role.BESLUTSFATTARE,
            valid_from=date(2019, 1, 1),
        )
    )

    with pytest.raises(RuleViolation, match="Någon annan än den som föreslog ska besluta"):
        services.decide(pilot.officer, decision_id, Decide(fingerprint_of(decision_id)))

    assert the(Decision, decision_id).status is DecisionStatus.PROPOSED


def test_an_officer_without_the_right_cannot_decide(pilot):
    decision_id = proposed(pilot, application(pilot))
    another = actor_with(Role.HANDLAGGARE, pilot.authority)
    with pytest.raises(NoRight):
        services.decide(another, decision_id, Decide(fingerprint_of(decision_id)))


def test_a_decision_is_made_once(pilot):
    decision_id = decided(pilot, proposed(pilot, application(pilot)))
    with pytest.raises(RuleViolation, match="Ett fattat beslut kan inte ändras"):
        services.decide(pilot.decider, decision_id, Decide(fingerprint_of(decision_id)))
    assert frame(pilot, 2021).decided == 1_000_000


def test_a_made_decision_is_not_returned_or_proposed_again(pilot):
    made = application(pilot)
    decision_id = decided(pilot, proposed(pilot, made))
    with pytest.raises(RuleViolation):
        services.return_(pilot.decider, decision_id, ReturnDecision("Ändra"))
    with pytest.raises(RuleViolation):
        services.propose(pilot.officer, made.id, command(pilot, dict.fromkeys(pilot.years, 1)))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE decisions SET reasons = 'annat'",
        "DELETE FROM decisions",
        "UPDATE decision_lines SET amount = 1",
        "DELETE FROM decision_lines",
        "INSERT INTO decision_lines (decision_id, grant_year, cost_category_id, amount)"
        " SELECT id, 2023, (SELECT min(id) FROM cost_categories), 1 FROM decisions",
        "UPDATE frozen_versions SET content = '{}'",
        "UPDATE ledger_entries SET amount = 0",
    ],
)
def test_the_database_itself_refuses_to_change_a_made_decision(pilot, statement):
    decided(pilot, proposed(pilot, application(pilot)), sent=True)
    with pytest.raises(DBAPIError, match="written once"), db.writing_session() as session, session.begin():
        session.execute(text(statement))


MOVED_IN = "UPDATE decision_lines SET decision_id = {made}, grant_year = grant_year + 50 WHERE decision_id = {waiting}"
REPLACED = [
    "INSERT OR REPLACE INTO decisions SELECT * FROM decisions WHERE id = {made}",
    "INSERT OR REPLACE INTO decision_lines (id, decision_id, grant_year, cost_category_id, amount)"
    " SELECT id, {waiting}, 2040, cost_category_id, 1 FROM decision_lines WHERE decision_id = {made}",
    "UPDATE OR REPLACE decisions SET id = {made} WHERE id = {waiting}",
]


def refused(pilot, statement):
    made = decided(pilot, proposed(pilot, application(pilot)), sent=True)
    waiting = proposed(pilot, application(pilot))
    with pytest.raises(DBAPIError, match="written once"), db.writing_session() as session, session.begin():
        session.execute(text(statement.format(made=made, waiting=waiting)))


def test_nothing_is_moved_into_a_made_decision(pilot):
    refused(pilot, MOVED_IN)


@sqlite_only
@pytest.mark.parametrize("statement", REPLACED)
def test_a_made_decision_is_not_replaced(database, pilot, statement):
    refused(pilot, statement)


@postgresql_only
@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE decisions CASCADE",
        "TRUNCATE decision_lines",
        "TRUNCATE frozen_versions CASCADE",
        "INSERT INTO decisions SELECT * FROM decisions WHERE id = {made} ON CONFLICT (id) DO UPDATE SET reasons = 'annat'",
    ],
)
def test_the_server_neither_empties_nor_overwrites_what_is_decided(database, pilot, statement):
    refused(pilot, statement)


def test_a_returned_proposal_waits_for_the_officer(pilot):
    made = application(pilot)
    decision_id = proposed(pilot, made)
    read = fingerprint_of(decision_id)
    services.return_(pilot.decider, decision_id, ReturnDecision("Skriv mer om förankringen."))

    with pytest.raises(RuleViolation):
        services.decide(pilot.decider, decision_id, Decide(read))

    services.propose(
        pilot.officer, made.id, command(pilot, dict.fromkeys(pilot.years, 1_000_000), reasons="Förankrat hos SiS.")
    )
    with pytest.raises(RuleViolation, match="har ändrats sedan du läste"):
        services.decide(pilot.decider, decision_id, Decide(read))
    decided(pilot, decision_id)
    assert events_of(the(Decision, decision_id)) == [
        "decision.proposed",
        "decision.returned",
        "decision.proposed",
        "decision.made",
    ]


def test_a_return_gives_its_reason(pilot):
    decision_id = proposed(pilot, application(pilot))
    with pytest.raises(RuleViolation, match="Skriv vad som behöver ändras") as refusal:
        services.return_(pilot.decider, decision_id, ReturnDecision("  "))
    assert refusal.value.field == "reason"


def test_what_the_decision_rests_on_may_not_change_meanwhile(pilot):
    decision_id = proposed(pilot, application(pilot))
    unlocked(pilot.categories[0], name="Löner")
    with pytest.raises(RuleViolation, match="Uppgifter som beslutet bygger på har ändrats"):
        decided(pilot, decision_id)


def test_an_application_withdrawn_after_the_proposal_is_only_struck(pilot):
    made = application(pilot)
    decision_id = proposed(pilot, made)
    unlocked(made, status=ApplicationStatus.WITHDRAWN, withdrawn_at=datetime(2020, 6, 1, tzinfo=UTC))
    with pytest.raises(RuleViolation, match="Ansökan är återkallad"):
        decided(pilot, decision_id)

    services.return_(pilot.decider, decision_id, ReturnDecision("Återkallad."))
    services.propose(pilot.officer, made.id, command(pilot, {}, outcome=Outcome.STRUCK))
    decided(pilot, decision_id)
    assert frame(pilot, 2021).decided == 0
    assert committed().scalars(select(Payment)).all() == []


def test_a_withdrawn_application_is_struck_without_kommunicering(pilot):
    made = application(pilot, status=ApplicationStatus.WITHDRAWN)
    decision_id = services.propose(pilot.officer, made.id, command(pilot, {}, outcome=Outcome.STRUCK))
    decided(pilot, decision_id)
    assert the(Decision, decision_id).status is DecisionStatus.MADE


def test_a_refusal_takes_nothing_of_the_frame(pilot):
    made = application(pilot)
    hear_nobody(pilot, made)
    decision_id = services.propose(pilot.officer, made.id, command(pilot, {}, outcome=Outcome.REFUSED))
    decided(pilot, decision_id)
    assert (frame(pilot, 2021).decided, frame(pilot, 2021).grantees) == (0, 0)
    assert committed().scalars(select(Report)).all() == []


LATE = {"outcome": Outcome.DISMISSED, "dismissal_ground": DismissalGround.LATE, "dismissal_why": "Kom in 21 april."}


def test_a_late_application_is_dismissed_and_the_ground_is_frozen_with_the_decision(pilot):
    made = application(pilot)
    unlocked(made, submitted_at=datetime(2020, 4, 20, 22, tzinfo=UTC))  # midnight in Stockholm: the day after
    hear_nobody(pilot, made)
    decision_id = services.propose(pilot.officer, made.id, command(pilot, {}, **LATE))
    decided(pilot, decision_id)

    frozen = committed().scalars(select(FrozenVersion).where(FrozenVersion.kind == FrozenKind.DECISION)).one()
    document = decision_document(json.loads(frozen.content), frozen.sha256)
    assert document.outcome is Outcome.DISMISSED
    assert document.dismissal == Dismissal(ground="Ansökan kom in efter sista dagen", why="Kom in 21 april.")
    assert (document.granted, document.payments, document.reports, document.annex) == (None, (), (), None)
    assert (frame(pilot, 2021).decided, frame(pilot, 2021).grantees) == (0, 0)
    assert committed().scalars(select(Payment)).all() == []
    assert committed().scalars(select(Report)).all() == []
    for change in ("dismissal_ground = 'other'", "dismissal_why = 'annat'"):
        with (
            pytest.raises(DBAPIError, match="written once"),
            db.writing_session() as session,
            session.begin(),
        ):
            session.execute(text(f"UPDATE decisions SET {change}"))


def test_an_application_in_time_is_not_dismissed_as_late(pilot):
    made = application(pilot)
    unlocked(made, submitted_at=datetime(2020, 4, 20, 21, 59, tzinfo=UTC))
    with pytest.raises(RuleViolation, match="kom in i tid"):
        services.propose(pilot.officer, made.id, command(pilot, {}, **LATE))


def test_what_cannot_be_tried_is_dismissed_after_an_injunction_only(pilot):
    made = application(pilot)
    asked = {
        "case_id": made.case_id,
        "organisation_id": made.organisation_id,
        "application_id": made.id,
        "status": SupplementStatus.CLOSED,
        "reason": "Budgeten saknas.",
        "last_day": date(2020, 5, 8),
        "requested_by_id": pilot.officer.user_id,
        "requested_at": datetime(2020, 4, 24, tzinfo=UTC),
        "version_before": 1,
    }
    proposal = command(pilot, {}, **(LATE | {"dismissal_ground": DismissalGround.CANNOT_BE_TRIED}))
    saved(Supplement(**asked))
    with pytest.raises(RuleViolation, match="inget föreläggande med upplysning"):
        services.propose(pilot.officer, made.id, proposal)
    saved(Supplement(**asked, is_injunction=True))
    assert services.propose(pilot.officer, made.id, proposal)


def test_a_ground_goes_when_something_else_is_proposed(pilot):
    made = application(pilot)
    whole = dict.fromkeys(pilot.years, 1_000_000)
    decision_id = services.draft(pilot.officer, made.id, command(pilot, {}, **LATE))
    assert the(Decision, decision_id).dismissal_ground is DismissalGround.LATE
    services.draft(pilot.officer, made.id, command(pilot, whole, **(LATE | {"outcome": Outcome.GRANTED})))
    assert (the(Decision, decision_id).dismissal_ground, the(Decision, decision_id).dismissal_why) == (None, "")

    services.draft(pilot.officer, made.id, command(pilot, {}, **LATE))
    services.save_totals(pilot.officer, pilot.call.id, SaveTotals((ProposedTotals(made.id, Outcome.GRANTED, whole),)))
    assert (the(Decision, decision_id).dismissal_ground, the(Decision, decision_id).dismissal_why) == (None, "")


def test_the_database_knows_no_dismissal_without_a_ground(pilot):
    decision_id = proposed(pilot, application(pilot))
    made = "status = 'made', decided_by_id = :by, decided_at = proposed_at"
    for outcome in ("outcome = 'dismissed'", "outcome = 'granted', dismissal_ground = 'late', dismissal_why = 'x'"):
        query = text(f"UPDATE decisions SET {made}, {outcome} WHERE id = :id")
        with (
            pytest.raises(IntegrityError, match="dismissed_on_a_ground"),
            db.writing_session() as session,
            session.begin(),
        ):
            session.execute(query, {"by": pilot.decider.user_id, "id": decision_id})


def test_nothing_is_decided_before_the_party_is_heard(pilot):
    made = application(pilot)
    decision_id = services.propose(pilot.officer, made.id, command(pilot, dict.fromkeys(pilot.years, 1_000_000)))
    with pytest.raises(RuleViolation, match="Kommuniceringen saknas"):
        decided(pilot, decision_id)


def test_the_party_has_its_whole_last_day(pilot):
    made = application(pilot)
    with clock.at(datetime(2020, 6, 5, 8, tzinfo=UTC)):
        communications.send(pilot.officer, made.id, SendCommunication("Underlag", date(2020, 6, 22)))
        decision_id = services.propose(pilot.officer, made.id, command(pilot, dict.fromkeys(pilot.years, 1_000_000)))
    # 23.59 in Stockholm on the last day.
    with (
        clock.at(datetime(2020, 6, 22, 21, 59, tzinfo=UTC)),
        pytest.raises(RuleViolation, match="Parten kan lämna synpunkter till och med 22\u00a0juni"),
    ):
        decided(pilot, decision_id)
    with clock.at(datetime(2020, 6, 22, 22, 0, tzinfo=UTC)):
        decided(pilot, decision_id)


def test_a_reply_ends_the_waiting(pilot):
    made = application(pilot)
    ombud = actor_with(Role.OMBUD, made.organisation)
    sent = communications.send(pilot.officer, made.id, SendCommunication("Underlag", tomorrow()))
    decision_id = services.propose(pilot.officer, made.id, command(pilot, dict.fromkeys(pilot.years, 1_000_000)))
    communications.reply(ombud, sent, ReplyToCommunication("Vi delar bedömningen."))
    decided(pilot, decision_id, sent=True)
    with pytest.raises(RuleViolation, match="Ärendet är avgjort"):
        communications.reply(ombud, sent, ReplyToCommunication("En sak till."))


def test_a_reply_is_given_once_and_by_the_party_only(pilot):
    made = application(pilot)
    sent = communications.send(pilot.officer, made.id, SendCommunication("Underlag", tomorrow()))
    stranger = actor_with(Role.OMBUD, OrganisationFactory())
    coordinator = actor_with(Role.UPPGIFTSSAMORDNARE, made.organisation)
    representant = actor_with(Role.REPRESENTANT, made.organisation)
    with pytest.raises(NotVisible):
        communications.reply(stranger, sent, ReplyToCommunication("Nej"))
    with pytest.raises(NoRight):
        communications.reply(coordinator, sent, ReplyToCommunication("Nej"))
    communications.reply(representant, sent, ReplyToCommunication("Ja"))
    with pytest.raises(RuleViolation, match="redan lämnat synpunkter"):
        communications.reply(representant, sent, ReplyToCommunication("Ja igen"))
    assert the(Communication, sent).reply == "Ja"
    kinds = [record.kind for record in committed().scalars(select(Record).order_by(Record.number))]
    assert kinds == [RecordKind.COMMUNICATION, RecordKind.REPLY]


def test_material_is_sent_with_time_to_answer(pilot):
    made = application(pilot)
    with pytest.raises(RuleViolation, match="efter i dag") as refusal:
        communications.send(pilot.officer, made.id, SendCommunication("Underlag", clock.today()))
    assert refusal.value.field == "last_day"


def test_the_last_krona_of_the_frame_may_be_granted_and_not_one_more():
    pilot = programme(years=(2021,), frame=1_500_000)
    first, second = application(pilot), application(pilot)
    decided(pilot, proposed(pilot, first))
    hear_nobody(pilot, second)
    with pytest.raises(RuleViolation, match="Högst 500\u00a0000\u00a0kronor återstår"):
        services.propose(pilot.officer, second.id, command(pilot, {2021: 500_001}, outcome=Outcome.PARTLY))
    decision_id = services.propose(pilot.officer, second.id, command(pilot, {2021: 500_000}, outcome=Outcome.PARTLY))
    decided(pilot, decision_id)
    assert frame(pilot, 2021).decided == 1_500_000


def test_what_waits_for_a_decision_counts_when_another_is_sent():
    pilot = programme(years=(2021,), frame=1_500_000)
    proposed(pilot, application(pilot))
    with pytest.raises(RuleViolation, match="Högst 500\u00a0000\u00a0kronor återstår"):
        proposed(pilot, application(pilot))


def test_the_number_of_grantees_holds_over_all_calls_and_counts_each_once():
    pilot = programme(years=(2022,), most=1)
    region = OrganisationFactory()
    ordinary = application(pilot, region)
    decided(pilot, proposed(pilot, ordinary))
    extra = extra_call(pilot)
    again = application(extra, region, parent=ordinary)
    decided(extra, proposed(extra, again))
    assert frame(pilot, 2022).grantees == 1
    assert frame(pilot, 2022).decided == 2_000_000
    other = application(extra)
    waiting = proposed(extra, other)
    with pytest.raises(RuleViolation, match="Högst 1 organisationer"):
        decided(extra, waiting)
    assert len(committed().scalars(select(Grantee)).all()) == 1


def test_omfordelning_leaves_77_221_kronor_and_one_report_a_year():
    pilot = programme(years=(2022,), frame=15_000_000)
    granted = {"Skåne": 3_363_938, "Västra Götaland": 4_996_873, "Östergötland": 3_116_968}
    asked = {"Skåne": 1_650_000, "Västra Götaland": 1_480_000, "Östergötland": 865_000}
    given = {"Skåne": 1_100_000, "Västra Götaland": 1_480_000, "Östergötland": 865_000}
    ordinary = {}
    for name, amount in granted.items():
        ordinary[name] = application(pilot, OrganisationFactory(name=f"Region {name}"), sought={2022: amount})
        decided(pilot, proposed(pilot, ordinary[name], {2022: amount}))
    year = frame(pilot, 2022)
    assert year.frame - year.decided == 3_522_221

    extra = extra_call(pilot)
    for name, amount in given.items():
        made = application(extra, ordinary[name].organisation, sought={2022: asked[name]}, parent=ordinary[name])
        outcome = Outcome.GRANTED if amount == asked[name] else Outcome.PARTLY
        decided(extra, proposed(extra, made, {2022: amount}, outcome=outcome))

    year = frame(pilot, 2022)
    assert (year.frame - year.decided, year.grantees) == (77_221, 3)
    assert year.decided == 14_922_779
    reports = committed().scalars(select(Report)).all()
    assert {report.case_id for report in reports} == {each.case_id for each in ordinary.values()}
    assert len(reports) == 3
    paid = committed().scalars(select(Payment).where(Payment.planned_on == date(2022, 3, 15))).all()
    assert sum(payment.amount for payment in paid) == 3_445_000


def test_a_decision_is_its_partys_when_it_is_sent_and_sent_once(pilot):
    made = application(pilot)
    ombud = actor_with(Role.OMBUD, made.organisation)
    decision_id = decided(pilot, proposed(pilot, made))
    from grantportal.queries import decision_pages

    assert decision_pages.page(ombud, decision_id) is None
    db.close_read_session()
    services.dispatch(pilot.registrar, decision_id)
    shown = decision_pages.page(ombud, decision_id)
    assert shown is not None
    assert shown.is_dispatched
    db.close_read_session()
    with pytest.raises(RuleViolation, match="redan skickat"):
        services.dispatch(pilot.officer, decision_id)
    assert len(committed().scalars(select(Dispatch)).all()) == 1


@pytest.mark.parametrize(
    "model", [Decision, Communication, Payment, LedgerEntry, Report, Record], ids=lambda each: each.__name__
)
def test_what_leads_to_a_decision_and_follows_from_it_is_its_partys_when_it_is_sent(pilot, model):
    made = application(pilot)
    decision_id = decided(pilot, proposed(pilot, made))
    ombud = actor_with(Role.OMBUD, made.organisation)

    def seen(reader):
        rows = committed().scalars(select(model.id).where(visible(reader, model))).all()
        db.close_read_session()
        return len(rows)

    assert (seen(ombud), seen(pilot.officer)) == (0, ALL_OF_ONE_DECISION[model])
    services.dispatch(pilot.registrar, decision_id)
    sent = 1 if model is Record else 0  # that it was sent is a handling too
    assert seen(ombud) == seen(pilot.officer) == ALL_OF_ONE_DECISION[model] + sent


ALL_OF_ONE_DECISION = {Decision: 1, Communication: 1, Payment: 2, LedgerEntry: 2, Report: 2, Record: 1}


def test_what_is_sent_to_the_party_to_be_heard_about_is_its_own_at_once(pilot):
    made = application(pilot)
    sent = communications.send(pilot.officer, made.id, SendCommunication("Underlag", tomorrow()))
    ombud = actor_with(Role.OMBUD, made.organisation)
    assert committed().scalars(select(Communication.id).where(visible(ombud, Communication))).all() == [sent]


def test_a_year_that_an_extra_call_has_granted_is_not_told_by_its_report_before_the_decision_is_sent():
    """The report is filed in the ordinary case, where a decision has been sent already."""
    pilot = programme(years=(2021,))
    frame = YearFrame(grant_id=pilot.grant.id, grant_year=2022, frame=1_000_000)
    saved(frame)
    first = application(pilot)
    decided(pilot, proposed(pilot, first), sent=True)
    extra = extra_call(pilot, 2022)
    more = application(extra, first.organisation, parent=first)
    decision_id = decided(extra, proposed(extra, more))
    ombud = actor_with(Role.OMBUD, first.organisation)

    def years():
        found = committed().scalars(select(Report.grant_year).where(own(ombud, Report)).order_by(Report.grant_year))
        return found.all()

    assert years() == [2021]
    services.dispatch(pilot.registrar, decision_id)
    assert years() == [2021, 2022]


def test_a_proposal_is_not_sent_to_the_party(pilot):
    decision_id = proposed(pilot, application(pilot))
    with pytest.raises(RuleViolation):
        services.dispatch(pilot.registrar, decision_id)


def test_the_comparison_saves_over_the_frame_and_spreads_a_years_sum():
    pilot = programme(years=(2021,), frame=1_000_000)
    first, second = application(pilot), application(pilot)
    saved_count = services.save_totals(
        pilot.officer,
        pilot.call.id,
        SaveTotals(
            (
                ProposedTotals(first.id, Outcome.GRANTED, {2021: 1_000_000}),
                ProposedTotals(second.id, Outcome.PARTLY, {2021: 333_333}),
            )
        ),
    )
    assert saved_count == 2
    lines = committed().scalars(select(DecisionLine).order_by(DecisionLine.id)).all()
    assert [line.amount for line in lines] == [900_000, 100_000, 300_000, 33_333]
    assert {each.status for each in committed().scalars(select(Decision))} == {DecisionStatus.DRAFT}


def test_the_comparison_refuses_more_than_was_sought_beside_its_field(pilot):
    made = application(pilot)
    with pytest.raises(RuleViolations) as refusal:
        services.save_totals(
            pilot.officer,
            pilot.call.id,
            SaveTotals((ProposedTotals(made.id, Outcome.GRANTED, {2021: 1_000_001, 2022: 0}),)),
        )
    assert refusal.value.violations[0].field == f"p{made.id}_2021"
    assert committed().scalars(select(Decision)).all() == []


def test_two_officers_do_not_write_over_each_other_unseen(pilot):
    made = application(pilot)
    another = actor_with(Role.HANDLAGGARE, pilot.authority)
    services.draft(pilot.officer, made.id, command(pilot, {}, reasons="Först.", based_on=""))
    with pytest.raises(RuleViolation, match="har sparat ett annat förslag"):
        services.draft(another, made.id, command(pilot, {}, reasons="Sist.", based_on=""))
    assert committed().scalars(select(Decision.reasons)).one() == "Först."


def test_a_draft_may_be_unfinished_and_a_proposal_may_not(pilot):
    made = application(pilot)
    services.draft(pilot.officer, made.id, command(pilot, {}, outcome=None, reasons=""))
    with pytest.raises(RuleViolations) as missing:
        services.propose(pilot.officer, made.id, command(pilot, {2021: 1_000_000}))
    assert len(missing.value.violations) == 2
    with pytest.raises(RuleViolation, match="Skriv skälen") as refusal:
        services.propose(pilot.officer, made.id, command(pilot, dict.fromkeys(pilot.years, 1_000_000), reasons=" \n"))
    assert refusal.value.field == "reasons"


@pytest.mark.parametrize("amount", [-1, 10**15])
def test_amounts_that_no_form_lets_through_are_refused_too(pilot, amount):
    made = application(pilot)
    with pytest.raises(RuleViolation):
        services.propose(pilot.officer, made.id, command(pilot, dict.fromkeys(pilot.years, amount)))


def test_a_kostnadsslag_of_another_statsbidrag_is_refused(pilot):
    made, other = application(pilot), programme(authority=pilot.authority)
    with pytest.raises(RuleViolation, match="inte finns i utlysningen"):
        services.propose(pilot.officer, made.id, command(other, dict.fromkeys(pilot.years, 1)))


def test_a_draft_application_is_not_there_for_an_officer(pilot):
    made = application(pilot, status=ApplicationStatus.DRAFT)
    with pytest.raises(NotVisible):
        services.propose(pilot.officer, made.id, command(pilot, dict.fromkeys(pilot.years, 1_000_000)))
    with pytest.raises(NotVisible):
        communications.send(pilot.officer, made.id, SendCommunication("Underlag", tomorrow()))


def test_an_application_that_is_being_completed_is_not_proposed(pilot):
    made = application(pilot, status=ApplicationStatus.SUPPLEMENT_REQUESTED)
    with pytest.raises(RuleViolation, match="inte i det läget"):
        services.propose(pilot.officer, made.id, command(pilot, dict.fromkeys(pilot.years, 1_000_000)))


def test_two_parties_of_one_round_get_the_law_that_was_published(pilot):
    """What the statsbidrag says afterwards is for calls to come."""
    before, after = application(pilot), application(pilot)
    decided(pilot, proposed(pilot, before))
    unlocked(
        pilot.grant,
        legal_basis="En annan förordning",
        appeal_variant=AppealVariant.NONE,
        appeal_provision="20 § en annan förordning",
        appeal_is_example=True,
    )
    saved(CostCategory(grant_id=pilot.grant.id, position=3, name="Lokaler"))
    decided(pilot, proposed(pilot, after))

    first, second = (_frozen_decision(made) for made in (before, after))
    assert "tre veckor" in first.appeal.text
    assert (second.appeal, second.legal_basis) == (first.appeal, first.legal_basis)
    assert [line.category for line in second.granted.lines] == ["Personal", "Utbildning"]


def _frozen_decision(made):
    query = select(FrozenVersion).where(
        FrozenVersion.kind == FrozenKind.DECISION, FrozenVersion.case_id == made.case_id
    )
    version = committed().scalars(query).one()
    return decision_document(json.loads(version.content), version.sha256)


EARLY = datetime(2020, 4, 20, 21, 59, tzinfo=UTC)
"""23.59 in Stockholm on the call's last day."""


def decide_at(of, decision_id, moment, confirmed=None):
    with clock.at(moment):
        services.decide(of.decider, decision_id, Decide(fingerprint_of(decision_id), confirmed))


def proposed_early(of, made, **changes):
    with clock.at(datetime(2020, 4, 17, 8, tzinfo=UTC)):
        return proposed(of, made, **changes)


def test_a_decision_on_the_last_day_to_apply_is_confirmed_and_the_case_says_so(pilot):
    made = application(pilot)
    decision_id = proposed_early(pilot, made)
    with pytest.raises(RuleViolation, match="Ansökningstiden går ut den 20\u00a0april\u00a02020") as refusal:
        decide_at(pilot, decision_id, EARLY)
    assert refusal.value.field == "before_last_day"
    assert the(Decision, decision_id).status is DecisionStatus.PROPOSED
    decide_at(pilot, decision_id, EARLY, date(2020, 4, 20))
    event = committed().scalars(select(Event).where(Event.kind == EventKind.DECISION_MADE)).one()
    assert event.actor_id == pilot.decider.user_id
    assert told(event.kind, json.loads(event.data)).endswith(
        "Bekräftat: Ansökningstiden går ut den 20\u00a0april\u00a02020. Jag bekräftar att beslutet fattas före dess."
    )


def test_the_day_after_there_is_nothing_to_confirm(pilot):
    decision_id = proposed_early(pilot, application(pilot))
    decide_at(pilot, decision_id, EARLY + timedelta(minutes=1))
    event = committed().scalars(select(Event).where(Event.kind == EventKind.DECISION_MADE)).one()
    assert "confirmed" not in json.loads(event.data)


def test_a_tick_for_a_day_that_has_been_moved_is_no_tick(pilot):
    """Extended between page and press: what was read names the old day, and so does the tick."""
    made = application(pilot)
    decision_id = proposed_early(pilot, made)
    read = fingerprint_of(decision_id)
    unlocked(pilot.call, last_day=date(2020, 5, 20))
    with clock.at(EARLY), pytest.raises(RuleViolation, match="Förslaget har ändrats sedan du läste det"):
        services.decide(pilot.decider, decision_id, Decide(read, date(2020, 4, 20)))
    with clock.at(EARLY):
        services.return_(pilot.decider, decision_id, ReturnDecision("Ansökningstiden är förlängd."))
        services.propose(pilot.officer, made.id, command(pilot, dict.fromkeys(pilot.years, 1_000_000)))
    with pytest.raises(RuleViolation, match="den 20\u00a0maj\u00a02020"):
        decide_at(pilot, decision_id, EARLY, date(2020, 4, 20))
    decide_at(pilot, decision_id, EARLY, date(2020, 5, 20))


def test_a_withdrawn_application_is_struck_before_the_last_day_without_a_word(pilot):
    made = application(pilot, status=ApplicationStatus.WITHDRAWN)
    with clock.at(EARLY):
        decision_id = services.propose(pilot.officer, made.id, command(pilot, {}, outcome=Outcome.STRUCK))
    decide_at(pilot, decision_id, EARLY)


def say_where(court):
    portal.set_up(registration_prefix="", authority_address="Påhittade gatan 1, 000 00 Exempelstad", appeal_court=court)


def test_no_decision_that_may_be_appealed_is_proposed_or_made_while_nobody_has_said_where(pilot):
    made = application(pilot)
    say_where("")
    with pytest.raises(RuleViolation, match="vilken förvaltningsrätt"):
        proposed(pilot, made)
    say_where("Förvaltningsrätten i Exempelstad")
    decision_id = proposed(pilot, made)

    say_where("")
    with pytest.raises(RuleViolation, match="vilken förvaltningsrätt"):
        decided(pilot, decision_id)
    assert committed().get_one(Decision, decision_id).status is DecisionStatus.PROPOSED
    say_where("Förvaltningsrätten i Exempelstad")
    decided(pilot, decision_id)
