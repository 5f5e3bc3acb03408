"""How the portal stands: that it lives, and whether it is ready, from both sides of each edge; and nothing more is told."""

import threading
from collections import namedtuple
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update

from grantportal import db, health
from grantportal.app import create_app
from grantportal.domain import clock
from grantportal.domain.outbox import Lane
from grantportal.models.portal import OutboxItem, WorkerBeat
from grantportal.services import outbox
from grantportal.settings import Settings
from tests.support.rows import saved
from tests.support.statements import statements

Usage = namedtuple("Usage", "free")


@pytest.fixture
def portal(database, tmp_path):
    """A portal whose worker lives."""
    outbox.beat(Lane.WORK)
    db.close_read_session()
    app = create_app(Settings(instance=tmp_path, database_url=database.url, secret_key="tests", secure_cookies=False))
    yield app.test_client()
    db.close_read_session()
    db.engine().dispose()


def fails(client) -> list[str]:
    answer = client.get("/halsa/redo")
    assert answer.status_code == (503 if answer.json["fails"] else 200)
    assert ("Retry-After" in answer.headers) == bool(answer.json["fails"])
    return answer.json["fails"]


def due(lane_kind: str, **ago) -> None:
    then = clock.real_now() - timedelta(**ago)
    saved(OutboxItem(kind=lane_kind, payload="{}", at=then, available_at=then))


def test_that_it_lives_asks_no_database_and_no_host(portal):
    with statements() as sent:
        answer = portal.get("/halsa/lever", headers={"Host": "10.0.0.7"})
    assert (answer.status_code, sent) == (200, [])
    assert portal.post("/halsa/lever").status_code in {400, 404, 405}


def test_a_portal_whose_parts_all_stand_is_ready(portal):
    assert fails(portal) == []
    assert portal.head("/halsa/redo").status_code == 200


def test_work_that_has_waited_too_long_is_told_and_mail_says_nothing_of_the_portal(portal):
    due("mail", hours=5)
    due("notice", minutes=14)
    assert fails(portal) == []
    due("notice", minutes=16)
    assert fails(portal) == ["outbox"]


def test_a_worker_that_is_silent_is_told(portal):
    for ago, said in ((health.LONGEST_SILENCE - timedelta(seconds=30), []), (health.LONGEST_SILENCE, ["worker"])):
        with db.writing_session() as session, session.begin():
            session.execute(update(WorkerBeat).values(at=clock.real_now() - ago))
        assert fails(portal) == said


def test_a_mail_lane_that_beats_is_no_worker(portal):
    with db.writing_session() as session, session.begin():
        session.execute(text("DELETE FROM worker_beats"))
    outbox.beat(Lane.MAIL)
    assert fails(portal) == ["worker"]


def test_another_schema_is_told(portal):
    with db.writing_session() as session, session.begin():
        known = session.scalar(text("SELECT version_num FROM alembic_version"))
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    try:
        assert fails(portal) == ["schema"]
    finally:
        with db.writing_session() as session, session.begin():
            session.execute(text("UPDATE alembic_version SET version_num = :known"), {"known": known})


def test_a_disk_without_room_and_a_folder_that_is_gone_are_told(portal, monkeypatch, tmp_path):
    for free, said in ((health.LEAST_ROOM, []), (health.LEAST_ROOM - 1, ["files"])):
        with monkeypatch.context() as patch:
            patch.setattr(health.shutil, "disk_usage", lambda _, free=free: Usage(free))
            assert fails(portal) == said
    tmp_path.rename(tmp_path.with_name("elsewhere"))
    assert fails(portal) == ["files"]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://postgres:secret@/nobody?host=/nowhere",
        "postgresql://postgres:secret@127.0.0.1:1/nobody",
        "sqlite:////nowhere/portal.sqlite3",
    ],
)
def test_a_database_that_is_away_is_told_without_its_address(tmp_path, url):
    app = create_app(Settings(instance=tmp_path, database_url=url, secret_key="tests"))
    answer = app.test_client().get("/halsa/redo")
    db.configure("sqlite://")
    assert (answer.status_code, answer.json) == (503, {"fails": ["database"]})


def test_a_database_that_never_answers_holds_one_thread_however_many_ask(monkeypatch, tmp_path):
    let_go, asked = threading.Event(), []
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.01)
    monkeypatch.setattr(health, "_of_the_database", lambda: asked.append(1) or let_go.wait(30) or ())
    look = health.Look()
    try:
        assert {look.faults() for _ in range(20)} == {("database",)}
        assert len(asked) == 1
    finally:
        let_go.set()


def test_no_installation_is_made_by_asking(tmp_path):
    db.configure(f"sqlite:///{tmp_path / 'none.sqlite3'}")
    assert health.Look().faults() == ("database",)
    assert list(Path(tmp_path).iterdir()) == []
    db.configure("sqlite://")
