"""Anchors: which chains have moved since the last one, and what is anchored."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import String, and_, cast, exists, literal, select, union_all

from grantportal import db
from grantportal.models.cases import Case
from grantportal.models.organisations import Organisation
from grantportal.models.portal import Anchor, AnchorHead, DayAnchor, Event, Portal

AT_A_TIME = 500

Head = tuple[str, int, str]
"""A chain's name, and its last event's number and fingerprint."""


def newest() -> Anchor | None:
    """The last anchor."""
    return db.session().scalars(select(Anchor).order_by(Anchor.number.desc()).limit(1)).one_or_none()


def newest_event_id(before: datetime | None = None) -> int:
    """The number of the newest event, or of the newest that was recorded before the moment; 0 where there is none."""
    newest = select(Event.id).order_by(Event.id.desc()).limit(1)
    return db.session().scalar(newest if before is None else newest.where(Event.recorded_at < before)) or 0


def lock_making() -> None:
    """Nobody else makes an anchor until this transaction ends."""
    db.session().scalars(db.lock(select(Portal))).one()


def moved() -> list[Head]:
    """The last event of each chain that is in no anchor yet, by chain; all as they are at one moment."""
    heads = union_all(
        *(
            select((literal(f"{name}:") + cast(model.id, String)).label("chain"), model.event_seq.label("seq"))
            for name, model in (("case", Case), ("organisation", Organisation))
        ),
        select(literal("portal").label("chain"), Portal.event_seq.label("seq")),
    ).subquery()
    anchored = exists().where(AnchorHead.chain == heads.c.chain, AnchorHead.seq == heads.c.seq)
    rows = db.session().execute(
        select(Event.chain, Event.seq, Event.sha256)
        .join(heads, and_(Event.chain == heads.c.chain, Event.seq == heads.c.seq))
        .where(~anchored)
    )
    return sorted((row.chain, row.seq, row.sha256) for row in rows)


def all_anchors() -> Iterator[tuple[Any, list[Head]]]:
    """Every anchor's columns with the heads that are first in it, by chain; the anchors in order."""
    rows = db.session().execute(
        select(Anchor.__table__, AnchorHead.chain, AnchorHead.seq, AnchorHead.sha256)
        .outerjoin(AnchorHead, AnchorHead.anchor_id == Anchor.id)
        .order_by(Anchor.number, AnchorHead.chain)
        .execution_options(yield_per=AT_A_TIME)
    )
    for _, group in groupby(rows, lambda row: row.id):
        first = next(group)
        heads = [(row.chain, row.seq, row.sha256) for row in (first, *group) if row.chain is not None]
        yield first, sorted(heads)


def after(number: int) -> list[Anchor]:
    """The anchors after this number, in order."""
    return list(db.session().scalars(select(Anchor).where(Anchor.number > number).order_by(Anchor.number)))


def day_anchors() -> list[DayAnchor]:
    """The anchors of days, which were made before these, oldest first."""
    return list(db.session().scalars(select(DayAnchor).order_by(DayAnchor.day)))


def recorded() -> list[tuple[datetime, str, int, str]]:
    """When each event was recorded, its chain, number and fingerprint, in the order of the clock then."""
    rows = select(Event.recorded_at, Event.chain, Event.seq, Event.sha256).order_by(Event.recorded_at)
    return [(at, chain, seq, sha256) for at, chain, seq, sha256 in db.session().execute(rows)]


def anchored() -> dict[str, set[int]]:
    """The numbers of the events that an anchor names, by chain."""
    found: dict[str, set[int]] = {}
    for chain, seq in db.session().execute(
        select(AnchorHead.chain, AnchorHead.seq).execution_options(yield_per=AT_A_TIME)
    ):
        found.setdefault(chain, set()).add(seq)
    return found
