"""A statsbidrag that is nothing like the pilot: what is the pilot's shows on none of its pages."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.applications import StartApplication
from grantportal.domain.calls import WriteCall, WriteCallYear
from grantportal.domain.demonstration import decision_note
from grantportal.domain.grants import AppealVariant, PublishConditions, SetCategories, SetFrame, WriteGrant
from grantportal.imports import forms as form_outlines
from grantportal.imports import frameworks as framework_outlines
from grantportal.models.applications import Application
from grantportal.models.calls import Call
from grantportal.queries import comparisons
from grantportal.services import applications, calls, forms, frameworks, grants
from tests.support import allocated
from tests.support.applications import actor_of
from tests.support.calls import authority, officer, played_at, published_call
from tests.support.factories import OrganisationFactory, person
from tests.support.pages import words
from tests.support.reporting import Grantee, grantee
from tests.support.rows import committed

THE_PILOTS = re.compile(
    r"ungdomshem|\bSiS\b|socialstyrelsens aktiviteter|placera|\bbarn|integrerad|vårdform|klinik|S2019|verkliga? är"
    r"|beviljade belopp|pilot|bilagans|psykiatri|habilitering",
    re.IGNORECASE,
)
SET_UP = datetime(2024, 1, 15, 9, tzinfo=UTC)
IN_TIME = datetime(2024, 3, 4, 9, tzinfo=UTC)
OPENED = datetime(2025, 12, 15, 9, tzinfo=UTC)
CATEGORIES = ("Böcker", "Kurser", "Lokaler", "Resor", "Tryck", "Övrigt")

APPLICATION = """
slag: ansökan
rubrik: Ansökan om medel till läsfrämjande
avsnitt:
  - nyckel: arbetet
    rubrik: Läsningen
    grupp: Arbetet
    frågor:
      - {nummer: 1, typ: lång text, fråga: "Hur ska fler läsa?"}
      - {nummer: 2, typ: budget, fråga: "Vad kostar det?"}
      - {nummer: 3, typ: bilaga, fråga: "Bifoga en plan", krävs: nej}
"""
REPORT = """
slag: återrapportering
rubrik: Redovisning av läsningen
orsaker: [För få böcker, Annan orsak]
avsnitt:
  - nyckel: arbetet
    rubrik: Läsningen
    grupp: Arbetet
    frågor:
      - {nummer: 1, typ: lång text, gäller: arbetet, fråga: "Hur gick läsningen?"}
"""
MATRIX = """
områden:
  - beteckning: L
    rubrik: Läsning
    resultat:
      - beteckning: L1
        rubrik: Fler läser
        2025: {text: "Fler har läst minst en bok."}
