"""Meddelanden i ärendet: the thread, and writing in it."""

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.messages import MessageForm
from grantportal import policy, web
from grantportal.domain import clock
from grantportal.domain.messages import AlreadySent
from grantportal.policy import Permission
from grantportal.queries import messages
from grantportal.queries.messages import Messages
from grantportal.services import messages as services

bp = Blueprint("messages", __name__, url_prefix="/arenden")


@bp.route("/<int:case_id>/meddelanden", methods=["GET", "POST"])
def thread(case_id: int) -> ResponseReturnValue:
    """All messages of the case, the newest first, and the form to write another."""
    shown = web.seen(messages.thread(web.signed_in(), case_id, web.page_number(), _asked_for()))
    form = MessageForm()
    if request.method == "POST":
        policy.require(web.actor(), Permission.WRITE_MESSAGE, shown.case)
        try:
            if web.carried_out(form, services.write, web.actor(), case_id):
                return web.done("Meddelandet är skickat.", ".thread", case_id=case_id)
        except AlreadySent as before:
            said = f"Meddelandet är redan skickat, {clock.day_time_text(before.sent_at)}. Det har inte skickats en gång till."
            return web.done(said, ".thread", case_id=case_id)
        shown = web.seen(messages.thread_anew(web.actor(), case_id))
    if not form.seen.data:
        form.seen.data = str(shown.messages.newest_id)
    note_read(case_id, shown.messages)
    return render_template(
        "messages/thread.html",
        thread=shown,
        form=form,
        is_authority=web.actor().is_authority,
        page_url=lambda number: url_for(".thread", case_id=case_id, sida=number),
    )


def note_read(case_id: int, shown: Messages) -> None:
    """The reader has been shown the case's newest messages."""
    if shown.has_new:
        g.unread = max(0, g.get("unread", 0) - services.mark_read(web.actor(), case_id, shown.newest_id))


def _asked_for() -> int:
    """The message that a link leads to; 0 for none."""
    asked = request.args.get("meddelande", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
