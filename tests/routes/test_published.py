"""A decision is nobody's but the authority's before it is sent: what anybody reads, on every page and in every file."""

import html
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.cases import CaseStage
from grantportal.domain.decisions import Outcome, SendCommunication
from grantportal.models.applications import Application
from grantportal.models.cases import Case
from grantportal.queries import applications as application_queries
from grantportal.queries import calls
from grantportal.services import applications as applications_services
from grantportal.services import communications, decisions
from tests.routes.access import ANONYMOUS, all_rows
from tests.support import decidable
from tests.support.factories import OrganisationFactory, person
from tests.support.rows import committed

DECIDED = datetime(2021, 12, 20, 9, tzinfo=UTC)
SENT = datetime(2021, 12, 22, 9, tzinfo=UTC)
GRANTED = {2021: 1_234_570, 2022: 2_345_680}
REFUSED = {2021: 3_456_790}
FRAME = 15_000_000
FILES = ("csv", "xlsx", "json")


@pytest.fixture
def of(database):
    """A call of two years."""
    return decidable.programme(frame=FRAME)


@pytest.fixture
def extra(of):
    """An extra call for what is left of the second year, open when the decisions are sent."""
    return decidable.extra_call(of)


@pytest.fixture
def applications(of):
    """One that is granted and one that is refused."""
    granted, refused = OrganisationFactory(name="Region Beviljad"), OrganisationFactory(name="Region Nekad")
    return decidable.application(of, granted, sought=GRANTED), decidable.application(of, refused, sought=REFUSED)


def decided(of: decidable.Programme, applications: Sequence[Application]) -> tuple[int, int]:
    """Their decisions, made and not sent."""
    granted, refused = applications
    with clock.at(DECIDED):
        return (
            decidable.decided(of, decidable.proposed(of, granted, GRANTED)),
            decidable.decided(of, decidable.proposed(of, refused, {}, outcome=Outcome.REFUSED)),
        )


@pytest.fixture
def made(of, applications):
    """Their decisions, made and not sent."""
    return decided(of, applications)


def addresses(app: Flask, of: decidable.Programme, extra: decidable.Programme) -> list[str]:
    """Every address that anybody may read, from the map of addresses, for these calls."""
    values = {
        "call_id": (of.call.id, extra.call.id),
        "grant_id": (of.grant.id,),
        "version_id": (of.call.framework_version_id, of.call.condition_set_id),
        "kind": FILES,
    }
    public = {name for name, row in all_rows().items() if ANONYMOUS in row.allowed("GET") and not row.demonstration}
    return sorted(
        address
        for rule in app.url_map.iter_rules()
        if rule.endpoint in public and "GET" in (rule.methods or ())
        for address in _filled(app, rule, values)
    )


def _filled(app: Flask, rule: Rule, values: Mapping[str, Sequence[Any]]) -> list[str]:
    chosen: list[dict[str, Any]] = [{}]
    for name in rule.arguments:
        chosen = [{**each, name: value} for each in chosen for value in values.get(name, ("1",))]
    return [app.url_map.bind("localhost").build(rule.endpoint, each) for each in chosen]


def read(client: Any, address: str) -> str:
    """What the address answers, also inside a workbook; spaces in amounts are left out."""
    answer = client.get(address)
    if not answer.data.startswith(b"PK"):
        return str(answer.text).replace("\u00a0", "")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
        return "".join(book.read(name).decode() for name in book.namelist())


def traces(applications: Sequence[Application]) -> set[str]:
    """What the decisions would be recognised by: parties, numbers, outcome, amounts, and what they leave of the frames."""
    found = {"Avslag", *(str(amount) for amount in (*GRANTED.values(), *REFUSED.values()))}
    found |= {str(FRAME - amount) for amount in GRANTED.values()}
    for each in applications:
        number = committed().get_one(Case, each.case_id).registration_number
        found |= {each.organisation.name, each.organisation.organisation_number, str(number)}
    db.close_read_session()
    return found


@pytest.mark.parametrize("reader", ["anybody", "another region"])
def test_nothing_of_a_decision_is_public_before_it_is_sent(of, extra, applications, app, client, signed_in, reader):
    visitor = client if reader == "anybody" else signed_in(person(Role.OMBUD, OrganisationFactory(name="Grannen")))
    every, secrets = addresses(app, of, extra), traces(applications)
    files = {f"/fordelade-bidrag/{of.call.id}/fordelningslista.{kind}" for kind in FILES}
    files |= {f"/fordelade-bidrag/statsbidrag/{of.grant.id}/fordelningslista.{kind}" for kind in FILES}
    assert files | {"/", "/fordelade-bidrag/", f"/utlysningar/{extra.call.id}"} <= set(every)

    def told() -> set[tuple[str, str]]:
        said = {address: read(visitor, address) for address in every}
        return {(address, each) for address in every for each in secrets if each in said[address]}

    with clock.at(DECIDED):
        before = told()
    # Whoever asks to become ombud chooses among all organisations.
    assert {address for address, _ in before} <= {"/ombudsansokan"}
    made = decided(of, applications)
    with clock.at(SENT - timedelta(seconds=1)):
        assert told() == before

    with clock.at(SENT):
        for decision_id in made:
            decisions.dispatch(of.registrar, decision_id)
        after = told()
    # What was looked for is what is told when they are sent.
    assert {each for address, each in after if address != "/ombudsansokan"} == secrets
    assert {address for address in files if (address, "Region Beviljad") not in after} == set()


