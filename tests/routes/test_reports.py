"""The region's pages of återrapportering: what is typed is kept, what is wrong is said beside its field."""

from dataclasses import is_dataclass, replace
from datetime import UTC, date, datetime
from typing import get_args, get_type_hints

import pytest
from sqlalchemy import update

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.errors import RuleViolations
from grantportal.domain.money import Kronor, in_words, number
from grantportal.domain.reports import ECONOMY, Rating, ResultAnswer, SaveCost, SaveEconomy, SaveResult
from grantportal.models.organisations import Organisation
from grantportal.queries import reports
from grantportal.services import reports as services
from tests.support.calls import authority
from tests.support.client import summary
from tests.support.factories import person
from tests.support.pages import words
from tests.support.reporting import (
    ANSWER,
    CAUSE,
    OPENED,
    as_read,
    ask_supplement,
    attest,
    fill_economy,
    fill_results,
    filled,
    grantee,
    handed_in,
    page,
    pay,
)
from tests.support.statements import statements

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def region():
    return grantee()


@pytest.fixture
def _open():
    with clock.at(OPENED):
        yield


@pytest.fixture
def by(signed_in, region):
    """A browser for the region's person with this role."""
    return lambda role=Role.OMBUD: signed_in(region.users[role])


opened = pytest.mark.usefixtures("_open")


def url(of, rest="") -> str:
    return f"/aterrapporteringar/{of.report.id}{rest}"


def text_of(response) -> str:
    return words(response.document).replace("\u00a0", " ")


def field_of(response, name) -> str:
    for element in response.document.iter():
        if element.get("name") == name:
            return element.text or element.get("value") or ""
    raise AssertionError(f"no field {name}")


@opened
def test_whoever_may_only_read_a_result_is_told_who_may_change_it(by, region):
    shown = text_of(by(Role.APPLICANT_ECONOMIST).get(url(region, "/resultat/A1")))
    writers = sorted(
        region.users[role].name
        for role in (Role.OMBUD, Role.REPRESENTANT, Role.UPPGIFTSSAMORDNARE)
        if role in region.users
    )
    assert "Du kan läsa svaret men inte ändra det. Det kan" in shown
    assert all(name in shown for name in writers)
    assert "Du kan läsa svaret" not in text_of(by().get(url(region, "/resultat/A1")))


@opened
def test_the_overview_says_what_remains_and_who_does_what_next(by, region):
    shown = text_of(by().get(url(region)))

    assert "Lämna senast 1 mars 2022" in shown
    assert "29 saker återstår" in shown
    assert "A1: Välj hur väl ni har nått resultatet." in text_of(by().get(url(region, "/skicka-in")))
    assert region.users[Role.APPLICANT_ECONOMIST].name in shown
    assert "0 av 9 delar" in shown


@opened
def test_a_result_is_saved_and_leads_on_to_the_next(by, region):
    answer = {"rating": "partly", "text": "Påbörjat.", "causes": [CAUSE], "measure": "Fortsätter.", "next": "1"}

    response = by().post_form(url(region, "/resultat/A1"), {**answer, "seen": page(region).result("A1").stamp})

    assert response.status_code == 303
    assert response.location.endswith("/resultat/A2")
    assert page(region).result("A1").answer == ResultAnswer(
        Rating.PARTLY, "Påbörjat.", causes=(CAUSE,), measure="Fortsätter."
    )


@opened
def test_a_draft_may_be_saved_incomplete(by, region):
    response = by().post_form(url(region, "/resultat/A1"), {"text": "Börjat.", "seen": page(region).result("A1").stamp})

    assert response.status_code == 303
    assert page(region).result("A1").label.text == "Påbörjad"


@opened
def test_what_somebody_else_has_saved_stands_beside_what_was_typed(by, region):
    seen = page(region).result("A1").stamp
    services.save_result(region.actor(Role.REPRESENTANT), region.report.id, "A1", SaveResult(ANSWER, seen))

    response = by().post_form(url(region, "/resultat/A1"), {"rating": "met", "text": "Min egen.", "seen": seen})

    assert response.status_code == 422
    assert "har ändrat samma svar" in text_of(response)
    assert "Påbörjat." in text_of(response)
    assert field_of(response, "text").strip() == "Min egen."
    again = {"rating": "met", "text": "Min egen.", "seen": field_of(response, "seen")}
    assert by().post_form(url(region, "/resultat/A1"), again).status_code == 303
    assert page(region).result("A1").answer.text == "Min egen."


