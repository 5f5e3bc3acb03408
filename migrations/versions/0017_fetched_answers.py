"""An answer that is taken over from an earlier application says from which, until somebody changes it.

Existing answers were written, not taken over. Safe while the portal is up.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KEY = "fk_answers_fetched_from_id_frozen_versions"


def is_server() -> bool:
    return op.get_bind().dialect.name != "sqlite"


def upgrade() -> None:
    # SQLite builds the table anew, which has no triggers to lose and no rows that point to it.
    with op.batch_alter_table("answers", recreate="auto" if is_server() else "always") as table:
        table.add_column(sa.Column("fetched_from_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f(KEY), "frozen_versions", ["fetched_from_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("answers", recreate="auto" if is_server() else "always") as table:
        table.drop_constraint(op.f(KEY), type_="foreignkey")
        table.drop_column("fetched_from_id")
