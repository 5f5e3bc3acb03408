"""Rights: who may do (one line each) and who may see (one predicate per table). The only reader of roles.

The table follows the authority's own published behörigheter; what is ours is marked. An applicant's role holds inside its
own organisation, and for one case if the mandate names one.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, case, exists, false, or_, select, true

from grantportal.domain.actors import APPLICANT_ROLES, CASE_READERS, SYSTEM, Actor, Mandate, Role
from grantportal.domain.applications import ApplicationStatus
from grantportal.domain.calls import CallStatus
from grantportal.domain.cases import RECORDS_FOR_THE_PARTY, RecordKind
from grantportal.domain.decisions import CommunicationKind, DecisionStatus
from grantportal.domain.errors import NoRight
from grantportal.domain.events import TOLD_TO_THE_AUTHORITY, TOLD_TO_THE_PARTY, WHEN_SENT
from grantportal.domain.organisations import OrganisationKind
from grantportal.domain.payments import LedgerKind
from grantportal.domain.reports import ECONOMY
from grantportal.models.accounts import MandateRow
from grantportal.models.applications import Application
from grantportal.models.base import Base
from grantportal.models.calls import Call
from grantportal.models.cases import Case, FileNote, FrozenVersion
from grantportal.models.decisions import Communication, Decision, DecisionLine, Dispatch, Dissent
from grantportal.models.grants import Grantee
from grantportal.models.messages import Message
from grantportal.models.ombud import OmbudApplication
from grantportal.models.organisations import BankGiro, Organisation
from grantportal.models.payments import LedgerEntry, Payment
from grantportal.models.portal import Event, Notice
from grantportal.models.records import Record
from grantportal.models.reports import Report
from grantportal.models.supplements import Supplement


class Permission(StrEnum):
    """What somebody may be allowed to do."""

    START_CASE = "start_case"
    FILL_AND_CHANGE = "fill_and_change"
    SUBMIT_CASE = "submit_case"
    WITHDRAW_APPLICATION = "withdraw_application"
    REPLY_TO_COMMUNICATION = "reply_to_communication"
    ASK_MORE_TIME = "ask_more_time"
    FILL_ECONOMY = "fill_economy"
    ATTEST_ECONOMY = "attest_economy"
    CERTIFY_AND_SUBMIT_REPORT = "certify_and_submit_report"
    CHANGE_REFERENCE = "change_reference"
    WRITE_MESSAGE = "write_message"
    INVITE_OR_REMOVE_REPRESENTANT = "invite_or_remove_representant"
    INVITE_OR_REMOVE_UPPGIFTSSAMORDNARE = "invite_or_remove_uppgiftssamordnare"
    INVITE_OR_REMOVE_ECONOMIST = "invite_or_remove_economist"
    HAND_OVER_OMBUD = "hand_over_ombud"
    CHANGE_MAILBOX = "change_mailbox"
    APPROVE_OMBUD = "approve_ombud"
    SET_UP_GRANT = "set_up_grant"
    ALLOT_FRAME = "allot_frame"
    CREATE_CALL = "create_call"
    PUBLISH_CALL = "publish_call"
    CHANGE_PUBLISHED_CALL = "change_published_call"
    READ_CASES = "read_cases"
    REQUEST_SUPPLEMENT = "request_supplement"
    CLOSE_SUPPLEMENT = "close_supplement"
    EXTEND_TIME = "extend_time"
    FILE_NOTE = "file_note"
    COMMUNICATE = "communicate"
    PROPOSE = "propose"
    DECIDE = "decide"
    NOTE_DISSENT = "note_dissent"
    DISPATCH_DECISION = "dispatch_decision"
    READ_PAYMENTS = "read_payments"
    REGISTER_PAYMENT = "register_payment"
    ATTEST_PAYMENT = "attest_payment"
    BATCH_PAYMENTS = "batch_payments"
    CONFIRM_PAYMENT = "confirm_payment"
    TAKE_BACK_PAYMENT = "take_back_payment"
    REVIEW_REPORT = "review_report"
    APPROVE_REPORT = "approve_report"
    ASSIGN_CASE = "assign_case"
    ASK_TO_CHANGE_GIRO = "ask_to_change_giro"
    VERIFY_GIRO = "verify_giro"
    APPROVE_GIRO = "approve_giro"
    USERS_AND_SETTINGS = "users_and_settings"


_P, _R = Permission, Role

WHO_MAY: dict[Permission, frozenset[Role]] = {
    # The organisation's own side.
    _P.START_CASE: frozenset({_R.OMBUD, _R.REPRESENTANT}),
    _P.FILL_AND_CHANGE: frozenset({_R.OMBUD, _R.REPRESENTANT, _R.UPPGIFTSSAMORDNARE}),
    _P.SUBMIT_CASE: frozenset({_R.OMBUD, _R.REPRESENTANT}),
    _P.WITHDRAW_APPLICATION: frozenset({_R.OMBUD}),
    _P.REPLY_TO_COMMUNICATION: frozenset({_R.OMBUD, _R.REPRESENTANT}),
    _P.ASK_MORE_TIME: frozenset({_R.OMBUD, _R.REPRESENTANT}),
    _P.FILL_ECONOMY: frozenset({_R.OMBUD, _R.REPRESENTANT, _R.UPPGIFTSSAMORDNARE, _R.APPLICANT_ECONOMIST}),
    _P.ATTEST_ECONOMY: frozenset({_R.OMBUD, _R.APPLICANT_ECONOMIST}),
    _P.CERTIFY_AND_SUBMIT_REPORT: frozenset({_R.OMBUD}),
    _P.CHANGE_REFERENCE: frozenset({_R.OMBUD, _R.REPRESENTANT, _R.UPPGIFTSSAMORDNARE}),
    _P.ASK_TO_CHANGE_GIRO: frozenset({_R.OMBUD}),
    _P.INVITE_OR_REMOVE_REPRESENTANT: frozenset({_R.OMBUD}),
    _P.INVITE_OR_REMOVE_UPPGIFTSSAMORDNARE: frozenset({_R.OMBUD, _R.REPRESENTANT}),
    _P.INVITE_OR_REMOVE_ECONOMIST: frozenset({_R.OMBUD, _R.REPRESENTANT}),
    _P.HAND_OVER_OMBUD: frozenset({_R.OMBUD}),
    _P.CHANGE_MAILBOX: frozenset({_R.OMBUD}),
    # Both sides. A message hands nothing in and takes nothing back: whoever fills in may ask and answer.
    _P.WRITE_MESSAGE: frozenset({_R.OMBUD, _R.REPRESENTANT, _R.UPPGIFTSSAMORDNARE, _R.HANDLAGGARE}),
    # The authority's side.
    _P.APPROVE_OMBUD: frozenset({_R.HANDLAGGARE}),
    _P.SET_UP_GRANT: frozenset({_R.HANDLAGGARE}),
    _P.ALLOT_FRAME: frozenset({_R.FINANCE}),
    _P.CREATE_CALL: frozenset({_R.HANDLAGGARE}),
    _P.PUBLISH_CALL: frozenset({_R.HANDLAGGARE}),
    _P.CHANGE_PUBLISHED_CALL: frozenset({_R.HANDLAGGARE}),
    _P.READ_CASES: CASE_READERS,
    _P.REQUEST_SUPPLEMENT: frozenset({_R.HANDLAGGARE}),
    _P.CLOSE_SUPPLEMENT: frozenset({_R.HANDLAGGARE}),
    _P.EXTEND_TIME: frozenset({_R.HANDLAGGARE}),
    _P.FILE_NOTE: frozenset({_R.HANDLAGGARE}),
    _P.COMMUNICATE: frozenset({_R.HANDLAGGARE}),
    _P.PROPOSE: frozenset({_R.HANDLAGGARE}),
    _P.DECIDE: frozenset({_R.BESLUTSFATTARE}),
    # Whoever took part in the final handling: the rule asks whether the decision names the person.
    _P.NOTE_DISSENT: frozenset({_R.HANDLAGGARE, _R.ENHETSCHEF, _R.BESLUTSFATTARE}),
    _P.DISPATCH_DECISION: frozenset({_R.REGISTRATOR, _R.HANDLAGGARE}),
    _P.READ_PAYMENTS: frozenset({_R.FINANCE, _R.HANDLAGGARE, _R.BESLUTSFATTARE, _R.ENHETSCHEF, _R.INSYN}),
    _P.REGISTER_PAYMENT: frozenset({_R.FINANCE}),
    _P.ATTEST_PAYMENT: frozenset({_R.FINANCE}),
    _P.BATCH_PAYMENTS: frozenset({_R.FINANCE}),
    _P.CONFIRM_PAYMENT: frozenset({_R.FINANCE}),
    _P.TAKE_BACK_PAYMENT: frozenset({_R.FINANCE}),
    _P.VERIFY_GIRO: frozenset({_R.FINANCE}),
    _P.APPROVE_GIRO: frozenset({_R.FINANCE}),
    _P.REVIEW_REPORT: frozenset({_R.HANDLAGGARE}),
    _P.APPROVE_REPORT: frozenset({_R.HANDLAGGARE}),
    _P.ASSIGN_CASE: frozenset({_R.ENHETSCHEF}),
    _P.USERS_AND_SETTINGS: frozenset({_R.ADMINISTRATOR}),
}


MAY_BE_ASSIGNED = frozenset({_R.HANDLAGGARE})
"""Who may be appointed to handle a case."""

PARTY_RIGHTS: dict[str, Permission] = {
    "Påbörja en ansökan": _P.START_CASE,
    "Fylla i ansökan och redovisa resultat": _P.FILL_AND_CHANGE,
    "Skicka in ansökan och svar på komplettering av den": _P.SUBMIT_CASE,
    "Återkalla ansökan": _P.WITHDRAW_APPLICATION,
    "Lämna synpunkter före beslutet": _P.REPLY_TO_COMMUNICATION,
    "Be om längre tid att komplettera": _P.ASK_MORE_TIME,
    "Fylla i ekonomin i återrapporteringen": _P.FILL_ECONOMY,
    "Intyga ekonomin": _P.ATTEST_ECONOMY,
    "Intyga och skicka in återrapporteringen": _P.CERTIFY_AND_SUBMIT_REPORT,
    "Skriva meddelanden i ärendet": _P.WRITE_MESSAGE,
    "Ange ert eget diarienummer": _P.CHANGE_REFERENCE,
    "Ange bankgiro": _P.ASK_TO_CHANGE_GIRO,
    "Bjuda in och avsluta representant": _P.INVITE_OR_REMOVE_REPRESENTANT,
    "Bjuda in och avsluta uppgiftssamordnare": _P.INVITE_OR_REMOVE_UPPGIFTSSAMORDNARE,
    "Bjuda in och avsluta ekonom": _P.INVITE_OR_REMOVE_ECONOMIST,
    "Lämna över uppdraget som ombud": _P.HAND_OVER_OMBUD,
    "Ange gemensam e-postlåda": _P.CHANGE_MAILBOX,
}
"""What an organisation's persons may do, in the words of the table that the organisation and the authority both see."""

