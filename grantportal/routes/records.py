"""Handlingar: their texts, and their documents as they are stored."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from grantportal import policy, web, worker
from grantportal.policy import Permission
from grantportal.queries import attachments, records

bp = Blueprint("records", __name__, url_prefix="/handlingar")


@bp.get("/<int:record_id>")
def show(record_id: int) -> ResponseReturnValue:
    """A handling: what it is, and its text or its document."""
    record = web.seen(records.get(web.signed_in(), record_id))
    may_correct = record.is_note and policy.may(web.actor(), Permission.FILE_NOTE)
    return render_template("records/show.html", record=record, may_correct=may_correct)


@bp.get("/arende/<int:case_id>/hamta")
def download_case(case_id: int) -> ResponseReturnValue:
    """Every handling of the case that the reader may see, in one file with a list of them."""
    who = web.signed_in()
    name, content = web.seen(worker.whole_case(web.portal_settings(), case_id, who))
    return web.attachment(name, "application/zip", content)


@bp.get("/<int:record_id>/hamta")
def download(record_id: int) -> ResponseReturnValue:
    """The document, byte for byte as it is stored; made now if the worker has not come to it yet."""
    who, settings = web.signed_in(), web.portal_settings()
    stored = attachments.handed_in_file(who, record_id)
    if stored is not None:
        return web.attachment(stored.shown_name, stored.media_type, (settings.files / stored.stored_name).read_bytes())
    return web.attachment(*web.seen(worker.document(settings, record_id, who)))
