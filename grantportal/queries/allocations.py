"""Fördelningslistan: sums of decisions that have been sent, per call and in total, as they are now or were at the end of a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, Select, case, cast, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Actor
from grantportal.domain.allocations import short_reason
from grantportal.domain.calls import CallChangeKind, CallKind
from grantportal.domain.decisions import DISMISSAL_TEXTS, OUTCOME_TEXTS, DismissalGround, Outcome
from grantportal.domain.documents import AllocationList, AllocationRow, AllocationYear
from grantportal.domain.forms import FormDefinition
from grantportal.domain.labels import Label
from grantportal.domain.money import Kronor
from grantportal.models.applications import Application, ApplicationHome, RequestedLine
from grantportal.models.calls import Call, CallChange
from grantportal.models.cases import Case
from grantportal.models.decisions import Decision, DecisionLine
from grantportal.models.grants import FormVersion, Grant
from grantportal.models.organisations import Organisation, YouthHome
from grantportal.policy import is_sent, visible
from grantportal.queries import grants
from grantportal.queries.grants import years_text
from grantportal.queries.together import fetched, part

_LOOKS = {
    Outcome.GRANTED: ("ok", "check"),
    Outcome.PARTLY: ("ok", "half"),
    Outcome.REFUSED: ("bad", "cross"),
    Outcome.DISMISSED: ("bad", "dash"),
    Outcome.STRUCK: ("empty", "dash"),
}


Q = TypeVar("Q", bound="Select[*tuple[Any, ...]]")


def _until(day: date | None) -> datetime:
    """The last moment that is counted: of the day, or of today. The same all through the day, as the list's files are."""
    return clock.end_of(min(day or clock.today(), clock.today())) - timedelta(microseconds=1)


def _standing(query: Q, until: datetime) -> Q:
    """Only decisions sent by then, and not since replaced by another that had been sent too."""
    later = aliased(Decision)
    replaced = select(later.id).where(later.changes_id == Decision.id, is_sent(later.id, until)).exists()
    return query.where(is_sent(Decision.id, until), ~replaced)


def _title(until: datetime) -> ColumnElement[str]:
    """What the row's call was called then: a text can be corrected afterwards."""
    later = (
        select(CallChange.was)
        .where(CallChange.call_id == Call.id, CallChange.field == "title", CallChange.made_at > until)
        .order_by(CallChange.id)
        .limit(1)
    )
    return func.coalesce(later.correlate(Call).scalar_subquery(), Call.title).label("title")


@dataclass(frozen=True)
class AllocationLine:
    """One decision of the list; amounts stand in the order of the list's years."""

    call_id: int
    organisation: str
    organisation_number: str
    applicant_unit: str
    homes: tuple[str, ...]
    registration_number: str
    outcome: Label
    reason: str
    """Why nothing is given, in short; empty where something is, and where the application was withdrawn."""
    decided_at: datetime
    sought: tuple[Kronor, ...]
    granted: tuple[Kronor, ...]
    sought_is_example: bool
    granted_is_example: bool


