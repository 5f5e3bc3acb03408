"""Asking for an ombud through the pages, from the public form to the first sign-in."""

from io import BytesIO

import pytest
from sqlalchemy import select

from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.organisations import OrganisationKind
from grantportal.keys import key_for, ombud_purpose
from grantportal.models.ombud import OmbudApplication
from tests.support.casework import CallFactory
from tests.support.factories import OrganisationFactory, person
from tests.support.ombud import asked
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


def test_a_wrong_link_opens_nothing(region, client):
    number = asked(region)
    other = key_for("tests", ombud_purpose(number + 1))

    assert client.get(f"/ombudsansokan/{number}/{other}").status_code == 404
    assert client.get(f"/ombudsansokan/{number}/å").status_code == 404
    assert client.get(f"/ombudsansokan/{number}/{key_for('tests', ombud_purpose(number))}").status_code == 200


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
