"""What a published call promises in law is the call's own, and the database lets nobody change it.

Published calls take what their statsbidrag says now: it was what their decisions took it from. Safe while the portal is up.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TEXTS = ("purpose", "legal_basis", "recovery_basis", "appeal_provision")
KEPT = (
    *("grant_id", "kind", "extends_id", "opens_at", "published_at", "is_example"),
    *("application_form_id", "report_form_id", "framework_version_id", "condition_set_id", "last_category"),
    *("comment_percent", "comment_kronor", "purpose", "legal_basis", "recovery_basis"),
    *("appeal_variant", "appeal_provision", "appeal_is_example"),
)
FROM_THE_GRANT = ("purpose", "legal_basis", "recovery_basis", "appeal_variant", "appeal_provision", "appeal_is_example")
FILLED = (
    "UPDATE calls SET "
    + ", ".join(f"{name} = (SELECT {name} FROM grants WHERE grants.id = calls.grant_id)" for name in FROM_THE_GRANT)
    + ", last_category = (SELECT max(position) FROM cost_categories WHERE cost_categories.grant_id = calls.grant_id)"
    + " WHERE status <> 'draft'"
)
SAYS_ITS_LAW = "status = 'draft' OR (legal_basis <> '' AND appeal_variant IS NOT NULL AND appeal_provision <> '')"
CHANGED = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in KEPT)
CALLS = {
    "UPDATE": f"OLD.status <> 'draft' AND (NEW.status = 'draft' OR {CHANGED})",
    "DELETE": "OLD.status <> 'draft'",
}
OF_THE_CALL = "(SELECT status FROM calls WHERE calls.id = {row}.call_id) <> 'draft'"
YEARS = {
    "INSERT": OF_THE_CALL.format(row="NEW"),
    "UPDATE": f"{OF_THE_CALL.format(row='OLD')} OR {OF_THE_CALL.format(row='NEW')}",
    "DELETE": OF_THE_CALL.format(row="OLD"),
}
SQLITE = """
CREATE TRIGGER {table}_refuse_{lower} BEFORE {upper} ON {table} WHEN {condition}
BEGIN SELECT RAISE(ABORT, 'written once: {table}'); END
"""
CHECKING = """
CREATE FUNCTION {table}_refuse_{lower}_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {condition} THEN
    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN {returned};
END $$
"""


def is_server() -> bool:
    return op.get_bind().dialect.name != "sqlite"


def refuse(table: str, operation: str, condition: str) -> None:
    names = {"table": table, "lower": operation.lower(), "upper": operation, "condition": condition}
    if not is_server():
        op.execute(" ".join(SQLITE.format(**names).split()))
        return
    made = f"CREATE TRIGGER {table}_refuse_{operation.lower()} BEFORE {operation} ON {table} FOR EACH ROW"
    if "SELECT" not in condition:
        op.execute(f"{made} WHEN ({condition}) EXECUTE FUNCTION refuse_change()")
        return
    # PostgreSQL allows no subquery in WHEN.
    op.execute(CHECKING.strip().format(**names, returned="OLD" if operation == "DELETE" else "NEW"))
    op.execute(f"{made} EXECUTE FUNCTION {table}_refuse_{operation.lower()}_check()")


def upgrade() -> None:
    recreate = "auto" if is_server() else "always"
    # SQLite builds the table anew, which has no triggers to lose.
    with op.batch_alter_table("calls", recreate=recreate) as table:
        for name in TEXTS:
            table.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("appeal_variant", sa.String(40)))
        table.add_column(sa.Column("appeal_is_example", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("last_category", sa.Integer()))
    op.execute(FILLED)
    with op.batch_alter_table("calls", recreate=recreate) as table:
        for name in TEXTS:
            table.alter_column(name, existing_type=sa.Text(), server_default=None)
        table.alter_column("appeal_is_example", existing_type=sa.Boolean(), server_default=None)
        table.create_check_constraint(
            op.f("ck_calls_appeal_variant"), "appeal_variant IN ('none', 'recovery_only', 'three_weeks')"
        )
        table.create_check_constraint(op.f("ck_calls_published_says_its_law"), SAYS_ITS_LAW)
    for operation, condition in CALLS.items():
        refuse("calls", operation, condition)
    for operation, condition in YEARS.items():
        refuse("call_years", operation, condition)
    if is_server():
        for table in ("calls", "call_years"):
            op.execute(
                f"CREATE TRIGGER {table}_refuse_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
                "EXECUTE FUNCTION refuse_change()"
            )


def downgrade() -> None:
    on = "ON {table}" if is_server() else ""
    for table, operations in (("calls", [*CALLS]), ("call_years", [*YEARS])):
        for operation in (*operations, *(["TRUNCATE"] if is_server() else [])):
            op.execute(f"DROP TRIGGER {table}_refuse_{operation.lower()} {on.format(table=table)}")
    if is_server():
        for operation in YEARS:
            op.execute(f"DROP FUNCTION call_years_refuse_{operation.lower()}_check()")
    with op.batch_alter_table("calls", recreate="auto" if is_server() else "always") as table:
        table.drop_constraint(op.f("ck_calls_published_says_its_law"), type_="check")
        table.drop_constraint(op.f("ck_calls_appeal_variant"), type_="check")
        for name in (*TEXTS, "appeal_variant", "appeal_is_example", "last_category"):
            table.drop_column(name)
