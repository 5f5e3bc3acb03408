"""Bankgiro: ask, verify, approve, refuse, withdraw. Money is only paid to an approved one."""

from grantportal import policy
from grantportal.domain import clock, personal_numbers
from grantportal.domain.actors import Actor
from grantportal.domain.errors import NotVisible, RuleViolation
from grantportal.domain.events import EventKind
from grantportal.domain.giros import AskForGiro, RefuseGiro, VerifyGiro, ensure_another_approves, ensure_waits
from grantportal.effects import notices
from grantportal.models.organisations import BankGiro
from grantportal.policy import Permission
from grantportal.queries import giros as queries
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
        kept = personal_numbers.kept({"how": command.how}, command.number_reason, personal_numbers.IN_TEXT)
        giro.verified_by_id, giro.verified_at, giro.verified_how = act.actor.user_id, clock.now(), command.how
        act.about(giro, number=giro.number, how=command.how, **kept)


def approve(actor: Actor, giro_id: int) -> None:
    """A second ekonom approves: the giro is in force, and the one before it ends."""
    with transaction(actor, EventKind.GIRO_APPROVED) as act:
        policy.require(act.actor, Permission.APPROVE_GIRO)
        giro = _waiting(giro_id)
        ensure_another_approves(verified_by=giro.verified_by_id, approved_by=act.actor.user_id)
        today = clock.today()
        before = queries.in_force(giro.organisation_id)
        if before is not None:
            before.valid_to = today
            act.session.flush()
        giro.approved_by_id, giro.approved_at, giro.valid_from = act.actor.user_id, clock.now(), today
        act.about(giro, number=giro.number)
        _tell(
            act,
            giro,
            "Nytt bankgiro gäller",
            f"Bidrag till {giro.organisation.name} betalas från och med nu till ett nytt bankgiro. "
            "Kontakta myndigheten genast om det inte stämmer.",
        )


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
