"""The demonstration's persons: all invented, all with the surname Exempel."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml

from grantportal.domain import clock
from grantportal.domain.accounts import CreateUser, GrantMandate
from grantportal.domain.actors import SYSTEM, Role
from grantportal.queries import organisations as registered
from grantportal.services import accounts

_PERSONS = Path(__file__).with_name("persons.yaml")
_AUTHORITY = "authority"
_LINK_HOURS = 1
"""Nobody uses the links: one click signs in."""


@dataclass(frozen=True)
class Person:
    """One of the demonstration's persons, as the story names them by `key`."""

    key: str
    name: str
    email: str
    organisation: str
    """Empty for the authority."""
    roles: tuple[Role, ...]
    valid_from: date


@cache
def persons() -> tuple[Person, ...]:
    """Everybody, the regions' persons first."""
    read = yaml.safe_load(_PERSONS.read_text("utf-8"))
    return tuple(
        Person(
            key=one["key"],
            name=one["name"],
            email=one["email"],
            organisation="" if one["organisation"] == _AUTHORITY else one["organisation"],
            roles=tuple(Role(role) for role in one["roles"]),
            valid_from=read["valid_from"],
        )
        for one in read["persons"]
    )


def enter_all() -> None:
    """Give each person an account and the mandates, from the first day that they hold."""
    for person in persons():
        with clock.at(clock.local(person.valid_from, 8)):
            _enter(person)


def _enter(person: Person) -> None:
    accounts.create_user(SYSTEM, CreateUser(person.name, person.email, is_example=True), link_hours=_LINK_HOURS)
    for role in person.roles:
        organisation = person.organisation or registered.authority_number()
        accounts.grant_mandate(SYSTEM, GrantMandate(person.email, organisation, role, person.valid_from))
