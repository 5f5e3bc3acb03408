"""The demonstration stands still while it begins anew."""

from threading import Event as Flag
from threading import Thread

import pytest

from grantportal import db, demonstration, standstill, worker
from grantportal.app import create_app
from grantportal.domain import clock
from grantportal.queries import accounts
from grantportal.settings import Settings
from tests.support.client import Client
from tests.support.factories import UserFactory
from tests.support.story import nothing_told


@pytest.fixture
def settings(database, tmp_path):
    return Settings(
        instance=tmp_path, database_url=database.url, secret_key="tests", demonstration=True, secure_cookies=False
    )


@pytest.fixture
def client(settings):
    app = create_app(settings)
    app.testing = True
    app.test_client_class = Client
    nothing_told()
    yield app.test_client()
    clock.move_by(lambda: 0)


def names():
    try:
        return {one.name for one in accounts.everybody(only_examples=True)}
    finally:
        db.close_read_session()


def test_whoever_begins_anew_is_alone(tmp_path):
    use = standstill.Use(tmp_path)
    with pytest.raises(standstill.StandsStill), standstill.alone(tmp_path, patience_seconds=0.2):
        raise AssertionError("not alone")
    use.end()
    use.end()
    with standstill.alone(tmp_path, patience_seconds=0.2):
        with pytest.raises(standstill.StandsStill):
            standstill.Use(tmp_path)
        with pytest.raises(standstill.StandsStill), standstill.alone(tmp_path, patience_seconds=0.2):
            raise AssertionError("two at a time")
    standstill.Use(tmp_path).end()


def test_whoever_begins_anew_waits_for_those_who_are_there(tmp_path):
    use, begun = standstill.Use(tmp_path), Flag()

    def begin():
        with standstill.alone(tmp_path, patience_seconds=10):
            begun.set()

    waiting = Thread(target=begin)
    waiting.start()
    assert not begun.wait(0.3)
    use.end()
    waiting.join(10)
    assert begun.is_set()


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("GET", "/finns-inte"), ("POST", "/demonstration/dag")])
def test_meanwhile_every_page_says_so_and_asks_the_database_nothing(client, settings, monkeypatch, method, path):
    with standstill.alone(settings.instance, patience_seconds=0), monkeypatch.context() as patched:
        patched.setattr(db, "session", None)
        answer = client.open(path, method=method)

        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "10"
        assert "Demonstrationen börjar om" in answer.text
        assert "Det här är en demonstration" in answer.text
        with client.get("/static/portal.css") as style:
            assert style.status_code == 200
    assert client.get("/").status_code == 200


def test_the_one_who_comes_second_takes_nothing_away(client, settings, monkeypatch):
    monkeypatch.setattr(demonstration, "PATIENCE_SECONDS", 0.2)
    UserFactory(name="Tillagd Person", is_example=True)
    token = client.get("/demonstration/borja-om")
    use = standstill.Use(settings.instance)

    answer = client.post_form("/demonstration/borja-om")

    assert token.status_code == 200
    assert answer.status_code == 503
    assert "Tillagd Person" in names()
    use.end()


def test_a_request_that_is_over_is_no_use_of_the_database(client, settings):
    for path in ("/", "/finns-inte", "/demonstration", "/konto"):
        client.get(path)
        with standstill.alone(settings.instance, patience_seconds=0):
            pass


def test_the_worker_does_nothing_in_a_story_that_is_half_told(client, settings, monkeypatch):
    done, stop = [], Flag()
    monkeypatch.setattr(worker, "daily", lambda _: done.append("daily"))
    monkeypatch.setattr(worker, "work_once", lambda *_: done.append("work"))
    monkeypatch.setattr(worker.Post, "send_some", lambda *_: done.append("mail") or 0)
    monkeypatch.setattr(worker, "PAUSE_SECONDS", 0.05)
    working = Thread(target=worker.run, args=(settings, stop))
    with standstill.alone(settings.instance, patience_seconds=0):
        working.start()
        stop.wait(0.5)
        assert done == []
    stop.wait(0.5)
    stop.set()
    working.join(5)
    assert {*done} == {"daily", "mail", "work"}


def test_a_failure_in_the_demonstration_carries_the_banner_too(settings, client):
    app = create_app(settings)

    @app.get("/gar-sonder")
    def broken():
        raise RuntimeError

    answer = app.test_client().get("/gar-sonder")

    assert answer.status_code == 500
    assert "Det här är en demonstration" in answer.text
