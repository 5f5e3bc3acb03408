"""Organisations: registering those that the portal is for."""

from collections.abc import Sequence

from grantportal import policy
from grantportal.domain import personal_numbers
from grantportal.domain.actors import SYSTEM, Actor
from grantportal.domain.errors import NotVisible
from grantportal.domain.events import EventKind
from grantportal.domain.organisations import ChangeMailbox, OrganisationKind, RegisterOrganisation, organisation_number
from grantportal.models.organisations import Organisation
from grantportal.policy import Permission
from grantportal.queries import organisations
from grantportal.transaction import Bookkeeping, bookkeeping, transaction


def register_known(authority_name: str, authority_number: str, regions: Sequence[RegisterOrganisation]) -> int:
    """What every installation begins with: the authority that owns it, and the regions. Can be run again."""
    authority = RegisterOrganisation(authority_name, authority_number, OrganisationKind.AUTHORITY)
    return register(SYSTEM, [authority, *regions])


def register(actor: Actor, commands: Sequence[RegisterOrganisation]) -> int:
    """Register the organisations that are not registered yet, by organisationsnummer, and say how many they were."""
    with bookkeeping(Bookkeeping.INSTALLATION):
        known = organisations.numbers()
    missing = {organisation_number(one.organisation_number): one for one in commands}
    missing = {number: one for number, one in missing.items() if number not in known}
    if not missing:
        return 0
    with transaction(actor, EventKind.ORGANISATION_REGISTERED) as act:
        # The portal itself knows the regions and its own authority; anything else is the administrator's.
        if act.actor is not SYSTEM:
            policy.require(act.actor, Permission.USERS_AND_SETTINGS)
        rows = [
            Organisation(
                kind=one.kind,
                name=one.name,
                organisation_number=number,
                also_known_as=", ".join(one.also_known_as),
                mailbox=one.mailbox,
            )
            for number, one in missing.items()
        ]
        act.session.add_all(rows)
        act.session.flush()
        act.about(rows[0], name=rows[0].name)
        for row in rows[1:]:
            act.also(EventKind.ORGANISATION_REGISTERED, row, name=row.name)
    return len(rows)


def change_mailbox(actor: Actor, organisation_id: int, command: ChangeMailbox) -> None:
    """An ombud says where copies of the organisation's mail go."""
    with transaction(actor, EventKind.ORGANISATION_MAILBOX_CHANGED) as act:
        organisation = organisations.locked(organisation_id)
        if organisation is None or organisations.get(act.actor, organisation_id) is None:
            raise NotVisible
        policy.require(act.actor, Permission.CHANGE_MAILBOX, organisation)
        personal_numbers.ensure_none({"mailbox": command.mailbox}, personal_numbers.IN_NAME)
        before, organisation.mailbox = organisation.mailbox, command.mailbox
        act.about(organisation, before=before, after=command.mailbox)
