"""Ombudsansökningar."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantportal.domain.ombud import OmbudApplicationStatus, OmbudBasis
from grantportal.models.base import Base, code
from grantportal.models.cases import Case
from grantportal.models.organisations import Organisation


class OmbudApplication(Base):
    """Ansökan om ombud, with the case that it is. `replaces_id` is the mandate that ends when it is approved."""

    __tablename__ = "ombud_applications"
    __table_args__ = (
        UniqueConstraint("case_id"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="ends_after_it_begins"),
        CheckConstraint("status <> 'approved' OR mandate_id IS NOT NULL", name="approved_has_a_mandate"),
        Index("ix_ombud_applications_organisation_id", "organisation_id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    status: Mapped[OmbudApplicationStatus] = mapped_column(code(OmbudApplicationStatus, "status"))
    name: Mapped[str]
    email: Mapped[str]
    title: Mapped[str]
    basis: Mapped[OmbudBasis] = mapped_column(code(OmbudBasis, "basis"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("mandates.id"))
    asked_for: Mapped[str] = mapped_column(default="")
    """What the authority needs to know more."""
    closed_because: Mapped[str] = mapped_column(default="")
    received_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    mandate_id: Mapped[int | None] = mapped_column(ForeignKey("mandates.id"))

    case: Mapped[Case] = relationship()
    organisation: Mapped[Organisation] = relationship()