@opened
def test_a_text_that_is_too_long_is_asked_again_and_not_cut(by, region):
    response = by().post_form(url(region, "/resultat/A1"), {"text": "å" * 100_000})

    assert response.status_code == 422
    assert "Skriv högst 4 000 tecken." in text_of(response)
    assert field_of(response, "text").strip() == "å" * 100_000
    assert not page(region).result("A1").answer.is_begun


@opened
def test_what_no_database_can_store_is_taken_away(by, region):
    typed = "Före\x00efter \u202eesrev <script>alert(1)</script>"

    by().post_form(url(region, "/resultat/A1"), {"text": typed, "seen": page(region).result("A1").stamp})

    assert page(region).result("A1").answer.text == "Föreefter esrev <script>alert(1)</script>"
    assert "<script>alert" not in by().get(url(region, "/skicka-in")).text


@opened
def test_an_unknown_rating_is_no_rating(by, region):
    by().post_form(
        url(region, "/resultat/A1"), {"rating": "bäst", "text": "x", "seen": page(region).result("A1").stamp}
    )

    assert page(region).result("A1").answer == ResultAnswer(text="x")


@opened
@pytest.mark.parametrize(
    "typed", ["0\t85000", "150 000\t165 000", "1.000", "1,5", "-1", "1e9", "1" + "0" * 30, "tusen", "9" * 800]
)
def test_a_bad_amount_stays_as_typed_and_the_others_are_saved(by, region, typed):
    first, second = page(region).economy.rows[:2]
    data = {
        f"c{first.category_id}_cost": typed,
        f"c{first.category_id}_own_financing": "0",
        f"c{first.category_id}_seen": first.stamp,
        f"c{second.category_id}_cost": "1 000 kr",
        f"c{second.category_id}_seen": second.stamp,
    }

    response = by(Role.APPLICANT_ECONOMIST).post_form(url(region, "/ekonomi"), data)

    assert response.status_code == 422
    assert field_of(response, f"c{first.category_id}_cost") == typed
    assert "Allt annat i tabellen är sparat" in text_of(response)
    rows = page(region).economy.rows
    assert (rows[0].answer.cost, rows[0].answer.own_financing, rows[1].answer.cost) == (None, 0, 1000)
    # The page carries the new stamps: putting it right saves it.
    mended = {**data, f"c{first.category_id}_cost": "5"}
    mended |= {f"c{row.category_id}_seen": field_of(response, f"c{row.category_id}_seen") for row in (first, second)}
    assert by(Role.APPLICANT_ECONOMIST).post_form(url(region, "/ekonomi"), mended).status_code == 303
    assert page(region).economy.rows[0].answer.cost == 5


@opened
def test_the_summary_says_which_cell_each_mistake_is_in(by, region):
    rows = page(region).economy.rows
    data = {f"c{row.category_id}_{part}": "1,5" for row in rows for part in ("cost", "own_financing")}

    response = by().post_form(url(region, "/ekonomi"), data)

    wanted = [
        f"{row.category}, {part}: Skriv hela kronor, utan ören."
        for row in rows
        for part in ("total kostnad", "egen eller annan finansiering")
    ]
    assert summary(response) == wanted
    assert "<title>Fel: Ekonomi" in response.text


@opened
@pytest.mark.parametrize(("field", "most"), [("text", 4_000), ("measure", 2_000)])
def test_a_text_is_as_long_as_the_published_form_says(by, region, field, most):
    shown = by().get(url(region, "/resultat/A1"))
    assert f"Högst {most} tecken." in text_of(shown)
    too_long = {"rating": "partly", "text": "x", "measure": "x", field: "å" * (most + 1)}

    response = by().post_form(url(region, "/resultat/A1"), too_long)

    assert response.status_code == 422
    (line,) = summary(response)
    assert line.endswith(f"Skriv högst {most // 1000} 000 tecken.")
    assert field_of(response, field).strip() == too_long[field]
    assert "Allt annat är sparat." in text_of(response)
    saved = page(region).result("A1").answer
    assert (getattr(saved, field), saved.rating) == ("", Rating.PARTLY)
    assert by().post_form(url(region, "/resultat/A1"), {**too_long, field: "å" * most}).status_code == 303


