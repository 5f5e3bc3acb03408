"""Sparade vyer: a person's own."""

from dataclasses import dataclass

from sqlalchemy import select

from grantportal import db
from grantportal.domain.actors import Actor
from grantportal.models.accounts import User
from grantportal.models.saved_views import SavedView


@dataclass(frozen=True)
class ViewRow:
    """A view as its owner sees it."""

    id: int
    name: str
    query: str
    is_start: bool


def listed(actor: Actor) -> tuple[ViewRow, ...]:
    """The person's own views, by name."""
    rows = db.session().scalars(
        select(SavedView)
        .where(SavedView.user_id == actor.user_id)
        .order_by(SavedView.name.collate(db.COLLATION), SavedView.id)
    )
    return tuple(ViewRow(row.id, row.name, row.query, row.is_start) for row in rows)


def own(actor: Actor, view_id: int) -> SavedView | None:
    """The view, when it is the person's own."""
    return (
        db.session()
        .scalars(select(SavedView).where(SavedView.id == view_id, SavedView.user_id == actor.user_id))
        .one_or_none()
    )


def all_locked(actor: Actor) -> list[SavedView]:
    """Every view of the person's, under a lock on the person: two tabs save one after the other."""
    db.session().scalars(db.lock(select(User).where(User.id == actor.user_id))).one()
    return list(db.session().scalars(select(SavedView).where(SavedView.user_id == actor.user_id)))