PARTY_ROLES = (_R.OMBUD, _R.REPRESENTANT, _R.UPPGIFTSSAMORDNARE, _R.APPLICANT_ECONOMIST)
"""The columns of that table."""

_INVITED_WITH: dict[Role, Permission] = {
    _R.REPRESENTANT: _P.INVITE_OR_REMOVE_REPRESENTANT,
    _R.UPPGIFTSSAMORDNARE: _P.INVITE_OR_REMOVE_UPPGIFTSSAMORDNARE,
    _R.APPLICANT_ECONOMIST: _P.INVITE_OR_REMOVE_ECONOMIST,
}
"""An ombud is not among them: whoever answers for the organisation is approved by the authority."""


class Owned(Protocol):
    """A thing that belongs to an organisation's case."""

    organisation_id: Any


def may(actor: Actor, permission: Permission, thing: object | None = None) -> bool:
    """Whether the actor holds a mandate for this, in the thing's organisation and case when the role is an applicant's.

    The portal itself (SYSTEM) may do nothing of this: the story and the law need persons.
    """
    return any(_covers(mandate, thing) for mandate in actor.mandates if mandate.role in WHO_MAY[permission])


def require(actor: Actor, permission: Permission, thing: object | None = None) -> None:
    """Raises NoRight unless `may`."""
    if not may(actor, permission, thing):
        raise NoRight(f"{actor.user_id} may not {permission}")


