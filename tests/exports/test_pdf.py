"""Documents: archive and accessibility standards, the same bytes each time, and text that nobody meant well with."""

import re
import subprocess
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grantportal.domain.decisions import Outcome
from grantportal.domain.documents import (
    Answer,
    AttachedFile,
    Dismissal,
    ExpectedResultRow,
    Party,
    ResultArea,
    Section,
    Wording,
)
from grantportal.exports import pdf

from . import examples

MAKERS = [examples.receipt, examples.decision, examples.report]
HOSTILE = [
    '#import "/etc/passwd": *',
    "=1+1",
    '#sys.inputs #read("decision.typ") $x^2$ *fet* _kursiv_ `kod` <etikett> @ref // kommentar',
    "\\ \\u{41} \\#panic() ]]]) }}}",
    "\u202eesrev\u202c \u200f\u05e9\u05dc\u05d5\u05dd \u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u2067x\u2069",
    "\U0001f600\ufe0f\u200d\U0001f3fd \ue000 \ufffe \udcff \x00\x07\x1b[31m\u2028\u2029",
    "a" + "\u0336\u0301" * 500,
    "x" * 100_000,
    "\u00a0" * 3_000 + "slut",
    "rad\n" * 5_000,
    "ord " * 25_000,
    "-" * 5_000,
    "",
    "\n\n \u200b \n",
]


def words_of(document) -> str:
    """The text of a rendered document as a reader's copy gives it."""
    command = ["pdftotext", "-layout", "-", "-"]
    output = subprocess.run(command, input=pdf.render(document), capture_output=True, check=True)
    return re.sub(r"[ \u00a0]+", " ", output.stdout.decode())


@pytest.mark.parametrize("make", MAKERS)
def test_a_document_says_that_it_is_archive_and_accessible_pdf_in_swedish(make):
    content = pdf.render(make())
    assert content.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part>" in content
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in content
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content
    assert b"/Lang(sv-SE)" in content
    assert b"/MarkInfo" in content
    assert b"/StructTreeRoot" in content
    assert b"DEMO 2020-0001" in content.split(b"<dc:title>")[1].split(b"</dc:title>")[0]


def test_an_application_lists_its_files_and_says_what_was_not_answered_or_asked():
    section = Section(
        "Bilagor", (Answer("Intyg", ("Intyg.pdf (12 kB)",)), Answer("Något mer?", ())), ("På vilket sätt?",)
    )
    made = examples.receipt(
        sections=(section,), attachments=(AttachedFile("Intyg", "Intyg.pdf (12 kB)", examples.SHA256),)
    )
    text = re.sub(r"\s+", " ", words_of(made))
    assert "Något mer? Inget svar." in text
    assert "På vilket sätt? Frågan ställs inte, utifrån andra svar." in text
    assert "Fil Svar på frågan Fingeravtryck (SHA-256)" in text
    assert examples.SHA256[:30] in text
    structure = subprocess.run(
        ["pdfinfo", "-struct", "-"], input=pdf.render(made), capture_output=True, check=True
    ).stdout.decode(errors="replace")
    for tag in ("H1", "H2", "H3", "Table", "TH", "TD", "P"):
        assert re.search(rf"^ *{tag}\b", structure, re.MULTILINE), tag


@pytest.mark.parametrize("make", MAKERS)
def test_the_same_facts_give_the_same_bytes(make):
    assert pdf.render(make()) == pdf.render(make())


def test_the_date_inside_is_the_documents_own():
    content = pdf.render(examples.decision())
    assert b"2020-06-30T11:42:00+00:00" in content
    later = pdf.render(examples.decision(at=datetime(2020, 7, 1, 8, 0, tzinfo=UTC)))
    assert b"2020-07-01T08:00:00+00:00" in later


def test_a_decision_says_all_that_a_decision_must_say():
    text = words_of(examples.decision())
    for words in (
        "30 juni 2020",
        "Dnr DEMO 2020-0001",
        "Region Skåne",
        "232100-0255",
        "Barn- och ungdomspsykiatrin",
        "Socialstyrelsen beviljar Region Skåne 6 277 746 kronor i statsbidrag.",
        "2 913 808",
        "Vad bidraget får användas till",
        "Utbetalning förutsätter att regeringen ställer medel",
        "Kompletteringen visar",
        "Regeringsuppdrag S2019/00643/FST",
        "Samma kostnad får inte ha annan finansiering.",
        "1 mars 2023",
        "januari 2022",
        "kan krävas tillbaka",
        "40–44 §§ förvaltningslagen",
        "Beata Exempel, avdelningschef",
        "Hanna Exempel, handläggare",
        "Lo Exempel, jurist",
        "Avvikande mening",
        "9f2c41d7 0b6e5a18 c3d4902f 77ae1b60",
        "A3 Systematisk uppföljning",
        "pekat ut vad som eventuellt",
        "Det som är märkt är påhittat, också meningarna.",
    ):
        assert words in re.sub(r"\s+", " ", text), words


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.PARTLY, "avslår ansökan i övrigt"),
        (Outcome.REFUSED, "Socialstyrelsen avslår ansökan från Region Skåne."),
        (Outcome.DISMISSED, "avvisar ansökan från Region Skåne. Ansökan prövas inte."),
        (Outcome.STRUCK, "avskriver ärendet"),
    ],
)
def test_each_outcome_is_said_in_its_own_words(outcome, words):
    text = re.sub(r"\s+", " ", words_of(examples.decision(outcome=outcome)))
    assert words in text
    assert ("ställer medel" in text) is (outcome is Outcome.PARTLY)


