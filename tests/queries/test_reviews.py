"""Regions × expected results × years: what stands in each cell, and how many questions it takes."""

import pytest

from grantportal.domain.actors import Actor, Role
from grantportal.domain.organisations import OrganisationKind
from grantportal.domain.reports import Rating, ReportStatus
from grantportal.exports import xlsx
from grantportal.queries import reviews
from grantportal.queries.accounts import actor_of
from tests.support.factories import OrganisationFactory, person
from tests.support.reported import matrix, rated, report
from tests.support.rows import committed
from tests.support.statements import of_drafts, statements


@pytest.fixture
def officer(database) -> Actor:
    return actor_of(person(Role.HANDLAGGARE, OrganisationFactory(kind=OrganisationKind.AUTHORITY)).id)


def cells(shown, code: str) -> list[tuple[str, str]]:
    """(text, own when it differs) of a row's cells."""
    row = next(row for area in shown.areas for row in area.rows if row.code == code)
    return [(cell.text, cell.differing[1] if cell.differing else "") for cell in row.cells]


def test_each_cell_has_the_authoritys_rating_else_the_regions_own_and_never_a_nought(officer):
    of = matrix()
    skane, gotaland = OrganisationFactory(name="Region Skåne"), OrganisationFactory(name="Västra Götaland")
    first = report(of, skane, year=2021, own={"A1": Rating.NOT_APPLICABLE})
    rated(of, first, {"A1": Rating.NOT_APPLICABLE, "A2": Rating.MET}, officer.user_id or 0)
    report(of, skane, year=2022)
    report(of, gotaland, year=2022, status=ReportStatus.DRAFT)
    committed()

    shown = reviews.overview(officer)

    assert shown is not None
    assert shown.regions == ("Region Skåne", "Västra Götaland")
    assert cells(shown, "A1") == [("Inte aktuellt", ""), ("egen: Delvis", ""), ("–", ""), ("Inte lämnad", "")]
    assert cells(shown, "A2") == [("Uppnått", "Delvis uppnått"), ("egen: Delvis", ""), ("–", ""), ("Inte lämnad", "")]
    assert [count for _, count in shown.counts] == ["1 av 1", "–", "–", "–"]


def test_a_row_tells_what_has_changed_and_where_a_proviso_was(officer):
    of = matrix()
    report(of, OrganisationFactory(), year=2022)
    report(of, OrganisationFactory(), year=2021)
    committed()

    shown = reviews.overview(officer)

    assert shown is not None
    assert [row.marks for row in shown.areas[0].rows] == [
        (
            ("star", "förbehåll 2021"),
            ("delta", "ordalydelsen ändrad 2022"),
            ("star", "förbehållet borttaget 2022"),
        ),
        (),
    ]


def test_one_year_is_chosen_and_an_unknown_statsbidrag_is_not_there(officer):
    of = matrix()
    region = OrganisationFactory()
    report(of, region, year=2021)
    report(of, region, year=2022)
    committed()

    chosen = reviews.overview(officer, of.grant.id, 2021)
    assert chosen is not None
    assert chosen.years == (2021,)
    assert [head.grant_year for head in chosen.reports] == [2021]
    odd = reviews.overview(officer, None, 1999)
    assert odd is not None
    assert odd.years == (2021, 2022)
    assert reviews.overview(officer, 4711) is None


def test_the_overview_of_21_regions_30_results_and_4_years_asks_no_more_than_a_small_one(officer):
    def asked() -> int:
        committed()
        with statements() as sent:
            shown = reviews.overview(officer)
            reviews.for_excel(shown, example=False)
        assert not of_drafts(sent)
        return len(sent)

    report(matrix(), OrganisationFactory())
    small = asked()
    years = (2021, 2022, 2023, 2024)
    of = matrix([f"{area}{number}" for area in "ABC" for number in range(1, 11)], years)
    for _ in range(21):
        region = OrganisationFactory()
        for year in years:
            made = report(of, region, year=year)
            rated(of, made, dict.fromkeys(of.results, Rating.MET), officer.user_id or 0)

    assert asked() == small
    # The session and the person take two more.
    assert small <= 13


def test_the_workbook_says_what_is_missing(officer):
    of = matrix()
    report(of, OrganisationFactory(name="Region A"), year=2021)
    report(of, OrganisationFactory(name="Region B"), year=2022, status=ReportStatus.DRAFT)
    committed()
    shown = reviews.overview(officer)
    assert shown is not None

    facts = reviews.for_excel(shown, example=True)

    assert [(cell.rating, cell.own_rating) for cell in facts.rows[0].cells] == [
        ("Inte granskat", "Delvis uppnått"),
        ("–", "–"),
        ("–", "–"),
        ("Inte lämnad", "Inte lämnad"),
    ]
    assert xlsx.report_overview(facts).startswith(b"PK")


def test_the_panel_has_every_year_of_the_region_the_asked_one_first(officer):
    of = matrix()
    region = OrganisationFactory()
    asked, other = report(of, region, year=2021), report(of, region, year=2022)
    report(of, OrganisationFactory(), year=2022)
    rated(of, asked, {"A1": Rating.MET}, officer.user_id or 0)
    committed()

    panel = reviews.panel(officer, asked.id, "A1")

    assert panel is not None
    assert [year.head.id for year in panel.years] == [asked.id, other.id]
    assert [year.wording.text for year in panel.years if year.wording] == ["Ordalydelse A1 2021", "Ordalydelse A1 2022"]
    assert panel.years[0].differs
    assert panel.years[1].ours is None


@pytest.mark.parametrize("code", ["Z9", "", "A1' OR 1=1", "å" * 5_000])
def test_a_result_that_is_not_in_the_matrix_has_no_panel(officer, code):
    made = report(matrix(), OrganisationFactory())
    committed()
    assert reviews.panel(officer, made.id, code) is None
