"""What the portal writes to its logs: never a personnummer, whoever logs and whatever a failing statement was about."""

import json
import logging
import re
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from grantportal.domain import clock
from grantportal.domain.personal_numbers import masked

_PLAIN = logging.LogRecord
_FORMAT = logging.Formatter()
# An address and a quoted text spell signs out, also those that may stand within a number: %2B, \\xa0, \\u2011.
_SPELLED = re.compile(r"(?:%[0-9A-Fa-f]{2})+|(?:\\x[0-9A-Fa-f]{2})+|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}")


request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The number of the request that is answered, or that the worker's work follows from; empty outside of any."""
_NUMBER = re.compile(r"[A-Za-z0-9-]{8,64}")


def number_of_request(given: str | None) -> str:
    """What a trusted proxy has numbered the request with, where that may stand in a log; else a number of our own."""
    number = given or ""
    while not _NUMBER.fullmatch(number) or without_numbers(number) != number:
        number = uuid.uuid4().hex
    return number


class Line(logging.Formatter):
    """A line of words: time with zone, level, logger, the number of the request, message."""

    def __init__(self) -> None:
        # With the zone: a line of the night when summer time ends says which of the two hours it is from.
        super().__init__("%(asctime)s %(levelname)s %(name)s%(of_request)s: %(message)s", "%Y-%m-%d %H:%M:%S%z")

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        number = _request_of(record)
        record.of_request = f" [{number}]" if number else ""
        return super().format(record)


class JsonLine(logging.Formatter):
    """The same as a JSON object on one line, with the facts that the line carries."""

    def format(self, record: logging.LogRecord) -> str:
        """The line. Personnummer are taken out last, of each text by itself: a time is no number."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": without_numbers(record.getMessage()),
            "request_id": _request_of(record),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["error"] = record.exc_text or without_numbers(self.formatException(record.exc_info))
        return json.dumps({name: value for name, value in line.items() if value is not None}, ensure_ascii=False)


def _request_of(record: logging.LogRecord) -> str:
    return str(getattr(record, "request_id", ""))


def write_lines(*, as_json: bool) -> None:
    """From now on this process' lines go to standard error, in words or as JSON; gunicorn's own too."""
    formatter = JsonLine() if as_json else Line()
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for each in logging.getLogger("gunicorn.error").handlers:
        each.setFormatter(formatter)


REQUESTS = logging.getLogger("grantportal.request")


def tell_request(**facts: str | int | float | None) -> None:
    """Write what a request was and cost. `facts` hold no address as it was typed: it may carry what was searched for, or a key."""
    REQUESTS.info("request", extra={"facts": facts})


def keep_personal_numbers_out() -> None:
    """From now on every line that this process logs has them taken out, in its words and in its traceback."""
    logging.setLogRecordFactory(_record)


told_of_security: list[Callable[[str], None]] = []
"""Who else is told that such a thing has happened: by its name only."""
SECURITY = logging.getLogger("grantportal.security")
"""Who comes in, who is kept out, and who may do what: a JSON object a line."""


def keep_security_log() -> None:
    """From now on the lines of the security log are written to standard error, whatever else is logged."""
    if not SECURITY.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(message)s"))
        SECURITY.addHandler(handler)
    SECURITY.setLevel(logging.INFO)
    SECURITY.propagate = False


def security(event: str, **facts: str | int | bool | None) -> None:
    """Write that something has happened that concerns who may come in. `facts` name rows by their numbers, and hold nothing
    that anybody has typed, no name and no secret."""
    line = {"time": clock.real_now().isoformat(timespec="milliseconds"), "event": event, **facts}
    if number := request_id.get():
        line["request_id"] = number
    SECURITY.info("%s", json.dumps(line, ensure_ascii=False))
    for tell in told_of_security:
        tell(event)


_TOLD_EACH_TIME = 1.0
_REPEATING = ("grantportal.app", "grantportal.worker", "sqlalchemy.pool.impl.QueuePool")


class OnceASecond(logging.Filter):
    """The same fault is told once a second, however many meet it: an outage does not fill the disk that may be full."""

    def __init__(self) -> None:
        super().__init__()
        self.forget()

    def forget(self) -> None:
        """Tell everything anew."""
        self._next: dict[tuple[int, str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written: by where it is from, its first words and those of its fault."""
        if record.levelno < logging.WARNING:
            return True
        fault = first_line(record.exc_info[1]) if record.exc_info and record.exc_info[1] else ""
        key, now = (record.lineno, fault, str(record.msg)[:60]), time.monotonic()
        if now < self._next.get(key, 0):
            return False
        self._next = {each: until for each, until in self._next.items() if until > now}
        self._next[key] = now + _TOLD_EACH_TIME
        return True


once = OnceASecond()


def say_once_a_second() -> None:
    """From now on what repeats itself is told once a second."""
    for name in _REPEATING:
        logging.getLogger(name).addFilter(once)


def first_line(error: BaseException) -> str:
    """What an error says, on one line: its kind and its first words."""
    return f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0][:300]}"


def _record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    record = _PLAIN(*args, **kwargs)
    record.request_id = request_id.get()
    try:
        record.msg, record.args = without_numbers(record.getMessage()), None
    except (TypeError, ValueError):
        # A line that cannot be put together is reported by logging itself, as ever.
        return record
    if record.exc_info:
        record.exc_text = without_numbers(_FORMAT.formatException(record.exc_info))
    return record


def without_numbers(line: str) -> str:
    """The line as it was, unless a number stands in it, spelled out or not: then with what was spelled out written plainly."""
    plain = masked(line)
    read = _SPELLED.sub(_said, plain)
    found = masked(read)
    return plain if found == read else found


def _said(spelled: re.Match[str]) -> str:
    text = spelled[0]
    sign = bytes.fromhex(text[2:].zfill(8)) if text[1] in "uU" else b""
    if sign:
        said = sign.decode("utf-32-be", "replace")
    else:
        sign = bytes.fromhex(text.replace("%", "").replace("\\x", ""))
        try:
            said = sign.decode()
        except UnicodeDecodeError:
            said = sign.decode("latin-1")
    # A line of the log stays one line, whatever an address spells.
    return "".join(char if char.isprintable() or char == "\xa0" else " " for char in said)
