"""Ungdomshem: where each stands in the list, and who can be put there."""

import pytest

from grantportal.domain import answers
from grantportal.domain.answers import Answered, Surroundings
from grantportal.domain.errors import RuleViolation
from grantportal.domain.forms import Question, QuestionType
from grantportal.domain.organisations import OrganisationKind
from grantportal.domain.youth_homes import OTHERS, Home, ensure_is_region, grouped

HOMES = (
    Home(1, "Folåsa", "Region Östergötland"),
    Home(2, "Rebecka", "Region Stockholm"),
    Home(3, "Björkbacken"),
    Home(4, "Tysslinge", "Region Stockholm"),
)
QUESTION = Question(5, QuestionType.YOUTH_HOMES, "Vilka ungdomshem?")


def names(groups):
    return [(heading, [home.name for home in homes]) for heading, homes in groups]


def test_a_region_finds_its_own_homes_first_and_those_of_nobody_last():
    assert names(grouped(HOMES, first="Region Stockholm")) == [
        ("Region Stockholm", ["Rebecka", "Tysslinge"]),
        ("Region Östergötland", ["Folåsa"]),
        (OTHERS, ["Björkbacken"]),
    ]


def test_a_region_without_homes_has_no_heading():
    assert names(grouped(HOMES, first="Region Skåne")) == names(grouped(HOMES))
    assert names(grouped(HOMES[2:3])) == [(OTHERS, ["Björkbacken"])]
    assert grouped(()) == ()


def test_homes_stand_under_regions_only():
    ensure_is_region(OrganisationKind.REGION)
    for kind in (OrganisationKind.AUTHORITY, None):
        with pytest.raises(RuleViolation) as refusal:
            ensure_is_region(kind)
        assert refusal.value.field == "region_id"


def test_a_closed_home_is_kept_where_it_is_chosen_but_not_chosen_anew():
    homes = (Home(1, "Folåsa"), Home(2, "Rebecka", is_closed=True))
    around = Surroundings(homes=tuple((home.id, home.name) for home in homes), home_groups=grouped(homes))
    answers.ensure_homes_open(QUESTION, "1\n2", Answered("2"), around)
    answers.ensure_homes_open(QUESTION, "1", Answered("2"), around)
    assert answers.RULES[QUESTION.type](QUESTION, {"q5": "2"}, around) == []
    with pytest.raises(RuleViolation, match="Rebecka går inte att välja längre") as refusal:
        answers.ensure_homes_open(QUESTION, "1\n2", Answered("1"), around)
    assert refusal.value.field == "q5"
