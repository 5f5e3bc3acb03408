"""What `grantportal verify` reads: everything, as it is stored."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from grantportal import db
from grantportal.domain import money_control
from grantportal.domain.cases import FrozenKind
from grantportal.domain.decisions import DecisionStatus
from grantportal.domain.events import EventKind
from grantportal.domain.frozen import decision_document
from grantportal.domain.grants import FrameStatus, frame_by_history
from grantportal.domain.money import Kronor
from grantportal.domain.money_control import Place
from grantportal.domain.payments import LedgerKind
from grantportal.domain.reports import ReportStatus, charged_of, used_of
from grantportal.models.applications import Application
from grantportal.models.calls import Call
from grantportal.models.cases import Case, FrozenVersion
from grantportal.models.decisions import Decision, DecisionLine, Dispatch
from grantportal.models.grants import CostCategory, FormVersion, Grant, Grantee, YearFrame
from grantportal.models.organisations import BankGiro, Organisation
from grantportal.models.payments import LedgerEntry, Payment, PaymentBatch
from grantportal.models.portal import Event, Portal
from grantportal.models.records import StoredFile
from grantportal.models.reports import Report, ReportedCost
from grantportal.queries import grants

AT_A_TIME = 500

GrantYear = tuple[int, int]
"""A grant's id and a year."""


def events() -> Iterator[Any]:
    """Every event's columns, in the order that they were written in. Read a few at a time."""
    yield from db.session().execute(select(Event.__table__).order_by(Event.id).execution_options(yield_per=AT_A_TIME))


def heads() -> dict[str, tuple[int, str]]:
    """Each chain's number of events and last fingerprint, as the rows that carry the chains say."""
    found: dict[str, tuple[int, str]] = {}
    for name, model in (("case", Case), ("organisation", Organisation)):
        for key, seq, head in db.session().execute(select(model.id, model.event_seq, model.event_head)):
            found[f"{name}:{key}"] = (seq, head)
    for seq, head in db.session().execute(select(Portal.event_seq, Portal.event_head)):
        found["portal"] = (seq, head)
    return found


def frozen_versions() -> Iterator[FrozenVersion]:
    """Every frozen version, by subject and number."""
    yield from db.session().scalars(
        select(FrozenVersion)
        .order_by(FrozenVersion.kind, FrozenVersion.subject_id, FrozenVersion.number)
        .execution_options(yield_per=AT_A_TIME)
    )


def frozen_by_an_act() -> dict[int, set[str]]:
    """The fingerprints of what the history says was frozen when a decision was made or sent, by decision."""
    acts = select(Event.subject_id, Event.data).where(
        Event.subject == Decision.__tablename__,
        Event.kind.in_((EventKind.DECISION_MADE, EventKind.DECISION_DISPATCHED)),
    )
    found = defaultdict[int, set[str]](set)
    for decision_id, data in db.session().execute(acts):
        found[decision_id].add(_read(data).get("sha256", ""))
    return found


def forms() -> Iterator[FormVersion]:
    """Every form that has been published."""
    yield from db.session().scalars(
        select(FormVersion).where(FormVersion.published_at.is_not(None)).order_by(FormVersion.id)
    )


def files() -> Iterator[StoredFile]:
    """Every file's row."""
    yield from db.session().scalars(select(StoredFile).order_by(StoredFile.id).execution_options(yield_per=AT_A_TIME))


def frames() -> list[YearFrame]:
    """Every year's frame with its counters."""
    return list(db.session().scalars(select(YearFrame).order_by(YearFrame.grant_id, YearFrame.grant_year)))


@dataclass(frozen=True, slots=True)
class FrameTold:
    """What a frame is by its history: its sum and status, when it was tilldelad (None: it is not), and the most grantees."""

    frame: Kronor
    status: FrameStatus
    allotted_at: datetime | None
    most: int | None


