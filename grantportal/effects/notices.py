"""Telling people that something waits. The worker makes the notices and the mail after commit."""

from grantportal.domain.actors import Role
from grantportal.models.accounts import MandateRow
from grantportal.models.cases import Case
from grantportal.transaction import Act

NOTICE = "notice"
"""Outbox kind: a notice (and a mail that only says that it waits) to everybody who can act."""


INVITATION = "invitation"
"""Outbox kind: a mail to a person who has been given a behörighet, with a one-time link for whoever is new."""


def invite(act: Act, mandate: MandateRow) -> None:
    """Tell the person by mail. The link is made when the mail is: the outbox holds nothing secret."""
    act.outbox(INVITATION, mandate_id=mandate.id)


OMBUD_MAIL = "ombud_mail"
"""Outbox kind: a mail to somebody without an account, with the link to the own ombudsansökan."""


def tell_ombud_applicant(act: Act, application_id: int) -> None:
    """Tell whoever asked to be an ombud that there is something to read."""
    act.outbox(OMBUD_MAIL, application_id=application_id)


def tell_organisation(act: Act, organisation_id: int, title: str, text: str, *roles: Role) -> None:
    """Tell the organisation's persons with one of `roles` about what belongs to no case."""
    act.outbox(
        NOTICE,
        case_id=None,
        organisation_id=organisation_id,
        roles=[role.value for role in roles],
        title=title,
        text=text,
    )


def tell_party(act: Act, case: Case, title: str, text: str, *roles: Role) -> None:
    """Tell the organisation's persons with one of `roles` (none named: ombud and representanter)."""
    chosen = roles or (Role.OMBUD, Role.REPRESENTANT)
    act.outbox(
        NOTICE,
        case_id=case.id,
        organisation_id=case.organisation_id,
        roles=[role.value for role in chosen],
        title=title,
        text=text,
    )


def tell_authority(act: Act, case: Case | None, title: str, text: str, *roles: Role) -> None:
    """Tell the authority's persons with one of `roles`."""
    act.outbox(
        NOTICE,
        case_id=case.id if case else None,
        organisation_id=None,
        roles=[role.value for role in roles],
        title=title,
        text=text,
    )
