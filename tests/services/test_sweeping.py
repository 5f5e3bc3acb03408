"""What only piles up goes after its days, from both sides of the edge; what is still of use stays."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import select

from grantportal import worker
from grantportal.domain import clock
from grantportal.domain.sweeping import KeptDays
from grantportal.models.accounts import OneTimeLink, SignInAttempt, SignInSession
from grantportal.models.portal import Notice, OutboxItem
from grantportal.services import files, sweeping
from grantportal.settings import Settings
from tests.support.factories import UserFactory
from tests.support.rows import committed, saved

pytestmark = pytest.mark.usefixtures("database")

DAYS = KeptDays(sessions=10, attempts=20, outbox=30, notices=40)
MODELS = (SignInSession, OneTimeLink, SignInAttempt, OutboxItem, Notice)


def rows(**ago) -> None:
    """One of each that has served for so long, by the limit of its own kind."""
    user, slack = UserFactory(), timedelta(**ago)

    def at(days):
        return clock.real_now() - timedelta(days=days) - slack

    key = f"{user.id}"
    saved(SignInSession(key_sha256=key, user_id=user.id, created_at=at(10), last_seen_at=at(10), ends_at=at(10)))
    saved(OneTimeLink(key_sha256=key, user_id=user.id, created_at=at(10), ends_at=at(10)))
    saved(SignInAttempt(key_sha256=key, window_started_at=at(20)))
    saved(OutboxItem(kind="mail", payload="{}", at=at(30), available_at=at(30), done_at=at(30)))
    saved(Notice(user_id=user.id, title="Nytt", text="Läs.", made_at=at(40), read_at=at(40)))


def left() -> list[int]:
    return [len(committed().scalars(select(model.id)).all()) for model in MODELS]


def test_what_has_served_so_long_goes_and_nothing_younger(monkeypatch):
    monkeypatch.setattr(sweeping, "TOGETHER", 2)
    rows(minutes=-5)
    for _ in range(3):
        rows(minutes=5)
    assert left() == [4, 4, 4, 4, 4]
    assert sweeping.sweep(DAYS) == 15
    assert left() == [1, 1, 1, 1, 1]
    assert sweeping.sweep(DAYS) == 0


def test_what_waits_and_what_is_unread_stays_however_old():
    user, long_ago = UserFactory(), clock.real_now() - timedelta(days=4000)
    saved(OutboxItem(kind="mail", payload="{}", at=long_ago, available_at=long_ago))
    saved(Notice(user_id=user.id, title="Nytt", text="Läs.", made_at=long_ago))
    assert sweeping.sweep(DAYS) == 0


def test_without_a_limit_all_is_kept():
    rows(days=4000)
    assert sweeping.sweep(KeptDays(0, 0, 0, 0)) == 0


def test_the_worker_sweeps_once_a_day(tmp_path, monkeypatch):
    settings = Settings(instance=tmp_path, secret_key="tests")
    swept = []
    monkeypatch.setattr(worker.sweeping, "sweep", swept.append)
    monkeypatch.setattr(worker, "daily", lambda _: None)
    chores, now = worker.Chores(settings), clock.real_now()
    for hours, times in ((0, 1), (0, 1), (24, 2), (24, 2)):
        monkeypatch.setattr(clock, "real_now", lambda hours=hours: now + timedelta(hours=hours))
        chores.do_if_due()
        assert len(swept) == times
    assert swept[0] == KeptDays(sessions=365, attempts=30, outbox=90, notices=365)


def test_a_half_written_message_goes_and_a_whole_one_and_one_under_way_stay(tmp_path):
    for name, hours in ((".00000001.eml.77", 25), ("00000002.eml", 25), (".00000003.eml.78", 23)):
        (tmp_path / name).write_text("…")
        then = (clock.real_now() - timedelta(hours=hours)).timestamp()
        os.utime(tmp_path / name, (then, then))
    assert files.sweep_mail(tmp_path) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"00000002.eml", ".00000003.eml.78"}
    assert files.sweep_mail(tmp_path / "none") == 0
