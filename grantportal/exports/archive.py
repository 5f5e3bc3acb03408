"""A whole case as one file: every handling that the reader may see, and a list of them."""

import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO

_UNSAFE = re.compile(r"[^\w .()-]")


@dataclass(frozen=True)
class Part:
    """A handling in the archive."""

    number: int
    title: str
    ending: str
    """pdf, txt or what the stored file is."""
    content: bytes
    line: str
    """What the list says of it: date, direction, sender or receiver."""


def name_of(part: Part) -> str:
    """«007 Beslut.pdf»: begins with the handling's number, so that it is no folder, no device and nobody else's name."""
    plain = _UNSAFE.sub("_", unicodedata.normalize("NFC", part.title)).strip(" .")
    return f"{part.number:03d} {plain[:80].strip(' .') or 'Handling'}.{part.ending}"


def zipped(heading: str, parts: Iterable[Part]) -> bytes:
    """The archive. One handling is in memory at a time, besides what is already packed."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        lines = list(_written(archive, parts))
        archive.writestr("000 Innehåll.txt", "\r\n".join([heading, "", *lines, ""]).encode("utf-8-sig"))
    return made.getvalue()


def _written(archive: zipfile.ZipFile, parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        archive.writestr(name_of(part), part.content)
        yield f"{name_of(part)}: {part.line}"
