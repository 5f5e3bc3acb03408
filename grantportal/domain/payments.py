"""Utbetalning: registered by one, attested by another, paid once."""

from enum import StrEnum

from grantportal.domain.lifecycle import Lifecycle


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
