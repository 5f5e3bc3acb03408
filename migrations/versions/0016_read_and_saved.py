"""What is new in a case is new to each person; a choice of the list can be saved under a name.

What has happened until now is no news to anybody: else every case would stand as new to everybody. Safe while the portal is up.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

READ_BY_NOW = """
INSERT INTO read_marks (user_id, case_id, seq)
SELECT DISTINCT mandates.user_id, cases.id, cases.event_seq
  FROM mandates
  JOIN organisations ON organisations.id = mandates.organisation_id
  JOIN cases ON cases.organisation_id = organisations.id
     OR (organisations.kind = 'authority' AND cases.registration_number IS NOT NULL)
 WHERE cases.event_seq > 0
"""


def upgrade() -> None:
    op.create_table(
        "read_marks",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_read_marks_case_id_cases")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_read_marks_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_marks")),
        sa.UniqueConstraint("user_id", "case_id", name=op.f("uq_read_marks_user_id_case_id")),
    )
    op.execute(READ_BY_NOW)
    op.create_table(
        "saved_views",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("is_start", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_saved_views_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("user_id", "name_key", name=op.f("uq_saved_views_user_id_name_key")),
    )
    op.create_index(
        "uq_saved_views_start",
        "saved_views",
        ["user_id"],
        unique=True,
        sqlite_where=sa.text("is_start = 1"),
        postgresql_where=sa.text("is_start"),
    )


def downgrade() -> None:
    op.drop_table("saved_views")
    op.drop_table("read_marks")
