"""Asking for an ombud through the pages, from the public form to the first sign-in."""

import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.ombud import Attached
from grantportal.domain.organisations import OrganisationKind
from grantportal.keys import ombud_key
from grantportal.models.ombud import OmbudApplication
from grantportal.models.records import StoredFile
from tests.imports.attachment_files import pdf
from tests.support.casework import CallFactory
from tests.support.client import token_in
from tests.support.factories import MandateFactory, OrganisationFactory, person
from tests.support.ombud import asked
from tests.support.pages import words
from tests.support.rows import committed


@pytest.fixture
def region(database):
    return OrganisationFactory(name="Region Egen")


@pytest.fixture
def officer(region, signed_in):
    return signed_in(person(Role.HANDLAGGARE, OrganisationFactory(kind=OrganisationKind.AUTHORITY)))


def data(region, **more):
    return {
        "organisation": region.id,
        "grant": CallFactory().grant_id,
        "name": "Olle Exempel",
        "email": "olle@example.se",
        "title": "Direktör",
        "basis": "delegation",
        "valid_from": clock.today().isoformat(),
        "valid_to": "",
        **more,
    }


def test_from_the_public_form_to_an_approved_ombud(region, client, officer):
    sent = client.post_form("/ombudsansokan", data(region))
    link = sent.location
    page = client.get(link)
    assert "Region Egen" in page.text
    assert "Under handläggning" in page.text

    number = committed().scalars(select(OmbudApplication.id)).one()
    assert "Ansökan om ombud: Region Egen" in officer.get("/").text
    address = f"/ombudsansokningar/{number}"
    assert officer.post_form(f"{address}/begar-komplettering", {"text": "Vem har delegerat?"}).status_code == 303
    assert "Vem har delegerat?" in client.get(link).text
    assert "Hade du valt en fil" in client.post_form(link, {"text": ""}).text
    assert client.post_form(link, {"text": "Regionstyrelsen."}).status_code == 303
    assert "här ser du hur det går" in client.get(link).text
    assert officer.post_form(f"{address}/godkann").status_code == 303

    assert "Godkänd" in client.get(link).text
    assert "här ser du hur det går" not in client.get(link).text
    assert "Ombud godkänt genom beslut: Olle Exempel" in officer.get(address).text


FULLMAKT = pdf()


def facts(document):
    """(what it is called, what stands beside it), as the page shows them."""
    rows = [each for each in document.iter("div") if "govuk-summary-list__row" in each.get("class", "")]
    return [(words(row.find("dt")), row.find("dd")) for row in rows]


def fact(document, name):
    """What stands beside one of them."""
    [beside] = [each for key, each in facts(document) if key == name]
    return beside


def test_the_officer_decides_with_the_fullmakt_and_the_ombud_there_are_before_the_eyes(region, client, officer):
    held = MandateFactory(organisation_id=region.id)
    ended = MandateFactory(organisation_id=region.id, valid_to=date(2020, 1, 1))
    later = MandateFactory(organisation_id=region.id, valid_from=clock.today() + timedelta(1))
    attached = (BytesIO(FULLMAKT), "fullmakt.pdf")
    client.post_form(
        "/ombudsansokan", data(region, basis="power_of_attorney", file=attached), content_type="multipart/form-data"
    )
    number = committed().scalars(select(OmbudApplication.id)).one()

    for page in ("", "/godkann"):
        document = officer.get(f"/ombudsansokningar/{number}{page}").document
        assert officer.get(fact(document, "Bifogad fil").find("a").get("href")).data == FULLMAKT
        names = words(fact(document, "Organisationens ombud"))
        assert held.user.name in names
        assert later.user.name in names
        assert ended.user.name not in names


def test_without_a_file_and_without_an_ombud_the_officer_reads_that(region, officer):
    document = officer.get(f"/ombudsansokningar/{asked(region)}/godkann").document

    assert words(fact(document, "Bifogad fil")) == "Ingen"
    assert words(fact(document, "Organisationens ombud")) == "Inget"


def test_a_file_that_waits_for_its_scan_is_named_and_not_linked(region, officer, tmp_path):
    number = asked(region, folder=tmp_path, attached=Attached(FULLMAKT), scan=True)
    beside = fact(officer.get(f"/ombudsansokningar/{number}/godkann").document, "Bifogad fil")

    assert beside.find("a") is None
    assert "Väntar på viruskontroll" in words(beside)


@pytest.mark.parametrize("page", ["godkann", "begar-komplettering", "avsluta"])
def test_what_cannot_be_done_any_more_leads_to_the_case(region, officer, page):
    number = asked(region)
    address = f"/ombudsansokningar/{number}"
    assert officer.get(f"{address}/{page}").status_code == 200
    officer.post_form(f"{address}/avsluta", {"text": "Dubblett."})

    assert officer.get(f"{address}/{page}").location.endswith(address)
    assert "Ansökan är redan avgjord" in officer.get(address).text


