"""Organisations and what belongs to them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantportal.domain.organisations import OrganisationKind
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


class BankGiro(Base):
    """Bankgiro that an organisation is paid to; verified by one ekonom and approved by another."""

    __tablename__ = "bank_giros"
    __table_args__ = (
        CheckConstraint("verified_by_id <> approved_by_id", name="two_persons"),
        Index(
            "uq_bank_giros_current",
            "organisation_id",
            unique=True,
            sqlite_where=text("valid_to IS NULL"),
            postgresql_where=text("valid_to IS NULL"),
        ),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    number: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    verified_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[datetime | None]
    is_example: Mapped[bool] = mapped_column(default=False)

    organisation: Mapped[Organisation] = relationship()


class YouthHome(Base):
    """Ungdomshem: SiS's institution that a region works with."""

    __tablename__ = "youth_homes"
    __table_args__ = (UniqueConstraint("name"),)

    name: Mapped[str]
