"""A mail server that is away, hangs, refuses and comes back: nothing is lost, nothing is sent twice, and nothing waits for it."""

import asyncio
import email
import json
import multiprocessing
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import policy
from ipaddress import ip_address
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from time import monotonic

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from sqlalchemy import func, select, update

from grantportal import db, worker
from grantportal.domain import clock
from grantportal.domain.accounts import hashed
from grantportal.domain.actors import Role
from grantportal.domain.organisations import OrganisationKind
from grantportal.domain.outbox import FAILURES, LONGEST_PAUSE
from grantportal.effects import notices
from grantportal.models.portal import Notice, OutboxItem
from grantportal.settings import Settings
from grantportal.transaction import Bookkeeping, bookkeeping
from tests.support.casework import ApplicationFactory
from tests.support.factories import OrganisationFactory, UserFactory, person
from tests.support.races import racers
from tests.support.rows import committed, saved

WORKERS = 2
MESSAGES = 5


class Letters:
    """Takes whatever is sent, but to whom it refuses; it never answers the letter after `hangs_after`."""

    def __init__(self) -> None:
        self.taken: list[email.message.EmailMessage] = []
        self.connections = 0
        self.refuses = self.hangs_after = None

    async def handle_EHLO(self, _server, session, _envelope, hostname, responses):
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address == self.refuses:
            return "550 nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        self.taken.append(email.message_from_bytes(envelope.content, policy=policy.default))
        if len(self.taken) == self.hangs_after:
            await asyncio.sleep(3600)
        return "250 OK"


@contextmanager
def mail_server(port: int) -> Iterator[Letters]:
    """A mail server that answers on the port."""
    letters = Letters()
    server = Controller(letters, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield letters
    finally:
        server.stop()


def free_port() -> int:
    """A port where nobody answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def drain(folder: str, port: int) -> int:
    """What a worker does until there is nothing to do now."""
    return worker.drain(Settings(instance=Path(folder), secret_key="tests", smtp_host="127.0.0.1", smtp_port=port))


def waiting() -> list[OutboxItem]:
    """The mail that is not sent."""
    return list(committed().scalars(select(OutboxItem).where(OutboxItem.kind == "mail", OutboxItem.done_at.is_(None))))


def test_mail_waits_for_its_server_and_each_letter_is_sent_once(signed_in, database, tmp_path):
    application = ApplicationFactory()
    with db.writing_session() as session, session.begin():
        session.get_one(type(application.organisation), application.organisation_id).mailbox = "post@region.example"
    ombud = person(Role.OMBUD, application.organisation)
    officer = signed_in(person(Role.HANDLAGGARE, OrganisationFactory(kind=OrganisationKind.AUTHORITY)))
    port = free_port()

    for number in range(MESSAGES):
        began = monotonic()
        sent = officer.post_form(f"/arenden/{application.case_id}/meddelanden", {"text": f"Meddelande {number}"})
        assert sent.status_code == 303
        assert monotonic() - began < worker.SMTP_SECONDS / 3, "no page waits for a mail server"

    with racers(database.url, drain, WORKERS) as line:
        line.race(*[(str(tmp_path), port)] * WORKERS)
        assert committed().scalar(select(func.count(Notice.id))) == MESSAGES, "the notices need no mail server"
        held = waiting()
        assert len(held) == 2 * MESSAGES, "one to the ombud and one to the region's mailbox, each"
        assert {(each.attempts, each.lease_until) for each in held} == {(0, None)}, "none of them has been begun"
        assert {each.last_error.split(":")[0] for each in held} == {"ConnectionRefusedError"}

        with mail_server(port) as letters:
            line.race(*[(str(tmp_path), port)] * WORKERS)

    assert waiting() == []
    assert sorted(letter["To"] for letter in letters.taken) == sorted([ombud.email, "post@region.example"] * MESSAGES)
    assert len({letter["Message-ID"] for letter in letters.taken}) == 2 * MESSAGES
    said = " ".join(letter["Subject"] + letter.get_content() for letter in letters.taken)
    assert "Meddelande 0" not in said
    assert officer.user.name not in said
    assert not [each for each in committed().scalars(select(OutboxItem.payload)) if "Meddelande 0" in json.loads(each)]


@contextmanager
def closed_mail_server(port: int, folder: Path) -> Iterator[Letters]:
    """A mail server that takes mail encrypted and from those with a password only; its own certificate is in `folder`."""
    certificate(folder)
    secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secured.load_cert_chain(folder / "certificate.pem", folder / "key.pem")

    def let_in(_server, _session, _envelope, _mechanism, given):
        return AuthResult(success=given.login == b"portal" and given.password == b"a password")

    letters = Letters()
    server = Controller(
        letters,
        hostname="127.0.0.1",
        port=port,
        tls_context=secured,
        require_starttls=True,
        authenticator=let_in,
        auth_required=True,
    )
    server.start()
    try:
        yield letters
    finally:
        server.stop()


def certificate(folder: Path) -> None:
    """A certificate of its own making for 127.0.0.1, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = clock.real_now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def test_mail_goes_encrypted_with_a_password_and_to_no_server_that_nobody_vouches_for(database, tmp_path, monkeypatch):
    user = UserFactory(password_hash=hashed("korrekt häst batteri"))
    port = free_port()
    settings = Settings(
        instance=tmp_path,
        secret_key="tests",
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_starttls=True,
        smtp_user="portal",
        smtp_password="a password",
    )
    with bookkeeping(Bookkeeping.OUTBOX) as (session, _):
        notices.tell_of_new_device(session, user.id)

    with closed_mail_server(port, tmp_path) as letters:
        worker.drain(settings)
        held = committed().scalars(select(OutboxItem)).one()
        assert held.last_error.startswith("SSLCertVerificationError")
        assert letters.taken == []

        with db.writing_session() as session, session.begin():
            session.execute(update(OutboxItem).values(available_at=datetime(2020, 1, 1, tzinfo=UTC)))
        trusting = ssl.create_default_context(cafile=tmp_path / "certificate.pem")
        monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)
        worker.drain(settings)

    assert [letter["To"] for letter in letters.taken] == [user.email]
    assert "smtp_password" not in repr(settings)


