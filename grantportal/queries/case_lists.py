"""The list of ärenden: narrowed, in order, a page at a time."""

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    func,
    or_,
    select,
)

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Actor
from grantportal.domain.applications import ApplicationStatus
from grantportal.domain.case_lists import MINE, NEWS_FIRST, NOBODYS, Asked
from grantportal.domain.cases import OFFICERS_STAGES, PARTYS_STAGES, CaseStage, CaseState
from grantportal.domain.decisions import CommunicationKind, DecisionStatus
from grantportal.domain.events import NEWS_FOR_THE_AUTHORITY, NEWS_FOR_THE_PARTY, EventKind
from grantportal.domain.money import Kronor
from grantportal.domain.payments import LedgerKind, PaymentStatus
from grantportal.domain.reports import ReportStatus
from grantportal.domain.search import Pieces, sought
from grantportal.domain.supplements import SupplementStatus
from grantportal.models.accounts import MandateRow, User
from grantportal.models.applications import Application
from grantportal.models.calls import Call
from grantportal.models.cases import Case, ReadMark
from grantportal.models.decisions import Communication, Decision
from grantportal.models.grants import Grant
from grantportal.models.organisations import Organisation
from grantportal.models.payments import LedgerEntry, Payment
from grantportal.models.portal import Event
from grantportal.models.reports import Report
from grantportal.models.supplements import Supplement
from grantportal.policy import MAY_BE_ASSIGNED, is_sent, told_to, visible
from grantportal.queries import search
from grantportal.queries.accounts import holds
from grantportal.queries.case_states import CaseFacts, Standing, standings, supplement_last_day, views_last_day
from grantportal.queries.together import fetched, part

PAGE = 50


@dataclass(frozen=True)
class CaseRow:
    """A case in the list."""

    id: int
    registration_number: str
    own_reference: str
    title: str
    organisation: str
    applicant_unit: str
    call_title: str
    submitted_at: datetime | None
    granted: Kronor | None
    sums_are_example: bool
    state: CaseState
    is_draft: bool
    handler: str
    handler_has_left: bool
    """Whoever was appointed is handläggare no longer."""
    is_new: bool
    """Somebody else has done something in it since the reader last opened it."""
    excerpt: Pieces = ()
    """Where in what has been handed in the words that were looked for stand."""


Choices = tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Filters:
    """What the authority's list can be narrowed by: numbers and names."""

    grants: Choices = ()
    calls: Choices = ()
    organisations: Choices = ()
    handlers: Choices = ()
    last_days: tuple[date, ...] = ()
    """The utlysningar's last days."""


@dataclass(frozen=True)
class CaseList:
    """A page of the list."""

    rows: tuple[CaseRow, ...]
    total: int
    page: int
    pages: int
    filters: Filters


def stages(actor: Actor) -> dict[CaseStage, str]:
    """What the reader's cases can be at, in the reader's words."""
    return OFFICERS_STAGES if actor.is_authority else PARTYS_STAGES


