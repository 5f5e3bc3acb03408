"""A form made from data: the definition decides which fields there are, the posted keys do not.

A draft may be saved incomplete. What cannot be understood is not saved, and stays in its field as it was typed, with what
to write instead; all else is saved.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as given
from typing import Any

from flask import request
from wtforms import BooleanField, Field, FormField, HiddenField, RadioField, SelectMultipleField, StringField
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from forms.base import Form, Line, Paragraphs, Written, left_as_saved, read_of
from grantportal.domain import answers, attachments, personal_numbers
from grantportal.domain.answers import (
    MOST_PERCENT,
    MOST_ROWS,
    NOTHING,
    YES,
    Draft,
    FetchAnswer,
    SaveAnswers,
    Staff,
    Surroundings,
)
from grantportal.domain.applications import LOCKED
from grantportal.domain.attachments import Attached
from grantportal.domain.errors import RuleViolation
from grantportal.domain.forms import FormDefinition, Question, QuestionType, ShownIf
from grantportal.domain.money import MOST, kr, number, parse_kronor, whole_digits
from grantportal.domain.opened import Opened, row_part, staff_part
from grantportal.domain.personal_numbers import LONGEST_REASON
from grantportal.domain.texts import LONGEST, one_cell

SEEN = "seen-"
"""Before a key: the hidden field that says what the answer was when the page was made."""
FETCH = "anvand"
"""The button that takes over an earlier answer: its value is the key and the frozen version."""
FETCHED = "hamtat-"
"""Before a key: the hidden field that says which frozen version the text in the field is taken over from."""


NEEDLESS = "Med era andra svar ställs inte frågan. Rätta texten, eller töm fältet om ni inte vill ha den kvar."
"""Beside a text that cannot be saved, in a question that is not asked."""


class Seen(HiddenField):
    """The stamp that an answer was read under. Without it the answer was not on the page, and is left alone."""

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        super().process(formdata, *args, **kwargs)
        self.was_posted = formdata is not None and self.name in formdata


LONGEST_NUMBER = 200
"""So many signs of what was typed for a number."""


class _Number(StringField):
    """A number typed as text. `data` is its digits; what is not understood stays as typed, and what was saved stays saved."""

    widget = Written()

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, render_kw={"inputmode": "numeric"}, **kwargs)

    def read(self, typed: str) -> int:
        raise NotImplementedError

    def show(self, value: int) -> str:
        return number(value)

    def process_data(self, value: Any) -> None:
        self.data = self.saved = value or ""
        self.typed: str | None = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        read, is_cut = read_of(str(valuelist[0]), LONGEST_NUMBER)
        typed = one_cell(read)
        if not typed and not is_cut:
            self.data = ""
            return
        try:
            if is_cut:
                raise RuleViolation(f"Skriv högst {LONGEST_NUMBER} tecken.")
            self.data = str(self.read(typed))
        except RuleViolation as refusal:
            self.typed = typed
            raise ValueError(refusal.message) from None

    @property
    def text(self) -> str:
        """What is to be saved: digits, nothing, or what was there before when the typed text is no number."""
        return str(self.saved if self.typed is not None else self.data)

    @property
    def value(self) -> int | None:
        """The number, or None when it is missing or not understood."""
        return int(self.data) if self.typed is None and self.data else None

    def _value(self) -> str:
        return self.typed if self.typed is not None else self.show(int(self.data)) if self.data else ""


class Kronor(_Number):
    """Whole kronor, echoed as «2 913 808 kr»."""

    def read(self, typed: str) -> int:
        return parse_kronor(typed)

    def show(self, value: int) -> str:
        return kr(value)


class WholeNumber(_Number):
    """A whole number from `least` to `most`."""

    def __init__(self, label: str, *, least: int = 0, most: int = MOST, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.least, self.most = least, most

    def read(self, typed: str) -> int:
        plain = whole_digits(typed)
        if not (plain.isascii() and plain.isdigit()) or len(plain) > 12 or not self.least <= int(plain) <= self.most:
            raise RuleViolation(f"Skriv ett heltal från {number(self.least)} till {number(self.most)}.")
        return int(plain)


class OneOf(RadioField):
    """One of the form's choices, or none yet."""

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in {each.value for each in self.iter_choices()}:  # type: ignore[attr-defined]  # newer than its types
            raise ValidationError("Välj ett av svaren.")


