"""Where ärenden are: what lists and pages call it, and what that rests on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from grantportal import db
from grantportal.domain import applications, cases, clock, decisions, payments, reports
from grantportal.domain.actors import Actor
from grantportal.domain.applications import ApplicationFacts, ApplicationStatus, Audience
from grantportal.domain.calls import CallStatus
from grantportal.domain.cases import CaseState, YearState
from grantportal.domain.decisions import (
    GIVES_MONEY,
    CommunicationKind,
    DecisionFacts,
    DecisionStatus,
    DismissalGround,
    Outcome,
)
from grantportal.domain.labels import Label
from grantportal.domain.money import Kronor
from grantportal.domain.payments import PaymentStatus
from grantportal.domain.reports import ReportStatus
from grantportal.domain.supplements import SupplementStatus
from grantportal.models.accounts import User
from grantportal.models.applications import Application
from grantportal.models.decisions import Communication, Decision, DecisionLine, Dispatch
from grantportal.models.payments import Payment, PaymentBatch
from grantportal.models.reports import Report
from grantportal.models.supplements import Supplement
from grantportal.policy import visible
from grantportal.queries import report_states


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
    version_number: int
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
    dismissal_ground: DismissalGround | None
    proposed_by_id: int | None
    decided_at: datetime | None
    dispatched_at: datetime | None
    label: Label


@dataclass(frozen=True)
class Standing:
    """Everything that says where a case is."""

    state: CaseState
    status: ApplicationStatus
    """The application's, as far as the reader may know: a decision that is not sent has not happened to its party."""
    application: Label
    decision: DecisionLineOfCase | None
    payments: tuple[PaymentLine, ...]
    reports: tuple[ReportLine, ...]
    taken_back: str
    """To the authority, that the party withdrew its application after the decision; empty where it did not."""

    @property
    def is_granted(self) -> bool:
        """Whether money has been granted, as far as the reader may know."""
        return is_granted(self.decision)


@dataclass(frozen=True)
class CaseFacts:
    """An application with what its label is made of."""

    case_id: int
    registration_number: str
    status: ApplicationStatus
    withdrawn_at: datetime | None
    last_day: date
    submitted_at: datetime | None
    supplement_last_day: date | None
    views_last_day: date | None
    call_status: CallStatus


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


def standings(actor: Actor, facts: Sequence[CaseFacts]) -> dict[int, Standing]:
    """Where each of the cases is, by case id. Three queries, however many the cases are."""
    ids = [each.case_id for each in facts]
    audience = audience_of(actor)
    decided, paid, reported = _decisions(actor, ids), _payments(actor, ids), _reports(actor, ids, audience)
    now = clock.now()
    found = {}
    for each in facts:
        decision = _as_it_stands(decided.get(each.case_id), each)
        status = applications.told_status(
            each.status, is_withdrawn=each.withdrawn_at is not None, is_sent=decision is not None
        )
        label = _application_label(each, status, decision, now, audience)
        payment_lines, report_lines = tuple(paid.get(each.case_id, ())), tuple(reported.get(each.case_id, ()))
        made = decision if decision is not None and decision.status is DecisionStatus.MADE else None
        taken_back = _taken_back(each, made) if actor.is_authority else ""
        found[each.case_id] = Standing(
            state=cases.state(
                label,
                made.label if made else None,
                is_granted=is_granted(made),
                payments=payment_years(payment_lines),
                reports=_report_years(report_lines),
                taken_back=taken_back,
            ),
            status=status,
            application=label,
            decision=decision,
            payments=payment_lines,
            reports=report_lines,
            taken_back=taken_back,
        )
    return found


def _taken_back(facts: CaseFacts, made: DecisionLineOfCase | None) -> str:
    """That the application was withdrawn after its decision: one that is made after that strikes it, and says so."""
    if made is None or facts.withdrawn_at is None or made.outcome is Outcome.STRUCK:
        return ""
    return decisions.taken_back_text(facts.withdrawn_at, is_sent=made.dispatched_at is not None)


def _as_it_stands(decision: DecisionLineOfCase | None, facts: CaseFacts) -> DecisionLineOfCase | None:
    """A proposal that can no longer be decided says so."""
    if decision is None or decision.status is not DecisionStatus.PROPOSED:
        return decision
    overtaken = decisions.overtaken(
        decision.outcome,
        decision.dismissal_ground,
        call_status=facts.call_status,
        is_withdrawn=facts.withdrawn_at is not None,
        is_late=applications.is_late(facts.submitted_at, facts.last_day),
    )
    if not overtaken:
        return decision
    label = decisions.label(DecisionFacts(decision.status, decision.outcome, {}, overtaken=overtaken))
    return replace(decision, label=label)


def audience_of(actor: Actor) -> Audience:
    """Whose words the reader reads."""
    return Audience.AUTHORITY if actor.is_authority else Audience.PARTY


def _application_label(
    facts: CaseFacts,
    status: ApplicationStatus,
    decision: DecisionLineOfCase | None,
    now: datetime,
    audience: Audience,
) -> Label:
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
            is_call_withdrawn=facts.call_status is CallStatus.WITHDRAWN,
        ),
        now,
        audience,
    )


def is_granted(decision: DecisionLineOfCase | None) -> bool:
    """Whether the decision gives money."""
    return decision is not None and decision.status is DecisionStatus.MADE and decision.outcome in GIVES_MONEY


def payment_years(lines: Iterable[PaymentLine]) -> tuple[YearState, ...]:
    """The payments as steps by year."""
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
            dismissal_ground=decision.dismissal_ground,
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
                version_number=report.version_number,
                label=reports.label(facts, now, audience),
            )
        )
    return found
