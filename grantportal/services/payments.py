"""Utbetalning: register, attest, put in an underlag, mark as paid. Two persons per payment; never twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from grantportal import policy
from grantportal.domain import clock, personal_numbers
from grantportal.domain.actors import Actor, Role
from grantportal.domain.cases import FrozenKind
from grantportal.domain.errors import NotVisible, RuleViolation
from grantportal.domain.events import EventKind
from grantportal.domain.money import kr
from grantportal.domain.payments import (
    PAYMENT,
    AttestPayments,
    BatchPayments,
    ChosenPayments,
    ConfirmPaid,
    PaymentAction,
    PaymentDeviation,
    TakeBackPayments,
    deviations,
    ensure_allotted,
    ensure_another_attests,
    ensure_attested_giro,
    ensure_explained,
    ensure_giro,
    ensure_giro_was_seen,
    ensure_not_early,
    ensure_one_grant,
    ensure_paid_day,
    ensure_sent,
    ensure_some,
    ensure_withdrawal_is_explained,
    ensure_within_decided,
    is_early,
)
from grantportal.domain.reasons import ensure_says_something
from grantportal.effects import ledger
from grantportal.effects.freeze import freeze
from grantportal.effects.notices import tell_party, tell_person
from grantportal.effects.records import next_in_series
from grantportal.models.grants import YearFrame
from grantportal.models.organisations import Organisation
from grantportal.models.payments import Payment, PaymentBatch
from grantportal.policy import Permission
from grantportal.queries import payments as queries
from grantportal.transaction import transaction

BATCH_PREFIX = "U"


def register(actor: Actor, command: ChosenPayments) -> int:
    """Register planned payments: the first of the two persons. Answers how many.

    Refused before the decision is sent and before the year is tilldelad, as every step that is ours. One whose party withdrew
    its application before the decision was sent needs a reason, at each of these steps.
    """
    with transaction(actor, EventKind.PAYMENT_REGISTERED) as act:
        policy.require(act.actor, Permission.REGISTER_PAYMENT)
        chosen = _payable(command.payment_ids, command.withdrawn_reason)
        granted, planned = queries.granted_and_planned(chosen.payments)
        for payment in chosen.payments:
            year = payment.decision_id, payment.grant_year
            others = planned[year] - payment.amount
            ensure_within_decided(
                payment.amount, others=others, decided=granted.get(year, 0), receiver=chosen.receiver(payment)
            )
            payment.status = PAYMENT.after(payment.status, PaymentAction.REGISTER)
            payment.registered_by_id, payment.registered_at = act.actor.user_id, clock.now()
            act.also(
                EventKind.PAYMENT_REGISTERED,
                payment,
                amount=payment.amount,
                year=payment.grant_year,
                **chosen.why(payment),
            )
        return len(chosen.payments)


def attest(actor: Actor, command: AttestPayments) -> int:
    """Attest registered payments, and the giro that each is paid to: the second person's yes. Answers how many.

    The giro is frozen with it. One that has changed since the person saw it is refused.
    """
    with transaction(actor, EventKind.PAYMENT_ATTESTED) as act:
        policy.require(act.actor, Permission.ATTEST_PAYMENT)
        chosen, seen = _payable(command.payment_ids, command.withdrawn_reason), dict(command.seen)
        giros = queries.giros_in_force(list(chosen.receivers))
        for payment in chosen.payments:
            payment.status = PAYMENT.after(payment.status, PaymentAction.ATTEST)
            ensure_another_attests(
                registered_by=payment.registered_by_id,
                attested_by=act.actor.user_id,
                receiver=chosen.receiver(payment),
            )
            receiver, giro = chosen.receiver(payment), giros.get(payment.organisation_id)
            in_force, number = ensure_giro(giro.id if giro else None, receiver=receiver), giro.number if giro else ""
            ensure_giro_was_seen(seen[payment.id], in_force, receiver=receiver, number=number)
            payment.giro_id, payment.giro = in_force, number
            payment.attested_by_id, payment.attested_at = act.actor.user_id, clock.now()
            act.also(
                EventKind.PAYMENT_ATTESTED,
                payment,
                amount=payment.amount,
                year=payment.grant_year,
                bank_giro=number,
                **chosen.why(payment),
            )
        return len(chosen.payments)


def unregister(actor: Actor, command: TakeBackPayments) -> int:
    """Registered payments are planned again: the way back before they are attested. Answers how many."""
    return _take_back(actor, command, PaymentAction.UNREGISTER, EventKind.PAYMENT_UNREGISTERED)


def end_attestation(actor: Actor, command: TakeBackPayments) -> int:
    """Attested payments wait for a new attestation: the way back before they are in an underlag. Answers how many."""
    return _take_back(actor, command, PaymentAction.END_ATTESTATION, EventKind.PAYMENT_ATTESTATION_ENDED)


def _take_back(actor: Actor, command: TakeBackPayments, action: PaymentAction, kind: EventKind) -> int:
    ensure_some(command.payment_ids)
    ensure_says_something(command.reason, field="reason")
    personal_numbers.ensure_none({"reason": command.reason}, personal_numbers.IN_NAME)
    with transaction(actor, kind) as act:
        policy.require(act.actor, Permission.TAKE_BACK_PAYMENT)
        cases = queries.locked_cases(command.payment_ids)
        payments = _all(command.payment_ids)
        for payment in payments:
            payment.status = PAYMENT.after(payment.status, action)
            involved = [user_id for user_id in (payment.registered_by_id, payment.attested_by_id) if user_id]
            payment.attested_by_id, payment.attested_at = None, None
            payment.giro_id, payment.giro = None, ""
            if action is PaymentAction.UNREGISTER:
                payment.registered_by_id, payment.registered_at = None, None
            act.also(kind, payment, amount=payment.amount, year=payment.grant_year, reason=command.reason)
            for user_id in sorted({*involved} - {act.actor.user_id}):
                tell_person(
                    act,
                    cases[payment.case_id],
                    user_id,
                    f"{kind.text}: {kr(payment.amount)} för {payment.grant_year}",
                    f"{act.actor.name}: {command.reason}",
                )
        return len(payments)


def batch(actor: Actor, command: BatchPayments) -> int:
    """Put attested payments into a new underlag, whose content is frozen, with the giros that were attested. Answers the underlag's id.

    What is put there before its planned day needs a reason.
    """
    personal_numbers.ensure_none({"early_reason": command.early_reason}, personal_numbers.IN_NAME)
    with transaction(actor, EventKind.BATCH_CREATED) as act:
        policy.require(act.actor, Permission.BATCH_PAYMENTS)
        chosen = _payable(command.payment_ids, command.withdrawn_reason)
        payments, today = chosen.payments, clock.today()
        ensure_one_grant(titles := queries.grant_titles(payments))
        giros = queries.giros_in_force(list(chosen.receivers))
        early = [payment for payment in payments if is_early(payment.planned_on, today)]
        ensure_not_early({chosen.named(payment): payment.planned_on for payment in early}, command.early_reason)
        for payment in early:
            payment.early_reason = command.early_reason
        for payment in payments:
            receiver, giro = chosen.receiver(payment), giros.get(payment.organisation_id)
            in_force = ensure_giro(giro.id if giro else None, receiver=receiver), giro.number if giro else ""
            ensure_attested_giro((payment.giro_id, payment.giro), in_force, receiver=receiver)
        now = clock.now()
        number = next_in_series(act, BATCH_PREFIX)
        made = PaymentBatch(
            number=number,
            grant_id=payments[0].grant_id,
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
        content = {
            "number": number,
            "batch_id": str(made.id),
            "created_at": now.isoformat(),
            "grant": titles[0],
            "payments": rows,
        }
        made.sha256 = freeze(act, FrozenKind.PAYMENT_BATCH, made.id, content).sha256
        for payment in payments:
            why = chosen.why(payment) | ({"reason": payment.early_reason} if payment.early_reason else {})
            act.also(EventKind.PAYMENT_BATCHED, payment, amount=payment.amount, batch=number, **why)
        act.about(made, number=number, payments=len(payments), total=made.total, sha256=made.sha256)
        return made.id


def confirm(actor: Actor, batch_id: int, command: ConfirmPaid) -> int:
    """Mark payments of an underlag as paid on a day, once. Answers how many. A second attempt changes nothing and says so.

    What the bank has done is never refused. Where it is not as it should have been, it is entered with how it deviates and
    the person's reason.
    """
    ensure_some(command.payment_ids)
    personal_numbers.ensure_none({"reason": command.reason}, personal_numbers.IN_NAME)
    with transaction(actor, EventKind.PAYMENT_CONFIRMED) as act:
        policy.require(act.actor, Permission.CONFIRM_PAYMENT)
        frames = queries.locked_frames(command.payment_ids)
        cases = queries.locked_cases(command.payment_ids)
        paid_from = queries.locked_batch(batch_id)
        if paid_from is None:
            raise NotVisible
        ensure_paid_day(command.paid_on, today=clock.today())
        payments = _all(command.payment_ids)
        for payment in payments:
            if payment.batch_id != batch_id:
                raise RuleViolation("Utbetalningen finns inte i det här underlaget.", field="payments")
            PAYMENT.after(payment.status, PaymentAction.CONFIRM)
        deviating = _deviating(payments, frames, paid_from, command)
        ledger.enter_paid(act, payments)
        for payment in payments:
            payment.status, payment.paid_on = PAYMENT.after(payment.status, PaymentAction.CONFIRM), command.paid_on
            payment.confirmed_by_id, payment.confirmed_at = act.actor.user_id, clock.now()
            act.also(
                EventKind.PAYMENT_CONFIRMED,
                payment,
                amount=payment.amount,
                year=payment.grant_year,
                paid_on=command.paid_on.isoformat(),
            )
            if kinds := deviating.get(payment.id):
                payment.deviations, payment.deviation_reason = ",".join(kinds), command.reason
                act.also(
                    EventKind.PAYMENT_DEVIATED,
                    payment,
                    year=payment.grant_year,
                    deviations=list(kinds),
                    reason=command.reason,
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


def _deviating(
    payments: list[Payment],
    frames: Mapping[tuple[int, int], YearFrame],
    paid_from: PaymentBatch,
    command: ConfirmPaid,
) -> dict[int, tuple[PaymentDeviation, ...]]:
    """How each payment deviates, by its id: only those that do, and only with a reason."""
    sent, ended = queries.sent_decisions(payments), queries.ended_giros(payments)
    withdrawn = queries.withdrawn_decisions(payments)
    chosen = _Chosen(payments, queries.receivers(payments))
    batched_on = clock.stockholm(paid_from.created_at).date()
    found = {
        payment.id: deviations(
            frame=frames[payment.grant_id, payment.grant_year].status,
            is_sent=payment.decision_id in sent,
            paid_on=command.paid_on,
            batched_on=batched_on,
            planned_on=payment.planned_on,
            early_reason=payment.early_reason,
            giro_ended_on=ended.get(payment.giro_id or 0),
            is_withdrawn=payment.decision_id in withdrawn,
        )
        for payment in payments
    }
    ensure_explained({chosen.named(each): found[each.id] for each in payments if found[each.id]}, command.reason)
    return {payment_id: kinds for payment_id, kinds in found.items() if kinds}


@dataclass(frozen=True)
class _Chosen:
    """The payments that a person has chosen, locked, with those that are paid."""

    payments: list[Payment]
    receivers: Mapping[int, Organisation]
    withdrawn: Mapping[int, datetime] = field(default_factory=dict)
    """When the party withdrew its application, by the decision that was sent all the same."""
    withdrawn_reason: str = ""

    def why(self, payment: Payment) -> dict[str, str]:
        """What the history says of a payment whose application is withdrawn; nothing of any other."""
        return {"withdrawn_reason": self.withdrawn_reason} if payment.decision_id in self.withdrawn else {}

    def receiver(self, payment: Payment) -> str:
        """The name of whoever is paid."""
        return self.receivers[payment.organisation_id].name

    def named(self, payment: Payment) -> str:
        """«Region Skåne 2022»."""
        return f"{self.receiver(payment)} {payment.grant_year}"


def _payable(payment_ids: Sequence[int], withdrawn_reason: str) -> _Chosen:
    """The chosen payments, locked in the house's order, and all of them such that a step which is ours may be taken.

    Raises RuleViolation where nothing is chosen, a decision is not sent, a year is not tilldelad, or an application is
    withdrawn and no reason given; NotVisible where one does not exist.
    """
    ensure_some(payment_ids)
    personal_numbers.ensure_none({"withdrawn_reason": withdrawn_reason}, personal_numbers.IN_NAME)
    frames = queries.locked_frames(payment_ids)
    queries.locked_cases(payment_ids)
    payments = _all(payment_ids)
    withdrawn = queries.withdrawn_decisions(payments)
    chosen = _Chosen(payments, queries.receivers(payments), withdrawn, withdrawn_reason)
    sent = queries.sent_decisions(payments)
    for payment in payments:
        ensure_sent(is_sent=payment.decision_id in sent, receiver=chosen.receiver(payment))
        ensure_allotted(frames[payment.grant_id, payment.grant_year].status, year=payment.grant_year)
    ensure_withdrawal_is_explained(
        {
            chosen.named(payment): withdrawn[payment.decision_id]
            for payment in payments
            if payment.decision_id in withdrawn
        },
        withdrawn_reason,
    )
    return chosen


def _all(payment_ids: Sequence[int]) -> list[Payment]:
    """Every chosen payment, locked; one that does not exist ends the act."""
    found = queries.locked(payment_ids)
    if len(found) != len(set(payment_ids)):
        raise NotVisible
    return found