class SeveralOf(SelectMultipleField):
    """Boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        if not set(self.data or ()) <= {each.value for each in self.iter_choices()}:  # type: ignore[attr-defined]  # newer than its types
            raise ValidationError("Välj bland svaren.")


class Homes(SeveralOf):
    """SiS's youth homes under their regions. A closed one is there only where it is chosen already."""

    def __init__(self, label: str, around: Surroundings, **kwargs: Any) -> None:
        super().__init__(label, choices=[], **kwargs)
        self.around = around

    def process_data(self, value: Any) -> None:
        super().process_data(value)
        chosen = set(self.data or ())
        self.choices = [
            SelectChoice(str(home.id), f"{home.name} (stängt)" if home.is_closed else home.name)
            for _, homes in self.around.home_groups
            for home in homes
            if not home.is_closed or str(home.id) in chosen
        ]

    def pre_validate(self, form: Any) -> None:
        there = {choice.value for choice in self.choices}  # type: ignore[union-attr]  # made above
        closed = [name for home, name in self.around.closed_homes.items() if home in set(self.data or ()) - there]
        if closed:
            raise ValidationError(f"{' och '.join(closed)} går inte att välja längre. Välj andra hem.")
        super().pre_validate(form)

    @property
    def groups(self) -> list[tuple[str, list[Any]]]:
        """(region, its boxes), in the order that they are shown."""
        boxes = {box.data: box for box in self}
        found = [
            (region, [boxes[str(home.id)] for home in homes if str(home.id) in boxes])
            for region, homes in self.around.home_groups
        ]
        return [(region, of) for region, of in found if of]


class Files(Field):
    """The files of an answer. They come one by one on a page of their own, and are never posted with the texts."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """What is posted under its name changes nothing."""

    @property
    def files(self) -> tuple[Attached, ...]:
        """The files that are there."""
        return attachments.read(self.data or "")


# --- The budget ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LockedAmount:
    """An amount that stays as it was handed in: it counts in the sums, and is there to read only."""

    value: int | None
    is_locked: bool = True


@dataclass(frozen=True)
class BudgetRows:
    """The rows of a budget: the staff rows to write in, what cannot be written in, and what the officer says of a row."""

    staff: tuple[int, ...] = ()
    locked: Mapping[str, LockedAmount] = given(default_factory=dict)
    """What stands in the amounts that are locked, by the names of their fields."""
    locked_staff: tuple[Staff, ...] | None = None
    """The staff rows where they are locked."""
    notes: Mapping[str, str] = given(default_factory=dict)
    """By the row's part."""


