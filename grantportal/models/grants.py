"""Statsbidrag, its yearly frames, and the published texts that its calls are made of."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantportal.domain.forms import FormKind
from grantportal.domain.grants import AccessKind, AppealVariant, ConditionStatus, FrameStatus
from grantportal.domain.money import Kronor
from grantportal.models.base import Base, code
from grantportal.models.organisations import Organisation


class Grant(Base):
    """Statsbidrag: the programme."""

    __tablename__ = "grants"
    __table_args__ = (UniqueConstraint("title"),)

    title: Mapped[str]
    purpose: Mapped[str]
    assignment_refs: Mapped[str] = mapped_column(default="")
    legal_basis: Mapped[str] = mapped_column(default="")
    recovery_basis: Mapped[str] = mapped_column(default="")
    access: Mapped[AccessKind] = mapped_column(code(AccessKind, "access"), default=AccessKind.APPLICATION)
    appeal_variant: Mapped[AppealVariant | None] = mapped_column(code(AppealVariant, "appeal_variant"))
    appeal_provision: Mapped[str] = mapped_column(default="")
    appeal_is_example: Mapped[bool] = mapped_column(default=False)

    frames: Mapped[list["YearFrame"]] = relationship(back_populates="grant", order_by="YearFrame.grant_year")
    cost_categories: Mapped[list["CostCategory"]] = relationship(
        back_populates="grant", order_by="CostCategory.position"
    )


class YearFrame(Base):
    """Årsram: the most that may be granted of a statsbidrag for one grant year, in whole kronor.

    `decided` and `grantees` count every decision of the year over all calls, under this row's lock.
    """

    __tablename__ = "year_frames"
    __table_args__ = (
        UniqueConstraint("grant_id", "grant_year"),
        CheckConstraint("decided <= frame", name="decided_within_frame"),
        CheckConstraint("decided >= 0", name="decided_not_negative"),
        CheckConstraint("max_grantees IS NULL OR grantees <= max_grantees", name="grantees_within_most"),
        CheckConstraint("grant_year BETWEEN 1990 AND 2100", name="grant_year"),
    )

    grant_id: Mapped[int] = mapped_column(ForeignKey("grants.id"))
    grant_year: Mapped[int]
    frame: Mapped[Kronor]
    status: Mapped[FrameStatus] = mapped_column(code(FrameStatus, "status"), default=FrameStatus.ESTIMATED)
    allotted_at: Mapped[datetime | None]
    decided: Mapped[Kronor] = mapped_column(default=0)
    grantees: Mapped[int] = mapped_column(default=0)
    max_grantees: Mapped[int | None]

    grant: Mapped[Grant] = relationship(back_populates="frames")


class Grantee(Base):
    """An organisation that has been granted money of a year: what distinct grantees are counted by."""

    __tablename__ = "grantees"
    __table_args__ = (UniqueConstraint("grant_id", "grant_year", "organisation_id"),)

    grant_id: Mapped[int] = mapped_column(ForeignKey("grants.id"))
    grant_year: Mapped[int]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))

    organisation: Mapped[Organisation] = relationship()


class CostCategory(Base):
    """Kostnadsslag of a statsbidrag. `is_personnel` marks the one that staff rows add up to."""

    __tablename__ = "cost_categories"
    __table_args__ = (UniqueConstraint("grant_id", "name"), UniqueConstraint("grant_id", "position"))

    grant_id: Mapped[int] = mapped_column(ForeignKey("grants.id"))
    position: Mapped[int]
    name: Mapped[str]
    is_personnel: Mapped[bool] = mapped_column(default=False)

    grant: Mapped[Grant] = relationship(back_populates="cost_categories")


class ConditionSet(Base):
    """A version of a statsbidrag's villkor; immutable once published."""

    __tablename__ = "condition_sets"
    __table_args__ = (UniqueConstraint("grant_id", "number"),)

    grant_id: Mapped[int] = mapped_column(ForeignKey("grants.id"))
    number: Mapped[int]
    status: Mapped[ConditionStatus] = mapped_column(code(ConditionStatus, "status"), default=ConditionStatus.DRAFT)

    conditions: Mapped[list["Condition"]] = relationship(order_by="Condition.position")


class Condition(Base):
    """Villkor: what the grantee must keep."""

    __tablename__ = "conditions"
    __table_args__ = (UniqueConstraint("condition_set_id", "position"),)

    condition_set_id: Mapped[int] = mapped_column(ForeignKey("condition_sets.id"))
    position: Mapped[int]
    text: Mapped[str]


class FormVersion(Base):
    """A form as data: its sections and questions as canonical JSON; immutable once published."""

    __tablename__ = "form_versions"
    __table_args__ = (UniqueConstraint("grant_id", "kind", "number"),)

    grant_id: Mapped[int] = mapped_column(ForeignKey("grants.id"))
    kind: Mapped[FormKind] = mapped_column(code(FormKind, "kind"))
    number: Mapped[int]
    title: Mapped[str]
    status: Mapped[ConditionStatus] = mapped_column(code(ConditionStatus, "status"), default=ConditionStatus.DRAFT)
    definition: Mapped[str]
    sha256: Mapped[str]
    published_at: Mapped[datetime | None]
