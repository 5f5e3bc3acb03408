"""Ungdomshem: the officer keeps the list, a region finds its own, and a closed home stays where it is chosen."""

import pytest

from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.models.accounts import User
from grantportal.models.organisations import YouthHome
from grantportal.queries import youth_homes as queries
from grantportal.services import youth_homes as services
from tests.routes.test_applications import inputs, section, texts
from tests.support.applications import IN_TIME, actor_of, applicant, begin, open_call
from tests.support.calls import officer
from tests.support.client import summary, token_in
from tests.support.factories import OrganisationFactory
from tests.support.pages import words
from tests.support.rows import committed, events_of, saved
from tests.support.statements import statements


@pytest.fixture(autouse=True)
def in_time(database):
    with clock.at(IN_TIME):
        yield


@pytest.fixture
def region():
    return OrganisationFactory(name="Region Exempel")


@pytest.fixture
def neighbour():
    return OrganisationFactory(name="Region Annan")


@pytest.fixture
def handlaggare():
    return officer()


@pytest.fixture
def desk(handlaggare, signed_in):
    return signed_in(committed().get_one(User, handlaggare.user_id))


def made(name, region=None):
    return saved(YouthHome(name=name, region_id=region.id if region else None))


def home(home_id):
    return committed().get_one(YouthHome, home_id)


def test_an_officer_adds_a_home_moves_it_closes_it_and_opens_it_again(desk, region, neighbour):
    assert desk.post_form("/ungdomshem/", {"name": "Rebecka", "region_id": str(region.id)}).status_code == 303
    told = words(desk.get("/ungdomshem/").document)
    assert "Region Exempel Rebecka" in told
    (one,) = queries.listed()
    page = f"/ungdomshem/{one.id}"
    assert desk.post_form(f"{page}/flytta", {"region_id": str(neighbour.id)}, at=page).status_code == 303
    assert "Region Annan Rebecka" in words(desk.get("/ungdomshem/").document)
    assert desk.post_form(f"{page}/stang", at=page).status_code == 303
    assert "Rebecka Stängt" in words(desk.get("/ungdomshem/").document)
    assert desk.post_form(f"{page}/oppna", at=page).status_code == 303
    assert "Stängt" not in words(desk.get("/ungdomshem/").document)
    assert events_of(home(one.id)) == [
        "youth_home.registered",
        "youth_home.moved",
        "youth_home.closed",
        "youth_home.reopened",
    ]


def test_what_is_wrong_is_told_and_nothing_typed_is_lost(desk, region):
    made("Folåsa", region)
    page = desk.post_form("/ungdomshem/", {"name": "Folåsa", "region_id": str(region.id)})
    assert (page.status_code, summary(page)) == (422, ["Ungdomshemmets namn: Ungdomshemmet finns redan."])
    chosen = [each.get("value") for each in page.document.iter("option") if "selected" in each.attrib]
    assert chosen == [str(region.id)]
    page = desk.post_form("/ungdomshem/", {"name": "Nytt", "region_id": "999999"})
    assert page.status_code == 422


def test_two_officers_who_close_the_same_home(desk, handlaggare, region):
    one = made("Folåsa", region)
    page = desk.get(f"/ungdomshem/{one.id}")
    services.close(handlaggare, one.id)
    close = f"/ungdomshem/{one.id}/stang"
    answer = desk.post(close, data={"csrf_token": token_in(page, close)})
    assert answer.status_code == 422
    assert "Någon annan har ändrat ungdomshemmet." in answer.text


def test_a_region_finds_its_own_homes_first(region, neighbour, signed_in):
    call = open_call()
    made("Norrhem", neighbour)
    made("Sörhem", region)
    user = applicant(Role.OMBUD, region)
    application = begin(actor_of(user), call)
    told = words(signed_in(user).get(section(application, "ungdomshem")).document)
    order = [told.index(text) for text in ("Region Exempel Sörhem", "Region Annan Norrhem", "Övriga ungdomshem")]
    assert order == sorted(order)
    assert "Övriga ungdomshem Björkbacken Folåsa" in told


def test_a_closed_home_stays_where_it_is_chosen_and_is_not_chosen_anew(region, handlaggare, signed_in):
    call = open_call()
    one, other = made("Sörhem", region), made("Norrhem", region)
    user = applicant(Role.OMBUD, region)
    ombud = actor_of(user)
    application = begin(ombud, call)
    browser = signed_in(user)
    url = section(application, "ungdomshem")
    before = browser.get(url)
    browser.post_form(url, {**inputs(before), "q7": [str(one.id)]})
    services.close(handlaggare, one.id)
    services.close(handlaggare, other.id)
    page = browser.get(url)
    told = words(page.document)
    assert "Sörhem (stängt)" in told
    assert "Norrhem" not in told
    folasa = next(each.id for each in queries.listed() if each.name == "Folåsa")
    assert browser.post_form(url, {**inputs(page), "q7": [str(one.id), str(folasa)]}).status_code == 303
    assert set(texts(ombud, application)["q7"].splitlines()) == {str(one.id), str(folasa)}
    answer = browser.post_form(url, {**inputs(browser.get(url)), "q7": [str(other.id)]})
    assert answer.status_code == 422
    assert "Norrhem går inte att välja längre." in answer.text
    assert set(texts(ombud, application)["q7"].splitlines()) == {str(one.id), str(folasa)}


def test_the_list_asks_no_more_with_many_homes(desk, region):
    def asked():
        with statements() as sent:
            desk.get("/ungdomshem/")
        return len([each for each in sent if each != "BEGIN"])

    asked()
    few = asked()
    for number in range(30):
        made(f"Hem {number}", region if number % 2 else None)
    assert asked() == few
    assert few <= 8
