"""What is read of honest files and of hostile ones, and what becomes of the process that reads them."""

import logging
import re
import struct
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from grantportal.domain.attachments import (
    DETAILS,
    AttachmentDetail,
    AttachmentKind,
    AttachmentRefusal,
    Follows,
    Refused,
)
from grantportal.imports import attachments
from grantportal.imports.attachments import inspect
from grantportal.imports.contents import examine
from tests.imports.attachment_files import (
    DOCX_TYPE,
    content_types,
    document,
    docx,
    field,
    jpg,
    link,
    pdf,
    segment,
    xlsx,
)

K, R, D, F = AttachmentKind, AttachmentRefusal, AttachmentDetail, Follows
KEPT = Path(__file__).parent / "uploads"
RELS = "word/_rels/document.xml.rels"


def words(inside: str) -> bytes:
    return docx({"word/document.xml": document(inside)})


def bmp(side: int = 1_500) -> bytes:
    """A white page."""
    pixels = b"\xff" * (side * side * 3)
    return (
        b"BM"
        + struct.pack("<IHHI", 54 + len(pixels), 0, 0, 54)
        + struct.pack("<IiiHH", 40, side, side, 1, 24)
        + bytes(24)
        + pixels
    )


def exif() -> bytes:
    """A camera's notes with a latitude and a longitude."""
    notes = struct.pack("<H", 1) + struct.pack("<HHII", 0x8825, 4, 1, 26) + bytes(4)
    places = struct.pack("<H", 2) + struct.pack("<HHII", 2, 5, 3, 0) + struct.pack("<HHII", 4, 5, 3, 0) + bytes(4)
    return b"Exif\x00\x00II*\x00" + struct.pack("<I", 8) + notes + places


def signed(more: str = "") -> bytes:
    """Shaped like a pdf that a service has signed: its seal is a field with the bytes that it covers."""
    made = BytesIO()
    document = pikepdf.new()
    document.add_blank_page()
    seal = pikepdf.Object.parse(b"<< /FT /Sig /T (s) /V << /Type /Sig /ByteRange [0 1 2 3] /Contents <00> >> >>")
    document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([document.make_indirect(seal)]))
    document.attachments["bevis.html"] = b"<p>Bevis</p>"
    if more:
        document.Root.OpenAction = pikepdf.Object.parse(more.encode())
    document.save(made)
    return made.getvalue()


HONEST = [
    ("en signerad pdf med bevis.pdf", signed(), K.PDF, {F.ATTACHED}),
    ("rad före.pdf", b"\r\n" + pdf(), K.PDF, set()),
    ("utan slut.pdf", pdf().rstrip().removesuffix(b"%%EOF"), K.PDF, set()),
    (
        "samsung.jpg",
        jpg(end=b"\xff\xd9\x00\x00\x01\x0a\x0e\x00\x00\x00Image_UTC_Data1SEFHj\x00\x00\x00SEFT"),
        K.JPG,
        set(),
    ),
    ("två bilder.jpg", jpg() + jpg() + b"slut", K.JPG, set()),
    ("plats.jpg", jpg(segment(0xE1, exif())), K.JPG, {F.POSITION}),
    (
        "mall.docx",
        docx({"word/_rels/settings.xml.rels": link("attachedTemplate", "file:///C:\\Users\\a\\Mallar\\Brev%201.dotx")}),
        K.DOCX,
        set(),
    ),
    ("tel.docx", docx({RELS: link("hyperlink", "tel:0441234567")}), K.DOCX, set()),
    ("www.docx", docx({RELS: link("hyperlink", "www.example.se")}), K.DOCX, set()),
    ("mac.docx", words(field(' INCLUDEPICTURE "/var/folders/ab/page1image1" \\* MERGEFORMATINET ')), K.DOCX, set()),
    ("bmp.docx", docx({"word/media/image1.bmp": bmp()}), K.DOCX, set()),
    (
        "ändringar.docx",
        words("<w:p><w:del><w:r><w:delText>Struket</w:delText></w:r></w:del></w:p>"),
        K.DOCX,
        {F.TRACKED},
    ),
    ("dold.docx", words("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>Dold</w:t></w:r></w:p>"), K.DOCX, {F.HIDDEN_TEXT}),
    ("synlig.docx", words('<w:p><w:r><w:rPr><w:vanish w:val="0"/></w:rPr></w:r></w:p>'), K.DOCX, set()),
    ("kommentar.docx", docx({"word/comments.xml": "<comments><comment/></comments>"}), K.DOCX, {F.COMMENTS}),
    (
        "dolt blad.xlsx",
        xlsx({"xl/workbook.xml": '<workbook><sheets><sheet name="a" state="veryHidden"/></sheets></workbook>'}),
        K.XLSX,
        {F.HIDDEN_SHEETS},
    ),
    ("stycke.xlsx", xlsx(formula="IF(A1=&quot;a|b&quot;,&apos;Blad|2&apos;!A1,0)"), K.XLSX, set()),
    ("Protokoll 2026.03", pdf(), K.PDF, set()),
    ("Avtal.undertecknat", pdf(), K.PDF, set()),
]
KEPT_HONEST = [
    ("bom-fore.pdf", set()),
    ("utan-eof.pdf", set()),
    ("esignerad-med-bevisbilagor.pdf", {F.ATTACHED}),
    ("ekonomi-1904-merged-hidden-formula.xlsx", {F.HIDDEN_ROWS, F.COMMENTS}),
    ("ubw-export-backslash.xlsx", {F.HIDDEN_ROWS, F.COMMENTS}),
]
KEPT_HOSTILE = [
    ("blankett-xfa.pdf", R.MACRO, D.PDF_FORM),
    ("javascript-bakom-kommentar.pdf", R.MACRO, D.PDF_SCRIPT),
    ("mejl.msg", R.UNKNOWN, D.EMAIL),
]


