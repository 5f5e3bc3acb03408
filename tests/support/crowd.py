"""Three hundred people who write at the same time, against the portal as an operator serves it.

Each has an application of their own, ready but for what they go on writing. Nothing here knows how the portal saves: the
section's page is fetched, its form is read as a browser reads it, and posted back.
"""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import html5lib
from sqlalchemy import select

from grantportal.domain import clock, working_days
from grantportal.domain.actors import Role
from grantportal.domain.applications import ApplicationStatus, StartApplication
from grantportal.domain.cases import CaseKind, FrozenKind
from grantportal.models.accounts import MandateRow, User
from grantportal.models.applications import Answer, Application, ApplicationHome, BudgetLine, StaffAmount, StaffRow
from grantportal.models.base import Base
from grantportal.models.cases import Case, FrozenVersion
from grantportal.services import applications as services
from grantportal.web import SESSION_COOKIE
from tests.support.applications import actor_of, applicant, complete_texts, open_call, row, write
from tests.support.client import session_key
from tests.support.plenty import put
from tests.support.rows import committed

SECTION, QUESTION = "arbetet", "q5"
CONTROLS = {"input", "textarea"}
PATIENCE_SECONDS = 30


@dataclass
class Writer:
    """A person with an application, and what came of each thing the person sent."""

    name: str
    key: str
    application_id: int
    fields: dict[str, str] = field(default_factory=dict)
    written: str = ""
    """The last text that the portal said was saved."""
    saves: int = 0
    seconds: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)


# --- Making them ----------------------------------------------------------------------------------------------------


def crowd(people: int) -> list[Writer]:
    """So many ombud, in one call that is open now, each with a whole application that is not handed in."""
    today = clock.today()
    call = open_call(opens_on=today - timedelta(days=10), last_day=working_days.on_or_after(today + timedelta(days=30)))
    first = actor_of(applicant(Role.OMBUD))
    region = first.mandates[0].organisation_id
    pattern = row(services.start(first, call.id, StartApplication(region, "Klinik 0")))
    write(first, pattern, complete_texts(pattern))
    users = put(
        User,
        (
            {"name": f"Skrivare {number}", "email": f"skrivare{number}@example.se", "created_at": clock.now()}
            for number in range(1, people + 1)
        ),
    )
    return _writers(users, call.grant_id, call.id, region, pattern.id, first.user_id or 0)


def _writers(
    users: Sequence[int], grant_id: int, call_id: int, organisation_id: int, pattern: int, starter: int
) -> list[Writer]:
    now = clock.now()
    put(
        MandateRow,
        (
            {
                "user_id": user,
                "organisation_id": organisation_id,
                "role": Role.OMBUD,
                "valid_from": clock.today() - timedelta(days=1),
            }
            for user in users
        ),
    )
    cases = put(
        Case,
        (
            {
                "kind": CaseKind.APPLICATION,
                "grant_id": grant_id,
                "organisation_id": organisation_id,
                "title": "Ansökan",
                "opened_at": now,
            }
            for _ in users
        ),
    )
    made = put(
        Application,
        (
            {
                "call_id": call_id,
                "case_id": case,
                "organisation_id": organisation_id,
                "applicant_unit": f"Klinik {number}",
                "started_by_id": starter,
                "started_at": now,
            }
            for number, case in enumerate(cases, 1)
        ),
    )
    for model in (Answer, BudgetLine, ApplicationHome):
        put(model, (each | {"application_id": one} for one in made for each in _rows(model, "application_id", pattern)))
    [staff] = _rows(StaffRow, "application_id", pattern)
    pattern_staff = committed().scalars(select(StaffRow.id).where(StaffRow.application_id == pattern)).one()
    rows = put(StaffRow, (staff | {"application_id": one} for one in made))
    put(
        StaffAmount,
        (each | {"staff_row_id": one} for one in rows for each in _rows(StaffAmount, "staff_row_id", pattern_staff)),
    )
    users_made = {user.id: user for user in committed().scalars(select(User).where(User.id.in_(users)))}
    return [
        Writer(users_made[user].name, session_key(users_made[user]), application)
        for user, application in zip(users, made, strict=True)
    ]


def _rows(model: type[Base], column: str, value: int) -> list[dict[str, object]]:
    """The rows of one application, without their own ids."""
    table = model.__table__
    kept = [each for each in table.columns if not each.primary_key or each.name != "id"]
    found = committed().execute(select(*kept).where(table.c[column] == value)).mappings()
    return [dict(each) for each in found]


# --- The portal, served ---------------------------------------------------------------------------------------------


