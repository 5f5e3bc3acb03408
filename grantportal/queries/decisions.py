"""Beslut: what a proposal rests on, what it will say, and who reads it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, false, func, or_, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from grantportal import db
from grantportal.domain import clock
from grantportal.domain import decisions as rules
from grantportal.domain.actors import ROLE_TEXTS, Actor
from grantportal.domain.applications import ApplicationStatus, is_late
from grantportal.domain.calls import CallStatus
from grantportal.domain.cases import Direction, FrozenKind, RecordKind
from grantportal.domain.decisions import (
    CameAfter,
    Cell,
    Communicated,
    DecisionStatus,
    Outcome,
    state_fingerprint,
)
from grantportal.domain.frozen import persons_of
from grantportal.domain.money import Kronor
from grantportal.models.accounts import MandateRow, User
from grantportal.models.applications import Application, RequestedLine
from grantportal.models.calls import Call, CallYear
from grantportal.models.cases import Case, FrozenVersion
from grantportal.models.decisions import Communication, Decision, DecisionLine, Dispatch, Dissent
from grantportal.models.grants import Grantee, YearFrame
from grantportal.models.records import Record
from grantportal.models.reports import Report
from grantportal.models.supplements import Supplement
from grantportal.policy import WHO_MAY, Permission, is_sent, visible
from grantportal.queries.accounts import holds


@dataclass(frozen=True)
class Ground:
    """Everything that a decision about an application stands on, locked in the house's order."""

    call: Call
    frames: Mapping[int, YearFrame]
    case: Case
    application: Application
    cells: tuple[Cell, ...]
    sought: Mapping[Cell, Kronor]
    has_injunction: bool
    """Whether the party has been asked to complete the application and told that it may else be dismissed."""

    @property
    def is_withdrawn(self) -> bool:
        """Whether the application has been withdrawn, or its call has: it is struck, not tried."""
        return CallStatus.WITHDRAWN is self.call.status or self.application.status is ApplicationStatus.WITHDRAWN

    @property
    def is_late(self) -> bool:
        """Whether the application came after the call's last day."""
        return is_late(self.application.submitted_at, self.call.last_day)


def locked_ground(application_id: int) -> Ground | None:
    """Lock the call, all the frames of its years by year, and the case (an extra call's: its parent too), then read anew."""
    ids = (
        db.session()
        .execute(
            select(Application.call_id, Application.case_id, Case.parent_id, Call.grant_id)
            .join(Case, Application.case_id == Case.id)
            .join(Call, Application.call_id == Call.id)
            .where(Application.id == application_id)
        )
        .one_or_none()
    )
    if ids is None:
        return None
    call_id, case_id, parent_id, grant_id = ids
    session = db.session()
    call = session.scalars(db.lock(select(Call).where(Call.id == call_id))).one()
    years = select(CallYear.grant_year).where(CallYear.call_id == call_id)
    frames = session.scalars(
        db.lock(
            select(YearFrame)
            .where(YearFrame.grant_id == grant_id, YearFrame.grant_year.in_(years))
            .order_by(YearFrame.grant_year)
        )
    ).all()
    wanted = [case_id] if parent_id is None else [case_id, parent_id]
    cases = session.scalars(db.lock(select(Case).where(Case.id.in_(wanted)).order_by(Case.id))).all()
    # The case's lock stands for its application: read it again, as it is now.
    application = session.scalars(
        select(Application).where(Application.id == application_id).execution_options(populate_existing=True)
    ).one()
    return Ground(
        call=call,
        frames={frame.grant_year: frame for frame in frames},
        case=next(case for case in cases if case.id == case_id),
        application=application,
        cells=cells_of(call),
        sought=sought(application_id),
        has_injunction=has_injunction(application_id),
    )


def cells_of(call: Call) -> tuple[Cell, ...]:
    """Every grant year and kostnadsslag that the call's money can be granted for, in the order of the table."""
    return tuple((year.grant_year, each.id) for each in call.cost_categories for year in call.years)


def sought(application_id: int) -> dict[Cell, Kronor]:
    """What the application asks for, as handed in."""
    rows = db.session().execute(
        select(RequestedLine.grant_year, RequestedLine.cost_category_id, RequestedLine.amount).where(
            RequestedLine.application_id == application_id
        )
    )
    return {(year, category): amount for year, category, amount in rows}


def overtaken(decision: Decision, application: Application, call: Call) -> str:
    """Why the proposal can no longer be decided; empty when it can, and when it does not wait for a decision."""
    if decision.status is not DecisionStatus.PROPOSED:
        return ""
    return rules.overtaken(
        decision.outcome,
        decision.dismissal_ground,
        call_status=call.status,
        is_withdrawn=application.withdrawn_at is not None,
        is_late=is_late(application.submitted_at, call.last_day),
    )


