"""The rows that the history tells of, as they are and as the events say that they are."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Table, func, literal, select

from grantportal import db
from grantportal.models import told
from grantportal.models.decisions import Decision, DecisionLine, DecisionParticipant
from grantportal.models.portal import Event
from grantportal.models.records import Record, StoredFile
from grantportal.models.told import History, Telling

AT_A_TIME = 1_000


def current(table: Table) -> Iterator[tuple[int, bool, dict[str, Any]]]:
    """Each row of a table: its id, whether the history has to tell of it, and its values as an event has them."""
    names = told.columns_of(table)
    must = _told_when().get(table.name, literal(True))
    rows = db.session().execute(
        select(table.c.id, must.label("must"), *(table.c[name] for name in names)).order_by(table.c.id),
        execution_options={"yield_per": AT_A_TIME},
    )
    for row_id, is_told, *values in rows:
        yield row_id, bool(is_told), {name: told.told(value) for name, value in zip(names, values, strict=True)}


def _told_when() -> dict[str, ColumnElement[bool]]:
    """When a row of these tables has to be told of."""
    proposed = Decision.status.in_(told.PROPOSED)
    decisions = select(Decision.id).where(proposed)
    return {
        "decisions": proposed,
        "decision_lines": DecisionLine.decision_id.in_(decisions),
        "decision_participants": DecisionParticipant.decision_id.in_(decisions),
        "files": StoredFile.id.in_(select(Record.file_id).where(Record.file_id.is_not(None))),
    }


def by_history() -> History:
    """What the events say that the rows are."""
    history = History()
    for data in db.session().scalars(select(Event.data).order_by(Event.id).execution_options(yield_per=AT_A_TIME)):
        history.hear(json.loads(data).get("rows", {}))
    return history


def compare(table: Table, history: History) -> Iterator[str | None]:
    """Hold each row of a table against the history, and take it out of that: a difference, or None after a row that was looked at.

    What is left in the history then are rows that are not there.
    """
    for row_id, must, values in current(table):
        said = history.rows.pop(told.key_of(table.name, row_id), None)
        where = f"{table.name} {row_id}"
        if said is None:
            if must:
                yield f"{where}: raden finns, men ingen händelse berättar om den."
            continue
        for name, value in values.items():
            if name in said and said[name] != value:
                yield f"{where}: {name} är {_shown(value)}, händelserna säger {_shown(said[name])}."
        yield None


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "tomt"
    return "en annan text" if str(value).startswith("~") else str(value)


def untold() -> Telling:
    """What an event has to tell so that the history says what the rows are."""
    history = by_history()
    found: Telling = {}
    for table in told.tables():
        for row_id, must, values in current(table):
            key = told.key_of(table.name, row_id)
            before = history.rows.pop(key, None)
            if (must or before is not None) and (before or {}) != values:
                found[key] = values
    return found | dict.fromkeys(history.rows)


def event_count() -> int:
    """How many events there are."""
    return db.session().scalar(select(func.count()).select_from(Event)) or 0