@opened
def test_own_financing_above_the_cost_is_said_beside_it(by, region):
    row = page(region).economy.rows[0]
    data = {
        f"c{row.category_id}_cost": "100",
        f"c{row.category_id}_own_financing": "101",
        f"c{row.category_id}_seen": row.stamp,
    }

    response = by().post_form(url(region, "/ekonomi"), data)

    assert response.status_code == 422
    (line,) = summary(response)
    assert line.startswith(f"{row.category}: Egen finansiering kan inte vara större än den totala kostnaden")


@opened
def test_a_change_tells_that_the_attestation_has_ended(by, region):
    filled(region)
    row = page(region).economy.rows[0]
    data = {
        f"c{row.category_id}_cost": "1 018 461",
        f"c{row.category_id}_own_financing": "0",
        f"c{row.category_id}_seen": row.stamp,
    }
    client = by()

    assert client.post_form(url(region, "/ekonomi"), data).status_code == 303

    assert "Den var intygad och behöver intygas igen." in text_of(client.get(url(region, "/ekonomi")))
    assert "Väntar på intygande" in text_of(client.get(url(region)))


@opened
def test_the_limit_marks_the_rows_that_need_a_comment(by, region):
    fill_economy(region, comment="")

    shown = text_of(by().get(url(region, "/ekonomi")))

    assert shown.count("Kommentar behövs") == 6
    assert "1 720 353 kr" in shown


@opened
def test_the_economist_attests_and_the_ombud_hands_in(by, region):
    fill_results(region)
    fill_economy(region)
    economist = by(Role.APPLICANT_ECONOMIST)

    shown = economist.get(url(region, "/intyga"))
    attested = economist.post_form(url(region, "/intyga"), {"sha256": field_of(shown, "sha256"), "certified": "y"})
    read = by().get(url(region, "/skicka-in"))
    handed = by().post_form(url(region, "/skicka-in"), {"sha256": field_of(read, "sha256"), "certified": "y"})

    assert (attested.status_code, handed.status_code) == (303, 303)
    receipt = by().get(handed.location)
    assert "Mottagen 10 februari 2022 kl. 10:00" in text_of(receipt)
    version = by().get(url(region, "/version/1"))
    assert "1 193 455 kr" in text_of(version)
    assert "A3 Systematisk uppföljning" in text_of(version)


@opened
def test_what_changed_after_the_ombud_read_it_is_not_certified(by, region):
    fill_results(region)
    fill_economy(region)
    economist = by(Role.APPLICANT_ECONOMIST)
    shown = economist.get(url(region, "/intyga"))
    economist.post_form(url(region, "/intyga"), {"sha256": field_of(shown, "sha256"), "certified": "y"})

    response = by().post_form(url(region, "/skicka-in"), {"sha256": "0" * 64, "certified": "y"})

    assert response.status_code == 422
    assert "Svaren har ändrats sedan du läste dem. Inget är inskickat. Läs svaren igen" in text_of(response)
    assert field_of(response, "sha256") == as_read(region)
    assert by().post_form(url(region, "/skicka-in"), {"certified": "y"}).status_code == 422
    assert page(region).version_number == 0


@opened
def test_an_economy_that_changed_meanwhile_is_shown_before_it_is_attested(by, region):
    fill_economy(region)

    response = by().post_form(url(region, "/intyga"), {"sha256": "0" * 64, "certified": "y"})

    assert response.status_code == 422
    assert "Ekonomin har ändrats sedan du läste den" in text_of(response)
    assert by().post_form(url(region, "/intyga"), {"certified": "y"}).status_code == 422
    assert field_of(response, "sha256") == page(region).economy.sha256


@opened
def test_without_the_declaration_nothing_is_handed_in(by, region):
    filled(region)

    response = by().post_form(url(region, "/skicka-in"), {})

    assert response.status_code == 422
    assert "Bekräfta att uppgifterna är riktiga och fullständiga." in text_of(response)
    assert page(region).version_number == 0


def test_before_the_opening_the_questions_are_seen_and_not_answered(by, region):
    with clock.at(datetime(2021, 3, 1, tzinfo=UTC)):
        client = by()
        assert "Öppnar 1 december 2021" in text_of(client.get(url(region)))
        shown = client.get(url(region, "/resultat/A1"))
        assert "Frågorna syns redan nu" in text_of(shown)
        assert not list(shown.document.iter("textarea"))
        assert "Öppnar 1 december 2021" in text_of(client.get(url(region, "/ekonomi")))


