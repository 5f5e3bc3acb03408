"""Ärenden: what is noted on the case itself, who handles it, and who has read it."""

from collections.abc import Sequence

from grantportal import db
from grantportal.domain import personal_numbers
from grantportal.domain.actors import Actor
from grantportal.domain.cases import (
    AssignCases,
    ChangeReference,
    ensure_handles,
    ensure_new_handler,
    ensure_some_chosen,
)
from grantportal.domain.errors import NotVisible
from grantportal.domain.events import EventKind
from grantportal.effects import notices
from grantportal.models.cases import ReadMark
from grantportal.policy import MAY_BE_ASSIGNED, Permission, require
from grantportal.queries import accounts, cases
from grantportal.transaction import Bookkeeping, bookkeeping, marking, transaction


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


def assign(actor: Actor, case_ids: Sequence[int], command: AssignCases) -> int:
    """The enhetschef appoints who handles these cases; those that the person handles already stay as they are.

    Answers how many were appointed. The person gets a message of each.
    """
    chosen = sorted(set(case_ids))
    ensure_some_chosen(chosen)
    with transaction(actor, EventKind.CASE_ASSIGNED) as act:
        rows = cases.locked_together(act.actor, chosen)
        if len(rows) != len(chosen):
            raise NotVisible
        for case in rows:
            require(act.actor, Permission.ASSIGN_CASE, case)
        holders = accounts.holders(MAY_BE_ASSIGNED)
        handler_id = ensure_handles(command.handler_id, holders=list(holders))
        name = holders[handler_id]
        others = [case for case in rows if case.assigned_to_id != handler_id]
        ensure_new_handler(name, already=not others)
        for case in others:
            case.assigned_to_id = handler_id
            if case is others[0]:
                act.about(case, person=name)
            else:
                act.also(EventKind.CASE_ASSIGNED, case, person=name)
            if handler_id != act.actor.user_id:
                notices.tell_person(
                    act,
                    case,
                    handler_id,
                    "Du är handläggare för ett ärende",
                    f"{act.actor.name} har utsett dig till handläggare.",
                )
        return len(others)


def note_read(actor: Actor, case_id: int, seq: int) -> None:
    """The person has the case's page open, with everything up to `seq`; what comes meanwhile stays new."""
    with marking(Bookkeeping.READ_MARKS) as session:
        mark = db.insert(ReadMark).values(user_id=actor.user_id, case_id=case_id, seq=seq)
        session.execute(
            mark.on_conflict_do_update(
                index_elements=["user_id", "case_id"], set_={"seq": seq}, where=ReadMark.seq < seq
            )
        )


def note_all_read(actor: Actor) -> None:
    """Everything that has happened by now in the cases that the person may see is no news to that person any more."""
    with bookkeeping(Bookkeeping.READ_MARKS, actor) as (session, who):
        mark = db.insert(ReadMark).from_select(["user_id", "case_id", "seq"], cases.newest_events(who or actor))
        session.execute(
            mark.on_conflict_do_update(index_elements=["user_id", "case_id"], set_={"seq": mark.excluded.seq})
        )
