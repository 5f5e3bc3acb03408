"""Bilagor: what a file is, by its content, and whether it is received. Nothing is ever unpacked onto a disk."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from xml.parsers import expat

import puremagic

from grantportal.domain.attachments import (
    MEDIA_TYPES,
    MOST_BYTES,
    MOST_PARTS,
    MOST_PIXELS,
    MOST_RATIO,
    MOST_UNPACKED,
    AttachmentKind,
    AttachmentRefusal,
    Refused,
    ensure_name_fits,
)

_R = AttachmentRefusal
_K = AttachmentKind
_HEAD = 4_096
_PACKED = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = re.compile(rb"<\s*(script|html|svg|iframe|body)\b|<!doctype|<\?php|javascript:", re.IGNORECASE)


def inspect(name: str, content: bytes) -> AttachmentKind:
    """What the file is. Raises Refused with the reason, also where the name says another kind."""
    if not content:
        raise Refused(_R.EMPTY)
    if len(content) > MOST_BYTES:
        raise Refused(_R.TOO_LARGE)
    kind = _INSPECTIONS[_recognised(content)](content)
    ensure_name_fits(name, kind)
    return kind


def _recognised(content: bytes) -> str:
    """The media type by the content's signature. Raises Refused for what is never received."""
    if content.startswith(_COMPOUND):
        # Word and Excel put a document with a password into such a file too.
        raise Refused(_R.ENCRYPTED if "EncryptedPackage".encode("utf-16-le") in content else _R.OLD_OFFICE)
    try:
        found = {match.mime_type for match in puremagic.magic_string(content[:_HEAD])}
    except (puremagic.PureError, ValueError):
        found = set()
    for media_type in (MEDIA_TYPES[_K.PNG], MEDIA_TYPES[_K.JPG]):
        if media_type in found:
            return media_type
    if content.startswith(_PACKED):
        return "application/zip"
    if content.startswith(b"%PDF-"):
        return MEDIA_TYPES[_K.PDF]
    head = content[:_HEAD].replace(b"\x00", b"").lower()
    if re.search(rb"<\s*svg\b", head):
        raise Refused(_R.SVG)
    if "text/html" in found or _MARKUP.search(head):
        raise Refused(_R.HTML)
    if b"%pdf-" in head or (zipfile.is_zipfile(BytesIO(content)) and not content.startswith(b"PK")):
        raise Refused(_R.POLYGLOT)
    raise Refused(_R.UNKNOWN)


def _ensure_nothing_more(content: bytes) -> None:
    """An image or a pdf that can also be opened as an archive, a pdf or a page is not only what it says."""
    if zipfile.is_zipfile(BytesIO(content)) or b"%PDF-" in content[5:_HEAD] or _PACKED in content[:_HEAD]:
        raise Refused(_R.POLYGLOT)


# --- pdf -----------------------------------------------------------------------------------------------------------

_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_HEX = re.compile(rb"#([0-9a-fA-F]{2})")
_END = rb"(?=[\s/<>\[\]()%]|$)"
_PDF_NAMES = (
    (_R.ENCRYPTED, re.compile(rb"/Encrypt" + _END)),
    (_R.MACRO, re.compile(rb"/(JavaScript|JS|Launch|RichMedia|XFA|Movie|Rendition)" + _END)),
    (_R.NESTED, re.compile(rb"/(EmbeddedFiles?|GoToE)" + _END)),
    (_R.EXTERNAL, re.compile(rb"/(GoToR|SubmitForm|ImportData)" + _END)),
)


def _pdf(content: bytes) -> AttachmentKind:
    if not re.match(rb"%PDF-[12]\.[0-9]\s*[\r\n]", content):
        raise Refused(_R.POLYGLOT if _MARKUP.search(content[:64]) else _R.DAMAGED)
    ends = content.rfind(b"%%EOF")
    if ends < 0:
        raise Refused(_R.DAMAGED)
    if content[ends + 5 :].strip(b"\r\n\t \x00"):
        raise Refused(_R.POLYGLOT)
    _ensure_nothing_more(content)
    for text in _pdf_structure(content):
        plain = _HEX.sub(lambda found: bytes([int(found[1], 16)]), text)
        for refusal, pattern in _PDF_NAMES:
            if pattern.search(plain):
                raise Refused(refusal)
    if b"obj" not in content or not (b"trailer" in content or b"/XRef" in content):
        raise Refused(_R.DAMAGED)
    return _K.PDF


