"""Organisations: the own one, and for the authority all of them, with who may do what in each."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types

from forms.base import Form
from forms.organisations import InviteForm, MailboxForm
from grantportal import policy
from grantportal.domain import clock
from grantportal.domain.errors import NoRight
from grantportal.policy import Permission
from grantportal.queries import accounts, organisations
from grantportal.queries.organisations import OrganisationShown
from grantportal.services import mandates as services
from grantportal.services import organisations as organisation_services
from grantportal.web import actor, carried_out, done, portal_settings, seen, signed_in

bp = Blueprint("organisations", __name__)


@bp.get("/organisation")
def own() -> ResponseReturnValue:
    """The organisations that the person works for."""
    shown = organisations.own(signed_in())
    more = _offered(shown[0]) if len(shown) == 1 else {}
    return render_template("organisations/own.html", organisations=shown, **more)


@bp.get("/organisationer")
def index() -> ResponseReturnValue:
    """Every organisation, for the authority."""
    who = signed_in()
    policy.require_authority(who)
    shows_mail = policy.may(who, policy.Permission.USERS_AND_SETTINGS) and not portal_settings().smtp_host
    return render_template("organisations/index.html", organisations=organisations.listed(who), shows_mail=shows_mail)


@bp.get("/organisationer/<int:organisation_id>")
def show(organisation_id: int) -> ResponseReturnValue:
    """One organisation: both sides see the same table of behörigheter."""
    found = seen(organisations.get(signed_in(), organisation_id))
    return render_template("organisations/show.html", organisation=found, **_offered(found))


def _offered(organisation: OrganisationShown) -> dict[str, Any]:
    """What the reader can do with the behörigheter, and the table of what they mean."""
    who = actor()
    running = [one for one in organisation.mandates if not one.is_over]
    return {
        "may_invite": bool(policy.invited_by(who, organisation.id)),
        "may_hand_over": organisation.id in policy.organisations_for(who, Permission.HAND_OVER_OMBUD),
        "may_change_mailbox": organisation.id in policy.organisations_for(who, Permission.CHANGE_MAILBOX),
        "endable": {one.id for one in running if policy.may_end(who, one)},
        "closable": {one.user_id for one in running} if policy.may(who, Permission.USERS_AND_SETTINGS) else set(),
        "resendable": {
            one.id for one in running if not one.has_password and policy.may_invite_or_remove(who, one.role, one)
        },
        "withdrawable": {one.id for one in organisation.invitations if policy.may_invite_or_remove(who, one.role, one)},
        "rights": policy.party_rights(),
        "right_heads": [role.text for role in policy.PARTY_ROLES],
    }


@bp.route("/organisationer/<int:organisation_id>/bjud-in", methods=["GET", "POST"])
def invite(organisation_id: int) -> ResponseReturnValue:
    """Somebody of the organisation invites another, for all its cases or for one."""
    who = signed_in()
    organisation = seen(organisations.get(who, organisation_id))
    roles = policy.invited_by(who, organisation_id)
    if not roles:
        raise NoRight
    form = InviteForm(valid_from=clock.today())
    form.role.choices = [SelectChoice(role.value, role.text) for role in roles]
    form.case.choices = [SelectChoice(str(each.id), each.text) for each in organisations.cases_of(who, organisation_id)]
    if policy.invites_for_all(who, organisation_id):
        form.case.choices = [SelectChoice("", "Alla ärenden"), *form.case.choices]
    if carried_out(form, services.invite, who, organisation_id):
        return done("Inbjudan är skickad med e-post.", ".show", organisation_id=organisation_id)
    return render_template("organisations/invite.html", organisation=organisation, form=form)


@bp.route("/organisationer/<int:organisation_id>/e-postlada", methods=["GET", "POST"])
def mailbox(organisation_id: int) -> ResponseReturnValue:
    """Where copies of all mail to the organisation go."""
    who = signed_in()
    organisation = seen(organisations.get(who, organisation_id))
    if organisation.id not in policy.organisations_for(who, Permission.CHANGE_MAILBOX):
        raise NoRight
    form = MailboxForm(mailbox=organisation.mailbox)
    if carried_out(form, organisation_services.change_mailbox, who, organisation_id):
        return done("E-postlådan är sparad.", ".show", organisation_id=organisation_id)
    return render_template("organisations/mailbox.html", organisation=organisation, form=form)


@bp.route("/organisationer/behorigheter/<int:mandate_id>/avsluta", methods=["GET", "POST"])
def end(mandate_id: int) -> ResponseReturnValue:
    """Whoever may give the behörighet takes it back, and everybody may leave the own one."""
    who = signed_in()
    mandate = seen(accounts.mandate_shown(who, mandate_id))
    if not policy.may_end(who, mandate):
        raise NoRight
    form = Form()
    if carried_out(form, services.end, who, mandate_id):
        said = f"Behörigheten för {mandate.person} är avslutad."
        if mandate.user_id == who.user_id:
            return done(said, ".own")
        return done(said, ".show", organisation_id=mandate.organisation_id)
    return render_template("organisations/end.html", mandate=mandate, form=form, is_own=mandate.user_id == who.user_id)


@bp.route("/organisationer/behorigheter/<int:mandate_id>/ny-lank", methods=["GET", "POST"])
def send_link(mandate_id: int) -> ResponseReturnValue:
    """The invitation once more, to somebody who has not used the link."""
    who = signed_in()
    mandate = seen(accounts.mandate_shown(who, mandate_id))
    if not policy.may_invite_or_remove(who, mandate.role, mandate):
        raise NoRight
    form = Form()
    if carried_out(form, services.send_link_again, who, mandate_id):
        return done(f"En ny länk är skickad till {mandate.email}.", ".show", organisation_id=mandate.organisation_id)
    return render_template("organisations/send_link.html", mandate=mandate, form=form)
