"""Ungdomshem: the list that applications choose from."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from forms.base import Form
from forms.youth_homes import MoveYouthHomeForm, YouthHomeForm
from grantportal import policy, web
from grantportal.domain.errors import NoRight
from grantportal.domain.youth_homes import YOUTH_HOME, YouthHomeAction
from grantportal.policy import Permission
from grantportal.queries import youth_homes
from grantportal.queries.youth_homes import HomePage
from grantportal.services import youth_homes as services

bp = Blueprint("youth_homes", __name__, url_prefix="/ungdomshem")

_PERMISSIONS: dict[StrEnum, Permission] = dict.fromkeys(YouthHomeAction, Permission.SET_UP_GRANT)


@bp.route("/", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """Every home under its region; a handläggare adds one."""
    who = web.signed_in()
    policy.require(who, Permission.READ_CASES)
    allowed = policy.may(who, Permission.SET_UP_GRANT)
    if request.method == "POST" and not allowed:
        raise NoRight
    form = YouthHomeForm(youth_homes.regions() if allowed else ())
    if web.carried_out(form, services.register, who):
        return web.done("Ungdomshemmet är registrerat.", ".index")
    return render_template("youth_homes/index.html", form=form, groups=youth_homes.groups(), allowed=allowed)


@bp.get("/<int:home_id>")
def show(home_id: int) -> ResponseReturnValue:
    """A home: which region it stands under, and whether it can be chosen."""
    page = _page(home_id)
    return _shown(page, MoveYouthHomeForm(youth_homes.regions(), page.region_id))


@bp.post("/<int:home_id>/flytta")
def move(home_id: int) -> ResponseReturnValue:
    """Put the home under another region."""
    page = _page(home_id)
    form = MoveYouthHomeForm(youth_homes.regions(), page.region_id)
    if web.carried_out(form, services.move, web.actor(), home_id):
        return web.done(f"{page.name} är flyttat.", ".index")
    return _shown(page, form)


@bp.post("/<int:home_id>/stang")
def close(home_id: int) -> ResponseReturnValue:
    """No application can choose the home any more."""
    return _changed(home_id, services.close, "är stängt.")


@bp.post("/<int:home_id>/oppna")
def reopen(home_id: int) -> ResponseReturnValue:
    """Applications can choose the home again."""
    return _changed(home_id, services.reopen, "går att välja igen.")


def _changed(home_id: int, service: Callable[..., Any], said: str) -> ResponseReturnValue:
    page = _page(home_id)
    pressed = Form()
    if web.carried_out(pressed, service, web.actor(), home_id):
        return web.done(f"{page.name} {said}", ".index")
    form = MoveYouthHomeForm(youth_homes.regions(), page.region_id)
    form.form_errors = [*pressed.form_errors]
    return _shown(page, form)


def _page(home_id: int) -> HomePage:
    who = web.signed_in()
    policy.require(who, Permission.SET_UP_GRANT)
    found: HomePage = web.seen(youth_homes.page(home_id))
    return found


def _shown(page: HomePage, form: MoveYouthHomeForm) -> str:
    return render_template(
        "youth_homes/show.html",
        page=page,
        form=form,
        actions=web.offers(page, YOUTH_HOME, _PERMISSIONS),
        Action=YouthHomeAction,
    )
