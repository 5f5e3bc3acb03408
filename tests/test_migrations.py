"""The migrated schema is the models' schema, to the last CHECK, index predicate and trigger; the way back is open."""

import itertools
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from grantportal import db, migrate
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.calls import CallStatus, ChangeLastDay, WithdrawCall
from grantportal.domain.decisions import DismissalGround, Outcome
from grantportal.domain.grants import AppealVariant
from grantportal.domain.organisations import OrganisationKind
from grantportal.models import Base
from grantportal.models.grants import CostCategory
from grantportal.models.payments import LedgerEntry, Payment, PaymentBatch
from grantportal.models.reports import ReportCost
from grantportal.models.search import is_modelled
from grantportal.services import calls, decisions
from tests.support import decidable, run
from tests.support.calls import actor_with, officer, played_at, published_call
from tests.support.casework import HANDED_IN, CallFactory, CaseFactory, GrantFactory
from tests.support.databases import Cluster, of, say_where
from tests.support.factories import OrganisationFactory, person
from tests.support.payable import MADE_AT, giro, payable, programme
from tests.support.reporting import COSTS, OPENED, approve, fill_economy, grantee, handed_in, page
from tests.support.rows import committed, saved

NUMBERS = ("5050-1014", "5050-1022", "5050-1055", "991-2346")


def empty(kind: str, name: str) -> str:
    """The address of a database with nothing in it."""
    if kind == "sqlite":
        file = run.memory() / f"{name}-{run.worker()}.sqlite"
        for rest in ("", "-wal", "-shm"):
            file.with_name(file.name + rest).unlink(missing_ok=True)
        return f"sqlite:///{file}"
    of("postgresql")  # the cluster runs
    database = f"{name}_{run.worker()}"
    Cluster().execute(f"DROP DATABASE IF EXISTS {database}")
    Cluster().execute(f"CREATE DATABASE {database}")
    return Cluster().url(database)


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated(request):
    """An engine of a database that has just been migrated, in use by the portal."""
    engine = db.configure(empty(request.param, "migrations"))
    migrate.upgrade(engine)
    say_where(engine)
    yield engine
    db.close_read_session()
    engine.dispose()


@pytest.fixture
def modelled(migrated):
    """An engine of a database of the same kind, made from the models."""
    engine = db.engine_for(empty(migrated.dialect.name, "models"))
    with engine.execution_options(writes=True).begin() as connection:
        Base.metadata.create_all(connection)
    yield engine
    engine.dispose()


def test_autogenerate_finds_nothing_to_do(migrated):
    with migrated.connect() as connection:
        options = {
            "compare_type": True,
            "compare_server_default": True,
            "include_name": lambda name, *_: is_modelled(name),
        }
        assert compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata) == []


def test_the_migrated_schema_is_the_models_schema(migrated, modelled):
    """Autogenerate sees neither CHECKs nor what an index is limited to nor triggers."""
    left, right = catalogue(migrated), catalogue(modelled)
    assert left.keys() == right.keys()
    assert {name: said for name, said in left.items() if right[name] != said} == {}


def test_every_step_back_and_forth_keeps_the_rows(migrated):
    person(Role.OMBUD, OrganisationFactory())
    steps = [step.revision for step in ScriptDirectory.from_config(migrate.config_for(None)).walk_revisions()]
    for newer, older in itertools.pairwise(steps):
        migrate.downgrade(migrated, older)
        migrate.upgrade(migrated, newer)
    assert counts(migrated) | {"users": 1, "organisations": 1, "mandates": 1} == counts(migrated)


def test_the_way_back_to_nothing_leaves_nothing_and_can_be_walked_again(migrated):
    before = catalogue(migrated)
    person(Role.OMBUD, OrganisationFactory())

    migrate.downgrade(migrated)
    assert catalogue(migrated) == {}

    migrate.upgrade(migrated)
    assert catalogue(migrated) == before


def test_the_way_back_names_what_the_older_portal_cannot_show_and_can_be_walked_again(migrated):
    call, who = published_call(), officer()
    with played_at(datetime(2020, 4, 16, 8, tzinfo=UTC)):
        calls.close_early(who, call.id, ChangeLastDay(date(2020, 4, 17), "Blanketten låg nere.", 0))
        calls.withdraw(who, call.id, WithdrawCall("Medlen drogs in.", 1))
    db.close_read_session()

    before = catalogue(migrated)
    left = migrate.downgrade(migrated, "0019")
    assert {"events.kind: call.closed_early", "events.kind: call.withdrawn"} <= set(left)

    migrate.upgrade(migrated)
    assert catalogue(migrated) == before


