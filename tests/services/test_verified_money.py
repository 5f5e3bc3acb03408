"""Money that somebody has changed close to the database is found, and the database refuses what it can."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Actor, Role
from grantportal.domain.cases import FrozenKind
from grantportal.domain.errors import RuleViolation
from grantportal.domain.forms import canonical, fingerprint
from grantportal.domain.giros import ApproveGiro, AskForGiro, GiroCheck, VerifyGiro
from grantportal.domain.grants import AllotFrame, SetFrame
from grantportal.domain.payments import BatchPayments, ChosenPayments, ConfirmPaid, PaymentStatus, TakeBackPayments
from grantportal.domain.reports import ReportStatus
from grantportal.domain.reviews import ApproveReport, fingerprint_of
from grantportal.models.cases import FrozenVersion
from grantportal.models.organisations import Organisation
from grantportal.models.payments import Payment, PaymentBatch
from grantportal.models.reports import Report, ReportedCost
from grantportal.queries.accounts import actor_of
from grantportal.services import giros, grants, reviews
from grantportal.services import payments as services
from tests.services.test_verification import found, tamper
from tests.support.calls import make_grant, officer
from tests.support.databases import postgresql_only
from tests.support.decidable import Programme, application, decided, programme, proposed
from tests.support.factories import OrganisationFactory, person
from tests.support.payable import seen
from tests.support.remembered import remembered
from tests.support.rows import committed, saved

pytestmark = pytest.mark.usefixtures("database")

PAY_DAY = date(2021, 1, 15)
GRANTED = 2_913_808
CHARGED = 1_193_455


@dataclass(frozen=True)
class Paid:
    """Region Ett: 2021 paid in an underlag, 2022 planned. Region Två: 2021 in an underlag that waits, 2022 planned."""

    of: Programme
    one: Organisation
    two: Organisation
    paid: Payment
    planned: Payment
    waiting: Payment


@pytest.fixture
def money() -> Paid:
    made = paid_and_waiting()
    db.close_read_session()
    return made


@remembered
def paid_and_waiting() -> Paid:
    """What the services have made of it, and a report."""
    of = programme()
    one, two = OrganisationFactory(), OrganisationFactory()
    whole = {2021: GRANTED, 2022: 1_000_000}
    with clock.at(datetime(2020, 6, 30, 10, tzinfo=UTC)):
        for region in (one, two):
            decided(of, proposed(of, application(of, region, sought=whole), whole), sent=True)
    allotted(of)
    giro_in_force(of, one, "5050-1055")
    giro_in_force(of, two, "991-2346")
    with clock.at(clock.local(PAY_DAY, 10)):
        finance = [actor_of(person(Role.FINANCE, of.authority).id) for _ in range(2)]
        first = _payment(one, 2021)
        services.confirm(finance[0], _batched(finance, first), ConfirmPaid((first.id,), PAY_DAY))
        waiting = _payment(two, 2021)
        _batched(finance, waiting)
    _reported(of, one, first)
    return Paid(of, one, two, first, _payment(one, 2022), waiting)


def allotted(of: Programme) -> None:
    """The frames are set and tilldelade, by the services: their history says so."""
    with clock.at(datetime(2020, 12, 9, 10, tzinfo=UTC)):
        economist = actor_of(person(Role.FINANCE, of.authority).id)
        for year in of.years:
            grants.set_frame(of.officer, of.grant.id, SetFrame(year, 15_000_000, 4))
            grants.allot(economist, of.grant.id, year, AllotFrame(15_000_000))


def giro_in_force(of: Programme, region: Organisation, number: str, shared_reason: str = "") -> int:
    """The region's giro, asked for, verified and approved by three persons through the services."""
    with clock.at(datetime(2020, 12, 10, 10, tzinfo=UTC)):
        ombud = actor_of(person(Role.OMBUD, region).id)
        verifier, approver = (actor_of(person(Role.FINANCE, of.authority).id) for _ in range(2))
        giro_id = giros.ask(ombud, AskForGiro(region.id, number))
        giros.verify(verifier, giro_id, VerifyGiro(GiroCheck.CALLED, "Ringde växeln.", shared_reason=shared_reason))
        giros.approve(approver, giro_id, ApproveGiro())
    return giro_id


