"""The few helpers that routes share: who acts, carrying out a form's command, which buttons to offer, the page's frame."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from flask import Response, abort, current_app, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from forms.base import Form
from grantportal.domain import clock
from grantportal.domain.actors import ANONYMOUS, Actor
from grantportal.domain.attachments import MEDIA_TYPES, download_name
from grantportal.domain.errors import NotVisible, RuleViolation, RuleViolations, SavedMeanwhile
from grantportal.domain.lifecycle import Lifecycle
from grantportal.policy import Permission, may
from grantportal.queries import accounts
from grantportal.services import accounts as account_services
from grantportal.settings import Settings

SESSION_COOKIE = "bp_session"
"""Holds the key of the signed-in person's session."""
BUSY = "Någon annan sparade samtidigt. Försök igen."
SHOW_KEPT = "_visa"
"""A posted field that says: show what was typed, save nothing yet (after signing in anew)."""
KEPT = "Du loggades ut innan texten hann sparas. Här är den, men den är inte sparad än."


def actor() -> Actor:
    """Who sends the request; ANONYMOUS when nobody is signed in."""
    who: Actor = g.get("actor", ANONYMOUS)
    return who


def signed_in() -> Actor:
    """The signed-in person. Sends everybody else to the sign-in page, from where they come back."""
    who = actor()
    if who.user_id is None:
        abort(401)
    return who


def carried_out(form: Form, service: Callable[..., Any], *args: Any) -> bool:
    """Validate the posted form, call the service with `args` and the form's command, and say whether it was done.

    The service's answer is left in `form.result`. A refusal stands beside its field, or above the form; the page is then
    answered with 422 and everything typed is still in it. Two acts at the same second: the loser is tried once more.
    """
    if request.method != "POST":
        return False
    if SHOW_KEPT in request.form:
        form.form_errors = [*form.form_errors, KEPT]
        g.refused = True
        return False
    if not form.validate_on_submit():
        g.refused = True
        return False
    command = form.command()
    if command is not None:
        args = (*args, command)
    try:
        form.result = _tried_twice(service, args)
    except RuleViolation as refusal:
        _place(form, refusal)
        g.refused = True
        return False
    except SavedMeanwhile:
        form.form_errors = [*form.form_errors, BUSY]
        g.refused = True
        return False
    return True


def _tried_twice(service: Callable[..., Any], args: Iterable[Any]) -> Any:
    try:
        return service(*args)
    except SavedMeanwhile:
        return service(*args)


def _place(form: Form, refusal: RuleViolation) -> None:
    for each in refusal.violations if isinstance(refusal, RuleViolations) else [refusal]:
        if each.field and each.field in form:
            form[each.field].errors = [*form[each.field].errors, each.message]
        else:
            form.form_errors = [*form.form_errors, each.message]


def offers(
    thing: Any, lifecycle: Lifecycle[Any, Any], permissions: Mapping[StrEnum, Permission], who: Actor | None = None
) -> frozenset[StrEnum]:
    """The actions that both the thing's status and the actor's rights allow: what pages make buttons of."""
    who = who or actor()
    return frozenset(
        action
        for action in lifecycle.actions(thing.status)
        if action in permissions and may(who, permissions[action], thing)
    )


def done(message: str, endpoint: str, **values: Any) -> BaseResponse:
    """Say what was done, and go on to a page (a reload then repeats nothing)."""
    flash(message)
    return redirect(url_for(endpoint, **values), code=303)


def seen(thing: Any) -> Any:
    """The thing, or 404 when the query found nothing that this actor may see."""
    if thing is None:
        raise NotVisible
    return thing


def attachment(name: str, media_type: str, content: bytes) -> BaseResponse:
    """A stored file, to be saved and never shown: whatever it holds, it runs nothing here."""
    kind = next((kind for kind, known in MEDIA_TYPES.items() if known == media_type), None)
    saved = download_name(name, kind)
    response = Response(content, mimetype=media_type)
    plain = saved if saved.isascii() else ""
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{plain}"' if plain else f"attachment; filename*=UTF-8''{quote(saved, safe='')}"
    )
    response.headers["Content-Security-Policy"] = "sandbox"
    return response


