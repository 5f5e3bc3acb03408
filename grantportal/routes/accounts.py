"""Signing in and out, one-time links, and the person's own account."""

import json
import secrets
from io import BytesIO
from typing import Any
from urllib.parse import quote_plus

import segno
from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as BaseResponse

from forms.accounts import ChangePasswordForm, ChoosePasswordForm, CodeForm, ConfirmCodeForm, SignInForm
from forms.base import Form
from grantportal.domain.accounts import Limits, Visitor, app_address, browser_text
from grantportal.domain.texts import clean
from grantportal.keys import device_cookie, device_in, device_mark
from grantportal.policy import Permission, require
from grantportal.queries import accounts
from grantportal.sealing import Sealer
from grantportal.services import accounts as services
from grantportal.web import (
    SESSION_COOKIE,
    SHOW_KEPT,
    actor,
    carried_out,
    cookie_name,
    done,
    note_person,
    person_code,
    portal_settings,
    safe_next,
    seen,
    session_state,
    signed_in,
)

bp = Blueprint("accounts", __name__)

DEVICE_SECONDS = 365 * 24 * 3600
"""How long a browser stays known for an account after it has last signed in to it."""
_NOT_KEPT = {"csrf_token", "sha256", "password", "again", "current", "code", SHOW_KEPT}


