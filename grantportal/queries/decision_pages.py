"""The pages about decisions: a decision as a document, the lists, and the proposal to fill in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased, joinedload

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Actor
from grantportal.domain.appeals import AppealTime, appeal_time, ensure_can_say_where, variant_told
from grantportal.domain.applications import APPLICATION, ApplicationAction, ApplicationStatus
from grantportal.domain.calls import CallStatus
from grantportal.domain.cases import FrozenKind, RecordKind
from grantportal.domain.decisions import (
    DECISION,
    CameAfter,
    Cell,
    Communicated,
    DecisionAction,
    DecisionFacts,
    DecisionStatus,
    DismissalGround,
    Outcome,
    communication_label,
    dispatch_label,
    ensure_communicated,
    ensure_only_decides,
    ensure_two_persons,
    ensure_unchanged,
    is_early,
    label,
    per_year,
)
from grantportal.domain.documents import DecisionDocument
from grantportal.domain.errors import RuleViolation
from grantportal.domain.frozen import decision_document, proposal_fingerprint, read_fingerprint
from grantportal.domain.labels import Label
from grantportal.domain.money import Kronor
from grantportal.domain.organisations import OrganisationKind
from grantportal.models.accounts import User
from grantportal.models.applications import Application
from grantportal.models.calls import Call
from grantportal.models.cases import Case, FrozenVersion
from grantportal.models.decisions import Communication, Decision, DecisionLine, Dispatch
from grantportal.models.grants import Condition, YearFrame
from grantportal.models.organisations import Organisation
from grantportal.models.records import Record
from grantportal.policy import is_sent, visible
from grantportal.queries import decision_documents, decisions, portal
from grantportal.queries.decisions import DissentNoted


@dataclass(frozen=True)
class HeardShown:
    """One kommunicering beside a decision."""

    id: int
    text: str
    sent_at: datetime
    reply: str | None
    replied_at: datetime | None


@dataclass(frozen=True)
class DecisionPage:
    """A decision as its page shows it. `sha256` is the fingerprint to confirm, or, once made, that of the decision."""

    id: int
    status: DecisionStatus
    organisation_id: int
    case_id: int
    application_id: int
    call_id: int
    case_number: str
    document: DecisionDocument
    label: Label
    dispatch: Label | None
    appeal: AppealTime | None
    sha256: str
    is_made: bool
    is_dispatched: bool
    changed_since: bool
    early_until: date | None
    """The call's last day to apply, while a decision would come before it is over."""
    returned_reason: str
    proposed_by_id: int | None
    proposed_by: str
    record_id: int | None
    came_after: tuple[CameAfter, ...]
    """What the party has sent in since the decision was made, while it is not sent."""
    dissents: tuple[DissentNoted, ...]
    may_dissent: frozenset[int]
    """Whose accounts may note a dissent: föredragande and those who took part without deciding."""
    without_account: tuple[str, ...]
    """The names of those who took part and have no account: for them it is written in."""
    heard: tuple[HeardShown, ...]
    sums_are_example: bool
    """Whether what is sought and granted is invented; else what is sought may be."""
    sought_is_example: bool


def page(actor: Actor, decision_id: int) -> DecisionPage | None:
    """A decision with its document: a made one from what was frozen, else from what is saved now."""
    beside = joinedload(Decision.application).options(
        joinedload(Application.call), joinedload(Application.organisation)
    )
    decision = decisions.get(actor, decision_id, beside)
    if decision is None:
        return None
    frozen, record_id = _frozen(decision.id) if decision.status is DecisionStatus.MADE else (None, None)
    if frozen is not None:
        shown = decision_document(json.loads(frozen.content), frozen.sha256)
        sha256, changed = frozen.sha256, False
    else:
        shown = decision_documents.document(decision)
        sha256 = read_fingerprint(shown)
        changed = decision.status is DecisionStatus.PROPOSED and proposal_fingerprint(shown) != decision.sha256
    sent = decisions.dispatched_at(decision.id)
    proposer = decisions.person_name(decision.proposed_by_id)
    made = decision.status is DecisionStatus.MADE
    return DecisionPage(
        id=decision.id,
        status=decision.status,
        organisation_id=decision.organisation_id,
        case_id=decision.case_id,
        application_id=decision.application_id,
        call_id=decision.application.call_id,
        case_number=shown.registration_number,
        document=shown,
        label=label(
            DecisionFacts(
                decision.status,
                decision.outcome,
                per_year(decisions.amounts_of(decision)),
                proposer,
                decision.returned_reason,
                sent,
                decisions.overtaken(decision, decision.application, decision.application.call),
            )
        ),
        dispatch=dispatch_label(sent) if made else None,
        appeal=appeal_time(
            variant_told(shown.appeal.text),
            public_party=decision.application.organisation.kind is OrganisationKind.REGION,
            sent_on=clock.stockholm(sent).date() if sent else None,
            today=clock.today(),
        ),
        sha256=sha256,
        is_made=made,
        is_dispatched=sent is not None,
        changed_since=changed,
        early_until=_early_until(decision.outcome, decision.application.call) if not made else None,
        returned_reason="" if made else decision.returned_reason,
        proposed_by_id=decision.proposed_by_id,
        proposed_by=proposer,
        record_id=record_id,
        came_after=decisions.came_after(decision) if made and sent is None else (),
        dissents=decisions.dissents(decision),
        may_dissent=decisions.persons(decision) if sent is None else frozenset(),
        without_account=decisions.without_account(decision),
        heard=_heard(actor, decision.application_id),
        sums_are_example=decision.application.call.is_example,
        sought_is_example=decision.application.sought_is_example,
    )


