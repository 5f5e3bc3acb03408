"""A region asks and the authority answers: in a real browser, with a double click and the way back."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from grantportal import db, worker
from grantportal.domain.actors import Role
from grantportal.domain.organisations import OrganisationKind
from grantportal.models.messages import Message
from grantportal.settings import Settings
from grantportal.web import SESSION_COOKIE
from tests.support.browser import look, visiting
from tests.support.casework import ApplicationFactory
from tests.support.client import session_key
from tests.support.databases import postgresql_only
from tests.support.factories import OrganisationFactory, person
from tests.support.rows import committed

pytestmark = postgresql_only


@pytest.fixture
def page_of(chromium, live):
    """A page of a person's own browser."""
    open_now = []

    def opened(user):
        context = visiting(chromium, live)
        browser = context.__enter__()
        open_now.append(context)
        browser.add_cookies([{"name": SESSION_COOKIE, "value": session_key(user), "url": live}])
        return browser.new_page()

    yield opened
    for context in open_now:
        context.__exit__(None, None, None)


def test_a_question_is_sent_once_told_and_answered(page_of, tmp_path):
    application = ApplicationFactory()
    case = f"/arenden/{application.case_id}"
    region = page_of(person(Role.UPPGIFTSSAMORDNARE, application.organisation))
    officer = page_of(
        person(Role.HANDLAGGARE, OrganisationFactory(kind=OrganisationKind.AUTHORITY, name="Myndigheten"))
    )
    db.close_read_session()

    region.goto(case)
    region.get_by_role("button", name="Skriv meddelande").click()
    region.get_by_label("Meddelande", exact=True).fill("Hur räknas resor?")
    region.get_by_role("button", name="Skicka meddelandet").dblclick()
    expect(region.get_by_text("skickat").first).to_be_visible()
    region.go_back()
    region.get_by_label("Meddelande", exact=True).fill("Hur räknas resor?")
    region.get_by_role("button", name="Skicka meddelandet").click()
    expect(region.get_by_text("redan skickat")).to_be_visible()
    assert committed().scalar(select(func.count(Message.id))) == 1
    db.close_read_session()

    worker.drain(Settings(instance=tmp_path, secret_key="tests"))
    officer.goto("/meddelanden")
    expect(officer.get_by_role("link", name="Meddelanden 1 olästa")).to_be_visible()
    look(officer, "the notices")
    officer.get_by_role("main").get_by_role("link", name="Nytt meddelande från").click()
    expect(officer.get_by_role("heading", name="Nytt.")).to_be_visible()
    expect(officer.get_by_role("link", name="Meddelanden", exact=True)).to_be_visible()
    officer.get_by_label("Meddelande", exact=True).fill("Som lön.")
    officer.get_by_role("button", name="Skicka meddelandet").click()
    look(officer, "the thread")

    region.goto(case)
    expect(region.get_by_role("article").first).to_contain_text("Som lön.")
    look(region, "the case with its messages")
    region.get_by_role("button", name="Skriv meddelande").click()
    region.get_by_label("Meddelande", exact=True).fill("Gäller läkaren 811218-9876")
    region.get_by_role("button", name="Skicka meddelandet").click()
    expect(region.get_by_role("alert").get_by_text("personnummer")).to_be_visible()
    look(region, "the warning")
