"""What a komplettering opens of an application, and what stays as it was handed in."""

import pytest

from grantportal.domain import answers, hand_ins
from grantportal.domain.answers import Answered, Category, Staff, Surroundings
from grantportal.domain.forms import FormDefinition, FormKind, Question, QuestionType, Section
from grantportal.domain.opened import Opened, asked, tree, without_repeats

T = QuestionType
WHO = Question(1, T.TEXT, "Vilken verksamhet?")
PLAN = Question(2, T.LONG_TEXT, "Vilken tidplan?")
HOMES = Question(3, T.YOUTH_HOMES, "Vilka ungdomshem?")
BUDGET = Question(4, T.BUDGET, "Vad söker ni?", with_staff=True)
FILES = Question(5, T.ATTACHMENT, "Bifoga intyg", most=2)
FORM = FormDefinition(
    "Ansökan",
    FormKind.APPLICATION,
    (
        Section("arbetet", "Arbetet", "Arbetet", (WHO, PLAN, HOMES)),
        Section("kostnader", "Kostnader", "Ekonomi", (BUDGET, FILES)),
    ),
)
SALARIES, TRAVEL, RENT = Category(7, "Personal", is_personnel=True), Category(8, "Resor"), Category(9, "Lokal")
AROUND = Surroundings((2021, 2022), (SALARIES, TRAVEL, RENT), ((1, "Folåsa"), (2, "Björkbacken")))
HANDED_IN = {
    "q1": "BUP",
    "q2": "Start hösten 2021.",
    "q3": "1",
    "q4-y2021_c8": "100",
    "q4-y2022_c8": "200",
    "q4-y2021_c9": "300",
    "q4-y2022_c9": "400",
    "q4-s0": Staff("läkare", {2021: 50, 2022: 60}, {2021: 1_000, 2022: 2_000}).text(),
}
WRITTEN = {
    "q1": "En annan",
    "q2": "Start i januari.",
    "q3": "2",
    "q4-y2021_c8": "111",
    "q4-y2022_c8": "222",
    "q4-y2021_c9": "333",
    "q4-y2022_c9": "",
    "q4-s0": Staff("psykolog", {2021: 10, 2022: 20}, {2021: 5, 2022: 6}).text(),
    "q4-s1": Staff("kurator", {2021: 10, 2022: 20}, {2021: 7, 2022: 8}).text(),
}


def content(texts):
    return hand_ins.answers_content(FORM, texts, AROUND)


def merged(*parts):
    """What is handed in when these parts are open and everything has been changed in the draft."""
    opened = Opened.of(FORM, parts)
    draft = {key: Answered(text, 3) for key, text in WRITTEN.items()}
    saved = answers.texts_of(hand_ins.with_locked_answers(FORM, draft, content(HANDED_IN), opened, AROUND))
    return hand_ins.with_locked_parts(FORM, content(saved), content(HANDED_IN), opened, AROUND)


def amounts(made):
    return {line["category"]: line["amounts"] for line in made["budget"]["lines"]}


def answered(made):
    return {each["number"]: each["texts"] for section in made["sections"] for each in section["answers"]}


@pytest.mark.parametrize(
    ("parts", "questions", "rows"),
    [
        ((), set(), set()),
        (("arbetet",), {1, 2, 3}, set()),
        (("q_2",), {2}, set()),
        (("q_4",), {4}, set()),
        (("q_4_8", "q_1"), {1}, {"q_4_8"}),
        (("q_4", "q_4_8"), {4}, set()),
        (("kostnader", "q_4_staff"), {4, 5}, set()),
        (("q_9", "finns-inte", "q_2_8"), set(), set()),
    ],
)
def test_a_part_opens_itself_and_what_is_inside_it(parts, questions, rows):
    opened = Opened.of(FORM, parts)
    assert (set(opened.questions), set(opened.rows)) == (questions, rows)


def test_an_open_row_takes_its_own_amounts_only():
    opened = Opened.of(FORM, ("q_4_8",))
    taken = [key for key in WRITTEN if opened.takes(answers.question_of(FORM, key), key)]
    assert taken == ["q4-y2021_c8", "q4-y2022_c8"]
    assert not opened.takes(BUDGET, "q4-y2021_c88")
    assert not opened.takes(BUDGET, "q4")


def test_the_staff_rows_are_opened_together_with_their_fields():
    opened = Opened.of(FORM, ("q_4_staff",))
    taken = [key for key in WRITTEN if opened.takes(answers.question_of(FORM, key), key)]
    assert taken == ["q4-s0", "q4-s1"]
    assert opened.takes(BUDGET, "q4-s0_cost2021")
    assert not opened.takes(BUDGET, "q4-y2021_c8")


