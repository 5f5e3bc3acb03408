"""The year's frame and its number of grantees."""

import pytest

from grantportal.domain.errors import RuleViolation
from grantportal.domain.grants import (
    FrameStatus,
    ensure_nothing_under_way,
    ensure_room_for_grantee,
    ensure_within_frame,
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
        ensure_nothing_under_way(allotted, status_after(allotted, frame=100, changed_to=101), waits)
    assert refusal.value.field == "frame"
    ensure_nothing_under_way(allotted, status_after(allotted, frame=100, changed_to=101), [])
    ensure_nothing_under_way(allotted, status_after(allotted, frame=100, changed_to=100), waits)
    ensure_nothing_under_way(estimated, status_after(estimated, frame=100, changed_to=101), waits)
