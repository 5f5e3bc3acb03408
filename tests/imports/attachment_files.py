"""Prepared files: honest ones and those that somebody might try, each with the verdict that it must get."""

import struct
import zipfile
import zlib
from io import BytesIO

import pandas as pd
import typst

from grantportal.domain.attachments import MOST_BYTES, MOST_PARTS, AttachmentKind, AttachmentRefusal

K, R = AttachmentKind, AttachmentRefusal
Prepared = tuple[str, bytes, AttachmentKind | AttachmentRefusal]

# --- pdf -----------------------------------------------------------------------------------------------------------


def pdf(
    extra: bytes = b"", *, head: bytes = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", trailer: bytes = b"", end: bytes = b"\n"
):
    body = (
        b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [7 0 R] /Count 1 >>\nendobj\n"
        b"7 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>\nendobj\n"
    )
    return head + body + extra + b"\ntrailer\n<< /Root 1 0 R " + trailer + b">>\nstartxref\n0\n%%EOF" + end


def stream(data: bytes, told: bytes = b"/Filter /FlateDecode") -> bytes:
    return b"9 0 obj\n<< %s /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (told, len(data), data)


def objects(data: bytes) -> bytes:
    return stream(zlib.compress(data), b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode")


def printed(text: str) -> bytes:
    return typst.compile(text.encode())


LOCK = b"8 0 obj << /Filter /Standard /V 1 /R 2 /O (o) /U (u) /P -1 >> endobj\n"


def pdfs() -> list[Prepared]:
    plain = pdf()
    archive = docx()
    return [
        ("Plan.pdf", plain, K.PDF),
        ("PLAN.PDF", plain, K.PDF),
        ("utan ändelse", plain, K.PDF),
        ("gammal.pdf", pdf(head=b"%PDF-1.4\r\n"), K.PDF),
        ("typst.pdf", printed("= Rubrik\n\nText om å, ä och ö."), K.PDF),
        ("bilder.pdf", pdf(stream(zlib.compress(b"BT (text) Tj ET"))), K.PDF),
        ("packad.pdf", pdf(objects(b"5 0 << /Type /Font >>")), K.PDF),
        ("länk.pdf", pdf(b"3 0 obj << /S /URI /URI (https://example.se) >> endobj"), K.PDF),
        ("noll.pdf", pdf(end=b"\r\n\x00\x00"), K.PDF),
        ("text om JavaScript.pdf", pdf(b"3 0 obj (om JavaScript och /JSON) endobj"), K.PDF),
        ("skript.pdf", pdf(b"3 0 obj << /S /JavaScript /JS (app.alert\\(1\\)) >> endobj"), R.MACRO),
        ("gömt.pdf", pdf(b"3 0 obj << /S /J#61vaScript >> endobj"), R.MACRO),
        ("gömt i objekt.pdf", pdf(objects(b"5 0 << /S /JavaScript >>")), R.MACRO),
        ("startar.pdf", pdf(b"3 0 obj << /S /Launch /F (cmd.exe) >> endobj"), R.MACRO),
        ("film.pdf", pdf(b"3 0 obj << /Type /RichMedia >> endobj"), R.MACRO),
        ("xfa.pdf", pdf(b"3 0 obj << /XFA 4 0 R >> endobj\n4 0 obj (form) endobj"), R.MACRO),
        ("låst.pdf", pdf(LOCK, trailer=b"/Encrypt 8 0 R "), R.ENCRYPTED),
        (
            "låst i ström.pdf",
            pdf(LOCK + stream(zlib.compress(b"x"), b"/Type /XRef /Encrypt 8 0 R /Filter /FlateDecode")),
            R.ENCRYPTED,
        ),
        ("fil i fil.pdf", pdf(b"3 0 obj << /Type /EmbeddedFile >> endobj"), R.NESTED),
        ("annan plats.pdf", pdf(b"3 0 obj << /S /GoToR /F (\\\\\\\\server\\\\x) >> endobj"), R.EXTERNAL),
        ("skickar.pdf", pdf(b"3 0 obj << /S /SubmitForm /F (https://example.se) >> endobj"), R.EXTERNAL),
        ("bomb.pdf", pdf(stream(_endless(230))), R.BOMB),
        (
            "dubbel.pdf",
            pdf(stream(zlib.compress(zlib.compress(b"0" * 999)), b"/Filter [/FlateDecode /FlateDecode]")),
            R.BOMB,
        ),
        ("zip sist.pdf", plain + archive, R.POLYGLOT),
        ("zip i ström.pdf", pdf(stream(archive, b"")), R.POLYGLOT),
        ("text sist.pdf", plain + b"<script>alert(1)</script>", R.POLYGLOT),
        ("skript först.pdf", pdf(head=b"%PDF-1.7 <script>alert(1)</script>\n"), R.POLYGLOT),
        ("något före.pdf", b"\x00\x01\x02\x03" + plain, R.POLYGLOT),
        ("avbruten.pdf", plain[:80], R.DAMAGED),
        ("bara början.pdf", b"%PDF-1.7\n%%EOF\n", R.DAMAGED),
        ("version.pdf", pdf(head=b"%PDF-9\n"), R.DAMAGED),
        ("oläsbar.pdf", pdf(stream(b"00", b"/Type /ObjStm /Filter /ASCIIHexDecode")), R.DAMAGED),
        ("budget.xlsx", plain, R.MISLABELLED),
        ("bild.png", plain, R.MISLABELLED),
        ("faktura.pdf.exe", plain, R.MISLABELLED),
    ]


def _endless(megabytes: int) -> bytes:
    packer = zlib.compressobj()
    return b"".join(packer.compress(bytes(1024 * 1024)) for _ in range(megabytes)) + packer.flush()


# --- docx and xlsx -------------------------------------------------------------------------------------------------

TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
KIND_OF_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX_TYPE = f"{_OFFICE}wordprocessingml.document.main+xml"
XLSX_TYPE = f"{_OFFICE}spreadsheetml.sheet.main+xml"


def content_types(*main: str) -> str:
    told = "".join(f'<Override PartName="/part{n}.xml" ContentType="{each}"/>' for n, each in enumerate(main))
    return f'<?xml version="1.0"?><Types xmlns="{TYPES}">{told}</Types>'


def link(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{RELS}"><Relationship Id="r1" Type="{KIND_OF_LINK}{kind}" Target="{target}" '
        'TargetMode="External"/></Relationships>'
    )


def document(inside: str = "<w:p><w:r><w:t>Text</w:t></w:r></w:p>", before: str = "") -> str:
    return f'<?xml version="1.0"?>{before}<w:document xmlns:w="{WORDS}"><w:body>{inside}</w:body></w:document>'


def field(*parts: str) -> str:
    runs = "".join(f"<w:r><w:instrText>{part}</w:instrText></w:r>" for part in parts)
    return f'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>{runs}</w:p>'


def packed(parts: dict[str, bytes | str], *, method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
        archive.comment = comment
    return made.getvalue()


def docx(more: dict[str, bytes | str] | None = None, *, types: tuple[str, ...] = (DOCX_TYPE,), **how) -> bytes:
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": content_types(*types),
        "_rels/.rels": f'<Relationships xmlns="{RELS}"/>',
        "word/document.xml": document(),
    }
    return packed({**parts, **(more or {})}, **how)


def xlsx(
    more: dict[str, bytes | str] | None = None, formula: str = "", *, types: tuple[str, ...] = (XLSX_TYPE,)
) -> bytes:
    cell = f"<c><f>{formula}</f></c>" if formula else "<c><v>1</v></c>"
    sheet = f'<worksheet xmlns="{SHEETS}"><sheetData><row>{cell}</row></sheetData></worksheet>'
    parts: dict[str, bytes | str] = {"[Content_Types].xml": content_types(*types), "xl/worksheets/sheet1.xml": sheet}
    return packed({**parts, **(more or {})})


def written_by_excel(rows: int) -> bytes:
    made = BytesIO()
    pd.DataFrame({"År": range(rows), "Kostnad": range(rows)}).to_excel(made, engine="xlsxwriter", index=False)
    return made.getvalue()


def marked(content: bytes, bit: int) -> bytes:
    """The archive with a flag set on every part, in both places where a flag stands."""
    made = bytearray(content)
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = made.find(sign)
        while place >= 0:
            made[place + offset] |= bit
            place = made.find(sign, place + 4)
    return bytes(made)


def overlapping(content: bytes) -> bytes:
    """The archive whose parts all share the first part's bytes."""
    made = bytearray(content)
    place = made.find(b"PK\x01\x02")
    while place >= 0:
        made[place + 42 : place + 46] = b"\x00\x00\x00\x00"
        place = made.find(b"PK\x01\x02", place + 4)
    return bytes(made)


def twice(content: bytes) -> bytes:
    """The archive with two parts of the same name: one reader sees the first, another the last."""
    return content.replace(b"word/styles1.xml", b"word/styles2.xml")


def compound(name: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + name.encode("utf-16-le") + bytes(512)


ENTITIES = '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


def offices() -> list[Prepared]:
    plain = docx()
    macro = "application/vnd.ms-word.document.macroEnabled.main+xml"
    sheet_macro = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    binary = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
    template = f"{_OFFICE}wordprocessingml.template.main+xml"
    slides = f"{_OFFICE}presentationml.presentation.main+xml"
    rels = "word/_rels/document.xml.rels"
    return [
        ("Intyg.docx", plain, K.DOCX),
        ("Intyg.DOCX", docx(method=zipfile.ZIP_STORED), K.DOCX),
        ("Budget.xlsx", xlsx(), K.XLSX),
        ("Excel.xlsx", written_by_excel(20), K.XLSX),
        ("Stor.xlsx", written_by_excel(20_000), K.XLSX),
        ("Formel.xlsx", xlsx(formula="SUM(A1:A9)"), K.XLSX),
        ("Länk.docx", docx({rels: link("hyperlink", "https://www.example.se/a")}), K.DOCX),
        ("Mejl.docx", docx({rels: link("hyperlink", "mailto:a@example.se")}), K.DOCX),
        (
            "Fält.docx",
            docx({"word/document.xml": document(field(' HYPERLINK "https://example.se/link import" '))}),
            K.DOCX,
        ),
        ("Text om DDE.docx", docx({"word/document.xml": document("<w:p><w:r><w:t>DDEAUTO</w:t></w:r></w:p>")}), K.DOCX),
        ("Bild.docx", docx({"word/media/image1.png": png()}), K.DOCX),
        ("makro.docm", docx(types=(macro,)), R.MACRO),
        ("makro.docx", docx(types=(macro,)), R.MACRO),
        ("vba.docx", docx({"word/vbaProject.bin": compound("VBA")}), R.MACRO),
        ("makro.xlsm", xlsx(types=(sheet_macro,)), R.MACRO),
        ("binär.xlsb", xlsx(types=(binary,)), R.MACRO),
        ("excel4.xlsx", xlsx({"xl/macrosheets/sheet1.xml": "<a/>"}), R.MACRO),
        ("activex.docx", docx({"word/activeX/activeX1.xml": "<a/>"}), R.MACRO),
        ("band.docx", docx({"customUI/customUI.xml": "<a/>"}), R.MACRO),
        ("program.docx", docx({"word/a.exe": b"MZ"}), R.MACRO),
        ("lösenord.docx", compound("EncryptedPackage"), R.ENCRYPTED),
        ("låst zip.docx", marked(plain, 1), R.ENCRYPTED),
        ("gammal.doc", compound("WordDocument"), R.OLD_OFFICE),
        ("bomb.docx", docx({"word/media/a.bmp": bytes(30 * 1024 * 1024)}), R.BOMB),
        ("många.docx", docx({f"word/{number}.xml": "<a/>" for number in range(MOST_PARTS)}), R.BOMB),
        ("entiteter.docx", docx({"word/document.xml": document(before=ENTITIES)}), R.BOMB),
        (
            "utf16.docx",
            docx({"word/document.xml": f"<?xml version='1.0' encoding='utf-16'?>{ENTITIES}<a/>".encode("utf-16")}),
            R.BOMB,
        ),
        ("överlapp.docx", overlapping(plain), R.BOMB),
        ("zip i.docx", docx({"word/media/a.png": docx()}), R.NESTED),
        ("inbäddad.docx", docx({"word/embeddings/Microsoft_Excel_Sheet1.xlsx": xlsx()}), R.NESTED),
        ("ole.docx", docx({"word/embeddings/oleObject1.bin": compound("Ole")}), R.NESTED),
        ("pdf i.docx", docx({"word/media/a.emf": pdf()}), R.NESTED),
        ("7z i.xlsx", xlsx({"xl/media/a.png": b"7z\xbc\xaf\x27\x1c" + bytes(40)}), R.NESTED),
        (
            "mall.docx",
            docx({"word/_rels/settings.xml.rels": link("attachedTemplate", "https://example.se/x.dotm")}),
            R.EXTERNAL,
        ),
        ("fjärrbild.docx", docx({rels: link("image", "https://example.se/x.png")}), R.EXTERNAL),
        ("fjärrobjekt.docx", docx({rels: link("oleObject", "https://example.se/x")}), R.EXTERNAL),
        ("fil.docx", docx({rels: link("hyperlink", "file:///C:/x.exe")}), R.EXTERNAL),
        ("unc.docx", docx({rels: link("hyperlink", "\\\\server\\x")}), R.EXTERNAL),
        ("länkad bok.xlsx", xlsx({"xl/externalLinks/externalLink1.xml": "<a/>"}), R.EXTERNAL),
        ("anslutning.xlsx", xlsx({"xl/connections.xml": "<a/>"}), R.EXTERNAL),
        ("webb.xlsx", xlsx(formula="WEBSERVICE(&quot;https://example.se&quot;)"), R.EXTERNAL),
        ("dde.xlsx", xlsx(formula="cmd|' /C calc'!A0"), R.EXTERNAL),
        ("dde.docx", docx({"word/document.xml": document(field(" DDE", "AUTO c:\\\\x "))}), R.EXTERNAL),
        (
            "hämtar bild.docx",
            docx({"word/document.xml": document(field(' INCLUDEPICTURE "https://example.se/x" '))}),
            R.EXTERNAL,
        ),
        ("före.docx", b"<script>" + plain, R.HTML),
        ("skräp före.docx", bytes(64) + plain, R.POLYGLOT),
        ("skräp efter.docx", plain + b"<html></html>", R.POLYGLOT),
        ("kommentar.docx", docx(comment=b"%PDF-1.7"), R.POLYGLOT),
        ("två slag.docx", docx(types=(DOCX_TYPE, XLSX_TYPE)), R.POLYGLOT),
        ("dubbla delar.docx", twice(docx({"word/styles1.xml": "<a/>", "word/styles2.xml": "<b/>"})), R.POLYGLOT),
        ("uppåt.docx", docx({"../../etc/passwd": "x"}), R.DAMAGED),
        ("trasig.docx", plain[: len(plain) // 2], R.DAMAGED),
        ("trasig xml.docx", docx({"word/document.xml": "<w:document>"}), R.DAMAGED),
        (
            "annat innehåll.docx",
            plain.replace(b"PK\x03\x04", b"PK\x03\x05", 2).replace(b"PK\x03\x05", b"PK\x03\x04", 1),
            R.DAMAGED,
        ),
        ("arkiv.docx", packed({"a.txt": "x"}), R.UNKNOWN),
        ("mall.dotx", docx(types=(template,)), R.UNKNOWN),
        ("bilder.pptx", docx(types=(slides,)), R.UNKNOWN),
        ("Budget.docx", xlsx(), R.MISLABELLED),
        ("Intyg.pdf", plain, R.MISLABELLED),
    ]


# --- png and jpg ---------------------------------------------------------------------------------------------------


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int = 2, height: int = 2, *, more: bytes = b"", pixels: bytes | None = None) -> bytes:
    rows = (
        zlib.compress(b"".join(b"\x00" + b"\x7f\x7f\x7f" * width for _ in range(height))) if pixels is None else pixels
    )
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + more + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def jpg(more: bytes = b"", *, width: int = 8, height: int = 8, end: bytes = b"\xff\xd9") -> bytes:
    app = segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
    frame = segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00")
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x7f\x00\x12\x34"
    return b"\xff\xd8" + app + more + frame + scan + end


def images() -> list[Prepared]:
    return [
        ("Karta.png", png(), K.PNG),
        ("Skärm.PNG", png(300, 200, more=chunk(b"tEXt", b"Title\x00Karta")), K.PNG),
        ("Foto.jpg", jpg(), K.JPG),
        ("Foto.jpeg", jpg(segment(0xFE, "Från mötet".encode())), K.JPG),
        ("foto.png", jpg(), R.MISLABELLED),
        ("karta.docx", png(), R.MISLABELLED),
        ("stor.png", png(20_000, 20_000, pixels=zlib.compress(b"\x00")), R.BOMB),
        ("bomb.png", png(4, 4, pixels=_endless(20)), R.BOMB),
        ("stor.jpg", jpg(width=60_000, height=60_000), R.BOMB),
        ("zip sist.png", png() + docx(), R.POLYGLOT),
        ("skript.png", png(more=chunk(b"tEXt", b"a\x00<script>alert(1)</script>")), R.POLYGLOT),
        ("skript.jpg", jpg(segment(0xFE, b"<script>alert(1)</script>")), R.POLYGLOT),
        ("zip sist.jpg", jpg() + docx(), R.POLYGLOT),
        ("trasig.png", png()[:-20], R.DAMAGED),
        ("fel summa.png", png().replace(b"\x08\x02\x00\x00\x00", b"\x08\x02\x00\x00\x01"), R.DAMAGED),
        ("trasig.jpg", jpg()[:30], R.DAMAGED),
    ]


def others() -> list[Prepared]:
    return [
        ("bild.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', R.SVG),
        ("bild.png", b'<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns="http://www.w3.org/2000/svg"/>', R.SVG),
        ("sida.html", b"<!DOCTYPE html><html><body>Hej</body></html>", R.HTML),
        ("sida.pdf", b"\xef\xbb\xbf  <HTML><script>alert(1)</script></HTML>", R.HTML),
        ("tom.pdf", b"", R.EMPTY),
        ("för stor.pdf", pdf(stream(bytes(MOST_BYTES), b"")), R.TOO_LARGE),
        ("program.exe", b"MZ\x90\x00" + bytes(200), R.UNKNOWN),
        ("text.txt", b"Hej", R.UNKNOWN),
        ("rik.rtf", b"{\\rtf1 Hej}", R.UNKNOWN),
        ("bild.gif", b"GIF89a" + bytes(60), R.UNKNOWN),
    ]


def prepared() -> list[Prepared]:
    """Every prepared file: what it is called, its bytes, and what it is or why it is refused."""
    return [*pdfs(), *offices(), *images(), *others()]
