"""A notice leads to what it is about, and is read for as long as the person may act for those it was meant for.

Those that exist are given the organisation for which their person was told; they lead to their case, as before.
Safe while the portal is up.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MEANT_FOR = """
UPDATE notices SET organisation_id = (
  SELECT mandates.organisation_id FROM mandates JOIN organisations ON organisations.id = mandates.organisation_id
  WHERE mandates.user_id = notices.user_id AND organisations.kind <> 'authority'
    AND (notices.case_id IS NULL
         OR mandates.organisation_id = (SELECT cases.organisation_id FROM cases WHERE cases.id = notices.case_id))
  ORDER BY mandates.id LIMIT 1
)
"""


def is_server() -> bool:
    return op.get_bind().dialect.name != "sqlite"


def upgrade() -> None:
    # SQLite builds the table anew, which has no triggers to lose.
    with op.batch_alter_table("notices", recreate="auto" if is_server() else "always") as table:
        table.add_column(sa.Column("organisation_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("about", sa.Text(), nullable=True))
        table.add_column(sa.Column("about_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_notices_organisation_id_organisations"), "organisations", ["organisation_id"], ["id"]
        )
    op.execute(MEANT_FOR)


def downgrade() -> None:
    with op.batch_alter_table("notices", recreate="auto" if is_server() else "always") as table:
        table.drop_constraint(op.f("fk_notices_organisation_id_organisations"), type_="foreignkey")
        table.drop_column("organisation_id")
        table.drop_column("about")
        table.drop_column("about_id")
