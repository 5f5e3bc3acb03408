"""How the portal stands, for whoever supervises it: `/halsa/lever` and `/halsa/redo`, answered before the application is asked.

Nothing is told but that a part fails, by its name: the addresses are open to everybody.
"""

import json
import os
import shutil
import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from threading import Event as Flag
from typing import Any

from grantportal import db, migrate
from grantportal.domain import clock
from grantportal.queries import health
from grantportal.settings import Settings

ALIVE = "/halsa/lever"
READY = "/halsa/redo"
PATIENCE_SECONDS = 1.0
"""So long the database may think."""
OLDEST_WORK = timedelta(minutes=15)
LONGEST_SILENCE = timedelta(minutes=3)
"""A worker notes each half minute that it lives."""
LEAST_ROOM = 200 * 1024 * 1024
"""Bytes: an upload at most, many times over."""
HEADERS = [
    ("Content-Type", "application/json"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
]

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Look:
    """One look at the database at a time: who asks while an earlier look still hangs gets its answer, and no thread more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: _Asked | None = None

    def faults(self) -> tuple[str, ...]:
        """What of database, schema, outbox and worker fails."""
        with self._lock:
            if self._under_way is None or self._under_way.is_over.is_set():
                self._under_way = _Asked()
                threading.Thread(target=self._under_way.ask, name="health", daemon=True).start()
            asked = self._under_way
        return asked.faults if asked.is_over.wait(PATIENCE_SECONDS) else ("database",)


class _Asked:
    def __init__(self) -> None:
        self.is_over = Flag()
        self.faults: tuple[str, ...] = ("database",)

    def ask(self) -> None:
        try:
            self.faults = _of_the_database()
        except Exception:
            # Whatever it is: it is not to be used now. What it says may hold an address.
            self.faults = ("database",)
        finally:
            self.is_over.set()


def _of_the_database() -> tuple[str, ...]:
    now = clock.real_now()
    with db.aside() as session:
        if health.revision(session) != migrate.newest():
            return ("schema",)
        oldest, beat = health.oldest_due(session, now), health.newest_beat(session)
    faults = []
    if oldest is not None and now - oldest > OLDEST_WORK:
        faults.append("outbox")
    if beat is None or now - beat > LONGEST_SILENCE:
        faults.append("worker")
    return tuple(faults)


def _of_the_files(settings: Settings) -> tuple[str, ...]:
    """Files are made when the first is stored: until then, the folder that they will be in is looked at."""
    folder = settings.files if settings.files.exists() else settings.instance
    try:
        stands = os.access(folder, os.R_OK | os.W_OK | os.X_OK) and shutil.disk_usage(folder).free >= LEAST_ROOM
    except OSError:
        stands = False
    return () if stands else ("files",)


def answering(inner: Application, settings: Settings) -> Application:
    """The application, with the two addresses before it."""
    look = Look()

    def asked(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path not in {ALIVE, READY} or environ.get("REQUEST_METHOD") not in {"GET", "HEAD"}:
            return inner(environ, start)
        faults = () if path == ALIVE else (*look.faults(), *_of_the_files(settings))
        body = json.dumps({"fails": faults} if path == READY else {}).encode()
        retry = [("Retry-After", "30")] if faults else []
        start(
            "503 Service Unavailable" if faults else "200 OK",
            [*HEADERS, ("Content-Length", str(len(body))), *retry],
        )
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    return asked
