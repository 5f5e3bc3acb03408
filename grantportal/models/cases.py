"""Ärenden, their numbers, and what has been frozen in them."""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantportal.domain.cases import CaseKind, FrozenKind
from grantportal.domain.file_notes import ContactKind
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


class ReadMark(Base):
    """Läsmarkering: how far somebody has read a case; what has happened after that is new to that person."""

    __tablename__ = "read_marks"
    __table_args__ = (UniqueConstraint("user_id", "case_id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    seq: Mapped[int]
    """The case's newest event when its page was opened."""


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
    """Tjänsteanteckning: what was said, how, when, with whom, and who wrote it down. A mistake is put right by a new one."""

    __tablename__ = "file_notes"
    __table_args__ = (
        Index("ix_file_notes_case_id", "case_id"),
        CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="ends_after_it_begins"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    record_id: Mapped[int | None] = mapped_column(ForeignKey("records.id"))
    """The note as a handling; null for those that are older than this column."""
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("records.id"))
    """The handling that it puts right: an earlier note."""
    contact: Mapped[ContactKind] = mapped_column(
        code(ContactKind, "contact"), default=ContactKind.OTHER, server_default=ContactKind.OTHER.value
    )
    occurred_on: Mapped[date]
    starts_at: Mapped[time | None]
    ends_at: Mapped[time | None]
    participants: Mapped[str] = mapped_column(default="")
    """One person a line."""
    text: Mapped[str]
    written_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[datetime]
