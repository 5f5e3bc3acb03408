"""Kommunicering: material to the party before the decision, and its reply."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from forms.communications import ReplyForm, SendForm, SkipForm
from grantportal import policy, web
from grantportal.policy import Permission
from grantportal.queries import communications
from grantportal.queries.communications import ApplicationHeard, CommunicationPage
from grantportal.services import communications as services

bp = Blueprint("communications", __name__)


@bp.route("/ansokningar/<int:application_id>/kommunicera", methods=["GET", "POST"])
def send(application_id: int) -> ResponseReturnValue:
    """The party gets to read what it has not seen, with a last day to answer."""
    heard = _application(application_id)
    form = SendForm()
    if web.carried_out(form, services.send, web.actor(), application_id):
        return web.done("Underlaget är skickat till parten.", ".show", communication_id=form.result)
    return render_template("communications/send.html", heard=heard, form=form)


@bp.route("/ansokningar/<int:application_id>/kommunicering-behovs-inte", methods=["GET", "POST"])
def skip(application_id: int) -> ResponseReturnValue:
    """It is noted why the party need not be heard."""
    heard = _application(application_id)
    form = SkipForm()
    if web.carried_out(form, services.skip, web.actor(), application_id):
        return web.done("Det är antecknat att kommunicering inte behövs.", ".show", communication_id=form.result)
    return render_template("communications/skip.html", heard=heard, form=form)


@bp.get("/kommunicering/<int:communication_id>")
def show(communication_id: int) -> ResponseReturnValue:
    """What was sent, and the reply."""
    return render_template("communications/show.html", communication=_page(communication_id))


@bp.route("/kommunicering/<int:communication_id>/svara", methods=["GET", "POST"])
def reply(communication_id: int) -> ResponseReturnValue:
    """The party's synpunkter."""
    page = _page(communication_id)
    policy.require(web.actor(), Permission.REPLY_TO_COMMUNICATION, page)
    form = ReplyForm()
    if web.carried_out(form, services.reply, web.actor(), communication_id):
        return web.done("Synpunkterna är inskickade.", ".show", communication_id=communication_id)
    return render_template("communications/reply.html", communication=page, form=form)


def _application(application_id: int) -> ApplicationHeard:
    heard: ApplicationHeard = web.seen(communications.application(web.signed_in(), application_id))
    policy.require(web.actor(), Permission.COMMUNICATE)
    return heard


def _page(communication_id: int) -> CommunicationPage:
    page: CommunicationPage = web.seen(communications.page(web.signed_in(), communication_id))
    return page
