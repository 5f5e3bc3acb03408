"""An underlag may hold thousands of payments, which are found by it; and what an attestation and a deviation say of a
payment stands with the rest of it. Safe while the portal is up.
"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

CLOSED_BATCH = "(SELECT sha256 FROM payment_batches WHERE payment_batches.id = NEW.batch_id) <> ''"
REGISTERED = ("id", "decision_id", "organisation_id", "case_id", "grant_id", "grant_year", "instalment", "amount")
BATCHED = ("batch_id", "giro", "planned_on", "registered_by_id", "registered_at", "attested_by_id", "attested_at")
CONFIRMED = ("status", "paid_on", "confirmed_by_id", "confirmed_at")


def differs(*columns: str) -> str:
    return " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)


def refuse_update(batched: tuple[str, ...], confirmed: tuple[str, ...]) -> None:
    """Make the refusal of a payment's UPDATE anew with these columns."""
    condition = " OR ".join(
        [
            f"OLD.status <> 'planned' AND ({differs(*REGISTERED)})",
            f"OLD.status IN ('batched', 'confirmed') AND ({differs(*batched)})",
            f"OLD.status = 'batched' AND NEW.status <> 'confirmed' AND ({differs('status')})",
            f"OLD.status = 'confirmed' AND ({differs(*confirmed)})",
            f"{differs('batch_id')} AND {CLOSED_BATCH}",
        ]
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER payments_refuse_update")
        op.execute(
            f"CREATE TRIGGER payments_refuse_update BEFORE UPDATE ON payments WHEN {condition} "
            "BEGIN SELECT RAISE(ABORT, 'written once: payments'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION payments_refuse_update_check() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n"
        f"  IF {condition} THEN\n"
        "    RAISE EXCEPTION 'written once: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n"
        "  END IF;\n  RETURN NEW;\nEND $$"
    )


def upgrade() -> None:
    op.create_index("ix_payments_batch_id", "payments", ["batch_id"])
    refuse_update((*BATCHED, "giro_id", "early_reason"), (*CONFIRMED, "deviations", "deviation_reason"))


def downgrade() -> None:
    refuse_update(BATCHED, CONFIRMED)
    op.drop_index("ix_payments_batch_id", "payments")