@bp.route("/logga-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """E-mail and password; then on to where the person was going."""
    if request.method == "GET" and actor().user_id is not None:
        return redirect(_onward(request.args.get("next")), code=303)
    form = SignInForm(next=request.args.get("next"))
    chosen = portal_settings()
    if carried_out(form, services.sign_in, visitor(), _limits(), chosen.session_hours):
        return go_on(form.result, form.next.data, form.kept.data)
    return render_template("accounts/sign_in.html", form=form, was_sent=bool(form.kept.data), too_long=False)


@bp.route("/logga-in/kod", methods=["GET", "POST"])
def code() -> ResponseReturnValue:
    """The engångskod, for those who have chosen to use one."""
    waiting = g.get("session_row")
    if waiting is None:
        return redirect(url_for(".sign_in", next=safe_next(request.args.get("next"))), code=303)
    if not waiting.awaits_code:
        return redirect(_onward(request.args.get("next")), code=303)
    form = CodeForm(next=request.args.get("next"))
    hours = portal_settings().session_hours
    if carried_out(form, services.enter_code, g.session_key, visitor(), _limits(), _sealer(), hours):
        return go_on(form.result, form.next.data, form.kept.data)
    return render_template("accounts/code.html", form=form)


@bp.route("/logga-ut", methods=["POST"])
def sign_out() -> ResponseReturnValue:
    """Ends the session here, not only in the browser."""
    form = Form()
    if carried_out(form, services.close_session, g.session_key or ""):
        _forget_forms()
        flash("Du är utloggad.")
        response = redirect(url_for("home.show"), code=303)
        # The copies that the person's pages kept of what was not saved: locked, and gone.
        response.headers["Clear-Site-Data"] = '"storage"'
        response.delete_cookie(cookie_name(SESSION_COOKIE), **_kept())
        return response
    return render_template("accounts/sign_out.html", form=form)


@bp.route("/konto/tid-kvar", methods=["GET", "POST"])
def session_left() -> ResponseReturnValue:
    """How long the session lasts, for the page that warns before it ends; by POST it is prolonged."""
    if request.method == "POST":
        row = g.get("session_row")
        if carried_out(Form(), services.note_seen, row.session_id if signed_in() and row else 0):
            note_person(g.session_key, anew=True)
    return jsonify(session_state())


@bp.get("/konto/inloggad-igen")
def back() -> ResponseReturnValue:
    """Where the tab ends that was opened to sign in anew: the text waits in the other."""
    who = signed_in()
    is_other = request.args.get("person", person_code()) != person_code()
    return render_template("accounts/back.html", name=who.name, is_other=is_other, form=Form())


@bp.route("/valkommen/<key>", methods=["GET", "POST"])
def one_time(key: str) -> ResponseReturnValue:
    """The one-time link: choose a password and be signed in."""
    link = accounts.link_shown(key)
    if link is None:
        services.tell_wrong_link(visitor())
        return render_template("accounts/_link_ended.html"), 404
    form = ChoosePasswordForm()
    if carried_out(form, services.choose_password, key, visitor(), portal_settings().session_hours):
        return go_on(form.result)
    return render_template("accounts/one_time.html", form=form, link=link)


@bp.get("/konto")
def show() -> ResponseReturnValue:
    """Who the person is in the portal, and how the person signs in."""
    signed_in()
    return _account(Form(formdata=None))


def _account(button: Form, refused: Form | None = None) -> str:
    own = accounts.own(actor(), g.session_row.session_id, idle_minutes=portal_settings().session_idle_minutes)
    shown = {"form": refused} if refused is not None else {}
    return render_template("accounts/show.html", account=own, button=button, **shown)


@bp.route("/konto/losenord", methods=["GET", "POST"])
def change_password() -> ResponseReturnValue:
    """Another password for whoever knows the one before."""
    who = signed_in()
    form = ChangePasswordForm()
    if carried_out(form, services.change_password, who, g.session_row.session_id, visitor(), _limits()):
        return done("Lösenordet är bytt. Du är utloggad överallt utom här.", ".show")
    return render_template("accounts/change_password.html", account=accounts.own(who), form=form)


@bp.post("/konto/inloggningar/<int:session_id>/avsluta")
def end_session(session_id: int) -> ResponseReturnValue:
    """The person ends one of the own sessions."""
    form = Form()
    if carried_out(form, services.end_session, signed_in(), session_id):
        return done("Inloggningen är avslutad.", ".show")
    return _account(form, form)


@bp.post("/konto/inloggningar/avsluta-andra")
def end_other_sessions() -> ResponseReturnValue:
    """The person ends every session but this one."""
    form = Form()
    who = signed_in()
    if carried_out(form, services.end_other_sessions, who, g.session_row.session_id):
        return done("Du är utloggad överallt utom här.", ".show")
    return _account(form, form)


@bp.post("/konto/engangskod/borja")
def start_totp() -> ResponseReturnValue:
    """Makes the secret for the person's app."""
    form = Form()
    if carried_out(form, services.start_totp, signed_in(), _sealer()):
        return redirect(url_for(".totp"), code=303)
    return _account(form, form)


@bp.route("/konto/engangskod", methods=["GET", "POST"])
def totp() -> ResponseReturnValue:
    """Turns on signing in with engångskod: the app reads the picture, and shows a first code."""
    account = accounts.own(signed_in())
    form = _confirmed(account)
    if carried_out(form, services.enable_totp, actor(), g.session_row.session_id, visitor(), _limits(), _sealer()):
        return done("Från och med nu loggar du in med engångskod också.", ".show")
    shown = {"account": account, "secret": _waiting_secret(account), "form": form, "button": Form(formdata=None)}
    return render_template("accounts/totp.html", **shown)


@bp.route("/konto/engangskod/stang-av", methods=["GET", "POST"])
def stop_totp() -> ResponseReturnValue:
    """Turns it off again."""
    who = signed_in()
    account = accounts.own(who)
    form = _confirmed(account)
    if carried_out(form, services.disable_totp, who, visitor(), _limits(), _sealer()):
        return done("Du loggar nu in med bara lösenord.", ".show")
    return render_template("accounts/stop_totp.html", account=account, form=form)


def _confirmed(account: accounts.OwnAccount) -> ConfirmCodeForm:
    form = ConfirmCodeForm()
    if not account.has_password:
        # The demonstration's persons sign in with a click.
        del form.password
    return form


@bp.get("/konto/engangskod/qr.svg")
def qr() -> ResponseReturnValue:
    """The picture that the app reads; only while it waits for the first code."""
    account = accounts.own(signed_in())
    secret = seen(_waiting_secret(account) or None)
    drawn = BytesIO()
    segno.make(app_address(secret, account.email), error="m").save(drawn, kind="svg", scale=5, border=4, light="#fff")
    return Response(drawn.getvalue(), mimetype="image/svg+xml")


@bp.route("/konton/<int:user_id>/avsluta", methods=["GET", "POST"])
def close(user_id: int) -> ResponseReturnValue:
    """The administrator closes a person's account."""
    who = signed_in()
    require(who, Permission.USERS_AND_SETTINGS)
    person = seen(accounts.account_shown(user_id))
    form = Form()
    if carried_out(form, services.close_account, who, user_id):
        return done(f"Kontot för {person.name} är avslutat.", "organisations.index")
    return render_template("accounts/close.html", person=person, form=form)


def sign_in_first() -> ResponseReturnValue:
    """What somebody who is not signed in gets instead of the page. What was typed in a form comes along and is shown afterwards."""
    if request.accept_mimetypes.best == "application/json":
        return jsonify(saved=False, **session_state()), 401  # a page that saves by itself: the text stays in it
    if request.method in {"GET", "HEAD"}:
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")), code=303)
    kept = [(name, value) for name, value in request.form.items(multi=True) if name not in _NOT_KEPT]
    text = json.dumps(kept, ensure_ascii=False) if any(value.strip() for _, value in kept) else ""
    # What the browser would send back must not be more than the portal takes.
    too_long = len(quote_plus(text)) > (current_app.config["MAX_FORM_MEMORY_SIZE"] or 0) - 10_000
    form = SignInForm(formdata=None, data={"next": request.path, "kept": "" if too_long else text})
    page = render_template("accounts/sign_in.html", form=form, was_sent=bool(text), too_long=too_long)
    return page, 401


def second_factor_first() -> BaseResponse | None:
    """Where everybody must use an engångskod, nothing else is open to those who have not set it up."""
    is_open = request.blueprint in {None, "accounts", "public"}
    if is_open or actor().user_id is None or g.session_row.has_second_factor:
        return None
    return redirect(url_for("accounts.totp"), code=303)


def go_on(opened: services.Opened, target: str | None = None, kept: str | None = None) -> ResponseReturnValue:
    """Give the browser its session, and go on: to the code, to what was typed, or to where the person was going."""
    _forget_forms()
    if before := request.cookies.get(cookie_name(SESSION_COOKIE)):
        services.close_session(before)
    fields = _fields(kept)
    if opened.awaits_code:
        if fields:
            form = CodeForm(formdata=None, data={"next": target, "kept": kept})
            return _with_session(render_template("accounts/code.html", form=form), opened)
        return _with_session(redirect(url_for("accounts.code", next=safe_next(target)), code=303), opened)
    where = safe_next(target)
    if fields and where:
        note_person(opened.key, anew=True)
        return _with_session(render_template("accounts/_kept.html", fields=fields, action=where), opened)
    return _with_session(redirect(_onward(target), code=303), opened)


def _with_session(answer: Any, opened: services.Opened) -> BaseResponse:
    response = current_app.make_response(answer)
    chosen = portal_settings()
    response.set_cookie(cookie_name(SESSION_COOKIE), opened.key, **_kept())
    if opened.email:
        device = visitor().device(opened.email) or secrets.token_urlsafe(16)
        mark = device_mark(chosen.secret_key, opened.email, device)
        name = cookie_name(device_cookie(chosen.secret_key, opened.email))
        response.set_cookie(name, mark, max_age=DEVICE_SECONDS, **_kept())
    return response


def _kept() -> dict[str, Any]:
    """How a browser is to keep a cookie, and how it is told to forget it."""
    return {"httponly": True, "samesite": "Lax", "secure": portal_settings().secure_cookies, "path": "/"}


def _sealer() -> Sealer:
    return Sealer(portal_settings().keyring)


def _waiting_secret(account: accounts.OwnAccount) -> str:
    """The secret that the person's app is to know, while it waits for a first code."""
    return _sealer().open(account.user_id, account.sealed_secret) if account.sealed_secret else ""


def visitor() -> Visitor:
    """From where the request comes, and as whose device the browser is known."""
    secret, cookies = portal_settings().secret_key, request.cookies
    return Visitor(
        request.remote_addr or "",
        lambda email: device_in(secret, email, cookies.get(cookie_name(device_cookie(secret, email)), "")),
        browser_text(request.user_agent.string),
    )


def _forget_forms() -> None:
    """Another person, other proofs: a form from before signing in or out is not taken for one from after."""
    session.clear()
    g.pop("csrf_token", None)


def _fields(kept: str | None) -> list[tuple[str, str]]:
    try:
        pairs = json.loads(kept or "[]")
        # As every typed text: half of a pair of signs, which JSON can spell, is no text that a page can show.
        return [(clean(str(name)), clean(str(value))) for name, value in pairs if name not in _NOT_KEPT]
    except (ValueError, TypeError, RecursionError):
        return []


def _onward(target: str | None) -> str:
    """The page the person was going to, when there is such a page; else the start page."""
    where = safe_next(target)
    if where is None:
        return url_for("home.show")
    try:
        current_app.url_map.bind("").match(where.partition("?")[0], method="GET")
    except RequestRedirect:
        return where
    except (MethodNotAllowed, NotFound):
        return url_for("home.show")
    return where


def _limits() -> Limits:
    chosen = portal_settings()
    return Limits(chosen.sign_in_attempts, chosen.sign_in_attempts_per_address, chosen.sign_in_window_minutes)
