"""Sparade vyer: one person's own, of the list of ärenden."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from grantportal.models.base import Base

_START = text("is_start")


class SavedView(Base):
    """Sparad vy: what the list is narrowed by and its order, under the person's own name for it."""

    __tablename__ = "saved_views"
    __table_args__ = (
        UniqueConstraint("user_id", "name_key"),
        # One of them at most is what the list begins with.
        Index(
            "uq_saved_views_start", "user_id", unique=True, sqlite_where=text("is_start = 1"), postgresql_where=_START
        ),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str]
    name_key: Mapped[str]
    query: Mapped[str]
    """The address' query, as the list itself writes it."""
    is_start: Mapped[bool] = mapped_column(default=False)
