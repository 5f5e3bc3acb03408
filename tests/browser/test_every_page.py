"""Every page of the portal in a browser, with the demonstration's story in it, on a day when the page is in use."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app
from playwright.sync_api import BrowserContext
from sqlalchemy import select

from grantportal import db, worker
from grantportal.demonstration.story import Story, actor_of
from grantportal.domain import clock
from grantportal.domain.accounts import CreateUser
from grantportal.domain.actors import SYSTEM, Role
from grantportal.domain.calls import WriteCall, WriteCallYear
from grantportal.domain.saved_views import SaveView
from grantportal.keys import invitation_purpose, key_for, ombud_key
from grantportal.models.accounts import Invitation, MandateRow
from grantportal.models.base import Base
from grantportal.models.grants import Grant
from grantportal.models.ombud import OmbudApplication
from grantportal.models.organisations import BankGiro, Organisation, YouthHome
from grantportal.models.payments import PaymentBatch
from grantportal.models.records import Record
from grantportal.models.saved_views import SavedView
from grantportal.queries import demonstration as facts
from grantportal.services import accounts, calls, saved_views
from grantportal.web import SESSION_COOKIE
from tests.support.browser import faults_of, served, visiting
from tests.support.client import session_key
from tests.support.databases import postgresql_only
from tests.support.ombud import asked
from tests.support.rows import committed, saved
from tests.support.story import Telling, installed, person

Values = dict[str, Any]

BEFORE_THE_CALL = "2020-01-30 12:00"
WRITING = "2020-04-15 12:00"
ASKED = "2020-05-07 12:00"
REVIEWING = "2020-06-04 12:00"
HEARING = "2020-06-08 12:00"
PROPOSED = "2020-06-29 16:00"
DECIDED = "2020-06-30 12:00"
GIRO_ASKED = "2020-12-08 12:00"
GIRO_CHECKED = "2020-12-10 10:00"
PLANNED = "2021-01-14 12:00"
REGISTERED = "2021-01-15 09:00"
ATTESTED = "2021-01-15 12:00"
REPORTING = "2022-02-16 08:00"
CERTIFYING = "2022-02-17 08:00"
NOW = "2023-03-20 08:00"

OFFICER, CHIEF, DECIDER, REGISTRAR = "handlaggare", "enhetschef", "beslutsfattare", "registrator"
FINANCE, SECOND_FINANCE = "ekonom", "ekonom-2"
OMBUD, WRITER, ECONOMIST = "ostergotland-ombud", "ostergotland-uppgiftssamordnare", "ostergotland-ekonom"


@dataclass(frozen=True)
class Visit:
    """A page as one person sees it on one day."""

    when: str
    who: str | None
    endpoint: str
    values: Callable[[Story], Values] = lambda _: {}


def made(name: str, thing: str) -> Callable[[Story], Values]:
    """The address' value is what the story has made under that name."""
    return lambda story: {name: story.made[thing]}


def application(key: str = "ostergotland", **more: Any) -> Callable[[Story], Values]:
    """An application of the ordinary call."""
    return lambda story: {"application_id": story.applications[key, "ordinary"], **more}


def in_section(key: str) -> Callable[[Story], Values]:
    """A section of Region Östergötland's application."""
    return lambda story: {**application()(story), "key": key}


def case(key: str) -> Callable[[Story], Values]:
    """An application's case."""
    return lambda story: {"case_id": facts.case_id(story.applications[key, "ordinary"])}


def report(year: int, region: str = "Region Östergötland", **more: Any) -> Callable[[Story], Values]:
    """A region's report of a year."""
    return lambda story: {
        "report_id": facts.report_id(story.made["grant"], facts.organisation_id(region), year),
        **more,
    }


def newest(name: str, model: type[Base]) -> Callable[[Story], Values]:
    """The row of this kind that was made last."""
    return lambda _: {name: committed().scalars(select(model.id).order_by(model.id.desc())).first()}


def a_draft_call(story: Story) -> Values:
    """A call that nobody has published; the story publishes its own in the same hour."""
    if "draft" not in story.made:
        with clock.at(clock.local(date(2020, 1, 30), 9)):
            story.made["draft"] = calls.create(
                actor_of(OFFICER),
                story.made["grant"],
                WriteCall(
                    title="Inte utlyst än",
                    about="",
                    eligible="Regioner",
                    opens_on=date(2020, 2, 28),
                    last_day=date(2020, 4, 20),
                    years=(WriteCallYear(2021, date(2021, 1, 15), date(2021, 12, 15), date(2022, 3, 1)),),
                    application_form_id=None,
                    report_form_id=story.made["report-form"],
                    framework_version_id=story.made["framework"],
                    condition_set_id=None,
                ),
            )
    return {"call_id": story.made["draft"]}


