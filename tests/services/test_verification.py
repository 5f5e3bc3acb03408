"""Whoever changes what must not change is found, however close to the database they sit."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, text
from sqlalchemy.exc import DBAPIError

from grantportal import cli, db
from grantportal.domain import clock
from grantportal.domain.actors import Actor
from grantportal.domain.calls import CallChangeKind
from grantportal.domain.cases import Direction, FrozenKind, RecordKind
from grantportal.domain.decisions import DecisionStatus, Outcome
from grantportal.domain.events import EventKind
from grantportal.domain.forms import FormKind, canonical, fingerprint
from grantportal.domain.grants import ConditionStatus
from grantportal.domain.payments import LedgerKind
from grantportal.effects import files as placing
from grantportal.effects.freeze import freeze
from grantportal.effects.ledger import enter
from grantportal.keyring import HISTORY, Keyring
from grantportal.models import triggers
from grantportal.models.applications import Application
from grantportal.models.calls import CallChange
from grantportal.models.cases import Case, FileNote
from grantportal.models.decisions import Decision, DecisionLine, Dispatch, Dissent
from grantportal.models.grants import CostCategory, FormVersion, Grantee, YearFrame
from grantportal.models.messages import Message
from grantportal.models.organisations import Organisation
from grantportal.models.portal import DayAnchor, Event
from grantportal.models.records import Record
from grantportal.models.search import SearchEntry
from grantportal.queries import anchors as anchor_queries
from grantportal.services import anchors, verification
from grantportal.services.history import take_in
from grantportal.transaction import Bookkeeping, bookkeeping, recomputed, transaction
from tests.support import run
from tests.support.casework import ApplicationFactory
from tests.support.factories import UserFactory
from tests.support.rows import committed, saved

pytestmark = pytest.mark.usefixtures("database")

LAST_WEEK = timedelta(days=7)
FROZEN = Path(__file__).parents[1] / "domain" / "frozen"
EMPTY = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
"""The SHA-256 of `{}`."""


UNTOLD = "Historiken säger inte hur raderna var när den började berätta om dem. Kör: grantportal db upgrade"


def keyring() -> Keyring:
    """The keys of the test run's process."""
    made = Keyring(run.folder() / f"keys-{run.worker()}")
    made.make()
    return made


def _anchor_the_day(day: date) -> None:
    """A day's anchor, as the portal made them before they were signed."""
    heads = sorted(
        {chain: (chain, seq, sha256) for _, chain, seq, sha256 in sorted(anchor_queries.recorded())}.values()
    )
    saved(DayAnchor(day=day, heads=len(heads), sha256=fingerprint(canonical(heads)), made_at=clock.real_now()))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "files"


@pytest.fixture
def history(folder, monkeypatch) -> Application:
    """A case with three events, a frozen version, a stored file, a decided sum and last week's anchor."""
    application = ApplicationFactory()
    writer = Actor(UserFactory().id)
    grant_id, case_id = application.call.grant_id, application.case_id
    saved(YearFrame(grant_id=grant_id, grant_year=2021, frame=1_000, decided=400, grantees=1, max_grantees=4))
    saved(Grantee(grant_id=grant_id, grant_year=2021, organisation_id=application.organisation_id))
    saved(
        FormVersion(
            grant_id=grant_id,
            kind=FormKind.APPLICATION,
            number=1,
            title="Ansökan",
            status=ConditionStatus.PUBLISHED,
            definition="{}",
            sha256=EMPTY,
            published_at=datetime(2020, 1, 1, tzinfo=UTC),
        )
    )
    category = saved(CostCategory(grant_id=grant_id, position=1, name="Personal"))
    decision, proposer, decider = _drafted_decision(application, category.id)
    then = clock.real_now() - LAST_WEEK
    with monkeypatch.context() as patch:
        patch.setattr(clock, "real_now", lambda: then)
        for number in range(2):
            with transaction(writer, EventKind.CASE_REFERENCE_CHANGED) as act:
                act.about(act.session.get_one(Case, case_id), number=number)
        with transaction(proposer, EventKind.DECISION_PROPOSED) as act:
            proposed = act.session.get_one(Decision, decision.id)
            proposed.proposed_by_id, proposed.proposed_at, proposed.sha256 = proposer.user_id, then, "x"
            act.about(proposed)
        with transaction(writer, EventKind.ORGANISATION_REGISTERED) as act:
            act.about(act.session.get_one(Organisation, application.organisation_id))
    _anchor_the_day(clock.stockholm(then).date())
    placed = placing.place(folder, b"bytes")
    with bookkeeping(Bookkeeping.FILES) as (session, _):
        placing.enter(session, placed, shown_name="beslut.pdf", media_type="application/pdf")
    with transaction(decider, EventKind.DECISION_MADE) as act:
        made = act.session.get_one(Decision, decision.id)
        made.status, made.decided_by_id, made.decided_at = DecisionStatus.MADE, decider.user_id, clock.now()
        act.session.flush()
        frozen = freeze(act, FrozenKind.DECISION, made.id, _document(application, made), case_id=case_id)
        act.about(made, sha256=frozen.sha256)
        freeze(act, FrozenKind.APPLICATION, application.id, {"q1": "Vi söker."}, case_id=case_id)
        freeze(act, FrozenKind.APPLICATION, application.id, {"q1": "Vi söker mer."}, case_id=case_id)
        enter(
            act,
            LedgerKind.DECIDED,
            400,
            grant_id=grant_id,
            grant_year=2021,
            organisation_id=application.organisation_id,
            case_id=case_id,
            decision_id=decision.id,
        )
    assert anchors.make(keyring().newest(HISTORY))
    return application


