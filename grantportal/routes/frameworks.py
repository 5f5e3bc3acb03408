"""The matrix of expected results; public once a published call uses it."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from grantportal.domain.errors import NotVisible
from grantportal.queries import frameworks
from grantportal.web import actor, seen

bp = Blueprint("frameworks", __name__, url_prefix="/forvantade-resultat")


@bp.get("/<int:version_id>")
def show(version_id: int) -> ResponseReturnValue:
    """Område × förväntat resultat × year, with förbehåll and what has changed between the years."""
    if not frameworks.may_read(actor(), version_id):
        raise NotVisible
    return render_template("frameworks/show.html", matrix=seen(frameworks.matrix(version_id)))
