"""From utlysning to approved återrapportering, as the persons do it: in a browser, by what the pages say."""

import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from grantportal.domain.payments import LedgerKind
from grantportal.models.payments import LedgerEntry
from tests.support.browser import save, served, visiting
from tests.support.rows import committed
from tests.support.story import Telling, installed

COSTS = {"Köpta tjänster": 90_000, "Utbildning": 150_000, "Resor": 72_000, "Material": 42_000, "Indirekta": 121_000}
STAFF = 700_000
YEARS = (2021, 2022)
SUM = STAFF + sum(COSTS.values())


@pytest.fixture
def page(chromium, database, tmp_path) -> Iterator[Page]:
    """A browser at the demonstration's pages, on the day after the call was published."""
    with installed(database.url, tmp_path) as demonstration:
        Telling().until("2020-02-03 00:00")
        with served(demonstration) as address, visiting(chromium, address) as browser:
            yield browser.new_page()


def become(page: Page, name: str) -> None:
    page.goto("/demonstration")
    page.get_by_role("button", name=f"Logga in som {name} Exempel").click()


def move_to(page: Page, day: str) -> None:
    page.goto("/demonstration")
    page.get_by_label("Eller till ett datum").fill(day)
    page.get_by_role("button", name="Flytta dagen framåt").click()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.press("Enter")


def follow(page: Page, name: str | re.Pattern[str]) -> None:
    """A link on the page itself, also one that looks like a button."""
    main = page.get_by_role("main")
    link = main.get_by_role("link", name=name).or_(main.get_by_role("button", name=name))
    link.first.press("Enter")


