"""Bilagor: added to and taken out of a draft, and scanned."""

from grantportal import policy
from grantportal.domain import applications, attachments, clock, personal_numbers
from grantportal.domain.actors import SYSTEM, Actor, Role
from grantportal.domain.applications import APPLICATION, ApplicationAction
from grantportal.domain.attachments import FILE, MEGABYTE, AddAttachment, FileAction, FileStatus
from grantportal.domain.errors import NotVisible, RuleViolation
from grantportal.domain.events import EventKind
from grantportal.domain.forms import FormDefinition, Question, canonical
from grantportal.effects import files, notices
from grantportal.effects.files import Placed
from grantportal.models.applications import Application, Attachment
from grantportal.models.portal import OutboxItem
from grantportal.policy import Permission
from grantportal.queries import applications as application_queries
from grantportal.queries import attachments as queries
from grantportal.queries import cases
from grantportal.transaction import Bookkeeping, bookkeeping, transaction


def add(
    actor: Actor, application_id: int, number: int, command: AddAttachment, placed: Placed, *, room_mb: int, scan: bool
) -> None:
    """Add a file that has been inspected and placed to the draft. Where files are scanned it waits for that."""
    with bookkeeping(Bookkeeping.DRAFTS, actor) as (session, now_actor):
        who = now_actor or actor
        application = _locked(who, application_id)
        question = _open_question(who, application, number)
        has_number = personal_numbers.ensure_reasoned(
            {"file": command.shown_name}, command.reason, message=personal_numbers.IN_FILE_NAME
        )
        answer = application_queries.attached(who, application_id).get(question.field)
        there = attachments.read(answer.text if answer else "")
        if any(file.sha256 == placed.sha256 for file in there):
            raise RuleViolation("Filen finns redan här. Välj en annan fil.", field="file")
        if len(there) >= question.most_files:
            raise RuleViolation("Här finns redan så många filer som frågan tar. Ta bort en först.", field="file")
        queries.locked_organisation(application.organisation_id)
        used = queries.used_bytes(who, application.organisation_id)
        attachments.ensure_room(placed.size, used=used, most=room_mb * MEGABYTE)
        file = files.enter(
            session,
            placed,
            shown_name=command.shown_name,
            media_type=command.kind.media_type,
            status=FileStatus.WAITING if scan else FileStatus.READY,
        )
        session.add(
            Attachment(
                application_id=application.id,
                question=number,
                file_id=file.id,
                personal_number_reason=command.reason if has_number else None,
                follows=" ".join(command.follows),
                added_by_id=who.user_id,
                added_at=clock.now(),
            )
        )
        if scan:
            session.add(
                OutboxItem(
                    kind=files.SCAN,
                    payload=canonical({"file_id": file.id}),
                    at=clock.now(),
                    available_at=clock.real_now(),
                )
            )


def remove(actor: Actor, application_id: int, number: int, file_id: int) -> None:
    """Take a file out of the draft. One that has been handed in stays a handling of the case."""
    with bookkeeping(Bookkeeping.DRAFTS, actor) as (session, now_actor):
        who = now_actor or actor
        application = _locked(who, application_id)
        _open_question(who, application, number)
        row = queries.row(who, application_id, number, file_id)
        if row is None:
            raise NotVisible
        session.delete(row)
        session.flush()
        if not queries.is_in_a_record(file_id):
            # Its bytes have no row now: the sweeper takes them.
            session.delete(queries.locked_file(file_id))


def pass_file(file_id: int) -> None:
    """The scan found nothing: the file may be read."""
    with bookkeeping(Bookkeeping.FILES) as (_, _actor):
        file = queries.locked_file(file_id)
        if file is not None and FILE.allows(file.status, FileAction.PASS):
            file.status = FILE.after(file.status, FileAction.PASS)


def block_file(file_id: int) -> None:
    """The scan found something: nobody ever reads the file. One that is handed in already is told to both sides."""
    if not _is_handed_in(file_id):
        with bookkeeping(Bookkeeping.FILES) as (_, _actor):
            _block(file_id)
        return
    with transaction(SYSTEM, EventKind.FILE_BLOCKED) as act:
        found = [(cases.locked(record.case_id), record) for record in queries.records_with(file_id)]
        _block(file_id)
        text = "Viruskontrollen fann skadlig kod i en bilaga. Den går inte att läsa. Skicka den på nytt i ren form."
        for place, (case, record) in enumerate(found):
            if place:
                act.also(EventKind.FILE_BLOCKED, record, record=record.number)
            else:
                act.about(record, record=record.number)
            notices.tell_party(act, case, "En bilaga är spärrad", text)
            notices.tell_authority(act, case, "En bilaga är spärrad", text, Role.HANDLAGGARE)


def _is_handed_in(file_id: int) -> bool:
    with bookkeeping(Bookkeeping.FILES):
        return queries.is_in_a_record(file_id)


def _block(file_id: int) -> None:
    file = queries.locked_file(file_id)
    if file is not None and FILE.allows(file.status, FileAction.BLOCK):
        file.status = FILE.after(file.status, FileAction.BLOCK)


def _open_question(who: Actor, application: Application, number: int) -> Question:
    """The question, when the actor may write in it now."""
    policy.require(who, Permission.FILL_AND_CHANGE, application)
    if not APPLICATION.allows(application.status, ApplicationAction.EDIT):
        last = application_queries.last_hand_in(application)
        raise applications.locked_since(application_queries.told_status(application), last, "Inget är ändrat.")
    definition: FormDefinition = application_queries.form_of(application)
    question = definition.question(number)
    if question is None or not question.most_files:
        raise NotVisible
    applications.ensure_question_open(question, application_queries.opened(application, definition))
    return question


def _locked(actor: Actor, application_id: int) -> Application:
    application = application_queries.locked(actor, application_id)
    if application is None:
        raise NotVisible
    return application
