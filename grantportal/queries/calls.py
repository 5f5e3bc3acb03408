"""Utlysningar: the public list and page, and what publishing needs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from grantportal import db
from grantportal.domain import clock, report_forms
from grantportal.domain.actors import Actor
from grantportal.domain.appeals import can_say_where
from grantportal.domain.applications import ApplicationStatus
from grantportal.domain.calls import (
    CALL,
    CHANGE_TEXTS,
    CORRECTABLE,
    FRAME_CHANGED,
    IN_FORCE,
    LAST_DAY,
    CallAction,
    CallChangeKind,
    CallFacts,
    CallKind,
    CallPhase,
    CallStatus,
    Check,
    ExtraCalls,
    MainCall,
    Readiness,
    Terms,
    WriteCall,
    WriteCallYear,
    checks,
    label,
    phase,
    still_open,
    time_left_text,
)
from grantportal.domain.decisions import DecisionStatus
from grantportal.domain.forms import FormDefinition, FormKind
from grantportal.domain.frameworks import code_order
from grantportal.domain.grants import APPEAL_TEXTS, FRAME_TEXTS, ConditionStatus, FrameChange, frame_changes_told
from grantportal.domain.labels import Label
from grantportal.domain.money import Kronor, kr
from grantportal.domain.organisations import OrganisationKind
from grantportal.domain.supplements import SupplementStatus
from grantportal.domain.youth_homes import YouthHomeStatus
from grantportal.models.applications import Application
from grantportal.models.calls import Call, CallChange, CallYear
from grantportal.models.cases import Case
from grantportal.models.decisions import Decision, DecisionLine
from grantportal.models.frameworks import ExpectedResult, FrameworkVersion, ProvisoWording, ResultArea, Wording
from grantportal.models.grants import ConditionSet, FormVersion, Grant, Grantee, YearFrame
from grantportal.models.organisations import Organisation, YouthHome
from grantportal.models.supplements import Supplement
from grantportal.policy import Permission, is_sent, is_told_grantee, may, organisations_for, own, visible
from grantportal.queries import allocations, grants, portal
from grantportal.queries.grants import VersionView

PERMISSIONS = {
    **dict.fromkeys(CallAction, Permission.CHANGE_PUBLISHED_CALL),
    CallAction.EDIT: Permission.CREATE_CALL,
    CallAction.PUBLISH: Permission.PUBLISH_CALL,
}


def get(actor: Actor, call_id: int, *, lock: bool = False) -> Call | None:
    """The call, if the actor may see it: drafts are the authority's own."""
    query = select(Call).where(Call.id == call_id, visible(actor, Call))
    return db.session().scalars(db.lock(query) if lock else query).one_or_none()


def facts_of(call: Call) -> CallFacts:
    """What decides where the call is on the clock."""
    return CallFacts(call.status, call.opens_at, call.last_day, call.status_reason or "")


def law_of(call: Call) -> Call | Grant:
    """Where what the call promises in law stands (`PROMISED`): with the statsbidrag while it is a draft, then its own."""
    return call.grant if call.status is CallStatus.DRAFT else call


def years_of(call_id: int) -> dict[int, CallYear]:
    """The call's grant years."""
    query = select(CallYear).where(CallYear.call_id == call_id).order_by(CallYear.grant_year)
    return {year.grant_year: year for year in db.session().scalars(query)}


def open_main(call: Call, *, lock: bool = False) -> MainCall | None:
    """The call that an extra call extends, if it can still be applied to; for an act, it stands as it is until that is done."""
    if call.extends_id is None:
        return None
    query = select(Call).where(Call.id == call.extends_id)
    main = db.session().scalars(db.lock(query, shared=True) if lock else query).one()
    return still_open(main.title, facts_of(main), clock.now())


def published_extras(call_id: int) -> ExtraCalls | None:
    """The extra calls that share out what is left of this one's years, if there are any; for an act that has locked the call."""
    query = (
        select(Call.title, Call.last_day)
        .where(Call.extends_id == call_id, Call.status.in_(IN_FORCE))
        .order_by(Call.last_day, Call.id)
    )
    rows = db.session().execute(query).all()
    return ExtraCalls(tuple(row.title for row in rows), rows[-1].last_day) if rows else None


