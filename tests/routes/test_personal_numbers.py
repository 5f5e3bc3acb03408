"""Every field that people write freely in: a personnummer is warned of or refused there, or it is said here why not.

The walk goes by the access matrix: each endpoint's lawful POST is sent once for each free text of its form, with a number
in just that text.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import String, func, select
from wtforms import (
    BooleanField,
    Field,
    FileField,
    FormField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)

from forms.accounts import EmailLine
from forms.answers import Files, _Number
from forms.base import DayTick, Form, Typed
from forms.reports import StillExplains
from grantportal import db
from grantportal.domain.supplements import NOTE
from grantportal.models.base import Base
from grantportal.models.portal import Event, Notice, OutboxItem
from grantportal.models.records import Record
from tests.routes import access
from tests.routes.access.world import World, build
from tests.routes.test_access_matrix import Everybody, methods, path, values
from tests.support.databases import sqlite_only
from tests.support.rows import committed

ROWS = {name: row for name, row in access.all_rows().items() if not row.demonstration}
NUMBER = "811218-9876"
WHY = "Intyget gäller läkaren."

CLOSED = (
    BooleanField,
    DayTick,
    FileField,
    Files,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StillExplains,
    Typed,
    _Number,
)
"""Fields that hold a choice, a day, an amount or a file, never a sentence."""

NOT_ASKED = {
    ("accounts.sign_in", "email"): "is compared with those of the accounts, and not saved",
    ("accounts.totp", "code"): "is compared with the app's code, and not saved",
    ("accounts.stop_totp", "code"): "is compared with the app's code, and not saved",
    ("giros.ask", "number"): "takes nothing but a bankgiro's eight digits",
    ("grants.categories", "personnel"): "is one of the names beside it",
    ("payments.listing", "everything"): "is the stamp of a list, compared and not saved",
    ("payments.batch", "everything"): "is the stamp of a list, compared and not saved",
    ("decisions.propose", "dismissal_why"): "is saved of an avvisning only: tests/services/test_personal_numbers.py",
    ("attachments.add", "reason"): "is asked with a file: tests/routes/test_attachments.py",
}
"""Free text without a warning, and why."""

FORMLESS = {"accounts.code": "leads on whoever is signed in; the code is compared, and not saved"}
"""Where the walk comes to no form, and why."""

SECTIONS = [{"key": key} for key in ("sokande", "arbetet", "kostnader")]
PLACES: dict[str, list[dict[str, Any]]] = {"applications.section": SECTIONS, "applications.autosave": SECTIONS}
"""The address' values of pages whose fields depend on them."""
BUTTONS: dict[str, list[dict[str, Any]]] = {"decisions.propose": [{}, {"draft": "1"}]}
"""The buttons of a page that has several which save what is written."""


