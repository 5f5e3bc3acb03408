"""Answers: what a form's questions take, how it is stored as text, and when it is complete.

Every answer has a key, which is also the name of its posted field: `q3` for a question, `q7-y2021_c4` for a cell of the
budget (year and kostnadsslag), `q7-s2` for a staff row. Under its key stands a text: empty means that nothing is answered.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from grantportal.domain import attachments, personal_numbers
from grantportal.domain.attachments import Attached, FileStatus
from grantportal.domain.errors import RuleViolation, TextClash
from grantportal.domain.forms import FormDefinition, Question, QuestionType, Section, canonical, fingerprint
from grantportal.domain.money import MOST, Kronor, kr, number
from grantportal.domain.texts import LONGEST
from grantportal.domain.youth_homes import Home

YES = "ja"
"""What is stored when a declaration is made."""
MOST_ROWS = 60
"""The most staff rows that a budget table takes."""
MOST_PERCENT = 2_000
"""The most per cent of full time, summed over the persons of a profession."""


@dataclass(frozen=True)
class Category:
    """A kostnadsslag, as the budget table needs it."""

    id: int
    name: str
    is_personnel: bool = False


@dataclass(frozen=True)
class Surroundings:
    """What a form's questions are asked about: the call's years, the statsbidrag's kostnadsslag, the youth homes."""

    years: tuple[int, ...] = ()
    categories: tuple[Category, ...] = ()
    homes: tuple[tuple[int, str], ...] = ()
    """Every home; a closed one may stand in an older answer."""
    frames: Mapping[int, tuple[Kronor, Kronor]] = field(default_factory=dict)
    """(the year's frame, what decisions that have been sent grant of it) by year."""
    home_groups: tuple[tuple[str, tuple[Home, ...]], ...] = ()
    """The homes under their regions' names: the applicant's own first."""

    @property
    def closed_homes(self) -> dict[str, str]:
        """The names of the homes that cannot be chosen any more, by id as an answer writes it."""
        return {str(home.id): home.name for _, homes in self.home_groups for home in homes if home.is_closed}

    def amount_categories(self, question: Question) -> tuple[Category, ...]:
        """The kostnadsslag that have amounts of their own: not the one that staff rows add up to."""
        return tuple(each for each in self.categories if not (question.with_staff and each.is_personnel))


@dataclass(frozen=True)
class Answered:
    """A saved answer: its text, its version, and who saved it."""

    text: str = ""
    version: int = 0
    by: str = ""
    reason: str = ""
    """Why a personnummer stands in it, where one does."""
    fetched_from: str = ""
    """The earlier application that it is taken over from, until somebody changes it."""

    @property
    def stamp(self) -> str:
        """What a page carries along, to tell what it was read as."""
        return stamp(self.version, self.text)


Draft = Mapping[str, Answered]
"""Saved answers by key."""
NOTHING = Answered()


def stamp(version: int, text: str) -> str:
    """Version and fingerprint of an answer: enough to tell whether the person changed it, and whether somebody else did."""
    return f"{version}-{fingerprint(text)[:16]}"


def is_touched(seen: str, text: str) -> bool:
    """Whether the text is another than the one that was read under this stamp."""
    return seen.partition("-")[2] != fingerprint(text)[:16]


def texts_of(draft: Draft) -> dict[str, str]:
    """The texts alone."""
    return {key: answer.text for key, answer in draft.items()}


@dataclass(frozen=True)
class FetchAnswer:
    """Använd svaret: take over the answer to the question with this key from an earlier application's frozen version."""

    key: str
    frozen_id: int


@dataclass(frozen=True)
class SaveAnswers:
    """What a person changed: the new text of each key, and the stamp that it was read under."""

    values: Mapping[str, str]
    based_on: Mapping[str, str]
    reason: str = ""
    """Why a personnummer is to stand in what is saved now."""
    fetched: Mapping[str, int] = field(default_factory=dict)
    """Which of the texts are said to be taken over, and from which frozen version."""
    fetch: FetchAnswer | None = None

    @classmethod
    def over(cls, draft: Draft, values: Mapping[str, str]) -> "SaveAnswers":
        """The same, by somebody who has just read `draft`."""
        return cls(dict(values), {key: draft.get(key, NOTHING).stamp for key in values})


