"""Who may do what in an organisation, through the pages."""

import pytest
from sqlalchemy import select

from grantportal.domain import clock
from grantportal.domain.accounts import hashed
from grantportal.domain.actors import Role
from grantportal.domain.organisations import OrganisationKind
from grantportal.keys import invitation_purpose, key_for
from grantportal.models.accounts import Invitation, MandateRow, User
from grantportal.policy import PARTY_RIGHTS
from tests.support.client import summary
from tests.support.factories import MandateFactory, OrganisationFactory, UserFactory, person
from tests.support.pages import words
from tests.support.rows import committed

pytestmark = pytest.mark.usefixtures("quick_passwords")

PASSWORD = "korrekt häst batteri"
SARA = {"name": "Sara Exempel", "email": "sara@example.se", "role": "representant", "case": "", "valid_to": ""}


@pytest.fixture
def region(database):
    return OrganisationFactory(name="Region Egen")


def data(**more):
    return {**SARA, "valid_from": clock.today().isoformat(), **more}


def link_to(app, invitation_id):
    """The address in the mail."""
    return f"/inbjudan/{invitation_id}/{key_for(app.config['PORTAL'].secret_key, invitation_purpose(invitation_id))}"


def invitation():
    return committed().scalars(select(Invitation).order_by(Invitation.id.desc())).first()


def test_an_ombud_invites_and_ends_and_both_stand_in_the_history(region, signed_in, client, app):
    ombud = signed_in(person(Role.OMBUD, region))
    address = f"/organisationer/{region.id}"
    assert ombud.post_form(f"{address}/bjud-in", data()).location.endswith(address)

    page = words(ombud.get(address).document)
    assert "Inbjudningar som väntar på svar" in page
    assert "Inbjudan skickad: Sara Exempel, representant" in page
    link = link_to(app, invitation().id)
    asked = client.get(link)
    assert "Region Egen vill ge dig en behörighet." in asked.text
    assert "minst 15 tecken" in client.post_form(link, {"password": "kort", "again": "kort"}).text
    assert client.post_form(link, {"password": PASSWORD, "again": PASSWORD}).status_code == 303
    assert client.get("/arenden/").status_code == 200, "signed in"
    assert client.get(link).status_code == 404

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


def test_who_has_an_account_signs_in_and_says_yes(region, signed_in, client, app):
    sara = UserFactory(email="sara@example.se", password_hash=hashed(PASSWORD))
    signed_in(person(Role.OMBUD, region)).post_form(f"/organisationer/{region.id}/bjud-in", data())
    link = link_to(app, invitation().id)
    asked = client.get(link)
    assert f"/logga-in?next={link}" in asked.text
    assert 'type="password"' not in asked.text

    browser = signed_in(sara)
    assert browser.post_form(link).location == "/organisation"
    assert browser.get("/arenden/").status_code == 200
    assert browser.get(link).status_code == 404


def test_somebody_else_is_told_whom_the_invitation_is_to(region, signed_in, app):
    ombud = signed_in(person(Role.OMBUD, region))
    ombud.post_form(f"/organisationer/{region.id}/bjud-in", data())
    link = link_to(app, invitation().id)

    assert "inloggad med en annan e-postadress" in ombud.get(link).text
    refused = ombud.post_form(link, at="/konto")
    assert refused.status_code == 422
    assert "Inbjudan är till en annan e-postadress än din." in refused.text


def test_a_no_and_a_taken_back_invitation_end_the_link(region, signed_in, client, app):
    ombud = signed_in(person(Role.OMBUD, region))
    ombud.post_form(f"/organisationer/{region.id}/bjud-in", data())
    link = link_to(app, invitation().id)
    assert client.post_form(f"{link}/nej").location == "/"
    assert "gäller inte längre" in client.get(link).text

    ombud.post_form(f"/organisationer/{region.id}/bjud-in", data())
    other = invitation().id
    assert ombud.post_form(f"/organisationer/inbjudningar/{other}/aterta").location.endswith(f"/{region.id}")
    assert client.get(link_to(app, other)).status_code == 404
    assert "Inbjudningar som väntar" not in ombud.get(f"/organisationer/{region.id}").text


def test_a_wrong_link_to_an_invitation_opens_nothing(region, signed_in, client, app):
    signed_in(person(Role.OMBUD, region)).post_form(f"/organisationer/{region.id}/bjud-in", data())
    number = invitation().id
    assert client.get(f"/inbjudan/{number}/{link_to(app, number + 1).rpartition('/')[2]}").status_code == 404


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
