"""From the case one reaches the report, its granskning and its versions, before and after hand-in, on both sides."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from grantportal.domain import clock, reviews
from grantportal.domain.actors import Role
from grantportal.domain.cases import Direction, RecordKind
from grantportal.domain.reports import ECONOMY, RATING_TEXTS, Rating, ResultAnswer, SaveResult
from grantportal.domain.reviews import ApproveReport, Assessment, RateResult, RateResults
from grantportal.domain.supplements import RequestSupplement
from grantportal.models.records import Record
from grantportal.queries import reviews as review_queries
from grantportal.services import reports as services
from grantportal.services import reviews as granskning
from tests.support.calls import authority
from tests.support.factories import OrganisationFactory, person
from tests.support.pages import words
from tests.support.reporting import ANSWER, OPENED, actor_of, grantee, handed_in, page
from tests.support.rows import committed

pytestmark = pytest.mark.usefixtures("database")

ASKED = datetime(2022, 3, 14, 9, tzinfo=UTC)
ANSWERED = datetime(2022, 3, 25, 9, tzinfo=UTC)
APPROVED = datetime(2022, 4, 5, 9, tzinfo=UTC)
BEFORE_IT_OPENS = datetime(2021, 11, 1, 9, tzinfo=UTC)
REASON = "Vad kostade utbildningen?"


@pytest.fixture
def region():
    return grantee()


@pytest.fixture
def officer():
    return person(Role.HANDLAGGARE, authority())


def reached(client, start):
    """Every address that the page leads to, with what its link says."""
    document = client.get(start).document
    return {link.get("href"): words(link) for link in document.iter("a") if link.get("href")}


def supplemented(region, officer):
    """Handed in, asked about A1, and answered: two versions."""
    handed_in(region)
    with clock.at(ASKED):
        asking = RequestSupplement(("A1",), REASON, date(2022, 3, 25))
        granskning.request_supplement(actor_of(officer), region.report.id, asking)
    with clock.at(ANSWERED):
        shown = page(region)
        answer = ResultAnswer(Rating.MET, "Nu är det gjort.")
        services.save_result(region.actor(), shown.id, "A1", SaveResult(answer, shown.result("A1").stamp))
        return services.submit(region.actor(), region.report.id)


def approved(region, officer):
    who = actor_of(officer)
    with clock.at(APPROVED):
        shown = review_queries.page(who, region.report.id)
        rated = tuple(
            RateResult(each.id, Assessment(each.own.rating, f"Om {each.code}."), reviews.stamp(0, Assessment()))
            for each in shown.results
        )
        granskning.rate(who, region.report.id, RateResults(rated))
        committed()
        seen = review_queries.page(who, region.report.id).fingerprint
        granskning.approve(who, region.report.id, ApproveReport(seen))


def records_of(region, *kinds):
    found = committed().scalars(select(Record).where(Record.case_id == region.case.id).order_by(Record.number))
    return [each for each in found if each.kind in kinds]


def test_before_it_opens_both_sides_reach_what_will_be_asked(signed_in, region, officer):
    case, questions = f"/arenden/{region.case.id}", f"/aterrapporteringar/{region.report.id}/fragor"
    with clock.at(BEFORE_IT_OPENS):
        ombud, reader = signed_in(region.users[Role.OMBUD]), signed_in(officer)
        assert f"/aterrapporteringar/{region.report.id}" in reached(ombud, case)
        assert questions in reached(ombud, case)
        assert questions in reached(reader, case)
        assert questions in reached(reader, f"/uppfoljning?bidrag={region.call.grant_id}")
        said = words(reader.get(questions).document)
        for result in page(region).results:
            assert result.title in said
        assert "Öppnar 1 december 2021" in said
        # A draft is the region's own.
        assert reader.get(f"/aterrapporteringar/{region.report.id}").status_code == 404
        assert reader.get(f"/granskning/{region.report.id}").headers["Location"] == questions


def test_what_is_being_written_is_not_on_the_page_of_what_is_asked(signed_in, region, officer):
    with clock.at(OPENED):
        shown = page(region)
        stamp = shown.result("A1").stamp
        services.save_result(region.actor(), shown.id, "A1", SaveResult(ResultAnswer(text="Bara vårt."), stamp))
        assert "Bara vårt." not in signed_in(officer).get(f"/aterrapporteringar/{region.report.id}/fragor").text


def test_after_hand_in_both_sides_reach_the_granskning_and_every_version(signed_in, region, officer):
    assert supplemented(region, officer) == 2
    case, report = f"/arenden/{region.case.id}", f"/aterrapporteringar/{region.report.id}"
    with clock.at(APPROVED):
        ombud, reader = signed_in(region.users[Role.OMBUD]), signed_in(officer)
        for client in (ombud, reader):
            assert {f"{report}/version/2", f"{report}/jamfor", f"{report}/fragor"} <= reached(client, case).keys()
            assert {f"{report}/version/1", f"{report}/version/2/pdf"} <= reached(client, f"{report}/version/2").keys()
            assert f"{report}/version/1/pdf" in reached(client, f"{report}/version/1")
        assert report in reached(ombud, case)
        assert f"/granskning/{region.report.id}" in reached(reader, case)
    approved(region, officer)
    with clock.at(APPROVED):
        # Nothing is to be done with it any more, and it is still reached.
        assert report in reached(ombud, case)
        assert f"/granskning/{region.report.id}" in reached(reader, case)


def test_each_version_is_one_file_with_the_same_bytes_to_everybody(signed_in, region, officer):
    supplemented(region, officer)
    files = {}
    for number in (1, 2):
        url = f"/aterrapporteringar/{region.report.id}/version/{number}/pdf"
        first, again, theirs = (
            signed_in(user).get(url) for user in (region.users[Role.OMBUD], region.users[Role.OMBUD], officer)
        )
        assert first.mimetype == "application/pdf"
        assert b"<pdfaid:part>2</pdfaid:part>" in first.data
        assert b"<pdfuaid:part>1</pdfuaid:part>" in first.data
        assert first.data == again.data == theirs.data
        record = records_of(region, RecordKind.REPORT, RecordKind.SUPPLEMENT_ANSWER)[number - 1]
        assert signed_in(officer).get(f"/handlingar/{record.id}/hamta").data == first.data
        files[number] = first.data
    assert files[1] != files[2]
    assert signed_in(officer).get(f"/aterrapporteringar/{region.report.id}/version/3/pdf").status_code == 404


def test_versions_are_compared_part_by_part(signed_in, region, officer):
    supplemented(region, officer)
    client = signed_in(region.users[Role.OMBUD])
    url = f"/aterrapporteringar/{region.report.id}/jamfor"
    said = words(client.get(url).document)
    assert "tillagt: Nu är det gjort" in said
    assert f"borttaget: {ANSWER.text[:-1]}" in said
    assert f"tillagt: {RATING_TEXTS[Rating.MET]}" in said
    assert "4 svar och 0 belopp" in said
    same = words(client.get(f"{url}?fran=1&till=1").document)
    assert "samma version två gånger" in same
    assert client.get(f"{url}?fran=1&till=7").status_code == 404
    assert signed_in(person(Role.OMBUD, OrganisationFactory())).get(url).status_code == 404


def test_one_version_has_nothing_to_compare_with(signed_in, region):
    handed_in(region)
    page = signed_in(region.users[Role.OMBUD]).get(f"/aterrapporteringar/{region.report.id}/jamfor")
    assert "lämnats in en gång" in words(page.document)


def test_what_the_region_is_told_is_a_handling_that_it_reads(signed_in, region, officer):
    """Asked: which parts, why and by when. Approved: what, when, by whom, and the words about each result."""
    supplemented(region, officer)
    ombud = signed_in(region.users[Role.OMBUD])
    [asked] = records_of(region, RecordKind.SUPPLEMENT_REQUEST)
    said = words(ombud.get(f"/handlingar/{asked.id}").document)
    assert REASON in said
    assert "Öppna delar: A1." in said
    assert "25 mars 2022" in said
    assert records_of(region, RecordKind.REPORT_APPROVAL) == []

    approved(region, officer)

    [told] = records_of(region, RecordKind.REPORT_APPROVAL)
    assert (told.direction, told.dated_at, told.counterpart) == (Direction.OUT, APPROVED, region.organisation.name)
    said = words(ombud.get(f"/handlingar/{told.id}").document)
    assert f"Godkänd av {officer.name} 5 april 2022 kl. 11:00" in said
    assert "version 2, som kom in 25 mars 2022 kl. 10:00" in said
    for result in page(region).results:
        assert f"{result.code} {result.title}" in said
        assert f"Om {result.code}." in said
    assert {f"/handlingar/{asked.id}", f"/handlingar/{told.id}"} <= reached(
        ombud, f"/aterrapporteringar/{region.report.id}"
    ).keys()
    stranger = signed_in(person(Role.OMBUD, OrganisationFactory()))
    assert stranger.get(f"/handlingar/{told.id}").status_code == 404


def test_until_it_is_told_the_officers_words_are_the_authoritys_own(signed_in, region, officer):
    supplemented(region, officer)
    who = actor_of(officer)
    with clock.at(APPROVED):
        shown = review_queries.page(who, region.report.id)
        note = RateResult(
            shown.results[0].id, Assessment(Rating.MET, "Ännu bara vårt."), reviews.stamp(0, Assessment())
        )
        granskning.rate(who, region.report.id, RateResults((note,)))
    ombud = signed_in(region.users[Role.OMBUD])
    for url in (f"/aterrapporteringar/{region.report.id}", f"/arenden/{region.case.id}"):
        assert "Ännu bara vårt." not in ombud.get(url).text


def test_a_komplettering_that_is_closed_unanswered_is_told_in_a_handling(signed_in, region, officer):
    handed_in(region)
    with clock.at(ASKED):
        asking = RequestSupplement((ECONOMY,), REASON, date(2022, 3, 25))
        granskning.request_supplement(actor_of(officer), region.report.id, asking)
    with clock.at(APPROVED):
        granskning.close_supplement(actor_of(officer), region.report.id)
    [closed] = records_of(region, RecordKind.SUPPLEMENT_CLOSED)
    assert (closed.direction, closed.report_id) == (Direction.OUT, region.report.id)
    said = words(signed_in(region.users[Role.APPLICANT_ECONOMIST]).get(f"/handlingar/{closed.id}").document)
    assert "Svaret skulle ha kommit senast 25 mars 2022" in said
    assert "granskas som den är" in said


def test_the_handlingar_of_one_year_are_not_shown_with_anothers(signed_in, officer):
    both = grantee(years=(2021, 2022))
    handed_in(both)
    with clock.at(datetime(2023, 2, 1, 9, tzinfo=UTC)):
        client = signed_in(both.users[Role.OMBUD])
        assert "Handlingar om återrapporteringen" in client.get(f"/aterrapporteringar/{both.reports[2021].id}").text
        assert "Handlingar om återrapporteringen" not in client.get(f"/aterrapporteringar/{both.reports[2022].id}").text
