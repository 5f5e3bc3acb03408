"""Handlingar: their texts, and their documents as they are stored."""

from flask import Blueprint, Response, current_app, render_template
from flask.typing import ResponseReturnValue

from grantportal import web, worker
from grantportal.queries import records

bp = Blueprint("records", __name__, url_prefix="/handlingar")


@bp.get("/<int:record_id>")
def show(record_id: int) -> ResponseReturnValue:
    """A handling: what it is, and its text or its document."""
    return render_template("records/show.html", record=web.seen(records.get(web.signed_in(), record_id)))


@bp.get("/<int:record_id>/hamta")
def download(record_id: int) -> ResponseReturnValue:
    """The document, byte for byte as it is stored; made now if the worker has not come to it yet."""
    name, media_type, content = web.seen(worker.document(current_app.config["PORTAL"], record_id, web.signed_in()))
    return Response(
        content,
        mimetype=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            # Whatever a stored file holds, it runs nothing here.
            "Content-Security-Policy": "sandbox",
        },
    )
