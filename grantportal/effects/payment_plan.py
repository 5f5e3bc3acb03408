"""Payment plan: what a decision grants is paid year by year, on the days that its call has said."""

from collections.abc import Mapping
from datetime import date

from grantportal.domain.events import EventKind
from grantportal.domain.money import Kronor
from grantportal.models.decisions import Decision
from grantportal.models.payments import Payment
from grantportal.transaction import Act


def plan_payments(
    act: Act, decision: Decision, granted: Mapping[int, Kronor], *, grant_id: int, pay_on: Mapping[int, date]
) -> None:
    """One planned payment per granted year."""
    for year, amount in sorted(granted.items()):
        if amount == 0:
            continue
        payment = Payment(
            decision_id=decision.id,
            organisation_id=decision.organisation_id,
            case_id=decision.case_id,
            grant_id=grant_id,
            grant_year=year,
            amount=amount,
            planned_on=pay_on[year],
        )
        act.session.add(payment)
        act.session.flush()
        act.also(
            EventKind.PAYMENT_PLANNED, payment, year=year, amount=amount, planned_on=payment.planned_on.isoformat()
        )