def test_the_list_as_it_was_counts_a_decision_from_the_day_it_was_sent(of, made, client):
    with clock.at(SENT):
        decisions.dispatch(of.registrar, made[0])
    pages = [
        "/fordelade-bidrag/",
        f"/fordelade-bidrag/{of.call.id}",
        *(f"/fordelade-bidrag/{of.call.id}/fordelningslista.{kind}" for kind in FILES),
        *(f"/fordelade-bidrag/statsbidrag/{of.grant.id}/fordelningslista.{kind}" for kind in FILES),
    ]
    with clock.at(SENT + timedelta(days=30)):
        for day in ("2021-12-20", "2021-12-21", "2021-12-22", "2022-01-20"):
            for page in pages:
                there = "Region Beviljad" in read(client, f"{page}?per={day}")
                assert there is (day >= "2021-12-22"), (page, day)


def test_what_is_left_of_a_frame_is_told_when_what_is_taken_of_it_has_been_sent(of, extra, made, client):
    page = f"/utlysningar/{extra.call.id}"
    with clock.at(SENT):
        assert f"{FRAME - GRANTED[2022]}kr" not in read(client, page)
        decisions.dispatch(of.registrar, made[0])
        assert f"{FRAME - GRANTED[2022]}kr" in read(client, page)


def test_an_applicant_is_told_of_what_is_left_when_what_is_taken_has_been_sent(of, extra, made):
    """The check of an application compares what is sought with this."""

    def taken() -> list[int]:
        db.close_read_session()
        return [granted for _, granted in application_queries.surroundings(extra.call).frames.values()]

    with clock.at(SENT):
        assert taken() == [0]
        decisions.dispatch(of.registrar, made[0])
        assert taken() == [GRANTED[2022]]


def test_a_grantee_may_apply_in_an_extra_call_when_the_decision_has_been_sent(of, extra, applications, made, signed_in):
    ombud = signed_in(person(Role.OMBUD, applications[0].organisation, valid_from=date(2019, 1, 1)))
    with clock.at(SENT):
        assert "Påbörja ansökan" not in ombud.get(f"/utlysningar/{extra.call.id}").text
        assert calls.to_tell_of(extra.call) == []
        db.close_read_session()
        decisions.dispatch(of.registrar, made[0])
        assert "Påbörja ansökan" in ombud.get(f"/utlysningar/{extra.call.id}").text
        assert calls.to_tell_of(extra.call) == [applications[0].organisation_id]


# --- The party itself ----------------------------------------------------------------------------------------------


def everything(client: Any, starts: Sequence[str]) -> dict[str, str]:
    """All that a person reads who follows every link from where they start, but for the marks that are new each time."""
    found: dict[str, str] = {}
    left = list(starts)
    while left:
        address = left.pop()
        if address in found:
            continue
        answer = client.get(address)
        said = re.sub(
            r'(name="csrf_token"[^>]*value=|name="_kopia"[^>]*value=|data-key=)"[^"]*"',
            r'\1""',
            answer.data.decode(errors="replace"),
        )
        found[address] = f"{answer.status_code} {answer.location} {said}"
        if answer.mimetype == "text/html":
            links = (html.unescape(each) for each in re.findall(r'href="(/[^"#]*)', said))
            # What is public is read by everybody above.
            left += [
                each
                for each in links
                if not re.search("/static/|/fordelade-bidrag|/om/|[?]ordning=|/vyer/|/hamta", each)
            ]
    return found


def heard(of: decidable.Programme, made: Application) -> int:
    """Material that the party has not answered, sent in time to have run out when it is decided."""
    with clock.at(DECIDED - timedelta(days=30)):
        return communications.send(of.officer, made.id, SendCommunication("Vi avser att avslå.", date(2021, 12, 1)))


def taken_back(of: decidable.Programme, made: Application) -> int:
    """An application that its ombud has taken back, with material that came before that."""
    sent = heard(of, made)
    ombud = decidable.actor_with(Role.OMBUD, made.organisation)
    with clock.at(DECIDED - timedelta(days=1)):
        applications_services.withdraw(ombud, made.id)
    return sent


@pytest.mark.parametrize(
    ("before_it", "outcome", "granted"),
    [
        (heard, Outcome.GRANTED, GRANTED),
        (heard, Outcome.REFUSED, {}),
        (taken_back, Outcome.STRUCK, {}),
    ],
)
def test_the_party_reads_the_same_before_and_after_its_decision_is_made(
    of, extra, signed_in, before_it, outcome, granted
):
    region = OrganisationFactory(name="Region Parten")
    made = decidable.application(of, region, sought=GRANTED)
    material = before_it(of, made)
    reader = signed_in(person(Role.OMBUD, region, valid_from=date(2019, 1, 1)))
    own = [f"/arenden/{made.case_id}", f"/ansokningar/{made.id}", f"/ansokningar/{made.id}/aterkalla"]
    starts = ["/", "/arenden/", "/beslut/", "/notiser", *own, f"/kommunicering/{material}/svara", "/beslut/1"]
    starts += [f"/arenden/?lage={each.value}" for each in CaseStage]
    with clock.at(DECIDED):
        decision_id = decisions.propose(of.officer, made.id, decidable.command(of, granted, outcome=outcome))
        everything(reader, starts)  # what is read is no longer new
        before = everything(reader, starts)
        decidable.decided(of, decision_id)
        after = everything(reader, starts)
    assert {each for each in before if each not in after} == {each for each in after if each not in before} == set()
    assert [each for each in before if before[each] != after[each]] == []
    assert before[own[0]].startswith("200")
    assert "Region Parten" in before[own[0]]
