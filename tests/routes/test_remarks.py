"""Kontrollera era svar: what has to be put right apart from what may be looked over, which stops nothing."""

from dataclasses import replace

import pytest

from grantportal.domain import clock
from grantportal.domain.actors import Role
from tests.routes.test_applications import hidden
from tests.support.applications import (
    ASKED_FOR,
    IN_MAY,
    IN_TIME,
    TOO_LATE,
    actor_of,
    applicant,
    asked_to_supplement,
    open_call,
    write,
    written,
)
from tests.support.calls import officer
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
    return written(ombud, open_call())


@pytest.fixture
def browser(user, signed_in):
    return signed_in(user)


def summaries(page):
    """The lines of each summary by its heading, with where they lead."""
    found = {}
    for box in page.document.iter():
        if isinstance(box.tag, str) and "govuk-error-summary" in (box.get("class") or "").split():
            lines = {words(line): next((a.get("href") for a in line.iter("a")), "") for line in box.iter("li")}
            found[words(next(box.iter("h2")))] = lines
    return found


def check(application):
    return f"/ansokningar/{application.id}/kontrollera"


def hand_in(browser, application):
    url = f"/ansokningar/{application.id}/skicka-in"
    return browser.post(url, data=hidden(browser.get(check(application)), url))


def test_what_may_be_looked_over_stands_apart_and_stops_nothing(application, browser):
    page = browser.get(check(application))
    section = f"/ansokningar/{application.id}/avsnitt"
    assert summaries(page) == {
        "Det här kan du se över": {
            "Svaret är bara 7 ord: Vilka behov? (Arbetet)": f"{section}/arbetet#q5",
            "Svaret är bara 3 ord: Vilken tidplan? (Arbetet)": f"{section}/arbetet#q6",
        }
    }
    assert hand_in(browser, application).status_code == 303


def test_what_has_to_be_put_right_stands_first_and_stops_the_hand_in(application, ombud, browser):
    write(ombud, application, {"q1": "", "q8-s0": ""})
    told = summaries(browser.get(check(application)))
    assert list(told) == ["Det här behöver rättas", "Det här kan du se över"]
    assert "Besvara frågan: Vilken verksamhet? (Sökande)" in told["Det här behöver rättas"]
    page = browser.get(check(application))
    assert "Ni kan skicka in när allt ovan är rättat." in page.text


def test_after_the_last_day_the_page_says_that_the_application_will_be_late(application, browser):
    late = "Sista dagen var 20 april 2020. Ansökan tas emot men märks som sen, och vi bedömer om den kan prövas."
    assert late not in summaries(browser.get(check(application)))["Det här kan du se över"]
    with clock.at(TOO_LATE):
        assert summaries(browser.get(check(application)))["Det här kan du se över"][late] == ""


def test_a_supplement_looks_over_what_is_open_only(application, ombud, browser):
    hand_in(browser, application)
    number = asked_to_supplement(officer(), application, replace(ASKED_FOR, parts=("sokande",)))
    with clock.at(IN_MAY):
        assert summaries(browser.get(f"/kompletteringar/{number}/svara")) == {}
        write(ombud, application, {"q1": ""})
        assert list(summaries(browser.get(f"/kompletteringar/{number}/svara"))) == ["Det här behöver rättas"]
