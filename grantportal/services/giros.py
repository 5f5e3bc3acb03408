"""Bankgiro: ask, verify, approve, refuse, withdraw. Money is only paid to an approved one."""

from collections.abc import Mapping

from grantportal import policy
from grantportal.domain import clock, personal_numbers
from grantportal.domain.actors import Actor
from grantportal.domain.errors import NotVisible, RuleViolation
from grantportal.domain.events import EventKind
from grantportal.domain.giros import (
    ApproveGiro,
    AskForGiro,
    RefuseGiro,
    VerifyGiro,
    ensure_another_approves,
    ensure_checked,
    ensure_shared_is_explained,
    ensure_waits,
)
from grantportal.domain.money import kr
from grantportal.domain.payments import PAYMENT, PaymentAction
from grantportal.effects import notices
from grantportal.models.cases import Case
from grantportal.models.organisations import BankGiro
from grantportal.policy import Permission
from grantportal.queries import giros as queries
from grantportal.queries import payments as payment_queries
from grantportal.transaction import Act, transaction


def ask(actor: Actor, command: AskForGiro) -> int:
    """An ombud states where the organisation is to be paid. Answers the giro's id; it waits to be verified."""
    with transaction(actor, EventKind.GIRO_REGISTERED) as act:
        organisation = queries.locked_organisation(command.organisation_id)
        if organisation is None or not policy.may(act.actor, Permission.ASK_TO_CHANGE_GIRO, organisation):
            raise NotVisible
        if queries.asked_for(organisation.id) is not None:
            raise RuleViolation("Ett bankgiro väntar redan på att kontrolleras.", field="number")
        current = queries.in_force(organisation.id)
        if current is not None and current.number == command.number:
            raise RuleViolation("Det bankgirot gäller redan.", field="number")
        giro = BankGiro(
            organisation_id=organisation.id,
            number=command.number,
            asked_by_id=act.actor.user_id,
            asked_at=clock.now(),
        )
        act.session.add(giro)
        act.session.flush()
        act.about(giro, number=command.number)
        _tell(
            act,
            giro,
            "Nytt bankgiro har begärts",
            f"{act.actor.name} har begärt att {organisation.name} ska få bidrag till ett nytt bankgiro. "
            "Kontakta myndigheten genast om det inte stämmer.",
        )
        return giro.id


def verify(actor: Actor, giro_id: int, command: VerifyGiro) -> None:
    """An ekonom has checked the number another way than it came, and says how."""
    with transaction(actor, EventKind.GIRO_VERIFIED) as act:
        policy.require(act.actor, Permission.VERIFY_GIRO)
        giro = _waiting(giro_id)
        if giro.verified_at is not None:
            raise RuleViolation("Bankgirot är redan kontrollerat.")
        ensure_checked(command.how)
        others = queries.others_with(giro.number, giro.organisation_id)
        ensure_shared_is_explained(others, command.shared_reason)
        texts = {"how": command.how, "shared_reason": command.shared_reason}
        kept = personal_numbers.kept(texts, command.number_reason, personal_numbers.IN_TEXT)
        giro.verified_by_id, giro.verified_at = act.actor.user_id, clock.now()
        giro.verified_way, giro.verified_how = command.way, command.how
        giro.shared_reason = command.shared_reason if others else ""
        act.about(giro, number=giro.number, way=command.way, how=command.how, **_shared(giro), **kept)


def approve(actor: Actor, giro_id: int, command: ApproveGiro) -> int:
    """A second ekonom approves: the giro is in force, and the one before it ends.

    What is attested and not yet in an underlag was attested for the one before: it waits for a new attestation. Answers how
    many payments that is.
    """
    personal_numbers.ensure_none({"shared_reason": command.shared_reason}, personal_numbers.IN_NAME)
    with transaction(actor, EventKind.GIRO_APPROVED) as act:
        policy.require(act.actor, Permission.APPROVE_GIRO)
        # Whoever attests and makes underlag locks these too, so that neither passes the other.
        cases = payment_queries.locked_cases(queries.unpaid(giro_id))
        giro = _waiting(giro_id)
        ensure_another_approves(verified_by=giro.verified_by_id, approved_by=act.actor.user_id)
        others = queries.others_with(giro.number, giro.organisation_id)
        ensure_shared_is_explained(others, giro.shared_reason or command.shared_reason)
        if others and not giro.shared_reason:
            giro.shared_reason = command.shared_reason
        today = clock.today()
        before = queries.in_force(giro.organisation_id)
        if before is not None:
            before.valid_to = today
            act.session.flush()
        giro.approved_by_id, giro.approved_at, giro.valid_from = act.actor.user_id, clock.now(), today
        act.about(giro, number=giro.number, **_shared(giro))
        ended = _end_attestations(act, giro, before, cases) if before is not None else 0
        _tell(
            act,
            giro,
            "Nytt bankgiro gäller",
            f"Bidrag till {giro.organisation.name} betalas från och med nu till ett nytt bankgiro. "
            "Kontakta myndigheten genast om det inte stämmer.",
        )
        return ended


