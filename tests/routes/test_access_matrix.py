"""Every endpoint, as everybody, with one's own, another's and an absent object."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from time import process_time
from typing import Any

import pytest
from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf
from werkzeug.routing import BuildError
from werkzeug.test import Client, TestResponse

from grantportal import db
from grantportal.app import create_app
from grantportal.domain import clock
from grantportal.settings import Settings
from grantportal.web import SESSION_COOKIE
from tests.routes import access
from tests.routes.access import ANONYMOUS, VISITORS, Row
from tests.routes.access.world import World, build
from tests.support.databases import Database, postgresql_only

ROWS = access.all_rows()
NUMBER_OF_NOTHING = 987_654_321


def endpoints(app: Flask) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules()} - {"static"}


def test_every_endpoint_has_a_row(app):
    assert not endpoints(app) - ROWS.keys(), "say who may, in tests/routes/access/"


def test_every_row_has_an_endpoint(app):
    assert not ROWS.keys() - endpoints(app)


def test_the_groups_of_visitors_are_spelled_right():
    named = set().union(*(set(row.may) | set(row.reads or ()) | set(row.unseen) for row in ROWS.values()))

    assert named <= set(VISITORS)


class Everybody:
    """A browser per visitor, all with the same proof that a form is the portal's own."""

    def __init__(self, app: Flask, world: World) -> None:
        self.app, self.world = app, world
        with app.test_request_context():
            self.token = generate_csrf()
            signer = SecureCookieSessionInterface().get_signing_serializer(app)
            assert signer is not None
            self.form_cookie = signer.dumps(dict(session))

    def ask(
        self, visitor: str, method: str, path: str, data: dict[str, Any] | None = None, **sent: Any
    ) -> TestResponse:
        client = Client(self.app)
        here = {"REMOTE_ADDR": "127.0.0.1"}
        client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], self.form_cookie)
        if visitor != ANONYMOUS:
            client.set_cookie(SESSION_COOKIE, self.world.keys[visitor])
        if method == "POST":
            return client.post(path, data={"csrf_token": self.token, **(data or {})}, environ_overrides=here, **sent)
        return client.open(path, method=method, environ_overrides=here)


@pytest.fixture
def as_demonstration(database: Database, tmp_path) -> Iterator[Callable[[], Flask]]:
    """The demonstration, on the test's database."""

    def make() -> Flask:
        made = create_app(
            Settings(
                instance=tmp_path,
                database_url=database.url,
                secret_key="tests",
                demonstration=True,
                secure_cookies=False,
            )
        )
        made.testing = True
        return made

    yield make
    clock.move_by(lambda: 0)


# On the database that an authority runs: the rights themselves are the same code on both, and each page has its own tests.
@postgresql_only
@pytest.mark.usefixtures("quick_passwords")
@pytest.mark.parametrize("endpoint", sorted(ROWS))
def test_who_may(endpoint, app, database, as_demonstration):
    row = ROWS[endpoint]
    if endpoint not in endpoints(app):
        pytest.fail(f"{endpoint} is no endpoint")
    world = build()
    if row.demonstration:
        everybody = Everybody(app, world)
        for visitor in VISITORS:
            for method in methods(app, endpoint):
                assert everybody.ask(visitor, method, path(app, endpoint, row, values(row, world))).status_code == 404
        app = as_demonstration()
        world = build_anew(database)
    faults = [
        fault for method in methods(app, endpoint) for fault in faults_of(Everybody(app, world), endpoint, row, method)
    ]
    assert not faults, "\n".join(faults)


def build_anew(database: Database) -> World:
    database.reset()
    return build()


def methods(app: Flask, endpoint: str) -> list[str]:
    found: set[str] = set().union(*(rule.methods or () for rule in app.url_map.iter_rules(endpoint)))
    # What changes nothing goes first.
    return sorted(found - {"HEAD", "OPTIONS"})


def values(row: Row, world: World) -> dict[str, Any]:
    try:
        return dict(row.thing(world)) if row.thing else {}
    finally:
        db.close_read_session()


def absent(own: dict[str, Any]) -> dict[str, Any]:
    return {
        name: NUMBER_OF_NOTHING if isinstance(value, int) else f"finns-inte-{len(str(value))}"
        for name, value in own.items()
    }


def path(app: Flask, endpoint: str, row: Row, own: dict[str, Any]) -> str:
    with app.test_request_context():
        try:
            return app.url_for(endpoint, **own, **row.query)
        except BuildError as error:
            raise AssertionError(f"the row of {endpoint} lacks a `thing` with the address' values: {error}") from error


