"""What every form shares: Swedish messages, the CSRF token, cleaned text, and a place for refusals that belong to no field."""

from datetime import date
from functools import cache
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.csrf import _FlaskFormCSRF
from markupsafe import escape
from wtforms import Field, HiddenField, StringField, TextAreaField
from wtforms.validators import Length, StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, TextInput
from wtforms.widgets.core import clean_key  # type: ignore[attr-defined]  # its types do not say

from grantportal.domain.clock import DAY_EXAMPLE, parse_day
from grantportal.domain.errors import RuleViolation
from grantportal.domain.money import number, parse_kronor, whole_digits
from grantportal.domain.texts import LONGEST, clean, one_cell, one_line

STALE = "Sidan har varit öppen för länge eller i en annan flik. Inget är sparat än. Kontrollera uppgifterna och skicka igen."


CHOICE = "valj-"
"""Before a field of a clash: which of the two texts is to stand."""


class Token(_FlaskFormCSRF):
    """The proof that a form is the portal's own. When it has grown old, the page comes back with all that was typed."""

    def validate_csrf_token(self, form: Any, field: Any) -> None:
        """Said in Swedish, with what to do."""
        try:
            super().validate_csrf_token(form, field)
        except ValidationError as error:
            raise ValidationError(STALE) from error


class Form(FlaskForm):
    """The ground of every form. `command()` gives the frozen dataclass that the service takes, or None for a mere button."""

    class Meta:
        csrf = True
        csrf_class = Token
        locales = ("sv",)

    result: Any = None
    """What the service answered, once carried out."""

    def command(self) -> Any:
        """Nothing was typed: a button that says yes."""
        return None


def left_as_saved() -> frozenset[str]:
    """The fields of a clash whose saved text the person has chosen to keep: what the form holds of them is not saved."""
    chosen = (name for name, value in request.form.items() if name.startswith(CHOICE) and value == "sparat")
    return frozenset(name.removeprefix(CHOICE) for name in chosen)


class Fingerprint(HiddenField):
    """The fingerprint of what the page showed: the act holds for exactly that. A post without it has read nothing."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = str(valuelist[0]) if valuelist else ""


class DayTick(Field):
    """A box to tick that confirms something until a day, which the page names: ticked for another day it is no tick.

    `data` is the day that was confirmed, None when none was.
    """

    widget = CheckboxInput()
    asked: date | None = None

    def ask(self, day: date, statement: str) -> None:
        """What the page asks to have confirmed now."""
        self.asked, self.label.text = day, statement

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            self.data = date.fromisoformat(str(valuelist[0])) if valuelist else None
        except ValueError:
            self.data = None

    @property
    def checked(self) -> bool:
        """Whether the box stands ticked: only for the day that is asked about."""
        return self.data is not None and self.data == self.asked

    def _value(self) -> str:
        return self.asked.isoformat() if self.asked else ""


def tidy_line(value: str | None) -> str:
    """A filter for fields of one line."""
    return one_line(value or "")


def tidy_text(value: str | None) -> str:
    """A filter for fields of several lines."""
    return clean(value or "").strip()


def read_of(typed: str, longest: int) -> tuple[str, bool]:
    """So much of what was typed as is read at all, and whether there was more: that is refused as too long, unread.

    White space and marks that belong together may go away when it is cleaned: far more than `longest` is read.
    """
    return typed[: _TIMES * longest], len(typed) > _TIMES * longest


_TIMES = 4


@cache
def _key(name: str) -> str:
    key: str = clean_key(name)
    return key


QUOTE = '"'


def attributes(**given: Any) -> str:
    """The attributes of a tag, as the library's `html_params` writes them, in a fourth of the time."""
    return " ".join(
        _key(name) if value is True else f'{_key(name)}="{str(escape(value)).replace(QUOTE, "&quot;")}"'
        for name, value in sorted(given.items())
        if value is not False
    )


class Written(TextInput):
    """An input for a line of text. A budget has over a hundred of them: the library's own took most of the page's time."""

    html_params = staticmethod(attributes)


