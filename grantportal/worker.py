"""Takes outbox rows: documents, notices, mail; and once a day the anchor and the sweeping of files.

Work is claimed with a lease and done outside every lock. A worker that is killed half-way loses nothing: its lease runs
out and the work is done again.
"""

import json
import logging
import os
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from threading import Event as Flag
from typing import Any
from urllib.parse import urlsplit

from grantportal import db, logs, standstill
from grantportal.domain import clock
from grantportal.domain.accounts import INVITATION_TIME
from grantportal.domain.actors import SYSTEM, Actor
from grantportal.domain.attachments import KIND_OF
from grantportal.domain.cases import FrozenKind
from grantportal.domain.documents import Document
from grantportal.domain.frozen import decision_document, receipt_document, report_document
from grantportal.effects import files as placing
from grantportal.effects.notices import INVITATION, INVITED, NOTICE, OMBUD_MAIL, SIGN_IN_MAIL
from grantportal.effects.records import RENDER
from grantportal.exports import archive, mail, pdf
from grantportal.imports import clamav
from grantportal.keys import invitation_purpose, key_for, ombud_key
from grantportal.queries import accounts as account_queries
from grantportal.queries import attachments as attachment_queries
from grantportal.queries import notices as notice_queries
from grantportal.queries import ombud, records
from grantportal.queries import outbox as waiting
from grantportal.services import accounts, anchors, attachments, calls, files, notices, outbox, reminders, reports
from grantportal.services.outbox import Claimed
from grantportal.settings import Settings

log = logging.getLogger("grantportal.worker")

PAUSE_SECONDS = 1.0
SMTP_SECONDS = 30
PDF = "application/pdf"

Builder = Callable[[dict[str, Any], str, Settings], Document]
_BUILDERS: dict[FrozenKind, Builder] = {
    FrozenKind.APPLICATION: lambda content, sha256, settings: receipt_document(
        content, authority=settings.authority_name, sha256=sha256, example=settings.demonstration
    ),
    FrozenKind.DECISION: lambda content, sha256, _: decision_document(content, sha256),
    FrozenKind.REPORT: lambda content, sha256, _: report_document(content, sha256),
}


def run(settings: Settings, stop: Flag) -> None:
    """Work until `stop` is set: what has been begun is finished first."""
    while not stop.is_set():
        try:
            with _use(settings):
                daily(settings)
            while not stop.is_set():
                with _use(settings):
                    if not work_once(settings):
                        break
        except standstill.StandsStill:
            db.close_read_session()
        except Exception as error:
            # The database may be away for a while; the worker waits for it.
            if db.is_outage(error):
                log.warning("away: %s", logs.first_line(error))
            else:
                log.exception("the worker could not fetch work")
            db.close_read_session()
        stop.wait(PAUSE_SECONDS)


@contextmanager
def _use(settings: Settings) -> Iterator[None]:
    """Work piece by piece: between two pieces the demonstration may begin anew."""
    use = standstill.Use(settings.instance) if settings.demonstration else None
    try:
        yield
    finally:
        if use is not None:
            use.end()


def drain(settings: Settings) -> int:
    """Do all that can be done now and answer how much was done; what failed waits to be tried again."""
    done = 0
    while work_once(settings):
        done += 1
    return done


def remaining() -> int:
    """How much of the outbox is not done."""
    try:
        return waiting.waiting_count()
    finally:
        db.close_read_session()


def daily(settings: Settings) -> None:
    """What the day and what others do bring about: yesterday's anchor, the sweeping of files, reminders, the end of an
    attestation whose figures are others now, that a call has opened. Without effect when it has been done."""
    if anchors.make_for_yesterday():
        files.sweep(settings.files)
    reminders.send(settings.reminder_days)
    reports.end_outdated_attestations()
    calls.tell_opened()
    db.close_read_session()


def work_once(settings: Settings) -> bool:
    """Claim and do one piece of work; say whether there was any."""
    work = outbox.claim()
    if work is None:
        return False
    try:
        _WORK[work.kind](settings, work)
    except Exception as error:
        log.exception("outbox %s (%s) failed, attempt %s", work.id, work.kind, work.attempts)
        outbox.put_back(work, f"{type(error).__name__}: {error}")
    finally:
        db.close_read_session()
    return True


# --- Documents ---------------------------------------------------------------------------------------------------


