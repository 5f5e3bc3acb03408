"""A komplettering says what is missing in each part that it opens, and knows when more time was given.

Requests that are there have nothing to say of their parts. Safe while the portal is up.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("supplement_parts", sa.Column("note", sa.Text()))
    op.add_column("supplements", sa.Column("extended_on", sa.Date()))


def downgrade() -> None:
    op.drop_column("supplements", "extended_on")
    op.drop_column("supplement_parts", "note")
