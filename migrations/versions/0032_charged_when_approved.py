"""The ledger has as charged what an approved report used, and not what has been handed in.

The ledger is only added to: what was entered for a report that is not approved is taken back by a line of its own. Run it
with the portal down: an older portal enters what is handed in meanwhile.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

# What the lines of a report are to sum to: nothing before it is approved; going back, what its newest version says.
CORRECTED = """
INSERT INTO ledger_entries (kind, grant_id, grant_year, organisation_id, case_id, report_id, amount, entered_at)
SELECT 'charged', reports.grant_id, reports.grant_year, reports.organisation_id, reports.case_id, reports.id, {due} - {entered}, :now
FROM reports
WHERE {which} AND {due} <> {entered}
"""
ENTERED = "COALESCE((SELECT SUM(amount) FROM ledger_entries WHERE kind = 'charged' AND report_id = reports.id), 0)"
LISTED = "COALESCE((SELECT SUM(charged) FROM reported_costs WHERE report_id = reports.id), 0)"


def correct(which: str, due: str) -> None:
    statement = sa.text(CORRECTED.format(which=which, due=due, entered=ENTERED))
    op.execute(statement.bindparams(sa.bindparam("now", datetime.now(UTC), type_=sa.DateTime(timezone=True))))


def upgrade() -> None:
    correct("reports.status <> 'approved'", "0")


def downgrade() -> None:
    correct("reports.version_number > 0", LISTED)
