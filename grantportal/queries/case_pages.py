"""The page of one ärende."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from grantportal import db
from grantportal.domain import cases, clock
from grantportal.domain import supplements as supplement_rules
from grantportal.domain.actors import Actor
from grantportal.domain.cases import DIRECTION_TEXTS, CaseKind, Progress, Step, YearState
from grantportal.domain.decisions import OUTCOME_TEXTS, DecisionStatus
from grantportal.domain.events import NOT_FOR_THE_AUTHORITY, NOT_FOR_THE_PARTY, EventKind, told
from grantportal.domain.labels import Label
from grantportal.domain.money import Kronor
from grantportal.domain.payments import LedgerKind
from grantportal.domain.reports import ReportStatus
from grantportal.domain.supplements import SupplementStatus
from grantportal.models.accounts import MandateRow, User
from grantportal.models.applications import Application, ApplicationHome
from grantportal.models.calls import Call
from grantportal.models.cases import Case, ReadMark
from grantportal.models.decisions import Dispatch
from grantportal.models.grants import Grant
from grantportal.models.organisations import Organisation, YouthHome
from grantportal.models.payments import LedgerEntry
from grantportal.models.portal import Event
from grantportal.models.records import Record
from grantportal.models.supplements import Supplement
from grantportal.policy import WHO_MAY, Permission, visible
from grantportal.queries.accounts import holds
from grantportal.queries.case_actions import CaseAction, actions_for
from grantportal.queries.case_lists import handles_now
from grantportal.queries.case_states import (
    CaseFacts,
    ReportLine,
    Standing,
    is_granted,
    payment_years,
    standings,
    supplement_last_day,
    views_last_day,
)


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
class SupplementRow:
    """A komplettering of the case: the application's are numbered from the first."""

    title: str
    asked_on: date
    label: Label
    endpoint: str
    values: Mapping[str, int]


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
    handler_has_left: bool
    """Whoever was appointed is handläggare no longer."""
    read_seq: int
    """The newest event when the reader last opened the page; 0 who never has."""
    application_id: int
    standing: Standing
    steps: tuple[Step, ...]
    records: tuple[RecordRow, ...]
    money: tuple[MoneyYear, ...]
    sums_are_example: bool
    events: tuple[EventRow, ...]
    related: tuple[RelatedCase, ...]
    supplements: tuple[SupplementRow, ...] = ()
    actions: tuple[CaseAction, ...] = field(default=())

    @property
    def is_draft(self) -> bool:
        """Whether nothing has been handed in yet: then the case is the organisation's own."""
        return not self.registration_number


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
                handles_now(Case.assigned_to_id),
                func.coalesce(ReadMark.seq, 0),
                supplement_last_day(),
                views_last_day(),
            )
            .select_from(Case)
            .join(Application, Application.case_id == Case.id)
            .join(Organisation, Organisation.id == Case.organisation_id)
            .join(Grant, Grant.id == Case.grant_id)
            .join(Call, Call.id == Application.call_id)
            .outerjoin(assigned, assigned.id == Case.assigned_to_id)
            .outerjoin(ReadMark, and_(ReadMark.case_id == Case.id, ReadMark.user_id == actor.user_id))
            .where(Case.id == case_id, visible(actor, Case))
        )
        .one_or_none()
    )
    if found is None:
        return None
    case, application, organisation, grant_title, call, handler, handles, read_seq, asked_by, views_by = found
    facts = CaseFacts(
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
        handler_has_left=handler is not None and not handles,
        read_seq=read_seq,
        application_id=application.id,
        standing=standing,
        steps=cases.steps(_progress(case, application, standing, supplements)),
        records=_records(actor, case.id),
        money=_money(actor, case, call),
        sums_are_example=call.is_example,
        events=_events(actor, case.id),
        related=_related(actor, case),
        supplements=tuple(_supplement_rows(actor, supplements, standing.reports)),
        actions=tuple(actions_for(actor, case, application, standing, supplements)),
    )


def _supplement_rows(
    actor: Actor, rows: Sequence[Supplement], reports: Sequence[ReportLine]
) -> Iterator[SupplementRow]:
    years = {line.id: line.grant_year for line in reports}
    now = clock.now()
    number = 0
    for row in rows:
        label = supplement_rules.label(row.status, row.last_day, now)
        asked_on = clock.stockholm(row.requested_at).date()
        if row.report_id is None:
            number += 1
            yield SupplementRow(
                f"Komplettering {number}", asked_on, label, "supplements.show", {"supplement_id": row.id}
            )
        elif row.report_id in years:
            title = f"Komplettering av återrapporteringen för {years[row.report_id]}"
            endpoint = "reviews.show" if actor.is_authority else "reports.show"
            yield SupplementRow(title, asked_on, label, endpoint, {"report_id": row.report_id})


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
        is_granted=is_granted(made),
        payments=payment_years(standing.payments),
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