def heading(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def test_from_application_to_approved_report(page):
    the_region_applies(page)
    the_officer_asks_and_the_region_answers(page)
    the_officer_proposes_and_the_decider_decides(page)
    the_region_is_paid(page)
    the_region_reports(page)
    the_officer_rates_and_approves(page)


def the_region_applies(page: Page) -> None:
    become(page, "Karin")
    page.goto("/utlysningar/")
    follow(page, re.compile("Statsbidrag för 2021 och 2022"))
    follow(page, "Påbörja ansökan")
    press(page, "Påbörja ansökan")
    follow(page, "Sökande verksamhet och kontaktperson")
    page.get_by_label("Vilken verksamhet ska driva arbetet?").fill("Barn- och ungdomspsykiatrin")
    page.get_by_label("Barn- och ungdomspsykiatri", exact=True).check()
    page.get_by_label("Vem är kontaktperson?").fill("Maja Exempel")
    page.get_by_label("Vilken e-postadress").fill("maja.exempel@skane.example")
    save(page, "Spara och fortsätt")
    page.get_by_label("Hässleholm").check()
    save(page, "Spara och fortsätt")
    for _ in range(2):
        _write_all(page, "Vi har planerat det tillsammans.")
        save(page, "Spara och fortsätt")
    page.get_by_label("Habilitering").check()
    for _ in range(2):
        _write_all(page, "Teamet arbetar på hemmet.")
        save(page, "Spara och fortsätt")
    _fill_in_the_budget(page)
    save(page, "Spara och fortsätt")
    page.get_by_label("Uppgifterna stämmer").check()
    save(page, "Spara")
    follow(page, "Kontrollera och skicka in")
    press(page, "Skicka in")
    heading(page, "Ansökan är inskickad")


def _write_all(page: Page, text: str) -> None:
    for field in page.get_by_role("textbox").all():
        field.fill(text)


def _fill_in_the_budget(page: Page) -> None:
    heading(page, "Omfattning, personal och kostnader")
    page.get_by_label("Vilka yrken behövs").fill("Läkare på halvtid.")
    page.get_by_label("Hur många barn och unga").fill("5")
    page.get_by_label("Yrke 1", exact=True).fill("läkare")
    for year in YEARS:
        page.get_by_label(f"Yrke 1, procent av heltid {year}").fill("50")
        page.get_by_label(f"Yrke 1, kostnad {year}, kronor").fill("700 000 kr")
        for name, amount in COSTS.items():
            page.get_by_label(re.compile(f"^{name}.*, {year}")).fill(str(amount))
        expect(page.locator(f"tfoot [data-sum='{year}']")).to_have_text(_kronor(SUM))


def _kronor(amount: int) -> str:
    return f"{amount:,}".replace(",", "\u00a0")


def the_officer_asks_and_the_region_answers(page: Page) -> None:
    move_to(page, "2020-04-22")
    become(page, "Anna")
    page.goto("/arenden/")
    follow(page, "Region Skåne")
    follow(page, "Begär komplettering")
    page.get_by_role("checkbox", name="Inriktning och avgränsningar").check()
    page.get_by_label("Vad ska kompletteras, och varför?").fill("Beskriv tidplanen steg för steg.")
    page.get_by_label("Sista dag att svara").fill("2020-05-20")
    press(page, "Begär komplettering")
    expect(page.get_by_text("Kompletteringen är begärd.")).to_be_visible()

    become(page, "Karin")
    page.goto("/")
    follow(page, re.compile("^Komplettera ansökan"))
    follow(page, "Ändra Vilken tidplan har arbetet?")
    page.get_by_label("Vilken tidplan har arbetet?").fill("Start när lokal och säkerhet är klara.")
    save(page, "Spara")
    follow(page, "Kontrollera och skicka in")
    press(page, "Skicka in kompletteringen")


def the_officer_proposes_and_the_decider_decides(page: Page) -> None:
    move_to(page, "2020-06-29")
    become(page, "Anna")
    page.goto("/arenden/")
    follow(page, "Region Skåne")
    follow(page, re.compile("[Ff]örslag"))
    follow(page, "Kommunicering behövs inte")
    page.get_by_label("uppenbart", exact=False).first.check()
    page.get_by_label("Varför gäller grunden här?").fill("Bidraget beviljas helt enligt ansökan.")
    press(page, "Anteckna")
    page.goto("/arenden/")
    follow(page, "Region Skåne")
    follow(page, re.compile("[Ff]örslag"))
    for year in YEARS:
        page.get_by_label(f"Personal, föreslaget {year}, kronor").fill(str(STAFF))
        for name, amount in COSTS.items():
            page.get_by_label(re.compile(f"^{name}.*, föreslaget {year}, kronor")).fill(str(amount))
    page.get_by_label("Bifall", exact=True).check()
    page.get_by_label("Skäl", exact=True).fill("Arbetet är förberett tillsammans med ungdomshemmen.")
    press(page, "Lämna till beslut")

    become(page, "David")
    page.goto("/")
    follow(page, "Fatta beslut: Region Skåne")
    expect(page.get_by_role("article")).to_contain_text("Region Skåne")
    press(page, "Fatta beslut")
    become(page, "Fredrik")
    page.goto("/")
    follow(page, "Skicka beslutet till Region Skåne")
    press(page, "Skicka beslutet")

    become(page, "Karin")
    page.goto("/beslut/")
    follow(page, "Region Skåne")
    expect(page.get_by_role("article", name="Beslutet")).to_contain_text("Arbetet är förberett")
    page.goto("/fordelade-bidrag/")
    follow(page, re.compile("Statsbidrag för 2021 och 2022"))
    expect(page.get_by_role("main")).to_contain_text(_kronor(SUM))


def the_region_is_paid(page: Page) -> None:
    page.goto("/bankgiron/nytt")
    page.get_by_label("Bankgironummer").fill("5200-1005")
    press(page, "Skicka in")
    become(page, "Gunilla")
    page.goto("/bankgiron/")
    follow(page, re.compile("^Kontrollera"))
    page.get_by_label("Ringde ett nummer som vi redan hade").check()
    page.get_by_label("Vad gjorde du och vad visade det?").fill("Ringde växeln och fick numret uppläst.")
    press(page, "Markera som kontrollerat")
    become(page, "Hans")
    page.goto("/bankgiron/")
    follow(page, re.compile("^Godkänn"))
    press(page, "Godkänn bankgirot")

    move_to(page, "2021-01-15")
    become(page, "Gunilla")
    page.goto("/statsbidrag/")
    follow(page, re.compile("Pilotprojekt"))
    follow(page, "Ange som tilldelade 2021")
    press(page, "Ange 15\u00a0000\u00a0000\u00a0kr som tilldelade")
    _tick(page, "registrera", "Registrera")
    become(page, "Hans")
    _tick(page, "attestera", "Attestera")
    become(page, "Gunilla")
    _tick(page, "underlag", re.compile("underlag"))
    with page.expect_download() as fetched:
        follow(page, "Hämta Excel")
    workbook = CalamineWorkbook.from_filelike(BytesIO(fetched.value.path().read_bytes()))
    assert any(
        float(SUM) in row for name in workbook.sheet_names for row in workbook.get_sheet_by_name(name).to_python()
    )
    become(page, "Hans")
    page.goto("/utbetalningar/")
    follow(page, re.compile("^[0-9U]"))
    page.get_by_label(re.compile("^Region Skåne")).check()
    page.get_by_label("Betaldag").fill("2021-01-15")
    press(page, "Markera som betalda")
    paid = select(LedgerEntry.grant_year, LedgerEntry.amount).where(LedgerEntry.kind == LedgerKind.PAID)
    assert [tuple(row) for row in committed().execute(paid)] == [(2021, SUM)]


def _tick(page: Page, kind: str, button: str | re.Pattern[str]) -> None:
    page.goto(f"/utbetalningar/att/{kind}")
    page.get_by_label(re.compile("^Region Skåne, 2021")).check()
    page.get_by_role("main").get_by_role("button", name=button).press("Enter")


def the_region_reports(page: Page) -> None:
    move_to(page, "2022-02-01")
    become(page, "Karin")
    page.goto("/")
    follow(page, "Återrapportera för 2021")
    follow(page, re.compile("^A1 "))
    for code in ("A1", "A2", "A3", "B1", "B2", "B3", "B4", "C1"):
        heading(page, re.compile(f"^{code} "))
        page.get_by_label("Delvis uppnått" if code == "A2" else "Uppnått", exact=True).check()
        page.get_by_label("Vad har ni gjort").fill("Vi har börjat.")
        if code == "A2":
            page.get_by_label("Svårt att anställa").check()
            page.get_by_label("Vad gör ni åt det?").fill("Vi annonserar igen.")
        save(page, "Spara och gå till nästa")

    become(page, "Nils")
    page.goto("/")
    follow(page, "Intyga ekonomin för 2021")
    for field in page.get_by_label(re.compile("total kostnad")).all():
        field.fill("40 000")
    for field in page.get_by_label(re.compile("egen")).all():
        field.fill("0")
    save(page, "Spara och räkna")
    for field in page.get_by_label(re.compile("kommentar$")).all():
        if field.is_visible():
            field.fill("Rekryteringen tog längre tid.")
    save(page, "Spara och räkna")
    follow(page, "Till intygandet")
    page.get_by_label("Jag intygar").check()
    press(page, "Intyga ekonomin")

    become(page, "Karin")
    page.goto("/")
    follow(page, "Skicka in återrapporteringen för 2021")
    page.get_by_label("Jag intygar").check()
    press(page, "Skicka in")
    heading(page, "Återrapporteringen är inskickad")


def the_officer_rates_and_approves(page: Page) -> None:
    become(page, "Anna")
    page.goto("/arenden/")
    follow(page, "Region Skåne")
    follow(page, "Granska återrapporteringen för 2021")
    for code in ("A1", "A2", "A3", "B1", "B2", "B3", "B4", "C1"):
        ours = page.get_by_role("group", name=f"Vår bedömning av {code}")
        ours.get_by_label("Uppnått", exact=True).check()
    page.get_by_label("Kommentar till A2").fill("Vi bedömer att resultatet är nått.")
    save(page, "Spara bedömningarna")
    follow(page, "Godkänn återrapporteringen")
    press(page, "Godkänn återrapporteringen")
    become(page, "Karin")
    page.goto("/arenden/")
    follow(page, "Statsbidrag för 2021 och 2022")
    expect(page.get_by_role("main")).to_contain_text("240\u00a0000")
    expect(page.get_by_role("main")).to_contain_text("Återrapportering godkänd")
