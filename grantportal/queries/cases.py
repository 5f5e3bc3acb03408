"""Ärenden: what their pages and lists show, and the locked rows that acts work on."""

import functools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from grantportal import db
from grantportal.domain import applications, cases, clock, decisions, money, payments, reports
from grantportal.domain.actors import Actor
from grantportal.domain.applications import (
    APPLICATION,
    ApplicationAction,
    ApplicationFacts,
    ApplicationStatus,
    Audience,
)
from grantportal.domain.cases import DIRECTION_TEXTS, CaseKind, CaseState, FrozenKind, Progress, Step, YearState
from grantportal.domain.decisions import (
    DECISION,
    OUTCOME_TEXTS,
    CommunicationKind,
    DecisionAction,
    DecisionFacts,
    DecisionStatus,
    Outcome,
)
from grantportal.domain.events import NOT_FOR_THE_AUTHORITY, NOT_FOR_THE_PARTY, EventKind, told
from grantportal.domain.labels import Label
from grantportal.domain.money import Kronor
from grantportal.domain.payments import PAYMENT, LedgerKind, PaymentAction, PaymentStatus
from grantportal.domain.reports import REPORT, ReportAction, ReportStatus
from grantportal.domain.supplements import SUPPLEMENT, SupplementAction, SupplementStatus
from grantportal.models.accounts import MandateRow, User
from grantportal.models.applications import Application, ApplicationHome
from grantportal.models.calls import Call
from grantportal.models.cases import Case, FrozenVersion, RegistrationSeries
from grantportal.models.decisions import Communication, Decision, DecisionLine, Dispatch
from grantportal.models.grants import Grant
from grantportal.models.organisations import Organisation, YouthHome
from grantportal.models.payments import LedgerEntry, Payment, PaymentBatch
from grantportal.models.portal import Event, Portal
from grantportal.models.records import Record
from grantportal.models.reports import Report
from grantportal.models.supplements import Supplement
from grantportal.policy import WHO_MAY, Permission, may, visible
from grantportal.queries import report_states
from grantportal.queries.accounts import holds

PAGE = 50

# --- What a case is at -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReportLine:
    """A report of the case."""

    id: int
    grant_year: int
    status: ReportStatus
    opens_on: date
    due_on: date
    economy_attested: bool
    submitted_at: datetime | None
    is_reviewed: bool
    label: Label

    @property
    def has_opened(self) -> bool:
        """Whether it can be filled in."""
        return reports.has_opened(self.opens_on, clock.now())


@dataclass(frozen=True)
class PaymentLine:
    """A payment of the case."""

    id: int
    grant_year: int
    amount: Kronor
    status: PaymentStatus
    label: tuple[str, str, str]
    paid_on: date | None
    is_under_way: bool
    """Registered and not paid yet, as far as the reader may know."""


@dataclass(frozen=True)
class DecisionLineOfCase:
    """The newest decision of the case that the reader may see."""

    id: int
    status: DecisionStatus
    outcome: Outcome | None
    proposed_by_id: int | None
    decided_at: datetime | None
    dispatched_at: datetime | None
    label: Label


@dataclass(frozen=True)
class Standing:
    """Everything that says where a case is."""

    state: CaseState
    application: Label
    decision: DecisionLineOfCase | None
    payments: tuple[PaymentLine, ...]
    reports: tuple[ReportLine, ...]

    @property
    def is_granted(self) -> bool:
        """Whether money has been granted, as far as the reader may know."""
        return _is_granted(self.decision)


@dataclass(frozen=True)
class _Facts:
    """An application with what its label is made of."""

    case_id: int
    registration_number: str
    status: ApplicationStatus
    last_day: date
    submitted_at: datetime | None
    supplement_last_day: date | None
    views_last_day: date | None


