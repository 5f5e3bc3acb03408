"""What is frozen when an application is handed in, and what is read out of it again: pages, documents, differences.

What is handed in is what was read, for applications and reports alike.

A frozen version is one canonical JSON text; these functions are the only ones that know its keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from grantportal.domain import answers, attachments, clock
from grantportal.domain.answers import NOTHING, YES, Answered, Budget, Draft, Staff, Surroundings
from grantportal.domain.documents import AmountLine, AmountTable, Answer, AttachedFile, StaffRow
from grantportal.domain.documents import Section as PrintedSection
from grantportal.domain.errors import RuleViolation
from grantportal.domain.forms import FormDefinition, Question, QuestionType, canonical, fingerprint
from grantportal.domain.money import Kronor, number
from grantportal.domain.opened import Opened, question_part, row_part, staff_part

Content = dict[str, Any]

# --- What was read -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AsRead:
    """Skicka in: the fingerprint of all that the person read before pressing the button."""

    sha256: str


def ensure_read(command: AsRead | None, *, now: str) -> None:
    """Who hands in answers for what was read: nothing of it has changed since. Raises RuleViolation above the form.

    `command` is None where nobody reads a page; `now` is the fingerprint of what would be handed in.
    """
    if command is not None and command.sha256 != now:
        raise RuleViolation(
            "Svaren har ändrats sedan du läste dem. Inget är inskickat. Läs svaren igen innan du skickar in."
        )


@dataclass(frozen=True)
class Heading:
    """What heads an application: who applies for what. It is read above the answers, and frozen with them."""

    grant: str
    call: str
    organisation: str
    organisation_number: str
    applicant_unit: str

    @property
    def content(self) -> Content:
        """As it is frozen."""
        return {
            "grant": self.grant,
            "call": self.call,
            "organisation": {"name": self.organisation, "number": self.organisation_number},
            "applicant_unit": self.applicant_unit,
        }


def fingerprint_of(heading: Heading, content: Content) -> str:
    """Fingerprint of an application's heading and every answer: what the person reads, and what is then frozen."""
    return fingerprint(canonical({**content, **heading.content}))


