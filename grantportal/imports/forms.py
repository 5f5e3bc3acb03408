"""A form from an outline (YAML): sections and questions, checked, with every fault at its place."""

import re
from enum import StrEnum
from typing import TypeVar

from grantportal.domain.forms import FormDefinition, FormKind, Question, QuestionType, Section
from grantportal.domain.texts import LONGEST
from grantportal.imports.outline import Faults, Node, load

C = TypeVar("C", bound=StrEnum)

_CHOSEN = {QuestionType.ONE_OF, QuestionType.SEVERAL_OF}


def read(text: str) -> FormDefinition:
    """The form that the outline describes. Raises RuleViolations on the field `text`."""
    faults = Faults()
    top = Node(load(text), "", faults)
    top.only("kind", "title", "causes", "sections")
    kind = code(top, "kind", FormKind)
    sections = tuple(_section(node) for node in top.children("sections", "avsnitt"))
    definition = FormDefinition(
        title=top.text("title", needed=True),
        kind=kind or FormKind.APPLICATION,
        sections=sections,
        causes=top.texts("causes"),
    )
    _check_whole(definition, top)
    faults.done()
    return definition


def code(node: Node, key: str, codes: type[C]) -> C | None:
    """One of a closed list of codes; a fault names them all."""
    value = node.values.get(key)
    try:
        return codes(value)  # type: ignore[arg-type]  # whatever was written: the enum itself refuses
    except ValueError:
        node.fault(f"{key} ska vara något av {', '.join(each.value for each in codes)}.")
        return None


def _section(node: Node) -> Section:
    node.only("key", "title", "group", "intro", "questions")
    key = node.text("key", needed=True, longest=40)
    if key and not re.fullmatch(r"[a-z][a-z0-9-]*", key):
        node.fault("key ska ha små bokstäver a–z, siffror och bindestreck.")
    return Section(
        key=key,
        title=node.text("title", needed=True),
        group=node.text("group", needed=True),
        intro=node.text("intro"),
        questions=tuple(_question(child) for child in node.children("questions", "fråga")),
    )


def _question(node: Node) -> Question:
    node.only("number", "type", "label", "help", "required", "max_length", "choices", "most", "with_staff")
    kind = code(node, "type", QuestionType) or QuestionType.TEXT
    number = node.whole("number", least=1, most=9_999)
    if number is None and "number" not in node.values:
        node.fault("number saknas.")
    choices = node.texts("choices")
    if kind in _CHOSEN and len(set(choices)) < 2:
        node.fault("Frågan behöver minst två olika svar att välja mellan (choices).")
    if kind not in _CHOSEN and choices:
        node.fault("Bara frågor med val kan ha choices.")
    with_staff = node.flag("with_staff", False)
    if with_staff and kind is not QuestionType.BUDGET:
        node.fault("Bara budgeten kan ha with_staff.")
    return Question(
        number=number or 0,
        type=kind,
        label=node.text("label", needed=True),
        help=node.text("help"),
        required=node.flag("required", True),
        max_length=node.whole("max_length", least=1, most=LONGEST, default=4_000) or 4_000,
        choices=choices,
        most=node.whole("most", least=0, most=999_999_999_999),
        with_staff=with_staff,
    )


def _check_whole(definition: FormDefinition, top: Node) -> None:
    """What can be seen only when the whole form is read."""
    for what, values in (
        ("Frågan", [question.number for question in definition.questions if question.number]),
        ("Avsnittet", [section.key for section in definition.sections if section.key]),
    ):
        for twice in sorted({str(value) for value in values if values.count(value) > 1}):  # type: ignore[arg-type]
            top.fault(f"{what} {twice} finns två gånger.")
    types = [question.type for question in definition.questions]
    for kind in (QuestionType.BUDGET, QuestionType.YOUTH_HOMES):
        if types.count(kind) > 1:
            top.fault(f"Ett formulär kan ha högst en fråga av slaget {kind.value}.")
    if definition.kind is FormKind.APPLICATION and QuestionType.BUDGET not in types:
        top.fault("En ansökan behöver en fråga av slaget budget: utan den går det inte att se vad som söks.")
    if definition.kind is FormKind.APPLICATION and definition.causes:
        top.fault("causes hör till formuläret för återrapportering.")
