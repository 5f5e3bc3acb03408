"""A matrix from outline to page, PDF and Excel: what was written is shown before publishing, stored and shown, to the letter."""

import json
import re
import subprocess
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest

from grantportal.domain.actors import Role
from grantportal.domain.documents import DecisionDocument, ResultsAnnex
from grantportal.domain.errors import RuleViolations
from grantportal.domain.forms import canonical, fingerprint
from grantportal.domain.frameworks import FrameworkContent
from grantportal.domain.frozen import content_of, restored
from grantportal.exports import pdf, xlsx
from grantportal.imports.frameworks import read
from grantportal.models.calls import Call
from grantportal.models.frameworks import FrameworkVersion
from grantportal.queries import decision_documents, frameworks, reviews
from grantportal.queries import reports as report_queries
from tests.exports import examples
from tests.exports.test_tables import sheets
from tests.support.calls import ANNOUNCED, authority, make_call, make_grant, officer, outline, played_at
from tests.support.factories import person
from tests.support.reporting import grantee
from tests.support.rows import committed

FIRST = ("Resultaten är gemensamma: " + "för alla, även «de små» & <b>de nya</b> (1.10). " * 60)[:1_280].strip()
SECOND = ("Mål #2 gäller kl. 12:30, " + 'och "ingen" annan # tid; 4\u00a0996\u00a0873 kr. ' * 60)[:1_266].strip()
TEXTS = {
    ("A2", 2021): ["Regionen har minst 90 % # av platserna i drift.", "Ett stycke till: 01, yes, null och ~."],
    ("A2", 2022): ["Regionen har", "gjort det ena # (gäller inte barn under 12 år)", "1.50", "inget: mer."],
    ("A10", 2021): ["yes"],
    ("A10", 2022): ["12:30"],
    ("C1", 2022): ["Text utan rubrik, i ett område utan rubrik."],
}
MATRIX = f"""
# Påhittad, för prov.
inledning: |
  {FIRST}

  {SECOND}
förbehåll:
  P10: {{år: 2021, stjärna: not, text: "Gäller bara 2021: se not #10."}}
  P2:
    år: 2021
    stjärna: rubrik
    text: |
      Möjligheten skiljer.
      Den beror på planeringen # inför året.
områden:
  - beteckning: C
    resultat:
      - beteckning: C1
        2022: {{text: "{TEXTS["C1", 2022][0]}"}}
  - beteckning: A
    rubrik: "Arbetsformer: nr #1"
    resultat:
      - beteckning: A10
        rubrik: 1.10
        2021: {{text: yes, förbehåll: [P10, P2]}}
        2022: {{text: 12:30}}
      - beteckning: A2
        rubrik: Samverkan
        2021:
          text: |
            {TEXTS["A2", 2021][0]}
            {TEXTS["A2", 2021][1]}
          förbehåll: [P2]
        2022:
          rubrik: "Samverkan enligt mål #2"
          inledning: Regionen har
          punkter: ["{TEXTS["A2", 2022][1]}", 1.50, "inget: mer."]
från 2021 till 2022:
  A2: {{lydelse: ändrad, jämförbart: delvis, förbehållet upphör: ja}}
"""


class _Words(HTMLParser):
    """What a page says, without its tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def words(page: str) -> str:
    return "".join(_Words(page).found)


def bare(text: str) -> str:
    """Without blanks, and without the places to break a long word that a PDF has."""
    return re.sub(r"[\s\u200b]+", "", text)


def printed(document: DecisionDocument) -> str:
    """The text of a document's PDF, in the order that it is read aloud."""
    command = ["pdftotext", "-raw", "-", "-"]
    return subprocess.run(command, input=pdf.render(document), capture_output=True, check=True).stdout.decode()


@pytest.fixture
def content() -> FrameworkContent:
    return read(MATRIX)


def published(content: FrameworkContent) -> Call:
    """A call with the matrix."""
    with played_at(ANNOUNCED):
        who = officer()
        call_id = make_call(who, make_grant(who), matrix=content)
    return committed().get_one(Call, call_id)


