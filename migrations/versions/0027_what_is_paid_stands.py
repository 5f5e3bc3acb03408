"""The database itself refuses to change what has been registered, put in an underlag and paid.

Only triggers are added. Safe while the portal is up.
"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

CLOSED_BATCH = "(SELECT sha256 FROM payment_batches WHERE payment_batches.id = NEW.batch_id) <> ''"
LOCKED = (
    (
        "OLD.status <> 'planned'",
        ("id", "decision_id", "organisation_id", "case_id", "grant_id", "grant_year", "instalment", "amount"),
    ),
    (
        "OLD.status IN ('batched', 'confirmed')",
        ("batch_id", "giro", "planned_on", "registered_by_id", "registered_at", "attested_by_id", "attested_at"),
    ),
    ("OLD.status = 'batched' AND NEW.status <> 'confirmed'", ("status",)),
    ("OLD.status = 'confirmed'", ("status", "paid_on", "confirmed_by_id", "confirmed_at")),
)


def differs(*columns: str) -> str:
    return " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)


RULES = (
    ("payment_batches", "UPDATE", "OLD.sha256 <> ''"),
    ("payment_batches", "DELETE", "OLD.sha256 <> ''"),
    ("payments", "INSERT", CLOSED_BATCH),
    (
        "payments",
        "UPDATE",
        " OR ".join(
            [
                *(f"{condition} AND ({differs(*columns)})" for condition, columns in LOCKED),
                f"{differs('batch_id')} AND {CLOSED_BATCH}",
            ]
        ),
    ),
    ("payments", "DELETE", "OLD.status <> 'planned'"),
)


def is_server() -> bool:
    return op.get_bind().dialect.name != "sqlite"


def upgrade() -> None:
    for table, operation, condition in RULES:
        name = f"{table}_refuse_{operation.lower()}"
        if not is_server():
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {operation} ON {table} "
                f"WHEN {condition} BEGIN SELECT RAISE(ABORT, 'written once: {table}'); END"
            )
        elif "SELECT" in condition:
            op.execute(
                f"CREATE FUNCTION {name}_check() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n"
                f"  IF {condition} THEN\n"
                "    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n"
                "  END IF;\n  RETURN NEW;\nEND $$"
            )
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {operation} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}_check()"
            )
        else:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {operation} ON {table} FOR EACH ROW WHEN ({condition}) "
                "EXECUTE FUNCTION refuse_change()"
            )
    if is_server():
        for table in ("payment_batches", "payments"):
            op.execute(
                f"CREATE TRIGGER {table}_refuse_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
                "EXECUTE FUNCTION refuse_change()"
            )


def downgrade() -> None:
    on = " ON {table}" if is_server() else ""
    for table, operation, condition in RULES:
        name = f"{table}_refuse_{operation.lower()}"
        op.execute(f"DROP TRIGGER {name}{on.format(table=table)}")
        if is_server() and "SELECT" in condition:
            op.execute(f"DROP FUNCTION {name}_check()")
    if is_server():
        for table in ("payment_batches", "payments"):
            op.execute(f"DROP TRIGGER {table}_refuse_truncate ON {table}")
