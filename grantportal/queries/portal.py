"""The portal's own row."""

from sqlalchemy import select

from grantportal import db
from grantportal.models.portal import Portal


def moved_days() -> int:
    """How many whole days the demonstration's time is moved; 0 in a real installation."""
    session = db.session()
    # Whoever asks what time it is may be in the middle of a change: it is not sent to the database half done.
    with session.no_autoflush:
        return session.scalar(select(Portal.moved_days).where(Portal.id == 1)) or 0


def is_demonstration() -> bool:
    """Whether the database holds the demonstration's invented content."""
    return bool(db.session().scalar(select(Portal.is_demonstration).where(Portal.id == 1)))


def is_story_told() -> bool:
    """Whether the demonstration's whole story is in the database: a start that was broken off is not."""
    return db.session().scalar(select(Portal.story_told_at).where(Portal.id == 1)) is not None


def row() -> Portal:
    """The one row, locked."""
    return db.session().scalars(db.lock(select(Portal).where(Portal.id == 1))).one()