def test_a_dismissal_says_on_which_ground_and_why_it_holds():
    why = Dismissal(ground="Ansökan kom in efter sista dagen", why="Sista dagen var 20 april 2020.")
    text = re.sub(r"\s+", " ", words_of(examples.decision(outcome=Outcome.DISMISSED, dismissal=why)))
    assert "Ansökan kom in efter sista dagen. Sista dagen var 20 april 2020." in text


@pytest.mark.parametrize("make", MAKERS)
def test_every_page_of_an_example_bears_the_mark(make):
    pages = words_of(make()).rstrip("\f").split("\f")
    assert all("Påhittat exempel" in page for page in pages)


@pytest.mark.parametrize("make", [examples.receipt, examples.report])
def test_a_real_document_bears_no_mark(make):
    assert "Påhittat exempel" not in words_of(make(example=False))


def test_a_late_application_says_so():
    assert "Inkom efter sista dagen" in words_of(examples.receipt(late=True))
    assert "efter sista dagen" not in words_of(examples.receipt())


@pytest.mark.parametrize(
    ("make", "words"),
    [(examples.receipt, "Sista dag att ansöka"), (examples.report, "Sista dag att återrapportera")],
)
def test_the_last_day_says_of_what(make, words):
    """A komplettering is handed in after the last day to apply: it must not look late."""
    assert words in words_of(make())


def test_a_question_without_an_answer_says_so():
    assert "Inget svar." in words_of(examples.receipt())


def test_the_report_shows_what_was_handed_in():
    text = re.sub(r"\s+", " ", words_of(examples.report()))
    for words in (
        "Egen bedömning: Inte uppnått",
        "Förbehållet: har haft betydelse. Rekryteringen tog längre tid.",
        "Orsak: Start eller planering tog längre tid",
        "Åtgärd: Fortsätter nästa år.",
        "3 026 341",
        "1 437 597 kronor",
        "Elin Exempel, ekonom",
    ):
        assert words in text, words


def test_one_krona_is_no_kronor():
    made = examples.report()
    text = re.sub(r"\s+", " ", words_of(replace(made, economy=replace(made.economy, unspent=1, repayable=1))))
    assert text.count(" 1 krona ") == 2
    assert not re.search(r"(?<![0-9 ]) 1 kronor", text)


def test_the_report_prints_what_was_certified_with_the_checksum():
    words = ("Det som går över det utbetalda, 5 kronor, är regionens egen finansiering.", "Jag intygar riktigheten.")
    made = examples.report(
        certified=words, economy_certified=("Jag intygar ekonomin.",), economy_checksum="0123abcd" * 8
    )
    text = re.sub(r"\s+", " ", words_of(made))
    for each in (*words, "Jag intygar ekonomin.", "Intygat och inskickat av Maja Exempel, ombud", "0123abcd 0123abcd"):
        assert each in text, each
    assert "Intygande" not in words_of(examples.report()), "nothing is known of the words of one from before"


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_hostile_text_is_printed_as_text(text):
    section = Section(text[:300], (Answer(text[:3_000], (text,)),))
    assert pdf.render(examples.receipt(title=text[:200], sections=(section,), youth_homes=(text[:100],)))
    row = replace(examples.report().results[0], text=text, measure=text[:2_000], wording=Wording(2022, (text[:2_000],)))
    assert pdf.render(examples.report(results=(row,), party=Party(text[:200], text[:40], text[:200])))
    assert pdf.render(examples.decision(reasons=text, conditions=(text[:2_000],), covers=text))
    cell = ExpectedResultRow("A1", text[:300], (Wording(2021, (text[:20_000],)), Wording(2022, lead=text[:300])))
    assert pdf.render(examples.decision(annex=examples.annex(areas=(ResultArea("A", text[:300], (cell,)),))))


def test_markup_and_code_stay_words_on_paper():
    text = words_of(examples.decision(reasons='#import "x": * och =1+1 \\ [ ] $y$ *z*'))
    assert '#import "x": * och =1+1 \\ [ ] $y$ *z*' in text


def test_a_character_without_a_shape_is_written_with_its_code_and_the_reader_is_told():
    text = words_of(examples.decision(reasons="Bra \U0001f600"))
    assert "Bra [U+1F600]" in text
    assert "Tecken som inte kan skrivas ut" in text
    assert "Tecken som inte kan skrivas ut" not in words_of(examples.decision())


def test_marks_of_direction_and_control_characters_are_dropped():
    assert pdf.drawable("a\u202eb\u200fc\x00d\ufeffe") == "abcde"


def test_a_decomposed_letter_is_the_letter():
    assert pdf.drawable("A\u030angstro\u0308m") == "Ångström"


@pytest.mark.parametrize("weight", ["", "**"], ids=["plain", "bold"])
def test_the_fonts_draw_every_character_that_is_said_to_be_drawn(weight):
    drawn = [char for char in map(chr, range(0x20, 0x3000)) if re.match(f"[{pdf.DRAWN}]", char) and char.isprintable()]
    words = " ".join(drawn)
    made = examples.receipt(sections=(Section("Tecken", (Answer(words if weight else "Alla", (words,)),)),))
    assert pdf.render(made)
    assert len(drawn) > 1_500


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=400))
def test_no_text_stops_a_document(text):
    section = Section(text, (Answer(text, (text, text)),))
    assert pdf.render(examples.receipt(title=text, what=text, sections=(section,)))


def test_a_panic_in_the_engine_stops_only_its_document(monkeypatch):
    class Panic(BaseException):
        """As pyo3's own: not an Exception."""

    def panic(*_args, **_more):
        raise Panic("end byte index 3 is out of bounds")

    monkeypatch.setattr(pdf.typst, "compile", panic)
    with pytest.raises(pdf.DocumentError, match="DEMO 2020-0001"):
        pdf.render(examples.receipt())