def _pdf_structure(content: bytes) -> Iterator[bytes]:
    """All that says how the document is built: what stands outside its streams, and the objects packed in streams."""
    outside: list[bytes] = []
    packed: list[bytes] = []
    place = unpacked = 0
    for found in _STREAM.finditer(content):
        before = content[place : found.start()]
        outside.append(before)
        place = found.end()
        told = _HEX.sub(lambda each: bytes([int(each[1], 16)]), before[before.rfind(b"obj") :])
        filters = re.findall(rb"/(\w+Decode|Fl|LZW|AHx|A85|RL)\b", told)
        flate = sum(each in (b"FlateDecode", b"Fl") for each in filters)
        if flate > 1:
            raise Refused(_R.BOMB)
        holds_objects = b"/ObjStm" in told
        if holds_objects and len(filters) != flate:
            raise Refused(_R.DAMAGED)
        data = found[1]
        if flate and len(filters) == 1:
            data = _inflated(data, MOST_UNPACKED - unpacked)
            unpacked += len(data)
        if holds_objects:
            packed.append(data)
    yield b"\n".join([*outside, content[place:]])
    yield from packed


def _inflated(data: bytes, most: int) -> bytes:
    """The unpacked bytes. Raises Refused when they are more than `most`; what is broken ends where it breaks."""
    unpacker = zlib.decompressobj()
    try:
        made = unpacker.decompress(data.lstrip(b"\r\n"), max(1, most))
    except zlib.error:
        return b""
    if unpacker.unconsumed_tail:
        raise Refused(_R.BOMB)
    return made


# --- docx and xlsx -------------------------------------------------------------------------------------------------

_MAIN = {
    MEDIA_TYPES[_K.DOCX] + ".main+xml": _K.DOCX,
    MEDIA_TYPES[_K.XLSX] + ".main+xml": _K.XLSX,
}
_MACRO_PARTS = re.compile(r"vbaproject|vbadata|macrosheets/|activex/|customui/|\.(exe|dll|js|vbs|hta)$")
_EXTERNAL_PARTS = re.compile(r"externallinks/|querytables/|(^|/)connections\.xml$|(^|/)webextensions/")
_FOREIGN = (_PACKED, b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"MZ", b"%PDF-", b"\x1f\x8b")
_FIELDS = re.compile(r"(?:^|\n)\s*(DDEAUTO|DDE|INCLUDEPICTURE|INCLUDETEXT|IMPORT|LINK)\b", re.IGNORECASE)
_FORMULAS = re.compile(r"\bWEBSERVICE\s*\(|\b(cmd|powershell|mshta|msexcel)\s*\|", re.IGNORECASE)
_HARMLESS_LINK = re.compile(r"https?://|mailto:|#", re.IGNORECASE)


def _office(content: bytes) -> AttachmentKind:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _ensure_honest(archive, content)
            parts = _unpacked(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError, ValueError) as error:
        raise Refused(_R.DAMAGED) from error
    kind = _kind_of(parts.get("[content_types].xml", b""))
    for name, data in parts.items():
        if _MACRO_PARTS.search(name):
            raise Refused(_R.MACRO)
        if _EXTERNAL_PARTS.search(name):
            raise Refused(_R.EXTERNAL)
        if "/embeddings/" in name or data.startswith((*_FOREIGN, _COMPOUND)):
            raise Refused(_R.NESTED)
        if name.endswith(".rels"):
            _ensure_no_fetching(data)
        elif name.endswith((".xml", ".vml")):
            _ensure_plain_xml(data)
    return kind


