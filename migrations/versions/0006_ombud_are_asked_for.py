"""An organisation asks for its ombud. Safe while the portal is up."""

import sqlalchemy as sa
from alembic import op

from grantportal.migrate import add_codes, remove_codes

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

EVENTS = (
    "ombud_application.received",
    "ombud_application.asked",
    "ombud_application.supplemented",
    "ombud_application.approved",
    "ombud_application.closed",
    "organisation.mailbox_changed",
)
RECORDS = ("ombud_application", "ombud_decision")


def _codes(name: str, *codes: str) -> sa.Enum:
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    add_codes("events", "kind", *EVENTS)
    add_codes("records", "kind", *RECORDS)
    op.create_table(
        "ombud_applications",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("status", _codes("status", "received", "asked", "approved", "closed"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("basis", _codes("basis", "delegation", "power_of_attorney"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("asked_for", sa.Text(), nullable=False),
        sa.Column("closed_because", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("mandate_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_ombud_applications_ends_after_it_begins")
        ),
        sa.CheckConstraint(
            "status <> 'approved' OR mandate_id IS NOT NULL", name=op.f("ck_ombud_applications_approved_has_a_mandate")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_ombud_applications_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["users.id"], name=op.f("fk_ombud_applications_decided_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["mandates.id"], name=op.f("fk_ombud_applications_mandate_id_mandates")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_ombud_applications_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["mandates.id"], name=op.f("fk_ombud_applications_replaces_id_mandates")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ombud_applications")),
        sa.UniqueConstraint("case_id", name=op.f("uq_ombud_applications_case_id")),
    )
    op.create_index("ix_ombud_applications_organisation_id", "ombud_applications", ["organisation_id"], unique=False)


def downgrade() -> None:
    op.drop_table("ombud_applications")
    remove_codes("records", "kind", *RECORDS)
    remove_codes("events", "kind", *EVENTS)
