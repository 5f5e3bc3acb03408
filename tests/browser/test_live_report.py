"""The pages of a report tell the truth while somebody writes: figures, comments that are needed, states and errors."""

import re

import pytest
from playwright.sync_api import expect

from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.reports import SaveCost, SaveEconomy
from grantportal.services import reports as services
from grantportal.web import SESSION_COOKIE
from tests.support.browser import look, save
from tests.support.client import session_key
from tests.support.databases import postgresql_only
from tests.support.reporting import COSTS, OPENED, attest, fill_economy, filled, grantee
from tests.support.reporting import page as report_page

pytestmark = [postgresql_only, pytest.mark.usefixtures("_open")]


@pytest.fixture
def _open():
    with clock.at(OPENED):
        yield


@pytest.fixture
def region(database):
    return grantee()


@pytest.fixture
def opened(visitor, live, region):
    """Opens a page of the report as the region's person with a role."""

    def of(rest, role=Role.OMBUD):
        visitor.add_cookies([{"name": SESSION_COOKIE, "value": session_key(region.users[role]), "url": live}])
        page = visitor.new_page()
        page.goto(f"/aterrapporteringar/{region.report.id}{rest}")
        return page

    return of


def field(page, place, part):
    return page.locator(f"input[id$=_{part}], textarea[id$=_{part}]").nth(place)


def saved(page):
    expect(page.locator("[data-save-state]")).to_have_text(re.compile(r"Sparat \d\d:\d\d"), timeout=15_000)


COUNTED = "[data-counted], [data-note], [data-beyond], [data-sum], [data-missing], [data-fact], [data-comment-of] .govuk-hint:first-of-type"


def told(page) -> list[str]:
    """What the economy page says of the figures, wherever it says it."""
    return [each.strip() for each in page.locator(COUNTED).all_text_contents()]


ENDED = "Ekonomin var intygad och behöver intygas igen."


def change_a_cost(region):
    row = report_page(region).economy.rows[0]
    services.save_economy(
        region.actor(Role.APPLICANT_ECONOMIST),
        region.report.id,
        SaveEconomy({row.category_id: SaveCost({"cost": 1_018_461}, row.stamp)}),
    )