def _payment(region: Organisation, year: int) -> Payment:
    return committed().query(Payment).filter_by(organisation_id=region.id, grant_year=year).one()


def _batched(finance: list[Actor], payment: Payment) -> int:
    chosen = ChosenPayments((payment.id,))
    db.close_read_session()
    services.register(finance[0], chosen)
    services.attest(finance[1], seen(payment))
    return services.batch(finance[0], BatchPayments(chosen.payment_ids))


def _reported(of: Programme, region: Organisation, payment: Payment) -> None:
    """A report that has been handed in twice, as rows: 1 000 000 first, and then 1 193 455, which is approved."""
    report = committed().query(Report).filter_by(organisation_id=region.id, grant_year=2021).one()
    with db.writing_session() as session, session.begin():
        row = session.get_one(Report, report.id)
        row.status, row.version_number = ReportStatus.SUBMITTED, 2
        row.submitted_at = datetime(2022, 2, 1, tzinfo=UTC)
    for number, charged in enumerate((1_000_000, CHARGED), 1):
        lines = [{"cost": part, "own_financing": 0, "charged": part} for part in (charged - 100_000, 100_000)]
        content = canonical({"economy": {"lines": lines}, "results": []})
        saved(
            FrozenVersion(
                kind=FrozenKind.REPORT,
                subject_id=report.id,
                number=number,
                content=content,
                sha256=fingerprint(content),
                frozen_at=datetime(2022, 2, number, tzinfo=UTC),
            )
        )
    for category, charged in zip(of.categories, (CHARGED - 100_000, 100_000), strict=True):
        saved(
            ReportedCost(
                report_id=report.id,
                cost_category_id=category.id,
                budget=charged,
                paid=charged,
                cost=charged,
                own_financing=0,
                charged=charged,
            )
        )
    db.close_read_session()
    officer = actor_of(person(Role.HANDLAGGARE, of.authority).id)
    reviews.approve(officer, report.id, ApproveReport(fingerprint_of(2, {}, CHARGED)))


def test_nothing_is_found_where_all_is_as_it_was_paid(money, tmp_path):
    assert found(tmp_path) == []


ENTRY = (
    "INSERT INTO ledger_entries (kind, grant_id, grant_year, organisation_id, case_id, decision_id, payment_id,"
    " report_id, amount, entered_at) SELECT {}, '2021-01-15 09:00:00' FROM ledger_entries WHERE kind = '{}' AND id IN"
    " (SELECT min(id) FROM ledger_entries GROUP BY kind)"
)
COLUMNS = "grant_id, grant_year, organisation_id, case_id"
ONE = "status = 'confirmed'"
WAITS = "status = 'batched'"

