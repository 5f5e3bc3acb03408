"""Organisations, and who may do what in them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select

from grantportal import db, policy
from grantportal.domain import clock
from grantportal.domain.accounts import can_apply
from grantportal.domain.actors import Actor
from grantportal.domain.events import told
from grantportal.domain.organisations import KIND_TEXTS, OrganisationKind
from grantportal.models.accounts import Invitation, MandateRow, User
from grantportal.models.cases import Case
from grantportal.models.organisations import BankGiro, Organisation
from grantportal.models.portal import Event
from grantportal.policy import visible
from grantportal.queries.accounts import InvitationShown, MandateShown, invitations_shown, mandates_shown

EVENTS = 50


@dataclass(frozen=True)
class OrganisationShown:
    """An organisation's page: the same for the organisation and for the authority."""

    id: int
    name: str
    number: str
    kind_text: str
    mailbox: str
    mandates: tuple[MandateShown, ...]
    invitations: tuple[InvitationShown, ...]
    """Those that wait for their answers."""
    applies: bool
    """Whether the organisation is one that can have an ombud."""
    events: tuple["EventLine", ...]


@dataclass(frozen=True)
class EventLine:
    """A line of the organisation's history."""

    datetime: str
    day_text: str
    text: str
    by_text: str


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
    """An organisation that the actor may see. Four queries."""
    row = db.session().scalar(
        select(Organisation).where(Organisation.id == organisation_id, visible(actor, Organisation))
    )
    if row is None:
        return None
    mandates = mandates_shown(MandateRow.organisation_id == row.id)
    return _shown(row, mandates, invitations_shown(Invitation.organisation_id == row.id), _events([row.id]))


def own(actor: Actor) -> list[OrganisationShown]:
    """The organisations that the actor works for. Four queries."""
    ids = [mandate.organisation_id for mandate in actor.mandates]
    rows = db.session().scalars(
        select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.name.collate(db.COLLATION))
    )
    mandates = mandates_shown(MandateRow.organisation_id.in_(ids))
    # Who works for several chooses one of them first; the history stands on that one's page.
    events = _events(ids) if len(set(ids)) == 1 else ()
    asked = invitations_shown(Invitation.organisation_id.in_(ids)) if len(set(ids)) == 1 else ()
    return [_shown(row, tuple(one for one in mandates if one.organisation_id == row.id), asked, events) for row in rows]


def _events(ids: Sequence[int]) -> tuple[EventLine, ...]:
    """What has happened with behörigheter, bankgiro and the organisation itself, newest first."""
    about = {
        Organisation.__tablename__: select(Organisation.id).where(Organisation.id.in_(ids)),
        MandateRow.__tablename__: select(MandateRow.id).where(MandateRow.organisation_id.in_(ids)),
        Invitation.__tablename__: select(Invitation.id).where(Invitation.organisation_id.in_(ids)),
        BankGiro.__tablename__: select(BankGiro.id).where(BankGiro.organisation_id.in_(ids)),
    }
    rows = db.session().execute(
        select(Event, User.name)
        .outerjoin(User, User.id == Event.actor_id)
        .where(or_(*(and_(Event.subject == table, Event.subject_id.in_(those)) for table, those in about.items())))
        .order_by(Event.at.desc(), Event.id.desc())
        .limit(EVENTS)
    )
    return tuple(
        EventLine(
            datetime=event.at.isoformat(timespec="seconds"),
            day_text=clock.day_text(event.at),
            text=told(event.kind, json.loads(event.data)),
            by_text=", ".join(part for part in (name, f"kl.{clock.NBSP}{clock.time_text(event.at)}") if part),
        )
        for event, name in rows
    )


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


def _shown(
    row: Organisation,
    mandates: tuple[MandateShown, ...],
    invitations: tuple[InvitationShown, ...],
    events: tuple[EventLine, ...],
) -> OrganisationShown:
    return OrganisationShown(
        id=row.id,
        name=row.name,
        number=row.organisation_number,
        kind_text=KIND_TEXTS[row.kind],
        mailbox=row.mailbox,
        mandates=mandates,
        invitations=invitations,
        applies=can_apply(row.kind),
        events=events,
    )


@dataclass(frozen=True)
class CaseChoice:
    """A case that somebody can be invited to."""

    id: int
    text: str


def cases_of(actor: Actor, organisation_id: int) -> list[CaseChoice]:
    """The organisation's cases that the actor works in, the newest first. One query."""
    rows = db.session().scalars(
        select(Case)
        .where(Case.organisation_id == organisation_id, policy.own(actor, Case), Case.closed_at.is_(None))
        .order_by(Case.id.desc())
    )
    return [CaseChoice(row.id, f"{row.title} ({row.registration_number or 'påbörjat'})") for row in rows]


# --- For acts ----------------------------------------------------------------------------------------------------


def numbers() -> set[str]:
    """The organisationsnummer of every organisation that is registered."""
    return set(db.session().scalars(select(Organisation.organisation_number)))


def shown_to_everybody(organisation_id: int) -> Organisation | None:
    """The organisation, when it is one of those that the public form offers."""
    found = db.session().get(Organisation, organisation_id)
    return found if found is not None and can_apply(found.kind) else None


def locked(organisation_id: int) -> Organisation | None:
    """The organisation, locked."""
    return db.session().scalars(db.lock(select(Organisation).where(Organisation.id == organisation_id))).one_or_none()


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
