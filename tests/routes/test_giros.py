"""Bankgiron through their pages: what somebody else has ended meanwhile takes no text with it."""

from datetime import UTC, datetime

import pytest

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.giros import ApproveGiro, AskForGiro, GiroCheck, RefuseGiro, VerifyGiro
from grantportal.domain.organisations import OrganisationKind
from grantportal.queries.accounts import actor_of
from grantportal.services import giros
from tests.support.client import token_in
from tests.support.factories import OrganisationFactory, person
from tests.support.pages import words
from tests.support.rows import committed


@pytest.fixture
def authority(database):
    return OrganisationFactory(kind=OrganisationKind.AUTHORITY)


@pytest.fixture
def ombud(database):
    return person(Role.OMBUD, OrganisationFactory(name="Region Åkerbo"))


@pytest.fixture
def asked(ombud):
    """The id of a giro that waits."""
    organisation_id = actor_of(ombud.id).mandates[0].organisation_id
    giro_id = giros.ask(actor_of(ombud.id), AskForGiro(organisation_id, "5050-1055"))
    committed()
    return giro_id


def refuse(authority, giro_id):
    """A colleague is first."""
    giros.refuse(actor_of(person(Role.FINANCE, authority).id), giro_id, RefuseGiro("Numret är en leverantörs."))
    committed()


@pytest.mark.parametrize(("page", "field"), [("kontrollera", "how"), ("underkann", "reason")])
def test_what_was_written_is_kept_when_a_colleague_was_first(signed_in, authority, asked, page, field):
    finance = signed_in(person(Role.FINANCE, authority))
    here = f"/bankgiron/{asked}/{page}"
    token = token_in(finance.get(here), here)
    refuse(authority, asked)

    answer = finance.post(here, data={"csrf_token": token, field: "Ringde växeln på Åkerbo.", "way": "called"})

    assert answer.status_code == 422
    assert "redan underkänt eller återtaget. Inget är ändrat." in words(answer.document)
    assert "Ringde växeln på Åkerbo." in answer.text


@pytest.mark.parametrize("page", ["kontrollera", "godkann", "underkann", "ta-tillbaka"])
def test_a_page_of_what_has_ended_leads_to_the_list_and_says_why(signed_in, authority, ombud, asked, page):
    refuse(authority, asked)
    browser = signed_in(ombud if page == "ta-tillbaka" else person(Role.FINANCE, authority))

    answer = browser.get(f"/bankgiron/{asked}/{page}")

    assert (answer.status_code, answer.location) == (302, "/bankgiron/")
    assert "redan underkänt eller återtaget" in words(browser.get("/bankgiron/").document)


def test_who_checks_and_approves_reads_the_new_number_beside_the_one_that_it_ends(signed_in, authority, ombud, asked):
    organisation_id = actor_of(ombud.id).mandates[0].organisation_id
    finance = [person(Role.FINANCE, authority) for _ in range(2)]
    browser = signed_in(finance[1])
    assert "Nytt bankgiro 5050-1055 Gäller nu Inget" in words(browser.get(f"/bankgiron/{asked}/kontrollera").document)
    assert "behöver attesteras igen" not in browser.get(f"/bankgiron/{asked}/godkann").text
    db.close_read_session()
    checked = VerifyGiro(GiroCheck.CALLED, "Ringde växeln och fick numret uppläst av ekonomichefen.")
    giros.verify(actor_of(finance[0].id), asked, checked)
    giros.approve(actor_of(finance[1].id), asked, ApproveGiro())
    new = giros.ask(actor_of(ombud.id), AskForGiro(organisation_id, "991-2346"))
    giros.verify(actor_of(finance[0].id), new, checked)
    committed()

    shown = words(browser.get(f"/bankgiron/{new}/godkann").document)

    assert "Nytt bankgiro 991-2346 Gäller nu 5050-1055" in shown
    assert "5050-1055 slutar gälla. Det som är attesterat för det" in shown


