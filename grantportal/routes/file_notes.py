"""Tjänsteanteckningar."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from forms.cases import FileNoteForm
from grantportal import policy, web
from grantportal.policy import Permission
from grantportal.queries import cases
from grantportal.services import file_notes as services

bp = Blueprint("file_notes", __name__, url_prefix="/arenden")


@bp.route("/<int:case_id>/tjansteanteckning", methods=["GET", "POST"])
def write(case_id: int) -> ResponseReturnValue:
    """Write down what has been said or has happened."""
    case = web.seen(cases.get(web.signed_in(), case_id))
    policy.require(web.actor(), Permission.FILE_NOTE, case)
    form = FileNoteForm()
    if web.carried_out(form, services.write, web.actor(), case_id):
        return web.done("Tjänsteanteckningen är skriven.", "cases.show", case_id=case_id)
    return render_template("file_notes/write.html", case=case, form=form)
