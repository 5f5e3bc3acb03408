"""What a published call calls its statsbidrag is the call's own, and the database lets nobody change it.

Published calls take what their statsbidrag is called now: it was what their pages and decisions took it from. Safe while
the portal is up.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

BEFORE = (
    *("grant_id", "kind", "extends_id", "opens_at", "published_at", "is_example"),
    *("application_form_id", "report_form_id", "framework_version_id", "condition_set_id", "last_category"),
    *("comment_percent", "comment_kronor", "purpose", "legal_basis", "recovery_basis"),
    *("appeal_variant", "appeal_provision", "appeal_is_example"),
)
AT = BEFORE.index("purpose")
KEPT = (*BEFORE[:AT], "grant_title", *BEFORE[AT:])
FILLED = (
    "UPDATE calls SET grant_title = (SELECT title FROM grants WHERE grants.id = calls.grant_id) WHERE status <> 'draft'"
)


def refuse_update(columns: tuple[str, ...]) -> None:
    """Make the refusal of a published call's UPDATE anew with these columns."""
    changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)
    condition = f"OLD.status <> 'draft' AND (NEW.status = 'draft' OR {changed})"
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER calls_refuse_update")
        op.execute(
            f"CREATE TRIGGER calls_refuse_update BEFORE UPDATE ON calls WHEN {condition} "
            "BEGIN SELECT RAISE(ABORT, 'written once: calls'); END"
        )
        return
    op.execute("DROP TRIGGER calls_refuse_update ON calls")
    op.execute(
        f"CREATE TRIGGER calls_refuse_update BEFORE UPDATE ON calls FOR EACH ROW WHEN ({condition}) "
        "EXECUTE FUNCTION refuse_change()"
    )


def upgrade() -> None:
    op.add_column("calls", sa.Column("grant_title", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.execute(FILLED)
    refuse_update(KEPT)


def downgrade() -> None:
    refuse_update(BEFORE)
    op.drop_column("calls", "grant_title")
