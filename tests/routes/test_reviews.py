"""The pages of the granskning: what is typed is kept, and what is odd is asked again."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from grantportal import db
from grantportal.domain import clock, working_days
from grantportal.domain.actors import Role
from grantportal.domain.organisations import OrganisationKind
from grantportal.domain.payments import LedgerKind
from grantportal.domain.reports import Rating, ReportStatus
from grantportal.models.payments import LedgerEntry
from grantportal.models.reports import Report
from tests.support.client import Client
from tests.support.factories import OrganisationFactory, person
from tests.support.pages import words
from tests.support.reported import HANDED_IN, Matrix, freeze, matrix, rated, report
from tests.support.rows import committed, saved

AGAIN = datetime(2023, 4, 12, 14, 5, tzinfo=UTC)


@pytest.fixture
def officer(signed_in: Callable[..., Client]) -> Client:
    return signed_in(person(Role.HANDLAGGARE, OrganisationFactory(kind=OrganisationKind.AUTHORITY)))


@pytest.fixture
def of(database) -> Matrix:
    return matrix()


@pytest.fixture
def made(of) -> Report:
    return report(of, OrganisationFactory())


def seen_in(page, of: Matrix, code: str = "A1") -> dict[str, str]:
    """The page's stamp of a result."""
    name = f"r{of.results[code].id}_seen"
    return {field.get("name"): field.get("value") for field in page.document.iter("input") if field.get("name") == name}


def typed(of: Matrix, rating: str, comment: str = "", code: str = "A1") -> dict[str, str]:
    return {f"r{of.results[code].id}_rating": rating, f"r{of.results[code].id}_comment": comment}


def test_a_report_is_rated_and_approved_through_its_pages(officer, of, made):
    url = f"/granskning/{made.id}"
    page = officer.get(url)
    data = {}
    for code in of.results:
        data |= typed(of, "partly", code=code) | seen_in(page, of, code)
    assert officer.post_form(url, data).status_code == 303
    assert officer.post_form(f"{url}/godkann", {"seen": _seen(officer, url)}).status_code == 303

    assert committed().get_one(Report, made.id).status is ReportStatus.APPROVED
    page = officer.get(url)
    assert "Spara bedömningarna" not in page.text
    assert "Godkänd" in page.text


def test_until_every_result_is_rated_the_page_says_what_is_missing_and_has_no_button(officer, of, made):
    url = f"/granskning/{made.id}/godkann"
    page = officer.get(url)
    assert "0 av 2 resultat är bedömda" in page.text
    assert not list(page.document.iter("button"))[1:], "the only button signs out"

    rated(of, made, {"A1": Rating.PARTLY}, officer.user.id)
    page = officer.get(url)
    assert [each.get("href") for each in page.document.iter("a") if "#A" in each.get("href", "")] == [
        f"/granskning/{made.id}#A2"
    ]

    rated(of, made, {"A2": Rating.PARTLY}, officer.user.id)
    page = officer.get(url)
    assert "återstår" not in page.text
    assert "Regionen får veta det" in page.text


def _seen(officer: Client, url: str) -> str:
    page = officer.get(f"{url}/godkann")
    return next(
        str(field.get("value"))
        for field in page.document.iter("input")  # type: ignore[attr-defined]
        if field.get("name") == "seen"
    )


def test_a_refused_rating_keeps_what_was_typed(officer, of, made):
    url = f"/granskning/{made.id}"
    data = typed(of, "met") | typed(of, "not_met", "Något att behålla", "A2")
    for code in of.results:
        data |= seen_in(officer.get(url), of, code)
    page = officer.post_form(url, data)

    assert page.status_code == 422
    assert "A1: Skriv varför din bedömning är en annan än regionens." in page.text
    assert "Något att behålla" in page.text


def test_a_clash_is_told_once_and_the_next_press_decides(officer, signed_in, of, made):
    url = f"/granskning/{made.id}"
    colleague = signed_in(person(Role.HANDLAGGARE, OrganisationFactory(kind=OrganisationKind.AUTHORITY)))
    stale = seen_in(officer.get(url), of)
    assert colleague.post_form(url, typed(of, "not_met", "Inte börjat.") | stale).status_code == 303

    page = officer.post_form(url, typed(of, "partly") | stale)
    assert page.status_code == 422
    assert "har under tiden sparat bedömningen Inte uppnått med kommentaren «Inte börjat.»" in page.text
    assert seen_in(page, of) != stale

    assert officer.post_form(url, typed(of, "partly") | seen_in(page, of)).status_code == 303


@pytest.mark.parametrize("rating", ["", "best", "MET", "1", "<script>", "x" * 10_000])
def test_a_rating_that_is_no_choice_is_asked_again(officer, of, made, rating):
    url = f"/granskning/{made.id}"
    data = typed(of, rating, "Text") | seen_in(officer.get(url), of)
    page = officer.post_form(url, data)
    assert page.status_code == 422
    assert "Välj" in page.text


@pytest.mark.parametrize("comment", ["x" * 2_001, "x" * 100_000])
def test_a_comment_that_is_too_long_is_asked_again_and_kept(officer, of, made, comment):
    url = f"/granskning/{made.id}"
    page = officer.post_form(url, typed(of, "met", comment) | seen_in(officer.get(url), of))
    assert page.status_code == 422
    assert "Skriv högst 2\xa0000 tecken." in page.text
    assert comment in page.text


def test_marks_of_direction_and_nul_are_taken_away(officer, of, made):
    url = f"/granskning/{made.id}"
    data = typed(of, "met", "a\x00b\u202ec <b>fet</b>") | seen_in(officer.get(url), of)
    assert officer.post_form(url, data).status_code == 303
    assert "abc &lt;b&gt;fet&lt;/b&gt;" in officer.get(url).text