def require_authority(actor: Actor) -> None:
    """Raises NoRight unless the person works at the authority."""
    if not actor.is_authority:
        raise NoRight(f"{actor.user_id} does not work at the authority")


def organisations_for(actor: Actor, permission: Permission) -> tuple[int, ...]:
    """Ids of the organisations that the actor may do this for (as applicant), each once, in the mandates' order."""
    ids = [
        mandate.organisation_id
        for mandate in actor.mandates
        if mandate.role in WHO_MAY[permission] and mandate.role in APPLICANT_ROLES and mandate.case_id is None
    ]
    return tuple(dict.fromkeys(ids))


def party_rights() -> tuple[tuple[str, tuple[bool, ...]], ...]:
    """The table of what each of PARTY_ROLES may do in its organisation."""
    return tuple(
        (act, tuple(role in WHO_MAY[permission] for role in PARTY_ROLES)) for act, permission in PARTY_RIGHTS.items()
    )


def may_invite_or_remove(actor: Actor, role: Role, thing: object) -> bool:
    """Whether the actor gives and takes back this role: in all of an organisation, or in the one case that the thing names."""
    permission = _INVITED_WITH.get(role)
    return permission is not None and may(actor, permission, thing)


def invited_by(actor: Actor, organisation_id: int) -> tuple[Role, ...]:
    """The roles that the actor may give somebody in the organisation, for all its cases or for one."""
    held = {mandate.role for mandate in actor.mandates if mandate.organisation_id == organisation_id}
    return tuple(role for role, permission in _INVITED_WITH.items() if held & WHO_MAY[permission])