def look_anew(page):
    """As when the person comes back to the tab: the page asks how it is."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_figures_and_needed_comments_follow_each_key(opened, region):
    fill_economy(region)
    page = opened("/ekonomi")
    travel = page.locator("tbody tr").nth(3)
    comment = field(page, 3, "comment")
    expect(travel.locator("[data-note]")).to_have_text("Kommenterad")

    field(page, 3, "cost").fill("9 000 000")

    expect(travel.locator("[data-counted=charged]")).to_have_text("1\u00a0735\u00a0135")
    expect(travel.locator("[data-counted=deviation]")).to_have_text("8\u00a0928\u00a0000")
    expect(travel.locator("[data-beyond]")).to_have_text("7\u00a0264\u00a0865\u00a0kr går över det utbetalda")
    expect(travel.locator("[data-note]")).to_have_text("Kommentera på nytt")
    expect(page.locator("tfoot [data-counted=charged]")).to_have_text("2\u00a0913\u00a0808")
    expect(page.locator("[data-fact=beyond]")).to_have_text("7\u00a0264\u00a0865\u00a0kr")
    expect(page.locator("[data-fact=unspent]")).to_have_text("0\u00a0kr")
    still = page.get_by_label("Kommentaren stämmer fortfarande").locator("visible=true")
    expect(still).to_have_count(1)

    comment.fill("Chartrat flyg hela året.")
    expect(travel.locator("[data-note]")).to_have_text("Kommenterad")
    expect(still).to_have_count(0)
    saved(page)
    look(page, "an economy that follows the typing")

    field(page, 3, "cost").fill("14 782")
    expect(travel.locator("[data-note]")).to_have_text("Kommentera på nytt")
    still.check()
    expect(travel.locator("[data-note]")).to_have_text("Kommenterad")
    expect(page.locator("[data-state=economy]")).to_contain_text("Väntar på intygande", timeout=15_000)
    assert report_page(region).economy_gaps == ()


@pytest.mark.parametrize(
    "costs",
    [
        COSTS,
        (1_018_460, 61_250, 38_400, 9_000_000, 9_640, 50_923),
        (2_500_001, 99_999, 150_007, 80_001, 42_000, 150_003),
        (0, 0, 0, 0, 0, 0),
        (1_018_460, None, 38_400, 14_782, 9_640, 50_923),
    ],
)
def test_the_script_counts_as_the_server_does(opened, region, costs):
    fill_economy(region, costs=costs, own=(0, 0, 0, 1 if costs[3] else 0, 0, 0))
    page = opened("/ekonomi")
    page.evaluate(
        f"""() => {{
            for (const each of document.querySelectorAll('{COUNTED}')) each.textContent = '?'
            document.querySelector('[data-part]').dispatchEvent(new Event('input', {{ bubbles: true }}))
        }}"""
    )
    script = told(page)
    page.route("**/economy.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.reload()
    assert told(page) == script
    assert len(script) > 6 * 4


def test_before_every_row_is_filled_in_no_sum_is_said(opened, region):
    page = opened("/ekonomi")
    field(page, 0, "cost").fill("5")
    expect(page.locator("tbody tr").first.locator("[data-counted=charged]")).to_have_text("–")
    field(page, 0, "own_financing").fill("0")
    expect(page.locator("tbody tr").first.locator("[data-counted=charged]")).to_have_text("5")
    expect(page.locator("tfoot [data-counted=charged]")).to_have_text("inte räknat")
    expect(page.locator("[data-fact=unspent]")).to_have_text("Inte räknat än")
    expect(page.locator("tfoot")).to_contain_text("5 belopp saknas")
    # A comment that is needed comes out of the fold.
    expect(field(page, 0, "comment")).to_be_visible()
    expect(page.locator("tbody tr").first.locator("[data-note]")).to_have_text("Kommentar behövs")
    field(page, 0, "cost").fill("2 438 250")
    expect(page.locator("tbody tr").first.locator("[data-note]")).to_have_text("")


def test_a_comment_is_bound_as_the_server_binds_it(opened, region):
    """Written together with the amount it holds for that; put back after it was saved it is written anew."""
    fill_economy(region)
    page = opened("/ekonomi")
    note = page.locator("tbody tr").nth(3).locator("[data-note]")
    was = field(page, 3, "comment").input_value()
    field(page, 3, "comment").fill("Chartrat flyg.")
    field(page, 3, "cost").fill("900 000")
    expect(note).to_have_text("Kommenterad")
    saved(page)
    assert report_page(region).economy.rows[3].explained == 828_000

    field(page, 3, "cost").fill("14 782")
    expect(note).to_have_text("Kommentera på nytt")
    field(page, 3, "comment").fill(was)
    expect(note).to_have_text("Kommenterad")
    expect(page.locator("[data-state=economy]")).to_contain_text("Väntar på intygande", timeout=15_000)
    assert report_page(region).economy_gaps == ()


def test_what_is_needed_is_read_aloud_once_the_amount_is_written(opened, region):
    page = opened("/ekonomi")
    told = page.locator("[data-economy-told]")
    field(page, 4, "own_financing").fill("0")
    field(page, 4, "cost").press_sequentially("99")
    expect(page.locator("tbody tr").nth(4).locator("[data-note]")).to_have_text("Kommentar behövs")
    expect(told).to_be_empty()
    field(page, 4, "cost").blur()
    expect(told).to_have_text("Material: Kommentar behövs")


def test_an_error_goes_as_it_is_mended_beside_its_field_and_first_on_the_page(opened, region):
    page = opened("/ekonomi")
    field(page, 0, "cost").fill("1,5")
    field(page, 1, "cost").fill("2,5")
    save(page, "Spara och räkna")
    summary = page.locator(".govuk-error-summary li")
    expect(summary).to_have_count(2)

    field(page, 0, "cost").fill("15")

    expect(summary).to_have_count(1, timeout=15_000)
    expect(page.locator(".bp-cellerror")).to_have_count(1)
    expect(field(page, 0, "cost")).not_to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("Allt annat i tabellen är sparat.")).to_be_visible()
    field(page, 1, "cost").fill("25")
    expect(page.locator(".govuk-error-summary")).to_have_count(0, timeout=15_000)
    expect(page.locator(".bp-cellerror")).to_have_count(0)
    expect(page.get_by_text("Allt annat i tabellen är sparat.")).to_have_count(0)
    saved(page)


def test_an_error_that_the_script_found_goes_too_and_the_title_says_how_it_is(opened, region):
    page = opened("/ekonomi")
    cost = field(page, 0, "cost")
    cost.fill("1,5")
    expect(page.locator(".bp-cellerror")).to_have_text("Fel: Skriv hela kronor, utan ören.", timeout=15_000)
    expect(cost).to_have_attribute("aria-describedby", re.compile("_cost-error$"))
    save(page, "Spara och räkna")
    expect(page).to_have_title(re.compile("^Fel: "))
    cost.fill("1.5")
    expect(page.locator(".govuk-error-summary li")).to_contain_text("Skriv beloppet utan punkt", timeout=15_000)
    cost.fill("15")
    expect(page.locator(".bp-cellerror")).to_have_count(0, timeout=15_000)
    expect(page).not_to_have_title(re.compile("^Fel: "))
    assert cost.get_attribute("aria-describedby") is None
    assert cost.get_attribute("aria-invalid") is None


def test_an_error_that_a_draft_was_opened_with_goes_as_it_is_mended(opened, region):
    fill_economy(region, costs=(1, *COSTS[1:]), own=(2, 0, 0, 0, 0, 0))
    page = opened("/ekonomi")
    expect(page.locator(".govuk-error-summary li")).to_have_count(1)
    field(page, 0, "own_financing").fill("1")
    expect(page.locator(".govuk-error-summary")).to_have_count(0, timeout=15_000)


def test_a_save_that_ends_the_attestation_says_so_at_once(opened, region):
    filled(region)
    page = opened("/ekonomi")
    expect(page.locator("[data-state=economy]")).to_contain_text("Klar")
    expect(page.locator("[data-attested]")).to_contain_text("Intygad av")

    field(page, 0, "cost").fill("1 018 461")

    expect(page.locator("[data-attested]")).to_have_text(ENDED, timeout=15_000)
    expect(page.locator("[data-state=economy]")).to_contain_text("Väntar på intygande")


def test_what_others_do_about_the_attestation_is_told_on_the_open_page(opened, region):
    filled(region)
    page = opened("/ekonomi")
    attested = page.locator("[data-attested]")
    expect(attested).to_contain_text("Intygad av")

    change_a_cost(region)
    look_anew(page)
    expect(attested).to_have_text(ENDED)
    expect(page.locator("[data-state=economy]")).to_contain_text("Väntar på intygande")

    attest(region)
    look_anew(page)
    expect(attested).to_contain_text("Intygad av")
    expect(page.locator("[data-state=economy]")).to_contain_text("Klar")


def test_the_states_of_the_parts_follow_what_this_page_and_others_save(opened, region):
    filled(region)
    page = opened("/resultat/A1")
    nav = page.locator(".bp-sidenav")
    expect(nav).to_contain_text("9 av 9 klara")
    change_a_cost(region)

    page.locator("#text").fill("")

    expect(nav.locator("[data-state=A1]")).to_contain_text("Påbörjad", timeout=15_000)
    expect(nav.locator("[data-state=economy]")).to_contain_text("Väntar på intygande")
    expect(nav).to_contain_text("7 av 9 klara")
