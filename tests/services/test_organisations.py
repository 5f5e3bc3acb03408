"""Registering organisations."""

import pytest
from sqlalchemy import select

from grantportal.domain.actors import SYSTEM, Role
from grantportal.domain.errors import NoRight, RuleViolation
from grantportal.domain.organisations import OrganisationKind, RegisterOrganisation, organisation_number
from grantportal.imports.organisations import regions
from grantportal.models.organisations import Organisation
from grantportal.queries import accounts as people
from grantportal.queries import organisations as queries
from grantportal.services import organisations
from tests.support.factories import OrganisationFactory, person
from tests.support.rows import committed, events_of


def test_there_are_21_regions_with_lawful_numbers():
    known = regions()

    assert len(known) == len({one.organisation_number for one in known}) == len({one.name for one in known}) == 21
    for one in known:
        assert organisation_number(one.organisation_number) == one.organisation_number


def test_an_installation_knows_its_authority_and_the_regions_once(database):
    assert organisations.register_known("Myndigheten", "202100-0555", regions()) == 22
    assert organisations.register_known("Myndigheten", "202100-0555", regions()) == 0

    rows = committed().scalars(select(Organisation)).all()
    assert len(rows) == 22
    assert [row.name for row in rows if row.kind is OrganisationKind.AUTHORITY] == ["Myndigheten"]
    assert all(events_of(row) == ["organisation.registered"] for row in rows)


def test_the_list_is_in_swedish_order(database):
    organisations.register_known("Myndigheten", "202100-0555", regions())
    names = [one.name for one in queries.listed(SYSTEM)]

    assert names[-3:] == ["Region Örebro län", "Region Östergötland", "Västra Götalandsregionen"]


def test_a_wrong_number_registers_nothing(database):
    wrong = RegisterOrganisation("Region Fel", "232100-0256", OrganisationKind.REGION)
    with pytest.raises(RuleViolation):
        organisations.register(SYSTEM, [*regions(), wrong])
    assert queries.numbers() == set()


def test_only_the_administrator_registers(database):
    authority = OrganisationFactory(kind=OrganisationKind.AUTHORITY)
    region = RegisterOrganisation("Region Ny", "232100-0255", OrganisationKind.REGION)
    for role in (Role.HANDLAGGARE, Role.ENHETSCHEF):
        with pytest.raises(NoRight):
            organisations.register(people.actor_of(person(role, authority).id), [region])
    assert organisations.register(people.actor_of(person(Role.ADMINISTRATOR, authority).id), [region]) == 1
