"""Files: bytes are on disk, whole, before the row that names them; a row never points at nothing."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sqlalchemy.orm import Session

from grantportal.domain import clock
from grantportal.domain.attachments import FileStatus
from grantportal.domain.errors import NoRight, NotVisible, RuleViolation
from grantportal.models.records import StoredFile

SCAN = "scan"
"""Outbox kind: scan a file for viruses. Until then nobody reads it."""


@dataclass(frozen=True)
class Placed:
    """Bytes that are on disk under a random name, and have no row yet."""

    stored_name: str
    size: int
    sha256: str


def place(folder: Path, content: bytes) -> Placed:
    """Write the bytes under a random name and wait until the disk has them. Called before the transaction."""
    folder.mkdir(parents=True, exist_ok=True)
    name = secrets.token_hex(16)
    descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    # The name itself is on disk only when the folder is.
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return Placed(stored_name=name, size=len(content), sha256=sha256(content).hexdigest())


@contextmanager
def placed(folder: Path, content: bytes) -> Iterator[Placed]:
    """Place the bytes for a transaction within, and take them away when a rule or a right refuses it.

    After any other failure they stay for the sweeper: the transaction may have been committed all the same.
    """
    done = place(folder, content)
    try:
        yield done
    except (RuleViolation, NoRight, NotVisible):
        (folder / done.stored_name).unlink(missing_ok=True)
        raise


def enter(
    session: Session,
    placed: Placed,
    *,
    shown_name: str,
    media_type: str,
    status: FileStatus = FileStatus.READY,
) -> StoredFile:
    """Make the row of what has been placed; without it the sweeper takes the bytes after a day."""
    file = StoredFile(
        stored_name=placed.stored_name,
        shown_name=shown_name,
        media_type=media_type,
        size=placed.size,
        sha256=placed.sha256,
        status=status,
        stored_at=clock.now(),
    )
    session.add(file)
    session.flush()
    return file
