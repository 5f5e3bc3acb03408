"""What the worker looks for each minute is found by an index, however much else there is.

Safe while the portal is up, but that who writes waits while the indexes are made.
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_reports_status_due_on": ("reports", ["status", "due_on"], None),
    "ix_reports_untold": ("reports", ["opens_on"], "opening_told_on IS NULL"),
    "ix_reports_attested": ("reports", ["status"], "economy_sha256 IS NOT NULL"),
    "ix_supplements_status_last_day": ("supplements", ["status", "last_day"], None),
    "ix_ledger_entries_entered": (
        "ledger_entries",
        ["organisation_id", "grant_id", "grant_year", "entered_at"],
        None,
    ),
    "ix_dispatches_organisation_id_dispatched_at": ("dispatches", ["organisation_id", "dispatched_at"], None),
}


def upgrade() -> None:
    for name, (table, columns, condition) in INDEXES.items():
        where = sa.text(condition) if condition else None
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, (table, _, _) in INDEXES.items():
        op.drop_index(name, table)
