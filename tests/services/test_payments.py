"""Utbetalning through its services, on both databases."""

import functools
import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from grantportal.domain import clock, events
from grantportal.domain.actors import Actor, Role
from grantportal.domain.errors import NoRight, NotVisible, RuleViolation
from grantportal.domain.events import EventKind
from grantportal.domain.giros import ApproveGiro, AskForGiro, GiroCheck, VerifyGiro
from grantportal.domain.grants import FrameStatus, SetFrame
from grantportal.domain.organisations import OrganisationKind
from grantportal.domain.payments import (
    BatchPayments,
    ChosenPayments,
    ConfirmPaid,
    LedgerKind,
    PaymentStatus,
    TakeBackPayments,
)
from grantportal.exports import xlsx
from grantportal.models.decisions import Decision
from grantportal.models.grants import YearFrame
from grantportal.models.organisations import BankGiro, Organisation
from grantportal.models.payments import LedgerEntry, Payment, PaymentBatch
from grantportal.models.portal import Event, OutboxItem
from grantportal.policy import visible
from grantportal.queries import payments as queries
from grantportal.queries.accounts import actor_of
from grantportal.services import decisions, giros, grants
from grantportal.services import payments as services
from tests.services.test_verification import tamper
from tests.support import decidable
from tests.support.decidable import unlocked
from tests.support.factories import OrganisationFactory, person
from tests.support.payable import MADE_AT, giro, payable, programme, seen
from tests.support.rows import committed, events_of, saved
from tests.support.statements import statements

PAY_DAY = date(2021, 1, 15)


@pytest.fixture(autouse=True)
def january_2021(database):
    with clock.at(clock.local(PAY_DAY, 10)):
        yield


@pytest.fixture
def region() -> Organisation:
    return OrganisationFactory()


@pytest.fixture
def finance() -> tuple[Actor, Actor]:
    authority = OrganisationFactory()
    return tuple(actor_of(person(Role.FINANCE, authority).id) for _ in range(2))


def chosen(*payments: Payment) -> ChosenPayments:
    return ChosenPayments(tuple(payment.id for payment in payments))


def underlag(*payments: Payment, early_reason: str = "") -> BatchPayments:
    return BatchPayments(chosen(*payments).payment_ids, early_reason)


def now(payment: Payment) -> Payment:
    return committed().get_one(Payment, payment.id)


def history(payment: Payment, kind: str) -> str:
    """The line that the history shows of the payment's latest event of a kind."""
    rows = committed().query(Event).filter_by(subject="payments", subject_id=payment.id, kind=EventKind(kind))
    return events.told(EventKind(kind), json.loads(rows.order_by(Event.id.desc()).first().data))


def told() -> list[dict]:
    """What persons of the authority are told one by one."""
    rows = committed().scalars(select(OutboxItem).where(OutboxItem.kind == "notice").order_by(OutboxItem.id))
    return [each for each in (json.loads(row.payload) for row in rows) if each.get("user_id")]


def refused(act) -> RuleViolation:
    with pytest.raises(RuleViolation) as refusal:
        act()
    return refusal.value


def batched(finance: tuple[Actor, Actor], *payments: Payment) -> int:
    first, second = finance
    services.register(first, chosen(*payments))
    services.attest(second, seen(*payments))
    return services.batch(first, underlag(*payments))


def test_a_payment_is_registered_attested_batched_and_paid(finance, region):
    payment = payable(programme(), region)
    giro(region)
    _, second = finance

    batch_id = batched(finance, payment)
    services.confirm(second, batch_id, ConfirmPaid((payment.id,), PAY_DAY))

    paid = now(payment)
    assert (paid.status, paid.paid_on, paid.giro) == (PaymentStatus.CONFIRMED, PAY_DAY, "5050-1055")
    assert [entry.amount for entry in committed().query(LedgerEntry)] == [2_913_808]
    assert events_of(payment) == ["payment.registered", "payment.attested", "payment.batched", "payment.confirmed"]


def test_nothing_is_registered_before_the_year_is_allotted(finance, region):
    payment = payable(programme(status=FrameStatus.ESTIMATED), region)

    with pytest.raises(RuleViolation, match="inte tilldelade"):
        services.register(finance[0], chosen(payment))

    assert now(payment).status is PaymentStatus.PLANNED