def _lines(years: Sequence[int], until: datetime, call_ids: Sequence[int]) -> tuple[AllocationLine, ...]:
    """Every decision of the calls, by the organisations' names, in three queries whatever their number."""
    query = (
        select(
            Decision.id,
            Decision.application_id,
            Decision.outcome,
            Decision.reasons,
            Decision.dismissal_ground,
            Decision.dismissal_why,
            Decision.decided_at,
            Application.call_id,
            Application.applicant_unit,
            Application.sought_is_example,
            Call.is_example,
            Organisation.name,
            Organisation.organisation_number,
            Case.registration_number,
        )
        .join(Application, Decision.application_id == Application.id)
        .join(Call, Application.call_id == Call.id)
        .join(Case, Application.case_id == Case.id)
        .join(Organisation, Application.organisation_id == Organisation.id)
        .where(Application.call_id.in_(call_ids))
        .order_by(Organisation.name.collate(db.COLLATION), Application.applicant_unit, Decision.id)
    )
    rows = db.session().execute(_standing(query, until)).all()
    decisions, applications = [row.id for row in rows], [row.application_id for row in rows]
    granted, sought = _sums(decisions, applications)
    homes = _homes(applications)
    return tuple(
        AllocationLine(
            call_id=row.call_id,
            organisation=row.name,
            organisation_number=row.organisation_number,
            applicant_unit=row.applicant_unit,
            homes=homes.get(row.application_id, ()),
            registration_number=row.registration_number or "",
            outcome=Label(*_LOOKS[row.outcome], OUTCOME_TEXTS[row.outcome]),
            reason=_reason(row.outcome, row.reasons, row.dismissal_ground, row.dismissal_why),
            decided_at=row.decided_at,
            sought=tuple(sought.get((row.application_id, year), 0) for year in years),
            granted=tuple(granted.get((row.id, year), 0) for year in years),
            sought_is_example=row.sought_is_example or row.is_example,
            granted_is_example=row.is_example,
        )
        for row in rows
    )


def _reason(outcome: Outcome, reasons: str, ground: DismissalGround | None, why: str) -> str:
    if ground is DismissalGround.OTHER:
        return short_reason(why)
    if ground is not None:
        return f"{DISMISSAL_TEXTS[ground]}. Ansökan prövades inte."
    return short_reason(reasons) if outcome is Outcome.REFUSED else ""


def _sums(
    decisions: Sequence[int], applications: Sequence[int]
) -> tuple[dict[tuple[int, int], Kronor], dict[tuple[int, int], Kronor]]:
    """What is granted by decision and year, and what is sought by application and year. One query."""

    def summed(kind: str, key: Any, year: Any, amount: Any, ids: Sequence[int]) -> Select[Any]:
        total = cast(func.sum(amount), BigInteger())
        return part(kind, id=key, year=year, amount=total).where(key.in_(ids)).group_by(key, year)

    found = fetched(
        summed("granted", DecisionLine.decision_id, DecisionLine.grant_year, DecisionLine.amount, decisions),
        summed("sought", RequestedLine.application_id, RequestedLine.grant_year, RequestedLine.amount, applications),
    )
    granted, sought = (
        {(row.id, row.year): row.amount for row in found.get(kind, ())} for kind in ("granted", "sought")
    )
    return granted, sought


def _homes(applications: Sequence[int]) -> dict[int, tuple[str, ...]]:
    query = (
        select(ApplicationHome.application_id, YouthHome.name)
        .join(YouthHome, ApplicationHome.youth_home_id == YouthHome.id)
        .where(ApplicationHome.application_id.in_(applications))
        .order_by(YouthHome.name.collate(db.COLLATION), YouthHome.id)
    )
    found: dict[int, tuple[str, ...]] = {}
    for application_id, name in db.session().execute(query):
        found[application_id] = (*found.get(application_id, ()), name)
    return found


@dataclass(frozen=True)
class YearSum:
    """A year's frame, what this call has granted of it, and what all calls have."""

    grant_year: int
    frame: Kronor
    granted_here: Kronor
    granted: Kronor
    grantees: int
    is_example: bool
    """Whether something that any of the calls has granted is invented."""

    @property
    def left(self) -> Kronor:
        """What is left of the frame, all calls counted."""
        return self.frame - self.granted

    @property
    def elsewhere(self) -> Kronor:
        """What other calls have granted of the year's frame."""
        return self.granted - self.granted_here


def granted_by_year(grant_id: int) -> dict[int, Kronor]:
    """What a statsbidrag's decisions that have been sent grant by year, over all its calls: what is published."""
    return {year: total for (_, year), (total, _, _) in _granted([grant_id], clock.now()).items()}


