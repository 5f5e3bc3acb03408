"""The start page: what waits for whom, late things first."""

from datetime import UTC, date, datetime

import pytest

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.decisions import DecisionStatus
from grantportal.domain.forms import FormKind
from grantportal.domain.frameworks import FrameworkStatus
from grantportal.domain.giros import ApproveGiro, AskForGiro, GiroCheck, VerifyGiro
from grantportal.domain.grants import FrameStatus
from grantportal.domain.organisations import OrganisationKind
from grantportal.domain.reports import ReportStatus
from grantportal.models.decisions import Communication, Decision
from grantportal.models.frameworks import FrameworkVersion
from grantportal.models.grants import FormVersion
from grantportal.models.reports import Report
from grantportal.models.supplements import Supplement
from grantportal.queries import accounts, home
from grantportal.services import giros
from tests.support.casework import ApplicationFactory, granted
from tests.support.factories import MandateFactory, OrganisationFactory, UserFactory, person
from tests.support.pages import words
from tests.support.payable import payable, programme
from tests.support.rows import committed, saved

MAY = datetime(2020, 5, 4, 8, tzinfo=UTC)


@pytest.fixture
def authority(database):
    return OrganisationFactory(kind=OrganisationKind.AUTHORITY)


@pytest.fixture
def application(database):
    return ApplicationFactory()


@pytest.fixture(autouse=True)
def portal_time():
    with clock.at(MAY):
        yield


def waiting(user) -> list[home.Waiting]:
    committed()
    return list(home.start(accounts.actor_of(user.id)).waiting)


def titles(user) -> list[str]:
    return [each.title for each in waiting(user)]


def supplement(application, last_day: date) -> Supplement:
    return saved(
        Supplement(
            case_id=application.case_id,
            organisation_id=application.organisation_id,
            application_id=application.id,
            reason="Förtydliga\n\nkostnaderna.",
            last_day=last_day,
            requested_by_id=UserFactory().id,
            requested_at=MAY,
            version_before=1,
        )
    )


def report(application, **values) -> Report:
    grant_id = application.call.grant_id
    framework = saved(FrameworkVersion(grant_id=grant_id, number=1, status=FrameworkStatus.DRAFT))
    form = saved(FormVersion(grant_id=grant_id, kind=FormKind.REPORT, number=1, title="x", definition="{}", sha256=""))
    made = saved(
        Report(
            grant_id=grant_id,
            organisation_id=application.organisation_id,
            grant_year=2019,
            case_id=application.case_id,
            call_id=application.call_id,
            framework_version_id=framework.id,
            form_version_id=form.id,
            **{"opens_on": date(2020, 1, 1), "due_on": date(2020, 6, 1), **values},
        )
    )
    granted(made)
    return made


def test_late_things_come_first_and_then_the_nearest_day(application):
    ombud = person(Role.OMBUD, application.organisation)
    other = ApplicationFactory(organisation=application.organisation)
    supplement(application, date(2020, 5, 20))
    supplement(other, date(2020, 5, 1))
    report(application)

    found = waiting(ombud)

    assert [(each.day, each.is_late) for each in found] == [
        (date(2020, 5, 1), True),
        (date(2020, 5, 20), False),
        (date(2020, 6, 1), False),
    ]
    assert found[0].when_text == "3 dagar sen"
    assert found[0].status == ("bad", "warn", "Försenad")
    assert found[0].text.startswith("Förtydliga kostnaderna.")


def test_nothing_of_another_organisation_waits_for_me(application):
    stranger = person(Role.OMBUD, OrganisationFactory())
    supplement(application, date(2020, 5, 20))
    report(application)
    ApplicationFactory(draft=True)

    assert titles(stranger) == []


def test_a_person_for_one_case_is_told_of_that_case_only(application):
    other = ApplicationFactory(organisation=application.organisation)
    limited = person(Role.REPRESENTANT, application.organisation, case_id=application.case_id)
    supplement(application, date(2020, 5, 20))
    supplement(other, date(2020, 5, 21))

    assert [each.day for each in waiting(limited)] == [date(2020, 5, 20)]


def test_a_draft_waits_until_it_is_handed_in(database):
    draft = ApplicationFactory(draft=True)
    ombud = person(Role.OMBUD, draft.organisation)

    (found,) = waiting(ombud)

    assert found.endpoint == "applications.show"
    assert found.is_late
    assert "märks som sen" in found.text


def test_material_is_to_be_answered_while_there_is_time(application):
    ombud = person(Role.OMBUD, application.organisation)
    for day in (date(2020, 5, 3), date(2020, 5, 4)):
        saved(
            Communication(
                case_id=application.case_id,
                organisation_id=application.organisation_id,
                application_id=application.id,
                kind="sent",
                material="x",
                last_day=day,
                sent_by_id=UserFactory().id,
                sent_at=MAY,
            )
        )

    (found,) = waiting(ombud)

    assert (found.day, found.when_text) == (date(2020, 5, 4), "sista dagen i dag")
    assert titles(person(Role.UPPGIFTSSAMORDNARE, application.organisation)) == []


def test_each_does_their_part_of_the_report(application):
    ombud, economist = (person(role, application.organisation) for role in (Role.OMBUD, Role.APPLICANT_ECONOMIST))
    made = report(application)
    assert titles(ombud) == ["Återrapportera för 2019"]
    assert titles(economist) == ["Intyga ekonomin för 2019"]

    with db.writing_session() as session, session.begin():
        attested = session.get_one(Report, made.id)
        attested.economy_attested_by_id, attested.economy_attested_at = economist.id, MAY

    assert titles(ombud) == ["Skicka in återrapporteringen för 2019"]
    assert titles(economist) == []