def faults_of(everybody: Everybody, endpoint: str, row: Row, method: str) -> Iterator[str]:
    app, world = everybody.app, everybody.world
    allowed, blind = row.allowed(method), row.blind()
    own = values(row, world)
    here, nowhere = path(app, endpoint, row, own), path(app, endpoint, row, absent(own))
    data = row.posted(world, own)
    # Those who may not go first, so that a right that is missing shows on an untouched object.
    for visitor in sorted(VISITORS, key=lambda name: name in allowed and name not in blind):
        let_in = visitor in allowed and visitor not in blind
        if let_in and method != "GET":
            own = values(row, world)
            here, data = path(app, endpoint, row, own), row.posted(world, own)
        said = f"{method} {here} as {visitor}"
        response = everybody.ask(visitor, method, here, data)
        got = outcome(response)
        if visitor in blind:
            missing = everybody.ask(visitor, method, nowhere, data)
            if (response.status_code, body(response, here)) != (missing.status_code, body(missing, nowhere)):
                yield f"{said}: {got}, and not the same as for what does not exist ({outcome(missing)})"
            if got not in ("404", "sign in"):
                yield f"{said}: {got}, not 404"
        elif let_in:
            if got != "in":
                yield f"{said}: {got}, not let in"
            if own and (got := outcome(everybody.ask(visitor, method, nowhere, data))) != "404":
                yield f"{method} {nowhere} as {visitor}: {got}, not 404"
        else:
            wanted = "sign in" if visitor == ANONYMOUS else "403"
            if got != wanted:
                yield f"{said}: {got}, not {wanted}"


def outcome(response: TestResponse) -> str:
    """Let in, led to the sign-in page, or the status."""
    if response.status_code == 401 or (
        response.status_code in {302, 303} and response.location.partition("?")[0].endswith("/logga-in")
    ):
        return "sign in"
    return "in" if response.status_code < 400 or response.status_code == 422 else str(response.status_code)


def body(response: TestResponse, where: str) -> str:
    """The page, without what may differ: its own address, and the token of its forms."""
    text = re.sub(r'name="csrf_token"[^>]*value="[^"]*"', "", response.text)
    return text.replace(where, "")


def test_a_right_that_is_too_wide_is_found(app, database):
    """The control: against a row that promises less than the portal gives, the same walk finds faults."""
    everybody = Everybody(app, build())
    narrow = replace(ROWS["organisations.show"], may=frozenset({"ombud"}))

    found = "\n".join(faults_of(everybody, "organisations.show", narrow, "GET"))

    assert "as handlaggare: in, not 403" in found
    assert "as ombud:" not in found
    blind = replace(ROWS["organisations.index"], unseen=frozenset({"handlaggare"}))
    assert "as handlaggare: in, not 404" in "\n".join(faults_of(everybody, "organisations.index", blind, "GET"))


# --- What a text of nothing but marks costs ---------------------------------------------------------------------------

MARKS = "\u0300\u0327" * 5_000
"""Each mark has its place after another: to put a long run in order takes time with the square of its length."""
LETTERS = "a" * len(MARKS.encode())
TIMES = 5
SMALL = 0.005
"""Seconds of the processor that no request is measured below."""


def texts_of(page: str) -> set[str]:
    """The fields that a page lets somebody write in."""
    found = re.findall(r"<(?:textarea|input(?![^>]*type=\"(?:hidden|radio|checkbox|file|submit)\"))[^>]*>", page)
    return {name for each in found for name in re.findall(r'name="([^"]+)"', each)}


BODY = 400_000
"""Bytes of one request: the test's client puts longer ones into files."""


def costs(app: Flask, database: Database, endpoint: str, texts: tuple[str, str]) -> list[float]:
    """Seconds of the processor for a POST by somebody who may, with the text in every field of the page and of the row: one
    after the other, to the same object."""
    row = ROWS[endpoint]
    visitor = next(each for each in VISITORS if each in row.allowed("POST"))
    everybody = Everybody(app, build_anew(database))
    own = values(row, everybody.world)
    here = path(app, endpoint, row, own)
    data = row.posted(everybody.world, own)
    page = everybody.ask(visitor, "GET", here) if "GET" in methods(app, endpoint) else None
    names = {name for name, value in data.items() if isinstance(value, str)}
    names |= texts_of(page.text) if page is not None and page.status_code == 200 else set()
    spent = []
    for text in texts:
        part = text[: int(len(text) * min(1, BODY / (len(text.encode()) * max(1, len(names)))))]
        sent = {**data, **dict.fromkeys(sorted(names), part)}
        begun = process_time()
        response = everybody.ask(visitor, "POST", here, sent, content_type="multipart/form-data")
        spent.append(max(process_time() - begun, SMALL))
        assert response.status_code < 500, f"{endpoint}: {response.status_code}"
    return spent


@postgresql_only
@pytest.mark.usefixtures("quick_passwords")
def test_a_text_of_marks_costs_little_more_than_one_of_letters(app, database):
    posted = [name for name, row in sorted(ROWS.items()) if not row.demonstration and "POST" in methods(app, name)]
    dear = []
    for endpoint in posted:
        marks, letters = costs(app, database, endpoint, (MARKS, LETTERS))
        if marks > TIMES * letters:
            # What the first one did may have left the second with nothing to do.
            letters, marks = costs(app, database, endpoint, (LETTERS, MARKS))
        if marks > TIMES * letters:
            dear.append(f"{endpoint}: {marks / letters:.0f} times")

    assert len(posted) > 80
    assert not dear, "\n".join(dear)
