"""The comparison: a call's applications beside each other and beside the frames."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Actor
from grantportal.domain.applications import APPLICATION, ApplicationAction, ApplicationStatus, is_late
from grantportal.domain.calls import CallKind, CallStatus
from grantportal.domain.decisions import (
    DECISION,
    Communicated,
    DecisionAction,
    DecisionFacts,
    DecisionStatus,
    Outcome,
    label,
    per_year,
    unsent_label,
)
from grantportal.domain.forms import FormDefinition
from grantportal.domain.labels import Label
from grantportal.domain.money import Kronor
from grantportal.domain.payments import LedgerKind
from grantportal.domain.reports import ReportStatus
from grantportal.models.accounts import User
from grantportal.models.applications import Application, ApplicationHome, RequestedLine
from grantportal.models.calls import Call
from grantportal.models.cases import Case
from grantportal.models.decisions import Communication, Decision
from grantportal.models.grants import YearFrame
from grantportal.models.organisations import Organisation, YouthHome
from grantportal.models.payments import LedgerEntry
from grantportal.models.reports import Report, ReportedCost
from grantportal.policy import is_sent, visible
from grantportal.queries import decisions, grants


@dataclass(frozen=True)
class YearCompared:
    """One grant year of the comparison: the frame, what is decided of it here and over all calls, and what the fields propose."""

    year: int
    frame: Kronor
    decided: Kronor
    decided_here: Kronor
    proposed: Kronor
    paid: Kronor
    spent: Kronor | None
    """What approved reports have charged. None until one is approved: missing is not zero."""
    reported: Kronor
    """What reports that are handed in and not approved say that the grant is charged."""
    report_due_on: date
    is_example: bool
    """Whether something invented has been granted of the frame, here or in another call."""
    grantees: int
    max_grantees: int | None

    @property
    def decided_elsewhere(self) -> Kronor:
        """What other calls have granted of the frame."""
        return self.decided - self.decided_here

    @property
    def left(self) -> Kronor:
        """What is left to share out before the proposals."""
        return self.frame - self.decided

    @property
    def left_after(self) -> Kronor:
        """What is left when the proposals are counted too."""
        return self.left - self.proposed


@dataclass(frozen=True)
class ApplicationCompared:
    """One application of the comparison."""

    id: int
    case_id: int
    case_number: str
    organisation: str
    applicant_unit: str
    homes: tuple[str, ...]
    sought: Mapping[int, Kronor]
    sought_is_example: bool
    proposed: Mapping[int, Kronor]
    paid: Mapping[int, Kronor]
    outcome: Outcome | None
    decision_id: int | None
    label: Label
    is_editable: bool
    is_withdrawn: bool
    is_taken_back: bool
    """Whether the party withdrew it; else, where it is withdrawn, the call was."""
    is_decided: bool
    is_sent: bool
    heard: str
    is_heard: bool
    is_late: bool
    state: str


@dataclass(frozen=True)
class Comparison:
    """A call's applications beside each other and beside the frames."""

    call_id: int
    call_title: str
    grant_title: str
    is_extra: bool
    sums_are_example: bool
    asks_for_homes: bool
    """Whether the call's application asks about youth homes."""
    years: tuple[YearCompared, ...]
    applications: tuple[ApplicationCompared, ...]

    @property
    def editable(self) -> tuple[ApplicationCompared, ...]:
        """Those whose proposal can be changed here."""
        return tuple(each for each in self.applications if each.is_editable)

    @property
    def some_decided(self) -> bool:
        """Whether any of them has been decided."""
        return any(each.is_decided for each in self.applications)

    @property
    def all_decided(self) -> bool:
        """Whether nothing is left to propose: every application has its decision."""
        return self.some_decided and all(each.is_decided for each in self.applications)

    @property
    def is_over(self) -> bool:
        """Whether the proposals go over a year's frame: they can be saved, but not sent."""
        return any(year.left_after < 0 for year in self.years)

    def sum_sought(self, year: int) -> Kronor:
        """Everything that is sought for the year in this call."""
        return sum(each.sought.get(year, 0) for each in self.applications if not each.is_withdrawn)

    def sum_waiting(self, year: int) -> Kronor:
        """What of it is not decided yet."""
        waiting = [each for each in self.applications if not each.is_withdrawn and not each.is_decided]
        return sum(each.sought.get(year, 0) for each in waiting)

    def sum_proposed(self, year: int) -> Kronor:
        """Everything that is proposed or decided for the year in this call."""
        return sum(each.proposed.get(year, 0) for each in self.applications)

    def proposed_besides(self, shown: Collection[ApplicationCompared]) -> Mapping[int, Kronor]:
        """What is proposed and not decided by year, in the applications that are not among those shown."""
        kept = {each.id for each in shown}
        others = [each for each in self.applications if each.id not in kept and not each.is_decided]
        return {year.year: sum(each.proposed.get(year.year, 0) for each in others) for year in self.years}

    def sum_paid(self, year: int) -> Kronor:
        """Everything that the applicants have been paid for the year."""
        return sum(each.paid.get(year, 0) for each in self.applications)