def frame_histories() -> dict[int, FrameTold]:
    """What each frame that has a history is by it, by the frame's id."""
    found: dict[int, FrameTold] = {}
    most: dict[int, int | None] = {}
    for frame_id, data in db.session().execute(
        select(Event.subject_id, Event.data).where(Event.subject == YearFrame.__tablename__).order_by(Event.id)
    ):
        facts = _read(data)
        if "max_grantees" in facts:
            most[frame_id] = facts["max_grantees"]
    try:
        histories = grants.frame_changes(db.session().scalars(select(Grant.id)))
    except (KeyError, ValueError):
        # An event that is no longer what was written: the control of the chains tells of it.
        return found
    for frame, changes in histories.values():
        told = frame_by_history(changes)
        if told is not None:
            total, status = told
            allotted = [change.at for change in changes if change.allots and status is FrameStatus.ALLOTTED]
            found[frame.id] = FrameTold(
                total, status, allotted[-1] if allotted else None, most.get(frame.id, frame.max_grantees)
            )
    return found


def frames_told_of() -> set[int]:
    """The ids of the frames that events are about."""
    return set(
        db.session().scalars(select(Event.subject_id).where(Event.subject == YearFrame.__tablename__).distinct())
    )


def decided_by_lines() -> dict[GrantYear, Kronor]:
    """What the decisions that hold say, by grant and year: a decision that another has changed no longer counts."""
    later = aliased(Decision)
    rows = db.session().execute(
        select(Call.grant_id, DecisionLine.grant_year, func.sum(DecisionLine.amount))
        .join(Decision, Decision.id == DecisionLine.decision_id)
        .join(Application, Application.id == Decision.application_id)
        .join(Call, Call.id == Application.call_id)
        .outerjoin(later, and_(later.changes_id == Decision.id, later.status == DecisionStatus.MADE))
        .where(Decision.status == DecisionStatus.MADE, later.id.is_(None))
        .group_by(Call.grant_id, DecisionLine.grant_year)
    )
    return {(grant_id, year): int(total) for grant_id, year, total in rows}


def decided_by_ledger() -> dict[GrantYear, Kronor]:
    """What the ledger says has been decided, by grant and year."""
    rows = db.session().execute(
        select(LedgerEntry.grant_id, LedgerEntry.grant_year, func.sum(LedgerEntry.amount))
        .where(LedgerEntry.kind == LedgerKind.DECIDED)
        .group_by(LedgerEntry.grant_id, LedgerEntry.grant_year)
    )
    return {(grant_id, year): int(total) for grant_id, year, total in rows}


def grantees() -> dict[GrantYear, set[int]]:
    """Which organisations are counted as grantees, by grant and year."""
    found: dict[GrantYear, set[int]] = {}
    for grant_id, year, organisation in db.session().execute(
        select(Grantee.grant_id, Grantee.grant_year, Grantee.organisation_id)
    ):
        found.setdefault((grant_id, year), set()).add(organisation)
    return found


def granted_in_ledger() -> dict[GrantYear, set[int]]:
    """Which organisations have money decided in the ledger, by grant and year."""
    rows = db.session().execute(
        select(LedgerEntry.grant_id, LedgerEntry.grant_year, LedgerEntry.organisation_id)
        .where(LedgerEntry.kind == LedgerKind.DECIDED)
        .group_by(LedgerEntry.grant_id, LedgerEntry.grant_year, LedgerEntry.organisation_id)
        .having(func.sum(LedgerEntry.amount) > 0)
    )
    found: dict[GrantYear, set[int]] = {}
    for grant_id, year, organisation in rows:
        found.setdefault((grant_id, year), set()).add(organisation)
    return found


