"""The invented story, played through the services as the demonstration's persons."""

import shutil
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml

from grantportal import db, migrate
from grantportal.domain import clock
from grantportal.domain.accounts import CreateUser, GrantMandate
from grantportal.domain.actors import SYSTEM, Role
from grantportal.domain.demonstration import FIRST_DAY
from grantportal.imports.organisations import regions
from grantportal.queries import organisations as registered
from grantportal.queries import portal as row
from grantportal.services import accounts, organisations, portal
from grantportal.services import demonstration as services
from grantportal.settings import Settings

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


def is_loaded() -> bool:
    """Whether the database is a demonstration already."""
    return row.is_demonstration()


def load(until: str | None = None) -> None:
    """Fill a migrated database, where the organisations are registered, with the persons and what they did `until` a step."""
    services.mark(FIRST_DAY)
    for person in persons():
        with clock.at(clock.local(person.valid_from, 8)):
            _enter(person)


def _enter(person: Person) -> None:
    accounts.create_user(SYSTEM, CreateUser(person.name, person.email, is_example=True), link_hours=_LINK_HOURS)
    for role in person.roles:
        organisation = person.organisation or registered.authority_number()
        accounts.grant_mandate(SYSTEM, GrantMandate(person.email, organisation, role, person.valid_from))


def restart(settings: Settings) -> None:
    """Begin anew: an empty database of the same schema, no stored files, no mail; then the story again."""
    if not settings.demonstration or not is_loaded():
        raise RuntimeError("only the demonstration begins anew")
    db.close_read_session()
    migrate.downgrade()
    for folder in (settings.files, settings.mail):
        shutil.rmtree(folder, ignore_errors=True)
    migrate.upgrade()
    # What the processes have prepared is for the tables that were.
    db.engine().dispose()
    portal.set_registration_prefix(settings.numbers_begin_with)
    organisations.register_known(settings.authority_name, settings.authority_number, regions())
    load()