def _drafted_decision(application: Application, category_id: int) -> tuple[Decision, Actor, Actor]:
    """A decision of 400 kr that is not made yet, who is to propose it and who is to decide."""
    decision = saved(
        Decision(
            application_id=application.id,
            organisation_id=application.organisation_id,
            case_id=application.case_id,
            outcome=Outcome.GRANTED,
            lines=[DecisionLine(grant_year=2021, cost_category_id=category_id, amount=400)],
        )
    )
    return decision, Actor(UserFactory().id), Actor(UserFactory().id)


def _document(application: Application, made: Decision) -> dict[str, Any]:
    """What the decision says, as an older portal froze it: without its words, and with nothing of what it rests on."""
    old = json.loads((FROZEN / "decision-1-granted.json").read_text("utf-8"))
    party = {**old["party"], "organisation_number": application.organisation.organisation_number}
    del old["basis"]
    return {
        **old,
        "outcome": made.outcome,
        "party": party,
        "registration_number": application.case.registration_number,
        "years": [{"year": 2021, "sought": 400, "granted": 400}],
        "granted": {"years": [2021], "lines": [{"category": "Personal", "amounts": [400]}]},
        "payments": [],
        "reasons": "",
        "covers": "",
        "presented_at": made.proposed_at,
        "at": made.decided_at,
    }


def tamper(*statements: str) -> None:
    """Change rows as somebody with the database's own rights could: without the triggers that refuse it."""
    engine = db.engine_for(db.engine().url.render_as_string(hide_password=False))
    with engine.connect() as connection:
        dialect = connection.dialect.name
        off = triggers.dropping(dialect) if dialect == "sqlite" else ["SET session_replication_role = replica"]
        on = triggers.statements(dialect) if dialect == "sqlite" else ["SET session_replication_role = origin"]
        for statement in [*off, *statements, *on]:
            connection.exec_driver_sql(statement)
        connection.commit()
    engine.dispose()


def found(folder) -> list[str]:
    db.close_read_session()
    db.read_one_moment()
    differences = verification.verify(folder, keyring=keyring()).differences
    db.close_read_session()
    # Much of what the tests begin with is put in without an act; tests/services/test_altered_history.py is about the rows.
    return [each for each in differences if each != UNTOLD]


def test_nothing_is_found_where_nothing_has_been_changed(history, folder):
    db.read_one_moment()
    findings = verification.verify(folder, keyring=keyring())

    assert findings.differences == [UNTOLD]
    assert findings.checked == {
        "händelser": 5,
        "rader som händelserna berättar om": 0,
        "ankare": 1,
        "dygnsankare": 1,
        "frysta versioner": 3,
        "sökposter": 1,
        "publicerade formulär": 1,
        "filer": 1,
        "årsramar": 1,
        "rader i reskontran": 1,
        "beslutade belopp": 1,
        "fattade beslut": 1,
        "skickade beslut": 0,
        "bankgiron": 0,
        "utbetalningar": 0,
        "utbetalningsunderlag": 0,
        "inskickade återrapporteringar": 0,
    }


