"""What each database needs: engines, the current session, locks, and the names of violated constraints.

SQLite and PostgreSQL keep the same promises. SQLite writes under BEGIN IMMEDIATE; PostgreSQL runs READ COMMITTED and locks
the row that owns the limit (measured: the only pair that never let a frame be exceeded).
"""

import errno
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from sqlalchemy import URL, Engine, Select, Text, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, SAWarning, TimeoutError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from grantportal.domain.texts import normal

Q = TypeVar("Q", bound="Select[Any]")

BUSY_TIMEOUT_MS = 10_000
POOL_SECONDS = 10
COLLATION = "sv-x-icu"
"""One name on both databases sorts å ä ö last: PostgreSQL ships it, SQLite gets it on connect."""

# SQLAlchemy only warns when a statement has lost what ties its tables to each other, and then asks it: the answer is other
# rows than were meant, and nothing tells. Such a statement is refused. Its other warnings are advice, and stay warnings.
warnings.filterwarnings(
    "error", r"\w+ statement has a cartesian product|Did not locate an expression in selectable", SAWarning
)

_engine: Engine | None = None
_current: ContextVar[Session | None] = ContextVar("act_session", default=None)
_reading: ContextVar[Session | None] = ContextVar("read_session", default=None)


def configure(url: str, *, connections: int | None = None, statement_seconds: int = 0) -> Engine:
    """Make the engine that the whole process uses. `url` is a SQLAlchemy address; postgresql:// means psycopg 3.

    `connections` is the most it has open at a time: who needs one more waits, and then gets an outage. A statement that
    takes longer than `statement_seconds` is broken off (0: never).
    """
    close_read_session()
    if _engine is not None:
        _engine.dispose()
    return use(engine_for(url, connections=connections, statement_seconds=statement_seconds))


def use(chosen: Engine) -> Engine:
    """Make `chosen` the engine that the whole process uses. Whoever made the one before closes its connections."""
    global _engine
    close_read_session()
    _engine = chosen
    return _engine


def engine() -> Engine:
    """The engine that `configure` made."""
    if _engine is None:
        raise RuntimeError("db.configure(url) has not been called")
    return _engine


def engine_for(url: str | URL, *, connections: int | None = None, statement_seconds: int = 0) -> Engine:
    """An engine with this house's settings, also for tools and tests that need their own."""
    address = make_url(url)
    pool: dict[str, Any] = (
        {"pool_size": connections, "max_overflow": 0, "pool_timeout": POOL_SECONDS}
        if connections and address.database
        else {}
    )
    if address.get_backend_name() == "sqlite":
        made = create_engine(
            address, connect_args={"isolation_level": None, "check_same_thread": False}, hide_parameters=True, **pool
        )
        event.listen(made, "connect", _prepare_sqlite)
        event.listen(made, "begin", _begin_sqlite)
        return made
    return create_engine(
        address.set(drivername="postgresql+psycopg"),
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        hide_parameters=True,  # what people have written does not follow an error into a log
        connect_args={
            "options": f"-c lock_timeout={BUSY_TIMEOUT_MS} -c statement_timeout={statement_seconds * 1000} -c timezone=UTC",
            # A server that is gone without a word is noticed, while it is called and after.
            "connect_timeout": 5,
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
        },
        **pool,
    )


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        # Without it INSERT OR REPLACE walks past an append-only trigger.
        "recursive_triggers=ON",
        "trusted_schema=OFF",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    connection.create_collation(COLLATION, _compare_swedish)
    connection.create_function(
        "portal_lower", 1, lambda text: None if text is None else text.lower(), deterministic=True
    )


class folded(FunctionElement[str]):  # noqa: N801  # it is used as a function of SQL
    """A text without regard to capitals, å ä ö included: SQLite's own lower() knows only a to z."""

    type = Text()
    inherit_cache = True
    name = "folded"


@compiles(folded)
def _lower(element: folded, compiler: SQLCompiler, **kwargs: Any) -> str:
    return f"lower({compiler.process(element.clauses, **kwargs)})"


@compiles(folded, "sqlite")
def _lower_by_us(element: folded, compiler: SQLCompiler, **kwargs: Any) -> str:
    return f"portal_lower({compiler.process(element.clauses, **kwargs)})"


def _begin_sqlite(connection: Any) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def swedish_key(text: str) -> list[tuple[int, str]]:
    """A sort key for Swedish: å, ä and ö after z; other marks are looked past; case does not matter."""
    key = []
    for char in normal(text).casefold():
        place = "åäö".find(char)
        if place >= 0:
            key.append((1, str(place)))
        else:
            key.append((0, normal(char, "NFD")[:1]))
    return key


def _compare_swedish(left: str, right: str) -> int:
    a, b = swedish_key(left), swedish_key(right)
    return (a > b) - (a < b) or (left > right) - (left < right)


