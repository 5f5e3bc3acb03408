"""Bilagor are read in a process of their own: a file that is made to hang or swell its reader takes only that process with it."""

import contextlib
import json
import logging
import resource
import subprocess
import sys
from threading import BoundedSemaphore

from grantportal.domain.attachments import AttachmentKind, AttachmentRefusal, Refused
from grantportal.imports import attachments

MEMORY = 400 * 1024 * 1024
"""The most address space of the child, in bytes."""
CPU_SECONDS = 10
WALL_SECONDS = 20
AT_ONCE = 2
"""How many files a process has read at the same time; the next one waits its turn."""

_turns = BoundedSemaphore(AT_ONCE)
_log = logging.getLogger(__name__)


def inspect(name: str, content: bytes) -> AttachmentKind:
    """What the file is, read in a child process that is ended when it takes too much.

    Raises Refused with the reason, also where the name says another kind, where the file could not be read within the
    limits, and where so many files are being read that this one never had its turn.
    """
    if not _turns.acquire(timeout=WALL_SECONDS):
        raise Refused(AttachmentRefusal.BUSY)
    try:
        told = _told(name, content)
    finally:
        _turns.release()
    if "refusal" in told:
        raise Refused(AttachmentRefusal(told["refusal"]))
    return AttachmentKind(told["kind"])


def _told(name: str, content: bytes) -> dict[str, str]:
    """The child's answer: one JSON line. No answer is a refusal."""
    command = [sys.executable, "-I", "-B", "-m", __name__]
    sent = json.dumps(name).encode() + b"\n" + content
    try:
        # The child gets no settings and no secrets: its environment is empty. The command is our own, never the sender's.
        done = subprocess.run(command, input=sent, capture_output=True, timeout=WALL_SECONDS, env={}, check=False)  # noqa: S603
        told = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        _log.warning("A file was not read within %s s", WALL_SECONDS)
    except ValueError:
        _log.warning("The process that read a file ended with %s and no answer", done.returncode)
    else:
        if isinstance(told, dict) and told.keys() & {"kind", "refusal"}:
            return told
    return {"refusal": AttachmentRefusal.UNREADABLE}


def _limit() -> None:
    """From here on this process writes no file, leaves no core, and is ended when it takes too much."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (limit, limit))


def main() -> None:
    """The child: a JSON line with the name and then the file on standard input, one JSON line on standard output."""
    _limit()
    with contextlib.suppress(BrokenPipeError):
        name, _, content = sys.stdin.buffer.read().partition(b"\n")
        try:
            told = {"kind": attachments.inspect(json.loads(name), content).value}
        except Refused as refused:
            told = {"refusal": refused.refusal.value}
        except (MemoryError, RecursionError):
            told = {"refusal": AttachmentRefusal.BOMB.value}
        sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
