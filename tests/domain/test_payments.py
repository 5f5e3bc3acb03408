"""The rules that stand between a decision and the bank."""

from datetime import date

import pytest

from grantportal.domain.errors import RuleViolation
from grantportal.domain.giros import ensure_another_approves
from grantportal.domain.grants import FrameStatus
from grantportal.domain.payments import (
    PaymentStatus,
    ensure_allotted,
    ensure_another_attests,
    ensure_giro,
    ensure_paid_day,
    ensure_some,
    ensure_within_decided,
    label,
)


def test_nothing_is_paid_before_the_year_is_allotted():
    ensure_allotted(FrameStatus.ALLOTTED, year=2021)
    with pytest.raises(RuleViolation, match="inte tilldelade") as refusal:
        ensure_allotted(FrameStatus.ESTIMATED, year=2021)
    assert refusal.value.field == "payments"


def test_the_one_who_registered_never_attests():
    ensure_another_attests(registered_by=1, attested_by=2, receiver="Region Skåne")
    with pytest.raises(RuleViolation, match="Du registrerade utbetalningen till Region Skåne"):
        ensure_another_attests(registered_by=1, attested_by=1, receiver="Region Skåne")


def test_the_last_decided_krona_may_be_paid_and_no_more():
    ensure_within_decided(40, others=60, decided=100, receiver="Region Skåne")
    with pytest.raises(RuleViolation, match="går över"):
        ensure_within_decided(41, others=60, decided=100, receiver="Region Skåne")


def test_money_goes_to_an_approved_giro_only():
    assert ensure_giro("5050-1055", receiver="Region Skåne") == "5050-1055"
    with pytest.raises(RuleViolation, match="inget godkänt bankgiro"):
        ensure_giro(None, receiver="Region Skåne")


@pytest.mark.parametrize("day", [date(2021, 1, 14), date(2021, 1, 21)])
def test_the_day_of_payment_is_neither_before_the_batch_nor_to_come(day):
    ensure_paid_day(date(2021, 1, 15), batched_on=date(2021, 1, 15), today=date(2021, 1, 20))
    ensure_paid_day(date(2021, 1, 20), batched_on=date(2021, 1, 15), today=date(2021, 1, 20))
    with pytest.raises(RuleViolation) as refusal:
        ensure_paid_day(day, batched_on=date(2021, 1, 15), today=date(2021, 1, 20))
    assert refusal.value.field == "paid_on"


def test_something_must_be_ticked():
    with pytest.raises(RuleViolation, match="minst en"):
        ensure_some(())


def test_the_one_who_verified_a_giro_never_approves_it():
    ensure_another_approves(verified_by=1, approved_by=2)
    for verified_by in (None, 2):
        with pytest.raises(RuleViolation):
            ensure_another_approves(verified_by=verified_by, approved_by=2)


def test_every_state_has_words():
    for status in PaymentStatus:
        _, symbol, words = label(status, planned_on=date(2021, 1, 15), batch="U 2021-0001", paid_on=date(2021, 1, 15))
        assert symbol
        assert words[0].isupper()
