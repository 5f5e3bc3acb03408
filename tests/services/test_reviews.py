"""Granskning: rated by officers, supplemented, approved once."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from grantportal import db
from grantportal.domain import clock, reviews
from grantportal.domain.actors import Actor, Role
from grantportal.domain.cases import Direction, RecordKind
from grantportal.domain.errors import NoRight, NotVisible, RuleViolation
from grantportal.domain.organisations import OrganisationKind
from grantportal.domain.reports import Rating, ReportStatus
from grantportal.domain.reviews import ApproveReport, Assessment, RateResult, RateResults
from grantportal.domain.supplements import RequestSupplement, SupplementStatus
from grantportal.models.cases import Case
from grantportal.models.organisations import Organisation
from grantportal.models.records import Record
from grantportal.models.reports import Report, ReviewRating
from grantportal.models.supplements import Supplement
from grantportal.queries import reviews as queries
from grantportal.queries.accounts import actor_of
from grantportal.services import reviews as services
from tests.support.factories import OrganisationFactory, person
from tests.support.reported import Matrix, freeze, matrix, rated, report
from tests.support.rows import committed, events_of

pytestmark = pytest.mark.usefixtures("database")

ASKED = clock.local(date(2023, 3, 20), 9)
LAST_DAY = date(2023, 4, 3)
ASKING = RequestSupplement(("A1", "economy"), "Texten räcker inte.", LAST_DAY)


@pytest.fixture
def authority() -> Organisation:
    return OrganisationFactory(kind=OrganisationKind.AUTHORITY)


@pytest.fixture
def officer(authority) -> Actor:
    return actor_of(person(Role.HANDLAGGARE, authority).id)


@pytest.fixture
def colleague(authority) -> Actor:
    return actor_of(person(Role.HANDLAGGARE, authority).id)


@pytest.fixture
def of(database) -> Matrix:
    return matrix()


@pytest.fixture
def region(database) -> Organisation:
    return OrganisationFactory()


@pytest.fixture
def made(of, region) -> Report:
    return report(of, region)


def rating(of: Matrix, code: str, assessment: Assessment, seen: str = "") -> RateResult:
    """What a page sends that showed no rating yet, unless said otherwise."""
    return RateResult(of.results[code].id, assessment, seen or reviews.stamp(0, Assessment()))


def rate(actor: Actor, made: Report, *results: RateResult) -> int:
    return services.rate(actor, made.id, RateResults(results))


def ratings_of(made: Report) -> dict[int, Rating]:
    rows = committed().scalars(select(ReviewRating).where(ReviewRating.report_id == made.id))
    return {row.expected_result_id: row.rating for row in rows}


def approve(actor: Actor, made: Report) -> None:
    committed()
    page = queries.page(actor, made.id)
    services.approve(actor, made.id, ApproveReport(page.fingerprint if page else ""))


def status_of(made: Report) -> ReportStatus:
    return committed().get_one(Report, made.id).status


def test_a_rating_is_saved_beside_the_regions_own_with_its_history(of, officer, made):
    assert rate(officer, made, rating(of, "A1", Assessment(Rating.PARTLY))) == 1

    assert ratings_of(made) == {of.results["A1"].id: Rating.PARTLY}
    assert events_of(made) == ["report.reviewed"]


def test_another_rating_than_the_regions_needs_a_comment_and_nothing_is_half_saved(of, officer, made):
    with pytest.raises(RuleViolation, match="A1: Skriv varför"):
        rate(officer, made, rating(of, "A1", Assessment(Rating.MET)), rating(of, "A2", Assessment(Rating.PARTLY)))

    assert ratings_of(made) == {}
    rate(officer, made, rating(of, "A1", Assessment(Rating.MET, "Båda leden är uppnådda.")))
    assert ratings_of(made) == {of.results["A1"].id: Rating.MET}


def test_two_officers_do_not_write_over_each_other(of, officer, colleague, made):
    rate(officer, made, rating(of, "A1", Assessment(Rating.NOT_MET, "Inte börjat.")))

    with pytest.raises(RuleViolation, match=r"A1: .* Inte uppnått med kommentaren «Inte börjat.»") as refusal:
        rate(colleague, made, rating(of, "A1", Assessment(Rating.PARTLY)))

    assert refusal.value.field == f"r{of.results['A1'].id}_seen"
    assert ratings_of(made) == {of.results["A1"].id: Rating.NOT_MET}


def test_an_untouched_rating_leaves_the_colleagues_later_one_alone(of, officer, colleague, made):
    rate(officer, made, rating(of, "A1", Assessment(Rating.PARTLY)))

    # The colleague's page was opened before, and only A2 was rated in it.
    rate(colleague, made, rating(of, "A1", Assessment()), rating(of, "A2", Assessment(Rating.PARTLY)))

    assert set(ratings_of(made).values()) == {Rating.PARTLY}
    assert len(ratings_of(made)) == 2


def test_a_rating_may_be_changed_until_the_report_is_approved(of, officer, colleague, made):
    rate(officer, made, *(rating(of, code, Assessment(Rating.PARTLY)) for code in of.results))
    seen = reviews.stamp(1, Assessment(Rating.PARTLY))
    rate(colleague, made, rating(of, "A1", Assessment(Rating.MET, "Läst igen."), seen))
    approve(officer, made)

    with pytest.raises(RuleViolation, match="inte i det läget"):
        rate(officer, made, rating(of, "A1", Assessment(Rating.PARTLY), reviews.stamp(2, Assessment())))
    assert ratings_of(made)[of.results["A1"].id] is Rating.MET


def test_saving_the_same_again_writes_no_history(of, officer, made):
    same = rating(of, "A1", Assessment(Rating.PARTLY))
    rate(officer, made, same)

    with pytest.raises(RuleViolation, match="Ingen bedömning är ändrad"):
        rate(officer, made, same)
    assert events_of(made) == ["report.reviewed"]


def test_a_result_of_another_matrix_is_not_there(of, officer, made):
    other = matrix(("A1",))
    with pytest.raises(NotVisible):
        rate(officer, made, rating(other, "A1", Assessment(Rating.PARTLY)))


def test_an_unrated_report_is_not_approved(of, officer, made):
    rate(officer, made, rating(of, "A1", Assessment(Rating.PARTLY)))

    with pytest.raises(RuleViolation, match="1 av 2 förväntade resultat är bedömda"):
        approve(officer, made)
    assert status_of(made) is ReportStatus.SUBMITTED


def test_an_approved_report_leaves_a_handling_and_cannot_be_approved_again(of, officer, made):
    rated(of, made, dict.fromkeys(of.results, Rating.PARTLY), officer.user_id or 0)
    approve(officer, made)

    assert status_of(made) is ReportStatus.APPROVED
    assert events_of(made) == ["report.approved"]
    record = committed().scalars(select(Record).where(Record.case_id == made.case_id)).one()
    assert (record.kind, record.direction, record.report_id) == (RecordKind.REPORT_APPROVAL, Direction.OUT, made.id)
    assert "Vår bedömning: Delvis uppnått." in record.text
    with pytest.raises(RuleViolation, match="inte i det läget"):
        approve(officer, made)


def test_ratings_that_changed_since_they_were_read_are_read_again(of, officer, colleague, made):
    rated(of, made, dict.fromkeys(of.results, Rating.PARTLY), officer.user_id or 0)
    committed()
    page = queries.page(officer, made.id)
    assert page is not None
    seen = reviews.stamp(1, Assessment(Rating.PARTLY, "Skäl"))
    rate(colleague, made, rating(of, "A1", Assessment(Rating.MET, "Läst igen."), seen))

    with pytest.raises(RuleViolation, match="ändrats sedan du läste"):
        services.approve(officer, made.id, ApproveReport(page.fingerprint))
    assert status_of(made) is ReportStatus.SUBMITTED


def test_a_komplettering_opens_parts_and_stops_the_review_until_it_is_closed(of, officer, made):
    rated(of, made, dict.fromkeys(of.results, Rating.PARTLY), officer.user_id or 0)
    with clock.at(ASKED):
        asked_id = services.request_supplement(officer, made.id, ASKING)
        with pytest.raises(RuleViolation):
            approve(officer, made)
        with pytest.raises(RuleViolation):
            rate(officer, made, rating(of, "A1", Assessment(Rating.MET, "Ändrad")))
        with pytest.raises(RuleViolation, match=r"till och med 3\xa0april\xa02023"):
            services.close_supplement(officer, made.id)

    asked = committed().get_one(Supplement, asked_id)
    assert [part.part for part in asked.parts] == ["A1", "economy"]
    assert asked.version_before == 1
    record = committed().scalars(select(Record).where(Record.case_id == made.case_id)).one()
    assert "Öppna delar: A1, ekonomin." in record.text

    with clock.at(clock.end_of(LAST_DAY)):
        services.close_supplement(officer, made.id)
        with pytest.raises(RuleViolation):
            services.close_supplement(officer, made.id)
    assert committed().get_one(Supplement, asked_id).status is SupplementStatus.CLOSED
    assert status_of(made) is ReportStatus.SUBMITTED
    assert events_of(asked) == ["supplement.requested", "supplement.closed"]


def test_only_one_komplettering_is_open(officer, made):
    with clock.at(ASKED):
        services.request_supplement(officer, made.id, ASKING)
        with pytest.raises(RuleViolation):
            services.request_supplement(officer, made.id, ASKING)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"parts": ()}, "parts"),
        ({"parts": ("Z9",)}, "parts"),
        ({"reason": ""}, "reason"),
        ({"last_day": ASKED.date()}, "last_day"),
    ],
)
def test_a_request_that_does_not_hold_is_refused_beside_its_field(officer, made, change, field):
    with clock.at(ASKED), pytest.raises(RuleViolation) as refusal:
        services.request_supplement(officer, made.id, replace(ASKING, **change))
    assert refusal.value.field == field


def test_what_an_answered_komplettering_changed_is_told(of, officer, region, made):
    with clock.at(ASKED):
        asked_id = services.request_supplement(officer, made.id, ASKING)
    # As the region's hand-in leaves it: a second version, and the request answered.
    freeze(of, made, region, number=2, ratings={"A1": Rating.MET, "A2": Rating.PARTLY}, cost=800_000)
    with db.writing_session() as session, session.begin():
        asked = session.get_one(Supplement, asked_id)
        asked.status, asked.version_after = SupplementStatus.ANSWERED, 2
        session.get_one(Report, made.id).version_number = 2
    committed()
    page = queries.page(officer, made.id)

    assert page is not None
    changed = {result.code: result.before for result in page.results}
    assert changed == {"A1": (("Regionens bedömning", "Delvis uppnått"),), "A2": ()}
    assert page.economy_before == (("Personal, total kostnad", "900\xa0000\xa0kr"),)


def test_who_approves_after_a_komplettering_of_the_economy_is_told_that_the_economy_changed(of, officer, region, made):
    answers = {"A1": Rating.PARTLY, "A2": Rating.PARTLY}
    rated(of, made, answers, officer.user_id or 0)
    committed()
    read = queries.page(officer, made.id).fingerprint
    freeze(of, made, region, number=2, ratings=answers, cost=800_000)
    with db.writing_session() as session, session.begin():
        session.get_one(Report, made.id).version_number = 2

    with pytest.raises(RuleViolation, match=r"sedan du läste: regionens ekonomi\."):
        services.approve(officer, made.id, ApproveReport(read))


def test_a_rating_of_an_answer_that_a_komplettering_has_changed_is_made_anew(of, officer, region, made):
    before = Assessment(Rating.PARTLY, "Beskrivningen saknar ansvar.")
    later = clock.local(date(2023, 3, 28), 9)
    with clock.at(clock.local(date(2023, 3, 19), 9)):
        rate(officer, made, *(rating(of, code, before) for code in of.results))
    with clock.at(ASKED):
        asked_id = services.request_supplement(officer, made.id, ASKING)
    freeze(of, made, region, number=2, ratings={"A1": Rating.MET, "A2": Rating.PARTLY}, at=later)
    with db.writing_session() as session, session.begin():
        session.get_one(Supplement, asked_id).status = SupplementStatus.ANSWERED
        report_row = session.get_one(Report, made.id)
        report_row.version_number, report_row.status = 2, ReportStatus.SUBMITTED
    committed()

    with clock.at(later.replace(hour=12)):
        page = queries.page(officer, made.id)
        assert (page.rated, len(page.results)) == (1, 2)
        assert [(each.code, what) for each, what in page.remaining] == [
            ("A1", "bedömt före kompletteringen, bedöm det igen")
        ]
        with pytest.raises(RuleViolation, match=r"Bedöm först A1\."):
            approve(officer, made)
        first = page.results[0]
        # Sent back as it was shown, nothing is chosen, and nothing is saved.
        with pytest.raises(RuleViolation, match="inget att spara"):
            rate(officer, made, rating(of, "A1", first.assessment, first.stamp))
        # The same rating as before is a new one: it is of another answer.
        assert rate(officer, made, rating(of, "A1", before, first.stamp)) == 1
        committed()
        assert queries.page(officer, made.id).rated == 2
        approve(officer, made)
    assert status_of(made) is ReportStatus.APPROVED


def test_a_draft_is_not_there_for_the_officer(of, officer, region):
    draft = report(of, region, status=ReportStatus.DRAFT)

    assert queries.page(officer, draft.id) is None
    with pytest.raises(NotVisible):
        rate(officer, draft, rating(of, "A1", Assessment(Rating.PARTLY)))


@pytest.mark.parametrize("role", [Role.BESLUTSFATTARE, Role.ENHETSCHEF, Role.INSYN])
def test_only_the_officer_reviews(of, authority, made, role):
    reader = actor_of(person(role, authority).id)
    with pytest.raises(NoRight):
        rate(reader, made, rating(of, "A1", Assessment(Rating.PARTLY)))
    with pytest.raises(NoRight):
        approve(reader, made)
    with clock.at(ASKED), pytest.raises(NoRight):
        services.request_supplement(reader, made.id, ASKING)


def test_the_region_does_not_rate_itself(of, region, made):
    ombud = actor_of(person(Role.OMBUD, region).id)
    with pytest.raises(NoRight):
        rate(ombud, made, rating(of, "A1", Assessment(Rating.MET, "Bra")))


def test_the_region_sees_the_ratings_once_the_report_is_approved(of, officer, region, made):
    users = person(Role.OMBUD, region), person(Role.OMBUD, OrganisationFactory())
    committed()
    ombud, stranger = (actor_of(user.id) for user in users)
    rated(of, made, dict.fromkeys(of.results, Rating.PARTLY), officer.user_id or 0)
    assert queries.ratings_for_party(ombud, made.id) == ()

    approve(officer, made)
    committed()

    told = queries.ratings_for_party(ombud, made.id)
    assert [(each.code, each.own.rating, each.ours.rating, each.ours.comment) for each in told] == [
        ("A1", Rating.PARTLY, Rating.PARTLY, "Skäl"),
        ("A2", Rating.PARTLY, Rating.PARTLY, "Skäl"),
    ]
    assert queries.ratings_for_party(stranger, made.id) == ()


def test_the_history_is_chained_in_the_reports_case(of, officer, made):
    rate(officer, made, rating(of, "A1", Assessment(Rating.PARTLY)))
    assert committed().get_one(Case, made.case_id).event_seq == 1