"""


@dataclass(frozen=True)
class Reading:
    """The statsbidrag with its call, an application under way, and a region that has been granted."""

    call: Call
    application: Application
    granted: Grantee
    officer: object
    ombud: object


@pytest.fixture
def reading(database) -> Reading:
    with played_at(SET_UP):
        who = officer()
        grant_id = grants.set_up(
            who,
            WriteGrant(
                title="Statsbidrag till läsfrämjande",
                purpose="Fler ska läsa.",
                assignment_refs="U2024/00001",
                legal_basis="Förordning (2099:1), påhittad",
                recovery_basis="Förordning (2099:1), påhittad",
                appeal_variant=AppealVariant.THREE_WEEKS,
                appeal_provision="40–44 §§ förvaltningslagen (2017:900)",
            ),
        )
        grants.set_frame(who, grant_id, SetFrame(2025, 9_000_000, None))
        grants.set_categories(who, grant_id, SetCategories(CATEGORIES, ""))
        call_id = calls.create(
            who,
            grant_id,
            WriteCall(
                title="Läsfrämjande 2025",
                about="Regioner kan söka medel till läsfrämjande.",
                eligible="Regioner",
                opens_on=date(2024, 1, 15),
                last_day=date(2024, 4, 15),
                years=(WriteCallYear(2025, date(2025, 1, 20), date(2025, 12, 1), date(2026, 4, 8)),),
                application_form_id=forms.publish(who, grant_id, form_outlines.read(APPLICATION)),
                report_form_id=forms.publish(who, grant_id, form_outlines.read(REPORT)),
                framework_version_id=frameworks.publish(who, grant_id, framework_outlines.read(MATRIX)),
                condition_set_id=grants.publish_conditions(who, grant_id, PublishConditions(("Böckerna lånas ut.",))),
            ),
        )
        calls.publish(who, call_id)
    call = committed().get_one(Call, call_id)
    granted = grantee(call, years=(2025,), budget={2025: (100_000,) * 6})
    region = OrganisationFactory()
    ombud = person(Role.OMBUD, region, valid_from=date(2019, 1, 1))
    with clock.at(IN_TIME):
        application_id = applications.start(actor_of(ombud), call_id, StartApplication(region.id, ""))
    allocated.decided(
        call, OrganisationFactory(), {2025: 500_000}, {2025: 400_000}, at=datetime(2024, 6, 3, 8, tzinfo=UTC)
    )
    allocated.decided(
        call,
        OrganisationFactory(),
        {2025: 500_000},
        {},
        at=datetime(2024, 6, 3, 8, tzinfo=UTC),
        reasons="Medlen räcker inte.",
    )
    at_work = person(Role.HANDLAGGARE, authority(), valid_from=date(2019, 1, 1))
    return Reading(call, committed().get_one(Application, application_id), granted, at_work, ombud)


def test_no_page_says_a_word_of_the_pilot(reading, client, signed_in):
    call, report = reading.call, reading.granted.report
    everybody = [
        "/utlysningar/",
        f"/utlysningar/{call.id}",
        "/fordelade-bidrag/",
        f"/fordelade-bidrag/{call.id}",
        f"/forvantade-resultat/{call.framework_version_id}",
        f"/statsbidrag/villkor/{call.condition_set_id}",
    ]
    applicants = [
        f"/ansokningar/{reading.application.id}{rest}"
        for rest in ("", "/avsnitt/arbetet", "/kontrollera", "/bilagor/3")
    ]
    grantees = [
        f"/aterrapporteringar/{report.id}{rest}"
        for rest in ("", "/resultat/L1", "/ekonomi", "/skicka-in", "/fragor", "/intyga")
    ]
    officers = [
        *everybody,
        f"/statsbidrag/{call.grant_id}",
        f"/statsbidrag/{call.grant_id}/andra",
        f"/statsbidrag/formular/{call.application_form_id}",
        f"/statsbidrag/formular/{call.report_form_id}",
        f"/utlysningar/{call.id}/jamfor",
        "/uppfoljning",
        "/beslut/",
    ]
    said = {}
    for browser, moment, addresses in (
        (client, IN_TIME, everybody),
        (signed_in(reading.ombud), IN_TIME, applicants),
        (signed_in(reading.granted.users[Role.OMBUD]), OPENED, [*grantees, f"/arenden/{reading.granted.case.id}"]),
        (signed_in(reading.officer), OPENED, officers),
    ):
        with clock.at(moment):
            for address in addresses:
                page = browser.get(address)
                assert page.status_code == 200, address
                main = page.document.find(".//main")
                assert main is not None, address
                if found := THE_PILOTS.findall(words(main)):
                    said[address] = sorted(set(found))
    assert not said


def test_the_forms_own_words_are_asked_and_the_causes_are_its_own(reading, signed_in):
    browser = signed_in(reading.granted.users[Role.OMBUD])
    with clock.at(OPENED):
        page = browser.get(f"/aterrapporteringar/{reading.granted.report.id}/resultat/L1")
    assert "Hur gick läsningen?" in page.text
    assert "För få böcker" in page.text


def test_where_homes_are_asked_about_they_are_told_also_when_there_are_none(signed_in, database):
    call = published_call()
    allocated.pilot_round(call)
    with clock.at(datetime(2020, 7, 1, 9, tzinfo=UTC)):
        who = person(Role.HANDLAGGARE, authority(), valid_from=date(2019, 1, 1))
        shown = comparisons.comparison(actor_of(who), call.id)
        assert shown is not None
        assert shown.asks_for_homes
        page = signed_in(who).get(f"/utlysningar/{call.id}/jamfor").text
    assert "Region och ungdomshem" in page
    assert "Inget ungdomshem" in page


def test_of_a_call_that_somebody_has_set_up_in_the_demonstration_nothing_is_said_to_be_real_but_the_party():
    made_up = decision_note(sums_are_example=True, sought_is_example=False, has_annex=True)
    assert made_up == "Parten är verklig. Beslutet är påhittat."
    assert decision_note(sums_are_example=False, sought_is_example=True, has_annex=False) == (
        "Verkliga är parten, uppdraget, utgången, beslutsdagen och beviljade belopp per år. Allt annat är påhittat."
    )
