"""Work after commit: which lane it goes in, and how long a server that does not answer is left alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MAIL_KINDS = frozenset({"mail", "invitation", "invited", "ombud_mail", "sign_in_mail"})
"""Kinds of work that need the mail server."""
SCAN_KINDS = frozenset({"scan"})
"""Kinds of work that need the virus scanner."""

FAILURES = 3
"""So many times in a row may a server fail before it is left alone."""
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=5)


class Lane(StrEnum):
    """Work of one lane never waits for that of another: a server that hangs holds up what needs it, and nothing else."""

    WORK = "work"
    MAIL = "mail"
    SCAN = "scan"


def lane_of(kind: str) -> Lane:
    """The lane of a kind of work: that of the server that it needs, else the common one."""
    if kind in MAIL_KINDS:
        return Lane.MAIL
    return Lane.SCAN if kind in SCAN_KINDS else Lane.WORK


@dataclass(frozen=True)
class Breaker:
    """What is known of a server: after so many failures in a row it is left alone, longer each time, and then tried once."""

    failures: int = 0
    left_alone_until: datetime | None = None

    def room(self, now: datetime, most: int) -> int:
        """How much may be sent now: nothing while the server is left alone, then one as a trial, else `most`."""
        if self.left_alone_until is None:
            return most
        return 1 if now >= self.left_alone_until else 0

    def failed(self, now: datetime) -> "Breaker":
        """The server has failed once more."""
        failures = self.failures + 1
        if failures < FAILURES:
            return Breaker(failures)
        pause = min(FIRST_PAUSE * 2 ** min(failures - FAILURES, 10), LONGEST_PAUSE)
        return Breaker(failures, now + pause)
