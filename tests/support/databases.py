"""The two databases, migrated once per run and emptied between tests.

One PostgreSQL cluster serves all test processes, each with its own database. What the migrations themselves insert is
what every test starts from.
"""

import atexit
import os
import pwd
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, text

from grantportal import db
from grantportal import migrate as migrations
from tests.support import run

MIGRATED = "migrated"

postgresql_only = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
sqlite_only = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def migrate(url: str) -> None:
    """Bring an empty database to the newest schema, as `grantportal db upgrade` does."""
    engine = db.engine_for(url)
    try:
        migrations.upgrade(engine)
        say_where(engine)
    finally:
        engine.dispose()


def say_where(engine: Engine) -> None:
    """As in an installation whose operator has said where its decisions are appealed."""
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE portal SET authority_address = :address, appeal_court = :court"),
            {"address": "Påhittade gatan 1, 000 00 Exempelstad", "court": "Förvaltningsrätten i Exempelstad"},
        )


class Database(Protocol):
    """One test process' own database."""

    url: str
    times_filled: int

    def reset(self) -> None:
        """Back to what the migrations leave."""

    def copy(self) -> Any:
        """All that is in it now, for `put_back`."""

    def put_back(self, copy: Any) -> None:
        """What it held when that copy was made, and nothing else."""


@cache
def engine(url: str) -> Engine:
    """This test process' engine for an address."""
    return db.engine_for(url)


@cache
def of(kind: str) -> Database:
    """This test process' database of a kind, made when first asked for."""
    return {"sqlite": Embedded, "postgresql": Server}[kind]()


class Embedded:
    """SQLite: a copy of a migrated file, in memory. Its address is a link to the copy of the test that runs."""

    def __init__(self) -> None:
        self.file = run.memory() / f"{run.worker()}.sqlite"
        self.times_filled = self.kept = 0
        self.url = f"sqlite:///{self.file}"
        self.template = run.memory() / f"{MIGRATED}.sqlite"
        with run.one_at_a_time("sqlite"):
            if not self.template.exists():
                making = self.template.with_suffix(".making")
                migrate(f"sqlite:///{making}")
                _into_one_file(making)
                making.rename(self.template)

    def reset(self) -> None:
        self.put_back(self.template)

    def copy(self) -> Path:
        self.kept += 1
        kept = self.file.with_name(f"{run.worker()}-kept-{self.kept}.sqlite")
        with closing(sqlite3.connect(self._copy())) as source, closing(sqlite3.connect(kept)) as target:
            source.backup(target)
        return kept

    def put_back(self, copy: Path) -> None:
        """A new file with a name of its own: a connection that an earlier test has left open, when it is closed at last,
        takes away the write-ahead log that belongs to its own name."""
        earlier = self._copy()
        self.times_filled += 1
        shutil.copyfile(copy, self._copy())
        link = self.file.with_suffix(".link")
        link.symlink_to(self._copy())
        link.replace(self.file)
        for rest in ("", "-wal", "-shm"):
            Path(f"{earlier}{rest}").unlink(missing_ok=True)

    def _copy(self) -> Path:
        return self.file.with_name(f"{run.worker()}-{self.times_filled}.sqlite")


def _into_one_file(file: Path) -> None:
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.close()


@dataclass(frozen=True)
class Rows:
    """What a PostgreSQL database holds: each table's rows as COPY writes them, and what sets its numbers where they were."""

    tables: dict[str, bytes]
    numbers: bytes


