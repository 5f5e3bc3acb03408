"""Whoever writes in the database beside the portal is found: rows, events, anchors; and only with the key can it be hidden."""

import json
import os
import random
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, Date, Enum, Integer, Table, Time, delete, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import RelationshipProperty

from grantportal import db, demonstration
from grantportal.domain import clock
from grantportal.domain.accounts import CreateUser
from grantportal.domain.actors import SYSTEM
from grantportal.domain.anchors import signed
from grantportal.domain.events import EventKind
from grantportal.domain.forms import canonical
from grantportal.keyring import HISTORY, Keyring
from grantportal.models import Base, told, triggers
from grantportal.models.accounts import User
from grantportal.models.base import UtcDateTime
from grantportal.models.portal import Anchor, Event
from grantportal.queries import told_rows
from grantportal.services import accounts, anchors, verification
from grantportal.services.history import take_in
from grantportal.settings import Settings
from grantportal.transaction import Bookkeeping, bookkeeping, recomputed
from tests.services.test_verification import UNTOLD, tamper
from tests.services.test_verified_money import paid_and_waiting
from tests.support.factories import OrganisationFactory, UserFactory
from tests.support.rows import committed

ALTERATIONS = 5 * int(os.environ.get("ROUNDS", "50"))
"""At least; every column once in the ordinary run, 1 000 in the long one."""


@pytest.fixture
def keyring(tmp_path):
    made = Keyring(tmp_path / "keys")
    made.make()
    return made


@pytest.fixture
def differences(database, tmp_path, keyring):
    """What the control finds."""

    def found(**kwargs):
        db.close_read_session()
        db.read_one_moment()
        try:
            return verification.verify(tmp_path / "files", keyring=keyring, **kwargs).differences
        finally:
            db.close_read_session()

    return found


@pytest.fixture
def story(database, tmp_path):
    """The demonstration's whole story, told by the services."""
    demonstration.register_known(Settings(instance=tmp_path, demonstration=True))
    demonstration.load()
    db.close_read_session()
    yield
    clock.move_by(lambda: 0)


@pytest.fixture
def world(database):
    """Decisions, payments and a report, of which the history tells."""
    paid_and_waiting()
    db.close_read_session()
    take_in()


# --- Rows ------------------------------------------------------------------------------------------------------------


def test_what_history_does_not_speak_of_is_there_and_is_nothing_that_matters():
    tables = Base.metadata.tables
    assert set(told.TABLES_NOT_TOLD) <= set(tables)
    assert all(set(columns) <= set(tables[table].c.keys()) for table, columns in told.COLUMNS_NOT_TOLD.items())
    assert all(
        [*told.TABLES_NOT_TOLD.values(), *(why for each in told.COLUMNS_NOT_TOLD.values() for why in each.values())]
    )
    spoken = {table.name for table in told.tables()}
    assert spoken >= {
        *(
            "mandates",
            "users",
            "bank_giros",
            "payments",
            "payment_batches",
            "ledger_entries",
            "year_frames",
            "grantees",
        ),
        *(
            "decisions",
            "decision_lines",
            "decision_participants",
            "dispatches",
            "dissents",
            "reports",
            "reported_costs",
        ),
        *("reported_results", "review_ratings", "records", "files", "cases", "applications", "requested_lines"),
        *("calls", "call_changes", "supplements", "communications", "frozen_versions", "registration_series"),
    }
    assert not {column for each in told.COLUMNS_NOT_TOLD.values() for column in each} & {"amount", "number", "kind"}
    assert {table for table, each in told.COLUMNS_NOT_TOLD.items() if "status" in each} == {"files"}


def test_no_row_that_is_told_of_is_written_by_its_neighbours():
    """What a relationship writes in a table between is seen by no session."""
    between = {
        relationship.secondary.name
        for mapper in Base.registry.mappers
        for relationship in mapper.attrs
        if isinstance(relationship, RelationshipProperty)
        and relationship.secondary is not None
        and not relationship.viewonly
    }
    assert between == set()


