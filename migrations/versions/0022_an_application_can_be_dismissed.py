"""A decision can be that an application is not tried (avvisning), on a ground; a komplettering can say that it may come to that.

No decision has been that before. Safe while the portal is up.
"""

import sqlalchemy as sa
from alembic import op

from grantportal.migrate import add_check, add_codes, drop_check, remove_codes

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

GROUNDS = "dismissal_ground IN ('late', 'not_entitled', 'cannot_be_tried', 'other')"
WHOLE = "status <> 'made' OR (outcome = 'dismissed') = (dismissal_ground IS NOT NULL AND dismissal_why <> '')"


def upgrade() -> None:
    add_codes("decisions", "outcome", "dismissed")
    op.add_column("decisions", sa.Column("dismissal_ground", sa.String(40)))
    op.add_column("decisions", sa.Column("dismissal_why", sa.Text(), nullable=False, server_default=""))
    add_check("decisions", "dismissal_ground", GROUNDS)
    add_check("decisions", "dismissed_on_a_ground", WHOLE)
    op.add_column("supplements", sa.Column("is_injunction", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    made = sa.text("SELECT count(*) FROM decisions WHERE status = 'made' AND outcome = 'dismissed'")
    if count := op.get_bind().execute(made).scalar_one():
        raise RuntimeError(
            f"{count} made decisions are avvisning, which the older schema cannot hold: restore the backup"
        )
    op.drop_column("supplements", "is_injunction")
    drop_check("decisions", "dismissed_on_a_ground")
    drop_check("decisions", "dismissal_ground")
    op.drop_column("decisions", "dismissal_why")
    op.drop_column("decisions", "dismissal_ground")
    remove_codes("decisions", "outcome", "dismissed")
