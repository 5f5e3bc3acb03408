"""How the portal stands, asked on a connection of its own."""

from datetime import datetime

from sqlalchemy import column, func, select, table
from sqlalchemy.orm import Session

from grantportal.domain.outbox import Lane
from grantportal.models.portal import OutboxItem, WorkerBeat


def revision(session: Session) -> str | None:
    """The version of the schema."""
    return session.scalar(select(column("version_num")).select_from(table("alembic_version")))


def oldest_due(session: Session, now: datetime) -> datetime | None:
    """Since when the oldest work that is to be done now has been so. What needs another server than the database may wait:
    that says nothing of the portal."""
    return session.scalar(
        select(OutboxItem.available_at)
        .where(OutboxItem.lane == Lane.WORK, OutboxItem.done_at.is_(None), OutboxItem.available_at <= now)
        .order_by(OutboxItem.available_at)
        .limit(1)
    )


def newest_beat(session: Session) -> datetime | None:
    """When a worker last noted that it takes common work."""
    return session.scalar(select(WorkerBeat.at).where(WorkerBeat.lane == Lane.WORK))


def of_lanes(session: Session, now: datetime) -> dict[str, tuple[int, datetime | None, datetime | None]]:
    """Of each lane: how much is due, since when the oldest of it, and when a worker last noted that it takes it."""
    due = {
        row.lane: (row.count, row.oldest)
        for row in session.execute(
            select(
                OutboxItem.lane,
                func.count(OutboxItem.id).label("count"),
                func.min(OutboxItem.available_at).label("oldest"),
            )
            .where(OutboxItem.done_at.is_(None), OutboxItem.available_at <= now)
            .group_by(OutboxItem.lane)
        )
    }
    beats = {row.lane: row.at for row in session.execute(select(WorkerBeat.lane, WorkerBeat.at))}
    return {lane: (*due.get(lane, (0, None)), beats.get(lane)) for lane in Lane}
