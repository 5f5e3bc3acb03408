"""Beslut, kommunicering and expediering."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantportal.domain.decisions import CommunicationKind, DecisionStatus, DismissalGround, Outcome, SkipGround
from grantportal.domain.money import Kronor
from grantportal.models.accounts import User
from grantportal.models.applications import Application
from grantportal.models.base import Base, code
from grantportal.models.grants import CostCategory

_OPEN = text("status <> 'made'")


class Decision(Base):
    """Beslut. Once made, triggers refuse every change of the row and its lines; what follows are rows of their own."""

    __tablename__ = "decisions"
    __table_args__ = (
        UniqueConstraint("id", "organisation_id"),
        ForeignKeyConstraint(
            ["application_id", "organisation_id"],
            ["applications.id", "applications.organisation_id"],
            name="fk_decisions_application_and_organisation",
        ),
        CheckConstraint("decided_by_id IS NULL OR proposed_by_id <> decided_by_id", name="two_persons"),
        CheckConstraint(
            "status <> 'made' OR (decided_by_id IS NOT NULL AND decided_at IS NOT NULL AND proposed_by_id IS NOT NULL AND sha256 IS NOT NULL)",
            name="made_is_whole",
        ),
        CheckConstraint(
            "status <> 'made' OR (outcome = 'dismissed') = (dismissal_ground IS NOT NULL AND dismissal_why <> '')",
            name="dismissed_on_a_ground",
        ),
        Index("uq_decisions_open", "application_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_decisions_case_id", "case_id"),
        # Which later decision changes this one is asked of every decision in a list.
        Index("ix_decisions_changes_id", "changes_id"),
    )

    application_id: Mapped[int] = mapped_column()
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    changes_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))
    status: Mapped[DecisionStatus] = mapped_column(code(DecisionStatus, "status"), default=DecisionStatus.DRAFT)
    outcome: Mapped[Outcome | None] = mapped_column(code(Outcome, "outcome"))
    reasons: Mapped[str] = mapped_column(default="")
    covers: Mapped[str] = mapped_column(default="")
    """What the money may be used for, in words, beside the amounts."""
    conditions: Mapped[str] = mapped_column(default="")
    """Villkor of this decision beyond the call's, one a line."""
    took_part: Mapped[str] = mapped_column(default="")
    """Those without an account who took part without deciding, one a line: «Namn, titel». The others are `participants`."""
    dissent: Mapped[str] = mapped_column(default="")
    """Skiljaktig mening as the föredragande wrote it in proposals from before `Dissent`."""
    dismissal_ground: Mapped[DismissalGround | None] = mapped_column(code(DismissalGround, "dismissal_ground"))
    """Why the application is not tried, when it is dismissed; and why that holds."""
    dismissal_why: Mapped[str] = mapped_column(default="", server_default=text("''"))
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime | None]
    returned_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    returned_reason: Mapped[str] = mapped_column(default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    sha256: Mapped[str | None]
    """Fingerprint of what was proposed: the decider confirms the one that was read."""

    application: Mapped[Application] = relationship(
        foreign_keys=[application_id], primaryjoin="Decision.application_id == Application.id"
    )
    participants: Mapped[list["DecisionParticipant"]] = relationship(
        cascade="all, delete-orphan", order_by="DecisionParticipant.id"
    )
    lines: Mapped[list["DecisionLine"]] = relationship(back_populates="decision", cascade="all, delete-orphan")


class DecisionLine(Base):
    """Beviljat for one year and kostnadsslag, in whole kronor."""

    __tablename__ = "decision_lines"
    __table_args__ = (
        UniqueConstraint("decision_id", "grant_year", "cost_category_id"),
        CheckConstraint("amount >= 0", name="amount"),
    )

    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"))
    grant_year: Mapped[int]
    cost_category_id: Mapped[int] = mapped_column(ForeignKey("cost_categories.id"))
    amount: Mapped[Kronor]

    decision: Mapped[Decision] = relationship(back_populates="lines")
    cost_category: Mapped[CostCategory] = relationship()


class DecisionParticipant(Base):
    """Who took part in the final handling without deciding, and has an account: the person may have a dissent noted."""

    __tablename__ = "decision_participants"
    __table_args__ = (UniqueConstraint("decision_id", "user_id"),)

    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str]
    """The person's role when the proposal was written."""

    user: Mapped[User] = relationship(lazy="joined")


class Dissent(Base):
    """Avvikande mening of one who took part in the final handling. Written once; a change is another one."""

    __tablename__ = "dissents"
    __table_args__ = (Index("ix_dissents_decision_id", "decision_id"),)

    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id"))
    """The same as a handling."""
    person_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    """Who wrote it in: whose it is, unless `whose` says another."""
    whose: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """The name of a person without an account, for whom it was written in."""
    text: Mapped[str]
    at: Mapped[datetime]


class Communication(Base):
    """Kommunicering: what was sent to the party before the decision and its reply, or why it was skipped."""

    __tablename__ = "communications"
    __table_args__ = (
        CheckConstraint("(kind = 'skipped') = (ground IS NOT NULL)", name="skipped_has_a_ground"),
        CheckConstraint("(kind = 'sent') = (last_day IS NOT NULL)", name="sent_has_a_last_day"),
        Index("ix_communications_application_id", "application_id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"))
    kind: Mapped[CommunicationKind] = mapped_column(code(CommunicationKind, "kind"))
    ground: Mapped[SkipGround | None] = mapped_column(code(SkipGround, "ground"))
    material: Mapped[str]
    """What was sent; when skipped, why the ground holds."""
    last_day: Mapped[date | None]
    sent_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    sent_at: Mapped[datetime]
    reply: Mapped[str | None]
    replied_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    replied_at: Mapped[datetime | None]


class Dispatch(Base):
    """Expediering: the decision is sent (meddelat)."""

    __tablename__ = "dispatches"
    __table_args__ = (
        UniqueConstraint("decision_id", "receiver"),
        Index("ix_dispatches_organisation_id_dispatched_at", "organisation_id", "dispatched_at"),
    )

    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    receiver: Mapped[str]
    dispatched_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    dispatched_at: Mapped[datetime]
