"""Rows as the database has them: put in by a test, and looked at after an act."""

from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from grantportal import db
from grantportal.models.base import Base
from grantportal.models.portal import Event
from tests.support import remembered

Row = TypeVar("Row", bound=Base)


def saved(row: Row) -> Row:
    """Put a row in without an act; what it points to comes along."""
    with remembered.step("saved", row), db.writing_session() as session, session.begin():
        session.add(row)
    return row


def committed() -> Session:
    """A session that sees what is committed by now; what an earlier one has read is stale."""
    db.close_read_session()
    return db.session()


def events_of(row: Base) -> list[str]:
    """The history of a thing: its events' kinds, oldest first."""
    about = select(Event.kind).where(Event.subject == row.__tablename__, Event.subject_id == row.id).order_by(Event.id)
    return [kind.value for kind in committed().scalars(about)]