def test_a_report_that_has_not_opened_is_a_date_to_remember(application):
    ombud = person(Role.OMBUD, application.organisation)
    report(application, opens_on=date(2020, 5, 5))

    start = home.start(accounts.actor_of(ombud.id))

    assert start.waiting == ()
    assert [each.day for each in start.dates] == [date(2020, 5, 5), date(2020, 6, 1)]


def test_a_new_giro_waits_for_one_ekonom_and_then_for_another(authority, application, signed_in):
    first, second, ombud = (
        person(role, organisation)
        for role, organisation in (
            (Role.FINANCE, authority),
            (Role.FINANCE, authority),
            (Role.OMBUD, application.organisation),
        )
    )
    name = application.organisation.name
    actors = [accounts.actor_of(user.id) for user in (first, second, ombud)]
    db.close_read_session()
    giro_id = giros.ask(actors[2], AskForGiro(application.organisation_id, "5050-1055"))

    (found,) = waiting(first)
    assert (found.title, found.day_text, found.when_text) == (
        f"Kontrollera bankgiro: {name}",
        f"4{clock.NBSP}maj",
        "inkom",
    )
    assert titles(second) == [f"Kontrollera bankgiro: {name}"]
    assert titles(ombud) == []

    giros.verify(actors[0], giro_id, VerifyGiro(GiroCheck.CALLED, "Ringde växeln."))
    assert titles(first) == []
    assert titles(second) == [f"Godkänn bankgiro: {name}"]
    address = f"/bankgiron/{giro_id}/godkann"
    assert address not in signed_in(first).get("/bankgiron/").text
    assert address in signed_in(second).get("/bankgiron/").text

    giros.approve(actors[1], giro_id, ApproveGiro())
    assert titles(second) == []


def test_the_start_page_says_whose_cases_they_are_when_there_are_several(application, signed_in):
    user = person(Role.OMBUD, application.organisation)
    names = [application.organisation.name]
    assert names[0] not in words(signed_in(user).get("/").document.find(".//table"))

    other = ApplicationFactory()
    MandateFactory(user=user, organisation_id=other.organisation_id)
    shown = words(signed_in(user).get("/").document.find(".//table"))
    assert all(name in shown for name in [*names, other.organisation.name])


def test_the_start_page_tells_two_applications_to_the_same_call_apart(application, signed_in):
    ApplicationFactory(call=application.call, organisation=application.organisation, applicant_unit="Kliniken i norr")
    page = signed_in(person(Role.OMBUD, application.organisation)).get("/")
    assert "Kliniken i norr" in words(page.document.find(".//table"))


def test_whoever_has_no_behorighet_is_told_so(database, signed_in):
    assert "Du har ingen behörighet i någon organisation just nu." in signed_in(UserFactory()).get("/").text


def test_the_officer_handles_what_has_come_in_but_never_a_draft(authority, application):
    officer = person(Role.HANDLAGGARE, authority)
    ApplicationFactory(draft=True)

    assert titles(officer) == [f"Handlägg {application.organisation.name}"]


def test_the_officer_follows_up_what_is_late(authority, application):
    officer = person(Role.HANDLAGGARE, authority)
    supplement(application, date(2020, 5, 3))
    report(application, due_on=date(2020, 5, 3))

    late = [each.title for each in waiting(officer) if each.is_late]

    name = application.organisation.name
    assert sorted(late) == sorted([f"{name} har inte kompletterat", f"{name} har inte återrapporterat 2019"])


def test_a_handed_in_report_waits_for_review(authority, application):
    officer = person(Role.HANDLAGGARE, authority)
    report(application, status=ReportStatus.SUBMITTED, submitted_at=MAY)

    assert f"Granska {application.organisation.name}, 2019" in titles(officer)


def test_nobody_is_asked_to_decide_on_their_own_proposal(authority, application):
    decider, proposer = person(Role.BESLUTSFATTARE, authority), person(Role.BESLUTSFATTARE, authority)
    saved(
        Decision(
            application_id=application.id,
            organisation_id=application.organisation_id,
            case_id=application.case_id,
            status=DecisionStatus.PROPOSED,
            proposed_by_id=proposer.id,
            proposed_at=MAY,
        )
    )

    assert titles(decider) == [f"Fatta beslut: {application.organisation.name}"]
    assert titles(proposer) == []


def test_the_page_shows_it_with_its_day_and_its_button(signed_in, application):
    supplement(application, date(2020, 5, 20))

    page = signed_in(person(Role.OMBUD, application.organisation)).get("/")

    assert "Det här väntar på dig" in page.text
    assert "20\u00a0maj" in page.text
    assert "16 dagar kvar" in page.text
    assert application.case.registration_number in page.text


def test_payments_wait_for_finance_when_the_years_frame_is_allotted(authority):
    ekonom = person(Role.FINANCE, authority)
    payable(programme(year=2020, status=FrameStatus.ESTIMATED), OrganisationFactory())
    assert titles(ekonom) == []

    payable(programme(year=2019), OrganisationFactory())
    assert titles(ekonom) == ["1 utbetalning att registrera"]


def test_who_has_nothing_to_do_is_told_so(signed_in, authority):
    page = signed_in(person(Role.ADMINISTRATOR, authority)).get("/")

    assert "Inget väntar på dig just nu." in page.text


def test_everybody_else_is_told_what_the_portal_is(client):
    page = client.get("/")

    assert page.status_code == 200
    assert "Sök och följ statsbidrag" in page.text
    assert "Logga in" in page.text
    assert "Välj en person" not in page.text
