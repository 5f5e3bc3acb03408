"""Behörigheter inside an organisation: its own persons invite one another, and end what they have given."""

from grantportal import policy
from grantportal.domain import clock, personal_numbers
from grantportal.domain.accounts import (
    Invite,
    email_address,
    ensure_not_begun_before,
    ensure_not_the_last_ombud,
    ensure_period,
    ensure_role_fits,
)
from grantportal.domain.actors import Actor, Role
from grantportal.domain.errors import NoRight, NotVisible, RuleViolation
from grantportal.domain.events import EventKind
from grantportal.effects import notices
from grantportal.models.accounts import MandateRow, User
from grantportal.models.cases import Case
from grantportal.models.organisations import Organisation
from grantportal.queries import accounts, cases, organisations
from grantportal.transaction import Act, transaction


def invite(actor: Actor, organisation_id: int, command: Invite) -> int:
    """Give a person a role in the own organisation, for all its cases or for one. Whoever is new gets an account.

    The person is told by mail; a new one gets a one-time link in it. Answers the mandate's id.
    """
    email = email_address(command.email)
    ensure_period(command.valid_from, command.valid_to)
    personal_numbers.ensure_none({"name": command.name, "email": email}, personal_numbers.IN_NAME)
    with transaction(actor, EventKind.MANDATE_GRANTED) as act:
        scope, organisation = _scope(act.actor, organisation_id, command.case_id)
        if not policy.may_invite_or_remove(act.actor, command.role, scope):
            raise NoRight(f"{act.actor.user_id} may not invite a {command.role}")
        ensure_role_fits(command.role, organisation.kind)
        ensure_not_begun_before(command.valid_from, clock.today())
        user = accounts.by_email(email) or _new_user(act, command.name, email)
        _ensure_may_hold(user, organisation, command.role, command.case_id)
        mandate = MandateRow(
            user_id=user.id,
            organisation_id=organisation.id,
            role=command.role,
            case_id=command.case_id,
            valid_from=command.valid_from,
            valid_to=command.valid_to,
        )
        act.session.add(mandate)
        act.session.flush()
        act.about(mandate, person=user.name, role=command.role.value, organisation=organisation.name)
        notices.invite(act, mandate)
        return mandate.id


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


def _new_user(act: Act, name: str, email: str) -> User:
    user = User(name=name, email=email, created_at=clock.now())
    act.session.add(user)
    act.session.flush()
    act.also(EventKind.USER_CREATED, user, name=user.name)
    return user


def _ensure_may_hold(user: User, organisation: Organisation, role: Role, case_id: int | None) -> None:
    if accounts.actor_of(user.id).is_authority:
        raise RuleViolation(
            "Personen arbetar på myndigheten och kan inte ha behörighet i en organisation som söker bidrag.",
            field="email",
        )
    for mandate in accounts.held(user.id, organisation.id, role):
        if mandate.case_id in {None, case_id}:
            raise RuleViolation(f"{user.name} är redan {role.text} i {organisation.name}.", field="email")
