"""What makes a bankgiro one that money may go to."""

from datetime import date

import pytest

from grantportal.domain.errors import RuleViolation
from grantportal.domain.giros import ensure_checked, ensure_shared_is_explained, is_new
from grantportal.domain.payments import ensure_attested_giro, ensure_giro, ensure_giro_was_seen


def test_a_giro_is_new_for_thirty_days_the_thirtieth_included():
    assert is_new(date(2021, 1, 1), date(2021, 1, 1))
    assert is_new(date(2021, 1, 1), date(2021, 1, 31))
    assert not is_new(date(2021, 1, 1), date(2021, 2, 1))


def test_how_it_was_checked_is_said_with_words():
    ensure_checked("Ringde växeln.")
    with pytest.raises(RuleViolation) as refusal:
        ensure_checked("ok")
    assert refusal.value.field == "how"


def test_a_number_that_others_have_needs_a_reason():
    ensure_shared_is_explained([], "")
    ensure_shared_is_explained(["Region Skåne"], "Samma servicenämnd betalar.")
    with pytest.raises(RuleViolation, match=r"Region 4 och 95 till\. Kontrollera"):
        ensure_shared_is_explained([f"Region {number}" for number in range(100)], "")
    for reason in ("", "ok"):
        with pytest.raises(RuleViolation) as refusal:
            ensure_shared_is_explained(["Region Skåne"], reason)
        assert refusal.value.field == "shared_reason"


def test_what_is_attested_is_what_was_seen_and_what_is_paid_is_what_was_attested():
    assert ensure_giro(7, receiver="Region Skåne") == 7
    ensure_giro_was_seen(7, 7, receiver="Region Skåne", number="5050-1055")
    ensure_attested_giro((7, "5050-1055"), (7, "5050-1055"), receiver="Region Skåne")
    for seen in (6, 0, None):
        with pytest.raises(RuleViolation, match="Nu gäller 5050-1055"):
            ensure_giro_was_seen(seen, 7, receiver="Region Skåne", number="5050-1055")
        with pytest.raises(RuleViolation, match="attestera igen"):
            ensure_attested_giro((seen, "5050-1055"), (7, "5050-1055"), receiver="Region Skåne")
    for number in ("5555-5551", ""):
        with pytest.raises(RuleViolation, match="Attesten av utbetalningen till Region Skåne gäller inte"):
            ensure_attested_giro((7, number), (7, "5050-1055"), receiver="Region Skåne")
