"""Work that waits in the outbox."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, or_, select

from grantportal import db
from grantportal.domain.outbox import Lane
from grantportal.models.portal import OutboxItem


def is_free(now: datetime) -> ColumnElement[bool]:
    """Work to do now that nobody holds, or whose holder died: its lease has run out."""
    return and_(
        OutboxItem.done_at.is_(None),
        OutboxItem.available_at <= now,
        or_(OutboxItem.lease_until.is_(None), OutboxItem.lease_until < now),
    )


def next_free(now: datetime, lanes: Collection[Lane], most: int) -> ScalarSelect[int]:
    """The oldest free work of the lanes, for the one UPDATE that claims it; what another worker is taking just now is left out."""
    free = (
        select(OutboxItem.id)
        .where(OutboxItem.lane.in_(lanes), is_free(now))
        .order_by(OutboxItem.available_at, OutboxItem.id)
        .limit(most)
        .with_for_update(skip_locked=True)
        # Asked once: as a part of the UPDATE, PostgreSQL may ask it for each row, and get others each time.
        .cte("free")
    )
    return select(free.c.id).scalar_subquery()


def is_due(lane: Lane, now: datetime) -> bool:
    """Whether there is anything to do now: one row of an index is looked at."""
    free = select(OutboxItem.id).where(OutboxItem.lane == lane, is_free(now)).limit(1)
    return db.session().scalar(free) is not None


def waiting_count() -> int:
    """How much is not done, with what waits to be tried again."""
    return db.session().scalar(select(func.count(OutboxItem.id)).where(OutboxItem.done_at.is_(None))) or 0