LEDGER = {
    "a decided line of minus a million": (
        ENTRY.format(f"kind, {COLUMNS}, decision_id, NULL, NULL, -1000000", "decided"),
        "reskontran säger 1 913 808 kr",
    ),
    "a decided line without decision": (
        ENTRY.format(f"kind, {COLUMNS}, NULL, NULL, NULL, 5", "decided"),
        "hör inte till något beslut",
    ),
    "a decided line that takes itself back": (
        "UPDATE ledger_entries SET amount = amount + 7 * (CASE WHEN id = (SELECT min(id) FROM ledger_entries) THEN 1"
        " ELSE -1 END) WHERE kind = 'decided' AND grant_year = 2021",
        "besluten säger",
    ),
    "a decided line of another organisation": (
        "UPDATE ledger_entries SET organisation_id = (SELECT max(organisation_id) FROM decisions) WHERE kind = 'decided'",
        "en annan organisation",
    ),
    "a paid line without payment": (
        ENTRY.format(f"kind, {COLUMNS}, decision_id, NULL, NULL, 500000", "paid"),
        "hör inte till någon utbetalning",
    ),
    "a paid line of minus a million": (
        ENTRY.format(f"kind, {COLUMNS}, decision_id, payment_id, NULL, -1000000", "paid"),
        "2 rader i reskontran",
    ),
    "a paid line twice": (
        ENTRY.format(f"kind, {COLUMNS}, decision_id, payment_id, NULL, amount", "paid"),
        "2 rader i reskontran",
    ),
    "a paid line of a payment that is not paid": (
        ENTRY.format(
            f"kind, {COLUMNS}, decision_id, (SELECT min(id) FROM payments WHERE status = 'planned'), NULL, amount",
            "paid",
        ),
        "inte är markerad som betald",
    ),
    "a paid line of another year": (
        "UPDATE ledger_entries SET grant_year = 2022 WHERE kind = 'paid'",
        "ett annat bidragsår",
    ),
    "a paid line of another case": (
        "UPDATE ledger_entries SET case_id = (SELECT max(case_id) FROM payments) WHERE kind = 'paid'",
        "ett annat ärende",
    ),
    "a paid line of another decision": (
        "UPDATE ledger_entries SET decision_id = (SELECT max(decision_id) FROM payments) WHERE kind = 'paid'",
        "ett annat beslut",
    ),
    "a paid line's amount": (
        "UPDATE ledger_entries SET amount = amount - 1 WHERE kind = 'paid'",
        "reskontran säger",
    ),
    "a paid line that is gone": ("DELETE FROM ledger_entries WHERE kind = 'paid'", "saknas i reskontran"),
    "a charged line of minus a million": (
        ENTRY.format(f"kind, {COLUMNS}, NULL, NULL, report_id, -1000000", "charged"),
        "belastar bidraget",
    ),
    "a charged line without report": (
        ENTRY.format(f"kind, {COLUMNS}, NULL, NULL, NULL, 5", "charged"),
        "hör inte till någon återrapportering",
    ),
    "a charged line that is gone": ("DELETE FROM ledger_entries WHERE kind = 'charged'", "belastar bidraget"),
    "a charged line that is doubled": (
        ENTRY.format(f"kind, {COLUMNS}, NULL, NULL, report_id, amount", "charged"),
        "belastar bidraget",
    ),
    "a charged line of a report that is not approved": (
        "UPDATE reports SET status = 'submitted', approved_at = NULL, approved_by_id = NULL WHERE status = 'approved'",
        "0 kr belastar bidraget enligt det som är godkänt",
    ),
    "what overviews read of a report": (
        "UPDATE reported_costs SET cost = cost + 1, charged = charged + 1",
        "översikterna",
    ),
}

