"""A form from an outline: sections and questions, checked, with every fault at its place.

The outline is written by officers, so its words are Swedish:

    slag: ansökan
    rubrik: Ansökan om statsbidrag
    avsnitt:
      - nyckel: forankring
        rubrik: Förankring
        grupp: Arbetet
        frågor:
          - {nummer: 1, typ: lång text, fråga: "Vem står bakom ansökan?", tecken: 2000}
          - {nummer: 2, typ: budget, fråga: "Vilka kostnader söker ni för?", yrken: ja}

A question or a whole section of an application may be asked only with a certain answer to an earlier question:

          - {nummer: 3, typ: text, fråga: "På vilket sätt?", visas om: {fråga: 2, svar: På annat sätt}}

The answer is one of the choices, or a list of them; `ja` for a försäkran; `mer än 0` for a heltal; `något` or `inget` for
ungdomshem.

A report's texts are the portal's own. Its form says how they are asked for, and how long each may be:

          - {nummer: 2, typ: lång text, gäller: arbetet, fråga: "Vad har ni gjort?", tecken: 4000}
"""

import re
from dataclasses import dataclass, field

from grantportal.domain import report_forms
from grantportal.domain.answers import YES
from grantportal.domain.attachments import MOST_FILES
from grantportal.domain.forms import FormDefinition, FormKind, Question, QuestionType, Section, ShownIf
from grantportal.domain.money import MOST
from grantportal.domain.texts import LONGEST
from grantportal.imports.outline import Faults, Node, load

KINDS = {"ansökan": FormKind.APPLICATION, "återrapportering": FormKind.REPORT}
TYPES = {
    "text": QuestionType.TEXT,
    "lång text": QuestionType.LONG_TEXT,
    "ett av": QuestionType.ONE_OF,
    "flera av": QuestionType.SEVERAL_OF,
    "heltal": QuestionType.WHOLE_NUMBER,
    "budget": QuestionType.BUDGET,
    "ungdomshem": QuestionType.YOUTH_HOMES,
    "försäkran": QuestionType.DECLARATION,
    "bilaga": QuestionType.ATTACHMENT,
}
ABOUT = {"arbetet": "text", "förbehållet": "proviso_text", "åtgärden": "measure", "avvikelsen": "comment"}
"""A report's texts, by their names in reports.TextLimits."""
_CHOSEN = {QuestionType.ONE_OF, QuestionType.SEVERAL_OF}
SHOWN_IF = "visas om"
HOMES = {"något": False, "inget": True}
"""What is waited for of youth homes: whether it is that none is chosen."""
_DECIDES = {*_CHOSEN, QuestionType.WHOLE_NUMBER, QuestionType.YOUTH_HOMES, QuestionType.DECLARATION}


@dataclass
class _Read:
    """What has been read so far: a condition may name an earlier question only."""

    kind: FormKind | None
    earlier: dict[int, Question] = field(default_factory=dict)
    unknown: list[tuple[Node, int]] = field(default_factory=list)
    """The questions that conditions named before they were read, if they are there at all."""


def read(text: str) -> FormDefinition:
    """The form that the outline describes. Raises RuleViolations on the field `text`."""
    faults = Faults()
    top = Node(load(text, "rubrik: eller avsnitt:"), "", faults)
    top.only("slag", "rubrik", "orsaker", "avsnitt")
    kind = top.one_of("slag", KINDS)
    so_far = _Read(kind)
    definition = FormDefinition(
        title=top.text("rubrik", needed=True),
        kind=kind or FormKind.APPLICATION,
        sections=tuple(_section(node, so_far) for node in top.children("avsnitt", "avsnitt")),
        causes=top.texts("orsaker"),
    )
    for node, number in so_far.unknown:
        is_later = number in so_far.earlier
        node.fault(
            f"Fråga {number} kommer inte före. Ange en tidigare fråga."
            if is_later
            else f"Fråga {number} finns inte i formuläret."
        )
    _check_whole(definition, top)
    faults.done()
    # What follows is true of a form that can be read.
    for fault in report_forms.faults(definition):
        top.fault(fault)
    faults.done()
    return definition


