"""The ledger: entries are only added, beside the counters that guard."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert

from grantportal.domain import clock
from grantportal.domain.money import Kronor
from grantportal.domain.payments import LedgerKind
from grantportal.models.payments import LedgerEntry, Payment
from grantportal.queries import payments
from grantportal.transaction import Act


def enter(
    act: Act,
    kind: LedgerKind,
    amount: Kronor,
    *,
    grant_id: int,
    grant_year: int,
    organisation_id: int,
    case_id: int,
    decision_id: int | None = None,
    payment_id: int | None = None,
    report_id: int | None = None,
) -> None:
    """Enter an amount in whole kronor; a correction is an entry with the opposite sign."""
    act.session.add(
        LedgerEntry(
            kind=kind,
            grant_id=grant_id,
            grant_year=grant_year,
            organisation_id=organisation_id,
            case_id=case_id,
            decision_id=decision_id,
            payment_id=payment_id,
            report_id=report_id,
            amount=amount,
            entered_at=clock.now(),
        )
    )


def enter_paid(act: Act, paid: Sequence[Payment]) -> None:
    """Enter each payment as paid, once; in as many statements however many."""
    now = clock.now()
    table: Any = LedgerEntry.__table__
    # Past the session, which puts rows in one by one on SQLite; so the history is told of them here.
    act.session.execute(
        insert(table),
        [
            {
                "kind": LedgerKind.PAID,
                "grant_id": payment.grant_id,
                "grant_year": payment.grant_year,
                "organisation_id": payment.organisation_id,
                "case_id": payment.case_id,
                "decision_id": payment.decision_id,
                "payment_id": payment.id,
                "amount": payment.amount,
                "entered_at": now,
            }
            for payment in paid
        ],
    )
    act.tells(*payments.entered([payment.id for payment in paid]))
