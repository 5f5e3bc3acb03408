"""Somebody who is invited is asked, and has no behörighet before saying yes.

Safe while the portal is up. Who was invited before has the behörighet already and keeps it. Back again, what was not answered
is gone: those persons are invited anew.
"""

import sqlalchemy as sa
from alembic import op

from grantportal.migrate import add_codes, remove_codes

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

KINDS = ("invitation.sent", "invitation.declined", "invitation.withdrawn")
ROLES = (
    *("ombud", "representant", "uppgiftssamordnare", "applicant_economist", "handlaggare", "enhetschef"),
    *("beslutsfattare", "registrator", "sakkunnig", "finance", "administrator", "insyn", "samrad", "utvarderare"),
)
STATUSES = ("waiting", "accepted", "declined", "withdrawn")


def _code(name: str, codes: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "invitations",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("role", _code("role", ROLES), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("invited_by_id", sa.Integer(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", _code("status", STATUSES), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_invitations_ends_after_it_begins")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_invitations_case_id_cases")),
        sa.ForeignKeyConstraint(["invited_by_id"], ["users.id"], name=op.f("fk_invitations_invited_by_id_users")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_invitations_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
    )
    op.create_index("ix_invitations_organisation_id", "invitations", ["organisation_id"], unique=False)
    add_codes("events", "kind", *KINDS)


def downgrade() -> None:
    remove_codes("events", "kind", *KINDS)
    op.drop_index("ix_invitations_organisation_id", table_name="invitations")
    op.drop_table("invitations")
