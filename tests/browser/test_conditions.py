"""Questions show and hide while a person answers: with the script, without it, and for a screen reader."""

import re

import pytest
from playwright.sync_api import expect

from grantportal.domain.actors import Role
from grantportal.web import SESSION_COOKIE
from tests.support.applications import actor_of, applicant, begin, draft_of, open_call
from tests.support.browser import look
from tests.support.client import session_key
from tests.support.conditions import FORM
from tests.support.databases import postgresql_only
from tests.support.factories import OrganisationFactory

pytestmark = postgresql_only


@pytest.fixture
def user(database):
    return applicant(Role.OMBUD, OrganisationFactory(name="Region Exempel"))


@pytest.fixture
def application(user):
    return begin(actor_of(user), open_call(form=FORM))


def sign_in(context, live, user):
    context.add_cookies([{"name": SESSION_COOKIE, "value": session_key(user), "url": live}])


def saved(page):
    expect(page.locator("[data-save-state]")).to_have_text(re.compile(r"^\s*Sparat \d\d:\d\d$"), timeout=15_000)


def test_questions_follow_the_answers_while_somebody_writes(visitor, live, user, application):
    sign_in(visitor, live, user)
    page = visitor.new_page()
    page.goto(f"/ansokningar/{application.id}/avsnitt/om")
    how, name = page.get_by_role("group", name="På vilket sätt?"), page.get_by_label("Vad heter bolaget?")
    why, told = page.get_by_label("Varför så många?"), page.locator("[data-questions-told]")
    expect(how).to_be_hidden()
    page.get_by_label("På annat sätt").check()
    expect(how).to_be_visible()
    expect(told).to_have_text("En fråga till visas: På vilket sätt?")
    page.get_by_label("I ett bolag").check()
    name.fill("Vården AB")
    page.get_by_label("Hur många platser?").fill("10")
    expect(why).to_be_hidden()
    page.get_by_label("Hur många platser?").fill("11")
    expect(why).to_be_visible()
    saved(page)
    look(page, "a section with questions that have come")

    page.get_by_label("I en klinik").check()
    expect(how).to_be_hidden()
    expect(name).to_be_hidden()
    expect(told).to_have_text(
        "2 frågor visas inte längre: På vilket sätt? Vad heter bolaget? Det som är skrivet där finns kvar."
    )
    saved(page)
    look(page, "a section with questions that have gone")
    page.reload()
    expect(name).to_be_hidden()
    assert draft_of(actor_of(user), application)["q3"].text == "Vården AB"
    page.get_by_label("På annat sätt").check()
    expect(name).to_have_value("Vården AB")
    expect(name).to_be_visible()
    page.get_by_label("I flera").check()
    page.get_by_role("button", name="Spara och fortsätt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ungdomshem")

    utses, who = page.get_by_label("Hur utses hemmet?"), page.get_by_label("Vem på hemmet?")
    expect(utses).to_be_visible()
    page.get_by_label("Folåsa").check()
    expect(utses).to_be_hidden()
    expect(who).to_be_visible()
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.get_by_text("0 av 4 avsnitt är klara").or_(page.get_by_text("1 av 4 avsnitt är klara"))).to_be_visible()
    look(page, "a task list with a section that is not needed")


def test_without_a_script_the_questions_come_when_the_answers_are_saved(chromium, live, user, application):
    context = chromium.new_context(base_url=live, java_script_enabled=False)
    sign_in(context, live, user)
    page = context.new_page()
    page.goto(f"/ansokningar/{application.id}/avsnitt/forsakran")
    expect(page.get_by_text("Fler frågor visas när du har sparat.")).to_be_visible()
    who, which = page.get_by_label("Vem har kontrollerat dem?"), page.get_by_label("Vilken annan?")
    expect(who).to_be_hidden()
    page.get_by_label("Uppgifterna stämmer.").check()
    page.get_by_label("Annan", exact=True).check()
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.get_by_text("Svara också på: Vem har kontrollerat dem?, Vilken annan?")).to_be_visible()
    who.fill("Chefen")
    which.fill("Somatisk vård")
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.get_by_text("Försäkran är sparat.")).to_be_visible()
    context.close()
    kept = draft_of(actor_of(user), application)
    assert (kept["q13"].text, kept["q15"].text) == ("Chefen", "Somatisk vård")


def test_a_text_that_cannot_be_saved_stays_in_sight_when_its_question_is_hidden(visitor, live, user, application):
    sign_in(visitor, live, user)
    here = f"/ansokningar/{application.id}/avsnitt/om"
    page = visitor.new_page()
    page.goto(here)
    page.get_by_label("På annat sätt").check()
    page.get_by_label("I ett bolag").check()
    page.get_by_label("Vad heter bolaget?").fill("Ett alldeles för långt namn")
    page.get_by_label("I en klinik").check()
    expect(page.locator("[data-save-state]")).to_contain_text("men 1 svar behöver rättas", timeout=15_000)
    name = page.get_by_label("Vad heter bolaget?")
    expect(name).to_be_visible()
    expect(page.get_by_text("Med era andra svar ställs inte frågan.")).to_be_visible()
    page.get_by_label("Hur många platser?").fill("5")
    assert name.is_visible()
    look(page, "what cannot be saved")
    page.close()

    page = visitor.new_page()
    page.goto(here)
    name = page.get_by_label("Vad heter bolaget?")
    expect(name).to_have_value("Ett alldeles för långt namn")
    expect(name).to_be_visible(timeout=15_000)
    name.fill("")
    saved(page)
