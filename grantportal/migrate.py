"""Bringing the schema forward and back: Alembic, configured in code."""

import fcntl
import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command, op
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, inspect, literal, select, text
from sqlalchemy import table as sql_table

from grantportal import db
from grantportal.settings import folder

# That it looked at the schema is nothing to tell.
logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)

LEFT = "left"
"""Where a connection keeps what `downgrade` answers."""


def upgrade(engine: Engine | None = None, revision: str = "head") -> None:
    """Migrate the database to `revision`."""
    _run(engine, lambda config: command.upgrade(config, revision))


def downgrade(engine: Engine | None = None, revision: str = "base") -> tuple[str, ...]:
    """Migrate the database back to `revision`.

    The answer is what rows still say that an older portal has no word for, such as "events.kind: report.opened": what is
    written once stays, so the database can be brought forward again, but the older portal cannot show it.
    """
    return _run(engine, lambda config: command.downgrade(config, revision))


class SchemaError(Exception):
    """The database is not one that this portal can use: a sentence for the operator."""


def ensure_newest(engine: Engine | None = None) -> None:
    """Whether the database has the portal's own schema, after waiting for a migration that is under way.

    Raises SchemaError where there is no installation, where it is older than the portal, and where it is newer.
    """
    chosen = engine or db.engine()
    place = chosen.url.database if chosen.dialect.name == "sqlite" else chosen.url.render_as_string()
    none = SchemaError(f"Det finns ingen installation i {place}. Den görs med: grantportal db upgrade")
    # To connect to a file that is not there would make it.
    if chosen.dialect.name == "sqlite" and not Path(place or "").is_file():
        raise none
    with alone(chosen, shared=True), chosen.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    known = ScriptDirectory.from_config(config_for(None))
    if current is None:
        raise none
    if current == known.get_current_head():
        return
    if current in {each.revision for each in known.walk_revisions()}:
        raise SchemaError(
            f"Databasen i {place} har version {current} och portalen {known.get_current_head()}. Säkerhetskopiera, och kör: "
            "grantportal db upgrade"
        )
    raise SchemaError(f"Databasen i {place} hör till en nyare portal (version {current}). Installera den.")


@cache
def newest() -> str | None:
    """The version of the schema that this portal has."""
    return ScriptDirectory.from_config(config_for(None)).get_current_head()


LOCK = 726_174
"""The number of PostgreSQL's lock for whoever migrates."""


@contextmanager
def alone(engine: Engine | None = None, *, shared: bool = False) -> Iterator[None]:
    """No other process, on any host, migrates this database meanwhile: who comes second waits.

    `shared` is for those who only look: they wait for whoever migrates, and not for each other.
    """
    chosen = engine or db.engine()
    if chosen.dialect.name == "sqlite":
        folder_of_it = os.open(Path(chosen.url.database or ".").resolve().parent, os.O_RDONLY)
        try:
            fcntl.flock(folder_of_it, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder_of_it)
        return
    with chosen.connect() as connection:
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        taken = func.pg_advisory_xact_lock_shared(LOCK) if shared else func.pg_advisory_xact_lock(LOCK)
        connection.execute(select(taken))
        yield


def config_for(connection: object) -> Config:
    """Alembic's configuration for an open connection."""
    config = Config()
    config.set_main_option("script_location", str(folder("migrations")))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _run(engine: Engine | None, step: object) -> tuple[str, ...]:
    chosen = engine or db.engine()
    with chosen.execution_options(writes=True).connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            # A batch rebuild with foreign keys on would delete child rows; they are checked afterwards instead.
            connection.connection.execute("PRAGMA foreign_keys=OFF")
        connection.info[LEFT] = []
        try:
            with connection.begin():
                step(config_for(connection))  # type: ignore[operator]
                if is_sqlite and connection.execute(text("PRAGMA foreign_key_check")).first() is not None:
                    raise RuntimeError("the migration left rows without their parents")
                tables = inspect(connection).get_table_names()
            return tuple(sorted(each for each in connection.info.pop(LEFT) if each.partition(".")[0] in tables))
        finally:
            if is_sqlite:
                connection.connection.execute("PRAGMA foreign_keys=ON")


# --- For revisions --------------------------------------------------------------------------------------------------


def add_codes(table: str, column: str, *codes: str) -> None:
    """Let a column of codes hold these too. For `upgrade`."""
    _recheck(table, column, lambda known: [*known, *(code for code in codes if code not in known)])


