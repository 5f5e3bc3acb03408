"""The only begin and commit, and the only writer of events.

A verb is one function with one `transaction`: rights are asked anew, rules are asked under the lock, history is written
last, just before commit; mail, documents and exports come after commit, from an outbox row written in the same
transaction. What is no act goes through `bookkeeping`.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import ScalarResult, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from grantportal import db, logs
from grantportal.domain import clock
from grantportal.domain.actors import Actor
from grantportal.domain.constraints import PASSING, REFUSALS
from grantportal.domain.errors import SavedMeanwhile
from grantportal.domain.events import OF_SECURITY, EventKind
from grantportal.domain.forms import canonical, fingerprint
from grantportal.domain.personal_numbers import masked
from grantportal.models import told
from grantportal.models.accounts import MandateRow
from grantportal.models.base import Base
from grantportal.models.cases import Case
from grantportal.models.organisations import BankGiro, Organisation
from grantportal.models.portal import Event, OutboxItem, Portal
from grantportal.queries import accounts


class Bookkeeping(StrEnum):
    """Everything that is written without being an act: it leaves no event. A closed list."""

    DRAFTS = "drafts"
    SESSIONS = "sessions"
    ATTEMPTS = "attempts"
    READ_MARKS = "read_marks"
    SAVED_VIEWS = "saved_views"
    OUTBOX = "outbox"
    NOTICES = "notices"
    FILES = "files"
    ANCHORS = "anchors"
    INSTALLATION = "installation"
    DEMONSTRATION = "demonstration"


@dataclass
class _Line:
    kind: EventKind
    thing: Base
    data: dict[str, Any]


@dataclass
class Act:
    """An open transaction: its session, the actor with mandates read anew, and the history it will write."""

    session: Session
    actor: Actor
    kind: EventKind
    _lines: list[_Line] = field(default_factory=list)
    _told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    _outbox: list[dict[str, Any]] = field(default_factory=list)

    def about(self, thing: Base, **data: Any) -> None:
        """Say what the act's own event is about, with the facts that the history shows."""
        self._lines.insert(0, _Line(self.kind, thing, data))

    def also(self, kind: EventKind, thing: Base, **data: Any) -> None:
        """One more event, about a further thing that the act changed."""
        self._lines.append(_Line(kind, thing, data))

    def tells(self, *rows: Base) -> None:
        """Have the history tell all of these rows, for those that were changed before without a word."""
        told.tell_whole(self.session, rows)

    def outbox(self, kind: str, **payload: Any) -> None:
        """Work for after commit. The payload names rows by id and holds nothing secret."""
        self._outbox.append(
            {"kind": kind, "payload": canonical(payload), "at": clock.now(), "available_at": clock.real_now()}
        )

    def outbox_about(self, kind: str, **payload: Any) -> None:
        """The same, about a case (or None) that `case_id` names, and with it about what the act turns out to be about."""
        self._told.append((kind, payload))


@contextmanager
def transaction(actor: Actor, kind: EventKind, *, may_be_silent: bool = False) -> Iterator[Act]:
    """Open the one transaction of a use case, whose own event is `kind`.

    With `may_be_silent` it leaves no event when it has said nothing: what is saved in a draft is seldom an act, and a
    document may be there already.

    Raises SavedMeanwhile when the whole act may be tried again, RuleViolation for a constraint that a person can meet.
    """
    with _committed() as session:
        act = Act(session=session, actor=_anew(actor), kind=kind)
        yield act
        session.flush()
        if may_be_silent and not act._lines:
            _ensure_untold(session, act.kind)
            return
        if not any(line.kind is kind for line in act._lines):
            raise RuntimeError(f"the act {kind} never said what it is about")
        _write_told(act)
        if act._outbox:
            session.execute(insert(OutboxItem), act._outbox)
        _write_events(act)
        told = [_for_security(act.actor, line) for line in act._lines if line.kind in OF_SECURITY]
    for event, facts in told:
        logs.security(event, **facts)


@contextmanager
def bookkeeping(kind: Bookkeeping, actor: Actor | None = None) -> Iterator[tuple[Session, Actor | None]]:
    """Open a transaction that leaves no event. Yields its session and the actor with mandates read anew."""
    if not isinstance(kind, Bookkeeping):
        raise TypeError("bookkeeping takes one of the kinds of the closed list")
    with _committed() as session:
        yield session, (_anew(actor) if actor is not None else None)
        session.flush()
        _ensure_untold(session, kind)


@contextmanager
def marking(kind: Bookkeeping) -> Iterator[Session]:
    """The same for what only marks that somebody has been there: what cannot be written now is not, and nobody is stopped.

    Nothing after a statement that failed in it is done.
    """
    try:
        with bookkeeping(kind) as (session, _):
            yield session
    except SavedMeanwhile:
        return
    except Exception as error:
        if not db.is_outage(error):
            raise


@contextmanager
def _committed() -> Iterator[Session]:
    if db.is_acting():
        raise RuntimeError("acts do not nest: a service never calls another service")
    try:
        with db.writing_session() as session, session.begin():
            told.follow(session)
            yield session
    except IntegrityError as error:
        rule = db.violated(error)
        if rule in PASSING:
            raise SavedMeanwhile from error
        refusal = REFUSALS.get(rule)
        if refusal is not None:
            raise refusal() from error
        raise
    except (OperationalError, DBAPIError) as error:
        if db.is_passing(error):
            raise SavedMeanwhile from error
        raise


