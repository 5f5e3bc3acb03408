"""The few helpers that routes share: who acts, carrying out a form's command, which buttons to offer, the page's frame."""

import hmac
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from flask import Response, abort, current_app, flash, g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response as BaseResponse

from forms.base import STALE, Form
from grantportal.domain import clock
from grantportal.domain.actors import ANONYMOUS, Actor
from grantportal.domain.attachments import KIND_OF, download_name
from grantportal.domain.errors import (
    NotVisible,
    RuleViolation,
    RuleViolations,
    SavedMeanwhile,
    TextClash,
    TooManyAttempts,
)
from grantportal.domain.lifecycle import Lifecycle
from grantportal.policy import Permission, may
from grantportal.queries import accounts, drafts
from grantportal.services import accounts as account_services
from grantportal.services import drafts as draft_services
from grantportal.settings import Settings

SESSION_COOKIE = "bp_session"
"""Holds the key of the signed-in person's session."""


def cookie_name(name: str) -> str:
    """A cookie's whole name. Over https its beginning has browsers take it from this very host only, for all its paths."""
    return f"__Host-{name}" if portal_settings().secure_cookies else name


BUSY = "Någon annan sparade samtidigt. Försök igen."
SHOW_KEPT = "_visa"
"""A posted field that says: show what was typed, save nothing yet (after signing in anew)."""
COPY = "_kopia"
"""A posted field that names the browser's own copy of what is written: the next page lets it be forgotten."""
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
    answered with 422 (429 with Retry-After for too many attempts) and everything typed is still in it. Two acts at the same second: the loser is tried once more.
    """
    if request.method != "POST":
        return False
    if SHOW_KEPT in request.form:
        form.form_errors = [*form.form_errors, KEPT]
        g.refused = True
        return False
    if request.headers.get(WRITTEN_BY, person_code()) != person_code():
        form.form_errors = [*form.form_errors, "Någon annan är inloggad nu. Inget är sparat."]
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
        if isinstance(refusal, TooManyAttempts):
            g.retry_after = refusal.seconds
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


def stand_aside() -> None:
    """The request uses the demonstration's database no more: it may begin anew."""
    use = g.pop("use", None)
    if use is not None:
        use.end()


def done(message: str, endpoint: str, **values: Any) -> BaseResponse:
    """Say what was done, and go on to a page (a reload then repeats nothing)."""
    flash(message)
    if copy := request.form.get(COPY):
        flash(copy, "copy")
    return redirect(url_for(endpoint, **values), code=303)


def seen(thing: Any) -> Any:
    """The thing, or 404 when the query found nothing that this actor may see."""
    if thing is None:
        raise NotVisible
    return thing


def attachment(name: str, media_type: str, content: bytes) -> BaseResponse:
    """A stored file, to be saved and never shown: whatever it holds, it runs nothing here."""
    saved = download_name(name, KIND_OF.get(media_type))
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


def asked_number(name: str) -> int | None:
    """A number of the address; anything odd is as if it was not asked for."""
    asked = request.args.get(name, "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None


def is_demonstration() -> bool:
    """Whether everything shown is an invented example."""
    return bool(current_app.config["PORTAL"].demonstration)


# --- While somebody writes: the answers to autosave.js, the same for every form ------------------------------------

WRITTEN_BY = "X-Portal-Person"
"""The header of a request that a page sends by itself: for whom the page was made."""
POLL = "X-Portal-Poll"
"""The header of a request that the page sends by itself: nobody is at the keyboard, and the session is not prolonged."""


def saved(
    stamps: Mapping[str, str],
    errors: Mapping[str, str],
    clashes: Iterable[TextClash],
    page: Mapping[str, Any] | None = None,
) -> ResponseReturnValue:
    """What was saved, and what was not and why: stamps and errors by field, a clash with both texts. `page` is what else
    the open page says that the save may have changed: the script puts it in its places."""
    return jsonify(
        saved=True,
        time=clock.time_text(clock.now()),
        stamps=stamps,
        errors=errors,
        clashes=[{**asdict(clash), "by": clash.by or "Någon annan"} for clash in clashes],
        page=page or {},
    )


def not_saved(form: Form) -> ResponseReturnValue:
    """Why nothing was saved. A page that is older than the person's session gets the token to try again with."""
    said = [*form.form_errors, *(text for field in form for text in field.errors if field.name != "csrf_token")]
    message = " ".join(dict.fromkeys(map(str, said))) or STALE
    return jsonify(saved=False, message=message, **session_state()), 422


def standing(place: str, page: Mapping[str, Any] | None = None) -> ResponseReturnValue:
    """Who else has the same page open, how the session stands, and `page` as in `saved`. Asking is also to say that one is
    here."""
    draft_services.note_here(actor(), place)
    return jsonify(others=drafts.others_at(actor(), place), page=page or {}, **session_state())


def session_state() -> dict[str, Any]:
    """Whose session this is, how many seconds it has left, and the token that its forms carry."""
    row = g.get("session_row")
    if actor().user_id is None or row is None:
        return {"person": None, "seconds": 0}
    idle, last = _ends(row)
    left = min(idle, last) - clock.real_now()
    # Near its very end no button prolongs a session.
    return {
        "person": person_code(),
        "seconds": int(left.total_seconds()),
        "prolongs": last > idle,
        "token": generate_csrf(),
    }


def _ends(row: accounts.SignedIn) -> tuple[datetime, datetime]:
    """When the session ends if nobody does anything more, and when it ends whatever is done."""
    return row.last_seen_at + timedelta(minutes=portal_settings().session_idle_minutes), row.ends_at


def person_code() -> str:
    """Tells the page whether the one who is signed in now is the one that it was made for."""
    return _keyed("person")[:16]


def copy_key() -> str:
    """Locks the copies that the person's browser keeps of what is not saved yet.

    Only the portal can make it, and gives it to nobody else: whoever uses the computer next cannot read them.
    """
    return _keyed("copies")


def _keyed(purpose: str) -> str:
    secret = portal_settings().secret_key.encode()
    return b64encode(hmac.digest(secret, f"{purpose} {actor().user_id}".encode(), sha256)).decode()


# --- The frame of every page -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MenuItem:
    """A choice in the main menu."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Banner:
    """The demonstration's banner; an error page does not know the day."""

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
        "session_ends": int(min(_ends(g.session_row)).timestamp()) if shown else None,
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
    if POLL not in request.headers and clock.real_now() - found.last_seen_at > account_services.SEEN_EVERY:
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
