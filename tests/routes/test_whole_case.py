"""Ladda ner hela ärendet: exactly what the reader may see, under names that are harmless everywhere."""

import zipfile
from io import BytesIO

import pytest

from grantportal.domain.actors import Role
from grantportal.domain.attachments import AttachmentKind, FileStatus
from grantportal.domain.cases import Direction, RecordKind
from grantportal.domain.organisations import OrganisationKind
from grantportal.exports.archive import Part, name_of
from grantportal.models.records import StoredFile
from tests.support.casework import HANDED_IN, CaseFactory, RecordFactory
from tests.support.factories import OrganisationFactory, person
from tests.support.rows import saved


def opened(page):
    with zipfile.ZipFile(BytesIO(page.data)) as archive:
        return {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}


def test_each_side_gets_what_it_may_see_and_a_list(database, signed_in):
    case = CaseFactory(registration_number="DEMO 2020-0007")
    RecordFactory(case=case, number=1, title="Ansökan", text="Vi söker.")
    RecordFactory(
        case=case,
        number=2,
        kind=RecordKind.FILE_NOTE,
        direction=Direction.INTERNAL,
        title="Tjänsteanteckning",
        text="Samtal.",
    )
    officer = person(Role.HANDLAGGARE, OrganisationFactory(kind=OrganisationKind.AUTHORITY))
    address = f"/handlingar/arende/{case.id}/hamta"

    theirs = signed_in(person(Role.OMBUD, case.organisation)).get(address)
    ours = opened(signed_in(officer).get(address))

    assert theirs.headers["Content-Disposition"] == 'attachment; filename="arende-DEMO-2020-0007.zip"'
    # The same handlings are the same bytes, whenever they are fetched: an entry of a zip has a time of two seconds.
    with zipfile.ZipFile(BytesIO(theirs.data)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert opened(theirs).keys() == {"001 Ansökan.txt", "000 Innehåll.txt"}
    assert opened(theirs)["001 Ansökan.txt"] == "Vi söker."
    assert ours.keys() == {"001 Ansökan.txt", "002 Tjänsteanteckning.txt", "000 Innehåll.txt"}
    assert "DEMO 2020-0007" in ours["000 Innehåll.txt"]
    assert "002 Tjänsteanteckning.txt: " in ours["000 Innehåll.txt"]
    assert signed_in(person(Role.OMBUD, OrganisationFactory())).get(address).status_code == 404


def test_what_waits_to_be_scanned_is_not_in_it(database, signed_in, app):
    case = CaseFactory()
    file = saved(
        StoredFile(
            stored_name="waits",
            shown_name="fil.pdf",
            media_type="application/pdf",
            size=4,
            sha256="",
            status=FileStatus.WAITING,
            stored_at=HANDED_IN,
        )
    )
    record = RecordFactory(case=case, number=1, title="Bilaga", text="", file_id=file.id)
    ombud = signed_in(person(Role.OMBUD, case.organisation))

    assert opened(ombud.get(f"/handlingar/arende/{case.id}/hamta")).keys() == {"000 Innehåll.txt"}
    assert ombud.get(f"/handlingar/{record.id}/hamta").status_code == 404


def test_an_attachment_ends_as_its_content_says(database, signed_in, app):
    case = CaseFactory()
    folder = app.config["PORTAL"].files
    folder.mkdir(parents=True, exist_ok=True)
    for number, (shown, media_type) in enumerate(
        [("foto.jpeg", "image/jpeg"), ("avtal", "application/pdf"), ("...", "image/png")], start=1
    ):
        (folder / f"stored{number}").write_bytes(b"x")
        file = saved(
            StoredFile(
                stored_name=f"stored{number}",
                shown_name=shown,
                media_type=media_type,
                size=1,
                sha256="",
                status=FileStatus.READY,
                stored_at=HANDED_IN,
            )
        )
        RecordFactory(case=case, number=number, title=shown, text="", file_id=file.id)
    page = signed_in(person(Role.OMBUD, case.organisation)).get(f"/handlingar/arende/{case.id}/hamta")

    assert opened(page).keys() == {"001 foto.jpg", "002 avtal.pdf", "003 Handling.png", "000 Innehåll.txt"}


def test_who_may_see_one_case_gets_no_other(database, signed_in):
    mine = CaseFactory()
    other = CaseFactory(organisation=mine.organisation)
    limited = signed_in(person(Role.REPRESENTANT, mine.organisation, case_id=mine.id))

    assert limited.get(f"/handlingar/arende/{mine.id}/hamta").status_code == 200
    assert limited.get(f"/handlingar/arende/{other.id}/hamta").status_code == 404


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../etc/passwd", "003 _.._etc_passwd.pdf"),
        ("CON", "003 CON.pdf"),
        ("a\u202efdp.exe", "003 a_fdp.exe.pdf"),
        ("...", "003 Handling.pdf"),
        ("å" * 300, f"003 {'å' * 80}.pdf"),
        ("Avtal.pdf", "003 Avtal.pdf"),
        ("AVTAL.PDF", "003 AVTAL.pdf"),
        ("avtal.docx", "003 avtal.docx.pdf"),
        (".pdf", "003 pdf.pdf"),
    ],
)
def test_names_are_harmless(title, name):
    assert name_of(Part(3, title, AttachmentKind.PDF, b"", "")) == name