class Line(StringField):
    """A text of one line."""

    widget = Written()
    tidy = staticmethod(tidy_line)
    """How what was typed is cleaned."""
    is_cut = False

    def __init__(self, label: str, validators: Any = (), *, longest: int = 200, **kwargs: Any) -> None:
        self.longest, self.too_long = longest, f"Skriv högst {longest} tecken."
        super().__init__(
            label, [*validators, Length(max=longest, message=self.too_long)], filters=[self.tidy], **kwargs
        )

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data, self.is_cut = read_of(str(valuelist[0]), self.longest)

    def pre_validate(self, form: Any) -> None:
        if self.is_cut:
            raise StopValidation(self.too_long)


def tidy_cell(value: str | None) -> str:
    """A filter for fields of one number."""
    return one_cell(value or "")


class Digits(Line):
    """A number that is kept as text, such as a bankgiro: two pasted cells stay two, for its rule to refuse."""

    tidy = staticmethod(tidy_cell)


class Paragraphs(TextAreaField):
    """A longer text. What is too long is asked again, and never cut but where it is far longer than any text may be."""

    is_cut = False

    def __init__(self, label: str, validators: Any = (), *, longest: int = 8_000, **kwargs: Any) -> None:
        self.longest = min(longest, LONGEST)
        super().__init__(label, validators, filters=[tidy_text], **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data, self.is_cut = read_of(str(valuelist[0]), LONGEST)

    def pre_validate(self, form: Any) -> None:
        """`longest` may be set when the field is already made: by a form that is published as data."""
        if self.is_cut or len(self.data or "") > self.longest:
            raise StopValidation(f"Skriv högst {number(self.longest)} tecken.")


_LONGEST_TYPED = 200


class Typed(Field):
    """A value that people type as text. What is not understood stays in the field, with what to write instead.

    `data` is None when nothing was typed; `missing` is the sentence for that, empty where the field may be left out.
    """

    widget = Written()
    is_cut = False

    def __init__(self, label: str, *, missing: str = "", **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.missing = missing
        self.typed: str | None = None

    def read(self, text: str) -> Any:
        """The value that the text stands for. Raises RuleViolation with a sentence that says what to write."""
        raise NotImplementedError

    def show(self, value: Any) -> str:
        """The value as it stands in the field."""
        return str(value)

    tidy = staticmethod(one_line)
    """How what was typed is cleaned before it is read."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        typed, self.is_cut = read_of(str(valuelist[0]), _LONGEST_TYPED)
        self.typed = self.tidy(typed)
        self.data = None

    def pre_validate(self, form: Any) -> None:
        if self.is_cut or len(self.typed or "") > _LONGEST_TYPED:
            raise StopValidation(f"Skriv högst {_LONGEST_TYPED} tecken.")
        if not self.typed:
            if self.missing:
                raise StopValidation(self.missing)
            return
        try:
            self.data = self.read(self.typed)
        except RuleViolation as refusal:
            raise StopValidation(refusal.message) from None

    def _value(self) -> str:
        if self.data is not None:
            return self.show(self.data)
        return self.typed or ""


class Day(Typed):
    """A day, typed as 2020-04-20: the browser's own widget throws away what it does not understand."""

    def __init__(self, label: str, *, description: str = "", **kwargs: Any) -> None:
        super().__init__(label, description=f"Skriv så här: {DAY_EXAMPLE}. {description}".strip(), **kwargs)

    def read(self, text: str) -> date:
        return parse_day(text)

    def show(self, value: date) -> str:
        return value.isoformat()


class Amount(Typed):
    """Whole kronor, echoed with their spaces."""

    tidy = staticmethod(one_cell)

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, render_kw={"inputmode": "numeric"}, **kwargs)

    def read(self, text: str) -> int:
        return parse_kronor(text)

    def show(self, value: int) -> str:
        return number(value)


class WholeNumber(Typed):
    """A whole number within limits, such as how many may be granted."""

    tidy = staticmethod(one_cell)

    def __init__(self, label: str, *, least: int = 0, most: int = 1_000_000, **kwargs: Any) -> None:
        super().__init__(label, render_kw={"inputmode": "numeric"}, **kwargs)
        self.least, self.most = least, most

    def read(self, text: str) -> int:
        plain = whole_digits(text)
        if not (plain.isascii() and plain.isdigit() and len(plain) <= 9 and self.least <= int(plain) <= self.most):
            raise RuleViolation(f"Skriv ett heltal mellan {number(self.least)} och {number(self.most)}.")
        return int(plain)