def before_deciding(actor: Actor, decision_id: int) -> str:
    """Why the service would refuse whoever reads the proposal now and decides; empty when it would not.

    By the same rules, of what is saved now: all but the frames, which are taken under their lock, and the tick.
    """
    decision = decisions.get(actor, decision_id)
    if decision is None or decision.status is not DecisionStatus.PROPOSED:
        return ""
    application, here = decision.application, portal.installation()
    overtaken = decisions.overtaken(decision, application, application.call)
    if overtaken:
        return overtaken
    shown = decision_documents.document(decision)
    read = read_fingerprint(shown)
    took_part = {each.user_id for each in decision.participants}
    try:
        ensure_two_persons(proposed_by=decision.proposed_by_id, decided_by=actor.user_id)
        ensure_only_decides(took_part=took_part, decided_by=actor.user_id)
        ensure_can_say_where(application.call.appeal_variant, address=here.address, court=here.appeal_court)
        ensure_unchanged(seen=read, shown=read, proposed=decision.sha256, now=proposal_fingerprint(shown))
        ensure_communicated(decision.outcome, decisions.communicated(application.id), today=clock.today())
    except RuleViolation as refusal:
        return refusal.message
    return ""


def _frozen(decision_id: int) -> tuple[FrozenVersion | None, int | None]:
    """What was frozen when the decision was made, and the number of its handling. One query."""
    found = (
        db.session()
        .execute(
            select(FrozenVersion, Record.id)
            .outerjoin(Record, and_(Record.frozen_version_id == FrozenVersion.id, Record.kind == RecordKind.DECISION))
            .where(FrozenVersion.kind == FrozenKind.DECISION, FrozenVersion.subject_id == decision_id)
            .order_by(FrozenVersion.number.desc())
            .limit(1)
        )
        .one_or_none()
    )
    return (found[0], found[1]) if found else (None, None)


def _early_until(outcome: Outcome | None, call: Call) -> date | None:
    return call.last_day if is_early(outcome, last_day=call.last_day, today=clock.today()) else None


def _heard(actor: Actor, application_id: int) -> tuple[HeardShown, ...]:
    today = clock.today()
    rows = db.session().scalars(
        select(Communication)
        .where(Communication.application_id == application_id, visible(actor, Communication))
        .order_by(Communication.id)
    )
    return tuple(
        HeardShown(
            row.id,
            communication_label(
                Communicated(row.kind, row.last_day, row.replied_at is not None),
                today=today,
                for_party=not actor.is_authority,
            ).text,
            row.sent_at,
            row.reply,
            row.replied_at,
        )
        for row in rows
    )


@dataclass(frozen=True)
class DecisionRow:
    """A decision in a list."""

    id: int
    organisation: str
    applicant_unit: str
    case_number: str
    call_title: str
    sums_are_example: bool
    amount: Kronor
    label: Label
    proposed_by: str
    proposed_at: datetime | None
    decided_at: datetime | None
    dispatched_at: datetime | None


@dataclass(frozen=True)
class DecisionLists:
    """What waits for the decider, what waits to be sent, and what is decided (newest first, a page at a time)."""

    waiting: tuple[DecisionRow, ...]
    to_send: tuple[DecisionRow, ...]
    made: tuple[DecisionRow, ...]
    page: int
    pages: int


