"""The units for systemd are such as systemd understands, and each is shut in."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "systemd"
UNITS = sorted(FOLDER.iterdir())
SERVICES = [path for path in UNITS if path.suffix == ".service"]
SHUT_IN = (
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "ProtectKernelTunables=yes",
    "ProtectKernelModules=yes",
    "ProtectControlGroups=yes",
    "ProtectProc=invisible",
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
    "RestrictNamespaces=yes",
    "LockPersonality=yes",
    "SystemCallFilter=@system-service",
    "CapabilityBoundingSet=",
    "UMask=0077",
)
MOST_EXPOSED = 30
"""Of 100, as systemd-analyze counts."""
analyze = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")


def test_there_is_one_for_the_pages_the_worker_and_the_control_of_the_night():
    assert [path.name for path in UNITS] == [
        "bidragsportalen-verify.service",
        "bidragsportalen-verify.timer",
        "bidragsportalen-web.service",
        "bidragsportalen-worker.service",
    ]


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_each_service_is_shut_in_and_runs_as_the_portals_own_user(path):
    lines = path.read_text("utf-8").splitlines()
    assert not [line for line in (*SHUT_IN, "User=bidragsportalen") if line not in lines]
    assert any(line.startswith("MemoryMax=") for line in lines)


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The units with programs that are on this machine."""
    folder = tmp_path_factory.mktemp("units")
    for path in UNITS:
        text = re.sub(r"/opt/bidragsportalen/bin/\w+", "/bin/true", path.read_text("utf-8"))
        (folder / path.name).write_text(text, "utf-8")
    return folder


@analyze
def test_systemd_understands_each_of_them(installed):
    units = [str(installed / path.name) for path in UNITS]
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    # What the machine's own units say is not ours.
    ours = [line for line in done.stderr.splitlines() if "bidragsportalen" in line]
    assert ours == []


@analyze
@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_little_is_left_open_to_each_of_them(installed, path):
    words = ["systemd-analyze", "security", "--offline=yes", f"--threshold={MOST_EXPOSED}", str(installed / path.name)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout.splitlines()[-1:]
