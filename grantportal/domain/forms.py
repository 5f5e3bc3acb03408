"""Forms are data: sections and questions that a call publishes and an application answers.

A definition is frozen with its call, so that the questions are known before anybody applies and a hand-in can always be
shown by the form that it was made with.
"""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

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
                        **{**question, "type": QuestionType(question["type"]), "choices": tuple(question["choices"])}
                    )
                    for question in section["questions"]
                ),
            )
            for section in raw["sections"]
        )
        return cls(
            title=raw["title"], kind=FormKind(raw["kind"]), sections=sections, causes=tuple(raw.get("causes", ()))
        )


def canonical(value: Any) -> str:
    """Canonical JSON: sorted keys, no blanks, every letter as itself. The same facts always give the same bytes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def fingerprint(content: str) -> str:
    """SHA-256 of a canonical text, in hexadecimal."""
    return sha256(content.encode()).hexdigest()