PAYMENTS = {
    "a planned payment of 9 999 999": (
        "UPDATE payments SET amount = 9999999 WHERE status = 'planned'",
        "beslutet ger",
    ),
    "a planned payment that is lowered": (
        "UPDATE payments SET amount = 1 WHERE status = 'planned'",
        "händelsen säger",
    ),
    "a planned payment that is gone": ("DELETE FROM payments WHERE status = 'planned'", "som inte finns"),
    "a payment of another year": (
        "UPDATE payments SET grant_year = 2021, instalment = 2 WHERE status = 'planned'",
        "beslutet ger",
    ),
    "a payment to somebody else's case": (
        f"UPDATE payments SET case_id = (SELECT max(case_id) FROM payments) WHERE {ONE}",
        "ett annat ärende",
    ),
    "a payment that nobody has registered": (
        "UPDATE payments SET status = 'registered', registered_by_id = (SELECT min(id) FROM users) WHERE status = 'planned'",
        "har inte registrerats",
    ),
    "another has attested": (
        f"UPDATE payments SET attested_by_id = (SELECT min(id) FROM users) WHERE {WAITS}",
        "har inte attesterats",
    ),
    "a confirmed payment's amount": (f"UPDATE payments SET amount = amount + 1 WHERE {ONE}", "beslutet ger"),
    "a confirmed payment's giro": (f"UPDATE payments SET giro = '5555-5551' WHERE {ONE}", "bankgiro"),
    "a waiting payment's giro": (f"UPDATE payments SET giro = '5555-5551' WHERE {WAITS}", "bankgiro"),
    "another giro of the same organisation": (
        f"UPDATE payments SET giro_id = (SELECT max(id) FROM bank_giros) WHERE {ONE}",
        "det bankgiro som den hänvisar till är",
    ),
    "another's giro": (
        f"UPDATE payments SET giro_id = (SELECT max(id) FROM bank_giros) WHERE {ONE}",
        "en annan organisations",
    ),
    "an attested payment's giro": (
        f"UPDATE payments SET giro = '5555-5551', batch_id = NULL, status = 'attested' WHERE {WAITS}",
        "attesten gäller 991-2346",
    ),
    "a confirmed payment's day": (f"UPDATE payments SET paid_on = '2021-01-16' WHERE {ONE}", "2021-01-15"),
    "a confirmed payment made waiting": (
        f"UPDATE payments SET status = 'batched', paid_on = NULL WHERE {ONE}",
        "inte är markerad som betald",
    ),
    "a waiting payment made paid": (
        f"UPDATE payments SET status = 'confirmed', paid_on = '2021-01-15' WHERE {WAITS}",
        "saknas i reskontran",
    ),
}

NOT_SEEN_BEFORE = {
    "a decision's line with its entry and its frame": (
        "UPDATE decision_lines SET amount = amount + 1000000 WHERE id IN (SELECT min(id) FROM decision_lines); "
        "UPDATE ledger_entries SET amount = amount + 1000000 WHERE id IN (SELECT min(id) FROM ledger_entries WHERE kind = 'decided'); "
        "UPDATE year_frames SET decided = decided + 1000000 WHERE grant_year = 2021",
        "3 913 808 kr är beviljat för 2021, det frysta innehållet säger 2 913 808 kr",
    ),
    "money moved between kostnadsslag": (
        "UPDATE decision_lines SET amount = amount - 1 WHERE id IN (SELECT min(id) FROM decision_lines); "
        "UPDATE decision_lines SET amount = amount + 1 WHERE grant_year = 2021 AND decision_id = (SELECT min(decision_id)"
        " FROM decision_lines) AND cost_category_id = (SELECT max(cost_category_id) FROM decision_lines)",
        "är beviljat till Personal för 2021",
    ),
    "a decision that is undone": (
        "DELETE FROM ledger_entries WHERE kind = 'decided'; UPDATE decisions SET status = 'draft'",
        "är inte fattat, enligt händelserna är det det",
    ),
    "who decided": ("UPDATE decisions SET decided_by_id = (SELECT max(id) FROM users)", "det fattades av person"),
    "every dispatch": ("DELETE FROM dispatches", "är skickat enligt händelserna, men utskicket saknas"),
    "another receiver": (
        "UPDATE dispatches SET receiver = 'Någon annan'",
        "gick till Någon annan, händelsen säger Region",
    ),
    "another day of sending": ("UPDATE dispatches SET dispatched_at = '2020-01-01 09:00:00'", "skickades 2020-01-01"),
    "the planned day of what is paid": (
        f"UPDATE payments SET planned_on = '2019-01-01' WHERE {ONE}",
        "2019-01-01 är planerad dag, det frysta beslutet säger januari 2021",
    ),
    "another planned day of the same month": (
        f"UPDATE payments SET planned_on = '2021-01-14' WHERE {ONE}",
        "2021-01-14 är planerad dag, händelsen säger 2021-01-15",
    ),
    "a deviation that nobody has entered": (
        f"UPDATE payments SET deviations = 'early', deviation_reason = 'x x' WHERE {ONE}",
        "avviker med «early», händelserna säger «inget»",
    ),
    "why it was paid early": (
        f"UPDATE payments SET early_reason = 'Pengarna behövs.' WHERE {WAITS}",
        "skälet till att den betalas tidigt är ändrat",
    ),
    "what giro it is paid to": ("UPDATE payments SET giro_id = NULL", "hänvisar inte till något bankgiro"),
    "a giro's number": ("UPDATE bank_giros SET number = '5555-5551'", "händelsen säger «Bankgiro godkänt»: 991-2346"),
    "a giro's organisation": (
        "UPDATE bank_giros SET organisation_id = (SELECT max(organisation_id) FROM bank_giros), valid_to = '2021-01-01'",
        "händelserna om det gäller organisation:",
    ),
    "who approved a giro": (
        "UPDATE bank_giros SET approved_by_id = (SELECT min(id) FROM users)",
        "det godkändes av person",
    ),
    "a giro that nobody has approved": (
        "INSERT INTO bank_giros (organisation_id, number, asked_by_id, asked_at, verified_by_id, verified_at, verified_how,"
        " approved_by_id, approved_at, valid_from) SELECT 1, '5555-5551', asked_by_id, asked_at, verified_by_id, verified_at,"
        " '', approved_by_id, approved_at, valid_from FROM bank_giros WHERE number = '991-2346'",
        "det godkändes 2020-12-10 11:00:00, men det finns ingen händelse om det",
    ),
    "a giro that is gone": (
        "UPDATE payments SET giro_id = NULL; DELETE FROM bank_giros",
        "Händelser gäller bankgiro med id",
    ),
    "a giro that has ended": ("UPDATE bank_giros SET valid_to = '2021-01-01'", "händelserna säger vidare"),
    "an attestation that was taken back": (
        "UPDATE payments SET status = 'attested', attested_by_id = (SELECT min(id) FROM users) WHERE status = 'planned'",
        "enligt händelserna är läget «planerad»",
    ),
}

