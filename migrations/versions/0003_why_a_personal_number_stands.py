"""An answer with a personnummer in it says why, and the history says so at hand-in.

Existing answers need nothing. Safe while the portal is up.
"""

import sqlalchemy as sa
from alembic import op

from grantportal.migrate import add_codes, remove_codes

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("answers", sa.Column("personal_number_reason", sa.Text()))
    add_codes("events", "kind", "personal_number.kept")


def downgrade() -> None:
    op.drop_column("answers", "personal_number_reason")
    remove_codes("events", "kind", "personal_number.kept")