def granted_in(grant_id: int, year: InstrumentedAttribute[int]) -> ScalarSelect[int]:
    """What those decisions grant for the year of a row of the query that this stands in; 0 for none."""
    query = (
        select(func.coalesce(func.sum(DecisionLine.amount), 0))
        .join(Decision, DecisionLine.decision_id == Decision.id)
        .join(Application, Decision.application_id == Application.id)
        .join(Call, Application.call_id == Call.id)
        .where(Call.grant_id == grant_id, DecisionLine.grant_year == year)
    )
    return _standing(query, clock.now()).correlate(year.class_).scalar_subquery()


def _granted(grant_ids: Sequence[int], until: datetime) -> dict[tuple[int, int], tuple[Kronor, int, bool]]:
    """Sum, number of grantees and whether something is invented, by statsbidrag and year, over all calls."""
    query = (
        select(
            Call.grant_id,
            DecisionLine.grant_year,
            func.sum(DecisionLine.amount),
            func.count(Decision.organisation_id.distinct()),
            func.max(case((Call.is_example, 1), else_=0)),
        )
        .join(Decision, DecisionLine.decision_id == Decision.id)
        .join(Application, Decision.application_id == Application.id)
        .join(Call, Application.call_id == Call.id)
        .where(Call.grant_id.in_(grant_ids), DecisionLine.amount > 0)
        .group_by(Call.grant_id, DecisionLine.grant_year)
    )
    return {
        (grant_id, year): (int(total), number, bool(example))
        for grant_id, year, total, number, example in db.session().execute(_standing(query, until)).all()
    }


@dataclass(frozen=True)
class CallAllocations:
    """The list of one call."""

    call_id: int
    title: str
    grant_id: int
    grant_title: str
    is_extra: bool
    until: datetime
    years: tuple[int, ...]
    lines: tuple[AllocationLine, ...]
    sums: tuple[YearSum, ...]
    extra_calls: tuple[tuple[int, str], ...]
    asks_for_homes: bool
    """Whether the call's application asks about youth homes."""
    more_may_come: bool
    """Whether the call could still be applied to then, or somebody had applied whose decision was not sent."""
    withdrawn_at: datetime | None

    @property
    def label(self) -> Label:
        """How far the call's decisions have come."""
        if self.withdrawn_at is not None:
            return Label("bad", "cross", "Återtagen")
        if not self.lines:
            return Label("empty", "dots", "Inga beslut än")
        return Label("info", "half", "Delvis beslutad") if self.more_may_come else Label("lock", "lock", "Beslutad")

    @property
    def granted(self) -> tuple[AllocationLine, ...]:
        """The decisions that gave something."""
        return tuple(line for line in self.lines if sum(line.granted))

    @property
    def decided_on(self) -> tuple[date, ...]:
        """The days on which something was decided, in order."""
        return tuple(sorted({clock.stockholm(line.decided_at).date() for line in self.lines}))

    @property
    def sought(self) -> tuple[Kronor, ...]:
        """What was sought in all, by year."""
        return tuple(sum(line.sought[at] for line in self.lines) for at in range(len(self.years)))

    @property
    def sought_is_example(self) -> bool:
        """Whether a sum of what was sought has something invented in it."""
        return any(line.sought_is_example for line in self.lines)

    @property
    def granted_is_example(self) -> bool:
        """Whether a sum of what was granted has something invented in it."""
        return any(line.granted_is_example for line in self.lines)


