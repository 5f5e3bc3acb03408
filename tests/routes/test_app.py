"""What holds for every response: headers, hosts, and who may reach the demonstration."""

import logging
import re
import socket
from dataclasses import replace

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import InvalidRequestLine
from werkzeug.exceptions import HTTPException

from grantportal import limits, server
from grantportal.app import Number, create_app
from grantportal.domain import clock
from grantportal.domain.accounts import CreateUser
from grantportal.domain.actors import SYSTEM
from grantportal.headers import HEADERS
from grantportal.services import accounts
from grantportal.settings import Settings
from grantportal.web import SESSION_COOKIE
from tests.support.factories import UserFactory

PASSWORD = "korrekt häst batteri"


@pytest.fixture
def make(database, tmp_path):
    """An application with other settings, on the test's database."""
    standard = Settings(instance=tmp_path, database_url=database.url, secret_key="tests", secure_cookies=False)

    def made(**changes):
        return create_app(replace(standard, **changes))

    yield made
    clock.move_by(lambda: 0)


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/logga-in", "GET"),
        ("/logga-in", "POST"),
        ("/konto", "GET"),
        ("/konto/engangskod", "POST"),
        ("/finns-inte", "GET"),
        ("/logga-ut", "GET"),
        ("/static/portal.css", "GET"),
        ("/static/portal.css", "POST"),
        ("/static/finns-inte.css", "GET"),
        ("/demonstration", "GET"),
    ],
)
def test_every_response_has_the_headers(make, path, method):
    with make().test_client().open(path, method=method) as response:
        assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert "unsafe" not in response.headers["Content-Security-Policy"]


def test_a_failure_has_the_headers_too_and_tells_nothing(make):
    app = make()

    @app.get("/gar-sonder")
    def broken():
        raise RuntimeError("hemligheten")

    response = app.test_client().get("/gar-sonder")

    assert response.status_code == 500
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert "hemligheten" not in response.text


def test_over_https_the_cookie_and_the_browser_are_told_so(make):
    response = make(secure_cookies=True).test_client().get("/logga-in")

    assert "Secure" in response.headers["Set-Cookie"]
    assert response.headers["Strict-Transport-Security"].startswith("max-age=")
    with make(secure_cookies=True).test_client().get("/static/portal.css") as static:
        assert static.headers["Strict-Transport-Security"] == response.headers["Strict-Transport-Security"]
        assert "Access-Control-Allow-Origin" not in static.headers


def test_an_address_is_the_same_with_and_without_a_slash_at_its_end(app):
    """Whoever types «/konto/» or «/beslut» comes to the page."""
    adapter = app.url_map.bind("localhost")
    strangers = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        values = {name: 1 if isinstance(kind, Number) else "x" for name, kind in rule._converters.items()}
        values.update(rule.defaults or {})
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        path = adapter.build(rule.endpoint, values, method=method)
        other = path.rstrip("/") if path.endswith("/") else path + "/"
        for each in (path, other or "/"):
            try:
                found = adapter.match(each, method=method)[0]
            except HTTPException as refusal:
                found = type(refusal).__name__
            if found != rule.endpoint:
                strangers.append(f"{each}: {found}")
    assert not strangers


def test_pages_are_not_kept_by_the_browser_but_the_stylesheet_is(make):
    client = make().test_client()

    assert client.get("/logga-in").headers["Cache-Control"] == "no-store"
    with client.get("/static/portal.css") as static:
        assert "max-age=3600" in static.headers["Cache-Control"]


@pytest.mark.parametrize("host", ["portal.example.se", "localhost", "127.0.0.1:5001", "[::1]:5000"])
def test_the_portal_answers_to_its_own_name(make, host):
    app = make(public_url="https://portal.example.se")

    assert app.test_client().get("/logga-in", headers={"Host": host}).status_code == 200


def test_the_portal_does_not_answer_to_another_name(make):
    app = make(public_url="https://portal.example.se")

    assert app.test_client().get("/logga-in", headers={"Host": "example.com"}).status_code == 400


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("192.0.2.1", "localhost"),
        ("127.0.0.1", "portal.example.se"),
        ("127.0.0.1", "example.com"),
        ("::ffff:192.0.2.1", "localhost"),
    ],
)
def test_the_demonstration_is_reached_from_this_machine_only(make, address, host):
    client = make(demonstration=True, public_url="https://portal.example.se").test_client()

    for path in ("/", "/demonstration", "/logga-in"):
        refused = client.get(path, headers={"Host": host}, environ_base={"REMOTE_ADDR": address})
        assert refused.status_code == 403


def test_a_proxy_cannot_make_the_demonstration_believe_in_a_near_visitor(make):
    client = make(demonstration=True, proxies=1).test_client()

    refused = client.get(
        "/demonstration",
        headers={"Host": "localhost", "X-Forwarded-For": "127.0.0.1"},
        environ_base={"REMOTE_ADDR": "192.0.2.1"},
    )

    assert refused.status_code == 403


