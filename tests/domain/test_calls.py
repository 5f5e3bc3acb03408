"""Utlysning: its clock, its dates, and what it needs before it is published."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from grantportal.domain.allocations import LONGEST_REASON, short_reason
from grantportal.domain.calls import (
    CallFacts,
    CallKind,
    CallStatus,
    ChangeLastDay,
    ExtraCalls,
    PublishCall,
    Readiness,
    WriteCall,
    WriteCallYear,
    ensure_confirmed,
    ensure_dates_hold,
    ensure_extends,
    ensure_extras_confirmed,
    ensure_publishable,
    is_open,
    label,
    still_open,
    time_left_text,
)
from grantportal.domain.errors import RuleViolation, RuleViolations
from grantportal.domain.frameworks import code_order
from grantportal.domain.grants import (
    FrameStatus,
    ensure_can_be_allotted,
    ensure_categories_stay,
    ensure_frame_covers,
    status_after,
)

FACTS = CallFacts(CallStatus.PUBLISHED, datetime(2020, 1, 30, 23, tzinfo=UTC), date(2020, 4, 20))
LAST_MOMENT = datetime(2020, 4, 20, 21, 59, 59, tzinfo=UTC)  # 23:59:59 in Stockholm, summer time
TOO_LATE = datetime(2020, 4, 20, 22, tzinfo=UTC)


def test_the_whole_last_day_counts():
    assert is_open(FACTS, LAST_MOMENT)
    assert time_left_text(FACTS, LAST_MOMENT) == "sista dagen i dag"


def test_the_first_second_of_the_next_day_is_late():
    assert not is_open(FACTS, TOO_LATE)
    assert time_left_text(FACTS, TOO_LATE) == ""


def test_a_draft_is_never_open():
    assert not is_open(replace(FACTS, status=CallStatus.DRAFT), LAST_MOMENT)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2020, 1, 30, 22, 59, tzinfo=UTC), "Öppnar 31\u00a0januari\u00a02020"),
        (FACTS.opens_at, "Öppen"),
        (LAST_MOMENT, "Öppen"),
        (TOO_LATE, "Stängd"),
    ],
)
def test_what_the_screen_calls_it(moment, text):
    assert label(FACTS, moment).text == text


YEAR = WriteCallYear(2021, date(2021, 1, 15), date(2021, 12, 1), date(2022, 3, 1))
WRITTEN = WriteCall("Rubrik", "", "", date(2020, 1, 31), date(2020, 4, 20), (YEAR,))


def test_the_pilots_dates_hold():
    ensure_dates_hold(WRITTEN)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"last_day": date(2020, 1, 31)}, "last_day"),
        ({"years": ()}, "years"),
        ({"years": (replace(YEAR, pay_on=date(2020, 4, 20)),)}, "pay_on_2021"),
        ({"years": (replace(YEAR, report_opens_on=date(2020, 12, 31)),)}, "report_opens_on_2021"),
        ({"years": (replace(YEAR, report_due_on=date(2021, 12, 1)),)}, "report_due_on_2021"),
        ({"years": (replace(YEAR, report_due_on=date(2021, 12, 31)),)}, "report_due_on_2021"),
        ({"years": (replace(YEAR, pay_on=date(2022, 3, 1)),)}, "report_due_on_2021"),
    ],
)
def test_each_date_is_refused_beside_its_field(changed, field):
    with pytest.raises(RuleViolations) as refusal:
        ensure_dates_hold(replace(WRITTEN, **changed))
    assert [each.field for each in refusal.value.violations] == [field]


READY = Readiness(
    has_legal_basis=True,
    has_appeal_variant=True,
    has_appeal_provision=True,
    has_appeal_place=True,
    has_about=True,
    has_eligible=True,
    has_application_form=True,
    has_report_form=True,
    has_framework=True,
    has_conditions=True,
    has_cost_categories=True,
    years=(2021, 2022),
    years_with_frame=(2021, 2022),
    years_in_framework=(2021, 2022, 2023),
    opens_on=date(2020, 1, 31),
    last_day=date(2020, 4, 20),
)


def test_a_whole_call_is_published_up_to_its_last_day():
    ensure_publishable(READY, date(2020, 4, 20))


@pytest.mark.parametrize(
    "lacking",
    [
        *({name: False} for name in Readiness.__dataclass_fields__ if name.startswith("has_")),
        {"main_is_withdrawn": True},
        {"years_with_frame": (2021,)},
        {"years_in_framework": (2022,)},
        {"last_day": date(2020, 1, 30)},
    ],
    ids=lambda lacking: next(iter(lacking)),
)
def test_each_missing_thing_stops_publishing(lacking):
    with pytest.raises(RuleViolations) as refusal:
        ensure_publishable(replace(READY, **lacking), date(2020, 1, 31))
    assert len(refusal.value.violations) == 1


def test_a_call_is_not_published_after_its_last_day():
    with pytest.raises(RuleViolations, match="har passerat"):
        ensure_publishable(READY, date(2020, 4, 21))


def test_an_extra_call_shares_out_one_year_of_a_published_ordinary_call():
    lawful = {
        "extended_kind": CallKind.ORDINARY,
        "extended_status": CallStatus.PUBLISHED,
        "extended_years": [2021, 2022],
    }
    ensure_extends(years=[2022], **lawful)
    for years in ([2021, 2022], [2023], []):
        with pytest.raises(RuleViolation) as refusal:
            ensure_extends(years=years, **lawful)
        assert refusal.value.field == "years"
    for wrong in ({"extended_kind": CallKind.EXTRA}, {"extended_status": CallStatus.DRAFT}):
        with pytest.raises(RuleViolation) as refusal:
            ensure_extends(years=[2022], **{**lawful, **wrong})
        assert refusal.value.field == "extends_id"


def test_a_frame_may_go_down_to_what_is_decided():
    ensure_frame_covers(frame=100, decided=100, most=3, grantees=3)
    with pytest.raises(RuleViolation, match="som redan har beviljats"):
        ensure_frame_covers(frame=99, decided=100, most=3, grantees=3)
    with pytest.raises(RuleViolation, match="så många har redan"):
        ensure_frame_covers(frame=100, decided=100, most=2, grantees=3)


def test_the_sum_that_was_read_is_allotted_once():
    ensure_can_be_allotted(FrameStatus.ESTIMATED, frame=100, seen=100)
    with pytest.raises(RuleViolation, match="har ändrats"):
        ensure_can_be_allotted(FrameStatus.ESTIMATED, frame=100, seen=99)
    with pytest.raises(RuleViolation, match="redan tilldelade"):
        ensure_can_be_allotted(FrameStatus.ALLOTTED, frame=100, seen=100)
    assert status_after(FrameStatus.ALLOTTED, frame=100, changed_to=100) is FrameStatus.ALLOTTED
    assert status_after(FrameStatus.ALLOTTED, frame=100, changed_to=101) is FrameStatus.ESTIMATED


def test_cost_categories_in_use_keep_name_and_place():
    ensure_categories_stay(["Personal"], ["Personal", "Resor"], in_use=True)
    ensure_categories_stay(["Personal"], ["Resor"], in_use=False)
    with pytest.raises(RuleViolation, match="skriv nya sist"):
        ensure_categories_stay(["Personal"], ["Resor", "Personal"], in_use=True)
    with pytest.raises(RuleViolation, match="två gånger"):
        ensure_categories_stay([], ["Resor", "resor"], in_use=False)
    ensure_categories_stay([], ["å" * 200], in_use=False)
    with pytest.raises(RuleViolation, match="högst 200 tecken"):
        ensure_categories_stay([], ["å" * 201], in_use=False)


def test_a_reason_is_cut_after_a_whole_sentence_or_word():
    assert short_reason("Ett skäl.\n\nMer.") == "Ett skäl."
    long = short_reason("Första meningen är lång nog för att räcka" + " och lite till" * 6 + ". " + "andra " * 60)
    assert long.endswith("till.")
    assert short_reason("ord " * 200).endswith("ord …")
    assert len(short_reason("x" * 1_000 + " y")) <= LONGEST_REASON + 2


def test_a2_comes_before_a10():
    assert sorted(["A10", "A2", "B1", "A1"], key=code_order) == ["A1", "A2", "A10", "B1"]


def test_an_extra_call_beside_an_open_main_call_is_confirmed():
    day_after = datetime(2020, 4, 20, 22, tzinfo=UTC)
    main = still_open("Statsbidrag för 2021", FACTS, LAST_MOMENT)
    assert main is not None
    with pytest.raises(
        RuleViolation, match="«Statsbidrag för 2021» kan sökas till och med 20\u00a0april\u00a02020"
    ) as refusal:
        ensure_confirmed(PublishCall(), main)
    assert refusal.value.field == "main_is_open"
    assert "20\u00a0april\u00a02020" in main.statement
    ensure_confirmed(PublishCall(main_is_open=FACTS.last_day), main)
    with pytest.raises(RuleViolation, match="20\u00a0april\u00a02020"):
        ensure_confirmed(PublishCall(main_is_open=FACTS.last_day - timedelta(days=1)), main)
    assert still_open("Statsbidrag", FACTS, day_after) is None
    assert still_open("Statsbidrag", replace(FACTS, status=CallStatus.WITHDRAWN), LAST_MOMENT) is None
    assert still_open("Statsbidrag", FACTS, FACTS.opens_at - timedelta(days=1)) is not None
    ensure_confirmed(PublishCall(), None)


def test_a_main_call_is_extended_beside_its_extra_call_when_that_is_confirmed():
    extras = ExtraCalls(("Omfördelning 2021", "Omfördelning 2022"), date(2022, 1, 31))
    asked = ChangeLastDay(date(2020, 5, 4), "Blanketten låg nere.", 0)
    assert "«Omfördelning 2021» och «Omfördelning 2022»" in extras.statement
    for confirmed in (None, date(2022, 1, 28)):
        with pytest.raises(RuleViolation, match="redan delas ut i «Omfördelning 2021»") as refusal:
            ensure_extras_confirmed(replace(asked, extra_is_published=confirmed), extras)
        assert refusal.value.field == "extra_is_published"
    ensure_extras_confirmed(replace(asked, extra_is_published=date(2022, 1, 31)), extras)
    ensure_extras_confirmed(asked, None)