def has_injunction(application_id: int) -> bool:
    """Whether a komplettering of the application has been asked for that says that it may else be dismissed."""
    asked = exists().where(Supplement.application_id == application_id, Supplement.is_injunction)
    return bool(db.session().scalar(select(asked)))


def amounts_of(decision: Decision) -> dict[Cell, Kronor]:
    """What the decision grants."""
    return {(line.grant_year, line.cost_category_id): line.amount for line in decision.lines}


def state_of(decision: Decision | None) -> str:
    """The mark of what is saved of a proposal; the empty mark when there is none."""
    if decision is None:
        return ""
    texts = [decision.reasons, decision.covers, decision.conditions, decision.took_part, decision.dissent]
    texts += [str(each.user_id) for each in decision.participants]
    if decision.outcome is Outcome.DISMISSED:
        texts += [decision.dismissal_ground or "", decision.dismissal_why]
    return state_fingerprint(outcome=decision.outcome, texts=texts, amounts=amounts_of(decision))


@dataclass(frozen=True)
class DissentNoted:
    """Avvikande mening: whose, what, and when. `noted_by` wrote it in for somebody without an account; else it is empty."""

    name: str
    noted_by: str
    text: str
    at: datetime
    record_id: int
    is_late: bool
    """Whether it was noted when the decision had been made: it does not stand in what was decided."""

    @property
    def who(self) -> str:
        """The person, and who wrote it in where that is another."""
        return f"{self.name} (antecknat av {self.noted_by})" if self.noted_by else self.name

    @property
    def line(self) -> str:
        """As the decision says it."""
        return f"{self.who}: {self.text}"


def colleagues() -> dict[int, tuple[str, str]]:
    """The name and roles of everybody who may note a dissent if they take part, by id, in the order of their names."""
    rows = db.session().execute(
        select(User.id, User.name, MandateRow.role)
        .join(MandateRow, MandateRow.user_id == User.id)
        .where(holds(clock.today()), MandateRow.role.in_(WHO_MAY[Permission.NOTE_DISSENT]), User.closed_at.is_(None))
        .order_by(User.name.collate(db.COLLATION), User.id, MandateRow.role)
    )
    found: dict[int, tuple[str, list[str]]] = {}
    for user_id, name, role in rows:
        titles = found.setdefault(user_id, (name, []))[1]
        if ROLE_TEXTS[role] not in titles:
            titles.append(ROLE_TEXTS[role])
    return {user_id: (name, ", ".join(titles)) for user_id, (name, titles) in found.items()}


def dissents(decision: Decision) -> tuple[DissentNoted, ...]:
    """Those that are about the decision as it was proposed last, in order: one against an earlier proposal is not."""
    if decision.proposed_at is None:
        return ()
    made = _made_record(decision.id)
    rows = db.session().execute(
        select(
            User.name,
            Dissent.whose,
            Dissent.text,
            Dissent.at,
            Dissent.record_id,
            func.coalesce(Dissent.record_id > made, false()),
        )
        .join(User, User.id == Dissent.person_id)
        .where(Dissent.decision_id == decision.id, Dissent.at >= decision.proposed_at)
        .order_by(Dissent.id)
    )
    return tuple(
        DissentNoted(whose or name, name if whose else "", words, at, record_id, bool(is_late))
        for name, whose, words, at, record_id, is_late in rows
    )


def persons(decision: Decision) -> frozenset[int]:
    """The accounts of those in the final handling who do not decide: föredragande, and who took part."""
    found = {decision.proposed_by_id, *(each.user_id for each in decision.participants)}
    return frozenset(each for each in found if each is not None)


def without_account(decision: Decision) -> tuple[str, ...]:
    """The names of those who took part and have no account."""
    return tuple(each.name for each in persons_of(decision.took_part))


def unsent(application_id: int) -> bool:
    """Whether a decision about the application is made and not sent."""
    made = exists().where(
        Decision.application_id == application_id, Decision.status == DecisionStatus.MADE, ~is_sent(Decision.id)
    )
    return bool(db.session().scalar(select(made)))


def came_after(decision: Decision) -> tuple[CameAfter, ...]:
    """What has come from the party, and been noted as a dissent, since the decision was made; nothing once it has been sent."""
    rows = db.session().execute(
        select(Record.id, Record.kind, Record.title, Record.dated_at)
        .where(
            Record.case_id == decision.case_id,
            or_(Record.direction == Direction.IN, Record.kind == RecordKind.DISSENT),
            Record.id > _made_record(decision.id),
            ~is_sent(decision.id),
        )
        .order_by(Record.id)
    )
    return tuple(
        CameAfter(key, kind is RecordKind.WITHDRAWAL, title, at, kind is RecordKind.DISSENT)
        for key, kind, title, at in rows
    )


