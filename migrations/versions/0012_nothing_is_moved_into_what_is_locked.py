"""What is locked is not added to by moving rows into it, nor emptied by TRUNCATE.

Only triggers change. Safe while the portal is up.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

PARENTS = {
    "decision_lines": ("decisions", "decision_id", "made"),
    "conditions": ("condition_sets", "condition_set_id", "published"),
    "wordings": ("framework_versions", "framework_version_id", "published"),
    "provisos": ("framework_versions", "framework_version_id", "published"),
}
GRANDPARENTS = {
    "proviso_wordings": ("provisos", "proviso_id"),
    "wording_links": ("wordings", "later_id"),
}
WRITTEN_ONCE = (
    *("frozen_versions", "events", "ledger_entries", "dispatches", "anchors", "file_notes", "messages"),
    *("decisions", "form_versions", "condition_sets", "framework_versions"),
    *PARENTS,
    *GRANDPARENTS,
)


def is_server() -> bool:
    return op.get_bind().dialect.name != "sqlite"


def locked(table: str, row: str) -> str:
    """Whether the row's parent is locked."""
    if table in PARENTS:
        parent, key, status = PARENTS[table]
        return f"(SELECT status FROM {parent} WHERE {parent}.id = {row}.{key}) = '{status}'"
    parent, key = GRANDPARENTS[table]
    return (
        f"(SELECT framework_versions.status FROM framework_versions JOIN {parent} "
        f"ON {parent}.framework_version_id = framework_versions.id WHERE {parent}.id = {row}.{key}) = 'published'"
    )


def refuse_update(table: str, condition: str) -> None:
    """Make the refusal of UPDATE anew with this condition."""
    name = f"{table}_refuse_update"
    if not is_server():
        op.execute(f"DROP TRIGGER {name}")
        op.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, 'written once: {table}'); END"
        )
        return
    op.execute(
        f"CREATE OR REPLACE FUNCTION {name}_check() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n"
        f"  IF {condition} THEN\n"
        "    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n"
        "  END IF;\n  RETURN NEW;\nEND $$"
    )


def upgrade() -> None:
    for table in (*PARENTS, *GRANDPARENTS):
        refuse_update(table, f"{locked(table, 'OLD')} OR {locked(table, 'NEW')}")
    if is_server():
        for table in WRITTEN_ONCE:
            op.execute(
                f"CREATE TRIGGER {table}_refuse_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
                "EXECUTE FUNCTION refuse_change()"
            )


def downgrade() -> None:
    if is_server():
        for table in WRITTEN_ONCE:
            op.execute(f"DROP TRIGGER {table}_refuse_truncate ON {table}")
    for table in (*PARENTS, *GRANDPARENTS):
        refuse_update(table, locked(table, "OLD"))