def comparison(actor: Actor, call_id: int) -> Comparison | None:
    """The applications of a call that have been handed in. The number of queries is the same for 4 and for 400."""
    call = (
        db.session()
        .scalars(
            select(Call)
            .where(Call.id == call_id, visible(actor, Call))
            .options(joinedload(Call.grant), joinedload(Call.application_form), selectinload(Call.years))
        )
        .one_or_none()
    )
    if call is None:
        return None
    rows = (
        db.session()
        .execute(
            select(Application, Organisation.name, Case.registration_number)
            .join(Organisation, Application.organisation_id == Organisation.id)
            .join(Case, Application.case_id == Case.id)
            .where(
                Application.call_id == call_id,
                Application.status != ApplicationStatus.DRAFT,
                visible(actor, Application),
            )
            .order_by(Organisation.name.collate(db.COLLATION), Application.applicant_unit)
        )
        .all()
    )
    form = call.application_form
    years = [year.grant_year for year in call.years]
    of_call = select(Application.id).where(Application.call_id == call_id)
    asked = _sums(
        select(RequestedLine.application_id, RequestedLine.grant_year, func.sum(RequestedLine.amount))
        .where(RequestedLine.application_id.in_(of_call))
        .group_by(RequestedLine.application_id, RequestedLine.grant_year)
    )
    # The newest decision of each application; a made one that another changes is its past.
    found = db.session().execute(
        select(Decision, is_sent(Decision.id))
        .where(Decision.application_id.in_(of_call))
        .order_by(Decision.id)
        .options(selectinload(Decision.lines), joinedload(Decision.participants))
    )
    newest: dict[int, Decision] = {}
    sent: set[int] = set()
    for decision, is_told in found.unique():
        newest[decision.application_id] = decision
        if is_told:
            sent.add(decision.id)
    homes: dict[int, list[str]] = {}
    for application_id, name in db.session().execute(
        select(ApplicationHome.application_id, YouthHome.name)
        .join(YouthHome, ApplicationHome.youth_home_id == YouthHome.id)
        .where(ApplicationHome.application_id.in_(of_call))
        .order_by(YouthHome.name.collate(db.COLLATION))
    ):
        homes.setdefault(application_id, []).append(name)
    heard: dict[int, list[Communicated]] = {}
    for application_id, kind, last_day, replied_at in db.session().execute(
        select(
            Communication.application_id, Communication.kind, Communication.last_day, Communication.replied_at
        ).where(Communication.application_id.in_(of_call))
    ):
        heard.setdefault(application_id, []).append(Communicated(kind, last_day, replied_at is not None))
    frames = {
        frame.grant_year: frame
        for frame in db.session().scalars(
            select(YearFrame).where(YearFrame.grant_id == call.grant_id, YearFrame.grant_year.in_(years))
        )
    }
    ledger = db.session().execute(
        select(LedgerEntry.kind, LedgerEntry.grant_year, LedgerEntry.organisation_id, func.sum(LedgerEntry.amount))
        .where(LedgerEntry.grant_id == call.grant_id, LedgerEntry.grant_year.in_(years))
        .group_by(LedgerEntry.kind, LedgerEntry.grant_year, LedgerEntry.organisation_id)
    )
    paid: dict[int, dict[int, Kronor]] = {}
    spent: dict[int, Kronor] = {}
    for entry, year, organisation_id, amount in ledger:
        if entry is LedgerKind.PAID:
            paid.setdefault(organisation_id, {})[year] = int(amount)
        elif entry is LedgerKind.CHARGED:
            spent[year] = spent.get(year, 0) + int(amount)
    waiting = {
        year: int(amount)
        for year, amount in db.session().execute(
            select(Report.grant_year, func.sum(ReportedCost.charged))
            .join(ReportedCost, ReportedCost.report_id == Report.id)
            .where(
                Report.grant_id == call.grant_id,
                Report.grant_year.in_(years),
                Report.status != ReportStatus.APPROVED,
            )
            .group_by(Report.grant_year)
        )
    }
    # What was entered at a hand-in before this was entered at approval is taken back, and sums to nothing.
    spent = {year: amount for year, amount in spent.items() if amount or year not in waiting}
    invented = set(
        db.session().scalars(
            select(LedgerEntry.grant_year)
            .join(Decision, LedgerEntry.decision_id == Decision.id)
            .join(Application, Decision.application_id == Application.id)
            .join(Call, Application.call_id == Call.id)
            .where(
                LedgerEntry.kind == LedgerKind.DECIDED,
                LedgerEntry.grant_id == call.grant_id,
                Call.is_example,
            )
            .distinct()
        )
    )
    names = _names({each.proposed_by_id for each in newest.values()})
    compared = tuple(
        _compared(
            application,
            name,
            number,
            newest.get(application.id),
            asked.get(application.id, {}),
            tuple(homes.get(application.id, ())),
            heard.get(application.id, []),
            paid.get(application.organisation_id, {}),
            names,
            call,
            sent,
        )
        for application, name, number in rows
    )
    return Comparison(
        call_id=call.id,
        call_title=call.title,
        grant_title=grants.title_of(call),
        is_extra=call.kind is CallKind.EXTRA,
        sums_are_example=call.is_example,
        asks_for_homes=form is not None and FormDefinition.from_json(form.definition).asks_for_homes,
        years=tuple(
            YearCompared(
                year=each.grant_year,
                frame=frames[each.grant_year].frame,
                decided=frames[each.grant_year].decided,
                decided_here=sum(row.proposed.get(each.grant_year, 0) for row in compared if row.is_decided),
                proposed=sum(row.proposed.get(each.grant_year, 0) for row in compared if not row.is_decided),
                paid=sum(sums.get(each.grant_year, 0) for sums in paid.values()),
                spent=spent.get(each.grant_year),
                reported=waiting.get(each.grant_year, 0),
                report_due_on=each.report_due_on,
                is_example=each.grant_year in invented,
                grantees=frames[each.grant_year].grantees,
                max_grantees=frames[each.grant_year].max_grantees,
            )
            for each in call.years
            if each.grant_year in frames
        ),
        applications=compared,
    )


