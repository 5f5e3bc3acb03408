"""A region that has been granted and paid, and owes a report: the pilot's matrix and forms, decisions and ledger as rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from sqlalchemy import select

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Actor, Role
from grantportal.domain.applications import ApplicationStatus
from grantportal.domain.cases import CaseKind
from grantportal.domain.decisions import DecisionStatus, Outcome
from grantportal.domain.payments import LedgerKind
from grantportal.domain.reports import (
    AttestEconomy,
    Rating,
    ReportStatus,
    ResultAnswer,
    SaveCost,
    SaveEconomy,
    SaveResult,
)
from grantportal.domain.reviews import ApproveReport, Assessment, RateResult, RateResults
from grantportal.models.accounts import User
from grantportal.models.applications import Application
from grantportal.models.calls import Call
from grantportal.models.cases import Case
from grantportal.models.decisions import Decision, DecisionLine
from grantportal.models.grants import CostCategory
from grantportal.models.organisations import Organisation
from grantportal.models.payments import LedgerEntry
from grantportal.models.reports import Report
from grantportal.models.supplements import Supplement, SupplementPart
from grantportal.queries import accounts
from grantportal.queries import reports as queries
from grantportal.queries import reviews as review_queries
from grantportal.queries.report_hand_ins import to_hand_in
from grantportal.services import reports as services
from grantportal.services import reviews
from tests.support.calls import ANNOUNCED, WRITTEN, make_call, make_grant, officer, played_at, published_call
from tests.support.casework import sent
from tests.support.factories import OrganisationFactory, UserFactory, person
from tests.support.remembered import Numbers, remembered
from tests.support.rows import saved

MADE_AT = datetime(2020, 6, 30, 8, tzinfo=UTC)
OPENED = datetime(2022, 2, 10, 9, tzinfo=UTC)
"""When 2021's report is open and not yet due."""
BUDGET = (2_438_250, 90_000, 150_000, 72_000, 42_000, 121_558)
"""Skåne's decided lines of 2021: 2 913 808 kronor."""
COSTS = (1_018_460, 61_250, 38_400, 14_782, 9_640, 50_923)
CAUSE = "Start eller planering tog längre tid"


@dataclass
class Grantee:
    """A region with its case, its report and its persons by role."""

    call: Call
    organisation: Organisation
    case: Case
    categories: list[int]
    users: dict[Role, User]
    reports: dict[int, Report] = field(default_factory=dict)

    @property
    def report(self) -> Report:
        """The report of the first year."""
        return self.reports[min(self.reports)]

    def actor(self, role: Role = Role.OMBUD) -> Actor:
        """The person with this role, mandates read now."""
        return actor_of(self.users[role])


def actor_of(user: User) -> Actor:
    """The person, with mandates read now."""
    made = accounts.actor_of(user.id)
    db.close_read_session()
    return made


@remembered
def another_call() -> Call:
    """A published call of a statsbidrag of its own, however many there are."""
    with played_at(ANNOUNCED):
        who = officer()
        title = f"Statsbidrag {next(_numbers)}"
        call_id = make_call(who, make_grant(who, written=replace(WRITTEN, title=title)))
        return db.session().get_one(Call, call_id)


_numbers = Numbers()


@remembered
def grantee(
    call: Call | None = None,
    organisation: Organisation | None = None,
    *,
    years: Sequence[int] = (2021,),
    budget: Mapping[int, Sequence[int]] | None = None,
    paid: Mapping[int, int] | None = None,
    is_sent: bool = True,
) -> Grantee:
    """A region that is granted Skåne's sums by a decision that has been sent and has got all of it, unless said otherwise."""
    call = call or published_call()
    organisation = organisation or OrganisationFactory()
    roles = (Role.OMBUD, Role.REPRESENTANT, Role.UPPGIFTSSAMORDNARE, Role.APPLICANT_ECONOMIST)
    users = {role: person(role, organisation, valid_from=date(2019, 1, 1)) for role in roles}
    lines = dict(budget or dict.fromkeys(years, BUDGET))
    categories = list(
        db.session().scalars(
            select(CostCategory.id).where(CostCategory.grant_id == call.grant_id).order_by(CostCategory.position)
        )
    )
    db.close_read_session()
    case = saved(
        Case(
            kind=CaseKind.APPLICATION,
            grant_id=call.grant_id,
            organisation_id=organisation.id,
            title="Ansökan",
            registration_number=f"DEMO 2020-{next(_numbers):04d}",
            opened_at=MADE_AT,
        )
    )
    made = Grantee(call, organisation, case, categories, users)
    grant_more(made, call, lines, case, is_sent=is_sent)
    for year in years:
        pay(made, year, (paid or {}).get(year, sum(lines[year])))
        made.reports[year] = saved(
            Report(
                grant_id=call.grant_id,
                organisation_id=organisation.id,
                grant_year=year,
                case_id=case.id,
                call_id=call.id,
                framework_version_id=call.framework_version_id,
                form_version_id=call.report_form_id,
                opens_on=date(year, 12, 1),
                due_on=date(year + 1, 3, 1),
            )
        )
    return made