def _render(settings: Settings, work: Claimed) -> None:
    document(settings, work.payload["record_id"])
    outbox.complete(work)


def document(settings: Settings, record_id: int, actor: Actor = SYSTEM) -> tuple[str, str, bytes] | None:
    """The record's document as (name, media type, bytes): the stored bytes, or rendered and stored now.

    So the first reader never waits for the worker. None when the record has no document that the actor may see.
    """
    ready = attachment_queries.handed_in_file(actor, record_id)
    facts = records.to_render(record_id, actor) if ready is None else None
    db.close_read_session()
    if ready is not None:
        return ready.shown_name, ready.media_type, (settings.files / ready.stored_name).read_bytes()
    if facts is None:
        return None
    if facts.file is None:
        made = pdf.render(_BUILDERS[facts.kind](json.loads(facts.content), facts.sha256, settings))
        try:
            files.attach(record_id, placing.place(settings.files, made), shown_name=facts.shown_name, media_type=PDF)
        except Exception as error:
            if not db.is_outage(error):
                raise
            # It is the same bytes each time: who reads it need not wait until it can be stored.
            return facts.shown_name, PDF, made
        # Somebody else may have been first: what is stored is what everybody gets.
        facts = records.to_render(record_id, actor)
        db.close_read_session()
        if facts is None or facts.file is None:
            return None
    stored = facts.file
    return stored.shown_name, stored.media_type, (settings.files / stored.stored_name).read_bytes()


def whole_case(settings: Settings, case_id: int, actor: Actor) -> tuple[str, bytes] | None:
    """Every handling of the case that the actor may see, as one file: its name and bytes. None when the case is not there."""
    case = records.to_pack(actor, case_id)
    db.close_read_session()
    if case is None:
        return None
    return case.file_name, archive.zipped(case.heading, _parts(settings, case, actor))


def _parts(settings: Settings, case: records.CaseToPack, actor: Actor) -> Iterator[archive.Part]:
    for record in case.records:
        found = document(settings, record.id, actor) if record.has_document else None
        if found is not None:
            _, media_type, content = found
            yield archive.Part(record.number, record.title, KIND_OF[media_type], content, record.line)
        if record.text:
            yield archive.Part(record.number, record.title, None, record.text.encode("utf-8-sig"), record.line)


# --- Notices and mail --------------------------------------------------------------------------------------------


def _notice(_settings: Settings, work: Claimed) -> None:
    notices.deliver(work.id, work.lease_key, work.payload, work.at)


def _mail(settings: Settings, work: Claimed) -> None:
    """Send the mail. Sent and then killed, it is sent once more: its Message-ID is the same, so it can be recognised."""
    facts = _receiver(work)
    db.close_read_session()
    if facts is not None:
        letter = mail.message(
            mail.Letter(
                key=work.id,
                to=facts.to,
                sender=settings.mail_from,
                at=work.at,
                link=f"{settings.public_url.rstrip('/')}/meddelanden",
                host=urlsplit(settings.public_url).hostname or "localhost",
                registration_number=facts.registration_number,
            )
        )
        _deliver(settings, work, letter)
    _sent(work, facts is not None)


def _invitation(settings: Settings, work: Claimed) -> None:
    """Invite a person by mail. Sent twice, it carries the same link: the key follows from the work and the portal's secret."""
    facts = account_queries.invitation(work.payload["mandate_id"])
    db.close_read_session()
    if facts is not None:
        address = settings.public_url.rstrip("/")
        if facts.needs_link:
            key = key_for(settings.secret_key, f"invitation {work.id}")
            accounts.keep_link(facts.user_id, key, settings.link_hours)
            address += f"/valkommen/{key}"
        letter = mail.invitation(
            mail.Letter(
                key=work.id,
                to=facts.to,
                sender=settings.mail_from,
                at=work.at,
                link=address,
                host=urlsplit(settings.public_url).hostname or "localhost",
            ),
            role=facts.role_text,
            organisation=facts.organisation,
            link_hours=settings.link_hours if facts.needs_link else 0,
        )
        _deliver(settings, work, letter)
    _sent(work, facts is not None)


