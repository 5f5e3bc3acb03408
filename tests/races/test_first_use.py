"""A process whose threads all use the portal's queries for the first time at the same moment, as a server's do after a start."""

import multiprocessing
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing.connection import Connection
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import aliased

from grantportal import db
from grantportal.domain.actors import Actor
from grantportal.domain.payments import PaymentStatus
from grantportal.models.accounts import User
from grantportal.queries import accounts, applications, giros, payments, reports, supplements
from tests.support import remembered
from tests.support.applications import DEFINITION
from tests.support.races import PATIENCE, ROUNDS

THREADS = 8
FORKS = max(ROUNDS // 10, 5)
"""Processes to a test: each is used for the first time once."""
OFTEN = 1e-5
"""Seconds until another thread has its turn, instead of 5 ms: what a busy server meets after many starts comes after a few."""

ANYBODY = Actor(1)


def queries() -> Iterator[Any]:
    """Queries that join one table more than once or are put together once; nobody's, so that the rows do not matter."""
    yield applications.draft_rows(ANYBODY, 1, DEFINITION)
    yield applications.get(ANYBODY, 1)
    yield accounts.signed_in("a key", idle_minutes=30)
    yield giros.page(ANYBODY, 1)
    yield payments.page(ANYBODY, PaymentStatus.PLANNED)
    yield payments._giro_facts([1])
    yield payments.rows_to_freeze([])
    yield reports.page(ANYBODY, 1)
    yield supplements.page(ANYBODY, 1)


_SHARED = [aliased(User) for _ in range(20)]


def queries_that_share_aliases() -> Iterator[Any]:
    """For the red control: what no module of the portal may do."""
    for one, other in pairwise(_SHARED):
        yield db.session().execute(select(one.name, other.name).join(other, one.id == other.id)).all()


@dataclass(frozen=True)
class Use:
    """What one process asked its database, whichever thread asked, and what went wrong in it."""

    statements: frozenset[str]
    faults: frozenset[str]


def first_use(url: str, asked: Callable[[], Iterator[Any]], threads: int, line: Connection) -> None:
    """A new process: its threads meet at a barrier and ask; then one asks once more, since what was remembered stays."""
    sys.setswitchinterval(OFTEN)
    statements, faults, barrier = set(), set(), threading.Barrier(threads)
    event.listen(db.configure(url), "before_cursor_execute", lambda _1, _2, statement, *_: statements.add(statement))

    def ask() -> None:
        try:
            for _ in asked():
                pass
        except Exception as error:
            faults.add(f"{type(error).__name__}: {error}")
        finally:
            db.close_read_session()

    def ask_together() -> None:
        barrier.wait(PATIENCE)
        ask()

    crowd = [threading.Thread(target=ask_together) for _ in range(threads)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join(PATIENCE)
    ask()
    line.send(Use(frozenset(statements), frozenset(faults)))


def first_uses(url: str, asked: Callable[[], Iterator[Any]], forks: int, line: Connection) -> None:
    """The process that the others are forked from: it has imported the portal and never put a query together."""
    fork = multiprocessing.get_context("fork")
    for threads in [1] + [THREADS] * forks:
        process = fork.Process(target=first_use, args=(url, asked, threads, line))
        process.start()
        process.join(PATIENCE)
        process.kill()


def differing(url: str, asked: Callable[[], Iterator[Any]]) -> list[Use]:
    """The processes that asked something else than one with a single thread does, or failed."""
    remembered.forget()
    clean = multiprocessing.get_context("forkserver")
    clean.set_forkserver_preload(["grantportal.app"])
    ours, theirs = clean.Pipe(duplex=False)
    process = clean.Process(target=first_uses, args=(url, asked, FORKS, theirs))
    process.start()
    try:
        uses = []
        for _ in range(1 + FORKS):
            assert ours.poll(PATIENCE), "a process hangs"
            uses.append(ours.recv())
    finally:
        process.kill()
        process.join()
    alone, *crowds = uses
    assert alone.statements
    assert not alone.faults
    return [use for use in crowds if use != alone]


def test_eight_threads_ask_what_one_asks(database):
    assert not differing(database.url, queries)


def test_aliases_that_threads_share_are_remembered_wrongly(database):
    """The red control. When a newer SQLAlchemy turns it green, the rule against shared aliases may go, and these tests."""
    assert differing(database.url, queries_that_share_aliases)


UNTIED = """
import warnings
from sqlalchemy import select
from sqlalchemy.exc import SAWarning
from grantportal import db
from grantportal.models.accounts import User
from grantportal.models.cases import Case
from sqlalchemy.util import warn

db.configure("sqlite://")
warn("advice")
try:
    db.session().execute(select(User.id, Case.id))
except SAWarning as refused:
    print(refused)
"""


def test_a_statement_that_has_lost_a_join_is_never_asked():
    """In a process as the server's, where no test runner has made errors of warnings: the rest stays advice."""
    done = subprocess.run([sys.executable, "-c", UNTIED], capture_output=True, text=True, check=False)
    assert "SELECT statement has a cartesian product" in done.stdout
    assert "SAWarning: advice" in done.stderr