def _ensure_untold(session: Session, kind: Bookkeeping | EventKind) -> None:
    """What leaves no event changes nothing that the history speaks of."""
    changed = [key for key in told.noted(session) if key.partition(":")[0] not in told.UNTIL_HANDED_OVER]
    if changed:
        raise RuntimeError(f"{kind} leaves no event and has changed {', '.join(changed)}")


def _anew(actor: Actor) -> Actor:
    return actor if actor.user_id is None else accounts.actor_of(actor.user_id)


def _write_told(act: Act) -> None:
    thing = next(line.thing for line in act._lines if line.kind is act.kind)
    for kind, payload in act._told:
        # One act may tell of several cases: each is told of its own things only.
        of_the_case = getattr(thing, "case_id", None) == payload["case_id"]
        named = {"about": thing.__tablename__, "about_id": thing.id} if of_the_case else {}
        act.outbox(kind, **payload, **named)


def _write_events(act: Act) -> None:
    """Every line of the act, in order, each after the one before it in its chain; in as many statements however many."""
    at, recorded_at = clock.now(), clock.real_now()
    heads = _heads_of(act)
    telling = told.noted(act.session)
    # Each row in the event that is about it; the others in the act's own, which is the last that was begun with.
    own = next(line for line in act._lines if line.kind is act.kind)
    rows_of: dict[int, told.Telling] = {}
    about = {told.key_of(line.thing.__tablename__, line.thing.id): line for line in reversed(act._lines)}
    for key, row in telling.items():
        rows_of.setdefault(id(about.get(key, own)), {})[key] = row
    rows = []
    for line in act._lines:
        data = _without_personal_numbers(line.data)
        if id(line) in rows_of:
            data[ROWS] = rows_of[id(line)]
        head = heads[_carrier(line.thing)]
        content = {
            "chain": chain_of(head),
            "seq": head.event_seq + 1,
            "kind": line.kind.value,
            "subject": line.thing.__tablename__,
            "subject_id": line.thing.id,
            "actor_id": act.actor.user_id,
            "data": data,
            "at": at.isoformat(),
            "recorded_at": recorded_at.isoformat(),
            "previous_sha256": head.event_head,
        }
        sha256 = fingerprint(canonical(content))
        rows.append(
            {
                **content,
                "kind": line.kind,
                "case_id": head.id if isinstance(head, Case) else None,
                "data": canonical(data),
                "at": at,
                "recorded_at": recorded_at,
                "sha256": sha256,
            }
        )
        head.event_seq += 1
        head.event_head = sha256
    act.session.execute(insert(Event), rows)
    act.session.flush()


ROWS = "rows"
"""Where an event's facts have the rows that its act added, changed or took away."""


def _for_security(actor: Actor, line: _Line) -> tuple[str, dict[str, Any]]:
    """What the security log says of an event: rows by their numbers, and no names."""
    facts = {"by": actor.user_id, "about": line.thing.__tablename__, "id": line.thing.id}
    if isinstance(line.thing, MandateRow):
        mandate = line.thing
        facts |= {
            "user": mandate.user_id,
            "role": mandate.role.value,
            "organisation": mandate.organisation_id,
            "case": mandate.case_id,
        }
    return line.kind.value, facts


_FINGERPRINT = re.compile("[0-9a-f]{64}")


def _without_personal_numbers(value: Any) -> Any:
    """The same facts with no personnummer in any text: the history is for ever."""
    if isinstance(value, dict):
        return {key: _without_personal_numbers(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_without_personal_numbers(each) for each in value]
    # A fingerprint may hold ten such digits by chance.
    return masked(value) if type(value) is str and not _FINGERPRINT.fullmatch(value) else value


def chain_of(head: "Head") -> str:
    """The name of the chain that a head row carries."""
    if isinstance(head, Case):
        return f"case:{head.id}"
    return f"organisation:{head.id}" if isinstance(head, Organisation) else "portal"


Head = Case | Organisation | Portal
"""A row that carries a chain."""


def _carrier(thing: Base) -> tuple[type[Head], int]:
    """Which row carries the thing's chain: the case if there is one, else the organisation, else the portal."""
    case_id = thing.id if isinstance(thing, Case) else getattr(thing, "case_id", None)
    if case_id is not None:
        return Case, case_id
    if isinstance(thing, Organisation):
        return Organisation, thing.id
    if isinstance(thing, BankGiro):
        return Organisation, thing.organisation_id
    return Portal, 1


def _heads_of(act: Act) -> dict[tuple[type[Head], int], Head]:
    """The rows that carry the chains of all that the act tells of, locked in the house's order."""
    wanted = {_carrier(line.thing) for line in act._lines}
    found: dict[tuple[type[Head], int], Head] = {}
    for model in (Case, Organisation, Portal):
        ids = sorted(key for of, key in wanted if of is model)
        if ids:
            heads: ScalarResult[Head] = act.session.scalars(
                db.lock(select(model).where(model.id.in_(ids)).order_by(model.id))
            )
            found |= {(model, head.id): head for head in heads}
    return found


def recomputed(event: Any, data: dict[str, Any]) -> str:
    """The SHA-256 that an event's columns give today, with its facts read: `grantportal verify` compares it with the stored one."""
    content = {
        "chain": event.chain,
        "seq": event.seq,
        "kind": event.kind.value,
        "subject": event.subject,
        "subject_id": event.subject_id,
        "actor_id": event.actor_id,
        "data": data,
        "at": event.at.isoformat(),
        "recorded_at": event.recorded_at.isoformat(),
        "previous_sha256": event.previous_sha256,
    }
    return fingerprint(canonical(content))


__all__ = ["Act", "Bookkeeping", "bookkeeping", "chain_of", "marking", "recomputed", "transaction"]
