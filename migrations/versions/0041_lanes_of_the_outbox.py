"""Work after commit goes in lanes, so that none waits for a server that only another needs; and what is due is found by an index.

What waits is put in its lane. Stop the portal: what an older one writes meanwhile would be put in the common lane.
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

WAITING = sa.text("done_at IS NULL")
MAIL = ("mail", "invitation", "invited", "ombud_mail", "sign_in_mail")


def _index(*columns: str) -> None:
    op.create_index("ix_outbox_waiting", "outbox", [*columns], sqlite_where=WAITING, postgresql_where=WAITING)


def upgrade() -> None:
    op.add_column("outbox", sa.Column("lane", sa.Text(), nullable=False, server_default=sa.text("'work'")))
    outbox = sa.table("outbox", sa.column("kind"), sa.column("lane"))
    op.execute(sa.update(outbox).where(outbox.c.kind.in_(MAIL)).values(lane="mail"))
    op.execute(sa.update(outbox).where(outbox.c.kind == "scan").values(lane="scan"))
    op.drop_index("ix_outbox_waiting", "outbox")
    _index("lane", "available_at")


def downgrade() -> None:
    op.drop_index("ix_outbox_waiting", "outbox")
    _index("available_at")
    op.drop_column("outbox", "lane")
