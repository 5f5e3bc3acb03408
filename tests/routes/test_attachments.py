"""Bilagor through their pages: added by a plain form, read by those who may, and by nobody else."""

from dataclasses import replace
from io import BytesIO
from urllib.parse import quote

import pytest

from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.attachments import MEGABYTE
from grantportal.domain.forms import Question, QuestionType, Section
from grantportal.imports import attachments as reading
from grantportal.models.accounts import User
from grantportal.services import applications
from tests.imports.attachment_files import document, docx, pdf, png
from tests.support.applications import (
    DEFINITION,
    IN_TIME,
    actor_of,
    applicant,
    begin,
    complete_texts,
    draft_of,
    open_call,
    write,
)
from tests.support.calls import officer
from tests.support.client import token_in
from tests.support.factories import OrganisationFactory
from tests.support.rows import committed

FILES = Question(10, QuestionType.ATTACHMENT, "Bifoga intyg", most=2)
NOTE = Question(11, QuestionType.LONG_TEXT, "Vad visar intygen?", required=False)
LAST = Section("bilagor", "Bilagor", "Till sist", (NOTE, FILES))
WITH_FILES = replace(DEFINITION, sections=(*DEFINITION.sections, LAST))


@pytest.fixture(autouse=True)
def in_time(database):
    with clock.at(IN_TIME):
        yield


@pytest.fixture
def call(database):
    return open_call(form=WITH_FILES)


@pytest.fixture
def region():
    return OrganisationFactory(name="Region Exempel")


@pytest.fixture
def user(region):
    return applicant(Role.OMBUD, region)


@pytest.fixture
def ombud(user):
    return actor_of(user)


@pytest.fixture
def application(call, ombud):
    made = begin(ombud, call)
    write(ombud, made, complete_texts(made))
    return made


@pytest.fixture
def browser(user, signed_in):
    return signed_in(user)


def handler_user():
    """A handläggare."""
    return committed().get_one(User, officer().user_id)


def page_of(application):
    return f"/ansokningar/{application.id}/bilagor/10"


def send(browser, application, name="Intyg.pdf", content=None, **said):
    """Add a file as a browser without JavaScript does."""
    data = {"about_children": "nej", **said, "file": (BytesIO(pdf() if content is None else content), name)}
    return browser.post_form(page_of(application), data, content_type="multipart/form-data")


def links(page, part):
    return [each.get("href") for each in page.document.iter("a") if part in (each.get("href") or "")]


def test_a_file_is_added_and_read_again_as_an_attachment(application, browser):
    assert send(browser, application, "Intyg från å.pdf").status_code == 303
    page = browser.get(page_of(application))
    assert "Filen är tillagd." in page.text
    assert "Intyg från å.pdf (1\u00a0kB)" in page.text
    (link,) = links(page, "/bilagor/10/")
    file = browser.get(link)
    assert (file.status_code, file.data, file.mimetype) == (200, pdf(), "application/pdf")
    assert file.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{quote('Intyg från å.pdf')}"
    assert file.headers["Content-Security-Policy"] == "sandbox"
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert file.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("bild.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "spara bilden som png eller pdf"),
        ("sida.html", b"<!DOCTYPE html><html></html>", "skriv ut sidan till en pdf"),
        ("Intyg.pdf", docx(), "namn säger en sak"),
        ("tom.pdf", b"", "Filen är tom"),
    ],
)
def test_a_refused_file_says_how_to_send_it_otherwise(application, browser, name, content, said):
    page = send(browser, application, name, content)
    assert page.status_code == 422
    assert said in page.text
    assert "Ingen fil än" in browser.get(f"/ansokningar/{application.id}/avsnitt/bilagor").text


def test_the_question_about_children_must_be_answered_with_no(application, browser):
    page = send(browser, application, about_children="")
    assert page.status_code == 422
    assert "Svara på om filen innehåller uppgifter om enskilda personer." in page.text
    assert "Välj filen igen" in page.text
    page = send(browser, application, about_children="ja")
    assert page.status_code == 422
    assert "ersätt dem med siffror för hela gruppen" in page.text
    assert "Välj en fil." in browser.post_form(page_of(application), {"about_children": "nej"}).text


def test_what_is_larger_than_any_request_gets_a_sentence_and_not_a_bare_413(application, browser):
    page = send(browser, application, content=bytes(21 * MEGABYTE))
    assert page.status_code == 422
    assert "Filen är större än 15 MB" in page.text
    assert "Filen är större än 15 MB" in send(browser, application, content=bytes(16 * MEGABYTE)).text


def test_what_follows_along_unseen_is_said_before_it_is_sent(application, browser):
    struck = "<w:p><w:del><w:r><w:delText>Struket</w:delText></w:r></w:del></w:p>"
    assert send(browser, application, "Plan.docx", docx({"word/document.xml": document(struck)})).status_code == 303
    assert send(browser, application, "Ren.pdf").status_code == 303
    for path in (page_of(application), f"/ansokningar/{application.id}/kontrollera"):
        assert browser.get(path).text.count("text som är struken går att läsa") == 1