class BudgetForm(PlainForm):
    """The amounts of a budget table and its staff rows; made by `_budget_form` with its own years and kostnadsslag."""

    question: Question
    around: Surroundings
    kept: BudgetRows

    @property
    def rows(self) -> tuple[int, ...]:
        """The staff rows that can be written in."""
        return self.kept.staff

    def process(self, *args: Any, **kwargs: Any) -> None:
        """A staff row's amounts are called by the profession that is written in it."""
        super().process(*args, **kwargs)
        for row in self.rows:
            profession = self[f"s{row}_profession"]
            name = profession.data or profession.label.text
            for year in self.around.years:
                self[f"s{row}_percent{year}"].label.text = f"{name}, procent av heltid {year}"
                self[f"s{row}_cost{year}"].label.text = f"{name}, kostnad {year}"

    def cell(self, year: int, category_id: int) -> Any:
        """The field of one amount, or what stands there where it is locked."""
        name = f"y{year}_c{category_id}"
        return self.kept.locked.get(name) or self._number(name)

    @property
    def staff_note(self) -> str:
        """What the officer says is missing in the staff rows."""
        return self.kept.notes.get(staff_part(self.question), "")

    def _number(self, name: str) -> Any:
        return self[name]

    def staff(self, position: int) -> Staff:
        """A staff row as it is to be saved."""
        return Staff(
            self[f"s{position}_profession"].data or "",
            {year: _int(self._number(f"s{position}_percent{year}").text) for year in self.around.years},
            {year: _int(self._number(f"s{position}_cost{year}").text) for year in self.around.years},
        )

    def amounts(self, *, year: int | None = None, category_id: int | None = None, staff: bool | None = None) -> Any:
        """The amount fields of a year or a kostnadsslag; `staff` leaves only the staff rows' or only the others."""
        years = [year] if year else self.around.years
        chosen: list[Any] = []
        personnel = {category.id for category in self.around.categories if category.is_personnel}
        if staff is not True:
            chosen += [
                self.cell(each, category.id)
                for category in self.around.amount_categories(self.question)
                if category_id in (None, category.id)
                for each in years
            ]
        if staff is not False and (category_id is None or category_id in personnel):
            chosen += [
                self._number(f"s{row}_cost{each}") for row in self.rows for each in years if not self.is_blank(row)
            ]
            chosen += [LockedAmount(row.costs.get(each)) for row in self.kept.locked_staff or () for each in years]
        return chosen

    def is_blank(self, row: int) -> bool:
        """Whether nothing at all is typed in the staff row: it is not counted as missing."""
        return not any(
            self[name].data
            for name in (
                f"s{row}_profession",
                *(f"s{row}_{what}{year}" for what in ("percent", "cost") for year in self.around.years),
            )
        )

    def table(self) -> dict[str, Any]:
        """The amounts as the budget table shows them, with the sums that the server counts."""
        years = self.around.years
        both = "Båda åren, kr" if len(years) == 2 else "Alla år, kr"
        head = ["Kostnadsslag", *(f"{year}, kr" for year in years), *([both] if len(years) > 1 else [])]
        rows = []
        for category in self.around.categories:
            note, is_locked = "", self.kept.locked_staff is not None
            if category.is_personnel and self.question.with_staff:
                sums = [self._sum(f"staff{year}", self.amounts(year=year, staff=True)) for year in years]
                keys = " ".join(f"staff{year}" for year in years)
                cells = [*sums, self._sum(keys, self.amounts(staff=True))]
            else:
                own = f"c{category.id}"
                fields = [self.cell(year, category.id) for year in years]
                note = self.kept.notes.get(row_part(self.question, category.id), "")
                is_locked = any(isinstance(each, LockedAmount) for each in fields)
                cells = [
                    *(
                        {"field": field, "part": str(year), "row": own}
                        for year, field in zip(years, fields, strict=True)
                    ),
                    {**self._sum(own, fields), "whole": True, "missing": None},
                ]
                if any(field.value is None for field in fields):
                    cells[-1]["text"] = "inte räknat"
            rows.append({"label": category.name, "cells": cells[: len(head) - 1], "note": note, "locked": is_locked})
        totals = [self._sum(str(year), self.amounts(year=year)) for year in years]
        totals.append(self._sum(" ".join(map(str, years)), self.amounts()))
        return {
            "head": head,
            "groups": [{"title": "", "rows": rows}],
            "total": [{"label": "Ni söker", "cells": totals[: len(head) - 1]}],
        }

    @staticmethod
    def _sum(keys: str, fields: list[Any]) -> dict[str, Any]:
        missing = sum(field.value is None for field in fields)
        return {
            "sum": keys,
            "text": number(sum(field.value or 0 for field in fields)),
            "missing": f"{missing} belopp saknas" if missing else "",
        }


def _int(text: str) -> int | None:
    return int(text) if text else None


