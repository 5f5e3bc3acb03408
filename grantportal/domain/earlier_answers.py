"""Tidigare svar: what the organisation has answered to the same question in an application that it has handed in before.

Nothing is taken over by itself. A question is the same when its label and its kind are; nothing is guessed.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from grantportal.domain import hand_ins
from grantportal.domain.answers import Surroundings
from grantportal.domain.forms import FormDefinition, Question, QuestionType
from grantportal.domain.hand_ins import Content
from grantportal.domain.money import number
from grantportal.domain.texts import LONGEST, one_line

_TEXTS = {QuestionType.TEXT, QuestionType.LONG_TEXT}

NOT_FETCHED = {
    QuestionType.BUDGET: "Kostnader hämtas inte från en tidigare ansökan: de gäller andra år. Skriv dem på nytt.",
    QuestionType.ATTACHMENT: "Filer hämtas inte. Lägg till dem igen om de fortfarande gäller.",
    QuestionType.DECLARATION: "En försäkran hämtas inte: den lämnas på nytt i varje ansökan.",
}
"""What is never taken over, and why."""


def source_name(call: str, applicant_unit: str) -> str:
    """The earlier application as its readers know it: «Statsbidrag för 2021 och 2022, Maria Ungdom»."""
    return ", ".join(part for part in (call, applicant_unit) if part)


@dataclass(frozen=True)
class EarlierAnswer:
    """What was answered to the same question before."""

    texts: tuple[str, ...]
    """As a reader sees it."""
    value: str
    """What is saved when it is taken over; empty where it cannot be."""
    note: str = ""
    """What is not taken over, and why."""


def is_same(question: Question, one: str, other: str) -> bool:
    """Whether two saved texts answer the question alike: boxes are the same in whatever order they are ticked."""
    if question.type in {QuestionType.SEVERAL_OF, QuestionType.YOUTH_HOMES}:
        return set(one.splitlines()) == set(other.splitlines())
    return one == other


def earlier_answer(
    definition: FormDefinition, question: Question, content: Content, around: Surroundings
) -> EarlierAnswer | None:
    """The answer in `content`, a frozen version, to the same question; None where it was not asked or not answered."""
    answered = _same_question(definition, question, content)
    if answered is None:
        return None
    texts = tuple(answered["texts"])
    if question.type is QuestionType.BUDGET:
        return EarlierAnswer((), "", NOT_FETCHED[question.type]) if hand_ins.requested(content) else None
    if not texts:
        return None
    if question.type in NOT_FETCHED:
        return EarlierAnswer(texts, "", NOT_FETCHED[question.type])
    value, note = _taken_over(question, texts, content, around)
    return EarlierAnswer(texts, value, note)


def _same_question(definition: FormDefinition, question: Question, content: Content) -> Content | None:
    label = _plain(question.label)
    asked_now = Counter(_plain(each.label) for each in definition.questions if _is_like(question, each.type))
    found = [
        answer
        for answer in _answers(content)
        if _plain(answer["question"]) == label and _is_like(question, QuestionType(answer["type"]))
    ]
    # A label that stands at several questions tells nothing by itself: then the number has to be the same too.
    if len(found) > 1 or asked_now[label] > 1:
        found = [answer for answer in found if answer["number"] == question.number]
    return found[0] if len(found) == 1 else None


def _answers(content: Content) -> Iterator[Content]:
    for section in content["sections"]:
        yield from section["answers"]


def _plain(label: str) -> str:
    return one_line(label).casefold().rstrip(" ?.:")


def _is_like(question: Question, kind: QuestionType) -> bool:
    return kind is question.type or {kind, question.type} == _TEXTS


def _taken_over(question: Question, texts: tuple[str, ...], content: Content, around: Surroundings) -> tuple[str, str]:
    """(what is saved, what of it is left out) of an answer that can be taken over at all."""
    match question.type:
        case QuestionType.ONE_OF:
            return (texts[0], "") if texts[0] in question.choices else ("", "Svaret går inte längre att välja.")
        case QuestionType.SEVERAL_OF:
            return _still_there(dict(zip(texts, texts, strict=True)), question.choices)
        case QuestionType.YOUTH_HOMES:
            named = {str(home["id"]): home["name"] for home in content["youth_homes"] or []}
            return _still_there(named, [str(home) for home, _ in around.homes if str(home) not in around.closed_homes])
        case QuestionType.WHOLE_NUMBER:
            digits = "".join(char for char in texts[0] if char.isdigit())
            if question.most is not None and int(digits) > question.most:
                return "", f"Svaret är större än vad frågan tar nu, högst {number(question.most)}."
            return digits, ""
    text = one_line(texts[0]) if question.type is QuestionType.TEXT else texts[0]
    most = min(question.max_length, LONGEST)
    if len(text) > most:
        return "", f"Svaret är längre än vad frågan tar nu, högst {number(most)} tecken. Kopiera det ni vill ha med."
    return text, ""


def _still_there(chosen: dict[str, str], choices: "tuple[str, ...] | list[str]") -> tuple[str, str]:
    gone = [name for value, name in chosen.items() if value not in choices]
    note = f"Går inte längre att välja och hämtas inte: {', '.join(gone)}." if gone else ""
    # In the form's own order, as the form itself would save them.
    return "\n".join(value for value in choices if value in chosen), note
