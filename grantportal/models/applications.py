"""Ansökan. `answers`, `attachments`, `budget_lines`, `staff_rows` and `staff_amounts` are the organisation's own draft space: the authority
reads only frozen versions and what was written beside them at hand-in."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantportal.domain.applications import ApplicationStatus
from grantportal.domain.money import Kronor
from grantportal.models.base import Base, code
from grantportal.models.calls import Call
from grantportal.models.cases import Case
from grantportal.models.grants import CostCategory
from grantportal.models.organisations import Organisation, YouthHome


class Application(Base):
    """Ansökan. `applicant_unit` (sökande verksamhet) is empty when the organisation itself applies."""

    __tablename__ = "applications"
    __table_args__ = (
        UniqueConstraint("call_id", "organisation_id", "applicant_unit"),
        UniqueConstraint("case_id"),
        UniqueConstraint("id", "organisation_id"),
        ForeignKeyConstraint(
            ["case_id", "organisation_id"],
            ["cases.id", "cases.organisation_id"],
            name="fk_applications_case_and_organisation",
        ),
        CheckConstraint("status = 'draft' OR submitted_at IS NOT NULL", name="handed_in_has_a_time"),
        Index("ix_applications_organisation_id", "organisation_id"),
    )

    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    case_id: Mapped[int] = mapped_column()
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    applicant_unit: Mapped[str] = mapped_column(default="")
    status: Mapped[ApplicationStatus] = mapped_column(
        code(ApplicationStatus, "status"), default=ApplicationStatus.DRAFT
    )
    version_number: Mapped[int] = mapped_column(default=0)
    """The number of the newest frozen version; 0 before hand-in."""
    started_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    started_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    """When the first hand-in's request arrived."""
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]
    sought_is_example: Mapped[bool] = mapped_column(default=False)
    """Whether the sums sought are invented."""

    call: Mapped[Call] = relationship()
    case: Mapped[Case] = relationship(foreign_keys=[case_id], primaryjoin="Application.case_id == Case.id")
    organisation: Mapped[Organisation] = relationship(foreign_keys=[organisation_id], overlaps="case")


class Answer(Base):
    """Utkast: the saved answer to one question, with a version so that nobody overwrites another unseen."""

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("application_id", "question"), CheckConstraint("version > 0", name="version"))

    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"))
    question: Mapped[int]
    value: Mapped[str]
    personal_number_reason: Mapped[str | None]
    """Why a personnummer stands in the answer, where one does."""
    fetched_from_id: Mapped[int | None] = mapped_column(ForeignKey("frozen_versions.id"))
    """The earlier hand-in that the answer is taken over from, until somebody changes it."""
    version: Mapped[int] = mapped_column(default=1)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime]


class BudgetLine(Base):
    """Utkast: what is sought for one year and kostnadsslag. The personnel line is the sum of its staff rows where the form has them."""

    __tablename__ = "budget_lines"
    __table_args__ = (
        UniqueConstraint("application_id", "grant_year", "cost_category_id"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("version > 0", name="version"),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"))
    grant_year: Mapped[int]
    cost_category_id: Mapped[int] = mapped_column(ForeignKey("cost_categories.id"))
    amount: Mapped[Kronor]
    version: Mapped[int] = mapped_column(default=1)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime]


class StaffRow(Base):
    """Utkast: one profession in the budget table."""

    __tablename__ = "staff_rows"
    __table_args__ = (UniqueConstraint("application_id", "position"), CheckConstraint("version > 0", name="version"))

    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"))
    position: Mapped[int]
    profession: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime]

    amounts: Mapped[list["StaffAmount"]] = relationship(
        back_populates="row", order_by="StaffAmount.grant_year", cascade="all, delete-orphan"
    )


class StaffAmount(Base):
    """Utkast: a staff row's share of full time (per cent, summed over persons) and cost for one year; null where nothing is
    written yet."""

    __tablename__ = "staff_amounts"
    __table_args__ = (
        UniqueConstraint("staff_row_id", "grant_year"),
        CheckConstraint("percent BETWEEN 0 AND 2000", name="percent"),
        CheckConstraint("amount >= 0", name="amount"),
    )

    staff_row_id: Mapped[int] = mapped_column(ForeignKey("staff_rows.id"))
    grant_year: Mapped[int]
    percent: Mapped[int | None]
    amount: Mapped[Kronor | None]

    row: Mapped[StaffRow] = relationship(back_populates="amounts")


class Attachment(Base):
    """Utkast: a file in an answer. Of a question that takes several, each is a row of its own."""

    __tablename__ = "attachments"
    __table_args__ = (UniqueConstraint("application_id", "question", "file_id"),)

    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"))
    question: Mapped[int]
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"))
    personal_number_reason: Mapped[str | None]
    """Why a personnummer stands in the file's name, where one does."""
    follows: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """What follows along in the file unseen: codes of `Follows` with a blank between."""
    added_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[datetime]


class RequestedLine(Base):
    """Sökt: written at each hand-in from the frozen version; what lists and decisions read."""

    __tablename__ = "requested_lines"
    __table_args__ = (
        UniqueConstraint("application_id", "grant_year", "cost_category_id"),
        CheckConstraint("amount >= 0", name="amount"),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"))
    grant_year: Mapped[int]
    cost_category_id: Mapped[int] = mapped_column(ForeignKey("cost_categories.id"))
    amount: Mapped[Kronor]

    cost_category: Mapped[CostCategory] = relationship()


class ApplicationHome(Base):
    """Which youth homes an application handed in names; written at hand-in."""

    __tablename__ = "application_homes"
    __table_args__ = (UniqueConstraint("application_id", "youth_home_id"),)

    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"))
    youth_home_id: Mapped[int] = mapped_column(ForeignKey("youth_homes.id"))

    youth_home: Mapped[YouthHome] = relationship()