def test_a_hostile_name_is_shown_and_harmless(application, browser):
    assert send(browser, application, "../../con\u202e<b>.pdf").status_code == 303
    page = browser.get(page_of(application))
    assert "../../con&lt;b&gt;.pdf" in page.text
    assert "\u202e" not in page.text
    (link,) = links(page, "/bilagor/10/")
    assert browser.get(link).headers["Content-Disposition"] == 'attachment; filename="_.._con_b_.pdf"'


def test_a_name_with_a_personnummer_goes_on_with_a_reason(application, browser):
    page = send(browser, application, "Intyg 811218-9876.pdf")
    assert page.status_code == 422
    assert "Varför behövs personnumret i filens namn?" in page.text
    assert send(browser, application, "Intyg 811218-9876.pdf", reason="Läkarens intyg.").status_code == 303


def test_the_button_saves_the_texts_and_leads_to_the_files_and_back(application, ombud, browser):
    section = f"/ansokningar/{application.id}/avsnitt/bilagor"
    page = browser.get(section)
    seen = {each.get("name"): each.get("value") for each in page.document.iter("input") if each.get("name")}
    sent = browser.post(section, data={**seen, "q11": "Att vi har plats.", "q10": "[]", "bilaga": "10"})
    assert sent.status_code == 303
    assert sent.location.endswith(page_of(application))
    assert draft_of(ombud, application)["q11"].text == "Att vi har plats."
    assert links(browser.get(sent.location), "/avsnitt/bilagor")


def test_a_file_is_taken_out_and_the_question_tells_when_it_is_full(application, browser):
    send(browser, application)
    send(browser, application, "Bild.png", png())
    page = browser.get(page_of(application))
    assert "så många filer som frågan tar" in page.text
    (first, _) = links(page, "/bilagor/10/")
    gone = browser.post(f"{first}/ta-bort", data={"csrf_token": token_in(page, f"{first}/ta-bort")})
    assert gone.status_code == 303
    assert browser.get(first).status_code == 404
    assert "Bild.png" in browser.get(page_of(application)).text


def test_the_authority_sees_nothing_of_a_draft_and_reads_what_is_handed_in(application, ombud, browser, signed_in):
    send(browser, application)
    (link,) = links(browser.get(page_of(application)), "/bilagor/10/")
    assert "Intyg.pdf (1\u00a0kB)" in browser.get(f"/ansokningar/{application.id}/kontrollera").text
    handler, neighbour = signed_in(handler_user()), signed_in(applicant(Role.OMBUD))
    for stranger in (handler, neighbour):
        assert stranger.get(page_of(application)).status_code == 404
        assert stranger.get(link).status_code == 404
    applications.submit(ombud, application.id)
    assert handler.get(link).status_code == 403
    assert neighbour.get(link).status_code == 404
    version = handler.get(f"/ansokningar/{application.id}/version")
    (download,) = links(version, "/handlingar/")
    file = handler.get(download)
    assert (file.status_code, file.data) == (200, pdf())
    assert file.headers["Content-Disposition"] == 'attachment; filename="Intyg.pdf"'
    assert file.headers["Content-Security-Policy"] == "sandbox"
    assert browser.get(download).data == pdf()
    assert neighbour.get(download).status_code == 404
    record = download.removesuffix("/hamta")
    assert "Hämta filen" in handler.get(record).text
    assert browser.get(page_of(application)).status_code == 302
    assert links(browser.get(f"/ansokningar/{application.id}/version"), "/handlingar/") == [download]


def test_an_organisation_has_so_much_room_and_no_more(application, browser, app, monkeypatch):
    there = list_of(app)
    monkeypatch.setitem(app.config, "PORTAL", replace(app.config["PORTAL"], organisation_files_mb=0))
    page = send(browser, application)
    assert page.status_code == 422
    assert "utrymme för filer är fullt" in page.text
    assert list_of(app) == there


def list_of(app):
    """The files on disk."""
    folder = app.config["PORTAL"].files
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def test_a_refused_file_leaves_nothing_on_disk(application, browser, app):
    assert send(browser, application).status_code == 303
    there = list_of(app)
    refused = [
        send(browser, application),  # the same once more
        send(browser, application, "Intyg 811218-9876.pdf", png()),
        send(browser, application, "a.pdf", pdf(b"3 0 obj << /S /JavaScript /JS (x) >> endobj")),
    ]
    assert [page.status_code for page in refused] == [422, 422, 422]
    assert list_of(app) == there


def test_a_file_that_cannot_be_read_within_the_limits_is_a_sentence_and_no_fault(application, browser, monkeypatch):
    monkeypatch.setattr(reading, "SECONDS", 0.001)
    page = send(browser, application)
    assert page.status_code == 422
    assert "Filen tog för lång tid eller för mycket minne att kontrollera" in page.text


def test_a_file_that_waits_is_told_to_wait(application, ombud, browser, app, monkeypatch, signed_in):
    monkeypatch.setitem(app.config, "PORTAL", replace(app.config["PORTAL"], clamav="127.0.0.1:1"))
    send(browser, application)
    page = browser.get(page_of(application))
    assert "Väntar på viruskontroll" in page.text
    assert not links(page, "/bilagor/10/")
    applications.submit(ombud, application.id)
    handler = signed_in(handler_user())
    version = handler.get(f"/ansokningar/{application.id}/version")
    assert "Väntar på viruskontroll" in version.text
    assert not links(version, "/handlingar/")