def _budget_form(question: Question, around: Surroundings, rows: BudgetRows) -> type[BudgetForm]:
    fields: dict[str, Any] = {}
    for place, row in enumerate(rows.staff, 1):
        fields[f"{SEEN}s{row}"] = Seen()
        fields[f"s{row}_profession"] = Line(f"Yrke {place}", longest=200)
        for year in around.years:
            fields[f"s{row}_percent{year}"] = WholeNumber("", most=MOST_PERCENT)
            fields[f"s{row}_cost{year}"] = Kronor("")
    for category in around.amount_categories(question):
        for year in around.years:
            name = f"y{year}_c{category.id}"
            if name not in rows.locked:
                fields[name] = Kronor(f"{category.name} {year}")
                fields[SEEN + name] = Seen()
    return type("Budget", (BudgetForm,), {**fields, "question": question, "around": around, "kept": rows})


# --- One entry per question type -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class FieldKind:
    """How a question type is asked: its field, what stands in it, what is saved, and the macro that shows it."""

    field: Callable[[Question, Surroundings, BudgetRows], Any]
    data: Callable[[str], Any]
    text: Callable[[Any], str]
    macro: str


def _boxes(question: Question, choices: Iterable[tuple[str, str]]) -> Any:
    return SeveralOf(
        question.label, description=question.help, choices=[SelectChoice(value, label) for value, label in choices]
    )


def _as_it_is(text: Any) -> str:
    return text or ""


FIELDS: dict[QuestionType, FieldKind] = {
    QuestionType.TEXT: FieldKind(
        lambda question, _, __: Line(
            question.label, description=question.help, longest=min(question.max_length, LONGEST)
        ),
        _as_it_is,
        _as_it_is,
        "text",
    ),
    QuestionType.LONG_TEXT: FieldKind(
        lambda question, _, __: Paragraphs(question.label, description=question.help, longest=question.max_length),
        _as_it_is,
        _as_it_is,
        "long_text",
    ),
    QuestionType.ONE_OF: FieldKind(
        lambda question, _, __: OneOf(
            question.label,
            description=question.help,
            choices=[SelectChoice(choice, choice) for choice in question.choices],
        ),
        _as_it_is,
        _as_it_is,
        "one_of",
    ),
    QuestionType.SEVERAL_OF: FieldKind(
        lambda question, _, __: _boxes(question, ((choice, choice) for choice in question.choices)),
        lambda text: text.splitlines(),
        lambda chosen: "\n".join(chosen or ()),
        "several_of",
    ),
    QuestionType.WHOLE_NUMBER: FieldKind(
        lambda question, _, __: WholeNumber(
            question.label, description=question.help, most=MOST if question.most is None else question.most
        ),
        _as_it_is,
        _as_it_is,
        "whole_number",
    ),
    QuestionType.BUDGET: FieldKind(
        lambda question, around, rows: FormField(_budget_form(question, around, rows), question.label),
        lambda _: {},
        lambda _: "",
        "budget",
    ),
    QuestionType.YOUTH_HOMES: FieldKind(
        lambda question, around, _: Homes(question.label, around, description=question.help),
        lambda text: text.splitlines(),
        lambda chosen: "\n".join(chosen or ()),
        "youth_homes",
    ),
    QuestionType.DECLARATION: FieldKind(
        lambda question, _, __: BooleanField(question.label, description=question.help, render_kw={"value": YES}),
        lambda text: text == YES,
        lambda made: YES if made else "",
        "declaration",
    ),
    QuestionType.ATTACHMENT: FieldKind(
        lambda question, _, __: Files(question.label, description=question.help), _as_it_is, _as_it_is, "attachment"
    ),
}