def test_after_hand_in_the_form_leads_to_what_was_handed_in_and_a_late_tab_keeps_its_text(by, region):
    client = by()
    with clock.at(OPENED):
        stale = client.get(url(region, "/resultat/A1"))
        token = field_of(stale, "csrf_token")
    handed_in(region)
    with clock.at(OPENED):
        assert client.get(url(region, "/resultat/A1")).location.endswith("/version/1#A1")
        response = client.post(url(region, "/resultat/A1"), data={"text": "Min text.", "csrf_token": token})
        economy = client.post(url(region, "/ekonomi"), data={"csrf_token": token})
    assert response.status_code == 422
    assert "Inskickad. Låst som den var " in text_of(economy)
    assert "Öppnar" not in text_of(economy)
    assert "Det du skrev är inte sparat" in text_of(response)
    assert field_of(response, "text").strip() == "Min text."


def test_in_a_supplement_only_the_opened_parts_have_fields(by, region):
    handed_in(region)
    ask_supplement(region, "A1")
    with clock.at(datetime(2022, 3, 20, tzinfo=UTC)):
        client = by()
        assert "En faktura saknas." in text_of(client.get(url(region)))
        assert list(client.get(url(region, "/resultat/A1")).document.iter("textarea"))
        assert client.get(url(region, "/resultat/A2")).location.endswith("/version/1#A2")
        assert client.get(url(region, "/ekonomi")).location.endswith("/version/1#economy")


def test_an_opened_part_is_to_be_changed_until_somebody_has_changed_it(by, region):
    handed_in(region)
    ask_supplement(region, "A1", ECONOMY)
    parts = len(page(region).parts)
    with clock.at(datetime(2022, 3, 20, tzinfo=UTC)):
        client = by()
        shown = text_of(client.get(url(region)))
        assert shown.count("Behöver ändras") == 2
        assert f"{parts - 2} av {parts} delar" in shown
        assert f"{parts - 2} av {parts} klara" in text_of(client.get(url(region, "/resultat/A1")))
        assert page(region).sending_label.text == "Inte påbörjad"

        result = page(region).result("A1")
        changed = SaveResult(replace(ANSWER, text="Påbörjat i mars."), result.stamp)
        services.save_result(region.actor(), region.report.id, "A1", changed)
        assert [each.label.text for each in page(region).results if each.is_open] == ["Klar"]
        assert page(region).economy_label.text == "Behöver ändras"
        assert page(region).done == parts - 1

        fill_economy(region, comment="Fakturan kom i mars.")
        assert page(region).economy_label.text == "Väntar på intygande"
        attest(region)
        shown = text_of(client.get(url(region)))
        assert "Behöver ändras" not in shown
        assert f"{parts} av {parts} delar" in shown
        assert page(region).sending_label.text == "Väntar på ombudet"


def test_last_years_answer_and_words_stand_beside_and_its_text_is_reused_unsaved(signed_in, region):
    both = grantee(region.call, years=(2021, 2022))
    handed_in(both)
    client = signed_in(both.users[Role.OMBUD])
    where = f"/aterrapporteringar/{both.reports[2022].id}/resultat/A3"
    with clock.at(datetime(2023, 1, 10, tzinfo=UTC)):
        shown = text_of(client.get(where))
        assert "Ert svar för 2021" in shown
        assert "Delvis uppnått" in shown
        assert "Ordalydelsen 2021" in shown
        assert "Ändrad sedan 2021" in shown

        reused = client.post_form(where, {"text": "Nytt i år.", "reuse": "1"})
        assert reused.status_code == 200
        assert field_of(reused, "text").strip() == "Nytt i år.\n\nPåbörjat."
        assert "Inte sparat än" in text_of(reused)
        assert not page(both, 2022).result("A3").answer.is_begun


@opened
def test_the_authority_finds_no_draft_and_reads_what_is_handed_in(signed_in, region):
    officer = signed_in(person(Role.HANDLAGGARE, authority()))
    for rest in ("", "/resultat/A1", "/ekonomi", "/intyga", "/skicka-in", "/version/1", "/kvitto"):
        assert officer.get(url(region, rest)).status_code == 404
    handed_in(region)
    assert officer.get(url(region, "/version/1")).status_code == 200
    assert officer.get(url(region)).status_code == 404