@pytest.fixture
def at_the_authority(signed_in):
    """A handläggare's browser."""
    return signed_in(person(Role.HANDLAGGARE, authority(), valid_from=date(2019, 1, 1)))


def test_what_is_shown_before_publishing_is_what_is_stored(content, database):
    before = frameworks.preview(content, "Pilotprojekt för integrerad vård")
    after = frameworks.matrix(published(content).framework_version_id)

    assert after is not None
    plain = replace(
        after,
        version_id=0,
        number=0,
        grant_id=0,
        areas=tuple(
            replace(
                area,
                results=tuple(
                    replace(row, id=0, wordings=tuple(replace(each, id=0, result_id=0) for each in row.wordings))
                    for row in area.results
                ),
            )
            for area in after.areas
        ),
    )
    assert plain == before
    assert after.preamble == f"{FIRST}\n\n{SECOND}"
    assert after.preamble_paragraphs == (FIRST, SECOND)
    assert len(after.preamble) >= 2_500
    assert [row.code for row in after.results] == ["A2", "A10", "C1"]
    assert [proviso.code for proviso in after.provisos] == ["P2", "P10"]
    for (code, year), texts in TEXTS.items():
        said = next(row for row in after.results if row.code == code).wording(year)
        assert said is not None
        assert [each for each in (said.lead, *said.bullets, *said.paragraphs) if each] == texts


def test_the_page_says_it_before_and_after_publishing(at_the_authority):
    grant_id = make_grant(officer())
    url = f"/statsbidrag/{grant_id}/forvantade-resultat"
    shown = at_the_authority.post_form(url, {"text": MATRIX})
    assert shown.status_code == 200
    assert "Publicera matrisen" in shown.text
    assert not committed().query(FrameworkVersion).count()

    # Another text than the one that was shown is shown first.
    changed = at_the_authority.post_form(
        url, {"text": MATRIX.replace("Samverkan\n", "Samarbete\n"), "shown": fingerprint(MATRIX.strip())}
    )
    assert changed.status_code == 200
    assert "Samarbete" in changed.text
    done = at_the_authority.post_form(url, {"text": MATRIX, "shown": fingerprint(MATRIX.strip())})
    assert done.status_code == 303
    page = at_the_authority.get(done.location).text

    for text in (shown.text.split("<textarea")[0], page):
        said = words(text)
        for each in (FIRST, SECOND, *(text for texts in TEXTS.values() for text in texts)):
            assert each in said
        assert "Arbetsformer: nr #1" in said
        assert re.search(r'<h2 class="govuk-heading-m">C</h2>', text)
        assert "A10. 1.10" in said
        assert "Möjligheten skiljer.\nDen beror på planeringen # inför året." in said
        # Each year shows its own heading, in its cell.
        first, second = (re.findall(rf'<td data-label="{year}".*?</td>', text, re.DOTALL)[0] for year in (2021, 2022))
        assert "<strong>Samverkan</strong>" in first
        assert "<strong>Samverkan enligt mål #2</strong>" in second
        assert "Samverkan enligt" not in first


def annexed(content: FrameworkContent) -> ResultsAnnex:
    found = decision_documents.annex(published(content).framework_version_id, (2021, 2022))
    assert found is not None
    return found


