"""Questions that are asked with certain earlier answers only: when they show, and that what is hidden counts for nothing."""

import json

import pytest

from grantportal.domain import answers, applications, hand_ins
from grantportal.domain.answers import Answered, Category, Surroundings
from grantportal.domain.applications import TaskState
from grantportal.domain.forms import FormDefinition, Question, QuestionType, Section, ShownIf
from grantportal.domain.opened import Opened
from tests.support.conditions import FORM, OTHERWISE, PLAIN

AROUND = Surroundings(homes=((7, "Folåsa"), (8, "Rebecka")))
IN_A_COMPANY = {**PLAIN, "q1": "På annat sätt", "q2": "I ett bolag"}


def asked(**texts):
    return {question.number for question in FORM.asked(texts).questions}


def sections_of(texts):
    return {section.key: section for section in FORM.asked(texts).sections}


def problems(texts, *sections):
    return [wrong.field for _, wrong in applications.problems(FORM, texts, AROUND, opened=Opened.of(FORM, sections))]


@pytest.mark.parametrize(
    ("shown_if", "with_it", "without_it"),
    [
        (ShownIf(1, OTHERWISE), "På annat sätt", "I en klinik"),
        (ShownIf(1, ("A", "B")), "B", "C"),
        (ShownIf(1, ("A", "B")), "C\nA", "C\nD"),
        (ShownIf(1, ("ja",)), "ja", ""),
        (ShownIf(1, more_than=0), "1", "0"),
        (ShownIf(1, more_than=10), "11", "10"),
        (ShownIf(1, more_than=0), "1", ""),
        (ShownIf(1), "7\n8", ""),
        (ShownIf(1, nothing=True), "", "7"),
    ],
)
def test_a_condition_holds_with_its_answer_and_with_no_other(shown_if, with_it, without_it):
    assert shown_if.holds(with_it)
    assert not shown_if.holds(without_it)


def test_a_question_is_asked_with_the_answer_that_it_waits_for():
    assert {2, 3, 9, 10}.isdisjoint(asked(**PLAIN))
    assert {2} <= asked(q1="På annat sätt")
    assert 5 not in asked(q4="10")
    assert 5 in asked(q4="11")
    assert asked() & {6, 7, 8} == {6, 7}
    assert asked(q6="7") & {6, 7, 8} == {6, 8}


def test_what_follows_on_a_hidden_question_is_hidden_too():
    hidden_answer = {"q1": "I en klinik", "q2": "I ett bolag"}
    assert {2, 3, 9, 10}.isdisjoint(asked(**hidden_answer))
    assert {2, 3, 9, 10} <= asked(**{**hidden_answer, "q1": "På annat sätt"})


def test_a_section_whose_questions_are_hidden_is_there_and_needs_nothing():
    section = sections_of(PLAIN)["bolaget"]
    assert section.questions == ()
    assert applications.section_state(section, PLAIN, AROUND) is TaskState.NOT_NEEDED
    assert problems(PLAIN, "bolaget") == []
    assert problems(IN_A_COMPANY, "bolaget") == ["q10"]
    section = sections_of(IN_A_COMPANY)["bolaget"]
    assert applications.section_state(section, IN_A_COMPANY, AROUND) is TaskState.NOT_BEGUN


def test_a_hidden_question_is_not_counted():
    section = sections_of(PLAIN)["om"]
    assert applications.section_state(section, PLAIN, AROUND) is TaskState.DONE
    assert (answers.answered_count(section, PLAIN, AROUND), len(section.questions)) == (2, 2)
    more = {**PLAIN, "q4": "11"}
    section = sections_of(more)["om"]
    assert applications.section_state(section, more, AROUND) is TaskState.BEGUN
    assert problems(more, "om") == ["q5"]


def test_a_hidden_text_is_not_handed_in():
    written = {**IN_A_COMPANY, "q3": "Bolaget AB", "q5": "Många", "q10": "Vård"}
    told = json.dumps(hand_ins.answers_content(FORM, {**written, "q1": "I en klinik"}, AROUND), ensure_ascii=False)
    assert not any(text in told for text in ("Bolaget AB", "Vård", "Många"))
    told = json.dumps(hand_ins.answers_content(FORM, written, AROUND), ensure_ascii=False)
    assert [text in told for text in ("Bolaget AB", "Vård", "Många")] == [True, True, False]


def test_a_personal_number_in_a_hidden_text_needs_no_reason():
    draft = {"q1": Answered("På annat sätt"), "q2": Answered("I ett bolag"), "q10": Answered("811218-9876")}
    (found,) = applications.unexplained_numbers(FORM, draft, opened=Opened.of(FORM, {"bolaget"}))
    assert found[1].field == "q10"
    assert (
        applications.unexplained_numbers(
            FORM, {**draft, "q1": Answered("I en klinik")}, opened=Opened.of(FORM, {"bolaget"})
        )
        == []
    )


