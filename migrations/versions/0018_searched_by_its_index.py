"""PostgreSQL looks words up in their index, whatever it thinks of how many rows hold them.

Reading all words of all rows is a thousand times dearer than its planner believes: they are kept apart from their rows, and it
guesses that half of the rows hold what begins like a rare word. Safe while the portal is up.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

FUNCTION = """
CREATE FUNCTION search_hits(asked tsquery) RETURNS SETOF integer LANGUAGE sql STABLE SET enable_seqscan = off
AS $$ SELECT id FROM search_entries WHERE array_to_tsvector(string_to_array(words, ' ')) @@ asked $$
"""


def is_server() -> bool:
    return op.get_bind().dialect.name != "sqlite"


def upgrade() -> None:
    if is_server():
        op.execute(FUNCTION)


def downgrade() -> None:
    if is_server():
        op.execute("DROP FUNCTION search_hits(tsquery)")
