"""Reading and writing amounts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantportal.domain.money import (
    MOST,
    AmountError,
    in_words,
    kr,
    number,
    parse_kronor,
    percent,
    signed_kr,
    whole_digits,
)


@pytest.mark.parametrize(
    "typed",
    [
        "2913808",
        "2 913 808",
        "2\u00a0913\u00a0808",
        "2\u202f913\u202f808",
        "2\u2009913\u2007808",
        "\ufeff2\u200b913\u2060808",
        "2 913 808 kr",
        "2913808,00",
        " 2 913 808,00 kr ",
        "2913808 KRONOR",
        "2913808:-",
        "2 913 808\t",
        "\n2913808\r\n",
        "2 913 808\tkr",
        "2  913  808",
        "2 913 808 SEK",
    ],
)
def test_every_ordinary_way_of_writing_an_amount_is_read(typed):
    assert parse_kronor(typed) == 2_913_808


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Skriv ett belopp"),
        ("1.000", "utan punkt"),
        ("1,5", "utan ören"),
        ("1,50", "utan ören"),
        ("-1", "minustecken"),
        ("\u22121", "minustecken"),
        ("+1", "plus"),
        ("1e9", "med siffror"),
        ("1" + "0" * 30, "för stort"),
        # What a browser without script makes of two cells of a column.
        ("150\u00a0000 165\u00a0000", "skriv ett i varje fält"),
        ("tusen", "med siffror"),
        ("0x10", "med siffror"),
        ("١٢٣", "med siffror"),
        ("=1+1", "med siffror"),
        ("1\x00", "med siffror"),
    ],
)
def test_what_could_be_misread_is_asked_again(typed, sentence):
    with pytest.raises(AmountError, match=sentence):
        parse_kronor(typed)


@pytest.mark.parametrize(
    "between", ["\t", "\n", "\r\n", "\r", "\v", "\f", "\x1c", "\x1f", "\x85", "\u2028", "\u2029", " \t ", "\u00a0\n"]
)
@pytest.mark.parametrize(
    ("one", "other"), [("0", "85000"), ("150 000", "165 000"), ("150 000 kr", "165 000 kr"), ("1", "000")]
)
def test_two_pasted_cells_are_never_one_amount(one, other, between):
    for pasted in (
        one + between + other,
        f"{one}{between}{other}{between}{one}",
        between.join(["", one, "", other, ""]),
    ):
        with pytest.raises(AmountError, match="flera tal i samma fält"):
            parse_kronor(pasted)


@pytest.mark.parametrize("typed", ["0 85000", "15 00", "1 0000", "1000 000", "1 000 00", "150 000 16 000", "1 1"])
def test_a_group_that_is_not_of_three_digits_may_be_two_numbers(typed):
    with pytest.raises(AmountError, match="i grupper om tre"):
        parse_kronor(typed)


@pytest.mark.parametrize(
    ("typed", "digits"), [("100", "100"), ("2 000", "2000"), (" 50 ", "50"), ("fem", "fem"), ("1,5", "1,5")]
)
def test_the_digits_of_one_number(typed, digits):
    assert whole_digits(typed) == digits


@pytest.mark.parametrize("typed", ["5\t0", "100\n50", "5 0"])
def test_two_whole_numbers_are_never_one(typed):
    with pytest.raises(AmountError):
        whole_digits(typed)


def test_a_difference_has_its_sign():
    assert (signed_kr(54_228), signed_kr(0), signed_kr(-1)) == ("+54\u00a0228\u00a0kr", "0\u00a0kr", "\u22121\u00a0kr")


def test_the_largest_amount_is_taken_and_the_next_is_not():
    assert parse_kronor(str(MOST)) == MOST
    with pytest.raises(AmountError, match="för stort"):
        parse_kronor(str(MOST + 1))


@given(st.integers(min_value=0, max_value=MOST))
def test_what_is_echoed_can_be_read_back(amount):
    assert parse_kronor(kr(amount)) == amount
    assert parse_kronor(number(amount)) == amount
    assert parse_kronor(in_words(amount)) == amount


def test_amounts_are_written_as_swedish_readers_expect():
    assert kr(2_913_808) == "2\u00a0913\u00a0808\u00a0kr"
    assert in_words(40) == "40\u00a0kronor"
    assert (in_words(1), in_words(0), in_words(21)) == ("1\u00a0krona", "0\u00a0kronor", "21\u00a0kronor")
    assert parse_kronor("1 krona") == 1
    assert number(-1_500) == "\u22121\u00a0500"


def test_an_undefined_share_is_a_dash():
    assert percent(1, 0) == "–"
    assert percent(11_089_785, 15_000_000) == "73,9\u00a0%"
    assert percent(13_203, 1_000) == "1\u00a0320,3\u00a0%", "thousands are parted as in an amount"