def test_every_alteration_of_a_told_column_is_found(story, database):
    """Random rows of every column, of every table that has rows; then a row taken away and a row put in, of each."""
    history = told_rows.by_history()
    filled = {table: [row_id for row_id, *_ in told_rows.current(table)] for table in told.tables()}
    db.close_read_session()
    assert sum(bool(ids) for ids in filled.values()) >= 33
    places = [(table, name) for table, ids in filled.items() if ids for name in told.columns_of(table)]
    chance = random.Random(8)
    chosen = [*places, *chance.choices(places, k=max(0, ALTERATIONS - len(places)))]
    missed, tried = [], 0
    engine = db.engine_for(database.url)
    with engine.connect() as connection:
        free(connection)
        for table, name in chosen:
            row_id = chance.choice(filled[table])
            if alter(connection, table, name, row_id, chance):
                tried += 1
                if not found_in(connection, table, history):
                    missed.append(f"{table.name}.{name} of {row_id}")
            connection.rollback()
            free(connection)
        for table, ids in filled.items():
            if ids:
                connection.execute(table.delete().where(table.c.id == ids[-1]))
                if not found_in(connection, table, history):
                    missed.append(f"a removed row of {table.name}")
                connection.rollback()
                free(connection)
    engine.dispose()
    assert tried >= 0.95 * len(chosen)
    # A proposal that is not handed over may be changed without a word, and a draft's file.
    assert missed == []


def free(connection: Connection) -> None:
    """As somebody with the database's own rights: no triggers, no foreign keys."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for statement in triggers.dropping("sqlite"):
            connection.exec_driver_sql(statement)
    else:
        connection.exec_driver_sql("SET session_replication_role = replica")


def alter(connection: Connection, table: Table, name: str, row_id: int, chance: random.Random) -> bool:
    """Give a cell another value; False where the database's own shape lets none in."""
    column = table.c[name]
    before = connection.scalar(select(column).where(table.c.id == row_id))
    for other in others(column, before, chance):
        if other == before:
            continue
        with connection.begin_nested() as attempt:
            try:
                connection.execute(table.update().where(table.c.id == row_id).values({name: other}))
                return True
            except DBAPIError:
                attempt.rollback()
    return False


def others(column, before, chance):
    if isinstance(column.type, Enum):
        return chance.sample([column.type.python_type(each) for each in column.type.enums], len(column.type.enums))
    if isinstance(column.type, UtcDateTime):
        return [(before or clock.now()) + timedelta(seconds=1)]
    if isinstance(column.type, Date):
        return [(before or clock.today()) + timedelta(days=1), (before or clock.today()) - timedelta(days=1)]
    if isinstance(column.type, Time):
        return [datetime(2020, 1, 1, 3, 7).time()]
    if isinstance(column.type, Integer):
        return [(before or 0) + chance.randrange(1, 9_000), 1]
    if isinstance(before, bool) or column.type.python_type is bool:
        return [not before]
    return [f"{before or ''}x", "x"]


