"""Statsbidrag, their frames, and the published texts that their calls are made of."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, func, select, true
from sqlalchemy.orm import selectinload

from grantportal import db
from grantportal.domain import clock, report_forms
from grantportal.domain.actors import Actor
from grantportal.domain.calls import CallStatus
from grantportal.domain.events import EventKind
from grantportal.domain.forms import FormDefinition, FormKind
from grantportal.domain.frameworks import FrameworkStatus
from grantportal.domain.grants import (
    ACCESS_TEXTS,
    APPEAL_TEXTS,
    FRAME_TEXTS,
    ConditionChange,
    ConditionStatus,
    FrameChange,
    FrameStatus,
    condition_changes,
    frame_at,
)
from grantportal.domain.labels import Label
from grantportal.domain.money import Kronor
from grantportal.models.calls import Call, CallYear
from grantportal.models.frameworks import FrameworkVersion
from grantportal.models.grants import ConditionSet, CostCategory, FormVersion, Grant, YearFrame
from grantportal.models.portal import Event
from grantportal.policy import Permission, may, visible


def get(grant_id: int, *, lock: bool = False) -> Grant | None:
    """The statsbidrag; what it is, is public."""
    query = select(Grant).where(Grant.id == grant_id)
    return db.session().scalars(db.lock(query) if lock else query).one_or_none()


def title_of(call: Call) -> str:
    """What the statsbidrag is called in all that is about the call: as it was published with, whatever it is called later."""
    return call.grant_title or call.grant.title


def title_for_call() -> ColumnElement[str]:
    """The same, where a call is joined with its statsbidrag."""
    return case((Call.grant_title != "", Call.grant_title), else_=Grant.title)


def year_frames(grant_id: int, years: Iterable[int] | None = None, *, lock: bool = False) -> dict[int, YearFrame]:
    """The frames of the statsbidrag by year, in the one order that everybody locks them in."""
    query = select(YearFrame).where(YearFrame.grant_id == grant_id).order_by(YearFrame.grant_year)
    if years is not None:
        query = query.where(YearFrame.grant_year.in_(list(years)))
    return {frame.grant_year: frame for frame in db.session().scalars(db.lock(query) if lock else query)}


_SETS_THE_FRAME = and_(
    Event.subject == YearFrame.__tablename__,
    Event.subject_id == YearFrame.id,
    Event.kind.in_((EventKind.GRANT_CHANGED, EventKind.FRAME_ALLOTTED)),
)


def _change(event: Event) -> FrameChange:
    facts = json.loads(event.data)
    allots = event.kind is EventKind.FRAME_ALLOTTED
    return FrameChange(event.at, facts.get("before"), facts["frame"], allots, facts.get("max_grantees"))


def frame_changes(grant_ids: Iterable[int]) -> dict[tuple[int, int], tuple[YearFrame, list[FrameChange]]]:
    """Every frame of the statsbidrag with its history, by statsbidrag and year. One query whatever their number."""
    rows = db.session().execute(
        select(YearFrame, Event)
        .outerjoin(Event, _SETS_THE_FRAME)
        .where(YearFrame.grant_id.in_(list(grant_ids)))
        .order_by(YearFrame.grant_id, YearFrame.grant_year, Event.seq)
    )
    found: dict[tuple[int, int], tuple[YearFrame, list[FrameChange]]] = {}
    for frame, event in rows:
        _, changes = found.setdefault((frame.grant_id, frame.grant_year), (frame, []))
        if event is not None:
            changes.append(_change(event))
    return found


def frames_at(grant_ids: Iterable[int], until: datetime) -> dict[tuple[int, int], Kronor]:
    """The frames as they stood at a moment, by statsbidrag and year; those that were not set yet are missing."""
    stood = {
        key: frame_at(changes, until, now=frame.frame) for key, (frame, changes) in frame_changes(grant_ids).items()
    }
    return {key: frame for key, frame in stood.items() if frame is not None}


def years_of_call_at(call: Call, until: datetime) -> dict[int, Kronor | None]:
    """The years of a call, each with its frame as it stood at a moment (None: not set yet). One query."""
    return {
        year.grant_year: None if frame is None else frame_at(changes, until, now=frame.frame)
        for year, frame, changes in history_of_call(call)
    }


def history_of_call(call: Call) -> list[tuple[CallYear, YearFrame | None, list[FrameChange]]]:
    """The years of a call, each with its frame and what that has been changed by. One query."""
    rows = db.session().execute(
        select(CallYear, YearFrame, Event)
        .outerjoin(YearFrame, and_(YearFrame.grant_id == call.grant_id, YearFrame.grant_year == CallYear.grant_year))
        .outerjoin(Event, _SETS_THE_FRAME)
        .where(CallYear.call_id == call.id)
        .order_by(CallYear.grant_year, Event.seq)
    )
    found: dict[int, tuple[CallYear, YearFrame | None, list[FrameChange]]] = {}
    for year, frame, event in rows:
        *_, changes = found.setdefault(year.grant_year, (year, frame, []))
        if event is not None:
            changes.append(_change(event))
    return list(found.values())


def year_frame(grant_id: int, year: int, *, lock: bool = False) -> YearFrame | None:
    """One year's frame."""
    return year_frames(grant_id, [year], lock=lock).get(year)


