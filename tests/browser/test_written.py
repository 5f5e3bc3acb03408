"""What is written in a form that only its button saves: a killed tab, a cut network, an ended session and the way back."""

from contextlib import suppress

import pytest
from playwright.sync_api import Error, Page, expect
from sqlalchemy import select, update

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.models.accounts import SignInSession
from grantportal.models.messages import Message
from grantportal.web import SESSION_COOKIE
from tests.support.browser import look
from tests.support.casework import ApplicationFactory
from tests.support.client import session_key
from tests.support.databases import postgresql_only
from tests.support.factories import OrganisationFactory, person
from tests.support.reported import matrix, report
from tests.support.rows import committed

pytestmark = postgresql_only

TEXT = "Det sista ordet: åäö – «slut».\n\nOch ett till."
COPIES = "Object.keys(localStorage).filter(name => name.startsWith('bp-copy:'))"
OFFERED = "Du har skrivit text här som inte är sparad"


@pytest.fixture
def case(database):
    return ApplicationFactory()


@pytest.fixture
def user(case):
    return person(Role.OMBUD, case.organisation)


@pytest.fixture
def thread(case):
    return f"/arenden/{case.case_id}/meddelanden"


@pytest.fixture
def page(visitor, live, user, thread) -> Page:
    """The person's tab, with the messages open."""
    sign_in(visitor, live, user)
    return opened(visitor, thread)


def sign_in(context, live, user):
    context.add_cookies([{"name": SESSION_COOKIE, "value": session_key(user), "url": live}])


def opened(context, address) -> Page:
    made = context.new_page()
    made.goto(address)
    ready(made)
    return made


def ready(page):
    """The script has begun, and has looked for what is lost once more."""
    page.evaluate("new Promise(done => setTimeout(done, 1300))")


def field(page, label="Meddelande"):
    return page.get_by_label(label, exact=True)


def write(page, text, label="Meddelande"):
    field(page, label).fill(text)
    page.wait_for_function(f"{COPIES}.length === 1")


def crash(page):
    with page.expect_event("crash"), suppress(Error):
        page.goto("chrome://crash")
    page.close()


def send(page):
    page.get_by_role("button", name="Skicka meddelandet").click()


def sent():
    found = list(committed().scalars(select(Message.text)))
    db.close_read_session()
    return found


def put_back(page):
    page.get_by_role("button", name="Sätt tillbaka texten").click()


def test_a_killed_tab_loses_nothing(visitor, page, thread):
    write(page, TEXT)
    crash(page)

    again = opened(visitor, thread)
    expect(again.get_by_text(OFFERED)).to_be_visible()
    expect(field(again)).to_have_value("")
    look(again, "the offer")
    put_back(again)
    expect(field(again)).to_have_value(TEXT)
    expect(field(again)).to_be_focused()
    expect(again.get_by_text(OFFERED)).to_be_hidden()
    send(again)
    expect(again.get_by_text("skickat").first).to_be_visible()
    assert sent() == [TEXT]
    again.wait_for_function(f"{COPIES}.length === 0")
    again.goto(thread)
    ready(again)
    expect(again.get_by_text(OFFERED)).to_have_count(0)


def test_what_is_not_wanted_is_taken_away(visitor, page, thread):
    write(page, TEXT)
    crash(page)

    again = opened(visitor, thread)
    again.get_by_role("button", name="Ta bort den").click()
    again.wait_for_function(f"{COPIES}.length === 0")
    again.reload()
    ready(again)
    expect(again.get_by_text(OFFERED)).to_have_count(0)


def test_without_a_network_the_text_stays(visitor, page):
    field(page).fill(TEXT)
    visitor.set_offline(True)
    send(page)
    expect(page.get_by_text("Det finns ingen anslutning till nätet.")).to_be_visible()
    expect(field(page)).to_have_value(TEXT)
    visitor.set_offline(False)
    ready(page)  # a press at once is taken for the second half of a double click
    send(page)
    expect(page.get_by_text("skickat").first).to_be_visible()
    assert sent() == [TEXT]
    page.wait_for_function(f"{COPIES}.length === 0")