def remove_codes(table: str, column: str, *codes: str) -> None:
    """Let a column of codes hold these no more. For `downgrade`: rows that are written once keep what they say."""
    _recheck(table, column, lambda known: [code for code in known if code not in codes])
    connection = op.get_bind()
    left = connection.info.get(LEFT, [])
    left += [f"{table}.{column}: {code}" for code in codes if _holds(connection, table, f"{column} = '{code}'")]


def add_check(table: str, name: str, condition: str) -> None:
    """Let the table hold only rows of which the condition is true. Raises when there are others."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({condition})")
        return
    if _holds(connection, table, f"NOT ({condition})"):
        raise RuntimeError(f"{table} has rows that {name} would not let in")
    _rewrite(
        connection,
        table,
        lambda sql: f"{sql[: sql.rindex(')')].rstrip()}, CONSTRAINT ck_{table}_{name} CHECK ({condition}))",
    )


def drop_check(table: str, name: str) -> None:
    """Take away what `add_check` put there, or what the table was made with."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{name}")
        return

    def without(sql: str) -> str:
        begins = sql.index(f"CONSTRAINT ck_{table}_{name} CHECK (")
        ends, depth = sql.index("(", begins) + 1, 1
        while depth:
            depth += {"(": 1, ")": -1}.get(sql[ends], 0)
            ends += 1
        return sql[: sql.rindex(",", 0, begins)] + sql[ends:]

    _rewrite(connection, table, without)


def add_foreign_key(table: str, column: str, to: str) -> None:
    """Let the column hold only ids of the other table. For `upgrade`; every row is empty there still."""
    connection = op.get_bind()
    foreign_key = f"CONSTRAINT fk_{table}_{column}_{to} FOREIGN KEY({column}) REFERENCES {to} (id)"
    if connection.dialect.name != "sqlite":
        op.execute(f"ALTER TABLE {table} ADD {foreign_key}")
        return
    _rewrite(connection, table, lambda sql: f"{sql[: sql.rindex(')')].rstrip()}, {foreign_key})")


def drop_foreign_key(table: str, column: str, to: str) -> None:
    """Take away what `add_foreign_key` put there."""
    connection = op.get_bind()
    name = f"fk_{table}_{column}_{to}"
    if connection.dialect.name != "sqlite":
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        return
    foreign_key = re.compile(rf",\s*CONSTRAINT {name} FOREIGN KEY\({column}\) REFERENCES {to} \(id\)")
    _rewrite(connection, table, lambda sql: foreign_key.sub("", sql))


def _holds(connection: Connection, table: str, condition: str) -> bool:
    rows = select(literal(1)).select_from(sql_table(table)).where(text(condition)).limit(1)
    return connection.execute(rows).first() is not None


def _recheck(table: str, column: str, change: Callable[[list[str]], list[str]]) -> None:
    connection = op.get_bind()
    name = f"ck_{table}_{column}"
    if connection.dialect.name == "sqlite":
        _recheck_in_place(connection, table, name, column, change)
        return
    definition = connection.execute(
        text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"), {"name": name}
    ).scalar_one()
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    check = _check(column, change(re.findall(r"'([^']*)'", definition)))
    # Rows of before a way back may say what only a later step, on the way forward again, has a word for.
    unheeded = " NOT VALID" if _holds(connection, table, f"NOT ({check})") else ""
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({check}){unheeded}")


def _recheck_in_place(
    connection: Connection, table: str, name: str, column: str, change: Callable[[list[str]], list[str]]
) -> None:
    def with_codes(statement: str) -> str:
        begins = statement.index("CHECK (", statement.index(f"CONSTRAINT {name} ")) + len("CHECK (")
        ends = statement.index("))", begins) + 1
        check = _check(column, change(re.findall(r"'([^']*)'", statement[begins:ends])))
        return statement[:begins] + check + statement[ends:]

    _rewrite(connection, table, with_codes)


def _rewrite(connection: Connection, table: str, change: Callable[[str], str]) -> None:
    # SQLite's own way for a CHECK (sqlite.org/lang_altertable.html, "other kinds of changes"): a rebuilt table would lose
    # its triggers, and what is written once would have to be written again.
    statement = connection.execute(
        text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = :table"), {"table": table}
    ).scalar_one()
    version = connection.execute(text("PRAGMA schema_version")).scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema=ON")
    connection.execute(
        text("UPDATE sqlite_schema SET sql = :sql WHERE type = 'table' AND name = :table"),
        {"sql": change(statement), "table": table},
    )
    connection.exec_driver_sql(f"PRAGMA schema_version={version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema=OFF")


def _check(column: str, codes: list[str]) -> str:
    return f"{column} IN ({', '.join(repr(code) for code in codes)})"
