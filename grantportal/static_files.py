"""Stylesheets, scripts and the icon as browsers fetch them: compressed, and under names that change with what they hold."""

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path, PurePosixPath
from posixpath import normpath
from tempfile import TemporaryDirectory

import brotli

HASHED = re.compile(r"\.[0-9a-f]{12}\.[a-z]+$")
"""How the name of a file ends that never changes: a browser need not ask for it again."""

# What a stylesheet or a script fetches beside itself: `url(…)`, `from './…'`, `import './…'`.
_BESIDE = {
    ".css": re.compile(r"""(?<=url\()["']?(?P<name>[^"')#:]+)["']?(?=\))"""),
    ".js": re.compile(r"""(?:(?<=from )|(?<=import ))(?P<quote>['"])(?P<name>\.{1,2}/[^'"]+)(?P=quote)"""),
}
_QUALITY = 9
"""Of brotli: the highest takes seconds at each start, for some hundred bytes less."""


@dataclass(frozen=True)
class Served:
    """A folder to serve from, and what each file is called in it."""

    folder: Path
    names: Mapping[str, str]
    kept: TemporaryDirectory[str]
    """Gone when nobody serves from it any longer."""

    def name(self, plain: str) -> str:
        """The name that changes with the content, of a file by its own name; what is not there keeps its name."""
        return self.names.get(plain, plain)


@cache
def made(source: Path) -> Served:
    """The files of a folder, under their own names and under hashed ones, each with a gzip and a brotli copy if it is shorter.

    Once a process: the folder is as it was when the portal started.
    """
    kept = TemporaryDirectory(prefix="grantportal-static-")
    folder = Path(kept.name)
    contents = {
        each.relative_to(source).as_posix(): each.read_bytes()
        for each in sorted(source.rglob("*"))
        if each.is_file() and each.suffix in {".css", ".js", ".svg"}
    }
    names: dict[str, str] = {}
    for plain in contents:
        _name(plain, contents, names)
    for plain, hashed in names.items():
        for name in (plain, hashed):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, contents[plain])
    return Served(folder, names, kept)


def _name(plain: str, contents: dict[str, bytes], names: dict[str, str]) -> str:
    """Name a file after its content, in which what it fetches is named so already. What fetches in a circle cannot be."""
    if plain not in names:
        own = PurePosixPath(plain)

        def renamed(found: re.Match[str]) -> str:
            other = normpath(own.parent / found["name"])
            if other not in contents:
                return found[0]
            hashed = PurePosixPath(_name(other, contents, names)).name
            return found[0].replace(PurePosixPath(found["name"]).name, hashed)

        if pattern := _BESIDE.get(own.suffix):
            contents[plain] = pattern.sub(renamed, contents[plain].decode()).encode()
        fingerprint = sha256(contents[plain]).hexdigest()[:12]
        names[plain] = str(own.with_name(f"{own.stem}.{fingerprint}{own.suffix}"))
    return names[plain]


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    for ending, shorter in (
        (".gz", gzip.compress(content, mtime=0)),
        (".br", brotli.compress(content, quality=_QUALITY)),
    ):
        if len(shorter) < len(content):
            path.with_name(path.name + ending).write_bytes(shorter)
