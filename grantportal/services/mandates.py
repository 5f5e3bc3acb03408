"""Behörigheter inside an organisation: its own persons invite one another, who say yes or no, and end what they have given."""

from grantportal import policy
from grantportal.domain import clock, personal_numbers
from grantportal.domain.accounts import (
    InvitationStatus,
    Invite,
    email_address,
    ensure_not_begun_before,
    ensure_not_the_last_ombud,
    ensure_period,
    ensure_role_fits,
)
from grantportal.domain.actors import ANONYMOUS, Actor
from grantportal.domain.errors import NoRight, NotVisible, RuleViolation
from grantportal.domain.events import EventKind
from grantportal.effects import mandates, notices
from grantportal.models.accounts import Invitation
from grantportal.models.cases import Case
from grantportal.models.organisations import Organisation
from grantportal.queries import accounts, cases, organisations
from grantportal.transaction import transaction

OTHER_ADDRESS = "Inbjudan är till en annan e-postadress än din. Logga ut, och öppna länken igen."


def invite(actor: Actor, organisation_id: int, command: Invite) -> int:
    """Ask a person to take a role in the own organisation, for all its cases or for one. Answers the invitation's id.

    The person is asked by mail, and has no right before saying yes. The inviter learns nothing of whether the address has
    an account. Invited again, the person has the newest invitation only.
    """
    email = email_address(command.email)
    ensure_period(command.valid_from, command.valid_to)
    personal_numbers.ensure_none({"name": command.name, "email": email}, personal_numbers.IN_NAME)
    with transaction(actor, EventKind.INVITATION_SENT) as act:
        scope, organisation = _scope(act.actor, organisation_id, command.case_id)
        if not policy.may_invite_or_remove(act.actor, command.role, scope):
            raise NoRight(f"{act.actor.user_id} may not invite a {command.role}")
        ensure_role_fits(command.role, organisation.kind)
        ensure_not_begun_before(command.valid_from, clock.today())
        for earlier in accounts.waiting_invitations(organisation.id, email, command.role, command.case_id):
            earlier.status = InvitationStatus.WITHDRAWN
        invitation = Invitation(
            organisation_id=organisation.id,
            case_id=command.case_id,
            role=command.role,
            name=command.name,
            email=email,
            valid_from=command.valid_from,
            valid_to=command.valid_to,
            invited_by_id=act.actor.user_id,
            invited_at=clock.now(),
        )
        act.session.add(invitation)
        act.session.flush()
        act.about(invitation, **_said(invitation, organisation))
        notices.ask_invited(act, invitation)
        return invitation.id


def accept(actor: Actor, invitation_id: int) -> int:
    """Whoever has an account with the invited address says yes. Answers the mandate's id."""
    with transaction(actor, EventKind.MANDATE_GRANTED) as act:
        invitation, scope = mandates.waiting(invitation_id)
        user = accounts.by_email(invitation.email)
        if user is None or user.id != act.actor.user_id:
            raise RuleViolation(OTHER_ADDRESS)
        return mandates.take_up(act, invitation, scope, user).id


def decline(invitation_id: int) -> None:
    """Whoever has the link says no."""
    with transaction(ANONYMOUS, EventKind.INVITATION_DECLINED) as act:
        invitation, _scope_of_it = mandates.waiting(invitation_id)
        invitation.status = InvitationStatus.DECLINED
        act.about(invitation, **_said(invitation, invitation.organisation))


def withdraw_invitation(actor: Actor, invitation_id: int) -> None:
    """Whoever may give the behörighet takes back the question."""
    with transaction(actor, EventKind.INVITATION_WITHDRAWN) as act:
        named = accounts.invitation_scope(invitation_id)
        if named is None or organisations.get(act.actor, named[1]) is None:
            raise NotVisible
        invitation, scope = mandates.waiting(invitation_id)
        if not policy.may_invite_or_remove(act.actor, invitation.role, scope):
            raise NoRight(f"{act.actor.user_id} may not take back the invitation")
        invitation.status = InvitationStatus.WITHDRAWN
        act.about(invitation, **_said(invitation, invitation.organisation))


def _said(invitation: Invitation, organisation: Organisation) -> dict[str, str]:
    return {"person": invitation.name, "role": invitation.role.value, "organisation": organisation.name}


def end(actor: Actor, mandate_id: int) -> None:
    """Take a mandate back: it ends now, also where the person is signed in. Nobody leaves an organisation without an ombud."""
    with transaction(actor, EventKind.MANDATE_ENDED) as act:
        mandate = accounts.mandate(mandate_id)
        if mandate is None or organisations.get(act.actor, mandate.organisation_id) is None:
            raise NotVisible
        if not policy.may_end(act.actor, mandate):
            raise NoRight(f"{act.actor.user_id} may not end the mandate")
        today = clock.today()
        if mandate.ended_at is not None or (mandate.valid_to is not None and mandate.valid_to < today):
            raise RuleViolation("Behörigheten har redan upphört.")
        if policy.answers_for_the_organisation(mandate.role) and mandate.valid_from <= today:
            others = [one for one in accounts.active(mandate.organisation_id, mandate.role) if one.id != mandate.id]
            ensure_not_the_last_ombud(len(others), mandate.organisation.name)
        mandate.ended_at = clock.now()
        act.about(mandate, person=mandate.user.name, role=mandate.role.value, organisation=mandate.organisation.name)


def send_link_again(actor: Actor, mandate_id: int) -> None:
    """A new mail with a new one-time link, to somebody who has not chosen a password yet. The link before it ends."""
    with transaction(actor, EventKind.USER_RESET) as act:
        mandate = accounts.mandate(mandate_id)
        if mandate is None or organisations.get(act.actor, mandate.organisation_id) is None:
            raise NotVisible
        if not policy.may_invite_or_remove(act.actor, mandate.role, mandate):
            raise NoRight(f"{act.actor.user_id} may not invite")
        user = accounts.user(mandate.user_id)
        if user.password_hash is not None:
            raise RuleViolation("Personen har redan valt ett lösenord och kan logga in.")
        if mandate.ended_at is not None:
            raise RuleViolation("Behörigheten har upphört.")
        act.about(user, name=user.name)
        notices.invite(act, mandate)


def _scope(actor: Actor, organisation_id: int, case_id: int | None) -> tuple[Case | Organisation, Organisation]:
    """What the mandate is for, and its organisation, locked in that order."""
    case = None
    if case_id is not None:
        case = cases.get(actor, case_id, lock=True)
        if case is None or case.organisation_id != organisation_id:
            raise RuleViolation("Välj ett av era ärenden.", field="case")
    organisation = organisations.locked(organisation_id)
    if organisation is None or organisations.get(actor, organisation_id) is None:
        raise NotVisible
    return case or organisation, organisation
