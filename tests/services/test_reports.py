"""Återrapportering through its services, on both databases."""

import json
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.calls import CallKind
from grantportal.domain.cases import FrozenKind, RecordKind
from grantportal.domain.errors import NoRight, NotVisible, RuleViolation, RuleViolations
from grantportal.domain.frozen import report_document
from grantportal.domain.payments import LedgerKind
from grantportal.domain.reports import (
    ECONOMY,
    AttestEconomy,
    CostAnswer,
    HandInReport,
    Rating,
    ReportStatus,
    ResultAnswer,
    SaveCost,
    SaveEconomy,
    SaveResult,
    cell_name,
    stamp,
)
from grantportal.domain.reviews import ApproveReport
from grantportal.domain.supplements import SupplementStatus
from grantportal.exports import pdf
from grantportal.models.calls import Call
from grantportal.models.cases import FrozenVersion
from grantportal.models.payments import LedgerEntry
from grantportal.models.portal import OutboxItem
from grantportal.models.records import Record
from grantportal.models.reports import Report, ReportAnswer, ReportedCost, ReportedResult
from grantportal.models.supplements import Supplement
from grantportal.queries import accounts
from grantportal.queries import reports as queries
from grantportal.queries import reviews as review_queries
from grantportal.services import reports as services
from grantportal.services import reviews
from tests.support.calls import actor_with
from tests.support.reporting import (
    ANSWER,
    CAUSE,
    COSTS,
    OPENED,
    approve,
    as_read,
    ask_supplement,
    attest,
    fill_economy,
    fill_results,
    filled,
    grant_more,
    grantee,
    handed_in,
    page,
    pay,
    rate,
)
from tests.support.rows import committed, events_of, saved
from tests.support.statements import statements

pytestmark = pytest.mark.usefixtures("database")

CODES = ["A1", "A2", "A3", "B1", "B2", "B3", "B4", "C1"]


@pytest.fixture
def region():
    return grantee()


@pytest.fixture
def _open():
    with clock.at(OPENED):
        yield


opened = pytest.mark.usefixtures("_open")


def report_of(of) -> Report:
    return committed().get_one(Report, of.report.id)


def save(of, code="A1", answer=ANSWER, seen=None, role=Role.UPPGIFTSSAMORDNARE):
    based_on = seen or page(of).result(code).stamp
    return services.save_result(of.actor(role), of.report.id, code, SaveResult(answer, based_on))


def save_cost(of, place=0, role=Role.APPLICANT_ECONOMIST, seen=None, **values):
    row = page(of).economy.rows[place]
    return services.save_economy(
        of.actor(role), of.report.id, SaveEconomy({row.category_id: SaveCost(values, seen or row.stamp)})
    )


# --- The draft -----------------------------------------------------------------------------------------------------


@opened
def test_no_text_is_longer_than_the_published_form_says(region):
    shown = page(region).result("A1")
    for field, most in {"text": 4_000, "measure": 2_000}.items():
        answer = replace(ANSWER, **{field: "å" * (most + 1)})
        with clock.at(OPENED), pytest.raises(RuleViolations) as refusal:
            services.save_result(region.actor(), region.report.id, "A1", SaveResult(answer, shown.stamp))
        assert [each.field for each in refusal.value.violations] == [field]
    assert not page(region).result("A1").answer.is_begun
    row = page(region).economy.rows[0]
    comment = SaveEconomy(
        {row.category_id: SaveCost({"cost": 1, "own_financing": 0, "comment": "å" * 2_001}, row.stamp)}
    )
    with clock.at(OPENED), pytest.raises(RuleViolation, match="Skriv högst 2\u00a0000 tecken"):
        services.save_economy(region.actor(), region.report.id, comment)
    assert page(region).economy.rows[0].answer.cost is None


def test_an_answer_is_saved_and_read_again(region):
    save(region)

    shown = page(region).result("A1")
    assert shown.answer == ANSWER
    assert (shown.label.text, shown.version) == ("Klar", 1)
    assert page(region).result("A2").label.text == "Inte påbörjad"


