"""A worker notes that it lives, and work after commit carries the number of the request that it follows from.

Safe while the portal is up.
"""

import sqlalchemy as sa
from alembic import op

from grantportal.models.base import UtcDateTime

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "worker_beats",
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_beats")),
        sa.UniqueConstraint("lane", name=op.f("uq_worker_beats_lane")),
    )
    op.add_column("outbox", sa.Column("request_id", sa.Text(), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    op.drop_column("outbox", "request_id")
    op.drop_table("worker_beats")
