"""Anchors: one row a day that hashes the heads of all chains, so that no chain can be rewritten whole unseen."""

from datetime import date, timedelta

from grantportal.domain import clock
from grantportal.domain.forms import canonical, fingerprint
from grantportal.models.portal import Anchor
from grantportal.queries import anchors
from grantportal.transaction import Bookkeeping, bookkeeping

SETTLED_AFTER = timedelta(minutes=10)
"""How long after midnight a day's last transactions are certainly committed: only then do its heads stand still."""


def make_for_yesterday() -> bool:
    """Make yesterday's anchor unless it is made already or yesterday is not settled. Real days: an anchor is about the machine's history."""
    moment = clock.real_now()
    yesterday = clock.stockholm(moment).date() - timedelta(days=1)
    if moment < clock.end_of(yesterday) + SETTLED_AFTER or anchors.exists(yesterday):
        return False
    with bookkeeping(Bookkeeping.ANCHORS) as (session, _):
        if anchors.exists(yesterday):
            return False
        count, sha256 = heads_of(yesterday)
        session.add(Anchor(day=yesterday, heads=count, sha256=sha256, made_at=moment))
    return True


def heads_of(day: date) -> tuple[int, str]:
    """How many chains there were when the day ended, and the fingerprint of all their heads."""
    heads = sorted(anchors.heads_before(clock.end_of(day)))
    return len(heads), fingerprint(canonical(heads))
