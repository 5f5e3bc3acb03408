"""A handed-in report and what stands around it, as rows: what the granskning starts from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from grantportal import db
from grantportal.domain import frozen
from grantportal.domain.cases import CaseKind, FrozenKind
from grantportal.domain.documents import Economy, EconomyLine, Party, Person, ReportDocument
from grantportal.domain.documents import ReportedResult as PrintedResult
from grantportal.domain.documents import Wording as PrintedWording
from grantportal.domain.forms import FormKind, canonical, fingerprint
from grantportal.domain.frameworks import Comparability, FrameworkStatus, LinkKind, ProvisoMarker
from grantportal.domain.reports import RATING_TEXTS, Rating, ReportStatus
from grantportal.models.base import Base
from grantportal.models.calls import Call
from grantportal.models.cases import Case, FrozenVersion
from grantportal.models.frameworks import (
    ExpectedResult,
    FrameworkVersion,
    Proviso,
    ProvisoWording,
    ResultArea,
    Wording,
    WordingLink,
)
from grantportal.models.grants import CostCategory, FormVersion, Grant
from grantportal.models.organisations import Organisation
from grantportal.models.reports import Report, ReportedCost, ReportedResult, ReviewRating
from tests.support.casework import granted
from tests.support.remembered import Numbers, remembered
from tests.support.rows import saved

OPENED = datetime(2020, 1, 31, 8, tzinfo=UTC)
HANDED_IN = datetime(2023, 3, 1, 9, tzinfo=UTC)
EMPTY_FORM = canonical({"title": "Prov", "kind": FormKind.REPORT.value, "sections": []})
_numbers = Numbers()


@dataclass(frozen=True)
class Matrix:
    """A statsbidrag with its call, form, kostnadsslag and expected results."""

    grant: Grant
    call: Call
    form: FormVersion
    version: FrameworkVersion
    category: CostCategory
    results: dict[str, ExpectedResult] = field(default_factory=dict)


@remembered
def matrix(codes: Sequence[str] = ("A1", "A2"), years: Iterable[int] = (2021, 2022)) -> Matrix:
    """Results with a wording per year; the first one is reworded the last year and starred the first year."""
    years = sorted(years)
    grant = saved(Grant(title=f"Statsbidrag för prov {next(_numbers)}", purpose="Prov"))
    form = saved(
        FormVersion(grant_id=grant.id, kind=FormKind.REPORT, number=1, title="Prov", definition=EMPTY_FORM, sha256="")
    )
    version = saved(FrameworkVersion(grant_id=grant.id, number=1))
    call = saved(
        Call(
            grant_id=grant.id,
            title="Utlysning",
            opens_at=OPENED,
            last_day=date(2020, 4, 20),
            framework_version_id=version.id,
        )
    )
    category = saved(CostCategory(grant_id=grant.id, position=1, name="Personal"))
    areas = {
        code: saved(ResultArea(grant_id=grant.id, code=code, title=f"Område {code}")) for code in {*map(_area, codes)}
    }
    results = {
        code: saved(ExpectedResult(grant_id=grant.id, area_id=areas[_area(code)].id, code=code)) for code in codes
    }
    wordings = {
        (code, year): Wording(
            framework_version_id=version.id,
            expected_result_id=result.id,
            grant_year=year,
            title=f"Resultat {code}",
            text=f"Ordalydelse {code} {year}",
        )
        for code, result in results.items()
        for year in years
    }
    first, last = wordings[codes[0], years[0]], wordings[codes[0], years[-1]]
    _all(wordings.values())
    proviso = Proviso(
        framework_version_id=version.id, code="P1", marker=ProvisoMarker.HEADING, text="Beror på planeringen"
    )
    _all([proviso])
    _all([ProvisoWording(proviso_id=proviso.id, wording_id=first.id)])
    if first is not last:
        _all(
            [
                WordingLink(
                    earlier_id=first.id,
                    later_id=last.id,
                    kind=LinkKind.SUBSTANTIVE,
                    comparability=Comparability.PARTIAL,
                    proviso_ended=True,
                )
            ]
        )
    with db.writing_session() as session, session.begin():
        session.get_one(FrameworkVersion, version.id).status = FrameworkStatus.PUBLISHED
    return Matrix(grant, call, form, version, category, results)


@remembered
def report(
    of: Matrix,
    organisation: Organisation,
    *,
    year: int = 2022,
    status: ReportStatus = ReportStatus.SUBMITTED,
    own: dict[str, Rating] | None = None,
    cost: int = 900_000,
    case_id: int | None = None,
) -> Report:
    """A report with the region's own rating of every result (delvis uppnått when nothing else is said) and its economy."""
    handed_in = status is not ReportStatus.DRAFT
    case_id = case_id or _case(of, organisation, year).id
    made = saved(
        Report(
            grant_id=of.grant.id,
            organisation_id=organisation.id,
            grant_year=year,
            case_id=case_id,
            call_id=of.call.id,
            framework_version_id=of.version.id,
            form_version_id=of.form.id,
            opens_on=date(year, 12, 1),
            due_on=date(year + 1, 3, 1),
            status=status,
            version_number=int(handed_in),
            submitted_at=HANDED_IN if handed_in else None,
        )
    )
    if handed_in:
        ratings = {code: (own or {}).get(code, Rating.PARTLY) for code in of.results}
        _all(
            ReportedResult(
                report_id=made.id,
                expected_result_id=result.id,
                rating=ratings[code],
                text=f"Regionens text om {code}",
                proviso_mattered=False,
            )
            for code, result in of.results.items()
        )
        _all([_cost(of, made, cost)])
        freeze(of, made, organisation, ratings=ratings, cost=cost)
    granted(made)
    return made


