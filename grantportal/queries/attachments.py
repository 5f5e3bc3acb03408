"""Bilagor: an organisation's own files while it writes, and the files that wait to be scanned."""

from dataclasses import dataclass

from sqlalchemy import func, select

from grantportal import db, policy
from grantportal.domain.actors import Actor
from grantportal.domain.attachments import Attached, FileStatus, read
from grantportal.domain.forms import Question, Section
from grantportal.models.applications import Application, Attachment
from grantportal.models.organisations import Organisation
from grantportal.models.records import Record, StoredFile
from grantportal.queries import applications


@dataclass(frozen=True)
class AttachmentPage:
    """The files of one question, and the form that adds one more."""

    application_id: int
    title: str
    section: Section
    question: Question
    files: tuple[Attached, ...]
    is_open: bool
    organisation_id: int
    case_id: int

    @property
    def is_full(self) -> bool:
        """Whether the question takes no more files."""
        return len(self.files) >= self.question.most_files


@dataclass(frozen=True)
class FileToRead:
    """A stored file that may be read now."""

    stored_name: str
    shown_name: str
    media_type: str


def page(actor: Actor, application_id: int, number: int) -> AttachmentPage | None:
    """A question of the actor's own application that asks for files."""
    application = applications.own(actor, application_id)
    if application is None:
        return None
    definition = applications.form_of(application)
    question = definition.question(number)
    if question is None or not question.most_files:
        return None
    section = next(each for each in definition.sections if question in each.questions)
    answer = applications.attached(actor, application_id).get(question.field)
    return AttachmentPage(
        application_id=application.id,
        title=f"{applications.possessive(application.organisation.name)} ansökan",
        section=section,
        question=question,
        files=read(answer.text if answer else ""),
        is_open=applications.opened(application, definition).asks(question),
        organisation_id=application.organisation_id,
        case_id=application.case_id,
    )


def page_anew(actor: Actor, application_id: int, number: int) -> AttachmentPage | None:
    """The same after an act of this very request."""
    db.close_read_session()
    return page(actor, application_id, number)


def row(actor: Actor, application_id: int, number: int, file_id: int) -> Attachment | None:
    """A file of the actor's own draft."""
    return (
        db.session()
        .scalars(
            select(Attachment)
            .join(Application, Application.id == Attachment.application_id)
            .where(
                Attachment.application_id == application_id,
                Attachment.question == number,
                Attachment.file_id == file_id,
                policy.own(actor, Application),
            )
        )
        .one_or_none()
    )


def draft_file(actor: Actor, application_id: int, number: int, file_id: int) -> FileToRead | None:
    """The file of the actor's own draft, when it may be read."""
    found = row(actor, application_id, number, file_id)
    return _to_read(db.session().get(StoredFile, found.file_id)) if found is not None else None


def handed_in_file(actor: Actor, record_id: int) -> FileToRead | None:
    """The file that is a handling, for whoever may see the handling, when it may be read."""
    return _to_read(
        db.session()
        .scalars(
            select(StoredFile)
            .join(Record, Record.file_id == StoredFile.id)
            .where(Record.id == record_id, policy.visible(actor, Record))
        )
        .one_or_none()
    )


def _to_read(file: StoredFile | None) -> FileToRead | None:
    if file is None or file.status is not FileStatus.READY:
        return None
    return FileToRead(file.stored_name, file.shown_name, file.media_type)


def used_bytes(actor: Actor, organisation_id: int) -> int:
    """How much room the files of the actor's own organisation take."""
    return int(
        db.session().scalar(
            select(func.coalesce(func.sum(StoredFile.size), 0)).where(
                StoredFile.id.in_(
                    select(Attachment.file_id)
                    .join(Application, Application.id == Attachment.application_id)
                    .where(Application.organisation_id == organisation_id, policy.own(actor, Application))
                )
            )
        )
        or 0
    )


def locked_organisation(organisation_id: int) -> Organisation:
    """The organisation, locked: its row owns the limit of its room."""
    return db.session().scalars(db.lock(select(Organisation).where(Organisation.id == organisation_id))).one()


def locked_file(file_id: int) -> StoredFile | None:
    """A stored file, locked."""
    return db.session().scalars(db.lock(select(StoredFile).where(StoredFile.id == file_id))).one_or_none()


def is_in_a_record(file_id: int) -> bool:
    """Whether the file is a handling: then it is never taken away."""
    return db.session().scalar(select(Record.id).where(Record.file_id == file_id).limit(1)) is not None


def records_with(file_id: int) -> list[Record]:
    """The handlingar that the file is."""
    return list(db.session().scalars(select(Record).where(Record.file_id == file_id).order_by(Record.case_id)))


def waiting_file(file_id: int) -> str | None:
    """The stored name of a file that waits to be scanned."""
    file = db.session().get(StoredFile, file_id)
    return file.stored_name if file is not None and file.status is FileStatus.WAITING else None