def listed(actor: Actor, asked: Asked, *, size: int = PAGE) -> CaseList:
    """The cases that the actor may see, a page at a time: as many queries whatever their number."""
    filters = _filters() if actor.is_authority else Filters()
    where = _narrowed(actor, asked, filters)
    total = db.session().scalar(_of_cases(actor, select(func.count(Case.id))).where(*where)) or 0
    pages = max(1, -(-total // size))
    page = min(asked.page, pages)
    # The page is chosen first: SQLite would else look up the days and sums of every case, to show these few.
    order = _ordered(actor, asked.order)
    chosen = _of_cases(actor, select(Case.id)).where(*where).order_by(*order).offset((page - 1) * size).limit(size)
    query = (
        _of_cases(
            actor,
            select(
                Case,
                Application,
                Organisation.name,
                Call.title,
                Call.is_example,
                Call.last_day,
                Call.status,
                supplement_last_day(),
                views_last_day(),
                _granted(actor),
                User.name,
                handles_now(Case.assigned_to_id),
                is_new(actor),
            ),
        )
        .where(Case.id.in_(chosen))
        .order_by(*order)
    )
    found = db.session().execute(query).all()
    facts = [
        CaseFacts(
            case_id=case.id,
            registration_number=case.registration_number or "",
            status=application.status,
            withdrawn_at=application.withdrawn_at,
            last_day=last_day,
            submitted_at=application.submitted_at,
            supplement_last_day=asked_by,
            views_last_day=views_by,
            call_status=call_status,
        )
        for case, application, _, _, _, last_day, call_status, asked_by, views_by, *_ in found
    ]
    where_each_is = standings(actor, facts)
    excerpts = search.excerpts(actor, [each.case_id for each in facts], sought(asked.text))
    rows = tuple(
        CaseRow(
            id=case.id,
            registration_number=case.registration_number or "",
            own_reference=case.own_reference,
            title=case.title,
            organisation=organisation,
            applicant_unit=application.applicant_unit,
            call_title=call_title,
            submitted_at=application.submitted_at,
            granted=None if amount is None or not _is_decided(where_each_is[case.id]) else int(amount),
            sums_are_example=is_example,
            state=where_each_is[case.id].state,
            is_draft=case.registration_number is None,
            handler=handler or "",
            handler_has_left=handler is not None and not holds_still,
            is_new=bool(news),
            excerpt=excerpts.get(case.id, ()),
        )
        for case, application, organisation, call_title, is_example, _, _, _, _, amount, handler, holds_still, news in found
    )
    return CaseList(rows, total, page, pages, filters)


def _is_decided(standing: Standing) -> bool:
    return standing.decision is not None and standing.decision.status is DecisionStatus.MADE


def _of_cases(actor: Actor, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        query.select_from(Case)
        .join(Application, Application.case_id == Case.id)
        .join(Organisation, Organisation.id == Case.organisation_id)
        .join(Call, Call.id == Application.call_id)
        .outerjoin(User, User.id == Case.assigned_to_id)
        .outerjoin(ReadMark, and_(ReadMark.case_id == Case.id, ReadMark.user_id == actor.user_id))
    )


def _granted(actor: Actor) -> Any:
    return (
        select(func.sum(LedgerEntry.amount))
        .where(
            LedgerEntry.case_id == Case.id,
            LedgerEntry.kind == LedgerKind.DECIDED,
            visible(actor, LedgerEntry),
        )
        .correlate(Case)
        .scalar_subquery()
    )


def handles_now(user_id: Any) -> ColumnElement[bool]:
    """Whether the person holds the role that handles cases, today."""
    return (
        select(MandateRow.id)
        .join(User, User.id == MandateRow.user_id)
        .where(
            MandateRow.user_id == user_id,
            MandateRow.role.in_(MAY_BE_ASSIGNED),
            holds(clock.today()),
            User.closed_at.is_(None),
        )
        .correlate(Case)
        .exists()
    )


def is_new(actor: Actor) -> ColumnElement[bool]:
    """Whether somebody else has done something in the case since the actor last opened it, that the actor may know of.

    Beside a query that has the actor's read mark joined.
    """
    read = func.coalesce(ReadMark.seq, 0)
    kinds = NEWS_FOR_THE_AUTHORITY if actor.is_authority else NEWS_FOR_THE_PARTY
    news = (
        select(Event.id)
        .where(
            Event.case_id == Case.id,
            Event.seq > read,
            Event.kind.in_(kinds),
            told_to(actor),
            Event.actor_id.is_distinct_from(actor.user_id),
            or_(Event.kind != EventKind.CASE_ASSIGNED, Case.assigned_to_id == actor.user_id),
        )
        .correlate(Case, ReadMark)
        .exists()
    )
    # Most cases are read to their end: only of the others is the history asked.
    return and_(Case.event_seq > read, news)


# --- Narrowed --------------------------------------------------------------------------------------------------------


def _narrowed(actor: Actor, asked: Asked, filters: Filters) -> list[ColumnElement[bool]]:
    where = [visible(actor, Case)]
    for wanted in sought(asked.text):
        like = "%" + wanted.typed.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        where.append(or_(db.folded(_heads()).like(like, escape="\\"), search.in_hand_ins(wanted)))
    for column, chosen in (
        (Case.grant_id, asked.grant_id),
        (Application.call_id, asked.call_id),
        (Case.organisation_id, asked.organisation_id),
    ):
        if chosen is not None:
            where.append(column == chosen)
    if asked.stage is not None:
        where.append(_at(actor, asked.stage))
    if asked.handler == MINE:
        where.append(Case.assigned_to_id == actor.user_id)
    elif asked.handler == NOBODYS:
        where.append(is_nobodys())
    elif asked.handler:
        where.append(Case.assigned_to_id == int(asked.handler))
    if asked.received_from is not None:
        where.append(Application.submitted_at >= clock.local(asked.received_from))
    if asked.received_to is not None:
        where.append(Application.submitted_at < clock.end_of(asked.received_to))
    if asked.late:
        # When a day ends, and which moment that is, only the clock knows.
        ends = ((Call.last_day == day) & (Application.submitted_at >= clock.end_of(day)) for day in filters.last_days)
        where.append(or_(False, *ends))
    return where


def is_nobodys() -> ColumnElement[bool]:
    """Whether nobody handles the case who can: nobody was appointed, or whoever was is handläggare no longer."""
    return or_(Case.assigned_to_id.is_(None), ~handles_now(Case.assigned_to_id))


def _heads() -> ColumnElement[str]:
    """What names a case, a space between: numbers, title and names are found by any part of them."""
    parts: list[Any] = [
        func.coalesce(Case.registration_number, ""),
        Case.own_reference,
        Case.title,
        Organisation.name,
        Application.applicant_unit,
    ]
    return functools.reduce(lambda one, other: one + " " + other, parts)


def _at(actor: Actor, stage: CaseStage) -> ColumnElement[bool]:
    """Whether the case is at this, as far as the actor may know."""
    today = clock.today()

    # Each set of cases is found once: in the order by läge every row is asked for every läge.
    def has(model: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        return Case.id.in_(select(model.case_id).where(visible(actor, model), *conditions))

    def decision(*statuses: DecisionStatus) -> ColumnElement[bool]:
        return has(Decision, Decision.status.in_(statuses))

    asked = Supplement.status == SupplementStatus.REQUESTED
    undecided = ~decision(DecisionStatus.PROPOSED, DecisionStatus.RETURNED, DecisionStatus.MADE)
    views_out = undecided & has(
        Communication,
        Communication.kind == CommunicationKind.SENT,
        Communication.replied_at.is_(None),
        Communication.last_day >= today,
    )
    is_open = Report.opens_on <= today
    sent = is_sent(Decision.id)
    # Until a decision has been sent, the party's case is where it was: the decision is not seen by who does not see it.
    concluded = Application.status == ApplicationStatus.CONCLUDED
    taken_back = Application.withdrawn_at.is_not(None)
    in_hand = or_(Application.status == ApplicationStatus.SUBMITTED, concluded & ~taken_back)
    withdrawn = or_(Application.status == ApplicationStatus.WITHDRAWN, concluded & taken_back)
    conditions: dict[CaseStage, Callable[[], ColumnElement[bool]]] = {
        CaseStage.DRAFT: lambda: Application.status == ApplicationStatus.DRAFT,
        CaseStage.TO_HANDLE: lambda: in_hand & undecided & ~views_out,
        CaseStage.SUPPLEMENT_OUT: lambda: has(Supplement, asked, Supplement.last_day >= today),
        CaseStage.SUPPLEMENT_LATE: lambda: has(Supplement, asked, Supplement.last_day < today),
        CaseStage.VIEWS_OUT: lambda: views_out,
        CaseStage.PROPOSED: lambda: decision(DecisionStatus.PROPOSED),
        CaseStage.RETURNED: lambda: decision(DecisionStatus.RETURNED),
        CaseStage.TO_SEND: lambda: has(Decision, Decision.status == DecisionStatus.MADE, ~sent),
        CaseStage.WITHDRAWN: lambda: withdrawn & ~decision(DecisionStatus.MADE),
        CaseStage.REPORT_LATE: lambda: has(Report, Report.status == ReportStatus.DRAFT, is_open, Report.due_on < today),
        CaseStage.TO_REVIEW: lambda: has(Report, Report.status == ReportStatus.SUBMITTED),
        CaseStage.REPORT_OUT: lambda: has(Report, Report.status == ReportStatus.DRAFT, is_open, Report.due_on >= today),
        CaseStage.TO_PAY: lambda: has(Payment, Payment.status != PaymentStatus.CONFIRMED, is_sent(Payment.decision_id)),
        CaseStage.DECIDED: lambda: decision(DecisionStatus.MADE),
        CaseStage.REVIEWED: lambda: has(Report, Report.status == ReportStatus.APPROVED),
    }
    return conditions[stage]()


# --- In order --------------------------------------------------------------------------------------------------------


def _ordered(actor: Actor, order: str) -> list[ColumnElement[Any]]:
    newest_first: list[ColumnElement[Any]] = [_received().desc(), Case.id.desc()]
    if order == NEWS_FIRST:
        return [case((is_new(actor), 0), else_=1), *newest_first]
    columns = _column(actor, order.removeprefix("-"))
    return [*(column.desc() if order.startswith("-") else column.asc() for column in columns), *newest_first]


def _received() -> ColumnElement[Any]:
    return func.coalesce(Application.submitted_at, Application.started_at)


def _column(actor: Actor, name: str) -> list[ColumnElement[Any]]:
    match name:
        case "arende" if actor.is_authority:
            return [Organisation.name.collate(db.COLLATION), Application.applicant_unit.collate(db.COLLATION)]
        case "arende":
            return [Case.title.collate(db.COLLATION)]
        case "dnr":
            return [func.coalesce(Case.registration_number, "").collate(db.COLLATION)]
        case "lage":
            order = list(stages(actor))
            return [case(*((_at(actor, stage), place) for place, stage in enumerate(order)), else_=len(order))]
        case "handlaggare":
            return [func.coalesce(User.name, "").collate(db.COLLATION)]
        case "beviljat":
            return [func.coalesce(_granted(actor), -1)]
        case _:
            return [_received()]


# --- What can be chosen ----------------------------------------------------------------------------------------------


def _filters() -> Filters:
    """Everything that the authority's list can be narrowed by. One query."""

    published = Call.published_at.is_not(None)
    has_call = select(Call.id).where(Call.grant_id == Grant.id, published).correlate(Grant).exists()
    has_case = (
        select(Case.id)
        .where(Case.organisation_id == Organisation.id, Case.registration_number.is_not(None))
        .correlate(Organisation)
        .exists()
    )
    appointed = (
        select(MandateRow.id)
        .where(MandateRow.user_id == User.id, MandateRow.role.in_(MAY_BE_ASSIGNED), holds(clock.today()))
        .correlate(User)
        .exists()
    )
    found = fetched(
        part("grant", id=Grant.id, name=Grant.title).where(has_call),
        part("call", id=Call.id, name=Call.title, day=Call.last_day).where(published),
        part("organisation", id=Organisation.id, name=Organisation.name).where(has_case),
        part("handler", id=User.id, name=User.name).where(appointed, User.closed_at.is_(None)),
    )
    calls = sorted(found.get("call", ()), key=lambda each: (each.day or date.min, each.id), reverse=True)
    return Filters(
        grants=_by_name(found.get("grant", ())),
        calls=tuple((each.id, each.name) for each in calls),
        organisations=_by_name(found.get("organisation", ())),
        handlers=_by_name(found.get("handler", ())),
        last_days=tuple(sorted({each.day for each in calls if each.day is not None})),
    )


def _by_name(found: Iterable[Any]) -> Choices:
    return tuple((each.id, each.name) for each in sorted(found, key=lambda each: db.swedish_key(each.name)))


# --- Chosen to be appointed ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ChosenCase:
    """A case that is about to be appointed to somebody."""

    id: int
    title: str
    organisation: str
    registration_number: str
    handler: str
    handler_has_left: bool


def chosen(actor: Actor, case_ids: Sequence[int]) -> tuple[ChosenCase, ...]:
    """These cases, those of them that the actor may see, by organisation."""
    rows = db.session().execute(
        select(Case, Organisation.name, User.name, handles_now(Case.assigned_to_id))
        .join(Organisation, Organisation.id == Case.organisation_id)
        .outerjoin(User, User.id == Case.assigned_to_id)
        .where(Case.id.in_(case_ids), visible(actor, Case))
        .order_by(Organisation.name.collate(db.COLLATION), Case.id)
    )
    return tuple(
        ChosenCase(
            id=each.id,
            title=each.title,
            organisation=organisation,
            registration_number=each.registration_number or "",
            handler=handler or "",
            handler_has_left=handler is not None and not holds_still,
        )
        for each, organisation, handler, holds_still in rows
    )


@dataclass(frozen=True)
class Handler:
    """Somebody who can be appointed, and how many cases the person handles that no decision has ended."""

    id: int
    name: str
    cases: int


def handlers() -> tuple[Handler, ...]:
    """Everybody who is handläggare today."""
    own = (
        select(func.count(Case.id))
        .join(Application, Application.case_id == Case.id)
        .where(
            Case.assigned_to_id == User.id,
            or_(
                Application.status.in_(
                    [ApplicationStatus.SUBMITTED, ApplicationStatus.SUPPLEMENT_REQUESTED, ApplicationStatus.WITHDRAWN]
                ),
                # What has been granted goes on until its last report is approved.
                select(Report.id)
                .where(Report.case_id == Case.id, Report.status != ReportStatus.APPROVED)
                .correlate(Case)
                .exists(),
            ),
        )
        .correlate(User)
        .scalar_subquery()
    )
    today = clock.today()
    held = (
        select(MandateRow.id)
        .where(MandateRow.user_id == User.id, MandateRow.role.in_(MAY_BE_ASSIGNED), holds(today))
        .correlate(User)
        .exists()
    )
    rows = db.session().execute(
        select(User.id, User.name, own).where(held, User.closed_at.is_(None)).order_by(User.name.collate(db.COLLATION))
    )
    return tuple(Handler(key, name, count) for key, name, count in rows)