def opened_untold() -> list[int]:
    """Ids of the calls that are open by the clock and of which nobody has been told."""
    now = clock.now()
    query = (
        select(Call.id)
        .where(Call.opening_told_on.is_(None), Call.status.in_(IN_FORCE), Call.opens_at <= now)
        .where(Call.last_day >= clock.today())
        .order_by(Call.id)
    )
    return list(db.session().scalars(query))


def opened_extras(decision_id: int) -> list[Call]:
    """The extra calls that are open, and told of, for a year that the decision grants money for; locked by id."""
    granted = (
        select(DecisionLine.grant_year)
        .where(DecisionLine.decision_id == decision_id, DecisionLine.amount > 0)
        .distinct()
    )
    grant_id = (
        select(Call.grant_id)
        .join(Application, Application.call_id == Call.id)
        .join(Decision, Decision.application_id == Application.id)
        .where(Decision.id == decision_id)
    )
    query = (
        select(Call)
        .where(Call.kind == CallKind.EXTRA, Call.grant_id == grant_id.scalar_subquery())
        .where(Call.opening_told_on.is_not(None), Call.status.in_(IN_FORCE), Call.last_day >= clock.today())
        .where(exists().where(CallYear.call_id == Call.id, CallYear.grant_year.in_(granted)))
        .order_by(Call.id)
    )
    return list(db.session().scalars(db.lock(query)))


def to_tell_of(call: Call) -> list[int]:
    """The organisations that may apply in the call and have not begun to: an extra one's are the year's grantees."""
    begun = select(Application.organisation_id).where(Application.call_id == call.id)
    query = select(Organisation.id).where(Organisation.kind == OrganisationKind.REGION, Organisation.id.not_in(begun))
    if call.kind is CallKind.EXTRA:
        granted = select(Grantee.organisation_id).where(
            Grantee.grant_id == call.grant_id, Grantee.grant_year.in_(years_of(call.id)), is_told_grantee()
        )
        query = query.where(Organisation.id.in_(granted))
    return list(db.session().scalars(query.order_by(Organisation.id)))


def changes_of(call_id: int) -> Sequence[CallChange]:
    """What the call has been changed by since it was published, oldest first."""
    return db.session().scalars(select(CallChange).where(CallChange.call_id == call_id).order_by(CallChange.id)).all()


def locked_cases(call_id: int) -> Sequence[Case]:
    """Every case of the call, locked: for the act that changes what they are called. Whose they are, nobody is shown."""
    of_the_call = select(Application.case_id).where(Application.call_id == call_id)
    return db.session().scalars(db.lock(select(Case).where(Case.id.in_(of_the_call)).order_by(Case.id))).all()


def made_decisions(call_id: int) -> int:
    """How many decisions have been made in the call, sent or not; the caller has locked the call."""
    query = (
        select(func.count(Decision.id))
        .join(Application, Decision.application_id == Application.id)
        .where(Application.call_id == call_id, Decision.status == DecisionStatus.MADE)
    )
    return db.session().scalar(query) or 0


_ENDED = (ApplicationStatus.WITHDRAWN, ApplicationStatus.CONCLUDED)


def published_for(grant_id: int, year: int) -> list[Call]:
    """The published calls of a statsbidrag that share out a year's frame and are not withdrawn."""
    query = (
        select(Call)
        .join(CallYear, CallYear.call_id == Call.id)
        .where(Call.grant_id == grant_id, CallYear.grant_year == year, Call.status.in_(IN_FORCE))
        .order_by(Call.id)
    )
    return list(db.session().scalars(query))


def open_applications(call_id: int) -> list[Case]:
    """The case of every application that is begun or handed in and has not ended, for telling its party of the call.

    Whose they are, nobody is shown.
    """
    sent = exists().where(Decision.application_id == Application.id, is_sent(Decision.id))
    query = (
        select(Case)
        .join(Application, Application.case_id == Case.id)
        .where(
            Application.call_id == call_id,
            Application.withdrawn_at.is_(None),
            # What is decided and not sent has not ended for its party.
            or_(Application.status != ApplicationStatus.CONCLUDED, ~sent),
        )
        .order_by(Case.id)
    )
    return list(db.session().scalars(query))


