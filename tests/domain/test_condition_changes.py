"""What differs between two versions of the villkor."""

import time

from grantportal.domain.grants import ConditionChange, condition_changes

KEEP, OLD = "Bidraget används till ändamålet.", "Regionen ska berätta om förutsättningarna ändras."


def test_the_same_villkor_is_the_same_wherever_it_stands():
    changes = condition_changes([KEEP, OLD], [OLD, KEEP])

    assert changes == (ConditionChange(OLD, OLD), ConditionChange(KEEP, KEEP))


def test_a_villkor_with_other_words_stands_beside_what_it_said():
    new = "Regionen ska genast berätta om förutsättningarna ändras."

    assert condition_changes([KEEP, OLD], [KEEP, new]) == (ConditionChange(KEEP, KEEP), ConditionChange(OLD, new))


def test_half_of_the_words_make_it_the_same_and_fewer_another():
    assert condition_changes(["ett två tre fyra"], ["ett två fem sex"]) == (
        ConditionChange("ett två tre fyra", "ett två fem sex"),
    )
    assert condition_changes(["ett två tre fyra"], ["ett fem sex sju"]) == (
        ConditionChange("", "ett fem sex sju"),
        ConditionChange("ett två tre fyra", ""),
    )


def test_what_is_new_has_nothing_beside_it_and_what_is_gone_stands_last():
    assert condition_changes([OLD, KEEP], [KEEP, "Pengar som är kvar betalas tillbaka."]) == (
        ConditionChange(KEEP, KEEP),
        ConditionChange("", "Pengar som är kvar betalas tillbaka."),
        ConditionChange(OLD, ""),
    )


def test_two_are_paired_with_the_likest_and_none_twice():
    before = ["ett två tre fyra", "ett två tre fem"]
    after = ["ett två tre fem sex", "ett två tre fyra sju"]

    assert condition_changes(before, after) == (
        ConditionChange("ett två tre fem", "ett två tre fem sex"),
        ConditionChange("ett två tre fyra", "ett två tre fyra sju"),
    )


def test_very_many_villkor_are_told_apart_at_once():
    begun = time.monotonic()

    changes = condition_changes([f"gammalt {n}" for n in range(5_000)], [f"nytt {n}" for n in range(5_000)])

    assert len(changes) == 10_000
    assert time.monotonic() - begun < 2
