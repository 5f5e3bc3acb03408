"""The list of ärenden by keyboard, and a view saved in a real browser."""

import pytest
from playwright.sync_api import expect

from grantportal import db
from grantportal.domain.actors import Role
from grantportal.domain.organisations import OrganisationKind
from grantportal.web import SESSION_COOKIE
from tests.support.browser import look
from tests.support.casework import ApplicationFactory, CallFactory
from tests.support.client import session_key
from tests.support.databases import postgresql_only
from tests.support.factories import OrganisationFactory, person

pytestmark = postgresql_only


@pytest.fixture
def page(database, visitor, live):
    """The officer's list, three cases in it."""
    call = CallFactory()
    for name in ("Region Ale", "Region Åre", "Region Öland"):
        ApplicationFactory(call=call, organisation=OrganisationFactory(name=name))
    authority = OrganisationFactory(kind=OrganisationKind.AUTHORITY)
    user = person(Role.HANDLAGGARE, authority)
    db.close_read_session()
    visitor.add_cookies([{"name": SESSION_COOKIE, "value": session_key(user), "url": live}])
    made = visitor.new_page()
    made.goto("/arenden/?ordning=arende")
    return made


def at(page, name):
    expect(page.get_by_role("link", name=name, exact=True)).to_be_focused()


def test_the_list_is_used_by_keyboard(page):
    look(page, "the list")
    page.get_by_role("link", name="Region Ale", exact=True).focus()
    page.keyboard.press("j")
    at(page, "Region Åre")
    page.keyboard.press("ArrowDown")
    at(page, "Region Öland")
    # The last one stays the last.
    page.keyboard.press("j")
    at(page, "Region Öland")
    page.keyboard.press("k")
    at(page, "Region Åre")
    page.keyboard.press("/")
    expect(page.locator("#sok")).to_be_focused()
    # Where somebody writes, every key is a letter.
    page.keyboard.type("j/k")
    expect(page.locator("#sok")).to_have_value("j/k")
    page.get_by_role("link", name="Region Åre", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Region Åre")


def test_outside_the_list_no_key_is_taken(page):
    page.get_by_role("link", name="Att göra").focus()
    for key in ("j", "/", "ArrowUp"):
        page.keyboard.press(key)
    expect(page.get_by_role("link", name="Att göra")).to_be_focused()


def test_a_view_is_saved_from_the_list_and_found_above_it(page):
    page.get_by_label("Läge").select_option(label="Att handlägga")
    page.get_by_role("button", name="Visa", exact=True).click()
    page.get_by_role("link", name="Spara som vy").click()
    look(page, "save a view")
    page.get_by_label("Vad ska vyn heta?").fill("Att ta tag i")
    page.get_by_role("button", name="Spara vyn").click()
    expect(page.get_by_role("link", name="Att ta tag i")).to_have_attribute("aria-current", "page")

    page.get_by_role("link", name="Ändra vyer").click()
    look(page, "the views")
    page.get_by_role("button", name="Börja listan med den här").click()
    page.get_by_role("link", name="Ärenden", exact=True).first.click()
    expect(page.get_by_label("Läge")).to_have_value("att-handlagga")