def _ensure_honest(archive: zipfile.ZipFile, content: bytes) -> None:
    """The archive is what its list of parts says, no more and no less."""
    listed = sorted(archive.infolist(), key=lambda part: part.header_offset)
    if not listed:
        raise Refused(_R.DAMAGED)
    if len(listed) > MOST_PARTS:
        raise Refused(_R.BOMB)
    if any(part.flag_bits & 0x1 for part in listed):
        raise Refused(_R.ENCRYPTED)
    if listed[0].header_offset or archive.comment or not _ends_at_its_end(content):
        raise Refused(_R.POLYGLOT)
    names = [part.filename.lower() for part in listed]
    if len(set(names)) != len(names):
        raise Refused(_R.POLYGLOT)
    if any(name.startswith("/") or "\\" in name or ".." in name.split("/") for name in names):
        raise Refused(_R.DAMAGED)
    ends = 0
    for part in listed:
        # Parts that share their bytes are how a small file becomes an endless one.
        if part.header_offset < ends:
            raise Refused(_R.BOMB)
        ends = part.header_offset + 30 + len(part.filename.encode()) + part.compress_size
        if part.file_size > 1024 * 1024 and part.file_size > MOST_RATIO * max(1, part.compress_size):
            raise Refused(_R.BOMB)
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(_R.DAMAGED)
    if sum(part.file_size for part in listed) > MOST_UNPACKED:
        raise Refused(_R.BOMB)


def _ends_at_its_end(content: bytes) -> bool:
    place = content.rfind(b"PK\x05\x06")
    return place >= 0 and place + 22 == len(content)


def _unpacked(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Every part, read no further than it said that it would be."""
    parts: dict[str, bytes] = {}
    total = 0
    for part in archive.infolist():
        with archive.open(part) as opened:
            data = opened.read(part.file_size + 1)
        total += len(data)
        if len(data) != part.file_size:
            raise Refused(_R.DAMAGED)
        if total > MOST_UNPACKED:
            raise Refused(_R.BOMB)
        parts[part.filename.lower()] = data
    return parts


def _kind_of(content_types: bytes) -> AttachmentKind:
    """Word or Excel, by the type of the main part."""
    if not content_types:
        raise Refused(_R.UNKNOWN)
    told = {attributes.get("ContentType", "").lower() for _, attributes in _elements(content_types)}
    if any("macroenabled" in each or "vbaproject" in each for each in told):
        raise Refused(_R.MACRO)
    kinds = {kind for media_type, kind in _MAIN.items() if media_type.lower() in told}
    if len(kinds) != 1:
        raise Refused(_R.POLYGLOT if kinds else _R.UNKNOWN)
    return kinds.pop()


def _ensure_no_fetching(relationships: bytes) -> None:
    """A link that a person clicks is harmless; what is fetched when the document opens is not."""
    for _, attributes in _elements(relationships):
        if attributes.get("TargetMode", "").lower() != "external":
            continue
        is_link = attributes.get("Type", "").lower().endswith("/hyperlink")
        if not (is_link and _HARMLESS_LINK.match(attributes.get("Target", ""))):
            raise Refused(_R.EXTERNAL)


def _ensure_plain_xml(data: bytes) -> None:
    """Well-formed, without entities of its own, and without fields or formulas that fetch something."""
    fields: list[str] = []
    formulas: list[str] = []
    inside: list[list[str]] = []

    def starts(name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "instrText":
            inside.append(fields)
        elif local in ("f", "definedName"):
            formulas.append(" ")
            inside.append(formulas)
        elif local == "fldSimple":
            fields.extend(f"\n{value}\n" for key, value in attributes.items() if key.endswith("instr"))
        elif local == "fldChar":
            fields.append("\n")  # a field's words may be cut into several runs: only its ends part it from the next

    def ends(name: str) -> None:
        if inside and name.rpartition(":")[2] in ("instrText", "f", "definedName"):
            inside.pop()

    def says(text: str) -> None:
        if inside:
            inside[-1].append(text)

    parser = _parser()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = starts, ends, says
    _parse(parser, data)
    if _FIELDS.search("".join(fields)) or _FORMULAS.search("".join(formulas)):
        raise Refused(_R.EXTERNAL)


def _elements(data: bytes) -> list[tuple[str, dict[str, str]]]:
    """Each element of a small part with its attributes."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = _parser()
    parser.StartElementHandler = lambda name, attributes: found.append((name, attributes))
    _parse(parser, data)
    return found


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise Refused(_R.BOMB)

    parser.StartDoctypeDeclHandler = refuse
    return parser


def _parse(parser: expat.XMLParserType, data: bytes) -> None:
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError) as error:
        raise Refused(_R.DAMAGED) from error


