"""A person gets a link, chooses a password, and signs in with engångskod, in a real browser."""

from datetime import timedelta

import pyotp
from playwright.sync_api import expect

from grantportal.domain import clock
from grantportal.domain.accounts import CreateUser
from grantportal.domain.actors import SYSTEM
from grantportal.services import accounts
from tests.support.browser import look
from tests.support.databases import postgresql_only

PASSWORD = "en lång mening som ingen gissar"


@postgresql_only
def test_from_the_link_to_a_code(visitor):
    key = accounts.create_user(SYSTEM, CreateUser("Ny Exempel", "ny@example.se"), link_hours=1)
    page = visitor.new_page()
    page.goto(f"/valkommen/{key}")
    page.get_by_label("Lösenord", exact=True).fill(PASSWORD)
    page.get_by_label("Lösenordet en gång till").fill(PASSWORD)
    page.get_by_role("button", name="Välj lösenordet").press("Enter")

    page.goto("/konto/engangskod")
    page.get_by_role("button", name="Fortsätt").press("Enter")
    look(page, "the key for the person's app")
    secret = page.get_by_text("Nyckel:").inner_text().removeprefix("Nyckel:").replace(" ", "")
    app = pyotp.TOTP(secret)
    page.get_by_label("Ditt lösenord").fill(PASSWORD)
    page.get_by_label("Engångskod").fill(app.at(clock.real_now()))
    page.get_by_role("button", name="Slå på engångskod").press("Enter")
    page.goto("/konto/engangskod/stang-av")
    look(page, "turn off the engångskod")
    page.get_by_role("button", name="Logga ut").press("Enter")

    page.goto("/logga-in")
    page.get_by_label("E-postadress").fill("ny@example.se")
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Logga in").press("Enter")
    look(page, "the code")
    # Each code counts once: the next one, which the portal takes as early as half a minute.
    page.get_by_label("Engångskod").fill(app.at(clock.real_now() + timedelta(seconds=30)))
    page.get_by_role("main").get_by_role("button", name="Logga in").press("Enter")
    expect(page.get_by_role("button", name="Logga ut")).to_be_visible()
