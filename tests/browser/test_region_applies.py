"""A region applies, in a real browser: with script, without it, and with a connection that breaks."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from grantportal import db
from grantportal.domain import clock, working_days
from grantportal.domain.actors import Role
from grantportal.domain.youth_homes import YouthHomeStatus
from grantportal.models.accounts import User
from grantportal.models.organisations import YouthHome
from grantportal.queries import applications as application_queries
from grantportal.web import SESSION_COOKIE
from tests.support.applications import (
    actor_of,
    applicant,
    asked_to_supplement,
    begin,
    draft_of,
    handed_in,
    open_call,
    written,
)
from tests.support.browser import look, save
from tests.support.calls import officer
from tests.support.client import session_key
from tests.support.databases import postgresql_only
from tests.support.factories import OrganisationFactory
from tests.support.rows import committed, events_of

pytestmark = postgresql_only


@pytest.fixture
def region(database):
    return OrganisationFactory(name="Region Exempel")


@pytest.fixture
def user(region):
    return applicant(Role.OMBUD, region)


def sign_in(context, live, user):
    context.add_cookies([{"name": SESSION_COOKIE, "value": session_key(user), "url": live}])


def next_month():
    return working_days.on_or_after(clock.today() + timedelta(days=30)).isoformat()


def save_state(page):
    return page.locator("[data-save-state]")


def test_a_region_begins_writes_and_hands_in(visitor, live, user):
    call = open_call()
    sign_in(visitor, live, user)
    page = visitor.new_page()
    page.goto(f"/ansokningar/ny/{call.id}")
    look(page, "begin")
    page.get_by_label("Sökande verksamhet").fill("BUP")
    page.get_by_role("button", name="Påbörja ansökan").click()
    look(page, "the task list of a new application")

    page.get_by_role("link", name="Sökande", exact=True).click()
    page.get_by_label("Vilken verksamhet?").fill("BUP i Exempelregionen")
    expect(save_state(page)).to_have_text(re.compile(r"^\s*Sparat \d\d:\d\d$"))
    page.get_by_label("Barn").check()
    page.get_by_label("Habilitering").check()
    page.get_by_label("Hur många platser?").fill("12")
    look(page, "a section with choices")
    save(page, "Spara och fortsätt")

    page.get_by_label("Vilka behov?").fill("Unga med stora behov")
    page.get_by_label("Vilken tidplan?").fill("Start hösten 2021.")
    look(page, "a section of texts")
    save(page, "Spara och fortsätt")
    page.get_by_label("Folåsa").check()
    save(page, "Spara och fortsätt")

    page.get_by_label("Yrke 1", exact=True).fill("läkare")
    for year in (2021, 2022):
        page.locator(f"#q8-s0_percent{year}").fill("50")
        page.locator(f"#q8-s0_cost{year}").fill("702 000")
        for field in page.locator(f"input[id^=q8-y{year}_c]").all():
            field.fill("1 000,50" if year == 2022 else "1 000")
    expect(page.get_by_text("belopp saknas").first).to_be_visible()
    look(page, "the budget with bad amounts")
    save(page, "Spara och fortsätt")
    expect(page.get_by_role("heading", name="Det här behöver rättas")).to_be_visible()
    look(page, "the budget with errors")
    for field in page.locator("input[id^=q8-y2022_c]").all():
        expect(field).to_have_value("1 000,50")
        field.fill("1 000")
    expect(page.locator("tfoot [data-sum='2022']")).to_have_text("707\u00a0000")
    page.get_by_role("button", name="Lägg till yrke").click()
    expect(page.locator("#q8-s1_profession")).to_be_visible()
    look(page, "the budget with an empty row")
    save(page, "Spara och fortsätt")
    page.get_by_label("Uppgifterna stämmer.").check()
    look(page, "the declaration")
    save(page, "Spara")
    look(page, "the task list, all done")
    page.get_by_role("link", name="Kontrollera och skicka in").click()
    look(page, "check your answers")
    page.get_by_role("button", name="Skicka in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ansökan är inskickad")
    look(page, "the receipt")
    page.get_by_role("link", name="Läs det ni skickade in").click()
    look(page, "the frozen version")


def test_a_mended_error_goes_beside_its_field_and_first_on_the_page(visitor, live, user):
    application = begin(actor_of(user), open_call())
    sign_in(visitor, live, user)
    page = visitor.new_page()
    summary = page.locator(".govuk-error-summary li")

    page.goto(f"/ansokningar/{application.id}/avsnitt/kostnader")
    first, second = page.locator("input[id^=q8-y2022_c]").all()[:2]
    first.fill("1,5")
    second.fill("2,5")
    save(page, "Spara och fortsätt")
    expect(summary).to_have_count(2)
    first.fill("1")
    expect(summary).to_have_count(1, timeout=15_000)
    expect(page.locator(".bp-cellerror")).to_have_count(1)
    second.fill("2")
    expect(page.locator(".govuk-error-summary, .bp-cellerror, [data-rest-saved]")).to_have_count(0, timeout=15_000)

    # A text that is shown with a warning.
    page.goto(f"/ansokningar/{application.id}/avsnitt/arbetet")
    page.get_by_label("Vilka behov?").fill("Om 811218-9876.")
    save(page, "Spara")
    expect(summary).not_to_have_count(0)
    page.get_by_label("Vilka behov?").fill("Om barn.")
    expect(page.locator(".govuk-error-summary, .govuk-error-message")).to_have_count(0, timeout=15_000)
    expect(page.locator("#q5")).not_to_have_attribute("aria-invalid", "true")


def test_an_error_of_a_choice_comes_and_goes_in_its_group(visitor, live, user):
    application = begin(actor_of(user), open_call())
    sign_in(visitor, live, user)
    page = visitor.new_page()
    page.goto(f"/ansokningar/{application.id}/avsnitt/ungdomshem")
    with db.writing_session() as session, session.begin():
        session.execute(update(YouthHome).where(YouthHome.name == "Folåsa").values(status=YouthHomeStatus.CLOSED))
    page.get_by_label("Folåsa").check()
    group = page.get_by_role("group", name="Vilka ungdomshem?")
    expect(group).to_contain_text("Folåsa går inte att välja längre. Välj andra hem.", timeout=15_000)
    look(page, "a choice that was closed")
    expect(group).to_have_attribute("aria-describedby", "q7-error")
    page.get_by_label("Folåsa").uncheck()
    expect(page.locator(".govuk-error-message")).to_have_count(0, timeout=15_000)


def test_what_is_typed_survives_a_broken_connection_and_is_saved_when_it_is_back(visitor, live, user):
    who, call = actor_of(user), open_call()
    application = begin(who, call)
    sign_in(visitor, live, user)
    page = visitor.new_page()
    page.goto(f"/ansokningar/{application.id}/avsnitt/arbetet")
    page.get_by_label("Vilka behov?").fill("Först")
    expect(save_state(page)).to_contain_text("Sparat")
    page.route("**/autospara", lambda route: route.fulfill(body="borta"))
    page.get_by_label("Vilka behov?").fill("Sedan")
    expect(save_state(page)).to_contain_text("Texten finns kvar här. Försöker igen …")
    page.unroute("**/autospara")
    expect(save_state(page)).to_contain_text("Sparat", timeout=15_000)
    assert draft_of(who, application)["q5"].text == "Sedan"


def test_two_persons_in_the_same_answer_see_both_texts(visitor, chromium, live, user, region):
    who, call = actor_of(user), open_call()
    application = begin(who, call)
    sign_in(visitor, live, user)
    page = visitor.new_page()
    page.goto(f"/ansokningar/{application.id}/avsnitt/arbetet")
    other = applicant(Role.UPPGIFTSSAMORDNARE, region)
    second = chromium.new_context(base_url=live)
    sign_in(second, live, other)
    theirs = second.new_page()
    theirs.goto(f"/ansokningar/{application.id}/avsnitt/arbetet")
    theirs.get_by_label("Vilka behov?").fill("Den andras text")
    expect(save_state(theirs)).to_contain_text("Sparat")
    second.close()
    page.get_by_label("Vilka behov?").fill("Min text")
    expect(save_state(page)).to_contain_text(f"{other.name} har ändrat samma svar.")
    page.get_by_role("button", name="Visa båda").click()
    expect(page.get_by_role("region", name="har ändrat samma svar")).to_contain_text("Den andras text")
    expect(page.get_by_role("textbox", name="Vilka behov?")).to_have_value("Min text")
    look(page, "a clash")
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.get_by_text("Arbetet är sparat.")).to_be_visible()
    assert draft_of(who, application)["q5"].text == "Min text"


def test_a_komplettering_without_any_script(chromium, live, user):
    who, call = actor_of(user), open_call()
    application = handed_in(who, call)
    asker = officer()
    context = chromium.new_context(base_url=live, java_script_enabled=False)
    sign_in(context, live, committed().get_one(User, asker.user_id))
    page = context.new_page()
    page.goto(f"/ansokningar/{application.id}/begar-komplettering")
    page.get_by_label("Arbetet, hela avsnittet").check()
    page.get_by_label("Vad ska kompletteras, och varför?").fill("Beskriv tidplanen.")
    page.get_by_label("Sista dag att svara").fill(next_month())
    page.get_by_role("button", name="Begär komplettering").click()
    expect(page.get_by_text("Kompletteringen är begärd.")).to_be_visible()
    request = page.url
    context.clear_cookies()
    sign_in(context, live, user)
    page.goto(f"/ansokningar/{application.id}")
    page.get_by_role("link", name="Hela avsnittet").click()
    page.get_by_label("Vilken tidplan?").fill("Ny tidplan")
    page.get_by_role("button", name="Spara", exact=True).click()
    page.get_by_role("link", name="Kontrollera och skicka in").click()
    page.get_by_role("button", name="Skicka in kompletteringen").click()
    page.goto(request)
    expect(page.get_by_text("Ny tidplan")).to_be_visible()
    expect(page.get_by_text("Start hösten 2021.")).to_be_visible()
    context.close()
    assert events_of(application) == ["application.started", "application.submitted"]


def test_a_region_completes_one_question_and_one_row_of_the_budget(visitor, live, user):
    who, call = actor_of(user), open_call()
    application = handed_in(who, call)
    sign_in(visitor, live, committed().get_one(User, officer().user_id))
    page = visitor.new_page()
    page.goto(f"/ansokningar/{application.id}/version")
    page.get_by_role("link", name="Begär komplettering av frågan Vilken tidplan?").click()
    expect(page.get_by_role("checkbox", name="Vilken tidplan?")).to_be_checked()
    expect(page.get_by_label("Vad saknas just här? Frivilligt. Vilken tidplan?")).to_be_visible()
    expect(page.get_by_label("Vad saknas just här? Frivilligt. Resor")).to_be_hidden()
    page.get_by_role("checkbox", name="Budgetraden Resor").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Vart går resorna?")
    look(page, "the parts to choose among")
    page.get_by_role("button", name="Begär komplettering").click()
    expect(page.get_by_role("heading", name="Det här behöver rättas")).to_be_visible()
    expect(page.get_by_label("Vad saknas just här? Frivilligt. Resor")).to_have_value("Vart går resorna?")
    page.get_by_label("Vad ska kompletteras, och varför?").fill("Beskriv tidplanen och resorna.")
    page.get_by_label("Sista dag att svara").fill(next_month())
    page.get_by_role("button", name="Begär komplettering").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Komplettering 1")
    request = page.url

    visitor.clear_cookies()
    sign_in(visitor, live, user)
    page.goto(f"/ansokningar/{application.id}")
    expect(page.get_by_text("0 av 2 delar är klara.")).to_be_visible()
    expect(page.get_by_text("Vilka behov?")).to_have_count(0)
    look(page, "the task list of two parts")
    page.get_by_role("link", name="Budgetraden Resor").click()
    look(page, "a budget with one open row")
    amounts = page.locator("input[id*=_c]:not([type=hidden])")
    expect(amounts).to_have_count(2)
    amounts.first.fill("35 000")
    expect(page.locator("tfoot [data-sum='2021']")).to_have_text("1\u00a0115\u00a0000")
    expect(save_state(page)).to_have_text(re.compile(r"^\s*Sparat \d\d:\d\d$"))
    page.goto(f"/ansokningar/{application.id}")
    page.get_by_role("link", name="Vilken tidplan?").click()
    look(page, "a section with one open question")
    expect(page.get_by_role("textbox")).to_have_count(1)
    page.get_by_label("Vilken tidplan?").fill("Start våren 2022.")
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.get_by_text("2 av 2 delar är klara.")).to_be_visible()
    page.get_by_role("link", name="Kontrollera och skicka in").click()
    page.get_by_role("button", name="Skicka in kompletteringen").click()
    assert page.url == request.partition("#")[0]
    expect(page.locator("ins")).to_contain_text(["våren"])
    expect(page.get_by_role("row", name="Resor 2021")).to_contain_text("+15\u00a0000")
    look(page, "before and after")
    content = application_queries.frozen_content(application.id, 2)
    db.close_read_session()
    assert [answer["texts"] for answer in content["sections"][1]["answers"]] == [
        ["Unga med stora behov.\n\nOch deras familjer."],
        ["Start våren 2022."],
    ]


def test_the_komplettering_looks_right(visitor, live, user):
    who, call = actor_of(user), open_call()
    application = written(who, call)
    page = visitor.new_page()
    sign_in(visitor, live, user)
    page.goto(f"/ansokningar/{application.id}/kontrollera")
    page.get_by_role("button", name="Skicka in").click()
    number = asked_to_supplement(officer(), application)
    for address, name in (
        (f"/ansokningar/{application.id}", "the task list of a komplettering"),
        (f"/kompletteringar/{number}", "the request"),
        (f"/kompletteringar/{number}/svara", "check the komplettering"),
        (f"/ansokningar/{application.id}/aterkalla", "withdraw"),
    ):
        page.goto(address)
        look(page, name)