def a_new_persons_link(_: Story) -> Values:
    """A one-time link that has not been used."""
    return {
        "key": accounts.create_user(SYSTEM, CreateUser("Ny Exempel", "ny@example.se", is_example=True), link_hours=1)
    }


def a_person(_: Story) -> Values:
    """Somebody with an account."""
    return {"user_id": person(OMBUD).id}


def asked_person(_: Story) -> Values:
    """An invitation that waits for its answer, of OMBUD's organisation."""
    invited = Invitation(
        organisation_id=facts.organisation_id("Region Östergötland"),
        role=Role.REPRESENTANT,
        name="Ny Exempel",
        email="inbjuden@example.se",
        valid_from=clock.today(),
        invited_by_id=person(OMBUD).id,
        invited_at=clock.now(),
    )
    return {"invitation_id": saved(invited).id}


def answered_with_the_link(story: Story) -> Values:
    """The same with the key that the mail has."""
    made = asked_person(story)
    secret = current_app.config["PORTAL"].secret_key
    return {**made, "key": key_for(secret, invitation_purpose(made["invitation_id"]))}


def own_organisation(_: Story) -> Values:
    """The organisation of OMBUD."""
    return {"organisation_id": facts.organisation_id("Region Östergötland")}


def newest_mandate(_: Story) -> Values:
    """A behörighet that OMBUD may take back."""
    about = (
        MandateRow.organisation_id == facts.organisation_id("Region Östergötland"),
        MandateRow.role == Role.UPPGIFTSSAMORDNARE,
    )
    return {"mandate_id": committed().scalars(select(MandateRow.id).where(*about)).first()}


def an_ombud(_: Story) -> Values:
    """An ombudsansökan that waits for the officer."""
    number = committed().scalars(select(OmbudApplication.id)).first()
    if number is None:
        grant_id = committed().scalars(select(Grant.id)).first()
        number = asked(committed().get_one(Organisation, facts.organisation_id("Region Skåne")), grant_id=grant_id)
    return {"application_id": number}


def with_the_link(story: Story) -> Values:
    """The applicant's own way to it."""
    made = an_ombud(story)
    secret = current_app.config["PORTAL"].secret_key
    return {**made, "key": ombud_key(secret, made["application_id"], clock.today())}


def a_saved_view(_: Story) -> Values:
    """A view that the officer has saved."""
    mine = select(SavedView.id).order_by(SavedView.id.desc())
    number = committed().scalars(mine).first()
    if number is None:
        saved_views.save(actor_of(OFFICER), SaveView("Östergötland", "sok=%C3%96sterg%C3%B6tland"))
        number = committed().scalars(mine).one()
    return {"view_id": number}


GRANT, CALL = made("grant_id", "grant"), made("call_id", "ordinary")
DECISION = made("decision_id", "decision-ostergotland-ordinary")
SECTIONS = ["sokande", "ungdomshem", "samverkan", "kostnader", "forsakran"]
"""Between them they ask every type of question."""

