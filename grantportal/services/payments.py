"""Utbetalning: register, attest, put in an underlag, mark as paid. Two persons per payment; never twice."""

from collections.abc import Sequence

from grantportal import policy
from grantportal.domain import clock
from grantportal.domain.actors import Actor, Role
from grantportal.domain.cases import FrozenKind
from grantportal.domain.errors import NotVisible, RuleViolation
from grantportal.domain.events import EventKind
from grantportal.domain.money import kr
from grantportal.domain.payments import (
    PAYMENT,
    ChosenPayments,
    ConfirmPaid,
    LedgerKind,
    PaymentAction,
    ensure_allotted,
    ensure_another_attests,
    ensure_giro,
    ensure_paid_day,
    ensure_some,
    ensure_within_decided,
)
from grantportal.effects import ledger
from grantportal.effects.freeze import freeze
from grantportal.effects.notices import tell_party
from grantportal.effects.records import next_in_series
from grantportal.models.payments import Payment, PaymentBatch
from grantportal.policy import Permission
from grantportal.queries import payments as queries
from grantportal.transaction import transaction

BATCH_PREFIX = "U"


def register(actor: Actor, command: ChosenPayments) -> int:
    """Register planned payments: the first of the two persons. Answers how many. Refused before the year is tilldelad."""
    ensure_some(command.payment_ids)
    with transaction(actor, EventKind.PAYMENT_REGISTERED) as act:
        policy.require(act.actor, Permission.REGISTER_PAYMENT)
        frames = queries.locked_frames(command.payment_ids)
        queries.locked_cases(command.payment_ids)
        payments = _all(command.payment_ids)
        receivers = queries.receivers(payments)
        for payment in payments:
            receiver = receivers[payment.organisation_id].name
            ensure_allotted(frames[payment.grant_id, payment.grant_year].status, year=payment.grant_year)
            decided, others = queries.decided_and_paid(payment)
            ensure_within_decided(payment.amount, others=others, decided=decided, receiver=receiver)
            payment.status = PAYMENT.after(payment.status, PaymentAction.REGISTER)
            payment.registered_by_id, payment.registered_at = act.actor.user_id, clock.now()
            act.also(EventKind.PAYMENT_REGISTERED, payment, amount=payment.amount, year=payment.grant_year)
        return len(payments)


def attest(actor: Actor, command: ChosenPayments) -> int:
    """Attest registered payments: the second person's yes. Answers how many."""
    ensure_some(command.payment_ids)
    with transaction(actor, EventKind.PAYMENT_ATTESTED) as act:
        policy.require(act.actor, Permission.ATTEST_PAYMENT)
        queries.locked_cases(command.payment_ids)
        payments = _all(command.payment_ids)
        receivers = queries.receivers(payments)
        for payment in payments:
            payment.status = PAYMENT.after(payment.status, PaymentAction.ATTEST)
            ensure_another_attests(
                registered_by=payment.registered_by_id,
                attested_by=act.actor.user_id,
                receiver=receivers[payment.organisation_id].name,
            )
            payment.attested_by_id, payment.attested_at = act.actor.user_id, clock.now()
            act.also(EventKind.PAYMENT_ATTESTED, payment, amount=payment.amount, year=payment.grant_year)
        return len(payments)


def batch(actor: Actor, command: ChosenPayments) -> int:
    """Put attested payments into a new underlag, whose content and giros are frozen. Answers the underlag's id."""
    ensure_some(command.payment_ids)
    with transaction(actor, EventKind.BATCH_CREATED) as act:
        policy.require(act.actor, Permission.BATCH_PAYMENTS)
        queries.locked_cases(command.payment_ids)
        payments = _all(command.payment_ids)
        receivers = queries.receivers(payments)
        giros = queries.giros_in_force(list(receivers))
        for payment in payments:
            payment.giro = ensure_giro(
                giros.get(payment.organisation_id), receiver=receivers[payment.organisation_id].name
            )
        now = clock.now()
        number = next_in_series(act, BATCH_PREFIX)
        made = PaymentBatch(
            number=number,
            created_by_id=act.actor.user_id,
            created_at=now,
            total=sum(payment.amount for payment in payments),
            sha256="",
        )
        act.session.add(made)
        act.session.flush()
        for payment in payments:
            payment.status = PAYMENT.after(payment.status, PaymentAction.BATCH)
            payment.batch_id = made.id
        act.session.flush()
        rows = [{**row, "batch_number": number} for row in queries.rows_to_freeze(payments)]
        content = {"number": number, "batch_id": str(made.id), "created_at": now.isoformat(), "payments": rows}
        made.sha256 = freeze(act, FrozenKind.PAYMENT_BATCH, made.id, content).sha256
        for payment in payments:
            act.also(EventKind.PAYMENT_BATCHED, payment, amount=payment.amount, batch=number)
        act.about(made, number=number, payments=len(payments), total=made.total, sha256=made.sha256)
        return made.id


def confirm(actor: Actor, batch_id: int, command: ConfirmPaid) -> int:
    """Mark payments of an underlag as paid on a day, once. Answers how many. A second attempt changes nothing and says so."""
    ensure_some(command.payment_ids)
    with transaction(actor, EventKind.PAYMENT_CONFIRMED) as act:
        policy.require(act.actor, Permission.CONFIRM_PAYMENT)
        cases = queries.locked_cases(command.payment_ids)
        paid_from = queries.locked_batch(batch_id)
        if paid_from is None:
            raise NotVisible
        ensure_paid_day(command.paid_on, batched_on=clock.stockholm(paid_from.created_at).date(), today=clock.today())
        payments = _all(command.payment_ids)
        for payment in payments:
            if payment.batch_id != batch_id:
                raise RuleViolation("Utbetalningen finns inte i det här underlaget.", field="payments")
            payment.status = PAYMENT.after(payment.status, PaymentAction.CONFIRM)
            payment.paid_on = command.paid_on
            payment.confirmed_by_id, payment.confirmed_at = act.actor.user_id, clock.now()
            ledger.enter(
                act,
                LedgerKind.PAID,
                payment.amount,
                grant_id=payment.grant_id,
                grant_year=payment.grant_year,
                organisation_id=payment.organisation_id,
                case_id=payment.case_id,
                decision_id=payment.decision_id,
                payment_id=payment.id,
            )
            act.also(
                EventKind.PAYMENT_CONFIRMED,
                payment,
                amount=payment.amount,
                year=payment.grant_year,
                paid_on=command.paid_on.isoformat(),
            )
            tell_party(
                act,
                cases[payment.case_id],
                f"Bidraget för {payment.grant_year} är utbetalt",
                f"{kr(payment.amount)} betalades {clock.day_text(command.paid_on)} till bankgiro {payment.giro}.",
                Role.OMBUD,
                Role.REPRESENTANT,
                Role.APPLICANT_ECONOMIST,
            )
        return len(payments)


def _all(payment_ids: Sequence[int]) -> list[Payment]:
    """Every chosen payment, locked; one that does not exist ends the act."""
    found = queries.locked(payment_ids)
    if len(found) != len(set(payment_ids)):
        raise NotVisible
    return found
