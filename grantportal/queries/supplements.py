"""Kompletteringar: the request, and each answer before and after."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ScalarSelect, func, select, union_all
from sqlalchemy.orm import aliased, joinedload, selectinload

from grantportal import db, policy
from grantportal.domain import clock, hand_ins, opened, supplements
from grantportal.domain.actors import Actor
from grantportal.domain.applications import ApplicationStatus, Audience
from grantportal.domain.calls import CallStatus
from grantportal.domain.cases import Direction, FrozenKind, RecordKind
from grantportal.domain.hand_ins import Content, Difference
from grantportal.domain.labels import Label
from grantportal.domain.opened import Asked, Part
from grantportal.domain.reminders import Horizon
from grantportal.domain.supplements import NOT_TRIED, SupplementStatus
from grantportal.models.accounts import User
from grantportal.models.applications import Application
from grantportal.models.cases import Case, FrozenVersion
from grantportal.models.organisations import Organisation
from grantportal.models.records import Record
from grantportal.models.reports import Report
from grantportal.models.supplements import Supplement, SupplementPart
from grantportal.queries import applications
from grantportal.queries.applications import Head, OpenSupplement, OwnPage
from grantportal.queries.reminders import are_due


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
    asked: str
    """What the party last wrote when it asked for more time, with the day that it wished for; empty when it has not asked."""


def time_page(actor: Actor, supplement_id: int) -> TimePage | None:
    """A request that the actor may see, with its last day."""
    asked = (
        select(Record.text)
        .where(
            Record.case_id == Supplement.case_id,
            Record.kind == RecordKind.MORE_TIME_ASKED,
            Record.dated_at >= Supplement.requested_at,
        )
        .order_by(Record.number.desc())
        .limit(1)
        .correlate(Supplement)
        .scalar_subquery()
    )
    found = (
        db.session()
        .execute(
            select(Supplement, Organisation.name, Case.registration_number, Report.grant_year, asked)
            .join(Case, Supplement.case_id == Case.id)
            .join(Organisation, Supplement.organisation_id == Organisation.id)
            .outerjoin(Report, Supplement.report_id == Report.id)
            .where(Supplement.id == supplement_id, policy.visible(actor, Supplement))
        )
        .one_or_none()
    )
    if found is None:
        return None
    row, organisation, number, year, wish = found
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
        asked=wish or "",
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


def due(when: Horizon) -> list[Supplement]:
    """Every request that waits for its answer and of which there is something to say, the oldest last day first."""
    ways = (
        select(Supplement.id).where(Supplement.status == SupplementStatus.REQUESTED, way)
        for way in are_due(Supplement, when)
    )
    return list(
        db.session().scalars(
            select(Supplement).where(Supplement.id.in_(union_all(*ways))).order_by(Supplement.last_day, Supplement.id)
        )
    )


def parts_of(supplement_id: int) -> list[str]:
    """The keys of the parts that a request opens."""
    return list(db.session().scalars(select(SupplementPart.part).where(SupplementPart.supplement_id == supplement_id)))


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
    parts: tuple[Part, ...]
    open_id: int | None
    """The request that waits for its answer already, if there is one."""
    bar: str
    """Why nothing is to be completed; empty where the application is tried."""
    status: ApplicationStatus
    organisation_id: int
    case_id: int


def request_page(actor: Actor, application_id: int) -> RequestPage | None:
    """The sections, questions and budget rows of an application that has been handed in."""
    application = applications.get(actor, application_id)
    if application is None or not application.version_number:
        return None
    supplement = applications.open_supplement(application)
    content = applications.frozen_content(application.id, application.version_number) or {"sections": []}
    return RequestPage(
        head=applications.head_of(application, supplement, _audience(actor)),
        parts=opened.tree(
            hand_ins.as_asked(applications.form_of(application), content),
            applications.surroundings(application.call, with_homes=False),
        ),
        open_id=supplement.id if supplement else None,
        bar=NOT_TRIED if application.call.status is CallStatus.WITHDRAWN else "",
        status=application.status,
        organisation_id=application.organisation_id,
        case_id=application.case_id,
    )


def _audience(actor: Actor) -> Audience:
    return Audience.AUTHORITY if actor.is_authority else Audience.PARTY


@dataclass(frozen=True)
class Round:
    """One komplettering among the application's own, numbered from the first."""

    id: int
    number: int
    requested_at: datetime
    label: Label


@dataclass(frozen=True)
class SupplementPage:
    """A request with its answer: every answer of what was opened before and after."""

    id: int
    number: int
    rounds: tuple[Round, ...]
    application_id: int
    head: Head
    label: Label
    reason: str
    last_day: date
    is_overdue: bool
    follows: str
    """What happens when it is closed unanswered."""
    time_asked_at: datetime | None
    """When the party asked for more time, while that waits for the authority."""
    requested_at: datetime
    requested_by: str
    ended_at: datetime | None
    asked: tuple[Asked, ...]
    differences: tuple[tuple[str, tuple[Difference, ...]], ...]
    version_before: int
    version_after: int | None
    status: SupplementStatus
    organisation_id: int
    case_id: int

    @property
    def notes(self) -> dict[str, str]:
        """What the officer says is missing, by part."""
        return {each.part: each.note for each in self.asked}


