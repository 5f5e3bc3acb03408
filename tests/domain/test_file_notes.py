"""Tjänsteanteckningar: what has happened, from when to when, and with whom."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from grantportal.domain.errors import RuleViolation
from grantportal.domain.file_notes import (
    LONGEST_PARTICIPANT,
    MOST_PARTICIPANTS,
    ContactKind,
    WriteFileNote,
    ensure_holds,
    handling,
    parse_time,
    title,
)

NOW = datetime(2020, 5, 25, 13, 0, tzinfo=UTC)  # 15:00 in Sweden
NOTE = WriteFileNote(
    date(2020, 5, 25), ("Ulla Exempel, ombud",), "Om kostnaderna.", ContactKind.MEETING, time(13), time(14)
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("9", time(9)),
        ("09:30", time(9, 30)),
        ("9.30", time(9, 30)),
        ("kl. 9", time(9)),
        ("Kl 0930", time(9, 30)),
        ("23:59", time(23, 59)),
        ("0", time(0)),
    ],
)
def test_a_time_is_typed_as_people_do(typed, meant):
    assert parse_time(typed) == meant


@pytest.mark.parametrize("typed", ["24:00", "9:60", "nio", "9:3", "-1", "9:30:00", "١٢"])
def test_what_is_no_time_is_asked_again(typed):
    with pytest.raises(RuleViolation, match="09:30"):
        parse_time(typed)


def test_a_note_of_what_has_just_ended_holds():
    ensure_holds(replace(NOTE, ends_at=time(15)), NOW)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"occurred_on": date(2020, 5, 26)}, "occurred_on"),
        ({"ends_at": time(15, 1)}, "ends_at"),
        ({"starts_at": time(15, 1), "ends_at": None}, "starts_at"),
        ({"starts_at": None}, "starts_at"),
        ({"ends_at": time(13)}, "ends_at"),
        ({"participants": ()}, "participants"),
        ({"participants": ("x" * (LONGEST_PARTICIPANT + 1),)}, "participants"),
        ({"participants": tuple(map(str, range(MOST_PARTICIPANTS + 1)))}, "participants"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(change, field):
    with pytest.raises(RuleViolation) as refusal:
        ensure_holds(replace(NOTE, **change), NOW)
    assert refusal.value.field == field


def test_the_edges_hold():
    ensure_holds(replace(NOTE, starts_at=None, ends_at=None), NOW)
    ensure_holds(replace(NOTE, occurred_on=date(2020, 5, 24), ends_at=time(23, 59)), NOW)
    ensure_holds(replace(NOTE, participants=("x" * LONGEST_PARTICIPANT,) * MOST_PARTICIPANTS), NOW)


def test_the_hour_that_comes_twice_has_been_when_it_comes_again():
    """The night when summer time ends, 02:10 comes an hour after 02:10: what was at 02:40 then lies behind."""
    night = replace(NOTE, occurred_on=date(2020, 10, 25), starts_at=time(2, 40), ends_at=None)
    ensure_holds(night, datetime(2020, 10, 25, 1, 10, tzinfo=UTC))
    with pytest.raises(RuleViolation, match="framåt"):
        ensure_holds(night, datetime(2020, 10, 25, 0, 10, tzinfo=UTC))


def test_the_list_says_which_day_and_the_handling_says_all():
    assert title(NOTE).replace("\u00a0", " ") == "Tjänsteanteckning om möte den 25 maj 2020"
    assert title(replace(NOTE, contact=ContactKind.OTHER), 4).replace("\u00a0", " ") == (
        "Tjänsteanteckning den 25 maj 2020, rättar handling 4"
    )
    assert handling(NOTE, by="Anna Exempel", corrects_number=4).replace("\u00a0", " ") == (
        "Slag: Möte\nDet hände: 25 maj 2020 kl. 13:00–14:00\nDeltog:\n– Ulla Exempel, ombud\n"
        "Skrivet av: Anna Exempel\nRättar: handling 4\n\nOm kostnaderna."
    )