def _section(node: Node, so_far: _Read) -> Section:
    node.only("nyckel", "rubrik", "grupp", "inledning", SHOWN_IF, "frågor")
    key = node.text("nyckel", needed=True, longest=40)
    if key and not re.fullmatch(r"[a-z][a-z0-9-]*", key):
        node.fault("nyckel ska ha små bokstäver a–z, siffror och bindestreck.")
    shown_if = _shown_if(node, so_far)
    questions = tuple(_question(child, so_far) for child in node.children("frågor", "fråga"))
    if shown_if and any(question.type is QuestionType.BUDGET for question in questions):
        node.fault(_BUDGET_IS_ASKED)
    return Section(
        key=key,
        title=node.text("rubrik", needed=True),
        group=node.text("grupp", needed=True),
        intro=node.paragraphs("inledning"),
        questions=questions,
        shown_if=shown_if,
    )


_BUDGET_IS_ASKED = f"Budgeten kan inte ha {SHOWN_IF}: alla ska kunna skriva vad de söker."


def _shown_if(node: Node, so_far: _Read) -> ShownIf | None:
    """When the question or section is asked. What cannot be understood is a fault, and no condition."""
    if SHOWN_IF not in node.values:
        return None
    if so_far.kind is FormKind.REPORT:
        node.fault(f"Bara en ansökan kan ha {SHOWN_IF}. När återrapporteringens frågor ställs avgör portalen.")
        return None
    condition = Node(node.values[SHOWN_IF], f"{node.place}, {SHOWN_IF}", node.faults)
    condition.only("fråga", "svar")
    for needed in ("fråga", "svar"):
        if needed not in condition.values:
            condition.fault(f"{needed} saknas.")
    number = condition.whole("fråga", least=1, most=9_999)
    if number is None or "svar" not in condition.values:
        return None
    if str(number) == node.values.get("nummer"):
        condition.fault("Frågan kan inte bero på sitt eget svar. Ange en tidigare fråga.")
        return None
    question = so_far.earlier.get(number)
    if question is None:
        so_far.unknown.append((condition, number))
        return None
    return _waited_for(condition, question)


def _waited_for(node: Node, question: Question) -> ShownIf | None:
    """The answer that is waited for, as the question's type takes it."""
    number = question.number
    if question.type not in _DECIDES:
        name = next(name for name, kind in TYPES.items() if kind is question.type)
        kinds = ", ".join(name for name, kind in TYPES.items() if kind in _DECIDES)
        node.fault(f"Fråga {number} är av typen {name}. {SHOWN_IF.capitalize()} kan gälla: {kinds}.")
        return None
    if question.type is QuestionType.YOUTH_HOMES:
        nothing = node.one_of("svar", HOMES)
        if nothing and question.required:
            node.fault(f"Fråga {number} måste besvaras, så den har aldrig svaret inget. Ange krävs: nej för den.")
        return None if nothing is None else ShownIf(number, nothing=nothing)
    if question.type is QuestionType.DECLARATION:
        made = node.one_of("svar", {YES: YES})
        return ShownIf(number, answers=(made,)) if made else None
    if question.type is QuestionType.WHOLE_NUMBER:
        most = MOST if question.most is None else question.most
        found = re.fullmatch(r"mer än ([0-9]{1,12})", node.text("svar").casefold())
        if found is None:
            node.fault("svar ska vara mer än och ett heltal, till exempel: mer än 0.")
            return None
        if int(found[1]) >= most:
            node.fault(f"Fråga {number} tar inte mer än {most}, så frågan skulle aldrig visas.")
            return None
        return ShownIf(number, more_than=int(found[1]))
    value = node.values["svar"]
    answers = node.texts("svar") if isinstance(value, list) else (node.text("svar", needed=True),)
    for answer in answers:
        if answer and answer not in question.choices:
            node.fault(f"«{answer}» är inte ett av svaren på fråga {number}. De är: {', '.join(question.choices)}.")
    if not answers:
        node.fault("svar saknas.")
    return ShownIf(number, answers=answers)