def supplement_last_day() -> Any:
    """The last day of the application's open request for komplettering."""
    return (
        select(Supplement.last_day)
        .where(Supplement.application_id == Application.id, Supplement.status == SupplementStatus.REQUESTED)
        .correlate(Application)
        .scalar_subquery()
    )


def views_last_day() -> Any:
    """The last day to reply to material that has been sent and not been answered."""
    return (
        select(func.max(Communication.last_day))
        .where(
            Communication.application_id == Application.id,
            Communication.kind == CommunicationKind.SENT,
            Communication.replied_at.is_(None),
        )
        .correlate(Application)
        .scalar_subquery()
    )


def standings(actor: Actor, facts: Sequence[_Facts]) -> dict[int, Standing]:
    """Where each of the cases is, by case id. Three queries, however many the cases are."""
    ids = [each.case_id for each in facts]
    audience = audience_of(actor)
    decided, paid, reported = _decisions(actor, ids), _payments(actor, ids), _reports(actor, ids, audience)
    now = clock.now()
    found = {}
    for each in facts:
        decision = decided.get(each.case_id)
        label = _application_label(each, decision, now, audience)
        payment_lines, report_lines = tuple(paid.get(each.case_id, ())), tuple(reported.get(each.case_id, ()))
        made = decision if decision is not None and decision.status is DecisionStatus.MADE else None
        found[each.case_id] = Standing(
            state=cases.state(
                label,
                made.label if made else None,
                is_granted=_is_granted(made),
                payments=_payment_years(payment_lines),
                reports=_report_years(report_lines),
            ),
            application=label,
            decision=decision,
            payments=payment_lines,
            reports=report_lines,
        )
    return found


def audience_of(actor: Actor) -> Audience:
    """Whose words the reader reads."""
    return Audience.AUTHORITY if actor.is_authority else Audience.PARTY


def _application_label(facts: _Facts, decision: DecisionLineOfCase | None, now: datetime, audience: Audience) -> Label:
    status = facts.status
    if status is ApplicationStatus.CONCLUDED and decision is None:
        # Decided but not sent: until then the party's case is under handläggning.
        return Label("info", "half", "Under handläggning", "Ni behöver inte göra något nu.")
    if decision is not None and decision.status is not DecisionStatus.MADE:
        return decision.label
    return applications.label(
        ApplicationFacts(
            status=status,
            last_day=facts.last_day,
            submitted_at=facts.submitted_at,
            registration_number=facts.registration_number,
            supplement_last_day=facts.supplement_last_day,
            views_last_day=facts.views_last_day,
        ),
        now,
        audience,
    )


def _is_granted(decision: DecisionLineOfCase | None) -> bool:
    return (
        decision is not None
        and decision.status is DecisionStatus.MADE
        and decision.outcome in {Outcome.GRANTED, Outcome.PARTLY}
    )


def _payment_years(lines: Iterable[PaymentLine]) -> tuple[YearState, ...]:
    return tuple(
        YearState(line.grant_year, Label(*line.label), line.status is PaymentStatus.CONFIRMED, line.is_under_way)
        for line in lines
    )


def _report_years(lines: Iterable[ReportLine]) -> tuple[YearState, ...]:
    return tuple(
        YearState(line.grant_year, line.label, line.status is ReportStatus.APPROVED, line.has_opened) for line in lines
    )


