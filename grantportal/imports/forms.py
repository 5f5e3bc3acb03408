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

A report's texts are the portal's own. Its form says how they are asked for, and how long each may be:

          - {nummer: 2, typ: lång text, gäller: arbetet, fråga: "Vad har ni gjort?", tecken: 4000}
"""

import re

from grantportal.domain.attachments import MOST_FILES
from grantportal.domain.forms import FormDefinition, FormKind, Question, QuestionType, Section
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


def read(text: str) -> FormDefinition:
    """The form that the outline describes. Raises RuleViolations on the field `text`."""
    faults = Faults()
    top = Node(load(text), "", faults)
    top.only("slag", "rubrik", "orsaker", "avsnitt")
    kind = top.one_of("slag", KINDS)
    definition = FormDefinition(
        title=top.text("rubrik", needed=True),
        kind=kind or FormKind.APPLICATION,
        sections=tuple(_section(node, kind) for node in top.children("avsnitt", "avsnitt")),
        causes=top.texts("orsaker"),
    )
    _check_whole(definition, top)
    faults.done()
    return definition


def _section(node: Node, kind: FormKind | None) -> Section:
    node.only("nyckel", "rubrik", "grupp", "inledning", "frågor")
    key = node.text("nyckel", needed=True, longest=40)
    if key and not re.fullmatch(r"[a-z][a-z0-9-]*", key):
        node.fault("nyckel ska ha små bokstäver a–z, siffror och bindestreck.")
    return Section(
        key=key,
        title=node.text("rubrik", needed=True),
        group=node.text("grupp", needed=True),
        intro=node.text("inledning"),
        questions=tuple(_question(child, kind) for child in node.children("frågor", "fråga")),
    )


def _question(node: Node, form: FormKind | None) -> Question:
    node.only("nummer", "typ", "gäller", "fråga", "hjälp", "krävs", "tecken", "val", "högst", "yrken")
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
    return Question(
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
    )


def _check_whole(definition: FormDefinition, top: Node) -> None:
    """What can be seen only when the whole form is read."""
    numbers = [str(question.number) for question in definition.questions if question.number]
    keys = [section.key for section in definition.sections if section.key]
    for what, values in (("Frågan", numbers), ("Avsnittet", keys)):
        for twice in sorted({value for value in values if values.count(value) > 1}):
            top.fault(f"{what} {twice} finns två gånger.")
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
