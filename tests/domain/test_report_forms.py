"""What a form can ask: nothing that nobody can answer, and nothing on the call's page that nobody is asked."""

from dataclasses import replace

import pytest

from grantportal.domain import report_forms
from grantportal.domain.forms import FormDefinition, FormKind, Question, QuestionType, Section, ShownIf
from grantportal.domain.reports import RATING_TEXTS, Rating, ResultAnswer, gaps_in_result

CAUSES = ("Svårt att anställa", "Annan orsak")
RATING = Question(1, QuestionType.ONE_OF, "Nådde ni målet?", choices=tuple(RATING_TEXTS.values()))
WORK = Question(2, QuestionType.LONG_TEXT, "Vad gjorde ni?", required=False, max_length=500, about="text")
NOTED = Question(3, QuestionType.LONG_TEXT, "Vad betydde förbehållet?", about="proviso_text")
WHY = Question(4, QuestionType.SEVERAL_OF, "Varför?", choices=CAUSES, required=False)


def report_form(*questions: Question, causes: tuple[str, ...] = CAUSES) -> FormDefinition:
    return FormDefinition("Återrapportering", FormKind.REPORT, (Section("a", "Arbetet", "Arbetet", questions),), causes)


def application(*sections: Section) -> FormDefinition:
    return FormDefinition("Ansökan", FormKind.APPLICATION, sections)


def labels(definition: FormDefinition) -> list[str]:
    return [question.label for question in definition.questions]


# --- Nobody can complete it ------------------------------------------------------------------------------------------


def test_a_report_that_demands_a_cause_has_one_to_choose():
    answer = ResultAnswer(Rating.PARTLY, "Vi har börjat.", measure="Vi fortsätter.")
    assert [gap.field for gap in gaps_in_result("A1", answer, has_proviso=False, causes=())] == ["causes"]

    (told,) = report_forms.faults(report_form(RATING, WORK, causes=()))
    assert told.startswith("orsaker saknas.")
    assert report_forms.faults(report_form(RATING, WORK, NOTED, WHY)) == ()
    assert report_forms.faults(report_form(causes=("Annan orsak",))) == ()
    assert report_forms.faults(report_form(causes=("a", "b", "a"))) == ("Orsaken «a» finns två gånger.",)


@pytest.mark.parametrize(
    "question",
    [
        Question(9, QuestionType.TEXT, "Vem?"),
        Question(9, QuestionType.WHOLE_NUMBER, "Hur många?"),
        Question(9, QuestionType.ONE_OF, "Nådde ni målet?", choices=("Ja", "Nej")),
        Question(9, QuestionType.ONE_OF, "Nådde ni målet?", choices=tuple(RATING_TEXTS.values())[:3]),
        Question(9, QuestionType.SEVERAL_OF, "Varför?", choices=("Annan orsak",)),
        Question(9, QuestionType.YOUTH_HOMES, "Vilka?"),
        Question(9, QuestionType.DECLARATION, "Allt stämmer."),
        Question(9, QuestionType.LONG_TEXT, "Vad mer gjorde ni?", about="text"),
    ],
    ids=lambda question: f"{question.type}-{len(question.choices)}",
)
def test_what_a_report_does_not_ask_is_refused_and_not_shown(question):
    form = report_form(RATING, WORK, question)

    (told,) = report_forms.faults(form)
    assert told.startswith("Fråga 9 ställs inte")
    shown = report_forms.asked(form, has_provisos=True)
    assert not {question.number} & {each.number for each in shown.questions}


@pytest.mark.parametrize(
    ("first", "condition", "holds"),
    [
        (("Ett", "Två", "Tre"), (ShownIf(1, ("Ett", "Två")), ShownIf(1, ("Två",))), True),
        (("Ett", "Två", "Tre"), (ShownIf(1, ("Ett",)), ShownIf(1, ("Två",))), False),
    ],
)
def test_conditions_that_cannot_hold_together_are_told(first, condition, holds):
    of_section, own = condition
    form = application(
        Section("a", "A", "A", (Question(1, QuestionType.ONE_OF, "Hur?", choices=first),)),
        Section("b", "B", "B", (Question(2, QuestionType.TEXT, "Vad?", shown_if=own),), shown_if=of_section),
    )
    assert form.faults() == (
        ()
        if holds
        else ("Fråga 2 skulle aldrig visas, för det som den beror på kan inte stämma på en gång. Ändra visas om.",)
    )