STEPS = {
    PaymentStatus.PLANNED: lambda first, second, payment: services.register(first, chosen(payment)),
    PaymentStatus.REGISTERED: lambda first, second, payment: services.attest(second, seen(payment)),
    PaymentStatus.ATTESTED: lambda first, second, payment: services.batch(first, underlag(payment)),
}
"""Each step of ours, by the state that it is taken from."""


def brought_to(status: PaymentStatus, finance: tuple[Actor, Actor], payment: Payment) -> None:
    for origin, step in STEPS.items():
        if origin is status:
            return
        step(*finance, payment)


@pytest.mark.parametrize("status", STEPS)
def test_no_step_is_taken_while_the_years_money_is_estimated(finance, region, status):
    """However the frame came to be so: the step itself asks."""
    of = programme()
    payment = payable(of, region)
    giro(region)
    brought_to(status, finance, payment)
    unlocked(of.frame, status=FrameStatus.ESTIMATED)

    with pytest.raises(RuleViolation, match="Medlen för 2021 är inte tilldelade"):
        STEPS[status](*finance, payment)

    assert now(payment).status is status
    unlocked(of.frame, status=FrameStatus.ALLOTTED)
    STEPS[status](*finance, payment)
    assert now(payment).status is not status


@pytest.mark.parametrize("status", STEPS)
def test_no_step_is_taken_before_the_decision_is_sent(finance, region, status):
    payment = payable(programme(), region, is_sent=False)
    giro(region)
    people = {"registered_by_id": finance[0].user_id, "attested_by_id": finance[1].user_id}
    unlocked(payment, status=status, **people)

    with pytest.raises(RuleViolation, match=f"Beslutet till {region.name} är inte skickat än"):
        STEPS[status](*finance, payment)

    assert now(payment).status is status


@pytest.mark.parametrize("status", [PaymentStatus.REGISTERED, PaymentStatus.ATTESTED, PaymentStatus.BATCHED])
def test_a_frame_is_not_edited_while_payments_of_it_are_under_way(finance, region, status):
    """Another sum is beräknad until it is tilldelad anew, and what is on its way is paid of what is tilldelat."""
    of = programme()
    payment = payable(of, region)
    giro(region)
    officer = actor_of(person(Role.HANDLAGGARE, OrganisationFactory(kind=OrganisationKind.AUTHORITY)).id)
    brought_to(status, finance, payment)

    said = refused(lambda: grants.set_frame(officer, of.grant.id, SetFrame(2021, 15_000_001, 4)))

    assert said.field == "frame"
    assert f"{region.name} (" in said.message
    assert committed().get_one(YearFrame, of.frame.id).status is FrameStatus.ALLOTTED
    grants.set_frame(officer, of.grant.id, SetFrame(2021, 15_000_000, 5))


def test_what_is_paid_hinders_no_edit(finance, region):
    """It was paid of tilldelade medel; what is added since is beräknat."""
    of = programme()
    payment = payable(of, region)
    giro(region)
    services.confirm(finance[1], batched(finance, payment), ConfirmPaid((payment.id,), PAY_DAY))
    officer = actor_of(person(Role.HANDLAGGARE, OrganisationFactory(kind=OrganisationKind.AUTHORITY)).id)

    grants.set_frame(officer, of.grant.id, SetFrame(2021, 15_000_001, 4))

    assert committed().get_one(YearFrame, of.frame.id).status is FrameStatus.ESTIMATED


def test_on_its_planned_day_it_is_paid_without_a_word(finance, region):
    payment = payable(programme(), region, planned_on=PAY_DAY)
    giro(region)

    batch_id = batched(finance, payment)
    services.confirm(finance[1], batch_id, ConfirmPaid((payment.id,), PAY_DAY))

    paid = now(payment)
    assert (paid.early_reason, paid.deviations, paid.deviation_reason) == ("", "", "")


