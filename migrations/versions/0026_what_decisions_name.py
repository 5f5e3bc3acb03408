"""The authority's address and its förvaltningsrätt, as decisions name them.

Both are empty until `grantportal db upgrade` is run with the settings. Safe while the portal is up.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

COLUMNS = ("authority_address", "appeal_court")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("portal", sa.Column(name, sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("portal", name)