def _made_record(decision_id: int) -> Any:
    """The handling that the decision was made as: what comes in the same second is before it or after it all the same."""
    return (
        select(func.min(Record.id))
        .join(FrozenVersion, FrozenVersion.id == Record.frozen_version_id)
        .where(FrozenVersion.kind == FrozenKind.DECISION, FrozenVersion.subject_id == decision_id)
        .scalar_subquery()
    )


def application(actor: Actor, application_id: int) -> Application | None:
    """An application that has been handed in and that the actor may see."""
    chosen = select(Application).where(
        Application.id == application_id,
        Application.status != ApplicationStatus.DRAFT,
        visible(actor, Application),
    )
    return db.session().scalars(chosen.options(joinedload(Application.organisation))).one_or_none()


def get(actor: Actor, decision_id: int, *more: ORMOption) -> Decision | None:
    """A decision that the actor may see: a party sees its own once it has been sent."""
    return (
        db.session()
        .scalars(
            select(Decision)
            .where(Decision.id == decision_id, visible(actor, Decision))
            .options(selectinload(Decision.lines), *more)
            .execution_options(populate_existing=True)
        )
        .one_or_none()
    )


def current(application_id: int) -> Decision | None:
    """The application's newest decision, open or made."""
    return (
        db.session()
        .scalars(
            select(Decision)
            .where(Decision.application_id == application_id)
            .order_by(Decision.id.desc())
            .limit(1)
            .options(selectinload(Decision.lines), selectinload(Decision.participants))
            .execution_options(populate_existing=True)
        )
        .one_or_none()
    )


def application_of(decision_id: int) -> int | None:
    """Which application a decision is about: known before anything is locked, for it never changes."""
    return db.session().scalar(select(Decision.application_id).where(Decision.id == decision_id))


def applications_of_call(actor: Actor, call_id: int, ids: Iterable[int]) -> set[int]:
    """Those of the applications that belong to the call and that the actor may see."""
    return set(
        db.session().scalars(
            select(Application.id).where(
                Application.call_id == call_id,
                Application.id.in_(list(ids)),
                Application.status != ApplicationStatus.DRAFT,
                visible(actor, Application),
            )
        )
    )


def proposed_elsewhere(grant_id: int, years: Iterable[int], *, but: int) -> dict[int, Kronor]:
    """Kronor per year in the other proposals that wait for a decision, over all calls of the statsbidrag."""
    rows = db.session().execute(
        select(DecisionLine.grant_year, func.sum(DecisionLine.amount))
        .join(Decision, DecisionLine.decision_id == Decision.id)
        .join(Application, Decision.application_id == Application.id)
        .join(Call, Application.call_id == Call.id)
        .where(
            Call.grant_id == grant_id,
            Decision.status == DecisionStatus.PROPOSED,
            Decision.application_id != but,
            DecisionLine.grant_year.in_(list(years)),
        )
        .group_by(DecisionLine.grant_year)
    )
    return {year: int(amount) for year, amount in rows}


def granted_years(grant_id: int, organisation_id: int) -> set[int]:
    """The years that the organisation already has money of."""
    return set(
        db.session().scalars(
            select(Grantee.grant_year).where(Grantee.grant_id == grant_id, Grantee.organisation_id == organisation_id)
        )
    )


def communicated(application_id: int) -> list[Communicated]:
    """The application's kommunicering, as the rule reads it."""
    rows = db.session().execute(
        select(Communication.kind, Communication.last_day, Communication.replied_at).where(
            Communication.application_id == application_id
        )
    )
    return [Communicated(kind, last_day, replied_at is not None) for kind, last_day, replied_at in rows]


def dispatched_at(decision_id: int) -> datetime | None:
    """When the decision was sent, if it has been."""
    return db.session().scalar(select(func.min(Dispatch.dispatched_at)).where(Dispatch.decision_id == decision_id))


def planned_reports(grant_id: int, organisation_id: int) -> dict[int, date]:
    """The years that the organisation reports already, with their last days."""
    rows = db.session().execute(
        select(Report.grant_year, Report.due_on).where(
            Report.grant_id == grant_id, Report.organisation_id == organisation_id
        )
    )
    return {row.grant_year: row.due_on for row in rows}


def report_ground(call: Call) -> tuple[int | None, int | None]:
    """The matrix and the report form of a call; what an extra call lacks it has from the call that it extends."""
    whole = call.extends
    return (
        call.framework_version_id or (whole.framework_version_id if whole else None),
        call.report_form_id or (whole.report_form_id if whole else None),
    )


def person_name(user_id: int | None) -> str:
    """A person's name, for documents and for «who saved»."""
    return (db.session().scalar(select(User.name).where(User.id == user_id)) or "") if user_id else ""
