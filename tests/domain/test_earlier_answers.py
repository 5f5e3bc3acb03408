"""Which earlier answer stands beside a question, and what of it can be taken over."""

from dataclasses import replace

import pytest

from grantportal.domain.answers import Category, Surroundings
from grantportal.domain.earlier_answers import NOT_FETCHED, earlier_answer, is_same
from grantportal.domain.forms import FormDefinition, FormKind, Question, QuestionType, Section
from grantportal.domain.hand_ins import answers_content
from grantportal.domain.youth_homes import Home

T = QuestionType
AROUND = Surroundings((2021,), (Category(1, "Resor"),), ((7, "Folåsa"), (8, "Björkbacken")))


def form(*questions):
    return FormDefinition("Ansökan", FormKind.APPLICATION, (Section("allt", "Allt", "Allt", questions),))


def earlier(question, text, *, asked=None, among=(), then=(), around=AROUND):
    """What stands beside `question`, when `asked` (the same, if nothing else is said) was answered with `text`."""
    was = asked or question
    content = answers_content(form(was, *then), {was.field: text, **{each.field: "Annat" for each in then}}, AROUND)
    return earlier_answer(form(question, *among), question, content, around)


LONG = Question(5, T.LONG_TEXT, "Vilka behov?", max_length=20)


def test_the_same_question_by_number_and_label():
    assert earlier(LONG, "Unga.\n\nFamiljer.").value == "Unga.\n\nFamiljer."


def test_the_same_label_under_another_number():
    assert earlier(LONG, "Unga.", asked=replace(LONG, number=2, label="  vilka  Behov ")).value == "Unga."


def test_the_same_number_under_another_label_is_another_question():
    assert earlier(LONG, "Unga.", asked=replace(LONG, label="Vilka mål?")) is None


def test_the_same_label_of_another_kind_is_another_question():
    assert earlier(LONG, "12", asked=Question(5, T.WHOLE_NUMBER, LONG.label)) is None


def test_a_label_that_stands_twice_needs_the_number_too():
    twin = replace(LONG, number=9)

    assert earlier(LONG, "Unga.", then=(twin,)).value == "Unga."
    assert earlier(twin, "Unga.", asked=LONG, among=(LONG,)) is None
    assert earlier(LONG, "Unga.", among=(twin,)).value == "Unga."
    assert earlier(replace(LONG, number=3), "Unga.", asked=LONG, then=(twin,)) is None


def test_what_was_not_answered_is_not_shown():
    assert earlier(LONG, "") is None


@pytest.mark.parametrize(("text", "value"), [("x" * 20, "x" * 20), ("x" * 21, "")])
def test_a_text_that_is_longer_than_the_question_takes_is_shown_and_not_taken_over(text, value):
    found = earlier(LONG, text)

    assert found.texts == (text,)
    assert found.value == value
    assert bool(found.note) is not bool(value)


def test_a_line_takes_a_longer_text_as_one_line():
    line = Question(5, T.TEXT, LONG.label, max_length=200)

    assert earlier(line, "En\nTvå", asked=LONG).value == "En Två"
    assert earlier(LONG, "En rad", asked=line).value == "En rad"


def test_a_choice_that_is_still_there():
    question = Question(2, T.ONE_OF, "Hur?", choices=("Barn", "Vuxna"))

    assert earlier(question, "Barn").value == "Barn"
    gone = earlier(replace(question, choices=("Vuxna",)), "Barn", asked=question)
    assert gone.texts == ("Barn",)
    assert gone.value == ""
    assert gone.note


def test_the_choices_that_are_left_come_over_in_the_forms_own_order():
    was = Question(3, T.SEVERAL_OF, "Vilka?", choices=("Vård", "Skola", "Habilitering"))
    now = replace(was, choices=("Habilitering", "Annat", "Vård"))

    found = earlier(now, "Vård\nSkola\nHabilitering", asked=was)

    assert found.value == "Habilitering\nVård"
    assert "Skola" in found.note


def test_youth_homes_that_are_still_there():
    question = Question(7, T.YOUTH_HOMES, "Vilka hem?")

    assert earlier(question, "7\n8").value == "7\n8"
    left = earlier(question, "7\n8", around=replace(AROUND, homes=((8, "Björkbacken"),)))
    assert left.value == "8"
    assert "Folåsa" in left.note


def test_a_youth_home_that_is_closed_does_not_come_over():
    question = Question(7, T.YOUTH_HOMES, "Vilka hem?")
    groups = (("", (Home(7, "Folåsa", is_closed=True), Home(8, "Björkbacken"))),)

    found = earlier(question, "7\n8", around=replace(AROUND, home_groups=groups))

    assert found.value == "8"
    assert "Folåsa" in found.note


@pytest.mark.parametrize(("most", "value"), [(1200, "1200"), (1199, ""), (None, "1200")])
def test_a_number_within_the_questions_limit(most, value):
    question = Question(4, T.WHOLE_NUMBER, "Hur många?", most=most)

    found = earlier(question, "1200", asked=replace(question, most=None))

    assert found.texts == ("1\u00a0200",)
    assert found.value == value


def test_money_files_and_declarations_are_never_taken_over_and_it_is_said():
    budget = Question(8, T.BUDGET, "Vad söker ni?")
    content = answers_content(form(budget), {"q8-y2021_c1": "5"}, AROUND)
    declared = earlier(Question(9, T.DECLARATION, "Uppgifterna stämmer."), "ja")

    assert earlier_answer(form(budget), budget, content, AROUND).note == NOT_FETCHED[T.BUDGET]
    assert (declared.value, declared.note) == ("", NOT_FETCHED[T.DECLARATION])


def test_boxes_are_the_same_in_any_order_and_texts_are_not():
    homes = Question(7, T.YOUTH_HOMES, "Vilka hem?")

    assert is_same(homes, "7\n8", "8\n7")
    assert not is_same(homes, "7\n8", "8")
    assert not is_same(LONG, "a\nb", "b\na")