def cost_categories(grant_id: int) -> list[CostCategory]:
    """The kostnadsslag in order."""
    query = select(CostCategory).where(CostCategory.grant_id == grant_id).order_by(CostCategory.position)
    return list(db.session().scalars(query))


def has_published_call(grant_id: int) -> bool:
    """Whether somebody may already have applied by what the statsbidrag says."""
    query = select(Call.id).where(Call.grant_id == grant_id, Call.status != CallStatus.DRAFT).limit(1)
    return db.session().scalar(query) is not None


def last_number(model: type[ConditionSet] | type[FormVersion] | type[FrameworkVersion], *criteria: object) -> int:
    """The highest version number so far; the caller has locked the statsbidrag."""
    query = select(func.max(model.number)).where(*criteria)  # type: ignore[arg-type]  # criteria of the caller's own model
    return db.session().scalar(query) or 0


def conditions(grant_id: int) -> tuple[int, tuple[str, ...]]:
    """The number and texts of the newest published villkor; 0 and nothing when there are none."""
    query = (
        select(ConditionSet)
        .where(ConditionSet.grant_id == grant_id, ConditionSet.status == ConditionStatus.PUBLISHED)
        .options(selectinload(ConditionSet.conditions))
        .order_by(ConditionSet.number.desc())
        .limit(1)
    )
    found = db.session().scalars(query).one_or_none()
    return (found.number, tuple(each.text for each in found.conditions)) if found else (0, ())


@dataclass(frozen=True)
class GrantRow:
    """A statsbidrag in the list."""

    id: int
    title: str
    purpose: str
    years_text: str
    calls: int


def listed() -> list[GrantRow]:
    """Every statsbidrag, by name."""
    grants = db.session().scalars(
        select(Grant).options(selectinload(Grant.frames)).order_by(Grant.title.collate(db.COLLATION))
    )
    counted = dict(db.session().execute(select(Call.grant_id, func.count()).group_by(Call.grant_id)).all())
    return [
        GrantRow(
            grant.id,
            grant.title,
            grant.purpose,
            years_text([frame.grant_year for frame in grant.frames]),
            counted.get(grant.id, 0),
        )
        for grant in grants
    ]


def years_text(years: Iterable[int]) -> str:
    """«2021–2022», «2021, 2023», or empty."""
    known = sorted(years)
    if len(known) > 1 and known[-1] - known[0] == len(known) - 1:
        return f"{known[0]}–{known[-1]}"
    return ", ".join(str(year) for year in known)


@dataclass(frozen=True)
class FrameView:
    """A year's frame as the page shows it."""

    grant_year: int
    frame: Kronor
    decided: Kronor
    left: Kronor
    grantees: int
    max_grantees: int | None
    label: Label
    can_allot: bool


@dataclass(frozen=True)
class VersionView:
    """A published version of villkor, a form or the matrix."""

    id: int
    number: int
    title: str
    published_text: str = ""


@dataclass(frozen=True)
class GrantPage:
    """All that the page of a statsbidrag shows."""

    id: int
    title: str
    purpose: str
    assignment_refs: str
    legal_basis: str
    recovery_basis: str
    access_text: str
    appeal_text: str
    appeal_provision: str
    appeal_is_example: bool
    frames: tuple[FrameView, ...]
    categories: tuple[str, ...]
    personnel: str
    conditions_number: int
    conditions: tuple[str, ...]
    condition_versions: tuple[VersionView, ...]
    forms: tuple[tuple[FormKind, tuple[VersionView, ...]], ...]
    frameworks: tuple[VersionView, ...]
    calls: tuple[tuple[int, str], ...]
    can_change: bool
    can_create_call: bool


