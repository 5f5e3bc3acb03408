"""Ärenden for acts: the locked rows that they work on, and the numbers that follow."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, Select, func, literal, select
from sqlalchemy.orm import joinedload

from grantportal import db
from grantportal.domain.actors import Actor
from grantportal.domain.cases import FrozenKind
from grantportal.models.cases import Case, FrozenVersion, RegistrationSeries
from grantportal.models.portal import Portal
from grantportal.models.records import Record
from grantportal.policy import visible


def get(actor: Actor, case_id: int, *, lock: bool = False) -> Case | None:
    """The case, when the actor may see it; for an act, locked."""
    query = select(Case).where(Case.id == case_id, visible(actor, Case))
    query = db.lock(query) if lock else query.options(joinedload(Case.organisation))
    return db.session().scalars(query).one_or_none()


def locked(case_id: int) -> Case:
    """The case, locked: it stands for its application, decision, report and history."""
    return db.session().scalars(db.lock(select(Case).where(Case.id == case_id))).one()


def locked_together(actor: Actor, case_ids: Sequence[int]) -> list[Case]:
    """These cases that the actor may see, locked one after the other in the order of their numbers: the same for everybody."""
    query = select(Case).where(Case.id.in_(case_ids), visible(actor, Case)).order_by(Case.id)
    return list(db.session().scalars(db.lock(query)))


def newest_events(actor: Actor) -> Select[*tuple[Any, ...]]:
    """(the actor's number, case, its newest event) of every case that the actor may see: what a read mark says."""
    return select(literal(actor.user_id, Integer()), Case.id, Case.event_seq).where(visible(actor, Case))


def last_version(kind: FrozenKind, subject_id: int) -> int:
    """The number of the subject's newest frozen version; 0 when nothing is frozen. The caller holds the subject's lock."""
    return (
        db.session().scalar(
            select(func.max(FrozenVersion.number)).where(
                FrozenVersion.kind == kind, FrozenVersion.subject_id == subject_id
            )
        )
        or 0
    )


def last_record_number(case_id: int) -> int:
    """The number of the case's newest handling; 0 when it has none. The caller holds the case's lock."""
    return db.session().scalar(select(func.max(Record.number)).where(Record.case_id == case_id)) or 0


def registration_prefix() -> str:
    """What this installation's diarienummer begin with."""
    return db.session().scalar(select(Portal.registration_prefix).where(Portal.id == 1)) or ""


def series(prefix: str, year: int) -> RegistrationSeries | None:
    """The year's series of diarienummer, locked; None before the year's first hand-in."""
    return (
        db.session()
        .scalars(
            db.lock(
                select(RegistrationSeries).where(RegistrationSeries.prefix == prefix, RegistrationSeries.year == year)
            )
        )
        .one_or_none()
    )


def files_in_records(case_id: int) -> frozenset[int]:
    """The files that are handlingar of the case already."""
    rows = db.session().scalars(select(Record.file_id).where(Record.case_id == case_id, Record.file_id.is_not(None)))
    return frozenset(file_id for file_id in rows if file_id is not None)
