"""Utbetalning: registered by one, attested by another, paid once.

What we do ourselves (register, attest, put in an underlag) is refused when a rule forbids it. What the bank has done has
happened: it is entered as it was, marked with how it deviates, and a person writes why.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256

from grantportal.domain.clock import day_text, month_text
from grantportal.domain.errors import RuleViolation
from grantportal.domain.grants import FrameStatus
from grantportal.domain.lifecycle import Lifecycle
from grantportal.domain.money import Kronor, in_words, kr, number
from grantportal.domain.reasons import ensure_says_something
from grantportal.domain.texts import few


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
    END_ATTESTATION = "end_attestation"
    UNREGISTER = "unregister"


_S, _A = PaymentStatus, PaymentAction

PAYMENT: Lifecycle[PaymentStatus, PaymentAction] = Lifecycle(
    {
        (_S.PLANNED, _A.REGISTER): _S.REGISTERED,
        (_S.REGISTERED, _A.ATTEST): _S.ATTESTED,
        (_S.ATTESTED, _A.BATCH): _S.BATCHED,
        (_S.BATCHED, _A.CONFIRM): _S.CONFIRMED,
        (_S.ATTESTED, _A.END_ATTESTATION): _S.REGISTERED,
        (_S.REGISTERED, _A.UNREGISTER): _S.PLANNED,
    },
    refusal="Utbetalningen är inte i det läget längre. Inget ändrades.",
)


STATUS_TEXTS = {
    _S.PLANNED: "planerad",
    _S.REGISTERED: "väntar på attest",
    _S.ATTESTED: "attesterad",
    _S.BATCHED: "i underlag",
    _S.CONFIRMED: "betald",
}

UNDER_WAY = (_S.REGISTERED, _S.ATTESTED, _S.BATCHED)
"""A person has begun to pay, and the bank has not said that it is done."""


class PaymentDeviation(StrEnum):
    """How a payment that the bank has made is not as it should have been. Stored joined by commas, in this order."""

    FRAME_ESTIMATED = "frame_estimated"
    NOT_SENT = "not_sent"
    BEFORE_BATCH = "before_batch"
    EARLY = "early"
    GIRO_ENDED = "giro_ended"
    WITHDRAWN = "withdrawn"


DEVIATION_TEXTS = {
    PaymentDeviation.FRAME_ESTIMATED: "årets medel var inte tilldelade",
    PaymentDeviation.NOT_SENT: "beslutet var inte skickat",
    PaymentDeviation.BEFORE_BATCH: "betald innan underlaget skapades",
    PaymentDeviation.EARLY: "betald före planerad dag",
    PaymentDeviation.GIRO_ENDED: "betald till ett bankgiro som hade slutat gälla",
    PaymentDeviation.WITHDRAWN: "parten hade återkallat ansökan innan beslutet skickades",
}


class LedgerKind(StrEnum):
    """What an entry of the ledger is. Entries are only added; a correction is an entry with the opposite sign."""

    DECIDED = "decided"
    PAID = "paid"
    CHARGED = "charged"


@dataclass(frozen=True)
class Narrowed:
    """Which of the payments in one state a list shows; None: all."""

    grant_id: int | None = None
    grant_year: int | None = None
    planned_on: date | None = None

    def holds(self, *, grant_id: int, grant_year: int, planned_on: date) -> bool:
        """Whether such a payment is shown."""
        return (
            self.grant_id in (None, grant_id)
            and self.grant_year in (None, grant_year)
            and self.planned_on in (None, planned_on)
        )


@dataclass(frozen=True)
class Whole:
    """All the payments that are chosen as one: how many, how much in whole kronor, and which.

    `shown` names each payment by its id, and where its giro is to be seen by "id:giro id", in any order.
    """

    count: int = 0
    total: Kronor = 0
    shown: tuple[str, ...] = ()

    @property
    def stamp(self) -> str:
        """What a page says that it showed: whoever chooses all chooses these, and no other."""
        return sha256(",".join(sorted(self.shown)).encode()).hexdigest()

    @property
    def text(self) -> str:
        """«10 000 utbetalningar, tillsammans 9 000 000 kr»."""
        return f"{number(self.count)} {'utbetalning' if self.count == 1 else 'utbetalningar'}, tillsammans {kr(self.total)}"

    def ensure_seen(self, stamp: str) -> None:
        """Raises RuleViolation on `payments` when the list is another than the one whose stamp this is."""
        if stamp != self.stamp:
            raise RuleViolation(
                f"Listan har ändrats sedan du öppnade den. Nu är det {self.text}. Kontrollera och välj igen.",
                field="payments",
            )


@dataclass(frozen=True)
class ChosenPayments:
    """The payments that a person ticked, and why any of them is paid though its application is withdrawn (empty: none is)."""

    payment_ids: tuple[int, ...]
    withdrawn_reason: str = ""


@dataclass(frozen=True)
class AttestPayments:
    """The payments that the person ticked, each with the id of the giro that the page showed for it (0: none).

    `withdrawn_reason` as in ChosenPayments.
    """

    seen: tuple[tuple[int, int], ...]
    withdrawn_reason: str = ""

    @property
    def payment_ids(self) -> tuple[int, ...]:
        """Which payments."""
        return tuple(payment_id for payment_id, _ in self.seen)


@dataclass(frozen=True)
class BatchPayments:
    """The payments of a new underlag, and why any of them is paid before its planned day (empty: none is).

    `withdrawn_reason` as in ChosenPayments.
    """

    payment_ids: tuple[int, ...]
    early_reason: str = ""
    withdrawn_reason: str = ""


@dataclass(frozen=True)
class TakeBackPayments:
    """The payments that go one step back, and why."""

    payment_ids: tuple[int, ...]
    reason: str


@dataclass(frozen=True)
class ConfirmPaid:
    """The payments of a batch that the bank has paid, the day, and why any of them deviates (empty: none does)."""

    payment_ids: tuple[int, ...]
    paid_on: date
    reason: str = ""


def ensure_some(payment_ids: Sequence[int]) -> None:
    """Raises RuleViolation on `payments` when nothing is ticked, or more than one act takes."""
    if not payment_ids:
        raise RuleViolation("Välj minst en utbetalning.", field="payments")
    if len(payment_ids) > MOST_AT_ONCE:
        raise RuleViolation(
            f"Välj högst {number(MOST_AT_ONCE)} utbetalningar åt gången. Visa färre i listan och ta resten sedan.",
            field="payments",
        )


MOST_AT_ONCE = 20_000
"""What one act takes: all its rows are locked together, and a bank takes files of about so many."""


def ensure_one_grant(titles: Collection[str]) -> None:
    """An underlag holds payments of one statsbidrag, so that finance books it on one. Raises RuleViolation on `payments`."""
    if len(titles) > 1:
        named = few([f"«{title}»" for title in sorted(titles)], " och ")
        raise RuleViolation(
            f"Ett underlag gäller ett statsbidrag. Du har valt utbetalningar av {named}. Välj ett statsbidrag i taget.",
            field="payments",
        )


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


def ensure_giro(in_force: int | None, *, receiver: str) -> int:
    """The id of the giro in force, verified by one and approved by another. Raises RuleViolation on `payments` without."""
    if not in_force:
        raise RuleViolation(
            f"{receiver} har inget godkänt bankgiro. Kontrollera och godkänn det först.", field="payments"
        )
    return in_force


def ensure_giro_was_seen(seen: int | None, in_force: int, *, receiver: str, number: str) -> None:
    """Who attests has seen the giro that money goes to. `number` is the one in force. Raises RuleViolation on `payments`."""
    if seen != in_force:
        raise RuleViolation(
            f"Bankgirot till {receiver} är ändrat sedan du öppnade sidan. Nu gäller {number}. Kontrollera det och "
            "attestera igen.",
            field="payments",
        )


def ensure_attested_giro(attested: tuple[int | None, str], in_force: tuple[int, str], *, receiver: str) -> None:
    """Money goes to the giro that was attested and to no other: both are (id, number). Raises RuleViolation on `payments`."""
    if attested != in_force:
        raise RuleViolation(
            f"Attesten av utbetalningen till {receiver} gäller inte det bankgiro som nu är i bruk. Ta tillbaka attesten och attestera igen.",
            field="payments",
        )


def ensure_sent(*, is_sent: bool, receiver: str) -> None:
    """Nothing is paid on a decision before it is sent (meddelat) to its party. Raises RuleViolation on `payments`."""
    if not is_sent:
        raise RuleViolation(
            f"Beslutet till {receiver} är inte skickat än. Betala när det är skickat.", field="payments"
        )


def ensure_not_early(early: Mapping[str, date], reason: str) -> None:
    """What goes to the bank before its planned day needs a reason. `early` has the planned day by receiver.

    Raises RuleViolation on `early_reason`.
    """
    if not early:
        return
    if not reason:
        named = few([f"{receiver} ({day_text(day)})" for receiver, day in early.items()])
        raise RuleViolation(
            f"Planerad dag är senare: {named}. Vänta, eller skriv varför det betalas nu.", field="early_reason"
        )
    ensure_says_something(reason, field="early_reason")


def ensure_withdrawal_is_explained(withdrawn: Mapping[str, datetime], reason: str) -> None:
    """What is paid though its party withdrew the application before the decision was sent needs a reason, at each step.

    `withdrawn` has the moment (UTC) by receiver. Raises RuleViolation on `withdrawn_reason`.
    """
    if not withdrawn:
        return
    if not reason:
        named = few([f"{receiver} ({day_text(at)})" for receiver, at in withdrawn.items()])
        raise RuleViolation(
            f"Parten återkallade ansökan innan beslutet skickades: {named}. Ta inte med den, eller skriv varför den ska betalas.",
            field="withdrawn_reason",
        )
    ensure_says_something(reason, field="withdrawn_reason")


def is_early(planned_on: date, on: date) -> bool:
    """Whether the day is before the planned one; the planned day itself is in time."""
    return on < planned_on


def deviations(
    *,
    frame: FrameStatus,
    is_sent: bool,
    paid_on: date,
    batched_on: date,
    planned_on: date,
    early_reason: str,
    giro_ended_on: date | None,
    is_withdrawn: bool,
) -> tuple[PaymentDeviation, ...]:
    """How what the bank has done is not as it should have been; nothing of it is refused.

    Early is no deviation where the underlag was made early with a reason: that was answered for then. A giro that ended on
    the very day may have ended before the bank paid: that is asked about too. `is_withdrawn`: whether the party withdrew the
    application before the decision was sent; of money that has gone out that is said whatever was said before.
    """
    held = {
        PaymentDeviation.FRAME_ESTIMATED: frame is not FrameStatus.ALLOTTED,
        PaymentDeviation.NOT_SENT: not is_sent,
        PaymentDeviation.BEFORE_BATCH: paid_on < batched_on,
        PaymentDeviation.EARLY: is_early(planned_on, paid_on) and not early_reason,
        PaymentDeviation.GIRO_ENDED: giro_ended_on is not None and giro_ended_on <= paid_on,
        PaymentDeviation.WITHDRAWN: is_withdrawn,
    }
    return tuple(kind for kind, holds in held.items() if holds)


def ensure_explained(deviating: Mapping[str, Sequence[PaymentDeviation]], reason: str) -> None:
    """What deviates is entered with a reason. `deviating` has the deviations by receiver.

    Raises RuleViolation on `reason`, which says of each how it deviates.
    """
    if not deviating:
        return
    if not reason:
        named = few([f"{receiver}: {deviations_text(kinds)}" for receiver, kinds in deviating.items()], "; ")
        raise RuleViolation(f"Kontrollera betaldagen. Stämmer den, skriv varför. {named}.", field="reason")
    ensure_says_something(reason, field="reason")


def deviations_text(kinds: Sequence[PaymentDeviation]) -> str:
    """«betald före planerad dag, beslutet var inte skickat»."""
    return ", ".join(DEVIATION_TEXTS[kind] for kind in kinds)


def deviations_of(stored: str) -> tuple[PaymentDeviation, ...]:
    """The deviations from how they are stored."""
    return tuple(PaymentDeviation(code) for code in stored.split(",") if code)


def ensure_paid_day(paid_on: date, *, today: date) -> None:
    """What is paid is paid by today. Raises RuleViolation on `paid_on`."""
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