TAMPERINGS = {
    "an event's facts": ("UPDATE events SET data = '{\"number\":9}' WHERE seq = 2", "Händelse 2 i kedjan case:"),
    "an event's text that is no JSON": ("UPDATE events SET data = 'x' WHERE seq = 2", "Händelse 2 i kedjan case:"),
    "an event's actor": ("UPDATE events SET actor_id = NULL WHERE seq = 1 AND case_id IS NOT NULL", "Händelse 1"),
    "an event's time": ("UPDATE events SET at = '2019-01-01 00:00:00' WHERE seq = 3", "Händelse 3"),
    "a removed event": ("DELETE FROM events WHERE seq = 2", "händelse 2 saknas"),
    "a removed last event": ("DELETE FROM events WHERE seq = 4", "sista händelsen är inte den som raden säger"),
    "a chain removed whole": (
        "DELETE FROM events WHERE case_id IS NULL",
        "sista händelsen är inte den som raden säger",
    ),
    "a head": ("UPDATE cases SET event_head = 'x'", "sista händelsen är inte den som raden säger"),
    "an anchor": ("UPDATE anchors SET sha256 = 'x'", "Dygnsankaret"),
    "a frozen version": ("UPDATE frozen_versions SET content = '{}' WHERE number = 1", "Fryst version 1"),
    "a removed frozen version": ("DELETE FROM frozen_versions WHERE number = 1", "en tidigare version saknas"),
    "a published form": ("UPDATE form_versions SET definition = '[]'", "Formuläret «Ansökan»"),
    "a frame's sum": ("UPDATE year_frames SET decided = 399", "är räknat som beslutat"),
    "a frame's grantees": ("UPDATE year_frames SET grantees = 2", "2 mottagare är räknade"),
    "a decided amount": ("UPDATE decision_lines SET amount = 401", "besluten säger"),
    "a decided amount beside its frozen document": (
        "UPDATE decision_lines SET amount = 401",
        "401\u00a0kr är beviljat till Personal för 2021, det frysta innehållet säger 400\u00a0kr",
    ),
    "a decision without its frozen document": (
        "DELETE FROM frozen_versions WHERE kind = 'decision'",
        "dess frysta innehåll saknas",
    ),
    "a second document that nobody froze": (
        "INSERT INTO frozen_versions (kind, subject_id, number, case_id, content, sha256, frozen_at, frozen_by_id)"
        f" SELECT kind, subject_id, 2, case_id, '{{}}', '{EMPTY}', frozen_at, frozen_by_id"
        " FROM frozen_versions WHERE kind = 'decision'",
        "ingen händelse säger att den har frysts",
    ),
    "a frozen document that is none": (
        "UPDATE frozen_versions SET content = '7' WHERE kind = 'decision'",
        "går inte att läsa",
    ),
    "an entry of the ledger": ("UPDATE ledger_entries SET amount = 401", "reskontran säger"),
    "a removed entry": ("DELETE FROM ledger_entries", "reskontran säger"),
    "a removed grantee": ("DELETE FROM grantees", "förteckningen"),
    "a removed frame": ("DELETE FROM year_frames", "ingen årsram"),
}