def invites_for_all(actor: Actor, organisation_id: int) -> bool:
    """Whether the actor invites to all of the organisation's cases, and not only to one."""
    return any(organisation_id in organisations_for(actor, permission) for permission in _INVITED_WITH.values())


def may_end(actor: Actor, mandate: "HeldMandate") -> bool:
    """Whether the actor ends the mandate: whoever may give it, and the person who holds it in an organisation that applies."""
    own = mandate.user_id == actor.user_id and mandate.role in APPLICANT_ROLES
    return own or may_invite_or_remove(actor, mandate.role, mandate)


def told_of_messages(*, from_authority: bool) -> tuple[Role, ...]:
    """The roles on the other side that are told of a message: those that may answer it."""
    return tuple(sorted(role for role in WHO_MAY[_P.WRITE_MESSAGE] if (role in APPLICANT_ROLES) is from_authority))


def who_answers(parts: Collection[str]) -> tuple[Role, ...]:
    """The roles that can write in what a komplettering has opened: the economist too where a report's economy is."""
    return party_roles(Permission.FILL_ECONOMY if ECONOMY in parts else Permission.FILL_AND_CHANGE)


def party_roles(permission: Permission) -> tuple[Role, ...]:
    """The roles of an organisation that applies which may do this."""
    return tuple(role for role in PARTY_ROLES if role in WHO_MAY[permission])


def answers_for_the_organisation(role: Role) -> bool:
    """Whether it is the role that every organisation needs somebody to hold."""
    return role is Role.OMBUD


