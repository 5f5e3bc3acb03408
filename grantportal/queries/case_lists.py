"""The list of ärenden: narrowed, in order, a page at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from grantportal import db
from grantportal.domain.actors import Actor
from grantportal.domain.applications import ApplicationStatus
from grantportal.domain.cases import CaseState
from grantportal.domain.decisions import DecisionStatus
from grantportal.domain.money import Kronor
from grantportal.domain.payments import LedgerKind
from grantportal.models.applications import Application
from grantportal.models.calls import Call
from grantportal.models.cases import Case
from grantportal.models.grants import Grant
from grantportal.models.organisations import Organisation
from grantportal.models.payments import LedgerEntry
from grantportal.policy import visible
from grantportal.queries.case_states import CaseFacts, Standing, standings, supplement_last_day, views_last_day

PAGE = 50


@dataclass(frozen=True)
class Asked:
    """What the list is narrowed by."""

    text: str = ""
    grant_id: int | None = None
    call_id: int | None = None
    status: ApplicationStatus | None = None
    order: str = ""
    page: int = 1


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


@dataclass(frozen=True)
class CaseList:
    """A page of the list."""

    rows: tuple[CaseRow, ...]
    total: int
    page: int
    pages: int
    grants: tuple[tuple[int, str], ...] = ()
    calls: tuple[tuple[int, str], ...] = ()


STATUS_CHOICES = {
    ApplicationStatus.SUBMITTED: "Inskickad",
    ApplicationStatus.SUPPLEMENT_REQUESTED: "Väntar på komplettering",
    ApplicationStatus.WITHDRAWN: "Återkallad",
    ApplicationStatus.CONCLUDED: "Beslutad",
}
ORDERS = {"inkommen": "Senast inkommen", "sokande": "Sökande", "dnr": "Diarienummer"}


def listed(actor: Actor, asked: Asked, *, size: int = PAGE) -> CaseList:
    """The cases that the actor may see, a page at a time: six queries, whatever their number."""
    where = _narrowed(actor, asked)
    total = db.session().scalar(_of_cases(select(func.count(Case.id))).where(*where)) or 0
    pages = max(1, -(-total // size))
    page = min(asked.page, pages)
    granted = _granted()
    # The page is chosen first: SQLite would else look up the days and sums of every case, to show these few.
    chosen = (
        _of_cases(select(Case.id)).where(*where).order_by(*_ordered(asked.order)).offset((page - 1) * size).limit(size)
    )
    query = (
        _of_cases(
            select(
                Case,
                Application,
                Organisation.name,
                Call.title,
                Call.is_example,
                Call.last_day,
                supplement_last_day(),
                views_last_day(),
                granted,
            )
        )
        .where(Case.id.in_(chosen))
        .order_by(*_ordered(asked.order))
    )
    found = db.session().execute(query).all()
    facts = [
        CaseFacts(
            case_id=case.id,
            registration_number=case.registration_number or "",
            status=application.status,
            last_day=last_day,
            submitted_at=application.submitted_at,
            supplement_last_day=asked_by,
            views_last_day=views_by,
        )
        for case, application, _, _, _, last_day, asked_by, views_by, _ in found
    ]
    where_each_is = standings(actor, facts)
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
        )
        for case, application, organisation, call_title, is_example, _, _, _, amount in found
    )
    grants, calls = _filters() if actor.is_authority else ((), ())
    return CaseList(rows, total, page, pages, grants, calls)


def _is_decided(standing: Standing) -> bool:
    return standing.decision is not None and standing.decision.status is DecisionStatus.MADE


def _of_cases(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        query.select_from(Case)
        .join(Application, Application.case_id == Case.id)
        .join(Organisation, Organisation.id == Case.organisation_id)
        .join(Call, Call.id == Application.call_id)
    )


def _granted() -> Any:
    return (
        select(func.sum(LedgerEntry.amount))
        .where(LedgerEntry.case_id == Case.id, LedgerEntry.kind == LedgerKind.DECIDED)
        .correlate(Case)
        .scalar_subquery()
    )


def _narrowed(actor: Actor, asked: Asked) -> list[ColumnElement[bool]]:
    where = [visible(actor, Case)]
    for word in asked.text.split()[:10]:
        like = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        where.append(
            or_(
                *(
                    db.folded(column).like(like.lower(), escape="\\")
                    for column in (
                        Case.registration_number,
                        Case.own_reference,
                        Case.title,
                        Organisation.name,
                        Application.applicant_unit,
                    )
                )
            )
        )
    if asked.grant_id is not None:
        where.append(Case.grant_id == asked.grant_id)
    if asked.call_id is not None:
        where.append(Application.call_id == asked.call_id)
    if asked.status is not None:
        where.append(Application.status == asked.status)
    return where


def _ordered(order: str) -> list[ColumnElement[Any]]:
    newest_first: list[ColumnElement[Any]] = [
        func.coalesce(Application.submitted_at, Application.started_at).desc(),
        Case.id.desc(),
    ]
    if order == "sokande":
        return [
            Organisation.name.collate(db.COLLATION),
            Application.applicant_unit.collate(db.COLLATION),
            *newest_first,
        ]
    if order == "dnr":
        return [Case.registration_number.collate(db.COLLATION), *newest_first]
    return newest_first


def _filters() -> tuple[tuple[tuple[int, str], ...], tuple[tuple[int, str], ...]]:
    rows = db.session().execute(
        select(Grant.id, Grant.title, Call.id, Call.title)
        .join(Call, Call.grant_id == Grant.id)
        .where(Call.published_at.is_not(None))
        .order_by(Grant.title.collate(db.COLLATION), Call.opens_at.desc())
    )
    grants: dict[int, str] = {}
    calls: dict[int, str] = {}
    for grant_id, grant_title, call_id, call_title in rows:
        grants[grant_id], calls[call_id] = grant_title, call_title
    return tuple(grants.items()), tuple(calls.items())