def test_the_way_back_stops_where_a_made_decision_would_lose_its_ground(migrated):
    of = decidable.programme()
    ground = {"dismissal_ground": DismissalGround.OTHER, "dismissal_why": "Den sökande finns inte."}
    proposal = decidable.proposed(of, decidable.application(of), {}, outcome=Outcome.DISMISSED, **ground)
    decidable.decided(of, proposal)
    db.close_read_session()

    before = catalogue(migrated)
    with pytest.raises(RuntimeError, match="1 made decisions are avvisning"):
        migrate.downgrade(migrated, "0021")
    assert catalogue(migrated) == before


def test_older_notices_and_notes_go_along(migrated):
    """Who was told stays told, and a note stays written once, on both sides of the step that builds its table anew."""
    case = CaseFactory()
    ombud = person(Role.OMBUD, case.organisation)
    officer = person(Role.HANDLAGGARE, OrganisationFactory(kind=OrganisationKind.AUTHORITY))
    migrate.downgrade(migrated, "0009")
    _run(
        migrated,
        "INSERT INTO notices (user_id, case_id, title, text, made_at) VALUES (:user, :case, 'Nytt', 'Läs', :at)",
        *(
            {"user": user, "case": about, "at": HANDED_IN}
            for user in (ombud.id, officer.id)
            for about in (case.id, None)
        ),
    )
    note = {"case": case.id, "organisation": case.organisation_id, "user": officer.id, "at": HANDED_IN}
    _run(
        migrated,
        "INSERT INTO file_notes (case_id, organisation_id, occurred_on, participants, text, written_by_id, written_at)"
        " VALUES (:case, :organisation, '2020-05-04', 'Ulla', 'Samtal', :user, :at)",
        note,
    )

    migrate.upgrade(migrated)

    with migrated.connect() as connection:
        told = connection.execute(text("SELECT user_id, organisation_id FROM notices")).all()
        notes = connection.execute(text("SELECT contact, starts_at, participants FROM file_notes")).all()
    assert set(told) == {(ombud.id, case.organisation_id), (officer.id, None)}
    assert notes == [("other", None, "Ulla")]
    for revision in ("head", "0010"):
        if revision != "head":
            migrate.downgrade(migrated, revision)
        for change in ("UPDATE file_notes SET text = ''", "DELETE FROM file_notes"):
            with pytest.raises(DBAPIError, match="written once"):
                _run(migrated, change)


def test_a_published_call_takes_its_law_from_its_grant(migrated):
    law = {"legal_basis": "Uppdrag", "appeal_variant": AppealVariant.NONE, "appeal_provision": "20 §"}
    grant = GrantFactory(purpose="Att prova", recovery_basis="Villkoren", appeal_is_example=True, **law)
    saved(CostCategory(grant_id=grant.id, position=3, name="Personal"))
    calls = [CallFactory(grant=grant), CallFactory(grant=grant, status=CallStatus.DRAFT)]
    migrate.downgrade(migrated, "0019")

    migrate.upgrade(migrated, "0020")

    columns = "purpose, legal_basis, recovery_basis, appeal_variant, appeal_provision, appeal_is_example, last_category"
    with migrated.connect() as connection:
        rows = {row[0]: tuple(row[1:]) for row in connection.execute(text(f"SELECT id, {columns} FROM calls"))}
    assert rows[calls[0].id] == ("Att prova", "Uppdrag", "Villkoren", "none", "20 §", True, 3)
    assert rows[calls[1].id] == ("", "", "", None, "", False, None)
    with pytest.raises(DBAPIError, match="written once"):
        _run(migrated, "UPDATE calls SET legal_basis = 'x' WHERE status = 'published'")

    migrate.upgrade(migrated)

    with migrated.connect() as connection:
        titles = {row[0]: row[1] for row in connection.execute(text("SELECT id, grant_title FROM calls"))}
    assert titles == {calls[0].id: grant.title, calls[1].id: ""}
    with pytest.raises(DBAPIError, match="written once"):
        _run(migrated, "UPDATE calls SET grant_title = 'x' WHERE status = 'published'")