@contextmanager
def tarpit() -> Iterator[int]:
    """The port of a server that takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def until(is_so: Callable[[], bool]) -> bool:
    """Whether it comes about, however slow the machine is."""
    patience = monotonic() + 30
    while not (so := is_so()) and monotonic() < patience:
        time.sleep(0.02)
    return so


def put(kind: str, **payload: object) -> int:
    """Work that is due."""
    now = clock.real_now()
    return saved(OutboxItem(kind=kind, payload=json.dumps(payload), at=now, available_at=now)).id


def letters_to(count: int) -> list[tuple[int, str]]:
    """Mail to so many persons: each row with its address."""
    case = ApplicationFactory().case
    made = []
    for _ in range(count):
        ombud = person(Role.OMBUD, case.organisation)
        at = clock.real_now()
        about = {"user_id": ombud.id, "case_id": case.id}
        saved(Notice(**about, organisation_id=case.organisation_id, title="Nytt", text="Läs.", made_at=at))
        row = saved(OutboxItem(kind="mail", payload=json.dumps(about), at=at, available_at=at))
        made.append((row.id, ombud.email))
    return made


def rows() -> dict[int, OutboxItem]:
    """Every row of the outbox by its id."""
    return {row.id: row for row in committed().scalars(select(OutboxItem))}


def settings(folder: Path, port: int) -> Settings:
    return Settings(instance=folder, secret_key="tests", smtp_host="127.0.0.1", smtp_port=port)


def test_documents_scans_and_notices_are_done_while_the_mail_server_hangs(database, tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(worker, "SMTP_SECONDS", 120)
    mail = [key for key, _ in letters_to(3)]
    other = [
        put("notice", case_id=None, organisation_id=None, roles=["handlaggare"], title="Nytt", text="Läs."),
        put("render", record_id=1),
        put("scan", file_id=1),
    ]
    stop = Flag()
    with tarpit() as port:
        working = Thread(target=worker.run, args=(settings(tmp_path, port), stop))
        working.start()
        try:
            assert until(lambda: all(rows()[key].done_at for key in other))
            assert until(lambda: rows()[mail[0]].lease_until is not None), "the mail hangs meanwhile"
            assert not any(rows()[key].done_at for key in mail)
        finally:
            stop.set()
    # The server closes: whoever hung is let go.
    working.join(30)
    assert not working.is_alive()
    found = rows()
    assert {(found[key].done_at, found[key].lease_until, found[key].attempts) for key in mail} == {(None, None, 0)}


def test_a_server_that_never_answers_is_left_alone_then_tried_once_and_then_gets_all(database, tmp_path, monkeypatch):
    letters_to(4)
    monkeypatch.setattr(worker, "SMTP_SECONDS", 0.05)
    tried, connected = [], worker._connected
    monkeypatch.setattr(worker, "_connected", lambda given: tried.append(1) or connected(given))
    with tarpit() as port:
        post = worker.Post(settings(tmp_path, port))
        for _ in range(5):
            assert post.send_some() == 0
        assert len(tried) == FAILURES, "after so many it is left alone"
    later = clock.real_now() + LONGEST_PAUSE
    monkeypatch.setattr(clock, "real_now", lambda: later)
    monkeypatch.setattr(worker, "SMTP_SECONDS", 10)
    with mail_server(port) as letters:
        assert (post.send_some(), post.send_some(), post.send_some()) == (1, 3, 0)
    assert len(letters.taken) == 4
    assert letters.connections == 2, "one for the trial, and one for all the others"


def test_a_letter_that_is_refused_holds_up_no_other(database, tmp_path):
    made = letters_to(3)
    port = free_port()
    with mail_server(port) as letters:
        letters.refuses = made[1][1]
        worker.drain(settings(tmp_path, port))
    assert [letter["To"] for letter in letters.taken] == [made[0][1], made[2][1]]
    assert letters.connections == 1
    refused = rows()[made[1][0]]
    assert (refused.done_at, refused.attempts) == (None, 1)
    assert refused.available_at > clock.real_now()


def drain_of(url: str, folder: str, port: int) -> None:
    """A worker in a process of its own."""
    db.configure(url)
    drain(folder, port)


@pytest.mark.parametrize("hangs_after", [1, 3])
def test_of_a_batch_that_was_killed_at_most_the_letter_under_way_is_sent_twice(database, tmp_path, hangs_after):
    letters_to(5)
    db.close_read_session()
    port = free_port()
    with mail_server(port) as letters:
        letters.hangs_after = hangs_after
        process = multiprocessing.get_context("forkserver").Process(
            target=drain_of, args=(database.url, str(tmp_path), port)
        )
        process.start()
        assert until(lambda: len(letters.taken) == hangs_after)
        process.kill()
        process.join()
        with db.writing_session() as session, session.begin():
            session.execute(update(OutboxItem).values(lease_until=clock.real_now() - timedelta(seconds=1)))
        drain(str(tmp_path), port)
    times = Counter(letter["Message-ID"] for letter in letters.taken)
    assert sorted(times.values()) == [1, 1, 1, 1, 2]
    assert waiting() == []
