"""A page asks the database as often with much in it as with little: whole pages, session and person included."""

from dataclasses import replace

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.answers import SaveAnswers
from grantportal.domain.attachments import AddAttachment, AttachmentKind
from grantportal.domain.forms import Question, QuestionType, Section
from grantportal.domain.reports import ReportStatus
from grantportal.effects.files import place
from grantportal.queries import applications as queries
from grantportal.services import applications as services
from grantportal.services import attachments
from tests.imports.attachment_files import pdf
from tests.support import measured, plenty
from tests.support.allocated import pilot_round
from tests.support.applications import (
    ASKED_FOR,
    DEFINITION,
    IN_TIME,
    actor_of,
    another_call,
    applicant,
    asked_to_supplement,
    begin,
    complete_texts,
    draft_of,
    handed_in,
    open_call,
    row,
)
from tests.support.calls import officer, published_call
from tests.support.casework import ApplicationFactory
from tests.support.decidable import application, decided, programme, proposed
from tests.support.factories import OrganisationFactory, person

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


REGION_PAGES = 8


def test_a_regions_pages_of_a_draft_ask_little(app, database):
    of = plenty.ground(regions=2, results=6)
    region = measured.region_of(of)
    ombud = person(Role.OMBUD, region)
    application = {"application_id": plenty.draft(of, ombud, region, staff=FEW)}
    own = plenty.ground(results=6, years=of.years, like=of)
    [report_id, *_] = plenty.reports(own, status=ReportStatus.DRAFT, years=of.years[-1:])
    report = {"report_id": report_id}
    handed_in = ApplicationFactory(organisation=region)
    pages = [
        ("home.show", {}),
        ("cases.show", {"case_id": handed_in.case_id}),
        ("messages.thread", {"case_id": handed_in.case_id}),
        ("cases.index", {}),
        ("notices.index", {}),
        ("calls.show", {"call_id": of.call}),
        ("applications.show", application),
        ("applications.section", application | {"key": plenty.BUDGET_SECTION}),
        ("applications.check", application),
        ("reports.show", report),
        ("reports.result", report | {"code": "A1"}),
        ("reports.economy", report),
        ("reports.attest", report),
        ("reports.submit", report),
    ]

    asked = {endpoint: measured.page(app, ombud, endpoint, **values).queries() for endpoint, values in pages}

    assert {endpoint: queries for endpoint, queries in asked.items() if queries > REGION_PAGES} == {}


def test_a_regions_pages_of_a_komplettering_ask_little(app, database):
    """One question and one row of the budget; what is locked is not asked for anew."""
    region = OrganisationFactory()
    ombud = applicant(Role.OMBUD, region)
    application = handed_in(actor_of(ombud), open_call())
    around = queries.surroundings(queries.get(actor_of(ombud), application.id).call)
    line = f"q_8_{next(each.id for each in around.categories if not each.is_personnel)}"
    db.close_read_session()
    number = asked_to_supplement(officer(), application, replace(ASKED_FOR, parts=("q_6", line)))
    here = {"application_id": application.id}
    pages = [
        ("applications.show", here),
        ("applications.section", here | {"key": "arbetet"}),
        ("applications.section", here | {"key": "kostnader"}),
        ("supplements.show", {"supplement_id": number}),
        ("supplements.answer", {"supplement_id": number}),
    ]

    asked = {
        (endpoint, *values.values()): measured.page(app, ombud, endpoint, **values).queries()
        for endpoint, values in pages
    }

    assert {page: queries for page, queries in asked.items() if queries > REGION_PAGES} == {}


def test_a_call_and_what_was_given_in_it_ask_little(app, database):
    call = published_call()
    regions = pilot_round(call)
    ombud = person(Role.OMBUD, regions["Region Skåne"])
    db.close_read_session()

    for endpoint in ("calls.show", "allocations.show"):
        assert measured.page(app, ombud, endpoint, call_id=call.id).queries() <= REGION_PAGES


def test_a_decision_that_is_sent_asks_little(app, database):
    of, region = programme(), OrganisationFactory()
    sent = decided(of, proposed(of, application(of, region)), sent=True)

    page = measured.page(app, person(Role.OMBUD, region), "decisions.show", decision_id=sent)

    assert page.queries() <= REGION_PAGES


FILE = Question(10, QuestionType.ATTACHMENT, "Bifoga intyg", required=False, most=2)
EVERYTHING = replace(DEFINITION, sections=(Section("allt", "Allt", "Allt", (*DEFINITION.questions, FILE)),))
"""Texts, choices, youth homes, money and files in one section."""


def test_a_section_with_everything_asks_little(app, database, tmp_path):
    """Beside an earlier application with the same questions; and again when all of it is opened by a komplettering."""
    ombud = applicant(Role.OMBUD)
    who = actor_of(ombud)
    handed_in(who, open_call())
    application = begin(who, another_call("Statsbidrag för nästa år", form=EVERYTHING))
    with clock.at(IN_TIME):
        texts = complete_texts(application)
        services.save_section(who, application.id, "allt", SaveAnswers.over(draft_of(who, application), texts))
        for name in ("Intyg.pdf", "Bilaga.pdf"):
            made = AddAttachment(name, AttachmentKind.PDF)
            attachments.add(
                who, application.id, FILE.number, made, place(tmp_path, pdf(name.encode())), room_mb=1, scan=False
            )
    db.close_read_session()
    draft = {"application_id": application.id}
    pages = [
        ("applications.section", draft | {"key": "allt"}),
        ("applications.show", draft),
        ("applications.check", draft),
    ]
    asked = {("draft", page): measured.page(app, ombud, page, **values).queries() for page, values in pages}

    with clock.at(IN_TIME):
        services.submit(who, application.id)
    db.close_read_session()
    # All but the declaration: what is locked is read as it was handed in.
    parts = tuple(f"q_{number}" for number in (*range(1, 9), 10))
    number = asked_to_supplement(officer(), row(application.id), replace(ASKED_FOR, parts=parts))
    pages[2:] = [("supplements.answer", {"supplement_id": number}), ("supplements.show", {"supplement_id": number})]
    asked |= {("komplettering", page): measured.page(app, ombud, page, **values).queries() for page, values in pages}

    assert {page: queries for page, queries in asked.items() if queries > REGION_PAGES} == {}


def test_an_answer_is_saved_without_reading_what_stands_in_other_sections(app, database):
    """On SQLite everybody else who saves waits meanwhile."""
    ombud = actor_of(applicant(Role.OMBUD))
    application = begin(ombud, open_call())
    with measured.asked() as sent:
        services.save_section(ombud, application.id, "arbetet", SaveAnswers.over({}, {"q5": "Behoven är stora."}))

    tables = ("budget_lines", "staff_rows", "cost_categories", "youth_homes")
    assert [statement for statement in sent if any(table in statement for table in tables)] == []
    assert len(sent) <= 7