def session() -> Session:
    """The session of the act that is open, else this context's session for reading."""
    current = _current.get() or _reading.get()
    if current is None:
        current = Session(engine().execution_options(postgresql_readonly=True), expire_on_commit=False)
        _reading.set(current)
    return current


def read_one_moment() -> None:
    """Let everything that this context reads from now on be as it is at this moment: for long controls beside a portal that is up."""
    close_read_session()
    chosen = engine().execution_options(postgresql_readonly=True)
    if chosen.dialect.name == "postgresql":
        # SQLite's reading transaction is such a moment by itself.
        chosen = chosen.execution_options(isolation_level="REPEATABLE READ")
    _reading.set(Session(chosen, expire_on_commit=False))


def close_read_session() -> None:
    """End reading: at the end of a request, of a command, of a test."""
    reading = _reading.get()
    if reading is not None:
        reading.close()
        _reading.set(None)


@contextmanager
def aside() -> Iterator[Session]:
    """A session for reading with a connection of its own: who looks after the portal waits for nobody who uses it.

    Raises an outage where the database is not there.
    """
    address = engine().url
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
        # To connect to a file that is not there would make it.
        raise FileNotFoundError(errno.ENOENT, "the database is not there")
    made = engine_for(address, statement_seconds=1)
    try:
        with Session(made.execution_options(postgresql_readonly=True)) as reading:
            yield reading
    finally:
        made.dispose()


@contextmanager
def writing_session() -> Iterator[Session]:
    """A session of its own that writes; only `transaction.py` and tests' factories open one. Does not commit."""
    made = Session(engine().execution_options(writes=True), expire_on_commit=False)
    token = _current.set(made)
    try:
        yield made
    finally:
        _current.reset(token)
        made.close()


def is_acting() -> bool:
    """Whether an act is open in this context: acts do not nest."""
    return _current.get() is not None


asked: ContextVar[list[int] | None] = ContextVar("asked", default=None)
"""How many statements this context has sent, as the one number of a list; None where nobody counts."""


def _count(*_: Any) -> None:
    counted = asked.get()
    if counted is not None:
        counted[0] += 1


event.listen(Engine, "before_cursor_execute", _count)


def lock(query: Q, *, shared: bool = False) -> Q:
    """Lock the rows that own a limit, and read them anew.

    `shared` is for an act that rests on the row as it stands and leaves it alone: many hold it at once, and whoever changes
    the row waits for them all. (SQLite has one writer at a time.)

    Without `populate_existing` the value from before the lock comes back; without `key_share` a child row inserted before
    its parent is locked deadlocks.
    """
    # Only the rows that are asked for: PostgreSQL locks no row that an outer join might leave out.
    only = query.column_descriptions[0]["entity"]
    return query.with_for_update(read=shared, key_share=not shared, of=only).execution_options(populate_existing=True)


def insert(model: type[Any]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say what to do when the row is already there (ON CONFLICT)."""
    return postgresql.insert(model) if engine().dialect.name == "postgresql" else sqlite.insert(model)


_PASSING = {"40P01", "40001", "55P03"}


def is_passing(error: DBAPIError) -> bool:
    """Whether the same act may succeed if it is tried again: deadlock, serialization, lock timeout, busy SQLite."""
    origin: Any = error.orig
    return getattr(origin, "sqlstate", None) in _PASSING or "database is locked" in str(origin)


# What PostgreSQL says of itself and not of a statement: no connection, no room, shut down or broken off, a disk that fails,
# a server that only reads. SQLite has words for the same.
_AWAY = ("08", "53", "57", "58", "25006", "55P03")
_AWAY_SQLITE = (
    "unable to open database file",
    "database is locked",
    "database or disk is full",
    "disk I/O error",
    "readonly database",
)
_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}


def is_outage(error: BaseException) -> bool:
    """Whether it is no fault of the portal's: database or disk is away, full, busy or only to be read, for now."""
    if isinstance(error, TimeoutError):
        return True
    if isinstance(error, DBAPIError) and error.orig is not None:
        state = getattr(error.orig, "sqlstate", None)
        if state is not None:
            return str(state).startswith(_AWAY)
        # psycopg has no code for a server that it could not reach, or lost.
        lost = error.connection_invalidated or isinstance(error.orig, psycopg.OperationalError)
        return lost or any(words in str(error.orig) for words in _AWAY_SQLITE)
    return isinstance(error, OSError) and error.errno in _DISK


def violated(error: IntegrityError) -> str:
    """The name of the rule that the database held: a constraint's name, or table.column, … for SQLite's UNIQUE."""
    origin: Any = error.orig
    diagnostics = getattr(origin, "diag", None)
    if diagnostics is not None:
        return diagnostics.constraint_name or ""
    return str(origin).partition("constraint failed: ")[2].strip()
