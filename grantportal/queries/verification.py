"""What `grantportal verify` reads: everything, as it is stored."""

from collections.abc import Iterator

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from grantportal import db
from grantportal.domain.decisions import DecisionStatus
from grantportal.domain.money import Kronor
from grantportal.domain.payments import LedgerKind, PaymentStatus
from grantportal.models.applications import Application
from grantportal.models.calls import Call
from grantportal.models.cases import Case, FrozenVersion
from grantportal.models.decisions import Decision, DecisionLine
from grantportal.models.grants import FormVersion, Grantee, YearFrame
from grantportal.models.organisations import Organisation
from grantportal.models.payments import LedgerEntry, Payment
from grantportal.models.portal import Event, Portal
from grantportal.models.records import StoredFile

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


def payments() -> Iterator[tuple[int, PaymentStatus, Kronor, Kronor]]:
    """Each payment's id, status and amount, and what the ledger says has been paid on it."""
    paid = (
        select(LedgerEntry.payment_id, func.sum(LedgerEntry.amount).label("total"))
        .where(LedgerEntry.kind == LedgerKind.PAID)
        .group_by(LedgerEntry.payment_id)
        .subquery()
    )
    rows = db.session().execute(
        select(Payment.id, Payment.status, Payment.amount, func.coalesce(paid.c.total, 0))
        .outerjoin(paid, paid.c.payment_id == Payment.id)
        .order_by(Payment.id)
    )
    for key, status, amount, total in rows:
        yield key, status, amount, int(total)