def test_a_locked_question_stays_as_it_was_handed_in_whatever_is_in_the_draft():
    made = merged("q_2")
    assert answered(made) == {**answered(content(HANDED_IN)), 2: ["Start i januari."]}
    assert made["budget"] == content(HANDED_IN)["budget"]
    assert made["staff"] == content(HANDED_IN)["staff"]
    assert made["youth_homes"] == [{"id": 1, "name": "Folåsa"}]


def test_an_open_question_of_youth_homes_takes_the_new_ones():
    assert merged("q_3")["youth_homes"] == [{"id": 2, "name": "Björkbacken"}]


def test_a_locked_row_stays_as_it_was_handed_in_and_the_sums_follow():
    made = merged("q_4_8")
    assert amounts(made) == {"Personal": [1_000, 2_000], "Resor": [111, 222], "Lokal": [300, 400]}
    assert [row["profession"] for row in made["staff"]] == ["läkare"]


def test_open_staff_rows_change_what_personnel_comes_to_and_nothing_else():
    made = merged("q_4_staff")
    assert amounts(made) == {"Personal": [12, 14], "Resor": [100, 200], "Lokal": [300, 400]}
    assert [row["profession"] for row in made["staff"]] == ["psykolog", "kurator"]


def test_nothing_open_is_all_that_was_handed_in():
    assert merged() == content(HANDED_IN)


def test_a_whole_open_budget_is_the_new_one():
    made = merged("q_4")
    assert amounts(made) == {"Personal": [12, 14], "Resor": [111, 222], "Lokal": [333, 0]}
    assert answered(made)[2] == ["Start hösten 2021."]


def test_before_and_after_tell_of_what_was_opened_only():
    before, after = content(HANDED_IN), merged("q_2", "q_4_8")
    opened = Opened.of(FORM, ("q_2", "q_4_8"))
    (_, (plan,)), (_, (budget,)) = hand_ins.differences(FORM, before, after, opened, AROUND)
    assert (plan.before, plan.after) == (("Start hösten 2021.",), ("Start i januari.",))
    assert [(row.name, row.years, row.whole) for row in budget.amounts] == [
        ("Resor", ((100, 111, 11), (200, 222, 22)), (300, 333, 33))
    ]
    assert budget.total.years == ((1_400, 1_411, 11), (2_600, 2_622, 22))
    assert budget.before == budget.after == ()


def test_a_part_is_changed_when_something_in_it_is():
    before, after = content(HANDED_IN), merged("q_2", "q_4_8")
    changed = {
        part: hand_ins.is_changed(part, before, after, FORM, AROUND)
        for part in ("q_1", "q_2", "arbetet", "q_4_8", "q_4_9", "q_4_staff", "kostnader")
    }
    assert changed == {
        "q_1": False,
        "q_2": True,
        "arbetet": True,
        "q_4_8": True,
        "q_4_9": False,
        "q_4_staff": False,
        "kostnader": True,
    }


def test_the_officer_chooses_among_sections_questions_and_rows():
    keys = [part.key for branch in tree(FORM, AROUND) for part in branch.walk()]
    assert keys == ["arbetet", "q_1", "q_2", "q_3", "kostnader", "q_4", "q_4_staff", "q_4_8", "q_4_9", "q_5"]


def test_a_budget_without_staff_rows_has_a_row_for_personnel_as_for_the_others():
    form = FormDefinition(
        "Ansökan", FormKind.APPLICATION, (Section("pengar", "Pengar", "Pengar", (Question(4, T.BUDGET, "Vad?"),)),)
    )
    assert [part.key for part in tree(form, AROUND)[0].walk()] == ["pengar", "q_4", "q_4_7", "q_4_8", "q_4_9"]


def test_what_an_outer_part_opens_already_is_kept_only_for_what_is_said_of_it():
    chosen = {"q_4_8", "q_4", "arbetet", "q_2", "q_1"}
    assert without_repeats(chosen, {"q_2": "Skriv när vården börjar."}, tree(FORM, AROUND)) == ("arbetet", "q_2", "q_4")
    assert without_repeats({"q_4_8"}, {}, tree(FORM, AROUND)) == ("q_4_8",)


def test_what_is_asked_for_is_told_in_the_forms_order_with_where_it_is():
    notes = {"q_4_staff": "", "q_4_8": "Vart går resorna?", "q_3": "", "arbetet": "Allt."}
    found = asked(FORM, notes, AROUND)
    assert [(each.part, each.title, each.note, each.field) for each in found] == [
        ("arbetet", "Hela avsnittet", "Allt.", ""),
        ("q_3", "Vilka ungdomshem?", "", "q3-0"),
        ("q_4_staff", "Budgetraden Personal", "", "personal"),
        ("q_4_8", "Budgetraden Resor", "Vart går resorna?", "q4-y2021_c8"),
    ]