def found_in(connection: Connection, table: Table, history) -> bool:
    """Whether the control says something of the table, as this open transaction sees it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "session", lambda: connection)
        copy = told.History()
        mine = f"{table.name}:"
        copy.rows = {key: dict(values) for key, values in history.rows.items() if key.startswith(mine)}
        return any(list(told_rows.compare(table, copy))) or bool(copy.rows)


def test_a_row_that_no_act_has_made_is_found(world, differences):
    assert differences() == []
    tamper(
        "INSERT INTO mandates (user_id, organisation_id, role, valid_from) "
        "SELECT user_id, organisation_id, 'administrator', valid_from FROM mandates ORDER BY id LIMIT 1"
    )
    (said,) = differences()
    assert said.startswith("mandates ")
    assert said.endswith(": raden finns, men ingen händelse berättar om den.")


def test_what_is_shown_of_an_altered_row_says_what_it_was(world, differences):
    committed()
    tamper("UPDATE bank_giros SET number = '000-0000' WHERE id = (SELECT min(id) FROM bank_giros)")
    said = next(each for each in differences() if each.startswith("bank_giros"))
    assert ": number är 000-0000, händelserna säger " in said


# --- Rows from before ------------------------------------------------------------------------------------------------


def test_rows_from_before_are_taken_in_once(database, differences):
    person = UserFactory()
    OrganisationFactory()
    assert differences() == [UNTOLD]

    assert take_in() == 2
    assert differences() == []
    assert take_in() == 0
    tamper(f"UPDATE users SET email = 'another@example.se' WHERE id = {person.id}")
    assert differences() == [f"users {person.id}: email är en annan text, händelserna säger en annan text."]


def test_no_name_or_address_of_a_row_is_written_in_the_history(database):
    take_in()
    accounts.create_user(SYSTEM, CreateUser("Anna Exempel", "anna.exempel@example.se"), link_hours=1)
    facts = json.loads(committed().scalars(select(Event.data).order_by(Event.id.desc())).first())
    assert "rows" in facts
    assert "xempel" not in json.dumps(facts["rows"])


def test_what_leaves_no_event_changes_nothing_that_is_told_of(database):
    person = UserFactory()
    with (
        pytest.raises(RuntimeError, match=rf"sessions leaves no event and has changed users:{person.id}"),
        bookkeeping(Bookkeeping.SESSIONS) as (session, _),
    ):
        session.get_one(User, person.id).name = "Another"
    assert committed().get_one(User, person.id).name == person.name


def test_a_statement_that_changes_many_told_rows_at_once_is_refused(database):
    with db.writing_session() as session:
        told.follow(session)
        with pytest.raises(RuntimeError, match="history tells of users"):
            session.query(User).update({"name": "Another"})
        with pytest.raises(RuntimeError, match="history tells of users"):
            session.execute(delete(User))
        with pytest.raises(RuntimeError, match="history tells of users"):
            session.execute(insert(User), [{"name": "Another"}])


# --- Anchors ---------------------------------------------------------------------------------------------------------


def anchor(keyring: Keyring, every: timedelta = timedelta(0)) -> bool:
    """Make an anchor as the worker does: what it reads is of now."""
    db.close_read_session()
    return anchors.make(keyring.newest(HISTORY), every=every)


@pytest.fixture
def anchored(database, keyring):
    """Three anchors over a portal with some persons."""
    take_in()
    for number in range(3):
        accounts.create_user(SYSTEM, CreateUser(f"Person {number}", f"person{number}@example.se"), link_hours=1)
        assert anchor(keyring)


def rewritten(kind: EventKind) -> list[str]:
    """Statements that change the facts of these events and make every fingerprint of the portal's chain right again."""
    rows = committed().query(Event).filter_by(chain="portal").order_by(Event.seq).all()
    changes, head = [], ""
    for row in rows:
        data = json.loads(row.data)
        if row.kind is kind:
            data["person"] = "Somebody Else"
        row.data, row.previous_sha256 = canonical(data), head
        head = recomputed(row, data)
        quoted = row.data.replace("'", "''")
        changes.append(
            f"UPDATE events SET data = '{quoted}', previous_sha256 = '{row.previous_sha256}', sha256 = '{head}' WHERE id = {row.id}"
        )
    committed().expunge_all()
    return [*changes, f"UPDATE portal SET event_head = '{head}'"]


def test_a_chain_made_anew_is_found_although_every_fingerprint_is_right(anchored, differences):
    tamper(
        *(each.replace("%", "%%").replace(":", "\\:") if False else each for each in rewritten(EventKind.USER_CREATED))
    )

    assert [each[:9] for each in differences()] == ["Ankare 1:", "Ankare 2:", "Ankare 3:"]


def test_a_chain_made_anew_with_its_anchors_deleted_is_found_in_two_days(anchored, differences, monkeypatch):
    tamper(*rewritten(EventKind.USER_CREATED), "DELETE FROM anchor_heads", "DELETE FROM event_anchors")
    later = clock.real_now() + verification.UNANCHORED + timedelta(seconds=1)

    assert differences() == []
    monkeypatch.setattr(clock, "real_now", lambda: later)
    (said,) = differences()
    assert "händelser finns i inget ankare, den äldsta från" in said


def test_and_at_once_against_what_has_been_exported(anchored, differences, keyring, tmp_path):
    db.close_read_session()
    outside = tmp_path / "anchors"
    assert anchors.export(outside) == 3
    exported = anchors.exported(outside)
    assert differences(against=exported) == []
    tamper(*rewritten(EventKind.USER_CREATED), "DELETE FROM anchor_heads", "DELETE FROM event_anchors")
    db.close_read_session()
    assert anchor(keyring), "even with the key itself"

    said = differences(against=exported)
    assert [each[:9] for each in said] == ["Ankare 1 ", "Ankare 2 ", "Ankare 3 "]
    assert all(each.endswith("historiken har skrivits om.") for each in said)