def test_what_was_typed_is_kept_when_a_colleague_has_decided_meanwhile(region, officer):
    address = f"/ombudsansokningar/{asked(region)}"
    token = token_in(officer.get(f"{address}/begar-komplettering"), f"{address}/begar-komplettering")
    officer.post_form(f"{address}/godkann")

    page = officer.post(f"{address}/begar-komplettering", data={"text": "Min text", "csrf_token": token})
    assert page.status_code == 422
    assert "Min text" in page.text


def test_who_has_the_link_reads_the_own_answers_and_what_was_attached(region, client, officer):
    first = (BytesIO(FULLMAKT), "fullmakt.pdf")
    link = client.post_form(
        "/ombudsansokan", data(region, basis="power_of_attorney", file=first), content_type="multipart/form-data"
    ).location
    number = committed().scalars(select(OmbudApplication.id)).one()
    for asks, answer in (("Vem har delegerat?", "Regionstyrelsen."), ("När?", "I mars.")):
        officer.post_form(f"/ombudsansokningar/{number}/begar-komplettering", {"text": asks})
        more = {"text": answer, "file": (BytesIO(FULLMAKT), "mer.pdf")}
        client.post_form(link, more, content_type="multipart/form-data")

    document = client.get(link).document
    text = words(document)
    assert re.search(r"Vem har delegerat\?.*Regionstyrelsen\. Kom in .*När\?.*I mars\. Kom in ", text)
    files = [beside for name, beside in facts(document) if name == "Bifogad fil"]
    names = committed().scalars(select(StoredFile.shown_name).order_by(StoredFile.id)).all()
    assert all(name in words(each) for each, name in zip(files, names, strict=True))
    assert all("kom in" in words(each) and each.find(".//a") is None for each in files)
    assert region.name in text
    assert "Organisationens ombud" not in text


def test_who_has_handed_over_already_reads_that_instead_of_the_form(region, signed_in, officer):
    ombud = signed_in(person(Role.OMBUD, region))
    address = f"/organisationer/{region.id}/lamna-over"
    form = data(region)
    token = token_in(ombud.get(address), address)
    first = ombud.post_form(address, form).location

    page = ombud.get(address)
    assert 'id="name"' not in page.text
    assert first in [link.get("href") for link in page.document.find(".//main").iter("a")]
    again = ombud.post(address, data={**form, "email": "annan@example.se", "csrf_token": token})
    assert again.status_code == 422
    assert "Du har redan ansökt om att lämna över uppdraget." in again.text
    assert "annan@example.se" in again.text


def test_a_wrong_link_opens_nothing(region, client):
    number = asked(region)
    other = ombud_key("tests", number + 1, clock.today())
    right = ombud_key("tests", number, clock.today())

    assert client.get(f"/ombudsansokan/{number}/{other}").status_code == 404
    assert client.get(f"/ombudsansokan/{number}/å").status_code == 404
    longer = f"2999-01-01.{right.partition('.')[2]}"
    assert client.get(f"/ombudsansokan/{number}/{longer}").status_code == 404, "its last day cannot be moved"
    assert client.get(f"/ombudsansokan/{number}/{right}").status_code == 200


def test_a_link_holds_for_ninety_days(region, client):
    number = asked(region)
    address = f"/ombudsansokan/{number}/{ombud_key('tests', number, clock.today())}"

    with clock.at(clock.now() + timedelta(days=90)):
        assert client.get(address).status_code == 200
    with clock.at(clock.now() + timedelta(days=91)):
        ended = client.get(address)
        assert ended.status_code == 404
        assert "gäller i 90 dagar" in ended.text
        assert client.post(address, data={"text": "Ett svar"}).status_code == 404


def test_a_file_that_is_no_pdf_is_refused_beside_its_field_and_the_rest_is_kept(region, client):
    attached = (BytesIO(b"<html></html>"), "fullmakt.pdf")
    page = client.post_form(
        "/ombudsansokan", data(region, basis="power_of_attorney", file=attached), content_type="multipart/form-data"
    )

    assert page.status_code == 422
    assert "Filen är ingen PDF." in page.text
    assert "Olle Exempel" in page.text
    assert committed().scalars(select(OmbudApplication)).all() == []


def test_the_case_of_an_ombud_leads_to_its_own_page(region, officer):
    number = asked(region)
    case_id = committed().get_one(OmbudApplication, number).case_id

    assert officer.get(f"/arenden/{case_id}").location.endswith(f"/ombudsansokningar/{number}")