@opened
def test_two_who_write_the_same_answer_both_see_both_texts(region):
    seen = page(region).result("A1").stamp
    save(region, answer=replace(ANSWER, text="Först."))

    saved = save(region, answer=replace(ANSWER, text="Sedan."), seen=seen, role=Role.OMBUD)

    assert [(clash.field, clash.theirs, clash.yours) for clash in saved.clashes] == [("text", "Först.", "Sedan.")]
    assert page(region).result("A1").answer.text == "Först."
    assert not save(region, answer=replace(ANSWER, text="Sedan.")).clashes


@opened
def test_a_page_that_changed_nothing_leaves_the_later_text_alone(region):
    untouched = stamp(ResultAnswer())
    save(region)

    assert not save(region, answer=ResultAnswer(), seen=untouched).clashes
    assert page(region).result("A1").answer == ANSWER


@opened
def test_causes_of_other_forms_and_provisos_of_other_years_are_left_out(region):
    save(region, answer=replace(ANSWER, causes=("Påhittad", CAUSE), proviso_mattered=True, proviso_text="Nej."))

    kept = page(region).result("A1").answer
    assert (kept.causes, kept.proviso_mattered, kept.proviso_text) == ((CAUSE,), False, "")
    save(region, "A3", replace(ANSWER, proviso_mattered=True, proviso_text="Mått valda."))
    assert page(region).result("A3").answer.proviso_text == "Mått valda."


@opened
def test_budget_is_every_decision_of_the_year_and_paid_is_shared_by_it(region):
    grant_more(region, extra_call(region), {2021: (561_750, 0, 0, 0, 0, 0), 2022: (1, 1, 1, 1, 1, 1)})
    pay(region, 2021, 561_750)

    economy = page(region).economy
    assert economy.rows[0].budget == 3_000_000
    assert (economy.budget, economy.paid) == (3_475_558, 3_475_558)
    assert [row.paid for row in economy.rows] == [row.budget for row in economy.rows]


def extra_call(of):
    """Another call of the same statsbidrag."""
    return saved(
        Call(
            grant_id=of.call.grant_id,
            kind=CallKind.EXTRA,
            extends_id=of.call.id,
            title="Extra utlysning",
            opens_at=datetime(2021, 12, 14, tzinfo=UTC),
            last_day=date(2022, 1, 31),
        )
    )


def test_nothing_is_saved_before_the_report_opens(region):
    with clock.at(datetime(2021, 11, 30, 22, 59, tzinfo=UTC)):
        with pytest.raises(RuleViolation, match="öppnar"):
            save(region)
        with pytest.raises(RuleViolation, match="öppnar"):
            save_cost(region, cost=1)
        with pytest.raises(RuleViolation, match="öppnar"):
            services.submit(region.actor(), region.report.id)


@opened
def test_the_economist_fills_the_economy_and_nothing_else(region):
    save_cost(region, cost=10)

    assert page(region).economy.rows[0].answer.cost == 10
    with pytest.raises(NoRight):
        save(region, role=Role.APPLICANT_ECONOMIST)


@opened
def test_only_the_cells_that_were_understood_are_saved(region):
    save_cost(region, cost=10, own_financing=5, comment="x")
    save_cost(region, comment="y")

    assert page(region).economy.rows[0].answer == CostAnswer(10, 5, "y")


@opened
def test_a_row_that_somebody_else_has_changed_is_not_written_over(region):
    seen = page(region).economy.rows[0].stamp
    save_cost(region, cost=10, own_financing=0, comment="")

    saved = save_cost(region, seen=seen, cost=20, own_financing=0, comment="")

    (clash,) = saved.clashes
    assert (clash.theirs, clash.yours) == ("10", "20")
    assert page(region).economy.rows[0].answer.cost == 10


# --- Others --------------------------------------------------------------------------------------------------------


