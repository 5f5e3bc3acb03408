"""More time for a komplettering is asked for and given.

Two kinds of event and two kinds of handling are new. Safe while the portal is up.
"""

from grantportal.migrate import add_codes, remove_codes

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

EVENTS = ("supplement.time_asked", "supplement.extended")
RECORDS = ("more_time_asked", "more_time_given")


def upgrade() -> None:
    add_codes("events", "kind", *EVENTS)
    add_codes("records", "kind", *RECORDS)


def downgrade() -> None:
    remove_codes("records", "kind", *RECORDS)
    remove_codes("events", "kind", *EVENTS)
