"""Who may do what in an organisation, through the pages."""

import pytest
from sqlalchemy import select

from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.organisations import OrganisationKind
from grantportal.models.accounts import MandateRow, User
from grantportal.policy import PARTY_RIGHTS
from tests.support.client import summary
from tests.support.factories import MandateFactory, OrganisationFactory, person
from tests.support.pages import words
from tests.support.rows import committed

pytestmark = pytest.mark.usefixtures("quick_passwords")

SARA = {"name": "Sara Exempel", "email": "sara@example.se", "role": "representant", "case": "", "valid_to": ""}


@pytest.fixture
def region(database):
    return OrganisationFactory(name="Region Egen")


def data(**more):
    return {**SARA, "valid_from": clock.today().isoformat(), **more}


def test_an_ombud_invites_and_ends_and_both_stand_in_the_history(region, signed_in):
    ombud = signed_in(person(Role.OMBUD, region))
    address = f"/organisationer/{region.id}"
    assert ombud.post_form(f"{address}/bjud-in", data()).location.endswith(address)

    sara = committed().scalars(select(User).where(User.email == "sara@example.se")).one()
    browser = signed_in(sara)
    assert browser.get("/arenden/").status_code == 200
    assert "Region Egen" in browser.get("/").text

    mandate_id = committed().scalars(select(MandateRow.id).where(MandateRow.user_id == sara.id)).one()
    assert ombud.post_form(f"/organisationer/behorigheter/{mandate_id}/avsluta").location.endswith(address)
    # At the next click, in the browser that was signed in all the time.
    assert "Ingen behörighet" in browser.get("/").text
    assert browser.get(address).status_code == 404
    page = words(ombud.get(address).document)
    assert "Behörighet given: Sara Exempel, representant" in page
    assert "Behörighet avslutad: Sara Exempel, representant" in page


def test_a_representant_is_offered_only_what_a_representant_may_give(region, signed_in):
    page = signed_in(person(Role.REPRESENTANT, region)).get(f"/organisationer/{region.id}/bjud-in")

    roles = {field.get("value") for field in page.document.iter("input") if field.get("name") == "role"}
    assert roles == {"uppgiftssamordnare", "applicant_economist"}


def test_a_role_that_was_not_offered_is_refused_and_nothing_typed_is_lost(region, signed_in):
    page = signed_in(person(Role.REPRESENTANT, region)).post_form(
        f"/organisationer/{region.id}/bjud-in", data(role="ombud")
    )

    assert page.status_code == 422
    assert "Sara Exempel" in page.text
    assert committed().scalars(select(MandateRow).where(MandateRow.role == Role.OMBUD)).all() == []


def test_an_empty_invitation_says_what_is_missing(region, signed_in):
    page = signed_in(person(Role.OMBUD, region)).post_form(f"/organisationer/{region.id}/bjud-in", {})

    assert page.status_code == 422
    assert {"Skriv personens namn.", "Skriv personens e-postadress.", "Välj en behörighet."} <= set(summary(page))


def test_the_last_ombud_is_told_why_not(region, signed_in):
    held = MandateFactory(organisation_id=region.id)
    page = signed_in(held.user).post_form(f"/organisationer/behorigheter/{held.id}/avsluta")

    assert page.status_code == 422
    assert "Region Egen har inget annat ombud." in page.text


def test_both_sides_see_the_same_table(region, signed_in):
    authority = OrganisationFactory(kind=OrganisationKind.AUTHORITY)
    pages = [
        signed_in(person(role, organisation)).get(f"/organisationer/{region.id}")
        for role, organisation in ((Role.UPPGIFTSSAMORDNARE, region), (Role.INSYN, authority))
    ]
    tables = [
        [[words(cell) for cell in row] for table in page.document.iter("table") for row in table.iter("tr")][
            -len(PARTY_RIGHTS) - 1 :
        ]
        for page in pages
    ]
    assert tables[0] == tables[1]
    assert tables[0][0] == ["Får", "Ombud", "Representant", "Uppgiftssamordnare", "Ekonom"]
    assert ["Bjuda in och avsluta uppgiftssamordnare", "ja", "ja", "nej", "nej"] in tables[0]
    assert "Bjud in en person" not in pages[0].text + pages[1].text