def page(actor: Actor, supplement_id: int) -> SupplementPage | None:
    """Read from frozen versions only: before the answer is handed in there is nothing to compare with."""
    rounds = _rounds(actor, supplement_id)
    found = next((each for each in rounds if each.Supplement.id == supplement_id), None)
    if found is None or found.Supplement.application_id is None:
        return None
    supplement: Supplement = found.Supplement
    application = applications.get(actor, found.Supplement.application_id)
    if application is None:
        return None
    definition = applications.form_of(application)
    around = applications.surroundings(application.call, with_homes=False)
    notes = {part.part: part.note or "" for part in supplement.parts}
    differences: tuple[tuple[str, tuple[Difference, ...]], ...] = ()
    if supplement.version_after:
        before, after = _contents(application.id, supplement.version_before, supplement.version_after)
        is_open = opened.Opened.of(definition, notes)
        differences = hand_ins.differences(definition, before, after, is_open, around)
    now = clock.now()
    numbered = tuple(
        Round(row.id, place, row.requested_at, supplements.label(row.status, row.last_day, now))
        for place, (row, *_) in enumerate(rounds, 1)
    )
    still_open = next((row for row, *_ in rounds if row.status is SupplementStatus.REQUESTED), None)
    waits = (
        OpenSupplement(still_open.id, "", still_open.last_day, {}, still_open.version_before) if still_open else None
    )
    own_round = next(each for each in numbered if each.id == supplement.id)
    return SupplementPage(
        id=supplement.id,
        number=own_round.number,
        rounds=numbered,
        application_id=application.id,
        head=applications.head_of(application, waits, _audience(actor)),
        label=own_round.label,
        reason=supplement.reason,
        last_day=supplement.last_day,
        is_overdue=now >= clock.end_of(supplement.last_day),
        follows=supplements.follows(is_injunction=supplement.is_injunction),
        time_asked_at=found.time_asked_at if supplement.status is SupplementStatus.REQUESTED else None,
        requested_at=supplement.requested_at,
        requested_by=found.name or "",
        ended_at=supplement.ended_at,
        asked=opened.asked(definition, notes, around),
        differences=differences,
        version_before=supplement.version_before,
        version_after=supplement.version_after,
        status=supplement.status,
        organisation_id=supplement.organisation_id,
        case_id=supplement.case_id,
    )


def _rounds(actor: Actor, supplement_id: int) -> list[Any]:
    """The request and the other rounds of its application, oldest first, each with who asked."""
    this = select(Supplement.application_id).where(Supplement.id == supplement_id).scalar_subquery()
    return list(
        db.session()
        .execute(
            select(Supplement, User.name, time_asked_at().label("time_asked_at"))
            .outerjoin(User, User.id == Supplement.requested_by_id)
            .where(Supplement.application_id == this, policy.visible(actor, Supplement))
            .order_by(Supplement.id)
            .options(selectinload(Supplement.parts))
        )
        .all()
    )


def time_asked_at() -> ScalarSelect[datetime]:
    """When the party last asked for more time; None when it has not, or the authority has written to it since."""
    later = aliased(Record)
    answered = (
        select(later.id)
        .where(later.case_id == Record.case_id, later.direction == Direction.OUT, later.number > Record.number)
        .correlate(Record)
        .exists()
    )
    return (
        select(func.max(Record.dated_at))
        .where(
            Record.case_id == Supplement.case_id,
            Record.kind == RecordKind.MORE_TIME_ASKED,
            Record.dated_at >= Supplement.requested_at,
            ~answered,
        )
        .correlate(Supplement)
        .scalar_subquery()
    )


def _contents(application_id: int, before: int, after: int) -> tuple[Content, Content]:
    rows = db.session().execute(
        select(FrozenVersion.number, FrozenVersion.content).where(
            FrozenVersion.kind == FrozenKind.APPLICATION,
            FrozenVersion.subject_id == application_id,
            FrozenVersion.number.in_([before, after]),
        )
    )
    contents = {row.number: json.loads(row.content) for row in rows}
    return contents[before], contents[after]


def answer_page(actor: Actor, application_id: int) -> OwnPage | None:
    """The organisation's own application while it is being supplemented: what is open, and what is left to put right."""
    return applications.own_page(actor, application_id, with_senders=False)


def answer_page_anew(actor: Actor, application_id: int) -> OwnPage | None:
    """The same after an act of this very request: what others wrote meanwhile is not in the snapshot that was read."""
    return applications.own_page_anew(actor, application_id, with_senders=False)


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
