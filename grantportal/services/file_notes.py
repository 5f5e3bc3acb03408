"""Tjänsteanteckningar: what is said outside writing and matters for the case is written down as soon as may be (27 § FL)."""

from grantportal.domain import clock
from grantportal.domain.actors import Actor
from grantportal.domain.cases import Direction, RecordKind, WriteFileNote, ensure_has_happened
from grantportal.domain.errors import NoRight, NotVisible
from grantportal.domain.events import EventKind
from grantportal.effects.records import add_record
from grantportal.models.cases import FileNote
from grantportal.policy import Permission, require
from grantportal.queries import cases
from grantportal.transaction import transaction


def write(actor: Actor, case_id: int, command: WriteFileNote) -> None:
    """Write a note to the case's file."""
    with transaction(actor, EventKind.FILE_NOTE_WRITTEN) as act:
        case = cases.get(act.actor, case_id, lock=True)
        if case is None:
            raise NotVisible
        require(act.actor, Permission.FILE_NOTE, case)
        ensure_has_happened(command.occurred_on, clock.today())
        if act.actor.user_id is None:
            raise NoRight("a note is written by a person")
        note = FileNote(
            case_id=case.id,
            organisation_id=case.organisation_id,
            occurred_on=command.occurred_on,
            participants=command.participants,
            text=command.text,
            written_by_id=act.actor.user_id,
            written_at=clock.now(),
        )
        act.session.add(note)
        act.session.flush()
        day = clock.day_text(command.occurred_on)
        add_record(
            act,
            case,
            RecordKind.FILE_NOTE,
            Direction.INTERNAL,
            title=f"Tjänsteanteckning om {day}",
            text=f"Det hände: {day}\nDeltog: {command.participants}\nSkrivet av: {act.actor.name}\n\n{command.text}",
        )
        act.about(note)
