"""Anchors: each chain's last event as it was at a moment."""

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import and_, func, select

from grantportal import db
from grantportal.models.portal import Anchor, Event

Head = tuple[str, int, str]
"""A chain's name, and its last event's number and fingerprint."""


def exists(day: date) -> bool:
    """Whether the day has its anchor."""
    return db.session().scalar(select(Anchor.id).where(Anchor.day == day)) is not None


def all_anchors() -> list[Anchor]:
    """Every anchor, oldest first."""
    return list(db.session().scalars(select(Anchor).order_by(Anchor.day)))


def heads_before(moment: datetime) -> Iterator[Head]:
    """The last event of each chain among those recorded before the moment."""
    last = (
        select(Event.chain, func.max(Event.seq).label("seq"))
        .where(Event.recorded_at < moment)
        .group_by(Event.chain)
        .subquery()
    )
    for row in db.session().execute(
        select(Event.chain, Event.seq, Event.sha256).join(
            last, and_(Event.chain == last.c.chain, Event.seq == last.c.seq)
        )
    ):
        yield (row.chain, row.seq, row.sha256)
