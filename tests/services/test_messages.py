"""Meddelanden i ärendet: a handling each, written once, told to the other side without a word of what it says."""

import email
import json
from datetime import UTC, datetime
from email import policy as mail_policy

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from grantportal import db, worker
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.cases import Direction, RecordKind
from grantportal.domain.errors import NoRight, NotVisible, RuleViolation, RuleViolations
from grantportal.domain.messages import AlreadySent, WriteMessage
from grantportal.domain.organisations import OrganisationKind
from grantportal.models.cases import Case
from grantportal.models.messages import Message, MessageRead
from grantportal.models.portal import Event, Notice, OutboxItem
from grantportal.models.records import Record
from grantportal.queries import accounts
from grantportal.queries import messages as queries
from grantportal.services import messages
from grantportal.settings import Settings
from tests.support.casework import ApplicationFactory
from tests.support.factories import OrganisationFactory, person
from tests.support.rows import committed, events_of, saved

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime(2020, 5, 4, 9, 30, tzinfo=UTC)
NUMBER = "811218-9876"
SECRET = "Kan vi räkna med lönebikostnaderna?"


@pytest.fixture
def case():
    return ApplicationFactory().case


@pytest.fixture
def authority():
    return OrganisationFactory(kind=OrganisationKind.AUTHORITY, name="Myndigheten")


@pytest.fixture
def settings(tmp_path):
    return Settings(instance=tmp_path, secret_key="tests", public_url="https://bidrag.example.se")


def actor(role, organisation, **mandate):
    who = accounts.actor_of(person(role, organisation, **mandate).id)
    db.close_read_session()
    return who


def write(who, case, said=SECRET, **more) -> int:
    with clock.at(NOW):
        return messages.write(who, case.id, WriteMessage(said, **more))


def rows(model) -> list:
    return list(committed().scalars(select(model).order_by(model.id)))


def test_each_message_is_a_handling_with_who_when_and_which_way(case, authority):
    ombud, officer = actor(Role.OMBUD, case.organisation), actor(Role.HANDLAGGARE, authority)
    asked, answered = write(ombud, case), write(officer, case, "Ja, de ingår i lönerna.")

    first, second = rows(Message)
    assert (first.id, first.direction, first.written_by_id, first.written_at) == (
        asked,
        Direction.IN,
        ombud.user_id,
        NOW,
    )
    assert (second.id, second.direction, second.written_by_id) == (answered, Direction.OUT, officer.user_id)
    records = rows(Record)
    assert [(each.kind, each.direction, each.number, each.text) for each in records] == [
        (RecordKind.MESSAGE, Direction.IN, 1, SECRET),
        (RecordKind.MESSAGE, Direction.OUT, 2, "Ja, de ingår i lönerna."),
    ]
    assert [each.record_id for each in (first, second)] == [each.id for each in records]
    assert {each.counterpart for each in records} == {case.organisation.name}
    assert events_of(first) == ["message.sent"]


@pytest.mark.parametrize("operation", ["UPDATE messages SET text = 'annat'", "DELETE FROM messages"])
def test_the_database_refuses_to_change_a_message(case, operation):
    write(actor(Role.OMBUD, case.organisation), case)
    with pytest.raises(DBAPIError, match="written once"), db.writing_session() as session, session.begin():
        session.execute(text(operation))


@pytest.mark.parametrize("role", [Role.OMBUD, Role.REPRESENTANT, Role.UPPGIFTSSAMORDNARE])
def test_those_who_fill_in_may_write(case, role):
    assert write(actor(role, case.organisation), case)


def test_others_in_the_organisation_and_the_authority_may_not(case, authority):
    with pytest.raises(NoRight):
        write(actor(Role.APPLICANT_ECONOMIST, case.organisation), case)
    for role in (Role.BESLUTSFATTARE, Role.REGISTRATOR, Role.INSYN, Role.FINANCE):
        with pytest.raises(NoRight):
            write(actor(role, authority), case)
    assert rows(Message) == []


