"""Ärenden: the list, and the page of one case."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.base import Form
from forms.cases import AssignForm, ChangeReferenceForm
from grantportal import policy, web
from grantportal.domain.case_lists import COLUMNS, LONGEST, NEWS_FIRST, ORDERS, read
from grantportal.domain.errors import SavedMeanwhile
from grantportal.domain.texts import one_line
from grantportal.policy import Permission
from grantportal.queries import case_lists, case_pages, cases, messages, ombud, saved_views
from grantportal.routes.messages import note_read
from grantportal.services import cases as services

bp = Blueprint("cases", __name__, url_prefix="/arenden")


@bp.get("/")
def index() -> ResponseReturnValue:
    """The cases that the reader may see."""
    who = web.signed_in()
    views = saved_views.listed(who)
    start = next((view for view in views if view.is_start), None)
    if start is not None and not request.args:
        return redirect(f"{url_for('.index')}?{start.query}", code=303)
    asked = read(request.args)
    address: dict[str, Any] = dict(asked.address())

    def order_url(column: str) -> str:
        turned = f"-{column}" if asked.order == column else column
        return url_for(".index", **{**address, "ordning": turned})

    return render_template(
        "cases/index.html",
        asked=asked,
        # A day that could not be read stays in its field.
        typed={name: one_line(request.args.get(name, ""))[:LONGEST] for name in ("fran", "till")},
        shown=case_lists.listed(who, asked),
        stages={stage.value: text for stage, text in case_lists.stages(who).items()},
        orders=ORDERS,
        views=views,
        query=urlencode(address),
        may_assign=policy.may(who, Permission.ASSIGN_CASE),
        is_authority=who.is_authority,
        order_urls={column: order_url(column) for column in COLUMNS},
        page_url=lambda number: url_for(".index", **{**address, "sida": number}),
        form=Form(),
    )


@bp.post("/lasta")
def mark_all_read() -> ResponseReturnValue:
    """Nothing that has happened until now is new to the reader any more."""
    form = Form()
    if web.carried_out(form, services.note_all_read, web.signed_in()):
        return web.done("Alla ärenden är märkta som lästa.", ".index", **_kept())
    for said in (*form.form_errors, *form["csrf_token"].errors):
        flash(said, "note")
    return redirect(url_for(".index", **_kept()), code=303)


def _kept() -> dict[str, Any]:
    """What the list was narrowed by when its button was pressed; else the start of the list."""
    return read(request.args).address() or {"ordning": NEWS_FIRST}


@bp.route("/fordela", methods=["GET", "POST"])
def assign_many() -> ResponseReturnValue:
    """The enhetschef appoints who handles the cases that were ticked in the list."""
    policy.require(web.signed_in(), Permission.ASSIGN_CASE)
    ids = [
        int(text) for text in request.values.getlist("arende") if text.isascii() and text.isdigit() and len(text) < 10
    ]
    return _assign(list(dict.fromkeys(ids)), "cases.index")


@bp.route("/<int:case_id>/fordela", methods=["GET", "POST"])
def assign(case_id: int) -> ResponseReturnValue:
    """The enhetschef appoints who handles the case."""
    case = web.seen(cases.get(web.signed_in(), case_id))
    policy.require(web.actor(), Permission.ASSIGN_CASE, case)
    return _assign([case_id], "cases.show", case_id=case_id)


def _assign(case_ids: list[int], back: str, **values: Any) -> ResponseReturnValue:
    handlers = case_lists.handlers()
    chosen = case_lists.chosen(web.actor(), case_ids)
    form = AssignForm([(each.id, each.name) for each in handlers])
    if web.carried_out(form, services.assign, web.actor(), case_ids):
        name = next(each.name for each in handlers if each.id == form.handler.data)
        count = form.result
        return web.done(
            f"{name} är handläggare för ärendet." if count == 1 else f"{name} är handläggare för {count} ärenden.",
            back,
            **values,
        )
    return render_template(
        "cases/assign.html", form=form, chosen=chosen, handlers=handlers, back=url_for(back, **values)
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
    if page.case.event_seq > page.read_seq:
        # Another page may be noting the same; then that one does.
        with suppress(SavedMeanwhile):
            services.note_read(web.actor(), case_id, page.case.event_seq)
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