BATCHES = {
    "an underlag's total": ("UPDATE payment_batches SET total = total + 1", "summa"),
    "an underlag's number": (
        "UPDATE payment_batches SET number = 'U 2021-9' WHERE id = (SELECT min(id) FROM payment_batches)",
        "numret",
    ),
    "an underlag's day": ("UPDATE payment_batches SET created_at = '2021-01-14 09:00:00'", "skapades"),
    "an underlag's fingerprint": ("UPDATE payment_batches SET sha256 = 'x'", "fingeravtryck"),
    "a payment moved to another underlag": (
        f"UPDATE payments SET batch_id = (SELECT max(id) FROM payment_batches) WHERE {ONE}",
        "finns inte i underlagets frysta innehåll",
    ),
    "a payment taken out of its underlag": (
        f"UPDATE payments SET batch_id = NULL, status = 'attested' WHERE {WAITS}",
        "är inte med i underlaget",
    ),
    "frozen content with its fingerprints": (
        "UPDATE payment_batches SET sha256 = 'x'; UPDATE frozen_versions SET sha256 = 'x' WHERE kind = 'payment_batch'",
        "fingeravtryck",
    ),
    "frozen content that is no underlag": (
        "UPDATE frozen_versions SET content = '{\"payments\":[7]}' WHERE kind = 'payment_batch'",
        "går inte att läsa",
    ),
    "an underlag without its content": (
        "DELETE FROM frozen_versions WHERE kind = 'payment_batch'",
        "frysta innehåll saknas",
    ),
}


