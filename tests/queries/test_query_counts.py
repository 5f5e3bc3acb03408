"""A page asks the database as often with much in it as with little: whole pages, session and person included."""

from tests.support import measured, plenty

FEW, MANY = 3, 60


def test_an_officers_list_asks_no_more_with_many_applications(app, database):
    of = plenty.ground(regions=3, results=3)
    plenty.applications(of, FEW)
    page = measured.officers_list(app, of)
    few = page.queries()
    plenty.applications(of, MANY - FEW)

    assert page.queries() == few
    assert few <= 10


def test_a_form_page_asks_no_more_with_many_rows(app, database):
    few, many = (
        measured.form_page(app, plenty.ground(regions=1, results=3), staff=staff).queries() for staff in (FEW, MANY)
    )

    assert few == many
    assert many <= 8


def test_the_overview_asks_no_more_with_many_reports(app, database):
    few = measured.overview(app, plenty.ground(regions=FEW, results=3, years=(2021,))).queries()
    many = measured.overview(app, plenty.ground(regions=5, results=6, years=(2021, 2022, 2023))).queries()

    assert few == many
    assert many <= 15


def test_a_reports_page_asks_no_more_with_many_results(app, database):
    few, many = (
        measured.report_page(app, plenty.ground(regions=2, results=results)).queries() for results in (FEW, MANY)
    )

    assert few == many
