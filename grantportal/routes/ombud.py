"""Ombud: asked for by anybody, followed with a link, handed over by an ombud, and decided by an officer."""

from enum import StrEnum

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.base import Form
from forms.ombud import ApplyForOmbudForm, AskOmbudForm, CloseOmbudForm, SupplementOmbudForm
from grantportal import policy
from grantportal.domain import clock
from grantportal.domain.accounts import Limits
from grantportal.domain.errors import NoRight, NotVisible
from grantportal.domain.ombud import OMBUD_APPLICATION, OmbudApplicationAction
from grantportal.imports.attachments import inspect
from grantportal.keys import OMBUD_LINK_DAYS, ombud_key, ombud_link_until
from grantportal.policy import Permission
from grantportal.queries import ombud as queries
from grantportal.queries import organisations
from grantportal.services import ombud as services
from grantportal.web import actor, carried_out, done, offers, portal_settings, seen, signed_in

bp = Blueprint("ombud", __name__)

PER_ADDRESS = 20
"""How many times an address may ask within the window of the settings: a whole region may share one."""
_PERMISSIONS: dict[StrEnum, Permission] = {
    OmbudApplicationAction.APPROVE: Permission.APPROVE_OMBUD,
    OmbudApplicationAction.ASK: Permission.APPROVE_OMBUD,
    OmbudApplicationAction.CLOSE: Permission.APPROVE_OMBUD,
}


def _receiving() -> services.Receiving:
    chosen = portal_settings()
    return services.Receiving(chosen.files, inspect, scan=bool(chosen.clamav))


@bp.route("/ombudsansokan", methods=["GET", "POST"])
def apply() -> ResponseReturnValue:
    """Somebody of an organisation asks to be its ombud; no account is needed."""
    grants = queries.grants()
    form = ApplyForOmbudForm(queries.organisations(), grants, valid_from=clock.today())
    chosen = portal_settings()
    limits = Limits(PER_ADDRESS, PER_ADDRESS, chosen.sign_in_window_minutes)
    if carried_out(form, services.apply, request.remote_addr or "", limits, _receiving()):
        key = ombud_key(chosen.secret_key, form.result, clock.today())
        return done("Ansökan är inskickad.", ".follow", application_id=form.result, key=key)
    return render_template("ombud/apply.html", form=form, can_apply=bool(grants))


@bp.route("/ombudsansokan/<int:application_id>/<key>", methods=["GET", "POST"])
def follow(application_id: int, key: str) -> ResponseReturnValue:
    """With the link: the receipt, what the authority asks for, and how it went."""
    chosen = portal_settings()
    until = ombud_link_until(chosen.secret_key, application_id, key)
    if until is None:
        raise NotVisible
    if until < clock.today():
        return render_template("ombud/_link_ended.html", days=OMBUD_LINK_DAYS), 404
    found = seen(queries.followed(application_id))
    form = SupplementOmbudForm()
    if carried_out(form, services.supplement, application_id, _receiving()):
        return done("Kompletteringen är inskickad.", ".follow", application_id=application_id, key=key)
    can_answer = OMBUD_APPLICATION.allows(found.status, OmbudApplicationAction.SUPPLEMENT)
    return render_template("ombud/follow.html", application=found, form=form, can_answer=can_answer)


@bp.get("/ombudsansokningar")
def index() -> ResponseReturnValue:
    """The ones that the reader may see."""
    return render_template("ombud/index.html", applications=queries.listed(signed_in()))


@bp.get("/ombudsansokningar/<int:application_id>")
def show(application_id: int) -> ResponseReturnValue:
    """What is asked, the handlingar, and what the officer can do."""
    found = seen(queries.page(signed_in(), application_id))
    actions = offers(found, OMBUD_APPLICATION, _PERMISSIONS)
    return render_template("ombud/show.html", application=found, actions=actions, Action=OmbudApplicationAction)


def _handled(application_id: int) -> queries.OmbudPage:
    found: queries.OmbudPage = seen(queries.page(signed_in(), application_id))
    policy.require(actor(), Permission.APPROVE_OMBUD)
    return found


def _is_too_late(found: queries.OmbudPage, action: OmbudApplicationAction) -> bool:
    """Whether the page asks for what cannot be done any more. What is posted is kept on its page, beside the refusal."""
    if request.method != "GET" or OMBUD_APPLICATION.allows(found.status, action):
        return False
    flash(OMBUD_APPLICATION.refusal, "note")
    return True


@bp.route("/ombudsansokningar/<int:application_id>/godkann", methods=["GET", "POST"])
def approve(application_id: int) -> ResponseReturnValue:
    """The officer decides."""
    found = _handled(application_id)
    if _is_too_late(found, OmbudApplicationAction.APPROVE):
        return redirect(url_for(".show", application_id=application_id))
    form = Form()
    if carried_out(form, services.approve, actor(), application_id, portal_settings().max_active_ombud):
        return done(f"{found.name} är godkänd som ombud.", ".show", application_id=application_id)
    return render_template("ombud/approve.html", application=found, form=form)


@bp.route("/ombudsansokningar/<int:application_id>/begar-komplettering", methods=["GET", "POST"])
def ask(application_id: int) -> ResponseReturnValue:
    """The officer needs to know more."""
    found = _handled(application_id)
    if _is_too_late(found, OmbudApplicationAction.ASK):
        return redirect(url_for(".show", application_id=application_id))
    form = AskOmbudForm()
    if carried_out(form, services.ask, actor(), application_id):
        return done("Kompletteringen är begärd.", ".show", application_id=application_id)
    return render_template("ombud/ask.html", application=found, form=form)


@bp.route("/ombudsansokningar/<int:application_id>/avsluta", methods=["GET", "POST"])
def close(application_id: int) -> ResponseReturnValue:
    """The officer closes the case without an ombud."""
    found = _handled(application_id)
    if _is_too_late(found, OmbudApplicationAction.CLOSE):
        return redirect(url_for(".show", application_id=application_id))
    form = CloseOmbudForm()
    if carried_out(form, services.close, actor(), application_id):
        return done("Ärendet är avslutat.", ".show", application_id=application_id)
    return render_template("ombud/close.html", application=found, form=form)


@bp.route("/organisationer/<int:organisation_id>/lamna-over", methods=["GET", "POST"])
def hand_over(organisation_id: int) -> ResponseReturnValue:
    """An ombud names a successor."""
    who = signed_in()
    organisation = seen(organisations.get(who, organisation_id))
    if organisation.id not in policy.organisations_for(who, Permission.HAND_OVER_OMBUD):
        raise NoRight
    own = queries.mandate_to_hand_over(who, organisation.id)
    grants = queries.grants()
    form = ApplyForOmbudForm([(organisation.id, organisation.name)], grants, valid_from=clock.today())
    if carried_out(form, services.hand_over, who, _receiving()):
        return done(
            "Ansökan är inskickad. Ditt uppdrag upphör när den är godkänd.", ".show", application_id=form.result
        )
    return render_template(
        "ombud/hand_over.html",
        organisation=organisation,
        form=form,
        can_apply=bool(grants),
        waiting=queries.waiting_hand_over(own.id) if own and request.method == "GET" else None,
    )
