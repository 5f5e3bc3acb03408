"""An underlag says which statsbidrag it pays, and the database lets in no payment of another.

One that is made already gets the statsbidrag of its payments; one that holds several keeps none, and takes no more. Take
the portal down meanwhile: an older portal makes underlag that say nothing, and their payments are refused.
"""

import sqlalchemy as sa
from alembic import op

from grantportal.migrate import add_foreign_key, drop_foreign_key

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

CLOSED_BATCH = "(SELECT sha256 FROM payment_batches WHERE payment_batches.id = NEW.batch_id) <> ''"
OTHER_GRANT = (
    "NEW.batch_id IS NOT NULL AND (SELECT grant_id FROM payment_batches WHERE payment_batches.id = NEW.batch_id) "
    "IS DISTINCT FROM NEW.grant_id"
)
LOCKED = (
    (
        "OLD.status <> 'planned'",
        ("id", "decision_id", "organisation_id", "case_id", "grant_id", "grant_year", "instalment", "amount"),
    ),
    (
        "OLD.status IN ('batched', 'confirmed')",
        (
            *("batch_id", "giro", "planned_on", "registered_by_id", "registered_at", "attested_by_id", "attested_at"),
            *("giro_id", "early_reason"),
        ),
    ),
    ("OLD.status = 'batched' AND NEW.status <> 'confirmed'", ("status",)),
    (
        "OLD.status = 'confirmed'",
        ("status", "paid_on", "confirmed_by_id", "confirmed_at", "deviations", "deviation_reason"),
    ),
)
FILLED = """
UPDATE payment_batches SET grant_id = (SELECT MIN(grant_id) FROM payments WHERE payments.batch_id = payment_batches.id)
WHERE (SELECT COUNT(DISTINCT grant_id) FROM payments WHERE payments.batch_id = payment_batches.id) = 1
"""


def differs(*columns: str) -> str:
    return " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)


def is_server() -> bool:
    return op.get_bind().dialect.name != "sqlite"


def guard_payments(refused: str) -> None:
    """Make the refusals of a payment's INSERT and UPDATE anew: `refused` is which underlag takes none."""
    changed = [f"{condition} AND ({differs(*columns)})" for condition, columns in LOCKED]
    changed.append(f"{differs('batch_id')} AND {refused if refused == CLOSED_BATCH else f'({refused})'}")
    for operation, condition in (("INSERT", refused), ("UPDATE", " OR ".join(changed))):
        name = f"payments_refuse_{operation.lower()}"
        if not is_server():
            op.execute(f"DROP TRIGGER {name}")
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {operation} ON payments WHEN {condition} "
                "BEGIN SELECT RAISE(ABORT, 'written once: payments'); END"
            )
            continue
        op.execute(
            f"CREATE OR REPLACE FUNCTION {name}_check() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n"
            f"  IF {condition} THEN\n"
            "    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n"
            "  END IF;\n  RETURN NEW;\nEND $$"
        )


def fill() -> None:
    """What is whole is not changed: its refusal is away meanwhile."""
    if is_server():
        op.execute("ALTER TABLE payment_batches DISABLE TRIGGER payment_batches_refuse_update")
        op.execute(FILLED)
        op.execute("ALTER TABLE payment_batches ENABLE TRIGGER payment_batches_refuse_update")
        return
    op.execute("DROP TRIGGER payment_batches_refuse_update")
    op.execute(FILLED)
    op.execute(
        "CREATE TRIGGER payment_batches_refuse_update BEFORE UPDATE ON payment_batches WHEN OLD.sha256 <> '' "
        "BEGIN SELECT RAISE(ABORT, 'written once: payment_batches'); END"
    )


def upgrade() -> None:
    op.add_column("payment_batches", sa.Column("grant_id", sa.Integer()))
    add_foreign_key("payment_batches", "grant_id", "grants")
    fill()
    guard_payments(f"{CLOSED_BATCH} OR {OTHER_GRANT}")


def downgrade() -> None:
    guard_payments(CLOSED_BATCH)
    drop_foreign_key("payment_batches", "grant_id", "grants")
    op.drop_column("payment_batches", "grant_id")