class Sender:
    """Whoever may, with a new object for each request; remembers which form the request was read by."""

    def __init__(self, app: Flask, world: World, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.everybody = Everybody(app, world)
        self.app, self.world, self.endpoint, self.row = app, world, endpoint, ROWS[endpoint]
        self.visitor = min(self.row.may - self.row.blind() - {"neighbour"})
        self.read: list[Form] = []
        validate = Form.validate

        def noting(form: Form, *args: Any, **kwargs: Any) -> bool:
            if form not in self.read:
                self.read.append(form)
            return bool(validate(form, *args, **kwargs))

        monkeypatch.setattr(Form, "validate", noting)

    def prepared(self, place: dict[str, Any]) -> tuple[str, dict[str, Any], Form | None]:
        """A new object's address, what its page would send, and the form that reads it: without its token nothing is done."""
        own = {**values(self.row, self.world), **place}
        here = path(self.app, self.endpoint, self.row, own)
        lawful = self.row.posted(self.world, own)
        self.read.clear()
        self.everybody.ask(self.visitor, "POST", here, {**lawful, "csrf_token": ""})
        if not self.read:
            return here, lawful, None
        form = self.read[0]
        hidden = {
            field.name: field.object_data
            for field in inside(form)
            if isinstance(field, HiddenField) and field.object_data is not None and field.name != "csrf_token"
        }
        return here, {**hidden, **lawful}, form

    def send(self, here: str, data: dict[str, Any]) -> tuple[int, str]:
        """The answer's status, and all that it says."""
        self.read.clear()
        response = self.everybody.ask(self.visitor, "POST", here, data)
        said = [str(error) for form in self.read for field in inside(form) for error in field.errors]
        return response.status_code, " ".join([*said, response.text if response.is_json else ""])


def inside(form: Any) -> Iterator[Field]:
    """Every field, also those of a table within the form."""
    for field in form:
        yield from inside(field.form) if isinstance(field, FormField) else [field]


def free_texts(form: Any) -> list[Field]:
    """The fields that people write what they like in."""
    found = [field for field in inside(form) if not isinstance(field, CLOSED) and field.type != "CSRFTokenField"]
    assert all(isinstance(field, StringField) for field in found), "say whether people write freely in the new field"
    return found


def numbered(field: Field, lawful: Any) -> str:
    outlined = re.compile(r"^(rubrik|inledning): \"?", re.MULTILINE)
    if outlined.search(str(lawful)):
        return outlined.sub(rf"\g<0>Läkaren {NUMBER} ", lawful, count=1)
    return f"{NUMBER}@example.se" if isinstance(field, EmailLine) else f"{lawful or 'Läkaren'} {NUMBER}"


def stored() -> Counter[str]:
    """Where the number is saved and how often, whatever table and column."""
    session = committed()
    found: Counter[str] = Counter()
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if not isinstance(column.type, String):
                continue
            often = select(func.count()).select_from(table).where(column.contains(NUMBER))
            found[f"{table.name}.{column.name}"] = session.scalar(often) or 0
    db.close_read_session()
    return found


def kept_for_ever() -> str:
    """History, mail that waits and notices, and what a handling is called."""
    session = committed()
    columns = (Event.data, OutboxItem.payload, Notice.title, Notice.text, Record.title)
    text = "\n".join(said for column in columns for said in session.scalars(select(column)))
    db.close_read_session()
    return text


@sqlite_only
@pytest.mark.usefixtures("quick_passwords", "database")
@pytest.mark.parametrize("endpoint", sorted(ROWS))
def test_a_number_is_told_of_in_every_free_text(endpoint, app, monkeypatch):
    if "POST" not in methods(app, endpoint):
        return
    sender = Sender(app, build(), endpoint, monkeypatch)
    faults = [
        fault
        for place in PLACES.get(endpoint, [{}])
        for button in BUTTONS.get(endpoint, [{}])
        for fault in faults_of(sender, place, button)
    ]
    assert not faults, "\n".join(faults)


def faults_of(sender: Sender, place: dict[str, Any], button: dict[str, Any]) -> Iterator[str]:
    _, _, form = sender.prepared(place)
    if form is None:
        if sender.endpoint not in FORMLESS:
            yield f"{sender.endpoint}: no form read the request, so nothing has been tried"
        return
    names = [field.short_name for field in free_texts(form)]
    notes = [name for name in names if name.startswith(NOTE)]
    for nth, name in enumerate(names):
        # The notes of a komplettering's parts are one field, as many times as there are parts.
        if (sender.endpoint, name) in NOT_ASKED or name in notes[1:]:
            continue
        here, data, anew = sender.prepared(place)
        assert anew is not None
        # What the field is called may name the object's own rows.
        field = free_texts(anew)[nth]
        said = f"{sender.endpoint} {place or button or ''} {field.name}"
        wrong = {**data, **button, field.name: numbered(field, data.get(field.name))}
        if name.startswith(NOTE):
            wrong["parts"] = [data["parts"], field.name.removeprefix(NOTE)]
        before = stored()
        status, told = sender.send(here, wrong)
        if "personnummer" not in told:
            yield f"{said}: nothing is told of the number ({status}: {told[:200]})"
        if found := list(stored() - before):
            yield f"{said}: saved in {found}"
        if "skriv varför" in told:
            reason = "number_reason" if "number_reason" in anew else "reason"
            status, told = sender.send(here, {**wrong, reason: WHY})
            if status >= 400 or "personnummer" in told:
                yield f"{said}: not saved although it is said why ({status}: {told[:200]})"
            if not stored() - before:
                yield f"{said}: said why, and still not saved"
            if NUMBER in kept_for_ever():
                yield f"{said}: the number is in what is kept for ever"
