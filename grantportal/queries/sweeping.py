"""Rows that have served."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from grantportal import db
from grantportal.models.base import Base


def first(model: type[Base], is_old: ColumnElement[bool], most: int) -> Sequence[int]:
    """The ids of the first of those that are old, at most so many."""
    return db.session().scalars(select(model.id).where(is_old).order_by(model.id).limit(most)).all()
