"""Cells that are pasted from a sheet spread over a table's fields; what does not fit is refused in words."""

import re

import pytest
from playwright.sync_api import expect

from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.web import SESSION_COOKIE
from tests.support.applications import actor_of, applicant, begin, draft_of, open_call
from tests.support.client import session_key
from tests.support.databases import postgresql_only
from tests.support.factories import OrganisationFactory
from tests.support.reporting import OPENED, grantee
from tests.support.reporting import page as report_page

pytestmark = postgresql_only


@pytest.fixture
def _open():
    with clock.at(OPENED):
        yield


@pytest.fixture
def region(database):
    return grantee()


@pytest.fixture
def economy(visitor, live, region):
    """The economy table of a report."""
    visitor.add_cookies(
        [{"name": SESSION_COOKIE, "value": session_key(region.users[Role.APPLICANT_ECONOMIST]), "url": live}]
    )
    page = visitor.new_page()
    page.goto(f"/aterrapporteringar/{region.report.id}/ekonomi")
    return page


def paste(field, text):
    """What Ctrl+V does with this on the clipboard: the event, and the text where nobody has taken it over."""
    field.evaluate(
        """(field, text) => {
            field.focus()
            const clipboardData = new DataTransfer()
            clipboardData.setData('text/plain', text)
            const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })
            if (field.dispatchEvent(event)) document.execCommand('insertText', false, text)
        }""",
        text,
    )


def cost(page, place, part="cost"):
    return page.locator(f"input[id$=_{part}]").nth(place)


def values(page, part="cost"):
    return page.locator(f"input[id$=_{part}]").evaluate_all("fields => fields.map(field => field.value)")


@pytest.mark.usefixtures("_open")
def test_a_block_from_a_sheet_spreads_and_can_be_taken_back(economy, region):
    cost(economy, 1).fill("7")
    paste(cost(economy, 0), "1 018 460\t0\r\n61 250\t0\r\n38 400,00\t100 kr\r\n")

    assert values(economy)[:4] == ["1 018 460", "61 250", "38 400,00", ""]
    assert values(economy, "own_financing")[:4] == ["0", "0", "100 kr", ""]
    told = economy.locator("[data-pasted]")
    expect(told).to_contain_text("6 fält är ifyllda med det du klistrade in.")
    expect(economy.locator("[data-sum=cost]")).to_have_text("1 118 110")
    told.get_by_role("button", name="Ångra").click()
    assert values(economy)[:3] == ["", "7", ""]
    expect(told).to_have_text("Det du klistrade in är borttaget igen.")

    paste(cost(economy, 0), "95 000\n61 250\n7")
    cost(economy, 1).fill("97 000")
    told.get_by_role("button", name="Ångra").click()
    assert values(economy)[:3] == ["", "97 000", ""]
    expect(told).to_contain_text("Det du har skrivit efteråt står kvar.")
    cost(economy, 1).fill("")

    paste(cost(economy, 0), "5\t1\n6")
    expect(economy.locator("[data-save-state]")).to_have_text(re.compile(r"^\s*Sparat \d\d:\d\d$"), timeout=15_000)
    rows = report_page(region).economy.rows
    assert [(row.answer.cost, row.answer.own_financing) for row in rows[:3]] == [(5, 1), (6, None), (None, None)]


@pytest.mark.usefixtures("_open")
@pytest.mark.parametrize(
    ("place", "pasted", "said"),
    [
        (
            0,
            "0\t1\t85000",
            "Det du klistrade in är 1 rad och 3 kolumner. Härifrån finns plats för 6 rader och 2 kolumner.",
        ),
        (5, "1\n2", "Det du klistrade in är 2 rader och 1 kolumn. Härifrån finns plats för 1 rad och 2 kolumner."),
        (0, "Personal\t85000", "«Personal» är inget belopp i hela kronor. Klistra in bara beloppen, utan rubriker."),
        (0, "85000\t-5", "«-5» är inget belopp i hela kronor."),
    ],
)
def test_what_does_not_fit_is_refused_beside_the_field_and_fills_nothing(economy, place, pasted, said):
    cost(economy, place).fill("3")

    paste(cost(economy, place), pasted)

    refusal = economy.locator(".bp-cellerror")
    expect(refusal).to_contain_text(said)
    expect(refusal).to_contain_text("Inget är ifyllt.")
    assert [value for value in (*values(economy), *values(economy, "own_financing")) if value] == ["3"]
    cost(economy, place).fill("4")
    expect(refusal).to_have_count(0)


@pytest.mark.usefixtures("_open")
def test_one_cell_is_pasted_as_ever(economy):
    paste(cost(economy, 0), "85 000")
    assert values(economy)[0] == "85 000"


def test_the_budget_of_an_application_takes_a_block_too(visitor, live, database):
    user = applicant(Role.OMBUD, OrganisationFactory(name="Region Exempel"))
    application = begin(actor_of(user), open_call())
    visitor.add_cookies([{"name": SESSION_COOKIE, "value": session_key(user), "url": live}])
    page = visitor.new_page()
    page.goto(f"/ansokningar/{application.id}/avsnitt/kostnader")
    start = page.locator("input[inputmode=numeric][name*='-y']").first

    paste(start, "85 000\t90 000\n1 000\t2 000")

    expect(page.locator("[data-pasted]").filter(has_text="4 fält är ifyllda")).to_have_count(1)
    expect(page.locator("[data-save-state]")).to_have_text(re.compile(r"Sparat \d\d:\d\d"), timeout=15_000)
    saved = {key: answer.text for key, answer in draft_of(actor_of(user), application).items() if "-y" in key}
    assert sorted(text for text in saved.values() if text) == ["1000", "2000", "85000", "90000"]