@opened
def test_a_form_page_asks_at_most_eight_questions_of_the_database(by, region):
    fill_results(region)
    fill_economy(region)
    client = by()
    for rest in ("/resultat/A3", "/ekonomi"):
        with statements() as sent:
            assert client.get(url(region, rest)).status_code == 200
        asked = [each for each in sent if each.lstrip().upper().startswith("SELECT")]
        assert len(asked) <= 8, asked
    db.close_read_session()


# --- While somebody writes -----------------------------------------------------------------------------------------


@opened
def test_a_result_is_saved_part_by_part_and_a_clash_comes_back_with_both_texts(by, region):
    ask = url(region, "/resultat/A1/autospara")
    page_of = url(region, "/resultat/A1")
    seen = {"seen": page(region).result("A1").stamp}
    first = by().post_form(ask, {"text": "Den enas.", **seen}, at=page_of).json
    assert first["saved"]
    assert (first["errors"], first["clashes"]) == ({}, [])

    # The other's page is older: the measure is saved, the text is not.
    second = by(Role.UPPGIFTSSAMORDNARE).post_form(
        ask, {"text": "Den andras.", "measure": "Mer tid.", **seen}, at=page_of
    )

    (clash,) = second.json["clashes"]
    assert (clash["field"], clash["theirs"], clash["yours"]) == ("text", "Den enas.", "Den andras.")
    answer = page(region).result("A1").answer
    assert (answer.text, answer.measure) == ("Den enas.", "Mer tid.")
    # The first one's page has not shown the measure, and leaves it alone.
    third = by().post_form(ask, {"text": "Den enas mer.", **first["stamps"]}, at=page_of).json
    assert third["clashes"] == []
    answer = page(region).result("A1").answer
    assert (answer.text, answer.measure) == ("Den enas mer.", "Mer tid.")


@opened
def test_the_saved_text_can_be_chosen_in_a_clash(by, region):
    seen = page(region).result("A1").stamp
    by().post_form(url(region, "/resultat/A1"), {"text": "Den enas.", "seen": seen})
    shown = by(Role.UPPGIFTSSAMORDNARE).post_form(url(region, "/resultat/A1"), {"text": "Den andras.", "seen": seen})
    assert shown.status_code == 422
    chosen = {"text": "Den andras.", "seen": field_of(shown, "seen"), "valj-text": "sparat"}

    assert by(Role.UPPGIFTSSAMORDNARE).post_form(url(region, "/resultat/A1"), chosen).status_code == 303
    assert page(region).result("A1").answer.text == "Den enas."


@opened
def test_the_economy_is_saved_while_it_is_written_and_says_that_the_attestation_has_ended(by, region):
    filled(region)
    row = page(region).economy.rows[0]
    data = {
        f"c{row.category_id}_cost": "7",
        f"c{row.category_id}_own_financing": "9",
        f"c{row.category_id}_seen": row.stamp,
    }

    others = by(Role.APPLICANT_ECONOMIST)
    before = others.get(url(region, "/ekonomi/autospara")).json["page"]
    assert before["attested"].startswith(f"Intygad av {region.users[Role.APPLICANT_ECONOMIST].name}")
    assert before["states"]["economy"] == ["ok", "check", "Klar"]

    said = by().post_form(url(region, "/ekonomi/autospara"), data, at=url(region, "/ekonomi")).json

    after = others.get(url(region, "/ekonomi/autospara")).json["page"]
    assert (after["attested"], after["states"]["economy"]) == ("", ["info", "half", "Påbörjad"])
    assert said["page"].items() >= after.items()
    assert list(said["errors"]) == [f"c{row.category_id}_own_financing"]
    assert page(region).economy.rows[0].answer.cost == 7


@opened
def test_who_else_is_here_is_told_to_the_organisation(by, region):
    ask = url(region, "/resultat/A1/autospara")
    assert by().get(ask).json["others"] == []
    told = by(Role.UPPGIFTSSAMORDNARE).get(ask).json
    assert told["others"] == [region.users[Role.OMBUD].name]
    assert by().get(url(region, "/resultat/A2/autospara")).json["others"] == []


OVER = (1_018_460, 61_250, 38_400, 9_000_000, 9_640, 50_923)