def _question(node: Node, so_far: _Read) -> Question:
    form = so_far.kind
    node.only("nummer", "typ", "gäller", "fråga", "hjälp", "krävs", "tecken", "val", "högst", "yrken", SHOWN_IF)
    kind = node.one_of("typ", TYPES) or QuestionType.TEXT
    number = node.whole("nummer", least=1, most=9_999)
    if "nummer" not in node.values:
        node.fault("nummer saknas.")
    choices = node.texts("val")
    if kind in _CHOSEN and len(set(choices)) < 2:
        node.fault("Frågan behöver minst två olika svar att välja mellan (val).")
    if kind not in _CHOSEN and choices:
        node.fault("Bara frågor av typen ett av eller flera av kan ha val.")
    with_staff = node.flag("yrken", False)
    if with_staff and kind is not QuestionType.BUDGET:
        node.fault("Bara budgeten kan ha yrken.")
    about = ""
    if kind is QuestionType.LONG_TEXT and form is FormKind.REPORT:
        about = node.one_of("gäller", ABOUT) or ""
    elif "gäller" in node.values:
        node.fault("Bara en lång text i ett formulär för återrapportering kan ha gäller.")
    most = node.whole("högst", least=0, most=999_999_999_999)
    if kind is QuestionType.ATTACHMENT and most is not None and not 1 <= most <= MOST_FILES:
        node.fault(f"En bilaga kan vara högst {MOST_FILES} filer (högst).")
    shown_if = _shown_if(node, so_far)
    if kind is QuestionType.BUDGET and SHOWN_IF in node.values:
        node.fault(_BUDGET_IS_ASKED)
    question = Question(
        number=number or 0,
        type=kind,
        label=node.text("fråga", needed=True),
        help=node.text("hjälp"),
        required=node.flag("krävs", True),
        max_length=node.whole("tecken", least=1, most=LONGEST, default=4_000) or 4_000,
        choices=choices,
        most=most,
        with_staff=with_staff,
        about=about,
        shown_if=shown_if,
    )
    if question.number in so_far.earlier:
        node.fault(f"Frågan {question.number} finns två gånger.")
    elif question.number:
        so_far.earlier[question.number] = question
    return question


def _check_whole(definition: FormDefinition, top: Node) -> None:
    """What can be seen only when the whole form is read."""
    keys = [section.key for section in definition.sections if section.key]
    for twice in sorted({key for key in keys if keys.count(key) > 1}):
        top.fault(f"Avsnittet {twice} finns två gånger.")
    asked = [question.about for question in definition.questions]
    for name, about in ABOUT.items():
        if asked.count(about) > 1:
            top.fault(f"Två frågor gäller {name}.")
    types = [question.type for question in definition.questions]
    for kind, name in ((QuestionType.BUDGET, "budget"), (QuestionType.YOUTH_HOMES, "ungdomshem")):
        if types.count(kind) > 1:
            top.fault(f"Ett formulär kan ha högst en fråga av typen {name}.")
    if definition.kind is FormKind.APPLICATION and QuestionType.BUDGET not in types:
        top.fault("En ansökan behöver en fråga av typen budget: utan den går det inte att se vad som söks.")
    if definition.kind is FormKind.REPORT and QuestionType.ATTACHMENT in types:
        top.fault("Bara en ansökan kan ha frågor av typen bilaga.")
    if definition.kind is FormKind.APPLICATION and definition.causes:
        top.fault("orsaker hör till formuläret för återrapportering.")
