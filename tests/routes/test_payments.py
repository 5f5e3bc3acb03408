"""Utbetalningar through their pages: what is ticked is posted by a browser, or by somebody else."""

from datetime import timedelta

import pytest

from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.giros import GiroCheck
from grantportal.domain.payments import PaymentStatus
from grantportal.models.decisions import Decision
from grantportal.models.organisations import BankGiro
from grantportal.models.payments import Payment
from tests.services.test_verification import tamper
from tests.support.decidable import unlocked
from tests.support.factories import OrganisationFactory, UserFactory, person
from tests.support.pages import words
from tests.support.payable import MADE_AT, giro, payable, programme
from tests.support.rows import committed, saved

LISTING = "/utbetalningar/att/registrera"


@pytest.fixture
def finance(signed_in):
    return signed_in(person(Role.FINANCE, OrganisationFactory()))


@pytest.mark.parametrize("ticked", ["", "x", "0", "-1", "9" * 30, "9" * 5_000])
def test_what_names_no_payment_is_asked_for_again(finance, ticked):
    payment = payable(programme(), OrganisationFactory())

    page = finance.post_form(LISTING, {"payments": ticked})

    assert page.status_code == 422
    assert "Välj minst en utbetalning." in page.text
    assert committed().get_one(Payment, payment.id).status is PaymentStatus.PLANNED


def test_posted_twice_registers_once_and_says_so(finance):
    payment = payable(programme(), OrganisationFactory())

    first = finance.post_form(LISTING, {"payments": payment.id})
    second = finance.post_form(LISTING, {"payments": payment.id})

    assert (first.status_code, second.status_code) == (303, 422)
    assert "inte i det läget längre. Inget ändrades." in second.text
    assert committed().get_one(Payment, payment.id).status is PaymentStatus.REGISTERED


@pytest.fixture
def second(signed_in):
    return signed_in(person(Role.FINANCE, OrganisationFactory()))


ATTESTING, BATCHING = "/utbetalningar/att/attestera", "/utbetalningar/att/underlag"


def ticked(attestant):
    """What the attestant's page sends when every box of it is ticked: the payments, with the giros that it shows."""
    boxes = attestant.get(ATTESTING).document.iterfind(".//input[@name='payments']")
    return {"payments": [box.get("value") for box in boxes]}


def attested(finance, second, *, planned_on=None):
    """A payment that one has registered and another attested, as their pages post it."""
    region = OrganisationFactory(name="Region Provstad")
    giro(region)
    payment = payable(programme(), region, planned_on=planned_on)
    assert finance.post_form(LISTING, {"payments": payment.id}).status_code == 303
    assert second.post_form(ATTESTING, ticked(second)).status_code == 303
    return payment


def test_what_is_planned_later_is_put_in_an_underlag_with_a_reason_that_is_shown(finance, second):
    payment = attested(finance, second, planned_on=clock.today() + timedelta(days=1))
    assert "Varför betalas det före planerad dag?" in finance.get(BATCHING).text

    refused = finance.post_form(BATCHING, {"payments": payment.id, "early_reason": ""})
    empty = finance.post_form(BATCHING, {"payments": payment.id, "early_reason": "Ok, ok."})
    made = finance.post_form(BATCHING, {"payments": payment.id, "early_reason": "Planerad dag är en lördag."})

    assert (refused.status_code, empty.status_code, made.status_code) == (422, 422, 303)
    assert "Planerad dag är senare: Region Provstad 2021" in refused.text
    assert "med några ord" in empty.text
    assert "Ok, ok.</textarea>" in empty.text
    assert "Skäl: Planerad dag är en lördag." in finance.get(made.location).text


def test_a_row_whose_application_is_withdrawn_says_so_and_its_reason_is_asked_for(finance, second):
    region = OrganisationFactory(name="Region Provstad")
    giro(region)
    payment = payable(programme(), region)
    said, asked = "innan beslutet skickades.", "Varför betalas det fast ansökan är återkallad?"
    assert said not in finance.get(LISTING).text
    assert asked not in finance.get(LISTING).text
    unlocked(committed().get_one(Decision, payment.decision_id).application, withdrawn_at=MADE_AT)
    committed()
    why = {"withdrawn_reason": "Regionen har ångrat återkallelsen."}

    for page, who in ((LISTING, finance), (ATTESTING, second), (BATCHING, finance)):
        shown = words(who.get(page).document)
        assert "Parten återkallade ansökan den 30 juni 2020, innan beslutet skickades." in shown
        assert asked in shown
        boxes = {
            "payments": [box.get("value") for box in who.get(page).document.iterfind(".//input[@name='payments']")]
        }
        refused = who.post_form(page, boxes)
        assert refused.status_code == 422
        assert "Region Provstad 2021 (30 juni 2020). Ta inte med den" in words(refused.document)
        done = who.post_form(page, boxes | why)
        assert done.status_code == 303

    batch = done.location
    assert "innan beslutet skickades." in words(finance.get(batch).document)
    assert said in words(finance.get(f"/arenden/{payment.case_id}").document)


def test_nothing_asks_why_where_nothing_is_early(finance, second):
    attested(finance, second)
    assert "Varför betalas det före planerad dag?" not in finance.get(BATCHING).text