def _handed_in(call_id: int) -> int:
    """How many applications are handed in and have not ended."""
    query = select(func.count(Application.id)).where(
        Application.call_id == call_id, Application.status.not_in([ApplicationStatus.DRAFT, *_ENDED])
    )
    return db.session().scalar(query) or 0


@dataclass(frozen=True)
class EndedByCall:
    """An application that ends with its call, and the komplettering that waits for its answer."""

    case: Case
    application: Application
    supplement: Supplement | None


def locked_applications(call_id: int) -> list[EndedByCall]:
    """The same for the act that withdraws the call, which has locked it: every case locked before anything of it is read."""
    locked_cases(call_id)
    query = (
        select(Case, Application, Supplement)
        .join(Application, Application.case_id == Case.id)
        .outerjoin(
            Supplement,
            and_(Supplement.application_id == Application.id, Supplement.status == SupplementStatus.REQUESTED),
        )
        .where(Application.call_id == call_id, Application.status.not_in(_ENDED))
        .options(joinedload(Application.organisation))
        .order_by(Case.id)
        .execution_options(populate_existing=True)
    )
    return [EndedByCall(*row) for row in db.session().execute(query)]


@dataclass(frozen=True)
class CallRow:
    """A call in the list."""

    id: int
    title: str
    grant_title: str
    years_text: str
    last_day: date
    opens_at: datetime
    label: Label
    phase: CallPhase
    time_left_text: str
    is_extra: bool
    has_decisions: bool


@dataclass(frozen=True)
class CallList:
    """The calls by where they are on the clock."""

    open: tuple[CallRow, ...]
    coming: tuple[CallRow, ...]
    closed: tuple[CallRow, ...]
    drafts: tuple[CallRow, ...]


def listed(actor: Actor) -> CallList:
    """Every call that the actor may see: open ones by last day, closed ones newest first."""
    now = clock.now()
    query = (
        select(Call)
        .where(visible(actor, Call))
        .options(joinedload(Call.grant), selectinload(Call.years))
        .order_by(Call.last_day, Call.id)
    )
    calls = db.session().scalars(query).all()
    decided = _decided(call.id for call in calls)
    rows = [
        CallRow(
            id=call.id,
            title=call.title,
            grant_title=grants.title_of(call),
            years_text=grants.years_text(year.grant_year for year in call.years),
            last_day=call.last_day,
            opens_at=call.opens_at,
            label=label(facts_of(call), now),
            phase=phase(facts_of(call), now),
            time_left_text=time_left_text(facts_of(call), now),
            is_extra=call.kind is CallKind.EXTRA,
            has_decisions=call.id in decided,
        )
        for call in calls
    ]
    return CallList(
        open=tuple(row for row in rows if row.phase is CallPhase.OPEN),
        coming=tuple(row for row in rows if row.phase is CallPhase.COMING),
        closed=tuple(row for row in reversed(rows) if row.phase in {CallPhase.CLOSED, CallPhase.WITHDRAWN}),
        drafts=tuple(row for row in rows if row.phase is CallPhase.DRAFT),
    )


def _decided(call_ids: Iterable[int]) -> dict[int, datetime]:
    """When the first of those decisions was made that have been sent, in each of the calls that have one."""
    query = (
        select(Application.call_id, func.min(Decision.decided_at))
        .join(Decision, Decision.application_id == Application.id)
        .where(
            Application.call_id.in_(list(call_ids)),
            is_sent(Decision.id, clock.now()),
        )
        .group_by(Application.call_id)
    )
    return {call_id: decided_at for call_id, decided_at in db.session().execute(query) if decided_at}


@dataclass(frozen=True)
class YearView:
    """A grant year of a call with its frame."""

    grant_year: int
    frame: Kronor | None
    frame_text: str
    left: Kronor
    max_grantees: int | None
    pay_on: date
    report_opens_on: date
    report_due_on: date


