"""What a återrapportering asks: the portal's own questions, in the words of the form that was published with the call.

A report is asked for each expected result and each kostnadsslag, so what is asked is settled by the portal. The form gives the
words, the lengths and the causes. What it says besides would stand on the call's page and be asked of nobody.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from grantportal.domain.forms import FormDefinition, FormKind, Question, QuestionType, Section, twice
from grantportal.domain.money import Kronor, in_words
from grantportal.domain.reports import RATING_TEXTS, TextLimits

ATTESTED = "Jag intygar att uppgifterna om ekonomin stämmer med organisationens räkenskaper."
CERTIFIED = "Jag intygar att uppgifterna i återrapporteringen är riktiga och fullständiga."
"""What is certified, by whoever attests the economy and by whoever hands in."""


def beyond_text(beyond: Kronor) -> str:
    """What is said yes to where the costs go over all that is paid, in whole kronor."""
    return f"Det som går över det utbetalda, {in_words(beyond)}, är regionens egen finansiering."


def words_of(certified: str, beyond: Kronor) -> tuple[str, ...]:
    """All that is ticked on the page: what goes over all that is paid, where there is any, and what is certified."""
    return (beyond_text(beyond), certified) if beyond > 0 else (certified,)


RATING, CAUSES, ECONOMY = "rating", "causes", "economy"
_PROVISO = "proviso_text"
_LIMITS = TextLimits()
_RATINGS = tuple(RATING_TEXTS.values())

OWN: Mapping[str, Question] = {
    RATING: Question(0, QuestionType.ONE_OF, "Hur väl har ni nått resultatet?", choices=_RATINGS),
    "text": Question(
        0,
        QuestionType.LONG_TEXT,
        "Vad har ni gjort, och vad har det lett till?",
        "Skriv inget som pekar ut en enskild person.",
        max_length=_LIMITS.text,
        about="text",
    ),
    _PROVISO: Question(
        0,
        QuestionType.LONG_TEXT,
        "Beskriv hur förbehållet har haft betydelse",
        "Frågas där årets resultat har ett förbehåll.",
        max_length=_LIMITS.proviso_text,
        about=_PROVISO,
    ),
    CAUSES: Question(
        0,
        QuestionType.SEVERAL_OF,
        "Vad beror det på att resultatet inte är helt uppnått?",
        "Välj alla som stämmer, om ni har valt Delvis uppnått eller Inte uppnått.",
    ),
    "measure": Question(
        0,
        QuestionType.LONG_TEXT,
        "Vad gör ni åt det?",
        "Frågas när resultatet är delvis eller inte uppnått.",
        max_length=_LIMITS.measure,
        about="measure",
    ),
    ECONOMY: Question(
        0, QuestionType.BUDGET, "Vad blev kostnaden, och hur mycket av den betalades med egen eller annan finansiering?"
    ),
    "comment": Question(
        0,
        QuestionType.LONG_TEXT,
        "Vad beror avvikelsen på?",
        "Frågas där avvikelsen är större än utlysningens gräns.",
        max_length=_LIMITS.comment,
        about="comment",
    ),
}
"""What is asked, by its name in a report, in the portal's words: for a form that has none of its own."""
_OF_THE_ECONOMY = (ECONOMY, "comment")


def asks(question: Question, causes: Collection[str]) -> str:
    """Which of the report's questions this is; empty for one that is asked of nobody."""
    match question.type:
        case QuestionType.ONE_OF:
            return RATING if question.choices == _RATINGS else ""
        case QuestionType.SEVERAL_OF:
            return CAUSES if set(question.choices) == set(causes) else ""
        case QuestionType.LONG_TEXT:
            return question.about if question.about in OWN else ""
        case QuestionType.BUDGET:
            return ECONOMY
    return ""


def questions(definition: FormDefinition) -> dict[str, Question]:
    """Every question of the report, by its name: in the form's words where it has them, else in the portal's.

    None of them can be left out where it is asked, whatever the form says.
    """
    found = dict(OWN)
    for question in reversed(definition.questions):
        if name := asks(question, definition.causes):
            found[name] = replace(question, required=True)
    found[CAUSES] = replace(found[CAUSES], choices=definition.causes)
    return found


def asked(definition: FormDefinition, *, has_provisos: bool) -> FormDefinition:
    """The form as the report asks it, for those who have not begun: what is asked of nobody is not in it.

    `has_provisos`: whether any year's results have a förbehåll to ask about.
    """
    every = questions(definition)
    left = {name: each for name, each in every.items() if name != _PROVISO or has_provisos}
    sections = []
    for section in definition.sections:
        names = [asks(each, definition.causes) for each in section.questions]
        own = tuple(left.pop(name) for name in names if name in left)
        if own:
            sections.append(replace(section, questions=own))
    for title, of_economy in (("Förväntade resultat", False), ("Ekonomi", True)):
        own = tuple(each for name, each in left.items() if (name in _OF_THE_ECONOMY) is of_economy)
        if own:
            sections.append(Section(f"portalens-{title.lower()}", title, title, own))
    certified = tuple(Question(0, QuestionType.DECLARATION, each) for each in (ATTESTED, CERTIFIED))
    sections.append(Section("portalens-intygande", "Intygande", "Innan ni skickar in", certified))
    return replace(definition, sections=tuple(sections))


def shown(definition: FormDefinition) -> FormDefinition:
    """A form by itself, as whoever fills it in will meet it."""
    return definition if definition.kind is FormKind.APPLICATION else asked(definition, has_provisos=True)


def faults(definition: FormDefinition) -> tuple[str, ...]:
    """Why nobody could complete the form, or what of it would be asked of nobody: sentences that say what to mend."""
    if definition.kind is FormKind.APPLICATION:
        return definition.faults()
    found = []
    if not definition.causes:
        found.append(
            "orsaker saknas. Den som svarar Delvis uppnått eller Inte uppnått måste välja en orsak, så minst en behövs."
        )
    found += [f"Orsaken «{cause}» finns två gånger." for cause in twice(definition.causes)]
    seen: set[str] = set()
    for question in definition.questions:
        name = asks(question, definition.causes)
        where = f"Fråga {question.number}"
        if question.type is QuestionType.ONE_OF and not name:
            found.append(f"{where} ställs inte. Frågan om hur väl resultatet är nått har val: {', '.join(_RATINGS)}.")
        elif question.type is QuestionType.SEVERAL_OF and not name:
            found.append(f"{where} ställs inte. Frågan om orsaker har samma val som orsaker.")
        elif question.type is QuestionType.DECLARATION:
            found.append(f"{where} ställs inte: återrapporteringen intygas med portalens egna ord. Ta bort frågan.")
        elif not name:
            found.append(f"{where} ställs inte i en återrapportering. Ta bort frågan.")
        elif name in seen:
            found.append(f"{where} ställs inte: en tidigare fråga gäller samma sak. Ta bort den ena.")
        seen.add(name)
    return tuple(found)
