"""Utlysningar and their grant years."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, UniqueConstraint, and_, func, text
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from grantportal.domain.calls import CallChangeKind, CallKind, CallStatus
from grantportal.domain.grants import AppealVariant
from grantportal.domain.money import Kronor
from grantportal.models.base import Base, code
from grantportal.models.frameworks import FrameworkVersion
from grantportal.models.grants import ConditionSet, CostCategory, FormVersion, Grant


def is_asked(last_category: Any) -> ColumnElement[bool]:
    """Whether a kostnadsslag is one of those up to the place that a published call ended at; of a draft (None) all are."""
    return CostCategory.position <= func.coalesce(last_category, CostCategory.position)


class Call(Base):
    """Utlysning: who may apply, between which moments, by which form, under which villkor."""

    __tablename__ = "calls"
    __table_args__ = (
        UniqueConstraint("grant_id", "title"),
        CheckConstraint("(kind = 'extra') = (extends_id IS NOT NULL)", name="extra_extends"),
        CheckConstraint(
            "status = 'draft' OR (legal_basis <> '' AND appeal_variant IS NOT NULL AND appeal_provision <> '')",
            name="published_says_its_law",
        ),
    )

    grant_id: Mapped[int] = mapped_column(ForeignKey("grants.id"))
    kind: Mapped[CallKind] = mapped_column(code(CallKind, "kind"), default=CallKind.ORDINARY)
    extends_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))
    title: Mapped[str]
    about: Mapped[str] = mapped_column(default="")
    eligible: Mapped[str] = mapped_column(default="")
    status: Mapped[CallStatus] = mapped_column(code(CallStatus, "status"), default=CallStatus.DRAFT)
    opens_at: Mapped[datetime]
    last_day: Mapped[date]
    published_at: Mapped[datetime | None]
    application_form_id: Mapped[int | None] = mapped_column(ForeignKey("form_versions.id"))
    report_form_id: Mapped[int | None] = mapped_column(ForeignKey("form_versions.id"))
    framework_version_id: Mapped[int | None] = mapped_column(ForeignKey("framework_versions.id"))
    condition_set_id: Mapped[int | None] = mapped_column(ForeignKey("condition_sets.id"))
    comment_percent: Mapped[int] = mapped_column(default=10)
    comment_kronor: Mapped[Kronor] = mapped_column(default=25_000)
    is_example: Mapped[bool] = mapped_column(default=False)
    """Whether all sums sought and granted in the call are invented."""
    grant_title: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """What the statsbidrag was called when the call was published, for all that is about the call; empty in a draft."""
    purpose: Mapped[str] = mapped_column(default="")
    """From here on what the call promises in law: taken from the statsbidrag when the call is published, then its own."""
    legal_basis: Mapped[str] = mapped_column(default="")
    recovery_basis: Mapped[str] = mapped_column(default="")
    appeal_variant: Mapped[AppealVariant | None] = mapped_column(code(AppealVariant, "appeal_variant"))
    appeal_provision: Mapped[str] = mapped_column(default="")
    appeal_is_example: Mapped[bool] = mapped_column(default=False)
    last_category: Mapped[int | None]
    """The place of the last kostnadsslag that the statsbidrag had then: one that is added later is not the call's."""
    opening_told_on: Mapped[date | None]
    """When those who may apply were told that the call is open."""
    status_reason: Mapped[str | None]
    """Why the call is closed early or withdrawn, as everybody reads it."""

    grant: Mapped[Grant] = relationship()
    extends: Mapped["Call | None"] = relationship(remote_side="Call.id")
    years: Mapped[list["CallYear"]] = relationship(back_populates="call", order_by="CallYear.grant_year")
    application_form: Mapped[FormVersion | None] = relationship(foreign_keys=[application_form_id])
    report_form: Mapped[FormVersion | None] = relationship(foreign_keys=[report_form_id])
    framework_version: Mapped[FrameworkVersion | None] = relationship()
    condition_set: Mapped[ConditionSet | None] = relationship()
    changes: Mapped[list["CallChange"]] = relationship(viewonly=True, order_by="CallChange.id")
    cost_categories: Mapped[list[CostCategory]] = relationship(
        primaryjoin=lambda: and_(
            foreign(CostCategory.grant_id) == Call.grant_id,
            is_asked(Call.last_category),
        ),
        viewonly=True,
        order_by=CostCategory.position,
    )


class CallChange(Base):
    """Ändring i utlysningen: a named act on a published call; written once, and shown on the call's public page.

    `field` is what was changed (`last_day`, a text, or empty), `was` and `becomes` its value: a day as 2020-04-20.
    """

    __tablename__ = "call_changes"
    __table_args__ = (CheckConstraint("reason <> ''", name="has_a_reason"), Index("ix_call_changes_call_id", "call_id"))

    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    kind: Mapped[CallChangeKind] = mapped_column(code(CallChangeKind, "kind"))
    field: Mapped[str]
    was: Mapped[str]
    becomes: Mapped[str]
    reason: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]


class CallYear(Base):
    """A grant year of a call: when its money is planned to be paid, when its report opens and is due."""

    __tablename__ = "call_years"
    __table_args__ = (
        UniqueConstraint("call_id", "grant_year"),
        CheckConstraint("report_due_on >= report_opens_on", name="report_due_after_open"),
    )

    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    grant_year: Mapped[int]
    pay_on: Mapped[date]
    report_opens_on: Mapped[date]
    report_due_on: Mapped[date]

    call: Mapped[Call] = relationship(back_populates="years")
