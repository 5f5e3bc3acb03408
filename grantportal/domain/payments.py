"""Utbetalning: registered by one, attested by another, paid once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from grantportal.domain.clock import day_text, month_text
from grantportal.domain.errors import RuleViolation
from grantportal.domain.grants import FrameStatus
from grantportal.domain.lifecycle import Lifecycle
from grantportal.domain.money import Kronor, in_words


class PaymentStatus(StrEnum):
    """planned → registered → attested → batched → confirmed."""

    PLANNED = "planned"
    REGISTERED = "registered"
    ATTESTED = "attested"
    BATCHED = "batched"
    CONFIRMED = "confirmed"


class PaymentAction(StrEnum):
    """What may be done with a payment."""

    REGISTER = "register"
    ATTEST = "attest"
    BATCH = "batch"
    CONFIRM = "confirm"


_S, _A = PaymentStatus, PaymentAction

PAYMENT: Lifecycle[PaymentStatus, PaymentAction] = Lifecycle(
    {
        (_S.PLANNED, _A.REGISTER): _S.REGISTERED,
        (_S.REGISTERED, _A.ATTEST): _S.ATTESTED,
        (_S.ATTESTED, _A.BATCH): _S.BATCHED,
        (_S.BATCHED, _A.CONFIRM): _S.CONFIRMED,
    },
    refusal="Utbetalningen är inte i det läget längre. Inget ändrades.",
)


class LedgerKind(StrEnum):
    """What an entry of the ledger is. Entries are only added; a correction is an entry with the opposite sign."""

    DECIDED = "decided"
    PAID = "paid"
    CHARGED = "charged"


@dataclass(frozen=True)
class ChosenPayments:
    """The payments that a person ticked."""

    payment_ids: tuple[int, ...]


@dataclass(frozen=True)
class ConfirmPaid:
    """The payments of a batch that the bank has paid, and the day."""

    payment_ids: tuple[int, ...]
    paid_on: date


def ensure_some(payment_ids: Sequence[int]) -> None:
    """Raises RuleViolation on `payments` when nothing is ticked."""
    if not payment_ids:
        raise RuleViolation("Välj minst en utbetalning.", field="payments")


def ensure_allotted(status: FrameStatus, *, year: int) -> None:
    """Nothing is paid before the year's money is at the authority's disposal (tilldelad).

    Raises RuleViolation on `payments`.
    """
    if status is not FrameStatus.ALLOTTED:
        raise RuleViolation(
            f"Medlen för {year} är inte tilldelade än. Betala när ramen är tilldelad.", field="payments"
        )


def ensure_another_attests(*, registered_by: int | None, attested_by: int | None, receiver: str) -> None:
    """Two different persons per payment: the one who registered never attests. Raises RuleViolation on `payments`."""
    if registered_by is None or registered_by == attested_by:
        raise RuleViolation(
            f"Du registrerade utbetalningen till {receiver}. Någon annan ska attestera den.", field="payments"
        )


def ensure_within_decided(amount: Kronor, *, others: Kronor, decided: Kronor, receiver: str) -> None:
    """A decision's payments of a year are never together above what it grants for that year.

    Raises RuleViolation on `payments`.
    """
    if others + amount > decided:
        raise RuleViolation(
            f"Beslutet till {receiver} ger {in_words(decided)}. Utbetalningen går över det.", field="payments"
        )


def ensure_giro(number: str | None, *, receiver: str) -> str:
    """The giro in force, verified by one and approved by another. Raises RuleViolation on `payments` when there is none."""
    if not number:
        raise RuleViolation(
            f"{receiver} har inget godkänt bankgiro. Kontrollera och godkänn det först.", field="payments"
        )
    return number


def ensure_paid_day(paid_on: date, *, batched_on: date, today: date) -> None:
    """The day of payment is neither before the batch nor still to come. Raises RuleViolation on `paid_on`."""
    if paid_on < batched_on:
        raise RuleViolation(
            f"Underlaget skapades {day_text(batched_on)}. Skriv den dagen eller en senare.", field="paid_on"
        )
    if paid_on > today:
        raise RuleViolation("Skriv dagen då pengarna betalades. Den kan inte ligga framåt i tiden.", field="paid_on")


def label(
    status: PaymentStatus, *, planned_on: date, batch: str = "", paid_on: date | None = None
) -> tuple[str, str, str]:
    """(tone, symbol, words) of a payment's state on screen."""
    if status is PaymentStatus.PLANNED:
        return "", "dots", f"Planerad i {month_text(planned_on)}"
    if status is PaymentStatus.REGISTERED:
        return "wait", "arrow", "Väntar på attest"
    if status is PaymentStatus.ATTESTED:
        return "info", "check", "Attesterad"
    if status is PaymentStatus.BATCHED:
        return "lock", "lock", f"I underlag {batch}"
    return "ok", "check", f"Betald {day_text(paid_on)}" if paid_on else "Betald"
