"""Several processes that press at the same moment, many times over.

Processes, not threads: each has its own engine and sessions, as the server's workers have. They stay up between rounds
(a start costs a second), and a barrier lets them go together.
"""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from threading import BrokenBarrierError
from typing import Any

from grantportal import db
from tests.support import remembered

ROUNDS = int(os.environ.get("ROUNDS", "50"))
PATIENCE = 60
"""Seconds until a racer that does not answer fails the test instead of hanging it."""


@dataclass(frozen=True)
class Finish:
    """How one racer's attempt ended: with an answer, or with a refusal's class and text."""

    answer: Any = None
    refusal: str | None = None
    text: str = ""

    @property
    def was_done(self) -> bool:
        """Whether the attempt was carried out."""
        return self.refusal is None


class Racers:
    """The processes, ready at the line."""

    def __init__(self, lines: Sequence[Connection]) -> None:
        self.lines = lines

    def race(self, *attempts: Sequence[Any]) -> list[Finish]:
        """Let each racer try at the same moment with its own arguments; the answers come in the racers' order."""
        assert len(attempts) == len(self.lines), "one attempt for each racer"
        for line, arguments in zip(self.lines, attempts, strict=True):
            line.send(arguments)
        finishes = []
        for line in self.lines:
            assert line.poll(PATIENCE), "a racer hangs"
            finishes.append(line.recv())
        return finishes


@contextmanager
def racers(
    url: str, attempt: Callable[..., Any], count: int = 8, *, prepare: Callable[[], None] | None = None
) -> Iterator[Racers]:
    """Start the processes; `attempt` and `prepare` are functions of a module, so that each process can import them.

    `prepare` runs once in each process, before it meets the database: where a red control takes the locks away.
    """
    remembered.forget()
    # Forked from a server that has imported the portal and never met a database: as clean as a new process, and quick.
    clean = multiprocessing.get_context("forkserver")
    clean.set_forkserver_preload(["grantportal.app"])
    barrier = clean.Barrier(count)
    pairs = [clean.Pipe() for _ in range(count)]
    processes = [
        clean.Process(target=_run, args=(url, attempt, prepare, barrier, theirs), daemon=True) for _, theirs in pairs
    ]
    for process in processes:
        process.start()
    for _, theirs in pairs:
        theirs.close()
    try:
        yield Racers([ours for ours, _ in pairs])
    finally:
        for ours, _ in pairs:
            ours.close()
        for process in processes:
            process.join(5)
            if process.is_alive():
                process.kill()


def _run(
    url: str,
    attempt: Callable[..., Any],
    prepare: Callable[[], None] | None,
    barrier: threading.Barrier,
    line: Connection,
) -> None:
    if prepare is not None:
        prepare()
    db.configure(url)
    while True:
        try:
            arguments = line.recv()
        except EOFError:
            return
        try:
            barrier.wait(PATIENCE)
            finish = Finish(answer=attempt(*arguments))
        except BrokenBarrierError:
            return
        except Exception as error:
            finish = Finish(refusal=type(error).__name__, text=str(error))
        finally:
            db.close_read_session()
        line.send(finish)


def without_locks() -> None:
    """The red control: no row is locked, and SQLite is left to its driver's habit of not beginning before a read."""
    db.lock = lambda query, *, shared=False: query
    db._begin_sqlite = lambda connection: None
