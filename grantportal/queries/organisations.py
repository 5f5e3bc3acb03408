"""Organisations, and who may do what in them."""

from dataclasses import dataclass

from sqlalchemy import func, select

from grantportal import db
from grantportal.domain.actors import Actor
from grantportal.domain.organisations import KIND_TEXTS, OrganisationKind
from grantportal.models.accounts import MandateRow
from grantportal.models.organisations import Organisation
from grantportal.policy import visible
from grantportal.queries.accounts import MandateShown, mandates_shown


@dataclass(frozen=True)
class OrganisationShown:
    """An organisation's page: the same for the organisation and for the authority."""

    id: int
    name: str
    number: str
    kind_text: str
    mailbox: str
    mandates: tuple[MandateShown, ...]


@dataclass(frozen=True)
class OrganisationListed:
    """A line of the list."""

    id: int
    name: str
    number: str
    kind_text: str
    persons: int
    """How many have had a behörighet, now or earlier."""


def get(actor: Actor, organisation_id: int) -> OrganisationShown | None:
    """An organisation that the actor may see. Two queries."""
    row = db.session().scalar(
        select(Organisation).where(Organisation.id == organisation_id, visible(actor, Organisation))
    )
    return None if row is None else _shown(row, mandates_shown(MandateRow.organisation_id == row.id))


def own(actor: Actor) -> list[OrganisationShown]:
    """The organisations that the actor works for. Two queries."""
    ids = [mandate.organisation_id for mandate in actor.mandates]
    rows = db.session().scalars(
        select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.name.collate(db.COLLATION))
    )
    mandates = mandates_shown(MandateRow.organisation_id.in_(ids))
    return [_shown(row, tuple(one for one in mandates if one.organisation_id == row.id)) for row in rows]


def listed(actor: Actor) -> list[OrganisationListed]:
    """Every organisation that the actor may see, by name. One query."""
    rows = db.session().execute(
        select(Organisation, func.count(MandateRow.user_id.distinct()))
        .outerjoin(MandateRow, MandateRow.organisation_id == Organisation.id)
        .where(visible(actor, Organisation))
        .group_by(Organisation.id)
        .order_by(Organisation.name.collate(db.COLLATION))
    )
    return [
        OrganisationListed(row.id, row.name, row.organisation_number, KIND_TEXTS[row.kind], persons)
        for row, persons in rows
    ]


def _shown(row: Organisation, mandates: tuple[MandateShown, ...]) -> OrganisationShown:
    return OrganisationShown(
        id=row.id,
        name=row.name,
        number=row.organisation_number,
        kind_text=KIND_TEXTS[row.kind],
        mailbox=row.mailbox,
        mandates=mandates,
    )


# --- For acts ----------------------------------------------------------------------------------------------------


def numbers() -> set[str]:
    """The organisationsnummer of every organisation that is registered."""
    return set(db.session().scalars(select(Organisation.organisation_number)))


def by_number_or_name(known: str) -> Organisation | None:
    """The organisation with this organisationsnummer, or with this name in any case of letters."""
    found = db.session().scalars(select(Organisation).order_by(Organisation.id)).all()
    wanted = known.strip().casefold()
    return next((row for row in found if wanted in {row.organisation_number, row.name.casefold()}), None)


def authority_number() -> str:
    """The organisationsnummer of the authority that owns the installation."""
    return (
        db.session()
        .scalars(select(Organisation.organisation_number).where(Organisation.kind == OrganisationKind.AUTHORITY))
        .one()
    )