def test_a_number_that_another_has_is_asked_about_beside_its_field(signed_in, authority, asked):
    other = person(Role.OMBUD, OrganisationFactory(name="Region Andra"))
    giros.ask(actor_of(other.id), AskForGiro(actor_of(other.id).mandates[0].organisation_id, "5050-1055"))
    committed()
    finance, here = signed_in(person(Role.FINANCE, authority)), f"/bankgiron/{asked}/kontrollera"
    assert "Samma bankgiro har Region Andra." in words(finance.get(here).document)
    filled = {"way": "called", "how": "Ringde växeln på Åkerbo."}

    nothing = finance.post_form(here, {})
    without = finance.post_form(here, filled)
    done = finance.post_form(here, {**filled, "shared_reason": "De har samma servicenämnd."})

    assert (nothing.status_code, without.status_code, done.status_code) == (422, 422, 303)
    assert "Välj hur du kontrollerade numret" in words(nothing.document)
    assert "skriv skälet till att de delar det" in words(without.document)
    assert "Ringde växeln på Åkerbo." in without.text
    approving = signed_in(person(Role.FINANCE, authority)).get(f"/bankgiron/{asked}/godkann")
    assert "Skäl: De har samma servicenämnd." in words(approving.document)


def approved(ombud, finance, number, at):
    """The number is the organisation's from that moment, checked by one and approved by another."""
    with clock.at(at):
        asked = giros.ask(actor_of(ombud.id), AskForGiro(actor_of(ombud.id).mandates[0].organisation_id, number))
        why = "De har samma servicenämnd."
        checked = VerifyGiro(GiroCheck.CALLED, "Ringde växeln och fick numret uppläst av ekonomichefen.", why)
        giros.verify(actor_of(finance[0].id), asked, checked)
        giros.approve(actor_of(finance[1].id), asked, ApproveGiro(why))
    committed()


def test_the_list_has_the_numbers_before_and_marks_one_that_two_organisations_have(signed_in, authority, ombud):
    finance = [person(Role.FINANCE, authority) for _ in range(2)]
    other = person(Role.OMBUD, OrganisationFactory(name="Region Andra"))
    for number, month in (("5050-1055", 1), ("5200-1005", 3), ("991-2346", 5)):
        approved(ombud, finance, number, datetime(2020, month, 4, 9, tzinfo=UTC))
    approved(other, finance, "991-2346", datetime(2020, 6, 4, 9, tzinfo=UTC))

    shown = words(signed_in(finance[0]).get("/bankgiron/").document)
    own = words(signed_in(ombud).get("/bankgiron/").document)

    before = (
        "Tidigare 5200-1005, från 4 mars 2020 till 4 maj 2020 Tidigare 5050-1055, från 4 januari 2020 till 4 mars 2020"
    )
    assert f"Region Åkerbo 991-2346 Samma bankgiro har Region Andra. {before}" in shown
    assert "Region Andra 991-2346 Samma bankgiro har Region Åkerbo. Skäl: De har samma servicenämnd. Gäller" in shown
    assert f"991-2346 {before}" in own
    assert "Region Andra" not in own


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("5200-30\t01", "Det ser ut som flera tal i samma fält."),
        ("5200-30\r\n01", "Det ser ut som flera tal i samma fält."),
        ("9912-346", "Kontrollera bankgironumret. Bindestrecket ska stå före de fyra sista siffrorna"),
    ],
)
def test_what_is_no_one_number_is_refused_beside_its_field(signed_in, ombud, typed, said):
    browser = signed_in(ombud)
    whose = {"organisation": actor_of(ombud.id).mandates[0].organisation_id}

    refused = browser.post_form("/bankgiron/nytt", {**whose, "number": typed})
    taken = browser.post_form("/bankgiron/nytt", {**whose, "number": " 5200 3001\t"})

    assert (refused.status_code, taken.status_code) == (422, 303)
    assert f"Fel: {said}" in words(refused.document)
