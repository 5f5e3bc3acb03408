"""Bankgiron: where organisations are paid, and who has checked it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.base import Form
from forms.payments import ApproveGiroForm, AskForGiroForm, RefuseGiroForm, VerifyGiroForm
from grantportal import policy, web
from grantportal.domain.errors import NoRight, RuleViolation
from grantportal.domain.giros import attestations_ended, ensure_waits
from grantportal.policy import Permission
from grantportal.queries import giros
from grantportal.services import giros as services

bp = Blueprint("giros", __name__, url_prefix="/bankgiron")


@bp.get("/")
def index() -> ResponseReturnValue:
    """Every giro that is in force or waits for somebody."""
    who = web.signed_in()
    return render_template(
        "giros/index.html",
        giros=giros.listed(who),
        own=policy.organisations_for(who, Permission.ASK_TO_CHANGE_GIRO),
        may_verify=policy.may(who, Permission.VERIFY_GIRO),
        may_approve=policy.may(who, Permission.APPROVE_GIRO),
        me=who.user_id,
        form=Form(),
    )


@bp.route("/nytt", methods=["GET", "POST"])
def ask() -> ResponseReturnValue:
    """The ombud states where the organisation is to be paid."""
    who = web.signed_in()
    organisations = giros.organisations(policy.organisations_for(who, Permission.ASK_TO_CHANGE_GIRO))
    if not organisations:
        raise NoRight
    form = AskForGiroForm(organisations)
    if web.carried_out(form, services.ask, who):
        return web.done("Bankgirot är inskickat. Två personer på myndigheten kontrollerar det.", ".index")
    return render_template("giros/ask.html", form=form)


def _is_too_late(giro: giros.GiroShown) -> bool:
    """Whether the page asks for what cannot be done any more. What is posted is kept on its page, beside the refusal."""
    if request.method != "GET":
        return False
    try:
        ensure_waits(approved=giro.approved_at is not None, ended=giro.is_ended)
    except RuleViolation as refusal:
        flash(refusal.message, "note")
        return True
    return False


@bp.route("/<int:giro_id>/kontrollera", methods=["GET", "POST"])
def verify(giro_id: int) -> ResponseReturnValue:
    """An ekonom says how the number was checked."""
    who = web.signed_in()
    policy.require(who, Permission.VERIFY_GIRO)
    shown = web.seen(giros.page(who, giro_id))
    if _is_too_late(shown):
        return redirect(url_for(".index"))
    form = VerifyGiroForm()
    if web.carried_out(form, services.verify, who, giro_id):
        return web.done("Bankgirot är kontrollerat. Någon annan ska godkänna det.", ".index")
    return render_template("giros/verify.html", form=form, giro=shown)


@bp.route("/<int:giro_id>/godkann", methods=["GET", "POST"])
def approve(giro_id: int) -> ResponseReturnValue:
    """A second ekonom approves."""
    who = web.signed_in()
    policy.require(who, Permission.APPROVE_GIRO)
    shown = web.seen(giros.page(who, giro_id))
    if _is_too_late(shown):
        return redirect(url_for(".index"))
    form = ApproveGiroForm()
    if web.carried_out(form, services.approve, who, giro_id):
        return web.done(f"Bankgirot är godkänt och gäller nu.{attestations_ended(form.result)}", ".index")
    return render_template("giros/approve.html", form=form, giro=shown)


@bp.route("/<int:giro_id>/underkann", methods=["GET", "POST"])
def refuse(giro_id: int) -> ResponseReturnValue:
    """An ekonom says why the number is not approved."""
    who = web.signed_in()
    policy.require(who, Permission.VERIFY_GIRO)
    shown = web.seen(giros.page(who, giro_id))
    if _is_too_late(shown):
        return redirect(url_for(".index"))
    form = RefuseGiroForm()
    if web.carried_out(form, services.refuse, who, giro_id):
        return web.done("Bankgirot är underkänt. Organisationens ombud får veta varför.", ".index")
    return render_template("giros/refuse.html", form=form, giro=shown)


@bp.route("/<int:giro_id>/ta-tillbaka", methods=["GET", "POST"])
def withdraw(giro_id: int) -> ResponseReturnValue:
    """An ombud takes back what was asked for."""
    who = web.signed_in()
    shown = web.seen(giros.page(who, giro_id))
    policy.require(who, Permission.ASK_TO_CHANGE_GIRO, shown)
    if _is_too_late(shown):
        return redirect(url_for(".index"))
    form = Form()
    if web.carried_out(form, services.withdraw, who, giro_id):
        return web.done("Bankgirot är återtaget.", ".index")
    return render_template("giros/withdraw.html", form=form, giro=shown)
