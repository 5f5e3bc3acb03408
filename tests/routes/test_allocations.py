"""Fördelade bidrag, as anybody reads them."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import ANONYMOUS
from grantportal.domain.calls import CorrectTexts, PublishCall, WithdrawCall
from grantportal.domain.decisions import DecisionStatus
from grantportal.domain.grants import SetFrame
from grantportal.exports import csv, xlsx
from grantportal.exports import json as as_json
from grantportal.models.applications import Application
from grantportal.models.calls import Call
from grantportal.models.decisions import Decision
from grantportal.models.organisations import Organisation
from grantportal.queries import allocations
from grantportal.services import calls, grants
from tests.support import plenty
from tests.support.allocated import SOUGHT, decided, pilot_round
from tests.support.calls import ANNOUNCED, make_call, officer, played_at, published_call
from tests.support.casework import ApplicationFactory, sent
from tests.support.factories import OrganisationFactory
from tests.support.pages import words
from tests.support.rows import committed
from tests.support.statements import statements

NB = "\u00a0"


def extra_call(call: Call) -> Call:
    with played_at(ANNOUNCED):
        who = officer()
        number = make_call(
            who,
            call.grant_id,
            years=(2022,),
            title="Omfördelning av 2022 års återstod",
            opens_on=date(2021, 12, 14),
            last_day=date(2022, 1, 31),
            form="extra-application-form",
            extends_id=call.id,
            publish=False,
        )
        with db.writing_session() as session, session.begin():
            session.get_one(Call, number).is_example = True
        calls.publish(who, number, PublishCall(main_is_open=call.last_day))
    return committed().get_one(Call, number)


def test_the_pilots_round_adds_up(client):
    call = published_call()
    pilot_round(call)

    page = client.get(f"/fordelade-bidrag/{call.id}")

    assert page.status_code == 200
    for sum_ in ("11 089 785", "11 477 779", "3 910 215", "3 522 221"):
        assert sum_.replace(" ", NB) in page.text
    assert "3 av 4 ansökningar fick bidrag" in page.text
    assert "30\u00a0juni\u00a02020" in page.text
    assert "Maria Ungdom" in page.text
    assert "Förutsättningar att genomföra projektet saknades." in page.text
    assert "Påhittat: sökta belopp, som ingår i summan, för Region Stockholm." in words(page.document)


def test_while_more_may_be_decided_the_page_says_so(client):
    call = published_call()
    pilot_round(call)
    found = committed().get_one(Call, call.id)
    assert found.grant
    db.close_read_session()
    ApplicationFactory(call=found, case__registration_number="2020-0099")

    page = client.get(f"/fordelade-bidrag/{call.id}")
    assert "Delvis beslutad" in page.text
    assert "4 beslut är skickade, och 3 av dem ger bidrag. Fler beslut kan komma." in words(page.document)
    assert "ansökningar fick bidrag" not in page.text


def test_a_call_that_is_open_or_taken_back_is_not_called_decided(client):
    call = published_call()
    with clock.at(datetime(2020, 4, 16, 9, tzinfo=UTC)):
        assert allocations.of_call(ANONYMOUS, call.id).more_may_come
        calls.withdraw(officer(), call.id, WithdrawCall("Uppdraget är ändrat.", 0))
        db.close_read_session()
        assert not allocations.of_call(ANONYMOUS, call.id).more_may_come
    page = client.get(f"/fordelade-bidrag/{call.id}")
    assert "Återtagen" in page.text
    assert "Utlysningen återtogs 16 april 2020, och ansökningarna prövas inte." in words(page.document)
    assert "Återtagen" not in client.get(f"/fordelade-bidrag/{call.id}?per=2020-04-15").text


def test_the_list_can_be_read_as_it_was(client):
    call = published_call()
    regions = pilot_round(call)
    extra = extra_call(call)
    later = datetime(2022, 2, 22, 9, tzinfo=UTC)
    for name, amount in (
        ("Region Skåne", 1_100_000),
        ("Västra Götalandsregionen", 1_480_000),
        ("Region Östergötland", 865_000),
    ):
        decided(extra, regions[name], {2022: amount}, {2022: amount}, at=later)

    now = client.get("/fordelade-bidrag/")
    then = client.get("/fordelade-bidrag/?per=2020-06-30")
    before = client.get("/fordelade-bidrag/?per=2020-06-29")

    assert f"14{NB}922{NB}779" in now.text
    assert f"77{NB}221" in now.text
    assert f"11{NB}477{NB}779" in then.text
    assert f"14{NB}922{NB}779" not in then.text
    assert "Inga bidrag var fördelade" in before.text
    first = client.get(f"/fordelade-bidrag/{call.id}")
    assert f"Med andra utlysningar är 14{NB}922{NB}779{NB}kr beviljat" in first.text
    assert "Omfördelning av 2022 års återstod" in first.text
    # The real sums bear no mark, and what the invented decisions of another call have changed does.
    assert "påhittade belopp ingår" in first.text
    assert "påhittade belopp ingår" not in client.get(f"/fordelade-bidrag/{call.id}?per=2020-06-30").text


def test_only_made_decisions_count(client):
    call = published_call()
    region = pilot_round(call)["Region Skåne"]
    decided(call, region, {2021: 1_000_000}, {2021: 1_000_000}, unit="En klinik", make=False)

    assert f"11{NB}089{NB}785" in client.get(f"/fordelade-bidrag/{call.id}").text
    assert "En klinik" not in client.get(f"/fordelade-bidrag/{call.id}").text


def test_a_decision_that_is_replaced_no_longer_counts(database):
    call = published_call()
    regions = pilot_round(call)
    first = allocations.of_call(officer(), call.id)
    assert first is not None
    replacing = decided(
        call,
        regions["Region Skåne"],
        {2021: 1},
        {2021: 1_000_000},
        unit="omprövad",
        at=datetime(2021, 5, 1, tzinfo=UTC),
        make=False,
    )
    with db.writing_session() as session, session.begin():
        skane = session.query(Organisation).filter_by(name="Region Skåne").one()
        old = (
            session.query(Decision)
            .join(Application, Decision.application_id == Application.id)
            .filter(Application.organisation_id == skane.id, Application.applicant_unit == "")
            .one()
        )
        made = session.get_one(Decision, replacing.id)
        made.changes_id = old.id
        made.decided_by_id, made.decided_at, made.sha256 = old.decided_by_id, datetime(2021, 5, 1, tzinfo=UTC), "1" * 64
        made.status = DecisionStatus.MADE
    db.close_read_session()
    unsent = allocations.of_call(officer(), call.id)
    assert unsent is not None
    assert unsent.sums[0].granted == first.sums[0].granted
    sent(replacing, datetime(2021, 5, 1, tzinfo=UTC))

    then = allocations.of_call(officer(), call.id, date(2020, 6, 30))
    now = allocations.of_call(officer(), call.id)
    assert then is not None
    assert now is not None
    assert then.sums[0].granted == 11_089_785
    assert now.sums[0].granted == 11_089_785 - 2_913_808 + 1_000_000


@pytest.mark.parametrize("kind", ["xlsx", "csv", "json"])
def test_the_list_is_there_as_a_file(client, kind):
    call = published_call()
    pilot_round(call)

    for path in (f"/fordelade-bidrag/{call.id}", f"/fordelade-bidrag/statsbidrag/{call.grant_id}"):
        file = client.get(f"{path}/fordelningslista.{kind}?per=2020-06-30")
        assert file.status_code == 200
        assert file.headers["Content-Disposition"].endswith(f'.{kind}"')
        assert len(file.data) > 300
        if kind == "json":
            assert "2913808" in file.text
            assert json.loads(file.text)
        if kind == "csv":
            assert file.text.count("Påhittat exempel") == 2


def test_no_file_of_another_kind(client):
    call = published_call()

    assert client.get(f"/fordelade-bidrag/{call.id}/fordelningslista.pdf").status_code == 404
    assert client.get(f"/fordelade-bidrag/{call.id}/fordelningslista.csv?per=i går").status_code == 404


@pytest.mark.parametrize("typed", ["2021-02-30", "1 mars", "x" * 100_000, "2020\x00-06-30", "٢٠٢٠-٠٦-٣٠"])
def test_what_is_not_a_day_is_asked_again(client, typed):
    call = published_call()
    pilot_round(call)

    page = client.get("/fordelade-bidrag/", query_string={"per": typed})

    # NUL is taken away like other marks that nobody can see.
    if "\x00" in typed:
        assert page.status_code == 200
        return
    assert page.status_code == 422
    assert "till exempel 2020-04-20" in page.text or "Skriv högst 200 tecken" in page.text
    assert f"11{NB}089{NB}785" in page.text


def test_a_call_without_decisions_says_so(client):
    call = published_call()

    page = client.get(f"/fordelade-bidrag/{call.id}")

    assert page.status_code == 200
    assert "Inga beslut har skickats i utlysningen än" in page.text
    assert "Inga bidrag är fördelade än" in client.get("/fordelade-bidrag/").text


def test_as_many_queries_for_one_as_for_many(client):
    call = published_call()
    pilot_round(call)
    client.get(f"/fordelade-bidrag/{call.id}")
    with statements() as few:
        client.get(f"/fordelade-bidrag/{call.id}")
    for _ in range(10):
        decided(call, OrganisationFactory(), SOUGHT["Region Skåne"], {2021: 100})
    with statements() as many:
        client.get(f"/fordelade-bidrag/{call.id}")

    sent = [len([each for each in found if each.startswith("SELECT")]) for found in (few, many)]
    assert sent[0] == sent[1] <= 10


def changed_frame(call: Call, frame: int, on: date) -> None:
    with clock.at(clock.local(on, 9)):
        grants.set_frame(officer(), call.grant_id, SetFrame(2021, frame, 4))
        db.close_read_session()


def test_the_frame_is_the_one_of_that_day(client):
    call = published_call()
    pilot_round(call)
    changed_frame(call, 16_000_000, date(2021, 3, 1))
    changed_frame(call, 17_000_000, date(2021, 4, 1))

    def frames(day):
        found = json.loads(client.get(f"/fordelade-bidrag/{call.id}/fordelningslista.json?per={day}").text)
        total = json.loads(
            client.get(f"/fordelade-bidrag/statsbidrag/{call.grant_id}/fordelningslista.json?per={day}").text
        )
        assert found["ramar"] == total["ramar"]
        return [year["ram"] for year in found["ramar"]]

    assert frames("2020-06-30") == [15_000_000, 15_000_000]
    assert frames("2021-02-28") == [15_000_000, 15_000_000]
    assert frames("2021-03-01") == [16_000_000, 15_000_000]
    assert frames("2021-03-31") == [16_000_000, 15_000_000]
    assert frames("") == [17_000_000, 15_000_000]
    page = client.get(f"/fordelade-bidrag/{call.id}?per=2021-03-01").text
    assert f"Ram 16{NB}000{NB}000{NB}kr" in page
    assert "Ramarna står som de var då." in page
    assert f"16{NB}000{NB}000" in client.get("/fordelade-bidrag/?per=2021-03-01").text


OF_ANOTHER_PROCESS = """
import sys
from datetime import date
from hashlib import sha256
from grantportal import db
from grantportal.exports import csv, json, xlsx
from grantportal.queries import allocations
db.configure(sys.argv[1])
facts = allocations.facts_of_grant(int(sys.argv[2]), "Myndigheten", date(2020, 6, 30))
for kind in (csv, json, xlsx):
    print(sha256(kind.allocation_list(facts)).hexdigest())