class HeldMandate(Protocol):
    """Somebody's mandate, as a row or as it is shown."""

    @property
    def user_id(self) -> int: ...

    @property
    def role(self) -> Role: ...


def _covers(mandate: Mandate, thing: object | None) -> bool:
    if mandate.role not in APPLICANT_ROLES:
        return True
    if isinstance(thing, Organisation):
        return mandate.organisation_id == thing.id and mandate.case_id is None
    organisation_id = getattr(thing, "organisation_id", None)
    if organisation_id is None:
        # An applicant's right is always to something: without it, and without an organisation of its own, there is none.
        return False
    if organisation_id != mandate.organisation_id:
        return False
    case_id = thing.id if isinstance(thing, Case) else getattr(thing, "case_id", None)
    return mandate.case_id is None or mandate.case_id == case_id


# --- Who may see -------------------------------------------------------------------------------------------------

# What the authority's case readers see of each table: only what has been handed in or belongs to such a case.
_AUTHORITY_SEES: dict[type[Base], Any] = {
    Case: lambda: Case.registration_number.is_not(None),
    Application: lambda: Application.status != ApplicationStatus.DRAFT,
    Supplement: true,
    Communication: true,
    FileNote: true,
    Message: true,
    Decision: true,
    Payment: true,
    LedgerEntry: true,
    Record: true,
    Report: true,
    BankGiro: true,
    OmbudApplication: true,
}
# What an organisation sees of its own rows. What nobody has named here is seen by no organisation.
_PARTY_SEES: dict[type[Base], Any] = {
    Case: true,
    Application: true,
    Supplement: true,
    Message: true,
    BankGiro: true,
    OmbudApplication: true,
    # A decision is its party's when it has been sent (meddelat), and so is what leads to it or follows from it.
    Decision: lambda: and_(Decision.status == DecisionStatus.MADE, is_sent(Decision.id)),
    Communication: lambda: or_(
        Communication.kind == CommunicationKind.SENT, _has_sent(Decision.application_id == Communication.application_id)
    ),
    Payment: lambda: is_sent(Payment.decision_id),
    LedgerEntry: lambda: or_(LedgerEntry.kind == LedgerKind.CHARGED, is_sent(LedgerEntry.decision_id)),
    Report: lambda: _has_sent(
        Decision.organisation_id == Report.organisation_id,
        DecisionLine.grant_year == Report.grant_year,
        DecisionLine.amount > 0,
        or_(Case.id == Report.case_id, Case.parent_id == Report.case_id),
    ),
    FileNote: false,
    Record: lambda: and_(
        Record.kind.in_(RECORDS_FOR_THE_PARTY),
        or_(Record.kind != RecordKind.DECISION, is_sent(_decision_of_record())),
        or_(Record.kind != RecordKind.DISSENT, _stands_in_what_is_sent()),
    ),
}


def is_sent(decision_id: Any, by: datetime | None = None) -> ColumnElement[bool]:
    """Whether a decision has been sent to its party (meddelat), or had been by a moment.

    Until then it is nobody's but the authority's: what others are shown and told, and what is published and summed, asks this.
    """
    sent = exists().where(Dispatch.decision_id == decision_id).correlate_except(Dispatch)
    return sent if by is None else sent.where(Dispatch.dispatched_at <= by)


def is_told_grantee() -> ColumnElement[bool]:
    """Whether a grantee of a year has been told so: beside a query of Grantee."""
    told = exists().where(
        LedgerEntry.grant_id == Grantee.grant_id,
        LedgerEntry.grant_year == Grantee.grant_year,
        LedgerEntry.organisation_id == Grantee.organisation_id,
        LedgerEntry.kind == LedgerKind.DECIDED,
        is_sent(LedgerEntry.decision_id),
    )
    return told.correlate(Grantee)


