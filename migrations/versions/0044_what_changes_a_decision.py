"""Which decision changes another is found without reading them all: the public list asks it of each that it shows.

Safe while the portal is up.
"""

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_decisions_changes_id", "decisions", ["changes_id"])


def downgrade() -> None:
    op.drop_index("ix_decisions_changes_id", table_name="decisions")
