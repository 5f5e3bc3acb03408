"""Ombudsansökningar: for the officer, for the organisation, and for whoever has the link."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, select

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.accounts import can_apply
from grantportal.domain.actors import Actor, Role
from grantportal.domain.attachments import FILE_TEXTS
from grantportal.domain.calls import IN_FORCE
from grantportal.domain.cases import DIRECTION_TEXTS, RecordKind
from grantportal.domain.events import told
from grantportal.domain.labels import Label
from grantportal.domain.ombud import BASIS_TEXTS, OmbudApplicationStatus, label
from grantportal.domain.organisations import OrganisationKind
from grantportal.models.accounts import MandateRow, User
from grantportal.models.calls import Call
from grantportal.models.cases import Case
from grantportal.models.grants import Grant
from grantportal.models.ombud import OmbudApplication
from grantportal.models.organisations import Organisation
from grantportal.models.portal import Event
from grantportal.models.records import Record, StoredFile
from grantportal.policy import answers_for_the_organisation, visible
from grantportal.queries.accounts import held_for_all, holds


@dataclass(frozen=True)
class OmbudRow:
    """A line of the list."""

    id: int
    registration_number: str
    organisation: str
    name: str
    received_at: datetime
    label: Label


@dataclass(frozen=True)
class HandlingRow:
    """A handling of the case."""

    id: int
    number: int
    title: str
    dated_at: datetime
    direction_text: str


@dataclass(frozen=True)
class FileRow:
    """What the applicant attached, as the case calls it."""

    record_id: int
    title: str
    shown_name: str
    dated_at: datetime
    waits_because: str
    """Why it may not be read; empty when it may."""


@dataclass(frozen=True)
class Said:
    """What the authority asked for, or the answer to it."""

    is_answer: bool
    text: str
    dated_at: datetime


@dataclass(frozen=True)
class HistoryRow:
    """A line of the history."""

    datetime: str
    day_text: str
    text: str
    by_text: str


@dataclass(frozen=True)
class OmbudPage:
    """An ombudsansökan with all that is known of it."""

    id: int
    case_id: int
    registration_number: str
    organisation: str
    organisation_id: int
    name: str
    email: str
    title: str
    basis_text: str
    days_text: str
    replaces: str
    closed_because: str
    received_at: datetime
    decided_at: datetime | None
    status: OmbudApplicationStatus
    label: Label
    files: tuple[FileRow, ...]
    exchange: tuple[Said, ...]
    """What was asked for and answered since, in order."""
    holders: tuple[str, ...] = ()
    """The organisation's ombud, that hold or are still to begin, each with their days."""
    records: tuple[HandlingRow, ...] = ()
    events: tuple[HistoryRow, ...] = ()


def listed(actor: Actor) -> list[OmbudRow]:
    """Every ombudsansökan that the actor may see: those that wait first, then the newest. One query."""
    rows = db.session().execute(
        select(OmbudApplication, Case.registration_number, Organisation.name)
        .join(Case, Case.id == OmbudApplication.case_id)
        .join(Organisation, Organisation.id == OmbudApplication.organisation_id)
        .where(visible(actor, OmbudApplication))
        .order_by(OmbudApplication.decided_at.is_not(None), OmbudApplication.id.desc())
        .limit(500)
    )
    return [
        OmbudRow(row.id, number or "", organisation, row.name, row.received_at, label(row.status))
        for row, number, organisation in rows
    ]


def waiting(actor: Actor) -> list[OmbudRow]:
    """Those that an officer has something to do with. One query."""
    return [row for row in listed(actor) if row.label == label(OmbudApplicationStatus.RECEIVED)]


def page(actor: Actor, application_id: int) -> OmbudPage | None:
    """The ombudsansökan, when the actor may see it. Four queries."""
    found = db.session().execute(_one(application_id).where(visible(actor, OmbudApplication))).one_or_none()
    if found is None:
        return None
    row = found[0]
    records = _records(row.case_id, visible(actor, Record))
    return _shown(*found, records, holders=_holders(row.organisation_id), listed=True, events=_events(row.case_id))


def followed(application_id: int) -> OmbudPage | None:
    """The ombudsansökan for whoever has its link: what the applicant wrote, and what the authority has answered. Two queries."""
    found = db.session().execute(_one(application_id)).one_or_none()
    return None if found is None else _shown(*found, _records(found[0].case_id))


def of_case(actor: Actor, case_id: int) -> int | None:
    """The ombudsansökan that the case is about, when it is one that the actor may see."""
    return db.session().scalar(
        select(OmbudApplication.id).where(OmbudApplication.case_id == case_id, visible(actor, OmbudApplication))
    )


def _one(application_id: int) -> Select[OmbudApplication, str | None, str, str | None]:
    return (
        select(OmbudApplication, Case.registration_number, Organisation.name, User.name)
        .join(Case, Case.id == OmbudApplication.case_id)
        .join(Organisation, Organisation.id == OmbudApplication.organisation_id)
        .outerjoin(MandateRow, MandateRow.id == OmbudApplication.replaces_id)
        .outerjoin(User, User.id == MandateRow.user_id)
        .where(OmbudApplication.id == application_id)
    )


