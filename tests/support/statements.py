"""What a piece of work asked of the database."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from grantportal import db

DRAFT_TABLES = (
    "answers",
    "attachments",
    "budget_lines",
    "staff_rows",
    "staff_amounts",
    "report_answers",
    "report_costs",
)
"""What an organisation is writing and has not handed in."""

_DRAFTS = re.compile(rf"(?:\b(?:FROM|JOIN|INTO|UPDATE)|,)\s+\"?(?:{'|'.join(DRAFT_TABLES)})\b", re.IGNORECASE)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement that is sent meanwhile, in order: count them with one row and with many."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    engine = db.engine()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


_BY_A_MIGRATION = ("_alembic_tmp_", "UPDATE report_costs SET explained = cost - own_financing")


def of_drafts(sent: list[str]) -> list[str]:
    """Those that touch what has not been handed in. What a migration builds anew or fills is read by nobody."""
    return [
        statement
        for statement in sent
        if _DRAFTS.search(statement) and not any(words in statement for words in _BY_A_MIGRATION)
    ]
