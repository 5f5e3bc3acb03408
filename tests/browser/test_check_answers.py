"""Kontrollera era svar: each line leads to its field, whatever the type of the question, and the field has the focus."""

from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from grantportal.domain.actors import Role
from grantportal.domain.answers import Staff
from grantportal.domain.forms import Question, QuestionType, Section
from grantportal.queries import applications as queries
from grantportal.web import SESSION_COOKIE
from tests.support.applications import DEFINITION, actor_of, applicant, begin, open_call, write
from tests.support.browser import look
from tests.support.client import session_key
from tests.support.databases import postgresql_only
from tests.support.factories import OrganisationFactory

pytestmark = postgresql_only

HOMES = replace(DEFINITION.questions[6], required=True)
FILES = (
    Question(10, QuestionType.ATTACHMENT, "Bifoga intyg"),
    Question(11, QuestionType.ATTACHMENT, "Bifoga mer", required=False),
)
FORM = replace(
    DEFINITION,
    sections=(
        *(replace(each, questions=(HOMES,)) if each.key == "ungdomshem" else each for each in DEFINITION.sections),
        Section("bilagor", "Bilagor", "Till sist", FILES),
    ),
)


@pytest.fixture
def user(database):
    return applicant(Role.OMBUD, OrganisationFactory(name="Region Exempel"))


def lines(page, application):
    page.goto(f"/ansokningar/{application.id}/kontrollera")
    links = page.locator(".govuk-error-summary__list a")
    return [link.get_attribute("href") for link in links.all()]


def test_every_line_leads_to_its_field(visitor, live, user):
    who = actor_of(user)
    application = begin(who, open_call(form=FORM))
    row = Staff("läkare", {2021: 50, 2022: None}, {2021: 100, 2022: None}).text()
    write(who, application, {"q5": "Kort.", "q8-s0": row, "q8-s1": Staff("", {2021: 50, 2022: 50}, {2021: 1}).text()})
    visitor.add_cookies([{"name": SESSION_COOKIE, "value": session_key(user), "url": live}])
    page = visitor.new_page()
    found = lines(page, application)
    look(page, "check your answers with errors and remarks")
    fields = {urlsplit(address).fragment for address in found}
    assert {"q1", "q2-0", "q3-0", "q4", "q5", "q6", "q7-0", "q9", "q10", "q11"} <= fields
    assert {"q8-s0_percent2022", "q8-s0_cost2022", "q8-s1_profession", "q8-s0_cost2021"} <= fields
    for address in found:
        page.goto(f"/ansokningar/{application.id}/kontrollera")
        page.locator(f'.govuk-error-summary__list a[href="{address}"]').first.click()
        expect(page.locator(f"[id='{urlsplit(address).fragment}']")).to_be_focused()


def test_a_budget_where_nothing_is_sought_is_reached_by_its_heading(visitor, live, user):
    who = actor_of(user)
    application = begin(who, open_call(form=FORM))
    around = queries.surroundings(application.call)
    categories = around.amount_categories(FORM.questions[7])
    write(who, application, {f"q8-y{year}_c{each.id}": "0" for year in around.years for each in categories})
    visitor.add_cookies([{"name": SESSION_COOKIE, "value": session_key(user), "url": live}])
    page = visitor.new_page()
    (address,) = [each for each in lines(page, application) if each.endswith("#q8")]
    page.goto(address)
    expect(page.get_by_role("heading", name="Vad söker ni?")).to_be_focused()
