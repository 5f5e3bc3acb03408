"""Utbetalning through its services, on both databases."""

from datetime import date

import pytest
from sqlalchemy import select

from grantportal.domain import clock
from grantportal.domain.actors import Actor, Role
from grantportal.domain.errors import NoRight, NotVisible, RuleViolation
from grantportal.domain.grants import FrameStatus
from grantportal.domain.payments import ChosenPayments, ConfirmPaid, LedgerKind, PaymentStatus
from grantportal.exports import xlsx
from grantportal.models.organisations import Organisation
from grantportal.models.payments import LedgerEntry, Payment, PaymentBatch
from grantportal.policy import visible
from grantportal.queries import payments as queries
from grantportal.queries.accounts import actor_of
from grantportal.services import decisions
from grantportal.services import payments as services
from tests.support import decidable
from tests.support.factories import OrganisationFactory, person
from tests.support.payable import giro, payable, programme
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


def now(payment: Payment) -> Payment:
    return committed().get_one(Payment, payment.id)


def batched(finance: tuple[Actor, Actor], *payments: Payment) -> int:
    first, second = finance
    services.register(first, chosen(*payments))
    services.attest(second, chosen(*payments))
    return services.batch(first, chosen(*payments))


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


def test_the_same_person_cannot_attest_in_another_session(finance, region):
    payment = payable(programme(), region)
    services.register(finance[0], chosen(payment))

    with pytest.raises(RuleViolation, match="Någon annan ska attestera"):
        services.attest(actor_of(finance[0].user_id), chosen(payment))

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
    services.attest(finance[1], chosen(*payments))

    with pytest.raises(RuleViolation, match="inget godkänt bankgiro"):
        services.batch(finance[0], chosen(*payments))

    assert {now(payment).status for payment in payments} == {PaymentStatus.ATTESTED}
    assert committed().query(PaymentBatch).count() == 0


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
