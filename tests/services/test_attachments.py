"""Bilagor through their services, on both databases."""

import json
import socket
import struct
import threading
from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest
from sqlalchemy import select

from grantportal import db, worker
from grantportal.domain import attachments, clock
from grantportal.domain.actors import Role
from grantportal.domain.answers import SaveAnswers
from grantportal.domain.attachments import AddAttachment, AttachmentKind, FileStatus, Refused
from grantportal.domain.cases import RecordKind
from grantportal.domain.errors import NoRight, NotVisible, RuleViolation, RuleViolations
from grantportal.domain.forms import Question, QuestionType, Section
from grantportal.effects.files import SCAN, place
from grantportal.models.applications import Attachment
from grantportal.models.cases import FrozenVersion
from grantportal.models.portal import Notice, OutboxItem
from grantportal.models.records import Record, StoredFile
from grantportal.queries import applications as application_queries
from grantportal.queries import attachments as queries
from grantportal.services import applications, supplements
from grantportal.services import attachments as services
from grantportal.settings import Settings
from tests.support.applications import (
    ASKED_FOR,
    DEFINITION,
    IN_JUNE,
    IN_MAY,
    IN_TIME,
    actor_of,
    applicant,
    begin,
    complete_texts,
    draft_of,
    open_call,
    write,
)
from tests.support.calls import officer
from tests.support.factories import OrganisationFactory
from tests.support.rows import committed, events_of

pytestmark = pytest.mark.usefixtures("database")

FILES = Question(10, QuestionType.ATTACHMENT, "Bifoga intyg", most=2)
WITH_FILES = replace(DEFINITION, sections=(*DEFINITION.sections, Section("bilagor", "Bilagor", "Till sist", (FILES,))))
NUMBER = "811218-9876"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "files"


@pytest.fixture
def call(database):
    return open_call(form=WITH_FILES)


@pytest.fixture
def region():
    return OrganisationFactory()


@pytest.fixture
def ombud(region):
    return actor_of(applicant(Role.OMBUD, region))


@pytest.fixture(autouse=True)
def in_time(database):
    with clock.at(IN_TIME):
        yield


@pytest.fixture
def add(folder):
    def adding(who, application, content=b"ett", name="Intyg.pdf", *, reason="", room_mb=1, scan=False, number=10):
        command = AddAttachment(name, AttachmentKind.PDF, reason)
        services.add(who, application.id, number, command, place(folder, content), room_mb=room_mb, scan=scan)

    return adding


def files_of(who, application):
    db.close_read_session()
    answer = application_queries.attached(who, application.id).get("q10")
    return attachments.read(answer.text if answer else "")


def whole(who, call):
    application = begin(who, call)
    write(who, application, complete_texts(application))
    db.close_read_session()
    return application


def records_of(application):
    kind = Record.kind == RecordKind.ATTACHMENT
    return (
        committed()
        .scalars(select(Record).where(kind, Record.case_id == application.case_id).order_by(Record.number))
        .all()
    )


def test_files_are_added_in_order_and_taken_out(call, ombud, add):
    application = begin(ombud, call)
    add(ombud, application, b"ett", "Ett.pdf")
    add(ombud, application, "två".encode(), "Två.pdf")
    one, two = files_of(ombud, application)
    assert (one.name, one.size, one.media_type, two.name) == ("Ett.pdf", 3, "application/pdf", "Två.pdf")
    with pytest.raises(RuleViolation, match="så många filer"):
        add(ombud, application, b"tre")
    services.remove(ombud, application.id, 10, one.id)
    assert [file.name for file in files_of(ombud, application)] == ["Två.pdf"]
    assert [row.shown_name for row in committed().scalars(select(StoredFile))] == ["Två.pdf"]
    with pytest.raises(RuleViolation, match="finns redan"):
        add(ombud, application, "två".encode(), "Annat namn.pdf")
    assert events_of(application) == ["application.started"], "a draft leaves no history"


def test_the_organisations_room_counts_all_its_applications_and_no_others(call, region, ombud, add):
    first, second = begin(ombud, call), begin(ombud, call, "BUP")
    neighbour = actor_of(applicant(Role.OMBUD))
    add(neighbour, begin(neighbour, call), bytes(1024 * 1024))
    add(ombud, first, bytes(1024 * 1024 - 10))
    with pytest.raises(Refused, match="utrymme för filer är fullt"):
        add(ombud, second, b"elva tecken")
    add(ombud, second, b"tio tecken")


def test_only_who_may_write_adds_and_nobody_elsewhere_finds_the_question(call, region, ombud, add):
    application = begin(ombud, call)
    with pytest.raises(NoRight):
        add(actor_of(applicant(Role.APPLICANT_ECONOMIST, region)), application)
    for stranger in (actor_of(applicant(Role.OMBUD)), officer()):
        with pytest.raises(NotVisible):
            add(stranger, application)
    for number in (1, 99):
        with pytest.raises(NotVisible):
            add(ombud, application, number=number)


