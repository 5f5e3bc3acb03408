"""Words are found in every Swedish form; å is not a."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantportal.domain.search import (
    LONGEST_WORD,
    MOST_LETTERS,
    MOST_WORDS,
    excerpt,
    folded,
    looked_up,
    looked_up_of,
    sought,
    stem,
    words,
    written,
)


def finds(typed: str, text: str) -> bool:
    """Whether everything that is typed stands in the text, as the databases look it up."""
    known = set(looked_up([text]).split())
    return all(
        bool(each.beginning) and (each.stems & known or any(word.startswith(each.beginning) for word in known))
        for each in sought(typed)
    )


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("regions", "Regionens insatser"),
        ("regionens", "regions"),
        ("läkares", "läkare"),
        ("läkare", "läkarens"),
        ("INSATS", "insatserna"),
        ("flickorna", "en flicka"),
        ("Vård", "vårdens"),
        ("östergöt", "Region Östergötland"),
        ("möjligh", "möjligheter"),
        ("idé", "Ide"),
        ("2020-00", "dnr 2020-0017"),
        ("0017", "dnr 2020-0017"),
        ("RS/2020", "vårt nummer RS/2020:17"),
        ("psykolog 3,5", "3,5 psykologer"),
    ],
)
def test_a_word_is_found_in_its_other_forms_and_while_it_is_typed(typed, text):
    assert finds(typed, text)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("å", "a aa ar"),
        ("a", "å åa år"),
        ("ar", "år"),
        ("ö", "o"),
        ("vard", "vård"),
        ("för", "for"),
        # Two numbers apart are not one number.
        ("2020-00", "2020 och 00 eller 000"),
        ("vård hemmet", "vården"),
        ("!", "!"),
    ],
)
def test_what_is_another_word_is_not_found(typed, text):
    assert not finds(typed, text)


def test_composed_and_decomposed_are_the_same():
    for text in ("Åre vårdcentral", "Ärende på ö"):
        apart = unicodedata.normalize("NFD", text)
        assert apart != text
        assert looked_up([apart]) == looked_up([text])
        assert sought(apart) == sought(text)


@given(st.text())
def test_folding_keeps_every_place(text):
    whole = unicodedata.normalize("NFC", text)
    assert len(folded(whole)) == len(whole)
    assert folded(folded(text)) == folded(text)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzåäöé", min_size=1, max_size=30))
def test_a_stem_begins_its_word(word):
    assert folded(word).startswith(stem(folded(word)))


@given(st.text())
def test_what_is_looked_up_is_letters_digits_and_hyphens_only(text):
    """So that no database reads anything else into it."""
    for word in (*looked_up([text]).split(), *(each.beginning for each in sought(text) if each.beginning)):
        assert word.replace("-", "").isalnum()
        assert len(word) <= LONGEST_WORD


def test_a_long_hand_in_is_found_by_its_first_words():
    """PostgreSQL takes no more than a million bytes: a hand-in must never fail for that."""
    many = " ".join(f"ord{number:06d}ååååååååååååå" for number in range(40_000))
    found = looked_up([many])

    assert len(found) <= MOST_LETTERS
    assert found.startswith("ord000000")


def test_no_more_words_are_looked_for_than_can_be():
    assert len(sought("ord " * 50)) == MOST_WORDS
    assert sought("   ") == ()


def test_the_excerpt_marks_each_form_of_the_word():
    pieces = excerpt(["Ingenting.", "Regionens arbete vid hemmet leds av regionen."], sought("regions"))

    assert [text for text, hit in pieces if hit] == ["Regionens", "regionen"]
    assert "".join(text for text, _ in pieces) == "Regionens arbete vid hemmet leds av regionen."


def test_the_excerpt_is_short_and_cut_between_words():
    text = "lång inledning " * 30 + "här står psykologen i mitten " + "och mycket mer " * 30
    pieces = excerpt([text], sought("psykolog"))
    whole = "".join(text for text, _ in pieces)

    assert whole.startswith("… ")
    assert whole.endswith(" …")
    assert len(whole) < 170
    assert set(whole.strip("… ").split()) <= set(text.split())


def test_the_excerpt_shows_letters_as_they_were_written():
    pieces = excerpt([unicodedata.normalize("NFD", "Vi är i ÅRE nu.")], sought("åre"))

    assert ("ÅRE", True) in pieces


def test_nothing_is_shown_where_nothing_was_found():
    assert excerpt(["Regionens arbete"], sought("hemmet")) == ()
    assert excerpt(["år"], sought("ar")) == ()


@given(st.text(max_size=300), st.text(max_size=20))
def test_the_excerpt_is_always_a_part_of_the_text(text, typed):
    pieces = excerpt([text], sought(typed))
    line = " ".join(unicodedata.normalize("NFC", text).split())
    assert "".join(piece for piece, _ in pieces).removeprefix("… ").removesuffix(" …") in line


CONTENT = {
    "registration_number": "2020-0017",
    "organisation": {"name": "Region Åkerbo", "number": "232100-0131"},
    "applicant_unit": "BUP",
    "call": "Statsbidrag för 2021",
    "form": {"id": 1, "sha256": "abcdef"},
    "handed_in_by": {"name": "Ulla Exempel", "title": "ombud"},
    "sections": [
        {
            "key": "inriktning",
            "title": "Inriktning",
            "answers": [{"number": 1, "type": "text", "question": "Hur väljs barnen?", "texts": ["Efter behov."]}],
        }
    ],
    "staff": [{"profession": "psykolog", "percents": [50], "costs": [1]}],
    "results": [
        {"code": "A1", "title": "Matrisens ord", "wording": {"lead": "Regionen har"}, "text": "Vi har prövat."}
    ],
}


def test_what_the_organisation_has_written_is_found_and_not_the_forms_own_words():
    known = set(looked_up_of(CONTENT).split())

    assert {"behov", "psykolog", "prövat", "2020-0017", "åkerbo", "bup"} <= known
    assert not known & {"väljs", "inriktning", "matrisens", "statsbidrag", "ulla", "abcdef"}
    assert list(written(CONTENT)) == ["Efter behov.", "psykolog", "Vi har prövat."]


def test_words_come_in_order():
    assert list(words("Dnr 2020-0017, ja")) == ["dnr", "2020-0017", "2020", "0017", "ja"]