@pytest.mark.parametrize(("statement", "said"), TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_tampering_is_found(history, folder, statement, said):
    tamper(statement)

    assert any(said in difference for difference in found(folder)), found(folder)


def test_a_chain_rewritten_whole_is_found_by_the_anchors(history, folder):
    """Every hash is right again, and the head too: only what is anchored says that the history was another."""
    with db.writing_session() as session, session.begin():
        case = session.get_one(Case, history.case_id)
        rows = session.query(Event).filter_by(chain=f"case:{case.id}").order_by(Event.seq).all()
        changes, head = [], ""
        for row in rows:
            row.data = '{"number":7}' if row.kind is EventKind.CASE_REFERENCE_CHANGED else row.data
            row.previous_sha256 = head
            head = recomputed(row, json.loads(row.data))
            changes.append(
                f"UPDATE events SET data = '{row.data}', previous_sha256 = '{row.previous_sha256}', sha256 = '{head}' WHERE id = {row.id}"
            )
        changes.append(f"UPDATE cases SET event_head = '{head}'")
        session.expunge_all()
    tamper(*changes)

    assert [difference[:12] for difference in found(folder)] == ["Ankare 1: hä", "Dygnsankaret"]


@pytest.mark.parametrize("content", [b"bytez", b"", None], ids=["changed", "emptied", "removed"])
def test_a_file_that_is_not_as_it_was_is_found(history, folder, content):
    (path,) = folder.iterdir()
    path.unlink()
    if content is not None:
        path.write_bytes(content)

    assert any("beslut.pdf" in difference for difference in found(folder))


@pytest.mark.parametrize("table", triggers.APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id + 1000", "DELETE FROM {}"])
def test_what_is_written_once_cannot_be_changed(history, table, statement):
    """The database itself says no; the red side is that the same statement goes through without the triggers."""
    if table == "dispatches":
        decision = committed().query(Decision).one()
        saved(
            Dispatch(
                decision_id=decision.id,
                case_id=decision.case_id,
                organisation_id=decision.organisation_id,
                receiver="Registrator",
                dispatched_by_id=UserFactory().id,
                dispatched_at=datetime(2020, 7, 1, tzinfo=UTC),
            )
        )
    if table == "call_changes":
        saved(
            CallChange(
                call_id=committed().get_one(Application, history.id).call_id,
                kind=CallChangeKind.CLOSED_EARLY,
                field="last_day",
                was="2020-04-20",
                becomes="2020-04-17",
                reason="Medlen är slut.",
                made_by_id=UserFactory().id,
                made_at=datetime(2020, 4, 17, tzinfo=UTC),
            )
        )
    if table == "dissents":
        decision = committed().query(Decision).one()
        noted = Record(
            case_id=decision.case_id,
            organisation_id=decision.organisation_id,
            number=90,
            kind=RecordKind.DISSENT,
            title="Avvikande mening",
            direction=Direction.INTERNAL,
            dated_at=datetime(2020, 6, 30, tzinfo=UTC),
        )
        saved(
            Dissent(
                decision_id=decision.id,
                case_id=decision.case_id,
                organisation_id=decision.organisation_id,
                record_id=saved(noted).id,
                person_id=UserFactory().id,
                text="Nej.",
                at=datetime(2020, 6, 30, tzinfo=UTC),
            )
        )
    if table == "frozen_versions":
        # Without the triggers it would be the search entry's foreign key that says no.
        with db.writing_session() as session, session.begin():
            session.execute(delete(SearchEntry))
    if table == "event_anchors":
        # Their heads' foreign key says no as well.
        tamper("DELETE FROM anchor_heads")
    if table == "file_notes":
        saved(
            FileNote(
                case_id=history.case_id,
                organisation_id=history.organisation_id,
                occurred_on=date(2020, 5, 4),
                text="Samtal",
                written_by_id=UserFactory().id,
                written_at=datetime(2020, 5, 4, tzinfo=UTC),
            )
        )
    if table == "messages":
        record = saved(
            Record(
                case_id=history.case_id,
                organisation_id=history.organisation_id,
                number=1,
                kind=RecordKind.MESSAGE,
                title="Meddelande",
                direction=Direction.IN,
                dated_at=datetime(2020, 5, 4, tzinfo=UTC),
            )
        )
        saved(
            Message(
                case_id=history.case_id,
                organisation_id=history.organisation_id,
                record_id=record.id,
                direction=record.direction,
                text="Hej",
                written_by_id=UserFactory().id,
                written_at=datetime(2020, 5, 4, tzinfo=UTC),
            )
        )
    with (
        db.writing_session() as session,
        session.begin(),
        pytest.raises(DBAPIError, match="written once"),
    ):
        session.execute(text(statement.format(table)))
    tamper(statement.format(table))


def test_the_command_says_what_it_checked_and_fails_on_a_difference(history, folder, monkeypatch, tmp_path, database):
    monkeypatch.setenv("GRANTPORTAL_INSTANCE", str(tmp_path))
    monkeypatch.setenv("GRANTPORTAL_SECRET_KEY", "a key for tests that is long enough")
    monkeypatch.setenv("GRANTPORTAL_DATABASE_URL", database.url)
    monkeypatch.setenv("GRANTPORTAL_KEYS_DIR", str(keyring().folder))
    take_in()

    sound = CliRunner().invoke(cli.main, ["verify"])
    tamper("UPDATE year_frames SET decided = 399")
    broken = CliRunner().invoke(cli.main, ["verify"])

    assert (sound.exit_code, broken.exit_code) == (0, 1)
    assert "6 händelser kontrollerade." in sound.output
    assert sound.output.endswith("Allt stämmer.\n")
    assert "är räknat som beslutat" in broken.output
