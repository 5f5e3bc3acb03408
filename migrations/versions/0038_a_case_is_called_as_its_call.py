"""A case is called what its call is called now: headings that were corrected before this reach the cases too.

Safe while the portal is up. A downgrade leaves the names as they are: the older portal shows them as well.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

NAMED = """
UPDATE cases SET title = (
  SELECT calls.title FROM applications JOIN calls ON calls.id = applications.call_id
  WHERE applications.case_id = cases.id ORDER BY applications.id LIMIT 1)
WHERE id IN (
  SELECT applications.case_id FROM applications JOIN call_changes ON call_changes.call_id = applications.call_id
  WHERE call_changes.kind = 'corrected' AND call_changes.field = 'title')
"""


def upgrade() -> None:
    op.execute(sa.text(NAMED))


def downgrade() -> None:
    pass