def test_what_is_no_longer_asked_and_what_is_newly_asked_is_told_between_two_versions():
    before = hand_ins.answers_content(FORM, PLAIN, AROUND)
    after = hand_ins.answers_content(FORM, {**PLAIN, "q6": "7", "q8": "Enhetschefen"}, AROUND)
    ((_, found),) = hand_ins.differences(FORM, before, after, Opened.of(FORM, {"hem"}), AROUND)
    assert [(each.question, each.before, each.after) for each in found if each.changed] == [
        ("Vilka ungdomshem?", (), ("Folåsa",)),
        ("Hur utses hemmet?", ("Till hösten.",), None),
        ("Vem på hemmet?", None, ("Enhetschefen",)),
    ]


def test_a_budget_that_is_asked_in_one_version_only_is_told_in_full_there():
    money = Question(2, QuestionType.BUDGET, "Vad söker ni?", shown_if=ShownIf(1, ("ja",)))
    first = Question(1, QuestionType.DECLARATION, "Söker ni pengar?", required=False)
    definition = FormDefinition("Ansökan", FORM.kind, (Section("a", "A", "A", (first, money)),))
    around = Surroundings((2021,), (Category(2, "Resor", is_personnel=False),))
    asked = hand_ins.answers_content(definition, {"q1": "ja", "q2-y2021_c2": "5000"}, around)
    needless = hand_ins.answers_content(definition, {"q1": ""}, around)
    told = ("Resor; 2021: 5\u00a0000 kr",)
    for before, after, was, now in ((asked, needless, told, None), (needless, asked, None, told)):
        ((_, (_, found)),) = hand_ins.differences(definition, before, after, Opened.of(definition, {"a"}), around)
        assert (found.before, found.after, found.total) == (was, now, None)


def test_youth_homes_that_are_hidden_are_not_handed_in_whatever_was_handed_in_before():
    definition = FormDefinition(
        title="Hem",
        kind=FORM.kind,
        sections=(
            Section("a", "A", "A", (Question(1, QuestionType.DECLARATION, "Har ni ett hem?", required=False),)),
            Section("b", "B", "B", (Question(2, QuestionType.YOUTH_HOMES, "Vilka?", shown_if=ShownIf(1, ("ja",))),)),
        ),
    )
    before = hand_ins.answers_content(definition, {"q1": "ja", "q2": "7"}, AROUND)
    after = hand_ins.answers_content(definition, {"q1": "", "q2": "7"}, AROUND)
    for parts in ({"a", "b"}, {"a"}, {"q_1"}):
        opened = Opened.of(definition, parts)
        assert hand_ins.home_ids(hand_ins.with_locked_parts(definition, after, before, opened, AROUND)) == []
    assert hand_ins.home_ids(hand_ins.with_locked_parts(definition, after, before, Opened(), AROUND)) == [7]


def test_what_is_asked_because_of_an_opened_answer_is_open_with_it():
    assert Opened.of(FORM, {"q_1"}).questions == {1, 2, 3, 9, 10}
    assert Opened.of(FORM, {"q_3"}).questions == {3}
    assert Opened.of(FORM, {"q_6"}).questions == {6, 7, 8}


def test_an_officer_chooses_among_what_was_asked():
    handed_in = hand_ins.answers_content(FORM, PLAIN, AROUND)
    asked = hand_ins.as_asked(FORM, handed_in)
    assert [section.key for section in asked.sections] == ["om", "hem", "kostnader", "forsakran"]
    assert [question.number for question in asked.questions] == [1, 4, 6, 7, 11, 12, 13, 14]


def test_a_locked_answer_decides_as_it_was_handed_in():
    before = hand_ins.answers_content(FORM, {**PLAIN, "q6": "7"}, AROUND)
    draft = {
        "q1": Answered("På annat sätt", 4),
        "q2": Answered("I ett bolag", 1),
        "q4": Answered("99"),
        "q6": Answered(""),
    }
    seen = answers.texts_of(
        hand_ins.with_locked_answers(FORM, draft, before, Opened.of(FORM, {"bolaget", "forsakran"}), AROUND)
    )
    assert (seen["q1"], seen["q2"], seen["q4"], seen["q6"]) == ("I en klinik", "", "10", "7")
    opened = answers.texts_of(hand_ins.with_locked_answers(FORM, draft, before, Opened.of(FORM, {"om"}), AROUND))
    assert (opened["q1"], opened["q4"], opened["q12"]) == ("På annat sätt", "99", "ja")


def test_a_condition_is_the_same_after_the_form_is_stored():
    assert FormDefinition.from_json(FORM.as_json()) == FORM
    older = json.loads(FORM.as_json())
    for part in (*older["sections"], *(each for section in older["sections"] for each in section["questions"])):
        del part["shown_if"]
    assert FormDefinition.from_json(json.dumps(older)).conditions == ()
    assert len(FORM.conditions) == 8


def test_every_condition_is_told_in_words():
    told = {each.number: FORM.told(each.shown_if) for each in FORM.questions if each.shown_if}
    assert told == {
        2: "Visas om ni väljer På annat sätt på frågan «Hur är ni organiserade?»",
        3: "Visas om ni väljer I ett bolag på frågan «På vilket sätt?»",
        5: "Visas om svaret är mer än 10 på frågan «Hur många platser?»",
        7: "Visas om ni inte väljer något ungdomshem",
        8: "Visas om ni väljer något ungdomshem",
        13: "Visas om ni kryssar i «Uppgifterna stämmer.»",
        15: "Visas om ni väljer Annan eller Primärvård på frågan «Vilka deltar?»",
    }