def _shown(
    row: OmbudApplication,
    number: str | None,
    organisation: str,
    replaces: str | None,
    records: Sequence[tuple[Record, StoredFile | None]],
    *,
    holders: tuple[str, ...] = (),
    listed: bool = False,
    events: tuple[HistoryRow, ...] = (),
) -> OmbudPage:
    return OmbudPage(
        id=row.id,
        case_id=row.case_id,
        registration_number=number or "",
        organisation=organisation,
        organisation_id=row.organisation_id,
        name=row.name,
        email=row.email,
        title=row.title,
        basis_text=BASIS_TEXTS[row.basis],
        days_text=_days(row.valid_from, row.valid_to),
        replaces=replaces or "",
        closed_because=row.closed_because,
        received_at=row.received_at,
        decided_at=row.decided_at,
        status=row.status,
        label=label(row.status),
        files=tuple(
            FileRow(record.id, record.title, file.shown_name, record.dated_at, FILE_TEXTS[file.status])
            for record, file in records
            if file is not None and record.kind is RecordKind.OMBUD_APPLICATION
        ),
        exchange=tuple(
            Said(record.kind is RecordKind.SUPPLEMENT_ANSWER, record.text, record.dated_at)
            for record, _ in records
            if record.kind in _EXCHANGE
        ),
        holders=holders,
        records=tuple(
            HandlingRow(record.id, record.number, record.title, record.dated_at, DIRECTION_TEXTS[record.direction])
            for record, _ in reversed(records)
        )
        if listed
        else (),
        events=events,
    )


_EXCHANGE = (RecordKind.SUPPLEMENT_REQUEST, RecordKind.SUPPLEMENT_ANSWER)


def _records(case_id: int, *where: ColumnElement[bool]) -> list[tuple[Record, StoredFile | None]]:
    rows = db.session().execute(
        select(Record, StoredFile)
        .outerjoin(StoredFile, StoredFile.id == Record.file_id)
        .where(Record.case_id == case_id, *where)
        .order_by(Record.number)
    )
    return [(record, file) for record, file in rows]


def _holders(organisation_id: int) -> tuple[str, ...]:
    rows = db.session().execute(
        select(User.name, MandateRow.valid_from, MandateRow.valid_to)
        .join(User, User.id == MandateRow.user_id)
        .where(held_for_all(organisation_id, Role.OMBUD))
        .order_by(User.name.collate(db.COLLATION), MandateRow.id)
    )
    return tuple(f"{name}, {_days(begins, ends)}" for name, begins, ends in rows)


def _days(begins: date, ends: date | None) -> str:
    return f"{clock.day_text(begins)} – {clock.day_text(ends) if ends else 'tills vidare'}"


def _events(case_id: int) -> tuple[HistoryRow, ...]:
    rows = db.session().execute(
        select(Event, User.name)
        .outerjoin(User, User.id == Event.actor_id)
        .where(Event.case_id == case_id)
        .order_by(Event.seq.desc())
    )
    return tuple(
        HistoryRow(
            datetime=event.at.isoformat(timespec="seconds"),
            day_text=clock.day_text(event.at),
            text=told(event.kind, json.loads(event.data)),
            by_text=", ".join(part for part in (name, f"kl.{clock.NBSP}{clock.time_text(event.at)}") if part),
        )
        for event, name in rows
    )


# --- For the public form -----------------------------------------------------------------------------------------


def organisations() -> list[tuple[int, str]]:
    """Those that can have an ombud, by name. One query."""
    kinds = [kind for kind in OrganisationKind if can_apply(kind)]
    rows = db.session().execute(
        select(Organisation.id, Organisation.name)
        .where(Organisation.kind.in_(kinds))
        .order_by(Organisation.name.collate(db.COLLATION))
    )
    return [(number, name) for number, name in rows]


def grants() -> list[tuple[int, str]]:
    """The statsbidrag that have been called. One query."""
    called = select(Call.id).where(Call.grant_id == Grant.id, Call.status.in_(IN_FORCE)).exists()
    return [(number, title) for number, title in db.session().execute(_titles(called))]


def _titles(where: ColumnElement[bool]) -> Select[int, str]:
    return select(Grant.id, Grant.title).where(where).order_by(Grant.title.collate(db.COLLATION))


# --- For acts and mail -------------------------------------------------------------------------------------------


def locked(application_id: int) -> OmbudApplication | None:
    """The ombudsansökan, with its case locked first."""
    case_id = db.session().scalar(select(OmbudApplication.case_id).where(OmbudApplication.id == application_id))
    if case_id is None:
        return None
    db.session().scalars(db.lock(select(Case).where(Case.id == case_id))).one()
    return db.session().scalars(db.lock(select(OmbudApplication).where(OmbudApplication.id == application_id))).one()


def mandate_to_hand_over(actor: Actor, organisation_id: int) -> MandateRow | None:
    """The actor's own mandate that answers for the organisation and holds today, if any."""
    own = db.session().scalars(
        select(MandateRow).where(
            MandateRow.user_id == actor.user_id,
            MandateRow.organisation_id == organisation_id,
            MandateRow.case_id.is_(None),
            holds(clock.today()),
        )
    )
    return next((row for row in own if answers_for_the_organisation(row.role)), None)


def waiting_hand_over(mandate_id: int) -> tuple[int, str] | None:
    """The id and number of the ombudsansökan that hands this mandate over and is not decided yet."""
    found = db.session().execute(
        select(OmbudApplication.id, Case.registration_number)
        .join(Case, Case.id == OmbudApplication.case_id)
        .where(OmbudApplication.replaces_id == mandate_id, OmbudApplication.decided_at.is_(None))
        .order_by(OmbudApplication.id)
    )
    row = found.first()
    return (row[0], row[1] or "") if row else None


@dataclass(frozen=True)
class OmbudMail:
    """To whom the link to an ombudsansökan goes."""

    to: str
    registration_number: str


def mail(application_id: int) -> OmbudMail | None:
    """The facts of the mail."""
    found = (
        db.session()
        .execute(
            select(OmbudApplication.email, Case.registration_number)
            .join(Case, Case.id == OmbudApplication.case_id)
            .where(OmbudApplication.id == application_id)
        )
        .one_or_none()
    )
    return OmbudMail(found[0], found[1] or "") if found else None