def test_a_file_is_no_text_to_be_saved(call, ombud):
    application = begin(ombud, call)
    command = SaveAnswers.over(draft_of(ombud, application), {"q10": "[]"})
    with pytest.raises(RuleViolation, match="passar inte frågan"):
        applications.save_section(ombud, application.id, "bilagor", command)


def test_a_name_with_a_personnummer_needs_a_reason_that_the_history_keeps(call, ombud, add):
    application = whole(ombud, call)
    with pytest.raises(RuleViolations, match="i filens namn") as refusal:
        add(ombud, application, name=f"Intyg {NUMBER}.pdf")
    assert refusal.value.field == "file"
    add(ombud, application, name=f"Intyg {NUMBER}.pdf", reason="Läkarens intyg.")
    applications.submit(ombud, application.id)
    assert "personal_number.kept" in events_of(application)


def test_a_required_file_is_missed_and_a_handed_in_one_is_frozen_and_a_handling(call, ombud, add):
    application = whole(ombud, call)
    with pytest.raises(RuleViolations, match="Lägg till en fil"):
        applications.submit(ombud, application.id)
    add(ombud, application, b"ett", "Intyg.pdf")
    applications.submit(ombud, application.id)

    version = committed().scalars(select(FrozenVersion).where(FrozenVersion.subject_id == application.id)).one()
    (answer,) = json.loads(version.content)["sections"][-1]["answers"]
    assert answer["texts"] == ["Intyg.pdf (1\u00a0kB)"]
    (frozen,) = answer["files"]
    fingerprint = sha256(b"ett").hexdigest()
    assert frozen == {"name": "Intyg.pdf", "media_type": "application/pdf", "size": 3, "sha256": fingerprint}
    (record,) = records_of(application)
    assert (record.title, record.file.sha256) == ("Intyg.pdf", frozen["sha256"])
    db.close_read_session()
    assert queries.handed_in_file(officer(), record.id).shown_name == "Intyg.pdf"
    db.close_read_session()
    assert queries.handed_in_file(actor_of(applicant(Role.OMBUD)), record.id) is None


def test_a_komplettering_adds_its_new_files_and_keeps_what_was_handed_in(call, ombud, add, folder):
    application = whole(ombud, call)
    add(ombud, application, b"ett", "Ett.pdf")
    applications.submit(ombud, application.id)
    with pytest.raises(RuleViolation, match="Svaren går inte att ändra längre"):
        add(ombud, application, b"sent")
    with clock.at(IN_MAY):
        supplement = supplements.request(officer(), application.id, replace(ASKED_FOR, parts=("bilagor",)))
        services.remove(ombud, application.id, 10, files_of(ombud, application)[0].id)
        add(ombud, application, b"ny", "Ny.pdf")
        supplements.answer(ombud, supplement)
    assert [record.title for record in records_of(application)] == ["Ett.pdf", "Ny.pdf"]
    first = application_queries.version_page(officer(), application.id, 1)
    assert [file.line for file in first.sections[-1].answers[0].files] == ["Ett.pdf (1\u00a0kB)"]


def test_a_komplettering_of_the_question_of_files_alone_takes_a_file_and_another_takes_none(call, ombud, add):
    application = whole(ombud, call)
    add(ombud, application, b"ett", "Ett.pdf")
    applications.submit(ombud, application.id)
    handlaggare = officer()
    with clock.at(IN_MAY):
        first = supplements.request(handlaggare, application.id, replace(ASKED_FOR, parts=("q_10",)))
        assert queries.page(ombud, application.id, 10).is_open
        add(ombud, application, b"saknades", "Saknades.pdf")
        supplements.answer(ombud, first)
        second = supplements.request(handlaggare, application.id, replace(ASKED_FOR, parts=("q_1",)))
        db.close_read_session()
        assert not queries.page(ombud, application.id, 10).is_open
        with pytest.raises(RuleViolation, match="låst"):
            add(ombud, application, b"till", "Till.pdf")
        with pytest.raises(RuleViolation, match="låst"):
            services.remove(ombud, application.id, 10, files_of(ombud, application)[0].id)
        write(ombud, application, {"q1": "Ett annat namn"})
        supplements.answer(ombud, second)
    content = application_queries.frozen_content(application.id, 3)
    db.close_read_session()
    assert [file["name"] for file in content["sections"][-1]["answers"][0]["files"]] == ["Ett.pdf", "Saknades.pdf"]
    assert content["sections"][0]["answers"][0]["texts"] == ["Ett annat namn"]
    assert [record.title for record in records_of(application)] == ["Ett.pdf", "Saknades.pdf"]


