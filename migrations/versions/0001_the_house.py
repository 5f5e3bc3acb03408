"""The house: every table from organisations to events, with its constraints, triggers and the portal's one row.

The first revision, for an empty database.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TRIGGERS = {
    "sqlite": [
        "CREATE TRIGGER frozen_versions_refuse_update BEFORE UPDATE ON frozen_versions BEGIN SELECT RAISE(ABORT, 'written once: frozen_versions'); END",
        "CREATE TRIGGER frozen_versions_refuse_delete BEFORE DELETE ON frozen_versions BEGIN SELECT RAISE(ABORT, 'written once: frozen_versions'); END",
        "CREATE TRIGGER events_refuse_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'written once: events'); END",
        "CREATE TRIGGER events_refuse_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'written once: events'); END",
        "CREATE TRIGGER ledger_entries_refuse_update BEFORE UPDATE ON ledger_entries BEGIN SELECT RAISE(ABORT, 'written once: ledger_entries'); END",
        "CREATE TRIGGER ledger_entries_refuse_delete BEFORE DELETE ON ledger_entries BEGIN SELECT RAISE(ABORT, 'written once: ledger_entries'); END",
        "CREATE TRIGGER dispatches_refuse_update BEFORE UPDATE ON dispatches BEGIN SELECT RAISE(ABORT, 'written once: dispatches'); END",
        "CREATE TRIGGER dispatches_refuse_delete BEFORE DELETE ON dispatches BEGIN SELECT RAISE(ABORT, 'written once: dispatches'); END",
        "CREATE TRIGGER anchors_refuse_update BEFORE UPDATE ON anchors BEGIN SELECT RAISE(ABORT, 'written once: anchors'); END",
        "CREATE TRIGGER anchors_refuse_delete BEFORE DELETE ON anchors BEGIN SELECT RAISE(ABORT, 'written once: anchors'); END",
        "CREATE TRIGGER file_notes_refuse_update BEFORE UPDATE ON file_notes BEGIN SELECT RAISE(ABORT, 'written once: file_notes'); END",
        "CREATE TRIGGER file_notes_refuse_delete BEFORE DELETE ON file_notes BEGIN SELECT RAISE(ABORT, 'written once: file_notes'); END",
        "CREATE TRIGGER decisions_refuse_update BEFORE UPDATE ON decisions WHEN OLD.status = 'made' BEGIN SELECT RAISE(ABORT, 'written once: decisions'); END",
        "CREATE TRIGGER decisions_refuse_delete BEFORE DELETE ON decisions WHEN OLD.status = 'made' BEGIN SELECT RAISE(ABORT, 'written once: decisions'); END",
        "CREATE TRIGGER form_versions_refuse_update BEFORE UPDATE ON form_versions WHEN OLD.status = 'published' BEGIN SELECT RAISE(ABORT, 'written once: form_versions'); END",
        "CREATE TRIGGER form_versions_refuse_delete BEFORE DELETE ON form_versions WHEN OLD.status = 'published' BEGIN SELECT RAISE(ABORT, 'written once: form_versions'); END",
        "CREATE TRIGGER condition_sets_refuse_update BEFORE UPDATE ON condition_sets WHEN OLD.status = 'published' BEGIN SELECT RAISE(ABORT, 'written once: condition_sets'); END",
        "CREATE TRIGGER condition_sets_refuse_delete BEFORE DELETE ON condition_sets WHEN OLD.status = 'published' BEGIN SELECT RAISE(ABORT, 'written once: condition_sets'); END",
        "CREATE TRIGGER framework_versions_refuse_update BEFORE UPDATE ON framework_versions WHEN OLD.status = 'published' BEGIN SELECT RAISE(ABORT, 'written once: framework_versions'); END",
        "CREATE TRIGGER framework_versions_refuse_delete BEFORE DELETE ON framework_versions WHEN OLD.status = 'published' BEGIN SELECT RAISE(ABORT, 'written once: framework_versions'); END",
        "CREATE TRIGGER decision_lines_refuse_insert BEFORE INSERT ON decision_lines WHEN (SELECT status FROM decisions WHERE decisions.id = NEW.decision_id) = 'made' BEGIN SELECT RAISE(ABORT, 'written once: decision_lines'); END",
        "CREATE TRIGGER decision_lines_refuse_update BEFORE UPDATE ON decision_lines WHEN (SELECT status FROM decisions WHERE decisions.id = OLD.decision_id) = 'made' BEGIN SELECT RAISE(ABORT, 'written once: decision_lines'); END",
        "CREATE TRIGGER decision_lines_refuse_delete BEFORE DELETE ON decision_lines WHEN (SELECT status FROM decisions WHERE decisions.id = OLD.decision_id) = 'made' BEGIN SELECT RAISE(ABORT, 'written once: decision_lines'); END",
        "CREATE TRIGGER conditions_refuse_insert BEFORE INSERT ON conditions WHEN (SELECT status FROM condition_sets WHERE condition_sets.id = NEW.condition_set_id) = 'published' BEGIN SELECT RAISE(ABORT, 'written once: conditions'); END",
        "CREATE TRIGGER conditions_refuse_update BEFORE UPDATE ON conditions WHEN (SELECT status FROM condition_sets WHERE condition_sets.id = OLD.condition_set_id) = 'published' BEGIN SELECT RAISE(ABORT, 'written once: conditions'); END",
        "CREATE TRIGGER conditions_refuse_delete BEFORE DELETE ON conditions WHEN (SELECT status FROM condition_sets WHERE condition_sets.id = OLD.condition_set_id) = 'published' BEGIN SELECT RAISE(ABORT, 'written once: conditions'); END",
        "CREATE TRIGGER wordings_refuse_insert BEFORE INSERT ON wordings WHEN (SELECT status FROM framework_versions WHERE framework_versions.id = NEW.framework_version_id) = 'published' BEGIN SELECT RAISE(ABORT, 'written once: wordings'); END",
        "CREATE TRIGGER wordings_refuse_update BEFORE UPDATE ON wordings WHEN (SELECT status FROM framework_versions WHERE framework_versions.id = OLD.framework_version_id) = 'published' BEGIN SELECT RAISE(ABORT, 'written once: wordings'); END",
        "CREATE TRIGGER wordings_refuse_delete BEFORE DELETE ON wordings WHEN (SELECT status FROM framework_versions WHERE framework_versions.id = OLD.framework_version_id) = 'published' BEGIN SELECT RAISE(ABORT, 'written once: wordings'); END",
        "CREATE TRIGGER provisos_refuse_insert BEFORE INSERT ON provisos WHEN (SELECT status FROM framework_versions WHERE framework_versions.id = NEW.framework_version_id) = 'published' BEGIN SELECT RAISE(ABORT, 'written once: provisos'); END",
        "CREATE TRIGGER provisos_refuse_update BEFORE UPDATE ON provisos WHEN (SELECT status FROM framework_versions WHERE framework_versions.id = OLD.framework_version_id) = 'published' BEGIN SELECT RAISE(ABORT, 'written once: provisos'); END",
        "CREATE TRIGGER provisos_refuse_delete BEFORE DELETE ON provisos WHEN (SELECT status FROM framework_versions WHERE framework_versions.id = OLD.framework_version_id) = 'published' BEGIN SELECT RAISE(ABORT, 'written once: provisos'); END",
        "CREATE TRIGGER proviso_wordings_refuse_insert BEFORE INSERT ON proviso_wordings WHEN (SELECT framework_versions.status FROM framework_versions JOIN provisos ON provisos.framework_version_id = framework_versions.id WHERE provisos.id = NEW.proviso_id) = 'published' BEGIN SELECT RAISE(ABORT, 'written once: proviso_wordings'); END",
        "CREATE TRIGGER proviso_wordings_refuse_update BEFORE UPDATE ON proviso_wordings WHEN (SELECT framework_versions.status FROM framework_versions JOIN provisos ON provisos.framework_version_id = framework_versions.id WHERE provisos.id = OLD.proviso_id) = 'published' BEGIN SELECT RAISE(ABORT, 'written once: proviso_wordings'); END",
        "CREATE TRIGGER proviso_wordings_refuse_delete BEFORE DELETE ON proviso_wordings WHEN (SELECT framework_versions.status FROM framework_versions JOIN provisos ON provisos.framework_version_id = framework_versions.id WHERE provisos.id = OLD.proviso_id) = 'published' BEGIN SELECT RAISE(ABORT, 'written once: proviso_wordings'); END",
        "CREATE TRIGGER wording_links_refuse_insert BEFORE INSERT ON wording_links WHEN (SELECT framework_versions.status FROM framework_versions JOIN wordings ON wordings.framework_version_id = framework_versions.id WHERE wordings.id = NEW.later_id) = 'published' BEGIN SELECT RAISE(ABORT, 'written once: wording_links'); END",
        "CREATE TRIGGER wording_links_refuse_update BEFORE UPDATE ON wording_links WHEN (SELECT framework_versions.status FROM framework_versions JOIN wordings ON wordings.framework_version_id = framework_versions.id WHERE wordings.id = OLD.later_id) = 'published' BEGIN SELECT RAISE(ABORT, 'written once: wording_links'); END",
        "CREATE TRIGGER wording_links_refuse_delete BEFORE DELETE ON wording_links WHEN (SELECT framework_versions.status FROM framework_versions JOIN wordings ON wordings.framework_version_id = framework_versions.id WHERE wordings.id = OLD.later_id) = 'published' BEGIN SELECT RAISE(ABORT, 'written once: wording_links'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\nEND $$",
        "CREATE TRIGGER frozen_versions_refuse_update BEFORE UPDATE ON frozen_versions FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER frozen_versions_refuse_delete BEFORE DELETE ON frozen_versions FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER events_refuse_update BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER events_refuse_delete BEFORE DELETE ON events FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER ledger_entries_refuse_update BEFORE UPDATE ON ledger_entries FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER ledger_entries_refuse_delete BEFORE DELETE ON ledger_entries FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER dispatches_refuse_update BEFORE UPDATE ON dispatches FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER dispatches_refuse_delete BEFORE DELETE ON dispatches FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER anchors_refuse_update BEFORE UPDATE ON anchors FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER anchors_refuse_delete BEFORE DELETE ON anchors FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER file_notes_refuse_update BEFORE UPDATE ON file_notes FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER file_notes_refuse_delete BEFORE DELETE ON file_notes FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER decisions_refuse_update BEFORE UPDATE ON decisions FOR EACH ROW WHEN (OLD.status = 'made') EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER decisions_refuse_delete BEFORE DELETE ON decisions FOR EACH ROW WHEN (OLD.status = 'made') EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER form_versions_refuse_update BEFORE UPDATE ON form_versions FOR EACH ROW WHEN (OLD.status = 'published') EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER form_versions_refuse_delete BEFORE DELETE ON form_versions FOR EACH ROW WHEN (OLD.status = 'published') EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER condition_sets_refuse_update BEFORE UPDATE ON condition_sets FOR EACH ROW WHEN (OLD.status = 'published') EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER condition_sets_refuse_delete BEFORE DELETE ON condition_sets FOR EACH ROW WHEN (OLD.status = 'published') EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER framework_versions_refuse_update BEFORE UPDATE ON framework_versions FOR EACH ROW WHEN (OLD.status = 'published') EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER framework_versions_refuse_delete BEFORE DELETE ON framework_versions FOR EACH ROW WHEN (OLD.status = 'published') EXECUTE FUNCTION refuse_change()",
        "CREATE FUNCTION decision_lines_refuse_insert_check() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  IF (SELECT status FROM decisions WHERE decisions.id = NEW.decision_id) = 'made' THEN\n    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND $$",
        "CREATE TRIGGER decision_lines_refuse_insert BEFORE INSERT ON decision_lines FOR EACH ROW EXECUTE FUNCTION decision_lines_refuse_insert_check()",
        "CREATE FUNCTION decision_lines_refuse_update_check() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  IF (SELECT status FROM decisions WHERE decisions.id = OLD.decision_id) = 'made' THEN\n    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND $$",
        "CREATE TRIGGER decision_lines_refuse_update BEFORE UPDATE ON decision_lines FOR EACH ROW EXECUTE FUNCTION decision_lines_refuse_update_check()",
        "CREATE FUNCTION decision_lines_refuse_delete_check() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  IF (SELECT status FROM decisions WHERE decisions.id = OLD.decision_id) = 'made' THEN\n    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN OLD;\nEND $$",
        "CREATE TRIGGER decision_lines_refuse_delete BEFORE DELETE ON decision_lines FOR EACH ROW EXECUTE FUNCTION decision_lines_refuse_delete_check()",
        "CREATE FUNCTION conditions_refuse_insert_check() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  IF (SELECT status FROM condition_sets WHERE condition_sets.id = NEW.condition_set_id) = 'published' THEN\n    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND $$",
        "CREATE TRIGGER conditions_refuse_insert BEFORE INSERT ON conditions FOR EACH ROW EXECUTE FUNCTION conditions_refuse_insert_check()",
        "CREATE FUNCTION conditions_refuse_update_check() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  IF (SELECT status FROM condition_sets WHERE condition_sets.id = OLD.condition_set_id) = 'published' THEN\n    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND $$",
        "CREATE TRIGGER conditions_refuse_update BEFORE UPDATE ON conditions FOR EACH ROW EXECUTE FUNCTION conditions_refuse_update_check()",
        "CREATE FUNCTION conditions_refuse_delete_check() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  IF (SELECT status FROM condition_sets WHERE condition_sets.id = OLD.condition_set_id) = 'published' THEN\n    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN OLD;\nEND $$",
        "CREATE TRIGGER conditions_refuse_delete BEFORE DELETE ON conditions FOR EACH ROW EXECUTE FUNCTION conditions_refuse_delete_check()",
        "CREATE FUNCTION wordings_refuse_insert_check() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  IF (SELECT status FROM framework_versions WHERE framework_versions.id = NEW.framework_version_id) = 'published' THEN\n    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND $$",
        "CREATE TRIGGER wordings_refuse_insert BEFORE INSERT ON wordings FOR EACH ROW EXECUTE FUNCTION wordings_refuse_insert_check()",
        "CREATE FUNCTION wordings_refuse_update_check() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  IF (SELECT status FROM framework_versions WHERE framework_versions.id = OLD.framework_version_id) = 'published' THEN\n    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND $$",
        "CREATE TRIGGER wordings_refuse_update BEFORE UPDATE ON wordings FOR EACH ROW EXECUTE FUNCTION wordings_refuse_update_check()",
        "CREATE FUNCTION wordings_refuse_delete_check() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  IF (SELECT status FROM framework_versions WHERE framework_versions.id = OLD.framework_version_id) = 'published' THEN\n    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN OLD;\nEND $$",
        "CREATE TRIGGER wordings_refuse_delete BEFORE DELETE ON wordings FOR EACH ROW EXECUTE FUNCTION wordings_refuse_delete_check()",
        "CREATE FUNCTION provisos_refuse_insert_check() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  IF (SELECT status FROM framework_versions WHERE framework_versions.id = NEW.framework_version_id) = 'published' THEN\n    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND $$",
        "CREATE TRIGGER provisos_refuse_insert BEFORE INSERT ON provisos FOR EACH ROW EXECUTE FUNCTION provisos_refuse_insert_check()",
        "CREATE FUNCTION provisos_refuse_update_check() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  IF (SELECT status FROM framework_versions WHERE framework_versions.id = OLD.framework_version_id) = 'published' THEN\n    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND $$",
        "CREATE TRIGGER provisos_refuse_update BEFORE UPDATE ON provisos FOR EACH ROW EXECUTE FUNCTION provisos_refuse_update_check()",
        "CREATE FUNCTION provisos_refuse_delete_check() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  IF (SELECT status FROM framework_versions WHERE framework_versions.id = OLD.framework_version_id) = 'published' THEN\n    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN OLD;\nEND $$",
        "CREATE TRIGGER provisos_refuse_delete BEFORE DELETE ON provisos FOR EACH ROW EXECUTE FUNCTION provisos_refuse_delete_check()",
        "CREATE FUNCTION proviso_wordings_refuse_insert_check() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  IF (SELECT framework_versions.status FROM framework_versions JOIN provisos ON provisos.framework_version_id = framework_versions.id WHERE provisos.id = NEW.proviso_id) = 'published' THEN\n    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND $$",
        "CREATE TRIGGER proviso_wordings_refuse_insert BEFORE INSERT ON proviso_wordings FOR EACH ROW EXECUTE FUNCTION proviso_wordings_refuse_insert_check()",
        "CREATE FUNCTION proviso_wordings_refuse_update_check() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  IF (SELECT framework_versions.status FROM framework_versions JOIN provisos ON provisos.framework_version_id = framework_versions.id WHERE provisos.id = OLD.proviso_id) = 'published' THEN\n    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND $$",
        "CREATE TRIGGER proviso_wordings_refuse_update BEFORE UPDATE ON proviso_wordings FOR EACH ROW EXECUTE FUNCTION proviso_wordings_refuse_update_check()",
        "CREATE FUNCTION proviso_wordings_refuse_delete_check() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  IF (SELECT framework_versions.status FROM framework_versions JOIN provisos ON provisos.framework_version_id = framework_versions.id WHERE provisos.id = OLD.proviso_id) = 'published' THEN\n    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN OLD;\nEND $$",
        "CREATE TRIGGER proviso_wordings_refuse_delete BEFORE DELETE ON proviso_wordings FOR EACH ROW EXECUTE FUNCTION proviso_wordings_refuse_delete_check()",
        "CREATE FUNCTION wording_links_refuse_insert_check() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  IF (SELECT framework_versions.status FROM framework_versions JOIN wordings ON wordings.framework_version_id = framework_versions.id WHERE wordings.id = NEW.later_id) = 'published' THEN\n    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND $$",
        "CREATE TRIGGER wording_links_refuse_insert BEFORE INSERT ON wording_links FOR EACH ROW EXECUTE FUNCTION wording_links_refuse_insert_check()",
        "CREATE FUNCTION wording_links_refuse_update_check() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  IF (SELECT framework_versions.status FROM framework_versions JOIN wordings ON wordings.framework_version_id = framework_versions.id WHERE wordings.id = OLD.later_id) = 'published' THEN\n    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND $$",
        "CREATE TRIGGER wording_links_refuse_update BEFORE UPDATE ON wording_links FOR EACH ROW EXECUTE FUNCTION wording_links_refuse_update_check()",
        "CREATE FUNCTION wording_links_refuse_delete_check() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  IF (SELECT framework_versions.status FROM framework_versions JOIN wordings ON wordings.framework_version_id = framework_versions.id WHERE wordings.id = OLD.later_id) = 'published' THEN\n    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN OLD;\nEND $$",
        "CREATE TRIGGER wording_links_refuse_delete BEFORE DELETE ON wording_links FOR EACH ROW EXECUTE FUNCTION wording_links_refuse_delete_check()",
    ],
}

DROPS = {
    "sqlite": [
        "DROP TRIGGER frozen_versions_refuse_update",
        "DROP TRIGGER frozen_versions_refuse_delete",
        "DROP TRIGGER events_refuse_update",
        "DROP TRIGGER events_refuse_delete",
        "DROP TRIGGER ledger_entries_refuse_update",
        "DROP TRIGGER ledger_entries_refuse_delete",
        "DROP TRIGGER dispatches_refuse_update",
        "DROP TRIGGER dispatches_refuse_delete",
        "DROP TRIGGER anchors_refuse_update",
        "DROP TRIGGER anchors_refuse_delete",
        "DROP TRIGGER file_notes_refuse_update",
        "DROP TRIGGER file_notes_refuse_delete",
        "DROP TRIGGER decisions_refuse_update",
        "DROP TRIGGER decisions_refuse_delete",
        "DROP TRIGGER form_versions_refuse_update",
        "DROP TRIGGER form_versions_refuse_delete",
        "DROP TRIGGER condition_sets_refuse_update",
        "DROP TRIGGER condition_sets_refuse_delete",
        "DROP TRIGGER framework_versions_refuse_update",
        "DROP TRIGGER framework_versions_refuse_delete",
        "DROP TRIGGER decision_lines_refuse_insert",
        "DROP TRIGGER decision_lines_refuse_update",
        "DROP TRIGGER decision_lines_refuse_delete",
        "DROP TRIGGER conditions_refuse_insert",
        "DROP TRIGGER conditions_refuse_update",
        "DROP TRIGGER conditions_refuse_delete",
        "DROP TRIGGER wordings_refuse_insert",
        "DROP TRIGGER wordings_refuse_update",
        "DROP TRIGGER wordings_refuse_delete",
        "DROP TRIGGER provisos_refuse_insert",
        "DROP TRIGGER provisos_refuse_update",
        "DROP TRIGGER provisos_refuse_delete",
        "DROP TRIGGER proviso_wordings_refuse_insert",
        "DROP TRIGGER proviso_wordings_refuse_update",
        "DROP TRIGGER proviso_wordings_refuse_delete",
        "DROP TRIGGER wording_links_refuse_insert",
        "DROP TRIGGER wording_links_refuse_update",
        "DROP TRIGGER wording_links_refuse_delete",
    ],
    "postgresql": [
        "DROP TRIGGER frozen_versions_refuse_update ON frozen_versions",
        "DROP TRIGGER frozen_versions_refuse_delete ON frozen_versions",
        "DROP TRIGGER events_refuse_update ON events",
        "DROP TRIGGER events_refuse_delete ON events",
        "DROP TRIGGER ledger_entries_refuse_update ON ledger_entries",
        "DROP TRIGGER ledger_entries_refuse_delete ON ledger_entries",
        "DROP TRIGGER dispatches_refuse_update ON dispatches",
        "DROP TRIGGER dispatches_refuse_delete ON dispatches",
        "DROP TRIGGER anchors_refuse_update ON anchors",
        "DROP TRIGGER anchors_refuse_delete ON anchors",
        "DROP TRIGGER file_notes_refuse_update ON file_notes",
        "DROP TRIGGER file_notes_refuse_delete ON file_notes",
        "DROP TRIGGER decisions_refuse_update ON decisions",
        "DROP TRIGGER decisions_refuse_delete ON decisions",
        "DROP TRIGGER form_versions_refuse_update ON form_versions",
        "DROP TRIGGER form_versions_refuse_delete ON form_versions",
        "DROP TRIGGER condition_sets_refuse_update ON condition_sets",
        "DROP TRIGGER condition_sets_refuse_delete ON condition_sets",
        "DROP TRIGGER framework_versions_refuse_update ON framework_versions",
        "DROP TRIGGER framework_versions_refuse_delete ON framework_versions",
        "DROP TRIGGER decision_lines_refuse_insert ON decision_lines",
        "DROP TRIGGER decision_lines_refuse_update ON decision_lines",
        "DROP TRIGGER decision_lines_refuse_delete ON decision_lines",
        "DROP TRIGGER conditions_refuse_insert ON conditions",
        "DROP TRIGGER conditions_refuse_update ON conditions",
        "DROP TRIGGER conditions_refuse_delete ON conditions",
        "DROP TRIGGER wordings_refuse_insert ON wordings",
        "DROP TRIGGER wordings_refuse_update ON wordings",
        "DROP TRIGGER wordings_refuse_delete ON wordings",
        "DROP TRIGGER provisos_refuse_insert ON provisos",
        "DROP TRIGGER provisos_refuse_update ON provisos",
        "DROP TRIGGER provisos_refuse_delete ON provisos",
        "DROP TRIGGER proviso_wordings_refuse_insert ON proviso_wordings",
        "DROP TRIGGER proviso_wordings_refuse_update ON proviso_wordings",
        "DROP TRIGGER proviso_wordings_refuse_delete ON proviso_wordings",
        "DROP TRIGGER wording_links_refuse_insert ON wording_links",
        "DROP TRIGGER wording_links_refuse_update ON wording_links",
        "DROP TRIGGER wording_links_refuse_delete ON wording_links",
        "DROP FUNCTION decision_lines_refuse_insert_check()",
        "DROP FUNCTION decision_lines_refuse_update_check()",
        "DROP FUNCTION decision_lines_refuse_delete_check()",
        "DROP FUNCTION conditions_refuse_insert_check()",
        "DROP FUNCTION conditions_refuse_update_check()",
        "DROP FUNCTION conditions_refuse_delete_check()",
        "DROP FUNCTION wordings_refuse_insert_check()",
        "DROP FUNCTION wordings_refuse_update_check()",
        "DROP FUNCTION wordings_refuse_delete_check()",
        "DROP FUNCTION provisos_refuse_insert_check()",
        "DROP FUNCTION provisos_refuse_update_check()",
        "DROP FUNCTION provisos_refuse_delete_check()",
        "DROP FUNCTION proviso_wordings_refuse_insert_check()",
        "DROP FUNCTION proviso_wordings_refuse_update_check()",
        "DROP FUNCTION proviso_wordings_refuse_delete_check()",
        "DROP FUNCTION wording_links_refuse_insert_check()",
        "DROP FUNCTION wording_links_refuse_update_check()",
        "DROP FUNCTION wording_links_refuse_delete_check()",
        "DROP FUNCTION refuse_change()",
    ],
}


def upgrade() -> None:
    """Make the tables, the refusals, and the portal's row."""
    op.create_table(
        "anchors",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anchors")),
        sa.UniqueConstraint("day", name=op.f("uq_anchors_day")),
    )
    op.create_table(
        "files",
        sa.Column("stored_name", sa.Text(), nullable=False),
        sa.Column("shown_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
        sa.UniqueConstraint("stored_name", name=op.f("uq_files_stored_name")),
    )
    op.create_table(
        "grants",
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("assignment_refs", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("recovery_basis", sa.Text(), nullable=False),
        sa.Column(
            "access",
            sa.Enum(
                "application",
                "requisition",
                "direct",
                "interest",
                name="access",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "appeal_variant",
            sa.Enum(
                "none",
                "recovery_only",
                "three_weeks",
                name="appeal_variant",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("appeal_provision", sa.Text(), nullable=False),
        sa.Column("appeal_is_example", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
        sa.UniqueConstraint("title", name=op.f("uq_grants_title")),
    )
    op.create_table(
        "organisations",
        sa.Column(
            "kind",
            sa.Enum(
                "region",
                "authority",
                "consulted",
                "other",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("organisation_number", sa.Text(), nullable=False),
        sa.Column("also_known_as", sa.Text(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("event_head", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("name", name=op.f("uq_organisations_name")),
        sa.UniqueConstraint("organisation_number", name=op.f("uq_organisations_organisation_number")),
    )
    op.create_table(
        "outbox",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_key", sa.Text(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["available_at"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "portal",
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("event_head", sa.Text(), nullable=False),
        sa.Column("is_demonstration", sa.Boolean(), nullable=False),
        sa.Column("moved_days", sa.Integer(), nullable=False),
        sa.Column("story_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registration_prefix", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_portal_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal")),
    )
    op.create_table(
        "registration_series",
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_series")),
        sa.UniqueConstraint("prefix", "year", name=op.f("uq_registration_series_prefix_year")),
    )
    op.create_table(
        "signin_attempts",
        sa.Column("key_sha256", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("window_started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signin_attempts")),
        sa.UniqueConstraint("key_sha256", name=op.f("uq_signin_attempts_key_sha256")),
    )
    op.create_table(
        "users",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("totp_secret", sa.Text(), nullable=True),
        sa.Column("totp_enabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_users_email_is_lower_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_table(
        "youth_homes",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_youth_homes")),
        sa.UniqueConstraint("name", name=op.f("uq_youth_homes_name")),
    )
    op.create_table(
        "bank_giros",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_by_id", sa.Integer(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_how", sa.Text(), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "approved_at IS NULL OR verified_at IS NOT NULL", name=op.f("ck_bank_giros_approved_is_verified")
        ),
        sa.CheckConstraint(
            "approved_by_id IS NULL OR verified_by_id <> approved_by_id", name=op.f("ck_bank_giros_two_persons")
        ),
        sa.ForeignKeyConstraint(["approved_by_id"], ["users.id"], name=op.f("fk_bank_giros_approved_by_id_users")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_bank_giros_asked_by_id_users")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_bank_giros_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["verified_by_id"], ["users.id"], name=op.f("fk_bank_giros_verified_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_giros")),
    )
    op.create_index(
        "uq_bank_giros_asked_for",
        "bank_giros",
        ["organisation_id"],
        unique=True,
        sqlite_where=sa.text("approved_at IS NULL AND valid_to IS NULL"),
        postgresql_where=sa.text("approved_at IS NULL AND valid_to IS NULL"),
    )
    op.create_index(
        "uq_bank_giros_in_force",
        "bank_giros",
        ["organisation_id"],
        unique=True,
        sqlite_where=sa.text("approved_at IS NOT NULL AND valid_to IS NULL"),
        postgresql_where=sa.text("approved_at IS NOT NULL AND valid_to IS NULL"),
    )
    op.create_table(
        "cases",
        sa.Column(
            "kind",
            sa.Enum(
                "application",
                "extra_application",
                "ombud_application",
                "recovery",
                "survey",
                "government_report",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("registration_number", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("own_reference", sa.Text(), nullable=False),
        sa.Column("assigned_to_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("event_head", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["assigned_to_id"], ["users.id"], name=op.f("fk_cases_assigned_to_id_users")),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_cases_grant_id_grants")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_cases_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["cases.id"], name=op.f("fk_cases_parent_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("id", "organisation_id", name=op.f("uq_cases_id_organisation_id")),
        sa.UniqueConstraint("registration_number", name=op.f("uq_cases_registration_number")),
    )
    op.create_index("ix_cases_organisation_id", "cases", ["organisation_id"], unique=False)
    op.create_table(
        "condition_sets",
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("draft", "published", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_condition_sets_grant_id_grants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition_sets")),
        sa.UniqueConstraint("grant_id", "number", name=op.f("uq_condition_sets_grant_id_number")),
    )
    op.create_table(
        "cost_categories",
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_personnel", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_cost_categories_grant_id_grants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_categories")),
        sa.UniqueConstraint("grant_id", "name", name=op.f("uq_cost_categories_grant_id_name")),
        sa.UniqueConstraint("grant_id", "position", name=op.f("uq_cost_categories_grant_id_position")),
    )
    op.create_table(
        "form_versions",
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("application", "report", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("draft", "published", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_form_versions_grant_id_grants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_versions")),
        sa.UniqueConstraint("grant_id", "kind", "number", name=op.f("uq_form_versions_grant_id_kind_number")),
    )
    op.create_table(
        "framework_versions",
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("draft", "published", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("preamble", sa.Text(), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_framework_versions_grant_id_grants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_framework_versions")),
        sa.UniqueConstraint("grant_id", "number", name=op.f("uq_framework_versions_grant_id_number")),
    )
    op.create_table(
        "grantees",
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("grant_year", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_grantees_grant_id_grants")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_grantees_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grantees")),
        sa.UniqueConstraint(
            "grant_id", "grant_year", "organisation_id", name=op.f("uq_grantees_grant_id_grant_year_organisation_id")
        ),
    )
    op.create_table(
        "one_time_links",
        sa.Column("key_sha256", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_one_time_links_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_links")),
        sa.UniqueConstraint("key_sha256", name=op.f("uq_one_time_links_key_sha256")),
    )
    op.create_table(
        "payment_batches",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_payment_batches_created_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_batches")),
        sa.UniqueConstraint("number", name=op.f("uq_payment_batches_number")),
    )
    op.create_table(
        "result_areas",
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_result_areas_grant_id_grants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_areas")),
        sa.UniqueConstraint("grant_id", "code", name=op.f("uq_result_areas_grant_id_code")),
    )
    op.create_table(
        "sessions",
        sa.Column("key_sha256", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("second_factor_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("key_sha256", name=op.f("uq_sessions_key_sha256")),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"], unique=False)
    op.create_table(
        "year_frames",
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("grant_year", sa.Integer(), nullable=False),
        sa.Column("frame", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("estimated", "allotted", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("allotted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided", sa.BigInteger(), nullable=False),
        sa.Column("grantees", sa.Integer(), nullable=False),
        sa.Column("max_grantees", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("decided <= frame", name=op.f("ck_year_frames_decided_within_frame")),
        sa.CheckConstraint("decided >= 0", name=op.f("ck_year_frames_decided_not_negative")),
        sa.CheckConstraint("grant_year BETWEEN 1990 AND 2100", name=op.f("ck_year_frames_grant_year")),
        sa.CheckConstraint(
            "max_grantees IS NULL OR grantees <= max_grantees", name=op.f("ck_year_frames_grantees_within_most")
        ),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_year_frames_grant_id_grants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_year_frames")),
        sa.UniqueConstraint("grant_id", "grant_year", name=op.f("uq_year_frames_grant_id_grant_year")),
    )
    op.create_table(
        "calls",
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("ordinary", "extra", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("extends_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("eligible", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("draft", "published", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("application_form_id", sa.Integer(), nullable=True),
        sa.Column("report_form_id", sa.Integer(), nullable=True),
        sa.Column("framework_version_id", sa.Integer(), nullable=True),
        sa.Column("condition_set_id", sa.Integer(), nullable=True),
        sa.Column("comment_percent", sa.Integer(), nullable=False),
        sa.Column("comment_kronor", sa.BigInteger(), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(kind = 'extra') = (extends_id IS NOT NULL)", name=op.f("ck_calls_extra_extends")),
        sa.ForeignKeyConstraint(
            ["application_form_id"], ["form_versions.id"], name=op.f("fk_calls_application_form_id_form_versions")
        ),
        sa.ForeignKeyConstraint(
            ["condition_set_id"], ["condition_sets.id"], name=op.f("fk_calls_condition_set_id_condition_sets")
        ),
        sa.ForeignKeyConstraint(["extends_id"], ["calls.id"], name=op.f("fk_calls_extends_id_calls")),
        sa.ForeignKeyConstraint(
            ["framework_version_id"],
            ["framework_versions.id"],
            name=op.f("fk_calls_framework_version_id_framework_versions"),
        ),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_calls_grant_id_grants")),
        sa.ForeignKeyConstraint(
            ["report_form_id"], ["form_versions.id"], name=op.f("fk_calls_report_form_id_form_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
        sa.UniqueConstraint("grant_id", "title", name=op.f("uq_calls_grant_id_title")),
    )
    op.create_table(
        "conditions",
        sa.Column("condition_set_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["condition_set_id"], ["condition_sets.id"], name=op.f("fk_conditions_condition_set_id_condition_sets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conditions")),
        sa.UniqueConstraint("condition_set_id", "position", name=op.f("uq_conditions_condition_set_id_position")),
    )
    op.create_table(
        "events",
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "user.created",
                "user.reset",
                "user.password_chosen",
                "user.totp_enabled",
                "user.totp_disabled",
                "user.closed",
                "mandate.granted",
                "mandate.ended",
                "organisation.registered",
                "giro.registered",
                "giro.verified",
                "giro.approved",
                "youth_home.registered",
                "grant.set_up",
                "grant.changed",
                "frame.allotted",
                "form.published",
                "conditions.published",
                "framework.published",
                "call.created",
                "call.changed",
                "call.published",
                "application.started",
                "application.submitted",
                "application.withdrawn",
                "application.concluded",
                "case.reference_changed",
                "case.assigned",
                "supplement.requested",
                "supplement.answered",
                "supplement.closed",
                "file_note.written",
                "communication.sent",
                "communication.skipped",
                "communication.replied",
                "decision.proposed",
                "decision.returned",
                "decision.made",
                "decision.dispatched",
                "payment.planned",
                "payment.registered",
                "payment.attested",
                "payment.batched",
                "payment.confirmed",
                "batch.created",
                "report.planned",
                "report.economy_attested",
                "report.submitted",
                "report.reviewed",
                "report.approved",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous_sha256", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_events_actor_id_users")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_events_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("chain", "seq", name=op.f("uq_events_chain_seq")),
    )
    op.create_index("ix_events_case_id", "events", ["case_id"], unique=False)
    op.create_index("ix_events_subject", "events", ["subject", "subject_id"], unique=False)
    op.create_table(
        "expected_results",
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["area_id"], ["result_areas.id"], name=op.f("fk_expected_results_area_id_result_areas")
        ),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_expected_results_grant_id_grants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expected_results")),
        sa.UniqueConstraint("grant_id", "code", name=op.f("uq_expected_results_grant_id_code")),
    )
    op.create_table(
        "file_notes",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("participants", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_file_notes_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_file_notes_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["written_by_id"], ["users.id"], name=op.f("fk_file_notes_written_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_notes")),
    )
    op.create_index("ix_file_notes_case_id", "file_notes", ["case_id"], unique=False)
    op.create_table(
        "frozen_versions",
        sa.Column(
            "kind",
            sa.Enum(
                "application",
                "decision",
                "report",
                "payment_batch",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_frozen_versions_case_id_cases")),
        sa.ForeignKeyConstraint(["frozen_by_id"], ["users.id"], name=op.f("fk_frozen_versions_frozen_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frozen_versions")),
        sa.UniqueConstraint("kind", "subject_id", "number", name=op.f("uq_frozen_versions_kind_subject_id_number")),
    )
    op.create_table(
        "mandates",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "ombud",
                "representant",
                "uppgiftssamordnare",
                "applicant_economist",
                "handlaggare",
                "enhetschef",
                "beslutsfattare",
                "registrator",
                "sakkunnig",
                "finance",
                "administrator",
                "insyn",
                "samrad",
                "utvarderare",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_mandates_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_mandates_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_mandates_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mandates_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandates")),
    )
    op.create_index("ix_mandates_user_id", "mandates", ["user_id"], unique=False)
    op.create_table(
        "notices",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notices_case_id_cases")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notices_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_user_id", "notices", ["user_id"], unique=False)
    op.create_table(
        "provisos",
        sa.Column("framework_version_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "marker",
            sa.Enum("heading", "note", name="marker", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["framework_version_id"],
            ["framework_versions.id"],
            name=op.f("fk_provisos_framework_version_id_framework_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provisos")),
        sa.UniqueConstraint("framework_version_id", "code", name=op.f("uq_provisos_framework_version_id_code")),
    )
    op.create_table(
        "applications",
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("applicant_unit", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "supplement_requested",
                "withdrawn",
                "concluded",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("started_by_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sought_is_example", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status = 'draft' OR submitted_at IS NOT NULL", name=op.f("ck_applications_handed_in_has_a_time")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_applications_call_id_calls")),
        sa.ForeignKeyConstraint(
            ["case_id", "organisation_id"],
            ["cases.id", "cases.organisation_id"],
            name="fk_applications_case_and_organisation",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_applications_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["started_by_id"], ["users.id"], name=op.f("fk_applications_started_by_id_users")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["users.id"], name=op.f("fk_applications_submitted_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
        sa.UniqueConstraint(
            "call_id",
            "organisation_id",
            "applicant_unit",
            name=op.f("uq_applications_call_id_organisation_id_applicant_unit"),
        ),
        sa.UniqueConstraint("case_id", name=op.f("uq_applications_case_id")),
        sa.UniqueConstraint("id", "organisation_id", name=op.f("uq_applications_id_organisation_id")),
    )
    op.create_index("ix_applications_organisation_id", "applications", ["organisation_id"], unique=False)
    op.create_table(
        "call_years",
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("grant_year", sa.Integer(), nullable=False),
        sa.Column("pay_on", sa.Date(), nullable=False),
        sa.Column("report_opens_on", sa.Date(), nullable=False),
        sa.Column("report_due_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("report_due_on >= report_opens_on", name=op.f("ck_call_years_report_due_after_open")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_call_years_call_id_calls")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_years")),
        sa.UniqueConstraint("call_id", "grant_year", name=op.f("uq_call_years_call_id_grant_year")),
    )
    op.create_table(
        "records",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "application",
                "receipt",
                "supplement_request",
                "supplement_answer",
                "withdrawal",
                "file_note",
                "communication",
                "reply",
                "decision",
                "dispatch",
                "report",
                "review",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "direction",
            sa.Enum("in", "out", "internal", name="direction", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("counterpart", sa.Text(), nullable=False),
        sa.Column("dated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_version_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_records_case_id_cases")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_records_file_id_files")),
        sa.ForeignKeyConstraint(
            ["frozen_version_id"], ["frozen_versions.id"], name=op.f("fk_records_frozen_version_id_frozen_versions")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_records_made_by_id_users")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_records_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_records_case_id_number")),
    )
    op.create_table(
        "reports",
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("grant_year", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("framework_version_id", sa.Integer(), nullable=False),
        sa.Column("form_version_id", sa.Integer(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "supplement_requested",
                "approved",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("economy_attested_by_id", sa.Integer(), nullable=True),
        sa.Column("economy_attested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("economy_sha256", sa.Text(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status = 'draft' OR submitted_at IS NOT NULL", name=op.f("ck_reports_handed_in_has_a_time")
        ),
        sa.ForeignKeyConstraint(["approved_by_id"], ["users.id"], name=op.f("fk_reports_approved_by_id_users")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_reports_call_id_calls")),
        sa.ForeignKeyConstraint(
            ["case_id", "organisation_id"],
            ["cases.id", "cases.organisation_id"],
            name="fk_reports_case_and_organisation",
        ),
        sa.ForeignKeyConstraint(
            ["economy_attested_by_id"], ["users.id"], name=op.f("fk_reports_economy_attested_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["form_version_id"], ["form_versions.id"], name=op.f("fk_reports_form_version_id_form_versions")
        ),
        sa.ForeignKeyConstraint(
            ["framework_version_id"],
            ["framework_versions.id"],
            name=op.f("fk_reports_framework_version_id_framework_versions"),
        ),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_reports_grant_id_grants")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_reports_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["users.id"], name=op.f("fk_reports_submitted_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint(
            "grant_id", "organisation_id", "grant_year", name=op.f("uq_reports_grant_id_organisation_id_grant_year")
        ),
    )
    op.create_index("ix_reports_case_id", "reports", ["case_id"], unique=False)
    op.create_table(
        "wordings",
        sa.Column("framework_version_id", sa.Integer(), nullable=False),
        sa.Column("expected_result_id", sa.Integer(), nullable=False),
        sa.Column("grant_year", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_is_ours", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("bullets", sa.Text(), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["expected_result_id"],
            ["expected_results.id"],
            name=op.f("fk_wordings_expected_result_id_expected_results"),
        ),
        sa.ForeignKeyConstraint(
            ["framework_version_id"],
            ["framework_versions.id"],
            name=op.f("fk_wordings_framework_version_id_framework_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wordings")),
        sa.UniqueConstraint(
            "framework_version_id",
            "expected_result_id",
            "grant_year",
            name=op.f("uq_wordings_framework_version_id_expected_result_id_grant_year"),
        ),
    )
    op.create_table(
        "answers",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_answers_version")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_answers_application_id_applications")
        ),
        sa.ForeignKeyConstraint(["changed_by_id"], ["users.id"], name=op.f("fk_answers_changed_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
        sa.UniqueConstraint("application_id", "question", name=op.f("uq_answers_application_id_question")),
    )
    op.create_table(
        "application_homes",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("youth_home_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_application_homes_application_id_applications")
        ),
        sa.ForeignKeyConstraint(
            ["youth_home_id"], ["youth_homes.id"], name=op.f("fk_application_homes_youth_home_id_youth_homes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_homes")),
        sa.UniqueConstraint(
            "application_id", "youth_home_id", name=op.f("uq_application_homes_application_id_youth_home_id")
        ),
    )
    op.create_table(
        "budget_lines",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("grant_year", sa.Integer(), nullable=False),
        sa.Column("cost_category_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_budget_lines_amount")),
        sa.CheckConstraint("version > 0", name=op.f("ck_budget_lines_version")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_budget_lines_application_id_applications")
        ),
        sa.ForeignKeyConstraint(["changed_by_id"], ["users.id"], name=op.f("fk_budget_lines_changed_by_id_users")),
        sa.ForeignKeyConstraint(
            ["cost_category_id"], ["cost_categories.id"], name=op.f("fk_budget_lines_cost_category_id_cost_categories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_lines")),
        sa.UniqueConstraint(
            "application_id",
            "grant_year",
            "cost_category_id",
            name=op.f("uq_budget_lines_application_id_grant_year_cost_category_id"),
        ),
    )
    op.create_table(
        "communications",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("sent", "skipped", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "ground",
            sa.Enum(
                "obviously_unneeded",
                "much_harder",
                "urgent_interest",
                name="ground",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("material", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("sent_by_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("replied_by_id", sa.Integer(), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'sent') = (last_day IS NOT NULL)", name=op.f("ck_communications_sent_has_a_last_day")
        ),
        sa.CheckConstraint(
            "(kind = 'skipped') = (ground IS NOT NULL)", name=op.f("ck_communications_skipped_has_a_ground")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_communications_application_id_applications")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_communications_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_communications_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["replied_by_id"], ["users.id"], name=op.f("fk_communications_replied_by_id_users")),
        sa.ForeignKeyConstraint(["sent_by_id"], ["users.id"], name=op.f("fk_communications_sent_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_communications")),
    )
    op.create_index("ix_communications_application_id", "communications", ["application_id"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("changes_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "proposed",
                "returned",
                "made",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "granted",
                "partly",
                "refused",
                "struck",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("covers", sa.Text(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("took_part", sa.Text(), nullable=False),
        sa.Column("dissent", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_by_id", sa.Integer(), nullable=True),
        sa.Column("returned_reason", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status <> 'made' OR (decided_by_id IS NOT NULL AND decided_at IS NOT NULL AND proposed_by_id IS NOT NULL AND sha256 IS NOT NULL)",
            name=op.f("ck_decisions_made_is_whole"),
        ),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR proposed_by_id <> decided_by_id", name=op.f("ck_decisions_two_persons")
        ),
        sa.ForeignKeyConstraint(
            ["application_id", "organisation_id"],
            ["applications.id", "applications.organisation_id"],
            name="fk_decisions_application_and_organisation",
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_decisions_case_id_cases")),
        sa.ForeignKeyConstraint(["changes_id"], ["decisions.id"], name=op.f("fk_decisions_changes_id_decisions")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_decisions_decided_by_id_users")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_decisions_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["users.id"], name=op.f("fk_decisions_proposed_by_id_users")),
        sa.ForeignKeyConstraint(["returned_by_id"], ["users.id"], name=op.f("fk_decisions_returned_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("id", "organisation_id", name=op.f("uq_decisions_id_organisation_id")),
    )
    op.create_index("ix_decisions_case_id", "decisions", ["case_id"], unique=False)
    op.create_index(
        "uq_decisions_open",
        "decisions",
        ["application_id"],
        unique=True,
        sqlite_where=sa.text("status <> 'made'"),
        postgresql_where=sa.text("status <> 'made'"),
    )
    op.create_table(
        "proviso_wordings",
        sa.Column("proviso_id", sa.Integer(), nullable=False),
        sa.Column("wording_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["proviso_id"], ["provisos.id"], name=op.f("fk_proviso_wordings_proviso_id_provisos")),
        sa.ForeignKeyConstraint(["wording_id"], ["wordings.id"], name=op.f("fk_proviso_wordings_wording_id_wordings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proviso_wordings")),
        sa.UniqueConstraint("proviso_id", "wording_id", name=op.f("uq_proviso_wordings_proviso_id_wording_id")),
    )
    op.create_table(
        "report_answers",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("expected_result_id", sa.Integer(), nullable=False),
        sa.Column(
            "rating",
            sa.Enum(
                "met",
                "partly",
                "not_met",
                "not_applicable",
                name="rating",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("proviso_mattered", sa.Boolean(), nullable=False),
        sa.Column("proviso_text", sa.Text(), nullable=False),
        sa.Column("causes", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_report_answers_version")),
        sa.ForeignKeyConstraint(["changed_by_id"], ["users.id"], name=op.f("fk_report_answers_changed_by_id_users")),
        sa.ForeignKeyConstraint(
            ["expected_result_id"],
            ["expected_results.id"],
            name=op.f("fk_report_answers_expected_result_id_expected_results"),
        ),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_report_answers_report_id_reports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_answers")),
        sa.UniqueConstraint(
            "report_id", "expected_result_id", name=op.f("uq_report_answers_report_id_expected_result_id")
        ),
    )
    op.create_table(
        "report_costs",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("cost_category_id", sa.Integer(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("own_financing", sa.BigInteger(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("cost IS NULL OR cost >= 0", name=op.f("ck_report_costs_cost")),
        sa.CheckConstraint("own_financing IS NULL OR own_financing >= 0", name=op.f("ck_report_costs_own_financing")),
        sa.CheckConstraint("version > 0", name=op.f("ck_report_costs_version")),
        sa.ForeignKeyConstraint(["changed_by_id"], ["users.id"], name=op.f("fk_report_costs_changed_by_id_users")),
        sa.ForeignKeyConstraint(
            ["cost_category_id"], ["cost_categories.id"], name=op.f("fk_report_costs_cost_category_id_cost_categories")
        ),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_report_costs_report_id_reports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_costs")),
        sa.UniqueConstraint("report_id", "cost_category_id", name=op.f("uq_report_costs_report_id_cost_category_id")),
    )
    op.create_table(
        "reported_costs",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("cost_category_id", sa.Integer(), nullable=False),
        sa.Column("budget", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("own_financing", sa.BigInteger(), nullable=False),
        sa.Column("charged", sa.BigInteger(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cost_category_id"],
            ["cost_categories.id"],
            name=op.f("fk_reported_costs_cost_category_id_cost_categories"),
        ),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_reported_costs_report_id_reports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reported_costs")),
        sa.UniqueConstraint("report_id", "cost_category_id", name=op.f("uq_reported_costs_report_id_cost_category_id")),
    )
    op.create_table(
        "reported_results",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("expected_result_id", sa.Integer(), nullable=False),
        sa.Column(
            "rating",
            sa.Enum(
                "met",
                "partly",
                "not_met",
                "not_applicable",
                name="rating",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("proviso_mattered", sa.Boolean(), nullable=False),
        sa.Column("proviso_text", sa.Text(), nullable=False),
        sa.Column("causes", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["expected_result_id"],
            ["expected_results.id"],
            name=op.f("fk_reported_results_expected_result_id_expected_results"),
        ),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_reported_results_report_id_reports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reported_results")),
        sa.UniqueConstraint(
            "report_id", "expected_result_id", name=op.f("uq_reported_results_report_id_expected_result_id")
        ),
    )
    op.create_table(
        "requested_lines",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("grant_year", sa.Integer(), nullable=False),
        sa.Column("cost_category_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_requested_lines_amount")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_requested_lines_application_id_applications")
        ),
        sa.ForeignKeyConstraint(
            ["cost_category_id"],
            ["cost_categories.id"],
            name=op.f("fk_requested_lines_cost_category_id_cost_categories"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requested_lines")),
        sa.UniqueConstraint(
            "application_id",
            "grant_year",
            "cost_category_id",
            name=op.f("uq_requested_lines_application_id_grant_year_cost_category_id"),
        ),
    )
    op.create_table(
        "review_ratings",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("expected_result_id", sa.Integer(), nullable=False),
        sa.Column(
            "rating",
            sa.Enum(
                "met",
                "partly",
                "not_met",
                "not_applicable",
                name="rating",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["expected_result_id"],
            ["expected_results.id"],
            name=op.f("fk_review_ratings_expected_result_id_expected_results"),
        ),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_review_ratings_report_id_reports")),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["users.id"], name=op.f("fk_review_ratings_reviewed_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_ratings")),
        sa.UniqueConstraint(
            "report_id", "expected_result_id", name=op.f("uq_review_ratings_report_id_expected_result_id")
        ),
    )
    op.create_table(
        "staff_rows",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("profession", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_staff_rows_version")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_staff_rows_application_id_applications")
        ),
        sa.ForeignKeyConstraint(["changed_by_id"], ["users.id"], name=op.f("fk_staff_rows_changed_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_rows")),
        sa.UniqueConstraint("application_id", "position", name=op.f("uq_staff_rows_application_id_position")),
    )
    op.create_table(
        "supplements",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=True),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "requested", "answered", "closed", name="status", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version_before", sa.Integer(), nullable=False),
        sa.Column("version_after", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(application_id IS NULL) <> (report_id IS NULL)", name=op.f("ck_supplements_of_one_thing")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_supplements_application_id_applications")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_supplements_case_id_cases")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["users.id"], name=op.f("fk_supplements_ended_by_id_users")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_supplements_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_supplements_report_id_reports")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["users.id"], name=op.f("fk_supplements_requested_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplements")),
    )
    op.create_index("ix_supplements_case_id", "supplements", ["case_id"], unique=False)
    op.create_index(
        "uq_supplements_open_application",
        "supplements",
        ["application_id"],
        unique=True,
        sqlite_where=sa.text("status = 'requested'"),
        postgresql_where=sa.text("status = 'requested'"),
    )
    op.create_index(
        "uq_supplements_open_report",
        "supplements",
        ["report_id"],
        unique=True,
        sqlite_where=sa.text("status = 'requested'"),
        postgresql_where=sa.text("status = 'requested'"),
    )
    op.create_table(
        "wording_links",
        sa.Column("earlier_id", sa.Integer(), nullable=False),
        sa.Column("later_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "same", "editorial", "substantive", name="kind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "comparability",
            sa.Enum(
                "full", "partial", "none", name="comparability", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("proviso_ended", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["earlier_id"], ["wordings.id"], name=op.f("fk_wording_links_earlier_id_wordings")),
        sa.ForeignKeyConstraint(["later_id"], ["wordings.id"], name=op.f("fk_wording_links_later_id_wordings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording_links")),
        sa.UniqueConstraint("earlier_id", "later_id", name=op.f("uq_wording_links_earlier_id_later_id")),
    )
    op.create_table(
        "decision_lines",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("grant_year", sa.Integer(), nullable=False),
        sa.Column("cost_category_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_decision_lines_amount")),
        sa.ForeignKeyConstraint(
            ["cost_category_id"],
            ["cost_categories.id"],
            name=op.f("fk_decision_lines_cost_category_id_cost_categories"),
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decisions.id"], name=op.f("fk_decision_lines_decision_id_decisions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_lines")),
        sa.UniqueConstraint(
            "decision_id",
            "grant_year",
            "cost_category_id",
            name=op.f("uq_decision_lines_decision_id_grant_year_cost_category_id"),
        ),
    )
    op.create_table(
        "dispatches",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("dispatched_by_id", sa.Integer(), nullable=False),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_dispatches_case_id_cases")),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_dispatches_decision_id_decisions")),
        sa.ForeignKeyConstraint(["dispatched_by_id"], ["users.id"], name=op.f("fk_dispatches_dispatched_by_id_users")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_dispatches_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatches")),
        sa.UniqueConstraint("decision_id", "receiver", name=op.f("uq_dispatches_decision_id_receiver")),
    )
    op.create_table(
        "payments",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("grant_year", sa.Integer(), nullable=False),
        sa.Column("instalment", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "planned",
                "registered",
                "attested",
                "batched",
                "confirmed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("registered_by_id", sa.Integer(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attested_by_id", sa.Integer(), nullable=True),
        sa.Column("attested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("giro", sa.Text(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'confirmed') = (paid_on IS NOT NULL)", name=op.f("ck_payments_confirmed_has_a_day")
        ),
        sa.CheckConstraint(
            "status NOT IN ('batched', 'confirmed') OR batch_id IS NOT NULL",
            name=op.f("ck_payments_batched_has_a_batch"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payments_amount")),
        sa.CheckConstraint(
            "attested_by_id IS NULL OR registered_by_id <> attested_by_id", name=op.f("ck_payments_two_persons")
        ),
        sa.ForeignKeyConstraint(["attested_by_id"], ["users.id"], name=op.f("fk_payments_attested_by_id_users")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["payment_batches.id"], name=op.f("fk_payments_batch_id_payment_batches")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_payments_case_id_cases")),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["users.id"], name=op.f("fk_payments_confirmed_by_id_users")),
        sa.ForeignKeyConstraint(
            ["decision_id", "organisation_id"],
            ["decisions.id", "decisions.organisation_id"],
            name="fk_payments_decision_and_organisation",
        ),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_payments_grant_id_grants")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_payments_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["registered_by_id"], ["users.id"], name=op.f("fk_payments_registered_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint(
            "decision_id", "grant_year", "instalment", name=op.f("uq_payments_decision_id_grant_year_instalment")
        ),
    )
    op.create_index("ix_payments_case_id", "payments", ["case_id"], unique=False)
    op.create_table(
        "staff_amounts",
        sa.Column("staff_row_id", sa.Integer(), nullable=False),
        sa.Column("grant_year", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_staff_amounts_amount")),
        sa.CheckConstraint("percent BETWEEN 0 AND 2000", name=op.f("ck_staff_amounts_percent")),
        sa.ForeignKeyConstraint(
            ["staff_row_id"], ["staff_rows.id"], name=op.f("fk_staff_amounts_staff_row_id_staff_rows")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_amounts")),
        sa.UniqueConstraint("staff_row_id", "grant_year", name=op.f("uq_staff_amounts_staff_row_id_grant_year")),
    )
    op.create_table(
        "supplement_parts",
        sa.Column("supplement_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["supplement_id"], ["supplements.id"], name=op.f("fk_supplement_parts_supplement_id_supplements")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplement_parts")),
        sa.UniqueConstraint("supplement_id", "part", name=op.f("uq_supplement_parts_supplement_id_part")),
    )
    op.create_table(
        "ledger_entries",
        sa.Column(
            "kind",
            sa.Enum("decided", "paid", "charged", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("grant_year", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("payment_id", sa.Integer(), nullable=True),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_ledger_entries_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decisions.id"], name=op.f("fk_ledger_entries_decision_id_decisions")
        ),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_ledger_entries_grant_id_grants")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_ledger_entries_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_ledger_entries_payment_id_payments")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_ledger_entries_report_id_reports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
    )
    op.create_index("ix_ledger_entries_case_id", "ledger_entries", ["case_id"], unique=False)
    op.create_index("ix_ledger_entries_grant_id_grant_year", "ledger_entries", ["grant_id", "grant_year"], unique=False)
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement.replace(":", "\\:"))
    op.execute(
        "INSERT INTO portal (id, event_seq, event_head, is_demonstration, moved_days, registration_prefix) VALUES (1, 0, '', false, 0, '')"
    )


def downgrade() -> None:
    """Take everything away."""
    for statement in DROPS[op.get_bind().dialect.name]:
        op.execute(statement)
    op.drop_index("ix_ledger_entries_grant_id_grant_year", table_name="ledger_entries")
    op.drop_index("ix_ledger_entries_case_id", table_name="ledger_entries")
    op.drop_table("ledger_entries")
    op.drop_table("supplement_parts")
    op.drop_table("staff_amounts")
    op.drop_index("ix_payments_case_id", table_name="payments")
    op.drop_table("payments")
    op.drop_table("dispatches")
    op.drop_table("decision_lines")
    op.drop_table("wording_links")
    op.drop_index(
        "uq_supplements_open_report",
        table_name="supplements",
        sqlite_where=sa.text("status = 'requested'"),
        postgresql_where=sa.text("status = 'requested'"),
    )
    op.drop_index(
        "uq_supplements_open_application",
        table_name="supplements",
        sqlite_where=sa.text("status = 'requested'"),
        postgresql_where=sa.text("status = 'requested'"),
    )
    op.drop_index("ix_supplements_case_id", table_name="supplements")
    op.drop_table("supplements")
    op.drop_table("staff_rows")
    op.drop_table("review_ratings")
    op.drop_table("requested_lines")
    op.drop_table("reported_results")
    op.drop_table("reported_costs")
    op.drop_table("report_costs")
    op.drop_table("report_answers")
    op.drop_table("proviso_wordings")
    op.drop_index(
        "uq_decisions_open",
        table_name="decisions",
        sqlite_where=sa.text("status <> 'made'"),
        postgresql_where=sa.text("status <> 'made'"),
    )
    op.drop_index("ix_decisions_case_id", table_name="decisions")
    op.drop_table("decisions")
    op.drop_index("ix_communications_application_id", table_name="communications")
    op.drop_table("communications")
    op.drop_table("budget_lines")
    op.drop_table("application_homes")
    op.drop_table("answers")
    op.drop_table("wordings")
    op.drop_index("ix_reports_case_id", table_name="reports")
    op.drop_table("reports")
    op.drop_table("records")
    op.drop_table("call_years")
    op.drop_index("ix_applications_organisation_id", table_name="applications")
    op.drop_table("applications")
    op.drop_table("provisos")
    op.drop_index("ix_notices_user_id", table_name="notices")
    op.drop_table("notices")
    op.drop_index("ix_mandates_user_id", table_name="mandates")
    op.drop_table("mandates")
    op.drop_table("frozen_versions")
    op.drop_index("ix_file_notes_case_id", table_name="file_notes")
    op.drop_table("file_notes")
    op.drop_table("expected_results")
    op.drop_index("ix_events_subject", table_name="events")
    op.drop_index("ix_events_case_id", table_name="events")
    op.drop_table("events")
    op.drop_table("conditions")
    op.drop_table("calls")
    op.drop_table("year_frames")
    op.drop_index("ix_sessions_user_id", table_name="sessions")
    op.drop_table("sessions")
    op.drop_table("result_areas")
    op.drop_table("payment_batches")
    op.drop_table("one_time_links")
    op.drop_table("grantees")
    op.drop_table("framework_versions")
    op.drop_table("form_versions")
    op.drop_table("cost_categories")
    op.drop_table("condition_sets")
    op.drop_index("ix_cases_organisation_id", table_name="cases")
    op.drop_table("cases")
    op.drop_index(
        "uq_bank_giros_in_force",
        table_name="bank_giros",
        sqlite_where=sa.text("approved_at IS NOT NULL AND valid_to IS NULL"),
        postgresql_where=sa.text("approved_at IS NOT NULL AND valid_to IS NULL"),
    )
    op.drop_index(
        "uq_bank_giros_asked_for",
        table_name="bank_giros",
        sqlite_where=sa.text("approved_at IS NULL AND valid_to IS NULL"),
        postgresql_where=sa.text("approved_at IS NULL AND valid_to IS NULL"),
    )
    op.drop_table("bank_giros")
    op.drop_table("youth_homes")
    op.drop_table("users")
    op.drop_table("signin_attempts")
    op.drop_table("registration_series")
    op.drop_table("portal")
    op.drop_index(
        "ix_outbox_waiting",
        table_name="outbox",
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.drop_table("outbox")
    op.drop_table("organisations")
    op.drop_table("grants")
    op.drop_table("files")
    op.drop_table("anchors")
