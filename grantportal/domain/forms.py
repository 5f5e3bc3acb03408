"""Forms are data: sections and questions that a call publishes and an application answers.

A definition is frozen with its call, so that the questions are known before anybody applies and a hand-in can always be
shown by the form that it was made with.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from hashlib import sha256
from typing import Any

from grantportal.domain.money import MOST, number

FIELD_PREFIX = "q"


class FormKind(StrEnum):
    """What a form is for."""

    APPLICATION = "application"
    REPORT = "report"


class QuestionType(StrEnum):
    """Every type has one field factory, one macro and one rule; a type that lacks any fails a test."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    ONE_OF = "one_of"
    SEVERAL_OF = "several_of"
    WHOLE_NUMBER = "whole_number"
    BUDGET = "budget"
    YOUTH_HOMES = "youth_homes"
    DECLARATION = "declaration"
    ATTACHMENT = "attachment"


@dataclass(frozen=True)
class ShownIf:
    """Visas om: an earlier question, and the answers to it with which something is asked.

    One of `answers` for a choice or a declaration; a number above `more_than`; any youth home, or with `nothing` none.
    """

    question: int
    answers: tuple[str, ...] = ()
    more_than: int | None = None
    nothing: bool = False

    def holds(self, text: str) -> bool:
        """Whether this is the answer that is waited for."""
        if self.more_than is not None:
            return text.isascii() and text.isdigit() and int(text) > self.more_than
        if self.answers:
            return not set(self.answers).isdisjoint(text.splitlines())
        return self.nothing is not bool(text)

    @property
    def as_json(self) -> str:
        """For the script of the page, that does the same while the person answers."""
        return canonical({**asdict(self), "field": f"{FIELD_PREFIX}{self.question}"})

    @classmethod
    def of(cls, raw: dict[str, Any] | None) -> "ShownIf | None":
        """The condition that was stored; forms from before there were any have none."""
        return cls(**{**raw, "answers": tuple(raw["answers"])}) if raw else None


@dataclass(frozen=True)
class Question:
    """One question. `number` never changes within a form; the posted field is called q<number>."""

    number: int
    type: QuestionType
    label: str
    help: str = ""
    required: bool = True
    max_length: int = 4_000
    choices: tuple[str, ...] = ()
    most: int | None = None
    """The largest whole number that is taken, or the most files."""
    with_staff: bool = False
    """A budget table whose personnel row is made of staff rows."""
    about: str = ""
    """Which of a report's texts the question asks for, by its name in the report; empty in an application."""
    shown_if: ShownIf | None = None
    """The earlier answer with which the question is asked; always where there is none."""

    @property
    def most_files(self) -> int:
        """How many files the question takes; 0 for a question that asks for none."""
        return (self.most or 1) if self.type is QuestionType.ATTACHMENT else 0

    @property
    def field(self) -> str:
        """The name of the posted field."""
        return f"{FIELD_PREFIX}{self.number}"


@dataclass(frozen=True)
class Section:
    """Avsnitt: the part of a form that is filled in on one page, and that a komplettering can open."""

    key: str
    title: str
    group: str
    questions: tuple[Question, ...]
    intro: str = ""
    shown_if: ShownIf | None = None


