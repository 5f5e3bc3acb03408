"""Anchors are signed with a key that is not in the database, and the history tells what each row is.

The anchors of days stay, and are still compared. The rows that are there are taken into the history by `grantportal db
upgrade`, after the schema. A downgrade takes the signed anchors away, which no older portal reads; the events stay as they
are. Not safe while the portal is up.
"""

import sqlalchemy as sa
from alembic import op

from grantportal.migrate import add_codes, remove_codes

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

EVENTS = ("record.rendered", "rows.taken_in", "user.password_rehashed")
TABLES = ("event_anchors", "anchor_heads")


def upgrade() -> None:
    add_codes("events", "kind", *EVENTS)
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "event_anchors",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("last_event_id", sa.Integer(), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event_anchors"),
        sa.UniqueConstraint("number", name="uq_event_anchors_number"),
    )
    op.create_table(
        "anchor_heads",
        sa.Column("anchor_id", sa.Integer(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["anchor_id"], ["event_anchors.id"], name="fk_anchor_heads_anchor_id_event_anchors"),
        sa.PrimaryKeyConstraint("id", name="pk_anchor_heads"),
        sa.UniqueConstraint("chain", "seq", name="uq_anchor_heads_chain_seq"),
    )
    op.create_index("ix_anchor_heads_anchor_id", "anchor_heads", ["anchor_id"])
    op.add_column("portal", sa.Column("rows_told_at", moment, nullable=True))
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in TABLES:
        for operation in ("UPDATE", "DELETE"):
            name = f"{table}_refuse_{operation.lower()}"
            if sqlite:
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {operation} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, 'written once: {table}'); END"
                )
            else:
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {operation} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
                )
        if not sqlite:
            op.execute(
                f"CREATE TRIGGER {table}_refuse_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
                "EXECUTE FUNCTION refuse_change()"
            )


def downgrade() -> None:
    op.drop_table("anchor_heads")
    op.drop_table("event_anchors")
    op.drop_column("portal", "rows_told_at")
    remove_codes("events", "kind", *EVENTS)
