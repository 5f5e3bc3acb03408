"""Who has a page of a draft open."""

from datetime import timedelta

from sqlalchemy import select

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Actor
from grantportal.models.accounts import User
from grantportal.models.portal import OpenDraft

LEASE = timedelta(seconds=45)
"""How long somebody counts as being on a page that has not been heard from."""


def others_at(actor: Actor, place: str) -> list[str]:
    """The names of the others who have the same page open. The caller has seen to it that the actor may be there."""
    rows = db.session().scalars(
        select(User.name)
        .join(OpenDraft, OpenDraft.user_id == User.id)
        .where(OpenDraft.place == place, OpenDraft.seen_at > clock.real_now() - LEASE, User.id != actor.user_id)
        .order_by(User.name)
    )
    return list(rows)