def grant_more(
    to: Grantee, call: Call, lines: Mapping[int, Sequence[int]], case: Case | None = None, *, is_sent: bool = True
) -> Decision:
    """A decision, made and sent, with these sums by year and kostnadsslag; without a case, of an extra call."""
    case = case or saved(
        Case(
            kind=CaseKind.EXTRA_APPLICATION,
            grant_id=call.grant_id,
            organisation_id=to.organisation.id,
            parent_id=to.case.id,
            title="Extra ansökan",
            registration_number=f"DEMO 2022-{next(_numbers):04d}",
            opened_at=MADE_AT,
        )
    )
    proposer, decider = UserFactory(), UserFactory()
    application = saved(
        Application(
            call_id=call.id,
            case_id=case.id,
            organisation_id=to.organisation.id,
            status=ApplicationStatus.CONCLUDED,
            started_by_id=proposer.id,
            started_at=MADE_AT,
            submitted_at=MADE_AT,
        )
    )
    decision = saved(
        Decision(
            application_id=application.id,
            organisation_id=to.organisation.id,
            case_id=case.id,
            outcome=Outcome.GRANTED,
            proposed_by_id=proposer.id,
            lines=[
                DecisionLine(grant_year=year, cost_category_id=category, amount=amount)
                for year, amounts in lines.items()
                for category, amount in zip(to.categories, amounts, strict=True)
            ],
        )
    )
    # Its lines come first: once it is made, nothing of it can be added.
    with db.writing_session() as session, session.begin():
        row = session.get_one(Decision, decision.id)
        row.status, row.decided_by_id, row.decided_at, row.sha256 = (
            DecisionStatus.MADE,
            decider.id,
            MADE_AT,
            "0" * 64,
        )
    if is_sent:
        sent(decision, MADE_AT)
    return decision


def pay(to: Grantee, year: int, amount: int) -> None:
    """The ledger says that it is paid."""
    saved(
        LedgerEntry(
            kind=LedgerKind.PAID,
            grant_id=to.call.grant_id,
            grant_year=year,
            organisation_id=to.organisation.id,
            case_id=to.case.id,
            amount=amount,
            entered_at=MADE_AT,
        )
    )


def page(of: Grantee, year: int | None = None, role: Role = Role.OMBUD) -> queries.ReportPage:
    """The organisation's own page, read now."""
    db.close_read_session()
    report = of.reports[year] if year else of.report
    found = queries.page(of.actor(role), report.id)
    db.close_read_session()
    assert found is not None
    return found


def as_read(of: Grantee, year: int | None = None) -> str:
    """The fingerprint of what the ombud reads before handing in."""
    shown = page(of, year)
    read = to_hand_in(shown, by=of.actor().name, at=clock.received()).sha256
    db.close_read_session()
    return read


ANSWER = ResultAnswer(rating=Rating.PARTLY, text="Påbörjat.", causes=(CAUSE,), measure="Fortsätter nästa år.")


@remembered
def fill_results(of: Grantee, year: int | None = None, answers: Mapping[str, ResultAnswer] | None = None) -> None:
    """Answer every expected result."""
    shown = page(of, year)
    for result in shown.results:
        answer = (answers or {}).get(result.code, ANSWER)
        services.save_result(of.actor(Role.UPPGIFTSSAMORDNARE), shown.id, result.code, SaveResult(answer, result.stamp))


@remembered
def fill_economy(
    of: Grantee,
    year: int | None = None,
    costs: Sequence[int] = COSTS,
    own: Sequence[int] = (0, 0, 0, 0, 0, 0),
    comment: str = "Rekrytering först i oktober.",
) -> None:
    """Say the cost and own financing of every kostnadsslag; a comment stands on each row over the limit."""
    for with_comments in (False, True):
        shown = page(of, year)
        rows = {}
        for row, cost, financed in zip(shown.economy.rows, costs, own, strict=True):
            needed = with_comments and shown.economy.needs_comment(row)
            values = {"cost": cost, "own_financing": financed, "comment": comment if needed else ""}
            rows[row.category_id] = SaveCost(values, row.stamp)
        services.save_economy(of.actor(Role.APPLICANT_ECONOMIST), shown.id, SaveEconomy(rows))


def attest(of: Grantee, year: int | None = None, role: Role = Role.APPLICANT_ECONOMIST) -> None:
    """The economist attests what is shown now."""
    shown = page(of, year)
    services.attest_economy(of.actor(role), shown.id, AttestEconomy(shown.economy.sha256))


@remembered
def filled(of: Grantee, year: int | None = None) -> None:
    """Everything is said, and the economy is attested."""
    fill_results(of, year)
    fill_economy(of, year)
    attest(of, year)


@remembered
def handed_in(of: Grantee, at: datetime = OPENED) -> int:
    """Everything is said, attested and handed in."""
    with clock.at(at):
        filled(of)
        return services.submit(of.actor(), of.report.id)


def rate(of: Grantee, officer: Actor) -> None:
    """The officer rates every result as the region has done."""
    db.close_read_session()
    shown = review_queries.page(officer, of.report.id)
    assert shown is not None
    rated = tuple(RateResult(each.id, Assessment(each.own.rating), each.stamp) for each in shown.results)
    reviews.rate(officer, of.report.id, RateResults(rated))
    db.close_read_session()


def approve(of: Grantee, officer: Actor) -> None:
    """The officer rates every result as the region has done, and approves."""
    rate(of, officer)
    read = review_queries.page(officer, of.report.id)
    assert read is not None
    reviews.approve(officer, of.report.id, ApproveReport(read.fingerprint))


def ask_supplement(of: Grantee, *parts: str, last_day: date = date(2022, 3, 25)) -> Supplement:
    """The officer has opened these parts again."""
    with db.writing_session() as session, session.begin():
        session.get_one(Report, of.report.id).status = ReportStatus.SUPPLEMENT_REQUESTED
    return saved(
        Supplement(
            case_id=of.case.id,
            organisation_id=of.organisation.id,
            report_id=of.report.id,
            reason="En faktura saknas.",
            last_day=last_day,
            requested_by_id=UserFactory().id,
            requested_at=datetime(2022, 3, 14, 9, tzinfo=UTC),
            version_before=1,
            parts=[SupplementPart(part=part) for part in parts],
        )
    )