@dataclass(frozen=True)
class ChangeView:
    """A change of a published call, as everybody reads it. A text's words stand in `was` and `becomes`.

    The frame of a year is the statsbidrag's: its change is no act on the call, and has no reason.
    """

    made_at: datetime
    title: str
    """What was done, and to which text."""
    sentence: str
    """What has become of the last day or of a year's frame; empty for a text."""
    was: str = ""
    becomes: str = ""
    reason: str = ""


def _change_view(change: CallChange) -> ChangeView:
    title, sentence, is_text = CHANGE_TEXTS[change.kind], "", change.field in CORRECTABLE
    if is_text:
        title = f"{title}: {CORRECTABLE[change.field].lower()}"
    elif change.field == LAST_DAY:
        was, becomes = (clock.day_text(date.fromisoformat(each)) for each in (change.was, change.becomes))
        sentence = f"Sista dagen att ansöka är {becomes}, i stället för {was}."
    return ChangeView(
        made_at=change.made_at,
        title=title,
        sentence=sentence,
        was=change.was if is_text else "",
        becomes=change.becomes if is_text else "",
        reason=change.reason,
    )


History = Sequence[tuple[CallYear, YearFrame | None, Sequence[FrameChange]]]
"""The years of a call, each with its frame and what that has been changed by."""


def _changes(call: Call, history: History) -> tuple[ChangeView, ...]:
    """All that a call has been changed by since it was published, the newest first."""
    found = [_change_view(change) for change in reversed(call.changes)]
    if call.published_at is not None:
        found += [
            ChangeView(at, FRAME_CHANGED, sentence)
            for year, _, changes in history
            for at, sentence in frame_changes_told(year.grant_year, changes, since=call.published_at)
        ]
    return tuple(sorted(found, key=lambda change: change.made_at, reverse=True))


@dataclass(frozen=True)
class CallPage:
    """All that the page of a call shows."""

    id: int
    title: str
    about: str
    eligible: str
    grant_id: int
    grant_title: str
    purpose: str
    legal_basis: str
    recovery_basis: str
    appeal_text: str
    appeal_provision: str
    appeal_is_example: bool
    is_extra: bool
    is_example: bool
    extends: tuple[int, str] | None
    extended_by: tuple[tuple[int, str], ...]
    label: Label
    phase: CallPhase
    time_left_text: str
    opens_at: datetime
    last_day: date
    decided_at: datetime | None
    years: tuple[YearView, ...]
    years_text: str
    conditions_number: int
    conditions: tuple[str, ...]
    condition_set_id: int | None
    has_earlier_conditions: bool
    application_form: FormDefinition | None
    report_form: FormDefinition | None
    comment_percent: int
    comment_kronor: Kronor
    framework_version_id: int | None
    framework_is_example: bool
    results: int
    areas: tuple[str, ...]
    offers: frozenset[CallAction]
    may_start: bool
    """Whether the person may begin an application here, in time or late."""
    own_applications: tuple[tuple[int, str], ...]
    changes: tuple[ChangeView, ...]
    """Ändringar i utlysningen, newest first."""
    withdrawn_at: datetime | None
    """When it was taken back; None where it was not."""

    @property
    def is_open(self) -> bool:
        """Whether an application that arrives now is in time."""
        return self.phase is CallPhase.OPEN

    @property
    def closes_later(self) -> bool:
        """Whether its last day is still to come: an earlier one can be set."""
        return self.phase in {CallPhase.COMING, CallPhase.OPEN}