@pytest.mark.parametrize("last_day", ["", "1 mars", "2021-02-30", "2020-01-01", "9" * 500])
def test_a_day_that_does_not_hold_is_asked_again(officer, made, last_day):
    url = f"/granskning/{made.id}/komplettering"
    page = officer.post_form(url, {"parts": ["A1"], "reason": "Saknas", "last_day": last_day})
    assert page.status_code == 422
    assert "Saknas" in page.text
    assert last_day in page.text


def test_a_komplettering_is_asked_for_and_shown(officer, made):
    url = f"/granskning/{made.id}"
    data = {
        "parts": ["A1", "economy"],
        "reason": "Texten räcker inte.",
        "last_day": str(working_days.after(clock.today(), 20)),
    }
    assert officer.post_form(f"{url}/komplettering", data).status_code == 303

    page = officer.get(url)
    assert "Texten räcker inte." in page.text
    assert "A1, Ekonomin" in page.text
    refused = officer.post_form(f"{url}/stang", at=url)
    assert refused.status_code == 422
    assert "Stäng kompletteringen efter det." in refused.text


@pytest.mark.parametrize("query", ["", "?bidrag=x&ar=y", "?bidrag=999999999999&ar=-1", "?bidrag=4711", "?ar=2022"])
def test_an_odd_filter_shows_what_there_is(officer, of, made, query):
    rated(of, made, {"A1": Rating.MET}, officer.user.id)
    page = officer.get(f"/uppfoljning{query}")
    assert page.status_code == 200
    assert "Resultat A1" in page.text
    assert "1 av 1" in page.text


def test_nothing_to_follow_up_is_said(officer):
    assert "Ingen återrapportering är planerad än" in officer.get("/uppfoljning").text


def test_a_panel_is_reached_from_its_cell(officer, made):
    page = officer.get(f"/uppfoljning/{made.id}/A1")
    assert "Ordalydelse A1 2022" in page.text
    assert officer.get(f"/uppfoljning/{made.id}/Z9").status_code == 404


def test_after_a_komplettering_both_sides_read_when_it_came(officer, signed_in, of):
    region = OrganisationFactory()
    made = report(of, region)
    assert "Kompletterad" not in officer.get(f"/granskning/{made.id}").text
    freeze(of, made, region, number=2, ratings={"A1": Rating.MET, "A2": Rating.PARTLY}, at=AGAIN)
    with db.writing_session() as session, session.begin():
        session.get_one(Report, made.id).version_number = 2

    page = officer.get(f"/granskning/{made.id}")
    assert clock.day_time_text(HANDED_IN) in page.text
    assert "Kompletterad" in page.text
    assert clock.day_time_text(AGAIN) in page.text
    page = signed_in(person(Role.OMBUD, region)).get(f"/aterrapporteringar/{made.id}")
    assert f"Låst som den var {clock.day_time_text(AGAIN)}." in page.text


def test_the_region_reads_the_ratings_on_its_own_page_once_approved(officer, signed_in, of):
    region = OrganisationFactory()
    made = report(of, region)
    rated(of, made, dict.fromkeys(of.results, Rating.MET), officer.user.id)
    ombud = signed_in(person(Role.OMBUD, region))
    assert "Granskningen" not in ombud.get(f"/aterrapporteringar/{made.id}").text

    url = f"/granskning/{made.id}/godkann"
    assert officer.post_form(url, {"seen": _seen(officer, f"/granskning/{made.id}")}).status_code == 303

    page = ombud.get(f"/aterrapporteringar/{made.id}")
    assert "Granskningen" in page.text
    assert "Skäl" in page.text


@pytest.mark.parametrize(("cost", "told"), [(1_000_000, False), (1_200_000, True)])
def test_the_officer_reads_what_goes_over_all_that_is_paid(officer, of, cost, told):
    made = report(of, OrganisationFactory(), cost=cost)
    saved(
        LedgerEntry(
            kind=LedgerKind.PAID,
            grant_id=made.grant_id,
            grant_year=made.grant_year,
            organisation_id=made.organisation_id,
            case_id=made.case_id,
            amount=1_000_000,
            entered_at=HANDED_IN,
        )
    )

    shown = words(officer.get(f"/granskning/{made.id}").document).replace("\u00a0", " ")
    assert "Belastar bidraget 1 000 000 kr" in shown

    assert ("Över det utbetalda 200 000 kr" in shown) is told
    assert ("200 000 kr går över det utbetalda" in shown) is told
    assert "Att betala tillbaka 0 kr" in shown


@pytest.mark.parametrize(("cost", "told"), [(9_999_999, False), (10_000_000, True)])
def test_the_officer_reads_the_remarks_of_what_was_handed_in(officer, of, cost, told):
    made = report(of, OrganisationFactory(), cost=cost)
    url = f"/granskning/{made.id}"

    page = officer.get(url)

    shown = words(page.document).replace("\u00a0", " ")
    assert ("Kostnaden är 10 gånger budgeten, 10 000 000 kr mot 1 000 000 kr. Stämmer beloppet?" in shown) is told
    assert "Se över Kostnaderna minus egen finansiering är" in shown
    assert "Se över A2: Texten är bara" in shown
    # Once approved there is nothing to decide about.
    rated(of, made, dict.fromkeys(of.results, Rating.MET), officer.user.id)
    officer.post_form(f"{url}/godkann", {"seen": _seen(officer, url)})
    assert "Se över" not in words(officer.get(url).document)
