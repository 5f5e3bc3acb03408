"""Taking into the history what was there before it told of rows."""

from itertools import islice

from grantportal.domain import clock
from grantportal.domain.actors import SYSTEM
from grantportal.domain.events import EventKind
from grantportal.models.told import Telling
from grantportal.queries import portal, told_rows
from grantportal.transaction import ROWS, transaction

AT_A_TIME = 500


def take_in() -> int:
    """Have the history tell every row that it does not tell as it is; done once, by whoever brings the schema to this version.

    Answers how many rows there were.
    """
    if portal.are_rows_told():
        return 0
    with transaction(SYSTEM, EventKind.ROWS_TAKEN_IN) as act:
        row = portal.row()
        untold = iter(told_rows.untold().items())
        row.rows_told_at = clock.real_now()
        count = 0
        first: Telling = dict(islice(untold, AT_A_TIME))
        act.about(row, **{ROWS: first})
        count += len(first)
        while chunk := dict(islice(untold, AT_A_TIME)):
            act.also(EventKind.ROWS_TAKEN_IN, row, **{ROWS: chunk})
            count += len(chunk)
        return count