@pytest.mark.parametrize(
    ("statement", "said"),
    [*LEDGER.values(), *PAYMENTS.values(), *NOT_SEEN_BEFORE.values(), *BATCHES.values()],
    ids=[*LEDGER, *PAYMENTS, *NOT_SEEN_BEFORE, *BATCHES],
)
def test_tampering_with_money_is_found(money, tmp_path, statement, said):
    tamper(*statement.split("; "))

    differences = [each.replace("\u00a0", " ") for each in found(tmp_path)]
    assert any(said in each for each in differences), differences


@pytest.mark.parametrize(
    ("change", "said"),
    [("frame = frame + 1", "händelserna säger 15 000 000 kr"), ("status = 'estimated'", "(tilldelad)")],
)
def test_a_frame_that_its_history_does_not_know_is_found(tmp_path, change, said):
    who = officer()
    grant_id = make_grant(who)
    economist = actor_of(person(Role.FINANCE, OrganisationFactory()).id)
    grants.allot(economist, grant_id, 2021, AllotFrame(15_000_000))
    assert found(tmp_path) == []

    tamper(f"UPDATE year_frames SET {change} WHERE grant_year = 2021")

    assert any(said in each.replace("\u00a0", " ") for each in found(tmp_path)), found(tmp_path)


def test_what_is_said_leads_to_the_row(money, tmp_path):
    tamper(f"UPDATE payments SET giro = '5555-5551' WHERE id = {money.paid.id}")

    all_said = found(tmp_path)
    batch_id = _payment(money.one, 2021).batch_id
    number = committed().get_one(PaymentBatch, batch_id).number
    # Against its underlag, against the giro that it names, and against its attestation.
    assert len(all_said) == 3
    assert all(f"tbetalning {money.paid.id}" in each for each in all_said)
    [said] = [each for each in all_said if number in each]
    assert "5050-1055" in said
    assert "5555-5551" in said


