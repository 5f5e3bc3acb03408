"""Handlingar: as their readers see them, and as they are rendered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import SYSTEM, Actor
from grantportal.domain.attachments import FILE_TEXTS, FileStatus
from grantportal.domain.cases import DIRECTION_TEXTS, RECORD_TEXTS, FrozenKind, RecordKind
from grantportal.models.accounts import User
from grantportal.models.cases import Case, FrozenVersion
from grantportal.models.organisations import Organisation
from grantportal.models.records import Record, StoredFile
from grantportal.policy import visible
from grantportal.queries import cases, file_notes

PRINTED = (FrozenKind.APPLICATION, FrozenKind.DECISION, FrozenKind.REPORT)
"""Frozen versions that have a document."""

MOST_PACKED = 500
"""How many handlingar go into the file with a whole case; a case with more is asked for at the authority."""


@dataclass(frozen=True)
class FileFacts:
    """A stored file: what it is called here and there, and what it must be."""

    stored_name: str
    shown_name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True)
class RecordRow:
    """A handling in a list."""

    id: int
    number: int
    title: str
    dated_at: datetime
    direction_text: str
    counterpart: str


def of_report(actor: Actor, case_id: int, report_id: int) -> tuple[RecordRow, ...]:
    """The handlingar of a report that the actor may see, the newest first: what was handed in and what was told."""
    rows = db.session().scalars(
        select(Record)
        .where(Record.case_id == case_id, Record.report_id == report_id, visible(actor, Record))
        .order_by(Record.number.desc())
    )
    return tuple(
        RecordRow(row.id, row.number, row.title, row.dated_at, DIRECTION_TEXTS[row.direction], row.counterpart)
        for row in rows
    )


@dataclass(frozen=True)
class RecordPage:
    """A handling as its page shows it."""

    id: int
    case_id: int
    case_title: str
    registration_number: str
    organisation_name: str
    number: int
    title: str
    kind_text: str
    direction_text: str
    counterpart: str
    dated_at: datetime
    made_by: str
    text: str
    has_document: bool
    """Whether there is a document: stored already, or rendered when somebody asks."""
    file: FileFacts | None
    is_attachment: bool
    waits_because: str
    """Why its file may not be read; empty when it may."""
    is_note: bool
    corrects: tuple[int, int] | None
    """The note that this one puts right: its id and number."""
    corrected_by: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class ToRender:
    """All that a document is made from."""

    record_id: int
    shown_name: str
    kind: FrozenKind
    content: str
    sha256: str
    file: FileFacts | None


def locked(record_id: int) -> Record:
    """The record, under its case's lock."""
    cases.locked(db.session().scalars(select(Record.case_id).where(Record.id == record_id)).one())
    return db.session().scalars(db.lock(select(Record).where(Record.id == record_id))).one()


def get(actor: Actor, record_id: int) -> RecordPage | None:
    """The handling, when the actor may see it."""
    found = db.session().execute(_with_file(actor, record_id)).one_or_none()
    if found is None:
        return None
    record, case, organisation, maker, file, frozen = found
    is_note = record.kind is RecordKind.FILE_NOTE
    corrects, corrected_by = file_notes.around(record.id) if is_note else (None, ())
    return RecordPage(
        id=record.id,
        case_id=case.id,
        case_title=case.title,
        registration_number=case.registration_number or "",
        organisation_name=organisation.name,
        number=record.number,
        title=record.title,
        kind_text=RECORD_TEXTS[record.kind],
        direction_text=DIRECTION_TEXTS[record.direction],
        counterpart=record.counterpart,
        dated_at=record.dated_at,
        made_by=maker.name if maker else "",
        text=record.text,
        has_document=(file is not None and file.status is FileStatus.READY)
        or (file is None and frozen is not None and frozen.kind in PRINTED),
        file=_facts(file),
        is_attachment=record.kind is RecordKind.ATTACHMENT,
        waits_because=FILE_TEXTS[file.status] if file else "",
        is_note=is_note,
        corrects=corrects,
        corrected_by=corrected_by,
    )


@dataclass(frozen=True)
class ToPack:
    """A handling that goes into the file with the whole case."""

    id: int
    number: int
    title: str
    text: str
    has_document: bool
    line: str


@dataclass(frozen=True)
class CaseToPack:
    """A case with every handling that the reader may see."""

    heading: str
    file_name: str
    records: tuple[ToPack, ...]


def to_pack(actor: Actor, case_id: int) -> CaseToPack | None:
    """The handlingar of a case that the actor may see, in order. Two queries."""
    found = (
        db.session()
        .execute(
            select(Case, Organisation.name)
            .join(Organisation, Organisation.id == Case.organisation_id)
            .where(Case.id == case_id, visible(actor, Case))
        )
        .one_or_none()
    )
    if found is None:
        return None
    case, organisation = found
    rows = db.session().execute(
        select(Record, FrozenVersion.kind)
        .outerjoin(FrozenVersion, FrozenVersion.id == Record.frozen_version_id)
        .where(Record.case_id == case_id, visible(actor, Record))
        .order_by(Record.number)
        .limit(MOST_PACKED)
    )
    number = case.registration_number or ""
    return CaseToPack(
        heading=f"{case.title}, {organisation}. Diarienummer {number or 'saknas'}.",
        file_name=f"arende-{number.replace(' ', '-') or case.id}.zip",
        records=tuple(
            ToPack(
                id=row.id,
                number=row.number,
                title=row.title,
                text=row.text,
                has_document=row.file_id is not None or kind in PRINTED,
                line=", ".join(
                    part
                    for part in (clock.day_text(row.dated_at), DIRECTION_TEXTS[row.direction], row.counterpart)
                    if part
                ),
            )
            for row, kind in rows
        ),
    )


def to_render(record_id: int, actor: Actor = SYSTEM) -> ToRender | None:
    """What the record's document is made from; None when it has none or the actor may not see it."""
    found = db.session().execute(_with_file(actor, record_id)).one_or_none()
    if found is None:
        return None
    record, case, _, _, file, frozen = found
    if frozen is None or frozen.kind not in PRINTED:
        return None
    number = (case.registration_number or "").replace(" ", "-")
    return ToRender(
        record_id=record.id,
        shown_name=f"{number}-{record.number}.pdf".lstrip("-"),
        kind=frozen.kind,
        content=frozen.content,
        sha256=frozen.sha256,
        file=_facts(file),
    )


def _with_file(actor: Actor, record_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(Record, Case, Organisation, User, StoredFile, FrozenVersion)
        .join(Case, Case.id == Record.case_id)
        .join(Organisation, Organisation.id == Record.organisation_id)
        .outerjoin(User, User.id == Record.made_by_id)
        .outerjoin(StoredFile, StoredFile.id == Record.file_id)
        .outerjoin(FrozenVersion, FrozenVersion.id == Record.frozen_version_id)
        .where(Record.id == record_id, visible(actor, Record))
    )


def _facts(file: StoredFile | None) -> FileFacts | None:
    if file is None:
        return None
    return FileFacts(file.stored_name, file.shown_name, file.media_type, file.size, file.sha256)
