"""What a question takes, and when it is answered."""

import pytest

from grantportal.domain import answers
from grantportal.domain.answers import Answered, Budget, Category, Missing, SaveAnswers, Staff, Surroundings
from grantportal.domain.forms import Question, QuestionType

T = QuestionType
AROUND = Surroundings(
    years=(2021, 2022), categories=(Category(1, "Personal", True), Category(2, "Resor")), homes=((7, "Folåsa"),)
)
BUDGET = Question(8, T.BUDGET, "Vad söker ni?", with_staff=True)
WHOLE = {
    "q8-s0": Staff("läkare", {2021: 1, 2022: 2_000}, {2021: 100, 2022: 200}).text(),
    "q8-y2021_c2": "10",
    "q8-y2022_c2": "0",
}


def wrong(question, text, key=None):
    return answers.RULES[question.type](question, {key or question.field: text}, AROUND)


@pytest.mark.parametrize(
    ("question", "right", "refused"),
    [
        (Question(1, T.TEXT, "?", max_length=3), "åäö", "åäöx"),
        (Question(1, T.LONG_TEXT, "?", max_length=3), "a\nb", "a\n b"),
        (Question(1, T.ONE_OF, "?", choices=("A", "B")), "B", "C"),
        (Question(1, T.SEVERAL_OF, "?", choices=("A", "B")), "A\nB", "A\nC"),
        (Question(1, T.WHOLE_NUMBER, "?", most=10), "10", "11"),
        (Question(1, T.WHOLE_NUMBER, "?", most=10), "0", "-1"),
        (Question(1, T.YOUTH_HOMES, "?"), "7", "8"),
        (Question(1, T.DECLARATION, "?"), "ja", "nej"),
    ],
)
def test_each_type_takes_its_own_answers_and_misses_what_is_required(question, right, refused):
    assert wrong(question, right) == []
    (refusal,) = wrong(question, refused)
    assert not isinstance(refusal, Missing)
    (missing,) = wrong(question, "")
    assert isinstance(missing, Missing)
    assert (refusal.field, missing.field) == ("q1", "q1")
    assert wrong(Question(1, question.type, "?", required=False, choices=question.choices), "") == []


def test_a_whole_budget_adds_up_with_personnel_from_the_staff_rows():
    assert answers.RULES[T.BUDGET](BUDGET, WHOLE, AROUND) == []
    budget = Budget.of(BUDGET, WHOLE, AROUND)
    assert budget.totals == (110, 200)
    assert [(category.name, amounts) for category, amounts in budget.lines] == [
        ("Personal", (100, 200)),
        ("Resor", (10, 0)),
    ]


def test_missing_is_not_zero_and_nothing_sought_is_no_budget():
    (missing,) = answers.RULES[T.BUDGET](BUDGET, {**WHOLE, "q8-y2022_c2": ""}, AROUND)
    assert missing.field == "q8-y2022_c2"
    nothing = {"q8-y2021_c2": "0", "q8-y2022_c2": "0"}
    assert [each.message for each in answers.RULES[T.BUDGET](BUDGET, nothing, AROUND)] == [
        "Skriv vad ni söker: Vad söker ni?"
    ]


def test_a_staff_row_is_the_same_after_it_is_stored():
    row = Staff("läkare", {2021: 50, 2022: None}, {2021: None, 2022: 7})
    assert Staff.of(row.text()).text() == row.text()
    assert Staff("", {2021: None}, {2021: None}).text() == ""
    assert Staff.of("").text() == ""


def test_a_stamp_tells_who_has_changed_what():
    seen = Answered("Förut", 3)
    assert not answers.is_touched(seen.stamp, "Förut")
    assert answers.is_touched(seen.stamp, "Nu")
    assert answers.is_touched("skräp", "Nu")
    assert SaveAnswers.over({"q1": seen}, {"q1": "Nu", "q2": "Nytt"}).based_on == {
        "q1": seen.stamp,
        "q2": Answered().stamp,
    }
