"""The outbox: work is claimed with a lease, done outside every lock, and then marked as done or tried again later."""

import json
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import update

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.outbox import Lane
from grantportal.domain.personal_numbers import masked
from grantportal.effects.outbox import finish
from grantportal.models.portal import OutboxItem, WorkerBeat
from grantportal.queries import outbox
from grantportal.transaction import Bookkeeping, bookkeeping

LEASE = timedelta(minutes=5)
"""Longer than any one piece of work takes; when it has run out, the worker is taken for dead and another begins anew."""
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
ERROR_LENGTH = 500


@dataclass(frozen=True)
class Claimed:
    """Work that is ours until the lease runs out."""

    id: int
    kind: str
    payload: dict[str, Any]
    at: datetime
    attempts: int
    lease_key: str
    lease_until: datetime
    request_id: str


def claim(lanes: Collection[Lane] = tuple(Lane), most: int = 1) -> list[Claimed]:
    """Take the oldest free work of the lanes, at most so many; nothing when there is nothing to do.

    One UPDATE both finds and takes. What another worker is taking at the same moment is passed by.
    """
    now = clock.real_now()
    key, until = secrets.token_hex(8), now + LEASE
    with bookkeeping(Bookkeeping.OUTBOX) as (session, _):
        taken = session.execute(
            update(OutboxItem)
            .where(OutboxItem.id.in_(outbox.next_free(now, lanes, most)), outbox.is_free(now))
            .values(lease_until=until, lease_key=key, attempts=OutboxItem.attempts + 1)
            .returning(
                *(OutboxItem.id, OutboxItem.kind, OutboxItem.payload, OutboxItem.at),
                *(OutboxItem.attempts, OutboxItem.request_id),
            )
            .execution_options(synchronize_session=False)
        ).all()
    found = [
        Claimed(row.id, row.kind, json.loads(row.payload), row.at, row.attempts, key, until, row.request_id)
        for row in taken
    ]
    return sorted(found, key=attrgetter("id"))


def release(work: Sequence[Claimed], error: str = "") -> None:
    """Give back what has not been begun: it waits as before. `error` is what the server said that it waits for."""
    values: dict[str, Any] = {"lease_until": None, "lease_key": None, "attempts": OutboxItem.attempts - 1}
    if error:
        values["last_error"] = masked(error)[:ERROR_LENGTH]
    with bookkeeping(Bookkeeping.OUTBOX) as (session, _):
        for each in work:
            session.execute(
                update(OutboxItem)
                .where(OutboxItem.id == each.id, OutboxItem.lease_key == each.lease_key, OutboxItem.done_at.is_(None))
                .values(values)
                .execution_options(synchronize_session=False)
            )


def beat(lane: Lane) -> None:
    """Note that a worker takes the lane's work."""
    now = clock.real_now()
    with bookkeeping(Bookkeeping.OUTBOX) as (session, _):
        noted = db.insert(WorkerBeat).values(lane=lane, at=now)
        session.execute(noted.on_conflict_do_update(index_elements=[WorkerBeat.lane], set_={"at": now}))


NOT_SENT = "not sent: the receiver has no account or behörighet for it any more"


def complete(work: Claimed, why_not: str = "") -> None:
    """The work is done, or is not to be done: it is not tried again."""
    with bookkeeping(Bookkeeping.OUTBOX) as (session, _):
        finish(session, work.id, work.lease_key, why_not)


def put_back(work: Claimed, error: str) -> None:
    """The work failed: it is tried again, after a wait that doubles each time. Nothing is ever given up unseen."""
    wait = min(FIRST_WAIT * 2 ** min(work.attempts - 1, 20), LONGEST_WAIT)
    with bookkeeping(Bookkeeping.OUTBOX) as (session, _):
        session.execute(
            update(OutboxItem)
            .where(OutboxItem.id == work.id, OutboxItem.lease_key == work.lease_key, OutboxItem.done_at.is_(None))
            .values(
                lease_until=None,
                lease_key=None,
                available_at=clock.real_now() + wait,
                last_error=masked(error)[:ERROR_LENGTH],
            )
        )
