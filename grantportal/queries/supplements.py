"""Kompletteringar: the request, and each answer before and after."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from grantportal import db, policy
from grantportal.domain import clock, hand_ins, supplements
from grantportal.domain.actors import Actor
from grantportal.domain.applications import ApplicationStatus, Audience
from grantportal.domain.cases import FrozenKind
from grantportal.domain.labels import Label
from grantportal.domain.supplements import SupplementStatus
from grantportal.models.accounts import User
from grantportal.models.applications import Application
from grantportal.models.cases import Case, FrozenVersion
from grantportal.models.organisations import Organisation
from grantportal.models.reports import Report
from grantportal.models.supplements import Supplement
from grantportal.queries import applications
from grantportal.queries.applications import Head, OwnPage


def get(actor: Actor, supplement_id: int) -> Supplement | None:
    """A request about an application that the actor may see, with its parts."""
    return (
        db.session()
        .scalars(
            select(Supplement)
            .where(
                Supplement.id == supplement_id,
                Supplement.application_id.is_not(None),
                policy.visible(actor, Supplement),
            )
            .options(selectinload(Supplement.parts))
            .execution_options(populate_existing=True)
        )
        .one_or_none()
    )


@dataclass(frozen=True)
class TimePage:
    """How long the party has for a request, about an application or a report."""

    id: int
    what: str
    organisation: str
    registration_number: str
    reason: str
    last_day: date
    label: Label
    status: SupplementStatus
    organisation_id: int
    case_id: int


def time_page(actor: Actor, supplement_id: int) -> TimePage | None:
    """A request that the actor may see, with its last day."""
    found = (
        db.session()
        .execute(
            select(Supplement, Organisation.name, Case.registration_number, Report.grant_year)
            .join(Case, Supplement.case_id == Case.id)
            .join(Organisation, Supplement.organisation_id == Organisation.id)
            .outerjoin(Report, Supplement.report_id == Report.id)
            .where(Supplement.id == supplement_id, policy.visible(actor, Supplement))
        )
        .one_or_none()
    )
    if found is None:
        return None
    row, organisation, number, year = found
    return TimePage(
        id=row.id,
        what=f"Återrapportering för {year}" if year else "Ansökan",
        organisation=organisation,
        registration_number=number or "",
        reason=row.reason,
        last_day=row.last_day,
        label=supplements.label(row.status, row.last_day, clock.now()),
        status=row.status,
        organisation_id=row.organisation_id,
        case_id=row.case_id,
    )


def either(actor: Actor, supplement_id: int) -> Supplement | None:
    """A request that the actor may see, about an application or a report, for an act that holds the case's lock."""
    return (
        db.session()
        .scalars(
            select(Supplement)
            .where(Supplement.id == supplement_id, policy.visible(actor, Supplement))
            .execution_options(populate_existing=True)
        )
        .one_or_none()
    )


def open_ids() -> list[int]:
    """Every request that waits for its answer, the oldest last day first."""
    return list(
        db.session().scalars(
            select(Supplement.id)
            .where(Supplement.status == SupplementStatus.REQUESTED)
            .order_by(Supplement.last_day, Supplement.id)
        )
    )


def reminded(supplement_id: int) -> Supplement | None:
    """The request if it is still open, for the worker."""
    return (
        db.session()
        .scalars(
            select(Supplement)
            .where(Supplement.id == supplement_id, Supplement.status == SupplementStatus.REQUESTED)
            .execution_options(populate_existing=True)
        )
        .one_or_none()
    )


def case_id_of(supplement_id: int) -> int | None:
    """The case to lock before anything else is read."""
    return db.session().scalar(select(Supplement.case_id).where(Supplement.id == supplement_id))


def open_row(application_id: int) -> Supplement | None:
    """The application's open request, for an act that holds the case's lock."""
    return (
        db.session()
        .scalars(
            select(Supplement).where(
                Supplement.application_id == application_id, Supplement.status == SupplementStatus.REQUESTED
            )
        )
        .one_or_none()
    )


