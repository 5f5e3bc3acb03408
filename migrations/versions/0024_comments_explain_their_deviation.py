"""A comment on the economy is bound to the deviation that it explains, and what is charged is never above what was used.

A comment that is there already explains the deviation that it stands beside. Safe while the portal is up.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

CHECK = "ck_reported_costs_charged"
# The budget as the page reckons it: all made decisions of the year, over all calls of the grant.
EXPLAINED = """
UPDATE report_costs SET explained = cost - own_financing - (
    SELECT coalesce(sum(decision_lines.amount), 0)
    FROM reports
    JOIN decisions ON decisions.organisation_id = reports.organisation_id AND decisions.status = 'made'
    JOIN cases ON cases.id = decisions.case_id AND cases.grant_id = reports.grant_id
    JOIN decision_lines ON decision_lines.decision_id = decisions.id AND decision_lines.grant_year = reports.grant_year
    WHERE reports.id = report_costs.report_id AND decision_lines.cost_category_id = report_costs.cost_category_id
)
WHERE comment <> '' AND own_financing <= cost
"""


def is_server() -> bool:
    return op.get_bind().dialect.name != "sqlite"


def upgrade() -> None:
    op.add_column("report_costs", sa.Column("explained", sa.BigInteger(), nullable=True))
    op.execute(EXPLAINED)
    # SQLite builds the table anew, which has no triggers to lose and no rows that point to it.
    with op.batch_alter_table("reported_costs", recreate="auto" if is_server() else "always") as table:
        table.create_check_constraint(op.f(CHECK), "charged >= 0 AND charged <= cost - own_financing")


def downgrade() -> None:
    with op.batch_alter_table("reported_costs", recreate="auto" if is_server() else "always") as table:
        table.drop_constraint(op.f(CHECK), type_="check")
    op.drop_column("report_costs", "explained")
