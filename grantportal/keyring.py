"""Keys that lie outside the database, each in a file of its own: who can write in the database cannot make what they guard."""

import hashlib
import os
import re
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

HISTORY = "history"
"""Signs the anchors of the history."""
SECRETS = "secrets"
"""Encrypts what the database keeps secret."""
NAMES = (HISTORY, SECRETS)

BYTES = 32


class KeyMissing(Exception):
    """No key of this name is there, or one of them is no key: a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its number within its name, and its bytes."""

    number: int
    content: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """What names the key where it has been used, and tells nothing of it."""
        return hashlib.sha256(b"name of a key " + self.content).hexdigest()[:16]


@dataclass(frozen=True)
class Keyring:
    """The folder of keys. Only `make` and `add` write in it."""

    folder: Path

    def all(self, name: str) -> list[Key]:
        """Every key of the name, newest first. Raises KeyMissing where there is none."""
        found = []
        for path in self.folder.glob(f"{name}.*.key"):
            number = re.fullmatch(rf"{name}\.(\d+)\.key", path.name)
            if number:
                found.append(Key(int(number.group(1)), _read(path)))
        if not found:
            raise KeyMissing(
                f"Nyckeln {name} saknas i {self.folder}. Lägg tillbaka den ur säkerhetskopian. En ny görs med: "
                "grantportal db upgrade"
            )
        return sorted(found, key=lambda key: -key.number)

    def newest(self, name: str) -> Key:
        """The key that is used for what is new. Raises KeyMissing."""
        return self.all(name)[0]

    def make(self) -> None:
        """A first key of every name that has none, in a folder for its owner only."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in NAMES:
            if not any(self.folder.glob(f"{name}.*.key")):
                self.add(name)

    def add(self, name: str) -> int:
        """A new key of the name, used from now on; what the older ones have signed or encrypted is still read. Its number."""
        numbers = [int(path.name.split(".")[1]) for path in self.folder.glob(f"{name}.*.key")]
        number = max(numbers, default=0) + 1
        write_once(self.folder / f"{name}.{number}.key", secrets.token_hex(BYTES))
        return number


def _read(path: Path) -> bytes:
    try:
        content = bytes.fromhex(path.read_text("ascii").strip())
    except ValueError:
        content = b""
    if len(content) < BYTES:
        raise KeyMissing(f"Nyckeln {path} är tom eller förstörd. Lägg tillbaka den ur säkerhetskopian.")
    return content


def write_once(path: Path, content: str) -> None:
    """Write a file that is not there yet, for its owner only: whole on the disk, or not there at all.

    Who writes it at the same time is not written over.
    """
    opened, making = tempfile.mkstemp(prefix=path.name, dir=path.parent)
    try:
        with open(opened, "w") as made:
            made.write(content)
            made.flush()
            os.fsync(made.fileno())
        with suppress(FileExistsError):
            os.link(making, path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        os.unlink(making)