@dataclass(frozen=True)
class Saved:
    """What came of it: the new stamp of each key, and where somebody else had been first (those are not saved)."""

    stamps: Mapping[str, str] = field(default_factory=dict)
    clashes: tuple[TextClash, ...] = ()
    warned: Mapping[str, str] = field(default_factory=dict)
    """What is not saved because a personnummer seems to stand in it: a sentence for each key."""
    locked: frozenset[str] = frozenset()
    """What is not saved because it cannot be written in any more."""
    offered: Mapping[str, str] = field(default_factory=dict)
    """The earlier answer that was asked for, by its key: what the field is to show, saved or not."""


@dataclass(frozen=True)
class Staff:
    """A profession in the budget: per cent of full time and cost for each year; None where nothing is written yet."""

    profession: str = ""
    percents: Mapping[int, int | None] = field(default_factory=dict)
    costs: Mapping[int, Kronor | None] = field(default_factory=dict)

    def text(self) -> str:
        """The row as one text, so that it is saved and compared as a whole; empty for an empty row."""
        years = sorted({*self.percents, *self.costs})
        values = {str(year): [self.percents.get(year), self.costs.get(year)] for year in years}
        values = {year: pair for year, pair in values.items() if pair != [None, None]}
        if not self.profession and not values:
            return ""
        return canonical({"profession": self.profession, "years": values})

    @classmethod
    def of(cls, text: str) -> "Staff":
        """The row that `text` wrote."""
        if not text:
            return cls()
        raw = json.loads(text)
        years = {int(year): pair for year, pair in raw["years"].items()}
        return cls(
            raw["profession"],
            {year: pair[0] for year, pair in years.items()},
            {year: pair[1] for year, pair in years.items()},
        )

    def shown(self) -> str:
        """The row in a sentence, for comparing two."""
        years = [
            f"{year}: {_or_missing(self.percents.get(year), number)} procent, {_or_missing(self.costs.get(year), kr)}"
            for year in sorted({*self.percents, *self.costs})
        ]
        return "; ".join([self.profession or "Yrke saknas", *years])


def _or_missing(value: int | None, show: Callable[[int], str]) -> str:
    return "saknas" if value is None else show(value)


# --- Keys --------------------------------------------------------------------------------------------------------

_CELL = re.compile(r"(q[0-9]+)-y([0-9]{4})_c([0-9]{1,9})")
_STAFF = re.compile(r"(q[0-9]+)-s([0-9]{1,4})")


def cell_key(question: Question, year: int, category_id: int) -> str:
    """The key of one amount in the budget."""
    return f"{question.field}-y{year}_c{category_id}"


def staff_key(question: Question, position: int) -> str:
    """The key of one staff row."""
    return f"{question.field}-s{position}"


def cell_of(key: str) -> tuple[int, int] | None:
    """(year, kostnadsslag) of an amount's key."""
    found = _CELL.fullmatch(key)
    return (int(found[2]), int(found[3])) if found else None


def position_of(key: str) -> int | None:
    """The position of a staff row's key."""
    found = _STAFF.fullmatch(key)
    return int(found[2]) if found else None


def question_of(definition: FormDefinition, key: str) -> Question | None:
    """The question that a key belongs to."""
    name = key.partition("-")[0]
    return next((question for question in definition.questions if question.field == name), None)


def field_id(definition: FormDefinition, key: str) -> str:
    """The id that the field has on its page: a choice is reached by its first alternative."""
    question = question_of(definition, key)
    choices = {QuestionType.ONE_OF, QuestionType.SEVERAL_OF, QuestionType.YOUTH_HOMES}
    return f"{key}-0" if question and question.type in choices else key


def positions(question: Question, keys: Iterable[str]) -> list[int]:
    """The staff rows among the keys, in order."""
    own = f"{question.field}-"
    found = (position_of(key) for key in keys if key.startswith(own))
    return sorted({position for position in found if position is not None})