def _ask_invited(settings: Settings, work: Claimed) -> None:
    """Ask somebody to take a behörighet. Sent twice, it carries the same link."""
    facts = account_queries.invited(work.payload["invitation_id"])
    db.close_read_session()
    if facts is not None:
        key = key_for(settings.secret_key, invitation_purpose(facts.id))
        letter = mail.asked(
            mail.Letter(
                key=work.id,
                to=facts.to,
                sender=settings.mail_from,
                at=work.at,
                link=f"{settings.public_url.rstrip('/')}/inbjudan/{facts.id}/{key}",
                host=urlsplit(settings.public_url).hostname or "localhost",
            ),
            role=facts.role_text,
            organisation=facts.organisation,
            days=INVITATION_TIME.days,
        )
        _deliver(settings, work, letter)
    _sent(work, facts is not None)


def _sign_in_mail(settings: Settings, work: Claimed) -> None:
    """Tell a person that the account has been used with a device that was not known for it."""
    to = account_queries.open_address(work.payload["user_id"])
    db.close_read_session()
    if to is not None:
        letter = mail.new_device(
            mail.Letter(
                key=work.id,
                to=to,
                sender=settings.mail_from,
                at=work.at,
                link=f"{settings.public_url.rstrip('/')}/om/hjalp#kontakt",
                host=urlsplit(settings.public_url).hostname or "localhost",
            )
        )
        _deliver(settings, work, letter)
    _sent(work, to is not None)


def _ombud_mail(settings: Settings, work: Claimed) -> None:
    """The link with which somebody without an account follows an ombudsansökan."""
    application_id = work.payload["application_id"]
    facts = ombud.mail(application_id)
    db.close_read_session()
    if facts is not None:
        key = ombud_key(settings.secret_key, application_id, clock.stockholm(work.at).date())
        letter = mail.ombud_application(
            mail.Letter(
                key=work.id,
                to=facts.to,
                sender=settings.mail_from,
                at=work.at,
                link=f"{settings.public_url.rstrip('/')}/ombudsansokan/{application_id}/{key}",
                host=urlsplit(settings.public_url).hostname or "localhost",
                registration_number=facts.registration_number,
            )
        )
        _deliver(settings, work, letter)
    outbox.complete(work)


def _deliver(settings: Settings, work: Claimed, letter: EmailMessage) -> None:
    if settings.smtp_host:
        _send(settings, letter)
    else:
        _write(settings.mail, f"{work.id:08d}.eml", letter)


def _sent(work: Claimed, is_sent: bool) -> None:
    if not is_sent:
        log.info("%s %s was not sent: its receiver may not have it any more", work.kind, work.id)
    outbox.complete(work, "" if is_sent else outbox.NOT_SENT)


def _receiver(work: Claimed) -> notice_queries.MailFacts | None:
    """Asked as the mail is sent: who was told when it was written may have lost the behörighet since."""
    payload = work.payload
    if "user_id" in payload:
        return notice_queries.mail_to_person(payload["user_id"], payload["case_id"], work.at)
    return notice_queries.mail_to_mailbox(payload["organisation_id"], payload["case_id"])


def _send(settings: Settings, letter: EmailMessage) -> None:
    with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=SMTP_SECONDS) as server:
        if settings.smtp_starttls:
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        server.send_message(letter)


def _write(folder: Path, name: str, letter: EmailMessage) -> None:
    """Whole or not at all: written beside and moved into place."""
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".{name}.{os.getpid()}"
    beside.write_bytes(letter.as_bytes())
    beside.replace(folder / name)


# --- Viruses -----------------------------------------------------------------------------------------------------


def _scan(settings: Settings, work: Claimed) -> None:
    """Have the file scanned. Without a verdict it is tried again, and the file waits; done twice it changes nothing."""
    file_id = work.payload["file_id"]
    stored_name = attachment_queries.waiting_file(file_id)
    db.close_read_session()
    if stored_name is not None:
        content = (settings.files / stored_name).read_bytes()
        if settings.clamav and clamav.is_infected(settings.clamav, content):
            attachments.block_file(file_id)
        else:
            attachments.pass_file(file_id)
    outbox.complete(work)


_WORK: dict[str, Callable[[Settings, Claimed], None]] = {
    RENDER: _render,
    NOTICE: _notice,
    placing.SCAN: _scan,
    INVITATION: _invitation,
    OMBUD_MAIL: _ombud_mail,
    SIGN_IN_MAIL: _sign_in_mail,
    INVITED: _ask_invited,
    notices.MAIL: _mail,
}
