"""What a file is called, how big it may be, and what may be done with it."""

import pytest

from grantportal.domain import attachments
from grantportal.domain.attachments import (
    FILE,
    Attached,
    AttachmentKind,
    FileAction,
    FileStatus,
    Refused,
    download_name,
    shown_name,
)
from grantportal.domain.errors import RuleViolation


@pytest.mark.parametrize(
    ("raw", "shown", "saved"),
    [
        ("Plan för 2021.pdf", "Plan för 2021.pdf", "Plan för 2021.pdf"),
        ("../../etc/passwd", "../../etc/passwd", "_.._etc_passwd.pdf"),
        ("C:\\Users\\a\\Plan.pdf", "C:\\Users\\a\\Plan.pdf", "C__Users_a_Plan.pdf"),
        ("faktura\u202efdp.exe", "fakturafdp.exe", "fakturafdp.exe.pdf"),
        ("a\u200b\u2066b\x00\x07.pdf", "ab.pdf", "ab.pdf"),
        ("rad\nrad.pdf", "rad rad.pdf", "rad rad.pdf"),
        ("CON", "CON", "_CON.pdf"),
        ("con.pdf", "con.pdf", "_con.pdf"),
        ("NUL.PDF", "NUL.PDF", "_NUL.PDF"),
        ("lpt1.pdf", "lpt1.pdf", "_lpt1.pdf"),
        ("Konto.pdf", "Konto.pdf", "Konto.pdf"),
        ("", "Namnlös fil", "Namnlös fil.pdf"),
        ("\x00", "Namnlös fil", "Namnlös fil.pdf"),
        ("...", "...", "fil.pdf"),
        ("<b>.pdf", "<b>.pdf", "_b_.pdf"),
        ('"; x=".pdf', '"; x=".pdf', "_; x=_.pdf"),
        ("e\u0301.pdf", "é.pdf", "é.pdf"),
    ],
)
def test_a_hostile_name_is_harmless_and_the_shown_name_is_kept(raw, shown, saved):
    assert shown_name(raw) == shown
    made = download_name(shown, AttachmentKind.PDF)
    assert made == saved
    assert not set(made) & set('/\\:*?"<>|\r\n\x00')


def test_a_name_of_255_bytes_is_kept_and_a_longer_one_keeps_its_ending():
    longest = "a" * 251 + ".pdf"
    assert shown_name(longest) == longest
    longer = shown_name("å" * 300 + ".pdf")
    assert len(longer.encode()) <= 255
    assert longer.endswith("å.pdf")
    assert len(download_name(longest, AttachmentKind.PDF).encode()) <= 200


@pytest.mark.parametrize("name", ["a.jpg", "a.JPEG", "a", "protokoll 2020-04-01", "§ 12. Beslut"])
def test_a_name_that_says_nothing_else_fits_a_picture(name):
    attachments.ensure_name_fits(name, AttachmentKind.JPG)


@pytest.mark.parametrize("name", ["a.png", "a.jpg.exe", "a.pdf"])
def test_a_name_that_says_something_else_does_not(name):
    with pytest.raises(Refused, match="namn säger en sak"):
        attachments.ensure_name_fits(name, AttachmentKind.JPG)


def test_nobody_reads_a_file_that_waits_or_is_blocked():
    assert FILE.after(FileStatus.READY, FileAction.READ) is FileStatus.READY
    for status in (FileStatus.WAITING, FileStatus.BLOCKED):
        with pytest.raises(RuleViolation, match="kan inte läsas"):
            FILE.after(status, FileAction.READ)
    assert not FILE.allows(FileStatus.READY, FileAction.BLOCK)


def test_the_last_byte_of_the_room_may_be_used():
    attachments.ensure_room(40, used=60, most=100)
    with pytest.raises(Refused, match="utrymme för filer är fullt"):
        attachments.ensure_room(41, used=60, most=100)


def test_files_are_the_same_after_they_are_stored():
    files = (Attached(7, "Plan å.pdf", "application/pdf", 1_500_000, "ab", FileStatus.WAITING),)
    assert attachments.read(attachments.written(files)) == files
    assert attachments.written(()) == ""
    assert attachments.read("") == ()
    assert files[0].line == "Plan å.pdf (1,4\u00a0MB)"
    assert attachments.size_text(1) == "1\u00a0kB"