def test_files_of_a_round_that_was_never_answered_do_not_come_with_the_next(call, ombud, add):
    application = whole(ombud, call)
    add(ombud, application, b"ett", "Ett.pdf")
    applications.submit(ombud, application.id)
    handlaggare = officer()
    with clock.at(IN_MAY):
        first = supplements.request(handlaggare, application.id, replace(ASKED_FOR, parts=("q_10",)))
        services.remove(ombud, application.id, 10, files_of(ombud, application)[0].id)
        add(ombud, application, b"aldrig sand", "Aldrig sand.pdf")
    with clock.at(IN_JUNE):
        supplements.close(handlaggare, first)
        again = replace(ASKED_FOR, parts=("q_1",), last_day=date(2020, 6, 15))
        second = supplements.request(handlaggare, application.id, again)
        supplements.answer(ombud, second)
    db.close_read_session()
    content = application_queries.frozen_content(application.id, 2)
    db.close_read_session()
    assert [file["name"] for file in content["sections"][-1]["answers"][0]["files"]] == ["Ett.pdf"]
    assert [record.title for record in records_of(application)] == ["Ett.pdf"]


# --- Viruses ---------------------------------------------------------------------------------------------------------


class Scanner(threading.Thread):
    """A ClamAV that finds what it is told to find, on a port of its own."""

    def __init__(self, answer: bytes) -> None:
        super().__init__(daemon=True)
        self.answer, self.got = answer, b""
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"

    def run(self) -> None:
        with self.socket, self.socket.accept()[0] as line, line.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\0"
            while size := struct.unpack(">I", stream.read(4))[0]:
                self.got += stream.read(size)
            line.sendall(self.answer)


@pytest.fixture
def scanned(folder):
    def scan(answer: bytes) -> bytes:
        scanner = Scanner(answer)
        scanner.start()
        db.close_read_session()
        worker.drain(Settings(instance=folder.parent, clamav=scanner.address))
        scanner.join(5)
        db.close_read_session()
        return scanner.got

    return scan


def status_of(who, application):
    (file,) = files_of(who, application)
    return file.status


def readable(who, application):
    (file,) = files_of(who, application)
    return queries.draft_file(who, application.id, 10, file.id) is not None


def test_nobody_reads_a_file_before_it_has_been_scanned(call, ombud, add, scanned):
    application = begin(ombud, call)
    add(ombud, application, b"x" * 100_000, scan=True)
    assert status_of(ombud, application) is FileStatus.WAITING
    assert not readable(ombud, application)
    assert scanned(b"stream: OK\0") == b"x" * 100_000
    assert status_of(ombud, application) is FileStatus.READY
    assert readable(ombud, application)


def test_a_file_with_a_virus_is_never_read_nor_handed_in(call, ombud, add, scanned):
    application = whole(ombud, call)
    add(ombud, application, scan=True)
    scanned(b"stream: Eicar FOUND\0")
    assert status_of(ombud, application) is FileStatus.BLOCKED
    assert not readable(ombud, application)
    with pytest.raises(RuleViolations, match="spärrad"):
        applications.submit(ombud, application.id)


def test_a_virus_that_is_found_after_hand_in_is_told_to_both_sides(call, region, ombud, add, scanned):
    application = whole(ombud, call)
    add(ombud, application, scan=True)
    handler = officer()
    applications.submit(ombud, application.id)
    (record,) = records_of(application)
    assert queries.handed_in_file(handler, record.id) is None
    db.close_read_session()
    scanned(b"stream: Eicar FOUND\0")
    assert events_of(record) == ["file.blocked"]
    assert queries.handed_in_file(handler, record.id) is None
    told = {notice.user_id for notice in committed().scalars(select(Notice)) if notice.title == "En bilaga är spärrad"}
    assert told >= {handler.user_id, ombud.user_id}


@pytest.mark.parametrize("answer", [b"stream: INSTREAM size limit exceeded. ERROR\0", b""])
def test_without_a_verdict_the_file_waits_and_is_tried_again(call, ombud, add, scanned, answer):
    application = begin(ombud, call)
    add(ombud, application, scan=True)
    scanned(answer)
    assert status_of(ombud, application) is FileStatus.WAITING
    (item,) = committed().scalars(select(OutboxItem).where(OutboxItem.kind == SCAN))
    assert item.done_at is None
    assert "ScanFailed" in item.last_error


def test_a_scanner_that_is_away_loses_nothing(call, ombud, add, folder):
    application = begin(ombud, call)
    add(ombud, application, scan=True)
    db.close_read_session()
    worker.drain(Settings(instance=folder.parent, clamav=str(folder / "no.sock")))
    assert status_of(ombud, application) is FileStatus.WAITING
    assert committed().scalars(select(Attachment)).one()
