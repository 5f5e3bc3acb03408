"""Tjänsteanteckningar: what is said outside writing and matters for the case is written down as soon as may be (27 § FL)."""

from grantportal.domain import clock, file_notes, personal_numbers
from grantportal.domain.actors import Actor
from grantportal.domain.cases import Direction, RecordKind
from grantportal.domain.errors import NoRight, NotVisible
from grantportal.domain.events import EventKind
from grantportal.domain.file_notes import WriteFileNote
from grantportal.effects.records import add_record
from grantportal.models.cases import FileNote
from grantportal.policy import Permission, require
from grantportal.queries import cases
from grantportal.queries import file_notes as queries
from grantportal.transaction import transaction


def write(actor: Actor, case_id: int, command: WriteFileNote) -> None:
    """Write a note to the case's file, perhaps one that puts an earlier note right: that one stays as it is."""
    with transaction(actor, EventKind.FILE_NOTE_WRITTEN) as act:
        case = cases.get(act.actor, case_id, lock=True)
        if case is None:
            raise NotVisible
        require(act.actor, Permission.FILE_NOTE, case)
        file_notes.ensure_holds(command, clock.now())
        names = "\n".join(command.participants)
        kept = personal_numbers.kept(
            {"text": command.text, "participants": names}, command.number_reason, personal_numbers.IN_TEXT
        )
        if act.actor.user_id is None:
            raise NoRight("a note is written by a person")
        corrects = queries.corrected(act.actor, case_id, command.corrects) if command.corrects is not None else None
        if corrects is None and command.corrects is not None:
            raise NotVisible
        number = corrects.number if corrects else None
        record = add_record(
            act,
            case,
            RecordKind.FILE_NOTE,
            Direction.INTERNAL,
            title=file_notes.title(command, number),
            text=file_notes.handling(command, by=act.actor.name, corrects_number=number),
        )
        note = FileNote(
            case_id=case.id,
            organisation_id=case.organisation_id,
            record_id=record.id,
            corrects_id=corrects.record_id if corrects else None,
            contact=command.contact,
            occurred_on=command.occurred_on,
            starts_at=command.starts_at,
            ends_at=command.ends_at,
            participants=names,
            text=command.text,
            written_by_id=act.actor.user_id,
            written_at=clock.now(),
        )
        act.session.add(note)
        act.session.flush()
        act.about(note, **kept)
