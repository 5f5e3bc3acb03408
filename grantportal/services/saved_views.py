"""Sparade vyer: saved, named anew, chosen as the list's beginning and taken away by the person whose they are."""

from grantportal.domain import personal_numbers
from grantportal.domain.actors import Actor
from grantportal.domain.errors import NotVisible
from grantportal.domain.saved_views import NameView, SaveView, ensure_name, ensure_narrows, ensure_room, name_key
from grantportal.models.saved_views import SavedView
from grantportal.queries import saved_views
from grantportal.transaction import Bookkeeping, bookkeeping


def save(actor: Actor, command: SaveView) -> int:
    """Keep the list's choices under a name. Answers the view's number."""
    _ensure_named(command.name)
    ensure_narrows(command.query)
    personal_numbers.ensure_none({"query": command.query}, personal_numbers.IN_SEARCH)
    with bookkeeping(Bookkeeping.SAVED_VIEWS) as (session, _):
        ensure_room(len(saved_views.all_locked(actor)))
        view = SavedView(user_id=actor.user_id, name=command.name, name_key=name_key(command.name), query=command.query)
        session.add(view)
        session.flush()
        return view.id


def rename(actor: Actor, view_id: int, command: NameView) -> None:
    """Give a view another name."""
    _ensure_named(command.name)
    with bookkeeping(Bookkeeping.SAVED_VIEWS):
        view = _own(actor, view_id)
        view.name, view.name_key = command.name, name_key(command.name)


def delete(actor: Actor, view_id: int) -> None:
    """Take a view away; the cases are as they were."""
    with bookkeeping(Bookkeeping.SAVED_VIEWS) as (session, _):
        session.delete(_own(actor, view_id))


def start_with(actor: Actor, view_id: int) -> bool:
    """Let the list begin with this view; once more, and it begins as it did. Answers whether it begins with it now."""
    with bookkeeping(Bookkeeping.SAVED_VIEWS) as (session, _):
        views = saved_views.all_locked(actor)
        chosen = _own(actor, view_id)
        starts = not chosen.is_start
        for view in views:
            view.is_start = False
        # The one that was goes before the one that is to be.
        session.flush()
        chosen.is_start = starts
        return starts


def _ensure_named(name: str) -> None:
    ensure_name(name)
    personal_numbers.ensure_none({"name": name}, personal_numbers.IN_NAME)


def _own(actor: Actor, view_id: int) -> SavedView:
    view = saved_views.own(actor, view_id)
    if view is None:
        raise NotVisible
    return view
