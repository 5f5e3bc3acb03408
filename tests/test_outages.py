"""What the portal says while what it stands on is away: never that it has failed, and no page stops for a mark that it leaves."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, text

from grantportal import db
from grantportal.app import create_app
from grantportal.domain.actors import Role
from grantportal.settings import Settings
from grantportal.web import SESSION_COOKIE
from tests.routes import access
from tests.routes.access import VISITORS
from tests.routes.access.world import build
from tests.routes.test_access_matrix import Everybody, build_anew, methods, path, values
from tests.support.casework import ApplicationFactory
from tests.support.databases import Cluster, postgresql_only, sqlite_only
from tests.support.factories import person

ROWS = access.all_rows()


def is_told(response):
    return (
        response.status_code == 503
        and response.headers["Retry-After"] == "30"
        and "Bidragsportalen är stängd en stund" in response.text
    )


@pytest.fixture
def served_from(tmp_path):
    """The portal on a database of this address."""

    def made(url, **settings):
        common = {"instance": tmp_path, "database_url": url, "secret_key": "tests", "secure_cookies": False}
        app = create_app(Settings(**common, **settings))
        app.testing = True
        return app.test_client()

    yield made
    db.configure("sqlite://")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://postgres@/nobody?host=/nowhere",
        "postgresql://postgres@127.0.0.1:1/nobody",
        "sqlite:////nowhere/portal.sqlite3",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_database_that_is_away_is_told(served_from, url, method, caplog):
    client = served_from(url)
    for _ in range(20):
        assert is_told(client.open("/utlysningar/", method=method) if method == "GET" else client.get("/"))

    told = [record for record in caplog.records if record.name == "grantportal.app"]
    assert 1 <= len(told) <= 10
    assert all("\n" not in record.getMessage() and record.exc_info is None for record in told)


@postgresql_only
def test_connections_that_the_server_has_ended_are_made_anew(client, database):
    assert client.get("/utlysningar/").status_code == 200
    with db.engine().connect() as connection:
        used = connection.scalar(text("SELECT pg_backend_pid()"))
    Cluster().execute(f"SELECT pg_terminate_backend({used})")
    assert client.get("/utlysningar/").status_code == 200


def test_when_every_connection_is_taken_it_is_told(database, served_from, monkeypatch):
    monkeypatch.setattr(db, "POOL_SECONDS", 0.1)
    client = served_from(database.url, database_connections=1)
    with db.engine().connect():
        assert is_told(client.get("/utlysningar/"))
    assert client.get("/utlysningar/").status_code == 200


@sqlite_only
def test_a_full_disk_is_told_to_who_writes_and_stops_nobody_who_reads(signed_in, database):
    application = ApplicationFactory()
    ombud = signed_in(person(Role.OMBUD, application.organisation))
    page = f"/arenden/{application.case_id}/meddelanden"
    db.close_read_session()
    with limited("PRAGMA max_page_count = 1"):
        assert ombud.get(page).status_code == 200
        assert is_told(ombud.post_form(page, {"text": "Ett meddelande. " * 600}))
    assert ombud.post_form(page, {"text": "Ett meddelande. "}).status_code == 303


class limited:  # it is used as a function
    """What the connections that are made meanwhile may do."""

    def __init__(self, pragma):
        self.pragma = pragma

    def __enter__(self):
        self.engine = db.engine()
        self.engine.dispose()
        event.listen(self.engine, "connect", self.limit)

    def __exit__(self, *_):
        event.remove(self.engine, "connect", self.limit)
        db.close_read_session()
        self.engine.dispose()

    def limit(self, connection, _record):
        connection.execute(self.pragma)


@sqlite_only
@pytest.mark.usefixtures("quick_passwords")
def test_with_a_database_that_takes_nothing_every_page_is_still_read(app, database):
    read = [name for name, row in sorted(ROWS.items()) if not row.demonstration and "GET" in methods(app, name)]
    stopped = []
    for endpoint in read:
        row = ROWS[endpoint]
        db.close_read_session()
        db.engine().dispose()
        everybody = Everybody(app, build_anew(database))
        here = path(app, endpoint, row, values(row, everybody.world))
        visitor = next((each for each in VISITORS if each in row.allowed("GET") - row.blind()), None)
        with db.engine().execution_options(writes=True).begin() as connection:
            # Long ago: each of them would be noted as seen.
            connection.execute(text("UPDATE sessions SET last_seen_at = '2020-01-01 00:00:00.000000'"))
        with limited("PRAGMA query_only = ON"):
            answer = everybody.ask(visitor, "GET", here) if visitor else None
        if answer is not None and answer.status_code >= 400 and answer.status_code != 422:
            stopped.append(f"{here} as {visitor}: {answer.status_code}")

    assert len(read) > 80
    assert not stopped, "\n".join(stopped)


@postgresql_only
def test_as_many_threads_as_there_are_persons_are_all_answered(database, served_from, monkeypatch):
    """Each has a connection to read with and one to write with; nobody waits for the other."""
    threads = 64
    world = build()
    db.close_read_session()
    client = served_from(database.url, threads=threads)
    app = client.application
    line = threading.Barrier(threads)

    def ask(number):
        own = app.test_client()
        own.set_cookie(SESSION_COOKIE, world.keys["ombud" if number % 2 else "handlaggare"])
        line.wait(60)
        return [own.get(page).status_code for page in ("/", "/arenden/", "/utlysningar/", "/konto")]

    with ThreadPoolExecutor(threads) as several:
        codes = [code for codes in several.map(ask, range(threads)) for code in codes]
    assert len(codes) == 4 * threads
    assert set(codes) == {200}
