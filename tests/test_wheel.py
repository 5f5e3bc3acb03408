"""What is handed to an operator: one wheel that brings all it needs along."""

import os
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The wheel in an empty environment far from the checkout; the libraries are borrowed, to save the download."""
    place = tmp_path_factory.mktemp("elsewhere")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)], cwd=ROOT, check=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place / "venv")], check=True)
    python = place / "venv" / "bin" / "python"
    wheel = next(place.glob("*.whl"))
    installing = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--offline", "--no-deps"]
    subprocess.run([*installing, "--python", str(python), str(wheel)], check=True)
    own = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    )
    (Path(own.stdout.strip()) / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return place


@pytest.fixture
def portal(installed, tmp_path):
    """How to run the installed command, with an instance folder of its own."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "GRANTPORTAL", "LD_PRELOAD"))
    }
    return {
        "command": str(installed / "venv" / "bin" / "grantportal"),
        "where": {"cwd": installed, "env": ours | {"GRANTPORTAL_INSTANCE": str(tmp_path / "instance")}},
    }


def test_an_installed_wheel_migrates_and_serves_a_page(portal, tmp_path):
    subprocess.run([portal["command"], "db", "upgrade"], check=True, **portal["where"])
    assert list((tmp_path / "instance").glob("*.sqlite3"))

    port = free_port()
    log = tmp_path / "log"
    with (
        log.open("w") as said,
        subprocess.Popen(
            [portal["command"], "serve", "--port", str(port)], stdout=said, stderr=said, **portal["where"]
        ) as server,
    ):
        try:
            page = fetched(f"http://127.0.0.1:{port}/", server, log)
            assert "<h1" in page
            assert fetched(f"http://127.0.0.1:{port}{stylesheet(page)}", server, log)

            first = worker_of(server)
            os.kill(first, signal.SIGKILL)
            assert worker_of(server, other_than=first) != first
        finally:
            server.terminate()


def test_the_wheel_has_nothing_that_belongs_to_an_installation(installed):
    names = subprocess.run(
        [sys.executable, "-m", "zipfile", "-l", str(next(installed.glob("*.whl")))],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "grantportal/templates/layout/page.html" in names
    assert "grantportal/migrations/env.py" in names
    assert "instance" not in names
    assert "tests/" not in names


def worker_of(server: subprocess.Popen[bytes], *, other_than: int = 0) -> int:
    """The process of the server's worker, as soon as there is one."""
    for _ in range(150):
        for child in Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split():
            if "worker" in Path(f"/proc/{child}/cmdline").read_text().split("\0") and int(child) != other_than:
                return int(child)
        time.sleep(0.2)
    raise AssertionError("no worker in 30 seconds")


def free_port() -> int:
    """A port that nobody listens to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def stylesheet(page: str) -> str:
    """The address of the first stylesheet."""
    return (
        page.partition('rel="stylesheet"')[0].rpartition("<link")[2].partition('href="')[2].partition('"')[0]
        or (page.partition('rel="stylesheet"')[2].partition('href="')[2].partition('"')[0])
    )


def fetched(url: str, server: subprocess.Popen[bytes], log: Path) -> str:
    """What the server answers, as soon as it does."""
    for _ in range(150):
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{url}: {error}\n{log.read_text()}") from error
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"no answer in 30 seconds\n{log.read_text()}")
