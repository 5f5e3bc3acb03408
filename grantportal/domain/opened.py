"""What of an application can be written in: whole sections, single questions, single rows of a budget.

A part has a key, and is stored by it: a section's own key; `q_11` for a question; `q_18_4` for a kostnadsslag of a budget
and `q_18_staff` for its staff rows. No section's key has an underscore.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from grantportal.domain import answers
from grantportal.domain.answers import Surroundings
from grantportal.domain.forms import FormDefinition, Question, QuestionType, Section


def question_part(number: int) -> str:
    """The key of a question as a part."""
    return f"q_{number}"


def row_part(question: Question, category_id: int) -> str:
    """The key of a kostnadsslag in a budget."""
    return f"{question_part(question.number)}_{category_id}"


def staff_part(question: Question) -> str:
    """The key of a budget's staff rows, which are opened together."""
    return f"{question_part(question.number)}_staff"


@dataclass(frozen=True)
class Opened:
    """The questions that can be written in; of a budget that is not among them, single rows."""

    questions: frozenset[int] = frozenset()
    rows: frozenset[str] = frozenset()

    @classmethod
    def whole(cls, definition: FormDefinition) -> "Opened":
        """Every question, as in a draft that has not been handed in."""
        return cls(frozenset(question.number for question in definition.questions))

    @classmethod
    def of(cls, definition: FormDefinition, parts: Collection[str]) -> "Opened":
        """What these parts open; a key that the form does not have opens nothing.

        A question that is asked because of an opened answer is open too: it may be asked anew, or no more.
        """
        whole: set[int] = set()
        for section in definition.sections:
            for question in section.questions:
                conditions = [each.question for each in (section.shown_if, question.shown_if) if each]
                if {section.key, question_part(question.number)} & set(parts) or whole.intersection(conditions):
                    whole.add(question.number)
        starts = tuple(
            f"{question_part(question.number)}_"
            for question in definition.questions
            if question.type is QuestionType.BUDGET and question.number not in whole
        )
        return cls(
            frozenset(whole), frozenset(part for part in parts if part.startswith(starts)) if starts else frozenset()
        )

    def asks(self, question: Question) -> bool:
        """Whether the question can be written in, at least in some row."""
        return question.number in self.questions or any(
            row.startswith(f"{question_part(question.number)}_") for row in self.rows
        )

    def has_row(self, question: Question, row: str) -> bool:
        """Whether the row of the budget can be written in."""
        return question.number in self.questions or row in self.rows

    def takes(self, question: Question, key: str) -> bool:
        """Whether the answer with this key, or the field of it, can be written."""
        if question.number in self.questions:
            return True
        cell = answers.cell_of(key)
        if cell is not None:
            return self.has_row(question, row_part(question, cell[1]))
        # A staff row's fields are called by the row: q8-s0_cost2021.
        is_staff = answers.position_of(key.partition("_")[0]) is not None
        return is_staff and self.has_row(question, staff_part(question))

    def within(self, section: Section) -> "Opened":
        """What of it is in the section."""
        questions = {question.number for question in section.questions}
        starts = tuple(f"{question_part(number)}_" for number in questions)
        return Opened(self.questions & questions, frozenset(row for row in self.rows if row.startswith(starts)))

    def opens(self, section: Section) -> bool:
        """Whether something in the section can be written in."""
        return any(self.asks(question) for question in section.questions)

    def asked(self, definition: FormDefinition) -> tuple[Question, ...]:
        """The questions that can be written in, at least in some row."""
        return tuple(question for question in definition.questions if self.asks(question))


# --- What there is to choose among --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """Something that can be opened, and the parts inside it."""

    key: str
    title: str
    inner: tuple["Part", ...] = ()

    def walk(self) -> Iterator["Part"]:
        """The part and all that is inside it, in the form's order."""
        yield self
        for each in self.inner:
            yield from each.walk()


def tree(definition: FormDefinition, around: Surroundings) -> tuple[Part, ...]:
    """The form's sections, in each its questions, in a budget its rows."""
    return tuple(
        Part(
            section.key,
            section.title,
            tuple(
                Part(question_part(question.number), question.label, _rows(question, around))
                for question in section.questions
            ),
        )
        for section in definition.sections
    )


def _rows(question: Question, around: Surroundings) -> tuple[Part, ...]:
    if question.type is not QuestionType.BUDGET:
        return ()
    with_amounts = around.amount_categories(question)
    return tuple(
        Part(row_part(question, category.id) if category in with_amounts else staff_part(question), category.name)
        for category in around.categories
    )


def without_repeats(
    parts: Collection[str], notes: Mapping[str, str], chosen_among: Iterable[Part], *, is_open: bool = False
) -> tuple[str, ...]:
    """The chosen parts in the form's order. What an outer part opens already is left out, unless something is said of it."""
    found: list[str] = []
    for part in chosen_among:
        if part.key in parts and (not is_open or notes.get(part.key)):
            found.append(part.key)
        found += without_repeats(parts, notes, part.inner, is_open=is_open or part.key in parts)
    return tuple(found)


# --- What has been asked for ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A part that a komplettering opens: what it is, in which section, at which field, and what the officer says of it."""

    part: str
    title: str
    note: str
    section: str
    section_title: str
    field: str
    question: int | None = None
    """The question's number; None for a whole section."""

    @property
    def full_title(self) -> str:
        """The part where it stands alone."""
        return self.section_title if self.question is None else self.title

    @property
    def written(self) -> str:
        """The part with what is missing in it, as a line of the handling."""
        title = f"{self.section_title}, hela avsnittet" if self.question is None else self.title
        return f"– {title}" + (f"\n  {self.note}" if self.note else "")


def asked(definition: FormDefinition, notes: Mapping[str, str], around: Surroundings) -> tuple[Asked, ...]:
    """The parts that `notes` has a note for, empty or not, in the form's order."""
    found: list[Asked] = []
    for section, branch in zip(definition.sections, tree(definition, around), strict=True):
        if section.key in notes:
            found.append(Asked(section.key, "Hela avsnittet", notes[section.key], section.key, section.title, ""))
        for question, leaf in zip(section.questions, branch.inner, strict=True):
            inner = [(leaf.key, leaf.title, _field(question))] + [
                (row.key, f"Budgetraden {row.title}", _first_cell(question, row.key, around)) for row in leaf.inner
            ]
            found += [
                Asked(key, title, notes[key], section.key, section.title, place, question.number)
                for key, title, place in inner
                if key in notes
            ]
    return tuple(found)


_CHOICES = {QuestionType.ONE_OF, QuestionType.SEVERAL_OF, QuestionType.YOUTH_HOMES}


def _field(question: Question) -> str:
    # A choice is reached by its first alternative, a budget by its heading.
    return f"{question.field}-0" if question.type in _CHOICES else question.field


def _first_cell(question: Question, row: str, around: Surroundings) -> str:
    if row == staff_part(question):
        return "personal"
    category_id = int(row.rpartition("_")[2])
    return answers.cell_key(question, around.years[0], category_id) if around.years else question.field
