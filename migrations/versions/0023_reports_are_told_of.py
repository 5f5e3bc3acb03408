"""The party is told that a återrapportering has opened, and reminded of it as of a komplettering; an attestation's end is told.

Reports that are open and not handed in are told of in the worker's next round. Safe while the portal is up.
"""

import sqlalchemy as sa
from alembic import op

from grantportal.migrate import add_codes, remove_codes

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

EVENTS = ("report.opened", "report.reminded", "report.attestation_ended")


def upgrade() -> None:
    add_codes("events", "kind", *EVENTS)
    op.add_column("supplements", sa.Column("reminded_days", sa.Integer()))
    # Until now there was one reminder, three working days before.
    op.execute("UPDATE supplements SET reminded_days = 3 WHERE reminded_of IS NOT NULL")
    op.add_column("reports", sa.Column("opening_told_on", sa.Date()))
    op.add_column("reports", sa.Column("reminded_of", sa.Date()))
    op.add_column("reports", sa.Column("reminded_days", sa.Integer()))
    op.add_column("reports", sa.Column("told_overdue_of", sa.Date()))


def downgrade() -> None:
    for name in ("told_overdue_of", "reminded_days", "reminded_of", "opening_told_on"):
        op.drop_column("reports", name)
    op.drop_column("supplements", "reminded_days")
    remove_codes("events", "kind", *EVENTS)