# --- png and jpg ---------------------------------------------------------------------------------------------------

_PNG = b"\x89PNG\r\n\x1a\n"


def _png(content: bytes) -> AttachmentKind:
    place, pixels, unpacker, made = len(_PNG), 0, zlib.decompressobj(), 0
    chunks: list[bytes] = []
    if not content.startswith(_PNG):
        raise Refused(_R.DAMAGED)
    while True:
        if place + 12 > len(content):
            raise Refused(_R.DAMAGED)
        length, name = int.from_bytes(content[place : place + 4], "big"), content[place + 4 : place + 8]
        data = content[place + 8 : place + 8 + length]
        check = content[place + 8 + length : place + 12 + length]
        if len(check) != 4 or zlib.crc32(name + data) != int.from_bytes(check, "big"):
            raise Refused(_R.DAMAGED)
        place += 12 + length
        if not chunks and name != b"IHDR":
            raise Refused(_R.DAMAGED)
        chunks.append(name)
        if name == b"IHDR":
            pixels = int.from_bytes(data[:4], "big") * int.from_bytes(data[4:8], "big")
            if pixels > MOST_PIXELS:
                raise Refused(_R.BOMB)
        elif name == b"IDAT":
            try:
                made += len(unpacker.decompress(data, MOST_UNPACKED))
            except zlib.error as error:
                raise Refused(_R.DAMAGED) from error
            if made > min(MOST_UNPACKED, 8 * pixels + MOST_PIXELS // 100) or unpacker.unconsumed_tail:
                raise Refused(_R.BOMB)
        elif name in (b"zTXt", b"iTXt", b"iCCP"):
            _inflated(data[data.find(b"\x00") + 2 :], 1024 * 1024 * 4)
        if name in (b"tEXt", b"iTXt") and _MARKUP.search(data):
            raise Refused(_R.POLYGLOT)
        if name == b"IEND":
            break
    if place != len(content):
        raise Refused(_R.POLYGLOT)
    if not pixels or not made:
        raise Refused(_R.DAMAGED)
    _ensure_nothing_more(content)
    return _K.PNG


def _jpg(content: bytes) -> AttachmentKind:
    place, pixels = 2, 0
    while True:
        if place + 4 > len(content) or content[place] != 0xFF:
            raise Refused(_R.DAMAGED)
        marker = content[place + 1]
        if marker == 0xFF:  # padding
            place += 1
            continue
        length = int.from_bytes(content[place + 2 : place + 4], "big")
        data = content[place + 4 : place + 2 + length]
        if length < 2 or place + 2 + length > len(content):
            raise Refused(_R.DAMAGED)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            pixels = int.from_bytes(data[1:3], "big") * int.from_bytes(data[3:5], "big")
        if (marker == 0xFE or 0xE0 <= marker <= 0xEF) and _MARKUP.search(data):
            raise Refused(_R.POLYGLOT)
        place += 2 + length
        if marker == 0xDA:
            break
    if pixels > MOST_PIXELS:
        raise Refused(_R.BOMB)
    ends = content.rfind(b"\xff\xd9")
    if ends < place or not pixels:
        raise Refused(_R.DAMAGED)
    if content[ends + 2 :].strip(b"\x00\r\n"):
        raise Refused(_R.POLYGLOT)
    _ensure_nothing_more(content)
    return _K.JPG


_INSPECTIONS = {
    MEDIA_TYPES[_K.PDF]: _pdf,
    MEDIA_TYPES[_K.PNG]: _png,
    MEDIA_TYPES[_K.JPG]: _jpg,
    "application/zip": _office,
}
