"""What the history tells of: every column of every table but those named here, each with its reason.

Each event carries the rows that its act added, changed or took away, as they were after it. `grantportal verify` goes
through the events and holds the rows of today against them: whoever writes in the database beside the portal is found.
"""

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Table, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session

from grantportal.domain.decisions import DecisionStatus
from grantportal.domain.personal_numbers import masked
from grantportal.models.base import Base

_DRAFT = "an organisation's own draft: what it hands in is frozen"
_MARK = "a mark of what somebody has seen"

TABLES_NOT_TOLD = {
    "answers": _DRAFT,
    "application_homes": _DRAFT,
    "attachments": _DRAFT,
    "budget_lines": _DRAFT,
    "report_answers": _DRAFT,
    "report_costs": _DRAFT,
    "staff_amounts": _DRAFT,
    "staff_rows": _DRAFT,
    "open_drafts": _MARK,
    "read_marks": _MARK,
    "message_reads": _MARK,
    "notices": "says that something has happened; what happened has its own event",
    "outbox": "work that waits",
    "saved_views": "a person's own list",
    "search_entries": "made from what is frozen, and compared with it",
    "sessions": "who is signed in just now",
    "signin_attempts": "who has tried to sign in just now",
    "worker_beats": "that a worker lives just now",
    "one_time_links": "a link that holds for some days",
    "portal": "the installation's settings and the demonstration's day; its chain is compared with its events",
    "events": "the history itself",
    "anchors": "signs of the history itself",
    "event_anchors": "signs of the history itself",
    "anchor_heads": "signs of the history itself",
}
"""Tables that history does not speak of, and why."""

_HEAD = "the head of the row's chain, which is compared with its events"

COLUMNS_NOT_TOLD = {
    "users": {
        "totp_last_step": "the last code that was used, so that none is used twice",
        "totp_secret": "encrypted for its person with a key that is not in the database",
    },
    "organisations": {"event_seq": _HEAD, "event_head": _HEAD},
    "cases": {"event_seq": _HEAD, "event_head": _HEAD},
    "frozen_versions": {"content": "it has its own fingerprint, which is told"},
    "files": {"status": "what the scan for viruses said"},
    "applications": {"sought_is_example": "marks what the demonstration has invented"},
}
"""Columns of the other tables that history does not speak of, and why."""

PROPOSED = (DecisionStatus.PROPOSED, DecisionStatus.MADE)
"""A decision in these is told of, with its lines and those who took part."""

UNTIL_HANDED_OVER = {"decisions", "decision_lines", "decision_participants", "files"}
"""Tables whose rows may stand without a word: a proposal until it is handed over, a file until it is a handling."""


@cache
def columns_of(table: Table) -> tuple[str, ...]:
    """The names of the columns that history speaks of, without the key; none when it does not speak of the table."""
    if table.name in TABLES_NOT_TOLD:
        return ()
    left_out = COLUMNS_NOT_TOLD.get(table.name, {})
    return tuple(column.name for column in table.columns if column.name != "id" and column.name not in left_out)


def tables() -> list[Table]:
    """Every table that history speaks of."""
    return [table for table in Base.metadata.sorted_tables if columns_of(table)]


_PLAIN = re.compile(r"[0-9A-ZÅÄÖ:/ -]{0,40}")


def told(value: Any) -> Any:
    """A column's value as an event has it: numbers, days, codes and diarienummer as they are, all other text as a fingerprint.

    The history is for ever: no name, address or sentence is kept in it that is changed or removed elsewhere.
    """
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, str) and not (_PLAIN.fullmatch(value) and masked(value) == value):
        return "~" + hashlib.sha256(value.encode()).hexdigest()[:32]
    return value


def key_of(table: str, row_id: int) -> str:
    """What a row is called in an event."""
    return f"{table}:{row_id}"


# --- What a session has changed --------------------------------------------------------------------------------------

_NOTED = "told rows"
_ALL = None

Telling = dict[str, dict[str, Any] | None]
"""Rows by their keys: the columns that are new or changed, or None for a row that was taken away."""


def follow(session: Session) -> None:
    """Note from now on which rows the session adds, changes and takes away."""
    session.info[_NOTED] = {}
    event.listen(session, "after_flush", _note)
    event.listen(session, "do_orm_execute", _refuse_unseen)


def tell_whole(session: Session, rows: Iterable[Base]) -> None:
    """Have all of these rows told, and not only what has changed in them."""
    session.info[_NOTED] |= dict.fromkeys(rows, _ALL)


def noted(session: Session) -> Telling:
    """What has been noted, with the values of now: after the last flush."""
    telling: Telling = {}
    for row, changed in session.info[_NOTED].items():
        key = key_of(row.__tablename__, row.id)
        state = inspect(row)
        if state.was_deleted or state.deleted:
            telling[key] = None
        else:
            names = columns_of(row.__table__) if changed is _ALL else changed
            telling[key] = {name: told(getattr(row, name)) for name in names}
    return telling


def _note(session: Session, _context: object) -> None:
    noted = session.info[_NOTED]
    for row in session.new:
        if columns_of(row.__table__):
            noted[row] = _ALL
    for row in session.dirty:
        changed = _changed(row)
        if changed and noted.get(row, ()) is not _ALL:
            noted[row] = {*noted.get(row, ()), *changed}
    for row in session.deleted:
        if columns_of(row.__table__):
            noted[row] = _ALL


def _changed(row: Any) -> set[str]:
    attributes = inspect(row).attrs
    return {name for name in columns_of(row.__table__) if attributes[name].history.has_changes()}


def _refuse_unseen(executing: ORMExecuteState) -> None:
    """A statement that changes many rows at once is not seen by the session: such rows are changed one by one."""
    if executing.is_select or executing.bind_mapper is None:
        return
    table = executing.bind_mapper.local_table
    if isinstance(table, Table) and columns_of(table):
        raise RuntimeError(
            f"history tells of {table.name}: its rows are added, changed and taken away through the session"
        )


class History:
    """What the events say that the told rows are. It hears each event's facts in the order that they were written in."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self._of_decision: dict[str, set[str]] = {}

    def hear(self, telling: Telling) -> None:
        """Take in what one event tells."""
        for key, values in telling.items():
            if values is None:
                self.rows.pop(key, None)
                continue
            known = self.rows.setdefault(key, {})
            known |= values
            if key.startswith(("decision_lines:", "decision_participants:")) and "decision_id" in known:
                self._of_decision.setdefault(key_of("decisions", known["decision_id"]), set()).add(key)
            elif key.startswith("decisions:") and known.get("status") not in (None, *PROPOSED):
                # Given back: it is written anew without a word until it is handed over again.
                for each in (key, *self._of_decision.pop(key, ())):
                    self.rows.pop(each, None)


__all__ = [
    "COLUMNS_NOT_TOLD",
    "TABLES_NOT_TOLD",
    "UNTIL_HANDED_OVER",
    "History",
    "Telling",
    "columns_of",
    "follow",
    "key_of",
    "noted",
    "tables",
    "tell_whole",
    "told",
]
