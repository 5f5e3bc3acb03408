"""Bytes before rows, and nothing left lying."""

import os
from datetime import timedelta

import pytest

from grantportal.domain import clock
from grantportal.effects.files import enter, place
from grantportal.models.records import StoredFile
from grantportal.services import files
from grantportal.transaction import Bookkeeping, bookkeeping
from tests.support.casework import RecordFactory
from tests.support.rows import committed

pytestmark = pytest.mark.usefixtures("database")


def aged(path, **age) -> None:
    then = (clock.real_now() - timedelta(**age)).timestamp()
    os.utime(path, (then, then))


def test_the_sweeper_takes_only_what_is_old_and_has_no_row(tmp_path):
    named, nameless, fresh = place(tmp_path, b"a"), place(tmp_path, b"b"), place(tmp_path, b"c")
    with bookkeeping(Bookkeeping.FILES) as (session, _):
        enter(session, named, shown_name="a.pdf", media_type="application/pdf")
    for placed in (named, nameless):
        aged(tmp_path / placed.stored_name, days=1, minutes=1)
    aged(tmp_path / fresh.stored_name, hours=23)

    assert files.sweep(tmp_path) == 1

    assert {path.name for path in tmp_path.iterdir()} == {named.stored_name, fresh.stored_name}


def test_a_record_gets_its_document_once(tmp_path):
    record = RecordFactory()
    first, second = place(tmp_path, b"one"), place(tmp_path, b"two")

    files.attach(record.id, first, shown_name="x.pdf", media_type="application/pdf")
    files.attach(record.id, second, shown_name="x.pdf", media_type="application/pdf")

    stored = committed().query(StoredFile).one()
    assert (stored.stored_name, stored.size) == (first.stored_name, 3)
