"""Bilagor: a file is read in a process of its own, which can be killed, and what that process says is believed.

The process has no part of the portal's memory or environment, writes no file, and has an end to its time and its memory.
Whatever happens to it, the answer is a kind of file or a refusal in Swedish.
"""

import json
import logging
import os
import signal
import subprocess
import sys
import threading

from grantportal.domain.attachments import (
    AttachmentDetail,
    AttachmentKind,
    AttachmentRefusal,
    Follows,
    Inspected,
    Refused,
    ensure_name_fits,
    ensure_size,
)

TOGETHER = 2
"""How many files one process of the portal reads at a time: each may take a processor and 400 MB."""
WAITS = 30
"""How many seconds a file waits for its turn."""
SECONDS = 20
"""How long a file may take by the clock; the child itself ends after ten seconds of processor time."""
MODULE = "grantportal.imports.contents"

_turns = threading.BoundedSemaphore(TOGETHER)
_log = logging.getLogger(__name__)
_R = AttachmentRefusal
_KILLED = {-signal.SIGXCPU, -signal.SIGKILL}


def inspect(name: str, content: bytes) -> Inspected:
    """What the file is, and what follows along in it unseen. Raises Refused with the reason, also where the name says
    another kind, or where the file cannot be read within the limits.
    """
    ensure_size(content)
    found = _answer(_asked(content))
    ensure_name_fits(name, found.kind)
    return found


def _asked(content: bytes) -> bytes:
    """The line that the child says of the content."""
    if not _turns.acquire(timeout=WAITS):
        raise Refused(_R.BUSY)
    try:
        # Isolated: neither the working folder nor the environment says what it imports.
        done = subprocess.run(  # noqa: S603 - the portal's own words only
            [sys.executable, "-I", "-m", MODULE],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        _log.warning("a file of %d bytes was not read within %d seconds", len(content), SECONDS)
        raise Refused(_R.UNREADABLE) from None
    except OSError as error:
        _log.error("no process to read a file in: %s", error)
        raise Refused(_R.BUSY) from error
    finally:
        _turns.release()
    if done.returncode in _KILLED:
        _log.warning("reading a file of %d bytes was ended by signal %d", len(content), -done.returncode)
        raise Refused(_R.UNREADABLE)
    if done.returncode:
        _log.error("reading a file of %d bytes ended with %d", len(content), done.returncode)
        raise Refused(_R.DAMAGED)
    return done.stdout


def _answer(line: bytes) -> Inspected:
    try:
        said = json.loads(line)
        if "refused" in said:
            detail = said.get("detail")
            refused = Refused(AttachmentRefusal(said["refused"]), AttachmentDetail(detail) if detail else None)
        else:
            return Inspected(AttachmentKind(said["kind"]), tuple(Follows(each) for each in said["follows"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        _log.error("what was said of a file cannot be read: %s", type(error).__name__)
        raise Refused(_R.DAMAGED) from error
    raise refused
