"""Forms and matrices read in from outlines: what they say, and every fault at its place."""

import pytest

from grantportal.domain.errors import RuleViolation, RuleViolations
from grantportal.domain.forms import FormDefinition, FormKind, QuestionType, ShownIf
from grantportal.domain.reports import TextLimits
from grantportal.imports import forms, frameworks
from tests.support.calls import outline

FORM = """
slag: ansökan
rubrik: Ansökan
avsnitt:
  - nyckel: a
    rubrik: Avsnitt A
    grupp: Arbetet
    frågor:
      - {nummer: 1, typ: lång text, fråga: "Varför?", tecken: 2000, krävs: nej}
      - {nummer: 2, typ: budget, fråga: "Vad kostar det?", yrken: ja}
"""


def faults(read, text: str) -> list[str]:
    with pytest.raises(RuleViolation) as refusal:
        read(text)
    found = refusal.value.violations if isinstance(refusal.value, RuleViolations) else [refusal.value]
    assert {each.field for each in found} == {"text"}
    return [each.message for each in found]


def test_a_form_says_what_was_written():
    form = forms.read(FORM)

    assert (form.kind, form.title) == (FormKind.APPLICATION, "Ansökan")
    first, second = form.questions
    assert (first.type, first.label, first.max_length, first.required) == (
        QuestionType.LONG_TEXT,
        "Varför?",
        2_000,
        False,
    )
    assert second.with_staff


def test_every_text_of_a_form_is_what_was_written():
    """Answers to choose among were read as a number, a time and a yes."""
    form = forms.read(
        FORM.replace("rubrik: Ansökan", "rubrik: 1.10").replace(
            "grupp: Arbetet", "grupp: 01\n    inledning: |\n      Ett stycke.\n      Ett till, till exempel mål #2."
        )
        + "      - {nummer: 3, typ: ett av, fråga: null, val: [yes, 12:30, 1.50]}\n"
    )

    assert form.title == "1.10"
    assert (form.sections[0].group, form.sections[0].intro) == ("01", "Ett stycke.\nEtt till, till exempel mål #2.")
    assert (form.questions[2].label, form.questions[2].choices) == ("null", ("yes", "12:30", "1.50"))


@pytest.mark.parametrize("name", ["application-form", "extra-application-form", "report-form"])
def test_the_demonstrations_forms_are_whole(name):
    form = forms.read(outline(name))

    assert FormDefinition.from_json(form.as_json()) == form


def test_a_reports_form_says_how_long_each_of_its_texts_may_be():
    read = outline("report-form").replace("tecken: 4000", "tecken: 3000")

    assert TextLimits.of(forms.read(read)) == TextLimits(text=3_000, proviso_text=2_000, measure=2_000, comment=2_000)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("gäller: arbetet, ", "", "Avsnitt 1, fråga 2: gäller ska vara något av: arbetet, förbehållet, åtgärden"),
        ("gäller: åtgärden", "gäller: arbetet", "Två frågor gäller arbetet."),
        (
            "nummer: 6, typ: budget",
            "nummer: 6, gäller: arbetet, typ: budget",
            "Bara en lång text i ett formulär för",
        ),
    ],
)
def test_a_reports_form_asks_for_each_text_once(old, new, said):
    assert old in outline("report-form")
    told = faults(forms.read, outline("report-form").replace(old, new, 1))
    assert any(message.startswith(said) or said in message for message in told)


def test_the_pilots_application_uses_every_type_of_question_but_files():
    asked = {question.type for question in forms.read(outline("application-form")).questions}
    assert asked == set(QuestionType) - {QuestionType.ATTACHMENT}


def test_a_form_asks_for_one_file_or_as_many_as_it_says():
    more = FORM + '      - {nummer: 3, typ: bilaga, fråga: "Bifoga intyg", högst: 20}\n'
    assert forms.read(more).questions[-1].most_files == 20
    assert forms.read(more.replace(", högst: 20", "")).questions[-1].most_files == 1
    for most in (0, 21):
        (told,) = faults(forms.read, more.replace("högst: 20", f"högst: {most}"))
        assert "högst 20 filer" in told


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("typ: budget", "typ: tabell", "Avsnitt 1, fråga 2: typ ska vara något av: text, lång text,"),
        ("nummer: 2", "nummer: 1", "Avsnitt 1, fråga 2: Frågan 1 finns två gånger."),
        ("nummer: 2", "nummer: två", "Avsnitt 1, fråga 2: nummer ska vara ett heltal mellan 1 och 9999."),
        ('fråga: "Varför?"', 'frga: "Varför?"', "Avsnitt 1, fråga 1: «frga» känns inte igen."),
        ("tecken: 2000", "tecken: 100001", "Avsnitt 1, fråga 1: tecken ska vara ett heltal"),
        ("krävs: nej", "krävs: kanske", "Avsnitt 1, fråga 1: krävs ska vara ja eller nej."),
        ("nyckel: a", "nyckel: Å!", "Avsnitt 1: nyckel ska ha små bokstäver"),
        ("slag: ansökan", "slag: brev", "slag ska vara något av: ansökan, återrapportering."),
        ("typ: budget", "typ: ett av", "Frågan behöver minst två olika svar"),
        ("rubrik: Ansökan", "rubrik:", "rubrik saknas."),
        ("rubrik: Ansökan", "rubrik: [1]", "rubrik ska vara en text."),
        ("yrken: ja", "val: [a, b]", "Bara frågor av typen ett av eller flera av"),
    ],
)
def test_a_fault_is_told_at_its_place(old, new, said):
    assert old in FORM
    assert any(message.startswith(said) or said in message for message in faults(forms.read, FORM.replace(old, new, 1)))


