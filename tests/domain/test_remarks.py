"""What to look over before the hand-in: each remark from both sides of its edge, and nothing more than what it is about."""

import pytest

from grantportal.domain import attachments
from grantportal.domain.answers import Category, Staff, Surroundings
from grantportal.domain.attachments import Attached, FileStatus
from grantportal.domain.forms import FormDefinition, FormKind, Question, QuestionType, Section, ShownIf
from grantportal.domain.opened import Opened
from grantportal.domain.remarks import remarks

T = QuestionType
NBSP = "\u00a0"
AROUND = Surroundings(
    years=(2021, 2022),
    categories=(Category(1, "Personal", True), Category(2, "Resor")),
    frames={2021: (5_000_000, 0), 2022: (5_000_000, 3_000_000)},
)
FORM = FormDefinition(
    title="Ansökan",
    kind=FormKind.APPLICATION,
    sections=(
        Section(
            "om",
            "Om er",
            "Om er",
            (
                Question(1, T.TEXT, "Vilken e-postadress når vi er på?"),
                Question(2, T.LONG_TEXT, "Vilka behov?", max_length=1_000),
                Question(3, T.LONG_TEXT, "Vilken tidplan?", max_length=999),
                Question(4, T.ATTACHMENT, "Bifoga intyg", required=False),
                Question(5, T.LONG_TEXT, "Vad mer?", required=False),
                Question(6, T.DECLARATION, "Det finns mer.", required=False),
                Question(7, T.LONG_TEXT, "Vilket mer?", max_length=2_000, shown_if=ShownIf(6, ("ja",))),
            ),
        ),
        Section(
            "pengar",
            "Kostnader",
            "Ekonomi",
            (
                Question(8, T.BUDGET, "Vad söker ni?", with_staff=True),
                Question(9, T.LONG_TEXT, "Vad är speciellt med kostnaderna?", required=False),
            ),
        ),
    ),
)
QUIET = {
    "q1": "namn@exempel.se",
    "q2": "Unga med stora behov av psykiatrisk vård på de två hemmen",
    "q3": "Till hösten.",
    "q4": attachments.written([Attached(1, "Intyg.pdf", "application/pdf", 1, "", FileStatus.READY)]),
    "q9": "Ingenting särskilt.",
    "q8-s0": Staff("läkare", {2021: 50, 2022: 50}, {2021: 500_000, 2022: 510_000}).text(),
    "q8-y2021_c2": "20000",
    "q8-y2022_c2": "30000",
}
"""Answers that nobody has anything to say about."""


def told(around=AROUND, sections=("om", "pengar"), **changed):
    texts = {**QUIET, **{key.replace("__", "-"): text for key, text in changed.items()}}
    found = [remark for _, remark in remarks(FORM, texts, around, opened=Opened.of(FORM, sections))]
    return {remark.field: remark.message.replace(NBSP, " ") for remark in found}


def staff(percents, costs):
    return Staff(
        "läkare", dict(zip((2021, 2022), percents, strict=True)), dict(zip((2021, 2022), costs, strict=True))
    ).text()


def test_nothing_is_said_of_an_ordinary_application():
    assert told() == {}


def test_a_long_question_in_few_words():
    nine = "ett två tre fyra fem sex sju åtta nio"
    assert told(q2=nine) == {"q2": "Svaret är bara 9 ord: Vilka behov?"}
    assert told(q2=f"{nine} tio") == {}
    assert told(q3="ett") == {}, "the question has no room for many"
    assert told(q9="Schablon.") == {}, "the question may be left out"
    assert told(q2="") == {}, "missing is an error, not a remark"


@pytest.mark.parametrize("text", ["namn", "namn@exempel", "@exempel.se", "namn @exempel.se"])
def test_an_address_that_reaches_nobody(text):
    assert told(q1=text) == {"q1": "Svaret ser inte ut som en e-postadress: Vilken e-postadress når vi er på?"}


def test_the_same_text_in_two_answers():
    text = "Vi gör det som behövs, i den takt det går."
    assert told(q2=text, q5=text) == {"q5": "Samma svar på två frågor: Vad mer?"}
    assert told(q2=text, q5=f"{text} Och mer.") == {}
    assert told(q3="Till hösten.", q5="Till hösten.") == {}, "short answers are alike by chance"


def test_a_file_that_may_be_left_out():
    assert told(q4="") == {"q4": "Ingen fil är bifogad: Bifoga intyg"}


def test_an_optional_question_beside_the_money():
    assert told(q9="") == {
        "q9": "Frågan är frivillig och inte besvarad, men ni söker bidrag: Vad är speciellt med kostnaderna?"
    }
    nothing = {"q8__s0": "", "q8__y2021_c2": "0", "q8__y2022_c2": "0"}
    assert told(q9="", **nothing) == {}, "nothing is sought: that is an error"
    assert told(q5="") == {}, "an optional question elsewhere is left in peace"


def test_a_year_for_which_nothing_is_sought():
    one_year = {"q8__s0": "", "q8__y2022_c2": "0"}
    assert told(**one_year) == {"q8-y2022_c2": "Ni söker inget för 2022. Ska det vara så?"}
    assert told(q8__s0="", q8__y2022_c2="1", q8__y2021_c2="1") == {}


def test_more_than_the_years_frame_or_than_what_is_left_of_it():
    without = {"q8__s0": ""}
    assert told(**without, q8__y2021_c2="5000000", q8__y2022_c2="2000000") == {}
    assert told(**without, q8__y2021_c2="5000001", q8__y2022_c2="2000001") == {
        "q8-y2021_c2": "Ni söker 5 000 001 kr för 2021. Årets ram är 5 000 000 kr.",
        "q8-y2022_c2": "Ni söker 2 000 001 kr för 2022. Kvar av årets ram är 2 000 000 kr.",
    }
    no_frames = Surroundings(years=AROUND.years, categories=AROUND.categories)
    assert told(no_frames, **without, q8__y2021_c2="9000000", q8__y2022_c2="9000000") == {}


def test_ten_times_as_much_one_year_as_another():
    assert told(q8__y2021_c2="20000", q8__y2022_c2="199999") == {}
    assert told(q8__y2021_c2="20000", q8__y2022_c2="200000") == {
        "q8-y2022_c2": "Resor: 20 000 kr för 2021 men 200 000 kr för 2022. Stämmer det?"
    }
    assert told(q8__y2021_c2="0", q8__y2022_c2="200000") == {}, "a cost may begin"


def test_a_profession_that_costs_ten_times_as_much_for_the_same_time():
    assert told(q8__s0=staff((50, 50), (120_000, 1_200_000))) == {
        "q8-s0_cost2022": "läkare: 120 000 kr för 2021 men 1 200 000 kr för 2022. Stämmer det?"
    }
    assert told(q8__s0=staff((10, 100), (120_000, 1_200_000))) == {}, "more time costs more"


def test_time_that_costs_next_to_nothing():
    assert told(q8__s0=staff((50, 50), (50_000, 50_000))) == {}
    assert told(q8__s0=staff((50, 50), (49_999, 50_000))) == {
        "q8-s0_cost2021": "läkare 2021: 50 procent av heltid för 49 999 kr. Är beloppet i hela kronor?"
    }


def test_a_hidden_question_and_a_locked_section_are_left_in_peace():
    assert told(q7="Kort.") == {}
    assert told(q6="ja", q7="Kort.") == {"q7": "Svaret är bara 1 ord: Vilket mer?"}
    assert told(q2="Kort.", sections=("pengar",)) == {}
