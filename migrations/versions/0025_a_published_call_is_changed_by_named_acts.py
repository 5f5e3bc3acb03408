"""A published call is changed by named acts, which are written once; those who may apply are told that it has opened.

Calls that are open are told of in the worker's next round. Safe while the portal is up.
"""

import sqlalchemy as sa
from alembic import op

from grantportal.migrate import add_codes, remove_codes

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

EVENTS = ("call.extended", "call.corrected", "call.closed_early", "call.withdrawn", "call.opened")
STATUSES = ("closed_early", "withdrawn")
SQLITE = """
CREATE TRIGGER call_changes_refuse_{lower} BEFORE {upper} ON call_changes
BEGIN SELECT RAISE(ABORT, 'written once: call_changes'); END
"""
POSTGRESQL = """
CREATE TRIGGER call_changes_refuse_{lower} BEFORE {upper} ON call_changes FOR EACH {each} EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    add_codes("events", "kind", *EVENTS)
    add_codes("calls", "status", *STATUSES)
    op.add_column("calls", sa.Column("status_reason", sa.Text()))
    op.add_column("calls", sa.Column("opening_told_on", sa.Date()))
    op.create_table(
        "call_changes",
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                *("extended", "corrected", "closed_early", "withdrawn"),
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("was", sa.Text(), nullable=False),
        sa.Column("becomes", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_call_changes_has_a_reason")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_call_changes_call_id_calls")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_call_changes_made_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_changes")),
    )
    op.create_index("ix_call_changes_call_id", "call_changes", ["call_id"], unique=False)
    is_server = op.get_bind().dialect.name != "sqlite"
    for operation in ("UPDATE", "DELETE", *(["TRUNCATE"] if is_server else [])):
        statement = POSTGRESQL if is_server else SQLITE
        each = "STATEMENT" if operation == "TRUNCATE" else "ROW"
        op.execute(" ".join(statement.format(lower=operation.lower(), upper=operation, each=each).split()))


def downgrade() -> None:
    op.drop_table("call_changes")
    op.drop_column("calls", "opening_told_on")
    op.drop_column("calls", "status_reason")
    # Once more without the acts: a call that was closed early or withdrawn stands as published, with the days it got.
    op.execute("UPDATE calls SET status = 'published' WHERE status IN ('closed_early', 'withdrawn')")
    remove_codes("calls", "status", *STATUSES)
    remove_codes("events", "kind", *EVENTS)
