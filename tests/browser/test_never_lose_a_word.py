"""No word is lost: a killed tab, a cut network, an ended session, the back button, two tabs and two persons."""

import re
from contextlib import suppress
from datetime import timedelta

import pytest
from playwright.sync_api import Error, Page, expect
from sqlalchemy import update

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.models.accounts import SignInSession
from grantportal.queries import reports
from grantportal.web import SESSION_COOKIE
from tests.support.applications import actor_of, applicant, begin, draft_of, open_call
from tests.support.browser import look, visiting
from tests.support.client import session_key
from tests.support.factories import OrganisationFactory
from tests.support.reporting import grantee

FIRST = "Det här hann sparas. "
REST = "Det här är det sista ordet: åäö – «slut»."
COPIES = "Object.keys(localStorage).filter(name => name.startsWith('bp-copy:')).length"


@pytest.fixture
def region(database):
    return OrganisationFactory(name="Region Exempel")


@pytest.fixture
def user(region):
    return applicant(Role.OMBUD, region)


@pytest.fixture
def application(user):
    return begin(actor_of(user), open_call())


@pytest.fixture
def section(application):
    return f"/ansokningar/{application.id}/avsnitt/arbetet"


@pytest.fixture
def page(visitor, live, user, section) -> Page:
    """The person's tab, with the section open."""
    sign_in(visitor, live, user)
    return opened(visitor, section)


def sign_in(context, live, user):
    context.add_cookies([{"name": SESSION_COOKIE, "value": session_key(user), "url": live}])


def opened(context, address) -> Page:
    made = context.new_page()
    made.goto(address)
    made.evaluate("new Promise(done => setTimeout(done, 300))")  # the script has begun
    return made


def needs(page):
    return page.get_by_role("textbox", name="Vilka behov?")


def state(page):
    return page.locator("[data-save-state]")


def saved(page):
    expect(state(page)).to_have_text(re.compile(r"^\s*Sparat \d\d:\d\d$"), timeout=15_000)


def write(page, text):
    """As a person does: sign by sign, at the end of what is there."""
    needs(page).focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def stored(user, application):
    found = draft_of(actor_of(user), application)
    return found["q5"].text if "q5" in found else ""


def end_sessions():
    with db.writing_session() as session, session.begin():
        session.execute(update(SignInSession).values(ended_at=clock.real_now()))


def test_a_killed_tab_loses_nothing(visitor, page, user, application, section):
    write(page, FIRST)
    saved(page)
    page.route("**/autospara", lambda route: route.abort())
    write(page, REST)
    page.wait_for_function(f"{COPIES} === 1")
    with page.expect_event("crash"), suppress(Error):
        page.goto("chrome://crash")
    page.close()

    again = opened(visitor, section)
    expect(needs(again)).to_have_value(FIRST + REST)
    saved(again)
    assert stored(user, application) == FIRST + REST
    expect(needs(again)).to_be_focused()
    assert again.evaluate(COPIES) == 0


def test_a_cut_network_keeps_the_text_and_saves_it_on_the_same_field(visitor, page, user, application):
    write(page, FIRST)
    saved(page)
    visitor.set_offline(True)
    write(page, REST)
    expect(state(page)).to_contain_text("Texten finns kvar här.")
    # The button does not lead to the browser's own page of errors, where the text would be gone.
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(needs(page)).to_have_value(FIRST + REST)
    needs(page).focus()
    visitor.set_offline(False)
    saved(page)
    assert stored(user, application) == FIRST + REST
    expect(needs(page)).to_be_focused()


def test_an_ended_session_keeps_the_text_and_saves_it_when_the_person_has_signed_in_again(
    visitor, page, live, user, application
):
    write(page, FIRST)
    saved(page)
    end_sessions()
    write(page, REST)
    expect(state(page)).to_contain_text("Du är utloggad.")
    with visitor.expect_page() as other:
        state(page).get_by_role("link", name="Logga in i en ny flik").click()
    expect(other.value.get_by_role("heading", level=1)).to_have_text("Logga in")
    sign_in(visitor, live, user)  # what the form does when the password is right
    other.value.goto("/konto/inloggad-igen")
    expect(other.value.get_by_role("heading", level=1)).to_have_text("Du är inloggad igen")
    other.value.close()
    page.bring_to_front()
    saved(page)
    assert stored(user, application) == FIRST + REST
    expect(needs(page)).to_be_focused()