def page(actor: Actor, call_id: int) -> CallPage | None:
    """The call with its frames, villkor, questions and expected results."""
    query = (
        select(Call)
        .where(Call.id == call_id, visible(actor, Call))
        .options(
            joinedload(Call.changes),
            joinedload(Call.grant),
            joinedload(Call.extends),
            joinedload(Call.application_form),
            joinedload(Call.report_form),
            joinedload(Call.framework_version),
            joinedload(Call.condition_set).selectinload(ConditionSet.conditions),
        )
    )
    call = db.session().scalars(query).unique().one_or_none()
    if call is None:
        return None
    now = clock.now()
    where = phase(facts_of(call), now)
    history = grants.history_of_call(call)
    years = _years(call, history)
    results, areas, has_provisos = _results(call)
    extended_by = (
        db.session()
        .execute(select(Call.id, Call.title).where(Call.extends_id == call.id, visible(actor, Call)).order_by(Call.id))
        .all()
    )
    own_applications = _own_applications(actor, call)
    grant, law = call.grant, law_of(call)
    return CallPage(
        id=call.id,
        title=call.title,
        about=call.about,
        eligible=call.eligible,
        grant_id=grant.id,
        grant_title=grants.title_of(call),
        purpose=law.purpose,
        legal_basis=law.legal_basis,
        recovery_basis=law.recovery_basis,
        appeal_text=APPEAL_TEXTS[law.appeal_variant] if law.appeal_variant else "",
        appeal_provision=law.appeal_provision,
        appeal_is_example=law.appeal_is_example,
        is_extra=call.kind is CallKind.EXTRA,
        is_example=call.is_example,
        extends=(call.extends.id, call.extends.title) if call.extends else None,
        extended_by=tuple(extended_by),
        label=label(facts_of(call), now),
        phase=where,
        time_left_text=time_left_text(facts_of(call), now),
        opens_at=call.opens_at,
        last_day=call.last_day,
        decided_at=_decided([call.id]).get(call.id),
        years=years,
        years_text=grants.years_text(year.grant_year for year in years),
        conditions_number=call.condition_set.number if call.condition_set else 0,
        conditions=tuple(each.text for each in call.condition_set.conditions) if call.condition_set else (),
        condition_set_id=call.condition_set_id,
        has_earlier_conditions=bool(
            call.condition_set
            and call.condition_set.number > 1
            and grants.earlier_conditions(actor, grant.id, call.condition_set.number)
        ),
        application_form=_definition(call.application_form),
        report_form=_report_form(call, has_provisos=has_provisos),
        comment_percent=call.comment_percent,
        comment_kronor=call.comment_kronor,
        framework_version_id=call.framework_version_id,
        framework_is_example=call.framework_version.is_example if call.framework_version else False,
        results=results,
        areas=areas,
        offers=frozenset(action for action in CALL.actions(call.status) if may(actor, PERMISSIONS[action], None)),
        may_start=where in {CallPhase.OPEN, CallPhase.CLOSED} and bool(starters(actor, call)),
        own_applications=own_applications,
        changes=_changes(call, history),
        withdrawn_at=next((each.made_at for each in call.changes if each.kind is CallChangeKind.WITHDRAWN), None),
    )


def steps(call: CallPage) -> tuple[tuple[str, str, str], ...]:
    """How it goes, from opening to the last report: done, now or next; when; what."""
    now, today = clock.now(), clock.today()
    # An open call is what goes on now; before and after it, the next step is still to come.
    has_opened = call.phase is not CallPhase.DRAFT and now >= call.opens_at
    steps = [("done" if has_opened else "next", clock.day_text(call.opens_at), "Utlysningen öppnar")]
    if call.withdrawn_at is not None:
        return (*steps, ("now", clock.day_text(call.withdrawn_at), "Utlysningen är återtagen"))
    where = "now" if call.is_open else ("done" if call.phase is CallPhase.CLOSED else "next")
    steps.append((where, f"Till {clock.day_text(call.last_day)}", "Ansökningar lämnas in"))
    if call.decided_at is not None:
        steps.append(("done", clock.day_text(call.decided_at), "Beslut"))
    else:
        steps.append(("next", "Efter sista dagen", "Kompletteringar och beslut"))
    dated = [(year.pay_on, f"Utbetalning av {year.grant_year} års bidrag planeras") for year in call.years]
    dated += [(year.report_due_on, f"Sista dagen att återrapportera {year.grant_year}") for year in call.years]
    steps += [("past" if day < today else "next", clock.day_text(day), what) for day, what in sorted(dated)]
    return tuple(steps)


def _definition(version: FormVersion | None) -> FormDefinition | None:
    return FormDefinition.from_json(version.definition) if version else None


def _report_form(call: Call, *, has_provisos: bool) -> FormDefinition | None:
    """The report's questions as they will be asked of the call's years."""
    definition = _definition(call.report_form)
    return None if definition is None else report_forms.asked(definition, has_provisos=has_provisos)