def _case(of: Matrix, organisation: Organisation, year: int) -> Case:
    return saved(
        Case(
            kind=CaseKind.APPLICATION,
            grant_id=of.grant.id,
            organisation_id=organisation.id,
            title="Ansökan",
            registration_number=f"{year}-{next(_numbers):04d}",
            opened_at=OPENED,
        )
    )


def freeze(
    of: Matrix,
    made: Report,
    organisation: Organisation,
    *,
    number: int = 1,
    ratings: dict[str, Rating],
    cost: int = 900_000,
    at: datetime = HANDED_IN,
) -> None:
    """The report's version as a hand-in freezes it."""
    line = EconomyLine("Personal", 1_000_000, 1_000_000, cost, 0, cost, cost - 1_000_000, "Vakanser")
    document = ReportDocument(
        authority="Myndigheten",
        title=f"Återrapportering för {made.grant_year}",
        grant=of.grant.title,
        registration_number="2020-1",
        party=Party(organisation.name, organisation.organisation_number),
        at=HANDED_IN,
        sha256="",
        example=False,
        grant_year=made.grant_year,
        handed_in_by=Person("Ombud"),
        last_day=made.due_on,
        late=False,
        results=tuple(
            PrintedResult(
                area=_area(code),
                code=code,
                title=code,
                wording=PrintedWording(made.grant_year),
                rating=RATING_TEXTS[rating],
                text=f"Regionens text om {code}",
            )
            for code, rating in ratings.items()
        ),
        economy=Economy((line,), 1_000_000 - cost, 1_000_000 - cost),
    )
    content = canonical(frozen.content_of(document))
    saved(
        FrozenVersion(
            kind=FrozenKind.REPORT,
            subject_id=made.id,
            number=number,
            case_id=made.case_id,
            content=content,
            sha256=fingerprint(content),
            frozen_at=at,
        )
    )


def rated(of: Matrix, made: Report, ratings: dict[str, Rating], by: int) -> None:
    """Officers' ratings, as rows."""
    _all(
        ReviewRating(
            report_id=made.id,
            expected_result_id=of.results[code].id,
            rating=rating,
            comment="Skäl",
            reviewed_by_id=by,
            reviewed_at=HANDED_IN,
        )
        for code, rating in ratings.items()
    )


def _cost(of: Matrix, made: Report, cost: int) -> ReportedCost:
    return ReportedCost(
        report_id=made.id,
        cost_category_id=of.category.id,
        budget=1_000_000,
        paid=1_000_000,
        cost=cost,
        own_financing=0,
        charged=cost,
        comment="Vakanser",
    )


def _area(code: str) -> str:
    return code.rstrip("0123456789")


def _all(rows: Iterable[Base]) -> None:
    with db.writing_session() as session, session.begin():
        session.add_all(rows)
