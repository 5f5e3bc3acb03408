"""What differs between two frozen versions."""

from dataclasses import replace

import pytest

from grantportal.domain.answers import Category, Staff, Surroundings
from grantportal.domain.forms import FormDefinition, FormKind, Question, QuestionType, Section, ShownIf
from grantportal.domain.hand_ins import answers_content
from grantportal.domain.version_differences import AmountDifference, report_differences, version_differences
from tests.exports import examples

T = QuestionType
AROUND = Surroundings((2021, 2022), (Category(1, "Personal", is_personnel=True), Category(2, "Resor")))
FORM = FormDefinition(
    "Ansökan",
    FormKind.APPLICATION,
    (
        Section("arbetet", "Arbetet", "", (Question(1, T.TEXT, "Vad?"), Question(2, T.TEXT, "När?"))),
        Section("kostnader", "Kostnader", "", (Question(3, T.BUDGET, "Vad söker ni?", with_staff=True),)),
    ),
)
BEFORE = {
    "q1": "Vård",
    "q2": "Hösten 2021",
    "q3-s1": Staff("läkare", {2021: 50, 2022: 50}, {2021: 100, 2022: 200}).text(),
    "q3-s2": Staff("kurator", {2021: 100, 2022: 100}, {2021: 10, 2022: 20}).text(),
    "q3-y2021_c2": "5",
    "q3-y2022_c2": "6",
}


def differ(**changes):
    before = answers_content(FORM, BEFORE, AROUND)
    return version_differences(before, answers_content(FORM, {**BEFORE, **changes}, AROUND))


def named(found):
    return {each.name: (each.before, each.after, each.difference) for each in found if each.changed}


def test_a_version_does_not_differ_from_itself():
    found = differ()

    assert (found.changed_answers, found.changed_amounts) == (0, 0)
    assert not any(each.changed for each in found.sums)


def test_an_answer_that_is_another_and_one_that_is_not():
    [section] = differ(q2="Våren 2022").sections

    assert [(each.question, each.before, each.after) for each in section.changed] == [
        ("När?", ("Hösten 2021",), ("Våren 2022",))
    ]
    assert [each.question for each in section.unchanged] == ["Vad?"]


MIXED = replace(
    FORM,
    sections=(
        FORM.sections[0],
        replace(FORM.sections[1], questions=(*FORM.sections[1].questions, Question(4, T.TEXT, "Varför?"))),
    ),
)


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, ["Arbetet", "Kostnader"]),
        ({"q3-y2022_c2": "7"}, ["Arbetet"]),
        ({"q3-s1": Staff("sjuksköterska", {2021: 50, 2022: 50}, {2021: 100, 2022: 200}).text()}, ["Arbetet"]),
        ({"q2": "Våren 2022"}, ["Kostnader"]),
    ],
)
def test_a_section_whose_budget_is_another_is_not_the_same(changes, same):
    before = {**BEFORE, "q4": "Därför."}
    found = version_differences(
        answers_content(MIXED, before, AROUND), answers_content(MIXED, {**before, **changes}, AROUND)
    )

    assert [section.title for section in found.sections if section.is_same] == same


def test_an_answer_that_is_taken_away():
    [section] = differ(q2="").sections

    assert [(each.before, each.after) for each in section.changed] == [(("Hösten 2021",), ())]


def test_an_amount_and_the_sums_that_follow_it():
    found = differ(**{"q3-y2021_c2": "3"})

    assert named(found.amounts) == {"Resor, 2021": (5, 3, "\u22122")}
    assert named(found.sums) == {"Sökt för 2021": (115, 113, "\u22122"), "Sökt i allt": (341, 339, "\u22122")}
    assert not named(found.staff)


def test_a_staff_row_by_its_profession():
    row = Staff("läkare", {2021: 50, 2022: 60}, {2021: 100, 2022: 300}).text()
    found = differ(**{"q3-s1": BEFORE["q3-s2"], "q3-s2": row})

    assert named(found.staff) == {
        "läkare, 2022, procent av heltid": (50, 60, "+10"),
        "läkare, 2022, kr": (200, 300, "+100"),
    }
    assert named(found.amounts) == {"Personal, 2022": (220, 320, "+100")}


