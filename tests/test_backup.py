"""The operator's commands for backup and restore, run as they stand in the text."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grantportal.domain.accounts import CreateUser
from grantportal.domain.actors import SYSTEM
from grantportal.effects import files as placing
from grantportal.models.accounts import User
from grantportal.models.records import StoredFile
from grantportal.queries import accounts as people
from grantportal.services import accounts
from grantportal.transaction import Bookkeeping, bookkeeping
from tests.support import databases, run
from tests.support.rows import committed

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docs" / "operator.md").read_text("utf-8")
SCRIPTS = dict(re.findall(r"```sh\n# ((?:backup|restore)-\w+)\n(.*?)```", TEXT, re.DOTALL))


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
