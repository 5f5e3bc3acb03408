"""Made decisions as rows: the pilot's four of 2020-06-30."""

from collections.abc import Mapping
from datetime import UTC, datetime

from grantportal import db
from grantportal.domain.applications import ApplicationStatus
from grantportal.domain.cases import CaseKind
from grantportal.domain.decisions import DecisionStatus, Outcome
from grantportal.models.applications import Application, RequestedLine
from grantportal.models.calls import Call
from grantportal.models.cases import Case
from grantportal.models.decisions import Decision, DecisionLine
from grantportal.models.organisations import Organisation
from grantportal.queries import grants
from tests.support.casework import sent
from tests.support.factories import OrganisationFactory, UserFactory
from tests.support.remembered import Numbers, remembered
from tests.support.rows import saved

NUMBERS = Numbers()
DECIDED = datetime(2020, 6, 30, 8, tzinfo=UTC)
SOUGHT = {
    "Region Skåne": {2021: 2_913_808, 2022: 3_363_938},
    "Västra Götalandsregionen": {2021: 4_996_873, 2022: 4_996_873},
    "Region Östergötland": {2021: 3_179_104, 2022: 3_116_968},
    "Region Stockholm": {2021: 2_640_000, 2022: 2_710_000},
}
REFUSED = "Förutsättningar att genomföra projektet saknades."


@remembered
def decided(
    call: Call,
    organisation: Organisation,
    sought: Mapping[int, int],
    granted: Mapping[int, int],
    *,
    unit: str = "",
    at: datetime = DECIDED,
    make: bool = True,
    send: bool = True,
    sent_at: datetime | None = None,
    reasons: str = REFUSED,
    sought_is_example: bool = False,
) -> Decision:
    """An application handed in, and its decision: made and sent the same moment, unless said otherwise, or still a proposal."""
    category = grants.cost_categories(call.grant_id)[0].id
    db.close_read_session()
    proposer, decider = UserFactory(), UserFactory()
    case = saved(
        Case(
            kind=CaseKind.APPLICATION,
            grant_id=call.grant_id,
            organisation_id=organisation.id,
            title="Ansökan",
            registration_number=f"2020-{next(NUMBERS):04d}",
            opened_at=at,
        )
    )
    application = saved(
        Application(
            call_id=call.id,
            case_id=case.id,
            organisation_id=organisation.id,
            applicant_unit=unit,
            status=ApplicationStatus.CONCLUDED if make else ApplicationStatus.SUBMITTED,
            started_by_id=proposer.id,
            started_at=at,
            submitted_at=at,
            sought_is_example=sought_is_example,
        )
    )
    for year, amount in sought.items():
        saved(RequestedLine(application_id=application.id, grant_year=year, cost_category_id=category, amount=amount))
    decision = saved(
        Decision(
            application_id=application.id,
            organisation_id=organisation.id,
            case_id=case.id,
            status=DecisionStatus.PROPOSED,
            outcome=Outcome.GRANTED if granted else Outcome.REFUSED,
            reasons=reasons,
            proposed_by_id=proposer.id,
            proposed_at=at,
            lines=[
                DecisionLine(grant_year=year, cost_category_id=category, amount=amount)
                for year, amount in granted.items()
            ],
        )
    )
    if make:
        # Its lines come first: once it is made, nothing of it can be added.
        with db.writing_session() as session, session.begin():
            made = session.get_one(Decision, decision.id)
            made.decided_by_id, made.decided_at, made.sha256 = decider.id, at, "0" * 64
            made.status = DecisionStatus.MADE
    if make and send:
        sent(decision, sent_at or at)
    return decision


@remembered
def pilot_round(call: Call) -> dict[str, Organisation]:
    """Three granted what they sought, one refused."""
    regions = {name: OrganisationFactory(name=name) for name in SOUGHT}
    for name, region in regions.items():
        refused = name == "Region Stockholm"
        decided(
            call,
            region,
            SOUGHT[name],
            {} if refused else SOUGHT[name],
            unit="Maria Ungdom" if refused else "",
            sought_is_example=refused,
        )
    return regions