db.close_read_session()
db.engine().dispose()
"""


def test_the_same_day_gives_the_same_bytes_in_every_process(database):
    """Each process orders its sets in its own way, and a second passes between them."""
    call = published_call()
    pilot_round(call)
    db.close_read_session()

    def files(seed):
        return subprocess.run(  # the test's own program
            [sys.executable, "-c", OF_ANOTHER_PROCESS, database.url, str(call.grant_id)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert files("1") == files("2")
    facts = allocations.facts_of_grant(call.grant_id, "Myndigheten", date(2020, 6, 30))
    own = [sha256(kind.allocation_list(facts)).hexdigest() for kind in (csv, as_json, xlsx)]
    assert own == files("1").split()


@pytest.mark.parametrize("kind", ["xlsx", "csv", "json"])
def test_todays_file_is_the_same_bytes_all_day(client, kind):
    call = published_call()
    pilot_round(call)
    day = date(2021, 5, 3)

    def files(hour, per=""):
        with clock.at(clock.local(day, hour)):
            return [
                client.get(f"/fordelade-bidrag/{path}/fordelningslista.{kind}?per={per}").data
                for path in (call.id, f"statsbidrag/{call.grant_id}")
            ]

    assert files(8) == files(16) == files(16, "2021-05-03") == files(16, "2021-05-04")
    with clock.at(clock.local(date(2021, 5, 7), 9)):
        db.close_read_session()
        later = client.get(f"/fordelade-bidrag/{call.id}/fordelningslista.{kind}?per=2021-05-03").data
    assert later == files(8)[0]


@pytest.mark.parametrize("kind", ["xlsx", "csv", "json"])
def test_a_day_before_a_heading_was_corrected_keeps_the_heading_in_its_files(client, kind):
    call = published_call()
    pilot_round(call)
    before, after = date(2020, 7, 1), date(2020, 7, 20)

    def files(day):
        db.close_read_session()
        with clock.at(clock.local(date(2021, 5, 3), 9)):
            return [
                client.get(f"/fordelade-bidrag/{path}/fordelningslista.{kind}?per={day}").data
                for path in (call.id, f"statsbidrag/{call.grant_id}")
            ]

    old = files(before)
    for hour, title in ((9, "Rättad rubrik"), (10, "Rättad igen")):
        with played_at(clock.local(date(2020, 7, 12), hour)):
            seen = 0 if hour == 9 else 1
            texts = {"about": call.about, "eligible": call.eligible, "reason": "Den var fel.", "seen": seen}
            calls.correct(officer(), call.id, CorrectTexts(title=title, **texts))

    assert files(before) == old
    if kind == "json":
        assert "Rättad igen" in files(after)[0].decode()
        assert call.title in old[0].decode()


def test_what_is_decided_at_midnight_is_the_next_days(database):
    call = published_call()
    region = OrganisationFactory()
    decided(call, region, {2021: 500}, {2021: 500}, at=clock.end_of(date(2020, 6, 30)))

    assert allocations.of_call(officer(), call.id, date(2020, 6, 30)).lines == ()
    db.close_read_session()
    assert len(allocations.of_call(officer(), call.id, date(2020, 7, 1)).lines) == 1


def test_a_long_list_is_turned_and_its_sums_and_files_are_whole(client):
    of = plenty.ground(years=(2021, 2022))
    plenty.applications(of, 180)
    address = f"/fordelade-bidrag/{of.call}"

    def rows(page):
        return [row for body in page.document.iter("tbody") for row in body.iter("tr")]

    first, last = client.get(address), client.get(f"{address}?sida=2")
    assert (len(rows(first)), len(rows(last))) == (50, 10)
    foot = [words(next(each.iter("tfoot"))) for each in (first.document, last.document)]
    assert foot[0] == foot[1]
    assert "54 000 000" in foot[0]
    assert len(client.get(f"{address}/fordelningslista.json").json["rader"]) == 120
    plenty.applications(of, 300)
    much = client.get(address)
    assert len(rows(much)) == 50
    assert len(much.data) < 1.1 * len(first.data)