def test_the_day_before_a_reason_is_asked_for_and_kept(finance, region):
    """The reason is given at the step that commits to it, and is not asked for again when the bank has done as told."""
    payment = payable(programme(), region, planned_on=PAY_DAY + timedelta(days=1))
    giro(region)
    brought_to(PaymentStatus.ATTESTED, finance, payment)

    for reason, told in (("", f"{region.name} 2021 \\(16\\sjanuari\\s2021\\)"), ("ok", "med några ord")):
        with pytest.raises(RuleViolation, match=told) as refusal:
            services.batch(finance[0], underlag(payment, early_reason=reason))
        assert refusal.value.field == "early_reason"
    assert now(payment).status is PaymentStatus.ATTESTED

    batch_id = services.batch(finance[0], underlag(payment, early_reason="Planerad dag är en lördag."))
    services.confirm(finance[1], batch_id, ConfirmPaid((payment.id,), PAY_DAY))

    paid = now(payment)
    assert (paid.early_reason, paid.deviations) == ("Planerad dag är en lördag.", "")
    assert "Planerad dag är en lördag." in history(payment, "payment.batched")


def test_a_reason_stays_with_those_that_are_early(finance):
    of = programme()
    one, other = OrganisationFactory(), OrganisationFactory()
    giro(one)
    giro(other, "991-2346")
    early, in_time = payable(of, one, planned_on=PAY_DAY + timedelta(days=1)), payable(of, other)
    for payment in (early, in_time):
        brought_to(PaymentStatus.ATTESTED, finance, payment)

    services.batch(finance[0], underlag(early, in_time, early_reason="Regionen har bett om det."))

    assert (now(early).early_reason, now(in_time).early_reason) == ("Regionen har bett om det.", "")


@pytest.mark.parametrize(
    ("odd", "code", "told"),
    [
        ("frame", "frame_estimated", "årets medel var inte tilldelade"),
        ("day", "before_batch,early", "betald innan underlaget skapades, betald före planerad dag"),
        ("giro", "giro_ended", "betald till ett bankgiro som hade slutat gälla"),
    ],
)
def test_what_the_bank_has_done_is_entered_with_how_it_deviates_and_why(finance, region, odd, code, told):
    of = programme()
    payment = payable(of, region)
    giro(region)
    batch_id = batched(finance, payment)
    paid_on = PAY_DAY - timedelta(days=1) if odd == "day" else PAY_DAY
    if odd == "frame":
        unlocked(of.frame, status=FrameStatus.ESTIMATED)
    if odd == "giro":
        changed_giro(region, finance)

    for reason in ("", "-"):
        with pytest.raises(RuleViolation) as refusal:
            services.confirm(finance[1], batch_id, ConfirmPaid((payment.id,), paid_on, reason))
        assert refusal.value.field == "reason"
    assert told in str(refused(lambda: services.confirm(finance[1], batch_id, ConfirmPaid((payment.id,), paid_on))))
    assert now(payment).status is PaymentStatus.BATCHED

    services.confirm(finance[1], batch_id, ConfirmPaid((payment.id,), paid_on, "Banken betalade så."))

    paid = now(payment)
    assert (paid.status, paid.paid_on, paid.deviations) == (PaymentStatus.CONFIRMED, paid_on, code)
    assert events_of(payment)[-2:] == ["payment.confirmed", "payment.deviated"]
    assert history(payment, "payment.deviated").endswith(f", {told}. Skäl: Banken betalade så.")
    assert [entry.amount for entry in committed().query(LedgerEntry)] == [2_913_808]


WHY = "Regionen har ångrat återkallelsen i ett brev."


def withdrawn(payment: Payment) -> Payment:
    """Its party withdrew the application between the decision and the sending of it."""
    decision = committed().get_one(Decision, payment.decision_id)
    unlocked(decision.application, withdrawn_at=MADE_AT)
    return payment


def test_a_withdrawn_grant_is_paid_with_a_reason_at_each_step_that_is_ours_and_flagged_when_it_is_paid(finance):
    of = programme()
    one, other = OrganisationFactory(), OrganisationFactory()
    giro(one)
    giro(other, "991-2346")
    payment, usual = withdrawn(payable(of, one)), payable(of, other)
    first, second = finance
    both = (payment, usual)
    acts = (
        ("registered", lambda why: services.register(first, replace(chosen(*both), withdrawn_reason=why))),
        ("attested", lambda why: services.attest(second, replace(seen(*both), withdrawn_reason=why))),
        ("batched", lambda why: services.batch(first, replace(underlag(*both), withdrawn_reason=why))),
    )

    for kind, act in acts:
        before = now(payment).status
        for why in ("", "ok"):
            assert refused(functools.partial(act, why)).field == "withdrawn_reason"
        assert now(payment).status is before
        batch_id = act(WHY)
        assert f"återkallad innan beslutet skickades. Skäl: {WHY}" in history(payment, f"payment.{kind}")
        assert "återkallad" not in history(usual, f"payment.{kind}")
    paid = (payment.id, usual.id)
    assert refused(lambda: services.confirm(second, batch_id, ConfirmPaid(paid, PAY_DAY))).field == "reason"
    services.confirm(second, batch_id, ConfirmPaid(paid, PAY_DAY, "Banken hade redan betalat."))

    assert (now(payment).deviations, now(payment).deviation_reason) == ("withdrawn", "Banken hade redan betalat.")
    assert (now(usual).status, now(usual).deviations) == (PaymentStatus.CONFIRMED, "")
    assert "parten hade återkallat ansökan innan beslutet skickades" in history(payment, "payment.deviated")


