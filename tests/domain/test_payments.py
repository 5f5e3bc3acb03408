"""The rules that stand between a decision and the bank."""

from datetime import UTC, date, datetime

import pytest

from grantportal.domain.errors import RuleViolation
from grantportal.domain.giros import ensure_another_approves
from grantportal.domain.grants import FrameStatus
from grantportal.domain.payments import (
    MOST_AT_ONCE,
    Narrowed,
    PaymentDeviation,
    PaymentStatus,
    Whole,
    deviations,
    deviations_of,
    ensure_allotted,
    ensure_another_attests,
    ensure_explained,
    ensure_giro,
    ensure_not_early,
    ensure_one_grant,
    ensure_paid_day,
    ensure_sent,
    ensure_some,
    ensure_withdrawal_is_explained,
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
    assert ensure_giro(7, receiver="Region Skåne") == 7
    with pytest.raises(RuleViolation, match="inget godkänt bankgiro"):
        ensure_giro(None, receiver="Region Skåne")


def test_the_day_of_payment_is_not_to_come():
    ensure_paid_day(date(2021, 1, 20), today=date(2021, 1, 20))
    with pytest.raises(RuleViolation) as refusal:
        ensure_paid_day(date(2021, 1, 21), today=date(2021, 1, 20))
    assert refusal.value.field == "paid_on"


AS_IT_SHOULD = {
    "frame": FrameStatus.ALLOTTED,
    "is_sent": True,
    "paid_on": date(2021, 1, 15),
    "batched_on": date(2021, 1, 15),
    "planned_on": date(2021, 1, 15),
    "early_reason": "",
    "giro_ended_on": None,
    "is_withdrawn": False,
}


@pytest.mark.parametrize(
    ("odd", "found"),
    [
        ({}, ()),
        ({"frame": FrameStatus.ESTIMATED}, (PaymentDeviation.FRAME_ESTIMATED,)),
        ({"is_sent": False}, (PaymentDeviation.NOT_SENT,)),
        ({"batched_on": date(2021, 1, 16)}, (PaymentDeviation.BEFORE_BATCH,)),
        ({"planned_on": date(2021, 1, 16)}, (PaymentDeviation.EARLY,)),
        ({"planned_on": date(2021, 1, 16), "early_reason": "Planerad dag är en lördag."}, ()),
        ({"giro_ended_on": date(2021, 1, 15)}, (PaymentDeviation.GIRO_ENDED,)),
        ({"giro_ended_on": date(2021, 1, 16)}, ()),
        ({"is_withdrawn": True}, (PaymentDeviation.WITHDRAWN,)),
        ({"paid_on": date(2021, 1, 14)}, (PaymentDeviation.BEFORE_BATCH, PaymentDeviation.EARLY)),
    ],
)
def test_what_the_bank_has_done_deviates_in_named_ways(odd, found):
    assert deviations(**{**AS_IT_SHOULD, **odd}) == found
    assert deviations_of(",".join(found)) == found


def test_what_deviates_is_named_and_needs_a_reason():
    ensure_explained({}, "")
    ensure_explained({"Region Skåne 2022": [PaymentDeviation.EARLY]}, "Banken betalade samma dag.")
    with pytest.raises(RuleViolation, match="Region Skåne 2022: betald före planerad dag") as refusal:
        ensure_explained({"Region Skåne 2022": [PaymentDeviation.EARLY]}, "")
    assert refusal.value.field == "reason"


def test_thousands_that_are_early_are_not_all_named():
    early = {f"Region {number}": date(2021, 1, 16) for number in range(1, 8)}
    with pytest.raises(RuleViolation, match=r"Region 5 \(16\sjanuari\s2021\) och 2 till\. Vänta") as refusal:
        ensure_not_early(early, "")
    assert "Region 6" not in refusal.value.message
    assert refusal.value.field == "early_reason"


def test_what_its_party_withdrew_before_the_decision_was_sent_needs_a_reason():
    ensure_withdrawal_is_explained({}, "")
    withdrawn = {"Region Skåne 2022": datetime(2020, 5, 4, 8, tzinfo=UTC)}
    ensure_withdrawal_is_explained(withdrawn, "Regionen har ångrat sig och vill ha bidraget.")
    for reason, told in (("", r"skickades: Region Skåne 2022 \(4\smaj\s2020\)\. Ta inte med"), ("ok", "med några ord")):
        with pytest.raises(RuleViolation, match=told) as refusal:
            ensure_withdrawal_is_explained(withdrawn, reason)
        assert refusal.value.field == "withdrawn_reason"


def test_nothing_is_paid_before_the_decision_is_sent():
    ensure_sent(is_sent=True, receiver="Region Skåne")
    with pytest.raises(RuleViolation, match="Beslutet till Region Skåne är inte skickat") as refusal:
        ensure_sent(is_sent=False, receiver="Region Skåne")
    assert refusal.value.field == "payments"


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


def test_an_underlag_holds_one_statsbidrag():
    ensure_one_grant(["Integrerad vård"])
    with pytest.raises(RuleViolation, match="«Integrerad vård» och «Tidiga insatser»") as refusal:
        ensure_one_grant(["Tidiga insatser", "Integrerad vård"])
    assert refusal.value.field == "payments"


def test_one_act_takes_so_many_and_no_more():
    ensure_some(range(1, MOST_AT_ONCE + 1))
    with pytest.raises(RuleViolation, match="Välj högst 20\u00a0000 utbetalningar åt gången") as refusal:
        ensure_some(range(1, MOST_AT_ONCE + 2))
    assert refusal.value.field == "payments"


def test_all_is_what_was_seen():
    seen = Whole(count=2, total=300, shown=("1", "4"))
    Whole(count=2, total=300, shown=("4", "1")).ensure_seen(seen.stamp)
    for shown in (("2", "3"), ("1", "4", "5"), ("1",), ("14",), ("1:9", "4")):
        other = Whole(len(shown), 300, shown)
        with pytest.raises(RuleViolation, match="Listan har ändrats sedan du öppnade den"):
            other.ensure_seen(seen.stamp)


def test_a_list_is_narrowed_by_what_is_chosen_and_by_nothing_else():
    row = {"grant_id": 1, "grant_year": 2021, "planned_on": date(2021, 1, 15)}
    assert Narrowed().holds(**row)
    assert Narrowed(**row).holds(**row)
    for name, other in {"grant_id": 2, "grant_year": 2022, "planned_on": date(2021, 1, 16)}.items():
        assert not Narrowed(**{name: other}).holds(**row)
