"""Docx and xlsx: an archive of parts on a list, each read once and in steps, by a parser that knows no entities."""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from grantportal.domain.attachments import (
    MEDIA_TYPES,
    MOST_PARTS,
    MOST_RATIO,
    MOST_UNPACKED,
    AttachmentDetail,
    AttachmentKind,
    AttachmentRefusal,
    Follows,
    Inspected,
    Refused,
)
from grantportal.imports.contained import PACKED, STEP

_R = AttachmentRefusal
_D = AttachmentDetail
_K = AttachmentKind
_MAIN = {
    (MEDIA_TYPES[_K.DOCX] + ".main+xml").lower(): _K.DOCX,
    (MEDIA_TYPES[_K.XLSX] + ".main+xml").lower(): _K.XLSX,
}
_TYPES = "[content_types].xml"
_MACRO_PARTS = re.compile(r"vbaproject|vbadata|macrosheets/|activex/|customui/|\.(exe|dll|js|vbs|hta)$")
_EXTERNAL_PARTS = re.compile(
    r"externallinks/|querytables/|(^|/)(connections|volatiledependencies)\.xml$|(^|/)webextensions/"
)
_PARTS = re.compile(
    r"(\[content_types\]\.xml|(_rels|docprops|customxml|docmetadata|word|xl|package|_xmlsignatures|\[trash\])/.*|[^/]*\.xml)"
)
_ENDINGS = frozenset(
    "xml rels vml png jpg jpeg jpe jfif gif bmp dib tif tiff emf wmf emz wmz wdp svg odttf fntdata ttf bin sigs psdsxs dat".split()
)
_CONTENT_TYPES = re.compile(
    r"application/(vnd\.openxmlformats-[\w.+-]+|vnd\.ms-(word|excel|office|package)[\w.+-]*|xml|inkml\+xml|x-fontdata|x-font-ttf|"
    r"octet-stream)|text/xml|image/[\w.+-]+"
)
_FOREIGN = (
    PACKED,
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"MZ",
    b"%PDF-",
    b"\x1f\x8b",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
)


def office(content: bytes) -> Inspected:
    """Word or Excel, and what follows along in it. Raises Refused."""
    follows: set[Follows] = set()
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = _parts(archive, content)
            if _TYPES not in parts:
                raise Refused(_R.UNKNOWN)
            reading = _Reading(archive)
            kind, types = _kind_of(reading.told(parts.pop(_TYPES)))
            for name, part in parts.items():
                _ensure_listed(name, types(name))
                follows |= reading.read(name, part)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        UnicodeError,
        ValueError,
        OverflowError,
    ) as error:
        raise Refused(_R.DAMAGED) from error
    return Inspected(kind, tuple(sorted(follows)))


# --- The archive ---------------------------------------------------------------------------------------------------


def _parts(archive: zipfile.ZipFile, content: bytes) -> dict[str, zipfile.ZipInfo]:
    """Each part by its name in small letters. The archive is what its list of parts says, no more and no less."""
    listed = sorted(archive.infolist(), key=lambda part: part.header_offset)
    if not listed:
        raise Refused(_R.DAMAGED)
    if len(listed) > MOST_PARTS:
        raise Refused(_R.BOMB)
    if any(part.flag_bits & 0x1 for part in listed):
        raise Refused(_R.ENCRYPTED)
    if listed[0].header_offset or archive.comment or not _ends_at_its_end(content):
        raise Refused(_R.POLYGLOT)
    # An old library writes its names with the other stroke; Excel reads them alike.
    named = {part.filename.lower().replace("\\", "/"): part for part in listed}
    if len(named) != len(listed):
        raise Refused(_R.POLYGLOT)
    if any(name.startswith("/") or ":" in name or ".." in name.split("/") for name in named):
        raise Refused(_R.DAMAGED)
    ends = 0
    for part in listed:
        # Parts that share their bytes are how a small file becomes an endless one.
        if part.header_offset < ends:
            raise Refused(_R.BOMB)
        written = part.orig_filename.encode("utf-8" if part.flag_bits & 0x800 else "cp437")
        ends = part.header_offset + 30 + len(written) + part.compress_size
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(_R.DAMAGED)
    if sum(part.file_size for part in listed) > MOST_UNPACKED:
        raise Refused(_R.BOMB)
    return named


