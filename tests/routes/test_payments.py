"""Utbetalningar through their pages: what is ticked is posted by a browser, or by somebody else."""

from datetime import timedelta

import pytest

from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.payments import PaymentStatus
from grantportal.models.payments import Payment
from tests.support.factories import OrganisationFactory, person
from tests.support.payable import giro, payable, programme
from tests.support.rows import committed

LISTING = "/utbetalningar/att/registrera"


@pytest.fixture
def finance(signed_in):
    return signed_in(person(Role.FINANCE, OrganisationFactory()))


@pytest.mark.parametrize("ticked", ["", "x", "0", "-1", "9" * 30, "9" * 5_000])
def test_what_names_no_payment_is_asked_for_again(finance, ticked):
    payment = payable(programme(), OrganisationFactory())

    page = finance.post_form(LISTING, {"payments": ticked})

    assert page.status_code == 422
    assert "Välj minst en utbetalning." in page.text
    assert committed().get_one(Payment, payment.id).status is PaymentStatus.PLANNED


def test_posted_twice_registers_once_and_says_so(finance):
    payment = payable(programme(), OrganisationFactory())

    first = finance.post_form(LISTING, {"payments": payment.id})
    second = finance.post_form(LISTING, {"payments": payment.id})

    assert (first.status_code, second.status_code) == (303, 422)
    assert "inte i det läget längre. Inget ändrades." in second.text
    assert committed().get_one(Payment, payment.id).status is PaymentStatus.REGISTERED


@pytest.fixture
def second(signed_in):
    return signed_in(person(Role.FINANCE, OrganisationFactory()))


ATTESTING, BATCHING = "/utbetalningar/att/attestera", "/utbetalningar/att/underlag"


def attested(finance, second, *, planned_on=None):
    """A payment that one has registered and another attested, as their pages post it."""
    region = OrganisationFactory(name="Region Provstad")
    giro(region)
    payment = payable(programme(), region, planned_on=planned_on)
    assert finance.post_form(LISTING, {"payments": payment.id}).status_code == 303
    assert second.post_form(ATTESTING, {"payments": payment.id}).status_code == 303
    return payment


def test_what_is_planned_later_is_put_in_an_underlag_with_a_reason_that_is_shown(finance, second):
    payment = attested(finance, second, planned_on=clock.today() + timedelta(days=1))
    assert "Varför betalas det före planerad dag?" in finance.get(BATCHING).text

    refused = finance.post_form(BATCHING, {"payments": payment.id, "early_reason": ""})
    empty = finance.post_form(BATCHING, {"payments": payment.id, "early_reason": "Ok, ok."})
    made = finance.post_form(BATCHING, {"payments": payment.id, "early_reason": "Planerad dag är en lördag."})

    assert (refused.status_code, empty.status_code, made.status_code) == (422, 422, 303)
    assert "Planerad dag är senare: Region Provstad 2021" in refused.text
    assert "med några ord" in empty.text
    assert "Ok, ok.</textarea>" in empty.text
    assert "Skäl: Planerad dag är en lördag." in finance.get(made.location).text


def test_nothing_asks_why_where_nothing_is_early(finance, second):
    attested(finance, second)
    assert "Varför betalas det före planerad dag?" not in finance.get(BATCHING).text


def test_what_the_bank_did_too_soon_is_asked_about_and_then_entered_as_it_was(finance, second):
    payment = attested(finance, second)
    page = finance.post_form(BATCHING, {"payments": payment.id}).location
    before = {"payments": payment.id, "paid_on": clock.today() - timedelta(days=1)}
    assert "Varför avviker betalningen?" not in finance.get(page).text

    asked = finance.post_form(page, before)
    entered = finance.post_form(page, {**before, "reason": "Banken betalade ur en äldre fil."})

    assert (asked.status_code, entered.status_code) == (422, 303)
    assert "Region Provstad 2021: betald innan underlaget skapades" in asked.text
    assert "Varför avviker betalningen?" in asked.text
    shown = finance.get(page).text
    assert "Avviker: betald innan underlaget skapades" in shown
    assert "Skäl: Banken betalade ur en äldre fil." in shown
    assert "Avviker: betald innan underlaget skapades" in finance.get("/utbetalningar/").text


def test_what_is_attested_and_registered_is_taken_back_with_a_reason(finance, second):
    payment = attested(finance, second)
    back = {"payments": payment.id, "tillbaka": "ja"}

    nothing_said = finance.post_form(BATCHING, {**back, "reason": ""})
    assert nothing_said.status_code == 422
    assert "Skriv varför" in nothing_said.text
    assert committed().get_one(Payment, payment.id).status is PaymentStatus.ATTESTED

    for page, status in ((BATCHING, PaymentStatus.REGISTERED), (ATTESTING, PaymentStatus.PLANNED)):
        assert finance.post_form(page, {**back, "reason": "Ramen ska ändras först."}).status_code == 303
        assert committed().get_one(Payment, payment.id).status is status
