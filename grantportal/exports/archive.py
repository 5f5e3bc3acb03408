"""A whole case as one file: every handling that the reader may see, and a list of them."""

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO

from grantportal.domain.attachments import ENDINGS, AttachmentKind, ending_of
from grantportal.domain.texts import normal

_UNSAFE = re.compile(r"[^\w .()-]")


@dataclass(frozen=True)
class Part:
    """A handling in the archive."""

    number: int
    title: str
    kind: AttachmentKind | None
    """What the file is by its content; None for a text."""
    content: bytes
    line: str
    """What the list says of it: date, direction, sender or receiver."""


def name_of(part: Part) -> str:
    """«007 Beslut.pdf»: begins with the handling's number, so that it is no folder, no device and nobody else's name.

    It ends as its content says: a name that already says so does not say it twice.
    """
    ending = part.kind.value if part.kind else "txt"
    says_it = part.kind is not None and ending_of(part.title) in ENDINGS[part.kind]
    title = part.title.rpartition(".")[0] if says_it else part.title
    plain = _UNSAFE.sub("_", normal(title)).strip(" .")
    return f"{part.number:03d} {plain[:80].strip(' .') or 'Handling'}.{ending}"


def zipped(heading: str, parts: Iterable[Part]) -> bytes:
    """The archive. One handling is in memory at a time, besides what is already packed."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        lines = list(_written(archive, parts))
        archive.writestr(_entry("000 Innehåll.txt"), "\r\n".join([heading, "", *lines, ""]).encode("utf-8-sig"))
    return made.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    """A place in the archive without a time of its own: the same handlings are the same bytes whenever they are fetched."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


def _written(archive: zipfile.ZipFile, parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        archive.writestr(_entry(name_of(part)), part.content)
        yield f"{name_of(part)}: {part.line}"
