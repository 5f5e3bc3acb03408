"""Questions that are asked with certain answers only, through the pages and without any script."""

import pytest

from forms.answers import NEEDLESS
from grantportal.domain import clock
from grantportal.domain.actors import Role
from tests.routes.test_applications import inputs, section, texts
from tests.support.applications import IN_TIME, actor_of, applicant, begin, open_call
from tests.support.client import summary, token_in
from tests.support.conditions import FORM
from tests.support.factories import OrganisationFactory
from tests.support.pages import words


@pytest.fixture(autouse=True)
def in_time(database):
    with clock.at(IN_TIME):
        yield


@pytest.fixture
def user():
    return applicant(Role.OMBUD, OrganisationFactory(name="Region Exempel"))


@pytest.fixture
def ombud(user):
    return actor_of(user)


@pytest.fixture
def application(ombud):
    return begin(ombud, open_call(form=FORM))


@pytest.fixture
def browser(user, signed_in):
    return signed_in(user)


def on_the_page(page):
    """The numbers of the questions that a reader sees."""
    form = next(form for form in page.document.iter("form") if "data-autosave" in form.attrib)
    found = set()
    for box in form.findall("div"):
        names = {each.get("name") for each in box.iter() if (each.get("name") or "").startswith("q")}
        if "hidden" not in box.attrib:
            found |= {int(name.partition("-")[0].removeprefix("q")) for name in names if "seen" not in name}
    return found


def test_a_saved_answer_brings_forth_its_question_before_anything_else(application, ombud, browser):
    url = section(application, "om")
    page = browser.get(url)
    assert on_the_page(page) == {1, 4}
    answer = browser.post_form(url, {**inputs(page), "q1": "På annat sätt", "fortsatt": "1"})
    assert answer.location.endswith(f"{url}#q2-0")
    page = browser.get(url)
    assert "Svara också på: På vilket sätt?" in words(page.document)
    assert on_the_page(page) == {1, 2, 4}
    answer = browser.post_form(url, {**inputs(page), "q2": "I flera", "fortsatt": "1"})
    assert answer.location.endswith(section(application, "hem"))


def test_a_question_that_is_brought_forth_with_its_answer_is_not_asked_for_again(application, browser):
    url = section(application, "om")
    posted = {**inputs(browser.get(url)), "q1": "På annat sätt", "q2": "I ett bolag", "fortsatt": "1"}
    assert browser.post_form(url, posted).location.endswith("#q3")
    assert "Svara också på: Vad heter bolaget?" in words(browser.get(url).document)

    browser.post_form(url, {**inputs(browser.get(url)), "q1": "I en klinik", "q3": "Vården AB"})
    posted = {**inputs(browser.get(url)), "q1": "På annat sätt", "fortsatt": "1"}
    assert browser.post_form(url, posted).location.endswith(section(application, "hem"))


def test_what_is_typed_in_a_hidden_question_is_saved_and_comes_back(application, ombud, browser):
    url = section(application, "om")
    posted = {**inputs(browser.get(url)), "q1": "På annat sätt", "q2": "I ett bolag", "q3": "Vården AB"}
    browser.post_form(url, posted)
    posted = {**inputs(browser.get(url)), "q1": "I en klinik"}
    assert browser.post_form(url, posted).status_code == 303
    page = browser.get(url)
    assert on_the_page(page) == {1, 4}
    assert inputs(page)["q3"] == "Vården AB"
    assert texts(ombud, application)["q3"] == "Vården AB"
    browser.post_form(url, {**inputs(page), "q1": "På annat sätt"})
    assert on_the_page(browser.get(url)) == {1, 2, 3, 4}


