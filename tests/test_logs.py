"""No personnummer is printed, whoever logs: a request's line, an exception, the worker; spelled out or not."""

import logging
from io import StringIO
from logging import LogRecord

import pytest

from grantportal import logs
from grantportal.domain.actors import Role
from tests.support.casework import ApplicationFactory
from tests.support.factories import person

NUMBER = "811218-9876"


@pytest.mark.parametrize(
    "line",
    [
        f"GET /arenden/?sok={NUMBER} HTTP/1.1",
        "GET /arenden/?sok=811218%2B9876 HTTP/1.1",
        "GET /arenden/?sok=811218%2D9876 HTTP/1.1",
        "GET /arenden/?sok=811218+9876 HTTP/1.1",
        "GET /arenden/?sok=%38%31%31%32%31%38%39%38%37%36 HTTP/1.1",
        "GET /arenden/?sok=811218%C2%A09876 HTTP/1.1",
        "GET /arenden/?sok=811218%E2%80%919876 HTTP/1.1",
        repr("811218\u00a09876") + " är inget tal",
        "'811218\\xa09876'",
        "'811218\\u20119876'",
        "b'811218\\xc2\\xa09876'",
        "8112189876",
    ],
)
def test_a_line_says_nothing_of_it(line):
    said = logs.without_numbers(line)
    assert "9876" not in said
    assert "%39%38%37%36" not in said
    assert "[personnummer]" in said
    assert "\n" not in said


@pytest.mark.parametrize(
    "line", ["GET /arenden/?sok=v%C3%A5rd%0A2020-0001 HTTP/1.1", r"'\\x00 \\u2011 \\U0001F600 \\Uffffffff'", "%"]
)
def test_another_line_stays_as_it_was(line):
    assert logs.without_numbers(line) == line


def test_no_line_break_comes_out_of_an_address():
    assert "\n" not in logs.without_numbers(f"GET /?sok={NUMBER}%0A%0D2020-01-01 ERROR")


@pytest.fixture
def lines():
    """What every logger of the process writes."""
    written, handler = StringIO(), None
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("%(message)s"))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(before)


def test_the_factory_is_the_portals(app):
    logs.keep_personal_numbers_out()
    record = logging.getLogRecordFactory()("name", logging.INFO, "file", 1, "om %s", (NUMBER,), None)
    assert isinstance(record, LogRecord)
    assert record.getMessage() == "om [personnummer]"


def test_a_request_that_fails_prints_its_error_without_it(app, database, signed_in, lines, monkeypatch):
    from grantportal.services import messages

    case = ApplicationFactory().case
    ombud = signed_in(person(Role.OMBUD, case.organisation))

    def broken(_actor, _case, command):
        raise ValueError(f"kunde inte spara {command.text!r}")

    monkeypatch.setattr(messages, "write", broken)
    monkeypatch.setattr(app, "testing", False)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    refused = ombud.post_form(
        f"/arenden/{case.id}/meddelanden", {"text": "Gäller 811218\u00a09876", "number_reason": "Intyget"}
    )
    assert refused.status_code == 500
    assert "kunde inte spara" in lines.getvalue()
    assert "9876" not in lines.getvalue()
    assert "9876" not in refused.text
