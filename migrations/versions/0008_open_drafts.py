"""Two who have the same page of a draft open see each other's names.

No rows are needed. Safe while the portal is up.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "open_drafts",
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_open_drafts_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_drafts")),
        sa.UniqueConstraint("place", "user_id", name=op.f("uq_open_drafts_place_user_id")),
    )


def downgrade() -> None:
    op.drop_table("open_drafts")