VISITS = [
    Visit(BEFORE_THE_CALL, OFFICER, "calls.edit", a_draft_call),
    Visit(BEFORE_THE_CALL, OFFICER, "calls.publish", a_draft_call),
    Visit("2020-04-05 12:00", "stockholm-ombud", "applications.start", CALL),
    Visit(WRITING, WRITER, "home.show"),
    Visit(WRITING, WRITER, "accounts.back"),
    Visit(WRITING, WRITER, "applications.show", application()),
    *(Visit(WRITING, WRITER, "applications.section", in_section(key)) for key in SECTIONS),
    Visit(WRITING, OMBUD, "applications.check", application()),
    Visit(WRITING, None, "calls.show", CALL),
    Visit(WRITING, OFFICER, "calls.extend", CALL),
    Visit(WRITING, OFFICER, "calls.close_early", CALL),
    Visit(WRITING, OFFICER, "calls.correct", CALL),
    Visit(WRITING, OFFICER, "calls.withdraw", CALL),
    Visit(ASKED, OMBUD, "supplements.answer", made("supplement_id", "supplement-ostergotland")),
    Visit(ASKED, OMBUD, "supplements.ask_more_time", made("supplement_id", "supplement-ostergotland")),
    Visit(ASKED, OFFICER, "supplements.extend", made("supplement_id", "supplement-ostergotland")),
    Visit(ASKED, WRITER, "applications.show", application()),
    Visit(REVIEWING, OFFICER, "supplements.request", application()),
    Visit(REVIEWING, OFFICER, "supplements.show", made("supplement_id", "supplement-vgregion")),
    Visit(REVIEWING, OMBUD, "applications.withdraw", application()),
    Visit(REVIEWING, OFFICER, "file_notes.write", case("ostergotland")),
    Visit(REVIEWING, OMBUD, "cases.reference", case("ostergotland")),
    Visit(REVIEWING, OFFICER, "cases.show", case("ostergotland")),
    Visit(REVIEWING, OFFICER, "communications.send", application()),
    Visit(REVIEWING, OFFICER, "communications.skip", application()),
    Visit(REVIEWING, OFFICER, "decisions.propose", application()),
    Visit(REVIEWING, OFFICER, "decisions.compare", CALL),
    Visit(
        HEARING, "stockholm-representant", "communications.reply", made("communication_id", "communication-stockholm")
    ),
    Visit(
        HEARING, "stockholm-representant", "communications.show", made("communication_id", "communication-stockholm")
    ),
    Visit(PROPOSED, OFFICER, "decisions.compare", CALL),
    Visit(PROPOSED, DECIDER, "home.show"),
    Visit(PROPOSED, DECIDER, "decisions.index"),
    Visit(PROPOSED, DECIDER, "decisions.show", DECISION),
    Visit(PROPOSED, DECIDER, "decisions.decide", DECISION),
    Visit(PROPOSED, DECIDER, "decisions.return_", DECISION),
    Visit(PROPOSED, OFFICER, "decisions.dissent", DECISION),
    Visit(DECIDED, REGISTRAR, "decisions.dispatch", DECISION),
    Visit(GIRO_ASKED, FINANCE, "giros.index"),
    Visit(GIRO_ASKED, FINANCE, "giros.verify", newest("giro_id", BankGiro)),
    Visit(GIRO_ASKED, FINANCE, "giros.refuse", newest("giro_id", BankGiro)),
    Visit(GIRO_ASKED, OMBUD, "giros.ask"),
    Visit(GIRO_ASKED, OMBUD, "giros.withdraw", newest("giro_id", BankGiro)),
    Visit(GIRO_CHECKED, SECOND_FINANCE, "giros.approve", newest("giro_id", BankGiro)),
    Visit(PLANNED, FINANCE, "payments.listing", lambda _: {"kind": "registrera"}),
    Visit(REGISTERED, SECOND_FINANCE, "payments.listing", lambda _: {"kind": "attestera"}),
    Visit(ATTESTED, FINANCE, "payments.listing", lambda _: {"kind": "underlag"}),
    Visit(REPORTING, OMBUD, "reports.show", report(2021)),
    Visit(REPORTING, WRITER, "reports.result", report(2021, code="A3")),
    Visit(REPORTING, ECONOMIST, "reports.economy", report(2021)),
    Visit(REPORTING, ECONOMIST, "reports.attest", report(2021)),
    Visit(REPORTING, OFFICER, "reports.questions", report(2021)),
    Visit(CERTIFYING, OMBUD, "reports.submit", report(2021)),
    Visit(NOW, None, "home.show"),
    Visit(NOW, OFFICER, "home.show"),
    Visit(NOW, OMBUD, "home.show"),
    Visit(NOW, FINANCE, "home.show"),
    Visit(NOW, None, "accounts.sign_in"),
    Visit(NOW, None, "accounts.one_time", a_new_persons_link),
    Visit(NOW, OFFICER, "accounts.show"),
    Visit(NOW, OFFICER, "accounts.totp"),
    Visit(NOW, OFFICER, "accounts.change_password"),
    Visit(NOW, "administrator", "accounts.close", a_person),
    Visit(NOW, None, "allocations.index"),
    Visit(NOW, None, "allocations.show", CALL),
    Visit(NOW, OMBUD, "applications.receipt", application()),
    Visit(NOW, OFFICER, "applications.version", application(number=1)),
    Visit(NOW, OMBUD, "applications.compare", application()),
    Visit(NOW, None, "calls.index"),
    Visit(NOW, OFFICER, "calls.new", GRANT),
    Visit(NOW, OFFICER, "cases.index"),
    Visit(NOW, OMBUD, "cases.index"),
    Visit(NOW, CHIEF, "cases.assign", case("skane")),
    Visit(NOW, CHIEF, "cases.assign_many", lambda story: {"arende": case("skane")(story)["case_id"]}),
    Visit(NOW, OFFICER, "saved_views.save", lambda _: {"sok": "Skåne"}),
    Visit(NOW, OFFICER, "saved_views.rename", a_saved_view),
    Visit(NOW, OFFICER, "saved_views.delete", a_saved_view),
    Visit(NOW, OFFICER, "saved_views.index"),
    Visit(NOW, OFFICER, "cases.show", case("skane")),
    Visit(NOW, OMBUD, "cases.show", case("ostergotland")),
    Visit(NOW, OMBUD, "decisions.index"),
    Visit(NOW, OMBUD, "decisions.show", DECISION),
    Visit(NOW, None, "demonstration.show"),
    Visit(NOW, None, "demonstration.restart"),
    Visit(NOW, None, "demonstration.mail"),
    Visit(NOW, None, "frameworks.show", made("version_id", "framework")),
    Visit(NOW, OFFICER, "grants.index"),
    Visit(NOW, OFFICER, "grants.show", GRANT),
    Visit(NOW, OFFICER, "grants.new"),
    Visit(NOW, OFFICER, "grants.edit", GRANT),
    Visit(NOW, OFFICER, "grants.new_frame", GRANT),
    Visit(NOW, OFFICER, "grants.frame", lambda story: {**GRANT(story), "year": 2023}),
    Visit(NOW, FINANCE, "grants.allot", lambda story: {**GRANT(story), "year": 2023}),
    Visit(NOW, OFFICER, "grants.categories", GRANT),
    Visit(NOW, OFFICER, "grants.conditions", GRANT),
    Visit(NOW, OMBUD, "grants.conditions_version", made("version_id", "conditions")),
    Visit(NOW, OFFICER, "grants.form", made("version_id", "report-form")),
    Visit(NOW, OFFICER, "grants.new_form", GRANT),
    Visit(NOW, OFFICER, "grants.new_framework", GRANT),
    Visit(NOW, OFFICER, "messages.thread", case("vgregion")),
    Visit(NOW, OMBUD, "notices.index"),
    Visit(NOW, OMBUD, "organisations.own"),
    Visit(NOW, OFFICER, "organisations.index"),
    Visit(
        NOW,
        OFFICER,
        "organisations.show",
        lambda _: {"organisation_id": facts.organisation_id("Region Skåne")},
    ),
    Visit(NOW, OMBUD, "organisations.invite", own_organisation),
    Visit(NOW, OMBUD, "organisations.mailbox", own_organisation),
    Visit(NOW, None, "ombud.apply"),
    Visit(NOW, OMBUD, "ombud.hand_over", own_organisation),
    Visit(NOW, OFFICER, "ombud.index"),
    Visit(NOW, OFFICER, "ombud.show", an_ombud),
    Visit(NOW, OFFICER, "ombud.approve", an_ombud),
    Visit(NOW, OFFICER, "ombud.close", an_ombud),
    Visit(NOW, OFFICER, "ombud.ask", an_ombud),
    Visit(NOW, None, "ombud.follow", with_the_link),
    Visit(NOW, OMBUD, "organisations.end", newest_mandate),
    Visit(NOW, OMBUD, "organisations.send_link", newest_mandate),
    Visit(NOW, OMBUD, "invitations.withdraw", asked_person),
    Visit(NOW, None, "invitations.show", answered_with_the_link),
    Visit(NOW, None, "invitations.decline", answered_with_the_link),
    Visit(NOW, "administrator", "outgoing.index"),
    Visit(NOW, FINANCE, "payments.index"),
    Visit(NOW, FINANCE, "payments.batch", newest("batch_id", PaymentBatch)),
    Visit(NOW, None, "public.accessibility"),
    Visit(NOW, None, "public.personal_data"),
    Visit(NOW, None, "public.cookies"),
    Visit(NOW, None, "public.help"),
    Visit(NOW, OFFICER, "records.show", newest("record_id", Record)),
    Visit(NOW, OMBUD, "reports.show", report(2022)),
    Visit(NOW, OMBUD, "reports.receipt", report(2022)),
    Visit(NOW, OFFICER, "reports.version", report(2022, number=1)),
    Visit(NOW, "vgregion-ombud", "reports.compare", report(2021, region="Västra Götalandsregionen")),
    Visit(NOW, OFFICER, "reviews.index"),
    Visit(NOW, OFFICER, "reviews.cell", report(2021, code="B1")),
    Visit(NOW, OFFICER, "reviews.show", report(2022)),
    Visit(NOW, OFFICER, "reviews.supplement", report(2022)),
    Visit(NOW, OFFICER, "reviews.approve", report(2022)),
    Visit(NOW, OFFICER, "youth_homes.index"),
    Visit(NOW, OFFICER, "youth_homes.show", newest("home_id", YouthHome)),
]
NOTHING_INVENTED = {
    "accounts.back",
    "accounts.change_password",
    "accounts.close",
    "accounts.one_time",
    "accounts.show",
    "accounts.sign_in",
    "accounts.totp",
    "applications.start",
    "calls.close_early",
    "calls.correct",
    "calls.edit",
    "calls.extend",
    "calls.index",
    "calls.new",
    "calls.publish",
    "calls.withdraw",
    "demonstration.restart",
    "demonstration.show",
    "grants.allot",
    "grants.edit",
    "grants.frame",
    "grants.index",
    "grants.new",
    "grants.new_form",
    "grants.new_frame",
    "grants.new_framework",
    "ombud.hand_over",
    "organisations.index",
    "organisations.end",
    "organisations.invite",
    "organisations.mailbox",
    "organisations.own",
    "organisations.send_link",
    "invitations.decline",
    "invitations.show",
    "invitations.withdraw",
    "organisations.show",
    "public.accessibility",
    "public.cookies",
    "public.help",
    "public.personal_data",
    "youth_homes.index",
    "youth_homes.show",
    "saved_views.delete",
    "saved_views.index",
    "saved_views.rename",
    "saved_views.save",
}
"""Pages without anything of the story but what is real, and persons, whose surname says that they are not."""
NO_PAGES = {
    "static",
    "accounts.qr",
    "allocations.download",
    "allocations.download_total",
    "accounts.session_left",
    "applications.autosave",
    "applications.pdf",
    "reports.pdf",
    "notices.show",
    "attachments.download",
    "payments.download",
    "records.download",
    "reports.autosave_economy",
    "reports.autosave_result",
    "records.download_case",
    "reviews.download",
}
"""What is fetched but not read in the browser; other tests read it."""
WITH_A_CODE = {"accounts.code", "accounts.stop_totp"}
"""Only a person who has an engångskod comes here: see test_sign_in.py."""
WITH_FILES = {"attachments.add"}
"""Only where a form asks for files, and the demonstration's forms ask for none: see tests/routes/test_attachments.py."""