def test_a_decision_that_was_not_sent_is_a_deviation_too(finance, region):
    """Only what was put in an underlag before the rule can be so."""
    payment = payable(programme(), region, is_sent=False)
    first, second = finance
    unlocked(payment, giro="5050-1055", registered_by_id=first.user_id, attested_by_id=second.user_id)
    made = saved(
        PaymentBatch(
            number="U 2021-0001",
            grant_id=payment.grant_id,
            created_by_id=first.user_id,
            created_at=clock.now(),
            total=1,
            sha256="",
        )
    )
    unlocked(payment, status=PaymentStatus.BATCHED, batch_id=made.id)

    services.confirm(second, made.id, ConfirmPaid((payment.id,), PAY_DAY, "Banken betalade så."))

    assert now(payment).deviations == "not_sent"


def test_the_database_lets_no_payment_of_another_statsbidrag_into_an_underlag(finance, region):
    first, second = finance
    own, other = (payable(programme(year=year), OrganisationFactory()) for year in (2021, 2022))
    in_force = giro(region)
    facts = {"registered_by_id": first.user_id, "attested_by_id": second.user_id, "giro_id": in_force.id}
    underlag = {
        of: saved(
            PaymentBatch(
                number=of, grant_id=grant_id, created_by_id=first.user_id, created_at=clock.now(), total=1, sha256=""
            )
        )
        for of, grant_id in (("U 1", own.grant_id), ("U 2", None))
    }
    for payment, of in ((other, "U 1"), (own, "U 2")):
        with pytest.raises(DBAPIError, match="written once"):
            unlocked(payment, giro="5050-1055", status=PaymentStatus.BATCHED, batch_id=underlag[of].id, **facts)

    unlocked(own, giro="5050-1055", status=PaymentStatus.BATCHED, batch_id=underlag["U 1"].id, **facts)
    assert now(own).batch_id == underlag["U 1"].id


def test_a_reason_without_a_deviation_marks_nothing(finance, region):
    payment = payable(programme(), region)
    giro(region)

    services.confirm(finance[1], batched(finance, payment), ConfirmPaid((payment.id,), PAY_DAY, "Allt är som det ska."))

    assert (now(payment).deviations, now(payment).deviation_reason) == ("", "")


def test_the_way_back_ends_at_the_plan(finance, region):
    first, second = finance
    payment = payable(programme(), region)
    giro(region)
    brought_to(PaymentStatus.ATTESTED, finance, payment)

    why = TakeBackPayments((payment.id,), "Fel konto i beslutet.")
    services.end_attestation(first, why)
    waits = now(payment)
    assert (waits.status, waits.attested_by_id, waits.registered_by_id) == (
        PaymentStatus.REGISTERED,
        None,
        first.user_id,
    )
    services.unregister(second, why)
    planned = now(payment)
    assert (planned.status, planned.registered_by_id, planned.registered_at) == (PaymentStatus.PLANNED, None, None)
    assert events_of(payment)[-2:] == ["payment.attestation_ended", "payment.unregistered"]
    assert [item["user_id"] for item in told()] == [second.user_id, first.user_id]
    batched(finance, payment)


