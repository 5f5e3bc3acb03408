"""Ungdomshem."""

from sqlalchemy import collate, select

from grantportal import db
from grantportal.models.organisations import YouthHome


def listed() -> tuple[tuple[int, str], ...]:
    """(id, name) of every home, in Swedish order."""
    rows = db.session().execute(select(YouthHome.id, YouthHome.name).order_by(collate(YouthHome.name, db.COLLATION)))
    return tuple((row.id, row.name) for row in rows)