def _sums(query: Any) -> dict[int, dict[int, Kronor]]:
    sums: dict[int, dict[int, Kronor]] = {}
    for key, year, amount in db.session().execute(query):
        sums.setdefault(key, {})[year] = int(amount)
    return sums


def _names(ids: set[int | None]) -> dict[int | None, str]:
    rows = db.session().execute(select(User.id, User.name).where(User.id.in_([each for each in ids if each])))
    return {row.id: row.name for row in rows}


def _compared(
    application: Application,
    name: str,
    number: str | None,
    decision: Decision | None,
    asked: Mapping[int, Kronor],
    homes: tuple[str, ...],
    heard: list[Communicated],
    paid: Mapping[int, Kronor],
    names: Mapping[int | None, str],
    call: Call,
    sent: Collection[int],
) -> ApplicationCompared:
    today = clock.today()
    proposed = per_year(decisions.amounts_of(decision)) if decision else {}
    is_open = any(each.is_open(today) for each in heard)
    if decision is not None and decision.outcome and decision.status is DecisionStatus.MADE and decision.id not in sent:
        mark = unsent_label(decision.outcome)
    elif decision is None:
        mark = Label("", "dots", "Inget förslag än")
    else:
        mark = label(
            DecisionFacts(
                decision.status,
                decision.outcome,
                proposed,
                names.get(decision.proposed_by_id, ""),
                decision.returned_reason,
            )
        )
    return ApplicationCompared(
        id=application.id,
        case_id=application.case_id,
        case_number=number or "",
        organisation=name,
        applicant_unit=application.applicant_unit,
        homes=homes,
        sought=asked,
        sought_is_example=application.sought_is_example,
        proposed=proposed,
        paid=paid,
        outcome=decision.outcome if decision else None,
        decision_id=decision.id if decision else None,
        label=mark,
        is_editable=APPLICATION.allows(application.status, ApplicationAction.PROPOSE)
        and (decision is None or DECISION.allows(decision.status, DecisionAction.EDIT)),
        is_withdrawn=CallStatus.WITHDRAWN is call.status or application.status is ApplicationStatus.WITHDRAWN,
        is_taken_back=application.withdrawn_at is not None,
        is_decided=decision is not None and decision.status is DecisionStatus.MADE,
        is_sent=decision is not None and decision.id in sent,
        heard="Väntar på synpunkter" if is_open else ("Klar" if heard else "Saknas"),
        is_heard=bool(heard) and not is_open,
        is_late=is_late(application.submitted_at, call.last_day),
        state=decisions.state_of(decision),
    )
