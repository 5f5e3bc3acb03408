"""Work after commit: done once, done again when the worker dies, never lost; and told to those it concerns."""

import email
import json
import logging
import smtplib
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import policy
from io import StringIO

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from grantportal import db, worker
from grantportal.domain import clock
from grantportal.domain.actors import Actor, Role
from grantportal.domain.events import EventKind
from grantportal.domain.organisations import OrganisationKind
from grantportal.effects import notices as effects
from grantportal.effects.outbox import LeaseLost
from grantportal.models.accounts import MandateRow, User
from grantportal.models.portal import Notice, OutboxItem
from grantportal.services import notices, outbox
from grantportal.settings import Settings
from grantportal.transaction import transaction
from tests.support.casework import CaseFactory
from tests.support.factories import MandateFactory, OrganisationFactory, UserFactory, person
from tests.support.rows import committed, saved

pytestmark = pytest.mark.usefixtures("database")

ACT = datetime(2020, 5, 4, 9, 30, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(instance=tmp_path, secret_key="tests", public_url="https://bidrag.example.se")


def item(kind="mail", payload=None, **values) -> OutboxItem:
    values.setdefault("available_at", clock.real_now())
    return saved(OutboxItem(kind=kind, payload=json.dumps(payload or {}), at=ACT, **values))


def mail_item(**values) -> OutboxItem:
    """A mail to somebody who has been told of a case."""
    case = CaseFactory()
    ombud = person(Role.OMBUD, case.organisation)
    about = {"user_id": ombud.id, "case_id": case.id}
    saved(Notice(**about, organisation_id=case.organisation_id, title="Nytt", text="Läs.", made_at=ACT))
    return item(payload=about, **values)


def row(key: int) -> OutboxItem:
    return committed().get_one(OutboxItem, key)


def told(case, *roles, authority=False):
    """An act at portal time ACT that tells somebody."""
    writer = UserFactory()
    with clock.at(ACT), transaction(Actor(writer.id), EventKind.CASE_REFERENCE_CHANGED) as act:
        act.about(act.session.get_one(type(case), case.id))
        tell = effects.tell_authority if authority else effects.tell_party
        tell(act, case, "Ni behöver komplettera", "Svara senast 4 juni.", *roles)


def names_told() -> list[int]:
    return list(committed().scalars(select(Notice.user_id).order_by(Notice.user_id)))


# --- Leases ------------------------------------------------------------------------------------------------------


def test_what_is_claimed_is_nobody_elses_until_the_lease_runs_out():
    item()

    assert len(outbox.claim()) == 1
    assert outbox.claim() == []


def test_work_of_a_worker_that_died_is_done_again(monkeypatch):
    waiting = item()
    [first] = outbox.claim()
    later = clock.real_now() + outbox.LEASE + timedelta(seconds=1)
    monkeypatch.setattr(clock, "real_now", lambda: later)

    [second] = outbox.claim()

    assert (second.id, second.attempts) == (waiting.id, 2)
    with pytest.raises(LeaseLost):
        outbox.complete(first)
    assert row(waiting.id).done_at is None
    outbox.complete(second)
    assert row(waiting.id).done_at is not None
    assert outbox.claim() == []


def test_the_oldest_is_taken_first():
    now = clock.real_now()
    item(available_at=now - timedelta(seconds=5))
    oldest = item(available_at=now - timedelta(minutes=5))

    assert [each.id for each in outbox.claim()] == [oldest.id]


def test_work_that_fails_waits_longer_each_time_and_says_why(settings, monkeypatch):
    failing = mail_item()

    def broken(*_):
        raise OSError("disk full")

    monkeypatch.setattr(worker, "_write", broken)
    before = clock.real_now()
    assert worker.drain(settings) == 1

    waiting = row(failing.id)
    assert waiting.last_error == "OSError: disk full"
    assert waiting.done_at is None
    assert waiting.lease_until is None
    assert waiting.available_at >= before + outbox.FIRST_WAIT
    assert worker.drain(settings) == 0, "it waits"
    assert worker.remaining() == 1, "it is not lost"


def test_the_longest_wait_is_an_hour(settings):
    tired = item(kind="unheard of", attempts=60)
    before = clock.real_now()

    worker.drain(settings)

    assert row(tired.id).available_at <= before + outbox.LONGEST_WAIT + timedelta(seconds=60)
    assert "KeyError" in row(tired.id).last_error


def test_notices_are_made_whole_or_not_at_all(monkeypatch):
    """Killed between the notices and the mark that they are made, both are undone and both are done again."""
    case = CaseFactory()
    person(Role.OMBUD, case.organisation)
    told(case)
    [work] = outbox.claim()

    def dies(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(notices, "canonical", dies)
        with pytest.raises(KeyboardInterrupt):
            notices.deliver(work.id, work.lease_key, work.payload, work.at)
    assert names_told() == []

    notices.deliver(work.id, work.lease_key, work.payload, work.at)
    with pytest.raises(LeaseLost):
        notices.deliver(work.id, work.lease_key, work.payload, work.at)
    assert len(names_told()) == 1


# --- Who is told --------------------------------------------------------------------------------------------------


def test_the_party_is_told_and_nobody_else(settings):
    case, other = CaseFactory(), CaseFactory()
    ombud = person(Role.OMBUD, case.organisation)
    person(Role.UPPGIFTSSAMORDNARE, case.organisation)
    person(Role.OMBUD, other.organisation)
    only_this = person(Role.REPRESENTANT, case.organisation, case_id=case.id)
    of_another = CaseFactory(organisation=case.organisation, grant=case.grant)
    person(Role.REPRESENTANT, case.organisation, case_id=of_another.id)
    person(Role.OMBUD, case.organisation, valid_to=date(2020, 5, 3))
    person(Role.OMBUD, case.organisation, valid_from=date(2020, 5, 5))
    last_day = person(Role.OMBUD, case.organisation, valid_to=date(2020, 5, 4))
    closed = UserFactory(closed_at=ACT)
    MandateFactory(role=Role.OMBUD, organisation_id=case.organisation_id, user=closed)
    told(case)

    worker.drain(settings)

    assert names_told() == sorted([ombud.id, only_this.id, last_day.id])
    notice = committed().scalars(select(Notice)).first()
    assert (notice.title, notice.made_at, notice.read_at) == ("Ni behöver komplettera", ACT, None)


def test_the_authoritys_persons_are_told_by_role(settings):
    case = CaseFactory()
    authority = OrganisationFactory(kind=OrganisationKind.AUTHORITY)
    officer = person(Role.HANDLAGGARE, authority)
    person(Role.FINANCE, authority)
    person(Role.OMBUD, case.organisation)
    told(case, Role.HANDLAGGARE, authority=True)

    worker.drain(settings)

    assert names_told() == [officer.id]


def test_one_person_with_two_mandates_is_told_once(settings):
    case = CaseFactory()
    ombud = person(Role.OMBUD, case.organisation)
    MandateFactory(role=Role.REPRESENTANT, organisation_id=case.organisation_id, user=ombud)
    told(case)

    worker.drain(settings)

    assert names_told() == [ombud.id]


# --- Mail ---------------------------------------------------------------------------------------------------------


def letters(settings) -> dict[str, email.message.EmailMessage]:
    found = [email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in settings.mail.iterdir()]
    return {letter["To"]: letter for letter in found}


def test_a_mail_says_that_something_waits_and_where_but_not_what(settings):
    case = CaseFactory(registration_number="DEMO 2020-0042")
    with db.writing_session() as session, session.begin():
        session.get_one(type(case.organisation), case.organisation_id).mailbox = "registrator@region.example"
    ombud = person(Role.OMBUD, case.organisation)
    told(case)

    worker.drain(settings)

    sent = letters(settings)
    assert sent.keys() == {ombud.email, "registrator@region.example"}
    text = sent[ombud.email].get_content()
    assert "https://bidrag.example.se/meddelanden" in text
    assert "DEMO 2020-0042" in text
    assert "komplettera" not in text.lower() + sent[ombud.email]["Subject"].lower()
    assert sent[ombud.email]["Date"] == "Mon, 04 May 2020 11:30:00 +0200"


def test_a_mail_that_is_sent_again_can_be_recognised(settings):
    """Killed between sending and the mark that it is sent, it is sent once more with the same Message-ID and file."""
    once = mail_item()
    worker.drain(settings)
    first = [path.read_bytes() for path in settings.mail.iterdir()]
    with db.writing_session() as session, session.begin():
        session.get_one(OutboxItem, once.id).done_at = None

    assert worker.drain(settings) == 1

    assert [path.read_bytes() for path in settings.mail.iterdir()] == first


@pytest.mark.parametrize(
    "ended",
    [
        {"ended_at": ACT},
        {"valid_to": date(2020, 5, 4)},
        {"case_id": "another"},
        {"closed_at": ACT},
    ],
)
def test_who_has_lost_the_behorighet_while_the_mail_waited_does_not_get_it(settings, ended):
    waiting, kept = mail_item(), mail_item()
    about, another = json.loads(waiting.payload), CaseFactory().id
    with db.writing_session() as session, session.begin():
        mandate = session.scalars(select(MandateRow).where(MandateRow.user_id == about["user_id"])).one()
        closed = ended.get("closed_at")
        session.get_one(User, about["user_id"]).closed_at = closed
        for name, value in ended.items():
            if name != "closed_at":
                setattr(mandate, name, another if value == "another" else value)

    assert worker.drain(settings) == 2

    assert row(waiting.id).done_at is not None
    assert row(waiting.id).last_error == outbox.NOT_SENT
    assert row(kept.id).last_error == ""
    receiver = committed().get_one(User, json.loads(kept.payload)["user_id"])
    assert letters(settings).keys() == {receiver.email}
    assert worker.remaining() == 0


def test_who_was_told_as_an_officer_and_is_an_ombud_now_gets_no_mail(settings):
    """Another behörighet than the one that the person was told by."""
    case = CaseFactory()
    ombud = person(Role.OMBUD, case.organisation)
    saved(Notice(user_id=ombud.id, case_id=case.id, organisation_id=None, title="Nytt", text="Läs.", made_at=ACT))
    waiting = item(payload={"user_id": ombud.id, "case_id": case.id})

    worker.drain(settings)

    assert row(waiting.id).last_error == outbox.NOT_SENT


def test_nobody_is_invited_to_a_behorighet_that_has_ended(settings):
    over = MandateFactory(organisation_id=OrganisationFactory().id, role=Role.OMBUD, valid_to=date(2020, 5, 4))
    to_come = MandateFactory(organisation_id=OrganisationFactory().id, role=Role.OMBUD, valid_from=date(2999, 1, 1))
    late, early = (item(kind="invitation", payload={"mandate_id": each.id}) for each in (over, to_come))

    worker.drain(settings)

    assert (row(late.id).last_error, row(early.id).last_error) == (outbox.NOT_SENT, "")
    assert len(letters(settings)) == 1


def test_with_a_mail_server_the_letter_goes_there(settings, monkeypatch):
    sent = []

    class Server:
        def __init__(self, host, port, timeout):
            self.address = (host, port)

        def quit(self):
            pass

        def close(self):
            pass

        def send_message(self, letter):
            sent.append((self.address, letter["To"], letter["Message-ID"]))

    monkeypatch.setattr(smtplib, "SMTP", Server)
    waiting = mail_item()
    receiver = committed().get_one(User, json.loads(waiting.payload)["user_id"])

    worker.drain(replace(settings, smtp_host="post.example.se", smtp_port=2525))

    assert sent == [(("post.example.se", 2525), receiver.email, f"<bidragsportalen-{waiting.id}@bidrag.example.se>")]
    assert not settings.mail.exists()


# --- The worker itself --------------------------------------------------------------------------------------------


def test_the_worker_finishes_what_it_has_begun_and_stops(settings):
    waiting = [mail_item() for _ in range(2)]
    stop = threading.Event()
    real, begun = worker._mail, []

    def first_and_then_told_to_stop(given, work):
        begun.append(work.id)
        stop.set()
        return real(given, work)

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(worker.LETTERS, "mail", first_and_then_told_to_stop)
        worker.run(settings, stop)

    assert begun == [waiting[0].id]
    assert row(waiting[0].id).done_at is not None
    assert row(waiting[1].id).done_at is None
    assert (row(waiting[1].id).lease_until, row(waiting[1].id).attempts) == (None, 0), "it waits as before"


def test_what_the_day_brings_is_looked_for_once_a_minute_and_at_once_when_it_is_another_day(settings, monkeypatch):
    done, minutes = [], [100.0]
    monkeypatch.setattr(worker, "daily", lambda _: done.append(clock.today()))
    monkeypatch.setattr(worker, "monotonic", lambda: minutes[0])
    chores = worker.Chores(settings)
    for _ in range(2):
        chores.do_if_due()
    assert len(done) == 1
    minutes[0] += worker.CHORES_SECONDS - 1
    chores.do_if_due()
    assert len(done) == 1
    minutes[0] += 1
    chores.do_if_due()
    assert len(done) == 2
    with clock.at(ACT):
        chores.do_if_due()
    assert done[2] == date(2020, 5, 4)


def test_what_could_not_be_done_is_tried_in_the_next_round(settings, monkeypatch):
    done = []

    def fails(_):
        done.append(1)
        raise OperationalError("SELECT 1", {}, Exception("the server is starting"))

    monkeypatch.setattr(worker, "daily", fails)
    chores = worker.Chores(settings)
    for _ in range(2):
        with pytest.raises(OperationalError):
            chores.do_if_due()
    assert len(done) == 2


def test_the_worker_waits_for_a_database_that_is_away(settings, monkeypatch):
    stop, tries = threading.Event(), []

    def away(_):
        tries.append(1)
        if len(tries) == 3:
            stop.set()
        raise OperationalError("SELECT 1", {}, Exception("the server is starting"))

    monkeypatch.setattr(worker, "daily", away)
    monkeypatch.setattr(worker, "PAUSE_SECONDS", 0)

    worker.run(settings, stop)

    assert len(tries) == 3


def test_no_personnummer_follows_an_error_into_the_log_or_the_outbox(monkeypatch, app, settings):
    """Whatever a failing statement was about: the words of the error and its traceback are written without it."""
    lines = StringIO()
    handler = logging.StreamHandler(lines)
    worker.log.addHandler(handler)
    failing = item(kind="failing")

    def fail(*_):
        raise ValueError("kunde inte spara 811218-9876")

    monkeypatch.setitem(worker._WORK, "failing", fail)
    try:
        worker.work_once(settings)
        worker.log.error("om %s", "19811218-9876")
    finally:
        worker.log.removeHandler(handler)

    assert "kunde inte spara [personnummer]" in lines.getvalue()
    assert "om [personnummer]" in lines.getvalue()
    assert "9876" not in lines.getvalue()
    assert row(failing.id).last_error == "ValueError: kunde inte spara [personnummer]"