def _end_attestations(act: Act, giro: BankGiro, before: BankGiro, cases: Mapping[int, Case]) -> int:
    """What is attested for the giro before waits for a new attestation, and its two persons are told: whoever approves the
    giro too, who did not ask for it. Answers how many."""
    kind = EventKind.PAYMENT_ATTESTATION_ENDED
    reason = f"Bankgirot till {giro.organisation.name} är ändrat från {before.number} till {giro.number}."
    payments = payment_queries.attested_for(giro.organisation_id, cases)
    for payment in payments:
        payment.status = PAYMENT.after(payment.status, PaymentAction.END_ATTESTATION)
        involved = {payment.registered_by_id, payment.attested_by_id}
        payment.attested_by_id, payment.attested_at = None, None
        payment.giro_id, payment.giro = None, ""
        act.also(kind, payment, amount=payment.amount, year=payment.grant_year, reason=reason)
        for user_id in sorted(each for each in involved if each is not None):
            notices.tell_person(
                act,
                cases[payment.case_id],
                user_id,
                f"{kind.text}: {kr(payment.amount)} för {payment.grant_year}",
                f"{reason} Någon ska attestera igen.",
            )
    return len(payments)


def _shared(giro: BankGiro) -> dict[str, str]:
    """What the event says of a number that another organisation has too."""
    return {"shared_reason": giro.shared_reason} if giro.shared_reason else {}


def refuse(actor: Actor, giro_id: int, command: RefuseGiro) -> None:
    """An ekonom has found that the number is wrong: it is never in force, and another can be asked for."""
    with transaction(actor, EventKind.GIRO_REFUSED) as act:
        policy.require(act.actor, Permission.VERIFY_GIRO)
        giro = _waiting(giro_id)
        personal_numbers.ensure_none({"reason": command.reason}, personal_numbers.IN_NAME)
        giro.valid_to = clock.today()
        act.about(giro, number=giro.number, reason=command.reason)
        _tell(act, giro, "Bankgirot är inte godkänt", f"Bankgiro {giro.number} är underkänt. {command.reason}")


def withdraw(actor: Actor, giro_id: int) -> None:
    """An ombud takes back what was asked for, before it is approved."""
    with transaction(actor, EventKind.GIRO_WITHDRAWN) as act:
        giro = queries.locked(giro_id)
        if giro is None or not policy.may(act.actor, Permission.ASK_TO_CHANGE_GIRO, giro):
            raise NotVisible
        _ensure_waits(giro)
        giro.valid_to = clock.today()
        act.about(giro, number=giro.number)
        _tell(
            act,
            giro,
            "Bankgirot är återtaget",
            f"{act.actor.name} har tagit tillbaka bankgiro {giro.number}. Bidrag till {giro.organisation.name} betalas som förut.",
        )


def _tell(act: Act, giro: BankGiro, title: str, text: str) -> None:
    """Every ombud is told, so that nobody changes in silence where the money goes."""
    notices.tell_organisation(act, giro.organisation_id, title, text, *policy.WHO_MAY[Permission.ASK_TO_CHANGE_GIRO])


def _waiting(giro_id: int) -> BankGiro:
    giro = queries.locked(giro_id)
    if giro is None:
        raise NotVisible
    _ensure_waits(giro)
    return giro


def _ensure_waits(giro: BankGiro) -> None:
    ensure_waits(approved=giro.approved_at is not None, ended=giro.valid_to is not None)
