"""The page of one ärende."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, and_, cast, func, or_, select
from sqlalchemy import case as sql_case
from sqlalchemy.orm import aliased

from grantportal import db
from grantportal.domain import cases, clock
from grantportal.domain import supplements as supplement_rules
from grantportal.domain.actors import Actor
from grantportal.domain.appeals import AppealTime, appeal_time, variant_told
from grantportal.domain.cases import DIRECTION_TEXTS, CaseKind, Direction, FrozenKind, Progress, Step, YearState
from grantportal.domain.decisions import OUTCOME_TEXTS, CommunicationKind, DecisionStatus
from grantportal.domain.events import EventKind, told
from grantportal.domain.labels import Label
from grantportal.domain.money import Kronor
from grantportal.domain.organisations import OrganisationKind
from grantportal.domain.payments import LedgerKind
from grantportal.domain.reports import ReportStatus
from grantportal.domain.supplements import SupplementStatus
from grantportal.models.accounts import MandateRow, User
from grantportal.models.applications import Application, ApplicationHome
from grantportal.models.calls import Call
from grantportal.models.cases import Case, FrozenVersion, ReadMark
from grantportal.models.decisions import Communication
from grantportal.models.grants import Grant
from grantportal.models.organisations import Organisation, YouthHome
from grantportal.models.payments import LedgerEntry
from grantportal.models.portal import Event
from grantportal.models.records import Record
from grantportal.models.reports import Report, ReportedCost
from grantportal.models.supplements import Supplement
from grantportal.policy import WHO_MAY, Permission, told_to, visible
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
from grantportal.queries.grants import title_for_call
from grantportal.queries.records import RecordRow
from grantportal.queries.together import fetched, part


@dataclass(frozen=True)
class MoneyYear:
    """A grant year's money; None is what is not known yet, which is not zero."""

    year: int
    granted: Kronor | None
    paid: Kronor | None
    spent: Kronor | None
    reported: Kronor | None
    """What a report that is handed in and not approved says that the grant is charged."""
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
    appeal: AppealTime | None
    """Until when the newest decision can be appealed, once it is sent."""
    events: tuple[EventRow, ...]
    related: tuple[RelatedCase, ...]
    reported_in: RelatedCase | None
    """The ordinary application's case: an extra call's money is reported there."""
    supplements: tuple[SupplementRow, ...] = ()
    actions: tuple[CaseAction, ...] = field(default=())

    @property
    def is_draft(self) -> bool:
        """Whether nothing has been handed in yet: then the case is the organisation's own."""
        return not self.registration_number


