"""What is frozen when an application is handed in, and what is read out of it again: pages, documents, differences.

What is handed in is what was read, for applications and reports alike.

A frozen version is one canonical JSON text; these functions are the only ones that know its keys.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from grantportal.domain import answers, attachments, clock
from grantportal.domain.answers import NOTHING, YES, Answered, Budget, Draft, Surroundings
from grantportal.domain.documents import AmountLine, AmountTable, Answer, StaffRow
from grantportal.domain.documents import Section as PrintedSection
from grantportal.domain.errors import RuleViolation
from grantportal.domain.forms import FormDefinition, Question, QuestionType, canonical, fingerprint
from grantportal.domain.money import Kronor, number

Content = dict[str, Any]

# --- What was read -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AsRead:
    """Skicka in: the fingerprint of the answers that the person read before pressing the button."""

    sha256: str


def ensure_read(command: AsRead | None, *, now: str) -> None:
    """Who hands in answers for what was read: nobody has changed an answer since. Raises RuleViolation above the form.

    `command` is None where nobody reads a page; `now` is the fingerprint of the answers as they are.
    """
    if command is not None and command.sha256 != now:
        raise RuleViolation(
            "Svaren har ändrats sedan du läste dem. Inget är inskickat. Läs svaren igen innan du skickar in."
        )


def fingerprint_of(content: Content) -> str:
    """Fingerprint of every answer of an application: what the person reads, and what is then frozen."""
    return fingerprint(canonical(content))


# --- Ansökan -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HandIn:
    """What surrounds the answers when an application is handed in."""

    what: str
    """Ansökan or Komplettering, as the documents call it."""
    grant: str
    call: str
    organisation: str
    organisation_number: str
    applicant_unit: str
    registration_number: str
    form_id: int
    form_sha256: str
    by: str
    by_title: str
    received_at: datetime
    last_day: date
    late: bool


def answers_content(definition: FormDefinition, texts: Mapping[str, str], around: Surroundings) -> Content:
    """The answers with the labels they were given under: readable without the form, and comparable key by key.

    What is hidden by other answers is not asked, and is not there.
    """
    definition = definition.asked(texts)
    question = answers.budget_question(definition)
    budget = Budget.of(question, texts, around) if question else None
    homes = next((each for each in definition.questions if each.type is QuestionType.YOUTH_HOMES), None)
    chosen = texts.get(homes.field, "").splitlines() if homes else []
    return {
        "sections": [
            {
                "key": section.key,
                "title": section.title,
                "answers": [
                    {
                        "number": each.number,
                        "type": each.type.value,
                        "question": each.label,
                        "texts": list(answers.shown_texts(each, texts.get(each.field, ""), around)),
                        **_files(each, texts),
                    }
                    for each in section.questions
                ],
            }
            for section in definition.sections
        ],
        "budget": {
            "years": list(budget.years),
            "lines": [
                {"category_id": category.id, "category": category.name, "amounts": list(amounts)}
                for category, amounts in budget.lines
            ],
        }
        if budget
        else None,
        "staff": [
            {
                "profession": row.profession,
                "percents": [row.percents.get(year) or 0 for year in budget.years],
                "costs": [row.costs.get(year) or 0 for year in budget.years],
            }
            for row in budget.staff
        ]
        if budget
        else [],
        "youth_homes": [{"id": home, "name": name} for home, name in around.homes if str(home) in chosen]
        if homes
        else None,
    }


def _files(question: Question, texts: Mapping[str, str]) -> Content:
    """The files of an answer: name, kind, size and fingerprint of each."""
    if question.type is not QuestionType.ATTACHMENT:
        return {}
    return {"files": [file.frozen() for file in attachments.read(texts.get(question.field, ""))]}


def with_locked_parts(content: Content, before: Content, opened: Collection[str]) -> Content:
    """The content where only the opened sections are new: what a komplettering has not opened stays as it was handed in."""
    kept = {section["key"]: section for section in before["sections"] if section["key"] not in opened}
    merged = {**content, "sections": [kept.get(section["key"], section) for section in content["sections"]]}
    if not _is_opened(content, before, QuestionType.BUDGET, opened):
        merged["budget"], merged["staff"] = before["budget"], before["staff"]
    if not _is_opened(content, before, QuestionType.YOUTH_HOMES, opened):
        merged["youth_homes"] = before["youth_homes"]
    return merged


def _is_opened(content: Content, before: Content, kind: QuestionType, opened: Collection[str]) -> bool:
    return any(
        section["key"] in opened and any(answer["type"] == kind.value for answer in section["answers"])
        for section in (*content["sections"], *before["sections"])
    )


def with_locked_answers(
    definition: FormDefinition, draft: Draft, before: Content, opened: Collection[str]
) -> dict[str, Answered]:
    """The draft where what a komplettering has not opened is as it was handed in, as far as other questions hang on it.

    An earlier komplettering that was never answered may have left something else in the draft.
    """
    decide = {condition.question for condition in definition.conditions}
    handed_in = {answer["number"]: answer for section in before["sections"] for answer in section["answers"]}
    texts = {
        question.field: _stored(question, handed_in.get(question.number), before)
        for section in definition.sections
        if section.key not in opened
        for question in section.questions
        if question.number in decide
    }
    return {**draft, **{key: replace(draft.get(key, NOTHING), text=text) for key, text in texts.items()}}


def _stored(question: Question, answer: Content | None, before: Content) -> str:
    """A frozen answer as a draft stores it; empty for a question that was not asked."""
    texts = answer["texts"] if answer else []
    match question.type:
        case QuestionType.YOUTH_HOMES:
            return "\n".join(str(home["id"]) for home in before["youth_homes"] or []) if answer else ""
        case QuestionType.DECLARATION:
            return YES if texts else ""
        case QuestionType.WHOLE_NUMBER:
            return "".join(char for char in "".join(texts) if char.isdigit())
    return "\n".join(texts)


def application_content(hand_in: HandIn, answered: Content) -> Content:
    """The whole of what is frozen when an application or its komplettering is handed in."""
    return {
        **answered,
        "what": hand_in.what,
        "grant": hand_in.grant,
        "call": hand_in.call,
        "organisation": {"name": hand_in.organisation, "number": hand_in.organisation_number},
        "applicant_unit": hand_in.applicant_unit,
        "registration_number": hand_in.registration_number,
        "form": {"id": hand_in.form_id, "sha256": hand_in.form_sha256},
        "handed_in_by": {"name": hand_in.by, "title": hand_in.by_title},
        "received_at": hand_in.received_at.isoformat(),
        "last_day": hand_in.last_day.isoformat(),
        "late": hand_in.late,
    }


def requested(content: Content) -> list[tuple[int, int, Kronor]]:
    """(year, kostnadsslag, amount) of everything that is sought."""
    budget = content["budget"]
    if budget is None:
        return []
    return [
        (year, line["category_id"], amount)
        for line in budget["lines"]
        for year, amount in zip(budget["years"], line["amounts"], strict=True)
    ]


def home_ids(content: Content) -> list[int]:
    """The youth homes that the application names."""
    return [home["id"] for home in content["youth_homes"] or []]


def budget_table(content: Content) -> AmountTable | None:
    """What is sought, by kostnadsslag and year."""
    budget = content["budget"]
    if budget is None:
        return None
    return AmountTable(
        tuple(budget["years"]),
        tuple(AmountLine(line["category"], tuple(line["amounts"])) for line in budget["lines"]),
    )


def staff_rows(content: Content) -> tuple[StaffRow, ...]:
    """The professions of the budget."""
    return tuple(
        StaffRow(row["profession"], tuple(row["percents"]), tuple(row["costs"])) for row in content["staff"] or []
    )


def printed_sections(content: Content) -> tuple[PrintedSection, ...]:
    """The sections with their answers; budget and youth homes are printed as tables of their own."""
    apart = {QuestionType.BUDGET.value, QuestionType.YOUTH_HOMES.value}
    made = []
    for section in content["sections"]:
        printed = tuple(
            Answer(answer["question"], tuple(answer["texts"]))
            for answer in section["answers"]
            if answer["type"] not in apart
        )
        if printed:
            made.append(PrintedSection(section["title"], printed))
    return tuple(made)


@dataclass(frozen=True)
class Difference:
    """One answer before and after."""

    question: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether the answer is another."""
        return self.before != self.after


