"""The one filter for typed text."""

from grantportal.domain.texts import clean, one_line


def test_what_no_database_and_no_reader_can_use_is_taken_away():
    assert clean("a\x00b\x07c") == "abc"
    assert clean("\u202eabc\u2066") == "abc"
    assert clean("\ud800x") == "x"


def test_ordinary_text_is_kept_whole():
    text = "Å ä ö – «citat» 🙂\n\n\tindrag"
    assert clean(text) == text


def test_letters_are_composed_and_newlines_are_one_kind():
    assert clean("a\u030a\r\nb\rc") == "å\nb\nc"


def test_a_line_has_single_spaces():
    assert one_line("  Region \n\t Skåne\u00a0 ") == "Region Skåne"