def test_somebody_else_who_signs_in_gets_neither_the_text_nor_its_name_on_it(
    visitor, page, live, user, application, region, section
):
    end_sessions()
    write(page, REST)
    expect(state(page)).to_contain_text("Du är utloggad.")
    colleague = applicant(Role.UPPGIFTSSAMORDNARE, region)
    sign_in(visitor, live, colleague)
    expect(state(page)).to_contain_text("Någon annan är inloggad nu.", timeout=15_000)
    with visitor.expect_page() as tab:
        state(page).get_by_role("link", name="Logga in igen själv i en ny flik").click()
    expect(tab.value.get_by_role("heading", name="Någon annan är inloggad")).to_be_visible()
    tab.value.close()
    page.close()
    theirs = opened(visitor, section)
    theirs.wait_for_timeout(2_000)
    expect(needs(theirs)).to_have_value("")
    assert stored(user, application) == ""
    # What is kept can be read by nobody without the key, which the first person's pages alone get.
    assert "sista ordet" not in theirs.evaluate("JSON.stringify(localStorage)")
    theirs.get_by_role("button", name="Logga ut").click()
    expect(theirs.get_by_text("Du är utloggad.")).to_be_visible()
    assert theirs.evaluate(COPIES) == 0


def test_what_the_server_does_not_take_is_kept_as_it_was_written_last(page):
    write(page, "Första texten, 900161-2382.")
    expect(state(page)).to_contain_text("behöver rättas")
    page.reload()
    expect(needs(page)).to_have_value("Första texten, 900161-2382.")
    expect(state(page)).to_contain_text("behöver rättas")

    write(page, " Mer, som skrevs sist.")
    page.evaluate("new Promise(done => setTimeout(done, 300))")  # the copy is written
    assert page.evaluate(COPIES) == 1
    page.reload()
    expect(needs(page)).to_have_value("Första texten, 900161-2382. Mer, som skrevs sist.")


def test_the_back_button_loses_nothing(page, user, application, section):
    page.get_by_role("link", name="Tillbaka till ansökan").click()
    page.get_by_role("link", name="Arbetet", exact=True).click()
    page.wait_for_url(f"**{section}")
    page.wait_for_timeout(300)
    write(page, FIRST + REST)
    page.go_back()  # within the second before it is saved
    page.wait_for_timeout(500)
    page.goto(section)
    expect(needs(page)).to_have_value(FIRST + REST)
    page.wait_for_timeout(1_500)
    assert stored(user, application) == FIRST + REST


def test_two_tabs_of_one_person_lose_nothing(visitor, page, user, application, section):
    other = opened(visitor, section)
    write(page, FIRST)
    saved(page)
    write(other, REST)
    expect(state(other)).to_contain_text("har ändrat samma svar.")
    assert stored(user, application) == FIRST.strip()
    state(other).get_by_role("button", name="Visa båda").click()
    box = other.get_by_role("region", name="har ändrat samma svar")
    expect(box).to_contain_text(FIRST.strip())
    expect(box).to_contain_text(REST)
    look(other, "a clash")
    # Nothing is chosen yet, and nothing is saved by itself.
    write(other, " Och mer.")
    other.wait_for_timeout(2_000)
    assert stored(user, application) == FIRST.strip()
    needs(other).fill(FIRST + REST)
    other.get_by_role("button", name="Spara", exact=True).click()
    expect(other.get_by_text("Arbetet är sparat.")).to_be_visible()
    assert stored(user, application) == FIRST + REST


