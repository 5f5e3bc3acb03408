"""A youth home stands under the region that works with it, and can be closed.

Existing homes stand under none and stay open. Safe while the portal is up.
"""

import sqlalchemy as sa
from alembic import op

from grantportal.migrate import add_codes, remove_codes

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

EVENTS = ("youth_home.moved", "youth_home.closed", "youth_home.reopened")


def is_server() -> bool:
    return op.get_bind().dialect.name != "sqlite"


def upgrade() -> None:
    # SQLite builds the table anew, which has no triggers to lose.
    with op.batch_alter_table("youth_homes", recreate="auto" if is_server() else "always") as table:
        table.add_column(sa.Column("region_id", sa.Integer()))
        table.add_column(sa.Column("status", sa.String(40), nullable=False, server_default="open"))
        table.create_foreign_key(op.f("fk_youth_homes_region_id_organisations"), "organisations", ["region_id"], ["id"])
        table.create_check_constraint(op.f("ck_youth_homes_status"), "status IN ('open', 'closed')")
    add_codes("events", "kind", *EVENTS)


def downgrade() -> None:
    remove_codes("events", "kind", *EVENTS)
    with op.batch_alter_table("youth_homes", recreate="auto" if is_server() else "always") as table:
        table.drop_constraint(op.f("ck_youth_homes_status"), type_="check")
        table.drop_constraint(op.f("fk_youth_homes_region_id_organisations"), type_="foreignkey")
        table.drop_column("status")
        table.drop_column("region_id")