@dataclass(frozen=True)
class RequestPage:
    """What an officer chooses among when asking for a komplettering."""

    head: Head
    sections: tuple[tuple[str, str], ...]
    status: ApplicationStatus
    organisation_id: int
    case_id: int


def request_page(actor: Actor, application_id: int) -> RequestPage | None:
    """The sections of the newest frozen version."""
    page = applications.version_page(actor, application_id)
    if page is None:
        return None
    return RequestPage(
        head=page.head,
        sections=tuple((section.key, section.title) for section in page.sections),
        status=page.head.status,
        organisation_id=page.head.organisation_id,
        case_id=page.head.case_id,
    )


@dataclass(frozen=True)
class SupplementPage:
    """A request with its answer: every answer of the opened parts before and after."""

    id: int
    application_id: int
    head: Head
    label: Label
    reason: str
    last_day: date
    is_overdue: bool
    requested_at: datetime
    requested_by: str
    ended_at: datetime | None
    parts: tuple[str, ...]
    differences: tuple[tuple[str, tuple[hand_ins.Difference, ...]], ...]
    version_after: int | None
    status: SupplementStatus
    organisation_id: int
    case_id: int


def page(actor: Actor, supplement_id: int) -> SupplementPage | None:
    """Read from frozen versions only: before the answer is handed in there is nothing to compare with."""
    supplement = get(actor, supplement_id)
    if supplement is None or supplement.application_id is None:
        return None
    application = applications.get(actor, supplement.application_id)
    if application is None:
        return None
    numbers = [number for number in (supplement.version_before, supplement.version_after) if number]
    rows = (
        db.session()
        .scalars(
            select(FrozenVersion).where(
                FrozenVersion.kind == FrozenKind.APPLICATION,
                FrozenVersion.subject_id == application.id,
                FrozenVersion.number.in_(numbers),
            )
        )
        .all()
    )
    contents = {row.number: json.loads(row.content) for row in rows}
    before = contents[supplement.version_before]
    after = contents.get(supplement.version_after or 0)
    opened = {part.part for part in supplement.parts}
    titles = {section["key"]: section["title"] for section in before["sections"]}
    now = clock.now()
    audience = Audience.AUTHORITY if actor.is_authority else Audience.PARTY
    asker = db.session().scalar(select(User.name).where(User.id == supplement.requested_by_id)) or ""
    return SupplementPage(
        id=supplement.id,
        application_id=application.id,
        head=applications.head_of(application, applications.open_supplement(application), audience),
        label=supplements.label(supplement.status, supplement.last_day, now),
        reason=supplement.reason,
        last_day=supplement.last_day,
        is_overdue=now >= clock.end_of(supplement.last_day),
        requested_at=supplement.requested_at,
        requested_by=asker,
        ended_at=supplement.ended_at,
        parts=tuple(title for key, title in titles.items() if key in opened),
        differences=hand_ins.differences(before, after, opened) if after else (),
        version_after=supplement.version_after,
        status=supplement.status,
        organisation_id=supplement.organisation_id,
        case_id=supplement.case_id,
    )


def answer_page(actor: Actor, supplement_id: int) -> OwnPage | None:
    """The organisation's own application while it is being supplemented: what is open, and what is left to put right."""
    supplement = get(actor, supplement_id)
    if supplement is None or supplement.application_id is None:
        return None
    return applications.own_page(actor, supplement.application_id)


def answer_page_anew(actor: Actor, supplement_id: int) -> OwnPage | None:
    """The same after an act of this very request: what others wrote meanwhile is not in the snapshot that was read."""
    db.close_read_session()
    return answer_page(actor, supplement_id)


def application_of(supplement: Supplement) -> Application:
    """The application that a request is about, for an act that holds the case's lock."""
    return (
        db.session()
        .scalars(
            select(Application)
            .where(Application.id == supplement.application_id)
            .options(joinedload(Application.call), joinedload(Application.case), joinedload(Application.organisation))
            .execution_options(populate_existing=True)
        )
        .one()
    )
