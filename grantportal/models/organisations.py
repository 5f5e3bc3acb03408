"""Organisations and what belongs to them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantportal.domain.giros import GiroCheck
from grantportal.domain.organisations import OrganisationKind
from grantportal.domain.youth_homes import YouthHomeStatus
from grantportal.models.base import Base, code


class Organisation(Base):
    """Organisation, huvudman: the legal party, by organisationsnummer. Carries the head of its own chain of events."""

    __tablename__ = "organisations"
    __table_args__ = (UniqueConstraint("organisation_number"), UniqueConstraint("name"))

    kind: Mapped[OrganisationKind] = mapped_column(code(OrganisationKind, "kind"))
    name: Mapped[str]
    organisation_number: Mapped[str]
    also_known_as: Mapped[str] = mapped_column(default="")
    mailbox: Mapped[str] = mapped_column(default="")
    event_seq: Mapped[int] = mapped_column(default=0)
    event_head: Mapped[str] = mapped_column(default="")


_IN_FORCE = text("approved_at IS NOT NULL AND valid_to IS NULL")
_ASKED_FOR = text("approved_at IS NULL AND valid_to IS NULL")


class BankGiro(Base):
    """Bankgiro that an organisation is paid to: asked for by its ombud, verified by one ekonom, approved by another.

    At most one is in force and at most one is asked for; the one in force ends when the next is approved.
    """

    __tablename__ = "bank_giros"
    __table_args__ = (
        CheckConstraint("approved_by_id IS NULL OR verified_by_id <> approved_by_id", name="two_persons"),
        CheckConstraint("approved_at IS NULL OR verified_at IS NOT NULL", name="approved_is_verified"),
        Index(
            "uq_bank_giros_in_force",
            "organisation_id",
            unique=True,
            sqlite_where=_IN_FORCE,
            postgresql_where=_IN_FORCE,
        ),
        Index(
            "uq_bank_giros_asked_for",
            "organisation_id",
            unique=True,
            sqlite_where=_ASKED_FOR,
            postgresql_where=_ASKED_FOR,
        ),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    number: Mapped[str]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    verified_at: Mapped[datetime | None]
    verified_way: Mapped[GiroCheck | None] = mapped_column(code(GiroCheck, "verified_way"))
    """Which other way than it came the number was checked; not known of those checked before it was asked."""
    verified_how: Mapped[str] = mapped_column(default="")
    """What was done and what it showed."""
    shared_reason: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """Why the number is right although another organisation has it too; empty where no other had it."""
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[datetime | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    organisation: Mapped[Organisation] = relationship()


class YouthHome(Base):
    """Ungdomshem: SiS's institution, and the region that works with it, where one is known."""

    __tablename__ = "youth_homes"
    __table_args__ = (UniqueConstraint("name"),)

    name: Mapped[str]
    region_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    status: Mapped[YouthHomeStatus] = mapped_column(
        code(YouthHomeStatus, "status"), default=YouthHomeStatus.OPEN, server_default="open"
    )