def test_what_follows_on_what_is_never_asked_is_never_asked():
    choice = Question(1, QuestionType.ONE_OF, "Hur?", choices=("Ett", "Två"))
    many = Question(2, QuestionType.WHOLE_NUMBER, "Hur många?", most=5, shown_if=ShownIf(1, ("Ett",)))
    told = Question(3, QuestionType.TEXT, "Vilka?", shown_if=ShownIf(2, more_than=4))
    never = Question(4, QuestionType.TEXT, "Varför?", shown_if=ShownIf(2, more_than=0))
    section = Section("a", "A", "A", (choice, many, told))

    assert application(section).faults() == ()
    wrong = application(section, Section("b", "B", "B", (never,), shown_if=ShownIf(1, ("Två",))))
    assert [each[:7] for each in wrong.faults()] == ["Fråga 4"]
    few = application(replace(section, questions=(choice, replace(many, most=4), told)))
    assert [each[:7] for each in few.faults()] == ["Fråga 3"]


@pytest.mark.parametrize(
    ("question", "condition", "holds"),
    [
        (Question(1, QuestionType.YOUTH_HOMES, "Hem?"), ShownIf(1, nothing=True), False),
        (Question(1, QuestionType.YOUTH_HOMES, "Hem?", required=False), ShownIf(1, nothing=True), True),
        (Question(1, QuestionType.DECLARATION, "Det stämmer."), ShownIf(1, ("ja",)), True),
        (Question(1, QuestionType.SEVERAL_OF, "Vilka?", choices=("a", "b")), ShownIf(1, ("a",)), True),
        (Question(1, QuestionType.SEVERAL_OF, "Vilka?", choices=("a", "b")), ShownIf(1, ("c",)), False),
        (Question(1, QuestionType.TEXT, "Vad?"), ShownIf(1, ("a",)), False),
        (Question(1, QuestionType.TEXT, "Vad?"), ShownIf(7, ("a",)), False),
    ],
)
def test_a_condition_of_each_type_holds_or_does_not(question, condition, holds):
    form = application(Section("a", "A", "A", (question, Question(2, QuestionType.TEXT, "Mer?", shown_if=condition))))
    assert (form.faults() == ()) is holds


def test_a_choice_has_answers_and_each_of_them_once():
    none = Question(1, QuestionType.ONE_OF, "Hur?")
    same = Question(2, QuestionType.SEVERAL_OF, "Vilka?", choices=("a", "b", "a"))
    assert application(Section("a", "A", "A", (none, same))).faults() == (
        "Fråga 1 har inga svar att välja mellan. Skriv dem under val.",
        "Fråga 2 har svaret «a» två gånger.",
    )


def test_a_long_chain_of_conditions_is_followed_at_once():
    first = Question(1, QuestionType.ONE_OF, "Hur?", choices=("Ett", "Två"))
    later = [
        Question(number, QuestionType.ONE_OF, "Hur?", choices=("Ett", "Två"), shown_if=ShownIf(number - 1, ("Ett",)))
        for number in range(2, 300)
    ]
    sections = [Section("s1", "A", "A", (first,))]
    sections += [
        Section(f"s{each.number}", "A", "A", (each,), shown_if=ShownIf(max(1, each.number - 2), ("Ett",)))
        for each in later
    ]
    assert application(*sections).faults() == ()


# --- What is shown is what is asked ----------------------------------------------------------------------------------


def test_the_report_is_asked_in_the_forms_own_words_and_nothing_of_it_can_be_left_out():
    asks = report_forms.questions(report_form(RATING, WORK, WHY))

    assert asks["rating"].label == "Nådde ni målet?"
    assert (asks["text"].label, asks["text"].max_length, asks["text"].required) == ("Vad gjorde ni?", 500, True)
    assert (asks["causes"].label, asks["causes"].choices) == ("Varför?", CAUSES)
    assert asks["measure"].label == "Vad gör ni åt det?"


def test_a_form_without_words_of_its_own_is_asked_in_the_portals():
    shown = report_forms.asked(report_form(), has_provisos=True)

    assert [section.title for section in shown.sections] == ["Förväntade resultat", "Ekonomi", "Intygande"]
    assert labels(shown) == [
        *(each.label for each in report_forms.OWN.values()),
        report_forms.ATTESTED,
        report_forms.CERTIFIED,
    ]


def test_the_forbehall_is_asked_about_only_where_there_is_one():
    form = report_form(RATING, WORK, NOTED)
    assert "Vad betydde förbehållet?" in labels(report_forms.asked(form, has_provisos=True))
    without = labels(report_forms.asked(form, has_provisos=False))
    assert not [each for each in without if "förbehåll" in each.lower()]


def test_an_application_is_shown_as_it_is():
    form = application(Section("a", "A", "A", (Question(1, QuestionType.DECLARATION, "Allt stämmer."),)))
    assert report_forms.shown(form) == form
