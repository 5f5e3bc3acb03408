"""Signing in and out through the pages."""

import json
import re
from datetime import timedelta
from urllib.parse import urlencode

import pyotp
import pytest

from grantportal import db
from grantportal.domain import accounts as rules
from grantportal.domain import clock
from grantportal.domain.accounts import CreateUser
from grantportal.domain.actors import SYSTEM, Role
from grantportal.domain.organisations import OrganisationKind
from grantportal.models.accounts import SignInSession, User
from grantportal.sealing import Sealer
from grantportal.services import accounts
from grantportal.web import POLL, SESSION_COOKIE, WRITTEN_BY
from tests.support.client import token_in
from tests.support.factories import OrganisationFactory, UserFactory, person
from tests.support.pages import words
from tests.support.rows import committed
from tests.support.statements import statements

pytestmark = pytest.mark.usefixtures("quick_passwords")
PASSWORD = "korrekt häst batteri"


@pytest.fixture
def karin(database):
    return UserFactory(name="Karin Exempel", email="karin@example.se", password_hash=rules.hashed(PASSWORD))


def sign_in(client, **data):
    return client.post_form("/logga-in", {"email": "karin@example.se", "password": PASSWORD, **data})


def hidden(page):
    """The hidden fields of the page's own form."""
    form = next(
        form for form in page.document.find("body").iter("form") if "logga-ut" not in (form.get("action") or "")
    )
    return form.get("action"), {
        field.get("name"): field.get("value") for field in form.iter("input") if field.get("type") == "hidden"
    }


def test_a_person_signs_in_and_out(client, karin):
    signed_in = sign_in(client)
    assert (signed_in.status_code, signed_in.location) == (303, "/")
    cookie = client.get_cookie(SESSION_COOKIE)
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert client.get("/konto").status_code == 200

    out = client.post_form("/logga-ut", at="/konto")

    assert out.status_code == 303
    assert client.get("/konto").location.startswith("/logga-in")
    client.set_cookie(SESSION_COOKIE, cookie.value)
    assert client.get("/konto").location.startswith("/logga-in"), "a kept cookie is dead too"


@pytest.mark.parametrize("data", [{"password": "fel lösenord"}, {"email": "okand@example.se"}])
def test_a_wrong_answer_says_the_same_and_keeps_the_address(client, karin, data):
    page = sign_in(client, **data)

    assert page.status_code == 422
    assert "E-postadressen eller lösenordet stämmer inte." in page.text
    assert data.get("email", "karin@example.se") in page.text
    assert PASSWORD not in page.text
    assert client.get_cookie(SESSION_COOKIE) is None


def test_an_empty_form_says_what_to_write(client, database):
    page = sign_in(client, email="", password="")

    assert page.status_code == 422
    assert page.text.count("Skriv din e-postadress.") == 2  # above and beside the field
    assert "Skriv ditt lösenord." in page.text


def test_a_form_from_another_site_signs_nobody_in(client, karin):
    page = client.post("/logga-in", data={"email": "karin@example.se", "password": PASSWORD})

    assert page.status_code == 422
    assert "Sidan har varit öppen för länge" in page.text
    assert "CSRF" not in page.text


def test_a_form_from_before_signing_out_does_nothing_after(client, karin):
    sign_in(client)
    old = token_in(client.get("/konto"), "/logga-ut")
    client.post_form("/logga-ut", at="/konto")
    sign_in(client)

    page = client.post("/logga-ut", data={"csrf_token": old})

    assert page.status_code == 422
    assert client.get("/konto").status_code == 200


