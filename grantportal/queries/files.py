"""Files by their stored names."""

from collections.abc import Collection

from sqlalchemy import select

from grantportal import db
from grantportal.models.records import StoredFile


def known(names: Collection[str]) -> set[str]:
    """Which of the names have a row."""
    return set(db.session().scalars(select(StoredFile.stored_name).where(StoredFile.stored_name.in_(names))))


def stored(file_id: int) -> StoredFile:
    """The file's row, for an act that makes a handling of it."""
    return db.session().scalars(select(StoredFile).where(StoredFile.id == file_id)).one()
