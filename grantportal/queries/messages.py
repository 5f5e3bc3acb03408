"""Meddelanden i ärenden: the thread as its readers see it, and what an act of writing needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import joinedload

from grantportal import db
from grantportal.domain.actors import Actor
from grantportal.domain.cases import Direction
from grantportal.domain.messages import Own, whats_stopping
from grantportal.models.accounts import User
from grantportal.models.applications import Application
from grantportal.models.cases import Case
from grantportal.models.messages import Message, MessageRead
from grantportal.policy import Permission, may, visible

OPEN = 3
"""So many of a case's newest messages stand open on its page, and every unread one."""
ON_CASE = 20
"""So many are there at all; the thread has the rest."""
PAGE = 50


@dataclass(frozen=True)
class MessageRow:
    """A message as its reader sees it."""

    id: int
    record_id: int
    text: str
    by: str
    by_text: str
    """Whose side it is from, with the party's name."""
    is_from_own_side: bool
    is_new: bool
    """Not shown to the reader before, and somebody else's."""
    written_at: datetime


@dataclass(frozen=True)
class Messages:
    """Some of a case's messages, the newest first."""

    rows: tuple[MessageRow, ...]
    total: int
    newest_id: int
    """0 when there is none."""
    has_new: bool
    may_write: bool
    stopping: str
    """Why nobody may write; empty when they may."""

    @property
    def opened(self) -> tuple[MessageRow, ...]:
        """What stands open on the case's page."""
        return tuple(row for place, row in enumerate(self.rows) if place < OPEN or row.is_new)

    @property
    def folded(self) -> tuple[MessageRow, ...]:
        """What is folded there."""
        return tuple(row for row in self.rows if row not in self.opened)


@dataclass(frozen=True)
class Thread:
    """A page of a case's messages, with the case."""

    case: Case
    messages: Messages
    page: int
    pages: int


def case(actor: Actor, case_id: int, *, lock: bool = False) -> Case | None:
    """The case, when the actor may see it and it is one that has messages; for an act, locked."""
    applied = select(Application.case_id).where(Application.case_id == case_id)
    query = select(Case).where(Case.id == case_id, Case.id.in_(applied), visible(actor, Case))
    query = db.lock(query) if lock else query.options(joinedload(Case.organisation))
    return db.session().scalars(query).one_or_none()


def on_case(actor: Actor, case: Case) -> Messages:
    """The newest messages of a case that the actor may see, for its page. One query."""
    rows = db.session().execute(_rows(actor, case.id).limit(ON_CASE)).all()
    return _messages(actor, case, rows)


def thread(actor: Actor, case_id: int, page: int, message_id: int = 0) -> Thread | None:
    """A page of the case's messages, or the one with `message_id` on it, when the actor may see the case. Three queries."""
    found = case(actor, case_id)
    if found is None:
        return None
    counted = select(func.count(Message.id), func.count(Message.id).filter(Message.id >= message_id))
    total, to_it = db.session().execute(counted.where(Message.case_id == case_id, visible(actor, Message))).one()
    pages = max(1, -(-total // PAGE))
    chosen = min(-(-to_it // PAGE) if message_id else page, pages) or 1
    rows = db.session().execute(_rows(actor, case_id).offset((chosen - 1) * PAGE).limit(PAGE)).all()
    return Thread(found, _messages(actor, found, rows), chosen, pages)


def thread_anew(actor: Actor, case_id: int) -> Thread | None:
    """The same after an act that was refused: somebody may have written meanwhile."""
    db.close_read_session()
    return thread(actor, case_id, 1)


def _rows(actor: Actor, case_id: int) -> Select[*tuple[Any, ...]]:
    read = (
        select(MessageRead.message_id)
        .where(MessageRead.case_id == case_id, MessageRead.user_id == actor.user_id)
        .scalar_subquery()
    )
    newest = select(func.max(Message.id)).where(Message.case_id == case_id).scalar_subquery()
    return (
        select(Message, User.name, func.coalesce(read, 0), func.count().over(), newest)
        .join(User, User.id == Message.written_by_id)
        .where(Message.case_id == case_id, visible(actor, Message))
        .order_by(Message.id.desc())
    )


def _messages(actor: Actor, case: Case, found: Sequence[Row[*tuple[Any, ...]]]) -> Messages:
    rows = tuple(
        MessageRow(
            id=message.id,
            record_id=message.record_id,
            text=message.text,
            by=name,
            by_text="Myndigheten" if message.direction is Direction.OUT else case.organisation.name,
            is_from_own_side=(message.direction is Direction.OUT) is actor.is_authority,
            is_new=message.id > read and message.written_by_id != actor.user_id,
            written_at=message.written_at,
        )
        for message, name, read, _, _ in found
    )
    stopping = whats_stopping(case.registration_number, case.closed_at)
    newest = found[0][4] if found else 0
    return Messages(
        rows=rows,
        total=found[0][3] if found else 0,
        newest_id=newest,
        has_new=bool(found) and newest > found[0][2],
        may_write=may(actor, Permission.WRITE_MESSAGE, case),
        stopping=stopping,
    )


def own_since(case_id: int, user_id: int, seen: int) -> list[Own]:
    """What the person has written in the case after the message `seen`, and the case's newest message where it is the
    person's. The caller holds the case's lock."""
    newest = select(func.max(Message.id)).where(Message.case_id == case_id).scalar_subquery()
    rows = db.session().execute(
        select(Message, newest).where(
            Message.case_id == case_id, Message.written_by_id == user_id, or_(Message.id > seen, Message.id == newest)
        )
    )
    return [Own(row.id, row.text, row.written_at, row.id == last) for row, last in rows]
