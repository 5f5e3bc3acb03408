"""A decision that is made and its planned payment, as rows: what finance starts from."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from grantportal import db
from grantportal.domain.applications import ApplicationStatus
from grantportal.domain.cases import CaseKind
from grantportal.domain.decisions import DecisionStatus, Outcome
from grantportal.domain.grants import FrameStatus
from grantportal.domain.payments import AttestPayments
from grantportal.models.applications import Application
from grantportal.models.calls import Call
from grantportal.models.cases import Case
from grantportal.models.decisions import Decision, DecisionLine, Dispatch
from grantportal.models.grants import CostCategory, Grant, YearFrame
from grantportal.models.organisations import BankGiro, Organisation
from grantportal.models.payments import Payment
from grantportal.queries import demonstration
from tests.support.factories import UserFactory
from tests.support.remembered import remembered
from tests.support.rows import committed, saved

MADE_AT = datetime(2020, 6, 30, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Programme:
    """A grant with one year's frame, a call and one kostnadsslag."""

    grant: Grant
    frame: YearFrame
    call: Call
    category: CostCategory


@remembered
def programme(*, year: int = 2021, status: FrameStatus = FrameStatus.ALLOTTED, frame: int = 15_000_000) -> Programme:
    """A programme whose year is tilldelad, unless said otherwise."""
    grant = saved(Grant(title=f"Statsbidrag {year}", purpose="Prov"))
    return Programme(
        grant=grant,
        frame=saved(YearFrame(grant_id=grant.id, grant_year=year, frame=frame, status=status, max_grantees=4)),
        call=saved(Call(grant_id=grant.id, title="Utlysning", opens_at=MADE_AT, last_day=date(2020, 4, 20))),
        category=saved(CostCategory(grant_id=grant.id, position=1, name="Personal")),
    )


@remembered
def payable(
    of: Programme,
    receiver: Organisation,
    *,
    amount: int = 2_913_808,
    planned: int | None = None,
    is_sent: bool = True,
    planned_on: date | None = None,
) -> Payment:
    """A planned payment of a sent decision, on 15 January unless said otherwise; `planned` differs from `amount`, and the
    decision is not sent, only to break the rule."""
    proposer, decider = UserFactory(), UserFactory()
    number = f"2020-{of.grant.id:04d}-{receiver.id}"
    case = saved(
        Case(
            kind=CaseKind.APPLICATION,
            grant_id=of.grant.id,
            organisation_id=receiver.id,
            title="Ansökan",
            registration_number=number,
            opened_at=MADE_AT,
        )
    )
    application = saved(
        Application(
            call_id=of.call.id,
            case_id=case.id,
            organisation_id=receiver.id,
            status=ApplicationStatus.CONCLUDED,
            started_by_id=proposer.id,
            started_at=MADE_AT,
            submitted_at=MADE_AT,
        )
    )
    decision = saved(
        Decision(
            application_id=application.id,
            organisation_id=receiver.id,
            case_id=case.id,
            outcome=Outcome.GRANTED,
            proposed_by_id=proposer.id,
            lines=[DecisionLine(grant_year=of.frame.grant_year, cost_category_id=of.category.id, amount=amount)],
        )
    )
    # Its lines come first: once it is made, nothing of it can be added.
    with db.writing_session() as session, session.begin():
        made = session.get_one(Decision, decision.id)
        made.status, made.decided_by_id, made.decided_at, made.sha256 = (
            DecisionStatus.MADE,
            decider.id,
            MADE_AT,
            "0" * 64,
        )
    if is_sent:
        saved(
            Dispatch(
                decision_id=decision.id,
                case_id=case.id,
                organisation_id=receiver.id,
                receiver=receiver.name,
                dispatched_by_id=proposer.id,
                dispatched_at=MADE_AT,
            )
        )
    return saved(
        Payment(
            decision_id=decision.id,
            organisation_id=receiver.id,
            case_id=case.id,
            grant_id=of.grant.id,
            grant_year=of.frame.grant_year,
            amount=amount if planned is None else planned,
            planned_on=planned_on or date(of.frame.grant_year, 1, 15),
        )
    )


def seen(*payments: Payment) -> AttestPayments:
    """What the page of what is to be attested sends: the payments, and the giros that it shows."""
    committed()
    shown = demonstration.seen([payment.id for payment in payments])
    db.close_read_session()
    return shown


def giro(receiver: Organisation, number: str = "5050-1055", **said: Any) -> BankGiro:
    """A giro in force: asked for, verified and approved by three persons. `said` is what it says otherwise: it stands then."""
    facts = {
        "asked_by_id": UserFactory().id,
        "asked_at": MADE_AT,
        "verified_by_id": UserFactory().id,
        "verified_at": MADE_AT,
        "approved_by_id": UserFactory().id,
        "approved_at": MADE_AT,
        "valid_from": date(2020, 12, 10),
    }
    return saved(BankGiro(organisation_id=receiver.id, number=number, **{**facts, **said}))