def test_what_is_in_an_underlag_is_not_taken_back_and_nothing_is_without_a_reason(finance, region):
    payment = payable(programme(), region)
    giro(region)
    services.register(finance[0], chosen(payment))
    with pytest.raises(RuleViolation, match="med några ord"):
        services.unregister(finance[0], TakeBackPayments((payment.id,), "ok"))
    services.attest(finance[1], seen(payment))
    services.batch(finance[0], underlag(payment))

    for act in (services.unregister, services.end_attestation):
        with pytest.raises(RuleViolation, match="Inget ändrades"):
            act(finance[0], TakeBackPayments((payment.id,), "Fel konto i beslutet."))
    assert now(payment).status is PaymentStatus.BATCHED


def test_the_same_person_cannot_attest_in_another_session(finance, region):
    payment = payable(programme(), region)
    giro(region)
    services.register(finance[0], chosen(payment))

    with pytest.raises(RuleViolation, match="Någon annan ska attestera"):
        services.attest(actor_of(finance[0].user_id), seen(payment))

    assert now(payment).status is PaymentStatus.REGISTERED


def test_a_second_confirmation_changes_nothing_and_says_so(finance, region):
    payment = payable(programme(), region)
    giro(region)
    batch_id = batched(finance, payment)
    services.confirm(finance[0], batch_id, ConfirmPaid((payment.id,), PAY_DAY))

    with pytest.raises(RuleViolation, match="Inget ändrades"):
        services.confirm(finance[1], batch_id, ConfirmPaid((payment.id,), PAY_DAY))

    assert committed().query(LedgerEntry).count() == 1


def test_one_that_may_not_go_on_keeps_the_others_back(finance):
    of = programme()
    with_giro, without = OrganisationFactory(), OrganisationFactory()
    giro(with_giro)
    payments = payable(of, with_giro), payable(of, without)
    services.register(finance[0], chosen(*payments))

    with pytest.raises(RuleViolation, match="inget godkänt bankgiro"):
        services.attest(finance[1], seen(*payments))

    assert {now(payment).status for payment in payments} == {PaymentStatus.REGISTERED}
    assert {now(payment).giro for payment in payments} == {""}


# --- The attestant approves the giro ------------------------------------------------------------------------------


def changed_giro(region: Organisation, finance: tuple[Actor, Actor], number: str = "991-2346") -> BankGiro:
    """Asked for by an ombud of the region, checked by one and approved by the other."""
    ombud = actor_of(person(Role.OMBUD, region).id)
    giro_id = giros.ask(ombud, AskForGiro(region.id, number))
    giros.verify(finance[0], giro_id, VerifyGiro(GiroCheck.CALLED, "Ringde växeln och fick det uppläst."))
    giros.approve(finance[1], giro_id, ApproveGiro())
    return committed().get_one(BankGiro, giro_id)


def test_what_is_attested_is_the_giro_too(finance, region):
    payment, first = payable(programme(), region), giro(region)
    services.register(finance[0], chosen(payment))
    assert (now(payment).giro_id, now(payment).giro) == (None, "")

    services.attest(finance[1], seen(payment))

    assert (now(payment).giro_id, now(payment).giro) == (first.id, "5050-1055")
    services.end_attestation(finance[0], TakeBackPayments((payment.id,), "Beloppet ska kontrolleras."))
    assert (now(payment).giro_id, now(payment).giro) == (None, "")


def test_a_giro_that_changed_after_the_page_was_shown_is_not_attested_unseen(finance, region):
    payment = payable(programme(), region)
    giro(region)
    services.register(finance[0], chosen(payment))
    before = seen(payment)
    changed_giro(region, finance)

    refusal = refused(lambda: services.attest(finance[1], before))

    assert refusal.field == "payments"
    assert "ändrat sedan du öppnade sidan. Nu gäller 991-2346." in refusal.message
    assert now(payment).status is PaymentStatus.REGISTERED
    services.attest(finance[1], seen(payment))
    assert now(payment).giro == "991-2346"


def test_a_change_of_giro_asks_for_a_new_attestation_of_what_is_not_in_an_underlag(finance, region):
    of = programme()
    giro(region)
    later = programme(year=2022)
    in_underlag, waits = payable(of, region), payable(later, region, planned_on=PAY_DAY)
    batched(finance, in_underlag)
    services.register(finance[0], chosen(waits))
    services.attest(finance[1], seen(waits))
    before = len(told())

    changed_giro(region, finance)

    assert (now(waits).status, now(waits).giro, now(waits).attested_by_id) == (PaymentStatus.REGISTERED, "", None)
    assert (now(in_underlag).status, now(in_underlag).giro) == (PaymentStatus.BATCHED, "5050-1055")
    assert "är ändrat från 5050-1055 till 991-2346." in history(waits, "payment.attestation_ended")
    # The second ekonom approved the giro, and has not asked for the attestation to fall.
    assert sorted(item["user_id"] for item in told()[before:]) == sorted(each.user_id for each in finance)
    services.attest(finance[1], seen(waits))
    services.batch(finance[0], underlag(waits))
    assert now(waits).giro == "991-2346"