REFUSED = [
    *(
        f"UPDATE payments SET {change} WHERE status = 'attested'"
        for change in (
            *(
                "giro = '5555-5551'",
                "giro_id = NULL",
                "attested_by_id = NULL",
                "attested_at = NULL",
                "planned_on = '2020-01-01'",
            ),
            *("registered_at = NULL", "status = 'batched', giro = '5555-5551'"),
        )
    ),
    *(
        f"UPDATE bank_giros SET {change}"
        for change in (
            *("number = '5555-5551'", "organisation_id = 1", "approved_at = NULL", "approved_by_id = 1"),
            *(
                "verified_by_id = 1",
                "verified_way = 'letter'",
                "verified_how = 'x'",
                "asked_by_id = 1",
                "valid_from = NULL",
            ),
            *("shared_reason = 'x'", "asked_at = '2020-01-01 00:00:00'", "verified_at = '2020-01-01 00:00:00'"),
        )
    ),
    "DELETE FROM bank_giros",
    *(
        f"UPDATE payments SET {change} WHERE status = 'registered'"
        for change in ("amount = 1", "decision_id = decision_id + 1", "grant_year = 2023", "organisation_id = 1")
    ),
    *(
        f"UPDATE payments SET {change} WHERE status = 'batched'"
        for change in (
            *(
                "amount = 1",
                "giro = '5555-5551'",
                "batch_id = NULL",
                "status = 'attested'",
                "planned_on = '2020-01-01'",
            ),
            *("registered_by_id = 1", "attested_by_id = NULL", "case_id = 1", "giro_id = NULL", "early_reason = 'x'"),
        )
    ),
    *(
        f"UPDATE payments SET {change} WHERE status = 'confirmed'"
        for change in (
            *("amount = 1", "giro = ''", "paid_on = '2021-01-16'", "confirmed_by_id = NULL", "confirmed_at = NULL"),
            "deviations = 'early', deviation_reason = 'x'",
            *("status = 'batched', paid_on = NULL", "organisation_id = 1", "grant_id = grant_id + 1", "instalment = 2"),
        )
    ),
    "UPDATE payments SET batch_id = (SELECT min(id) FROM payment_batches) WHERE status = 'registered'",
    *(f"DELETE FROM payments WHERE status = '{status}'" for status in ("registered", "batched", "confirmed")),
    *(
        f"UPDATE payment_batches SET {change}"
        for change in (
            "number = 'x'",
            "total = 1",
            "sha256 = ''",
            "created_at = '2020-01-01 00:00:00'",
            "created_by_id = 1",
        )
    ),
    "DELETE FROM payment_batches",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_the_database_refuses_to_change_what_is_paid(money, statement):
    with clock.at(clock.local(PAY_DAY, 10)):
        first, second = (actor_of(person(Role.FINANCE, money.of.authority).id) for _ in range(2))
        attested, registered = _payment(money.one, 2022), _payment(money.two, 2022)
        db.close_read_session()
        services.register(first, ChosenPayments((attested.id, registered.id)))
        services.attest(second, seen(attested))
    with db.writing_session() as session, session.begin(), pytest.raises(DBAPIError, match="written once"):
        session.execute(text(statement))


@postgresql_only
@pytest.mark.parametrize("table", ["payments", "payment_batches", "bank_giros"])
def test_the_server_does_not_empty_what_is_paid(database, money, table):
    with db.writing_session() as session, session.begin(), pytest.raises(DBAPIError, match="written once"):
        session.execute(text(f"TRUNCATE {table} CASCADE"))


def test_what_is_only_planned_can_be_changed(money):
    with db.writing_session() as session, session.begin():
        session.execute(text("UPDATE payments SET planned_on = '2022-02-15', amount = 1 WHERE status = 'planned'"))
    assert {row.amount for row in committed().query(Payment).filter_by(status=PaymentStatus.PLANNED)} == {1}


def test_an_attestation_can_be_taken_back_and_a_giro_can_end(money):
    """What is locked has its way back: the attestation, and the next giro."""
    with clock.at(clock.local(PAY_DAY, 11)):
        first, second = (actor_of(person(Role.FINANCE, money.of.authority).id) for _ in range(2))
        attested = _payment(money.one, 2022)
        db.close_read_session()
        services.register(first, ChosenPayments((attested.id,)))
        services.attest(second, seen(attested))
        services.end_attestation(second, TakeBackPayments((attested.id,), "Beloppet ska kontrolleras en gång till."))
    row = _payment(money.one, 2022)
    assert (row.status, row.giro, row.giro_id, row.attested_by_id) == (PaymentStatus.REGISTERED, "", None, None)
    db.close_read_session()

    giro_in_force(money.of, money.one, "5050-1014")

    statement = "SELECT number FROM bank_giros WHERE valid_to IS NOT NULL AND approved_at IS NOT NULL"
    assert committed().execute(text(statement)).scalars().all() == ["5050-1055"]
    with db.writing_session() as session, session.begin(), pytest.raises(DBAPIError, match="written once"):
        session.execute(text("UPDATE bank_giros SET valid_to = NULL WHERE number = '5050-1055'"))


def test_a_number_changed_after_the_attestation_is_never_paid(money, tmp_path):
    """The database refuses the change; where it is made all the same, the control tells and no underlag is made of it."""
    with clock.at(clock.local(PAY_DAY, 11)):
        first, second = (actor_of(person(Role.FINANCE, money.of.authority).id) for _ in range(2))
        payment = _payment(money.two, 2022)
        db.close_read_session()
        services.register(first, ChosenPayments((payment.id,)))
        services.attest(second, seen(payment))
        assert found(tmp_path) == []
        tamper(f"UPDATE payments SET giro = '5555-5551' WHERE id = {payment.id}")

        with pytest.raises(RuleViolation, match="Attesten av utbetalningen till"):
            services.batch(first, BatchPayments((payment.id,), "Pengarna behövs nu för lönerna."))

    assert any("har bankgiro 5555-5551, attesten gäller 991-2346" in each for each in found(tmp_path))