class Server:
    """PostgreSQL: a copy of a migrated database, emptied by one string of DELETEs (TRUNCATE takes 150 times longer)."""

    def __init__(self) -> None:
        cluster = Cluster()
        name = f"test_{run.worker()}"
        with run.one_at_a_time("postgresql"):
            cluster.start()
            cluster.make_migrated()
            cluster.execute(f"CREATE DATABASE {name} TEMPLATE {MIGRATED}")
        self.url = cluster.url(name)
        self.times_filled = 0
        self.connection = psycopg.connect(host=str(cluster.socket), user=cluster.user, dbname=name, autocommit=True)
        atexit.register(self.connection.close)
        tables = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        self.tables = [name for (name,) in self.connection.execute(tables) if name != "alembic_version"]
        sequences = "SELECT relname FROM pg_class WHERE relkind = 'S' ORDER BY relname"
        self.sequences = [name for (name,) in self.connection.execute(sequences)]
        # Put into words once: for each test anew it takes longer than the server does.
        self.emptying = sql.Composed(
            [
                # As a replica, no trigger fires: neither foreign keys nor what makes rows immutable.
                sql.SQL("SET LOCAL session_replication_role = replica; SET LOCAL lock_timeout = '5s';"),
                *(sql.SQL("DELETE FROM {};").format(_name(table)) for table in self.tables),
            ]
        ).as_bytes(self.connection)
        # No two tables count alike: what takes one's number for another's finds nothing.
        apart = [(name, 1000 * place, False) for place, name in enumerate(self.sequences, 1)]
        self.clean = replace(self.copy(), numbers=self._setting(apart))

    def reset(self) -> None:
        self.put_back(self.clean)

    def copy(self) -> Rows:
        filled = _joined(
            " UNION ALL ", "SELECT {0} WHERE EXISTS (SELECT FROM {1})", [(t, _name(t)) for t in self.tables]
        )
        numbers = _joined(
            " UNION ALL ", "SELECT {0}, last_value, is_called FROM {1}", [(s, _name(s)) for s in self.sequences]
        )
        tables = {}
        for (table,) in self.connection.execute(filled).fetchall():
            with self.connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(_name(table))) as rows:
                tables[table] = b"".join(rows)
        return Rows(tables, self._setting(self.connection.execute(numbers).fetchall()))

    def put_back(self, copy: Rows) -> None:
        self.times_filled += 1
        with self.connection.transaction():
            self.connection.execute(self.emptying + copy.numbers)
            for table, rows in copy.tables.items():
                with self.connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(_name(table))) as writing:
                    writing.write(rows)

    def _setting(self, numbers: list[tuple[str, int, bool]]) -> bytes:
        return _joined(", ", "setval({0}, {1}, {2})", numbers, before="SELECT ").as_bytes(self.connection)


def _name(of: str) -> sql.Identifier:
    return sql.Identifier(of)


def _joined(by: str, each: str, values: list[tuple[Any, ...]], before: str = "") -> sql.Composed:
    return sql.SQL(before) + sql.SQL(by).join([sql.SQL(each).format(*value) for value in values])


@dataclass(frozen=True)
class Cluster:
    """The run's PostgreSQL: reached by its socket only, and nothing of it survives the run."""

    user: str = "postgres"

    @property
    def socket(self) -> Path:
        """The folder of its socket and its data."""
        return run.folder() / "pg"

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql+psycopg://{self.user}@/{database}?host={self.socket}"

    def start(self) -> None:
        """Start it, unless another test process has done so."""
        if self.socket.exists():
            return
        self.socket.mkdir(mode=0o755)
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.socket, owner.pw_uid, owner.pw_gid)
        self._as_owner(
            "initdb",
            "--auth=trust",
            f"--username={self.user}",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            self.data,
        )
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.socket,
            "fsync": "off",
            "full_page_writes": "off",
            "synchronous_commit": "off",
            "max_connections": 200,
        }
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._as_owner(
            "pg_ctl", "--wait", f"--pgdata={self.data}", f"--log={self.socket}/log", f"--options={options}", "start"
        )

    def stop(self) -> None:
        """Stop it where it runs."""
        if (self.socket / "data" / "postmaster.pid").exists():
            self._as_owner("pg_ctl", f"--pgdata={self.data}", "--mode=immediate", "stop")

    @property
    def data(self) -> str:
        """Its data folder."""
        return str(self.socket / "data")

    def execute(self, statement: str, database: str = "postgres") -> None:
        """One statement outside any transaction."""
        with psycopg.connect(host=str(self.socket), user=self.user, dbname=database, autocommit=True) as connection:
            connection.execute(statement)

    def make_migrated(self) -> None:
        """The database that the others are copies of."""
        with psycopg.connect(host=str(self.socket), user=self.user, dbname="postgres") as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [MIGRATED]).fetchone():
                return
        self.execute("CREATE DATABASE making")
        migrate(self.url("making"))
        self.execute(f"ALTER DATABASE making RENAME TO {MIGRATED}")

    def _as_owner(self, program: str, *arguments: str) -> None:
        # The server refuses root, so root runs it as the user that Debian's package made.
        other: dict[str, Any] = (
            {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        )
        command = [str(programs() / program), *arguments]
        # Where the tests' clock has been moved, the server keeps its own: whatever leans on it is then found.
        own = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
        done = subprocess.run(
            command,
            cwd=self.socket,
            env=own,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **other,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{done.stdout}")


def programs() -> Path:
    """Where the newest PostgreSQL has its programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    if not found:
        raise RuntimeError("PostgreSQL is not installed: make test installs it, or tells what to install.")
    return found[-1]
