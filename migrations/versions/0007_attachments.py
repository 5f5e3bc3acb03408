"""Bilagor: an application carries files, and no file is read before it has been scanned, where files are scanned.

Files that are stored already are the portal's own documents: ready. Safe while the portal is up.
"""

import sqlalchemy as sa
from alembic import op

from grantportal.migrate import add_codes, remove_codes

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def is_server() -> bool:
    return op.get_bind().dialect.name != "sqlite"


def upgrade() -> None:
    # SQLite builds the table anew, which has no triggers to lose.
    with op.batch_alter_table("files", recreate="auto" if is_server() else "always") as table:
        table.add_column(sa.Column("status", sa.String(40), nullable=False, server_default="ready"))
        table.create_check_constraint(op.f("ck_files_status"), "status IN ('waiting', 'ready', 'blocked')")
    op.create_table(
        "attachments",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("personal_number_reason", sa.Text(), nullable=True),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_attachments_application_id_applications")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_attachments_file_id_files")),
        sa.ForeignKeyConstraint(["added_by_id"], ["users.id"], name=op.f("fk_attachments_added_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint(
            "application_id", "question", "file_id", name=op.f("uq_attachments_application_id_question_file_id")
        ),
    )
    add_codes("events", "kind", "file.blocked")
    add_codes("records", "kind", "attachment")


def downgrade() -> None:
    remove_codes("records", "kind", "attachment")
    remove_codes("events", "kind", "file.blocked")
    op.drop_table("attachments")
    with op.batch_alter_table("files", recreate="auto" if is_server() else "always") as table:
        table.drop_constraint(op.f("ck_files_status"), type_="check")
        table.drop_column("status")
