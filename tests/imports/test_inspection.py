"""A file is read in a process that can be ended: whatever happens to it, the sender gets a sentence and the disk gets nothing."""

import threading
import time

import pytest

from grantportal.domain.attachments import MOST_BYTES, AttachmentKind, AttachmentRefusal, Refused
from grantportal.imports import inspection
from tests.imports.attachment_files import docx, pdf, png


@pytest.fixture
def child(monkeypatch, tmp_path):
    """The child does what is written instead of reading the file; the limits are its own."""

    def does(code: str) -> None:
        run = inspection.subprocess.run
        command = [
            inspection.sys.executable,
            "-I",
            "-c",
            "from grantportal.imports.inspection import _limit\n_limit()\n" + code,
        ]
        monkeypatch.setattr(inspection.subprocess, "run", lambda _, **how: run(command, **how))

    return does


def refusal(content: bytes = b"") -> AttachmentRefusal:
    with pytest.raises(Refused) as refused:
        inspection.inspect("Intyg.pdf", content or pdf())
    return refused.value.refusal


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("Intyg å.pdf", pdf(), AttachmentKind.PDF),
        ("a\n\udcff.docx", docx(), AttachmentKind.DOCX),
        ("b", png(), AttachmentKind.PNG),
    ],
)
def test_the_child_tells_what_the_file_is(name, content, kind):
    assert inspection.inspect(name, content) is kind


def test_the_child_tells_why_it_is_refused():
    assert refusal(docx()) is AttachmentRefusal.MISLABELLED
    assert refusal(bytes(MOST_BYTES + 1)) is AttachmentRefusal.TOO_LARGE


@pytest.mark.parametrize(
    "code",
    [
        "bytes(500 * 1024 * 1024)",
        "import os; os.abort()",
        "import os; os._exit(0)",
        "print('[]')",
        "print('{')",
        "raise SystemExit(3)",
    ],
    ids=["swells", "dies", "silent", "no answer", "half an answer", "ends"],
)
def test_a_child_that_dies_is_a_refusal(child, code):
    child(code)
    assert refusal() is AttachmentRefusal.UNREADABLE


def test_a_child_that_hangs_is_ended(child, monkeypatch):
    monkeypatch.setattr(inspection, "WALL_SECONDS", 0.5)
    child("import time; time.sleep(60)")
    assert refusal() is AttachmentRefusal.UNREADABLE


def test_a_child_has_limits_and_no_environment(child, tmp_path, monkeypatch):
    monkeypatch.setenv("GRANTPORTAL_SECRET", "hemligt")
    child(
        "import json, os, resource as r\n"
        "limits = [r.getrlimit(each)[1] for each in (r.RLIMIT_AS, r.RLIMIT_CPU, r.RLIMIT_FSIZE, r.RLIMIT_CORE)]\n"
        "assert limits == [400 * 1024 * 1024, 10, 0, 0], limits\n"
        "assert 'GRANTPORTAL_SECRET' not in os.environ\n"
        f"try:\n  open({str(tmp_path / 'left')!r}, 'wb', 0).write(b'x')\nexcept OSError: pass\nelse: raise SystemExit('it wrote')\n"
        "print(json.dumps({'kind': 'pdf'}))"
    )
    assert inspection.inspect("Intyg.pdf", pdf()) is AttachmentKind.PDF


def test_two_are_read_at_a_time_and_the_next_waits(monkeypatch):
    at_once, most, lock = [0], [0], threading.Lock()

    def told(*_):
        with lock:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        time.sleep(0.02)
        with lock:
            at_once[0] -= 1
        return {"kind": "pdf"}

    monkeypatch.setattr(inspection, "_told", told)
    threads = [threading.Thread(target=inspection.inspect, args=("a.pdf", b"x")) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert most == [2]


def test_who_never_has_a_turn_is_told_to_wait(monkeypatch):
    monkeypatch.setattr(inspection, "WALL_SECONDS", 0.01)
    monkeypatch.setattr(inspection, "_turns", threading.BoundedSemaphore(1))
    inspection._turns.acquire()
    assert refusal() is AttachmentRefusal.BUSY
