"""Ärenden: the list, and the page of one case."""

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.cases import ChangeReferenceForm
from grantportal import policy, web
from grantportal.domain.applications import ApplicationStatus
from grantportal.domain.texts import one_line
from grantportal.policy import Permission
from grantportal.queries import case_lists, case_pages, cases, messages, ombud
from grantportal.queries.case_lists import Asked
from grantportal.routes.messages import note_read
from grantportal.services import cases as services

bp = Blueprint("cases", __name__, url_prefix="/arenden")


def _number(name: str) -> int | None:
    """A number of the filter; anything odd is as if it was not chosen."""
    asked = request.args.get(name, "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None


def _asked() -> Asked:
    status = request.args.get("lage", "")
    order = request.args.get("ordning", "")
    return Asked(
        text=one_line(request.args.get("sok", ""))[:200],
        grant_id=_number("bidrag"),
        call_id=_number("utlysning"),
        status=ApplicationStatus(status) if status in {each.value for each in case_lists.STATUS_CHOICES} else None,
        order=order if order in case_lists.ORDERS else "",
        page=web.page_number(),
    )


@bp.get("/")
def index() -> ResponseReturnValue:
    """The cases that the reader may see."""
    asked = _asked()
    kept = {name: value for name, value in request.args.items() if name != "sida" and value}
    return render_template(
        "cases/index.html",
        asked=asked,
        shown=case_lists.listed(web.signed_in(), asked),
        statuses=case_lists.STATUS_CHOICES,
        orders=case_lists.ORDERS,
        is_authority=web.actor().is_authority,
        page_url=lambda number: url_for(".index", **{**kept, "sida": number}),
    )


@bp.get("/<int:case_id>")
def show(case_id: int) -> ResponseReturnValue:
    """Where the case is, what the reader can do now, its documents, money, parties and history."""
    page = case_pages.page(web.signed_in(), case_id)
    if page is None:
        # A case of another kind has a page of its own.
        about_ombud = web.seen(ombud.of_case(web.actor(), case_id))
        return redirect(url_for("ombud.show", application_id=about_ombud), code=303)
    thread = messages.on_case(web.actor(), page.case)
    note_read(case_id, thread)
    return render_template(
        "cases/show.html",
        page=page,
        messages=thread,
        actions=[
            (action, url_for(action.endpoint, **action.values))
            for action in page.actions
            if action.endpoint in current_app.view_functions
        ],
        may_change_reference=policy.may(web.actor(), Permission.CHANGE_REFERENCE, page.case),
        is_authority=web.actor().is_authority,
    )


@bp.route("/<int:case_id>/diarienummer", methods=["GET", "POST"])
def reference(case_id: int) -> ResponseReturnValue:
    """The organisation notes its own diarienummer."""
    case = web.seen(cases.get(web.signed_in(), case_id))
    policy.require(web.actor(), Permission.CHANGE_REFERENCE, case)
    form = ChangeReferenceForm(own_reference=case.own_reference)
    if web.carried_out(form, services.change_reference, web.actor(), case_id):
        return web.done("Ert diarienummer är sparat.", ".show", case_id=case_id)
    return render_template("cases/reference.html", case=case, form=form)
