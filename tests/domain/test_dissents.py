"""Avvikande mening: who may have it noted, and until when."""

import pytest

from grantportal.domain.decisions import DecisionStatus
from grantportal.domain.dissents import (
    ensure_colleagues,
    ensure_is_without_account,
    ensure_may_dissent,
    ensure_written,
    is_open,
)
from grantportal.domain.errors import RuleViolation


@pytest.mark.parametrize("status", DecisionStatus)
def test_it_is_noted_from_the_proposal_until_the_decision_is_sent(status):
    may = status in {DecisionStatus.PROPOSED, DecisionStatus.MADE}
    assert is_open(status, is_sent=False) is may
    assert not is_open(status, is_sent=True)
    if may:
        ensure_may_dissent(status, is_sent=False, took_part=True)
    else:
        with pytest.raises(RuleViolation, match="Förslaget är inte lämnat till beslut"):
            ensure_may_dissent(status, is_sent=False, took_part=True)


def test_it_is_too_late_when_the_decision_is_sent():
    with pytest.raises(RuleViolation, match="Beslutet är skickat") as refusal:
        ensure_may_dissent(DecisionStatus.MADE, is_sent=True, took_part=True)
    assert refusal.value.field == "text"


def test_only_who_took_part_has_one_noted():
    with pytest.raises(RuleViolation, match="Bara den som är föredragande"):
        ensure_may_dissent(DecisionStatus.PROPOSED, is_sent=False, took_part=False)


def test_it_says_something():
    ensure_written("Beloppet är för lågt.")
    with pytest.raises(RuleViolation, match="Skriv vad din avvikande mening"):
        ensure_written("  ")


def test_it_is_written_in_for_somebody_whom_the_decision_names_and_who_has_no_account():
    ensure_is_without_account("Lo Exempel", ["Anna Exempel", "Lo Exempel"])
    for others in ([], ["Anna Exempel"], ["lo exempel"]):
        with pytest.raises(RuleViolation, match="Välj någon av dem som deltog") as refusal:
            ensure_is_without_account("Lo Exempel", others)
        assert refusal.value.field == "whose"


def test_who_took_part_works_at_the_authority():
    ensure_colleagues([], {})
    ensure_colleagues([2], {1: "Anna", 2: "Lo"})
    with pytest.raises(RuleViolation, match="Välj igen") as refusal:
        ensure_colleagues([2, 3], {1: "Anna", 2: "Lo"})
    assert refusal.value.field == "participants"
