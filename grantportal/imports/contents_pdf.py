"""Pdf, read by qpdf: whole or cut, locked, and what in it runs, fetches or lies inside. Nothing is ever written.

A file that qpdf only opens by mending it is looked through all the same, and told to be cut only when its end or its pages
are missing: a signed file must come in as it is, since whoever saves it anew breaks the seal.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf

from grantportal.domain.attachments import (
    MOST_UNPACKED,
    AttachmentDetail,
    AttachmentKind,
    AttachmentRefusal,
    Follows,
    Inspected,
    Refused,
    ending_of,
)
from grantportal.imports.contained import MARKUP, PACKED, ensure_nothing_more, ensure_unpacks

_R = AttachmentRefusal
_D = AttachmentDetail
_HEADER = re.compile(rb"%PDF-[12]\.[0-9]\s{0,9}[\r\n]")
_TAIL = 1_100
_LAST = re.compile(rb"startxref\s+\d+\s*(%%EOF\s*)?\Z")
_TELLING = re.compile(
    rb"/(JavaScript|JS|Launch|RichMedia\w*|XFA|Movie|Rendition|Sound|Screen|3D|GoToE|GoToR|SubmitForm|ImportData|EmbeddedFile|"
    rb"EF|AA|OpenAction|ByteRange|ObjStm|XRef|Thread)\b"
)
_OBJECT = re.compile(rb"\b\d{1,10} \d{1,5} obj\b")
_RUNS = {"/JavaScript": _D.PDF_SCRIPT, "/Launch": _D.PDF_STARTS}
_PLAYS = {"/RichMedia", "/RichMediaExecute", "/Movie", "/Rendition", "/Sound", "/Screen", "/3D"}
_FETCHES = {"/GoToR", "/SubmitForm", "/ImportData", "/Thread"}
_EVIDENCE = {".pdf", ".html", ".htm", ".xml", ".json", ".txt", ".log", ".csv", ".png", ".jpg", ".jpeg", ".p7s"}
_FOREIGN = (PACKED, b"MZ", b"\x7fELF", b"\xd0\xcf\x11\xe0", b"Rar!", b"7z\xbc\xaf", b"#!", b"\x1f\x8b")
_DEEPEST = 200


_SEALED = {
    _R.POLYGLOT: _D.PDF_SIGNED_MORE,
    _R.ENCRYPTED: _D.PDF_SIGNED_LOCKED,
    _R.BOMB: _D.PDF_SIGNED_LARGE,
    _R.DAMAGED: _D.PDF_CUT,
}
"""What is told of a signed file instead of asking for it to be saved anew."""


def pdf(content: bytes, *, is_inside: bool = False) -> Inspected:
    """What follows along in a pdf, whose `content` begins with its header. Raises Refused.

    `is_inside`: it lies in another pdf, and then carries no files of its own.
    """
    try:
        return _pdf(content, is_inside=is_inside)
    except Refused as refused:
        if refused.refusal in _SEALED and b"/ByteRange" in content:
            raise Refused(refused.refusal, _SEALED[refused.refusal]) from refused
        raise


def _pdf(content: bytes, *, is_inside: bool) -> Inspected:
    if not _HEADER.match(content):
        raise Refused(_R.POLYGLOT if MARKUP.search(content[:64]) else _R.DAMAGED)
    ends = content.rfind(b"%%EOF")
    after = content[ends + 5 :].strip(b"\r\n\t \x00") if ends >= 0 else b""
    if after and not _LAST.search(content[-_TAIL:]):
        # A file made for the web, or one that was added to, has an end early in it: what is cut after that goes on with objects.
        if _OBJECT.search(after) or b"/Linearized" in content[:1024]:
            raise Refused(_R.DAMAGED, _D.PDF_CUT)
        raise Refused(_R.POLYGLOT)
    ensure_nothing_more(content)
    with _opened(content) as document:
        if document.is_encrypted:
            raise Refused(_R.ENCRYPTED)
        looked = _Looked(document, is_inside=is_inside)
        try:
            looked.through()
        except Refused as refused:
            if looked.is_signed and refused.refusal in (_R.MACRO, _R.EXTERNAL, _R.NESTED):
                raise Refused(refused.refusal, _D.PDF_SIGNED) from refused
            raise
        _ensure_pages(document)
    return Inspected(AttachmentKind.PDF, (Follows.ATTACHED,) if looked.attached else ())


def _opened(content: bytes) -> pikepdf.Pdf:
    """The document, mended in memory where that is needed. Raises Refused for what is locked or not whole."""
    try:
        return pikepdf.open(BytesIO(content), suppress_warnings=True, attempt_recovery=False)
    except pikepdf.PasswordError as error:
        raise Refused(_R.ENCRYPTED) from error
    except pikepdf.PdfError:
        pass
    try:
        mended = pikepdf.open(BytesIO(content), suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise Refused(_R.ENCRYPTED) from error
    except pikepdf.PdfError as error:
        if "encrypt" in str(error).lower():
            raise Refused(_R.ENCRYPTED) from error
        raise Refused(_R.DAMAGED, _D.PDF_CUT) from error
    if not _LAST.search(content[-_TAIL:].rstrip(b"\x00\r\n\t ")):
        raise Refused(_R.DAMAGED, _D.PDF_CUT)
    return mended


def _ensure_pages(document: pikepdf.Pdf) -> None:
    """The list of pages says how many there are: fewer is a file that has lost some. Raises Refused."""
    pages = document.Root.get("/Pages")
    if not isinstance(pages, pikepdf.Dictionary):
        raise Refused(_R.DAMAGED, _D.PDF_CUT)
    said: Any = pages.get("/Count")
    try:
        found = len(document.pages)
    except (pikepdf.PdfError, ValueError) as error:
        raise Refused(_R.DAMAGED, _D.PDF_CUT) from error
    if isinstance(said, int) and found < said:
        raise Refused(_R.DAMAGED, _D.PDF_CUT)


class _Looked:
    """What has been seen in a document's objects, also in those that no page names."""

    def __init__(self, document: pikepdf.Pdf, *, is_inside: bool) -> None:
        self._document = document
        self._is_inside = is_inside
        self._unpacked = 0
        self._named: set[tuple[int, int]] = set()
        self._embedded: set[tuple[int, int]] = set()
        self.is_signed = False
        self.attached = 0

    def through(self) -> None:
        """Look at all. Raises Refused for the first thing that is not received."""
        refused: Refused | None = None
        try:
            for each in [self._document.trailer, *self._document.objects]:
                try:
                    self._object(each)
                except Refused as found:
                    # The rest is looked at too: whether the file is signed decides what its sender is told.
                    refused = refused or found
                    if found.refusal is _R.BOMB:
                        break
        except pikepdf.PdfError as error:
            raise Refused(_R.DAMAGED, _D.PDF_CUT) from error
        if refused is not None:
            raise refused
        if self._embedded - self._named:
            raise Refused(_R.NESTED, _D.PDF_ATTACHED)

    def _object(self, each: Any) -> None:
        is_stream = isinstance(each, pikepdf.Stream)
        told = each.stream_dict if is_stream else each
        if not isinstance(told, pikepdf.Object):
            return
        if _TELLING.search(told.unparse(resolved=True)):
            if is_stream or isinstance(told, pikepdf.Dictionary):
                self._embeds(each, told)
            self._walk(told)
        if is_stream:
            self._stream(each, told)

    def _walk(self, start: pikepdf.Object) -> None:
        """All that stands directly in an object; what it refers to is an object of its own."""
        rest: list[object] = [start]
        while rest:
            each = rest.pop()
            if isinstance(each, pikepdf.Dictionary):
                self._dictionary(each)
                inner: Iterator[object] = iter(list(each.values()))
            elif isinstance(each, pikepdf.Array):
                inner = iter(list(each))
            else:
                continue
            rest.extend(
                value
                for value in inner
                if isinstance(value, (pikepdf.Dictionary, pikepdf.Array)) and not value.is_indirect
            )

    def _dictionary(self, each: pikepdf.Object) -> None:
        said = {str(each.get(key)) for key in ("/S", "/Type", "/Subtype") if isinstance(each.get(key), pikepdf.Name)}
        if "/ByteRange" in each and "/Contents" in each:
            self.is_signed = True
        if "/XRef" in said and "/Encrypt" in each:
            raise Refused(_R.ENCRYPTED)
        if "/XFA" in each:
            raise Refused(_R.MACRO, _D.PDF_FORM)
        for name, detail in _RUNS.items():
            if name in said:
                raise Refused(_R.MACRO, detail)
        if isinstance(each.get("/JS"), (pikepdf.String, pikepdf.Stream)) or "/JavaScript" in each:
            raise Refused(_R.MACRO, _D.PDF_SCRIPT)
        if said & _PLAYS:
            raise Refused(_R.MACRO, _D.PDF_MEDIA)
        if "/GoToE" in said:
            raise Refused(_R.NESTED, _D.PDF_ATTACHED)
        if said & _FETCHES:
            raise Refused(_R.EXTERNAL, _D.PDF_FETCHES)
        if isinstance(each.get("/EF"), pikepdf.Dictionary):
            self._filespec(each)
        acts = [each.get("/OpenAction")]
        by_itself = each.get("/AA")
        if isinstance(by_itself, pikepdf.Dictionary):
            acts.extend(by_itself.values())
        for act in acts:
            _ensure_opens_nothing(act)

    def _embeds(self, each: pikepdf.Object, told: pikepdf.Object) -> None:
        if told.get("/Type") == pikepdf.Name.EmbeddedFile:
            self._embedded.add(each.objgen)

    def _filespec(self, each: pikepdf.Object) -> None:
        """A file inside: received as evidence of a kind that runs nothing, told to whoever sends it."""
        if self._is_inside:
            raise Refused(_R.NESTED, _D.PDF_ATTACHED)
        for key in ("/UF", "/F"):
            name = each.get(key)
            if isinstance(name, pikepdf.String) and ending_of(str(name)) not in _EVIDENCE:
                raise Refused(_R.NESTED, _D.PDF_ATTACHED)
        for stream in each.EF.values():
            if not isinstance(stream, pikepdf.Stream):
                raise Refused(_R.NESTED, _D.PDF_ATTACHED)
            self._named.add(stream.objgen)
            if _filters(stream) not in ([], ["/FlateDecode"]):
                raise Refused(_R.NESTED, _D.PDF_ATTACHED)
            self._ensure_within(stream)
            _ensure_evidence(stream.read_bytes())
        self.attached += 1

    def _stream(self, each: pikepdf.Stream, told: pikepdf.Object) -> None:
        if "/F" in told:
            raise Refused(_R.EXTERNAL, _D.PDF_FETCHES)  # its bytes lie in another file
        filters = _filters(each)
        flate = filters.count("/FlateDecode")
        if flate > 1:
            raise Refused(_R.BOMB)
        holds_objects = told.get("/Type") == pikepdf.Name.ObjStm
        if holds_objects and len(filters) != flate:
            raise Refused(_R.DAMAGED)
        if filters == ["/FlateDecode"]:
            self._unpacked += self._ensure_within(each)
        if holds_objects:
            self._packed(each)

    def _ensure_within(self, stream: pikepdf.Stream) -> int:
        if _filters(stream) != ["/FlateDecode"]:
            return 0
        return ensure_unpacks(stream.read_raw_bytes().lstrip(b"\r\n"), MOST_UNPACKED - self._unpacked)

    def _packed(self, stream: pikepdf.Stream) -> None:
        """Objects in a stream that no list names are read too: another reader may find them."""
        data = stream.read_bytes()
        try:
            first, number = int(stream.stream_dict["/First"]), int(stream.stream_dict["/N"])
            # A short head is read as far as it goes: what is there may still be said.
            places = [int(each) for each in data[:first].split()[1::2]][:number]
        except (KeyError, ValueError, TypeError):
            first, places = 0, []
        starts = [first + each for each in places] or [first]
        if places and starts[0] >= len(data):
            starts = [first]
        for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
            text = data[start:end].strip(b"\x00\t\n\f\r ")
            if not _TELLING.search(_plain(text)):
                continue
            try:
                found = pikepdf.Object.parse(re.sub(rb"^\d+ \d+ (?=<<)", b"", text))
            except (pikepdf.PdfError, ValueError) as error:
                raise Refused(_R.DAMAGED) from error
            if isinstance(found, (pikepdf.Dictionary, pikepdf.Array)):
                self._walk(found)