def test_a_comment_that_is_there_explains_the_deviation_that_it_stands_beside(migrated):
    region = grantee()
    with clock.at(OPENED):
        fill_economy(region)
    before = [(row.answer, row.deviation) for row in page(region).economy.rows]
    with db.writing_session() as session, session.begin():
        session.execute(update(ReportCost).values(explained=None))
        session.execute(update(ReportCost).where(ReportCost.cost == COSTS[0]).values(own_financing=None))
    migrate.downgrade(migrated, "0023")

    migrate.upgrade(migrated)

    rows = page(region).economy.rows
    assert [(row.answer.comment, row.explained) for row in rows[1:]] == [
        (answer.comment, deviation if answer.comment else None) for answer, deviation in before[1:]
    ]
    assert rows[0].answer.comment
    assert rows[0].explained is None, "nothing is counted there"


def test_what_is_handed_in_and_not_approved_is_charged_no_more(migrated):
    """A line of its own takes it back, since the ledger is only added to; what is approved is charged both ways."""
    steps = ScriptDirectory.from_config(migrate.config_for(None)).walk_revisions()
    step = next(each for each in steps if each.path.endswith("_charged_when_approved.py"))
    waiting = grantee()
    approved = grantee(waiting.call)
    for region in (waiting, approved):
        handed_in(region)
    with clock.at(OPENED):
        approve(approved, actor_with(Role.HANDLAGGARE))

    def charged(region):
        lines = select(LedgerEntry.amount).where(LedgerEntry.report_id == region.report.id).order_by(LedgerEntry.id)
        return list(committed().scalars(lines))

    assert (charged(waiting), charged(approved)) == ([], [1_193_455])
    db.close_read_session()
    migrate.downgrade(migrated, step.down_revision)
    assert (charged(waiting), charged(approved)) == ([1_193_455], [1_193_455])
    db.close_read_session()

    migrate.upgrade(migrated)

    assert (charged(waiting), charged(approved)) == ([1_193_455, -1_193_455], [1_193_455])


def test_an_attested_payment_keeps_the_giro_that_its_attestant_saw(migrated):
    """What is in an underlag has the giro of its number; what is attested has it where it was in force at the time."""
    steps = ScriptDirectory.from_config(migrate.config_for(None)).walk_revisions()
    step = next(each for each in steps if each.path.endswith("_what_an_attestant_approves.py"))
    of = programme()
    late, early, planned, frozen = (OrganisationFactory() for _ in range(4))
    giros = {
        region: giro(region, number) for region, number in zip((late, early, planned, frozen), NUMBERS, strict=True)
    }
    rows = {region: payable(of, region).id for region in giros}
    first, second = (person(Role.FINANCE, late).id for _ in range(2))
    underlag = saved(
        PaymentBatch(number="U 1", grant_id=of.grant.id, created_by_id=first, created_at=MADE_AT, total=1, sha256="")
    )
    migrate.downgrade(migrated, step.down_revision)
    for region, status, attested_at in (
        (late, "attested", MADE_AT - timedelta(days=1)),
        (early, "attested", MADE_AT),
        (frozen, "batched", MADE_AT - timedelta(days=1)),
    ):
        with migrated.execution_options(writes=True).begin() as connection:
            connection.execute(
                update(Payment.__table__)
                .where(Payment.id == rows[region])
                .values(
                    status=status,
                    registered_by_id=first,
                    attested_by_id=second,
                    attested_at=attested_at,
                    giro=giros[region].number if region is frozen else "",
                    batch_id=underlag.id if region is frozen else None,
                )
            )

    migrate.upgrade(migrated, step.revision)

    with migrated.connect() as connection:
        found = {row[0]: (row[1], row[2]) for row in connection.execute(text("SELECT id, giro_id, giro FROM payments"))}
    assert found == {
        rows[late]: (None, ""),
        rows[early]: (giros[early].id, giros[early].number),
        rows[planned]: (None, ""),
        rows[frozen]: (giros[frozen].id, giros[frozen].number),
    }
    with pytest.raises(IntegrityError):
        _run(migrated, "UPDATE payments SET giro_id = 999999")

    migrate.downgrade(migrated, step.down_revision)

    with migrated.connect() as connection:
        numbers = {row[0]: row[1] for row in connection.execute(text("SELECT id, giro FROM payments"))}
    assert numbers[rows[early]] == ""
    assert numbers[rows[frozen]] == giros[frozen].number