def _years(call: Call, history: History) -> tuple[YearView, ...]:
    granted = allocations.granted_by_year(call.grant_id) if call.kind is CallKind.EXTRA else {}
    return tuple(
        YearView(
            grant_year=year.grant_year,
            frame=frame.frame if frame else None,
            frame_text=FRAME_TEXTS[frame.status].lower() if frame else "",
            left=frame.frame - granted.get(year.grant_year, 0) if frame else 0,
            max_grantees=frame.max_grantees if frame else None,
            pay_on=year.pay_on,
            report_opens_on=year.report_opens_on,
            report_due_on=year.report_due_on,
        )
        for year, frame, _ in history
    )


def _results(call: Call) -> tuple[int, tuple[str, ...], bool]:
    """How many expected results the call's years have, what their områden are called, and whether any has a förbehåll."""
    if call.framework_version_id is None:
        return 0, (), False
    query = (
        select(
            ResultArea.code,
            ResultArea.title,
            ExpectedResult.id,
            exists().where(ProvisoWording.wording_id == Wording.id).label("is_noted"),
        )
        .join(ExpectedResult, ExpectedResult.area_id == ResultArea.id)
        .join(Wording, Wording.expected_result_id == ExpectedResult.id)
        .join(CallYear, CallYear.grant_year == Wording.grant_year)
        .where(Wording.framework_version_id == call.framework_version_id, CallYear.call_id == call.id)
    )
    rows = sorted(db.session().execute(query), key=lambda row: code_order(row.code))
    areas = tuple(dict.fromkeys(row.title or f"område {row.code}" for row in rows))
    return len({row.id for row in rows}), areas, any(row.is_noted for row in rows)


def _own_applications(actor: Actor, call: Call) -> tuple[tuple[int, str], ...]:
    """The applications that the person's own organisation has begun or handed in here."""
    query = (
        select(Application.id, Application.applicant_unit)
        .where(Application.call_id == call.id, own(actor, Application))
        .order_by(Application.id)
    )
    return tuple(db.session().execute(query))


def starters(actor: Actor, call: Call) -> tuple[int, ...]:
    """The organisations that the person may begin an application for: in an extra call, only the year's grantees."""
    organisations = organisations_for(actor, Permission.START_CASE)
    if not organisations or call.kind is not CallKind.EXTRA:
        return organisations
    # Until the decision has been sent nobody is told of it, not by an extra call being open either.
    query = (
        select(Grantee.organisation_id)
        .join(CallYear, CallYear.grant_year == Grantee.grant_year)
        .where(
            CallYear.call_id == call.id,
            Grantee.grant_id == call.grant_id,
            Grantee.organisation_id.in_(organisations),
            is_told_grantee(),
        )
        .distinct()
    )
    granted = set(db.session().scalars(query))
    return tuple(each for each in organisations if each in granted)


# --- Writing and publishing --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CallChoices:
    """What a call of a statsbidrag can be made of."""

    grant_id: int
    grant_title: str
    years: tuple[int, ...]
    application_forms: tuple[VersionView, ...]
    report_forms: tuple[VersionView, ...]
    frameworks: tuple[VersionView, ...]
    conditions: tuple[VersionView, ...]
    extendable: tuple[tuple[int, str], ...]


def choices(grant_id: int) -> CallChoices | None:
    """The published versions and frames to choose among."""
    grant = grants.get(grant_id)
    if grant is None:
        return None
    extendable = (
        db.session()
        .execute(
            select(Call.id, Call.title)
            .where(Call.grant_id == grant_id, Call.kind == CallKind.ORDINARY, Call.status.in_(IN_FORCE))
            .order_by(Call.id)
        )
        .all()
    )
    return CallChoices(
        grant_id=grant_id,
        grant_title=grant.title,
        years=tuple(grants.year_frames(grant_id)),
        application_forms=grants.form_versions(grant_id, FormKind.APPLICATION),
        report_forms=grants.form_versions(grant_id, FormKind.REPORT),
        frameworks=grants.framework_versions(grant_id),
        conditions=grants.condition_sets(grant_id),
        extendable=tuple(extendable),
    )