CONDITIONS = """
slag: ansökan
rubrik: Ansökan
avsnitt:
  - nyckel: a
    rubrik: Avsnitt A
    grupp: Arbetet
    frågor:
      - {nummer: 1, typ: ett av, fråga: "Hur?", val: [Så, På annat sätt]}
      - {nummer: 2, typ: text, fråga: "På vilket sätt?", visas om: {fråga: 1, svar: På annat sätt}}
      - {nummer: 3, typ: heltal, fråga: "Hur många?", högst: 100, visas om: {fråga: 1, svar: [Så, På annat sätt]}}
      - {nummer: 4, typ: ungdomshem, fråga: "Vilka hem?", krävs: nej}
  - nyckel: b
    rubrik: Avsnitt B
    grupp: Arbetet
    visas om: {fråga: 4, svar: inget}
    frågor:
      - {nummer: 5, typ: försäkran, fråga: "Det stämmer.", visas om: {fråga: 3, svar: mer än 0}}
      - {nummer: 6, typ: text, fråga: "Vem?", visas om: {fråga: 5, svar: ja}}
  - nyckel: c
    rubrik: Avsnitt C
    grupp: Ekonomi
    frågor:
      - {nummer: 7, typ: budget, fråga: "Vad kostar det?"}
      - {nummer: 8, typ: text, fråga: "Vem på hemmet?", visas om: {fråga: 4, svar: något}}
"""


def test_a_question_says_with_which_answer_it_is_asked():
    form = forms.read(CONDITIONS)

    assert {each.number: each.shown_if for each in form.questions if each.shown_if} == {
        2: ShownIf(1, ("På annat sätt",)),
        3: ShownIf(1, ("Så", "På annat sätt")),
        5: ShownIf(3, more_than=0),
        6: ShownIf(5, ("ja",)),
        8: ShownIf(4),
    }
    assert [section.shown_if for section in form.sections] == [None, ShownIf(4, nothing=True), None]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("fråga: 1, svar: På annat sätt", "fråga: 9, svar: Så", "Avsnitt 1, fråga 2, visas om: Fråga 9 finns inte i"),
        (
            "fråga: 1, svar: På annat sätt",
            "fråga: 3, svar: mer än 0",
            "Avsnitt 1, fråga 2, visas om: Fråga 3 kommer in",
        ),
        (
            "fråga: 1, svar: På annat sätt",
            "fråga: 2, svar: Så",
            "Avsnitt 1, fråga 2, visas om: Frågan kan inte bero på",
        ),
        (
            "svar: På annat sätt",
            "svar: Kanske",
            "visas om: «Kanske» är inte ett av svaren på fråga 1. De är: Så, På annat",
        ),
        ("svar: [Så, På annat sätt]", "svar: [Så, Nej]", "fråga 3, visas om: «Nej» är inte ett av svaren på fråga 1."),
        ("svar: [Så, På annat sätt]", "svar: []", "fråga 3, visas om: svar saknas."),
        ("fråga: 1, svar: På annat sätt", "fråga: 1", "Avsnitt 1, fråga 2, visas om: svar saknas."),
        ("fråga: 1, svar: På annat sätt", "svar: Så", "Avsnitt 1, fråga 2, visas om: fråga saknas."),
        ("visas om: {fråga: 1, svar: På annat sätt}", "visas om: ja", "fråga 2, visas om: Här ska det stå rubriker"),
        ("{fråga: 1, svar: På", "{frågan: 1, svar: På", "fråga 2, visas om: «frågan» känns inte igen."),
        (
            "mer än 0",
            "många",
            "Avsnitt 2, fråga 1, visas om: svar ska vara mer än och ett heltal, till exempel: mer än 0.",
        ),
        ("mer än 0", "mer än 100", "Avsnitt 2, fråga 1, visas om: Fråga 3 tar inte mer än 100"),
        ("svar: inget", "svar: Folåsa", "Avsnitt 2, visas om: svar ska vara något av: något, inget."),
        ("krävs: nej", "krävs: ja", "Avsnitt 2, visas om: Fråga 4 måste besvaras"),
        ("fråga: 5, svar: ja", "fråga: 5, svar: nej", "Avsnitt 2, fråga 2, visas om: svar ska vara något av: ja."),
        ("fråga: 4, svar: något", "fråga: 6, svar: något", "Avsnitt 3, fråga 2, visas om: Fråga 6 är av typen text."),
        (
            "grupp: Ekonomi",
            "grupp: Ekonomi\n    visas om: {fråga: 4, svar: inget}",
            "Avsnitt 3: Budgeten kan inte ha visas om",
        ),
        ('"Vad kostar det?"', '"Vad?", visas om: {fråga: 4, svar: inget}', "Avsnitt 3, fråga 1: Budgeten kan inte ha"),
        (
            "visas om: {fråga: 4, svar: inget}\n    frågor:\n      - {nummer: 5",
            "visas om: {fråga: 5, svar: ja}\n    frågor:\n      - {nummer: 5",
            "Avsnitt 2, visas om: Fråga 5 kommer inte före.",
        ),
    ],
)
def test_a_fault_of_a_condition_is_told_at_its_place(old, new, said):
    assert old in CONDITIONS
    told = faults(forms.read, CONDITIONS.replace(old, new, 1))
    assert any(said in message for message in told), told


