"""Drafts: who has a page of one open."""

from sqlalchemy import delete

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Actor
from grantportal.domain.errors import SavedMeanwhile
from grantportal.models.portal import OpenDraft
from grantportal.queries.drafts import LEASE
from grantportal.transaction import Bookkeeping, bookkeeping


def note_here(actor: Actor, place: str) -> None:
    """Note that the person has the page open, and forget those who have left. It is no matter if the database is busy."""
    now = clock.real_now()
    try:
        with bookkeeping(Bookkeeping.DRAFTS) as (session, _):
            session.execute(delete(OpenDraft).where(OpenDraft.place == place, OpenDraft.seen_at <= now - LEASE))
            here = db.insert(OpenDraft).values(place=place, user_id=actor.user_id, seen_at=now)
            session.execute(
                here.on_conflict_do_update(index_elements=[OpenDraft.place, OpenDraft.user_id], set_={"seen_at": now})
            )
    except SavedMeanwhile:
        return
