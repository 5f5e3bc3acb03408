"""Komplettering of an application."""

from enum import StrEnum

from flask import Blueprint, abort, redirect, render_template, url_for
from flask import request as asked_for
from flask.typing import ResponseReturnValue

from forms.base import Form
from forms.hand_ins import HandInForm
from forms.supplements import AskMoreTimeForm, ExtendTimeForm, request_form
from grantportal import policy
from grantportal.domain.applications import APPLICATION, ApplicationAction
from grantportal.domain.supplements import SUPPLEMENT, SupplementAction
from grantportal.policy import Permission
from grantportal.queries import supplements
from grantportal.routes.applications import section_url
from grantportal.services import supplements as services
from grantportal.web import actor, carried_out, done, offers, seen, signed_in

bp = Blueprint("supplements", __name__)

_PERMISSIONS: dict[StrEnum, Permission] = {
    SupplementAction.ANSWER: Permission.SUBMIT_CASE,
    SupplementAction.ASK_MORE_TIME: Permission.ASK_MORE_TIME,
    SupplementAction.EXTEND: Permission.EXTEND_TIME,
    SupplementAction.CLOSE: Permission.CLOSE_SUPPLEMENT,
}


@bp.route("/ansokningar/<int:application_id>/begar-komplettering", methods=["GET", "POST"])
def request(application_id: int) -> ResponseReturnValue:
    """The officer chooses what is opened, says why and until when."""
    page = seen(supplements.request_page(signed_in(), application_id))
    policy.require(actor(), Permission.REQUEST_SUPPLEMENT, page)
    form = request_form(page.parts, asked_for.args.getlist("del"))
    if carried_out(form, services.request, actor(), application_id):
        return done("Kompletteringen är begärd.", ".show", supplement_id=form.result)
    is_offered = offers(
        page, APPLICATION, {ApplicationAction.REQUEST_SUPPLEMENT: Permission.REQUEST_SUPPLEMENT}, actor()
    )
    return render_template(
        "supplements/request.html", page=page, form=form, is_offered=bool(is_offered) and not page.bar
    )


@bp.get("/kompletteringar/<int:supplement_id>")
def show(supplement_id: int) -> ResponseReturnValue:
    """The request, and every answer before and after."""
    return _shown(supplement_id, Form())


def _shown(supplement_id: int, form: Form) -> str:
    page = seen(supplements.page(signed_in(), supplement_id))
    actions = offers(page, SUPPLEMENT, _PERMISSIONS)
    return render_template("supplements/show.html", page=page, form=form, actions=actions, Action=SupplementAction)


@bp.route("/kompletteringar/<int:supplement_id>/svara", methods=["GET", "POST"])
def answer(supplement_id: int) -> ResponseReturnValue:
    """Check the opened parts, and hand in."""
    who = signed_in()
    supplement = seen(supplements.either(who, supplement_id))
    application_id = seen(supplement.application_id)
    page = supplements.answer_page(who, application_id)
    if page is None:
        abort(403)
    policy.require(who, Permission.SUBMIT_CASE, page)
    form = HandInForm()
    if carried_out(form, services.answer, who, supplement_id):
        return done("Kompletteringen är inskickad.", ".show", supplement_id=supplement_id)
    if form.is_submitted():
        page = seen(supplements.answer_page_anew(who, application_id))
    if page.supplement is None or page.supplement.id != supplement_id:
        return redirect(url_for(".show", supplement_id=supplement_id), code=303)
    form.show(page.sha256, {problem.message for problem in page.problems})
    return render_template("supplements/answer.html", page=page, form=form, section_url=section_url(application_id))


@bp.route("/kompletteringar/<int:supplement_id>/be-om-tid", methods=["GET", "POST"])
def ask_more_time(supplement_id: int) -> ResponseReturnValue:
    """The party asks for more time."""
    page = seen(supplements.time_page(signed_in(), supplement_id))
    policy.require(actor(), Permission.ASK_MORE_TIME, page)
    form = AskMoreTimeForm()
    if carried_out(form, services.ask_more_time, actor(), supplement_id):
        return done("Er begäran om längre tid är skickad.", "cases.show", case_id=page.case_id)
    return render_template(
        "supplements/ask_more_time.html",
        page=page,
        form=form,
        actions=offers(page, SUPPLEMENT, _PERMISSIONS),
        Action=SupplementAction,
    )


@bp.route("/kompletteringar/<int:supplement_id>/forlang", methods=["GET", "POST"])
def extend(supplement_id: int) -> ResponseReturnValue:
    """The officer gives more time."""
    page = seen(supplements.time_page(signed_in(), supplement_id))
    policy.require(actor(), Permission.EXTEND_TIME, page)
    form = ExtendTimeForm()
    if carried_out(form, services.extend, actor(), supplement_id):
        return done("Tiden är förlängd. Parten får veta det.", "cases.show", case_id=page.case_id)
    return render_template(
        "supplements/extend.html",
        page=page,
        form=form,
        actions=offers(page, SUPPLEMENT, _PERMISSIONS),
        Action=SupplementAction,
    )


@bp.post("/kompletteringar/<int:supplement_id>/stang")
def close(supplement_id: int) -> ResponseReturnValue:
    """The officer closes a request that was not answered in time."""
    page = seen(supplements.page(signed_in(), supplement_id))
    policy.require(actor(), Permission.CLOSE_SUPPLEMENT, page)
    form = Form()
    if carried_out(form, services.close, actor(), supplement_id):
        return done(f"Kompletteringen är stängd. {page.follows}", ".show", supplement_id=supplement_id)
    return _shown(supplement_id, form)
