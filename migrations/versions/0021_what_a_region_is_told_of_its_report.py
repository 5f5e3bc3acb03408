"""A handling says which report it belongs to; what the granskning tells a region, and that a komplettering is closed, are handlingar.

The handlingar that exist are found again by their frozen version, or by their title within the report's case.
Safe while the portal is up.
"""

import sqlalchemy as sa
from alembic import op

from grantportal.migrate import add_codes, remove_codes

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

KINDS = ("report_approval", "supplement_closed")
OF_A_VERSION = """
UPDATE records SET report_id = (
  SELECT frozen_versions.subject_id FROM frozen_versions
  WHERE frozen_versions.id = records.frozen_version_id AND frozen_versions.kind = 'report')
WHERE frozen_version_id IN (SELECT id FROM frozen_versions WHERE kind = 'report')
"""
BY_ITS_TITLE = """
UPDATE records SET report_id = (
  SELECT reports.id FROM reports
  WHERE reports.case_id = records.case_id AND records.title LIKE '%återrapportering% för ' || reports.grant_year)
WHERE report_id IS NULL AND kind IN ('receipt', 'supplement_request', 'review')
"""


def is_server() -> bool:
    return op.get_bind().dialect.name != "sqlite"


def upgrade() -> None:
    # SQLite builds the table anew, which has no triggers to lose.
    with op.batch_alter_table("records", recreate="auto" if is_server() else "always") as table:
        table.add_column(sa.Column("report_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_records_report_id_reports"), "reports", ["report_id"], ["id"])
    add_codes("records", "kind", *KINDS)
    op.execute(OF_A_VERSION)
    op.execute(BY_ITS_TITLE)


def downgrade() -> None:
    with op.batch_alter_table("records", recreate="auto" if is_server() else "always") as table:
        table.drop_constraint(op.f("fk_records_report_id_reports"), type_="foreignkey")
        table.drop_column("report_id")
    remove_codes("records", "kind", *KINDS)
