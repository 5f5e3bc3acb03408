"""A mail server that is away and comes back: nothing is lost, nothing is sent twice, and no page waits for it."""

import email
import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import policy
from ipaddress import ip_address
from pathlib import Path
from time import monotonic

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
from grantportal.effects import notices
from grantportal.models.portal import Notice, OutboxItem
from grantportal.settings import Settings
from grantportal.transaction import Bookkeeping, bookkeeping
from tests.support.casework import ApplicationFactory
from tests.support.factories import OrganisationFactory, UserFactory, person
from tests.support.races import racers
from tests.support.rows import committed

WORKERS = 2
MESSAGES = 5


class Letters:
    """Takes whatever is sent."""

    def __init__(self) -> None:
        self.taken: list[email.message.EmailMessage] = []

    async def handle_DATA(self, _server, _session, envelope):
        self.taken.append(email.message_from_bytes(envelope.content, policy=policy.default))
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
        assert {(each.attempts, each.last_error.split(":")[0]) for each in held} == {(1, "ConnectionRefusedError")}
        assert all(each.available_at > clock.real_now() for each in held), "they are not tried at once again"

        with db.writing_session() as session, session.begin():
            session.execute(update(OutboxItem).values(available_at=datetime(2020, 1, 1, tzinfo=UTC)))
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