def test_anothers_case_is_not_there(case, authority):
    another = ApplicationFactory()
    for who in (
        actor(Role.OMBUD, another.organisation),
        actor(Role.REPRESENTANT, case.organisation, case_id=another.case_id),
        actor(Role.ADMINISTRATOR, authority),
    ):
        with pytest.raises(NotVisible):
            write(who, case)
        assert queries.thread(who, case.id, 1) is None
        db.close_read_session()


def test_before_the_diarienummer_nobody_writes_and_the_authority_sees_nothing(authority):
    case = ApplicationFactory(draft=True).case
    with pytest.raises(RuleViolation, match="inget diarienummer än"):
        write(actor(Role.OMBUD, case.organisation), case)
    with pytest.raises(NotVisible):
        write(actor(Role.HANDLAGGARE, authority), case)
    assert rows(Message) == []


def test_a_closed_case_is_not_written_in(case):
    ombud = actor(Role.OMBUD, case.organisation)
    with db.writing_session() as session, session.begin():
        session.get_one(Case, case.id).closed_at = NOW
    with pytest.raises(RuleViolation, match="avslutat"):
        write(ombud, case)
    assert rows(Message) == []


def test_the_same_page_sent_twice_sends_once_and_leaves_no_trace_of_the_second(case):
    ombud = actor(Role.OMBUD, case.organisation)
    first = write(ombud, case)
    with pytest.raises(AlreadySent):
        write(ombud, case)
    assert len(rows(Message)) == len(rows(Record)) == 1
    assert len(rows(OutboxItem)) == 1
    assert len(rows(Event)) == 1
    with pytest.raises(AlreadySent):
        write(ombud, case, seen=first)
    write(actor(Role.REPRESENTANT, case.organisation), case, "Ett svar emellan")
    assert write(ombud, case, seen=first) != first, "a page that has shown it may say it again"


def test_a_colleague_may_say_the_same(case):
    write(actor(Role.OMBUD, case.organisation), case)
    write(actor(Role.REPRESENTANT, case.organisation), case)
    assert len(rows(Message)) == 2


# --- Who is told, and what of -----------------------------------------------------------------------------------


def told() -> set[int]:
    return {each.user_id for each in rows(Notice)}


def test_the_other_side_is_told_and_the_writer_is_not(case, authority, settings):
    region = {role: actor(role, case.organisation) for role in (Role.OMBUD, Role.UPPGIFTSSAMORDNARE)}
    officers = [actor(Role.HANDLAGGARE, authority) for _ in range(2)]
    actor(Role.FINANCE, authority)
    write(region[Role.UPPGIFTSSAMORDNARE], case)
    worker.drain(settings)
    assert told() == {officer.user_id for officer in officers}

    write(officers[0], case, "Svar")
    worker.drain(settings)
    assert told() == {officer.user_id for officer in officers} | {each.user_id for each in region.values()}
    assert {(each.about, each.about_id) for each in rows(Notice)} == {
        ("messages", message.id) for message in rows(Message)
    }


def test_neither_notice_nor_mail_nor_history_nor_outbox_holds_a_word_of_it(case, authority, settings):
    with db.writing_session() as session, session.begin():
        session.get_one(type(case.organisation), case.organisation_id).mailbox = "registrator@region.example"
    ombud, officer = actor(Role.OMBUD, case.organisation), actor(Role.HANDLAGGARE, authority)
    write(ombud, case)
    write(officer, case, SECRET)
    worker.drain(settings)

    letters = [
        email.message_from_bytes(path.read_bytes(), policy=mail_policy.default) for path in settings.mail.iterdir()
    ]
    assert len(letters) == 3, "the officer, the ombud and the region's mailbox"
    said = [
        *(str(letter["Subject"]) + letter.get_content() for letter in letters),
        *(each.title + each.text for each in rows(Notice)),
        *(each.data for each in rows(Event)),
        *(each.payload for each in rows(OutboxItem)),
        *(each.title for each in rows(Record)),
    ]
    for secret in (SECRET, "lönebikostnad", ombud.name, officer.name):
        assert not [each for each in said if secret in each]
    assert all("https://bidrag.example.se/meddelanden" in letter.get_content() for letter in letters)