def page_number() -> int:
    """Which page of a list is asked for; anything odd is the first."""
    asked = request.args.get("sida", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1


def is_demonstration() -> bool:
    """Whether everything shown is an invented example."""
    return bool(current_app.config["PORTAL"].demonstration)


# --- The frame of every page -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MenuItem:
    """A choice in the main menu."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Banner:
    """The demonstration's banner."""

    day_text: str


@dataclass(frozen=True)
class PersonShown:
    """Who is signed in, for the header."""

    name: str
    organisation_name: str
    role_text: str


Menu = tuple[tuple[str, str], ...]

_PUBLIC_MENU: Menu = (
    ("Utlysningar", "calls.index"),
    ("Fördelade bidrag", "allocations.index"),
    ("Hjälp", "public.help"),
)
_REGION_MENU: Menu = (
    ("Start", "home.show"),
    ("Ärenden", "cases.index"),
    ("Utlysningar", "calls.index"),
    ("Fördelade bidrag", "allocations.index"),
    ("Organisation", "organisations.own"),
    ("Hjälp", "public.help"),
)
_AUTHORITY_MENU: tuple[tuple[str, str, Permission | None], ...] = (
    ("Att göra", "home.show", None),
    ("Ärenden", "cases.index", Permission.READ_CASES),
    ("Statsbidrag", "grants.index", Permission.READ_CASES),
    ("Utlysningar", "calls.index", None),
    ("Beslut", "decisions.index", Permission.READ_CASES),
    ("Uppföljning", "reviews.index", Permission.READ_CASES),
    ("Utbetalningar", "payments.index", Permission.READ_PAYMENTS),
    ("Organisationer", "organisations.index", Permission.USERS_AND_SETTINGS),
)


def frame() -> dict[str, Any]:
    """What the layout needs on every page."""
    who = actor()
    if who.user_id is None:
        choices = _PUBLIC_MENU
    elif who.is_authority:
        choices = tuple(
            (label, endpoint)
            for label, endpoint, permission in _AUTHORITY_MENU
            if permission is None or may(who, permission)
        )
    else:
        choices = _REGION_MENU
    menu = [MenuItem(label, url_for(endpoint), _is_current(endpoint)) for label, endpoint in choices]
    shown = g.get("person")
    demonstration = current_app.config["PORTAL"].demonstration
    return {
        "density": "dense" if who.is_authority else "roomy",
        "menu": menu,
        "person": shown,
        "unread": g.get("unread", 0),
        "demonstration": Banner(clock.weekday_text(clock.today())) if demonstration else None,
        "contact_email": current_app.config["PORTAL"].contact_email,
        "authority_name": current_app.config["PORTAL"].authority_name,
        "refused": g.get("refused", False),
    }


_FOUND_UNDER = {"decisions.compare": "calls.index", "decisions.propose": "calls.index"}
"""Pages that people come to from another choice of the menu than their own step's."""


def _is_current(endpoint: str) -> bool:
    here = _FOUND_UNDER.get(request.endpoint or "", request.endpoint or "")
    return here.partition(".")[0] == endpoint.partition(".")[0]


def note_person(key: str | None, *, anew: bool = False) -> None:
    """Find out who sends the request, from the browser's session key, and remember it for the request.

    `anew` is for a session that was opened in this same request.
    """
    g.actor = ANONYMOUS
    g.session_key = key
    look = accounts.signed_in_anew if anew else accounts.signed_in
    found = look(key, idle_minutes=portal_settings().session_idle_minutes) if key else None
    if found is None:
        return
    g.session_row = found
    if found.awaits_code:
        return
    g.actor = found.actor
    g.person = PersonShown(found.actor.name, found.organisation_name, found.role_text)
    g.unread = found.unread
    if clock.real_now() - found.last_seen_at > account_services.SEEN_EVERY:
        account_services.note_seen(found.session_id)


def portal_settings() -> Settings:
    """The installation's settings."""
    chosen: Settings = current_app.config["PORTAL"]
    return chosen


def safe_next(target: str | None) -> str | None:
    """A path inside the portal to go on to, or None: never another site."""
    if target and re.fullmatch(r"/(?![/\\])[^\s\\\x00-\x1f]*", target):
        return target
    return None
