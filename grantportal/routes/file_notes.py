"""Tjänsteanteckningar."""

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from forms.file_notes import FileNoteForm
from grantportal import policy, web
from grantportal.policy import Permission
from grantportal.queries import cases, file_notes
from grantportal.queries.file_notes import NoteFacts
from grantportal.services import file_notes as services

bp = Blueprint("file_notes", __name__, url_prefix="/arenden")


@bp.route("/<int:case_id>/tjansteanteckning", methods=["GET", "POST"])
def write(case_id: int) -> ResponseReturnValue:
    """Write down what has been said or has happened; `rattar` names the note that this one puts right."""
    case = web.seen(cases.get(web.signed_in(), case_id))
    policy.require(web.actor(), Permission.FILE_NOTE, case)
    corrects = _corrected(case_id)
    persons = file_notes.persons(case)
    before = _as_written(corrects, persons) if corrects else {}
    form = FileNoteForm(persons, corrects=corrects.record_id if corrects else None, **before)
    if web.carried_out(form, services.write, web.actor(), case_id):
        return web.done("Tjänsteanteckningen är skriven.", "cases.show", case_id=case_id)
    return render_template("file_notes/write.html", case=case, form=form, corrects=corrects)


def _corrected(case_id: int) -> NoteFacts | None:
    asked = request.args.get("rattar")
    if not asked:
        return None
    known = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
    found: NoteFacts = web.seen(file_notes.corrected(web.actor(), case_id, known))
    return found


def _as_written(note: NoteFacts, persons: tuple[str, ...]) -> dict[str, Any]:
    return {
        "contact": note.contact.value,
        "occurred_on": note.occurred_on,
        "starts_at": note.starts_at,
        "ends_at": note.ends_at,
        "present": [name for name in note.participants if name in persons],
        "participants": "\n".join(name for name in note.participants if name not in persons),
        "text": note.text,
    }
