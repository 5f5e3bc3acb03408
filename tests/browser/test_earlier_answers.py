"""An earlier answer is used, edited and looked over, in a real browser: with script and without it."""

import pytest
from playwright.sync_api import expect

from grantportal.domain.actors import Role
from grantportal.web import SESSION_COOKIE
from tests.support.applications import actor_of, another_call, applicant, begin, draft_of, handed_in, open_call
from tests.support.browser import look
from tests.support.client import session_key
from tests.support.factories import OrganisationFactory

MARK = "Hämtat från Statsbidrag för 2021 och 2022, inte ändrat än"


@pytest.fixture
def user(database):
    return applicant(Role.OMBUD, OrganisationFactory(name="Region Exempel"))


def test_an_earlier_answer_is_used_and_its_mark_goes_with_the_first_edit(visitor, live, user):
    who = actor_of(user)
    handed_in(who, open_call())
    application = begin(who, another_call("Statsbidrag för nästa år"))
    visitor.add_cookies([{"name": SESSION_COOKIE, "value": session_key(user), "url": live}])
    page = visitor.new_page()
    page.goto(f"/ansokningar/{application.id}/avsnitt/arbetet")
    look(page, "a section with earlier answers")

    page.get_by_role("button", name="Använd svaret på Vilka behov?").click()
    need = page.get_by_label("Vilka behov?", exact=True)
    expect(need).to_have_value("Unga med stora behov.\n\nOch deras familjer.")
    expect(page.get_by_text(MARK)).to_be_visible()
    look(page, "a section with an earlier answer in use")

    # Another question is written in, and saved while the person writes: the mark stays.
    plan = page.get_by_label("Vilken tidplan?", exact=True)
    plan.fill("Start våren 2024.")
    expect(page.locator("[data-save-state]")).to_contain_text("Sparat")
    expect(page.get_by_text(MARK)).to_be_visible()
    assert draft_of(who, application)["q5"].fetched_from

    # What is typed is never written over: both texts, and a choice.
    page.get_by_role("button", name="Använd svaret på Vilken tidplan?").click()
    expect(page.get_by_role("heading", name="Ni har redan ett svar: Vilken tidplan?")).to_be_visible()
    assert draft_of(who, application)["q6"].text == "Start våren 2024."
    look(page, "an earlier answer beside the one that is there")
    page.get_by_label("Det som är sparat nu").check()
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.get_by_text("1 hämtat svar att se över")).to_be_visible()
    assert draft_of(who, application)["q6"].text == "Start våren 2024."

    page.goto(f"/ansokningar/{application.id}/kontrollera")
    look(page, "answers to look over before handing in")
    page.get_by_role("link", name="Vilka behov?", exact=True).first.click()
    page.get_by_label("Vilka behov?", exact=True).fill("Fler unga med stora behov.")
    expect(page.get_by_text(MARK)).to_have_count(0)
    expect(page.locator("[data-save-state]")).to_contain_text("Sparat")
    assert not draft_of(who, application)["q5"].fetched_from
