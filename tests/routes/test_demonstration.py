"""The demonstration's pages."""

import json
from datetime import timedelta
from email.message import EmailMessage

import pytest

from grantportal import db, demonstration
from grantportal.app import create_app
from grantportal.domain import clock
from grantportal.queries import accounts
from grantportal.settings import Settings
from tests.support.client import Client
from tests.support.factories import UserFactory
from tests.support.pages import words
from tests.support.story import enter_persons, nothing_told

FIRST_DAY = demonstration.STOPS[demonstration.LAST]


def load(_until=None):
    """What takes the story's place where the demonstration begins anew."""
    enter_persons()


@pytest.fixture
def settings(database, tmp_path):
    return Settings(
        instance=tmp_path, database_url=database.url, secret_key="tests", demonstration=True, secure_cookies=False
    )


@pytest.fixture
def client(settings):
    """A visitor of the demonstration, when nothing has happened in it yet."""
    app = create_app(settings)
    app.testing = True
    app.test_client_class = Client
    nothing_told()
    yield app.test_client()
    clock.move_by(lambda: 0)


def people():
    try:
        return {one.name: one.user_id for one in accounts.everybody(only_examples=True)}
    finally:
        db.close_read_session()


def hidden(page, action):
    """What the page's form to the address carries along."""
    form = next(form for form in page.document.iter("form") if form.get("action") == action)
    return {field.get("name"): field.get("value") for field in form.iter("input") if field.get("type") == "hidden"}


def test_everybody_can_be_chosen_by_organisation(client):
    page = client.get("/demonstration")

    headings = [words(heading) for heading in page.document.iter("h2")]
    assert {
        "Region Skåne",
        "Västra Götalandsregionen",
        "Region Östergötland",
        "Region Stockholm",
        "Myndigheten",
    } <= set(headings)
    assert page.text.count("Logga in<span") == len(demonstration.persons())


def test_one_click_signs_in(client):
    answer = client.post_form("/demonstration/logga-in", {"person": people()["Karin Exempel"]}, at="/demonstration")

    assert answer.status_code == 303
    assert "Karin Exempel" in client.get("/konto").text


def test_what_was_typed_after_signing_out_is_carried_by_the_one_click_too(client):
    refused = client.post("/konto/engangskod", data={"code": "1", "text": "Rad ett\n\nRad två", "csrf_token": "old"})
    assert refused.status_code == 401
    chosen = client.post("/demonstration", data=hidden(refused, "/demonstration"))
    assert chosen.status_code == 200
    assert "så visas det du skrev" in words(chosen.document)
    click = {**hidden(chosen, "/demonstration/logga-in"), "person": people()["Karin Exempel"]}

    kept = client.post("/demonstration/logga-in", data=click)

    assert kept.status_code == 200
    assert "Karin Exempel" in kept.text, "signed in already"
    shown = client.post("/konto/engangskod", data=hidden(kept, "/konto/engangskod"))
    assert shown.status_code == 422
    assert "inte sparad än" in shown.text


def test_a_click_on_nobody_still_carries_what_was_typed(client):
    refused = client.post("/konto/engangskod", data={"text": "Rad ett"})
    chosen = client.post("/demonstration", data=hidden(refused, "/demonstration"))

    again = client.post("/demonstration/logga-in", data={**hidden(chosen, "/demonstration/logga-in"), "person": "x"})

    assert again.status_code == 422
    assert json.loads(hidden(again, "/demonstration/logga-in")["kept"]) == [["text", "Rad ett"]]


def test_the_one_click_leads_on_to_the_page_that_was_asked_for(client):
    page = client.get("/konto", follow_redirects=True)
    link = next(link.get("href") for link in page.document.iter("a") if link.get("href").startswith("/demonstration?"))
    click = {**hidden(client.get(link), "/demonstration/logga-in"), "person": people()["Karin Exempel"]}

    answer = client.post("/demonstration/logga-in", data=click)

    assert (answer.status_code, answer.location) == (303, "/konto")


def test_nobody_but_the_demonstrations_persons_is_signed_in_by_a_click(client):
    user = UserFactory(name="Riktig Person")

    assert client.post_form("/demonstration/logga-in", {"person": user.id}, at="/demonstration").status_code == 404
    assert client.get("/konto").status_code == 303


@pytest.mark.parametrize("person", ["", "x", "-1", "9" * 30])
def test_a_click_on_nobody_is_refused(client, person):
    answer = client.post_form("/demonstration/logga-in", {"person": person}, at="/demonstration")

    assert answer.status_code in {404, 422}


def test_the_visitor_moves_the_day(client):
    assert client.post_form("/demonstration/dag", {"days": "12"}, at="/demonstration").status_code == 303
    assert "lördag 1\u00a0april\u00a02023" in client.get("/demonstration").text
    assert client.post_form("/demonstration/dag", {"day": "2023-04-03"}, at="/demonstration").status_code == 303
    assert "måndag 3\u00a0april\u00a02023" in client.get("/om/hjalp").text


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"days": "-1"}, "Skriv ett heltal mellan 1"),
        ({"days": "x"}, "Skriv ett heltal mellan 1"),
        ({"day": "2023-02-30"}, "Det datumet finns inte"),
        ({"day": "1 mars"}, "Skriv datumet med siffror"),
        ({"day": FIRST_DAY.isoformat()}, "bara flyttas framåt"),
        ({}, "antingen ett antal dagar eller ett datum"),
        ({"days": "3", "day": "2024-01-01"}, "antingen ett antal dagar eller ett datum"),
    ],
)
def test_a_day_that_cannot_be_is_asked_again_with_what_was_typed(client, data, says):
    page = client.post_form("/demonstration/dag", data, at="/demonstration")

    assert page.status_code == 422
    assert says in page.text
    for typed in data.values():
        assert f'value="{typed}"' in page.text
    db.close_read_session()
    assert clock.today() == FIRST_DAY


def test_mail_is_read_newest_first_and_shown_as_text(client, settings):
    settings.mail.mkdir()
    for number, subject in enumerate(["Första", "Andra <b>"]):
        message = EmailMessage()
        message["Subject"], message["To"] = subject, "karin.exempel@skane.example"
        message["Date"] = clock.real_now() + timedelta(minutes=number)
        message.set_content("Något väntar på dig.\n\nLogga in för att läsa.")
        (settings.mail / f"{number}.eml").write_bytes(message.as_bytes())

    page = client.get("/demonstration/post")

    assert [words(heading) for heading in page.document.iter("h2")] == ["Andra <b>", "Första"]
    assert "Något väntar på dig." in page.text


def test_beginning_anew_takes_away_what_visitors_did(client, settings, monkeypatch):
    monkeypatch.setattr(demonstration, "load", load)
    UserFactory(name="Tillagd Person", is_example=True)
    settings.mail.mkdir()
    (settings.mail / "1.eml").write_text("Subject: x\n\nx")
    client.post_form("/demonstration/dag", {"days": "12"}, at="/demonstration")
    assert "Tillagd Person" in people()

    answer = client.post_form("/demonstration/borja-om")

    assert answer.status_code == 303
    assert "Tillagd Person" not in people()
    assert set(people()) == {one.name for one in demonstration.persons()}
    db.close_read_session()
    assert clock.today() == FIRST_DAY
    assert not list(settings.mail.glob("*"))


def test_beginning_anew_needs_the_pages_own_form(client):
    UserFactory(name="Tillagd Person", is_example=True)

    assert client.post("/demonstration/borja-om").status_code == 422
    assert "Tillagd Person" in people()
