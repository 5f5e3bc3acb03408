"""For migrations: a closed list of codes grows or shrinks without its table being built anew.

The list stands in a CHECK. PostgreSQL takes another constraint in its place. SQLite has no such statement; its manual
("Making Other Kinds Of Table Schema Changes") rewrites the table's text in the schema, which touches neither rows nor
triggers and keeps history append-only.
"""

import re
from collections.abc import Mapping

from sqlalchemy import Connection, text

_CODE = re.compile(r"'([^']*)'")


def add_codes(connection: Connection, table: str, column: str, added: Mapping[str, str]) -> None:
    """Take in each code right after the one that it is given with: the same order as in the models."""
    codes = _codes(connection, table, column)
    for code, after in added.items():
        if code not in codes:
            codes.insert(codes.index(after) + 1, code)
    _replace(connection, table, column, codes, checked=True)


def remove_codes(connection: Connection, table: str, column: str, *removed: str) -> None:
    """The way back. Rows that have such a code already stay as they are: history is not unwritten."""
    codes = [code for code in _codes(connection, table, column) if code not in removed]
    _replace(connection, table, column, codes, checked=False)


def _codes(connection: Connection, table: str, column: str) -> list[str]:
    return _CODE.findall(_said(connection, table, column))


def _said(connection: Connection, table: str, column: str) -> str:
    """The CHECK as the database has it."""
    name = f"ck_{table}_{column}"
    if connection.dialect.name == "sqlite":
        whole = connection.execute(
            text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table"), {"table": table}
        ).scalar_one()
        found = re.search(rf"CONSTRAINT \"?{name}\"? CHECK \({column} IN \([^)]*\)\)", whole)
        if found is None:
            raise LookupError(f"{table} has no {name}")
        return found.group()
    return str(
        connection.execute(
            text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"), {"name": name}
        ).scalar_one()
    )


def _replace(connection: Connection, table: str, column: str, codes: list[str], *, checked: bool) -> None:
    name = f"ck_{table}_{column}"
    listed = ", ".join(f"'{code}'" for code in codes)
    made = f"CONSTRAINT {name} CHECK ({column} IN ({listed}))"
    if connection.dialect.name != "sqlite":
        connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
        connection.execute(text(f"ALTER TABLE {table} ADD {made}{'' if checked else ' NOT VALID'}"))
        return
    before = _said(connection, table, column)
    version = connection.execute(text("PRAGMA schema_version")).scalar_one()
    connection.execute(text("PRAGMA writable_schema = ON"))
    connection.execute(
        text("UPDATE sqlite_master SET sql = replace(sql, :before, :made) WHERE type = 'table' AND name = :table"),
        {"before": before, "made": made, "table": table},
    )
    # Everybody who has the database open reads the schema anew.
    connection.execute(text(f"PRAGMA schema_version = {version + 1}"))
    connection.execute(text("PRAGMA writable_schema = OFF"))