@opened
def test_what_goes_over_all_that_is_paid_is_told_and_asked_about_on_every_page(by, region):
    fill_results(region)
    fill_economy(region, costs=OVER)

    shown = text_of(by().get(url(region, "/ekonomi")))
    assert "Belastar bidraget 2 913 808 kr" in shown
    assert "Över det utbetalda 7 264 865 kr" in shown
    assert "betalas tillbaka 0 kr" in shown
    for rest in ("/intyga", "/skicka-in"):
        shown = text_of(by().get(url(region, rest)))
        assert "Belastar bidraget 2 913 808 kr" in shown
        assert "Över det utbetalda, egen finansiering 7 264 865 kr" in shown
        assert "Att betala tillbaka 0 kr" in shown
    assert "Över det utbetalda 7 264 865 kr" in text_of(by().get(url(region)))
    asked = "Det som går över det utbetalda, 7 264 865 kronor, är regionens egen finansiering."
    seen = page(region).economy.sha256
    refused = by(Role.APPLICANT_ECONOMIST).post_form(url(region, "/intyga"), {"certified": "y", "sha256": seen})
    assert refused.status_code == 422
    assert asked in text_of(refused)
    assert "Bekräfta att det som går över det utbetalda är er egen finansiering" in text_of(refused)
    yes = {"certified": "y", "sha256": seen, "beyond_is_own": "y"}
    assert by(Role.APPLICANT_ECONOMIST).post_form(url(region, "/intyga"), yes).status_code == 303
    assert asked in text_of(by().get(url(region, "/skicka-in")))
    certified = {"certified": "y", "sha256": as_read(region)}
    assert by().post_form(url(region, "/skicka-in"), certified).status_code == 422
    assert by().post_form(url(region, "/skicka-in"), certified | {"beyond_is_own": "y"}).status_code == 303
    handed = text_of(by().get(url(region, "/version/1")))
    assert "Över det utbetalda, egen finansiering 7 264 865 kr" in handed
    assert "Resor: 7 264 865 kr går över det utbetalda och belastar inte bidraget." in handed


@opened
def test_nothing_is_asked_where_nothing_goes_over(by, region):
    filled(region)
    assert "går över det utbetalda" not in text_of(by().get(url(region, "/skicka-in")))


@opened
def test_the_check_page_has_remarks_that_stop_nothing(by, region):
    idle = ResultAnswer(Rating.NOT_APPLICABLE, "Arbetet börjar nästa år enligt planen.")
    fill_results(region, answers=dict.fromkeys(("A1", "A2", "A3", "B1", "B2", "B3", "B4", "C1"), idle))
    fill_economy(region, costs=OVER)

    shown = text_of(by().get(url(region, "/skicka-in")))

    assert "Det här kan du se över" in shown
    for sentence in (
        "8 av 8 förväntade resultat är «Inte aktuellt i år», men 2 913 808 kr är utbetalt för året.",
        "A2: Texten är den samma som i A1.",
        "Resor: Kostnaden är 125 gånger budgeten, 9 000 000 kr mot 72 000 kr. Stämmer beloppet?",
        "7 264 865 kr blir regionens egen finansiering.",
        "men inget förväntat resultat är uppnått eller delvis uppnått",
    ):
        assert sentence in shown
    assert "Resor: Kostnaden är 125 gånger budgeten" in text_of(by().get(url(region, "/intyga")))
    yes = {"certified": "y", "sha256": page(region).economy.sha256, "beyond_is_own": "y"}
    by(Role.APPLICANT_ECONOMIST).post_form(url(region, "/intyga"), yes)
    yes["sha256"] = as_read(region)
    assert by().post_form(url(region, "/skicka-in"), yes).status_code == 303


@opened
def test_a_comment_for_another_deviation_is_asked_about_and_may_be_said_to_hold(by, region):
    fill_economy(region)
    row = page(region).economy.rows[3]
    cell = f"c{row.category_id}"
    changed = {f"{cell}_cost": "9 000 000", f"{cell}_own_financing": "0", f"{cell}_comment": row.answer.comment}
    by().post_form(url(region, "/ekonomi"), changed | {f"{cell}_seen": row.stamp})

    shown = by().get(url(region, "/ekonomi"))

    assert "Resor Kommentera på nytt" in text_of(shown)
    assert "Behövs på nytt: avvikelsen är +8 928 000 kr, och var −57 218 kr när kommentaren skrevs." in text_of(shown)
    box = next(each for each in shown.document.iter("input") if each.get("name") == f"{cell}_still")
    still = {f"{cell}_still": box.get("value"), f"{cell}_seen": page(region).economy.rows[3].stamp}
    same = {**changed, **still}
    assert by().post_form(url(region, "/ekonomi"), same | {f"{cell}_still": "1"}).status_code == 303
    assert page(region).economy_gaps
    assert by().post_form(url(region, "/ekonomi"), same).status_code == 303
    assert page(region).economy_gaps == ()


