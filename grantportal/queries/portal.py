"""The portal's own row."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute

from grantportal import db
from grantportal.domain.organisations import OrganisationKind
from grantportal.models.organisations import Organisation
from grantportal.models.portal import Portal


def moved_days() -> int:
    """How many whole days the demonstration's time is moved; 0 in a real installation."""
    session = db.session()
    # Whoever asks what time it is may be in the middle of a change: it is not sent to the database half done.
    with session.no_autoflush:
        return session.scalar(select(Portal.moved_days).where(Portal.id == 1)) or 0


def is_demonstration() -> bool:
    """Whether the database holds the demonstration's invented content."""
    return bool(db.session().scalar(_own(Portal.is_demonstration)))


@dataclass(frozen=True)
class Installation:
    """Whose portal this is: what heads every document."""

    authority: str
    address: str
    """Where an appeal is handed in; empty where nobody has said it, as the court is."""
    appeal_court: str
    is_demonstration: bool


def installation() -> Installation:
    """The authority's name and what the portal's own row says of it. One query."""
    name = (
        select(Organisation.name)
        .where(Organisation.kind == OrganisationKind.AUTHORITY)
        .order_by(Organisation.id)
        .limit(1)
        .scalar_subquery()
    )
    said = (Portal.authority_address, Portal.appeal_court, Portal.is_demonstration)
    found = db.session().execute(select(name, *(_own(each).scalar_subquery() for each in said))).one()
    authority, address, court, flag = found
    return Installation(authority or "Myndigheten", address or "", court or "", bool(flag))


def _own(column: InstrumentedAttribute[Any]) -> Select[Any]:
    return select(column).where(Portal.id == 1)


def is_story_told() -> bool:
    """Whether the demonstration's whole story is in the database: a start that was broken off is not."""
    return db.session().scalar(select(Portal.story_told_at).where(Portal.id == 1)) is not None


def are_rows_told() -> bool:
    """Whether the rows from before the history told of rows have been taken into it."""
    return db.session().scalar(_own(Portal.rows_told_at)) is not None


def row() -> Portal:
    """The one row, locked."""
    return db.session().scalars(db.lock(select(Portal).where(Portal.id == 1))).one()