def test_what_is_approved_and_attested_stands_on_the_newer_side_of_its_step(migrated):
    steps = ScriptDirectory.from_config(migrate.config_for(None)).walk_revisions()
    step = next(each for each in steps if each.path.endswith("_an_approved_giro_stands.py"))
    region = OrganisationFactory()
    in_force, row = giro(region), payable(programme(), region)
    first, second = (person(Role.FINANCE, region).id for _ in range(2))
    _run(
        migrated,
        "UPDATE payments SET status = 'attested', registered_by_id = :a, attested_by_id = :b, giro = :giro, giro_id = :giro_id",
        {"a": first, "b": second, "giro": in_force.number, "giro_id": in_force.id},
    )
    changes = ("UPDATE bank_giros SET number = '5050-1014'", "UPDATE payments SET giro = '5050-1014'")
    for change in (*changes, "DELETE FROM bank_giros"):
        with pytest.raises(DBAPIError, match="written once"):
            _run(migrated, change)

    migrate.downgrade(migrated, step.down_revision)
    for change in changes:
        _run(migrated, change)

    migrate.upgrade(migrated)
    with migrated.connect() as connection:
        assert connection.execute(text("SELECT id, giro, giro_id FROM payments")).all() == [
            (row.id, "5050-1014", in_force.id)
        ]
    with pytest.raises(DBAPIError, match="written once"):
        _run(migrated, "UPDATE bank_giros SET number = '5050-1022'")


def test_an_underlag_gets_the_statsbidrag_of_its_payments_and_one_of_several_gets_none(migrated):
    steps = ScriptDirectory.from_config(migrate.config_for(None)).walk_revisions()
    step = next(each for each in steps if each.path.endswith("_one_grant_in_an_underlag.py"))
    one, two, region = programme(), programme(year=2022), OrganisationFactory()
    who = [person(Role.FINANCE, region).id for _ in range(2)]
    in_force = giro(region)
    rows = [payable(of, OrganisationFactory()) for of in (one, one, two)]
    underlag = [
        saved(PaymentBatch(number=number, created_by_id=who[0], created_at=MADE_AT, total=1, sha256="")).id
        for number in ("U 1", "U 2", "U 3")
    ]
    migrate.downgrade(migrated, step.down_revision)
    put = "UPDATE payments SET status = 'batched', registered_by_id = :a, attested_by_id = :b, giro = :giro, giro_id = :giro_id, batch_id = :batch WHERE id = :id"
    facts = {"a": who[0], "b": who[1], "giro": in_force.number, "giro_id": in_force.id}
    for row, batch in zip(rows, (underlag[0], underlag[1], underlag[1]), strict=True):
        _run(migrated, put, {**facts, "batch": batch, "id": row.id})
    _run(migrated, "UPDATE payment_batches SET sha256 = 'x'")

    migrate.upgrade(migrated)

    with migrated.connect() as connection:
        found = [row[0] for row in connection.execute(text("SELECT grant_id FROM payment_batches ORDER BY id"))]
    assert found == [one.grant.id, None, None]
    with pytest.raises(DBAPIError, match="written once"):
        _run(migrated, "UPDATE payment_batches SET total = 2")
    migrate.downgrade(migrated, step.down_revision)


def _run(engine: Engine, statement: str, *rows: dict) -> None:
    with engine.execution_options(writes=True).begin() as connection:
        for row in rows or ({},):
            connection.execute(text(statement), row)


def test_a_closed_list_is_lengthened_and_shortened_with_rows_in_it(migrated):
    """What is written once stays, and the table keeps its triggers."""
    region = OrganisationFactory()
    person(Role.OMBUD, region)
    before = catalogue(migrated)

    def change(step):
        with migrated.execution_options(writes=True).begin() as connection, operations(connection):
            step("organisations", "kind", "prov")

    change(migrate.add_codes)
    assert "prov" in catalogue(migrated)[_kinds(migrated)]
    with migrated.execution_options(writes=True).begin() as connection:
        connection.execute(text("UPDATE organisations SET kind = 'prov'"))
    migrated.dispose()
    change(migrate.remove_codes)
    after = catalogue(migrated)
    assert after.pop(_kinds(migrated)).removesuffix(" NOT VALID") == before.pop(_kinds(migrated))
    assert after == before
    with (
        pytest.raises(IntegrityError),
        migrated.execution_options(writes=True).begin() as connection,
    ):
        connection.execute(text("UPDATE organisations SET kind = 'annat'"))


