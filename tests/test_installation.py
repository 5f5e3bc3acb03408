"""An installation is made by one command, by one at a time, and everything else says where there is none."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from grantportal import cli, db, migrate, server
from grantportal.app import create_app
from grantportal.domain import clock
from grantportal.migrate import SchemaError
from grantportal.settings import SHORTEST_SECRET, SettingsError, load
from tests.support import run
from tests.support.databases import Cluster, of

COMMANDS = (
    ("serve",),
    ("worker", "--once"),
    ("verify",),
    ("sweep",),
    ("demo",),
    ("user", "list"),
    ("organisation", "list"),
    ("user", "create", "anna@example.se", "Anna Exempel"),
)


def command(*words):
    result = CliRunner().invoke(cli.main, words)
    db.close_read_session()
    clock.move_by(lambda: 0)
    return result


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Where the installation would be, with SQLite in it."""
    for name in [name for name in os.environ if name.startswith("GRANTPORTAL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GRANTPORTAL_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setattr(server.Server, "run", lambda self: pytest.fail("it was served"))
    yield tmp_path / "instance"
    db.configure("sqlite://")


@pytest.mark.parametrize("words", [*COMMANDS, ("db", "downgrade", "base")], ids=" ".join)
def test_where_there_is_no_installation_nothing_makes_one(place, words):
    refused = command(*words)

    assert refused.exit_code == 1
    assert f"Det finns ingen installation i {place}. Den görs med: grantportal db upgrade" in refused.output
    assert not place.exists()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_without_its_database_an_installation_is_none(place, words):
    place.mkdir()
    (place / "secret_key").write_text("s" * SHORTEST_SECRET)
    refused = command(*words)

    assert refused.exit_code == 1
    assert "Det finns ingen installation i" in refused.output
    assert [each.name for each in place.iterdir()] == ["secret_key"]


def test_one_command_makes_it_for_its_owner_only(place):
    assert command("db", "upgrade").output == "Databasen är uppdaterad.\n"

    assert place.stat().st_mode & 0o077 == 0
    assert (place / "secret_key").stat().st_mode & 0o077 == 0
    kept = (place / "secret_key").read_text()
    assert len(kept) == 2 * SHORTEST_SECRET
    assert sorted(each.name for each in place.iterdir() if "sqlite3" not in each.name) == ["keys", "secret_key"]
    assert command("verify").exit_code == 0
    assert command("db", "upgrade").exit_code == 0
    assert (place / "secret_key").read_text() == kept


@pytest.mark.parametrize(
    ("revision", "says"),
    [("0037", "har version 0037 och portalen "), ("9999", "hör till en nyare portal (version 9999)")],
)
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_another_schema_is_not_touched(place, words, revision, says):
    command("db", "upgrade")
    with db.engine().execution_options(writes=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    refused = command(*words)

    assert refused.exit_code == 1
    assert says in refused.output
    with db.engine().connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == revision
    with pytest.raises(SchemaError):
        create_app()


@pytest.mark.parametrize("kept", ["", "\n", "s" * (SHORTEST_SECRET - 1)])
def test_a_secret_that_is_none_stops_the_start(place, kept):
    command("db", "upgrade")
    (place / "secret_key").write_text(kept)

    for words in (("serve",), ("worker", "--once"), ("db", "upgrade")):
        refused = command(*words)
        assert refused.exit_code == 1
        assert "är tom eller för kort" in refused.output
    with pytest.raises(SettingsError):
        create_app()
    assert (place / "secret_key").read_text() == kept


@pytest.mark.parametrize("words", [("serve",), ("worker", "--once")], ids=" ".join)
def test_a_folder_that_can_only_be_read_is_told_at_the_start(place, monkeypatch, words):
    command("db", "upgrade")
    monkeypatch.setattr(os, "access", lambda path, mode: path != place)
    refused = command(*words)
    assert refused.exit_code == 1
    assert f"Mappen {place} går inte att skriva i." in refused.output


def test_a_secret_that_is_lost_is_asked_for(place):
    command("db", "upgrade")
    (place / "secret_key").unlink()
    assert "Lägg tillbaka den ur säkerhetskopian" in command("serve").output
    assert not (place / "secret_key").exists()


def test_a_secret_that_is_set_is_long_enough(place):
    place.mkdir()
    with pytest.raises(SettingsError, match="minst 32 tecken"):
        load(secret_key="s" * (SHORTEST_SECRET - 1))
    assert load(secret_key="s" * SHORTEST_SECRET).secret_key == "s" * SHORTEST_SECRET


def test_all_who_make_the_secret_at_once_get_the_same(place):
    with ThreadPoolExecutor(8) as several:
        made = {each.secret_key for each in several.map(lambda _: load(create=True), range(40))}
    assert len(made) == 1
    assert sorted(each.name for each in place.iterdir()) == ["keys", "secret_key"]


def test_what_is_wrong_with_a_setting_is_told(place):
    place.mkdir()
    (place / "settings.toml").write_text('report_reminder_days = "ten"\n')
    refused = command("db", "upgrade")
    assert refused.exit_code == 1
    assert "report_reminder_days: write numbers" in refused.output


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path):
    """The address of a database that is not migrated."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'portal.sqlite3'}"
    of("postgresql")
    name = f"installation_{run.worker()}"
    Cluster().execute(f"DROP DATABASE IF EXISTS {name}")
    Cluster().execute(f"CREATE DATABASE {name}")
    return Cluster().url(name)


def test_of_several_hosts_that_migrate_at_once_one_does_it_and_the_others_wait(empty, tmp_path):
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GRANTPORTAL_")}
    given = {"GRANTPORTAL_INSTANCE": str(tmp_path / "instance"), "GRANTPORTAL_DATABASE_URL": empty}
    upgrade = [sys.executable, "-m", "grantportal", "db", "upgrade"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    several = [subprocess.Popen(upgrade, env=ours | given, **pipes) for _ in range(4)]
    said = [each.communicate(timeout=120)[0] for each in several]

    assert [(each.returncode, text) for each, text in zip(several, said, strict=True)] == [
        (0, "Databasen är uppdaterad.\n")
    ] * 4
    engine = db.engine_for(empty)
    migrate.ensure_newest(engine)
    engine.dispose()


def test_who_only_looks_waits_for_who_migrates(empty):
    engine, other = db.engine_for(empty), db.engine_for(empty)
    migrate.upgrade(engine)
    with ThreadPoolExecutor(2) as several:
        with migrate.alone(engine):
            looking = [several.submit(migrate.ensure_newest, each) for each in (engine, other)]
            with pytest.raises(TimeoutError):
                looking[0].result(timeout=0.3)
        assert [each.result(timeout=60) for each in looking] == [None, None]
        with migrate.alone(engine, shared=True):
            assert several.submit(migrate.ensure_newest, other).result(timeout=60) is None
    for each in (engine, other):
        each.dispose()


def test_all_in_the_instance_folder_is_for_its_owner_only(place):
    place.mkdir()
    (place / "mail").mkdir()
    for left in ("settings.toml", "mail/00000001.eml"):
        (place / left).touch()
    for path in (place, *place.rglob("*")):
        path.chmod(0o755)
    before = os.umask(0o022)
    try:
        assert command("db", "upgrade").exit_code == 0
        assert command("worker", "--once").exit_code == 0
        (place / "made").write_text("by any of the portal's processes")
    finally:
        os.umask(before)

    assert {str(path): oct(path.stat().st_mode & 0o077) for path in place.rglob("*")} == {
        str(path): "0o0" for path in place.rglob("*")
    }
    assert place.stat().st_mode & 0o777 == 0o700
