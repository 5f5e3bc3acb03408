"""One test run: the folder its processes share, and the order in which they make what is in it."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = "BIDRAGSPORTALEN_TEST_RUN"
MEMORY = Path("/dev/shm")


def begin() -> None:
    """Make the run's folders, before any worker process starts; the workers inherit their names."""
    folder = Path(tempfile.mkdtemp(prefix="bidrag-", dir="/tmp"))
    folder.chmod(0o711)  # the database server runs as another user and has a folder in here
    os.environ[FOLDER] = str(folder)
    (folder / "pages").mkdir()
    memory().mkdir(exist_ok=True)


def end() -> None:
    """Leave nothing behind."""
    shutil.rmtree(memory(), ignore_errors=True)
    shutil.rmtree(folder(), ignore_errors=True)


def folder() -> Path:
    """The run's folder, with a short name: a socket's path has at most 107 characters."""
    return Path(os.environ[FOLDER])


def memory() -> Path:
    """A folder in memory where there is such, for the embedded database's files."""
    return (MEMORY if os.access(MEMORY, os.W_OK) else folder()) / f"{folder().name}-files"


def worker() -> str:
    """The name of this test process."""
    return os.environ.get("PYTEST_XDIST_WORKER", "alone")


@contextmanager
def one_at_a_time(what: str) -> Iterator[None]:
    """The first process makes what all of them share; the others wait and find it made."""
    with (folder() / f"{what}.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