@opened
def test_a_comment_of_a_deviation_that_is_gone_is_asked_about_and_is_not_handed_in(by, region):
    fill_results(region)
    fill_economy(region)
    row = page(region).economy.rows[3]
    cell = f"c{row.category_id}"

    def write(cost, comment, **also):
        stamp = page(region).economy.rows[3].stamp
        costs = {f"{cell}_cost": str(cost), f"{cell}_own_financing": "0", f"{cell}_comment": comment}
        posted = costs | {f"{cell}_seen": stamp} | {f"{cell}_{name}": value for name, value in also.items()}
        assert by().post_form(url(region, "/ekonomi"), posted).status_code == 303
        return text_of(by().get(url(region, "/ekonomi")))

    much = "Vi reste mycket mer än planerat."
    shown = write(9_000_000, much)
    assert "Kommenterad: avvikelsen är +8 928 000 kr." in shown
    assert "Behövs: avvikelsen är +8 928 000 kr" not in shown

    shown = write(row.budget, much)

    told = "Kommentaren skrevs när avvikelsen var +8 928 000 kr, nu är den 0 kr. Ta bort den, skriv om den eller säg att den stämmer."
    assert f"Resor Stämmer kommentaren? {72_000}" in shown.replace("72 000", "72000")
    assert told in shown
    for asked in ("/intyga", "/skicka-in"):
        assert f"Resor: {told}" in text_of(by().get(url(region, asked)))
    with pytest.raises(RuleViolations):
        attest(region)
    shown = write(row.budget, "")
    assert "Stämmer kommentaren?" not in shown
    assert page(region).economy_gaps == ()


@opened
def test_what_one_row_has_left_and_another_uses_is_said_where_it_is_written_and_where_it_is_certified(by, region):
    fill_results(region)
    fill_economy(region)
    told = "Mer är använt än utbetalt för Resor. Av det täcks "
    later = "Betala inte tillbaka något nu. Socialstyrelsen skriver till er om hur mycket, när och hur."
    pages = [url(region, each) for each in ("/ekonomi", "/intyga", "/skicka-in")]
    assert [later in text_of(by().get(each)) for each in pages] == [True] * 3
    row = page(region).economy.rows[3]
    changed = {f"c{row.category_id}_cost": "9 000 000", f"c{row.category_id}_comment": "Chartrat flyg hela året."}
    by().post_form(url(region, "/ekonomi"), changed | {f"c{row.category_id}_seen": row.stamp})
    for each in pages:
        shown = text_of(by().get(each))
        assert told in shown
        assert "Resten, 7 264 865 kronor, är regionens egen finansiering." in shown


def told_in(value, hint=None) -> list[str]:
    """Every text, amount and day that a document says, as a page prints it."""
    if is_dataclass(value):
        hints = get_type_hints(type(value), include_extras=True)
        return [text for name, of in hints.items() for text in told_in(getattr(value, name), of)]
    if isinstance(value, tuple):
        inner = get_args(hint)[0] if get_args(hint) else None
        return [text for part in value for text in told_in(part, inner)]
    if value is None or isinstance(value, bool):
        return []
    if isinstance(value, datetime):
        return [clock.day_time_text(value)]
    if isinstance(value, date):
        return [clock.day_text(value)]
    if isinstance(value, int):
        return [number(value) if hint == Kronor else str(value)]
    return [" ".join(line.split()) for line in str(value).splitlines() if line.strip()]


def certified(document) -> list[str]:
    """What a report's document says, but for what the hand-in itself adds."""
    plain = replace(document, sha256="", authority="", at=None, handed_in_by=None)
    return [text.replace("\u00a0", " ") for text in told_in(plain)]


KEPT_FROM_BEFORE = ResultAnswer(Rating.MET, "Nu är det klart.\n\nAllt.", causes=(CAUSE,), measure="Skulle ha gjorts.")