def frame_label(frame: YearFrame) -> Label:
    """Beräknad or tilldelad, and since when."""
    text = FRAME_TEXTS[frame.status]
    if frame.status is FrameStatus.ALLOTTED and frame.allotted_at is not None:
        return Label("ok", "check", text, f"Tilldelad {clock.day_text(frame.allotted_at)}.")
    return Label("info", "clock", text, "Kan beslutas om men inte betalas ut.")


def page(actor: Actor, grant_id: int) -> GrantPage | None:
    """The statsbidrag with all that hangs on it."""
    grant = get(grant_id)
    if grant is None:
        return None
    may_allot = may(actor, Permission.ALLOT_FRAME)
    frames = tuple(
        FrameView(
            frame.grant_year,
            frame.frame,
            frame.decided,
            frame.frame - frame.decided,
            frame.grantees,
            frame.max_grantees,
            frame_label(frame),
            may_allot and frame.status is FrameStatus.ESTIMATED,
        )
        for frame in year_frames(grant_id).values()
    )
    categories = cost_categories(grant_id)
    number, texts = conditions(grant_id)
    return GrantPage(
        id=grant.id,
        title=grant.title,
        purpose=grant.purpose,
        assignment_refs=grant.assignment_refs,
        legal_basis=grant.legal_basis,
        recovery_basis=grant.recovery_basis,
        access_text=ACCESS_TEXTS[grant.access],
        appeal_text=APPEAL_TEXTS[grant.appeal_variant] if grant.appeal_variant else "",
        appeal_provision=grant.appeal_provision,
        appeal_is_example=grant.appeal_is_example,
        frames=frames,
        categories=tuple(category.name for category in categories),
        personnel=next((category.name for category in categories if category.is_personnel), ""),
        conditions_number=number,
        conditions=texts,
        condition_versions=condition_sets(grant_id),
        forms=tuple(_form_versions(grant_id).items()),
        frameworks=framework_versions(grant_id),
        calls=tuple(
            db.session().execute(select(Call.id, Call.title).where(Call.grant_id == grant_id).order_by(Call.opens_at))
        ),
        can_change=may(actor, Permission.SET_UP_GRANT),
        can_create_call=may(actor, Permission.CREATE_CALL),
    )


def _form_versions(grant_id: int) -> dict[FormKind, tuple[VersionView, ...]]:
    query = (
        select(FormVersion)
        .where(FormVersion.grant_id == grant_id, FormVersion.status == ConditionStatus.PUBLISHED)
        .order_by(FormVersion.kind, FormVersion.number)
    )
    rows = db.session().scalars(query).all()
    return {
        kind: tuple(
            VersionView(row.id, row.number, row.title, clock.day_text(row.published_at) if row.published_at else "")
            for row in rows
            if row.kind is kind
        )
        for kind in FormKind
    }


def form_versions(grant_id: int, kind: FormKind) -> tuple[VersionView, ...]:
    """The published forms of a kind, oldest first."""
    return _form_versions(grant_id)[kind]


def framework_versions(grant_id: int) -> tuple[VersionView, ...]:
    """The published versions of the matrix, oldest first."""
    query = (
        select(FrameworkVersion)
        .where(FrameworkVersion.grant_id == grant_id, FrameworkVersion.status == FrameworkStatus.PUBLISHED)
        .order_by(FrameworkVersion.number)
    )
    return tuple(
        VersionView(
            row.id, row.number, "Förväntade resultat", clock.day_text(row.published_at) if row.published_at else ""
        )
        for row in db.session().scalars(query)
    )


def condition_sets(grant_id: int) -> tuple[VersionView, ...]:
    """The published versions of the villkor, oldest first."""
    query = (
        select(ConditionSet)
        .where(ConditionSet.grant_id == grant_id, ConditionSet.status == ConditionStatus.PUBLISHED)
        .order_by(ConditionSet.number)
    )
    return tuple(VersionView(row.id, row.number, "Villkor") for row in db.session().scalars(query))