@opened
def test_another_region_and_the_authority_find_nothing(region):
    neighbour = actor_with(Role.OMBUD, grantee(region.call).organisation)
    officer = actor_with(Role.HANDLAGGARE)
    save(region)

    for stranger in (neighbour, officer):
        assert queries.page(stranger, region.report.id) is None
        with pytest.raises(NotVisible):
            services.save_result(stranger, region.report.id, "A1", SaveResult(ANSWER, ""))
        with pytest.raises(NotVisible):
            services.submit(stranger, region.report.id)
        assert queries.handed_in(stranger, region.report.id) is None


# --- Attestation ---------------------------------------------------------------------------------------------------


@opened
def test_the_economist_attests_what_was_read(region):
    fill_economy(region)
    attest(region)

    assert page(region).is_attested
    assert report_of(region).economy_attested_by_id == region.users[Role.APPLICANT_ECONOMIST].id
    assert events_of(region.report) == ["report.economy_attested"]


@opened
def test_a_changed_economy_is_read_again_before_it_is_attested(region):
    fill_economy(region)
    seen = page(region).economy.sha256
    save_cost(region, cost=1_018_461)

    with pytest.raises(RuleViolation, match="ändrats sedan du läste"):
        services.attest_economy(region.actor(Role.APPLICANT_ECONOMIST), region.report.id, AttestEconomy(seen))
    assert not page(region).is_attested


@opened
def test_an_economy_with_gaps_is_not_attested(region):
    save_cost(region, cost=1)

    with pytest.raises(RuleViolations) as refusal:
        attest(region)
    assert len(refusal.value.violations) == 11
    assert events_of(region.report) == []


@opened
@pytest.mark.parametrize("change", [{"cost": 1_018_461}, {"own_financing": 1}, {"comment": "Annan kommentar."}])
def test_any_change_of_the_economy_ends_the_attestation(region, change):
    fill_economy(region)
    attest(region)

    assert save_cost(region, **change).ended_attestation
    row = report_of(region)
    assert (row.economy_attested_by_id, row.economy_attested_at, row.economy_sha256) == (None, None, None)


@opened
def test_saving_the_same_again_leaves_the_attestation(region):
    fill_economy(region)
    attest(region)

    assert not save_cost(region, cost=COSTS[0]).ended_attestation
    assert page(region).is_attested


@opened
def test_a_later_payment_ends_the_attestation_too(region):
    fill_economy(region)
    attest(region)

    pay(region, 2021, 1)

    assert not page(region).is_attested


@opened
@pytest.mark.parametrize("role", [Role.REPRESENTANT, Role.UPPGIFTSSAMORDNARE])
def test_others_do_not_attest(region, role):
    fill_economy(region)

    with pytest.raises(NoRight):
        attest(region, role=role)