def test_what_the_bank_did_too_soon_is_asked_about_and_then_entered_as_it_was(finance, second):
    payment = attested(finance, second)
    page = finance.post_form(BATCHING, {"payments": payment.id}).location
    before = {"payments": payment.id, "paid_on": clock.today() - timedelta(days=1)}
    assert "Varför avviker betalningen?" not in finance.get(page).text

    asked = finance.post_form(page, before)
    entered = finance.post_form(page, {**before, "reason": "Banken betalade ur en äldre fil."})

    assert (asked.status_code, entered.status_code) == (422, 303)
    assert "Region Provstad 2021: betald innan underlaget skapades" in asked.text
    assert "Varför avviker betalningen?" in asked.text
    shown = finance.get(page).text
    assert "Avviker: betald innan underlaget skapades" in shown
    assert "Skäl: Banken betalade ur en äldre fil." in shown
    assert "Avviker: betald innan underlaget skapades" in finance.get("/utbetalningar/").text


def test_what_is_attested_and_registered_is_taken_back_with_a_reason(finance, second):
    payment = attested(finance, second)
    back = {"payments": payment.id, "tillbaka": "ja"}

    nothing_said = finance.post_form(BATCHING, {**back, "reason": ""})
    assert nothing_said.status_code == 422
    assert "Skriv varför" in nothing_said.text
    assert committed().get_one(Payment, payment.id).status is PaymentStatus.ATTESTED

    for page, status in ((BATCHING, PaymentStatus.REGISTERED), (ATTESTING, PaymentStatus.PLANNED)):
        assert finance.post_form(page, {**back, "reason": "Ramen ska ändras först."}).status_code == 303
        assert committed().get_one(Payment, payment.id).status is status


def registered(finance, region):
    payment = payable(programme(), region)
    assert finance.post_form(LISTING, {"payments": payment.id}).status_code == 303
    return payment


def test_the_attestant_sees_the_giro_and_how_it_was_checked(finance, second):
    region = OrganisationFactory(name="Region Provstad")
    giro(region, verified_way=GiroCheck.CALLED, verified_how="Läste upp numret för ekonomichefen.")
    registered(finance, region)

    said = words(second.get(ATTESTING).document)

    assert "5050-1055" in said
    assert "Gäller sedan 10 december 2020. Kontrollerat 30 juni 2020 av" in said
    assert "Ringde ett nummer som vi redan hade" in said
    assert "Läste upp numret för ekonomichefen. Godkänt av" in said
    assert "Nytt giro" not in said


def test_a_new_giro_and_one_that_another_has_are_said_to_both_persons(finance, second):
    region, other = OrganisationFactory(name="Region Provstad"), OrganisationFactory(name="Region Andra")
    today, at = clock.today(), clock.now()
    giro(region, "991-2346", valid_to=today, approved_at=at - timedelta(days=90))
    since = today - timedelta(days=30)
    new = giro(region, valid_from=since, approved_at=at, shared_reason="Samma servicenämnd betalar.")
    giro(other)
    payment = payable(programme(), region)
    day = " ".join(clock.day_text(today - timedelta(days=30)).split())
    warned = f"Nytt giro sedan {day}, tidigare 991-2346."
    shared = "Samma bankgiro har Region Andra. Skäl: Samma servicenämnd betalar."

    to_register = words(finance.get(LISTING).document)
    finance.post_form(LISTING, {"payments": payment.id})
    to_attest = words(second.get(ATTESTING).document)

    for said in (to_register, to_attest):
        assert warned in said
        assert shared in said
    tamper(f"UPDATE bank_giros SET valid_from = '{today - timedelta(days=31)}' WHERE id = {new.id}")
    assert "Nytt giro" not in words(second.get(ATTESTING).document)


def test_a_giro_that_changes_while_the_page_is_open_is_shown_before_it_is_attested(finance, second):
    region = OrganisationFactory(name="Region Provstad")
    first = giro(region)
    payment = registered(finance, region)
    before = ticked(second)
    unlocked(first, valid_to=clock.today())
    giro(region, "991-2346")

    answer = second.post_form(ATTESTING, before)

    assert answer.status_code == 422
    assert "Bankgirot till Region Provstad är ändrat sedan du öppnade sidan. Nu gäller 991-2346." in words(
        answer.document
    )
    box = answer.document.find(".//input[@name='payments']")
    assert box.get("checked") is not None
    assert before["payments"] != [box.get("value")]
    assert second.post_form(ATTESTING, {"payments": box.get("value")}).status_code == 303
    assert committed().get_one(Payment, payment.id).giro == "991-2346"


def test_whoever_approves_a_giro_reads_that_his_attestation_fell(finance, second):
    region = OrganisationFactory(name="Region Provstad")
    giro(region)
    registered(finance, region)
    second.post_form(ATTESTING, ticked(second))
    asked = saved(
        BankGiro(
            organisation_id=region.id,
            number="991-2346",
            asked_by_id=UserFactory().id,
            asked_at=clock.now(),
            verified_by_id=UserFactory().id,
            verified_at=clock.now(),
            verified_way=GiroCheck.CALLED,
            verified_how="Ringde växeln och fick det uppläst.",
        )
    )

    second.post_form(f"/bankgiron/{asked.id}/godkann", {})

    assert "Attesten av 1 utbetalning gäller inte längre: någon ska attestera igen." in words(
        second.get("/bankgiron/").document
    )


@pytest.mark.parametrize("forged", ["{}", "{}:", "{}:0", "{}:x", "{}:-1", "{}:99999999999"])
def test_a_box_without_the_giro_that_was_shown_attests_nothing(finance, second, forged):
    region = OrganisationFactory()
    giro(region)
    payment = registered(finance, region)

    answer = second.post_form(ATTESTING, {"payments": forged.format(payment.id)})

    assert answer.status_code == 422
    assert committed().get_one(Payment, payment.id).status is PaymentStatus.REGISTERED
