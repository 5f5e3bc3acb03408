"""A mandate that is ended ends at that moment, not at the end of its last day."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mandates", sa.Column("ended_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    # Without the column an ended mandate would hold again. That it was given and ended stays in the history.
    op.execute("DELETE FROM mandates WHERE ended_at IS NOT NULL")
    op.drop_column("mandates", "ended_at")