def test_a_tail_cut_off_with_its_anchor_is_found_against_what_has_been_exported(anchored, differences, tmp_path):
    db.close_read_session()
    outside = tmp_path / "anchors"
    anchors.export(outside)
    last = committed().query(Event).filter_by(chain="portal").order_by(Event.seq.desc()).first()
    newest_user = committed().query(User).order_by(User.id.desc()).first().id
    tamper(
        "DELETE FROM anchor_heads WHERE anchor_id = (SELECT max(id) FROM event_anchors)",
        "DELETE FROM event_anchors WHERE number = 3",
        f"DELETE FROM events WHERE id = {last.id}",
        f"UPDATE portal SET event_seq = {last.seq - 1}, event_head = '{last.previous_sha256}'",
        f"DELETE FROM one_time_links WHERE user_id = {newest_user}",
        f"DELETE FROM users WHERE id = {newest_user}",
    )
    assert differences() == []
    (said,) = differences(against=anchors.exported(outside))
    assert said.startswith("Ankare 3 ")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM event_anchors WHERE number = 2", "Ankare 3: ankare 2 saknas."),
        ("UPDATE event_anchors SET signature = 'x' WHERE number = 2", "Ankare 2 har ändrats."),
        ("UPDATE event_anchors SET made_at = '2019-01-01 00:00:00' WHERE number = 2", "Ankare 2 har ändrats."),
        ("UPDATE event_anchors SET key_id = 'x' WHERE number = 2", "Ankare 2: nyckeln x saknas i"),
        ("UPDATE anchor_heads SET sha256 = 'x' WHERE id = (SELECT min(id) FROM anchor_heads)", "har ändrats"),
        ("DELETE FROM anchor_heads WHERE id = (SELECT min(id) FROM anchor_heads)", "Ankare 1 har ändrats."),
    ],
)
def test_an_altered_anchor_is_found(anchored, differences, statement, said):
    tamper(
        "DELETE FROM anchor_heads WHERE anchor_id = (SELECT id FROM event_anchors WHERE number = 2)", statement
    ) if "number = 2" in statement else tamper(statement)

    assert any(said in each for each in differences()), differences()


def test_an_anchor_signed_with_another_key_is_none(anchored, differences, keyring):
    anchor = committed().query(Anchor).filter_by(number=3).one()
    forged = signed(b"another key", 3, anchor.made_at, anchor.previous, [])
    tamper(
        "DELETE FROM anchor_heads WHERE anchor_id = (SELECT max(id) FROM event_anchors)",
        f"UPDATE event_anchors SET signature = '{forged}' WHERE number = 3",
    )

    assert "Ankare 3 har ändrats." in differences()


def test_anchors_of_an_older_key_hold_and_a_lost_one_is_told(anchored, differences, keyring):
    keyring.add(HISTORY)
    accounts.create_user(SYSTEM, CreateUser("Sist", "last@example.se"), link_hours=1)
    assert anchor(keyring)
    assert differences() == []

    (keyring.folder / "history.1.key").unlink()
    assert [each[:17] for each in differences()] == [f"Ankare {number}: nyckeln" for number in (1, 2, 3)]


def test_an_anchor_is_made_when_something_has_happened_and_the_last_is_old_enough(database, keyring, monkeypatch):
    hour, now = timedelta(hours=1), clock.real_now()
    assert not anchor(keyring, every=hour)
    take_in()
    made = []
    now = now + timedelta(seconds=5)
    for minutes in (0, 1, 59, 61, 300):
        monkeypatch.setattr(clock, "real_now", lambda minutes=minutes: now + timedelta(minutes=minutes))
        made.append(anchor(keyring, every=hour))
    # The one after an hour is empty: it says that nothing was being written at the same time as the first.
    assert made == [True, False, False, True, False]


def test_a_clock_that_was_two_days_fast_raises_no_alarm(database, differences, keyring, monkeypatch):
    fast = clock.real_now() + timedelta(days=2)
    take_in()
    with monkeypatch.context() as patch:
        patch.setattr(clock, "real_now", lambda: fast)
        accounts.create_user(SYSTEM, CreateUser("Snabb", "fast@example.se"), link_hours=1)
        assert anchor(keyring)
    accounts.create_user(SYSTEM, CreateUser("Rätt", "right@example.se"), link_hours=1)
    assert anchor(keyring, every=timedelta(hours=1))
    assert differences() == []


def test_every_event_is_in_an_anchor_after_it_is_made_and_each_head_once(world, differences, keyring):
    assert anchor(keyring)
    heads = committed().execute(text("SELECT chain, count(*) FROM anchor_heads GROUP BY chain")).all()
    assert {count for _, count in heads} == {1}
    assert len(heads) == committed().scalar(text("SELECT count(DISTINCT chain) FROM events"))
    assert differences() == []