def ensure_storable(question: Question, key: str, text: str, around: Surroundings) -> None:
    """What is saved in a draft may be incomplete, but it must be an answer to the question.

    Raises RuleViolation beside the field.
    """
    wrong = RuleViolation("Svaret passar inte frågan. Ladda om sidan och svara igen.", field=key)
    if question.type is QuestionType.ATTACHMENT:
        raise wrong  # files come one by one, inspected
    if question.type is not QuestionType.BUDGET:
        if key != question.field or len(text) > LONGEST:
            raise wrong
        for violation in RULES[question.type](question, {key: text}, around):
            if not isinstance(violation, Missing):
                raise violation
        return
    cell = cell_of(key)
    if cell is not None:
        categories = {category.id for category in around.amount_categories(question)}
        if cell[0] not in around.years or cell[1] not in categories or not _is_amount(text):
            raise wrong
        return
    if position_of(key) is None or not question.with_staff or len(text) > LONGEST:
        raise wrong
    row = Staff.of(text)
    if not {*row.percents, *row.costs} <= set(around.years):
        raise wrong
    if any(cost is not None and not 0 <= cost <= MOST for cost in row.costs.values()):
        raise wrong
    if any(part is not None and not 0 <= part <= MOST_PERCENT for part in row.percents.values()):
        raise wrong


def ensure_homes_open(question: Question, text: str, was: Answered, around: Surroundings) -> None:
    """A closed home is kept where it is chosen, and not chosen anew. Raises RuleViolation beside the field."""
    if question.type is not QuestionType.YOUTH_HOMES:
        return
    added = set(text.splitlines()) - set(was.text.splitlines())
    closed = [name for home, name in around.closed_homes.items() if home in added]
    if closed:
        raise RuleViolation(f"{' och '.join(closed)} går inte att välja längre.", field=question.field)


def personal_number_warning(question: Question, text: str, was: Answered, reason: str) -> str:
    """The warning before an answer with a personnummer is saved; nothing where there is none, or a reason is given.

    A reason that was given for the same numbers holds. A profession is no place for a number, whatever the reason.
    """
    if question.type is QuestionType.BUDGET:
        # Amounts are only amounts.
        profession = Staff.of(text).profession if text.startswith("{") else ""
        return personal_numbers.IN_NAME if personal_numbers.contains(profession) else ""
    if question.type is QuestionType.ATTACHMENT:
        return ""  # asked when the file comes
    numbers = personal_numbers.found(text)
    if not numbers:
        return ""
    if reason or (was.reason and numbers <= personal_numbers.found(was.text)):
        return ""
    return personal_numbers.IN_APPLICATION


def files_of(questions: Iterable[Question], texts: Mapping[str, str]) -> tuple[Attached, ...]:
    """The files in the answers to these questions."""
    return tuple(
        file
        for question in questions
        if question.type is QuestionType.ATTACHMENT
        for file in attachments.read(texts.get(question.field, ""))
    )


def reasons_of(questions: Iterable[Question], draft: Draft) -> dict[int, str]:
    """Why personnummer stand in these answers, by the question's number: what the history says at hand-in."""
    return {
        question.number: answer.reason
        for question in questions
        if (answer := draft.get(question.field)) and answer.reason and personal_numbers.contains(answer.text)
    }


def _is_amount(text: str) -> bool:
    return not text or (text.isascii() and text.isdigit() and int(text) <= MOST)


# --- One rule per question type ------------------------------------------------------------------------------------


class Missing(RuleViolation):
    """Not answered yet, as against answered wrong."""


Texts = Mapping[str, str]
Rule = Callable[[Question, Texts, Surroundings], list[RuleViolation]]


def _missing(question: Question, what: str = "Besvara frågan") -> list[RuleViolation]:
    return [Missing(f"{what}: {question.label}", field=question.field)] if question.required else []


def _text_rule(question: Question, texts: Texts, _around: Surroundings) -> list[RuleViolation]:
    """Answered, and not longer than the form says."""
    text = texts.get(question.field, "")
    if not text:
        return _missing(question)
    most = min(question.max_length, LONGEST)
    if len(text) > most:
        return [RuleViolation(f"Skriv högst {number(most)} tecken: {question.label}", field=question.field)]
    return []


def _one_of_rule(question: Question, texts: Texts, _around: Surroundings) -> list[RuleViolation]:
    """One of the form's own choices."""
    text = texts.get(question.field, "")
    if not text:
        return _missing(question, "Välj ett svar")
    if text not in question.choices:
        return [RuleViolation(f"Välj ett av svaren: {question.label}", field=question.field)]
    return []


