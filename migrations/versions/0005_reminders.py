"""The party is reminded of a komplettering before its last day, and both sides are told when it has passed.

Requests that are open get their reminder from the worker's next round. Safe while the portal is up.
"""

import sqlalchemy as sa
from alembic import op

from grantportal.migrate import add_codes, remove_codes

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_codes("events", "kind", "supplement.reminded")
    op.add_column("supplements", sa.Column("reminded_of", sa.Date()))
    op.add_column("supplements", sa.Column("told_overdue_of", sa.Date()))


def downgrade() -> None:
    op.drop_column("supplements", "told_overdue_of")
    op.drop_column("supplements", "reminded_of")
    remove_codes("events", "kind", "supplement.reminded")