def test_a_reports_questions_have_no_conditions_of_their_own():
    old = 'fråga: "Vilken betydelse har förbehållet haft?"'
    told = faults(forms.read, outline("report-form").replace(old, f"{old}, visas om: {{fråga: 1, svar: Uppnått}}", 1))
    assert any("Bara en ansökan kan ha visas om." in message for message in told)


def test_all_faults_are_told_at_once():
    assert len(faults(forms.read, FORM.replace("grupp: Arbetet", "").replace("nummer: 2", "nummer: 0"))) == 2


@pytest.mark.parametrize("read", [forms.read, frameworks.read])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "hej",
        "- a",
        "[" * 20_000,
        "rubrik: &a [x]\navsnitt: [*a, *a]",
        "!!python/object/apply:os.system ['true']",
        "rubrik: [",
        "\x00\u202e",
        "rubrik: x\n" * 20_000,
        "avsnitt: 7\nområden: {a: b}",
        "2021: 2021-02-30",
        "rubrik: 0x" + "f" * 5_000,
        "0x" + "f" * 5_000 + ": x",
    ],
)
def test_anything_is_read_or_refused_in_a_sentence(read, text):
    assert all(message.endswith(".") for message in faults(read, text))


@pytest.mark.parametrize(
    ("read", "own"), [(forms.read, "rubrik: eller avsnitt:"), (frameworks.read, "förbehåll: eller områden:")]
)
def test_a_text_without_headings_is_told_the_outlines_own(read, own):
    assert faults(read, "hej") == [f"Texten ska börja med rubriker och kolon, till exempel {own}."]
    for heading in own.removesuffix(":").split(": eller "):
        assert not any("känns inte igen" in message for message in faults(read, f"{heading}: x"))


def test_the_matrix_says_what_was_written():
    matrix = frameworks.read(outline("expected-results"))

    assert matrix.years == (2021, 2022)
    assert matrix.is_example
    assert len(matrix.links) == 8
    assert [area.code for area in matrix.areas] == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("förbehåll: [P1]", "förbehåll: [P9]", "Område 1, resultat 3, 2021: Förbehållet P9 finns inte."),
        ("P1: {år: 2021", "P1: {år: 2022", "Område 1, resultat 3, 2021: Förbehållet P1 gäller 2022, inte 2021."),
        ("beteckning: A2", "beteckning: A1", "Resultatet A1 finns två gånger."),
        ("beteckning: B\n", "beteckning: A\n", "Området A finns två gånger."),
        (
            "  C1: {lydelse: samma",
            "  C9: {lydelse: samma",
            "Resultatet har inte en ordalydelse för både 2021 och 2022.",
        ),
        ("P1: {år: 2021", f"{'P' * 21}: {{år: 2021", "Beteckningen är för lång. Högst 20 tecken."),
        ("lydelse: ändrad", "lydelse: lite", "lydelse ska vara något av: samma, språk, ändrad."),
    ],
)
def test_a_fault_of_the_matrix_is_told_at_its_place(old, new, said):
    text = outline("expected-results")
    assert old in text
    assert any(said in message for message in faults(frameworks.read, text.replace(old, new, 1)))


def test_a_report_form_that_nobody_can_complete_is_refused_in_words():
    causes = outline("report-form").split("orsaker:")[1].split("avsnitt:")[0]
    told = faults(forms.read, outline("report-form").replace(f"orsaker:{causes}", ""))
    assert told[0].startswith("orsaker saknas.")
    assert told[1:] == ["Fråga 4 ställs inte. Frågan om orsaker har samma val som orsaker."]


def test_a_question_that_is_never_asked_is_refused_in_words():
    told = faults(forms.read, CONDITIONS.replace("fråga: 5, svar: ja", "fråga: 4, svar: något"))
    assert told == ["Fråga 6 skulle aldrig visas, för det som den beror på kan inte stämma på en gång. Ändra visas om."]