@contextmanager
def served(url: str, instance: Path, *, processes: int = 2, **settings: str) -> Iterator[int]:
    """`grantportal serve` on a free port, until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GRANTPORTAL")}
    given = {
        "GRANTPORTAL_INSTANCE": str(instance),
        "GRANTPORTAL_DATABASE_URL": url,
        "GRANTPORTAL_SECRET_KEY": "bench" * 8,
        "GRANTPORTAL_SECURE_COOKIES": "0",
        "GRANTPORTAL_PUBLIC_URL": f"http://127.0.0.1:{port}",
        **{f"GRANTPORTAL_{name.upper()}": value for name, value in settings.items()},
    }
    command = [sys.executable, "-m", "grantportal", "serve", "--port", str(port), "--processes", str(processes)]
    with (
        (instance / "served.log").open("w") as log,
        subprocess.Popen(command, env=ours | given, stdout=log, stderr=log) as server,
    ):
        try:
            _await(port, server)
            yield port
        finally:
            server.terminate()


def _await(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None, "the portal did not start"
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the portal did not answer")


# --- What they do ---------------------------------------------------------------------------------------------------


class Visit:
    """One person's browser: as much of it as saving needs."""

    def __init__(self, port: int, writer: Writer) -> None:
        self.port, self.writer = port, writer
        self.cookies = {SESSION_COOKIE: writer.key}

    def ask(self, method: str, path: str, data: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, body and Location of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
            body = None
            if data is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
                body = urlencode(data)
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    key, _, rest = value.partition("=")
                    self.cookies[key] = rest.partition(";")[0]
            return answer.status, answer.read().decode(), answer.getheader("Location") or ""
        finally:
            connection.close()

    def read_form(self, path: str, action: str) -> dict[str, str]:
        """The fields of the page's form that posts to `action`, as a browser would send them untouched."""
        status, text, _ = self.ask("GET", path)
        assert status == 200, f"{path}: {status}"
        document = html5lib.parse(text, namespaceHTMLElements=False)
        [form] = [each for each in document.iter("form") if (each.get("action") or path).endswith(action)]
        return {
            control.get("name"): (control.text or "").removeprefix("\n")
            if control.tag == "textarea"
            else control.get("value", "")
            for control in form.iter()
            if control.tag in CONTROLS
            and control.get("name")
            and control.get("type") not in {"submit", "checkbox", "radio"}
        }


def write_for(port: int, writers: Sequence[Writer], *, seconds: float, every: float) -> None:
    """Everybody goes on writing the same answer, a save every so often, from moments spread over the first interval.

    Each opens the page first, one after the other: what is measured begins when all of them have it before them.
    """
    visits = {}
    for writer in writers:
        visits[writer.name] = visit = Visit(port, writer)
        writer.fields = visit.read_form(_path(writer), f"/{SECTION}")
    begun = time.monotonic() + 1

    def one(place: int, writer: Writer) -> None:
        visit, path = visits[writer.name], _path(writer)
        number, at = 0, begun + every * place / len(writers)
        while at < begun + seconds:
            time.sleep(max(0.0, at - time.monotonic()))
            number += 1
            text = f"{writer.name} skriver, gång {number}." + " Behoven är stora och vården hänger inte ihop." * 12
            started = time.monotonic()
            status, body, _ = visit.ask("POST", f"{path}/autospara", writer.fields | {QUESTION: text})
            writer.seconds.append(time.monotonic() - started)
            writer.answers[str(status)] += 1
            if status == 200:
                result = json.loads(body)
                if result["saved"] and not result["clashes"] and not result["errors"]:
                    writer.written, writer.saves = text, writer.saves + 1
                    writer.fields |= result["stamps"]
                else:
                    writer.answers["refused"] += 1
            at = max(at + every, time.monotonic())

    _all(writers, one)


def _path(writer: Writer) -> str:
    return f"/ansokningar/{writer.application_id}/avsnitt/{SECTION}"


def hand_in_within(port: int, writers: Sequence[Writer], *, seconds: float) -> None:
    """Everybody reads the answers and hands in, spread over the time."""
    begun = time.monotonic() + 1

    def one(place: int, writer: Writer) -> None:
        visit = Visit(port, writer)
        time.sleep(max(0.0, begun + seconds * place / len(writers) - time.monotonic()))
        path = f"/ansokningar/{writer.application_id}/kontrollera"
        fields = visit.read_form(path, "/skicka-in")
        started = time.monotonic()
        status, _, where = visit.ask("POST", f"/ansokningar/{writer.application_id}/skicka-in", fields)
        writer.seconds.append(time.monotonic() - started)
        writer.answers[str(status)] += 1
        if status != 303 or not re.search(r"/kvitto", where):
            writer.answers["refused"] += 1

    _all(writers, one)


def _all(writers: Sequence[Writer], one: Callable[[int, Writer], None]) -> None:
    def safely(place: int, writer: Writer) -> None:
        try:
            one(place, writer)
        except Exception as error:
            writer.answers[f"{type(error).__name__}: {error}"] += 1

    threads = [
        threading.Thread(target=safely, args=(place, writer), daemon=True) for place, writer in enumerate(writers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# --- What came of it ------------------------------------------------------------------------------------------------


def lost(writers: Sequence[Writer]) -> int:
    """How many have not got the text that the portal last said was saved, or got it in more or fewer saves than it said."""
    rows = {
        answer.application_id: answer
        for answer in committed().scalars(select(Answer).where(Answer.question == int(QUESTION.removeprefix("q"))))
    }
    return sum(
        rows[writer.application_id].value != writer.written or rows[writer.application_id].version != writer.saves + 1
        for writer in writers
        if writer.saves
    )


def handed_in(writers: Sequence[Writer]) -> int:
    """How many applications are handed in whole: a diarienummer of its own, and a frozen version."""
    wanted = {writer.application_id for writer in writers}
    rows = committed().execute(
        select(Application.id, Case.registration_number)
        .join(Case, Application.case_id == Case.id)
        .join(
            FrozenVersion,
            (FrozenVersion.kind == FrozenKind.APPLICATION) & (FrozenVersion.subject_id == Application.id),
        )
        .where(Application.status == ApplicationStatus.SUBMITTED)
    )
    return len({number for application, number in rows if application in wanted and number})


def within(writers: Sequence[Writer], share: float) -> float:
    """The time, in milliseconds, within which this share of all answers came."""
    every = sorted(each for writer in writers for each in writer.seconds)
    return 1000 * every[min(len(every) - 1, int(share * len(every)))] if every else float("inf")


def answers(writers: Sequence[Writer]) -> Counter[str]:
    """How many of each status, and of each thing that went wrong."""
    return sum((writer.answers for writer in writers), Counter())
