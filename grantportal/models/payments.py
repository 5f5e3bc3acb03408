"""Utbetalningar, underlag and the ledger."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantportal.domain.money import Kronor
from grantportal.domain.payments import LedgerKind, PaymentStatus
from grantportal.models.base import Base, code
from grantportal.models.decisions import Decision
from grantportal.models.organisations import Organisation


class Payment(Base):
    """Utbetalning: one sum to one grantee for one grant year; one per decision, year and instalment."""

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("decision_id", "grant_year", "instalment"),
        ForeignKeyConstraint(
            ["decision_id", "organisation_id"],
            ["decisions.id", "decisions.organisation_id"],
            name="fk_payments_decision_and_organisation",
        ),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("attested_by_id IS NULL OR registered_by_id <> attested_by_id", name="two_persons"),
        CheckConstraint("status NOT IN ('batched', 'confirmed') OR batch_id IS NOT NULL", name="batched_has_a_batch"),
        CheckConstraint("status NOT IN ('batched', 'confirmed') OR giro <> ''", name="batched_has_a_giro"),
        CheckConstraint("(status = 'confirmed') = (paid_on IS NOT NULL)", name="confirmed_has_a_day"),
        CheckConstraint("(deviations = '') = (deviation_reason = '')", name="deviation_has_a_reason"),
        Index("ix_payments_case_id", "case_id"),
        Index("ix_payments_batch_id", "batch_id"),
    )

    decision_id: Mapped[int] = mapped_column()
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    grant_id: Mapped[int] = mapped_column(ForeignKey("grants.id"))
    grant_year: Mapped[int]
    instalment: Mapped[int] = mapped_column(default=1)
    amount: Mapped[Kronor]
    planned_on: Mapped[date]
    status: Mapped[PaymentStatus] = mapped_column(code(PaymentStatus, "status"), default=PaymentStatus.PLANNED)
    registered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    registered_at: Mapped[datetime | None]
    attested_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    attested_at: Mapped[datetime | None]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("payment_batches.id"))
    giro_id: Mapped[int | None] = mapped_column(ForeignKey("bank_giros.id"))
    """The giro that the attestant approved: frozen at attestation, and what the underlag is made of."""
    giro: Mapped[str] = mapped_column(default="")
    """Its number, frozen with it."""
    early_reason: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """Why the underlag was made before the planned day; empty where it was not."""
    paid_on: Mapped[date | None]
    deviations: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """How what the bank did is not as it should have been: codes of PaymentDeviation, joined by commas."""
    deviation_reason: Mapped[str] = mapped_column(default="", server_default=text("''"))
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[datetime | None]

    decision: Mapped[Decision] = relationship(
        foreign_keys=[decision_id], primaryjoin="Payment.decision_id == Decision.id"
    )
    organisation: Mapped[Organisation] = relationship(foreign_keys=[organisation_id], overlaps="decision")
    batch: Mapped["PaymentBatch | None"] = relationship(back_populates="payments")


class PaymentBatch(Base):
    """Utbetalningsunderlag: what finance gets; its content is frozen, so that the same file comes out each time."""

    __tablename__ = "payment_batches"
    __table_args__ = (UniqueConstraint("number"),)

    number: Mapped[str]
    """Stable number on screen and in the file."""
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("grants.id"))
    """The statsbidrag that it pays, and no other: the database lets in no payment of another. None of one from before that
    which holds several."""
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    total: Mapped[Kronor]
    sha256: Mapped[str]

    payments: Mapped[list[Payment]] = relationship(back_populates="batch", order_by="Payment.id")


class LedgerEntry(Base):
    """One line of the ledger: what pages and reports sum. Only added."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        Index("ix_ledger_entries_grant_id_grant_year", "grant_id", "grant_year"),
        Index("ix_ledger_entries_case_id", "case_id"),
        Index("ix_ledger_entries_entered", "organisation_id", "grant_id", "grant_year", "entered_at"),
    )

    kind: Mapped[LedgerKind] = mapped_column(code(LedgerKind, "kind"))
    grant_id: Mapped[int] = mapped_column(ForeignKey("grants.id"))
    grant_year: Mapped[int]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id"))
    amount: Mapped[Kronor]
    entered_at: Mapped[datetime]
