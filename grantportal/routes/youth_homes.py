"""Ungdomshem: the list that applications choose from."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from forms.youth_homes import YouthHomeForm
from grantportal import policy, web
from grantportal.domain.errors import NoRight
from grantportal.policy import Permission
from grantportal.queries import youth_homes
from grantportal.services import youth_homes as services

bp = Blueprint("youth_homes", __name__, url_prefix="/ungdomshem")


@bp.route("/", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """Every home; a handläggare adds one."""
    who = web.signed_in()
    policy.require(who, Permission.READ_CASES)
    allowed = policy.may(who, Permission.SET_UP_GRANT)
    if request.method == "POST" and not allowed:
        raise NoRight
    form = YouthHomeForm()
    if web.carried_out(form, services.register, who):
        return web.done("Ungdomshemmet är registrerat.", ".index")
    return render_template("youth_homes/index.html", form=form, homes=youth_homes.listed(), allowed=allowed)
