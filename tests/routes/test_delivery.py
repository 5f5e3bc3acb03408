"""What travels: static files compressed and named by their content, public pages asked for again by ETag, and nothing else."""

import gzip
import re
from pathlib import Path

import brotli
import pytest
from flask.testing import FlaskClient

from grantportal import static_files
from grantportal.app import PUBLIC, create_app
from grantportal.domain.actors import Role
from grantportal.settings import Settings
from tests.routes import access
from tests.routes.access import ANONYMOUS
from tests.support.factories import OrganisationFactory, person

FIRST_VISIT = 90_000
"""Bytes, compressed: the front page and all that it fetches."""
_FETCHED = re.compile(r"""(?:href|src)="(/static/[^"]+)\"""")
_IMPORTED = re.compile(r"""(?:from|import) ['"](\.[^'"]+)['"]""")


@pytest.fixture
def stranger(app, database):
    return FlaskClient(app, app.response_class)


def opened(client, address, coding):
    """The bytes as they travel, the answer's headers, and what they unpack to."""
    with client.get(address, headers={"Accept-Encoding": coding}) as answer:
        assert answer.status_code == 200, address
        sent, headers = answer.data, dict(answer.headers)
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[headers.get("Content-Encoding")]
    return sent, headers, unpack(sent).decode()


def fetched(client, page, coding):
    """Every static file that a browser fetches for the page, the scripts' own imports too, by address."""
    waiting, found = _FETCHED.findall(page), {}
    while waiting:
        address = waiting.pop()
        if address not in found:
            found[address] = opened(client, address, coding)
            folder = address.rpartition("/")[0]
            waiting += [f"{folder}/{name.removeprefix('./')}" for name in _IMPORTED.findall(found[address][2])]
    return found


@pytest.mark.parametrize("coding", ["gzip", "br, gzip"])
def test_a_first_visit_is_small(stranger, coding):
    sent, headers, page = opened(stranger, "/", coding)
    files = fetched(stranger, page, coding)

    assert headers["Content-Encoding"] == "gzip"
    assert len(files) >= 6
    assert {each["Content-Encoding"] for _, each, _ in files.values()} == {coding[:4].partition(",")[0]}
    assert len(sent) + sum(len(each) for each, _, _ in files.values()) <= FIRST_VISIT


def test_what_a_page_fetches_is_kept_for_ever_under_a_name_of_its_content(stranger):
    for address, (_, headers, _) in fetched(stranger, stranger.get("/").text, "gzip").items():
        assert static_files.HASHED.search(address), address
        assert "immutable" in headers["Cache-Control"], address


def test_a_name_changes_with_what_the_file_fetches(tmp_path):
    def names(inner):
        (tmp_path / "a.js").write_text("import { one } from './b.js'\nimport './vendor/c.js'\n")
        (tmp_path / "b.js").write_text(inner)
        (tmp_path / "vendor").mkdir(exist_ok=True)
        (tmp_path / "vendor" / "c.js").write_text("import '../b.js'\n")
        (tmp_path / "d.css").write_text("a { background: url(mark.svg) } b { fill: url(#p) }")
        (tmp_path / "mark.svg").write_text("<svg/>")
        return static_files.made.__wrapped__(tmp_path)

    before, after = names("export const one = 1"), names("export const one = 2")

    assert {name for name in before.names if before.names[name] != after.names[name]} == {"a.js", "b.js", "vendor/c.js"}
    script = (before.folder / before.names["a.js"]).read_text()
    assert f"'./{before.names['b.js']}'" in script
    assert f"'./{before.names['vendor/c.js']}'" in script
    style = (before.folder / before.names["d.css"]).read_text()
    assert f"url({before.names['mark.svg']})" in style
    assert "url(#p)" in style
    for each in (before, after):
        each.kept.cleanup()


def test_a_file_under_its_own_name_is_asked_for_again(stranger):
    with stranger.get("/static/portal.css") as answer:
        assert "immutable" not in answer.headers["Cache-Control"]


def test_a_public_page_is_kept_shortly_and_asked_for_by_its_etag(stranger):
    first = stranger.get("/om/hjalp")
    again = stranger.get("/om/hjalp", headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert {"Cookie", "Accept-Encoding"} <= {each.strip() for each in first.headers["Vary"].split(",")}
    assert (again.status_code, again.data) == (304, b"")


def test_a_page_of_somebody_who_has_signed_in_is_neither_kept_nor_compressed(signed_in):
    """Compressed, the length of a page would tell a secret on it to whoever can choose some of the rest."""
    officer = signed_in(person(Role.HANDLAGGARE, OrganisationFactory()))

    for address in ("/", "/om/hjalp", "/arenden/"):
        answer = officer.get(address, headers={"Accept-Encoding": "gzip, br"})
        assert answer.headers["Cache-Control"] == "no-store"
        assert not {"Content-Encoding", "ETag"} & set(answer.headers.keys())


def test_a_page_with_a_form_of_its_own_is_neither_kept_nor_compressed(stranger):
    answer = stranger.get("/logga-in", headers={"Accept-Encoding": "gzip"})

    assert answer.headers["Cache-Control"] == "no-store"
    assert "Content-Encoding" not in answer.headers


def test_what_is_kept_is_open_to_everybody():
    rows = access.all_rows()

    assert all(ANONYMOUS in rows[endpoint].allowed("GET") for endpoint in PUBLIC)


def test_in_the_demonstration_no_page_is_kept(database, tmp_path):
    """Its day moves."""
    settings = Settings(Path(tmp_path), database_url=database.url, secret_key="t", demonstration=True)

    answer = create_app(settings).test_client().get("/om/hjalp", environ_overrides={"REMOTE_ADDR": "127.0.0.1"})

    assert answer.headers["Cache-Control"] == "no-store"