def locked() -> bytes:
    made = BytesIO()
    document = pikepdf.new()
    document.add_blank_page()
    document.save(made, encryption=pikepdf.Encryption(owner="a", user="b"))
    return made.getvalue()


def attached(name: str, data: bytes) -> bytes:
    made = BytesIO()
    document = pikepdf.new()
    document.add_blank_page()
    document.attachments[name] = data
    document.save(made)
    return made.getvalue()


HTML_PART = {
    "[Content_Types].xml": content_types(DOCX_TYPE).replace(
        "</Types>", '<Override PartName="/word/a.xml" ContentType="text/html"/></Types>'
    ),
    "word/a.xml": "<html/>",
}
HOSTILE = [
    ("låst.pdf", locked(), R.ENCRYPTED, None),
    ("skript i signerad.pdf", signed("<< /S /JavaScript /JS (app.alert(1)) >>"), R.MACRO, D.PDF_SIGNED),
    (
        "öppnar.pdf",
        pdf(b"3 0 obj << /OpenAction << /S /URI /URI (https://example.se) >> >> endobj"),
        R.EXTERNAL,
        D.PDF_FETCHES,
    ),
    ("program i.pdf", attached("a.exe", b"MZ"), R.NESTED, D.PDF_ATTACHED),
    ("program som heter bevis.pdf", attached("bevis.html", b"MZ"), R.NESTED, D.PDF_ATTACHED),
    ("halv.pdf", signed()[:-400], R.DAMAGED, D.PDF_CUT),
    ("bild.xlsx", xlsx(formula="_xlfn.IMAGE(&quot;http://example.se/x&quot;)"), R.EXTERNAL, D.FORMULA),
    ("rtd.xlsx", xlsx(formula="RTD(&quot;a&quot;,,&quot;b&quot;)"), R.EXTERNAL, D.FORMULA),
    ("annan dde.xlsx", xlsx(formula="soffice|&apos;x&apos;!A1"), R.EXTERNAL, D.FORMULA),
    ("include.docx", words(field(" INCLUDE c:\\\\x ")), R.EXTERNAL, D.FIELD),
    ("database.docx", words(field(" DATABASE \\d x ")), R.EXTERNAL, D.FIELD),
    (
        "fält i fält.docx",
        words(
            '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> IF 1=1 </w:instrText></w:r>'
            + field(" DDEAUTO cmd ")
            + "</w:p>"
        ),
        R.EXTERNAL,
        D.FIELD,
    ),
    ("bild på server.docx", words(field(' INCLUDEPICTURE "\\\\\\\\server\\\\x" ')), R.EXTERNAL, D.PICTURE),
    (
        "mall på server.docx",
        docx({"word/_rels/settings.xml.rels": link("attachedTemplate", "file:///\\\\server\\a.dotx")}),
        R.EXTERNAL,
        D.TEMPLATE,
    ),
    ("altchunk.docx", docx({RELS: link("aFChunk", "a.html")}), R.NESTED, D.WEB_PART),
    ("htmldel.docx", docx({"word/a.html": "<html/>"}), R.NESTED, D.WEB_PART),
    ("html som xml.docx", docx(HTML_PART), R.NESTED, D.WEB_PART),
    ("foto med arkiv.jpg", jpg() + docx() + b"SEFT", R.POLYGLOT, None),
]
ENDLESS = [
    ("en pdf av strömmar", pdf(b"stream\n" * 40_000)),
    ("ett fält av radbrytningar", words(f"<w:p><w:r><w:instrText>{chr(10) * 900_000}x</w:instrText></w:r></w:p>")),
    (
        "en lista av delar",
        docx({"[Content_Types].xml": content_types(DOCX_TYPE).replace("</Types>", "<a/>" * 100_000 + "</Types>")}),
    ),
    ("en djup lista", pdf(b"3 0 obj " + b"[" * 100_000 + b"]" * 100_000 + b" endobj")),
]


