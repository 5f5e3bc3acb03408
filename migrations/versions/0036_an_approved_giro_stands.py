"""The database itself refuses to change an approved bankgiro, and what an attestation says while it holds.

Only triggers change. Safe while the portal is up.
"""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

CLOSED_BATCH = "(SELECT sha256 FROM payment_batches WHERE payment_batches.id = NEW.batch_id) <> ''"
OTHER_GRANT = (
    "NEW.batch_id IS NOT NULL AND (SELECT grant_id FROM payment_batches WHERE payment_batches.id = NEW.batch_id) "
    "IS DISTINCT FROM NEW.grant_id"
)
REGISTERED = ("id", "decision_id", "organisation_id", "case_id", "grant_id", "grant_year", "instalment", "amount")
PAID = ("status", "paid_on", "confirmed_by_id", "confirmed_at", "deviations", "deviation_reason")
STAYS = (("OLD.status = 'batched' AND NEW.status <> 'confirmed'", ("status",)), ("OLD.status = 'confirmed'", PAID))
BEFORE = (
    ("OLD.status <> 'planned'", REGISTERED),
    (
        "OLD.status IN ('batched', 'confirmed')",
        (
            *("batch_id", "giro", "planned_on", "registered_by_id", "registered_at", "attested_by_id", "attested_at"),
            *("giro_id", "early_reason"),
        ),
    ),
    *STAYS,
)
AFTER = (
    ("OLD.status <> 'planned'", (*REGISTERED, "planned_on")),
    (
        "OLD.status = 'attested' AND NEW.status <> 'registered'",
        ("giro_id", "giro", "registered_by_id", "registered_at", "attested_by_id", "attested_at"),
    ),
    (
        "OLD.status IN ('batched', 'confirmed')",
        (
            *("batch_id", "giro", "registered_by_id", "registered_at", "attested_by_id", "attested_at"),
            *("giro_id", "early_reason"),
        ),
    ),
    *STAYS,
)
APPROVED = (
    *("id", "organisation_id", "number", "asked_by_id", "asked_at", "verified_by_id", "verified_at", "verified_way"),
    *("verified_how", "shared_reason", "approved_by_id", "approved_at", "valid_from"),
)


def differs(*columns: str) -> str:
    return " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)


GIROS = {
    "UPDATE": (
        f"OLD.approved_at IS NOT NULL AND ({differs(*APPROVED)} OR OLD.valid_to IS NOT NULL AND {differs('valid_to')})"
    ),
    "DELETE": "OLD.approved_at IS NOT NULL",
}


def is_server() -> bool:
    return op.get_bind().dialect.name != "sqlite"


def guard_payments(locked: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
    """Make the refusal of a payment's UPDATE anew."""
    changed = [f"{condition} AND ({differs(*columns)})" for condition, columns in locked]
    changed.append(f"{differs('batch_id')} AND ({CLOSED_BATCH} OR {OTHER_GRANT})")
    condition = " OR ".join(changed)
    if not is_server():
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
    guard_payments(AFTER)
    for operation, condition in GIROS.items():
        name = f"bank_giros_refuse_{operation.lower()}"
        if not is_server():
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {operation} ON bank_giros WHEN {condition} "
                "BEGIN SELECT RAISE(ABORT, 'written once: bank_giros'); END"
            )
            continue
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {operation} ON bank_giros FOR EACH ROW WHEN ({condition}) "
            "EXECUTE FUNCTION refuse_change()"
        )
    if is_server():
        op.execute(
            "CREATE TRIGGER bank_giros_refuse_truncate BEFORE TRUNCATE ON bank_giros FOR EACH STATEMENT "
            "EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    on = " ON bank_giros" if is_server() else ""
    for operation in (*GIROS, *(["TRUNCATE"] if is_server() else [])):
        op.execute(f"DROP TRIGGER bank_giros_refuse_{operation.lower()}{on}")
    guard_payments(BEFORE)