def money() -> money_control.Money:
    """The ledger and all that it is compared with. A handful of queries whatever their number."""
    told = _told()
    decisions, payments, batches, giros = _decisions(told), _payments(told), _batches(told), _giros(told)
    known = {
        Decision.__tablename__: decisions.keys(),
        Payment.__tablename__: payments.keys(),
        PaymentBatch.__tablename__: batches.keys(),
        BankGiro.__tablename__: giros.keys(),
    }
    return money_control.Money(
        entries=_entries(),
        decisions=decisions,
        payments=payments,
        batches=batches,
        giros=giros,
        dispatches=_dispatches(),
        reports=_reports(),
        unknown=sorted(key for key in told if key[1] not in known[key[0]]),
    )


def _entries() -> list[money_control.Entry]:
    rows = db.session().execute(
        select(
            LedgerEntry.id,
            LedgerEntry.kind,
            LedgerEntry.amount,
            *_place(LedgerEntry),
            LedgerEntry.decision_id,
            LedgerEntry.payment_id,
            LedgerEntry.report_id,
            LedgerEntry.entered_at,
        ).order_by(LedgerEntry.id)
    )
    return [
        money_control.Entry(
            id=row.id,
            kind=row.kind,
            amount=row.amount,
            place=Place(row.grant_id, row.grant_year, row.organisation_id, row.case_id),
            decision_id=row.decision_id,
            payment_id=row.payment_id,
            report_id=row.report_id,
            entered_at=row.entered_at,
        )
        for row in rows
    ]


def _place(of: type[LedgerEntry | Payment | Report]) -> tuple[Any, ...]:
    return of.grant_id, of.grant_year, of.organisation_id, of.case_id


def _decisions(told: "Histories") -> dict[int, money_control.DecisionRow]:
    lines: dict[int, dict[tuple[int, str], Kronor]] = {}
    for decision_id, year, category, amount in db.session().execute(
        select(DecisionLine.decision_id, DecisionLine.grant_year, CostCategory.name, DecisionLine.amount).join(
            CostCategory, CostCategory.id == DecisionLine.cost_category_id
        )
    ):
        lines.setdefault(decision_id, {})[year, category] = amount
    frozen = _frozen_decisions()
    later = aliased(Decision)
    rows = db.session().execute(
        select(Decision, later.id, Call.grant_id, Case.registration_number, Organisation.organisation_number)
        .join(Application, Application.id == Decision.application_id)
        .join(Call, Call.id == Application.call_id)
        .join(Case, Case.id == Decision.case_id)
        .join(Organisation, Organisation.id == Decision.organisation_id)
        .outerjoin(later, and_(later.changes_id == Decision.id, later.status == DecisionStatus.MADE))
        .order_by(Decision.id)
    )
    return {
        row.id: money_control.DecisionRow(
            id=row.id,
            is_made=row.status is DecisionStatus.MADE,
            stands=row.status is DecisionStatus.MADE and changed_by is None,
            grant_id=grant_id,
            organisation_id=row.organisation_id,
            case_id=row.case_id,
            by_category=lines.get(row.id, {}),
            application_id=row.application_id,
            outcome=row.outcome,
            reasons=row.reasons,
            covers=row.covers,
            dismissed_why=row.dismissal_why,
            proposed_by_id=row.proposed_by_id,
            proposed_at=row.proposed_at,
            decided_by_id=row.decided_by_id,
            decided_at=row.decided_at,
            sha256=row.sha256,
            registration_number=registration_number or "",
            organisation_number=organisation_number,
            frozen=frozen.get(row.id),
            told=told.get((Decision.__tablename__, row.id), ()),
        )
        for row, changed_by, grant_id, registration_number, organisation_number in rows
    }