def test_every_page_of_the_demonstration_carries_the_banner(make):
    client = make(demonstration=True).test_client()

    for path in ("/logga-in", "/demonstration", "/finns-inte", "/om/hjalp"):
        assert "Det här är en demonstration" in client.get(path).text


def test_elsewhere_there_is_no_banner_and_no_one_click(make):
    client = make().test_client()

    page = client.get("/logga-in")
    assert "demonstration" not in page.text
    assert client.get("/demonstration").status_code == 404
    assert client.post("/demonstration/logga-in", data={"person": 1}).status_code == 404


def test_where_everybody_needs_an_engangskod_nothing_else_is_open_without(make, database):
    client = make(require_second_factor=True).test_client()
    client.set_cookie(SESSION_COOKIE, accounts.open_session(UserFactory().id, hours=1))

    assert client.get("/organisation").location == "/konto/engangskod"
    assert client.get("/konto/engangskod").status_code == 200
    assert client.get("/om/hjalp").status_code == 200


@pytest.mark.parametrize("number", ["0", "999999999", "1000000000", "9" * 30, "-1", "1.0", "1e3", "%00"])
def test_a_number_that_names_nothing_is_not_found(make, number):
    client = make().test_client()
    client.set_cookie(SESSION_COOKIE, accounts.open_session(UserFactory().id, hours=1))

    assert client.get(f"/organisationer/{number}").status_code == 404


# --- Over https ------------------------------------------------------------------------------------------------------


def test_over_https_every_cookie_is_for_this_host_only(make, quick_passwords):
    """A neighbour under the same domain can put none of ours in a browser: one that begins with __Host- is refused from there."""
    client = make(secure_cookies=True, public_url="https://localhost").test_client()
    key = accounts.create_user(SYSTEM, CreateUser("Anna Exempel", "anna@example.se"), link_hours=1)
    page = client.get(f"/valkommen/{key}", base_url="https://localhost")
    token = re.search(r'name="csrf_token" type="hidden" value="([^"]+)"', page.text)
    fields = {"csrf_token": token.group(1), "password": PASSWORD, "again": PASSWORD}

    answer = client.post(f"/valkommen/{key}", data=fields, base_url="https://localhost")

    assert answer.status_code == 303
    given = [*page.headers.getlist("Set-Cookie"), *answer.headers.getlist("Set-Cookie")]
    assert len({each.partition("=")[0] for each in given}) == 3
    for each in given:
        assert each.startswith("__Host-"), each
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(each.split("; ")), each
        assert "Domain" not in each


# --- From another site -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://portal.example.se.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_what_another_site_has_written_is_not_shown_as_the_readers_own(make, headers):
    client = make(public_url="https://portal.example.se").test_client()
    fields = {"email": "written@evil.example", "password": "x"}

    refused = client.post("/logga-in", data=fields, headers={"Host": "portal.example.se", **headers})

    assert refused.status_code == 400
    assert "evil.example" not in refused.text


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "https://portal.example.se:8443"}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}],
    ids=str,
)
def test_what_its_own_reader_has_written_is_kept(make, headers):
    client = make(public_url="https://portal.example.se").test_client()

    shown = client.post(
        "/logga-in", data={"email": "anna@example.se"}, headers={"Host": "portal.example.se", **headers}
    )

    assert shown.status_code == 422
    assert "anna@example.se" in shown.text


# --- How often -------------------------------------------------------------------------------------------------------


def test_every_page_that_is_counted_is_there(make):
    endpoints = set(make().view_functions)
    for most, counted in limits.LIMITS.values():
        assert most >= 30
        assert endpoints >= set(counted)


def test_whoever_asks_too_often_waits_and_nobody_else_does(make):
    app = make(limits_url="memory://")
    most, _ = limits.LIMITS["links"]
    one, two = ({"REMOTE_ADDR": f"192.0.2.{number}"} for number in (1, 2))
    client = app.test_client()
    answers = [client.get("/valkommen/no-such-key", environ_base=one) for _ in range(most + 1)]

    assert {each.status_code for each in answers[:-1]} == {404}
    assert answers[-1].status_code == 429
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert "Du har försökt för många gånger" in answers[-1].text
    assert {name: answers[-1].headers.get(name) for name in HEADERS} == HEADERS
    assert client.get("/valkommen/no-such-key", environ_base=two).status_code == 404
    assert client.get("/logga-in", environ_base=one).status_code == 200


def test_a_counting_place_that_is_away_stops_nobody(make):
    client = make(limits_url="redis://127.0.0.1:1/0").test_client()

    assert client.get("/valkommen/no-such-key").status_code == 404


# --- What the server answers by itself -------------------------------------------------------------------------------


def test_an_answer_to_what_is_no_request_has_the_headers_too():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        worker = object.__new__(server.Threads)
        worker.cfg, worker.log = Config(), logging.getLogger("tests")
        worker.handle_error(None, ours, ("192.0.2.1", 1), InvalidRequestLine("x"))
        answer = theirs.recv(10_000).decode()

    head, _, _ = answer.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 400 ")
    said = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
    assert {name: said.get(name) for name in HEADERS} == HEADERS
    assert said["Cache-Control"] == "no-store"