@dataclass(frozen=True)
class FormDefinition:
    """A published form. For a report: the causes a region can choose among, and which other facts are asked for."""

    title: str
    kind: FormKind
    sections: tuple[Section, ...]
    causes: tuple[str, ...] = ()

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question, in order."""
        return tuple(question for section in self.sections for question in section.questions)

    def section(self, key: str) -> Section | None:
        """The section with this key, or None."""
        return next((section for section in self.sections if section.key == key), None)

    def question(self, number: int) -> Question | None:
        """The question with this number, or None."""
        return next((question for question in self.questions if question.number == number), None)

    @property
    def conditions(self) -> tuple[ShownIf, ...]:
        """What decides which questions and sections are asked."""
        found = [*(each.shown_if for each in self.sections), *(each.shown_if for each in self.questions)]
        return tuple(each for each in found if each is not None)

    def asked(self, texts: Mapping[str, str]) -> "FormDefinition":
        """The form as it is asked with these answers: a hidden question is not in it, and neither is what follows on it.

        A section whose questions are all hidden is there, and empty.
        """
        asked: set[int] = set()

        def holds(shown_if: ShownIf | None) -> bool:
            if shown_if is None:
                return True
            return shown_if.question in asked and shown_if.holds(texts.get(f"{FIELD_PREFIX}{shown_if.question}", ""))

        for section in self.sections:
            if holds(section.shown_if):
                for question in section.questions:
                    if holds(question.shown_if):
                        asked.add(question.number)
        return replace(
            self,
            sections=tuple(
                replace(section, questions=tuple(each for each in section.questions if each.number in asked))
                for section in self.sections
            ),
        )

    @property
    def asks_for_homes(self) -> bool:
        """Whether youth homes are asked about: where they are not, nothing is said of them."""
        return any(each.type is QuestionType.YOUTH_HOMES for each in self.questions)

    @property
    def must_choose_home(self) -> bool:
        """Whether nobody can answer without a youth home to choose."""
        return any(each.type is QuestionType.YOUTH_HOMES and each.required for each in self.questions)

    def faults(self) -> tuple[str, ...]:
        """Why nobody could answer, or what would be asked of nobody: sentences that say what to mend."""
        found = []
        for question in self.questions:
            where = f"Fråga {question.number}"
            if question.type in {QuestionType.ONE_OF, QuestionType.SEVERAL_OF} and not question.choices:
                found.append(f"{where} har inga svar att välja mellan. Skriv dem under val.")
            found += [f"{where} har svaret «{choice}» två gånger." for choice in twice(question.choices)]
            if not self._can_be_asked(question.number):
                found.append(
                    f"{where} skulle aldrig visas, för det som den beror på kan inte stämma på en gång. Ändra visas om."
                )
        return tuple(found)

    def _can_be_asked(self, number: int) -> bool:
        """Whether any answers at all make the form ask the question."""
        by_question: dict[int, list[ShownIf]] = {}
        for each in self._needs(number):
            by_question.setdefault(each.question, []).append(each)
        return all(_can_hold(self.question(other), together) for other, together in by_question.items())

    def _needs(self, number: int) -> list[ShownIf]:
        """All that must hold for a question to be asked: its own condition, its section's, and those of what they wait for."""
        own = {
            question.number: [each for each in (section.shown_if, question.shown_if) if each]
            for section in self.sections
            for question in section.questions
        }
        found: list[ShownIf] = []
        waiting, seen = [number], {number}
        while waiting:
            needed = own.get(waiting.pop(), [])
            found += needed
            waiting += {each.question for each in needed} - seen
            seen |= {each.question for each in needed}
        return found

    def told(self, shown_if: ShownIf) -> str:
        """The condition in words, for those who have not begun to answer."""
        question = self.question(shown_if.question)
        asked = question.label if question else ""
        wanted = " eller ".join(shown_if.answers)
        if shown_if.more_than is not None:
            return f"Visas om svaret är mer än {number(shown_if.more_than)} på frågan «{asked}»"
        if question is not None and question.type is QuestionType.DECLARATION:
            return f"Visas om ni kryssar i «{asked}»"
        if wanted:
            return f"Visas om ni väljer {wanted} på frågan «{asked}»"
        return f"Visas om ni {'inte väljer något' if shown_if.nothing else 'väljer något'} ungdomshem"

    def as_json(self) -> str:
        """Canonical JSON: what is stored and hashed."""
        return canonical(asdict(self))

    @classmethod
    def from_json(cls, stored: str) -> "FormDefinition":
        """The definition that `as_json` wrote."""
        raw = json.loads(stored)
        sections = tuple(
            Section(
                key=section["key"],
                title=section["title"],
                group=section["group"],
                intro=section.get("intro", ""),
                questions=tuple(
                    Question(
                        **{
                            **question,
                            "type": QuestionType(question["type"]),
                            "choices": tuple(question["choices"]),
                            "shown_if": ShownIf.of(question.get("shown_if")),
                        }
                    )
                    for question in section["questions"]
                ),
                shown_if=ShownIf.of(section.get("shown_if")),
            )
            for section in raw["sections"]
        )
        return cls(
            title=raw["title"], kind=FormKind(raw["kind"]), sections=sections, causes=tuple(raw.get("causes", ()))
        )


def twice(texts: Sequence[str]) -> list[str]:
    """The texts that are there more than once."""
    return sorted({each for each in texts if texts.count(each) > 1})


def _can_hold(question: Question | None, together: Sequence[ShownIf]) -> bool:
    """Whether one answer to the question can be what all of these wait for."""
    if question is None:
        return False
    match question.type:
        case QuestionType.ONE_OF:
            return any(all(choice in each.answers for each in together) for choice in question.choices)
        case QuestionType.SEVERAL_OF:
            return all(not set(each.answers).isdisjoint(question.choices) for each in together)
        case QuestionType.WHOLE_NUMBER:
            return all((each.more_than or 0) < (MOST if question.most is None else question.most) for each in together)
        case QuestionType.YOUTH_HOMES:
            return len({each.nothing for each in together}) == 1 and not (together[0].nothing and question.required)
    return question.type is QuestionType.DECLARATION


@dataclass(frozen=True)
class Outline:
    """A form or a matrix as text, and the fingerprint of the text that was shown read: that very one may be published."""

    text: str
    shown: str

    @property
    def is_shown(self) -> bool:
        """Whether the person has seen what this text is read as."""
        return self.shown == fingerprint(self.text)


def canonical(value: Any) -> str:
    """Canonical JSON: sorted keys, no blanks, every letter as itself. The same facts always give the same bytes."""
    return _CANONICAL.encode(value)


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def fingerprint(content: str) -> str:
    """SHA-256 of a canonical text, in hexadecimal."""
    return sha256(content.encode()).hexdigest()
