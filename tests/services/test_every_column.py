"""Whatever column of the money somebody changes close to the database, the control says something, or it is said why not."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import Column, Date, Enum

from grantportal import db
from grantportal.domain.payments import LedgerKind
from grantportal.models import Base, triggers
from grantportal.models.base import UtcDateTime
from grantportal.models.decisions import Decision, DecisionLine, Dispatch
from grantportal.models.grants import YearFrame
from grantportal.models.organisations import BankGiro
from grantportal.models.payments import LedgerEntry, Payment, PaymentBatch
from tests.services.test_verification import found
from tests.services.test_verified_money import Paid, paid_and_waiting
from tests.support.databases import sqlite_only
from tests.support.rows import committed

UNSPOKEN = {
    **{
        f"ledger_entries.id of what is {kind}": "nothing points at an entry, and its number is in no document"
        for kind in LedgerKind
    },
    "ledger_entries.entered_at of what is charged": "at the hand-in, before it was at the approval",
    "decision_lines.id": "nothing points at a line, and its number is in no document",
    "dispatches.id": "nothing points at a dispatch, and its number is in no document",
    "decisions.conditions": "the document has them among the call's own; the proposal's fingerprint is of what was proposed",
    "decisions.took_part": "the document has names and titles, which the typed lines are read into",
    "decisions.dissent": "only proposals from before dissents were rows have one, and the document has it among the others",
    "decisions.dismissal_ground": "the document has the ground in words, which may be said otherwise since",
    "decisions.returned_by_id": "about a proposal that was given back and then made anew",
    "decisions.returned_reason": "about a proposal that was given back and then made anew",
}
"""Columns that may be changed without a word, and why: the history and the documents do not speak of them."""


@pytest.fixture
def money(database) -> Paid:
    made = paid_and_waiting()
    db.close_read_session()
    return made


@sqlite_only
def test_every_column_of_the_money_is_spoken_of(money, tmp_path):
    assert found(tmp_path) == []
    rows = rows_of(money)
    with unguarded() as connection:
        unseen = {
            f"{model.__tablename__}.{column.name}{of}"
            for model, row_id, of in rows
            for column in model.__table__.columns
            if not is_seen(connection, column, row_id, tmp_path)
        }
    assert found(tmp_path) == [], "every change is taken back"
    assert unseen == set(UNSPOKEN)


def rows_of(money: Paid) -> list[tuple[type[Base], int, str]]:
    """A row of each table: Region Ett's, of the year that is paid; of the ledger, one of each kind, with the kind."""
    paid = committed().get_one(Payment, money.paid.id)
    entries = committed().query(LedgerEntry).filter_by(case_id=paid.case_id, grant_year=paid.grant_year)
    found = [
        (Payment, paid.id),
        (PaymentBatch, paid.batch_id),
        *((LedgerEntry, entries.filter_by(kind=kind).first().id, f" of what is {kind}") for kind in LedgerKind),
        (DecisionLine, committed().query(DecisionLine).filter_by(decision_id=paid.decision_id).first().id),
        (Decision, paid.decision_id),
        (Dispatch, committed().query(Dispatch).filter_by(decision_id=paid.decision_id).one().id),
        (BankGiro, paid.giro_id),
        (YearFrame, committed().query(YearFrame).filter_by(grant_year=paid.grant_year).one().id),
    ]
    db.close_read_session()
    return [(model, row_id, of[0] if of else "") for model, row_id, *of in found]


def is_seen(connection: sqlite3.Connection, column: Column[Any], row_id: int, folder) -> bool:
    """Whether the control says something when this column of the row is another; it is put back after that."""
    table, name = column.table.name, column.name
    put = f"UPDATE {table} SET {name} = ? WHERE id = ?"
    (before,) = connection.execute(f"SELECT {name} FROM {table} WHERE id = ?", [row_id]).fetchone()
    for other in others(connection, column, before):
        # A number that another row has is none that anybody could write.
        with suppress(sqlite3.IntegrityError):
            connection.execute(put, [other, row_id])
            break
    try:
        return bool(found(folder))
    finally:
        connection.execute(put, [before, other if name == "id" else row_id])


def others(connection: sqlite3.Connection, column: Column[Any], value: Any) -> list[Any]:
    """Some other values of the column's kind; of a foreign key, what is there before what is not."""
    if isinstance(column.type, Enum):
        return [each for each in column.type.enums if each != value]
    if isinstance(column.type, Date):
        return ["2019-01-01"]
    if isinstance(column.type, UtcDateTime):
        return ["2019-01-01 09:00:00.000000"]
    if isinstance(value, str):
        return [f"{value}x"]
    known = [
        row[0]
        for key in column.foreign_keys
        for row in connection.execute(f"SELECT id FROM {key.column.table.name} ORDER BY id DESC")
        if row[0] != value
    ]
    return [*known, (value or 0) + 1000]


@contextmanager
def unguarded() -> Iterator[sqlite3.Connection]:
    """The database as somebody with the file has it: without triggers, CHECKs and foreign keys, until that one is done."""
    with closing(sqlite3.connect(db.engine().url.database, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for statements in (triggers.dropping, triggers.statements):
            connection.execute("BEGIN")
            for statement in statements("sqlite"):
                connection.execute(statement)
            connection.execute("COMMIT")
            if statements is triggers.dropping:
                yield connection
