"""No personnummer is printed, whoever logs: a request's line, an exception, the worker; spelled out or not."""

import json
import logging
import re
from io import StringIO
from logging import LogRecord

import pytest

from grantportal import logs, worker
from grantportal.app import create_app
from grantportal.domain.actors import Role
from grantportal.domain.organisations import OrganisationKind
from grantportal.settings import Settings
from tests.support.casework import ApplicationFactory
from tests.support.factories import OrganisationFactory, person

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


# --- Numbers of requests, and JSON ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given", [None, "", "short", "a" * 65, "a b c d e f", "ärende-ärende", "811218-9876", "1\n2345678"]
)
def test_what_may_not_stand_in_a_log_numbers_no_request(given):
    number = logs.number_of_request(given)
    assert number != given
    assert len(number) == 32


@pytest.mark.parametrize("given", ["12345678", "req-0001-abcdEF", "a" * 64])
def test_what_a_proxy_numbers_a_request_with_is_kept(given):
    assert logs.number_of_request(given) == given


@pytest.mark.parametrize(("proxies", "is_kept"), [(0, False), (1, True)])
def test_only_a_trusted_proxy_numbers_a_request(tmp_path, database, proxies, is_kept):
    client = create_app(
        Settings(instance=tmp_path, database_url=database.url, secret_key="tests", proxies=proxies)
    ).test_client()
    answer = client.get("/om/kakor", headers={"X-Request-ID": "request-0001"})
    again = client.get("/om/kakor")
    assert (answer.headers["X-Request-ID"] == "request-0001") == is_kept
    assert again.headers["X-Request-ID"] not in {"request-0001", answer.headers["X-Request-ID"]}


def as_json(written) -> list[dict]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


@pytest.fixture
def json_lines(lines):
    """The same as JSON objects."""
    [handler] = [each for each in logging.getLogger().handlers if getattr(each, "stream", None) is lines]
    handler.setFormatter(logs.JsonLine())
    logs.keep_personal_numbers_out()
    return lines


def test_each_line_of_a_request_carries_its_number_and_so_does_the_page_that_says_that_it_failed(
    app, database, signed_in, json_lines, monkeypatch
):
    from grantportal.services import messages

    case = ApplicationFactory().case
    ombud = signed_in(person(Role.OMBUD, case.organisation))

    def broken(*_):
        logging.getLogger("another").warning("om %s", NUMBER)
        raise ValueError("kunde inte spara")

    monkeypatch.setattr(messages, "write", broken)
    monkeypatch.setattr(app, "testing", False)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    failed = ombud.post_form(f"/arenden/{case.id}/meddelanden", {"text": "Hej"})
    number = failed.headers["X-Request-ID"]
    assert number in failed.text
    found = [line for line in as_json(json_lines) if line["logger"] in {"another", "grantportal.app"}]
    assert {line["request_id"] for line in found} == {number}
    assert found[0]["event"] == "om [personnummer]"
    assert "kunde inte spara" in found[1]["error"]


def test_a_request_is_a_line_that_names_its_rule_and_not_what_was_typed(tmp_path, database, json_lines, signed_in):
    settings = Settings(
        instance=tmp_path, database_url=database.url, secret_key="tests", json_logs=True, secure_cookies=False
    )
    client = create_app(settings).test_client()
    client.get(f"/utlysningar/?sok={NUMBER}&hemligt=1")
    client.get("/finns-inte/hemligt")
    seen = [line for line in as_json(json_lines) if line["logger"] == "grantportal.request"]
    assert [(line.get("rule"), line["method"], line["status"]) for line in seen] == [
        ("/utlysningar/", "GET", 200),
        (None, "GET", 404),
    ]
    assert seen[0]["queries"] > 0
    assert {"time", "level", "ms", "request_id"} <= seen[0].keys()
    assert "hemligt" not in json_lines.getvalue()
    assert "9876" not in json_lines.getvalue()


def test_a_line_of_words_says_which_request_and_in_which_zone():
    record = logging.LogRecord("name", logging.INFO, "file", 1, "hej", None, None)
    record.request_id = "request-0001"
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d{4} INFO name \[request-0001\]: hej", logs.Line().format(record)
    )
    record.request_id = ""
    assert logs.Line().format(record).endswith("INFO name: hej")


def test_work_that_follows_from_a_request_carries_its_number(app, database, signed_in, tmp_path, lines, monkeypatch):
    application = ApplicationFactory()
    ombud = signed_in(person(Role.OMBUD, application.organisation))
    person(Role.HANDLAGGARE, OrganisationFactory(kind=OrganisationKind.AUTHORITY))
    asked = ombud.post_form(f"/arenden/{application.case_id}/meddelanden", {"text": "Hej"})
    number = asked.headers["X-Request-ID"]
    told = []

    def fails(_settings, work):
        told.append(logs.request_id.get())
        raise OSError

    monkeypatch.setitem(worker.LETTERS, "mail", fails)
    worker.drain(Settings(instance=tmp_path, secret_key="tests"))
    assert told == [number], "the mail follows from the notice, and that from the request"
    assert logs.request_id.get() == ""
