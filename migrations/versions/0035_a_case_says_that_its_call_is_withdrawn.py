"""A case says that its call has been withdrawn: an event of its own, and a handling.

A call that is withdrawn already has told its parties by notices only, and its cases say nothing more. Safe while the portal
is up.
"""

from grantportal.migrate import add_codes, remove_codes

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_codes("events", "kind", "application.call_withdrawn")
    add_codes("records", "kind", "call_withdrawn")


def downgrade() -> None:
    remove_codes("records", "kind", "call_withdrawn")
    remove_codes("events", "kind", "application.call_withdrawn")
