"""Until when a decision can be appealed."""

from datetime import date

import pytest

from grantportal.domain.appeals import AppealBasis, appeal_time, ensure_can_say_where, variant_told
from grantportal.domain.decisions import appeal_text
from grantportal.domain.errors import RuleViolation
from grantportal.domain.grants import AppealVariant

TODAY = date(2020, 6, 30)


@pytest.mark.parametrize(
    ("sent_on", "last_day", "because"),
    [
        (date(2020, 6, 30), date(2020, 7, 21), ""),
        (date(2023, 3, 17), date(2023, 4, 11), "7 april 2023 är långfredagen"),
        (date(2023, 3, 20), date(2023, 4, 11), "10 april 2023 är annandag påsk"),
        (date(2023, 3, 21), date(2023, 4, 11), ""),
        (date(2023, 6, 2), date(2023, 6, 26), "23 juni 2023 är midsommarafton"),
        (date(2024, 12, 10), date(2025, 1, 2), "31 december 2024 är nyårsafton"),
        (date(2022, 12, 16), date(2023, 1, 9), "6 januari 2023 är trettondedag jul"),
        (date(2025, 2, 8), date(2025, 3, 3), "1 mars 2025 är en lördag"),
    ],
)
def test_three_weeks_end_on_a_working_day(sent_on, last_day, because):
    time = appeal_time(AppealVariant.THREE_WEEKS, public_party=True, sent_on=sent_on, today=TODAY)
    assert time is not None
    assert (time.basis, time.starts_on, time.last_day) == (AppealBasis.NOTIFIED, sent_on, last_day)
    assert (time.nominal_last_day == last_day) is (because == "")
    assert time.moved_because.replace("\u00a0", " ") == because
    assert len(time.sentences) == (2 if because else 1)


def test_it_says_the_day_and_why_it_moved():
    time = appeal_time(AppealVariant.THREE_WEEKS, public_party=True, sent_on=date(2023, 3, 20), today=TODAY)
    assert time is not None
    assert [each.replace("\u00a0", " ") for each in time.sentences] == [
        "Sista dag att överklaga är 11 april 2023. Tiden räknas från 20 mars 2023, den dag då beslutet meddelades.",
        "10 april 2023 är annandag påsk, därför är sista dagen nästa arbetsdag.",
    ]


def test_from_when_the_party_got_it_nobody_can_tell_yet():
    time = appeal_time(AppealVariant.THREE_WEEKS, public_party=False, sent_on=date(2023, 3, 20), today=TODAY)
    assert time is not None
    assert (time.basis, time.last_day) == (AppealBasis.RECEIVED, None)
    assert "från den dag då parten fick del av beslutet" in time.sentences[0]


@pytest.mark.parametrize("variant", [AppealVariant.NONE, AppealVariant.RECOVERY_ONLY, None])
def test_what_cannot_be_appealed_has_no_last_day(variant):
    assert appeal_time(variant, public_party=True, sent_on=date(2023, 3, 20), today=TODAY) is None


def test_nothing_runs_before_it_is_sent():
    assert appeal_time(AppealVariant.THREE_WEEKS, public_party=True, sent_on=None, today=TODAY) is None


@pytest.mark.parametrize("variant", AppealVariant)
def test_what_a_decision_tells_says_whether_it_can_be_appealed(variant):
    text = appeal_text(variant, public_party=True, authority="Socialstyrelsen")
    assert variant_told(text) is (variant if variant is AppealVariant.THREE_WEEKS else None)
    assert variant_told("") is None


def test_a_day_that_has_passed_was_the_last_one():
    for today, verb in ((date(2023, 4, 11), "är"), (date(2023, 4, 12), "var")):
        time = appeal_time(AppealVariant.THREE_WEEKS, public_party=True, sent_on=date(2023, 3, 20), today=today)
        assert time is not None
        assert time.sentences[0].startswith(f"Sista dag att överklaga {verb} ")
        assert f"därför {verb} sista dagen" in time.sentences[1]


@pytest.mark.parametrize(("address", "court"), [("", ""), ("Gatan 1", ""), ("", "Förvaltningsrätten i Exempelstad")])
def test_what_may_be_appealed_says_where(address, court):
    with pytest.raises(RuleViolation, match="ange förvaltningsrätten och myndighetens adress"):
        ensure_can_say_where(AppealVariant.THREE_WEEKS, address=address, court=court)
    for variant in (AppealVariant.NONE, AppealVariant.RECOVERY_ONLY, None):
        ensure_can_say_where(variant, address=address, court=court)
    ensure_can_say_where(AppealVariant.THREE_WEEKS, address="Gatan 1", court="Förvaltningsrätten i Exempelstad")
