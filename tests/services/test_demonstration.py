"""The demonstration's persons and its day."""

from datetime import timedelta

import pytest

from grantportal import db, demonstration
from grantportal.demonstration.persons import enter_all
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.demonstration import MoveDay
from grantportal.domain.errors import NotVisible, RuleViolation
from grantportal.imports.organisations import regions
from grantportal.queries import accounts, portal
from grantportal.services import demonstration as services
from grantportal.services import organisations
from tests.support.factories import UserFactory

FIRST_DAY = demonstration.STOPS[demonstration.LAST]


@pytest.fixture
def portal_time(database):
    clock.move_by(portal.moved_days)
    yield
    clock.move_by(lambda: 0)


@pytest.fixture
def marked(portal_time):
    services.mark()
    services.show_from(FIRST_DAY)
    db.close_read_session()


def test_a_new_demonstration_shows_its_first_day(marked):
    assert clock.today() == FIRST_DAY


def test_a_story_is_told_when_its_first_day_is_shown(portal_time):
    assert not demonstration.is_loaded()
    services.mark()
    db.close_read_session()
    assert not demonstration.is_loaded()
    services.show_from(FIRST_DAY)
    db.close_read_session()
    assert demonstration.is_loaded()


def test_a_real_installation_does_not_become_a_demonstration(database):
    UserFactory()
    with pytest.raises(RuleViolation, match="riktig installation"):
        services.mark()


def test_the_day_moves_forward_only(marked):
    assert services.move_day(MoveDay(days=3)) == FIRST_DAY + timedelta(days=3)
    db.close_read_session()
    assert clock.today() == FIRST_DAY + timedelta(days=3)
    with pytest.raises(RuleViolation, match="framåt"):
        services.move_day(MoveDay(day=FIRST_DAY))
    db.close_read_session()
    assert clock.today() == FIRST_DAY + timedelta(days=3)


def test_a_real_installation_keeps_its_day(database):
    with pytest.raises(NotVisible):
        services.move_day(MoveDay(days=1))
    assert portal.moved_days() == 0


def test_each_person_has_a_name_of_its_own_that_says_it_is_invented():
    everybody = demonstration.persons()

    for values in zip(*[(one.key, one.name, one.email) for one in everybody], strict=True):
        assert len(set(values)) == len(everybody)
    assert all(one.name.endswith(" Exempel") for one in everybody)
    assert {role for one in everybody for role in one.roles} >= {
        Role.OMBUD,
        Role.APPLICANT_ECONOMIST,
        Role.HANDLAGGARE,
        Role.BESLUTSFATTARE,
        Role.FINANCE,
        Role.ADMINISTRATOR,
    }
    assert any(set(one.roles) == {Role.HANDLAGGARE, Role.BESLUTSFATTARE} for one in everybody)


def test_everybody_can_be_signed_in_as(portal_time):
    organisations.register_known("Myndigheten", "202100-0555", regions())
    enter_all()
    db.close_read_session()

    shown = accounts.everybody(only_examples=True)

    assert {one.email for one in shown} == {one.email for one in demonstration.persons()}
    assert all(one.roles_text for one in shown)
