"""Earlier answers through the section's page, without a script."""

import pytest

from grantportal.domain import clock
from grantportal.domain.actors import Role
from tests.routes.test_applications import inputs, section, texts
from tests.support.applications import (
    IN_TIME,
    actor_of,
    another_call,
    applicant,
    begin,
    draft_of,
    handed_in,
    open_call,
    write,
)
from tests.support.factories import OrganisationFactory

NEED = "Unga med stora behov.\n\nOch deras familjer."


@pytest.fixture
def user(database):
    return applicant(Role.OMBUD, OrganisationFactory(name="Region Exempel"))


@pytest.fixture
def ombud(user):
    return actor_of(user)


@pytest.fixture
def calls(database):
    return open_call(), another_call("Statsbidrag för nästa år")


@pytest.fixture
def application(ombud, calls):
    handed_in(ombud, calls[0])
    return begin(ombud, calls[1])


@pytest.fixture(autouse=True)
def in_time(database):
    with clock.at(IN_TIME):
        yield


def button(page, field):
    """The value of a question's button."""
    found = [each.get("value") for each in page.document.iter("button") if each.get("name") == "anvand"]
    return next((value for value in found if value.startswith(f"{field}.")), None)


def marks(page):
    return [each.get("data-fetched") for each in page.document.iter("p") if "data-fetched" in each.attrib]


def test_an_earlier_answer_is_used_marked_and_edited(application, user, ombud, signed_in):
    browser, url = signed_in(user), section(application, "arbetet")
    page = browser.get(url)
    assert "Så svarade ni i Statsbidrag för 2021 och 2022" in page.text
    assert marks(page) == []
    answer = browser.post(url, data={**inputs(page), "q6": "I vår.", "anvand": button(page, "q5")})
    assert (answer.status_code, answer.location) == (303, f"{url}#tidigare-q5")
    page = browser.get(url)
    assert marks(page) == ["q5"]
    assert inputs(page)["q5"] == NEED
    assert inputs(page)["q6"] == "I vår."
    assert button(page, "q5") is None, "the same answer is there already"
    overview = browser.get(f"/ansokningar/{application.id}")
    assert "1 hämtat svar att se över" in overview.text
    check = browser.get(f"/ansokningar/{application.id}/kontrollera")
    assert "Hämtat från Statsbidrag för 2021 och 2022, inte ändrat än" in check.text
    # A save that does not touch it leaves the mark; an edit takes it away.
    browser.post(url, data={**inputs(page), "q6": "I höst."})
    page = browser.get(url)
    assert marks(page) == ["q5"]
    browser.post(url, data={**inputs(page), "q5": "Nu är det annorlunda."})
    assert marks(browser.get(url)) == []
    assert "hämtat svar" not in browser.get(f"/ansokningar/{application.id}/kontrollera").text


def test_an_autosave_of_an_untouched_answer_keeps_the_mark(application, user, ombud, signed_in):
    browser, url = signed_in(user), section(application, "arbetet")
    page = browser.get(url)
    browser.post(url, data={**inputs(page), "anvand": button(page, "q5")})
    posted = inputs(browser.get(url))
    saved = browser.post(f"{url}/autospara", data={**posted, "q6": "I vår."}).json
    assert list(saved["stamps"]) == ["seen-q6"]
    assert draft_of(ombud, application)["q5"].fetched_from
    saved = browser.post(f"{url}/autospara", data={**posted, "q5": "Annat."}).json
    assert "seen-q5" in saved["stamps"]
    assert not draft_of(ombud, application)["q5"].fetched_from


@pytest.mark.parametrize(("choice", "left"), [("sparat", "Eget svar."), ("mitt", NEED)])
def test_an_answer_that_is_there_is_chosen_or_replaced(application, user, ombud, signed_in, choice, left):
    write(ombud, application, {"q5": "Eget svar."})
    browser, url = signed_in(user), section(application, "arbetet")
    page = browser.get(url)
    page = browser.post(url, data={**inputs(page), "anvand": button(page, "q5")})
    assert page.status_code == 422
    assert "Ni har redan ett svar: Vilka behov?" in page.text
    assert texts(ombud, application)["q5"] == "Eget svar."
    assert inputs(page)["q5"] == NEED
    posted = {**inputs(page), "valj-q5": choice}
    assert browser.post(url, data=posted).status_code == 303
    answer = draft_of(ombud, application)["q5"]
    assert answer.text == left
    assert bool(answer.fetched_from) is (choice == "mitt")


def test_choices_numbers_and_homes_are_used_too(application, user, ombud, signed_in):
    browser = signed_in(user)
    for key, fields in {"sokande": ("q1", "q2", "q3", "q4"), "ungdomshem": ("q7",)}.items():
        url = section(application, key)
        for field in fields:
            page = browser.get(url)
            assert browser.post(url, data={**inputs(page), "anvand": button(page, field)}).status_code == 303
    stored = texts(ombud, application)
    assert (stored["q2"], stored["q3"], stored["q4"]) == ("Barn", "Habilitering\nPrimärvård", "12")
    assert stored["q7"]


def test_money_and_declarations_say_that_they_are_not_used(application, user, signed_in):
    browser = signed_in(user)
    page = browser.get(section(application, "kostnader"))
    assert "Kostnader hämtas inte från en tidigare ansökan" in page.text
    assert button(page, "q8") is None
    page = browser.get(section(application, "forsakran"))
    assert "En försäkran hämtas inte" in page.text
    assert button(page, "q9") is None


def test_another_earlier_application_is_chosen_and_what_is_typed_is_saved(calls, user, ombud, signed_in):
    clinic = handed_in(ombud, calls[0], "BUP")
    own = handed_in(ombud, calls[0])
    application = begin(ombud, calls[1], "BUP")
    browser, url = signed_in(user), section(application, "arbetet")
    page = browser.get(url)
    assert "Så svarade ni i Statsbidrag för 2021 och 2022, BUP" in page.text
    answer = browser.post(url, data={**inputs(page), "q6": "I vår.", "visa": "1", "valj-fran": str(own.id)})
    assert answer.location == f"{url}?fran={own.id}"
    page = browser.get(answer.location)
    assert inputs(page)["q6"] == "I vår."
    assert "Så svarade ni i Statsbidrag för 2021 och 2022<" in page.text
    for odd in ("x", "-1", "999999999", "1" * 30, clinic.id):
        assert browser.get(f"{url}?fran={odd}").status_code == 200


def test_a_forged_button_is_refused_with_all_that_was_typed(application, user, ombud, signed_in):
    browser, url = signed_in(user), section(application, "arbetet")
    posted = {**inputs(browser.get(url)), "q6": "I vår."}
    for value in ("q5.999999999", "q8.1", "q5.1.2", "q5.", "x", "q5.x"):
        page = browser.post(url, data={**posted, "anvand": value})
        assert page.status_code in (303, 422)
        assert "q5" not in texts(ombud, application)


def test_without_an_earlier_application_nothing_is_said_of_one(calls, user, ombud, signed_in):
    page = signed_in(user).get(section(begin(ombud, calls[1]), "arbetet"))
    assert "Era tidigare svar" not in page.text