def test_every_page_is_visited(app):
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}

    assert not pages - NO_PAGES - WITH_A_CODE - WITH_FILES - {visit.endpoint for visit in VISITS}, (
        "say who sees it, and when"
    )


@postgresql_only
def test_every_page(chromium, database, tmp_path):
    faults = []
    with ExitStack() as stack:
        demonstration = stack.enter_context(installed(database.url, tmp_path))
        address = stack.enter_context(served(demonstration))
        browsers: dict[str | None, BrowserContext] = {}
        telling = Telling()
        for when, visits in groupby(sorted(VISITS, key=lambda visit: visit.when), key=lambda visit: visit.when):
            telling.until(when)
            if when == NOW:
                worker.drain(demonstration.config["PORTAL"])
            for visit in visits:
                if visit.who not in browsers:
                    browsers[visit.who] = stack.enter_context(visiting(chromium, address))
                    _sign_in(browsers[visit.who], visit.who, address)
                faults += _faults(demonstration, browsers[visit.who], visit, telling.story)
    assert not faults, "\n".join(faults)


def _sign_in(browser: BrowserContext, who: str | None, address: str) -> None:
    if who is not None:
        browser.add_cookies([{"name": SESSION_COOKIE, "value": session_key(person(who)), "url": address}])


def _faults(demonstration: Flask, browser: BrowserContext, visit: Visit, story: Story) -> list[str]:
    with demonstration.test_request_context():
        path = demonstration.url_for(visit.endpoint, **visit.values(story))
        db.close_read_session()
    page = browser.new_page()
    answer = page.goto(path)
    found = [] if answer is not None and answer.ok else [f"answers {answer and answer.status}"]
    if urlsplit(page.url).path != urlsplit(path).path:
        found.append(f"leads to {page.url}")
    headings = page.locator("h1").all_inner_texts()
    if len(headings) != 1:
        found.append(f"has the h1 {headings}")
    in_cells = page.locator("main tbody td .bp-exempel").all_inner_texts()
    if in_cells:
        found.append(f"says in each cell what a table says once: {in_cells}")
    marks = page.locator("main .bp-exempel").count()
    if not marks and visit.who is not None and visit.endpoint not in NOTHING_INVENTED:
        found.append("does not say what is invented")
    found += faults_of(page)
    page.close()
    return [f"{visit.endpoint} as {visit.who} on {visit.when[:10]} ({path}): {fault}" for fault in found]