# --- Ansökan -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HandIn:
    """What surrounds the answers when an application is handed in."""

    what: str
    """Ansökan or Komplettering, as the documents call it."""
    heading: Heading
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

    What is hidden by other answers is not asked, and is there by its label only.
    """
    whole, definition = definition, definition.asked(texts)
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
                **_not_asked([each.label for each in all_of_it.questions if each not in section.questions]),
            }
            for all_of_it, section in zip(whole.sections, definition.sections, strict=True)
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


def as_written(definition: FormDefinition, content: Content, texts: Mapping[str, str], around: Surroundings) -> Content:
    """The same for those who still write: what stands as 0 because nobody has written an amount is None."""
    question = answers.budget_question(definition.asked(texts))
    if question is None or content["budget"] is None:
        return content
    own = {category.id for category in around.amount_categories(question)}
    staff = Budget.of(question, texts, around).staff

    def amount(category_id: int, year: int, shown: int) -> int | None:
        if category_id in own:
            is_written = bool(texts.get(answers.cell_key(question, year, category_id)))
        else:
            is_written = any(row.costs.get(year) is not None for row in staff)
        return shown if shown or is_written else None

    years = content["budget"]["years"]
    lines = [
        {**line, "amounts": [amount(line["category_id"], *each) for each in zip(years, line["amounts"], strict=True)]}
        for line in content["budget"]["lines"]
    ]
    rows = [
        {
            **shown,
            "percents": [each or row.percents.get(year) for year, each in zip(years, shown["percents"], strict=True)],
            "costs": [each or row.costs.get(year) for year, each in zip(years, shown["costs"], strict=True)],
        }
        for shown, row in zip(content["staff"], staff, strict=False)
    ]
    return {**content, "budget": {**content["budget"], "lines": lines}, "staff": rows + content["staff"][len(rows) :]}


def _not_asked(labels: list[str]) -> Content:
    return {"not_asked": labels} if labels else {}


def _files(question: Question, texts: Mapping[str, str]) -> Content:
    """The files of an answer: name, kind, size and fingerprint of each."""
    if question.type is not QuestionType.ATTACHMENT:
        return {}
    return {"files": [file.frozen() for file in attachments.read(texts.get(question.field, ""))]}


def with_locked_parts(
    definition: FormDefinition, content: Content, before: Content, opened: Opened, around: Surroundings
) -> Content:
    """The content where only what is opened is new: what a komplettering has not opened stays as it was handed in."""
    new, old = _by_number(content), _by_number(before)
    sections = []
    for section in definition.sections:
        chosen = [(new if each.number in opened.questions else old).get(each.number) for each in section.questions]
        labels = [each.label for each, found in zip(section.questions, chosen, strict=True) if not found]
        kept = [each for each in chosen if each]
        sections.append({"key": section.key, "title": section.title, "answers": kept, **_not_asked(labels)})
    merged = {**content, "sections": sections, **_locked_budget(definition, content, before, opened, around)}
    homes = next((each for each in definition.questions if each.type is QuestionType.YOUTH_HOMES), None)
    if homes is None or homes.number not in opened.questions:
        merged["youth_homes"] = before["youth_homes"]
    return merged


def _by_number(content: Content) -> dict[int, Content]:
    return {answer["number"]: answer for section in content["sections"] for answer in section["answers"]}


def _locked_budget(
    definition: FormDefinition, content: Content, before: Content, opened: Opened, around: Surroundings
) -> Content:
    question = answers.budget_question(definition)
    if question is None or not opened.asks(question) or before["budget"] is None or content["budget"] is None:
        return {"budget": before["budget"], "staff": before["staff"]}
    kept = {line["category_id"]: line for line in before["budget"]["lines"]}
    lines = [
        line
        if opened.has_row(question, _row_of(question, line["category_id"], around))
        else kept.get(line["category_id"], line)
        for line in content["budget"]["lines"]
    ]
    staff_is_open = opened.has_row(question, staff_part(question))
    return {
        "budget": {**content["budget"], "lines": lines},
        "staff": content["staff"] if staff_is_open else before["staff"],
    }


def _row_of(question: Question, category_id: int, around: Surroundings) -> str:
    """The part that a line of the budget belongs to: the one for personnel is the sum of the staff rows, where there are any."""
    own = {category.id for category in around.amount_categories(question)}
    return row_part(question, category_id) if category_id in own else staff_part(question)


def as_asked(definition: FormDefinition, content: Content) -> FormDefinition:
    """The form with the questions that were asked when this was handed in, and the sections that had any."""
    asked = _by_number(content)
    sections = (
        replace(section, questions=tuple(each for each in section.questions if each.number in asked))
        for section in definition.sections
    )
    return replace(definition, sections=tuple(section for section in sections if section.questions))


def with_locked_answers(
    definition: FormDefinition, draft: Draft, before: Content, opened: Opened, around: Surroundings
) -> Draft:
    """The draft where what a komplettering has not opened is as it was handed in, as far as something else hangs on it:
    which questions are asked, and the sums of a budget that is opened in part.

    An earlier komplettering that was never answered may have left something else in the draft.
    """
    decide = {condition.question for condition in definition.conditions}
    handed_in = _by_number(before)
    texts = {
        question.field: _stored(question, handed_in.get(question.number), before)
        for question in definition.questions
        if question.number in decide and question.number not in opened.questions
    }
    saved = {**draft, **{key: replace(draft.get(key, NOTHING), text=text) for key, text in texts.items()}}
    return _with_locked_rows(saved, definition, before, opened, around)


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


def _with_locked_rows(
    draft: Draft, definition: FormDefinition, before: Content, opened: Opened, around: Surroundings
) -> Draft:
    question = answers.budget_question(definition)
    if question is None or question.number in opened.questions or before["budget"] is None:
        return draft
    if not opened.asks(question):
        return draft
    years = before["budget"]["years"]
    as_it_was: dict[str, Answered] = {}
    own = {category.id for category in around.amount_categories(question)}
    for line in before["budget"]["lines"]:
        if line["category_id"] in own and not opened.has_row(question, row_part(question, line["category_id"])):
            for year, amount in zip(years, line["amounts"], strict=True):
                as_it_was[answers.cell_key(question, year, line["category_id"])] = Answered(str(amount), 1)
    if not opened.has_row(question, staff_part(question)):
        for position, row in enumerate(staff_rows(before)):
            percents, costs = dict(zip(years, row.percents, strict=True)), dict(zip(years, row.costs, strict=True))
            as_it_was[answers.staff_key(question, position)] = Answered(
                Staff(row.profession, percents, costs).text(), 1
            )
    budget_keys = set(answers.keys_of(question, draft))
    written = {key: answer for key, answer in draft.items() if key not in budget_keys or opened.takes(question, key)}
    return {**written, **as_it_was}


def application_content(hand_in: HandIn, answered: Content) -> Content:
    """The whole of what is frozen when an application or its komplettering is handed in."""
    return {
        **answered,
        **hand_in.heading.content,
        "what": hand_in.what,
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


def attached_files(content: Content) -> tuple[AttachedFile, ...]:
    """The files of every answer, in order."""
    return tuple(
        AttachedFile(answer["question"], line, file["sha256"])
        for section in content["sections"]
        for answer in section["answers"]
        for line, file in zip(answer["texts"], answer.get("files", ()), strict=False)
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
        not_asked = tuple(section.get("not_asked", ()))
        if printed or not_asked:
            made.append(PrintedSection(section["title"], printed, not_asked))
    return tuple(made)


@dataclass(frozen=True)
class AmountDifference:
    """What is sought for a row of the budget before and after, year by year."""

    part: str
    name: str
    before: tuple[Kronor, ...]
    after: tuple[Kronor, ...]

    @property
    def changed(self) -> bool:
        """Whether an amount is another."""
        return self.before != self.after

    @property
    def years(self) -> tuple[tuple[Kronor, Kronor, Kronor], ...]:
        """(before, after, difference) of each year."""
        return tuple((was, now, now - was) for was, now in zip(self.before, self.after, strict=True))

    @property
    def whole(self) -> tuple[Kronor, Kronor, Kronor]:
        """(before, after, difference) of the years together."""
        was, now = sum(self.before), sum(self.after)
        return was, now, now - was


@dataclass(frozen=True)
class Difference:
    """One opened question before and after, None where it was not asked; of a budget the opened rows, with what is sought
    in all."""

    part: str
    question: str
    before: tuple[str, ...] | None
    after: tuple[str, ...] | None
    years: tuple[int, ...] = ()
    amounts: tuple[AmountDifference, ...] = ()
    total: AmountDifference | None = None

    @property
    def changed(self) -> bool:
        """Whether the answer is another."""
        return self.before != self.after or any(each.changed for each in self.amounts)


def differences(
    definition: FormDefinition, before: Content, after: Content, opened: Opened, around: Surroundings
) -> tuple[tuple[str, tuple[Difference, ...]], ...]:
    """(section's title, its opened questions before and after), of the sections where something is opened."""
    old, new = _by_number(before), _by_number(after)
    found = []
    for section in definition.sections:
        here = []
        for question in section.questions:
            was, now = old.get(question.number), new.get(question.number)
            if not opened.asks(question) or (was is None and now is None):
                continue
            if question.type is QuestionType.BUDGET:
                here.append(_budget_difference(question, before, after, opened, around))
            else:
                before_texts, after_texts = (None if each is None else tuple(each["texts"]) for each in (was, now))
                here.append(Difference(question_part(question.number), question.label, before_texts, after_texts))
        if here:
            found.append((section.title, tuple(here)))
    return tuple(found)


def _budget_difference(
    question: Question, before: Content, after: Content, opened: Opened, around: Surroundings
) -> Difference:
    part = question_part(question.number)
    table_before, table_after = budget_table(before), budget_table(after)
    if table_before is None or table_after is None:
        was, now = (
            None if table is None else (*_staff_texts(content, table.years), *_line_texts(table))
            for content, table in ((before, table_before), (after, table_after))
        )
        return Difference(part, question.label, was, now)
    rows = []
    ids = (line["category_id"] for line in after["budget"]["lines"])
    for category_id, old, new in zip(ids, table_before.lines, table_after.lines, strict=True):
        row = _row_of(question, category_id, around)
        if opened.has_row(question, row):
            rows.append(AmountDifference(row, new.category, tuple(old.amounts), tuple(new.amounts)))
    staff_is_open = opened.has_row(question, staff_part(question))
    return Difference(
        part,
        question.label,
        _staff_texts(before, table_before.years) if staff_is_open else (),
        _staff_texts(after, table_after.years) if staff_is_open else (),
        years=tuple(table_after.years),
        amounts=tuple(rows),
        total=AmountDifference("", "Sökt i allt", table_before.totals, table_after.totals),
    )


def _line_texts(table: AmountTable) -> tuple[str, ...]:
    """Each kostnadsslag in a sentence."""
    return tuple(
        "; ".join(
            (
                line.category,
                *(f"{year}: {number(amount)} kr" for year, amount in zip(table.years, line.amounts, strict=True)),
            )
        )
        for line in table.lines
    )


def _staff_texts(content: Content, years: tuple[int, ...]) -> tuple[str, ...]:
    """Each staff row in a sentence."""
    return tuple(
        "; ".join(
            (
                row.profession,
                *(
                    f"{year}: {number(percent)} procent, {number(cost)} kr"
                    for year, percent, cost in zip(years, row.percents, row.costs, strict=True)
                ),
            )
        )
        for row in staff_rows(content)
    )


def is_changed(part: str, before: Content, after: Content, definition: FormDefinition, around: Surroundings) -> bool:
    """Whether an opened part is another than it was."""
    return any(
        each.changed
        for _, found in differences(definition, before, after, Opened.of(definition, {part}), around)
        for each in found
    )


def received_text(content: Content) -> str:
    """«1 mars 2020 kl. 14:02»."""
    return clock.day_time_text(datetime.fromisoformat(content["received_at"]))
