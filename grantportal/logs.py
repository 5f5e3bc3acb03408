"""What the portal writes to its logs: never a personnummer, whoever logs and whatever a failing statement was about."""

import json
import logging
import re
import time
from typing import Any

from grantportal.domain import clock
from grantportal.domain.personal_numbers import masked

_PLAIN = logging.LogRecord
_FORMAT = logging.Formatter()
# An address and a quoted text spell signs out, also those that may stand within a number: %2B, \\xa0, \\u2011.
_SPELLED = re.compile(r"(?:%[0-9A-Fa-f]{2})+|(?:\\x[0-9A-Fa-f]{2})+|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}")


def keep_personal_numbers_out() -> None:
    """From now on every line that this process logs has them taken out, in its words and in its traceback."""
    logging.setLogRecordFactory(_record)


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
    SECURITY.info("%s", json.dumps(line, ensure_ascii=False))


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