def verdict(reading, *given) -> AttachmentKind | AttachmentRefusal:
    try:
        return reading(*given).kind
    except Refused as refused:
        return refused.refusal


@pytest.mark.parametrize(("name", "content", "kind", "follows"), HONEST, ids=[each[0] for each in HONEST])
def test_an_honest_file_comes_in_and_what_follows_along_is_known(name, content, kind, follows):
    found = examine(content)
    assert (found.kind, set(found.follows)) == (kind, follows)
    attachments.ensure_name_fits(name, kind)


@pytest.mark.parametrize(("name", "follows"), KEPT_HONEST)
def test_a_kept_honest_file_comes_in(name, follows):
    assert set(examine((KEPT / name).read_bytes()).follows) == follows


@pytest.mark.parametrize(("name", "refusal", "detail"), KEPT_HOSTILE)
def test_a_kept_hostile_file_stays_out(name, refusal, detail):
    with pytest.raises(Refused) as refused:
        examine((KEPT / name).read_bytes())
    assert (refused.value.refusal, refused.value.detail) == (refusal, detail)


@pytest.mark.parametrize(("name", "content", "refusal", "detail"), HOSTILE, ids=[each[0] for each in HOSTILE])
def test_a_hostile_file_stays_out_and_is_told_what_is_so_of_it(name, content, refusal, detail):
    with pytest.raises(Refused) as refused:
        examine(content)
    assert (refused.value.refusal, refused.value.detail) == (refusal, detail)


def test_a_signed_file_is_never_asked_to_be_saved_anew():
    assert "skriv ut" not in DETAILS[D.PDF_SIGNED]
    assert "slutar att gälla om filen sparas om" in DETAILS[D.PDF_SIGNED]


@pytest.mark.parametrize(("name", "content"), ENDLESS, ids=[each[0] for each in ENDLESS])
def test_a_file_made_to_never_end_is_answered_by_the_child(name, content):
    assert verdict(inspect, "fil", content) in (K.PDF, K.DOCX, R.BOMB)