def test_the_notices_are_read_with_the_thread(case, authority, settings):
    ombud, officer = actor(Role.OMBUD, case.organisation), actor(Role.HANDLAGGARE, authority)
    first = write(officer, case)
    second = write(officer, case, "Ett till")
    worker.drain(settings)

    assert messages.mark_read(ombud, case.id, first) == 1
    assert messages.mark_read(ombud, case.id, first) == 0
    assert [each.read_at is not None for each in rows(Notice)] == [True, False]
    assert messages.mark_read(ombud, case.id, second) == 1
    messages.mark_read(ombud, case.id, first)
    [mark] = rows(MessageRead)
    assert mark.message_id == second, "an older page does not make what has been read unread"


def test_unread_is_what_somebody_else_has_written_since(case, authority):
    ombud, officer = actor(Role.OMBUD, case.organisation), actor(Role.HANDLAGGARE, authority)
    write(ombud, case)
    answer = write(officer, case, "Svar")

    def new(who) -> list[bool]:
        db.close_read_session()
        return [row.is_new for row in queries.on_case(who, queries.case(who, case.id)).rows]

    assert new(ombud) == [True, False], "one's own is never new"
    assert new(officer) == [False, True]
    messages.mark_read(ombud, case.id, answer)
    assert new(ombud) == [False, False]
    assert new(officer) == [False, True], "each person reads for oneself"


# --- Personnummer -----------------------------------------------------------------------------------------------


def test_a_number_needs_a_reason_which_the_history_keeps_and_nothing_else_does(case, settings, authority):
    ombud = actor(Role.OMBUD, case.organisation)
    actor(Role.HANDLAGGARE, authority)
    with pytest.raises(RuleViolations, match="personnummer") as refusal:
        write(ombud, case, f"Gäller läkaren {NUMBER}")
    assert refusal.value.field == "text"
    assert rows(Message) == []
    with pytest.raises(RuleViolation, match="utan personnummer") as refusal:
        write(ombud, case, f"Gäller läkaren {NUMBER}", number_reason=f"För {NUMBER}")
    assert refusal.value.field == "number_reason"

    write(ombud, case, f"Gäller läkaren {NUMBER}", number_reason="Intyget gäller en person.")
    worker.drain(settings)

    [event] = rows(Event)
    assert json.loads(event.data)["kept_because"] == "Intyget gäller en person."
    held = [row.data for row in rows(Event)] + [row.payload for row in rows(OutboxItem)]
    held += [row.title + row.text for row in rows(Notice)] + [row.title for row in rows(Record)]
    held += [path.read_text() for path in settings.mail.iterdir()]
    assert not [each for each in held if "9876" in each]


def test_a_reason_without_a_number_is_not_kept(case):
    write(actor(Role.OMBUD, case.organisation), case, number_reason="Behövs inte.")
    [event] = rows(Event)
    assert "kept_because" not in json.loads(event.data)


def test_a_long_thread_is_read_page_by_page_and_a_link_finds_its_message(case, authority):
    ombud = actor(Role.OMBUD, case.organisation)
    with db.writing_session() as session, session.begin():
        session.get_one(Case, case.id)
    for number in range(queries.PAGE + 1):
        record = saved(
            Record(
                case_id=case.id,
                organisation_id=case.organisation_id,
                number=number + 1,
                kind=RecordKind.MESSAGE,
                title="Meddelande",
                direction=Direction.IN,
                dated_at=NOW,
            )
        )
        saved(
            Message(
                case_id=case.id,
                organisation_id=case.organisation_id,
                record_id=record.id,
                direction=Direction.IN,
                text=f"Nummer {number}",
                written_by_id=ombud.user_id,
                written_at=NOW,
            )
        )
    first = rows(Message)[0]

    newest = queries.thread(ombud, case.id, 1)
    assert (newest.messages.total, newest.pages, len(newest.messages.rows)) == (queries.PAGE + 1, 2, queries.PAGE)
    oldest = queries.thread(ombud, case.id, 1, first.id)
    assert (oldest.page, [row.text for row in oldest.messages.rows]) == (2, ["Nummer 0"])
    assert queries.thread(ombud, case.id, 99).page == 2
    shown = queries.on_case(ombud, newest.case)
    assert (len(shown.opened), len(shown.folded), shown.total) == (
        queries.OPEN,
        queries.ON_CASE - queries.OPEN,
        queries.PAGE + 1,
    )
