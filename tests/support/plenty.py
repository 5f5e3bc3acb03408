"""Many lawful rows at once: what shows whether a page still asks as little when there is much.

One ground has all that the pages need; `applications`, `reports` and `batch` each put thousands of rows in with a handful
of statements. Everything that the database holds must hold here too: a decision's lines come before it is made, a
matrix's words before it is published.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count, pairwise, product
from typing import Any

from sqlalchemy import func, insert, select, text, update

from grantportal import db
from grantportal.domain.actors import Role
from grantportal.domain.anchors import signed
from grantportal.domain.applications import ApplicationStatus
from grantportal.domain.calls import CallStatus
from grantportal.domain.cases import CaseKind, FrozenKind
from grantportal.domain.decisions import CommunicationKind, DecisionStatus, Outcome
from grantportal.domain.events import EventKind
from grantportal.domain.forms import QuestionType, canonical, fingerprint
from grantportal.domain.frameworks import Comparability, FrameworkStatus, LinkKind, ProvisoMarker
from grantportal.domain.grants import AppealVariant, ConditionStatus, FrameStatus
from grantportal.domain.organisations import OrganisationKind
from grantportal.domain.payments import LedgerKind, PaymentStatus
from grantportal.domain.reports import Rating, ReportStatus
from grantportal.imports import forms as outlines
from grantportal.keyring import Key
from grantportal.models.accounts import User
from grantportal.models.applications import (
    Answer,
    Application,
    BudgetLine,
    RequestedLine,
    StaffAmount,
    StaffRow,
)
from grantportal.models.base import Base
from grantportal.models.calls import Call, CallYear
from grantportal.models.cases import Case, FrozenVersion
from grantportal.models.decisions import Communication, Decision, DecisionLine, Dispatch
from grantportal.models.frameworks import (
    ExpectedResult,
    FrameworkVersion,
    Proviso,
    ProvisoWording,
    ResultArea,
    Wording,
    WordingLink,
)
from grantportal.models.grants import CostCategory, FormVersion, Grant, YearFrame
from grantportal.models.organisations import BankGiro, Organisation
from grantportal.models.payments import LedgerEntry, Payment, PaymentBatch
from grantportal.models.portal import Anchor, AnchorHead, Event
from grantportal.models.reports import Report, ReportAnswer, ReportCost, ReportedCost, ReportedResult, ReviewRating
from grantportal.models.supplements import Supplement, SupplementPart
from tests.support.calls import CATEGORIES, outline
from tests.support.factories import OrganisationFactory, organisation_number, person

OPENED = datetime(2020, 1, 31, 8, tzinfo=UTC)
HANDED_IN = datetime(2020, 4, 16, 12, tzinfo=UTC)
DECIDED = datetime(2020, 6, 30, 8, tzinfo=UTC)
BUDGET_SECTION = "kostnader"
_numbers = count(1)

Rows = Iterable[dict[str, Any]]


def put(model: type[Base], rows: Rows) -> list[int]:
    """Put the rows in; their ids come back in the same order."""
    rows = list(rows)
    if not rows:
        return []
    with db.writing_session() as session, session.begin():
        # By far the quickest on both: numbers are given in the order of the rows, and nobody else writes.
        last = session.scalar(select(func.coalesce(func.max(model.id), 0)))
        session.connection().execute(insert(model.__table__), rows)
        return list(session.scalars(select(model.id).where(model.id > last).order_by(model.id)))


@dataclass(frozen=True)
class Ground:
    """A statsbidrag with one call, its matrix, the regions that apply and the persons at both sides."""

    grant: int
    call: int
    matrix: int
    report_form: int
    years: tuple[int, ...]
    categories: tuple[int, ...]
    results: tuple[int, ...]
    regions: tuple[int, ...]
    authority: Organisation
    officer: User
    decider: User


def ground(
    *,
    regions: int = 21,
    results: int = 30,
    years: tuple[int, ...] = (2021, 2022, 2023, 2024),
    like: Ground | None = None,
) -> Ground:
    """A ground with nothing in it yet. `like`: another statsbidrag of the same regions and persons."""
    number = next(_numbers)
    authority = like.authority if like else OrganisationFactory(kind=OrganisationKind.AUTHORITY)
    [grant] = put(
        Grant,
        [
            {
                "title": f"Integrerad vård {number}",
                "purpose": "Pröva en vårdform.",
                "legal_basis": "Regeringsuppdrag",
                "appeal_variant": AppealVariant.THREE_WEEKS,
            }
        ],
    )
    put(
        YearFrame,
        ({"grant_id": grant, "grant_year": year, "frame": 10**12, "status": FrameStatus.ALLOTTED} for year in years),
    )
    categories = put(
        CostCategory,
        (
            {"grant_id": grant, "position": place, "name": name, "is_personnel": place == 1}
            for place, name in enumerate(CATEGORIES, 1)
        ),
    )
    application_form, report_form = (_form(grant, name) for name in ("application-form", "report-form"))
    matrix, rows = _matrix(grant, results, years)
    [call] = put(
        Call,
        [
            {
                "grant_id": grant,
                "title": f"Statsbidrag för {years[0]}–{years[-1]}",
                "opens_at": OPENED,
                "published_at": OPENED,
                "last_day": date(2020, 4, 20),
                "application_form_id": application_form,
                "report_form_id": report_form,
                "framework_version_id": matrix,
            }
        ],
    )
    put(
        CallYear,
        (
            {
                "call_id": call,
                "grant_year": year,
                "pay_on": date(year, 1, 15),
                "report_opens_on": date(year, 12, 1),
                "report_due_on": date(year + 1, 3, 1),
            }
            for year in years
        ),
    )
    law = {"legal_basis": "Regeringsuppdrag", "appeal_variant": AppealVariant.THREE_WEEKS, "appeal_provision": "40 §"}
    law["last_category"] = len(CATEGORIES)
    with db.writing_session() as session, session.begin():
        session.execute(update(Call).where(Call.id == call).values(status=CallStatus.PUBLISHED, **law))
    return Ground(
        grant=grant,
        call=call,
        matrix=matrix,
        report_form=report_form,
        years=years,
        categories=tuple(categories),
        results=tuple(rows),
        regions=like.regions if like else _regions(regions),
        authority=authority,
        officer=like.officer if like else person(Role.HANDLAGGARE, authority),
        decider=like.decider if like else person(Role.BESLUTSFATTARE, authority),
    )


def _regions(wanted: int) -> tuple[int, ...]:
    numbers = [next(_numbers) for _ in range(wanted)]
    return tuple(
        put(
            Organisation,
            (
                {
                    "kind": OrganisationKind.REGION,
                    "name": f"Region i mängd {number}",
                    # Apart from those that the factory gives out.
                    "organisation_number": organisation_number(232900_000 + number),
                }
                for number in numbers
            ),
        )
    )


def _form(grant: int, name: str) -> int:
    definition = outlines.read(outline(name))
    stored = definition.as_json()
    [made] = put(
        FormVersion,
        [
            {
                "grant_id": grant,
                "kind": definition.kind,
                "number": 1,
                "title": definition.title,
                "status": ConditionStatus.PUBLISHED,
                "definition": stored,
                "sha256": fingerprint(stored),
                "published_at": OPENED,
            }
        ],
    )
    return made


def _matrix(grant: int, results: int, years: Sequence[int]) -> tuple[int, list[int]]:
    """A published matrix: every result reworded every year, the first one with a förbehåll."""
    areas = put(ResultArea, ({"grant_id": grant, "code": code, "title": f"Område {code}"} for code in "ABC"))
    rows = put(
        ExpectedResult,
        (
            {"grant_id": grant, "area_id": areas[place % 3], "code": f"{'ABC'[place % 3]}{place // 3 + 1}"}
            for place in range(results)
        ),
    )
    [version] = put(FrameworkVersion, [{"grant_id": grant, "number": 1}])
    places = list(product(rows, years))
    wordings = dict(
        zip(
            places,
            put(
                Wording,
                (
                    {
                        "framework_version_id": version,
                        "expected_result_id": result,
                        "grant_year": year,
                        "title": f"Resultat {result}",
                        "lead": "Regionen har under året",
                        "bullets": f"prövat vårdformen {year}\nbeskrivit vad den leder till",
                    }
                    for result, year in places
                ),
            ),
            strict=True,
        )
    )
    [proviso] = put(
        Proviso,
        [{"framework_version_id": version, "code": "F1", "marker": ProvisoMarker.HEADING, "text": "Starten skiljer."}],
    )
    put(ProvisoWording, [{"proviso_id": proviso, "wording_id": wordings[places[0]]}])
    put(
        WordingLink,
        (
            {
                "earlier_id": wordings[result, earlier],
                "later_id": wordings[result, later],
                "kind": LinkKind.SUBSTANTIVE,
                "comparability": Comparability.PARTIAL,
            }
            for result, (earlier, later) in product(rows, pairwise(years))
        ),
    )
    with db.writing_session() as session, session.begin():
        session.execute(
            update(FrameworkVersion)
            .where(FrameworkVersion.id == version)
            .values(status=FrameworkStatus.PUBLISHED, published_at=OPENED)
        )
    return version, rows


def applications(of: Ground, wanted: int) -> list[int]:
    """Applications that have been handed in, in turn from each region, with what has happened to them since: every third
    is decided, every fifth is to be completed, and every seventh is communicated."""
    numbers = [next(_numbers) for _ in range(wanted)]
    regions = [of.regions[place % len(of.regions)] for place in range(wanted)]
    decided = [place % 3 == 0 for place in range(wanted)]
    asked = [place % 5 == 1 and not decided[place] for place in range(wanted)]
    at = [HANDED_IN + timedelta(seconds=number % 86_400) for number in numbers]
    cases = put(
        Case,
        (
            {
                "kind": CaseKind.APPLICATION,
                "grant_id": of.grant,
                "organisation_id": region,
                "registration_number": f"2020-{number:06d}",
                "title": "Ansökan om statsbidrag",
                "assigned_to_id": of.officer.id if number % 2 else None,
                "opened_at": OPENED,
            }
            for number, region in zip(numbers, regions, strict=True)
        ),
    )
    made = put(
        Application,
        (
            {
                "call_id": of.call,
                "case_id": case,
                "organisation_id": region,
                "applicant_unit": f"Enhet {number}",
                "status": ApplicationStatus.CONCLUDED
                if is_decided
                else ApplicationStatus.SUPPLEMENT_REQUESTED
                if is_asked
                else ApplicationStatus.SUBMITTED,
                "version_number": 1,
                "started_by_id": of.officer.id,
                "started_at": OPENED,
                "submitted_at": moment,
                "submitted_by_id": of.officer.id,
            }
            for number, region, case, moment, is_decided, is_asked in zip(
                numbers, regions, cases, at, decided, asked, strict=True
            )
        ),
    )
    years = of.years[:2]
    put(
        RequestedLine,
        (
            {"application_id": each, "grant_year": year, "cost_category_id": category, "amount": 500_000}
            for each, year, category in product(made, years, of.categories[:2])
        ),
    )
    whole = list(zip(made, cases, regions, strict=True))
    _supplements([each for each, chosen in zip(whole, asked, strict=True) if chosen], of)
    put(
        Communication,
        (
            {
                "case_id": case,
                "organisation_id": region,
                "application_id": each,
                "kind": CommunicationKind.SENT,
                "material": "Vi tänker avslå.",
                "last_day": date(2020, 6, 1),
                "sent_by_id": of.officer.id,
                "sent_at": HANDED_IN,
            }
            for each, case, region in whole[::7]
        ),
    )
    _decisions([each for each, chosen in zip(whole, decided, strict=True) if chosen], of)
    return made


def _supplements(whole: Sequence[tuple[int, int, int]], of: Ground) -> None:
    made = put(
        Supplement,
        (
            {
                "case_id": case,
                "organisation_id": region,
                "application_id": application,
                "reason": "Tidplanen saknas.",
                "last_day": date(2020, 5, 20),
                "requested_by_id": of.officer.id,
                "requested_at": HANDED_IN,
                "version_before": 1,
            }
            for application, case, region in whole
        ),
    )
    put(SupplementPart, ({"supplement_id": each, "part": "inriktning"} for each in made))


def _granted(whole: Sequence[tuple[int, int, int]], of: Ground, years: Sequence[int]) -> list[tuple[int, int, int]]:
    """Decisions, made and sent, that grant something of each year. Their ids, cases and regions."""
    made = put(
        Decision,
        (
            {
                "application_id": application,
                "organisation_id": region,
                "case_id": case,
                "status": DecisionStatus.PROPOSED,
                "outcome": Outcome.GRANTED,
                "proposed_by_id": of.officer.id,
                "proposed_at": HANDED_IN,
                "sha256": "0" * 64,
            }
            for application, case, region in whole
        ),
    )
    put(
        DecisionLine,
        (
            {"decision_id": each, "grant_year": year, "cost_category_id": of.categories[0], "amount": 900_000}
            for each, year in product(made, years)
        ),
    )
    with db.writing_session() as session, session.begin():
        # Its lines come first: once it is made, nothing of it can be added.
        session.execute(
            update(Decision)
            .where(Decision.id.between(made[0], made[-1]), Decision.status == DecisionStatus.PROPOSED)
            .values(status=DecisionStatus.MADE, decided_by_id=of.decider.id, decided_at=DECIDED)
        )
    settled = [(decision, case, region) for decision, (_, case, region) in zip(made, whole, strict=True)]
    put(
        Dispatch,
        (
            {
                "decision_id": decision,
                "case_id": case,
                "organisation_id": region,
                "receiver": "Regionen",
                "dispatched_by_id": of.officer.id,
                "dispatched_at": DECIDED,
            }
            for decision, case, region in settled
        ),
    )
    return settled


def _decisions(whole: Sequence[tuple[int, int, int]], of: Ground) -> None:
    """Granted, sent, entered in the ledger, and planned to be paid."""
    if not whole:
        return
    years = of.years[:2]
    settled = _granted(whole, of, years)
    put(
        LedgerEntry,
        (
            {
                "kind": LedgerKind.DECIDED,
                "grant_id": of.grant,
                "grant_year": year,
                "organisation_id": region,
                "case_id": case,
                "decision_id": decision,
                "amount": 900_000,
                "entered_at": DECIDED,
            }
            for (decision, case, region), year in product(settled, years)
        ),
    )
    put(
        Payment,
        (
            {
                "decision_id": decision,
                "organisation_id": region,
                "case_id": case,
                "grant_id": of.grant,
                "grant_year": year,
                "amount": 900_000,
                "planned_on": date(year, 1, 15),
                "status": PaymentStatus.PLANNED,
            }
            for (decision, case, region), year in product(settled, years)
        ),
    )


def draft(of: Ground, ombud: User, region: Organisation, *, staff: int) -> int:
    """An application that the region is writing, with the budget section filled in and so many rows of staff."""
    [case] = put(
        Case,
        [
            {
                "kind": CaseKind.APPLICATION,
                "grant_id": of.grant,
                "organisation_id": region.id,
                "title": "Ansökan om statsbidrag",
                "opened_at": OPENED,
            }
        ],
    )
    [made] = put(
        Application,
        [
            {
                "call_id": of.call,
                "case_id": case,
                "organisation_id": region.id,
                "started_by_id": ombud.id,
                "started_at": OPENED,
            }
        ],
    )
    who = {"changed_by_id": ombud.id, "changed_at": HANDED_IN}
    section = outlines.read(outline("application-form")).section(BUDGET_SECTION)
    assert section is not None
    put(
        Answer,
        (
            {"application_id": made, "question": each.number, "value": "7", **who}
            for each in section.questions
            if each.type is not QuestionType.BUDGET
        ),
    )
    put(
        BudgetLine,
        (
            {"application_id": made, "grant_year": year, "cost_category_id": category, "amount": 250_000, **who}
            for year, category in product(of.years, of.categories[1:])
        ),
    )
    rows = put(
        StaffRow,
        (
            {"application_id": made, "position": place, "profession": f"Psykolog {place}", **who}
            for place in range(1, staff + 1)
        ),
    )
    put(
        StaffAmount,
        (
            {"staff_row_id": row, "grant_year": year, "percent": 100, "amount": 700_000}
            for row, year in product(rows, of.years)
        ),
    )
    return made


def reports(of: Ground, *, status: ReportStatus = ReportStatus.SUBMITTED, years: Sequence[int] = ()) -> list[int]:
    """A report of each region and year. Handed in: rated by the region and by the officer. A draft: half written."""
    places = list(product(of.regions, years or of.years))
    cases = dict(
        zip(
            of.regions,
            put(
                Case,
                (
                    {
                        "kind": CaseKind.APPLICATION,
                        "grant_id": of.grant,
                        "organisation_id": region,
                        "registration_number": f"2020-{next(_numbers):06d}",
                        "title": "Ansökan om statsbidrag",
                        "opened_at": OPENED,
                    }
                    for region in of.regions
                ),
            ),
            strict=True,
        )
    )
    # Until a decision of the year has been sent, a report is not its party's.
    applied = put(
        Application,
        (
            {
                "call_id": of.call,
                "case_id": cases[region],
                "organisation_id": region,
                "applicant_unit": f"Verksamhet {next(_numbers)}",
                "status": ApplicationStatus.CONCLUDED,
                "version_number": 1,
                "started_by_id": of.officer.id,
                "started_at": HANDED_IN,
                "submitted_at": HANDED_IN,
                "sought_is_example": False,
            }
            for region in of.regions
        ),
    )
    _granted(
        [(each, cases[region], region) for each, region in zip(applied, of.regions, strict=True)], of, years or of.years
    )
    is_draft = status is ReportStatus.DRAFT
    made = put(
        Report,
        (
            {
                "grant_id": of.grant,
                "organisation_id": region,
                "grant_year": year,
                "case_id": cases[region],
                "call_id": of.call,
                "framework_version_id": of.matrix,
                "form_version_id": of.report_form,
                "opens_on": date(year, 1, 1),
                "due_on": date(year + 1, 3, 1),
                "status": status,
                "version_number": 0 if is_draft else 1,
                "submitted_at": None if is_draft else datetime(year + 1, 2, 1, tzinfo=UTC),
            }
            for region, year in places
        ),
    )
    if is_draft:
        who = {"changed_by_id": of.officer.id, "changed_at": HANDED_IN}
        put(
            ReportAnswer,
            (
                {"report_id": each, "expected_result_id": result, "rating": Rating.MET, "text": "Vi har prövat.", **who}
                for each, result in product(made, of.results)
            ),
        )
        put(
            ReportCost,
            (
                {"report_id": each, "cost_category_id": category, "cost": 100_000, "own_financing": 0, **who}
                for each, category in product(made, of.categories)
            ),
        )
        return made
    ratings = list(Rating)
    put(
        ReportedResult,
        (
            {
                "report_id": each,
                "expected_result_id": result,
                "rating": ratings[(each + result) % len(ratings)],
                "text": "Vi har prövat.",
                "proviso_mattered": False,
            }
            for each, result in product(made, of.results)
        ),
    )
    put(
        ReportedCost,
        (
            {
                "report_id": each,
                "cost_category_id": category,
                "budget": 100_000,
                "paid": 100_000,
                "cost": 100_000,
                "own_financing": 0,
                "charged": 100_000,
            }
            for each, category in product(made, of.categories)
        ),
    )
    put(
        ReviewRating,
        (
            {
                "report_id": each,
                "expected_result_id": result,
                "rating": ratings[(each * 3 + result) % len(ratings)],
                "comment": "Skäl",
                "reviewed_by_id": of.officer.id,
                "reviewed_at": HANDED_IN,
            }
            for each, result in product(made, of.results)
        ),
    )
    return made


def attested(of: Ground, wanted: int, first: User, second: User, *, giros: bool = True) -> list[int]:
    """So many payments of one statsbidrag, registered by the first and attested by the second. `giros`: the regions get theirs.

    As rows, and so without a history before what is done with them."""
    put(
        BankGiro,
        (
            {
                "organisation_id": region,
                "number": "5050-1055",
                "asked_by_id": first.id,
                "asked_at": OPENED,
                "verified_by_id": first.id,
                "verified_at": OPENED,
                "approved_by_id": second.id,
                "approved_at": OPENED,
                "valid_from": OPENED.date(),
            }
            for region in of.regions
            if giros
        ),
    )
    before = db.session().scalar(select(func.coalesce(func.max(Payment.id), 0)))
    db.close_read_session()
    # Every third application is decided, and each of those is paid in two years.
    applications(of, -(-wanted // 2) * 3)
    with db.writing_session() as session, session.begin():
        ids = list(session.scalars(select(Payment.id).where(Payment.id > before).order_by(Payment.id)))
        session.execute(
            update(Payment)
            .where(Payment.id.in_(ids[:wanted]))
            .values(
                status=PaymentStatus.ATTESTED,
                giro_id=select(BankGiro.id)
                .where(BankGiro.organisation_id == Payment.organisation_id)
                .scalar_subquery(),
                giro="5050-1055",
                registered_by_id=first.id,
                registered_at=DECIDED,
                attested_by_id=second.id,
                attested_at=DECIDED,
            )
        )
    return ids[:wanted]


def batch(creator: User, payments: int) -> int:
    """An underlag with so many payments, frozen as when it was made."""
    number = f"U{next(_numbers)}-2021"
    [made] = put(
        PaymentBatch,
        [
            {
                "number": number,
                "created_by_id": creator.id,
                "created_at": DECIDED,
                "total": 900_000 * payments,
                "sha256": "0" * 64,
            }
        ],
    )
    content = canonical(
        {
            "number": number,
            "batch_id": str(made),
            "created_at": DECIDED.isoformat(),
            "payments": [
                {
                    "batch_number": number,
                    "payment_id": str(each),
                    "registration_number": f"2020-{each:06d}",
                    "organisation": f"Region Jämtland Härjedalen {each % 21}",
                    "organisation_number": organisation_number(232900_000 + each % 21),
                    "bank_giro": "5050-1055",
                    "grant_year": 2021 + each % 2,
                    "amount": 2_913_808 + each,
                    "decided_on": date(2020, 6, 1 + each % 30).isoformat(),
                    "registered_by": "Åsa Öberg",
                    "attested_by": "Örjan Åkesson",
                    "new_giro": each % 7 == 0,
                }
                for each in range(1, payments + 1)
            ],
        }
    )
    put(
        FrozenVersion,
        [
            {
                "kind": FrozenKind.PAYMENT_BATCH,
                "subject_id": made,
                "number": 1,
                "content": content,
                "sha256": fingerprint(content),
                "frozen_at": DECIDED,
            }
        ],
    )
    return made


def look_over() -> None:
    """What PostgreSQL does by itself within a minute of so many rows: count them. SQLite is left as the portal leaves it."""
    if db.engine().dialect.name == "postgresql":
        with db.writing_session() as session, session.begin():
            session.execute(text("ANALYZE"))


def history(of: Ground, key: Key, *, events: int, anchors: int) -> None:
    """So many events in the chains of the ground's cases, with the rows that acts tell of, and so many anchors over them."""
    with db.writing_session() as session, session.begin():
        heads = {case.id: ("", 0) for case in session.query(Case).filter(Case.grant_id == of.grant)}
        cases, moment = sorted(heads), datetime(2020, 1, 1, tzinfo=UTC)
        made, named, signatures = [], [], [""]
        for number in range(events):
            case_id = cases[number % len(cases)]
            previous, seq = heads[case_id]
            data = {
                "number": number,
                "rows": {f"cases:{case_id}": {"opened_at": moment.isoformat(), "own_reference": "~" + "0" * 32}},
            }
            content = {
                "chain": f"case:{case_id}",
                "seq": seq + 1,
                "kind": EventKind.CASE_REFERENCE_CHANGED.value,
                "subject": "cases",
                "subject_id": case_id,
                "actor_id": None,
                "data": data,
                "at": moment.isoformat(),
                "recorded_at": moment.isoformat(),
                "previous_sha256": previous,
            }
            sha256 = fingerprint(canonical(content))
            heads[case_id] = (sha256, seq + 1)
            made.append(
                {
                    **content,
                    "kind": EventKind.CASE_REFERENCE_CHANGED,
                    "case_id": case_id,
                    "data": canonical(data),
                    "at": moment,
                    "recorded_at": moment,
                    "sha256": sha256,
                }
            )
        session.execute(insert(Event), made)
        session.execute(
            update(Case),
            [{"id": case_id, "event_seq": seq, "event_head": sha256} for case_id, (sha256, seq) in heads.items()],
        )
        rows = []
        for number in range(anchors):
            moved = sorted(
                {
                    each["chain"]: (each["chain"], each["seq"], each["sha256"])
                    for each in made[number * events // anchors : (number + 1) * events // anchors]
                }.values()
            )
            signatures.append(signed(key.content, number + 1, moment, signatures[-1], moved))
            rows.append(
                {
                    "id": number + 1,
                    "number": number + 1,
                    "last_event_id": 0,
                    "made_at": moment,
                    "key_id": key.id,
                    "previous": signatures[-2],
                    "signature": signatures[-1],
                }
            )
            named += [
                {"anchor_id": number + 1, "chain": chain, "seq": seq, "sha256": sha256} for chain, seq, sha256 in moved
            ]
        session.execute(insert(Anchor), rows)
        session.execute(insert(AnchorHead), named)
