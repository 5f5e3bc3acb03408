"""Both sides write to each other in a case.

Existing cases need no rows. Safe while the portal is up.
"""

import sqlalchemy as sa
from alembic import op

from grantportal.migrate import add_codes, remove_codes

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SQLITE = """
CREATE TRIGGER messages_refuse_{lower} BEFORE {upper} ON messages
BEGIN SELECT RAISE(ABORT, 'written once: messages'); END
"""
POSTGRESQL = """
CREATE TRIGGER messages_refuse_{lower} BEFORE {upper} ON messages FOR EACH ROW EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    add_codes("events", "kind", "message.sent")
    add_codes("records", "kind", "message")
    op.create_table(
        "messages",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column(
            "direction",
            sa.Enum("in", "out", "internal", name="direction", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_messages_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_messages_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_messages_record_id_records")),
        sa.ForeignKeyConstraint(["written_by_id"], ["users.id"], name=op.f("fk_messages_written_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("record_id", name=op.f("uq_messages_record_id")),
    )
    op.create_index("ix_messages_case_id", "messages", ["case_id"], unique=False)
    statement = SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL
    for operation in ("UPDATE", "DELETE"):
        op.execute(" ".join(statement.format(lower=operation.lower(), upper=operation).split()))
    op.create_table(
        "message_reads",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_message_reads_case_id_cases")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_message_reads_user_id_users")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_message_reads_message_id_messages")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_reads")),
        sa.UniqueConstraint("case_id", "user_id", name=op.f("uq_message_reads_case_id_user_id")),
    )


def downgrade() -> None:
    op.drop_table("message_reads")
    op.drop_table("messages")
    remove_codes("records", "kind", "message")
    remove_codes("events", "kind", "message.sent")