def _decisions(actor: Actor, case_ids: Sequence[int]) -> dict[int, DecisionLineOfCase]:
    sent = (
        select(func.min(Dispatch.dispatched_at))
        .where(Dispatch.decision_id == Decision.id)
        .correlate(Decision)
        .scalar_subquery()
    )
    granted = (
        select(DecisionLine.decision_id, DecisionLine.grant_year, func.sum(DecisionLine.amount).label("amount"))
        .group_by(DecisionLine.decision_id, DecisionLine.grant_year)
        .subquery()
    )
    rows = db.session().execute(
        select(Decision, User.name, sent, granted.c.grant_year, granted.c.amount)
        .outerjoin(User, User.id == Decision.proposed_by_id)
        .outerjoin(granted, granted.c.decision_id == Decision.id)
        .where(Decision.case_id.in_(case_ids), visible(actor, Decision))
        .order_by(Decision.id, granted.c.grant_year)
    )
    newest: dict[int, tuple[Decision, str | None, datetime | None]] = {}
    amounts: dict[int, dict[int, Kronor]] = {}
    for decision, proposer, sent_at, year, amount in rows:
        newest[decision.case_id] = (decision, proposer, sent_at)
        if year is not None:
            amounts.setdefault(decision.id, {})[year] = int(amount)
    return {
        case_id: DecisionLineOfCase(
            id=decision.id,
            status=decision.status,
            outcome=decision.outcome,
            proposed_by_id=decision.proposed_by_id,
            decided_at=decision.decided_at,
            dispatched_at=sent_at,
            label=decisions.label(
                DecisionFacts(
                    status=decision.status,
                    outcome=decision.outcome,
                    granted=amounts.get(decision.id, {}),
                    proposed_by=proposer or "",
                    returned_reason=decision.returned_reason,
                    dispatched_at=sent_at,
                )
            ),
        )
        for case_id, (decision, proposer, sent_at) in newest.items()
    }


def _payments(actor: Actor, case_ids: Sequence[int]) -> dict[int, list[PaymentLine]]:
    rows = db.session().execute(
        select(Payment, PaymentBatch.number)
        .outerjoin(PaymentBatch, PaymentBatch.id == Payment.batch_id)
        .where(Payment.case_id.in_(case_ids), visible(actor, Payment))
        .order_by(Payment.grant_year, Payment.instalment)
    )
    theirs = not actor.is_authority
    found: dict[int, list[PaymentLine]] = {}
    for payment, batch in rows:
        # Who has registered and attested is the authority's own: to the party a payment is planned until it is paid.
        shown = PaymentStatus.PLANNED if theirs and payment.paid_on is None else payment.status
        found.setdefault(payment.case_id, []).append(
            PaymentLine(
                id=payment.id,
                grant_year=payment.grant_year,
                amount=payment.amount,
                status=payment.status,
                label=payments.label(shown, planned_on=payment.planned_on, batch=batch or "", paid_on=payment.paid_on),
                paid_on=payment.paid_on,
                is_under_way=shown is not PaymentStatus.PLANNED,
            )
        )
    return found


def _reports(actor: Actor, case_ids: Sequence[int], audience: Audience) -> dict[int, list[ReportLine]]:
    rows = db.session().execute(
        select(Report, report_states.supplement_last_day(), report_states.is_reviewed(), report_states.handed_in_at())
        .where(Report.case_id.in_(case_ids), visible(actor, Report))
        .order_by(Report.grant_year)
    )
    now = clock.now()
    found: dict[int, list[ReportLine]] = {}
    for report, last_day, is_reviewed, handed_in_at in rows:
        facts = report_states.facts(report, last_day, is_reviewed, handed_in_at)
        found.setdefault(report.case_id, []).append(
            ReportLine(
                id=report.id,
                grant_year=report.grant_year,
                status=report.status,
                opens_on=report.opens_on,
                due_on=report.due_on,
                economy_attested=facts.economy_attested,
                submitted_at=report.submitted_at,
                is_reviewed=facts.is_reviewed,
                label=reports.label(facts, now, audience),
            )
        )
    return found


