"""Komplettering of an application or of a report."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantportal.domain.supplements import SupplementStatus
from grantportal.models.base import Base, code

_OPEN = text("status = 'requested'")


class Supplement(Base):
    """Begäran om komplettering: reason and last day. At most one is open per application or report."""

    __tablename__ = "supplements"
    __table_args__ = (
        CheckConstraint("(application_id IS NULL) <> (report_id IS NULL)", name="of_one_thing"),
        Index(
            "uq_supplements_open_application", "application_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        Index("uq_supplements_open_report", "report_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_supplements_case_id", "case_id"),
        Index("ix_supplements_status_last_day", "status", "last_day"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    application_id: Mapped[int | None] = mapped_column(ForeignKey("applications.id"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id"))
    status: Mapped[SupplementStatus] = mapped_column(
        code(SupplementStatus, "status"), default=SupplementStatus.REQUESTED
    )
    reason: Mapped[str]
    last_day: Mapped[date]
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[datetime]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    version_before: Mapped[int]
    version_after: Mapped[int | None]
    is_injunction: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the request says that the application may be dismissed if it is not completed (föreläggande, 20 § FL)."""
    extended_on: Mapped[date | None]
    """When the party was last given more time."""
    reminded_of: Mapped[date | None]
    """The last day that the party has been reminded of before it came."""
    reminded_days: Mapped[int | None]
    """How many working days before that day the last reminder was for."""
    told_overdue_of: Mapped[date | None]
    """The last day that both sides have been told has passed without an answer."""

    parts: Mapped[list["SupplementPart"]] = relationship(order_by="SupplementPart.part")


class SupplementPart(Base):
    """An opened part: of an application by its key in domain/opened.py, of a report an expected result's code or `economy`."""

    __tablename__ = "supplement_parts"
    __table_args__ = (UniqueConstraint("supplement_id", "part"),)

    supplement_id: Mapped[int] = mapped_column(ForeignKey("supplements.id"))
    part: Mapped[str]
    note: Mapped[str | None]
    """What is missing just there, where something is said of it."""
