"""What `grantportal verify` reads: everything, as it is stored."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from grantportal import db
from grantportal.domain import money_control
from grantportal.domain.cases import FrozenKind
from grantportal.domain.decisions import DecisionStatus
from grantportal.domain.events import EventKind
from grantportal.domain.grants import FrameStatus, frame_by_history
from grantportal.domain.money import Kronor
from grantportal.domain.money_control import Place
from grantportal.domain.payments import LedgerKind
from grantportal.domain.reports import ReportStatus, charged_of, used_of
from grantportal.models.applications import Application
from grantportal.models.calls import Call
from grantportal.models.cases import Case, FrozenVersion
from grantportal.models.decisions import Decision, DecisionLine
from grantportal.models.grants import FormVersion, Grant, Grantee, YearFrame
from grantportal.models.organisations import BankGiro, Organisation
from grantportal.models.payments import LedgerEntry, Payment, PaymentBatch
from grantportal.models.portal import Event, Portal
from grantportal.models.records import StoredFile
from grantportal.models.reports import Report, ReportedCost
from grantportal.queries import grants

AT_A_TIME = 500

GrantYear = tuple[int, int]
"""A grant's id and a year."""


def events() -> Iterator[Event]:
    """Every event, chain by chain, in order. Read a few at a time."""
    yield from db.session().scalars(
        select(Event).order_by(Event.chain, Event.seq).execution_options(yield_per=AT_A_TIME)
    )


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


def frame_histories() -> dict[int, tuple[Kronor, FrameStatus]]:
    """What each frame that has a history is by it: its sum and status, by the frame's id."""
    found: dict[int, tuple[Kronor, FrameStatus]] = {}
    try:
        histories = grants.frame_changes(db.session().scalars(select(Grant.id)))
    except (KeyError, ValueError):
        # An event that is no longer what was written: the control of the chains tells of it.
        return found
    for frame, changes in histories.values():
        told = frame_by_history(changes)
        if told is not None:
            found[frame.id] = told
    return found


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
    payments, batches = _payments(told), _batches(told)
    known = {Payment.__tablename__: set(payments), PaymentBatch.__tablename__: set(batches)}
    return money_control.Money(
        entries=_entries(),
        decisions=_decisions(),
        payments=payments,
        batches=batches,
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
        )
        for row in rows
    ]


def _place(of: type[LedgerEntry | Payment | Report]) -> tuple[Any, ...]:
    return of.grant_id, of.grant_year, of.organisation_id, of.case_id


def _decisions() -> dict[int, money_control.DecisionRow]:
    lines: dict[int, dict[int, Kronor]] = {}
    for decision_id, year, total in db.session().execute(
        select(DecisionLine.decision_id, DecisionLine.grant_year, func.sum(DecisionLine.amount)).group_by(
            DecisionLine.decision_id, DecisionLine.grant_year
        )
    ):
        lines.setdefault(decision_id, {})[year] = int(total)
    later = aliased(Decision)
    rows = db.session().execute(
        select(Decision.id, Decision.status, later.id, Call.grant_id, Decision.organisation_id, Decision.case_id)
        .join(Application, Application.id == Decision.application_id)
        .join(Call, Call.id == Application.call_id)
        .outerjoin(later, and_(later.changes_id == Decision.id, later.status == DecisionStatus.MADE))
    )
    return {
        key: money_control.DecisionRow(
            id=key,
            is_made=status is DecisionStatus.MADE,
            stands=status is DecisionStatus.MADE and changed_by is None,
            grant_id=grant_id,
            organisation_id=organisation_id,
            case_id=case_id,
            granted=lines.get(key, {}),
        )
        for key, status, changed_by, grant_id, organisation_id, case_id in rows
    }


def _told() -> dict[tuple[str, int], list[money_control.Told]]:
    rows = db.session().execute(
        select(Event.subject, Event.subject_id, Event.kind, Event.actor_id, Event.data)
        .where(Event.subject.in_((Payment.__tablename__, PaymentBatch.__tablename__)))
        .order_by(Event.id)
        .execution_options(yield_per=AT_A_TIME)
    )
    found: dict[tuple[str, int], list[money_control.Told]] = {}
    for subject, subject_id, kind, actor_id, data in rows:
        told = money_control.Told(kind, actor_id, _read(data))
        found.setdefault((subject, subject_id), []).append(told)
    return found


def _read(text: str) -> dict[str, Any]:
    """What is stored as JSON; nothing where it is none, which the control of its fingerprint tells of."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _payments(told: Mapping[tuple[str, int], list[money_control.Told]]) -> dict[int, money_control.PaymentRow]:
    rows = db.session().execute(
        select(
            Payment.id,
            Payment.status,
            Payment.amount,
            *_place(Payment),
            Payment.decision_id,
            Payment.batch_id,
            Payment.giro,
            Payment.paid_on,
            Payment.registered_by_id,
            Payment.attested_by_id,
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
            batch_id=row.batch_id,
            giro=row.giro,
            paid_on=row.paid_on,
            registered_by_id=row.registered_by_id,
            attested_by_id=row.attested_by_id,
            confirmed_by_id=row.confirmed_by_id,
            confirmed_at=row.confirmed_at,
            registration_number=row.registration_number or "",
            organisation_number=row.organisation_number,
            attested_giro=None if row.number is None else (row.number, row.giro_of),
            told=told.get((Payment.__tablename__, row.id), ()),
        )
        for row in rows
    }


def _batches(told: Mapping[tuple[str, int], list[money_control.Told]]) -> dict[int, money_control.BatchRow]:
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
            created_at=batch.created_at,
            total=batch.total,
            sha256=batch.sha256,
            frozen=frozen.get(batch.id, ()),
            told=told.get((PaymentBatch.__tablename__, batch.id), ()),
        )
        for batch in db.session().scalars(select(PaymentBatch).order_by(PaymentBatch.id))
    }


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
