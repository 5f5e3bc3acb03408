"""A bankgiro that waits can be refused or taken back. Safe while the portal is up."""

from grantportal.migrate import add_codes, remove_codes

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

EVENTS = ("giro.refused", "giro.withdrawn")


def upgrade() -> None:
    add_codes("events", "kind", *EVENTS)


def downgrade() -> None:
    remove_codes("events", "kind", *EVENTS)