def test_a_staff_row_that_is_renamed_added_or_taken_away():
    renamed = Staff("överläkare", {2021: 50, 2022: 50}, {2021: 100, 2022: 200}).text()
    found = differ(**{"q3-s1": renamed})
    assert [(each.before, each.after) for each in found.professions] == [(("läkare",), ("överläkare",))]
    assert (found.changed_answers, named(found.staff)) == (1, {})

    added = Staff("psykolog", {2021: 10, 2022: 0}, {2021: 7, 2022: 0}).text()
    assert named(differ(**{"q3-s3": added}).staff)["psykolog, 2021, kr"] == (None, 7, "+7")
    assert named(differ(**{"q3-s2": ""}).staff)["kurator, 2022, kr"] == (20, None, "\u221220")


def test_two_rows_of_one_profession_are_two():
    twin = Staff("läkare", {2021: 5, 2022: 5}, {2021: 1, 2022: 1}).text()

    assert named(differ(**{"q3-s3": twin}).staff).keys() == {
        f"läkare, {year}, {unit}" for year in (2021, 2022) for unit in ("kr", "procent av heltid")
    }


def test_a_difference_has_its_sign():
    assert AmountDifference("", 1_000, 2_500).difference == "+1\u00a0500"
    assert AmountDifference("", 2_500, 1_000).difference == "\u22121\u00a0500"
    assert AmountDifference("", 5, 5).difference == "0"


def test_a_question_that_is_not_asked_any_more_is_a_difference_and_is_named():
    asked = Question(4, T.TEXT, "På vilket sätt?", shown_if=ShownIf(1, nothing=True))
    form = replace(
        FORM, sections=(replace(FORM.sections[0], questions=(Question(1, T.YOUTH_HOMES, "Vilka hem?"), asked)),)
    )
    around = Surroundings(homes=((7, "Folåsa"),))
    before = answers_content(form, {"q4": "Senare."}, around)
    after = answers_content(form, {"q1": "7", "q4": "Senare."}, around)

    assert "not_asked" not in before["sections"][0]
    assert after["sections"][0]["not_asked"] == ["På vilket sätt?"]
    [section] = version_differences(before, after).sections
    assert [(each.question, each.before, each.after) for each in section.changed] == [
        ("Vilka hem?", (), ("Folåsa",)),
        ("På vilket sätt?", ("Senare.",), None),
    ]


# --- Återrapportering ----------------------------------------------------------------------------------------------


def report(**changes):
    """The example report with other answers to its first result, or other amounts on its first kostnadsslag."""
    whole = examples.report()
    line, *lines = whole.economy.lines
    result, *results = whole.results
    costs = {name: value for name, value in changes.items() if name in {"cost", "charged", "comment"}}
    said = {name: value for name, value in changes.items() if name not in costs}
    economy = replace(whole.economy, lines=(replace(line, **costs), *lines))
    return replace(whole, results=(replace(result, **said), *results), economy=economy)


def test_a_report_does_not_differ_from_itself():
    found = report_differences(report(), report())

    assert (found.changed_answers, found.changed_amounts) == (0, 0)
    assert all(section.is_same for section in found.sections)


def test_a_reports_answers_differ_part_by_part():
    before, after = report(text="Påbörjat.", measure="Fortsätter."), report(text="Klart.", measure="")
    first, *others = report_differences(before, after).sections

    assert [(each.question, each.before, each.after) for each in first.changed] == [
        ("Regionens text", ("Påbörjat.",), ("Klart.",)),
        ("Åtgärd", ("Fortsätter.",), ()),
    ]
    assert all(section.is_same for section in others)


def test_a_reports_amounts_comments_and_sums_differ():
    before = report(comment="")
    line = before.economy.lines[0]
    found = report_differences(before, report(cost=line.cost + 1, charged=line.charged + 2, comment="Rättad."))

    assert {name: difference for name, (_, _, difference) in named(found.amounts).items()} == {
        f"{line.category}, total kostnad": "+1",
        f"{line.category}, belastar bidraget": "+2",
    }
    assert {name: difference for name, (_, _, difference) in named(found.sums).items()} == {"Belastar bidraget": "+2"}
    [economy] = [section for section in found.sections if section.title == "Ekonomi"]
    assert economy.budget_changed
    assert [(each.question, each.after) for each in economy.changed] == [(f"{line.category}, kommentar", ("Rättad.",))]


def test_a_result_that_only_one_version_has_is_told():
    whole = report()
    [*_, last] = whole.results
    [gone] = [
        section
        for section in report_differences(whole, replace(whole, results=whole.results[:-1])).sections
        if section.changed
    ]
    assert gone.title == f"{last.code} {last.title}"
    assert {each.after for each in gone.changed} == {None}