@pytest.mark.parametrize("change", ["giro_id = NULL, giro = ''", "giro = '5555-5551'", "giro_id = NULL"])
def test_money_goes_to_no_other_giro_than_the_one_attested(finance, region, change):
    """What was attested before the portal kept the giro, or lost it in any other way."""
    payment = payable(programme(), region)
    giro(region)
    services.register(finance[0], chosen(payment))
    services.attest(finance[1], seen(payment))
    tamper(f"UPDATE payments SET {change}")

    refusal = refused(lambda: services.batch(finance[0], underlag(payment)))

    assert refusal.message.startswith(f"Attesten av utbetalningen till {region.name} gäller inte det bankgiro")
    assert now(payment).status is PaymentStatus.ATTESTED


def test_never_above_what_is_decided(finance, region):
    payment = payable(programme(), region, amount=100, planned=101)

    with pytest.raises(RuleViolation, match="går över"):
        services.register(finance[0], chosen(payment))


def test_only_finance_pays(region):
    payment = payable(programme(), region)
    officer = actor_of(person(Role.HANDLAGGARE, OrganisationFactory()).id)

    with pytest.raises(NoRight):
        services.register(officer, chosen(payment))


def test_a_payment_of_another_batch_is_not_confirmed_here(finance):
    of = programme()
    one, other = OrganisationFactory(), OrganisationFactory()
    giro(one)
    giro(other)
    payments = payable(of, one), payable(of, other)
    first, _ = (batched(finance, payment) for payment in payments)

    with pytest.raises(RuleViolation, match="inte i det här underlaget"):
        services.confirm(finance[0], first, ConfirmPaid((payments[1].id,), PAY_DAY))


def test_what_does_not_exist_is_not_visible(finance):
    with pytest.raises(NotVisible):
        services.register(finance[0], ChosenPayments((4711,)))


def test_the_file_is_the_same_bytes_each_time_whatever_happens_later(finance, region):
    payment = payable(programme(), region)
    giro(region)
    batch_id = batched(finance, payment)

    def file() -> bytes:
        committed()
        frozen = queries.frozen_batch(finance[0], batch_id, example=False)
        return xlsx.payment_batch(frozen.facts, frozen.rows)

    before = file()
    services.confirm(finance[0], batch_id, ConfirmPaid((payment.id,), PAY_DAY))
    with clock.at(clock.local(date(2022, 1, 1))):
        assert file() == before


@pytest.mark.parametrize("count", [1, 12])
def test_the_list_asks_as_many_questions_whatever_its_length(database, finance, count):

    of = programme()
    for _ in range(count):
        payable(of, OrganisationFactory())
    committed()
    with statements() as sent:
        shown = queries.page(finance[0], PaymentStatus.PLANNED)
    assert len(shown.rows) == count
    assert len([each for each in sent if each.startswith("SELECT")]) == 2


def test_a_payment_and_its_ledger_are_the_partys_when_the_decision_has_been_sent():
    """The bank may have paid before: the party reads the decision first."""
    of = decidable.programme()
    made = decidable.application(of)
    decision_id = decidable.decided(of, decidable.proposed(of, made))
    ombud = decidable.actor_with(Role.OMBUD, made.organisation)
    saved(
        LedgerEntry(
            kind=LedgerKind.PAID,
            grant_id=of.grant.id,
            grant_year=2021,
            organisation_id=made.organisation_id,
            case_id=made.case_id,
            decision_id=decision_id,
            amount=1_000_000,
            entered_at=clock.now(),
        )
    )

    def seen() -> list[int]:
        return [len(committed().scalars(select(m.id).where(visible(ombud, m))).all()) for m in (Payment, LedgerEntry)]

    assert seen() == [0, 0]
    decisions.dispatch(of.registrar, decision_id)
    assert seen() == [2, 3]