def of_call(actor: Actor, call_id: int, day: date | None = None) -> CallAllocations | None:
    """The list of a published call, as it was at the end of `day`."""
    until = _until(day)
    found = (
        db.session()
        .execute(
            select(
                Call,
                _title(until),
                grants.title_for_call(),
                FormVersion.definition,
                _withdrawn_at(until),
                _waits(until),
            )
            .join(Grant, Call.grant_id == Grant.id)
            .outerjoin(FormVersion, Call.application_form_id == FormVersion.id)
            .where(Call.id == call_id, visible(actor, Call), Call.published_at.is_not(None))
        )
        .one_or_none()
    )
    if found is None:
        return None
    call, title, grant_title, form, withdrawn_at, waits = found
    frames = grants.years_of_call_at(call, until)
    years = tuple(frames)
    lines = _lines(years, until, [call_id])
    granted = _granted([call.grant_id], until)
    is_open = withdrawn_at is None and until < clock.end_of(call.last_day)
    extra = select(Call.id, _title(until)).where(Call.extends_id == call_id, visible(actor, Call)).order_by(Call.id)
    return CallAllocations(
        call_id=call.id,
        title=title,
        grant_id=call.grant_id,
        grant_title=grant_title,
        is_extra=call.kind is CallKind.EXTRA,
        until=until,
        years=years,
        lines=lines,
        sums=tuple(
            YearSum(
                grant_year=year,
                frame=frame,
                granted_here=sum(line.granted[at] for line in lines),
                granted=granted.get((call.grant_id, year), (0, 0, False))[0],
                grantees=granted.get((call.grant_id, year), (0, 0, False))[1],
                is_example=granted.get((call.grant_id, year), (0, 0, False))[2],
            )
            for at, (year, frame) in enumerate(frames.items())
            if frame is not None
        ),
        extra_calls=tuple((each.id, each.title) for each in db.session().execute(extra)),
        asks_for_homes=form is not None and FormDefinition.from_json(form).asks_for_homes,
        more_may_come=is_open or waits,
        withdrawn_at=withdrawn_at,
    )


def _withdrawn_at(until: datetime) -> ColumnElement[Any]:
    """When the row's call was withdrawn, if that was by then."""
    return (
        select(CallChange.made_at)
        .where(CallChange.call_id == Call.id, CallChange.kind == CallChangeKind.WITHDRAWN, CallChange.made_at <= until)
        .correlate(Call)
        .scalar_subquery()
    )


def _waits(until: datetime) -> ColumnElement[bool]:
    """Whether an application to the row's call had come in whose decision was not sent."""
    sent = _standing(select(Decision.application_id).where(Decision.application_id == Application.id), until)
    return (
        exists()
        .where(Application.call_id == Call.id, Application.submitted_at <= until, ~sent.correlate(Application).exists())
        .correlate(Call)
    )


@dataclass(frozen=True)
class GrantSum:
    """What a statsbidrag has granted: by organisation and year over all its calls."""

    grant_id: int
    title: str
    years: tuple[int, ...]
    years_text: str
    rows: tuple[tuple[str, str, tuple[Kronor, ...], bool], ...]
    """Organisation, number, sum for each year, whether something in it is invented."""
    sums: tuple[YearSum, ...]
    is_example: bool
    calls: tuple[tuple[int, str], ...]


def totals(day: date | None = None, grant_id: int | None = None) -> tuple[GrantSum, ...]:
    """Every statsbidrag that has granted something, with what each organisation has got each year, over all calls."""
    until = _until(day)
    query = (
        select(
            Call.grant_id,
            Organisation.name,
            Organisation.organisation_number,
            DecisionLine.grant_year,
            func.sum(DecisionLine.amount),
            func.max(case((Call.is_example, 1), else_=0)),
        )
        .join(Decision, DecisionLine.decision_id == Decision.id)
        .join(Application, Decision.application_id == Application.id)
        .join(Call, Application.call_id == Call.id)
        .join(Organisation, Application.organisation_id == Organisation.id)
        .where(DecisionLine.amount > 0)
        .group_by(Call.grant_id, Organisation.name, Organisation.organisation_number, DecisionLine.grant_year)
        .order_by(
            Call.grant_id,
            Organisation.name.collate(db.COLLATION),
            Organisation.organisation_number,
            DecisionLine.grant_year,
        )
    )
    if grant_id is not None:
        query = query.where(Call.grant_id == grant_id)
    rows = db.session().execute(_standing(query, until)).all()
    ids = sorted({row.grant_id for row in rows})
    titles = {row.id: row.title for row in db.session().execute(select(Grant.id, Grant.title).where(Grant.id.in_(ids)))}
    granted, frames, calls = _granted(ids, until), grants.frames_at(ids, until), _decided_calls(ids, until)
    return tuple(_grant_sum(each, titles[each], rows, granted, frames, calls) for each in ids)


