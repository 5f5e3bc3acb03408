"""An officer compares and proposes, a decider decides, the region reads: in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from grantportal import db
from grantportal.domain.actors import Role
from grantportal.domain.decisions import SendCommunication
from grantportal.models.accounts import User
from grantportal.queries.accounts import actor_of
from grantportal.services import communications
from grantportal.web import SESSION_COOKIE
from tests.support import plenty
from tests.support.browser import look
from tests.support.client import session_key
from tests.support.databases import postgresql_only
from tests.support.decidable import (
    actor_with,
    application,
    decided,
    extra_call,
    hear_nobody,
    programme,
    proposed,
    tomorrow,
)
from tests.support.factories import OrganisationFactory
from tests.support.rows import committed

pytestmark = postgresql_only


@pytest.fixture
def pilot(database):
    return programme(frame=3_000_000)


@pytest.fixture
def open_as(visitor, live):
    """A page of an actor's; the next one is another person in the same browser."""

    def opened(actor, path):
        user = committed().get_one(User, actor.user_id)
        db.close_read_session()
        visitor.clear_cookies()
        visitor.add_cookies([{"name": SESSION_COOKIE, "value": session_key(user), "url": live}])
        page = visitor.new_page()
        page.goto(path)
        return page

    return opened


def region(name):
    return OrganisationFactory(name=f"Region {name}")


def test_from_comparison_to_the_partys_own_reading(pilot, open_as):
    skane, halland = application(pilot, region("Skåne")), application(pilot, region("Halland"))
    hear_nobody(pilot, skane)
    sent = communications.send(pilot.officer, halland.id, SendCommunication("Underlag från SiS.", tomorrow()))

    page = open_as(pilot.officer, f"/utlysningar/{pilot.call.id}/jamfor")
    look(page, "the comparison, empty")
    page.get_by_role("button", name="Allt som sökts").click()
    left = page.locator('[data-left="2021"]').first
    expect(left).to_have_text("1\u00a0000\u00a0000\u00a0kr")
    expect(page.get_by_text("Du provar belopp.")).to_be_visible()
    page.get_by_label("Föreslaget 2021, Region Halland, kronor").fill("2 900 000")
    expect(page.get_by_text("Över ramen med").first).to_be_visible()
    expect(page.get_by_text("Förslaget går över ramen.")).to_be_visible()
    page.get_by_role("button", name="Återställ").click()
    page.get_by_role("button", name="90 procent till alla").click()
    page.get_by_role("button", name="Spara förslaget").click()
    expect(page.get_by_text("Förslaget är sparat.")).to_be_visible()
    look(page, "the comparison, saved")

    page.get_by_role("link", name=re.compile("Skäl och villkor.*Region Skåne")).click()
    look(page, "the proposal")
    page.get_by_role("button", name="Lämna till beslut").click()
    expect(page.get_by_role("link", name="Skriv skälen. Ange regler och vad som avgjorde.")).to_be_visible()
    look(page, "the proposal, refused")
    page.get_by_label("Skäl", exact=True).fill("Ansökan ryms i uppdraget.")
    page.get_by_role("button", name="Lämna till beslut").click()
    expect(page.get_by_text("Väntar på beslut").first).to_be_visible()
    look(page, "the proposal as its officer reads it")

    page = open_as(pilot.decider, "/beslut/")
    look(page, "the list")
    page.get_by_role("link", name="Region Skåne").click()
    page.get_by_role("button", name="Läs och fatta beslut").click()
    look(page, "before deciding")
    page.get_by_role("button", name="Fatta beslut").click()
    expect(page.get_by_text("Beslutet är fattat.")).to_be_visible()
    look(page, "the decision")

    page = open_as(pilot.registrar, page.url)
    page.get_by_role("button", name="Skicka beslutet").click()
    look(page, "before sending")
    page.get_by_role("button", name="Skicka beslutet").click()
    expect(page.get_by_text("Beslutet är skickat till parten.")).to_be_visible()

    page = open_as(actor_with(Role.OMBUD, skane.organisation), page.url)
    expect(page.get_by_role("heading", name="Nästa för er")).to_be_visible()
    look(page, "the party's decision")

    page = open_as(actor_with(Role.REPRESENTANT, halland.organisation), f"/kommunicering/{sent}")
    look(page, "the material")
    page.get_by_role("button", name="Lämna synpunkter").click()
    look(page, "the reply")
    page.get_by_label("Era synpunkter").fill("Vi delar bedömningen.")
    page.get_by_role("button", name="Skicka in synpunkter").click()
    expect(page.get_by_text("Vi delar bedömningen.")).to_be_visible()


def test_what_waits_for_a_decision_counts_while_other_amounts_are_tried(pilot, open_as):
    proposed(pilot, application(pilot, region("Skåne")))
    application(pilot, region("Halland"))

    page = open_as(pilot.officer, f"/utlysningar/{pilot.call.id}/jamfor")
    left = page.locator('[data-left="2021"]').first
    expect(left).to_have_text("2\u00a0000\u00a0000\u00a0kr")
    page.get_by_label("Föreslaget 2021, Region Halland, kronor").fill("500 000")
    expect(left).to_have_text("1\u00a0500\u00a0000\u00a0kr")
    expect(page.locator('[data-sum="2021"]').first).to_have_text("1\u00a0500\u00a0000")
    page.get_by_role("button", name="Återställ").click()
    expect(left).to_have_text("2\u00a0000\u00a0000\u00a0kr")


def test_omfordelning_beside_its_frame(pilot, open_as):
    ordinary = application(pilot, region("Skåne"))
    decided(pilot, proposed(pilot, ordinary))
    extra = extra_call(pilot)
    application(extra, ordinary.organisation, parent=ordinary)
    page = open_as(pilot.officer, f"/utlysningar/{extra.call.id}/jamfor")
    look(page, "omfördelning")
    page.goto(f"/ansokningar/{ordinary.id}/forslag")
    look(page, "a proposal that is decided")
    waiting = application(pilot, region("Halland"))
    page.goto(f"/ansokningar/{waiting.id}/kommunicera")
    look(page, "sending material")
    page.goto(f"/ansokningar/{waiting.id}/kommunicering-behovs-inte")
    look(page, "skipping kommunicering")
    page = open_as(pilot.decider, f"/beslut/{proposed(pilot, waiting)}/lamna-tillbaka")
    look(page, "returning")


@pytest.mark.parametrize("width", [1280, 360])
def test_a_comparison_that_is_wider_than_the_screen_says_so_and_keeps_the_region_in_sight(database, open_as, width):
    of = plenty.ground(years=(2021, 2022, 2023, 2024))
    plenty.applications(of, 60)
    page = open_as(actor_of(of.officer.id), f"/utlysningar/{of.call}/jamfor?sida=2")
    look(page, "a wide comparison")
    page.set_viewport_size({"width": width, "height": 900})
    expect(page.get_by_text("Tabellen är bred. Dra den i sidled.")).to_be_visible()

    page.locator(".bp-scroll").evaluate("box => { box.scrollLeft = box.scrollWidth }")
    box, region, last = (
        page.locator(each).first.bounding_box()
        for each in (".bp-scroll", ".bp-compare tbody th", ".bp-compare tbody td:last-child")
    )
    assert abs(region["x"] - box["x"]) < 3
    assert last["x"] + last["width"] <= box["x"] + box["width"] + 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
