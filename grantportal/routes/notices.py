"""Meddelanden."""

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from grantportal import web
from grantportal.queries import notices
from grantportal.services import notices as services

bp = Blueprint("notices", __name__, url_prefix="/meddelanden")


@bp.get("/")
def index() -> ResponseReturnValue:
    """The reader's messages, newest first; what is shown is thereby read."""
    shown = notices.of(web.signed_in())
    if any(not notice.is_read for notice in shown):
        services.mark_read(web.actor(), [notice.id for notice in shown])
        g.unread = 0
    return render_template("notices/index.html", notices=shown)
