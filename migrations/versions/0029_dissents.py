"""Avvikande mening: whoever took part in the final handling has it noted under the own name, until the decision is sent.

What a föredragande wrote in earlier proposals stays where it is and is printed as before. Safe while the portal is up.
"""

import sqlalchemy as sa
from alembic import op

from grantportal.migrate import add_codes, remove_codes

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

PARENTS = {
    "decision_id": "decisions",
    "case_id": "cases",
    "organisation_id": "organisations",
    "record_id": "records",
    "person_id": "users",
}
SQLITE = """
CREATE TRIGGER dissents_refuse_{lower} BEFORE {upper} ON dissents
BEGIN SELECT RAISE(ABORT, 'written once: dissents'); END
"""
POSTGRESQL = """
CREATE TRIGGER dissents_refuse_{lower} BEFORE {upper} ON dissents FOR EACH {each} EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    add_codes("events", "kind", "dissent.noted")
    add_codes("records", "kind", "dissent")
    op.create_table(
        "dissents",
        *(sa.Column(name, sa.Integer(), nullable=False) for name in PARENTS),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint([name], [f"{parent}.id"], name=op.f(f"fk_dissents_{name}_{parent}"))
            for name, parent in PARENTS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dissents")),
    )
    op.create_index("ix_dissents_decision_id", "dissents", ["decision_id"], unique=False)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for operation in ("UPDATE", "DELETE") if is_sqlite else ("UPDATE", "DELETE", "TRUNCATE"):
        each = "STATEMENT" if operation == "TRUNCATE" else "ROW"
        statement = SQLITE if is_sqlite else POSTGRESQL
        op.execute(" ".join(statement.format(lower=operation.lower(), upper=operation, each=each).split()))


def downgrade() -> None:
    op.drop_table("dissents")
    remove_codes("records", "kind", "dissent")
    remove_codes("events", "kind", "dissent.noted")