def test_an_attestation_and_a_change_at_the_same_second_never_both_stand(region):
    with clock.at(OPENED):
        fill_economy(region)
        shown = page(region)
    row = shown.economy.rows[0]
    economist, coordinator = region.actor(Role.APPLICANT_ECONOMIST), region.actor(Role.UPPGIFTSSAMORDNARE)
    barrier = threading.Barrier(2)

    def at_once(work):
        def run():
            with clock.at(OPENED), suppress(RuleViolation):
                barrier.wait()
                work()
            db.close_read_session()

        return threading.Thread(target=run)

    threads = [
        at_once(lambda: services.attest_economy(economist, region.report.id, AttestEconomy(shown.economy.sha256))),
        at_once(
            lambda: services.save_economy(
                coordinator,
                region.report.id,
                SaveEconomy({row.category_id: SaveCost({"cost": 7}, row.stamp)}),
            )
        ),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with clock.at(OPENED):
        assert page(region).economy.rows[0].answer.cost == 7
        assert report_of(region).economy_sha256 is None


# --- Handing in ----------------------------------------------------------------------------------------------------


def test_handing_in_freezes_it_and_tells_everybody(region):
    number = handed_in(region)

    row = report_of(region)
    assert (row.status, row.version_number, number) == (ReportStatus.SUBMITTED, 1, 1)
    assert row.submitted_at == OPENED
    frozen = committed().scalars(select(FrozenVersion).where(FrozenVersion.kind == FrozenKind.REPORT)).one()
    document = report_document(json.loads(frozen.content), frozen.sha256)
    assert [result.code for result in document.results] == CODES
    assert document.results[2].provisos
    assert (document.at, document.late, document.economy.unspent) == (OPENED, False, 1_720_353)
    assert document.economy_attested_by.name == region.users[Role.APPLICANT_ECONOMIST].name
    records = committed().scalars(select(Record).order_by(Record.number)).all()
    assert [record.kind for record in records] == [RecordKind.REPORT, RecordKind.RECEIPT]
    assert {item.kind for item in committed().scalars(select(OutboxItem))} >= {"render", "notice"}
    assert events_of(region.report) == ["report.economy_attested", "report.submitted"]


def test_what_is_handed_in_can_be_printed(region):
    handed_in(region)
    frozen = committed().scalars(select(FrozenVersion)).one()

    assert pdf.render(report_document(json.loads(frozen.content), frozen.sha256)).startswith(b"%PDF")


def test_the_rows_that_others_read_follow_the_hand_in_and_the_ledger_the_approval(region):
    handed_in(region)

    results = committed().scalars(select(ReportedResult)).all()
    costs = committed().scalars(select(ReportedCost).order_by(ReportedCost.id)).all()
    assert len(results) == 8
    assert {result.rating for result in results} == {Rating.PARTLY}
    assert [row.cost for row in costs] == list(COSTS)
    assert sum(row.charged for row in costs) == 1_193_455
    assert charged(region) == []

    approved(region)

    assert charged(region) == [1_193_455]
    (record,) = committed().scalars(select(Record).where(Record.kind == RecordKind.REPORT_APPROVAL))
    assert "Belastar bidraget: 1\u00a0193\u00a0455\u00a0kr" in record.text


def charged(of) -> list[int]:
    entries = select(LedgerEntry.amount).where(
        LedgerEntry.kind == LedgerKind.CHARGED, LedgerEntry.report_id == of.report.id
    )
    return list(committed().scalars(entries.order_by(LedgerEntry.id)))


def approved(of) -> None:
    with clock.at(ANSWERED):
        approve(of, actor_with(Role.HANDLAGGARE))


def test_what_is_paid_after_the_hand_in_is_charged_when_it_is_approved(database):
    region = grantee(paid={2021: 1_000_000})
    with clock.at(OPENED):
        fill_results(region)
        fill_economy(region)
        read = page(region).economy
        assert (read.charged, read.beyond) == (1_000_000, 193_455)
        services.attest_economy(
            region.actor(Role.APPLICANT_ECONOMIST), region.report.id, AttestEconomy(read.sha256, beyond_is_own=True)
        )
        services.submit(region.actor(), region.report.id, HandInReport(as_read(region), beyond_is_own=True))
    pay(region, 2021, 100_000)

    approved(region)
    assert charged(region) == [1_100_000]

    # What the region has said is its own financing is not charged by a payment that comes later still.
    pay(region, 2021, 1_000_000)
    assert charged(region) == [1_100_000]


def test_a_payment_between_reading_and_approving_is_read_first(database):
    region = grantee(paid={2021: 1_000_000})
    officer = actor_with(Role.HANDLAGGARE)
    with clock.at(OPENED):
        fill_results(region)
        fill_economy(region)
        read = page(region).economy
        services.attest_economy(
            region.actor(Role.APPLICANT_ECONOMIST), region.report.id, AttestEconomy(read.sha256, beyond_is_own=True)
        )
        services.submit(region.actor(), region.report.id, HandInReport(as_read(region), beyond_is_own=True))
    rate(region, officer)
    committed()
    seen = review_queries.page(officer, region.report.id).fingerprint
    pay(region, 2021, 100_000)

    with pytest.raises(RuleViolation, match="det som belastar bidraget"):
        reviews.approve(officer, region.report.id, ApproveReport(seen))
    assert charged(region) == []


OVER = (1_018_460, 61_250, 38_400, 9_000_000, 9_640, 50_923)
"""The pilot's first year with 9 000 000 for travelling: 10 178 673 used, 2 913 808 paid."""


@opened
def test_what_goes_over_all_that_is_paid_is_said_yes_to_and_never_charged(region):
    fill_results(region)
    fill_economy(region, costs=OVER)
    economy = page(region).economy
    assert (economy.charged, economy.beyond, economy.unspent) == (2_913_808, 7_264_865, 0)

    with pytest.raises(RuleViolation, match="7\u00a0264\u00a0865\u00a0kronor mer än det som är utbetalt") as refusal:
        services.attest_economy(region.actor(Role.APPLICANT_ECONOMIST), region.report.id, AttestEconomy(economy.sha256))
    assert refusal.value.field == "beyond_is_own"
    services.attest_economy(
        region.actor(Role.APPLICANT_ECONOMIST), region.report.id, AttestEconomy(economy.sha256, beyond_is_own=True)
    )
    # The ombud answers for the whole, and is asked too.
    for command in (None, HandInReport(as_read(region))):
        with pytest.raises(RuleViolation, match="mer än det som är utbetalt"):
            services.submit(region.actor(), region.report.id, command)
    services.submit(region.actor(), region.report.id, HandInReport(as_read(region), beyond_is_own=True))

    approved(region)
    assert charged(region) == [2_913_808]
    costs = committed().scalars(select(ReportedCost).order_by(ReportedCost.id)).all()
    assert sum(row.charged for row in costs) == 2_913_808
    document = queries.handed_in(region.actor(), region.report.id).document
    assert (document.economy.total.charged, document.economy.total.beyond) == (2_913_808, 7_264_865)
    assert (document.economy.unspent, document.economy.repayable) == (0, 0)
    assert document.economy.lines[3].beyond == 7_264_865
    told = "Kostnaderna är 7\u00a0264\u00a0865\u00a0kronor mer än det som är utbetalt."
    assert told in committed().scalars(select(Record).where(Record.kind == RecordKind.RECEIPT)).one().text
    notices = committed().scalars(select(OutboxItem.payload).where(OutboxItem.kind == "notice")).all()
    tellings = [
        each["text"]
        for each in map(json.loads, notices)
        if "inskickad" in each["title"] or "kommit in" in each["title"]
    ]
    assert len(tellings) >= 2
    assert [text for text in tellings if told not in text] == []
    pdf.render(document)


@opened
def test_own_financing_for_what_goes_over_is_charged_like_any_other(region):
    fill_results(region)
    fill_economy(region, costs=OVER, own=(0, 0, 0, 7_264_865, 0, 0))
    attest(region)
    services.submit(region.actor(), region.report.id)

    approved(region)
    assert charged(region) == [2_913_808]


@opened
def test_a_komplettering_is_charged_up_to_what_is_paid(region):
    handed_in(region)
    ask_supplement(region, ECONOMY)
    with clock.at(ANSWERED):
        save_cost(region, 3, cost=9_000_000, comment="Flyg i stället för tåg.")
        economy = page(region).economy
        services.attest_economy(
            region.actor(Role.APPLICANT_ECONOMIST), region.report.id, AttestEconomy(economy.sha256, beyond_is_own=True)
        )
        services.submit(region.actor(), region.report.id, HandInReport(as_read(region), beyond_is_own=True))

    approved(region)
    assert charged(region) == [2_913_808]


@opened
def test_a_comment_is_bound_to_the_deviation_that_it_was_written_for(region):
    fill_economy(region)
    assert page(region).economy_gaps == ()

    save_cost(region, 3, cost=9_000_000)
    (gap,) = page(region).economy_gaps
    assert (
        "Den skrevs när avvikelsen var \u221257\u00a0218\u00a0kr, nu är den +8\u00a0928\u00a0000\u00a0kr."
        in gap.message
    )
    with pytest.raises(RuleViolation, match="Kommentera avvikelsen på nytt"):
        attest(region)

    save_cost(region, 3, cost=9_000_000, comment="Chartrat flyg hela året.")
    assert page(region).economy_gaps == ()
    # A little more or less needs no new words.
    save_cost(region, 3, cost=9_020_000)
    assert page(region).economy_gaps == ()


@opened
def test_a_comment_may_be_said_to_hold_for_exactly_the_deviation_that_was_shown(region):
    fill_economy(region)
    save_cost(region, 3, cost=9_000_000)
    row = page(region).economy.rows[3]

    def say(deviation):
        command = SaveEconomy({row.category_id: SaveCost({}, row.stamp, still_explains=deviation)})
        return services.save_economy(region.actor(Role.APPLICANT_ECONOMIST), region.report.id, command)

    say(8_927_999)
    assert page(region).economy_gaps
    assert not say(8_928_000).ended_attestation
    assert page(region).economy_gaps == ()
    assert page(region).economy.rows[3].explained == 8_928_000


@opened
def test_a_comment_that_is_taken_away_explains_nothing(region):
    fill_economy(region)
    save_cost(region, 3, comment="")
    assert page(region).economy.rows[3].explained is None


@opened
def test_everything_that_is_missing_is_said_at_once_and_nothing_is_frozen(region):
    with pytest.raises(RuleViolations) as refusal:
        services.submit(region.actor(), region.report.id)

    assert len(refusal.value.violations) == 8 * 2 + 6 * 2 + 1
    assert committed().scalars(select(FrozenVersion)).all() == []
    assert report_of(region).status is ReportStatus.DRAFT


@opened
def test_without_attestation_it_is_not_handed_in(region):
    fill_results(region)
    fill_economy(region)

    with pytest.raises(RuleViolation, match="Ekonomin är inte intygad"):
        services.submit(region.actor(), region.report.id)


@opened
@pytest.mark.parametrize("role", [Role.REPRESENTANT, Role.UPPGIFTSSAMORDNARE, Role.APPLICANT_ECONOMIST])
def test_only_the_ombud_hands_in(region, role):
    filled(region)

    with pytest.raises(NoRight):
        services.submit(region.actor(role), region.report.id)


def test_handed_in_twice_the_second_changes_nothing(region):
    handed_in(region)

    with clock.at(OPENED), pytest.raises(RuleViolation, match="inte i det läget längre"):
        services.submit(region.actor(), region.report.id)
    assert len(committed().scalars(select(FrozenVersion)).all()) == 1


def test_after_the_last_day_it_is_received_and_marked_as_late(region):
    handed_in(region, datetime(2022, 3, 1, 23, 0, tzinfo=UTC))

    assert queries.handed_in(region.actor(), region.report.id).document.late


def test_what_is_handed_in_is_locked(region):
    handed_in(region)

    with clock.at(OPENED):
        with pytest.raises(RuleViolation, match="låst"):
            save(region)
        with pytest.raises(RuleViolation, match="låst"):
            save_cost(region, cost=1)


def test_both_sides_read_the_same_version(region):
    handed_in(region)
    officer = actor_with(Role.HANDLAGGARE)

    own, theirs = (queries.handed_in(who, region.report.id) for who in (region.actor(), officer))
    assert own.document == theirs.document
    assert (own.is_own, theirs.is_own) == (True, False)


# --- Komplettering -------------------------------------------------------------------------------------------------

ANSWERED = datetime(2022, 3, 25, 9, tzinfo=UTC)


def test_a_supplement_opens_only_its_parts(region):
    handed_in(region)
    ask_supplement(region, "A1")

    with clock.at(ANSWERED):
        save(region, "A1", replace(ANSWER, text="Tydligare."))
        with pytest.raises(RuleViolation, match="låst"):
            save(region, "A2", replace(ANSWER, text="Också."))
        with pytest.raises(RuleViolation, match="låst"):
            save_cost(region, cost=1)


def test_an_answer_to_a_supplement_is_a_new_version_where_only_the_opened_parts_are_new(region):
    handed_in(region)
    asked = ask_supplement(region, "A1")
    # Paid later: the locked economy stays as it was handed in.
    pay(region, 2021, 5)
    with clock.at(ANSWERED):
        save(region, "A1", ResultAnswer(Rating.MET, "Tydligare."))
        assert services.submit(region.actor(), region.report.id) == 2

    before, after = (queries.handed_in(region.actor(), region.report.id, number) for number in (1, 2))
    assert [
        new.code for old, new in zip(before.document.results, after.document.results, strict=True) if old != new
    ] == ["A1"]
    assert after.ratings["A1"] is Rating.MET
    assert after.document.economy == before.document.economy
    assert after.document.economy_attested_at == before.document.economy_attested_at
    row = report_of(region)
    assert (row.status, row.submitted_at) == (ReportStatus.SUBMITTED, OPENED)
    answered = committed().get_one(Supplement, asked.id)
    assert (answered.status, answered.version_after) == (SupplementStatus.ANSWERED, 2)
    assert events_of(asked) == ["supplement.answered"]


def test_a_corrected_cost_is_what_is_charged(region):
    handed_in(region)
    ask_supplement(region, ECONOMY)
    with clock.at(ANSWERED):
        save_cost(region, 2, cost=38_400 - 24_800)
        with pytest.raises(RuleViolation, match="Ekonomin är inte intygad"):
            services.submit(region.actor(), region.report.id)
        attest(region)
        services.submit(region.actor(), region.report.id)

    approved(region)
    assert charged(region) == [1_168_655]
    assert sum(row.charged for row in committed().scalars(select(ReportedCost))) == 1_168_655


# --- Last year -----------------------------------------------------------------------------------------------------


def test_last_years_answer_stands_beside(region):
    both = grantee(region.call, years=(2021, 2022))
    handed_in(both)
    who = both.actor()

    with clock.at(datetime(2023, 1, 10, tzinfo=UTC)):
        shown = page(both, 2022)
        result = shown.result("A3")
        last = queries.last_year(who, shown, result.id)
    assert last.answer == ANSWER
    assert last.reviewed is None
    assert result.changed == "Ändrad sedan 2021"
    assert result.proviso_note == "inget för 2022. Förbehållet från 2021 gäller inte längre."
    assert result.before.provisos
    assert shown.result("C1").changed == ""


def test_one_region_never_sees_anothers_last_year(region):
    handed_in(region)
    other = grantee(region.call, years=(2022,))
    with clock.at(datetime(2023, 1, 10, tzinfo=UTC)):
        shown = page(other, 2022)
        assert queries.last_year(accounts.actor_of(other.users[Role.OMBUD].id), shown, shown.results[0].id) is None
    db.close_read_session()


def test_a_whole_page_is_five_queries(region):
    who = region.actor()
    with clock.at(OPENED), statements() as sent:
        queries.page(who, region.report.id)
    assert len(sent) <= 6, sent  # SQLite counts its BEGIN


# --- Personnummer --------------------------------------------------------------------------------------------------

NUMBER = "811218-9876"


@opened
@pytest.mark.parametrize("name", ["text", "measure"])
def test_a_text_with_a_personnummer_is_stopped_beside_its_field(region, name):
    with pytest.raises(RuleViolations, match="får inte innehålla uppgifter om enskilda") as refusal:
        save(region, answer=replace(ANSWER, **{name: f"Flickan {NUMBER} fick vård."}))
    assert refusal.value.field == name
    save(region, answer=replace(ANSWER, **{name: "Flickan 811218-9877 fick vård."}))


@opened
def test_a_comment_with_a_personnummer_is_stopped_in_its_cell(region):
    row = page(region).economy.rows[0]
    with pytest.raises(RuleViolations) as refusal:
        save_cost(region, comment=f"Resa för {NUMBER}")
    assert refusal.value.field == cell_name(row.category_id, "comment")
    save_cost(region, comment="Resa")


@opened
def test_what_was_written_before_is_stopped_at_hand_in(region):
    fill_results(region)
    with db.writing_session() as session, session.begin():
        session.execute(update(ReportAnswer).values(text=f"Gäller {NUMBER}"))
    db.close_read_session()
    told = [gap.message for gap in page(region).gaps if gap.field == "text"]
    assert len(told) == len(CODES)
    assert all("Ta bort personnumret" in message for message in told)
