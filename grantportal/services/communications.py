"""Kommunicering: the party is heard before the decision, or it is said why not (25 § förvaltningslagen)."""

from grantportal.domain import clock, personal_numbers
from grantportal.domain.actors import Actor, Role
from grantportal.domain.applications import APPLICATION, ApplicationAction
from grantportal.domain.cases import Direction, RecordKind
from grantportal.domain.decisions import (
    AFTER_DECISION,
    Communicated,
    CommunicationKind,
    ReplyToCommunication,
    SendCommunication,
    SkipCommunication,
    ensure_last_day_ahead,
    ensure_may_reply,
)
from grantportal.domain.errors import NotVisible, RuleViolation
from grantportal.domain.events import EventKind
from grantportal.effects.notices import tell_after_decision, tell_authority, tell_party
from grantportal.effects.records import add_record
from grantportal.models.applications import Application
from grantportal.models.cases import Case
from grantportal.models.decisions import Communication
from grantportal.policy import Permission, require
from grantportal.queries import applications, communications, decisions
from grantportal.transaction import transaction


def send(actor: Actor, application_id: int, command: SendCommunication) -> int:
    """Send the material to the party, with a last day to reply. Answers the kommunicering's id."""
    with transaction(actor, EventKind.COMMUNICATION_SENT) as act:
        case, application = _locked(act.actor, application_id)
        require(act.actor, Permission.COMMUNICATE)
        APPLICATION.after(application.status, ApplicationAction.COMMUNICATE)
        if not command.material.strip():
            raise RuleViolation("Skriv det som parten ska få läsa.", field="material")
        ensure_last_day_ahead(command.last_day, today=clock.today())
        kept = personal_numbers.kept({"material": command.material}, command.number_reason)
        sent = Communication(
            case_id=case.id,
            organisation_id=case.organisation_id,
            application_id=application.id,
            kind=CommunicationKind.SENT,
            material=command.material,
            last_day=command.last_day,
            sent_by_id=act.actor.user_id,
            sent_at=clock.now(),
        )
        act.session.add(sent)
        act.session.flush()
        last_day = clock.day_text(command.last_day)
        add_record(
            act,
            case,
            RecordKind.COMMUNICATION,
            Direction.OUT,
            counterpart=application.organisation.name,
            text=f"{command.material}\n\nSynpunkter lämnas senast {last_day}.",
        )
        act.about(sent, last_day=command.last_day.isoformat(), **kept)
        tell_party(
            act,
            case,
            "Ni kan lämna synpunkter",
            f"Läs underlaget i ärende {case.registration_number} och svara senast {last_day}.",
        )
        return sent.id


def skip(actor: Actor, application_id: int, command: SkipCommunication) -> int:
    """Note that the party is not heard, on which ground, and why it holds. Answers the kommunicering's id."""
    with transaction(actor, EventKind.COMMUNICATION_SKIPPED) as act:
        case, application = _locked(act.actor, application_id)
        require(act.actor, Permission.COMMUNICATE)
        APPLICATION.after(application.status, ApplicationAction.COMMUNICATE)
        if not command.why.strip():
            raise RuleViolation("Skriv varför grunden gäller här.", field="why")
        kept = personal_numbers.kept({"why": command.why}, command.number_reason, personal_numbers.IN_TEXT)
        skipped = Communication(
            case_id=case.id,
            organisation_id=case.organisation_id,
            application_id=application.id,
            kind=CommunicationKind.SKIPPED,
            ground=command.ground,
            material=command.why,
            sent_by_id=act.actor.user_id,
            sent_at=clock.now(),
        )
        act.session.add(skipped)
        act.session.flush()
        act.about(skipped, ground=command.ground, **kept)
        return skipped.id


def reply(actor: Actor, communication_id: int, command: ReplyToCommunication) -> None:
    """The party says what it thinks of the material, once."""
    with transaction(actor, EventKind.COMMUNICATION_REPLIED) as act:
        application_id = communications.application_of(communication_id)
        if application_id is None:
            raise NotVisible
        case, application = _locked(act.actor, application_id)
        communication = communications.get(act.actor, communication_id)
        if communication is None:
            raise NotVisible
        require(act.actor, Permission.REPLY_TO_COMMUNICATION, communication)
        if not APPLICATION.allows(applications.told_status(application), ApplicationAction.COMMUNICATE):
            raise RuleViolation("Ärendet är avgjort eller återkallat, så synpunkter kan inte lämnas längre.")
        ensure_may_reply(Communicated(communication.kind, communication.last_day, communication.replied_at is not None))
        if not command.text.strip():
            raise RuleViolation("Skriv era synpunkter, eller att ni inte har några.", field="text")
        kept = personal_numbers.kept({"text": command.text}, command.number_reason)
        communication.reply = command.text
        communication.replied_by_id = act.actor.user_id
        communication.replied_at = clock.received()
        add_record(
            act,
            case,
            RecordKind.REPLY,
            Direction.IN,
            counterpart=application.organisation.name,
            text=command.text,
        )
        unsent = decisions.unsent(application.id)
        act.about(communication, **(AFTER_DECISION if unsent else {}), **kept)
        said = f"{application.organisation.name} har lämnat synpunkter i ärende {case.registration_number}"
        if unsent:
            tell_after_decision(act, case, "Synpunkter efter beslutet", f"{said}.")
        else:
            tell_authority(act, case, "Synpunkter har kommit in", f"{said}.", Role.HANDLAGGARE)


def _locked(actor: Actor, application_id: int) -> tuple[Case, Application]:
    found = communications.locked_application(actor, application_id)
    if found is None:
        raise NotVisible
    return found
