"""Tjänsteanteckningar: who may have taken part, and the note that another puts right."""

from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import and_, or_, select

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Actor
from grantportal.domain.cases import RecordKind
from grantportal.domain.file_notes import ContactKind
from grantportal.domain.organisations import OrganisationKind
from grantportal.models.accounts import MandateRow, User
from grantportal.models.cases import Case, FileNote
from grantportal.models.organisations import Organisation
from grantportal.models.records import Record
from grantportal.policy import WHO_MAY, Permission, visible
from grantportal.queries.accounts import holds


def persons(case: Case) -> tuple[str, ...]:
    """Those who may have been there, with their roles: the party's persons with a behörighet for the case, and the officers."""
    of_the_party = and_(
        MandateRow.organisation_id == case.organisation_id,
        or_(MandateRow.case_id.is_(None), MandateRow.case_id == case.id),
    )
    officers = and_(Organisation.kind == OrganisationKind.AUTHORITY, MandateRow.role.in_(WHO_MAY[Permission.FILE_NOTE]))
    rows = db.session().execute(
        select(User.name, MandateRow.role, Organisation.name)
        .join(MandateRow, MandateRow.user_id == User.id)
        .join(Organisation, Organisation.id == MandateRow.organisation_id)
        .where(or_(of_the_party, officers), holds(clock.today()), User.closed_at.is_(None))
        .order_by(officers, User.name.collate(db.COLLATION), User.id)
    )
    return tuple(dict.fromkeys(f"{name}, {role.text}, {organisation}" for name, role, organisation in rows))


@dataclass(frozen=True)
class NoteFacts:
    """A note that another is to put right, as it was written."""

    record_id: int
    number: int
    title: str
    contact: ContactKind
    occurred_on: date | None
    starts_at: time | None
    ends_at: time | None
    participants: tuple[str, ...]
    text: str


def corrected(actor: Actor, case_id: int, record_id: int) -> NoteFacts | None:
    """The note of the case with this handling, when the actor may see it. One that is older than the handling's own
    column is known by its handling only."""
    found = (
        db.session()
        .execute(
            select(Record, FileNote)
            .outerjoin(FileNote, FileNote.record_id == Record.id)
            .where(
                Record.id == record_id,
                Record.case_id == case_id,
                Record.kind == RecordKind.FILE_NOTE,
                visible(actor, Record),
            )
        )
        .one_or_none()
    )
    if found is None:
        return None
    record, note = found
    return NoteFacts(
        record_id=record.id,
        number=record.number,
        title=record.title,
        contact=note.contact if note else ContactKind.OTHER,
        occurred_on=note.occurred_on if note else None,
        starts_at=note.starts_at if note else None,
        ends_at=note.ends_at if note else None,
        participants=tuple(note.participants.splitlines()) if note else (),
        text=note.text if note else "",
    )


def around(record_id: int) -> tuple[tuple[int, int] | None, tuple[tuple[int, int], ...]]:
    """What a note puts right, and what puts it right: each as the handling's id and number. The reader may see the note."""
    own, other = Record.__table__.alias("own"), Record.__table__.alias("other")
    rows = (
        db.session()
        .execute(
            select(own.c.id, own.c.number, other.c.id, other.c.number)
            .join(FileNote, FileNote.record_id == own.c.id)
            .join(other, other.c.id == FileNote.corrects_id)
            .where(or_(own.c.id == record_id, other.c.id == record_id))
            .order_by(own.c.number)
        )
        .all()
    )
    corrects = next(((to, number) for by, _, to, number in rows if by == record_id), None)
    return corrects, tuple((by, number) for by, number, to, _ in rows if to == record_id)