def test_an_answer_that_never_comes_loses_nothing(page, thread):
    write(page, TEXT)
    page.route("**/meddelanden", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    with suppress(Error):
        send(page)
        page.wait_for_url("chrome-error://**")
    page.goto(thread)
    put_back(page)
    expect(field(page)).to_have_value(TEXT)
    assert sent() == []


def test_an_ended_session_loses_nothing(visitor, live, page, user, thread):
    write(page, TEXT)
    with db.writing_session() as session, session.begin():
        session.execute(update(SignInSession).values(ended_at=clock.real_now()))
    crash(page)
    sign_in(visitor, live, user)

    again = opened(visitor, thread)
    put_back(again)
    expect(field(again)).to_have_value(TEXT)


def test_what_is_refused_is_still_kept(visitor, page, thread):
    write(page, "Gäller läkaren 811218-9876")
    send(page)
    expect(page.get_by_role("alert").get_by_text("personnummer")).to_be_visible()
    page.wait_for_function(f"{COPIES}.length === 1")
    expect(page.get_by_text(OFFERED)).to_have_count(0)
    field(page, "Varför behövs personnumret?").fill("Intyget")
    ready(page)
    crash(page)

    again = opened(visitor, thread)
    put_back(again)
    expect(field(again)).to_have_value("Gäller läkaren 811218-9876")


def test_the_way_back_loses_nothing(visitor, page, thread):
    write(page, TEXT)
    page.get_by_role("link", name="Tillbaka till ärendet").click()
    page.go_back()
    ready(page)
    if not field(page).input_value():
        put_back(page)
    expect(field(page)).to_have_value(TEXT)


def test_two_tabs_keep_their_own(visitor, page, thread):
    write(page, TEXT)
    other = opened(visitor, thread)
    expect(other.get_by_text(OFFERED)).to_have_count(0)
    field(other).fill("En annan sak.")
    other.wait_for_function(f"{COPIES}.length === 2")


def test_nobody_else_is_offered_it_or_can_read_it(visitor, live, case, page, thread):
    write(page, TEXT)
    assert TEXT.split(":")[0] not in page.evaluate("JSON.stringify(localStorage)")
    crash(page)
    sign_in(visitor, live, person(Role.REPRESENTANT, case.organisation))

    other = opened(visitor, thread)
    expect(other.get_by_text(OFFERED)).to_have_count(0)
    other.get_by_role("button", name="Logga ut").click()
    expect(other).to_have_url(f"{live}/")
    assert other.evaluate(f"{COPIES}.length") == 0


def test_what_a_colleague_has_saved_since_is_not_written_over(visitor, live, database):
    """An assessment that was written over an older page is told of the newer one, as if the tab had stayed open."""
    of = matrix()
    made = report(of, OrganisationFactory())
    authority = OrganisationFactory(kind="authority", name="Myndigheten")
    here = f"/granskning/{made.id}"
    me = person(Role.HANDLAGGARE, authority)
    sign_in(visitor, live, me)
    mine = opened(visitor, here)
    write(mine, "Min kommentar.", "Kommentar till A1")
    crash(mine)
    sign_in(visitor, live, person(Role.HANDLAGGARE, authority))
    colleague = opened(visitor, here)
    for place in (0, 1):
        colleague.get_by_role("radio", name="Delvis uppnått").nth(place).check()
    field(colleague, "Kommentar till A1").fill("Kollegans kommentar.")
    colleague.get_by_role("button", name="Spara bedömningarna").click()
    expect(colleague.get_by_text("Bedömningarna är sparade.")).to_be_visible()
    colleague.close()
    sign_in(visitor, live, me)

    again = opened(visitor, here)
    expect(field(again, "Kommentar till A1")).to_have_value("Kollegans kommentar.")
    put_back(again)
    expect(field(again, "Kommentar till A1")).to_have_value("Min kommentar.")
    again.get_by_role("button", name="Spara bedömningarna").click()
    expect(again.get_by_role("alert")).to_contain_text("har under tiden sparat bedömningen")
    expect(field(again, "Kommentar till A1")).to_have_value("Min kommentar.")
