"""What the portal writes to its logs: never a personnummer, whoever logs and whatever a failing statement was about."""

import logging
import re
from typing import Any

from grantportal.domain.personal_numbers import masked

_PLAIN = logging.LogRecord
_FORMAT = logging.Formatter()
# An address and a quoted text spell signs out, also those that may stand within a number: %2B, \\xa0, \\u2011.
_SPELLED = re.compile(r"(?:%[0-9A-Fa-f]{2})+|(?:\\x[0-9A-Fa-f]{2})+|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}")


def keep_personal_numbers_out() -> None:
    """From now on every line that this process logs has them taken out, in its words and in its traceback."""
    logging.setLogRecordFactory(_record)


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