@opened
def test_what_is_certified_is_what_is_frozen_field_by_field(by, region):
    mattered = replace(ANSWER, proviso_mattered=True, proviso_text="Teamet kom i oktober.")
    fill_results(region, answers={"A1": KEPT_FROM_BEFORE, "A3": mattered})
    fill_economy(region, costs=OVER)
    economist = by(Role.APPLICANT_ECONOMIST)
    attesting = economist.get(url(region, "/intyga"))
    yes = {"certified": "y", "beyond_is_own": "y"}
    economist.post_form(url(region, "/intyga"), yes | {"sha256": field_of(attesting, "sha256")})
    read = by().get(url(region, "/skicka-in"))

    assert by().post_form(url(region, "/skicka-in"), yes | {"sha256": field_of(read, "sha256")}).status_code == 303

    document = reports.handed_in(region.actor(), region.report.id).document
    beyond = (
        f"Det som går över det utbetalda, {in_words(document.economy.total.beyond)}, är regionens egen finansiering."
    )
    assert document.certified == (
        beyond,
        "Jag intygar att uppgifterna i återrapporteringen är riktiga och fullständiga.",
    )
    assert document.economy_certified == (
        beyond,
        "Jag intygar att uppgifterna om ekonomin stämmer med organisationens räkenskaper.",
    )
    assert f"Kontrollsumma: {document.economy_checksum[:12]}. Det är vad som intygas." in text_of(attesting)
    for shown in (text_of(read), text_of(by().get(url(region, "/version/1")))):
        assert [text for text in certified(document) if text not in shown] == []
        # What an answer no longer asks for is neither kept nor shown.
        assert "Skulle ha gjorts." not in shown
    assert document.results[0].measure == ""
    economy = [text.replace("\u00a0", " ") for text in told_in(document.economy)]
    assert [text for text in economy if text not in text_of(attesting)] == []


@opened
def test_a_komplettering_certifies_the_locked_parts_as_they_were_handed_in(by, region):
    handed_in(region)
    before = reports.handed_in(region.actor(), region.report.id).document
    ask_supplement(region, "A2")
    with clock.at(datetime(2022, 3, 25, 9, tzinfo=UTC)):
        pay(region, 2021, 50_000)
        services.save_result(
            region.actor(), region.report.id, "A2", SaveResult(KEPT_FROM_BEFORE, page(region).result("A2").stamp)
        )
        read = by().get(url(region, "/skicka-in"))
        last_day = clock.day_text(page(region).supplement.last_day).replace("\u00a0", " ")
        due = clock.day_text(page(region).due_on).replace("\u00a0", " ")
        shown = text_of(read)
        assert f"Sista dag att komplettera {last_day}" in shown
        assert f"sista dag att återrapportera: {due}" in shown
        posted = {"certified": "y", "sha256": field_of(read, "sha256")}
        assert by().post_form(url(region, "/skicka-in"), posted).status_code == 303

    document = reports.handed_in(region.actor(), region.report.id).document
    assert document.economy == before.economy
    assert [text for text in certified(document) if text not in text_of(read)] == []


@opened
@pytest.mark.parametrize("change", ["text", "paid", "comment", "heading"])
def test_whatever_changes_after_it_was_read_is_read_again(by, region, change):
    filled(region)
    read = by().get(url(region, "/skicka-in"))
    match change:
        case "text":
            seen = page(region).result("A1").stamp
            services.save_result(
                region.actor(), region.report.id, "A1", SaveResult(replace(ANSWER, text="Annat."), seen)
            )
        case "paid":
            pay(region, 2021, 1)
            attest(region)
        case "comment":
            row = page(region).economy.rows[0]
            command = SaveEconomy({row.category_id: SaveCost({"comment": "Annan kommentar."}, row.stamp)})
            services.save_economy(region.actor(), region.report.id, command)
            attest(region)
        case "heading":
            with db.writing_session() as session, session.begin():
                renamed = update(Organisation).where(Organisation.id == region.organisation.id)
                session.execute(renamed.values(name="Annat namn"))

    response = by().post_form(url(region, "/skicka-in"), {"certified": "y", "sha256": field_of(read, "sha256")})

    assert response.status_code == 422
    assert "Svaren har ändrats sedan du läste dem." in text_of(response)
    assert page(region).version_number == 0
