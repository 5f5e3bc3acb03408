"""The demonstration stands still while it begins anew: nobody reads, writes or works in a story that is half told.

Whoever uses the database holds a shared lock on a file of the instance; whoever begins anew holds it alone. The system takes
the lock back from a process that dies.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_FILE = "begins-anew.lock"
_LOOK_AGAIN_SECONDS = 0.1


class StandsStill(Exception):
    """The demonstration begins anew just now."""


class Use:
    """A use of the demonstration's database, until `end`. Raises StandsStill when it begins anew."""

    def __init__(self, instance: Path) -> None:
        self._held: IO[str] = (instance / _FILE).open("a")
        if not _locked(self._held, fcntl.LOCK_SH):
            self._held.close()
            raise StandsStill

    def end(self) -> None:
        """Let the demonstration begin anew. Ended already, it does nothing."""
        self._held.close()


@contextmanager
def alone(instance: Path, *, patience_seconds: float) -> Iterator[None]:
    """Be the only one, when all uses have ended. Raises StandsStill when that takes too long, or somebody else was first."""
    until = time.monotonic() + patience_seconds
    with (instance / _FILE).open("a") as held:
        while not _locked(held, fcntl.LOCK_EX):
            if time.monotonic() > until:
                raise StandsStill
            time.sleep(_LOOK_AGAIN_SECONDS)
        yield


def _locked(held: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(held, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
