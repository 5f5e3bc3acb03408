"""Inbjudningar: answered with the link of the mail, with or without an account, and taken back by who may give the behörighet."""

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from forms.accounts import ChoosePasswordForm
from forms.base import Form
from grantportal import policy
from grantportal.domain.accounts import shortest
from grantportal.domain.errors import NoRight, NotVisible
from grantportal.keys import invitation_purpose, is_key_for
from grantportal.queries import accounts as queries
from grantportal.routes.accounts import go_on, visitor
from grantportal.services import accounts as account_services
from grantportal.services import mandates as services
from grantportal.web import actor, carried_out, done, portal_settings, seen, signed_in

bp = Blueprint("invitations", __name__)


@bp.route("/inbjudan/<int:invitation_id>/<key>", methods=["GET", "POST"])
def show(invitation_id: int, key: str) -> ResponseReturnValue:
    """What the invited is asked to take, and yes."""
    found = _asked(invitation_id, key)
    if found is None:
        return render_template("invitations/_ended.html"), 404
    who = actor()
    form: Form = Form()
    if who.user_id is not None:
        if carried_out(form, services.accept, who, invitation_id):
            return done(f"Du är {found.role_text} i {found.organisation}.", "organisations.own")
    elif not found.has_account:
        form = ChoosePasswordForm()
        hours = portal_settings().session_hours
        if carried_out(form, account_services.accept_invitation, invitation_id, visitor(), hours):
            return go_on(form.result)
    is_other = who.user_id is not None and g.session_row.email != found.to
    return render_template(
        "invitations/show.html",
        invitation=found,
        key=key,
        form=form,
        button=Form(formdata=None),
        signed_in=who.user_id is not None,
        is_other=is_other,
        least=shortest(with_code=False),
    )


@bp.route("/inbjudan/<int:invitation_id>/<key>/nej", methods=["GET", "POST"])
def decline(invitation_id: int, key: str) -> ResponseReturnValue:
    """The invited says no."""
    found = _asked(invitation_id, key)
    if found is None:
        return render_template("invitations/_ended.html"), 404
    form = Form()
    if carried_out(form, services.decline, invitation_id):
        return done("Du har tackat nej till inbjudan.", "home.show")
    return render_template("invitations/decline.html", invitation=found, key=key, form=form)


def _asked(invitation_id: int, key: str) -> queries.InvitedFacts | None:
    if not is_key_for(portal_settings().secret_key, invitation_purpose(invitation_id), key):
        raise NotVisible
    return queries.invited(invitation_id)


@bp.route("/organisationer/inbjudningar/<int:invitation_id>/aterta", methods=["GET", "POST"])
def withdraw(invitation_id: int) -> ResponseReturnValue:
    """Whoever may give the behörighet takes back the question."""
    who = signed_in()
    invitation = seen(queries.invitation_shown(who, invitation_id))
    if not policy.may_invite_or_remove(who, invitation.role, invitation):
        raise NoRight
    form = Form()
    if carried_out(form, services.withdraw_invitation, who, invitation_id):
        said = f"Inbjudan till {invitation.email} är återtagen."
        return done(said, "organisations.show", organisation_id=invitation.organisation_id)
    return render_template("invitations/withdraw.html", invitation=invitation, form=form)
