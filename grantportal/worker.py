"""Takes outbox rows: documents, notices, mail; and each hour in which something has happened, an anchor.

Work is claimed with a lease and done outside every lock. A worker that is killed half-way loses nothing: its lease runs
out and the work is done again. Mail and scanning have lanes of their own, so that nothing else waits for a server that
accepts and never answers.
"""

import json
import logging
import os
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from time import monotonic
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
from grantportal.domain.outbox import Breaker, Lane
from grantportal.effects import files as placing
from grantportal.effects.notices import INVITATION, INVITED, NOTICE, OMBUD_MAIL, SIGN_IN_MAIL
from grantportal.effects.records import RENDER
from grantportal.exports import archive, mail, pdf
from grantportal.imports import clamav
from grantportal.keyring import HISTORY, KeyMissing
from grantportal.keys import invitation_purpose, key_for, ombud_key
from grantportal.queries import accounts as account_queries
from grantportal.queries import attachments as attachment_queries
from grantportal.queries import notices as notice_queries
from grantportal.queries import ombud, records
from grantportal.queries import outbox as waiting
from grantportal.services import (
    accounts,
    anchors,
    attachments,
    calls,
    files,
    notices,
    outbox,
    reminders,
    reports,
    sweeping,
)
from grantportal.services.outbox import Claimed
from grantportal.settings import Settings

log = logging.getLogger("grantportal.worker")

PAUSE_SECONDS = 1.0
CHORES_SECONDS = 60.0
BEAT_SECONDS = 30.0
SMTP_SECONDS = 10
"""How long a mail server may think, each time that it is asked something."""
TOGETHER = 50
"""So many letters at most over one connection."""
LONGEST_LETTER = timedelta(minutes=2)
"""Longer than one letter takes: it is not begun with less than that left of the lease, or another worker might send it too."""
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
    """Work in all lanes until `stop` is set: what has been begun is finished first."""
    post, chores = Post(settings), Chores(settings)

    def common() -> bool:
        chores.do_if_due()
        return work_once(settings)

    rounds: dict[Lane, Callable[[], bool]] = {
        Lane.MAIL: lambda: post.send_some(stop) > 0,
        Lane.SCAN: lambda: work_once(settings, Lane.SCAN),
    }
    beside = [Thread(target=_keep_on, args=(settings, stop, lane, each), name=lane) for lane, each in rounds.items()]
    for lane in beside:
        lane.start()
    try:
        _keep_on(settings, stop, Lane.WORK, common)
    finally:
        stop.set()
        for lane in beside:
            lane.join()


def _keep_on(settings: Settings, stop: Flag, lane: Lane, a_round: Callable[[], bool]) -> None:
    """One lane: round after round, with a pause when a round has found nothing to do."""
    next_beat = 0.0
    while not stop.is_set():
        did = False
        try:
            with _use(settings):
                if monotonic() >= next_beat:
                    outbox.beat(lane)
                    next_beat = monotonic() + BEAT_SECONDS
                did = a_round()
        except standstill.StandsStill:
            db.close_read_session()
        except Exception as error:
            # The database may be away for a while; the worker waits for it.
            if db.is_outage(error):
                log.warning("away: %s", logs.first_line(error))
            else:
                log.exception("the worker could not fetch work")
            db.close_read_session()
        if not did:
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
    while work_once(settings) or work_once(settings, Lane.SCAN):
        done += 1
    post = Post(settings)
    while sent := post.send_some():
        done += sent
    return done


def remaining() -> int:
    """How much of the outbox is not done."""
    try:
        return waiting.waiting_count()
    finally:
        db.close_read_session()


def daily(settings: Settings) -> None:
    """What the day and what others do bring about: an anchor and the sweeping of files, reminders, the end of an
    attestation whose figures are others now, that a call has opened. Without effect when it has been done."""
    if _anchor(settings):
        files.sweep(settings.files)
    reminders.send(settings.reminder_days)
    reports.end_outdated_attestations()
    calls.tell_opened()
    db.close_read_session()


def swept(settings: Settings) -> None:
    """Take away what has served and only piles up."""
    files.sweep_mail(settings.mail)
    sweeping.sweep(settings.kept_days)


