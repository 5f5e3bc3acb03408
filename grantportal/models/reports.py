"""Återrapportering. `report_answers` and `report_costs` are the organisation's own draft space; `reported_results` and
`reported_costs` are written at hand-in from the frozen version."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantportal.domain.money import Kronor
from grantportal.domain.reports import Rating, ReportStatus
from grantportal.models.base import Base, code
from grantportal.models.calls import Call
from grantportal.models.cases import Case
from grantportal.models.frameworks import ExpectedResult, FrameworkVersion
from grantportal.models.grants import CostCategory, FormVersion, Grant
from grantportal.models.organisations import Organisation

_UNTOLD = text("opening_told_on IS NULL")
_ATTESTED = text("economy_sha256 IS NOT NULL")


class Report(Base):
    """Återrapportering: filed in the ordinary application's case; counts every decision of that organisation and year.

    The row itself is an obligation that follows from the decision; what the region has written is elsewhere.
    """

    __tablename__ = "reports"
    __table_args__ = (
        UniqueConstraint("grant_id", "organisation_id", "grant_year"),
        ForeignKeyConstraint(
            ["case_id", "organisation_id"],
            ["cases.id", "cases.organisation_id"],
            name="fk_reports_case_and_organisation",
        ),
        CheckConstraint("status = 'draft' OR submitted_at IS NOT NULL", name="handed_in_has_a_time"),
        Index("ix_reports_case_id", "case_id"),
        Index("ix_reports_status_due_on", "status", "due_on"),
        Index("ix_reports_untold", "opens_on", sqlite_where=_UNTOLD, postgresql_where=_UNTOLD),
        Index("ix_reports_attested", "status", sqlite_where=_ATTESTED, postgresql_where=_ATTESTED),
    )

    grant_id: Mapped[int] = mapped_column(ForeignKey("grants.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    grant_year: Mapped[int]
    case_id: Mapped[int] = mapped_column()
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    framework_version_id: Mapped[int] = mapped_column(ForeignKey("framework_versions.id"))
    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_versions.id"))
    opens_on: Mapped[date]
    due_on: Mapped[date]
    status: Mapped[ReportStatus] = mapped_column(code(ReportStatus, "status"), default=ReportStatus.DRAFT)
    version_number: Mapped[int] = mapped_column(default=0)
    economy_attested_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    economy_attested_at: Mapped[datetime | None]
    economy_sha256: Mapped[str | None]
    """Fingerprint of the economy that was attested; any later change of the economy clears all three."""
    opening_told_on: Mapped[date | None]
    """When the party was told that it has opened."""
    reminded_of: Mapped[date | None]
    """The last day that the party has been reminded of before it came."""
    reminded_days: Mapped[int | None]
    """How many working days before that day the last reminder was for."""
    told_overdue_of: Mapped[date | None]
    """The last day that both sides have been told has passed without a report."""
    submitted_at: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    grant: Mapped[Grant] = relationship()
    organisation: Mapped[Organisation] = relationship(foreign_keys=[organisation_id], overlaps="case")
    case: Mapped[Case] = relationship(
        foreign_keys=[case_id], primaryjoin="Report.case_id == Case.id", overlaps="organisation"
    )
    call: Mapped[Call] = relationship()
    framework_version: Mapped[FrameworkVersion] = relationship()
    form_version: Mapped[FormVersion] = relationship()


class ReportAnswer(Base):
    """Utkast: the region's own rating and words about one expected result."""

    __tablename__ = "report_answers"
    __table_args__ = (
        UniqueConstraint("report_id", "expected_result_id"),
        CheckConstraint("version > 0", name="version"),
    )

    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"))
    expected_result_id: Mapped[int] = mapped_column(ForeignKey("expected_results.id"))
    rating: Mapped[Rating | None] = mapped_column(code(Rating, "rating"))
    text: Mapped[str] = mapped_column(default="")
    proviso_mattered: Mapped[bool] = mapped_column(default=False)
    proviso_text: Mapped[str] = mapped_column(default="")
    causes: Mapped[str] = mapped_column(default="")
    """The chosen causes, one a line."""
    measure: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime]


class ReportCost(Base):
    """Utkast: cost and own financing of one kostnadsslag, in whole kronor, with the comment over the call's limit."""

    __tablename__ = "report_costs"
    __table_args__ = (
        UniqueConstraint("report_id", "cost_category_id"),
        CheckConstraint("cost IS NULL OR cost >= 0", name="cost"),
        CheckConstraint("own_financing IS NULL OR own_financing >= 0", name="own_financing"),
        CheckConstraint("version > 0", name="version"),
    )

    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"))
    cost_category_id: Mapped[int] = mapped_column(ForeignKey("cost_categories.id"))
    cost: Mapped[Kronor | None]
    own_financing: Mapped[Kronor | None]
    comment: Mapped[str] = mapped_column(default="")
    explained: Mapped[Kronor | None]
    """The deviation that the comment was written for, or said to hold for."""
    version: Mapped[int] = mapped_column(default=1)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime]


class ReportedResult(Base):
    """The region's rating as handed in; what the overview and the government's report count."""

    __tablename__ = "reported_results"
    __table_args__ = (UniqueConstraint("report_id", "expected_result_id"),)

    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"))
    expected_result_id: Mapped[int] = mapped_column(ForeignKey("expected_results.id"))
    rating: Mapped[Rating] = mapped_column(code(Rating, "rating"))
    text: Mapped[str]
    proviso_mattered: Mapped[bool]
    proviso_text: Mapped[str] = mapped_column(default="")
    causes: Mapped[str] = mapped_column(default="")
    measure: Mapped[str] = mapped_column(default="")

    expected_result: Mapped[ExpectedResult] = relationship()


class ReportedCost(Base):
    """The economy as handed in, per kostnadsslag: budget, paid, cost, own financing, charged."""

    __tablename__ = "reported_costs"
    __table_args__ = (
        UniqueConstraint("report_id", "cost_category_id"),
        # What is not charged is financed otherwise: what goes over all that is paid is never charged.
        CheckConstraint("charged >= 0 AND charged <= cost - own_financing", name="charged"),
    )

    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"))
    cost_category_id: Mapped[int] = mapped_column(ForeignKey("cost_categories.id"))
    budget: Mapped[Kronor]
    paid: Mapped[Kronor]
    cost: Mapped[Kronor]
    own_financing: Mapped[Kronor]
    charged: Mapped[Kronor]
    comment: Mapped[str] = mapped_column(default="")

    cost_category: Mapped[CostCategory] = relationship()


class ReviewRating(Base):
    """Granskning: the officer's rating of one expected result, beside the region's own."""

    __tablename__ = "review_ratings"
    __table_args__ = (UniqueConstraint("report_id", "expected_result_id"),)

    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"))
    expected_result_id: Mapped[int] = mapped_column(ForeignKey("expected_results.id"))
    rating: Mapped[Rating] = mapped_column(code(Rating, "rating"))
    comment: Mapped[str] = mapped_column(default="")
    reviewed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reviewed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
