"""Telling people that something waits. The worker makes the notices and the mail after commit."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.decisions import NOT_SENT
from grantportal.domain.forms import canonical
from grantportal.domain.personal_numbers import masked
from grantportal.models.accounts import Invitation, MandateRow
from grantportal.models.calls import Call
from grantportal.models.cases import Case
from grantportal.models.portal import OutboxItem
from grantportal.policy import Permission, party_roles
from grantportal.transaction import Act

NOTICE = "notice"
"""Outbox kind: a notice (and a mail that only says that it waits) to everybody who can act."""


INVITATION = "invitation"
"""Outbox kind: a mail to a person who has been given a behörighet, with a one-time link for whoever is new."""


def invite(act: Act, mandate: MandateRow) -> None:
    """Tell the person by mail. The link is made when the mail is: the outbox holds nothing secret."""
    act.outbox(INVITATION, mandate_id=mandate.id)


INVITED = "invited"
"""Outbox kind: a mail to somebody who is asked to take a behörighet, with the link to say yes or no."""


def ask_invited(act: Act, invitation: Invitation) -> None:
    """Ask by mail. The link is made when the mail is: the outbox holds nothing secret."""
    act.outbox(INVITED, invitation_id=invitation.id)


SIGN_IN_MAIL = "sign_in_mail"
"""Outbox kind: a mail to a person whose account has been used with a device that was not known for it."""


def tell_of_new_device(session: Session, user_id: int) -> None:
    """Tell the person by mail. Signing in is no act, so the work is put in by itself, in the transaction that opens the session."""
    session.add(
        OutboxItem(
            kind=SIGN_IN_MAIL, payload=canonical({"user_id": user_id}), at=clock.now(), available_at=clock.real_now()
        )
    )


OMBUD_MAIL = "ombud_mail"
"""Outbox kind: a mail to somebody without an account, with the link to the own ombudsansökan."""


def tell_ombud_applicant(act: Act, application_id: int) -> None:
    """Tell whoever asked to be an ombud that there is something to read."""
    act.outbox(OMBUD_MAIL, application_id=application_id)


def tell_organisation(act: Act, organisation_id: int, title: str, text: str, *roles: Role) -> None:
    """Tell the organisation's persons with one of `roles` about what belongs to no case."""
    _tell(act, None, organisation_id, roles, title, text)


def tell_call_opened(act: Act, organisation_id: int, call: Call) -> None:
    """Tell the organisation's persons who may begin an application that a call is open."""
    tell_organisation(
        act,
        organisation_id,
        "En utlysning har öppnat",
        f"«{call.title}» är öppen. Ni kan ansöka till och med {clock.day_text(call.last_day)} kl. 23.59.",
        *party_roles(Permission.START_CASE),
    )


def tell_party(
    act: Act,
    case: Case,
    title: str,
    text: str,
    *roles: Role,
    also: Iterable[int] = (),
    but: Iterable[int | None] = (),
) -> None:
    """Tell the organisation's persons with one of `roles` (none named: ombud and representanter).

    `also` names persons who are told whatever role they hold in it, `but` those who know already.
    """
    roles = roles or (Role.OMBUD, Role.REPRESENTANT)
    named = {"also": sorted(also), "but": sorted(each for each in but if each is not None)}
    _tell(act, case.id, case.organisation_id, roles, title, text, **{name: ids for name, ids in named.items() if ids})


def tell_authority(act: Act, case: Case | None, title: str, text: str, *roles: Role) -> None:
    """Tell the authority's persons with one of `roles`."""
    _tell(act, case.id if case else None, None, roles, title, text)


def tell_after_decision(act: Act, case: Case, title: str, text: str) -> None:
    """Tell those who decide, handle and send that the party has done something about a decision that is not sent."""
    roles = (Role.BESLUTSFATTARE, Role.HANDLAGGARE, Role.REGISTRATOR)
    tell_authority(act, case, title, f"{text} {NOT_SENT}", *roles)


def _tell(
    act: Act,
    case_id: int | None,
    organisation_id: int | None,
    roles: Iterable[Role],
    title: str,
    text: str,
    **named: list[int],
) -> None:
    act.outbox_about(
        NOTICE,
        case_id=case_id,
        organisation_id=organisation_id,
        roles=[role.value for role in roles],
        title=masked(title),
        text=masked(text),
        **named,
    )


def tell_person(act: Act, case: Case, user_id: int, title: str, text: str) -> None:
    """Tell one person about a case."""
    act.outbox(NOTICE, case_id=case.id, organisation_id=None, roles=[], user_id=user_id, title=title, text=text)