PER_PAGE = 50


def lists(actor: Actor, page: int = 1) -> DecisionLists:
    """The decisions that the actor may see."""
    made = Decision.status == DecisionStatus.MADE
    sent = is_sent(Decision.id)
    count = db.session().scalar(select(func.count(Decision.id)).where(made, sent, visible(actor, Decision))) or 0
    pages = max(1, -(-count // PER_PAGE))
    page = min(max(1, page), pages)
    return DecisionLists(
        waiting=_rows(actor, Decision.status == DecisionStatus.PROPOSED) if actor.is_authority else (),
        to_send=_rows(actor, and_(made, ~sent)) if actor.is_authority else (),
        made=_rows(actor, and_(made, sent), offset=(page - 1) * PER_PAGE),
        page=page,
        pages=pages,
    )


def _rows(actor: Actor, where: Any, *, offset: int = 0) -> tuple[DecisionRow, ...]:
    proposer = aliased(User)
    total = (
        select(func.coalesce(func.sum(DecisionLine.amount), 0))
        .where(DecisionLine.decision_id == Decision.id)
        .correlate(Decision)
        .scalar_subquery()
    )
    sent = (
        select(func.min(Dispatch.dispatched_at))
        .where(Dispatch.decision_id == Decision.id)
        .correlate(Decision)
        .scalar_subquery()
    )
    rows = db.session().execute(
        select(
            Decision,
            Application,
            Call,
            Organisation.name,
            Case.registration_number,
            proposer.name,
            total,
            sent,
        )
        .join(Application, Decision.application_id == Application.id)
        .join(Organisation, Decision.organisation_id == Organisation.id)
        .join(Case, Decision.case_id == Case.id)
        .join(Call, Application.call_id == Call.id)
        .outerjoin(proposer, Decision.proposed_by_id == proposer.id)
        .where(where, visible(actor, Decision))
        .order_by(Decision.decided_at.desc().nulls_first(), Decision.proposed_at, Decision.id)
        .limit(PER_PAGE)
        .offset(offset)
    )
    return tuple(
        DecisionRow(
            id=decision.id,
            organisation=name,
            applicant_unit=application.applicant_unit,
            case_number=number or "",
            call_title=call.title,
            sums_are_example=call.is_example,
            amount=int(amount),
            label=label(
                DecisionFacts(
                    decision.status,
                    decision.outcome,
                    {},
                    by or "",
                    decision.returned_reason,
                    overtaken=decisions.overtaken(decision, application, call),
                )
            ),
            proposed_by=by or "",
            proposed_at=decision.proposed_at,
            decided_at=decision.decided_at,
            dispatched_at=dispatched,
        )
        for decision, application, call, name, number, by, amount, dispatched in rows
    )


# --- The proposal's page -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class YearProposed:
    """A grant year beside the proposal's fields. `used` is what is decided, and what other proposals wait for."""

    year: int
    sought: Kronor
    frame: Kronor
    used: Kronor
    decided: Kronor


@dataclass(frozen=True)
class ProposalPage:
    """An application with its proposal, to fill in."""

    application_id: int
    case_id: int
    organisation_id: int
    case_number: str
    call_id: int
    call_title: str
    organisation: str
    applicant_unit: str
    years: tuple[YearProposed, ...]
    categories: tuple[tuple[int, str], ...]
    sought: Mapping[Cell, Kronor]
    amounts: Mapping[Cell, Kronor]
    outcome: Outcome | None
    reasons: str
    covers: str
    conditions: str
    took_part: str
    participants: tuple[int, ...]
    colleagues: tuple[tuple[int, str], ...]
    """Who can be chosen as having taken part: everybody else who works at the authority, and whoever is chosen already."""
    old_dissent: str
    """Skiljaktig mening that a föredragande wrote before each person noted the own."""
    dismissal_ground: DismissalGround | None
    dismissal_why: str
    shared_conditions: tuple[str, ...]
    is_withdrawn: bool
    is_taken_back: bool
    """Whether the party withdrew it; else it is the call that was."""
    is_editable: bool
    early_until: date | None
    """The call's last day to apply, while a decision would come before it is over."""
    returned_reason: str
    returned_by: str
    decision_id: int | None
    label: Label | None
    state: str
    heard: tuple[HeardShown, ...]
    needs_hearing: bool


def proposal(actor: Actor, application_id: int) -> ProposalPage | None:
    """The proposal of an application that has been handed in."""
    found = decisions.application(actor, application_id)
    if found is None:
        return None
    call = found.call
    decision = decisions.current(found.id)
    asked = decisions.sought(found.id)
    totals = per_year(asked)
    frames = {
        frame.grant_year: frame
        for frame in db.session().scalars(select(YearFrame).where(YearFrame.grant_id == call.grant_id))
    }
    elsewhere = decisions.proposed_elsewhere(call.grant_id, [year.grant_year for year in call.years], but=found.id)
    heard = decisions.communicated(found.id)
    set_id = call.condition_set_id or (call.extends.condition_set_id if call.extends else None)
    facts = decision and DecisionFacts(
        decision.status,
        decision.outcome,
        per_year(decisions.amounts_of(decision)),
        decisions.person_name(decision.proposed_by_id),
        decision.returned_reason,
    )
    is_withdrawn = found.status is ApplicationStatus.WITHDRAWN or call.status is CallStatus.WITHDRAWN
    return ProposalPage(
        application_id=found.id,
        case_id=found.case_id,
        organisation_id=found.organisation_id,
        case_number=found.case.registration_number or "",
        call_id=call.id,
        call_title=call.title,
        organisation=found.organisation.name,
        applicant_unit=found.applicant_unit,
        years=tuple(
            YearProposed(
                year=each.grant_year,
                sought=totals.get(each.grant_year, 0),
                frame=frames[each.grant_year].frame if each.grant_year in frames else 0,
                used=(frames[each.grant_year].decided if each.grant_year in frames else 0)
                + elsewhere.get(each.grant_year, 0),
                decided=frames[each.grant_year].decided if each.grant_year in frames else 0,
            )
            for each in call.years
        ),
        categories=tuple((each.id, each.name) for each in call.cost_categories),
        sought=asked,
        amounts=decisions.amounts_of(decision) if decision else {},
        outcome=decision.outcome if decision else None,
        reasons=decision.reasons if decision else "",
        covers=decision.covers if decision else "",
        conditions=decision.conditions if decision else "",
        took_part=decision.took_part if decision else "",
        participants=tuple(each.user_id for each in decision.participants) if decision else (),
        colleagues=_colleagues(actor, decision),
        old_dissent=decision.dissent if decision else "",
        dismissal_ground=decision.dismissal_ground if decision else None,
        dismissal_why=decision.dismissal_why if decision else "",
        shared_conditions=tuple(
            db.session().scalars(
                select(Condition.text).where(Condition.condition_set_id == set_id).order_by(Condition.position)
            )
        ),
        is_withdrawn=is_withdrawn,
        is_taken_back=found.status is ApplicationStatus.WITHDRAWN,
        is_editable=APPLICATION.allows(found.status, ApplicationAction.PROPOSE)
        and (decision is None or DECISION.allows(decision.status, DecisionAction.EDIT)),
        early_until=None if is_withdrawn else _early_until(None, call),
        returned_reason=decision.returned_reason if decision and decision.status is DecisionStatus.RETURNED else "",
        returned_by=decisions.person_name(decision.returned_by_id) if decision else "",
        decision_id=decision.id if decision else None,
        label=label(facts) if facts else None,
        state=decisions.state_of(decision),
        heard=_heard(actor, found.id),
        needs_hearing=not heard and not is_withdrawn,
    )


def _colleagues(actor: Actor, decision: Decision | None) -> tuple[tuple[int, str], ...]:
    named = decisions.colleagues()
    named |= {each.user_id: (each.user.name, each.title) for each in (decision.participants if decision else ())}
    return tuple((user_id, f"{name}, {title}") for user_id, (name, title) in named.items() if user_id != actor.user_id)


def filled_in(page: ProposalPage) -> Mapping[Cell, Kronor]:
    """What stands in the amounts' fields: what is saved, else what was sought, or 0 where nothing can be granted.

    Where nothing can be proposed now, nothing is made out to be.
    """
    if page.amounts or not page.is_editable:
        return page.amounts
    return dict.fromkeys(page.sought, 0) if page.is_withdrawn else page.sought


def saved_state(actor: Actor, application_id: int) -> str:
    """The mark of what is saved of an application's proposal now."""
    found = decisions.application(actor, application_id)
    return decisions.state_of(decisions.current(found.id)) if found else ""