def test_a_decisions_annex_says_it_on_paper_too(content, database):
    annex = annexed(content)

    assert annex.preamble == f"{FIRST}\n\n{SECOND}"
    assert [(area.heading, [row.code for row in area.results]) for area in annex.areas] == [
        ("A. Arbetsformer: nr #1", ["A2", "A10"]),
        ("C", ["C1"]),
    ]
    a2, a10 = annex.areas[0].results
    assert (a2.title, [each.title for each in a2.wordings]) == ("", ["Samverkan", "Samverkan enligt mål #2"])
    assert (a10.title, [each.title for each in a10.wordings]) == ("1.10", ["", ""])
    assert annex.areas[1].results[0].title == ""
    assert [each.starred for each in (*a2.wordings, *a10.wordings)] == [True, False, True, False]
    for row in (*annex.areas[0].results, *annex.areas[1].results):
        for said in row.wordings:
            texts = [each for each in (said.lead, *said.bullets, *said.paragraphs) if each]
            assert texts == TEXTS[row.code, said.year]
    assert [(note.codes, note.text) for note in annex.provisos] == [
        (("A2", "A10"), "Möjligheten skiljer.\nDen beror på planeringen # inför året."),
        (("A10",), "Gäller bara 2021: se not #10."),
    ]

    paper = bare(printed(examples.decision(annex=annex)))
    for text in (FIRST, SECOND, *(each for texts in TEXTS.values() for each in texts)):
        assert bare(text) in paper
    assert paper.count(bare("Samverkan enligt mål #2")) == 1


def test_a_frozen_annex_comes_back_and_one_from_before_keeps_its_heading(content, database):
    document = examples.decision(annex=annexed(content))
    stored = json.loads(canonical(content_of(document)))
    assert restored(DecisionDocument, stored, document.sha256) == document

    for area in stored["annex"]["areas"]:
        for row in area["results"]:
            row["title"] = row["title"] or "Samverkan"
            for said in row["wordings"]:
                del said["title"], said["title_example"]
    earlier = restored(DecisionDocument, stored, document.sha256)
    assert earlier.annex is not None
    assert earlier.annex.areas[0].results[0].title == "Samverkan"
    assert "Samverkan enligt" not in printed(earlier)


def test_a_report_has_its_own_years_heading_and_the_one_before(content, database):
    made = grantee(published(content), years=(2021, 2022))
    first, second = (report_queries.page(made.actor(), made.reports[year].id) for year in (2021, 2022))
    assert first is not None
    assert second is not None

    assert [(each.code, each.title) for each in first.results] == [("A2", "Samverkan"), ("A10", "1.10")]
    assert [(each.code, each.title) for each in second.results] == [
        ("A2", "Samverkan enligt mål #2"),
        ("A10", "1.10"),
        ("C1", ""),
    ]
    assert second.results[0].before is not None
    assert second.results[0].before.title == "Samverkan"
    assert [each.wording.starred for each in first.results] == [True, True]


def test_excel_says_each_years_heading(content, database):
    grantee(published(content), years=(2021, 2022))
    shown = reviews.overview(officer())
    assert shown is not None

    facts = reviews.for_excel(shown, example=False)

    assert [(row.area, row.title) for row in facts.rows] == [
        ("A. Arbetsformer: nr #1", "2021: Samverkan; 2022: Samverkan enligt mål #2"),
        ("A. Arbetsformer: nr #1", "1.10"),
        ("C", ""),
    ]
    cells = [cell for row in sheets(xlsx.report_overview(facts))["Myndighetens bedömning"] for cell in row]
    assert "2021: Samverkan; 2022: Samverkan enligt mål #2" in cells


def faults(text: str) -> list[str]:
    with pytest.raises(RuleViolations) as refusal:
        read(text)
    return [each.message for each in refusal.value.violations]


def test_a_forbehall_that_no_result_has_would_be_shown_nowhere():
    told = faults(outline("expected-results").replace(", förbehåll: [P4]", ""))
    assert told == ["Förbehåll P4: Inget resultat har förbehållet. Ange det där det gäller."]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("förbehåll: [P1]", "förbehåll: [P1, P1]", "Förbehållet P1 står två gånger."),
        ("beteckning: B2\n", "beteckning: B2\n        egen rubrik: ja\n", "egen rubrik: ja gäller en rubrik"),
        ("2022: {text:", "2022: {inledning: Ni har, text:", "inledning står före punkter."),
    ],
)
def test_what_would_have_no_place_is_told(old, new, said):
    assert old in outline("expected-results")
    assert any(said in each for each in faults(outline("expected-results").replace(old, new, 1)))
