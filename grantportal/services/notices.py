"""Meddelanden: made by the worker for those who can act, and marked as read by the reader."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Update, update

from grantportal.domain import clock
from grantportal.domain.actors import Actor
from grantportal.domain.forms import canonical
from grantportal.effects.outbox import finish
from grantportal.models.portal import Notice, OutboxItem
from grantportal.policy import PARTY_ROLES
from grantportal.queries import notices
from grantportal.transaction import Bookkeeping, bookkeeping, marking

MAIL = "mail"
"""Outbox kind: a mail to one address, that says only that something waits."""


def deliver(item_id: int, lease_key: str, payload: dict[str, Any], at: datetime) -> int:
    """Make the notice for each person who can act, and the mail rows, and mark the work as done: all or nothing.

    Who can act is asked for the portal time of the act. Answers how many got it.
    """
    case_id, organisation_id = payload["case_id"], payload["organisation_id"]
    with clock.at(at), bookkeeping(Bookkeeping.NOTICES) as (session, _):
        finish(session, item_id, lease_key)
        named = payload.get("user_id")
        persons = _receivers(payload) if named is None else notices.still_here(named)
        session.add_all(
            Notice(
                user_id=person,
                organisation_id=organisation_id,
                case_id=case_id,
                about=payload.get("about"),
                about_id=payload.get("about_id"),
                title=payload["title"],
                text=payload["text"],
                made_at=at,
            )
            for person in persons
        )
        mails: list[dict[str, Any]] = [{"user_id": person, "case_id": case_id} for person in persons]
        if organisation_id is not None and notices.mailbox(organisation_id):
            mails.append({"organisation_id": organisation_id, "case_id": case_id})
        now = clock.real_now()
        session.add_all(OutboxItem(kind=MAIL, payload=canonical(mail), at=at, available_at=now) for mail in mails)
    return len(persons)


def _receivers(payload: dict[str, Any]) -> list[int]:
    """Who holds one of the roles, and who is named and still holds any; not those who know already."""
    where = {"organisation_id": payload["organisation_id"], "case_id": payload["case_id"]}
    persons = set(notices.receivers(payload["roles"], **where))
    if payload.get("also"):
        persons |= {*payload["also"]} & {*notices.receivers(PARTY_ROLES, **where)}
    return sorted(persons - {*payload.get("but", ())})


def note_opened(actor: Actor, notice_id: int) -> None:
    """The person opens what the message is about, and has thereby read it; if the database is busy, it is unread still."""
    with marking(Bookkeeping.READ_MARKS) as session:
        session.execute(_read(actor, Notice.id == notice_id))


def mark_read(actor: Actor, notice_id: int) -> None:
    """The person says that the message is read."""
    with bookkeeping(Bookkeeping.READ_MARKS) as (session, _):
        session.execute(_read(actor, Notice.id == notice_id))


def mark_all_read(actor: Actor, newest_id: int) -> None:
    """The person has read all messages up to the newest that the page showed; one that comes meanwhile stays unread."""
    with bookkeeping(Bookkeeping.READ_MARKS) as (session, _):
        session.execute(_read(actor, Notice.id <= newest_id))


def _read(actor: Actor, which: ColumnElement[bool]) -> Update:
    return (
        update(Notice)
        .where(Notice.user_id == actor.user_id, which, Notice.read_at.is_(None))
        .values(read_at=clock.now())
    )
