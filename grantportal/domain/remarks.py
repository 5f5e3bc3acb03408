"""Det här kan du se över: what an officer would ask about, told before the hand-in. It stops nothing.

Each remark is one sentence and the field that it is about. What is missing or wrong is no remark: the rules of `answers`
say that.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from grantportal.domain import answers
from grantportal.domain.answers import Budget, Staff, Surroundings
from grantportal.domain.forms import FormDefinition, Question, QuestionType, Section
from grantportal.domain.money import Kronor, kr, number
from grantportal.domain.opened import Opened

FEW_WORDS = 10
"""Fewer words than these are few, where a question has room for LONG or more signs."""
LONG = 1_000
FACTOR = 10
"""So many times as much one year as another looks like a zero too many."""
LEAST_FULL_TIME: Kronor = 100_000
"""A year of full time costs more than this: less looks like thousands of kronor."""
SAME_FROM = 20
"""Two answers alike, from so many signs, look like one that was pasted twice."""

_TEXTS = (QuestionType.TEXT, QuestionType.LONG_TEXT)
Texts = Mapping[str, str]


@dataclass(frozen=True)
class Remark:
    """Something to look over: a sentence, and the field it is about."""

    message: str
    field: str


def remarks(
    definition: FormDefinition, texts: Texts, around: Surroundings, *, opened: Opened
) -> list[tuple[Section, Remark]]:
    """What to look over in what can be written in, with the section that it is in; nothing about what is hidden."""
    asked = definition.asked(texts)
    pasted = _pasted(asked.questions, texts)
    return [
        (section, remark)
        for section in asked.sections
        for question in section.questions
        if opened.asks(question)
        for remark in [*_of(question, section, texts, around), *pasted.get(question.number, ())]
        if remark.field == question.field or opened.takes(question, remark.field)
    ]


def _of(question: Question, section: Section, texts: Texts, around: Surroundings) -> Iterator[Remark]:
    text = texts.get(question.field, "")
    match question.type:
        case QuestionType.TEXT | QuestionType.LONG_TEXT if text:
            yield from _few_words(question, text)
            yield from _no_address(question, text)
        case QuestionType.ATTACHMENT if not text and not question.required:
            yield Remark(f"Ingen fil är bifogad: {question.label}", question.field)
        case QuestionType.BUDGET:
            yield from _about_budget(question, texts, around)
    if not question.required and not text and question.type in _TEXTS and _beside_money(section, texts, around):
        yield Remark(f"Frågan är frivillig och inte besvarad, men ni söker bidrag: {question.label}", question.field)


def _few_words(question: Question, text: str) -> Iterator[Remark]:
    """A question with room for much, answered in a few words, is what a komplettering asks about. One that may be left
    out may also be answered briefly."""
    words = len(text.split())
    is_long = question.type is QuestionType.LONG_TEXT and question.required and question.max_length >= LONG
    if is_long and words < FEW_WORDS:
        yield Remark(f"Svaret är bara {number(words)} ord: {question.label}", question.field)


def _no_address(question: Question, text: str) -> Iterator[Remark]:
    """Where an address is asked for, a slip of the pen means that nobody is reached."""
    user, _, domain = text.rpartition("@")
    if "e-postadress" in question.label.casefold() and (not user or "." not in domain or " " in text):
        yield Remark(f"Svaret ser inte ut som en e-postadress: {question.label}", question.field)


def _pasted(questions: Iterable[Question], texts: Texts) -> dict[int, list[Remark]]:
    """The same text in two answers: the later one is told of."""
    written = [each for each in questions if each.type in _TEXTS and len(texts.get(each.field, "")) >= SAME_FROM]
    found: dict[int, list[Remark]] = {}
    for first, second in combinations(written, 2):
        if texts[first.field] == texts[second.field] and second.number not in found:
            found[second.number] = [Remark(f"Samma svar på två frågor: {second.label}", second.field)]
    return found


def _beside_money(section: Section, texts: Texts, around: Surroundings) -> bool:
    budget = next((each for each in section.questions if each.type is QuestionType.BUDGET), None)
    return budget is not None and Budget.of(budget, texts, around).total > 0


# --- The budget ----------------------------------------------------------------------------------------------------


def _about_budget(question: Question, texts: Texts, around: Surroundings) -> Iterator[Remark]:
    budget = Budget.of(question, texts, around)
    own = [each.id for each in around.amount_categories(question)]
    first = {year: answers.cell_key(question, year, own[0]) if own else question.field for year in around.years}
    for year, total in zip(budget.years, budget.totals, strict=True):
        if not total and budget.total:
            yield Remark(f"Ni söker inget för {year}. Ska det vara så?", first[year])
        yield from _above(year, total, around, first[year])
    for category, amounts in budget.lines:
        if category.id in own:
            keys = [answers.cell_key(question, year, category.id) for year in budget.years]
            yield from _tenfold(category.name, dict(zip(keys, amounts, strict=True)), budget.years)
    for position in answers.positions(question, texts) if question.with_staff else ():
        key = answers.staff_key(question, position)
        yield from _about_staff(key, Staff.of(texts[key]), budget.years)


def _above(year: int, total: Kronor, around: Surroundings, field: str) -> Iterator[Remark]:
    """Nobody is granted more than the year's frame holds, or than others have left of it."""
    if year not in around.frames:
        return
    frame, decided = around.frames[year]
    if total > frame:
        yield Remark(f"Ni söker {kr(total)} för {year}. Årets ram är {kr(frame)}.", field)
    elif total > frame - decided:
        yield Remark(f"Ni söker {kr(total)} för {year}. Kvar av årets ram är {kr(frame - decided)}.", field)


def _tenfold(name: str, amounts: Mapping[str, Kronor], years: Iterable[int]) -> Iterator[Remark]:
    """Ten times as much as another year: a zero too many, or a reason that the officer will ask for."""
    sought = [(amount, year, key) for (key, amount), year in zip(amounts.items(), years, strict=True) if amount]
    if not sought:
        return
    least, most = min(sought), max(sought)
    if most[0] >= FACTOR * least[0]:
        yield Remark(f"{name}: {kr(least[0])} för {least[1]} men {kr(most[0])} för {most[1]}. Stämmer det?", most[2])


def _about_staff(key: str, row: Staff, years: Iterable[int]) -> Iterator[Remark]:
    """Time that costs next to nothing looks like an amount in thousands of kronor."""
    years = tuple(years)
    for year in years:
        percent, cost = row.percents.get(year), row.costs.get(year)
        if percent and cost is not None and cost * 100 < percent * LEAST_FULL_TIME:
            told = f"{row.profession} {year}: {number(percent)} procent av heltid för {kr(cost)}."
            yield Remark(f"{told} Är beloppet i hela kronor?", f"{key}_cost{year}")
    costs = {f"{key}_cost{year}": row.costs.get(year) or 0 for year in years}
    if len({row.percents.get(year) for year in years}) == 1:
        yield from _tenfold(row.profession, costs, years)