_HEX = re.compile(rb"#([0-9a-fA-F]{2})")


def _plain(text: bytes) -> bytes:
    return _HEX.sub(lambda found: bytes([int(found[1], 16)]), text)


def _filters(stream: pikepdf.Stream) -> list[str]:
    found = stream.stream_dict.get("/Filter")
    listed = list(found) if isinstance(found, pikepdf.Array) else [found] if found is not None else []
    short = {"/Fl": "/FlateDecode"}
    return [short.get(str(each), str(each)) for each in listed]


def _ensure_evidence(data: bytes) -> None:
    """A file inside is none that runs, and a pdf inside is as harmless as the one around it. Raises Refused."""
    if data.startswith(_FOREIGN):
        raise Refused(_R.NESTED, _D.PDF_ATTACHED)
    place = data[:1024].find(b"%PDF-")
    if place < 0:
        return
    try:
        pdf(data[place:], is_inside=True)
    except Refused as refused:
        raise Refused(_R.NESTED, _D.PDF_ATTACHED) from refused


def _ensure_opens_nothing(act: object) -> None:
    """What happens without anybody's click opens no address, however many acts come before it. Raises Refused."""
    rest = [act]
    for _ in range(_DEEPEST):
        if not rest:
            return
        each = rest.pop()
        if isinstance(each, pikepdf.Array):
            rest.extend(list(each))
        elif isinstance(each, pikepdf.Dictionary):
            if each.get("/S") == pikepdf.Name.URI:
                raise Refused(_R.EXTERNAL, _D.PDF_FETCHES)
            rest.append(each.get("/Next"))
    raise Refused(_R.EXTERNAL, _D.PDF_FETCHES)
