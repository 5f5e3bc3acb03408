"""What has been handed in can be searched, in its words' every form; å is not a.

The words of everything that is handed in already are made here, which takes some seconds for each thousand. Safe while the
portal is up, but for what is handed in meanwhile: `grantportal verify` finds what would be missing.
"""

import json

import sqlalchemy as sa
from alembic import op

from grantportal.domain.search import looked_up_of

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

AT_A_TIME = 200
KINDS = ("application", "decision", "report", "payment_batch")
INDEXES = {
    "sqlite": (
        "CREATE VIRTUAL TABLE search_index USING fts5(words, content='search_entries', content_rowid='id', detail=none, "
        "tokenize=\"ascii tokenchars '-'\")"
    ),
    "postgresql": (
        "CREATE INDEX ix_search_entries_words ON search_entries USING gin (array_to_tsvector(string_to_array(words, ' ')))"
    ),
}


def upgrade() -> None:
    op.create_table(
        "search_entries",
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("frozen_version_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_search_entries_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["frozen_version_id"],
            ["frozen_versions.id"],
            name=op.f("fk_search_entries_frozen_version_id_frozen_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entries")),
        sa.UniqueConstraint("kind", "subject_id", name=op.f("uq_search_entries_kind_subject_id")),
    )
    op.create_index("ix_search_entries_case_id", "search_entries", ["case_id"])
    op.execute(sa.text(INDEXES[op.get_bind().dialect.name]))
    _look_up()
    if op.get_bind().dialect.name == "sqlite":
        op.execute("INSERT INTO search_index(search_index) VALUES ('rebuild')")


def _look_up() -> None:
    """Make the words of the newest version of each application and report."""
    connection = op.get_bind()
    versions = sa.table(
        "frozen_versions", *map(sa.column, ("id", "kind", "subject_id", "number", "case_id", "content"))
    )
    entries = sa.table(
        "search_entries", *map(sa.column, ("kind", "subject_id", "case_id", "frozen_version_id", "words"))
    )
    newest = (
        sa.select(sa.func.max(versions.c.id).label("id"))
        .where(versions.c.kind.in_(["application", "report"]), versions.c.case_id.is_not(None))
        .group_by(versions.c.kind, versions.c.subject_id)
    )
    ids = sorted(connection.scalars(newest))
    for begins in range(0, len(ids), AT_A_TIME):
        rows = connection.execute(sa.select(versions).where(versions.c.id.in_(ids[begins : begins + AT_A_TIME]))).all()
        connection.execute(
            sa.insert(entries),
            [
                {
                    "kind": row.kind,
                    "subject_id": row.subject_id,
                    "case_id": row.case_id,
                    "frozen_version_id": row.id,
                    "words": looked_up_of(json.loads(row.content)),
                }
                for row in rows
            ],
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    op.drop_table("search_entries")