class AnswerForm(Form):
    """One section's open questions. Saved by button and, the same way, while the person writes."""

    definition: FormDefinition
    saved: Mapping[str, str]
    questions: tuple[Question, ...] = ()
    removed: str = ""
    """The key of a staff row that is taken away."""
    asks_reason = False
    """Whether an answer waits for a reason to have a personnummer in it."""

    reason = Line(
        "Varför behövs personnumret i ansökan?",
        description="Skriv bara om ni behöver ha kvar numret. Skälet syns i ärendets historik när ansökan är inskickad.",
        longest=LONGEST_REASON,
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """A draft may hold what is not right yet: the fields say what to mend, and only a foreign post is refused."""
        super().validate(extra_validators)
        self._tell_needless()
        return not (self.form_errors or ("csrf_token" in self and self["csrf_token"].errors))

    def asked(self) -> Iterator[tuple[Question, Any, str]]:
        """Each question with its field and the macro that shows it, also what is hidden just now: it is saved as it is."""
        for question in self.questions:
            yield question, self[question.field], FIELDS[question.type].macro

    @property
    def shown(self) -> frozenset[int]:
        """The questions that are asked with the answers that stand in the form, and elsewhere in the draft; and those with a
        text that cannot be saved as it is, so that nothing that is typed is lost unseen."""
        asked = self._asked()
        return frozenset(each.number for each in self.questions if each.number in asked or self[each.field].errors)

    def _asked(self) -> set[int]:
        return {question.number for question in self.definition.asked(self._texts()).questions}

    def _texts(self) -> dict[str, str]:
        return {**self.saved, **{key: text for key, _, text in self._entries()}}

    def unanswered(self) -> list[Question]:
        """The questions that are shown and have no answer yet."""
        texts, shown = self._texts(), self.shown
        return [
            each
            for each in self.questions
            if each.number in shown and not any(texts[key] for key in answers.keys_of(each, texts))
        ]

    def _tell_needless(self) -> None:
        """Say of what cannot be saved that nobody asks for it, where other answers have made it needless."""
        asked = self._asked()
        for question in self.questions:
            for field in self._inner(question):
                said = " ".join(map(str, field.errors))
                if question.number not in asked and said and NEEDLESS not in said:
                    field.errors = [f"{said} {NEEDLESS}"]

    def _inner(self, question: Question) -> Iterable[Any]:
        field = self[question.field]
        return field if isinstance(field, FormField) else [field]

    def shown_if(self, question: Question) -> ShownIf | None:
        """The condition that an answer on the same page decides, for the script that follows the typing."""
        own = {each.number for each in self.questions}
        return question.shown_if if question.shown_if and question.shown_if.question in own else None

    @property
    def follows_answers(self) -> bool:
        """Whether an answer on the page decides what is asked on it."""
        return any(self.shown_if(question) for question in self.questions)

    @property
    def shows_reason(self) -> bool:
        """Whether the reason is asked for on the page."""
        return bool(self.asks_reason or self.reason.data or self.reason.errors)

    def command(self) -> SaveAnswers:
        """What the person changed and the portal understood."""
        values: dict[str, str] = {}
        based_on: dict[str, str] = {}
        left = left_as_saved()
        for key, seen, text in self._entries():
            if key in left or not seen.was_posted:
                continue
            is_explained = self.reason.data and personal_numbers.contains(text)
            if is_explained or answers.is_touched(seen.data or "", text):
                values[key], based_on[key] = text, seen.data or ""
        if self.removed:
            values[self.removed] = ""
            based_on[self.removed] = request.form.get(seen_fields({self.removed: ""}).popitem()[0], "")
        return SaveAnswers(values, based_on, self.reason.data or "", self.fetched(), _to_fetch())

    def fetched(self) -> dict[str, int]:
        """Which texts in the fields are taken over and not saved yet, and from which frozen version."""
        posted = {name.removeprefix(FETCHED): value for name, value in request.form.items() if name.startswith(FETCHED)}
        asked = _to_fetch()
        found = {key: int(value) for key, value in posted.items() if _is_id(value)}
        return {**found, asked.key: asked.frozen_id} if asked else found

    def offer(self, offered: Mapping[str, str]) -> None:
        """Put what was asked for in its field, saved or not."""
        for question in self.questions:
            if question.field in offered:
                self[question.field].process_data(FIELDS[question.type].data(offered[question.field]))

    def warn(self, warned: Mapping[str, str]) -> None:
        """Put each warning beside its field, and ask for the reason."""
        for key, sentence in warned.items():
            outer, _, inner = key.partition("-")
            field = self[outer].form[f"{inner}_profession"] if inner else self[outer]
            field.errors = [*field.errors, sentence]
        self._tell_needless()
        self.asks_reason = self.asks_reason or any("-" not in key for key in warned)

    def refuse(self, locked: Collection[str]) -> None:
        """Say beside each answer that is locked since the page was shown that it is not saved."""
        for key in locked:
            outer, _, inner = key.partition("-")
            field = self[outer] if not inner else self[outer].form[f"{inner}_profession" if inner[0] == "s" else inner]
            field.errors = [*field.errors, LOCKED]

    def restamp(self, stamps: Mapping[str, str]) -> None:
        """Take over the stamps of what has been saved, so that the page can be saved again."""
        for name, stamp in seen_fields(stamps).items():
            outer, _, inner = name.partition("-")
            holder, name = (self, name) if outer == SEEN.rstrip("-") else (self[outer].form, inner)
            if name in holder:
                holder[name].data = stamp

    def mistakes(self) -> dict[str, str]:
        """What to mend, by the name of the field."""
        found: dict[str, str] = {}
        for field in self:
            inner = field if isinstance(field, FormField) else [field]
            found |= {each.id: " ".join(each.errors) for each in inner if each.errors and each.id != "csrf_token"}
        return found

    def _entries(self) -> Iterator[tuple[str, Any, str]]:
        for question in self.questions:
            field = self[question.field]
            if question.type is not QuestionType.BUDGET:
                if not field.errors:
                    yield question.field, self[SEEN + question.field], FIELDS[question.type].text(field.data)
                continue
            budget: BudgetForm = field.form
            for category in budget.around.amount_categories(question):
                for year in budget.around.years:
                    cell = budget.cell(year, category.id)
                    if isinstance(cell, LockedAmount):
                        continue
                    seen = budget[f"{SEEN}y{year}_c{category.id}"]
                    if not cell.errors:
                        yield answers.cell_key(question, year, category.id), seen, cell.text
            for row in budget.rows:
                if not budget[f"s{row}_profession"].errors:
                    yield answers.staff_key(question, row), budget[f"{SEEN}s{row}"], budget.staff(row).text()


def _to_fetch() -> FetchAnswer | None:
    key, _, frozen_id = request.form.get(FETCH, "").partition(".")
    return FetchAnswer(key, int(frozen_id)) if _is_id(frozen_id) else None


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def seen_fields(stamps: Mapping[str, str]) -> dict[str, str]:
    """The same stamps by the names of their hidden fields."""
    named = {}
    for key, stamp in stamps.items():
        outer, _, inner = key.partition("-")
        named[f"{outer}-{SEEN}{inner}" if inner else f"{SEEN}{outer}"] = stamp
    return named


def build(
    definition: FormDefinition,
    draft: Draft,
    *,
    open_questions: Collection[int],
    around: Surroundings,
    more_rows: int = 0,
    without_row: str = "",
    opened: Opened | None = None,
    notes: Mapping[str, str] | None = None,
) -> AnswerForm:
    """The form of the open questions, filled with the draft and with what is posted.

    Where `opened` has only some rows of a budget the others are there to read; `notes` says by part what is missing.
    A row that was posted by a page that is older than what is opened now is there too, so that nothing typed is lost.

    A budget table has the staff rows that are saved and those that are posted, a first one when there is none, and
    `more_rows` empty ones; `without_row` is the key of one that is taken away.
    """
    asked = tuple(question for question in definition.questions if question.number in open_questions)
    texts = answers.texts_of(draft)
    shown = {question.number for question in definition.asked(texts).questions}
    fields: dict[str, Any] = {
        "definition": definition,
        "saved": texts,
        "questions": asked,
        "removed": without_row,
    }
    data: dict[str, Any] = {}
    for question in asked:
        kind = FIELDS[question.type]
        rows = BudgetRows()
        if question.type is QuestionType.BUDGET:
            rows = _budget_rows(question, draft, around, opened, notes or {}, more_rows, without_row)
            data[question.field] = _budget_data(question, draft, around, rows.staff)
        else:
            answer = draft.get(question.field, NOTHING)
            fields[SEEN + question.field] = Seen()
            data[SEEN + question.field] = answer.stamp
            data[question.field] = kind.data(answer.text)
        fields[question.field] = kind.field(question, around, rows)
    fields["asks_reason"] = any(
        answers.personal_number_warning(question, draft[question.field].text, draft[question.field], "")
        for question in asked
        if question.field in draft and question.number in shown
    )
    made: AnswerForm = type("SectionForm", (AnswerForm,), fields)(data=data)
    return made


def posted_questions() -> set[int]:
    """The questions that the posted page asked: some may be locked since."""
    if request.method != "POST":
        return set()
    seen = (re.match(rf"{SEEN}q([0-9]{{1,6}})$|q([0-9]{{1,6}})-{SEEN}", name) for name in request.form)
    return {int(found[1] or found[2]) for found in seen if found}


def _budget_rows(
    question: Question,
    draft: Draft,
    around: Surroundings,
    opened: Opened | None,
    notes: Mapping[str, str],
    more: int,
    without: str,
) -> BudgetRows:
    if opened is None or not opened.asks(question) or question.number in opened.questions:
        return BudgetRows(_rows(question, draft, more, without), notes=notes)
    locked = {
        f"y{year}_c{category.id}": LockedAmount(
            _int(draft.get(answers.cell_key(question, year, category.id), NOTHING).text)
        )
        for category in around.amount_categories(question)
        for year in around.years
        if not opened.has_row(question, row_part(question, category.id))
        and f"{question.field}-{SEEN}y{year}_c{category.id}" not in request.form
    }
    staff_is_posted = any(name.startswith(f"{question.field}-{SEEN}s") for name in request.form)
    if opened.has_row(question, staff_part(question)) or staff_is_posted or not question.with_staff:
        return BudgetRows(_rows(question, draft, more, without), locked, notes=notes)
    saved = answers.positions(question, (key for key, answer in draft.items() if answer.text))
    staff = tuple(Staff.of(draft[answers.staff_key(question, row)].text) for row in saved)
    return BudgetRows((), locked, staff, notes)


def _rows(question: Question, draft: Draft, more: int, without: str) -> tuple[int, ...]:
    if not question.with_staff:
        return ()
    saved = answers.positions(question, (key for key, answer in draft.items() if answer.text))
    posted = (name.removesuffix("_profession") for name in request.form) if request.method == "POST" else ()
    rows = sorted({*saved, *answers.positions(question, posted)})
    rows = [row for row in rows if answers.staff_key(question, row) != without]
    ever = max([-1, *answers.positions(question, draft), *rows])
    for _ in range(max(more, 0 if rows else 1)):
        ever += 1
        rows.append(ever)
    return tuple(rows[:MOST_ROWS])


def _budget_data(question: Question, draft: Draft, around: Surroundings, rows: tuple[int, ...]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for category in around.amount_categories(question):
        for year in around.years:
            answer = draft.get(answers.cell_key(question, year, category.id), NOTHING)
            data[f"y{year}_c{category.id}"] = answer.text
            data[f"{SEEN}y{year}_c{category.id}"] = answer.stamp
    for row in rows:
        answer = draft.get(answers.staff_key(question, row), NOTHING)
        staff = Staff.of(answer.text)
        data[f"{SEEN}s{row}"] = answer.stamp
        data[f"s{row}_profession"] = staff.profession
        for year in around.years:
            data[f"s{row}_percent{year}"] = _text(staff.percents.get(year))
            data[f"s{row}_cost{year}"] = _text(staff.costs.get(year))
    return data


def _text(value: int | None) -> str:
    return "" if value is None else str(value)
