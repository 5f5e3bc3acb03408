"""The one filter for typed text, and what differs between two texts."""

from grantportal.domain.texts import LONGEST, MOST_MARKS, clean, compared, normal, one_line


def test_what_no_database_and_no_reader_can_use_is_taken_away():
    assert clean("a\x00b\x07c") == "abc"
    assert clean("\u202eabc\u2066") == "abc"
    assert clean("\ud800x") == "x"


def test_ordinary_text_is_kept_whole():
    text = "Å ä ö – «citat» 🙂\n\n\tindrag"
    assert clean(text) == text


def test_letters_are_composed_and_newlines_are_one_kind():
    assert clean("a\u030a\r\nb\rc") == "å\nb\nc"


def test_no_letter_has_more_marks_than_any_language_has():
    marks = "\u0327\u0300" * MOST_MARKS
    ordered = "\u0327" * (MOST_MARKS // 2) + "\u0300" * (MOST_MARKS // 2)
    assert normal("x" + marks[:MOST_MARKS], "NFD") == "x" + ordered
    assert normal("x" + marks + "y", "NFD") == "x" + ordered + "y"
    assert clean("a\u030a" * 100) == "å" * 100
    assert normal("\ufb01", "NFKC") == "fi"


def test_another_sign_of_a_new_line_does_not_join_two_words():
    assert clean("a\x0bb\x0cc\x85d\u2028e\u2029f") == "a\nb\nc\nd\ne\nf"
    assert one_line("a\x0bb") == "a b"


def test_a_line_has_single_spaces():
    assert one_line("  Region \n\t Skåne\u00a0 ") == "Region Skåne"


# --- What differs ----------------------------------------------------------------------------------------------------


def marked(pieces):
    """The text with what differs in brackets."""
    return "".join(f"[{text}]" if differs else text for text, differs in pieces)


def both(before, after):
    found = compared(before, after)
    return [*map(marked, found.before)], [*map(marked, found.after)]


def test_the_words_that_differ_are_told_apart_and_no_other():
    assert both(["Vi börjar i mars 2021."], ["Vi börjar i april 2021."]) == (
        ["Vi börjar i [mars] 2021."],
        ["Vi börjar i [april] 2021."],
    )


def test_several_words_in_a_row_are_one_piece():
    assert both(["Start hösten 2021."], ["Start tidig vår."]) == (["Start [hösten 2021]."], ["Start [tidig vår]."])


def test_what_is_equal_has_no_piece_that_differs():
    found = compared(["Ett svar.\nTvå rader."], ["Ett svar.\nTvå rader."])

    assert not found.differs
    assert found.before == ((("Ett svar.\nTvå rader.", False),),)


def test_no_answer_beside_an_answer():
    assert both([], ["Nytt svar"]) == ([], ["[Nytt svar]"])
    assert both(["Gammalt svar"], []) == (["[Gammalt svar]"], [])
    assert compared([], []).before == ()


def test_a_choice_that_is_taken_away_is_marked_alone():
    assert both(["Samordning", "Vård", "Skola"], ["Samordning", "Skola"]) == (
        ["Samordning", "[Vård]", "Skola"],
        ["Samordning", "Skola"],
    )


def test_every_text_comes_back_whole():
    texts = ["", "a\n\nb", " c ", "\n"]
    for before, after in ((texts, texts[::-1]), (texts, []), (texts[:2], ["a\nb", "d", ""])):
        found = compared(before, after)
        assert ["".join(text for text, _ in pieces) for pieces in found.before] == before
        assert ["".join(text for text, _ in pieces) for pieces in found.after] == after


def test_a_long_text_with_one_word_changed_is_still_compared_by_word():
    line = "Samordningen mellan hemmen och regionen fortsätter som planerat under året.\n"
    before, after = line * 1_300, line * 600 + line.replace("planerat", "överenskommet") + line * 699

    found = compared([before], [after])

    assert len(before) < LONGEST
    assert found.by_word
    assert [text for text, differs in found.before[0] if differs] == ["planerat"]


def test_a_paragraph_that_is_too_long_is_marked_whole_and_says_so():
    before, after = "ord " * 1_501, "annat " * 1_501

    found = compared([before], [after])

    assert not found.by_word
    assert found.before == (((before, True),),)
    assert compared(["ord " * 1_500], ["annat " * 1_500]).by_word