@dataclass(frozen=True)
class ConditionsPage:
    """A version of the villkor beside an earlier one. `against` is None where there is none to read."""

    id: int
    number: int
    grant_id: int
    grant_title: str
    years_text: str
    against: VersionView | None
    earlier: tuple[VersionView, ...]
    later: tuple[VersionView, ...]
    changes: tuple[ConditionChange, ...]

    @property
    def differing(self) -> int:
        """How many villkor are new, changed or gone."""
        return sum(change.before != change.after for change in self.changes)

    @property
    def gone(self) -> tuple[str, ...]:
        """The villkor of the earlier version that this one lacks."""
        return tuple(change.before for change in self.changes if not change.after)


def conditions_page(actor: Actor, version_id: int, against: int | None = None) -> ConditionsPage | None:
    """A published version of the villkor that the actor may read, beside an earlier one.

    `against` is the earlier one's number; without it, or when there is no such, it is the one before.
    """
    chosen = next(iter(_readable_conditions(actor, ConditionSet.id == version_id)), None)
    if chosen is None:
        return None
    rows = _readable_conditions(actor, ConditionSet.grant_id == chosen.grant_id)
    years = _years_of_conditions(actor, chosen.grant_id)
    earlier = [row for row in rows if row.number < chosen.number]
    beside = next((row for row in earlier if row.number == against), earlier[-1] if earlier else None)
    texts = [each.text for each in chosen.conditions]
    return ConditionsPage(
        id=chosen.id,
        number=chosen.number,
        grant_id=chosen.grant_id,
        grant_title=db.session().scalars(select(Grant.title).where(Grant.id == chosen.grant_id)).one(),
        years_text=years_text(years.get(chosen.id, ())),
        against=_conditions_view(beside, years) if beside else None,
        earlier=tuple(_conditions_view(row, years) for row in earlier if row is not beside),
        later=tuple(_conditions_view(row, years) for row in rows if row.number > chosen.number),
        changes=condition_changes([each.text for each in beside.conditions] if beside else texts, texts),
    )


def earlier_conditions(actor: Actor, grant_id: int, number: int) -> bool:
    """Whether the actor may read villkor of the statsbidrag that came before this version."""
    query = select(ConditionSet.id).where(
        ConditionSet.grant_id == grant_id, ConditionSet.number < number, _may_read_conditions(actor)
    )
    return db.session().scalars(query.limit(1)).first() is not None


def _may_read_conditions(actor: Actor) -> ColumnElement[bool]:
    """The authority reads every published version; everybody else those that a published call uses."""
    used = exists().where(Call.condition_set_id == ConditionSet.id, visible(actor, Call))
    return and_(ConditionSet.status == ConditionStatus.PUBLISHED, true() if actor.is_authority else used)


def _readable_conditions(actor: Actor, *criteria: ColumnElement[bool]) -> Sequence[ConditionSet]:
    query = (
        select(ConditionSet)
        .where(_may_read_conditions(actor), *criteria)
        .options(selectinload(ConditionSet.conditions))
        .order_by(ConditionSet.number)
    )
    return db.session().scalars(query).all()


def _years_of_conditions(actor: Actor, grant_id: int) -> dict[int | None, set[int]]:
    """The grant years of the calls that use each version, of those calls that the actor may see."""
    query = (
        select(Call.condition_set_id, CallYear.grant_year)
        .join(CallYear, CallYear.call_id == Call.id)
        .where(Call.grant_id == grant_id, Call.condition_set_id.is_not(None), visible(actor, Call))
    )
    found: dict[int | None, set[int]] = {}
    for version_id, year in db.session().execute(query):
        found.setdefault(version_id, set()).add(year)
    return found


def _conditions_view(row: ConditionSet, years: Mapping[int | None, Iterable[int]]) -> VersionView:
    used = years_text(years.get(row.id, ()))
    return VersionView(row.id, row.number, f"version {row.number}{f' ({used})' if used else ''}")


@dataclass(frozen=True)
class FormPage:
    """A published form, as it is shown to whoever prepares a call."""

    id: int
    grant_id: int
    grant_title: str
    number: int
    definition: FormDefinition


def form_version(version_id: int) -> FormPage | None:
    """A published form."""
    found = (
        db.session()
        .execute(
            select(FormVersion, Grant.title)
            .join(Grant, FormVersion.grant_id == Grant.id)
            .where(FormVersion.id == version_id, FormVersion.status == ConditionStatus.PUBLISHED)
        )
        .one_or_none()
    )
    if found is None:
        return None
    row, title = found
    return FormPage(
        row.id, row.grant_id, title, row.number, report_forms.shown(FormDefinition.from_json(row.definition))
    )
