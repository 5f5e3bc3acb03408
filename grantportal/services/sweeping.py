"""Sweeping: rows that have served, and that only pile up, go after as many days as the installation says."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete
from sqlalchemy.orm import InstrumentedAttribute

from grantportal.domain import clock
from grantportal.domain.sweeping import KeptDays
from grantportal.models.accounts import OneTimeLink, SignInAttempt, SignInSession
from grantportal.models.base import Base
from grantportal.models.portal import Notice, OutboxItem
from grantportal.queries import sweeping
from grantportal.transaction import Bookkeeping, bookkeeping

TOGETHER = 1_000
"""So many rows in a transaction: nobody waits long for them."""


def sweep(days: KeptDays) -> int:
    """Remove what is older. Answers how many rows."""
    now = clock.real_now()
    what: tuple[tuple[Bookkeeping, type[Base], InstrumentedAttribute[datetime | None], datetime, int], ...] = (
        (Bookkeeping.SESSIONS, SignInSession, SignInSession.ends_at, now, days.sessions),
        (Bookkeeping.SESSIONS, OneTimeLink, OneTimeLink.ends_at, now, days.sessions),
        (Bookkeeping.ATTEMPTS, SignInAttempt, SignInAttempt.window_started_at, now, days.attempts),
        (Bookkeeping.OUTBOX, OutboxItem, OutboxItem.done_at, now, days.outbox),
        # The day may be another in the demonstration: it is that day's hour that they are read at.
        (Bookkeeping.READ_MARKS, Notice, Notice.read_at, clock.now(), days.notices),
    )
    return sum(_removed(kind, model, at < moment - timedelta(kept)) for kind, model, at, moment, kept in what if kept)


def _removed(kind: Bookkeeping, model: type[Base], is_old: ColumnElement[bool]) -> int:
    removed = 0
    while True:
        with bookkeeping(kind) as (session, _):
            ids = sweeping.first(model, is_old, TOGETHER)
            session.execute(delete(model).where(model.id.in_(ids)).execution_options(synchronize_session=False))
        removed += len(ids)
        if len(ids) < TOGETHER:
            return removed
