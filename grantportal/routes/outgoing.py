"""Mail that has been written to the instance folder because no mail server is set: for the administrator."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from grantportal.domain.errors import NotVisible
from grantportal.imports import mail
from grantportal.policy import Permission, require
from grantportal.web import portal_settings, signed_in

bp = Blueprint("outgoing", __name__, url_prefix="/skickad-e-post")


@bp.get("/")
def index() -> ResponseReturnValue:
    """The messages, the latest first. With a mail server there is nothing here."""
    require(signed_in(), Permission.USERS_AND_SETTINGS)
    if portal_settings().smtp_host:
        raise NotVisible
    messages = [mail.without_keys(message) for message in mail.messages(portal_settings().mail)]
    return render_template("outgoing/index.html", messages=messages)