def _several_of_rule(question: Question, texts: Texts, _around: Surroundings) -> list[RuleViolation]:
    """At least one of the form's own choices."""
    chosen = texts.get(question.field, "").splitlines()
    if not chosen:
        return _missing(question, "Välj minst ett svar")
    if not set(chosen) <= set(question.choices):
        return [RuleViolation(f"Välj bland svaren: {question.label}", field=question.field)]
    return []


def _whole_number_rule(question: Question, texts: Texts, _around: Surroundings) -> list[RuleViolation]:
    """A whole number from 0 to the question's largest."""
    text = texts.get(question.field, "")
    if not text:
        return _missing(question)
    most = MOST if question.most is None else question.most
    if not (text.isascii() and text.isdigit()) or int(text) > most:
        return [RuleViolation(f"Skriv ett heltal från 0 till {number(most)}: {question.label}", field=question.field)]
    return []


def _homes_rule(question: Question, texts: Texts, around: Surroundings) -> list[RuleViolation]:
    """At least one of SiS's youth homes, where the form asks for it."""
    chosen = texts.get(question.field, "").splitlines()
    if not chosen:
        return _missing(question, "Välj minst ett ungdomshem")
    if not set(chosen) <= {str(home) for home, _ in around.homes}:
        return [RuleViolation(f"Välj bland ungdomshemmen: {question.label}", field=question.field)]
    return []


def _declaration_rule(question: Question, texts: Texts, _around: Surroundings) -> list[RuleViolation]:
    """Made, where the form demands it."""
    text = texts.get(question.field, "")
    if not text:
        return _missing(question, "Kryssa i")
    if text != YES:
        return [RuleViolation(f"Kryssa i: {question.label}", field=question.field)]
    return []


def _attachment_rule(question: Question, texts: Texts, _around: Surroundings) -> list[RuleViolation]:
    """At least one file where the form asks for it, no more than it asks for, and none that is blocked."""
    files = attachments.read(texts.get(question.field, ""))
    if not files:
        return _missing(question, "Lägg till en fil")
    if any(file.status is FileStatus.BLOCKED for file in files):
        return [RuleViolation(f"Ta bort filen som är spärrad: {question.label}", field=question.field)]
    if len(files) > question.most_files:
        return [
            RuleViolation(f"Ha kvar högst {number(question.most_files)} filer: {question.label}", field=question.field)
        ]
    return []


def _budget_rule(question: Question, texts: Texts, around: Surroundings) -> list[RuleViolation]:
    """Every amount is written (zero is an amount, nothing is not), every staff row whole, and something is sought."""
    wrong: list[RuleViolation] = []
    for position in positions(question, texts):
        row = Staff.of(texts[staff_key(question, position)])
        if row.text():
            wrong += _staff_violations(staff_key(question, position), row, around)
    for category in around.amount_categories(question):
        for year in around.years:
            key = cell_key(question, year, category.id)
            if not texts.get(key, ""):
                wrong.append(
                    Missing(f"{category.name} {year}: skriv beloppet, eller 0 om det inte kostar något", field=key)
                )
    if not question.required and not any(texts.get(key) for key in keys_of(question, texts)):
        return []
    if not wrong and not Budget.of(question, texts, around).total:
        wrong += _missing(question, "Skriv vad ni söker")
    return wrong


def _staff_violations(key: str, row: Staff, around: Surroundings) -> list[RuleViolation]:
    who = row.profession or "Yrket"
    wrong: list[RuleViolation] = []
    if not row.profession:
        wrong.append(Missing("Skriv yrket, eller ta bort raden", field=f"{key}_profession"))
    for year in around.years:
        percent, cost = row.percents.get(year), row.costs.get(year)
        if percent is None or (percent == 0 and cost != 0):
            wrong.append(
                Missing(
                    f"{who} {year}: skriv hur stor del av heltid, från 1 till {number(MOST_PERCENT)}",
                    field=f"{key}_percent{year}",
                )
            )
        if cost is None:
            wrong.append(
                Missing(f"{who} {year}: skriv beloppet, eller 0 om det inte kostar något", field=f"{key}_cost{year}")
            )
    return wrong