@pytest.mark.parametrize(
    "content", [pdf(), signed(), docx(), xlsx(), jpg()], ids=["pdf", "signed", "docx", "xlsx", "jpg"]
)
def test_a_file_that_is_cut_anywhere_is_refused_or_received_and_nothing_else(content):
    for tenth in range(1, 10):
        assert verdict(examine, content[: len(content) * tenth // 10]) in {*K, *R}


def made(root: str = "", *, enclosed: bytes = b"", outside: bool = False, pages: int = 1, **how) -> bytes:
    """A pdf that qpdf writes, with more in its root, a file inside it, or a stream whose bytes lie in another file."""
    written, whole = BytesIO(), pikepdf.new()
    for _ in range(pages):
        whole.add_blank_page()
    if root:
        whole.Root.OpenAction = pikepdf.Object.parse(root.encode())
    if enclosed:
        whole.attachments["bevis.pdf"] = enclosed
    if outside:
        whole.Root.More = pikepdf.Stream(whole, b"", pikepdf.Dictionary(F="//server/x"))
    whole.save(written, **how)
    return written.getvalue()


SCRIPT = "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
OPENS = "<< /S /URI /URI (https://example.se) >>"


@pytest.mark.parametrize(
    ("content", "refusal", "detail"),
    [
        (made(enclosed=made(SCRIPT)), R.NESTED, D.PDF_ATTACHED),
        (made(enclosed=made(enclosed=made())), R.NESTED, D.PDF_ATTACHED),
        (made(enclosed=made()[:300]), R.NESTED, D.PDF_ATTACHED),
        (made(f"<< /S /GoTo /Next [<< /S /GoTo >> {OPENS}] >>"), R.EXTERNAL, D.PDF_FETCHES),
        (made("<< /S /GoTo /Next " * 250 + OPENS + " >>" * 250), R.EXTERNAL, D.PDF_FETCHES),
        (made(outside=True), R.EXTERNAL, D.PDF_FETCHES),
    ],
    ids=[
        "a pdf inside runs",
        "files in a file inside",
        "a cut pdf inside",
        "one of several",
        "the last of many",
        "elsewhere",
    ],
)
def test_what_lies_one_step_further_in_is_found_too(content, refusal, detail):
    with pytest.raises(Refused) as refused:
        examine(content)
    assert (refused.value.refusal, refused.value.detail) == (refusal, detail)


def test_a_harmless_pdf_inside_and_an_act_that_stays_within_come_in():
    assert set(examine(made("<< /S /GoTo /Next [<< /S /GoTo >>] >>", enclosed=made())).follows) == {F.ATTACHED}


def test_a_file_made_for_the_web_that_is_cut_is_told_to_be_cut():
    whole = made(pages=20, linearize=True)
    assert examine(whole).kind is K.PDF
    for tenth in range(1, 10):
        with pytest.raises(Refused) as refused:
            examine(whole[: len(whole) * tenth // 10])
        assert (refused.value.refusal, refused.value.detail) == (R.DAMAGED, D.PDF_CUT)


def signed_and_locked() -> bytes:
    with pikepdf.open(BytesIO(signed())) as document:
        written = BytesIO()
        document.save(written, encryption=pikepdf.Encryption(owner="a", user=""))
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "refusal", "detail"),
    [
        (signed() + b"<script>", R.POLYGLOT, D.PDF_SIGNED_MORE),
        (signed_and_locked(), R.ENCRYPTED, D.PDF_SIGNED_LOCKED),
        (signed()[:-40], R.DAMAGED, D.PDF_CUT),
        (signed(SCRIPT), R.MACRO, D.PDF_SIGNED),
    ],
    ids=["more", "locked", "cut", "runs"],
)
def test_no_refusal_of_a_signed_file_asks_for_it_to_be_saved_anew(content, refusal, detail):
    with pytest.raises(Refused) as refused:
        examine(content)
    assert (refused.value.refusal, refused.value.detail) == (refusal, detail)
    assert not re.search(r"spara den|skriv ut", str(refused.value))


def child(monkeypatch, code: str, seconds: float = 20) -> None:
    """Let the child run other code than its own."""
    run = subprocess.run
    monkeypatch.setattr(attachments, "SECONDS", seconds)
    monkeypatch.setattr(attachments.subprocess, "run", lambda _, **how: run([sys.executable, "-I", "-c", code], **how))


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", R.UNREADABLE),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", R.UNREADABLE),
        ("import os; os.abort()", R.DAMAGED),
        ("raise SystemExit(3)", R.DAMAGED),
        ("print('no json')", R.DAMAGED),
        ('print(\'{"kind": "exe", "follows": []}\')', R.DAMAGED),
        ("print('[]')", R.DAMAGED),
        ("", R.DAMAGED),
    ],
)
def test_a_child_that_dies_or_says_something_else_is_a_refusal(monkeypatch, caplog, code, refusal):
    child(monkeypatch, code)
    with caplog.at_level(logging.WARNING), pytest.raises(Refused) as refused:
        inspect("a.pdf", pdf())
    assert refused.value.refusal is refusal
    assert caplog.records


def test_a_child_that_never_answers_is_ended(monkeypatch, caplog):
    child(monkeypatch, "import time; time.sleep(60)", 0.3)
    with pytest.raises(Refused) as refused:
        inspect("a.pdf", pdf())
    assert refused.value.refusal is R.UNREADABLE
    assert "not read within" in caplog.text


def test_no_process_and_no_turn_are_told_to_wait(monkeypatch):
    monkeypatch.setattr(attachments, "MODULE", "grantportal.nowhere")
    monkeypatch.setattr(attachments.sys, "executable", "/nowhere/python")
    with pytest.raises(Refused) as refused:
        inspect("a.pdf", pdf())
    assert refused.value.refusal is R.BUSY
    monkeypatch.setattr(attachments, "WAITS", 0.01)
    turns = [attachments._turns.acquire(blocking=False) for _ in range(attachments.TOGETHER)]
    assert turns == [True, True]
    try:
        assert not attachments._turns.acquire(blocking=False)
        with pytest.raises(Refused) as refused:
            inspect("a.pdf", pdf())
    finally:
        for _ in turns:
            attachments._turns.release()
    assert refused.value.refusal is R.BUSY


def test_the_child_limits_its_memory_its_time_and_its_writing(tmp_path):
    code = (
        "import resource; from grantportal.imports import contents; contents._limit()\n"
        "print([resource.getrlimit(what)[0] for what, _ in contents._LIMITS])\n"
        "try: bytearray(500 * 1024 * 1024)\n"
        "except MemoryError: print('memory')\n"
        f"try: open({str(tmp_path / 'a')!r}, 'wb', buffering=0).write(b'a')\n"
        "except OSError: print('nothing written')\n"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[419430400, 10, 0, 0]", "memory", "nothing written"]


def test_the_child_answers_for_every_kind():
    assert inspect("a.pdf", signed()).follows == (F.ATTACHED,)
    assert inspect("a.docx", docx()).kind is K.DOCX
    with pytest.raises(Refused, match="ett mejl"):
        inspect("mejl.msg", (KEPT / "mejl.msg").read_bytes())
    with pytest.raises(Refused, match="namn säger"):
        inspect("a.xlsx", docx())
