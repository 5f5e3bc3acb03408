"""A payment keeps the giro that its attestant approved, why it is paid early, and how what the bank did deviates.

A giro keeps which way it was checked and why another organisation may have it too. What is stored already: a payment in an
underlag gets the giro that has its number. An attested one gets the giro in force if that was in force when it was
attested, since the list then showed it; any other has approved no giro, and is attested anew before it is paid. Take the
portal down meanwhile: an older portal makes underlag without asking.
"""

import sqlalchemy as sa
from alembic import op

from grantportal.migrate import add_check, add_codes, add_foreign_key, drop_check, drop_foreign_key, remove_codes

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

EVENTS = ("payment.deviated", "payment.attestation_ended", "payment.unregistered")
IN_AN_UNDERLAG = """
UPDATE payments SET giro_id = (
  SELECT MAX(bank_giros.id) FROM bank_giros
  WHERE bank_giros.organisation_id = payments.organisation_id AND bank_giros.number = payments.giro
    AND bank_giros.approved_at IS NOT NULL)
WHERE giro <> ''
"""
ATTESTED = """
UPDATE payments SET giro_id = (
  SELECT bank_giros.id FROM bank_giros
  WHERE bank_giros.organisation_id = payments.organisation_id
    AND bank_giros.valid_to IS NULL AND bank_giros.approved_at <= payments.attested_at)
WHERE status = 'attested'
"""
ITS_NUMBER = """
UPDATE payments SET giro = (SELECT bank_giros.number FROM bank_giros WHERE bank_giros.id = payments.giro_id)
WHERE status = 'attested' AND giro_id IS NOT NULL
"""


def upgrade() -> None:
    op.add_column("payments", sa.Column("giro_id", sa.Integer()))
    add_foreign_key("payments", "giro_id", "bank_giros")
    for name in ("early_reason", "deviations", "deviation_reason"):
        op.add_column("payments", sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''")))
    add_check("payments", "batched_has_a_giro", "status NOT IN ('batched', 'confirmed') OR giro <> ''")
    add_check("payments", "deviation_has_a_reason", "(deviations = '') = (deviation_reason = '')")
    op.add_column("bank_giros", sa.Column("verified_way", sa.String(40)))
    op.add_column("bank_giros", sa.Column("shared_reason", sa.Text(), nullable=False, server_default=sa.text("''")))
    add_check("bank_giros", "verified_way", "verified_way IN ('holder_search', 'called', 'letter', 'other')")
    for statement in (IN_AN_UNDERLAG, ATTESTED, ITS_NUMBER):
        op.execute(statement)
    add_codes("events", "kind", *EVENTS)


def downgrade() -> None:
    remove_codes("events", "kind", *EVENTS)
    # Before this step a giro was frozen with the underlag only.
    op.execute("UPDATE payments SET giro = '' WHERE status = 'attested'")
    drop_check("bank_giros", "verified_way")
    op.drop_column("bank_giros", "shared_reason")
    op.drop_column("bank_giros", "verified_way")
    drop_check("payments", "deviation_has_a_reason")
    drop_check("payments", "batched_has_a_giro")
    drop_foreign_key("payments", "giro_id", "bank_giros")
    for name in ("deviation_reason", "deviations", "early_reason", "giro_id"):
        op.drop_column("payments", name)