class Chores:
    """When `daily` is done: once a minute, and at once when it is another day. What has served is swept once a day."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._day: date | None = None
        self._swept: date | None = None
        self._next = 0.0

    def do_if_due(self) -> None:
        """Do it, unless it was done a moment ago, the same day."""
        today = clock.today()
        db.close_read_session()
        if today != self._day or monotonic() >= self._next:
            daily(self._settings)
            self._day, self._next = today, monotonic() + CHORES_SECONDS
        this_day = clock.stockholm(clock.real_now()).date()
        if this_day != self._swept:
            swept(self._settings)
            self._swept = this_day


def work_once(settings: Settings, lane: Lane = Lane.WORK) -> bool:
    """Claim and do one piece of the lane's work; say whether there was any."""
    taken = _claimed(lane, 1)
    for work in taken:
        logs.request_id.set(work.request_id)
        try:
            _WORK[work.kind](settings, work)
        except Exception as error:
            _put_back(work, error)
        finally:
            db.close_read_session()
            logs.request_id.set("")
    return bool(taken)


def _claimed(lane: Lane, most: int) -> list[Claimed]:
    """What is due in the lane. Looking takes no lock: most rounds find nothing."""
    # Not what an earlier round has read.
    db.close_read_session()
    is_due = waiting.is_due(lane, clock.real_now())
    db.close_read_session()
    return outbox.claim([lane], most) if is_due else []


def _put_back(work: Claimed, error: Exception) -> None:
    log.error("outbox %s (%s) failed, attempt %s", work.id, work.kind, work.attempts, exc_info=error)
    outbox.put_back(work, _said(error))


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


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


class Post:
    """The lane of mail: several letters over one connection, and a mail server that fails is left alone for a while.

    Each letter is marked as sent before the next is begun. Sent and then killed, it is sent once more: its Message-ID is
    the same, so it can be recognised.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._breaker = Breaker()
        self._server: smtplib.SMTP | None = None

    def send_some(self, stop: Flag | None = None) -> int:
        """Take as many letters as may be sent now, and send them until `stop` is set.

        Answers how many were dealt with: sent, not to be sent, or failed by themselves. The others wait as before.
        """
        room = self._breaker.room(clock.real_now(), TOGETHER)
        taken = _claimed(Lane.MAIL, room) if room else []
        try:
            for place, work in enumerate(taken):
                is_late = clock.real_now() > work.lease_until - LONGEST_LETTER
                if place and (is_late or (stop is not None and stop.is_set())):
                    outbox.release(taken[place:])
                    return place
                logs.request_id.set(work.request_id)
                try:
                    self._deal_with(work)
                except _Away as away:
                    self._breaker = self._breaker.failed(clock.real_now())
                    log.warning("mail waits: %s", away)
                    dealt_with = place + away.is_begun
                    outbox.release(taken[dealt_with:], str(away))
                    return dealt_with
        finally:
            logs.request_id.set("")
            self._hang_up()
        return len(taken)

    def _deal_with(self, work: Claimed) -> None:
        """Send the letter, and mark it; one that fails by itself is tried again later. Raises _Away."""
        try:
            letter = LETTERS[work.kind](self._settings, work)
            if letter is not None and not self._settings.smtp_host:
                _write(self._settings.mail, f"{work.id:08d}.eml", letter)
        except Exception as error:
            _put_back(work, error)
            return
        finally:
            db.close_read_session()
        if letter is None:
            log.info("%s %s was not sent: its receiver may not have it any more", work.kind, work.id)
            outbox.complete(work, outbox.NOT_SENT)
        elif not self._settings.smtp_host or self._is_taken(work, letter):
            outbox.complete(work)

    def _is_taken(self, work: Claimed, letter: EmailMessage) -> bool:
        """Whether the server has taken the letter. One that it refuses holds up no other. Raises _Away."""
        if self._server is None:
            try:
                self._server = _connected(self._settings)
            except (OSError, smtplib.SMTPException) as error:
                raise _Away(error, is_begun=False) from error
        try:
            self._server.send_message(letter)
        except _REFUSED as error:
            _put_back(work, error)
            return False
        except (OSError, smtplib.SMTPException) as error:
            # Perhaps this very letter is what the server cannot take: it waits by itself, and the others go before it.
            outbox.put_back(work, _said(error))
            raise _Away(error, is_begun=True) from error
        self._breaker = Breaker()
        return True

    def _hang_up(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()


class _Away(Exception):
    """The mail server cannot be reached, or was lost in the middle of a letter."""

    def __init__(self, error: Exception, *, is_begun: bool) -> None:
        super().__init__(logs.first_line(error))
        self.is_begun = is_begun


_REFUSED = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPNotSupportedError,
)


def _connected(settings: Settings) -> smtplib.SMTP:
    server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=SMTP_SECONDS)
    try:
        if settings.smtp_starttls:
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
    except BaseException:
        server.close()
        raise
    return server


def _mail(settings: Settings, work: Claimed) -> EmailMessage | None:
    """That something waits. Who gets it is asked as the mail is sent: who was told may have lost the behörighet since."""
    payload = work.payload
    if "user_id" in payload:
        facts = notice_queries.mail_to_person(payload["user_id"], payload["case_id"], work.at)
    else:
        facts = notice_queries.mail_to_mailbox(payload["organisation_id"], payload["case_id"])
    if facts is None:
        return None
    address = f"{settings.public_url.rstrip('/')}/meddelanden"
    return mail.message(_letter(settings, work, facts.to, address, facts.registration_number))


def _invitation(settings: Settings, work: Claimed) -> EmailMessage | None:
    """An invitation. Sent twice, it carries the same link: the key follows from the work and the portal's secret."""
    facts = account_queries.invitation(work.payload["mandate_id"])
    if facts is None:
        return None
    db.close_read_session()
    address = settings.public_url.rstrip("/")
    if facts.needs_link:
        key = key_for(settings.secret_key, f"invitation {work.id}")
        accounts.keep_link(facts.user_id, key, settings.link_hours)
        address += f"/valkommen/{key}"
    return mail.invitation(
        _letter(settings, work, facts.to, address),
        role=facts.role_text,
        organisation=facts.organisation,
        link_hours=settings.link_hours if facts.needs_link else 0,
    )