def written(call: Call) -> WriteCall:
    """The call as it was last written: what its form starts from."""
    return WriteCall(
        title=call.title,
        about=call.about,
        eligible=call.eligible,
        opens_on=clock.stockholm(call.opens_at).date(),
        last_day=call.last_day,
        years=tuple(
            WriteCallYear(year.grant_year, year.pay_on, year.report_opens_on, year.report_due_on)
            for year in years_of(call.id).values()
        ),
        application_form_id=call.application_form_id,
        report_form_id=call.report_form_id,
        framework_version_id=call.framework_version_id,
        condition_set_id=call.condition_set_id,
        comment_percent=call.comment_percent,
        comment_kronor=call.comment_kronor,
        extends_id=call.extends_id,
        is_example=call.is_example,
    )


def readiness(call: Call) -> Readiness:
    """What the call has in place of what it needs; asked again under the lock."""
    grant = db.session().scalars(select(Grant).where(Grant.id == call.grant_id)).one()
    here = portal.installation()
    years = tuple(years_of(call.id))
    framework = db.session().get(FrameworkVersion, call.framework_version_id) if call.framework_version_id else None
    worded: tuple[int, ...] = ()
    if framework is not None:
        worded = tuple(
            db.session().scalars(
                select(Wording.grant_year).where(Wording.framework_version_id == framework.id).distinct()
            )
        )
    return Readiness(
        has_legal_basis=bool(grant.legal_basis),
        has_appeal_variant=grant.appeal_variant is not None,
        has_appeal_provision=bool(grant.appeal_provision),
        has_appeal_place=can_say_where(grant.appeal_variant, address=here.address, court=here.appeal_court),
        has_about=bool(call.about),
        has_eligible=bool(call.eligible),
        has_application_form=_is_published(FormVersion, call.application_form_id),
        has_report_form=_is_published(FormVersion, call.report_form_id),
        has_framework=framework is not None and framework.published_at is not None,
        has_conditions=_is_published(ConditionSet, call.condition_set_id),
        has_cost_categories=bool(grants.cost_categories(call.grant_id)),
        years=years,
        years_with_frame=tuple(
            year for year, frame in grants.year_frames(call.grant_id, years).items() if frame.frame > 0
        ),
        years_in_framework=worded,
        opens_on=clock.stockholm(call.opens_at).date(),
        last_day=call.last_day,
        form_faults=_form_faults(call),
        report_due_days=tuple(year.report_due_on for year in years_of(call.id).values()),
        main_is_withdrawn=_main_is_withdrawn(call),
    )


def _main_is_withdrawn(call: Call) -> bool:
    if call.extends_id is None:
        return False
    return db.session().scalar(select(Call.status).where(Call.id == call.extends_id)) is CallStatus.WITHDRAWN


def _form_faults(call: Call) -> tuple[str, ...]:
    """Why somebody could not complete one of the call's forms, each with which form it is."""
    chosen = [each for each in (call.application_form_id, call.report_form_id) if each is not None]
    found = []
    for version in db.session().scalars(
        select(FormVersion).where(FormVersion.id.in_(chosen)).order_by(FormVersion.kind)
    ):
        definition = FormDefinition.from_json(version.definition)
        faults = report_forms.faults(definition)
        any_home = exists().where(YouthHome.status == YouthHomeStatus.OPEN).select()
        if definition.must_choose_home and not db.session().scalar(any_home):
            faults += ("En fråga kräver att ett ungdomshem väljs, men inget är registrerat. Registrera dem först.",)
        found += [f"{definition.title}: {each}" for each in faults]
    return tuple(found)


def _is_published(model: type[FormVersion] | type[ConditionSet], version_id: int | None) -> bool:
    if version_id is None:
        return False
    return db.session().scalar(select(model.status).where(model.id == version_id)) is ConditionStatus.PUBLISHED


@dataclass(frozen=True)
class PublishPage:
    """A draft before it is published: what is in place and what is missing."""

    id: int
    grant_id: int
    title: str
    is_draft: bool
    checks: tuple[Check, ...]
    main: MainCall | None
    """The main call of an extra one, while it can still be applied to: publishing is then confirmed."""
    terms: Terms

    @property
    def is_ready(self) -> bool:
        """Whether nothing is missing."""
        return all(check.is_met for check in self.checks)


