"""Ärenden, their numbers, and what has been frozen in them."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantportal.domain.cases import CaseKind, FrozenKind
from grantportal.models.base import Base, code
from grantportal.models.grants import Grant
from grantportal.models.organisations import Organisation


class Case(Base):
    """Ärende: stands for its application, decision, report and event head when it is locked.

    `registration_number` is null until hand-in: a draft is nobody's public record.
    """

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("registration_number"),
        # Lets children carry the organisation in a composite key.
        UniqueConstraint("id", "organisation_id"),
        Index("ix_cases_organisation_id", "organisation_id"),
    )

    kind: Mapped[CaseKind] = mapped_column(code(CaseKind, "kind"))
    grant_id: Mapped[int] = mapped_column(ForeignKey("grants.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    registration_number: Mapped[str | None]
    title: Mapped[str]
    own_reference: Mapped[str] = mapped_column(default="")
    assigned_to_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    event_seq: Mapped[int] = mapped_column(default=0)
    event_head: Mapped[str] = mapped_column(default="")

    grant: Mapped[Grant] = relationship()
    organisation: Mapped[Organisation] = relationship()
    parent: Mapped["Case | None"] = relationship(remote_side="Case.id")


class RegistrationSeries(Base):
    """A series of diarienummer: one row per prefix and year, locked while a number is taken."""

    __tablename__ = "registration_series"
    __table_args__ = (UniqueConstraint("prefix", "year"),)

    prefix: Mapped[str]
    year: Mapped[int]
    last: Mapped[int] = mapped_column(default=0)


class FrozenVersion(Base):
    """A frozen copy in canonical JSON with its SHA-256: what was handed in, decided or batched. Only added, never changed."""

    __tablename__ = "frozen_versions"
    __table_args__ = (UniqueConstraint("kind", "subject_id", "number"),)

    kind: Mapped[FrozenKind] = mapped_column(code(FrozenKind, "kind"))
    subject_id: Mapped[int]
    number: Mapped[int]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    content: Mapped[str]
    sha256: Mapped[str]
    frozen_at: Mapped[datetime]
    frozen_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class FileNote(Base):
    """Tjänsteanteckning: what was said, when, by whom."""

    __tablename__ = "file_notes"
    __table_args__ = (Index("ix_file_notes_case_id", "case_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    occurred_on: Mapped[date]
    participants: Mapped[str] = mapped_column(default="")
    text: Mapped[str]
    written_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[datetime]
