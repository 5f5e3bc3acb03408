"""What the portal writes to its logs: never a personnummer, whoever logs and whatever a failing statement was about."""

import logging
from typing import Any

from grantportal.domain.personal_numbers import masked

_PLAIN = logging.LogRecord
_FORMAT = logging.Formatter()


def keep_personal_numbers_out() -> None:
    """From now on every line that this process logs has them taken out, in its words and in its traceback."""
    logging.setLogRecordFactory(_record)


def _record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    record = _PLAIN(*args, **kwargs)
    try:
        record.msg, record.args = masked(record.getMessage()), None
    except (TypeError, ValueError):
        # A line that cannot be put together is reported by logging itself, as ever.
        return record
    if record.exc_info:
        record.exc_text = masked(_FORMAT.formatException(record.exc_info))
    return record