def _kinds(engine: Engine) -> str:
    return (
        "table organisations" if engine.dialect.name == "sqlite" else "constraint organisations.ck_organisations_kind"
    )


def operations(connection):
    return Operations.context(MigrationContext.configure(connection))


def counts(engine: Engine) -> dict[str, int]:
    """The number of rows of every table."""
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        return {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in tables}


def catalogue(engine: Engine) -> dict[str, str]:
    """Everything that the database itself says about its schema, but for Alembic's own table."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            found = embedded_catalogue(connection)
        else:
            found = {f"{kind} {name}": said for kind, name, said in connection.execute(text(SERVER_CATALOGUE))}
    return {name: _in_order(" ".join(said.split())) for name, said in found.items()}


def _in_order(said: str) -> str:
    """A closed list of codes says the same in any order; a later revision adds to its end."""
    return re.sub(
        r"(?<=\()'[^()]*'(?=\))|(?<=ARRAY\[)[^\]]*", lambda codes: ", ".join(sorted(codes[0].split(", "))), said
    )


def embedded_catalogue(connection) -> dict[str, str]:
    rows = connection.execute(text("SELECT type, name, sql FROM sqlite_master WHERE tbl_name <> 'alembic_version'"))
    found = {f"{kind} {name}": said or "" for kind, name, said in rows if not name.startswith("sqlite_")}
    # A table that has been rebuilt says the same things in another order.
    return {name: clauses(said) if name.startswith("table ") else said for name, said in found.items()}


def clauses(statement: str) -> str:
    """The parts of a CREATE TABLE, sorted: columns and constraints, split at commas outside parentheses."""
    inside = statement[statement.index("(") + 1 : statement.rindex(")")]
    depth, parts = 0, [""]
    for char in inside.replace('"', ""):
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return ", ".join(sorted(re.sub(r"\s+", " ", part).strip() for part in parts))


SERVER_CATALOGUE = """
SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'
UNION ALL
SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'
UNION ALL
SELECT 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'function', proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL
SELECT 'column', table_name || '.' || column_name,
       concat_ws(' ', data_type, character_maximum_length, is_nullable, column_default, collation_name)
  FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'
"""


def test_a_line_that_names_one_account_becomes_that_person(migrated, monkeypatch):
    pilot = decidable.programme()
    jurist = decidable.actor_with(Role.HANDLAGGARE, pilot.authority)
    lines = f"{jurist.name}, jurist\nLo Exempel, tolk"
    # Nobody with an account is written so any more.
    monkeypatch.setattr(decisions, "ensure_took_part", lambda *_, **__: None)
    waiting = decidable.proposed(pilot, decidable.application(pilot), took_part=lines)
    made = decidable.decided(pilot, decidable.proposed(pilot, decidable.application(pilot), took_part=lines))
    sent = decidable.proposed(pilot, decidable.application(pilot), took_part=lines)
    decidable.decided(pilot, sent, sent=True)

    migrate.downgrade(migrated, "0035")
    migrate.upgrade(migrated)

    def rows(query: str) -> list[tuple[object, ...]]:
        with migrated.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    named = rows("SELECT decision_id, user_id, title FROM decision_participants ORDER BY decision_id")
    assert named == [(waiting, jurist.user_id, "jurist"), (made, jurist.user_id, "jurist")]
    kept = "SELECT id, took_part FROM decisions ORDER BY id"
    assert rows(kept) == [(waiting, "Lo Exempel, tolk"), (made, lines), (sent, lines)]
    migrate.downgrade(migrated, "0035")
    assert rows(kept) == [(waiting, f"Lo Exempel, tolk\n{jurist.name}, jurist"), (made, lines), (sent, lines)]
    migrate.upgrade(migrated)
    with pytest.raises(DBAPIError, match="written once"):
        _run(migrated, f"DELETE FROM decision_participants WHERE decision_id = {made}")
