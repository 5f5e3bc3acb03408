"""Utlysningar: public once published; written and published by officers."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms import calls as forms
from grantportal.domain.actors import Actor
from grantportal.domain.calls import CALL, CallAction, CallPhase
from grantportal.policy import Permission, may, require
from grantportal.queries import calls, grants
from grantportal.queries.grants import VersionView
from grantportal.services import calls as services
from grantportal.web import actor, carried_out, done, is_demonstration, seen, signed_in

bp = Blueprint("calls", __name__, url_prefix="/utlysningar")


@bp.get("/")
def index() -> ResponseReturnValue:
    """Open, coming and closed calls; drafts for the authority."""
    who = actor()
    writes = may(who, Permission.CREATE_CALL)
    return render_template(
        "calls/index.html", calls=calls.listed(who), grants=grants.listed() if writes else [], can_create=writes
    )


@bp.get("/<int:call_id>")
def show(call_id: int) -> ResponseReturnValue:
    """What it is, its frames, how long is left, villkor, what will be asked, and who may apply."""
    call = seen(calls.page(actor(), call_id))
    return render_template(
        "calls/show.html",
        call=call,
        steps=calls.steps(call),
        start_url=_address("applications.start", call_id=call_id) if call.may_start else "",
        compare_url=_address("decisions.compare", call_id=call_id)
        if call.phase is not CallPhase.DRAFT and may(actor(), Permission.READ_CASES)
        else "",
        sign_in_url=_address("applications.start", call_id=call_id) if call.is_open and not _knows_reader() else "",
        own_applications=[
            (_address("applications.show", application_id=number), unit) for number, unit in call.own_applications
        ],
    )


def _address(endpoint: str, **values: Any) -> str:
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else ""


def _knows_reader() -> bool:
    return actor().user_id is not None


@bp.route("/ny/<int:grant_id>", methods=["GET", "POST"])
def new(grant_id: int) -> ResponseReturnValue:
    """The officer begins a call of a statsbidrag."""
    who = _allowed(Permission.CREATE_CALL)
    choices = seen(calls.choices(grant_id))
    form = _form(choices)()
    # What somebody sets up in the demonstration is made up, unlike what its story takes from what has happened.
    form.kept_example = is_demonstration()
    if carried_out(form, services.create, who, grant_id):
        return done("Utkastet är sparat. Kontrollera det och publicera.", ".show", call_id=form.result)
    return render_template("calls/new.html", form=form, choices=choices)


@bp.route("/<int:call_id>/andra", methods=["GET", "POST"])
def edit(call_id: int) -> ResponseReturnValue:
    """The officer changes a call that is not yet published."""
    who = _allowed(Permission.CREATE_CALL)
    call = seen(calls.get(who, call_id))
    if request.method == "GET" and not CALL.allows(call.status, CallAction.EDIT):
        # What is published is changed by named acts, which its page offers.
        return redirect(url_for(".show", call_id=call_id), code=303)
    choices = seen(calls.choices(call.grant_id))
    written = calls.written(call)
    form = _form(choices)(data=forms.starting_from(written))
    form.kept_example = written.is_example
    if carried_out(form, services.change, who, call_id):
        return done("Ändringarna är sparade.", ".show", call_id=call_id)
    return render_template("calls/edit.html", form=form, choices=choices, call=call)


@bp.route("/<int:call_id>/publicera", methods=["GET", "POST"])
def publish(call_id: int) -> ResponseReturnValue:
    """The officer goes through what must be in place, and publishes."""
    who = _allowed(Permission.PUBLISH_CALL)
    page = seen(calls.before_publishing(who, call_id))
    if request.method == "GET" and not page.is_draft:
        return redirect(url_for(".show", call_id=call_id), code=303)
    form = forms.PublishForm(seen=page.terms.sha256)
    if page.main:
        form.main_is_open.ask(page.main.last_day, page.main.statement)
    if carried_out(form, services.publish, who, call_id):
        return done("Utlysningen är publicerad.", ".show", call_id=call_id)
    # After a refusal the page shows the terms as they are now: those are then what has been read.
    form.seen.data = page.terms.sha256
    return render_template("calls/publish.html", form=form, page=page)


@bp.route("/<int:call_id>/forlang", methods=["GET", "POST"])
def extend(call_id: int) -> ResponseReturnValue:
    """The officer gives everybody longer time to apply."""
    return _changed(call_id, CallAction.EXTEND, forms.ExtendForm, services.extend, "Ansökningstiden är förlängd.")


@bp.route("/<int:call_id>/stang", methods=["GET", "POST"])
def close_early(call_id: int) -> ResponseReturnValue:
    """The officer sets an earlier last day to apply."""
    return _changed(
        call_id, CallAction.CLOSE_EARLY, forms.LastDayForm, services.close_early, "Den nya sista dagen gäller."
    )


@bp.route("/<int:call_id>/ratta", methods=["GET", "POST"])
def correct(call_id: int) -> ResponseReturnValue:
    """The officer corrects a text; what it said before stays to be read."""
    return _changed(call_id, CallAction.CORRECT, forms.CorrectForm, services.correct, "Texten är rättad.")


@bp.route("/<int:call_id>/aterta", methods=["GET", "POST"])
def withdraw(call_id: int) -> ResponseReturnValue:
    """The officer withdraws the call."""
    return _changed(call_id, CallAction.WITHDRAW, forms.WithdrawForm, services.withdraw, "Utlysningen är återtagen.")


def _changed(
    call_id: int, action: CallAction, form_type: type[forms.ChangeForm], service: Callable[..., None], said: str
) -> ResponseReturnValue:
    """A named act on a published call. Its page shows what the call says now, and what follows of the act."""
    who = _allowed(Permission.CHANGE_PUBLISHED_CALL)
    page = seen(calls.to_change(who, call_id))
    form = form_type(data={**page.texts, "seen": str(page.changes)})
    if page.extras and isinstance(form, forms.ExtendForm):
        form.extra_is_published.ask(page.extras.last_day, page.extras.statement)
    if page.extras and isinstance(form, forms.WithdrawForm):
        form.extra_is_published.ask(page.extras.last_day, page.extras.stays)
    if carried_out(form, service, who, call_id):
        return done(f"{said} De som har börjat en ansökan får veta det.", ".show", call_id=call_id)
    if request.method == "GET" and not CALL.allows(page.status, action):
        return redirect(url_for(".show", call_id=call_id), code=303)
    if form.read() != page.changes:
        # Whoever was second is shown what the first one did: a text that was not touched is the one that stands now.
        form.seen.data = str(page.changes)
        for name, earlier in page.earlier.items():
            if name in form and form[name].data in earlier:
                form[name].data = page.texts[name]
    return render_template(f"calls/{action}.html", form=form, page=page)


def _allowed(permission: Permission) -> Actor:
    who = signed_in()
    require(who, permission)
    return who


def _form(choices: calls.CallChoices) -> type[forms.CallForm]:
    return forms.build(
        years=choices.years,
        application_forms=_named(choices.application_forms),
        report_forms=_named(choices.report_forms),
        frameworks=_named(choices.frameworks),
        conditions=_named(choices.conditions),
        extendable=choices.extendable,
    )


def _named(versions: Iterable[VersionView]) -> list[tuple[int, str]]:
    return [(version.id, f"{version.title}, version {version.number}") for version in versions]