def before_publishing(actor: Actor, call_id: int) -> PublishPage | None:
    """The list that the officer goes through before publishing."""
    call = get(actor, call_id)
    if call is None:
        return None
    is_draft = CALL.allows(call.status, CallAction.PUBLISH)
    listed = checks(readiness(call), clock.today())
    return PublishPage(call.id, call.grant_id, call.title, is_draft, listed, open_main(call), terms(call))


def terms(call: Call) -> Terms:
    """What the call would freeze and promise if it were published now, of its own and of its statsbidrag."""
    grant, frames = call.grant, grants.year_frames(call.grant_id, [year.grant_year for year in call.years])
    framework, conditions = call.framework_version, call.condition_set
    return Terms(
        (
            ("Rubrik", call.title),
            ("Statsbidrag", grant.title),
            ("Omfördelar ur", call.extends.title if call.extends else "Ingen annan utlysning"),
            ("Vad utlysningen gäller", call.about),
            ("Vem som får söka", call.eligible),
            ("Öppnar", clock.day_text(call.opens_at)),
            ("Sista dag att ansöka", clock.day_text(call.last_day)),
            *((f"Bidragsår {year.grant_year}", _year_terms(year, frames.get(year.grant_year))) for year in call.years),
            (
                "Kostnadsslag",
                ", ".join(
                    f"{each.name} (personal)" if each.is_personnel else each.name
                    for each in grants.cost_categories(call.grant_id)
                ),
            ),
            ("Ändamål", grant.purpose),
            ("Rättslig grund", grant.legal_basis),
            ("Grund för återkrav", grant.recovery_basis),
            ("Överklagande", APPEAL_TEXTS[grant.appeal_variant] if grant.appeal_variant else ""),
            ("Bestämmelse om överklagande", grant.appeal_provision + (" (exempel)" if grant.appeal_is_example else "")),
            ("Ansökningsformulär", _version(call.application_form)),
            ("Formulär för återrapportering", _version(call.report_form)),
            ("Förväntade resultat", f"Version {framework.number}" if framework else ""),
            ("Villkor", f"Version {conditions.number}" if conditions else ""),
            ("Gräns för kommentar", f"{call.comment_percent} procent och {kr(call.comment_kronor)}"),
            *([("Exempel", "Beloppen är påhittade.")] if call.is_example else []),
        )
    )


def _year_terms(year: CallYear, frame: YearFrame | None) -> str:
    most = f", högst {frame.max_grantees} mottagare" if frame and frame.max_grantees else ""
    money = f"Ram {kr(frame.frame)}{most}. " if frame else ""
    return (
        f"{money}Utbetalning {clock.day_text(year.pay_on)}. Återrapportering från {clock.day_text(year.report_opens_on)} "
        f"till {clock.day_text(year.report_due_on)}."
    )


def _version(form: FormVersion | None) -> str:
    return f"{form.title}, version {form.number}" if form else ""


@dataclass(frozen=True)
class ChangePage:
    """A published call for whoever changes it: what it says now, and what has been changed so far."""

    id: int
    title: str
    status: CallStatus
    label: Label
    last_day: date
    texts: dict[str, str]
    earlier: dict[str, tuple[str, ...]]
    """What each text has said before, since the call was published."""
    changes: int
    newest: ChangeView | None
    handed_in: int
    extras: ExtraCalls | None
    """The published extra calls: extending and withdrawing are then confirmed."""


def to_change(actor: Actor, call_id: int) -> ChangePage | None:
    """What the pages of the named acts show. How many have begun is nobody's but theirs: it is not counted."""
    call = get(actor, call_id)
    if call is None:
        return None
    done = changes_of(call_id)
    return ChangePage(
        id=call.id,
        title=call.title,
        status=call.status,
        label=label(facts_of(call), clock.now()),
        last_day=call.last_day,
        texts={name: getattr(call, name) for name in CORRECTABLE},
        earlier={name: tuple(change.was for change in done if change.field == name) for name in CORRECTABLE},
        changes=len(done),
        newest=_change_view(done[-1]) if done else None,
        handed_in=_handed_in(call_id),
        extras=published_extras(call_id),
    )