def _decided_calls(grant_ids: Sequence[int], until: datetime) -> list[tuple[int, int, str]]:
    query = (
        select(Call.grant_id, Call.id, _title(until), Call.last_day)
        .join(Application, Application.call_id == Call.id)
        .join(Decision, Decision.application_id == Application.id)
        .where(Call.grant_id.in_(grant_ids))
        .distinct()
        .order_by(Call.last_day, Call.id)
    )
    return [(row.grant_id, row.id, row.title) for row in db.session().execute(_standing(query, until))]


def _grant_sum(
    grant_id: int,
    title: str,
    rows: Sequence[Any],
    granted: dict[tuple[int, int], tuple[Kronor, int, bool]],
    frames: dict[tuple[int, int], Kronor],
    calls: Sequence[tuple[int, int, str]],
) -> GrantSum:
    years = tuple(sorted(year for of_grant, year in granted if of_grant == grant_id))
    of_party: dict[tuple[str, str], dict[int, Kronor]] = {}
    invented: set[tuple[str, str]] = set()
    for of_grant, name, number, year, total, example in rows:
        if of_grant != grant_id:
            continue
        of_party.setdefault((name, number), {})[year] = int(total)
        if example:
            invented.add((name, number))
    return GrantSum(
        grant_id=grant_id,
        title=title,
        years=years,
        years_text=years_text(years),
        rows=tuple(
            (*party, tuple(by_year.get(year, 0) for year in years), party in invented)
            for party, by_year in of_party.items()
        ),
        sums=tuple(
            YearSum(
                grant_year=year,
                frame=frames.get((grant_id, year), 0),
                granted_here=granted[grant_id, year][0],
                granted=granted[grant_id, year][0],
                grantees=granted[grant_id, year][1],
                is_example=granted[grant_id, year][2],
            )
            for year in years
        ),
        is_example=any(granted[grant_id, year][2] for year in years),
        calls=tuple((call_id, call_title) for of_grant, call_id, call_title in calls if of_grant == grant_id),
    )


def facts_of_call(found: CallAllocations, authority: str) -> AllocationList:
    """The list of a call as a sheet or open data has it."""
    return AllocationList(
        title=f"Fördelningslista: {found.title}",
        authority=authority,
        as_of=clock.stockholm(found.until).date(),
        rows=_facts(found.lines, found.years),
        years=tuple(AllocationYear(each.grant_year, each.frame, each.granted) for each in found.sums),
        example=False,
    )


def facts_of_grant(grant_id: int, authority: str, day: date | None = None) -> AllocationList | None:
    """The list of every call of a statsbidrag as a sheet or open data has it; empty before its first decision."""
    grant = grants.get(grant_id)
    if grant is None:
        return None
    found = totals(day, grant_id)
    years = found[0].years if found else ()
    sums = found[0].sums if found else ()
    calls = [call_id for call_id, _ in found[0].calls] if found else []
    return AllocationList(
        title=f"Fördelningslista: {grant.title}",
        authority=authority,
        as_of=clock.stockholm(_until(day)).date(),
        rows=_facts(_lines(years, _until(day), calls), years),
        years=tuple(AllocationYear(each.grant_year, each.frame, each.granted) for each in sums),
        example=False,
    )


def _facts(lines: Sequence[AllocationLine], years: Sequence[int]) -> tuple[AllocationRow, ...]:
    return tuple(
        AllocationRow(
            grant_year=year,
            organisation=line.organisation,
            organisation_number=line.organisation_number,
            applicant_unit=line.applicant_unit,
            registration_number=line.registration_number,
            outcome=line.outcome.text,
            decided_on=clock.stockholm(line.decided_at).date(),
            sought=line.sought[at],
            granted=line.granted[at],
            example=line.sought_is_example or line.granted_is_example,
        )
        for at, year in enumerate(years)
        for line in lines
        # A call that does not have the year has no line for it.
        if line.sought[at] or line.granted[at]
    )
