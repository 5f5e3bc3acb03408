"""Kommunicering: what was sent to a party before its decision, and its reply."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Actor
from grantportal.domain.applications import APPLICATION, ApplicationAction, ApplicationStatus
from grantportal.domain.decisions import SKIP_TEXTS, Communicated, CommunicationKind, communication_label
from grantportal.domain.labels import Label
from grantportal.models.applications import Application
from grantportal.models.calls import Call
from grantportal.models.cases import Case
from grantportal.models.decisions import Communication
from grantportal.models.organisations import Organisation
from grantportal.policy import Permission, may, visible
from grantportal.queries import applications, decisions


def get(actor: Actor, communication_id: int) -> Communication | None:
    """A kommunicering that the actor may see, as it is now."""
    return (
        db.session()
        .scalars(
            select(Communication)
            .where(Communication.id == communication_id, visible(actor, Communication))
            .execution_options(populate_existing=True)
        )
        .one_or_none()
    )


def locked_application(actor: Actor, application_id: int) -> tuple[Case, Application] | None:
    """Lock the case of an application that has been handed in and that the actor may see, then read the application anew."""
    case_id = db.session().scalar(select(Application.case_id).where(Application.id == application_id))
    if case_id is None:
        return None
    case = db.session().scalars(db.lock(select(Case).where(Case.id == case_id))).one()
    found = (
        db.session()
        .scalars(
            select(Application)
            .where(
                Application.id == application_id,
                Application.status != ApplicationStatus.DRAFT,
                visible(actor, Application),
            )
            .execution_options(populate_existing=True)
        )
        .one_or_none()
    )
    return (case, found) if found is not None else None


def application_of(communication_id: int) -> int | None:
    """Which application a kommunicering is about."""
    return db.session().scalar(select(Communication.application_id).where(Communication.id == communication_id))


@dataclass(frozen=True)
class ApplicationHeard:
    """The application that a kommunicering is about, for the pages that send or skip one."""

    application_id: int
    case_id: int
    organisation_id: int
    case_number: str
    organisation: str
    call_id: int
    call_title: str
    may_communicate: bool
    today: date


def application(actor: Actor, application_id: int) -> ApplicationHeard | None:
    """An application that has been handed in and that the actor may see."""
    found = decisions.application(actor, application_id)
    if found is None:
        return None
    return ApplicationHeard(
        application_id=found.id,
        case_id=found.case_id,
        organisation_id=found.organisation_id,
        case_number=found.case.registration_number or "",
        organisation=found.organisation.name,
        call_id=found.call_id,
        call_title=found.call.title,
        may_communicate=APPLICATION.allows(found.status, ApplicationAction.COMMUNICATE),
        today=clock.today(),
    )


@dataclass(frozen=True)
class CommunicationPage:
    """A kommunicering as its page shows it."""

    id: int
    application_id: int
    case_id: int
    organisation_id: int
    case_number: str
    organisation: str
    call_title: str
    was_sent: bool
    ground: str
    material: str
    last_day: date | None
    sent_at: datetime
    sent_by: str
    reply: str | None
    replied_at: datetime | None
    replied_by: str
    label: Label
    may_reply: bool


def page(actor: Actor, communication_id: int) -> CommunicationPage | None:
    """A kommunicering that the actor may see."""
    row = (
        db.session()
        .execute(
            select(Communication, Application, Organisation.name, Case.registration_number, Call.title)
            .join(Application, Communication.application_id == Application.id)
            .join(Organisation, Communication.organisation_id == Organisation.id)
            .join(Case, Communication.case_id == Case.id)
            .join(Call, Application.call_id == Call.id)
            .where(Communication.id == communication_id, visible(actor, Communication))
        )
        .one_or_none()
    )
    if row is None:
        return None
    found, heard, organisation, number, title = row
    facts = Communicated(found.kind, found.last_day, found.replied_at is not None)
    return CommunicationPage(
        id=found.id,
        application_id=found.application_id,
        case_id=found.case_id,
        organisation_id=found.organisation_id,
        case_number=number or "",
        organisation=organisation,
        call_title=title,
        was_sent=found.kind is CommunicationKind.SENT,
        ground=SKIP_TEXTS[found.ground] if found.ground else "",
        material=found.material,
        last_day=found.last_day,
        sent_at=found.sent_at,
        sent_by=decisions.person_name(found.sent_by_id),
        reply=found.reply,
        replied_at=found.replied_at,
        replied_by=decisions.person_name(found.replied_by_id),
        label=communication_label(facts, today=clock.today(), for_party=not actor.is_authority),
        may_reply=found.kind is CommunicationKind.SENT
        and found.replied_at is None
        and APPLICATION.allows(applications.told_status(heard), ApplicationAction.COMMUNICATE)
        and may(actor, Permission.REPLY_TO_COMMUNICATION, found),
    )