def differences(
    before: Content, after: Content, opened: Collection[str]
) -> tuple[tuple[str, tuple[Difference, ...]], ...]:
    """(section, its answers before and after) of the sections that a komplettering opened."""
    return tuple(
        (new["title"], tuple(_answer_differences(old, new, before, after)))
        for old, new in zip(before["sections"], after["sections"], strict=True)
        if new["key"] in opened
    )


def _answer_differences(old: Content, new: Content, before: Content, after: Content) -> list[Difference]:
    made = []
    was_asked = {answer["number"]: answer for answer in old["answers"]}
    # What is asked no more stands last, so that nothing disappears without a word.
    gone = [answer for answer in old["answers"] if answer["number"] not in {each["number"] for each in new["answers"]}]
    for now in [*new["answers"], *({**answer, "texts": []} for answer in gone)]:
        was = was_asked.get(now["number"], {"texts": []})
        if now["type"] == QuestionType.BUDGET.value:
            was_lines, now_lines = _budget_lines(before), _budget_lines(after)
            made += [
                Difference(name, was_lines.get(name, ()), now_lines.get(name, ()))
                for name in {**was_lines, **now_lines}
            ]
        else:
            made.append(Difference(now["question"], tuple(was["texts"]), tuple(now["texts"])))
    return made


def _budget_lines(content: Content) -> dict[str, tuple[str, ...]]:
    """Each staff row and kostnadsslag with what is written about it, year by year."""
    table = budget_table(content)
    if table is None:
        return {}
    lines: dict[str, tuple[str, ...]] = {}
    for place, row in enumerate(staff_rows(content), 1):
        lines[f"Personal, rad {place}"] = (
            row.profession,
            *(
                f"{year}: {number(percent)} procent, {number(cost)} kr"
                for year, percent, cost in zip(table.years, row.percents, row.costs, strict=True)
            ),
        )
    for line in table.lines:
        lines[line.category] = tuple(
            f"{year}: {number(amount)} kr" for year, amount in zip(table.years, line.amounts, strict=True)
        )
    return lines


def received_text(content: Content) -> str:
    """«1 mars 2020 kl. 14:02»."""
    return clock.day_time_text(datetime.fromisoformat(content["received_at"]))
