"""Work that waits in the outbox."""

from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, or_, select

from grantportal import db
from grantportal.models.portal import OutboxItem


def is_free(now: datetime) -> ColumnElement[bool]:
    """Work to do now that nobody holds, or whose holder died: its lease has run out."""
    return and_(
        OutboxItem.done_at.is_(None),
        OutboxItem.available_at <= now,
        or_(OutboxItem.lease_until.is_(None), OutboxItem.lease_until < now),
    )


def next_free(now: datetime) -> ScalarSelect[int]:
    """The oldest free work, for the one UPDATE that claims it."""
    return (
        select(OutboxItem.id)
        .where(is_free(now))
        .order_by(OutboxItem.available_at, OutboxItem.id)
        .limit(1)
        .scalar_subquery()
    )


def free_count(now: datetime) -> int:
    """How much there is to do now."""
    return db.session().scalar(select(func.count(OutboxItem.id)).where(is_free(now))) or 0


def waiting_count() -> int:
    """How much is not done, with what waits to be tried again."""
    return db.session().scalar(select(func.count(OutboxItem.id)).where(OutboxItem.done_at.is_(None))) or 0