def page(actor: Actor, case_id: int) -> CasePage | None:
    """The whole page of a case that the actor may see."""
    assigned = aliased(User)
    head = (
        db.session()
        .execute(
            select(
                Case,
                Application,
                Organisation,
                title_for_call(),
                Call,
                assigned.name,
                handles_now(Case.assigned_to_id),
                func.coalesce(ReadMark.seq, 0),
                supplement_last_day(),
                views_last_day(),
                _newest_decided(),
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
    if head is None:
        return None
    case, application, organisation, grant_title, call, handler, handles, read_seq, asked_by, views_by, decided = head
    facts = CaseFacts(
        case_id=case.id,
        registration_number=case.registration_number or "",
        status=application.status,
        withdrawn_at=application.withdrawn_at,
        last_day=call.last_day,
        submitted_at=application.submitted_at,
        supplement_last_day=asked_by,
        views_last_day=views_by,
        call_status=call.status,
    )
    standing = standings(actor, [facts])[case.id]
    supplements = _supplements(actor, case.id)
    found = _beside(actor, case, application)
    related = _related(found)
    material = {row.id: row.day for row in _in_order(found, "material", lambda row: row.day)}
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
        homes=tuple(row.name for row in _in_order(found, "home", _by_name)),
        ombud=tuple((row.name, row.day) for row in _in_order(found, "ombud", _by_name)),
        assigned_to=handler or "",
        handler_has_left=handler is not None and not handles,
        read_seq=read_seq,
        application_id=application.id,
        standing=standing,
        steps=cases.steps(_progress(case, application, standing, supplements)),
        records=_records(found),
        money=_money(found),
        sums_are_example=call.is_example,
        appeal=appeal_time(
            variant_told(json.loads(decided)["appeal"]["text"]) if decided else None,
            public_party=organisation.kind is OrganisationKind.REGION,
            sent_on=_day(standing.decision.dispatched_at) if standing.decision else None,
            today=clock.today(),
        ),
        events=_events(found),
        related=related,
        reported_in=next((each for each in related if each.id == case.parent_id and standing.is_granted), None),
        supplements=tuple(_supplement_rows(actor, supplements, standing.reports)),
        actions=tuple(actions_for(actor, case, application, standing, supplements, material)),
    )


def _newest_decided() -> Any:
    """What was frozen last of the case's decisions: beside a query of Case."""
    return (
        select(FrozenVersion.content)
        .where(FrozenVersion.kind == FrozenKind.DECISION, FrozenVersion.case_id == Case.id)
        .order_by(FrozenVersion.id.desc())
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
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


Found = Mapping[str, Sequence[Any]]


def _beside(actor: Actor, case: Case, application: Application) -> Found:
    """Homes, ombud, handlingar, money, history, related cases and material to reply to. One query."""
    today = clock.today()
    related = [Case.parent_id == case.id]
    if case.parent_id is not None:
        related.append(Case.id == case.parent_id)
    is_here = sql_case((LedgerEntry.case_id == case.id, 1), else_=0)
    return fetched(
        part("home", name=YouthHome.name)
        .join_from(YouthHome, ApplicationHome, ApplicationHome.youth_home_id == YouthHome.id)
        .where(ApplicationHome.application_id == application.id),
        part("ombud", name=User.name, day=MandateRow.valid_to)
        .join_from(MandateRow, User, User.id == MandateRow.user_id)
        .where(
            MandateRow.organisation_id == case.organisation_id,
            MandateRow.role.in_(WHO_MAY[Permission.CERTIFY_AND_SUBMIT_REPORT]),
            or_(MandateRow.case_id.is_(None), MandateRow.case_id == case.id),
            holds(today),
            User.closed_at.is_(None),
        ),
        part(
            "record",
            id=Record.id,
            number=Record.number,
            title=Record.title,
            text=Record.direction,
            name=Record.counterpart,
            at=Record.dated_at,
        ).where(Record.case_id == case.id, visible(actor, Record)),
        part(
            "money",
            year=LedgerEntry.grant_year,
            text=LedgerEntry.kind,
            flag=is_here,
            amount=cast(func.sum(LedgerEntry.amount), BigInteger()),
        )
        .where(
            LedgerEntry.grant_id == case.grant_id,
            LedgerEntry.organisation_id == case.organisation_id,
            visible(actor, LedgerEntry),
        )
        .group_by(LedgerEntry.grant_year, LedgerEntry.kind, is_here),
        part("reported", year=Report.grant_year, amount=cast(func.sum(ReportedCost.charged), BigInteger()))
        .join_from(Report, ReportedCost, ReportedCost.report_id == Report.id)
        .where(
            Report.grant_id == case.grant_id,
            Report.organisation_id == case.organisation_id,
            Report.status != ReportStatus.APPROVED,
            visible(actor, Report),
        )
        .group_by(Report.grant_year),
        part("event", number=Event.seq, title=Event.kind, text=Event.data, name=User.name, at=Event.at)
        .join_from(Event, User, User.id == Event.actor_id, isouter=True)
        .where(Event.case_id == case.id, told_to(actor)),
        part("related", id=Case.id, title=Case.title, text=Case.registration_number).where(
            or_(*related), visible(actor, Case)
        ),
        part("material", id=Communication.id, day=Communication.last_day).where(
            Communication.case_id == case.id,
            Communication.kind == CommunicationKind.SENT,
            Communication.replied_at.is_(None),
            Communication.last_day >= today,
            visible(actor, Communication),
        ),
    )


def _in_order(found: Found, kind: str, key: Callable[[Any], Any], *, newest_first: bool = False) -> list[Any]:
    return sorted(found.get(kind, ()), key=key, reverse=newest_first)


def _by_name(row: Any) -> Any:
    return db.swedish_key(row.name)


def _records(found: Found) -> tuple[RecordRow, ...]:
    return tuple(
        RecordRow(row.id, row.number, row.title, row.at, DIRECTION_TEXTS[Direction(row.text)], row.name)
        for row in _in_order(found, "record", lambda row: row.number, newest_first=True)
    )


def _money(found: Found) -> tuple[MoneyYear, ...]:
    sums: dict[tuple[int, LedgerKind, bool], Kronor] = {
        (row.year, LedgerKind(row.text), bool(row.flag)): row.amount for row in found.get("money", ())
    }
    waiting = {row.year: row.amount for row in found.get("reported", ())}
    years = sorted({year for year, _, is_here in sums if is_here})

    def both(year: int, kind: LedgerKind) -> Kronor | None:
        parts = [sums[year, kind, place] for place in (True, False) if (year, kind, place) in sums]
        return sum(parts) if parts else None

    return tuple(
        MoneyYear(
            year=year,
            granted=sums.get((year, LedgerKind.DECIDED, True)),
            paid=sums.get((year, LedgerKind.PAID, True)),
            # What was entered at a hand-in before this was entered at approval is taken back, and sums to nothing.
            spent=None if year in waiting else both(year, LedgerKind.CHARGED),
            reported=waiting.get(year),
            elsewhere=sums.get((year, LedgerKind.PAID, False)),
        )
        for year in years
    )


def _events(found: Found) -> tuple[EventRow, ...]:
    return tuple(
        EventRow(
            datetime=row.at.isoformat(timespec="seconds"),
            day_text=clock.day_text(row.at),
            text=told(EventKind(row.title), json.loads(row.text)),
            by_text=", ".join(part for part in (row.name, f"kl.{clock.NBSP}{clock.time_text(row.at)}") if part),
        )
        for row in _in_order(found, "event", lambda row: row.number, newest_first=True)
    )


def _related(found: Found) -> tuple[RelatedCase, ...]:
    rows = _in_order(found, "related", lambda row: row.id)
    return tuple(RelatedCase(row.id, row.title, row.text or "") for row in rows)