def _frozen_decisions() -> dict[int, money_control.FrozenDecision]:
    """What each decision's newest document says; nothing of one that cannot be read."""
    found: dict[int, money_control.FrozenDecision] = {}
    for decision_id, content, sha256 in db.session().execute(
        select(FrozenVersion.subject_id, FrozenVersion.content, FrozenVersion.sha256)
        .where(FrozenVersion.kind == FrozenKind.DECISION)
        .order_by(FrozenVersion.subject_id, FrozenVersion.number)
        .execution_options(yield_per=AT_A_TIME)
    ):
        facts = _read(content)
        try:
            document = decision_document(facts, sha256)
        except (KeyError, TypeError, ValueError, AttributeError):
            found.pop(decision_id, None)
            continue
        table, basis = document.granted, facts.get("basis", {})
        found[decision_id] = money_control.FrozenDecision(
            outcome=document.outcome,
            granted={each.year: each.granted for each in document.years},
            by_category={
                (year, line.category): amount
                for line in (table.lines if table else ())
                for year, amount in zip(table.years if table else (), line.amounts, strict=True)
            },
            planned={each.year: each.when for each in document.payments},
            reasons=document.reasons,
            covers=document.covers,
            dismissed_why=document.dismissal.why if document.dismissal else "",
            proposed_at=document.presented_at,
            decided_at=document.at,
            registration_number=document.registration_number,
            organisation_number=document.party.organisation_number,
            application_id=basis.get("application"),
            proposal_sha256=basis.get("proposal_sha256"),
        )
    return found


Histories = Mapping[tuple[str, int], list[money_control.Told]]
"""What the history says of each row: by table and id, in order."""


def _told() -> dict[tuple[str, int], list[money_control.Told]]:
    rows = db.session().execute(
        select(Event.subject, Event.subject_id, Event.kind, Event.actor_id, Event.at, Event.chain, Event.data)
        .where(Event.subject.in_([of.__tablename__ for of in (Decision, Payment, PaymentBatch, BankGiro)]))
        .order_by(Event.id)
        .execution_options(yield_per=AT_A_TIME)
    )
    found: dict[tuple[str, int], list[money_control.Told]] = {}
    for subject, subject_id, kind, actor_id, at, chain, data in rows:
        told = money_control.Told(kind, actor_id, at, chain, _read(data))
        found.setdefault((subject, subject_id), []).append(told)
    return found


