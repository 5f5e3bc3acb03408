"""The operator's commands for backup and restore, run as they stand in the text, beside a portal that is up."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from grantportal import db
from grantportal.domain.accounts import CreateUser
from grantportal.domain.actors import SYSTEM
from grantportal.effects import files as placing
from grantportal.keyring import Keyring
from grantportal.queries import accounts as people
from grantportal.services import accounts
from grantportal.services.history import take_in
from grantportal.transaction import Bookkeeping, bookkeeping
from tests.support import databases, run
from tests.support.databases import postgresql_only, sqlite_only

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docs" / "operator.md").read_text("utf-8")
SCRIPTS = dict(re.findall(r"```sh\n# ((?:backup|restore)-\w+)\n(.*?)```", TEXT, re.DOTALL))
BYTES = b"the decision as it was sent"


@pytest.fixture
def shell(tmp_path):
    """Runs one of the text's scripts, with the portal's command and the database's own programs at hand."""
    commands = tmp_path / "bin"
    commands.mkdir()
    portal = commands / "grantportal"
    portal.write_text(f"#!{sys.executable}\nfrom grantportal.app import main\n\nmain()\n")
    portal.chmod(0o755)
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GRANTPORTAL")}
    path = f"{commands}:{databases.programs()}:{ours['PATH']}"

    def runs(script: str, **settings: object) -> str:
        env = ours | {"PATH": path, "PYTHONPATH": str(ROOT)} | {name: str(value) for name, value in settings.items()}
        done = subprocess.run(
            ["sh", "-c", SCRIPTS[script]],
            env=env,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    return runs


@pytest.fixture
def instance(tmp_path) -> Path:
    """An instance folder with settings; its database is the test's own."""
    made = tmp_path / "instance"
    made.mkdir()
    (made / "settings.toml").write_text('authority_name = "Socialstyrelsen"\n')
    return made


def written(instance: Path) -> str:
    """A person with history, and a stored file; answers the file's name on disk. The keys lie in the instance folder."""
    Keyring(instance / "keys").make()
    take_in()
    accounts.create_user(SYSTEM, CreateUser("Anna Exempel", "anna@example.se"), link_hours=1)
    placed = placing.place(instance / "files", BYTES)
    with bookkeeping(Bookkeeping.FILES) as (session, _):
        placing.enter(session, placed, shown_name="beslut.pdf", media_type="application/pdf")
    return placed.stored_name


def ensure_all_there(url: str, instance: Path, stored_name: str) -> None:
    db.configure(url)
    person = people.by_email("anna@example.se")
    assert person is not None
    assert person.name == "Anna Exempel"
    assert (instance / "files" / stored_name).read_bytes() == BYTES
    assert (instance / "settings.toml").is_file()
    assert (instance / "secret_key").is_file()


@sqlite_only
def test_sqlite_is_backed_up_and_restored(database, instance, shell, tmp_path):
    shutil.copyfile(database.file, instance / "portal.sqlite3")
    db.configure(f"sqlite:///{instance / 'portal.sqlite3'}")
    (instance / "secret_key").write_text("secret" * 8)
    name = written(instance)
    backup, restored = tmp_path / "backup", tmp_path / "restored"

    said = shell("backup-sqlite", GRANTPORTAL_INSTANCE=instance, BACKUP=backup)
    assert "1 filer kontrollerade." in said
    said = shell("restore-sqlite", GRANTPORTAL_INSTANCE=restored, BACKUP=backup)
    assert "Allt stämmer." in said
    ensure_all_there(f"sqlite:///{restored / 'portal.sqlite3'}", restored, name)


@sqlite_only
def test_a_copied_sqlite_file_is_no_backup(database, instance):
    """Why the text says so: what has been committed is still in the write-ahead log."""
    shutil.copyfile(database.file, instance / "portal.sqlite3")
    db.configure(f"sqlite:///{instance / 'portal.sqlite3'}")
    written(instance)

    shutil.copyfile(instance / "portal.sqlite3", instance / "copied.sqlite3")
    copied = sqlite3.connect(instance / "copied.sqlite3")
    assert copied.execute("SELECT count(*) FROM users WHERE email = 'anna@example.se'").fetchone() == (0,)
    copied.close()


@postgresql_only
def test_postgresql_is_backed_up_and_restored(database, instance, shell, tmp_path):
    (instance / "secret_key").write_text("secret" * 8)
    name = written(instance)
    backup, restored = tmp_path / "backup", tmp_path / "restored"
    cluster, new = databases.Cluster(), f"restored_{run.worker()}"
    cluster.execute(f"CREATE DATABASE {new} TEMPLATE template0")
    try:
        shell(
            "backup-postgresql",
            GRANTPORTAL_INSTANCE=instance,
            BACKUP=backup,
            GRANTPORTAL_DATABASE_URL=plain(database.url),
        )
        there = plain(cluster.url(new))
        said = shell("restore-postgresql", GRANTPORTAL_INSTANCE=restored, BACKUP=backup, GRANTPORTAL_DATABASE_URL=there)
        assert "1 filer kontrollerade." in said
        assert "Allt stämmer." in said
        ensure_all_there(there, restored, name)
    finally:
        db.configure(database.url)
        cluster.execute(f"DROP DATABASE {new}")


def plain(url: str) -> str:
    """The address as the text tells operators to write it: PostgreSQL's own programs understand it too."""
    return url.replace("+psycopg", "")
