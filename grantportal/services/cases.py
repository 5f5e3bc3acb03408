"""Ärenden: what is noted on the case itself."""

from grantportal.domain import personal_numbers
from grantportal.domain.actors import Actor
from grantportal.domain.cases import ChangeReference
from grantportal.domain.errors import NotVisible
from grantportal.domain.events import EventKind
from grantportal.policy import Permission, require
from grantportal.queries import cases
from grantportal.transaction import transaction


def change_reference(actor: Actor, case_id: int, command: ChangeReference) -> None:
    """The organisation notes its own diarienummer of the case."""
    with transaction(actor, EventKind.CASE_REFERENCE_CHANGED) as act:
        case = cases.get(act.actor, case_id, lock=True)
        if case is None:
            raise NotVisible
        require(act.actor, Permission.CHANGE_REFERENCE, case)
        personal_numbers.ensure_none({"own_reference": command.own_reference}, personal_numbers.IN_NAME)
        before, case.own_reference = case.own_reference, command.own_reference
        act.about(case, before=before, after=command.own_reference)