# --- The list --------------------------------------------------------------------------------------------------------


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
        _Facts(
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


# --- One case --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CaseAction:
    """Something that the reader can do now: words, and where."""

    label: str
    hint: str
    endpoint: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class RecordRow:
    """A handling in the list of the case."""

    id: int
    number: int
    title: str
    dated_at: datetime
    direction_text: str
    counterpart: str


@dataclass(frozen=True)
class MoneyYear:
    """A grant year's money; None is what is not known yet, which is not zero."""

    year: int
    granted: Kronor | None
    paid: Kronor | None
    spent: Kronor | None
    elsewhere: Kronor | None
    """Paid for the same year in the organisation's other cases: the year's report counts it too."""

    @property
    def unspent(self) -> Kronor | None:
        """What was paid for the year and not used."""
        if self.spent is None:
            return None
        return max(0, (self.paid or 0) + (self.elsewhere or 0) - self.spent)


@dataclass(frozen=True)
class EventRow:
    """A line of the history."""

    datetime: str
    day_text: str
    text: str
    by_text: str


@dataclass(frozen=True)
class RelatedCase:
    """A case that this one follows from, or that follows from it."""

    id: int
    title: str
    registration_number: str


@dataclass(frozen=True)
class CasePage:
    """A case as its page shows it."""

    id: int
    case: Case
    title: str
    grant_title: str
    registration_number: str
    own_reference: str
    organisation: str
    organisation_number: str
    applicant_unit: str
    homes: tuple[str, ...]
    ombud: tuple[tuple[str, date | None], ...]
    assigned_to: str
    application_id: int
    standing: Standing
    steps: tuple[Step, ...]
    records: tuple[RecordRow, ...]
    money: tuple[MoneyYear, ...]
    sums_are_example: bool
    events: tuple[EventRow, ...]
    related: tuple[RelatedCase, ...]
    actions: tuple[CaseAction, ...] = field(default=())

    @property
    def is_draft(self) -> bool:
        """Whether nothing has been handed in yet: then the case is the organisation's own."""
        return not self.registration_number


def get(actor: Actor, case_id: int, *, lock: bool = False) -> Case | None:
    """The case, when the actor may see it; for an act, locked."""
    query = select(Case).where(Case.id == case_id, visible(actor, Case))
    query = db.lock(query) if lock else query.options(joinedload(Case.organisation))
    return db.session().scalars(query).one_or_none()


def page(actor: Actor, case_id: int) -> CasePage | None:
    """The whole page of a case that the actor may see."""
    assigned = aliased(User)
    found = (
        db.session()
        .execute(
            select(
                Case,
                Application,
                Organisation,
                Grant.title,
                Call,
                assigned.name,
                supplement_last_day(),
                views_last_day(),
            )
            .select_from(Case)
            .join(Application, Application.case_id == Case.id)
            .join(Organisation, Organisation.id == Case.organisation_id)
            .join(Grant, Grant.id == Case.grant_id)
            .join(Call, Call.id == Application.call_id)
            .outerjoin(assigned, assigned.id == Case.assigned_to_id)
            .where(Case.id == case_id, visible(actor, Case))
        )
        .one_or_none()
    )
    if found is None:
        return None
    case, application, organisation, grant_title, call, handler, asked_by, views_by = found
    facts = _Facts(
        case_id=case.id,
        registration_number=case.registration_number or "",
        status=application.status,
        last_day=call.last_day,
        submitted_at=application.submitted_at,
        supplement_last_day=asked_by,
        views_last_day=views_by,
    )
    standing = standings(actor, [facts])[case.id]
    supplements = _supplements(actor, case.id)
    return CasePage(
        id=case.id,
        case=case,
        title=case.title,
        grant_title=grant_title,
        registration_number=case.registration_number or "",
        own_reference=case.own_reference,
        organisation=organisation.name,
        organisation_number=organisation.organisation_number,
        applicant_unit=application.applicant_unit,
        homes=_homes(application.id),
        ombud=_ombud(case),
        assigned_to=handler or "",
        application_id=application.id,
        standing=standing,
        steps=cases.steps(_progress(case, application, standing, supplements)),
        records=_records(actor, case.id),
        money=_money(actor, case, call),
        sums_are_example=call.is_example,
        events=_events(actor, case.id),
        related=_related(actor, case),
        actions=tuple(_actions(actor, case, application, standing, supplements)),
    )


def _progress(case: Case, application: Application, standing: Standing, supplements: Sequence[Supplement]) -> Progress:
    decision = standing.decision
    made = decision if decision is not None and decision.status is DecisionStatus.MADE else None
    of_application = [each for each in supplements if each.application_id is not None]
    answered = [each.ended_at for each in of_application if each.ended_at is not None]
    return Progress(
        submitted_on=_day(application.submitted_at),
        is_supplement_open=any(each.status is SupplementStatus.REQUESTED for each in of_application),
        supplemented_on=_day(max(answered)) if answered else None,
        decided_on=_day(made.decided_at) if made else None,
        outcome_text=OUTCOME_TEXTS[made.outcome] if made and made.outcome else "",
        is_granted=_is_granted(made),
        payments=_payment_years(standing.payments),
        reports=tuple(
            YearState(line.grant_year, line.label, line.status in _HANDED_IN, line.has_opened)
            for line in standing.reports
        ),
        reviews=tuple(_review_year(line) for line in standing.reports),
        closed_on=_day(case.closed_at),
        is_reported_elsewhere=case.kind is CaseKind.EXTRA_APPLICATION,
    )


_HANDED_IN = {ReportStatus.SUBMITTED, ReportStatus.APPROVED}


def _review_year(line: ReportLine) -> YearState:
    is_done = line.status is ReportStatus.APPROVED
    label = line.label if line.is_reviewed else Label("", "dots", "Ska granskas")
    return YearState(line.grant_year, label, is_done, line.status in _HANDED_IN)


def _day(moment: datetime | None) -> date | None:
    return clock.stockholm(moment).date() if moment else None


def _supplements(actor: Actor, case_id: int) -> list[Supplement]:
    return list(
        db.session().scalars(
            select(Supplement).where(Supplement.case_id == case_id, visible(actor, Supplement)).order_by(Supplement.id)
        )
    )


def _homes(application_id: int) -> tuple[str, ...]:
    return tuple(
        db.session().scalars(
            select(YouthHome.name)
            .join(ApplicationHome, ApplicationHome.youth_home_id == YouthHome.id)
            .where(ApplicationHome.application_id == application_id)
            .order_by(YouthHome.name.collate(db.COLLATION))
        )
    )


def _ombud(case: Case) -> tuple[tuple[str, date | None], ...]:
    today = clock.today()
    rows = db.session().execute(
        select(User.name, MandateRow.valid_to)
        .join(User, User.id == MandateRow.user_id)
        .where(
            MandateRow.organisation_id == case.organisation_id,
            MandateRow.role.in_(WHO_MAY[Permission.CERTIFY_AND_SUBMIT_REPORT]),
            or_(MandateRow.case_id.is_(None), MandateRow.case_id == case.id),
            holds(today),
            User.closed_at.is_(None),
        )
        .order_by(User.name.collate(db.COLLATION))
    )
    return tuple((name, valid_to) for name, valid_to in rows)


def _records(actor: Actor, case_id: int) -> tuple[RecordRow, ...]:
    rows = db.session().scalars(
        select(Record).where(Record.case_id == case_id, visible(actor, Record)).order_by(Record.number.desc())
    )
    return tuple(
        RecordRow(row.id, row.number, row.title, row.dated_at, DIRECTION_TEXTS[row.direction], row.counterpart)
        for row in rows
    )


def _money(actor: Actor, case: Case, call: Call) -> tuple[MoneyYear, ...]:
    here = LedgerEntry.case_id == case.id
    rows = db.session().execute(
        select(LedgerEntry.grant_year, LedgerEntry.kind, here, func.sum(LedgerEntry.amount))
        .where(
            LedgerEntry.grant_id == case.grant_id,
            LedgerEntry.organisation_id == case.organisation_id,
            visible(actor, LedgerEntry),
        )
        .group_by(LedgerEntry.grant_year, LedgerEntry.kind, here)
    )
    sums: dict[tuple[int, LedgerKind, bool], Kronor] = {}
    for year, kind, is_here, amount in rows:
        sums[year, kind, bool(is_here)] = int(amount)
    years = sorted({year for year, _, is_here in sums if is_here})

    def both(year: int, kind: LedgerKind) -> Kronor | None:
        parts = [sums[year, kind, place] for place in (True, False) if (year, kind, place) in sums]
        return sum(parts) if parts else None

    return tuple(
        MoneyYear(
            year=year,
            granted=sums.get((year, LedgerKind.DECIDED, True)),
            paid=sums.get((year, LedgerKind.PAID, True)),
            spent=both(year, LedgerKind.CHARGED),
            elsewhere=sums.get((year, LedgerKind.PAID, False)),
        )
        for year in years
    )


def _events(actor: Actor, case_id: int) -> tuple[EventRow, ...]:
    hidden = NOT_FOR_THE_AUTHORITY if actor.is_authority else NOT_FOR_THE_PARTY
    where = [Event.case_id == case_id, Event.kind.not_in(hidden)]
    if not actor.is_authority:
        # A decision becomes the party's history when it has been sent.
        sent = select(Dispatch.id).where(Dispatch.decision_id == Event.subject_id).correlate(Event).exists()
        where.append(or_(Event.kind != EventKind.DECISION_MADE, sent))
    rows = db.session().execute(
        select(Event, User.name).outerjoin(User, User.id == Event.actor_id).where(*where).order_by(Event.seq.desc())
    )
    return tuple(
        EventRow(
            datetime=event.at.isoformat(timespec="seconds"),
            day_text=clock.day_text(event.at),
            text=told(event.kind, json.loads(event.data)),
            by_text=", ".join(part for part in (name, f"kl.{clock.NBSP}{clock.time_text(event.at)}") if part),
        )
        for event, name in rows
    )


def _related(actor: Actor, case: Case) -> tuple[RelatedCase, ...]:
    around = [Case.parent_id == case.id]
    if case.parent_id is not None:
        around.append(Case.id == case.parent_id)
    rows = db.session().scalars(select(Case).where(or_(*around), visible(actor, Case)).order_by(Case.id))
    return tuple(RelatedCase(row.id, row.title, row.registration_number or "") for row in rows)


# --- What can be done now --------------------------------------------------------------------------------------------


def _actions(
    actor: Actor, case: Case, application: Application, standing: Standing, supplements: Sequence[Supplement]
) -> Iterator[CaseAction]:
    """What both the state and the actor's rights allow, the most urgent first."""
    yield from _about_application(actor, case, application, supplements)
    yield from _about_time(actor, case, supplements)
    yield from _about_communications(actor, case)
    yield from _about_decision(actor, case, application, standing.decision)
    yield from _about_payments(actor, standing.payments)
    yield from _about_reports(actor, case, standing.reports)
    if may(actor, Permission.FILE_NOTE):
        yield CaseAction(
            "Skriv tjänsteanteckning", "Vad som sagts, med vem och när.", "file_notes.write", {"case_id": case.id}
        )


def _about_application(
    actor: Actor, case: Case, application: Application, supplements: Sequence[Supplement]
) -> Iterator[CaseAction]:
    here = {"application_id": application.id}
    allows = functools.partial(APPLICATION.allows, application.status)
    if allows(ApplicationAction.SUBMIT) and may(actor, Permission.FILL_AND_CHANGE, case):
        yield CaseAction("Fyll i ansökan", "Bara ni ser det ni skriver tills ni skickar in.", "applications.show", here)
    for supplement in supplements:
        if supplement.application_id is None or supplement.status is not SupplementStatus.REQUESTED:
            continue
        there = {"supplement_id": supplement.id}
        by = clock.day_text(supplement.last_day)
        if allows(ApplicationAction.ANSWER_SUPPLEMENT) and may(actor, Permission.FILL_AND_CHANGE, case):
            yield CaseAction("Svara på kompletteringen", f"Senast {by}.", "supplements.answer", there)
        if allows(ApplicationAction.CLOSE_SUPPLEMENT) and may(actor, Permission.CLOSE_SUPPLEMENT):
            yield CaseAction("Se begäran om komplettering", f"Svar senast {by}.", "supplements.show", there)
    if allows(ApplicationAction.REQUEST_SUPPLEMENT) and may(actor, Permission.REQUEST_SUPPLEMENT):
        yield CaseAction(
            "Begär komplettering",
            "Du väljer vilka delar regionen får ändra och till när.",
            "supplements.request",
            here,
        )
    if allows(ApplicationAction.WITHDRAW) and may(actor, Permission.WITHDRAW_APPLICATION, case):
        yield CaseAction(
            "Återkalla ansökan", "Ärendet avslutas genom beslut om avskrivning.", "applications.withdraw", here
        )


def _about_time(actor: Actor, case: Case, supplements: Sequence[Supplement]) -> Iterator[CaseAction]:
    for supplement in supplements:
        there = {"supplement_id": supplement.id}
        allows = functools.partial(SUPPLEMENT.allows, supplement.status)
        if allows(SupplementAction.ASK_MORE_TIME) and may(actor, Permission.ASK_MORE_TIME, case):
            yield CaseAction(
                "Be om längre tid", "Om ni inte hinner svara på kompletteringen.", "supplements.ask_more_time", there
            )
        if allows(SupplementAction.EXTEND) and may(actor, Permission.EXTEND_TIME):
            by = clock.day_text(supplement.last_day)
            yield CaseAction("Förläng tiden", f"Kompletteringen ska besvaras senast {by}.", "supplements.extend", there)


def _about_communications(actor: Actor, case: Case) -> Iterator[CaseAction]:
    if not may(actor, Permission.REPLY_TO_COMMUNICATION, case):
        return
    waiting = db.session().scalars(
        select(Communication)
        .where(
            Communication.case_id == case.id,
            Communication.kind == CommunicationKind.SENT,
            Communication.replied_at.is_(None),
            Communication.last_day >= clock.today(),
            visible(actor, Communication),
        )
        .order_by(Communication.last_day)
    )
    for each in waiting:
        by = clock.day_text(each.last_day) if each.last_day else ""
        yield CaseAction(
            "Lämna synpunkter",
            f"Läs underlaget och svara senast {by}.",
            "communications.show",
            {"communication_id": each.id},
        )


def _about_decision(
    actor: Actor, case: Case, application: Application, decision: DecisionLineOfCase | None
) -> Iterator[CaseAction]:
    here = {"application_id": application.id}
    if decision is None or decision.status is not DecisionStatus.MADE:
        if APPLICATION.allows(application.status, ApplicationAction.COMMUNICATE) and may(actor, Permission.COMMUNICATE):
            yield CaseAction(
                "Skicka underlag till parten",
                "Regionen får lämna synpunkter före beslutet.",
                "communications.send",
                here,
            )
        status = decision.status if decision else DecisionStatus.DRAFT
        if (
            APPLICATION.allows(application.status, ApplicationAction.PROPOSE)
            and DECISION.allows(status, DecisionAction.PROPOSE)
            and may(actor, Permission.PROPOSE)
        ):
            label = "Fortsätt på förslaget" if decision else "Skriv förslag till beslut"
            yield CaseAction(label, "Belopp, skäl och villkor.", "decisions.propose", here)
    if decision is None:
        return
    there = {"decision_id": decision.id}
    if (
        DECISION.allows(decision.status, DecisionAction.DECIDE)
        and may(actor, Permission.DECIDE)
        and decision.proposed_by_id != actor.user_id
    ):
        yield CaseAction("Fatta beslut", "Läs förslaget som det kommer att skickas.", "decisions.decide", there)
    if (
        decision.status is DecisionStatus.MADE
        and decision.dispatched_at is None
        and may(actor, Permission.DISPATCH_DECISION)
    ):
        yield CaseAction("Skicka beslutet", "Beslutet är fattat och ska till parten.", "decisions.dispatch", there)


_PAYMENT_STEPS = {
    PaymentStatus.PLANNED: (
        PaymentAction.REGISTER,
        Permission.REGISTER_PAYMENT,
        "Registrera utbetalning",
        "registrera",
    ),
    PaymentStatus.REGISTERED: (PaymentAction.ATTEST, Permission.ATTEST_PAYMENT, "Attestera utbetalning", "attestera"),
    PaymentStatus.ATTESTED: (PaymentAction.BATCH, Permission.BATCH_PAYMENTS, "Skapa underlag", "underlag"),
}


def _about_payments(actor: Actor, lines: Sequence[PaymentLine]) -> Iterator[CaseAction]:
    for line in lines:
        step = _PAYMENT_STEPS.get(line.status)
        if step is None:
            continue
        action, permission, label, kind = step
        if PAYMENT.allows(line.status, action) and may(actor, permission):
            hint = f"{money.kr(line.amount)} för {line.grant_year}."
            yield CaseAction(label, hint, "payments.listing", {"kind": kind})


def _about_reports(actor: Actor, case: Case, lines: Sequence[ReportLine]) -> Iterator[CaseAction]:
    fills = may(actor, Permission.FILL_AND_CHANGE, case) or may(actor, Permission.FILL_ECONOMY, case)
    for line in lines:
        here = {"report_id": line.id}
        allows = functools.partial(REPORT.allows, line.status)
        if fills and line.has_opened and allows(ReportAction.EDIT):
            what = "Återrapportera" if allows(ReportAction.SUBMIT) else "Komplettera återrapporteringen"
            yield CaseAction(f"{what} för {line.grant_year}", line.label.sentence, "reports.show", here)
        if allows(ReportAction.REVIEW) and may(actor, Permission.REVIEW_REPORT):
            yield CaseAction(
                f"Granska återrapporteringen för {line.grant_year}",
                "Din bedömning står bredvid regionens.",
                "reviews.show",
                here,
            )


# --- For acts: locked rows and the numbers that follow --------------------------------------------------------------


def locked(case_id: int) -> Case:
    """The case, locked: it stands for its application, decision, report and history."""
    return db.session().scalars(db.lock(select(Case).where(Case.id == case_id))).one()


def last_version(kind: FrozenKind, subject_id: int) -> int:
    """The number of the subject's newest frozen version; 0 when nothing is frozen. The caller holds the subject's lock."""
    return (
        db.session().scalar(
            select(func.max(FrozenVersion.number)).where(
                FrozenVersion.kind == kind, FrozenVersion.subject_id == subject_id
            )
        )
        or 0
    )


def last_record_number(case_id: int) -> int:
    """The number of the case's newest handling; 0 when it has none. The caller holds the case's lock."""
    return db.session().scalar(select(func.max(Record.number)).where(Record.case_id == case_id)) or 0


def registration_prefix() -> str:
    """What this installation's diarienummer begin with."""
    return db.session().scalar(select(Portal.registration_prefix).where(Portal.id == 1)) or ""


def series(prefix: str, year: int) -> RegistrationSeries | None:
    """The year's series of diarienummer, locked; None before the year's first hand-in."""
    return (
        db.session()
        .scalars(
            db.lock(
                select(RegistrationSeries).where(RegistrationSeries.prefix == prefix, RegistrationSeries.year == year)
            )
        )
        .one_or_none()
    )


def files_in_records(case_id: int) -> frozenset[int]:
    """The files that are handlingar of the case already."""
    rows = db.session().scalars(select(Record.file_id).where(Record.case_id == case_id, Record.file_id.is_not(None)))
    return frozenset(file_id for file_id in rows if file_id is not None)
