"""Utbetalningar through their pages: what is ticked is posted by a browser, or by somebody else."""

import pytest

from grantportal.domain.actors import Role
from grantportal.domain.payments import PaymentStatus
from grantportal.models.payments import Payment
from tests.support.factories import OrganisationFactory, person
from tests.support.payable import payable, programme
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
