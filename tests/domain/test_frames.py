"""The year's frame and its number of grantees."""

from datetime import UTC, datetime, timedelta

import pytest

from grantportal.domain.errors import RuleViolation
from grantportal.domain.grants import (
    FrameChange,
    FrameStatus,
    ensure_nothing_under_way,
    ensure_room_for_grantee,
    ensure_within_frame,
    frame_at,
    frame_by_history,
    frame_changes_told,
    status_after,
)


def test_the_last_krona_of_the_frame_may_be_granted():
    ensure_within_frame(40, decided=60, frame=100)


def test_one_krona_over_the_frame_is_refused_beside_the_amount():
    with pytest.raises(RuleViolation, match="Högst 40\u00a0kronor återstår") as refusal:
        ensure_within_frame(41, decided=60, frame=100)
    assert refusal.value.field == "amount"


def test_the_fourth_of_four_grantees_has_room_and_the_fifth_has_not():
    ensure_room_for_grantee(is_new=True, grantees=3, most=4)
    with pytest.raises(RuleViolation, match="Högst 4 organisationer"):
        ensure_room_for_grantee(is_new=True, grantees=4, most=4)


def test_a_grantee_that_already_counts_always_has_room():
    ensure_room_for_grantee(is_new=False, grantees=4, most=4)
    ensure_room_for_grantee(is_new=True, grantees=40, most=None)


def test_a_year_does_not_go_back_to_estimated_while_payments_of_it_are_under_way():
    waits = ["Region Skåne (väntar på attest)", "Region Östergötland (i underlag)"]
    estimated, allotted = FrameStatus.ESTIMATED, FrameStatus.ALLOTTED
    with pytest.raises(RuleViolation, match="Region Skåne \\(väntar på attest\\), Region Östergötland") as refusal:
        ensure_nothing_under_way(allotted, status_after(allotted, frame=100, changed_to=101), waits, batched=1)
    assert refusal.value.field == "frame"
    ensure_nothing_under_way(allotted, status_after(allotted, frame=100, changed_to=101), [], batched=0)
    ensure_nothing_under_way(allotted, status_after(allotted, frame=100, changed_to=100), waits, batched=1)
    ensure_nothing_under_way(estimated, status_after(estimated, frame=100, changed_to=101), waits, batched=1)


@pytest.mark.parametrize(("batched", "can_be_taken_back"), [(0, True), (1, True), (2, False)])
def test_nobody_is_advised_to_take_back_what_lies_in_an_underlag(batched, can_be_taken_back):
    with pytest.raises(RuleViolation) as refusal:
        ensure_nothing_under_way(FrameStatus.ALLOTTED, FrameStatus.ESTIMATED, ["Region A", "Region B"], batched=batched)
    assert ("av en ekonom" in refusal.value.message or "be en ekonom" in refusal.value.message) is can_be_taken_back
    assert ("underlag tas inte tillbaka" in refusal.value.message) is bool(batched)


def test_thousands_that_are_under_way_are_told_of_by_the_first_and_how_many_more():
    estimated, allotted = FrameStatus.ESTIMATED, FrameStatus.ALLOTTED
    waits = [f"Region {number} (väntar på attest)" for number in range(10_000)]
    with pytest.raises(RuleViolation) as refusal:
        ensure_nothing_under_way(allotted, estimated, waits, batched=0)
    assert "Region 4 (väntar på attest) och 9995 till. Ändra" in refusal.value.message
    with pytest.raises(RuleViolation, match=r"Region 4 \(väntar på attest\)\. Ändra"):
        ensure_nothing_under_way(allotted, estimated, waits[:5], batched=0)


FIRST, SECOND, THIRD = (datetime(2021, month, 1, tzinfo=UTC) for month in (1, 3, 4))
HISTORY = (FrameChange(FIRST, None, 100), FrameChange(SECOND, None, 100, allots=True), FrameChange(THIRD, 100, 200))


def test_a_frame_is_what_it_was_at_the_moment():
    moments = {
        FIRST - timedelta(microseconds=1): None,
        FIRST: 100,
        THIRD - timedelta(microseconds=1): 100,
        THIRD: 200,
        THIRD + timedelta(days=900): 200,
    }
    assert {moment: frame_at(HISTORY, moment, now=200) for moment in moments} == moments


def test_before_the_first_known_change_stands_what_it_changed():
    assert frame_at([FrameChange(SECOND, 70, 100)], FIRST, now=100) == 70
    assert frame_at([], FIRST, now=100) == 100


def test_a_frame_and_its_status_follow_from_its_history():
    assert frame_by_history(()) is None
    assert frame_by_history(HISTORY[:1]) == (100, FrameStatus.ESTIMATED)
    assert frame_by_history(HISTORY[:2]) == (100, FrameStatus.ALLOTTED)
    assert frame_by_history(HISTORY) == (200, FrameStatus.ESTIMATED)
    # Another number of grantees, and the same sum: it stays tilldelad.
    assert frame_by_history((*HISTORY[:2], FrameChange(THIRD, 100, 100))) == (100, FrameStatus.ALLOTTED)
    assert frame_by_history([FrameChange(SECOND, None, 70, allots=True)]) == (70, FrameStatus.ALLOTTED)


def test_what_changes_of_a_year_after_a_moment_is_told_in_sentences():
    later = THIRD + timedelta(days=1)
    changes = (
        FrameChange(FIRST, None, 100, most=4),
        FrameChange(SECOND, None, 100, allots=True),
        FrameChange(THIRD, 100, 200, most=4),
        FrameChange(later, 200, 200, most=None),
    )
    frame = "Ramen för 2021 ändrades från 100\u00a0kr till 200\u00a0kr."
    most = "Antalet som kan få bidrag för 2021 ändrades från högst 4 till obegränsat."

    assert frame_changes_told(2021, changes, since=SECOND) == ((THIRD, frame), (later, most))
    assert frame_changes_told(2021, changes, since=THIRD) == ((later, most),)
    assert frame_changes_told(2021, changes, since=later) == ()
    assert frame_changes_told(2021, changes[:2], since=FIRST - timedelta(days=1)) == (), "a first frame changes none"
    both = (*changes[:2], FrameChange(THIRD, 100, 200, most=3))
    assert frame_changes_told(2021, both, since=SECOND) == (
        (THIRD, f"{frame} Antalet som kan få bidrag för 2021 ändrades från högst 4 till högst 3."),
    )
