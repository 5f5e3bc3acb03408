"""What becomes of an invitation that is accepted, whether the invited has an account or gets one with it."""

from grantportal import policy
from grantportal.domain import clock
from grantportal.domain.accounts import INVITATION_ENDED, InvitationStatus, invitation_waits
from grantportal.domain.errors import NotVisible, RuleViolation
from grantportal.models.accounts import Invitation, MandateRow, User
from grantportal.models.cases import Case
from grantportal.models.organisations import Organisation
from grantportal.queries import accounts, cases, organisations
from grantportal.transaction import Act


def waiting(invitation_id: int) -> tuple[Invitation, Case | Organisation]:
    """The invitation and what it is for, locked. Raises RuleViolation when there is nothing more to answer."""
    named = accounts.invitation_scope(invitation_id)
    if named is None:
        raise NotVisible
    case_id, organisation_id = named
    case = cases.locked(case_id) if case_id is not None else None
    organisation = organisations.locked(organisation_id)
    row = accounts.locked_invitation(invitation_id)
    if organisation is None or not invitation_waits(row.status, row.invited_at, clock.now()):
        raise RuleViolation(INVITATION_ENDED)
    return row, case or organisation


def take_up(act: Act, row: Invitation, scope: Case | Organisation, user: User) -> MandateRow:
    """The invited has said yes: the behörighet, told in the act's own event. What is against it is told to the invited only."""
    if not policy.may_invite_or_remove(accounts.actor_of(row.invited_by_id), row.role, scope):
        raise RuleViolation(INVITATION_ENDED)
    if accounts.actor_of(user.id).is_authority:
        raise RuleViolation(
            "Du arbetar på myndigheten och kan inte ha behörighet i en organisation som söker bidrag. Tacka nej."
        )
    if any(held.case_id in {None, row.case_id} for held in accounts.held(user.id, row.organisation_id, row.role)):
        raise RuleViolation("Du har redan den behörigheten. Tacka nej.")
    if row.valid_to is not None and row.valid_to < clock.today():
        raise RuleViolation(INVITATION_ENDED)
    mandate = MandateRow(
        user_id=user.id,
        organisation_id=row.organisation_id,
        role=row.role,
        case_id=row.case_id,
        valid_from=max(row.valid_from, clock.today()),
        valid_to=row.valid_to,
    )
    act.session.add(mandate)
    act.session.flush()
    row.status = InvitationStatus.ACCEPTED
    act.about(mandate, person=user.name, role=row.role.value, organisation=row.organisation.name)
    return mandate