@pytest.mark.parametrize(
    ("target", "where"),
    [
        ("/konto", "/konto"),
        ("/organisationer?sida=2", "/organisationer?sida=2"),
        ("https://example.com/", "/"),
        ("//example.com/", "/"),
        ("/\\example.com", "/"),
        ("\\\\example.com", "/"),
        ("/\t/example.com", "/"),
        ("javascript:alert(1)", "/"),
        ("konto", "/"),
        ("/finns-inte", "/"),
        ("/logga-ut", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_one_comes_to_a_page_of_the_portal(client, karin, target, where):
    page = client.get("/logga-in", query_string={"next": target})
    _, fields = hidden(page)

    answer = sign_in(client, next=fields["next"])

    assert answer.location == where


def test_a_page_that_needs_signing_in_is_shown_afterwards(client, karin):
    asked = client.get("/konto?x=1")
    assert asked.status_code == 303

    page = client.get(asked.location)
    _, fields = hidden(page)

    assert sign_in(client, next=fields["next"]).location == "/konto?x=1"


# --- A form posted after the session had ended -------------------------------------------------------------------


TEXT = 'Rad ett med "citat" & <b>\n\nRad två: åäö'


def test_what_was_typed_after_signing_out_is_shown_unsaved_after_signing_in(client, karin):
    refused = client.post("/konto/engangskod", data={"code": "123 456", "text": TEXT, "csrf_token": "old"})
    assert refused.status_code == 401
    assert "inte sparat än" in words(refused.document)
    _, fields = hidden(refused)

    kept = client.post("/logga-in", data={**fields, "email": "karin@example.se", "password": PASSWORD})

    assert kept.status_code == 200
    assert "Karin Exempel" in kept.text, "signed in already"
    action, fields = hidden(kept)
    assert action == "/konto/engangskod"
    assert fields["text"].replace("\r\n", "\n") == TEXT
    assert fields["_visa"] == "1"
    shown = client.post(action, data=fields)
    assert shown.status_code == 422
    assert "inte sparad än" in shown.text


def test_no_password_and_no_code_are_carried_along(client, database):
    page = client.post(
        "/konto/engangskod", data={"code": "123456", "password": PASSWORD, "again": PASSWORD, "text": "x"}
    )
    _, fields = hidden(page)

    assert json.loads(fields["kept"]) == [["text", "x"]]


def test_a_button_pressed_after_signing_out_leads_on_without_a_text(client, karin):
    page = client.post("/konto/engangskod/borja", data={"csrf_token": "old"})
    _, fields = hidden(page)
    assert fields["kept"] == ""

    answer = client.post("/logga-in", data={**fields, "email": "karin@example.se", "password": PASSWORD})

    assert (answer.status_code, answer.location) == (303, "/")


def test_a_fingerprint_of_what_was_read_is_no_text(client, karin):
    page = client.post("/konto/engangskod/borja", data={"sha256": "0" * 64, "csrf_token": "old"})

    assert hidden(page)[1]["kept"] == ""


def test_a_text_too_long_to_carry_is_said_to_be_lost_before_it_is(client, app, database):
    page = client.post("/konto/engangskod", data={"text": "å" * (app.config["MAX_FORM_MEMORY_SIZE"] // 6)})
    _, fields = hidden(page)

    assert page.status_code == 401
    assert fields["kept"] == ""
    assert "kopiera texten" in page.text


def test_whoever_comes_to_sign_in_anew_is_told_when_somebody_else_is_signed_in(signed_in):
    maria, karl = (signed_in(person(Role.OMBUD, OrganisationFactory())) for _ in range(2))
    asked = {"next": f"/konto/inloggad-igen?{urlencode({'person': maria.get('/konto/tid-kvar').json['person']})}"}

    def back(browser):
        return browser.get(f"/logga-in?{urlencode(asked)}").location

    assert "Du är inloggad igen" in maria.get(back(maria)).text
    assert "Någon annan är inloggad" in karl.get(back(karl)).text
    assert karl.post_form("/logga-ut", at=back(karl)).status_code == 303


def test_what_is_kept_cannot_lead_to_another_site(client, karin):
    kept = json.dumps([["text", "x"]])

    answer = sign_in(client, next="https://example.com/", kept=kept)

    assert (answer.status_code, answer.location) == (303, "/")
    assert "example.com" not in answer.text


@pytest.mark.parametrize("kept", ["[", "1", '{"a": 1}', "[[1]]", "null", "[" * 100_000])
def test_what_was_kept_may_be_anything(client, karin, kept):
    assert sign_in(client, next="/konto", kept=kept).status_code == 303


def test_what_was_kept_is_shown_without_what_is_no_text(client, karin):
    page = sign_in(client, next="/konto", kept='[["text", "Hej \\ud800\\u0000d\\u00e5"]]')

    assert page.status_code == 200
    assert hidden(page)[1]["text"] == "Hej då"


# --- Too many attempts -------------------------------------------------------------------------------------------


def test_a_browser_that_has_signed_in_is_let_in_whatever_strangers_try(client, karin, app):
    sign_in(client)
    client.post_form("/logga-ut", at="/konto")
    mark = next(cookie for name, cookie in cookies(client) if name.startswith("bp_device_"))
    assert mark.http_only
    assert mark.same_site == "Lax"
    assert "karin" not in mark.key + mark.value
    stranger = app.test_client()
    for _ in range(app.config["PORTAL"].sign_in_attempts):
        assert sign_in(stranger, password="fel lösenord här").status_code == 422

    refused = sign_in(stranger)

    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert f"Försök igen om {refused.headers['Retry-After']} sekunder." in refused.text
    assert "karin@example.se" in refused.text, "the address is kept"
    assert sign_in(client).status_code == 303


@pytest.mark.parametrize(
    "change", [lambda mark: "x" + mark, lambda mark: mark[:-1], lambda mark: mark.partition(".")[0]]
)
def test_a_device_that_the_portal_has_not_signed_is_a_strangers(client, karin, app, change):
    sign_in(client)
    mark = next(cookie for name, cookie in cookies(client) if name.startswith("bp_device_"))
    stranger = app.test_client()
    for _ in range(app.config["PORTAL"].sign_in_attempts):
        sign_in(stranger, password="fel lösenord här")

    stranger.set_cookie(mark.key, change(mark.value))
    assert sign_in(stranger).status_code == 429
    stranger.set_cookie(mark.key, mark.value)
    assert sign_in(stranger).status_code == 303


def cookies(browser):
    return [(name, cookie) for (_, _, name), cookie in browser._cookies.items()]


# --- One-time link -----------------------------------------------------------------------------------------------


def test_the_link_lets_a_person_choose_a_password_and_in(client, database):
    key = accounts.create_user(SYSTEM, CreateUser("Anna Exempel", "anna@example.se"), link_hours=72)

    page = client.post_form(f"/valkommen/{key}", {"password": PASSWORD, "again": PASSWORD})

    assert page.status_code == 303
    assert "anna@example.se" in client.get("/konto").text
    assert client.get(f"/valkommen/{key}").status_code == 404


@pytest.mark.parametrize(
    ("password", "again", "says"),
    [("kort", "kort", "minst 15 tecken"), (PASSWORD, PASSWORD + "x", "inte lika"), ("", "", "Välj ett lösenord.")],
)
def test_a_refused_password_is_asked_again(client, database, password, again, says):
    key = accounts.create_user(SYSTEM, CreateUser("Anna Exempel", "anna@example.se"), link_hours=72)

    page = client.post_form(f"/valkommen/{key}", {"password": password, "again": again})

    assert page.status_code == 422
    assert says in page.text


def test_a_link_that_is_no_link_says_where_to_get_one(client, database):
    page = client.get("/valkommen/nonsens")

    assert page.status_code == 404
    assert "be om en ny länk" in page.text


# --- Engångskod --------------------------------------------------------------------------------------------------


def test_engangskod_from_first_picture_to_last_code(client, karin, app):
    sign_in(client)
    assert client.get("/konto/engangskod/qr.svg").status_code == 404
    client.post_form("/konto/engangskod/borja", at="/konto")
    picture = client.get("/konto/engangskod/qr.svg")
    assert picture.mimetype == "image/svg+xml"
    shown = re.search(r"Nyckel: <strong>([A-Z2-7 ]+)</strong>", client.get("/konto/engangskod").text)
    secret = shown.group(1).replace(" ", "")

    assert client.post_form("/konto/engangskod", {"code": "000 000", "password": PASSWORD}).status_code == 422
    assert client.post_form("/konto/engangskod", {"code": pyotp.TOTP(secret).now()}).status_code == 422
    with_password = {"code": pyotp.TOTP(secret).now(), "password": PASSWORD}
    assert client.post_form("/konto/engangskod", with_password).status_code == 303
    assert client.get("/konto").status_code == 200, "still signed in"
    assert client.get("/konto/engangskod/qr.svg").status_code == 404, "the secret is not shown again"

    other = app.test_client()
    asked = sign_in(other, next="/konto")
    assert asked.location == "/logga-in/kod?next=/konto"
    assert other.get("/konto").location.startswith("/logga-in"), "nothing is open before the code"
    code = pyotp.TOTP(secret).at(clock.real_now() + timedelta(seconds=30))
    done = other.post_form("/logga-in/kod?next=/konto", {"code": code, "next": "/konto"})
    assert (done.status_code, done.location) == (303, "/konto")
    assert other.get("/konto").status_code == 200


def test_what_was_typed_survives_the_code_too(client, karin, app):
    with db.writing_session() as session, session.begin():
        row = session.get_one(User, karin.id)
        row.totp_secret = Sealer(app.config["PORTAL"].keyring).seal(karin.id, rules.new_secret())
        row.totp_enabled_at = row.created_at
    refused = client.post("/konto/engangskod", data={"text": TEXT})
    _, fields = hidden(refused)

    page = client.post("/logga-in", data={**fields, "email": "karin@example.se", "password": PASSWORD})
    action, fields = hidden(page)
    assert action == "/logga-in/kod"
    secret = Sealer(app.config["PORTAL"].keyring).open(karin.id, committed().get_one(User, karin.id).totp_secret)
    kept = client.post(action, data={**fields, "code": pyotp.TOTP(secret).now()})

    action, fields = hidden(kept)
    assert action == "/konto/engangskod"
    assert fields["text"].replace("\r\n", "\n") == TEXT


# --- Account and organisation ------------------------------------------------------------------------------------


def test_the_account_shows_every_mandate_from_and_to(signed_in, database):
    region = OrganisationFactory(name="Region Skåne")
    page = signed_in(person(Role.OMBUD, region)).get("/konto")

    assert "Region Skåne" in page.text
    assert "1\u00a0januari\u00a02020" in page.text
    assert "tills vidare" in page.text


def test_both_sides_see_the_same_table(signed_in, database):
    region = OrganisationFactory(name="Region Skåne")
    authority = OrganisationFactory(name="Myndigheten", kind=OrganisationKind.AUTHORITY)
    ombud, officer = person(Role.OMBUD, region), person(Role.HANDLAGGARE, authority)

    def table(page):
        # Who may end a mandate has a link for it, and nothing else that is different.
        return re.sub(r" Avsluta [^,]+, \w+", "", words(next(page.document.iter("table"))))

    theirs = table(signed_in(officer).get(f"/organisationer/{region.id}"))

    assert theirs == table(signed_in(ombud).get("/organisation"))
    assert theirs == table(signed_in(ombud).get(f"/organisationer/{region.id}"))
    assert ombud.name in theirs
    assert officer.name not in theirs


def test_the_list_of_organisations_takes_as_many_queries_for_many_as_for_few(signed_in, database):
    authority = OrganisationFactory(name="Myndigheten", kind=OrganisationKind.AUTHORITY)
    browser = signed_in(person(Role.HANDLAGGARE, authority))
    OrganisationFactory()
    with statements() as few:
        browser.get("/organisationer")
    for _ in range(20):
        OrganisationFactory()
    with statements() as many:
        browser.get("/organisationer")
    assert len(few) == len(many) <= 10


# --- How long the session lasts ------------------------------------------------------------------------------------


def seen_minutes_ago(minutes):
    with db.writing_session() as session, session.begin():
        session.query(SignInSession).update({"last_seen_at": clock.real_now() - timedelta(minutes=minutes)})


def minutes_since_seen():
    with db.writing_session() as session:
        return (clock.real_now() - session.query(SignInSession).one().last_seen_at).total_seconds() / 60


def test_a_page_that_asks_by_itself_prolongs_nothing_and_the_button_does(client, karin):
    sign_in(client)
    seen_minutes_ago(57)
    left = client.get("/konto/tid-kvar", headers={POLL: "1"}).json
    assert 2 * 60 < left["seconds"] <= 3 * 60
    assert left["prolongs"]
    assert minutes_since_seen() > 56

    left = client.post("/konto/tid-kvar", data={"csrf_token": left["token"]}).json
    assert left["seconds"] > 59 * 60
    assert minutes_since_seen() < 1


def test_nobodys_session_has_no_time_left_and_no_token(client):
    assert client.get("/konto/tid-kvar").json == {"person": None, "seconds": 0}


def test_a_page_of_one_person_saves_nothing_in_the_name_of_another(client, karin):
    sign_in(client)
    token = client.get("/konto/tid-kvar").json["token"]
    said = client.post("/konto/tid-kvar", data={"csrf_token": token}, headers={WRITTEN_BY: "somebody else"})
    assert said.status_code == 422


def test_signing_out_clears_what_the_browser_keeps_of_unsaved_text(client, karin):
    sign_in(client)
    assert client.post_form("/logga-ut", at="/konto").headers["Clear-Site-Data"] == '"storage"'


# --- The account is its owner's ----------------------------------------------------------------------------------


def test_a_person_changes_the_password_on_the_own_page(client, karin, app):
    sign_in(client)
    other = app.test_client()
    sign_in(other)
    new = {"current": PASSWORD, "password": "ett alldeles nytt lösenord", "again": "ett alldeles nytt lösenord"}

    assert "stämmer inte" in client.post_form("/konto/losenord", {**new, "current": "fel"}).text
    assert client.post_form("/konto/losenord", new).location == "/konto"

    assert client.get("/konto").status_code == 200
    assert other.get("/konto").status_code == 303
    assert sign_in(other).status_code == 422
    assert sign_in(other, password=new["password"]).status_code == 303


def test_a_person_ends_other_sign_ins_on_the_own_page(client, karin, app):
    others = [app.test_client() for _ in range(3)]
    for browser in (client, *others):
        sign_in(browser)
    page = client.get("/konto")
    assert page.text.count('class="bp-linkbutton">Avsluta') == 3
    first = next(form.get("action") for form in page.document.iter("form") if "/inloggningar/" in form.get("action"))

    assert client.post_form(first, at="/konto").location == "/konto"
    assert [browser.get("/konto").status_code for browser in others].count(200) == 2
    assert client.post_form("/konto/inloggningar/avsluta-andra", at="/konto").location == "/konto"
    assert [browser.get("/konto").status_code for browser in others].count(200) == 0
    assert "Logga ut överallt" not in client.get("/konto").text


def test_the_account_is_read_in_as_many_queries_for_many_sign_ins_as_for_few(client, karin):
    sign_in(client)
    with statements() as few:
        client.get("/konto")
    for _ in range(30):
        accounts.open_session(karin.id, hours=1)
    with statements() as many:
        client.get("/konto")
    assert len(few) == len(many) <= 5


def test_the_administrator_closes_an_account_from_the_organisations_page(signed_in, database):
    region = OrganisationFactory()
    ombud = person(Role.OMBUD, region)
    admin = signed_in(person(Role.ADMINISTRATOR, OrganisationFactory(kind=OrganisationKind.AUTHORITY)))
    assert f"/konton/{ombud.id}/avsluta" in admin.get(f"/organisationer/{region.id}").text
    assert f"/konton/{ombud.id}/avsluta" not in signed_in(ombud).get("/organisation").text

    assert admin.post_form(f"/konton/{ombud.id}/avsluta").location == "/organisationer"

    assert "Kontot för" in admin.get("/organisationer").text
    assert "Ingen har behörighet i organisationen." in admin.get(f"/organisationer/{region.id}").text
    assert admin.get(f"/konton/{ombud.id}/avsluta").status_code == 404
