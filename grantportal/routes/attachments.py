"""Bilagor of an application while it is written: add, take out, read one's own."""

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.attachments import AttachmentForm
from forms.base import Form
from grantportal import policy, web
from grantportal.domain.actors import Actor
from grantportal.domain.attachments import (
    MEGABYTE,
    REFUSALS,
    AddAttachment,
    AttachmentRefusal,
    Refused,
    SendAttachment,
    shown_name,
)
from grantportal.effects import files as placing
from grantportal.imports.attachments import inspect
from grantportal.policy import Permission
from grantportal.queries import applications, attachments
from grantportal.queries.attachments import AttachmentPage
from grantportal.services import attachments as services

bp = Blueprint("attachments", __name__, url_prefix="/ansokningar/<int:application_id>/bilagor/<int:number>")

DRAINED = 200 * MEGABYTE
"""What is too large is read to here before it is answered: a browser that is cut off shows no page at all."""


def _page(application_id: int, number: int) -> AttachmentPage:
    who = web.signed_in()
    page = attachments.page(who, application_id, number)
    if page is None:
        web.seen(applications.get(who, application_id))
        abort(404 if applications.own(who, application_id) else 403)
    policy.require(who, Permission.FILL_AND_CHANGE, page)
    return page


@bp.route("", methods=["GET", "POST"])
def add(application_id: int, number: int) -> ResponseReturnValue:
    """The files of a question, and one more."""
    page = _page(application_id, number)
    if not page.is_open and request.method == "GET":
        return redirect(url_for("applications.show", application_id=application_id))
    if request.method == "POST" and (request.content_length or 0) > current_app.config["MAX_CONTENT_LENGTH"]:
        return _too_large(page)
    form = AttachmentForm()
    if web.carried_out(form, _receive, web.actor(), application_id, number):
        return web.done("Filen är tillagd.", ".add", application_id=application_id, number=number)
    if form.is_submitted():
        form.ask_again()
        page = web.seen(attachments.page_anew(web.actor(), application_id, number))
    return render_template("attachments/add.html", page=page, form=form)


def _receive(who: Actor, application_id: int, number: int, sent: SendAttachment) -> None:
    if sent.about_children:
        raise Refused(AttachmentRefusal.CHILDREN)
    found = inspect(sent.name, sent.content)
    settings = web.portal_settings()
    with placing.placed(settings.files, sent.content) as placed:
        services.add(
            who,
            application_id,
            number,
            AddAttachment(shown_name(sent.name), found.kind, sent.reason, found.follows),
            placed,
            room_mb=settings.organisation_files_mb,
            scan=bool(settings.clamav),
        )


def _too_large(page: AttachmentPage) -> ResponseReturnValue:
    body, left = request.environ["wsgi.input"], min(request.content_length or 0, DRAINED)
    while left > 0 and (part := body.read(min(left, 64 * 1024))):
        left -= len(part)
    form = AttachmentForm(formdata=None)
    form.file.errors = [REFUSALS[AttachmentRefusal.TOO_LARGE]]
    g.refused = True
    return render_template("attachments/add.html", page=page, form=form), 422


@bp.post("/<int:file_id>/ta-bort")
def remove(application_id: int, number: int, file_id: int) -> ResponseReturnValue:
    """Take a file out of the draft."""
    page = _page(application_id, number)
    form = Form()
    if web.carried_out(form, services.remove, web.actor(), application_id, number, file_id):
        return web.done("Filen är borttagen.", ".add", application_id=application_id, number=number)
    return render_template("attachments/add.html", page=page, form=AttachmentForm(formdata=None)), 422


@bp.get("/<int:file_id>")
def download(application_id: int, number: int, file_id: int) -> ResponseReturnValue:
    """A file of the organisation's own draft."""
    who = web.signed_in()
    if applications.own(who, application_id) is None:
        web.seen(applications.get(who, application_id))
        abort(403)
    file = web.seen(attachments.draft_file(who, application_id, number, file_id))
    content = (web.portal_settings().files / file.stored_name).read_bytes()
    return web.attachment(file.shown_name, file.media_type, content)
