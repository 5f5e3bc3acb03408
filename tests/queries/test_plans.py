"""What the planner of each database says of the question that the public lists ask of every decision."""

import json

from sqlalchemy import event

from grantportal import db
from tests.support import plenty


def test_which_decision_changes_another_is_looked_up_and_not_searched_for(client):
    """Read from end to end for each row of the list, the decisions made the page's cost grow with their square."""
    of = plenty.ground(years=(2021, 2022))
    plenty.applications(of, 30)
    asked = {}

    def note(_connection, _cursor, statement, parameters, *_rest):
        if "changes_id =" in statement:
            asked[statement] = parameters

    event.listen(db.engine(), "before_cursor_execute", note)
    try:
        for address in ("/fordelade-bidrag", f"/fordelade-bidrag/{of.call}"):
            assert client.get(address).status_code == 200
    finally:
        event.remove(db.engine(), "before_cursor_execute", note)

    assert asked
    for statement, parameters in asked.items():
        assert "ix_decisions_changes_id" in plan(statement, parameters), statement


def plan(statement, parameters):
    """The plan as text, made as if the tables were too large to read whole."""
    with db.engine().connect() as connection:
        cursor = connection.connection.cursor()
        if connection.dialect.name == "postgresql":
            for way in ("seqscan", "hashjoin", "mergejoin"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
            cursor.execute("EXPLAIN (FORMAT JSON) " + statement, parameters)
        else:
            cursor.execute("EXPLAIN QUERY PLAN " + statement, parameters)
        found = json.dumps(cursor.fetchall(), default=str)
        connection.rollback()
    return found