def _has_sent(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether there is a decision that these are true of, and it has been sent."""
    sent = (
        select(Decision.id)
        .join(Dispatch, Dispatch.decision_id == Decision.id)
        .join(Case, Case.id == Decision.case_id)
        .outerjoin(DecisionLine, DecisionLine.decision_id == Decision.id)
        .where(*conditions)
    )
    return sent.correlate(Communication, Report).exists()


def _stands_in_what_is_sent() -> ColumnElement[bool]:
    # One that was noted against an earlier proposal is not about the decision that was made.
    noted = select(Dissent.id).join(Decision, Decision.id == Dissent.decision_id).correlate(Record)
    of_it = and_(Dissent.record_id == Record.id, Dissent.at >= Decision.proposed_at, is_sent(Decision.id))
    return noted.where(of_it).exists()


def _decision_of_record() -> Any:
    frozen = select(FrozenVersion.subject_id).where(FrozenVersion.id == Record.frozen_version_id)
    return frozen.correlate(Record).scalar_subquery()


def visible(actor: Actor, model: type[Base]) -> ColumnElement[bool]:
    """The SQL that leaves only the rows of `model` that the actor may see."""
    if actor is SYSTEM:
        return true()
    if model is Call:
        return true() if actor.is_authority else Call.status != CallStatus.DRAFT
    if model is Organisation:
        return true() if actor.is_authority else Organisation.id.in_([each.organisation_id for each in actor.mandates])
    parts: list[ColumnElement[bool]] = []
    if actor.roles & CASE_READERS:
        parts.append(_AUTHORITY_SEES.get(model, false)())
    parts.append(own(actor, model))
    return or_(*parts)


def for_its_party(model: type[Base]) -> ColumnElement[bool]:
    """The SQL that leaves only the rows that the organisation that they belong to sees: what it is told of by itself."""
    told: ColumnElement[bool] = _PARTY_SEES.get(model, false)()
    return told


def told_to(actor: Actor) -> ColumnElement[bool]:
    """Which events of the cases that the actor sees stand in their history for that reader."""
    if actor.is_authority:
        return Event.kind.in_(TOLD_TO_THE_AUTHORITY)
    paid = select(Payment.decision_id).where(Payment.id == Event.subject_id).correlate(Event).scalar_subquery()
    decision_id = case((Event.subject == Payment.__tablename__, paid), else_=Event.subject_id)
    return and_(Event.kind.in_(TOLD_TO_THE_PARTY), or_(Event.kind.not_in(WHEN_SENT), is_sent(decision_id)))


def is_still_for(
    mandate: type[MandateRow], organisation: type[Organisation], notice: type[Notice]
) -> ColumnElement[bool]:
    """Whether a notice is for somebody with this mandate in this organisation: what was told to a person for one
    organisation, or as a reader of cases, is not read by the same person without that behörighet."""
    for_the_party = and_(
        mandate.role.in_(APPLICANT_ROLES),
        notice.organisation_id == mandate.organisation_id,
        or_(mandate.case_id.is_(None), mandate.case_id == notice.case_id),
    )
    reads = or_(mandate.role.in_(CASE_READERS), notice.case_id.is_(None))
    for_the_authority = and_(notice.organisation_id.is_(None), organisation.kind == OrganisationKind.AUTHORITY, reads)
    return or_(for_the_party, for_the_authority)


def own(actor: Actor, model: type[Base]) -> ColumnElement[bool]:
    """The SQL that leaves only those rows of the actor's own organisations that they see: what draft space is read through."""
    organisation: Any = model.organisation_id if hasattr(model, "organisation_id") else None
    of_case: Any = Case.id if model is Case else getattr(model, "case_id", None)
    if organisation is None:
        raise TypeError(f"{model.__name__} belongs to no organisation")
    parts = [
        organisation == mandate.organisation_id
        if mandate.case_id is None or of_case is None
        else and_(organisation == mandate.organisation_id, of_case == mandate.case_id)
        for mandate in actor.mandates
        if mandate.role in APPLICANT_ROLES
    ]
    return and_(or_(*parts), for_its_party(model)) if parts else false()
