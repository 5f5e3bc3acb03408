"""Ombudsansökan: asked for without an account or handed over by an ombud; approved, asked about or closed by an officer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from grantportal import policy
from grantportal.domain import clock, personal_numbers
from grantportal.domain.accounts import Limits, email_address, ensure_period, network_of
from grantportal.domain.actors import ANONYMOUS, Actor, Role
from grantportal.domain.attachments import FileStatus
from grantportal.domain.cases import CaseKind, Direction, RecordKind
from grantportal.domain.errors import NoRight, NotVisible, RuleViolation
from grantportal.domain.events import EventKind
from grantportal.domain.ombud import (
    BASIS_TEXTS,
    OMBUD_APPLICATION,
    ApplyForOmbud,
    Attached,
    OmbudApplicationAction,
    OmbudApplicationStatus,
    Said,
    SupplementOmbud,
    decision_text,
    ensure_grounded,
    ensure_handed_over_once,
    ensure_last_day,
    ensure_not_over,
    ensure_pdf,
    ensure_room,
)
from grantportal.effects import attempts, files, notices, records
from grantportal.effects.files import Placed
from grantportal.models.accounts import MandateRow, User
from grantportal.models.cases import Case
from grantportal.models.ombud import OmbudApplication
from grantportal.models.organisations import Organisation
from grantportal.policy import Permission
from grantportal.queries import accounts, cases, ombud, organisations
from grantportal.transaction import Act, transaction

PDF = "application/pdf"


@dataclass(frozen=True)
class Receiving:
    """How an attached file is taken in."""

    folder: Path
    inspect: Callable[[str, bytes], object]
    """Says what a file is by its content, and raises RuleViolation for what is never received."""
    scan: bool = False
    """Whether it waits to be scanned for viruses before anybody reads it."""


def apply(address: str, limits: Limits, receiving: Receiving, command: ApplyForOmbud) -> int:
    """Somebody without an account asks to act for an organisation. Answers the ombudsansökan's id.

    Each address can ask a few times within the window: the form sends mail to whatever address is written in it.
    """
    attempts.count(limits, [(f"ombud:{network_of(address)}", limits.per_address)])
    return _receive(ANONYMOUS, receiving, command, hands_over=False)


def hand_over(actor: Actor, receiving: Receiving, command: ApplyForOmbud) -> int:
    """An ombud names a successor: the same ombudsansökan, and the ombud's own mandate ends when it is approved.

    One at a time, under the organisation's lock: what has come in stays until the authority has decided.
    """
    return _receive(actor, receiving, command, hands_over=True)


def _receive(actor: Actor, receiving: Receiving, command: ApplyForOmbud, *, hands_over: bool) -> int:
    email = email_address(command.email)
    ensure_period(command.valid_from, command.valid_to)
    ensure_grounded(command.basis, command.attached)
    # In the fullmakt they may stand; the name and the title go into headings, history and mail.
    named = {"name": command.name, "title": command.title, "email": email}
    personal_numbers.ensure_none(named, personal_numbers.IN_NAME)
    with (
        _placed(receiving, command.attached) as placed,
        transaction(actor, EventKind.OMBUD_APPLICATION_RECEIVED) as act,
    ):
        organisation = organisations.shown_to_everybody(command.organisation_id)
        if organisation is None or command.grant_id not in dict(ombud.grants()):
            raise NotVisible
        ensure_last_day(command.valid_to, clock.today())
        replaces = None
        if hands_over:
            organisations.locked(organisation.id)
            replaces = _own_mandate(act.actor, organisation)
            _ensure_successor(email, replaces, organisation)
            ensure_handed_over_once(ombud.waiting_hand_over(replaces.id))
        case = Case(
            kind=CaseKind.OMBUD_APPLICATION,
            grant_id=command.grant_id,
            organisation_id=organisation.id,
            title=f"Ombud för {organisation.name}",
            opened_at=clock.now(),
        )
        act.session.add(case)
        act.session.flush()
        number = records.register_case(act, case)
        row = OmbudApplication(
            case_id=case.id,
            organisation_id=organisation.id,
            status=OmbudApplicationStatus.RECEIVED,
            name=command.name,
            email=email,
            title=command.title,
            basis=command.basis,
            valid_from=command.valid_from,
            valid_to=command.valid_to,
            replaces_id=replaces.id if replaces else None,
            received_at=clock.received(),
        )
        act.session.add(row)
        act.session.flush()
        said = (
            f"{command.name}, {command.title}, {email}. "
            f"Från och med den {clock.day_text(command.valid_from)}"
            f"{f' till och med den {clock.day_text(command.valid_to)}' if command.valid_to else ', tills vidare'}. "
            f"Grund: {BASIS_TEXTS[command.basis].lower()}."
        )
        records.add_record(act, case, RecordKind.OMBUD_APPLICATION, Direction.IN, counterpart=command.name, text=said)
        _enter(act, case, placed, BASIS_TEXTS[command.basis], command.name, scan=receiving.scan)
        records.add_record(
            act,
            case,
            RecordKind.RECEIPT,
            Direction.OUT,
            counterpart=command.name,
            text=f"Ansökan om ombud kom in den {clock.day_time_text(clock.received())}. Diarienummer {number}.",
        )
        act.about(row, person=command.name)
        notices.tell_ombud_applicant(act, row.id)
        notices.tell_authority(
            act,
            case,
            "Ansökan om ombud",
            f"{organisation.name} har ansökt om ett ombud.",
            *policy.WHO_MAY[Permission.APPROVE_OMBUD],
        )
        # Nobody becomes an organisation's ombud without those who are knowing that it has been asked for.
        notices.tell_party(
            act,
            case,
            "Någon har ansökt om att bli ombud",
            f"{command.name} har ansökt om att bli ombud för {organisation.name}. "
            "Kontakta myndigheten om det inte stämmer.",
            *policy.WHO_MAY[Permission.HAND_OVER_OMBUD],
        )
        return row.id


def _own_mandate(actor: Actor, organisation: Organisation) -> MandateRow:
    if not policy.may(actor, Permission.HAND_OVER_OMBUD, organisation):
        raise NoRight(f"{actor.user_id} has nothing to hand over")
    found = ombud.mandate_to_hand_over(actor, organisation.id)
    if found is None:
        raise NoRight(f"{actor.user_id} has nothing to hand over")
    return found


def _ensure_successor(email: str, replaces: MandateRow, organisation: Organisation) -> None:
    """A mandate is handed over to somebody who has none. Raises RuleViolation on `email`."""
    for held in accounts.held_by_all(organisation.id, Role.OMBUD):
        if held.user.email != email:
            continue
        if held.user_id == replaces.user_id:
            raise RuleViolation("Du är redan ombud. Skriv vem som ska ta över.", field="email")
        raise RuleViolation(
            f"{held.user.name} är redan ombud för {organisation.name}. Vill du sluta kan du avsluta ditt eget uppdrag "
            "på organisationens sida.",
            field="email",
        )


@contextmanager
def _placed(receiving: Receiving, attached: Attached | None) -> Iterator[Placed | None]:
    if attached is None:
        yield None
        return
    ensure_pdf(attached)
    receiving.inspect("bilaga.pdf", attached.content)
    with files.placed(receiving.folder, attached.content) as placed:
        yield placed


def _enter(act: Act, case: Case, placed: Placed | None, title: str, sender: str, *, scan: bool) -> None:
    if placed is None:
        return
    record = records.add_record(act, case, RecordKind.OMBUD_APPLICATION, Direction.IN, title=title, counterpart=sender)
    name = f"{case.registration_number}-{record.number}.pdf".replace(" ", "-")
    status = FileStatus.WAITING if scan else FileStatus.READY
    record.file_id = files.enter(act.session, placed, shown_name=name, media_type=PDF, status=status).id
    if scan:
        act.outbox(files.SCAN, file_id=record.file_id)


def supplement(application_id: int, receiving: Receiving, command: SupplementOmbud) -> None:
    """The applicant, who has the link, answers what was asked."""
    with (
        _placed(receiving, command.attached) as placed,
        transaction(ANONYMOUS, EventKind.OMBUD_APPLICATION_SUPPLEMENTED) as act,
    ):
        row = ombud.locked(application_id)
        if row is None:
            raise NotVisible
        row.status = OMBUD_APPLICATION.after(row.status, OmbudApplicationAction.SUPPLEMENT)
        kept = personal_numbers.kept({"text": command.text}, command.number_reason)
        case = cases.locked(row.case_id)
        records.add_record(
            act, case, RecordKind.SUPPLEMENT_ANSWER, Direction.IN, counterpart=row.name, text=command.text
        )
        _enter(act, case, placed, "Bilaga till kompletteringen", row.name, scan=receiving.scan)
        act.about(row, person=row.name, **kept)
        notices.tell_authority(
            act,
            case,
            "Ansökan om ombud är kompletterad",
            f"Dnr {case.registration_number}.",
            *policy.WHO_MAY[Permission.APPROVE_OMBUD],
        )


def ask(actor: Actor, application_id: int, command: Said) -> None:
    """The officer asks the applicant for more."""
    with transaction(actor, EventKind.OMBUD_APPLICATION_ASKED) as act:
        row, case, after = _handled(act, application_id, OmbudApplicationAction.ASK)
        row.status = after
        kept = personal_numbers.kept({"text": command.text}, command.number_reason)
        row.asked_for = command.text
        records.add_record(
            act, case, RecordKind.SUPPLEMENT_REQUEST, Direction.OUT, counterpart=row.name, text=command.text
        )
        act.about(row, person=row.name, **kept)
        notices.tell_ombud_applicant(act, row.id)


def close(actor: Actor, application_id: int, command: Said) -> None:
    """The officer closes the case without an ombud, and says why."""
    with transaction(actor, EventKind.OMBUD_APPLICATION_CLOSED) as act:
        row, case, after = _handled(act, application_id, OmbudApplicationAction.CLOSE)
        row.status = after
        kept = personal_numbers.kept({"text": command.text}, command.number_reason)
        row.closed_because = command.text
        _decided(act, row, case)
        records.add_record(act, case, RecordKind.OMBUD_DECISION, Direction.OUT, counterpart=row.name, text=command.text)
        act.about(row, person=row.name, **kept)
        notices.tell_ombud_applicant(act, row.id)


def approve(actor: Actor, application_id: int, most: int) -> int:
    """The officer decides that the person is an ombud. Answers the mandate's id.

    Under the organisation's lock there are never more than `most`; the mandate that is handed over ends now.
    """
    with transaction(actor, EventKind.OMBUD_APPLICATION_APPROVED) as act:
        row, case, approved = _handled(act, application_id, OmbudApplicationAction.APPROVE)
        organisation = organisations.locked(row.organisation_id)
        if organisation is None:
            raise NotVisible
        ensure_not_over(row.valid_to, clock.today())
        held = accounts.held_by_all(organisation.id, Role.OMBUD)
        leaving = next((one for one in held if one.id == row.replaces_id), None)
        staying = [one for one in held if one is not leaving]
        user = accounts.by_email(row.email)
        if user is not None and any(one.user_id == user.id for one in staying):
            raise RuleViolation(f"{user.name} är redan ombud för {organisation.name}.")
        if user is not None and accounts.actor_of(user.id).is_authority:
            raise RuleViolation("Personen arbetar på myndigheten och kan inte vara ombud.")
        ensure_room(len(staying), most, organisation.name)
        if user is None:
            user = User(name=row.name, email=row.email, created_at=clock.now())
            act.session.add(user)
            act.session.flush()
            act.also(EventKind.USER_CREATED, user, name=user.name)
        mandate = MandateRow(
            user_id=user.id,
            organisation_id=organisation.id,
            role=Role.OMBUD,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        act.session.add(mandate)
        act.session.flush()
        told = {"role": Role.OMBUD.value, "organisation": organisation.name}
        act.also(EventKind.MANDATE_GRANTED, mandate, person=user.name, **told)
        if leaving is not None:
            leaving.ended_at = clock.now()
            act.also(EventKind.MANDATE_ENDED, leaving, person=leaving.user.name, **told)
        row.status, row.mandate_id = approved, mandate.id
        _decided(act, row, case)
        records.add_record(
            act,
            case,
            RecordKind.OMBUD_DECISION,
            Direction.OUT,
            counterpart=row.name,
            text=decision_text(
                name=row.name,
                organisation=organisation.name,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                basis=row.basis,
            )
            + f" Beslutet är fattat av {act.actor.name}.",
        )
        act.about(row, person=row.name)
        notices.invite(act, mandate)
        notices.tell_party(
            act,
            case,
            "Ett ombud är godkänt",
            f"{user.name} är ombud för {organisation.name}.",
            *policy.WHO_MAY[Permission.HAND_OVER_OMBUD],
        )
        return mandate.id


def _handled(
    act: Act, application_id: int, action: OmbudApplicationAction
) -> tuple[OmbudApplication, Case, OmbudApplicationStatus]:
    """The row and its case, locked, when the actor may decide on it, and the status that the action leads to."""
    row = ombud.locked(application_id)
    if row is None or ombud.of_case(act.actor, row.case_id) is None:
        raise NotVisible
    policy.require(act.actor, Permission.APPROVE_OMBUD)
    return row, cases.locked(row.case_id), OMBUD_APPLICATION.after(row.status, action)


def _decided(act: Act, row: OmbudApplication, case: Case) -> None:
    row.decided_at = case.closed_at = clock.now()
    row.decided_by_id = act.actor.user_id