def _ask_invited(settings: Settings, work: Claimed) -> EmailMessage | None:
    """That somebody is asked to take a behörighet. Sent twice, it carries the same link."""
    facts = account_queries.invited(work.payload["invitation_id"])
    if facts is None:
        return None
    key = key_for(settings.secret_key, invitation_purpose(facts.id))
    address = f"{settings.public_url.rstrip('/')}/inbjudan/{facts.id}/{key}"
    return mail.asked(
        _letter(settings, work, facts.to, address),
        role=facts.role_text,
        organisation=facts.organisation,
        days=INVITATION_TIME.days,
    )


def _sign_in_mail(settings: Settings, work: Claimed) -> EmailMessage | None:
    """That the account has been used with a device that was not known for it."""
    to = account_queries.open_address(work.payload["user_id"])
    address = f"{settings.public_url.rstrip('/')}/om/hjalp#kontakt"
    return None if to is None else mail.new_device(_letter(settings, work, to, address))


def _ombud_mail(settings: Settings, work: Claimed) -> EmailMessage | None:
    """The link with which somebody without an account follows an ombudsansökan."""
    application_id = work.payload["application_id"]
    facts = ombud.mail(application_id)
    if facts is None:
        return None
    key = ombud_key(settings.secret_key, application_id, clock.stockholm(work.at).date())
    address = f"{settings.public_url.rstrip('/')}/ombudsansokan/{application_id}/{key}"
    return mail.ombud_application(_letter(settings, work, facts.to, address, facts.registration_number))


def _letter(settings: Settings, work: Claimed, to: str, link: str, registration_number: str = "") -> mail.Letter:
    return mail.Letter(
        key=work.id,
        to=to,
        sender=settings.mail_from,
        at=work.at,
        link=link,
        host=urlsplit(settings.public_url).hostname or "localhost",
        registration_number=registration_number,
    )


LETTERS: dict[str, Callable[[Settings, Claimed], EmailMessage | None]] = {
    INVITATION: _invitation,
    INVITED: _ask_invited,
    OMBUD_MAIL: _ombud_mail,
    SIGN_IN_MAIL: _sign_in_mail,
    notices.MAIL: _mail,
}
"""What each kind of mail says, made as it is sent; None where its receiver may not have it any more."""


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


# --- Anchors -----------------------------------------------------------------------------------------------------


def _anchor(settings: Settings) -> bool:
    """Anchor what has happened. A key that has been lost stops no other work."""
    try:
        key = settings.keyring.newest(HISTORY)
    except KeyMissing as missing:
        log.error("no anchor is made: %s", missing)
        return False
    return anchors.make(key, every=timedelta(minutes=settings.anchor_minutes))


def _export_anchors(settings: Settings, work: Claimed) -> None:
    """Write the new anchors where the installation keeps them; what is there already is not written twice."""
    if settings.anchors_file:
        anchors.export(Path(settings.anchors_file))
        db.close_read_session()
    outbox.complete(work)


_WORK: dict[str, Callable[[Settings, Claimed], None]] = {
    RENDER: _render,
    NOTICE: _notice,
    placing.SCAN: _scan,
    anchors.EXPORT: _export_anchors,
}
