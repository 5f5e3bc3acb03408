"""Ending work from the outbox in the transaction that did it, so that it is neither lost nor done twice."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from grantportal.domain import clock
from grantportal.models.portal import OutboxItem


class LeaseLost(Exception):
    """The work took longer than its lease and another worker has it: whatever was about to be written is not."""


def finish(session: Session, item_id: int, lease_key: str, why_not: str = "") -> None:
    """Mark the work as done, or as not to be done and why. Raises LeaseLost when it is no longer ours."""
    ended = session.execute(
        update(OutboxItem)
        .where(OutboxItem.id == item_id, OutboxItem.lease_key == lease_key, OutboxItem.done_at.is_(None))
        .values(done_at=clock.real_now(), lease_until=None, lease_key=None, last_error=why_not)
    )
    if ended.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always has a count
        raise LeaseLost(item_id)