def test_what_cannot_be_saved_in_a_hidden_question_is_shown_and_never_lost(application, ombud, browser):
    url = section(application, "om")
    wrong = {"q1": "På annat sätt", "q2": "I ett bolag", "q3": "Ett alldeles för långt namn", "q4": "5"}
    page = browser.post_form(url, {**inputs(browser.get(url)), **wrong})
    assert page.status_code == 422
    assert summary(page) == ["Vad heter bolaget? Skriv högst 20 tecken."]
    hidden = {**inputs(page), "q1": "I en klinik"}
    page = browser.post_form(url, hidden)
    assert page.status_code == 422
    assert summary(page) == [f"Vad heter bolaget? Skriv högst 20 tecken. {NEEDLESS}"]
    assert 3 in on_the_page(page)
    assert inputs(page)["q3"] == "Ett alldeles för långt namn"
    saved = texts(ombud, application)
    assert (saved["q1"], saved["q4"], saved.get("q3", "")) == ("I en klinik", "5", "")
    told = browser.post(f"{url}/autospara", data={**inputs(browser.get(url)), "q3": "Ett alldeles för långt namn"}).json
    assert told["saved"]
    assert told["errors"].keys() == {"q3"}
    assert browser.post(url, data={**inputs(page), "q3": ""}).status_code == 303
    assert on_the_page(browser.get(url)) == {1, 4}


def test_a_personal_number_in_a_hidden_question_is_warned_of_and_not_lost(application, ombud, browser):
    url = section(application, "om")
    typed = {**inputs(browser.get(url)), "q4": "11", "q5": "Se 811218-9876"}
    page = browser.post_form(url, typed)
    assert page.status_code == 422
    assert "Varför behövs personnumret i ansökan?" in page.text
    page = browser.post(url, data={**inputs(page), "q4": "10"})
    assert page.status_code == 422
    assert 5 in on_the_page(page)
    assert "Med era andra svar ställs inte frågan." in page.text
    assert texts(ombud, application).get("q5", "") == ""
    answer = browser.post(url, data={**inputs(page), "reason": "Intyget gäller en person."})
    assert answer.status_code == 303
    assert texts(ombud, application)["q5"] == "Se 811218-9876"


def test_a_section_that_is_not_needed_says_so_and_is_not_counted(application, browser):
    page = browser.get(f"/ansokningar/{application.id}")
    told = words(page.document)
    assert "0 av 4 avsnitt är klara" in told
    assert "Inget att svara på, utifrån era andra svar. Behövs inte" in told
    assert browser.get(section(application, "bolaget")).location.endswith(f"/ansokningar/{application.id}")
    assert "Bolaget" not in words(browser.get(section(application, "hem")).document)
    url = section(application, "om")
    browser.post_form(url, {**inputs(browser.get(url)), "q1": "På annat sätt", "q2": "I ett bolag"})
    assert "0 av 5 avsnitt är klara" in words(browser.get(f"/ansokningar/{application.id}").document)
    assert on_the_page(browser.get(section(application, "bolaget"))) == {10}


def test_a_page_that_was_open_when_its_questions_were_hidden_still_saves_what_was_typed(application, ombud, browser):
    om, bolaget = section(application, "om"), section(application, "bolaget")
    browser.post_form(om, {**inputs(browser.get(om)), "q1": "På annat sätt", "q2": "I ett bolag"})
    page = browser.get(bolaget)
    browser.post_form(om, {**inputs(browser.get(om)), "q1": "I en klinik"})
    posted = {**inputs(page), "q10": "Driver teamet.", "csrf_token": token_in(page, bolaget)}
    assert browser.post(bolaget, data=posted).status_code == 303
    assert texts(ombud, application)["q10"] == "Driver teamet."


def test_the_check_lists_nothing_that_is_hidden(application, browser):
    told = words(browser.get(f"/ansokningar/{application.id}/kontrollera").document)
    assert "Vad heter bolaget?" not in told
    assert "Hur utses hemmet?" in told
    assert "Bolaget Inga frågor att svara på här, utifrån de andra svaren." in told


def test_what_will_be_asked_is_read_with_conditions_and_help_before_anybody_applies(call_page):
    told = words(call_page)
    assert "Visas om ni inte väljer något ungdomshem." in told
    assert "På vilket sätt är verksamheten organiserad?" in told
    assert "Visas om ni väljer På annat sätt på frågan «Hur är verksamheten organiserad?»." in told
    assert "Namn och uppdrag." in told
    assert "Skriv inget som pekar ut ett barn." in told


@pytest.fixture
def call_page(client):
    call = open_call(form="application-form")
    return client.get(f"/utlysningar/{call.id}").document