def test_two_persons_see_each_other_and_choose_between_their_texts(
    page, chromium, live, user, application, region, section
):
    colleague = applicant(Role.UPPGIFTSSAMORDNARE, region)
    with visiting(chromium, live) as second:
        sign_in(second, live, colleague)
        theirs = opened(second, section)
        expect(theirs.locator("[data-others]")).to_have_text(f"{user.name} har också den här sidan öppen.")
        expect(page.locator("[data-others]")).to_have_text(
            f"{colleague.name} har också den här sidan öppen.", timeout=20_000
        )
        look(theirs, "somebody else is here")
        write(theirs, "Kollegans text om unga.")
        saved(theirs)
        # Another answer of the same section is nobody's clash.
        page.get_by_label("Vilken tidplan?").fill("Min tidplan")
        saved(page)
        write(page, "Min text om unga.")
        expect(state(page)).to_contain_text(f"{colleague.name} har ändrat samma svar.")
        state(page).get_by_role("button", name="Visa båda").click()
        box = page.get_by_role("region", name=f"{colleague.name} har ändrat samma svar")
        expect(box).to_be_visible()
        assert box.locator("mark").all_inner_texts() == ["Kollegans", "Min"]
        box.get_by_label("Det som är sparat nu").check()
        page.get_by_role("button", name="Spara", exact=True).click()
        expect(page.get_by_text("Arbetet är sparat.")).to_be_visible()
    assert stored(user, application) == "Kollegans text om unga."
    assert draft_of(actor_of(user), application)["q6"].text == "Min tidplan"


def test_the_report_is_saved_while_it_is_written(visitor, live, database):
    of = grantee()
    writer = of.users[Role.UPPGIFTSSAMORDNARE]
    sign_in(visitor, live, writer)
    page = opened(visitor, f"/aterrapporteringar/{of.report.id}/resultat/A1")
    text = page.get_by_label("Vad har ni gjort och vad ledde det till?")
    text.fill(FIRST)
    page.get_by_label("Uppnått", exact=True).check()
    saved(page)
    visitor.set_offline(True)
    text.fill(FIRST + REST)
    page.wait_for_function(f"{COPIES} === 1")
    page.close()
    visitor.set_offline(False)
    page = opened(visitor, f"/aterrapporteringar/{of.report.id}/resultat/A1")
    saved(page)
    look(page, "a result that has been saved")

    page.goto(f"/aterrapporteringar/{of.report.id}/ekonomi")
    cost = page.get_by_label(re.compile("total kostnad, kronor")).first
    cost.fill("tusen")
    expect(state(page)).to_contain_text("1 svar behöver rättas")
    cost.fill("1 000")
    saved(page)
    shown = reports.page(actor_of(writer), of.report.id)
    db.close_read_session()
    assert shown.result("A1").answer.text == FIRST + REST
    assert shown.economy.rows[0].answer.cost == 1000


def test_five_minutes_before_the_session_ends_the_page_says_so_and_prolongs_it(visitor, live, user, section):
    sign_in(visitor, live, user)
    page = visitor.new_page()
    page.clock.install()
    page.goto(section)
    warning = page.locator("[data-session]")
    expect(warning).to_be_hidden()
    with db.writing_session() as session, session.begin():
        session.execute(update(SignInSession).values(last_seen_at=clock.real_now() - timedelta(minutes=56)))
    page.clock.run_for(10 * 60 * 1000 + 5_000)
    expect(warning).to_contain_text("Du loggas ut kl.")
    look(page, "the session ends soon")
    warning.get_by_role("button", name="Fortsätt vara inloggad").click()
    expect(warning).to_be_hidden()
    with db.writing_session() as session:
        left = clock.real_now() - session.query(SignInSession).one().last_seen_at
    assert left < timedelta(minutes=1)


def test_saving_is_read_aloud_at_first_and_at_trouble_and_then_once_a_minute(visitor, live, user, section):
    sign_in(visitor, live, user)
    page = visitor.new_page()
    page.clock.install()
    page.goto(section)
    page.wait_for_timeout(500)
    page.evaluate(
        """() => {
            window.heard = []
            const told = document.querySelector('[data-save-told]')
            new MutationObserver(() => window.heard.push(told.textContent)).observe(told, {childList: true})
        }"""
    )
    for text in ("a", "b", "c"):
        write(page, text)
        page.clock.run_for(1_500)
        saved(page)
        page.wait_for_timeout(200)
    [heard] = page.evaluate("window.heard")
    assert heard.startswith("Sparat ")
    visitor.set_offline(True)
    write(page, "d")
    page.clock.run_for(1_500)
    expect(state(page)).to_contain_text("Texten finns kvar här.")
    assert "Texten finns kvar här." in page.evaluate("window.heard.at(-1)")