def _read(text: str) -> dict[str, Any]:
    """What is stored as JSON; nothing where it is none, which the control of its fingerprint tells of."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _payments(told: Histories) -> dict[int, money_control.PaymentRow]:
    rows = db.session().execute(
        select(
            Payment.id,
            Payment.status,
            Payment.amount,
            *_place(Payment),
            Payment.decision_id,
            Payment.instalment,
            Payment.planned_on,
            Payment.batch_id,
            Payment.giro,
            Payment.early_reason,
            Payment.paid_on,
            Payment.deviations,
            Payment.deviation_reason,
            Payment.registered_by_id,
            Payment.registered_at,
            Payment.attested_by_id,
            Payment.attested_at,
            Payment.confirmed_by_id,
            Payment.confirmed_at,
            Case.registration_number,
            Organisation.organisation_number,
            BankGiro.number,
            BankGiro.organisation_id.label("giro_of"),
        )
        .outerjoin(BankGiro, BankGiro.id == Payment.giro_id)
        .join(Case, Case.id == Payment.case_id)
        .join(Organisation, Organisation.id == Payment.organisation_id)
        .order_by(Payment.id)
        .execution_options(yield_per=AT_A_TIME)
    )
    return {
        row.id: money_control.PaymentRow(
            id=row.id,
            status=row.status,
            amount=row.amount,
            place=Place(row.grant_id, row.grant_year, row.organisation_id, row.case_id),
            decision_id=row.decision_id,
            instalment=row.instalment,
            planned_on=row.planned_on,
            batch_id=row.batch_id,
            giro=row.giro,
            early_reason=row.early_reason,
            paid_on=row.paid_on,
            deviations=row.deviations,
            deviation_reason=row.deviation_reason,
            registered_by_id=row.registered_by_id,
            registered_at=row.registered_at,
            attested_by_id=row.attested_by_id,
            attested_at=row.attested_at,
            confirmed_by_id=row.confirmed_by_id,
            confirmed_at=row.confirmed_at,
            registration_number=row.registration_number or "",
            organisation_number=row.organisation_number,
            attested_giro=None if row.number is None else (row.number, row.giro_of),
            told=told.get((Payment.__tablename__, row.id), ()),
        )
        for row in rows
    }


def _batches(told: Histories) -> dict[int, money_control.BatchRow]:
    frozen: dict[int, list[tuple[dict[str, Any], str]]] = {}
    for version in db.session().execute(
        select(FrozenVersion.subject_id, FrozenVersion.content, FrozenVersion.sha256)
        .where(FrozenVersion.kind == FrozenKind.PAYMENT_BATCH)
        .order_by(FrozenVersion.number)
    ):
        frozen.setdefault(version.subject_id, []).append((_read(version.content), version.sha256))
    return {
        batch.id: money_control.BatchRow(
            id=batch.id,
            number=batch.number,
            grant_id=batch.grant_id,
            created_by_id=batch.created_by_id,
            created_at=batch.created_at,
            total=batch.total,
            sha256=batch.sha256,
            frozen=frozen.get(batch.id, ()),
            told=told.get((PaymentBatch.__tablename__, batch.id), ()),
        )
        for batch in db.session().scalars(select(PaymentBatch).order_by(PaymentBatch.id))
    }


def _giros(told: Histories) -> dict[int, money_control.GiroRow]:
    return {
        giro.id: money_control.GiroRow(
            id=giro.id,
            organisation_id=giro.organisation_id,
            number=giro.number,
            asked_by_id=giro.asked_by_id,
            asked_at=giro.asked_at,
            verified_by_id=giro.verified_by_id,
            verified_at=giro.verified_at,
            verified_way=giro.verified_way,
            verified_how=giro.verified_how,
            shared_reason=giro.shared_reason,
            approved_by_id=giro.approved_by_id,
            approved_at=giro.approved_at,
            valid_from=giro.valid_from,
            valid_to=giro.valid_to,
            told=told.get((BankGiro.__tablename__, giro.id), ()),
        )
        for giro in db.session().scalars(select(BankGiro).order_by(BankGiro.id))
    }


def _dispatches() -> list[money_control.DispatchRow]:
    rows = db.session().execute(
        select(
            Dispatch.id,
            Dispatch.decision_id,
            Dispatch.case_id,
            Dispatch.organisation_id,
            Dispatch.receiver,
            Dispatch.dispatched_by_id,
            Dispatch.dispatched_at,
        ).order_by(Dispatch.id)
    )
    return [money_control.DispatchRow(*row) for row in rows]


def _reports() -> dict[int, money_control.ReportRow]:
    charged: dict[int, Kronor] = {}
    used: dict[int, Kronor] = {}
    for report_id, content in db.session().execute(
        select(FrozenVersion.subject_id, FrozenVersion.content)
        .where(FrozenVersion.kind == FrozenKind.REPORT)
        .order_by(FrozenVersion.number)
        .execution_options(yield_per=AT_A_TIME)
    ):
        try:
            charged[report_id], used[report_id] = charged_of(_read(content)), used_of(_read(content))
        except (KeyError, TypeError):
            # The control of frozen versions tells of it.
            charged[report_id] = used[report_id] = 0
    approvals = select(Event.subject_id, Event.data).where(
        Event.subject == Report.__tablename__, Event.kind == EventKind.REPORT_APPROVED
    )
    told = {report_id: _read(data) for report_id, data in db.session().execute(approvals.order_by(Event.id))}
    sums = select(ReportedCost.report_id, func.sum(ReportedCost.charged)).group_by(ReportedCost.report_id)
    listed = {report_id: int(total) for report_id, total in db.session().execute(sums)}
    rows = db.session().execute(select(Report.id, Report.status, *_place(Report)).order_by(Report.id))
    return {
        key: money_control.ReportRow(
            key,
            Place(*place),
            status is ReportStatus.APPROVED,
            used.get(key, 0),
            charged.get(key),
            listed.get(key, 0),
            told.get(key, {}),
        )
        for key, status, *place in rows
    }