def _ends_at_its_end(content: bytes) -> bool:
    place = content.rfind(b"PK\x05\x06")
    return place >= 0 and place + 22 == len(content)


def _ensure_listed(name: str, content_type: str) -> None:
    """The part is of a kind that documents are made of. Raises Refused."""
    if name.endswith("/"):
        return
    if _MACRO_PARTS.search(name):
        raise Refused(_R.MACRO)
    if _EXTERNAL_PARTS.search(name):
        raise Refused(_R.EXTERNAL, _D.OTHER_BOOK)
    if "/embeddings/" in name:
        raise Refused(_R.NESTED)
    if not _PARTS.fullmatch(name) or name.rpartition(".")[2] not in _ENDINGS:
        raise Refused(_R.NESTED, _D.WEB_PART)
    if content_type and not _CONTENT_TYPES.fullmatch(content_type):
        raise Refused(_R.NESTED, _D.WEB_PART)


def _kind_of(told: list[tuple[str, dict[str, str]]]) -> tuple[AttachmentKind, Callable[[str], str]]:
    """Word or Excel, by the type of the main part; and what says each part's type."""
    kinds: set[AttachmentKind] = set()
    by_name: dict[str, str] = {}
    by_ending: dict[str, str] = {}
    for _, attributes in told:
        content_type = attributes.get("ContentType", "").lower().partition(";")[0].strip()
        if "macroenabled" in content_type or "vbaproject" in content_type:
            raise Refused(_R.MACRO)
        if content_type in _MAIN:
            kinds.add(_MAIN[content_type])
        by_name[attributes.get("PartName", "").lower().replace("\\", "/").lstrip("/")] = content_type
        by_ending[attributes.get("Extension", "").lower()] = content_type
    if len(kinds) != 1:
        raise Refused(_R.POLYGLOT if kinds else _R.UNKNOWN)
    return kinds.pop(), lambda name: by_name.get(name) or by_ending.get(name.rpartition(".")[2], "")


class _Reading:
    """Reads the parts, and counts what they all become together."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._total = 0

    def told(self, part: zipfile.ZipInfo) -> list[tuple[str, dict[str, str]]]:
        """Each element of a small part with its attributes."""
        listing = _Listing()
        _parse(listing, self._steps(part))
        return listing.found

    def read(self, name: str, part: zipfile.ZipInfo) -> set[Follows]:
        """Read the part to its end. Answers what follows along in it; raises Refused."""
        steps = self._steps(part)
        if name.endswith(".rels"):
            _parse(_Links(), steps)
        elif name.endswith((".xml", ".vml", ".svg")):
            asked = _Words() if name.startswith("word/") else _Sheets()
            _parse(asked, steps)
            return asked.end(name)
        else:
            for _ in steps:
                pass
        return set()

    def _steps(self, part: zipfile.ZipInfo) -> Iterator[bytes]:
        size = 0
        with self._archive.open(part) as opened:
            while data := opened.read(min(STEP, part.file_size + 1 - size)):
                if not size:
                    _ensure_plain(part, data)
                size += len(data)
                self._total += len(data)
                if size > part.file_size:
                    raise Refused(_R.DAMAGED)
                if self._total > MOST_UNPACKED:
                    raise Refused(_R.BOMB)
                yield data
        if size != part.file_size:
            raise Refused(_R.DAMAGED)


def _ensure_plain(part: zipfile.ZipInfo, head: bytes) -> None:
    """The part is no file of another kind, and no larger than it looks. A white page as bmp packs to almost nothing."""
    if head.startswith(_FOREIGN):
        raise Refused(_R.NESTED)
    is_picture = head.startswith(b"BM") and int.from_bytes(head[2:6], "little") == part.file_size
    if part.file_size > STEP and part.file_size > MOST_RATIO * max(1, part.compress_size) and not is_picture:
        raise Refused(_R.BOMB)


# --- What the parts say --------------------------------------------------------------------------------------------


class _Target:
    """What a parser tells of a part as it comes by; nothing of it is kept."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end_element(self, tag: str) -> None:
        """An element ends."""

    def data(self, text: str) -> None:
        """Text between."""