RULES: dict[QuestionType, Rule] = {
    QuestionType.TEXT: _text_rule,
    QuestionType.LONG_TEXT: _text_rule,
    QuestionType.ONE_OF: _one_of_rule,
    QuestionType.SEVERAL_OF: _several_of_rule,
    QuestionType.WHOLE_NUMBER: _whole_number_rule,
    QuestionType.BUDGET: _budget_rule,
    QuestionType.YOUTH_HOMES: _homes_rule,
    QuestionType.DECLARATION: _declaration_rule,
    QuestionType.ATTACHMENT: _attachment_rule,
}


def keys_of(question: Question, keys: Iterable[str]) -> list[str]:
    """The keys that belong to the question."""
    return [key for key in keys if key == question.field or key.startswith(f"{question.field}-")]


def violations(questions: Iterable[Question], texts: Texts, around: Surroundings) -> list[RuleViolation]:
    """Everything that has to be put right before these questions are answered."""
    return [wrong for question in questions for wrong in RULES[question.type](question, texts, around)]


def is_begun(section: Section, texts: Texts) -> bool:
    """Whether anything is answered in the section."""
    return any(texts[key] for question in section.questions for key in keys_of(question, texts))


def answered_count(section: Section, texts: Texts, around: Surroundings) -> int:
    """How many of the section's questions are answered."""
    return sum(
        any(texts[key] for key in keys_of(question, texts)) and not violations([question], texts, around)
        for question in section.questions
    )


# --- What a budget comes to ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Budget:
    """The amounts of a budget table: by kostnadsslag and year, with the staff rows that personnel is the sum of."""

    years: tuple[int, ...]
    lines: tuple[tuple[Category, tuple[Kronor, ...]], ...]
    staff: tuple[Staff, ...]

    @property
    def totals(self) -> tuple[Kronor, ...]:
        """What is sought for each year."""
        return tuple(sum(amounts[place] for _, amounts in self.lines) for place in range(len(self.years)))

    @property
    def total(self) -> Kronor:
        """What is sought in all."""
        return sum(self.totals)

    @classmethod
    def of(cls, question: Question, texts: Texts, around: Surroundings) -> "Budget":
        """The budget that the answers give; what is not written yet counts as nothing."""
        rows = [Staff.of(texts[staff_key(question, position)]) for position in positions(question, texts)]
        staff = tuple(row for row in rows if row.text()) if question.with_staff else ()
        own = {category.id for category in around.amount_categories(question)}

        def amount(category: Category, year: int) -> Kronor:
            if category.id in own:
                return int(texts.get(cell_key(question, year, category.id)) or 0)
            return sum(row.costs.get(year) or 0 for row in staff)

        lines = tuple(
            (category, tuple(amount(category, year) for year in around.years)) for category in around.categories
        )
        return cls(around.years, lines, staff)


def budget_question(definition: FormDefinition) -> Question | None:
    """The form's budget table, if it has one."""
    return next((question for question in definition.questions if question.type is QuestionType.BUDGET), None)


# --- How an answer is read -----------------------------------------------------------------------------------------


def shown(question: Question, key: str, text: str, around: Surroundings) -> str:
    """An answer's text as a reader should see it."""
    if not text:
        return "Inget svar"
    if question.type is QuestionType.BUDGET:
        return kr(int(text)) if cell_of(key) else Staff.of(text).shown()
    return ", ".join(shown_texts(question, text, around)) if question.type in _LISTS else text


_LISTS: Collection[QuestionType] = (QuestionType.SEVERAL_OF, QuestionType.YOUTH_HOMES, QuestionType.ATTACHMENT)


def shown_texts(question: Question, text: str, around: Surroundings) -> tuple[str, ...]:
    """What was answered, one text for each thing chosen; nothing at all for no answer."""
    if not text:
        return ()
    match question.type:
        case QuestionType.SEVERAL_OF:
            return tuple(text.splitlines())
        case QuestionType.YOUTH_HOMES:
            names = {str(home): name for home, name in around.homes}
            return tuple(names.get(home, home) for home in text.splitlines())
        case QuestionType.WHOLE_NUMBER:
            return (number(int(text)),)
        case QuestionType.DECLARATION:
            return ("Ja",)
        case QuestionType.ATTACHMENT:
            return tuple(file.line for file in attachments.read(text))
    return (text,)
