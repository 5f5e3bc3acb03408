"""`grantportal serve`: the application under gunicorn, and the worker beside it, started, kept up and stopped as one."""

import subprocess
import sys
from importlib import import_module
from time import monotonic
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers.gthread import ThreadWorker

from grantportal import metrics, settings
from grantportal.headers import HEADERS

PAUSE_SECONDS = 5.0
"""A worker that cannot start is not tried more often than this."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def child_exit(_arbiter: object, worker: Any) -> None:
    """For gunicorn: a process that answered has died."""
    metrics.forget_process(worker.pid)


class Keeper(Arbiter):  # type: ignore[misc]
    """Gunicorn's own keeper of its processes, which looks after the worker in the same round."""

    def manage_workers(self) -> None:
        """Every second: a process that has died is replaced."""
        super().manage_workers()
        self.app.keep_worker()


class Threads(ThreadWorker):  # type: ignore[misc]
    """Gunicorn's threads; what it answers by itself, to a request that is none, has the portal's headers too."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Any) -> None:
        """Answer a request that could not be read."""
        super().handle_error(req, _Dressing(client), addr, exc)


class _Dressing:
    """A connection that puts the portal's headers into the answer that is written to it."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def sendall(self, answer: bytes) -> None:
        """Write the answer."""
        more = "".join(f"{name}: {value}\r\n" for name, value in {**HEADERS, "Cache-Control": "no-store"}.items())
        first, end, rest = answer.partition(b"\r\n")
        self._client.sendall(first + end + more.encode("ascii") + rest)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


class Server(BaseApplication):  # type: ignore[misc]
    """The web application in `processes` processes; the worker runs for as long as they do."""

    def __init__(self, host: str, port: int, processes: int, threads: int) -> None:
        self._worker: subprocess.Popen[bytes] | None = None
        self._not_before = 0.0
        self._chosen: dict[str, Any] = {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": processes,
            "worker_class": Threads,
            "threads": threads,
            "proc_name": "grantportal",
            "loglevel": "warning",
            "control_socket_disable": True,
            "on_exit": self._stop_worker,
            "child_exit": child_exit,
        }
        super().__init__()

    def load_config(self) -> None:
        """Gunicorn asks for its settings."""
        for name, value in self._chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Gunicorn asks for the application, in each process: none of them inherits another's connections."""
        # By name: the application imports the commands, and this is one of them. The command has looked at the database: a
        # process that is replaced while the demonstration begins anew finds none.
        return import_module("grantportal.app").create_app(settings.load())

    def run(self) -> None:
        """Serve until stopped."""
        Keeper(self).run()

    def keep_worker(self) -> None:
        """Start the worker, or start it anew where it has died."""
        died = self._worker is None or self._worker.poll() is not None
        if died and monotonic() >= self._not_before:
            self._worker = subprocess.Popen([sys.executable, "-m", "grantportal", "worker"])
            self._not_before = monotonic() + PAUSE_SECONDS

    def _stop_worker(self, _arbiter: object) -> None:
        if self._worker is not None:
            self._worker.terminate()
            self._worker.wait()