class _Told:
    """What the parser calls: names without their address."""

    def __init__(self, target: _Target) -> None:
        self._target = target

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._target.start(_local(tag), {_local(name): value for name, value in attributes.items()})

    def end(self, tag: str) -> None:
        self._target.end_element(_local(tag))

    def data(self, text: str) -> None:
        self._target.data(text)

    def close(self) -> None:
        pass


def _local(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2]


def _parse(target: _Target, steps: Iterator[bytes]) -> None:
    parser = DefusedXMLParser(target=_Told(target), forbid_dtd=True)
    try:
        for data in steps:
            parser.feed(data)
        parser.close()
    except DefusedXmlException as error:
        raise Refused(_R.BOMB) from error
    except (ParseError, LookupError) as error:
        raise Refused(_R.DAMAGED) from error


class _Listing(_Target):
    """Every element, of the one part that is kept whole."""

    MOST = 10 * MOST_PARTS

    def __init__(self) -> None:
        self.found: list[tuple[str, dict[str, str]]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.found.append((tag, attributes))
        if len(self.found) > self.MOST:
            raise Refused(_R.BOMB)


_CLICKED = re.compile(r"https?://|mailto:|tel:|sms:|www\.|#", re.IGNORECASE)
_LOCAL = re.compile(
    r"(file:///)?([a-z]:[\\/](?![\\/])|/?(users|var|private|volumes|tmp|home)/)|[\w åäö%.-]+\Z", re.IGNORECASE
)


class _Links(_Target):
    """A link that a person clicks is harmless; what is fetched when the document opens is not."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("Type", "").lower().rpartition("/")[2]
        target = attributes.get("Target", "").strip()
        if kind == "afchunk":
            raise Refused(_R.NESTED, _D.WEB_PART)
        if attributes.get("TargetMode", "").lower() != "external":
            if "://" in target or target.startswith("\\\\"):
                raise Refused(_R.EXTERNAL, _D.PICTURE)
        elif kind == "hyperlink":
            if target and not _CLICKED.match(target):
                raise Refused(_R.EXTERNAL, _D.LOCAL_LINK)
        elif kind == "attachedtemplate":
            if not _LOCAL.match(target):
                raise Refused(_R.EXTERNAL, _D.TEMPLATE)
        else:
            raise Refused(_R.EXTERNAL, _D.OTHER_BOOK if kind.startswith("externallink") else _D.PICTURE)


_FETCHING = {
    "DDE",
    "DDEAUTO",
    "INCLUDE",
    "INCLUDETEXT",
    "IMPORT",
    "LINK",
    "RD",
    "DATABASE",
    "EMBED",
    "CONTROL",
    "HTMLCONTROL",
}
_LONGEST_FIELD = 4_096
_OFF = {"0", "false", "off"}


class _Words(_Target):
    """A text's fields, and what stands in it unseen. A field's words may be cut into several runs and lie in each other."""

    def __init__(self) -> None:
        self._fields = [""]
        self._inside = self._run = 0
        self._follows: set[Follows] = set()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in ("instrText", "delInstrText"):
            self._inside += 1
        elif tag == "fldSimple":
            _ensure_field(attributes.get("instr", ""))
        elif tag == "fldChar":
            self._mark(attributes.get("fldCharType", ""))
        elif tag == "altChunk":
            raise Refused(_R.NESTED, _D.WEB_PART)
        elif tag == "script":
            raise Refused(_R.MACRO)
        elif tag in ("delText", "moveFrom"):
            self._follows.add(Follows.TRACKED)
        elif tag == "comment":
            self._follows.add(Follows.COMMENTS)
        elif tag == "r":
            self._run += 1
        elif tag == "vanish" and self._run and attributes.get("val", "").lower() not in _OFF:
            self._follows.add(Follows.HIDDEN_TEXT)

    def end_element(self, tag: str) -> None:
        if tag in ("instrText", "delInstrText"):
            self._inside -= 1
        elif tag == "r":
            self._run -= 1

    def data(self, text: str) -> None:
        if self._inside:
            # White space before the first word is endless for whoever wants it to be.
            whole = self._fields[-1] + text if self._fields[-1] else text.lstrip()
            self._fields[-1] = whole[:_LONGEST_FIELD]

    def _mark(self, kind: str) -> None:
        if kind == "begin":
            if len(self._fields) > 100:
                raise Refused(_R.BOMB)
            self._fields.append("")
            return
        _ensure_field(self._fields[-1])
        self._fields[-1] = ""
        if kind == "end" and len(self._fields) > 1:
            self._fields.pop()

    def end(self, name: str) -> set[Follows]:
        """What follows along in the part. Raises Refused for a field that never ended."""
        for each in self._fields:
            _ensure_field(each)
        return self._follows


def _ensure_field(text: str) -> None:
    words = text.split(None, 1)
    if not words:
        return
    word = words[0].upper()
    if word in _FETCHING:
        raise Refused(_R.EXTERNAL, _D.FIELD)
    if word == "INCLUDEPICTURE":
        # Word for Mac leaves the place that a pasted picture had.
        target = words[1].strip().strip('"').replace("\\\\", "\\") if len(words) > 1 else ""
        if not _LOCAL.match(target.partition('"')[0]):
            raise Refused(_R.EXTERNAL, _D.PICTURE)


_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_FUNCTIONS = re.compile(
    r"\b(?:_xl\w{1,5}\.)*(WEBSERVICE|IMAGE|RTD|DDE|CALL|REGISTER|REGISTER\.ID|EXEC|SQL\.REQUEST|IMPORT(?:DATA|XML|HTML|FEED|RANGE))\s{0,9}\(",
    re.IGNORECASE,
)
_LONGEST_FORMULA = 40_000


class _Sheets(_Target):
    """A workbook's formulas, and what stands in it unseen."""

    def __init__(self) -> None:
        self._formula: list[str] | None = None
        self._size = 0
        self._follows: set[Follows] = set()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in ("f", "definedName", "formula", "formula1", "formula2", "calculatedColumnFormula"):
            self._formula, self._size = [], 0
        elif tag in ("ddeLink", "oleLink"):
            raise Refused(_R.EXTERNAL, _D.OTHER_BOOK)
        elif tag == "script":
            raise Refused(_R.MACRO)
        elif tag in ("row", "col") and _is_on(attributes.get("hidden", "")):
            self._follows.add(Follows.HIDDEN_ROWS)
        elif tag == "sheet" and "hidden" in attributes.get("state", "").lower():
            self._follows.add(Follows.HIDDEN_SHEETS)
        elif tag in ("comment", "threadedComment"):
            self._follows.add(Follows.COMMENTS)

    def end_element(self, tag: str) -> None:
        if self._formula is not None and tag in (
            "f",
            "definedName",
            "formula",
            "formula1",
            "formula2",
            "calculatedColumnFormula",
        ):
            _ensure_formula("".join(self._formula))
            self._formula = None

    def data(self, text: str) -> None:
        if self._formula is None:
            return
        self._size += len(text)
        if self._size > _LONGEST_FORMULA:
            raise Refused(_R.BOMB)
        self._formula.append(text)

    def end(self, name: str) -> set[Follows]:
        """What follows along in the part."""
        return self._follows


def _is_on(value: str) -> bool:
    return value.lower() in ("1", "true", "on")


def _ensure_formula(formula: str) -> None:
    """No function that fetches, and no `program|'topic'!item`: a stroke outside quotation marks has no other use."""
    plain = _QUOTED.sub(" ", formula)
    fetches_sheet = any(
        "://" in each or each.startswith("'\\\\") for each in re.findall(r"'[^']*'", re.sub(r'"[^"]*"', " ", formula))
    )
    if _FUNCTIONS.search(plain) or "|" in plain or fetches_sheet:
        raise Refused(_R.EXTERNAL, _D.FORMULA)
