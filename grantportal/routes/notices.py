"""Meddelanden."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.notices import AllReadForm, NoticesForm
from grantportal import web
from grantportal.queries import notices
from grantportal.queries.notices import NoticeRow
from grantportal.services import notices as services

bp = Blueprint("notices", __name__, url_prefix="/meddelanden")

UNREAD = "olasta"
_PLACES: dict[str, tuple[str, str]] = {
    "applications": ("applications.show", "application_id"),
    "calls": ("calls.show", "call_id"),
    "communications": ("communications.show", "communication_id"),
    "decisions": ("decisions.show", "decision_id"),
    "ombud_applications": ("ombud.show", "application_id"),
    "records": ("records.show", "record_id"),
    "reports": ("reports.show", "report_id"),
    "supplements": ("supplements.show", "supplement_id"),
}
"""Where a thing has its page, by its table."""
_AUTHORITYS_PLACES = {
    "applications": ("applications.version", "application_id"),
    "reports": ("reviews.show", "report_id"),
}
"""The authority reads what has been handed in, on pages of its own."""


def place(notice: NoticeRow) -> str:
    """The address of what a message is about: the thing itself, else its case, else the list."""
    if notice.about == "messages":
        return url_for(
            "messages.thread", case_id=notice.case_id, meddelande=notice.about_id, _anchor=f"m{notice.about_id}"
        )
    if notice.about == "bank_giros":
        return url_for("giros.index")
    places = _PLACES | _AUTHORITYS_PLACES if notice.is_for_authority else _PLACES
    if notice.about in places:
        endpoint, name = places[notice.about]
        named: dict[str, Any] = {name: notice.about_id}
        return url_for(endpoint, **named)
    return url_for("cases.show", case_id=notice.case_id) if notice.case_id else url_for(".index")


@bp.get("/")
def index() -> ResponseReturnValue:
    """The reader's messages, the unread first."""
    return _listed(NoticesForm())


@bp.get("/<int:notice_id>")
def show(notice_id: int) -> ResponseReturnValue:
    """Open what the message is about; the message is thereby read."""
    notice = web.seen(notices.get(web.signed_in(), notice_id))
    if not notice.is_read:
        services.note_opened(web.actor(), notice_id)
    return redirect(place(notice), code=303)


@bp.post("/<int:notice_id>/last")
def read(notice_id: int) -> ResponseReturnValue:
    """Mark one as read without opening what it is about."""
    web.seen(notices.get(web.signed_in(), notice_id))
    form = NoticesForm()
    if web.carried_out(form, services.mark_read, web.actor(), notice_id):
        return redirect(url_for(".index", **_kept()), code=303)
    return _listed(form)


@bp.post("/lasta")
def read_all() -> ResponseReturnValue:
    """Mark all that the page showed or had on its other pages as read; what has come since stays unread."""
    web.signed_in()
    form = AllReadForm()
    if web.carried_out(form, services.mark_all_read, web.actor()):
        return web.done("Alla meddelanden är markerade som lästa.", ".index")
    return _listed(form)


def _listed(form: NoticesForm) -> str:
    only_unread = request.args.get("visa") == UNREAD
    shown = notices.listed(web.signed_in(), web.page_number(), only_unread=only_unread)
    return render_template(
        "notices/index.html",
        shown=shown,
        only_unread=only_unread,
        form=form,
        kept=_kept(),
        page_url=lambda number: url_for(".index", **{**_kept(), "sida": number}),
    )


def _kept() -> dict[str, Any]:
    """The filter and the page, to come back to."""
    kept: dict[str, Any] = {"visa": UNREAD} if request.args.get("visa") == UNREAD else {}
    return kept | ({"sida": web.page_number()} if web.page_number() > 1 else {})
