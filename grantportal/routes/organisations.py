"""Organisations: the own one, and for the authority all of them, with who may do what in each."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from grantportal import policy
from grantportal.queries import organisations
from grantportal.web import portal_settings, seen, signed_in

bp = Blueprint("organisations", __name__)


@bp.get("/organisation")
def own() -> ResponseReturnValue:
    """The organisations that the person works for."""
    return render_template("organisations/own.html", organisations=organisations.own(signed_in()))


@bp.get("/organisationer")
def index() -> ResponseReturnValue:
    """Every organisation, for the authority."""
    who = signed_in()
    policy.require_authority(who)
    shows_mail = policy.may(who, policy.Permission.USERS_AND_SETTINGS) and not portal_settings().smtp_host
    return render_template("organisations/index.html", organisations=organisations.listed(who), shows_mail=shows_mail)


@bp.get("/organisationer/<int:organisation_id>")
def show(organisation_id: int) -> ResponseReturnValue:
    """One organisation: both sides see the same table of behörigheter."""
    found = seen(organisations.get(signed_in(), organisation_id))
    return render_template("organisations/show.html", organisation=found)
