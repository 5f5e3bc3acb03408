"""A tjänsteanteckning says how it was said and from when to when, and can put an earlier one right.

Those that exist say «annat» and no time. Safe while the portal is up.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CONTACTS = "contact IN ('meeting', 'phone', 'mail', 'other')"
REFUSAL = """
CREATE TRIGGER file_notes_refuse_{lower} BEFORE {upper} ON file_notes
BEGIN SELECT RAISE(ABORT, 'written once: file_notes'); END
"""


def is_server() -> bool:
    return op.get_bind().dialect.name != "sqlite"


def refuse_again() -> None:
    # SQLite has built the table anew, and its triggers went with the old one.
    if not is_server():
        for operation in ("UPDATE", "DELETE"):
            op.execute(" ".join(REFUSAL.format(lower=operation.lower(), upper=operation).split()))


def upgrade() -> None:
    with op.batch_alter_table("file_notes", recreate="auto" if is_server() else "always") as table:
        table.add_column(sa.Column("record_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("corrects_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("contact", sa.String(40), nullable=False, server_default="other"))
        table.add_column(sa.Column("starts_at", sa.Time(), nullable=True))
        table.add_column(sa.Column("ends_at", sa.Time(), nullable=True))
        table.create_foreign_key(op.f("fk_file_notes_record_id_records"), "records", ["record_id"], ["id"])
        table.create_foreign_key(op.f("fk_file_notes_corrects_id_records"), "records", ["corrects_id"], ["id"])
        table.create_check_constraint(op.f("ck_file_notes_contact"), CONTACTS)
        table.create_check_constraint(
            op.f("ck_file_notes_ends_after_it_begins"), "ends_at IS NULL OR ends_at > starts_at"
        )
    refuse_again()


def downgrade() -> None:
    with op.batch_alter_table("file_notes", recreate="auto" if is_server() else "always") as table:
        table.drop_constraint(op.f("ck_file_notes_ends_after_it_begins"), type_="check")
        table.drop_constraint(op.f("ck_file_notes_contact"), type_="check")
        table.drop_constraint(op.f("fk_file_notes_corrects_id_records"), type_="foreignkey")
        table.drop_constraint(op.f("fk_file_notes_record_id_records"), type_="foreignkey")
        for name in ("ends_at", "starts_at", "contact", "corrects_id", "record_id"):
            table.drop_column(name)
    refuse_again()
