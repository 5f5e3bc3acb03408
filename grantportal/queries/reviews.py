"""Granskning: a report as it was handed in beside the officer's ratings, and regions × expected results × years.

Everything here reads what has been handed in; what an organisation is writing is its own.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import Row, exists, select
from sqlalchemy.orm import aliased, selectinload

from grantportal import db, policy
from grantportal.domain import clock, frozen, report_remarks, reports, reviews
from grantportal.domain.actors import Actor
from grantportal.domain.applications import Audience
from grantportal.domain.cases import FrozenKind
from grantportal.domain.documents import OverviewCell, OverviewRow, ReportDocument, ReportOverview
from grantportal.domain.frameworks import CHANGE_TEXTS, LinkKind, code_order, headed, title_of
from grantportal.domain.labels import Label
from grantportal.domain.money import kr
from grantportal.domain.report_remarks import ReportRemark
from grantportal.domain.reports import ECONOMY, RATING_SYMBOLS, RATING_TEXTS, Rating, ReportStatus, ResultAnswer
from grantportal.domain.reviews import SHADES, SHORT_TEXTS, Assessment
from grantportal.domain.supplements import SupplementStatus
from grantportal.domain.version_differences import RESULT_PARTS
from grantportal.models.accounts import User
from grantportal.models.calls import Call
from grantportal.models.cases import Case, FrozenVersion
from grantportal.models.frameworks import ExpectedResult, ProvisoWording, ResultArea, Wording, WordingLink
from grantportal.models.grants import CostCategory, Grant
from grantportal.models.organisations import Organisation
from grantportal.models.reports import Report, ReportedCost, ReportedResult, ReviewRating
from grantportal.models.supplements import Supplement
from grantportal.queries import frameworks, report_states
from grantportal.queries.frameworks import WordingView
from grantportal.queries.grants import title_for_call
from grantportal.queries.reports import entered_as_charged, paid_for_report

# --- A report's head -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Head:
    """Whose report, of which year, and how far it has come."""

    id: int
    organisation_id: int
    case_id: int
    grant_id: int
    call_id: int
    framework_version_id: int
    version_number: int
    grant: str
    organisation: str
    registration_number: str
    grant_year: int
    status: ReportStatus
    label: Label
    due_on: date
    submitted_at: datetime | None
    handed_in_at: datetime | None
    approved_at: datetime | None
    supplement_last_day: date | None

    @property
    def is_handed_in(self) -> bool:
        """Whether there is anything to review."""
        return self.status is not ReportStatus.DRAFT

    @property
    def is_supplemented(self) -> bool:
        """Whether a komplettering has come in after the report."""
        return self.version_number > 1

    @property
    def days_late(self) -> int:
        """How many days after the last day it came in, or how many it is overdue today; 0 when it is in time."""
        day = clock.stockholm(self.submitted_at).date() if self.submitted_at else clock.today()
        return max(0, (day - self.due_on).days)


def _heads(actor: Actor, *where: object) -> list[Head]:
    """The reports that the actor may see, by organisation and year, in one query."""
    rows = db.session().execute(
        select(
            Report,
            title_for_call(),
            Organisation.name,
            Case.registration_number,
            report_states.supplement_last_day(),
            report_states.is_reviewed(),
            report_states.handed_in_at(),
        )
        .join(Grant, Report.grant_id == Grant.id)
        .join(Call, Report.call_id == Call.id)
        .join(Organisation, Report.organisation_id == Organisation.id)
        .join(Case, Report.case_id == Case.id)
        .where(policy.visible(actor, Report), *where)  # type: ignore[arg-type]
        .order_by(Organisation.name.collate(db.COLLATION), Report.grant_year)
    )
    now = clock.now()
    return [
        Head(
            id=report.id,
            organisation_id=report.organisation_id,
            case_id=report.case_id,
            grant_id=report.grant_id,
            call_id=report.call_id,
            framework_version_id=report.framework_version_id,
            version_number=report.version_number,
            grant=grant,
            organisation=organisation,
            registration_number=number or "",
            grant_year=report.grant_year,
            status=report.status,
            label=reports.label(
                report_states.facts(report, last_day, is_reviewed, handed_in_at), now, Audience.AUTHORITY
            ),
            due_on=report.due_on,
            submitted_at=report.submitted_at,
            handed_in_at=handed_in_at,
            approved_at=report.approved_at,
            supplement_last_day=last_day,
        )
        for report, grant, organisation, number, last_day, is_reviewed, handed_in_at in rows
    ]


# --- One report ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """A rating as a page shows it."""

    rating: Rating
    comment: str = ""
    by: str = ""
    at: datetime | None = None
    version: int = 0

    @property
    def mark(self) -> tuple[str, str, str]:
        """What the status macro takes."""
        return ("", RATING_SYMBOLS[self.rating], RATING_TEXTS[self.rating])

    @property
    def assessment(self) -> Assessment:
        """What the officer said."""
        return Assessment(self.rating, self.comment)


@dataclass(frozen=True)
class ReviewedResult:
    """One expected result: the year's words, what the region says and what the officer says."""

    id: int
    code: str
    title: str
    wording: WordingView | None
    own: Shown
    text: str
    proviso_mattered: bool
    proviso_text: str
    causes: tuple[str, ...]
    measure: str
    ours: Shown | None
    is_rated_before: bool = False
    """Whether the officer rated another answer than the one that stands: then it is to be rated again."""
    before: tuple[tuple[str, str], ...] = ()
    """What the last komplettering changed, as (what, the words before)."""

    @property
    def differs(self) -> bool:
        """Whether the officer's rating is another than the region's."""
        return self.ours is not None and self.ours.rating is not self.own.rating

    @property
    def said(self) -> ResultAnswer:
        """What the region says of it."""
        return ResultAnswer(
            self.own.rating, self.text, self.proviso_mattered, self.proviso_text, self.causes, self.measure
        )

    @property
    def assessment(self) -> Assessment:
        """The officer's assessment of the answer that stands; of one from before a komplettering only the comment is left."""
        if self.ours and self.is_rated_before:
            return Assessment(None, self.ours.comment)
        return self.ours.assessment if self.ours else Assessment()

    @property
    def version(self) -> int:
        """The number of the officer's assessment; 0 before the first."""
        return self.ours.version if self.ours else 0

    @property
    def stamp(self) -> str:
        """What a page carries of the officer's assessment."""
        return reviews.stamp(self.version, self.assessment)


@dataclass(frozen=True)
class ReviewedArea:
    """One område with its results."""

    code: str
    title: str
    results: tuple[ReviewedResult, ...]

    @property
    def heading(self) -> str:
        """Its code, and its heading where it has one."""
        return headed(self.code, self.title)


@dataclass(frozen=True)
class AskedSupplement:
    """A komplettering of the report."""

    parts: tuple[str, ...]
    reason: str
    last_day: date
    requested_at: datetime
    state: tuple[str, str, str]
    ended_at: datetime | None


@dataclass(frozen=True)
class ReviewPage:
    """A handed-in report and its granskning."""

    head: Head
    areas: tuple[ReviewedArea, ...]
    economy: reports.Economy
    economy_before: tuple[tuple[str, str], ...]
    supplements: tuple[AskedSupplement, ...]
    charge: reports.Charge
    """What an approval now charges the grant; once approved, what it was charged."""

    @property
    def status(self) -> ReportStatus:
        return self.head.status

    @property
    def organisation_id(self) -> int:
        return self.head.organisation_id

    @property
    def case_id(self) -> int:
        return self.head.case_id

    @property
    def results(self) -> tuple[ReviewedResult, ...]:
        """Every result, in order."""
        return tuple(result for area in self.areas for result in area.results)

    @property
    def remarks(self) -> tuple[ReportRemark, ...]:
        """What is odd in what was handed in."""
        said = {result.code: result.said for result in self.results}
        return report_remarks.remarks(said, self.economy, opened={*said, ECONOMY})

    @property
    def rated(self) -> int:
        """How many results the officer has rated, by the answers that stand."""
        return len(self.assessments)

    @property
    def assessments(self) -> dict[str, Assessment]:
        """The officer's assessments of the answers that stand, by code."""
        return {each.code: each.assessment for each in self.results if each.ours and not each.is_rated_before}

    @property
    def remaining(self) -> tuple[tuple[ReviewedResult, str], ...]:
        """The results that stand in the way of an approval, with what is to be done about each."""
        own = {each.code: each.own.rating for each in self.results if each.own.rating}
        unrated, unexplained = reviews.unrated(own, self.assessments), reviews.unexplained(own, self.assessments)
        not_rated = {True: "bedömt före kompletteringen, bedöm det igen", False: "inte bedömt"}
        return tuple(
            (
                each,
                not_rated[each.is_rated_before]
                if each.code in unrated
                else "skriv varför bedömningen är en annan än regionens",
            )
            for each in self.results
            if each.code in unrated or each.code in unexplained
        )

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """What a komplettering can open."""
        return (*((each.code, f"{each.code} {each.title}".strip()) for each in self.results), (ECONOMY, "Ekonomin"))

    @property
    def fingerprint(self) -> str:
        """What an approval of this page rests on."""
        return reviews.fingerprint_of(self.head.version_number, self.assessments, self.charge.charged)


def page(actor: Actor, report_id: int) -> ReviewPage | None:
    """A report as it was handed in, or None when it does not exist, is not handed in or is another organisation's."""
    head = next(iter(_heads(actor, Report.id == report_id, Report.status != ReportStatus.DRAFT)), None)
    if head is None:
        return None
    asked = db.session().scalars(
        select(Supplement)
        .where(Supplement.report_id == report_id)
        .options(selectinload(Supplement.parts))
        .order_by(Supplement.id.desc())
    )
    supplements = list(asked)
    now, before = _before_and_after(report_id, head.version_number, supplements)
    matrix = frameworks.matrix(head.framework_version_id, [head.grant_year])
    wordings = {each.id: each.wording(head.grant_year) for each in matrix.results} if matrix else {}
    ours = _ours([report_id])
    # What is approved stays as it was approved.
    asks_again = head.is_supplemented and head.status is not ReportStatus.APPROVED
    again = rated_before(report_id) if asks_again else frozenset()
    areas: dict[str, ReviewedArea] = {}
    for result, expected, area in _reported([report_id]):
        wording = wordings.get(expected.id)
        shown = ReviewedResult(
            id=expected.id,
            code=expected.code,
            title=wording.title if wording else "",
            wording=wording,
            own=Shown(result.rating),
            text=result.text,
            proviso_mattered=result.proviso_mattered,
            proviso_text=result.proviso_text,
            causes=tuple(result.causes.splitlines()),
            measure=result.measure,
            ours=ours.get((report_id, expected.id)),
            is_rated_before=expected.code in again,
            before=_changed_result(expected.code, now, before),
        )
        known = areas.get(area.code) or ReviewedArea(area.code, area.title, ())
        areas[area.code] = replace(known, results=(*known.results, shown))
    economy, charge = _economy(head)
    return ReviewPage(
        head=head,
        areas=tuple(areas.values()),
        economy=economy,
        charge=charge,
        economy_before=_changed_economy(now, before),
        supplements=tuple(_asked(each) for each in supplements),
    )


def _reported(report_ids: Sequence[int]) -> list[Row[ReportedResult, ExpectedResult, ResultArea]]:
    rows = db.session().execute(
        select(ReportedResult, ExpectedResult, ResultArea)
        .join(ExpectedResult, ReportedResult.expected_result_id == ExpectedResult.id)
        .join(ResultArea, ExpectedResult.area_id == ResultArea.id)
        .where(ReportedResult.report_id.in_(report_ids))
    )
    return sorted(rows, key=lambda row: (code_order(row[2].code), code_order(row[1].code)))


def _ours(report_ids: Sequence[int]) -> dict[tuple[int, int], Shown]:
    """The officers' ratings by report and result."""
    rows = db.session().execute(
        select(ReviewRating, User.name)
        .join(User, ReviewRating.reviewed_by_id == User.id)
        .where(ReviewRating.report_id.in_(report_ids))
    )
    return {
        (row.report_id, row.expected_result_id): Shown(row.rating, row.comment, by, row.reviewed_at, row.version)
        for row, by in rows
    }


def _economy(head: Head) -> tuple[reports.Economy, reports.Charge]:
    """What the region says of the money, and what the grant is charged by it."""
    rows = db.session().execute(
        select(
            ReportedCost,
            CostCategory,
            Call.comment_percent,
            Call.comment_kronor,
            paid_for_report(),
            entered_as_charged(),
        )
        .join(Report, ReportedCost.report_id == Report.id)
        .join(CostCategory, ReportedCost.cost_category_id == CostCategory.id)
        .join(Call, Call.id == Report.call_id)
        .where(ReportedCost.report_id == head.id)
        .order_by(CostCategory.position)
    )
    found, limits = [], (10, 25_000)
    paid, entered = 0, 0
    for row, category, percent, kronor, paid_now, entered_now in rows:
        limits, paid, entered = (percent, kronor), int(paid_now), int(entered_now)
        answer = reports.CostAnswer(row.cost, row.own_financing, row.comment)
        found.append(reports.EconomyRow(category.id, category.name, row.budget, row.paid, answer))
    economy = reports.Economy(tuple(found), *limits)
    is_approved = head.status is ReportStatus.APPROVED
    return economy, reports.Charge(economy.used, paid, entered if is_approved else None)


def _asked(row: Supplement) -> AskedSupplement:
    day = clock.day_text(row.last_day)
    states = {
        SupplementStatus.REQUESTED: ("bad", "warn", f"Skulle ha besvarats {day}")
        if clock.now() >= clock.end_of(row.last_day)
        else ("wait", "clock", f"Svar senast {day}"),
        SupplementStatus.ANSWERED: ("ok", "check", "Besvarad"),
        SupplementStatus.CLOSED: ("lock", "lock", "Stängd utan svar"),
    }
    return AskedSupplement(
        parts=tuple("Ekonomin" if each.part == ECONOMY else each.part for each in row.parts),
        reason=row.reason,
        last_day=row.last_day,
        requested_at=row.requested_at,
        state=states[row.status],
        ended_at=row.ended_at,
    )


def _before_and_after(
    report_id: int, newest: int, supplements: Sequence[Supplement]
) -> tuple[ReportDocument | None, ReportDocument | None]:
    """The report as it stands and as it was before the last answered komplettering; nothing when none is answered."""
    answered = next((each for each in supplements if each.status is SupplementStatus.ANSWERED), None)
    if answered is None:
        return None, None
    rows = db.session().scalars(
        select(FrozenVersion).where(
            FrozenVersion.kind == FrozenKind.REPORT,
            FrozenVersion.subject_id == report_id,
            FrozenVersion.number.in_([answered.version_before, newest]),
        )
    )
    found = {row.number: frozen.report_document(json.loads(row.content), row.sha256) for row in rows}
    return found.get(newest), found.get(answered.version_before)


_COST_PARTS = (("cost", "total kostnad"), ("own_financing", "egen finansiering"), ("comment", "kommentar"))


def _changed_result(
    code: str, now: ReportDocument | None, before: ReportDocument | None
) -> tuple[tuple[str, str], ...]:
    new = next((each for each in now.results if each.code == code), None) if now else None
    old = next((each for each in before.results if each.code == code), None) if before else None
    if new is None or old is None:
        return ()
    return tuple(
        (name, _words(getattr(old, part)))
        for part, name in RESULT_PARTS.items()
        if getattr(old, part) != getattr(new, part)
    )


def _changed_economy(now: ReportDocument | None, before: ReportDocument | None) -> tuple[tuple[str, str], ...]:
    if now is None or before is None:
        return ()
    old = {line.category: line for line in before.economy.lines}
    return tuple(
        (f"{line.category}, {name}", _words(getattr(old[line.category], part)))
        for line in now.economy.lines
        if line.category in old
        for part, name in _COST_PARTS
        if getattr(line, part) != getattr(old[line.category], part)
    )


def _words(value: object) -> str:
    if isinstance(value, int):
        return kr(value)
    return ", ".join(value) if isinstance(value, tuple) else str(value or "Inget svar")


# --- The region's own page, after approval --------------------------------------------------------------------------


@dataclass(frozen=True)
class ToldRating:
    """One expected result as the region reads it after the approval: its own rating and the authority's."""

    code: str
    own: Shown
    ours: Shown


def ratings_for_party(actor: Actor, report_id: int) -> tuple[ToldRating, ...]:
    """The authority's ratings: nothing before the report is approved, and nothing of another's."""
    rows = db.session().execute(
        select(ReviewRating, ExpectedResult.code, ReportedResult.rating)
        .join(Report, ReviewRating.report_id == Report.id)
        .join(ExpectedResult, ReviewRating.expected_result_id == ExpectedResult.id)
        .join(
            ReportedResult,
            (ReportedResult.report_id == Report.id)
            & (ReportedResult.expected_result_id == ReviewRating.expected_result_id),
        )
        .where(
            policy.visible(actor, Report),
            Report.id == report_id,
            Report.status == ReportStatus.APPROVED,
        )
    )
    told = (ToldRating(code, Shown(own), Shown(row.rating, row.comment)) for row, code, own in rows)
    return tuple(sorted(told, key=lambda each: code_order(each.code)))


# --- Regions × expected results × years ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """One region's result of one year; `report_id` is None where no report was due."""

    organisation: str
    year: int
    first: bool
    report_id: int | None = None
    own: Rating | None = None
    ours: Rating | None = None
    missing: str = "–"
    """What stands where there is no rating: never a nought."""

    @property
    def shade(self) -> str:
        """The shade of the authority's rating, else of the region's own."""
        shown = self.ours or self.own
        return SHADES[shown] if shown else "0"

    @property
    def symbol(self) -> str:
        """A symbol of the page's sprite."""
        shown = self.ours or self.own
        return RATING_SYMBOLS[shown] if shown else "dots"

    @property
    def text(self) -> str:
        """The cell's words."""
        if self.ours:
            return SHORT_TEXTS[self.ours]
        return f"egen: {SHORT_TEXTS[self.own]}" if self.own else self.missing

    @property
    def differing(self) -> tuple[str, str] | None:
        """The region's own rating when the authority's is another."""
        if self.ours is None or self.own is None or self.ours is self.own:
            return None
        return RATING_SYMBOLS[self.own], RATING_TEXTS[self.own]


@dataclass(frozen=True)
class MatrixRow:
    """One expected result over regions and years; marks are (symbol, words)."""

    code: str
    title: str
    marks: tuple[tuple[str, str], ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class MatrixArea:
    """One område with its rows."""

    code: str
    title: str
    rows: tuple[MatrixRow, ...]

    @property
    def heading(self) -> str:
        """Its code, and its heading where it has one."""
        return headed(self.code, self.title)


@dataclass(frozen=True)
class Overview:
    """What the authority follows up: the reports, and regions × expected results × years."""

    grants: tuple[tuple[int, str], ...]
    all_years: tuple[int, ...]
    grant_id: int
    grant: str
    years: tuple[int, ...]
    regions: tuple[str, ...] = ()
    reports: tuple[Head, ...] = ()
    areas: tuple[MatrixArea, ...] = ()
    counts: tuple[tuple[bool, str], ...] = ()
    """Reached of rated, for each column; the first of each region is marked."""


@dataclass
class _Words:
    """What is said about a row in the chosen years."""

    area: tuple[str, str]
    titles: dict[int, str] = field(default_factory=dict)
    marks: dict[tuple[int, str, str], None] = field(default_factory=dict)
    wordings: set[tuple[int, int]] = field(default_factory=set)
    """(version, year) pairs that the row has words for."""


def overview(actor: Actor, grant_id: int | None = None, year: int | None = None) -> Overview | None:
    """The overview of a statsbidrag (the newest one that has reports) and a year (all of them), in as many queries
    whatever its size; None when nothing is to be reported, or the statsbidrag is unknown."""
    chosen = (
        db.session()
        .execute(
            select(Report.grant_id, Grant.title, Report.grant_year)
            .join(Grant, Report.grant_id == Grant.id)
            .where(policy.visible(actor, Report))
            .distinct()
            .order_by(Report.grant_id.desc(), Report.grant_year)
        )
        .all()
    )
    grants = {each: title for each, title, _ in chosen}
    if not grants or (grant_id is not None and grant_id not in grants):
        return None
    grant_id = grant_id or next(iter(grants))
    all_years = tuple(each_year for each, _, each_year in chosen if each == grant_id)
    years = (year,) if year in all_years and year is not None else all_years
    heads = _heads(actor, Report.grant_id == grant_id, Report.grant_year.in_(years))
    places = {(head.organisation, head.grant_year): head for head in heads}
    regions = tuple(dict.fromkeys(head.organisation for head in heads))
    handed_in = [head.id for head in heads if head.is_handed_in]
    own, ours = _ratings(handed_in)
    words = _words_of({head.framework_version_id for head in heads}, years)
    areas: dict[str, MatrixArea] = {}
    columns: dict[tuple[str, int], list[Rating | None]] = {}
    for (result_id, code), said in words.items():
        cells = []
        for region in regions:
            for each_year in years:
                head = places.get((region, each_year))
                cell = _cell(head, region, each_year, result_id, said, own, ours, first=each_year == years[0])
                columns.setdefault((region, each_year), []).append(cell.ours)
                cells.append(cell)
        row = MatrixRow(code, title_of(said.titles), tuple(mark[1:] for mark in sorted(said.marks)), tuple(cells))
        known = areas.get(said.area[0]) or MatrixArea(*said.area, ())
        areas[said.area[0]] = replace(known, rows=(*known.rows, row))
    return Overview(
        grants=tuple(grants.items()),
        all_years=all_years,
        grant_id=grant_id,
        grant=grants[grant_id],
        years=years,
        regions=regions,
        reports=tuple(heads),
        areas=tuple(areas.values()),
        counts=tuple((place[1] == years[0], reviews.met_of_assessed(column)) for place, column in columns.items()),
    )


def _cell(
    head: Head | None,
    region: str,
    year: int,
    result_id: int,
    said: _Words,
    own: Mapping[tuple[int, int], Rating],
    ours: Mapping[tuple[int, int], Rating],
    *,
    first: bool,
) -> Cell:
    if head is None or (head.framework_version_id, year) not in said.wordings:
        return Cell(region, year, first)
    key = (head.id, result_id)
    missing = "–" if head.is_handed_in else "Inte lämnad"
    return Cell(region, year, first, head.id, own.get(key), ours.get(key), missing)


def _ratings(
    report_ids: Sequence[int],
) -> tuple[dict[tuple[int, int], Rating], dict[tuple[int, int], Rating]]:
    """The regions' own ratings and the authority's, by report and result."""
    found = []
    for table in (ReportedResult, ReviewRating):
        rows = db.session().execute(
            select(table.report_id, table.expected_result_id, table.rating).where(table.report_id.in_(report_ids))
        )
        found.append({(report_id, result_id): rating for report_id, result_id, rating in rows})
    return found[0], found[1]


def _words_of(versions: set[int], years: Sequence[int]) -> dict[tuple[int, str], _Words]:
    """The rows of these versions and years in their order, each with its title and what has changed."""
    chosen = Wording.framework_version_id.in_(versions) & Wording.grant_year.in_(years)
    rows = db.session().execute(
        select(
            Wording.id,
            Wording.framework_version_id,
            Wording.grant_year,
            Wording.title,
            ExpectedResult.id,
            ExpectedResult.code,
            ResultArea.code,
            ResultArea.title,
        )
        .join(ExpectedResult, Wording.expected_result_id == ExpectedResult.id)
        .join(ResultArea, ExpectedResult.area_id == ResultArea.id)
        .where(chosen)
    )
    ordered = sorted(rows, key=lambda row: (code_order(row[6]), code_order(row[5]), row[2]))
    found: dict[tuple[int, str], _Words] = {}
    place: dict[int, tuple[_Words, int]] = {}
    for wording_id, version, year, title, result_id, code, area, area_title in ordered:
        said = found.setdefault((result_id, code), _Words((area, area_title)))
        said.titles[year] = title
        said.wordings.add((version, year))
        place[wording_id] = (said, year)
    starred = db.session().scalars(
        select(ProvisoWording.wording_id).join(Wording, ProvisoWording.wording_id == Wording.id).where(chosen)
    )
    for wording_id in starred:
        said, year = place[wording_id]
        said.marks[year, "star", f"förbehåll {year}"] = None
    later = aliased(Wording)
    links = db.session().execute(
        select(WordingLink.later_id, WordingLink.kind, WordingLink.proviso_ended)
        .join(later, WordingLink.later_id == later.id)
        .where(later.framework_version_id.in_(versions), later.grant_year.in_(years))
    )
    for later_id, kind, proviso_ended in links:
        said, year = place[later_id]
        if kind is not LinkKind.SAME:
            said.marks[year, "delta", f"{CHANGE_TEXTS[kind].lower()} {year}"] = None
        if proviso_ended:
            said.marks[year, "star", f"förbehållet borttaget {year}"] = None
    return found


def for_excel(shown: Overview, *, example: bool) -> ReportOverview:
    """The overview as a workbook's rows."""
    return ReportOverview(
        title=f"Förväntade resultat {shown.grant}",
        as_of=clock.today(),
        regions=shown.regions,
        years=shown.years,
        rows=tuple(
            OverviewRow(
                area=area.heading,
                code=row.code,
                title=row.title,
                cells=tuple(
                    OverviewCell(
                        region=cell.organisation,
                        year=cell.year,
                        rating=RATING_TEXTS[cell.ours]
                        if cell.ours
                        else ("Inte granskat" if cell.own else cell.missing),
                        own_rating=RATING_TEXTS[cell.own] if cell.own else cell.missing,
                    )
                    for cell in row.cells
                ),
            )
            for area in shown.areas
            for row in area.rows
        ),
        example=example,
    )


# --- One cell's panel ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PanelYear:
    """One year of a region's result."""

    head: Head
    wording: WordingView | None
    own: Shown | None
    text: str
    ours: Shown | None

    @property
    def differs(self) -> bool:
        """Whether the two ratings are not the same."""
        return self.ours is not None and self.own is not None and self.ours.rating is not self.own.rating


@dataclass(frozen=True)
class Panel:
    """One region's result over its years, the asked year first."""

    code: str
    title: str
    area: str
    organisation: str
    grant: str
    grant_id: int
    years: tuple[PanelYear, ...]


def panel(actor: Actor, report_id: int, code: str) -> Panel | None:
    """A result of a region: each year's words, the region's rating and the authority's. None when there is none such."""
    of = aliased(Report)
    same = (
        exists()
        .where(of.id == report_id, of.grant_id == Report.grant_id, of.organisation_id == Report.organisation_id)
        .correlate(Report)
    )
    heads = sorted(_heads(actor, same), key=lambda head: (head.id != report_id, -head.grant_year))
    if not heads or heads[0].id != report_id:
        return None
    matrices = {
        version: frameworks.matrix(version) for version in dict.fromkeys(head.framework_version_id for head in heads)
    }
    asked = matrices[heads[0].framework_version_id]
    result = next((each for each in asked.results if each.code == code), None) if asked else None
    if asked is None or result is None:
        return None
    handed_in = [head.id for head in heads if head.is_handed_in]
    own = {(row.report_id, row.expected_result_id): row for row, _, _ in _reported(handed_in)}
    ours = _ours(handed_in)
    years = []
    for head in heads:
        matrix = matrices[head.framework_version_id]
        words = matrix.result(result.id) if matrix else None
        row = own.get((head.id, result.id))
        years.append(
            PanelYear(
                head=head,
                wording=words.wording(head.grant_year) if words else None,
                own=Shown(row.rating) if row else None,
                text=row.text if row else "",
                ours=ours.get((head.id, result.id)),
            )
        )
    return Panel(
        code=code,
        title=(years[0].wording or result).title,
        area=next(area.heading for area in asked.areas if area.code == result.area_code),
        organisation=heads[0].organisation,
        grant=heads[0].grant,
        grant_id=heads[0].grant_id,
        years=tuple(years),
    )


# --- Inside an act, under the case's lock --------------------------------------------------------------------------


def case_id_of(report_id: int) -> int | None:
    """The case to lock before anything else is read."""
    return db.session().scalar(select(Report.case_id).where(Report.id == report_id))


def handed_in(actor: Actor, report_id: int) -> Report | None:
    """A report that the actor may see and that has been handed in, read anew."""
    return (
        db.session()
        .scalars(
            select(Report)
            .where(Report.id == report_id, Report.status != ReportStatus.DRAFT, policy.visible(actor, Report))
            .execution_options(populate_existing=True)
        )
        .one_or_none()
    )


def reported(report_id: int) -> dict[int, tuple[str, Rating]]:
    """The report's results by id, in the matrix' order: the code and the region's own rating."""
    return {expected.id: (expected.code, result.rating) for result, expected, _ in _reported([report_id])}


def newest_version(report_id: int) -> FrozenVersion:
    """What is reviewed: the newest version that was handed in."""
    return (
        db.session()
        .scalars(
            select(FrozenVersion)
            .where(FrozenVersion.kind == FrozenKind.REPORT, FrozenVersion.subject_id == report_id)
            .order_by(FrozenVersion.number.desc())
            .limit(1)
        )
        .one()
    )


def saved_ratings(report_id: int) -> dict[int, tuple[ReviewRating, str]]:
    """The officers' ratings by result, with who made each."""
    rows = db.session().execute(
        select(ReviewRating, User.name)
        .join(User, ReviewRating.reviewed_by_id == User.id)
        .where(ReviewRating.report_id == report_id)
        .execution_options(populate_existing=True)
    )
    return {row.expected_result_id: (row, by) for row, by in rows}


def versions(report_id: int) -> dict[int, dict[str, object]]:
    """What was frozen at each hand-in of the report, by the version's number."""
    rows = db.session().execute(
        select(FrozenVersion.number, FrozenVersion.content).where(
            FrozenVersion.kind == FrozenKind.REPORT, FrozenVersion.subject_id == report_id
        )
    )
    return {number: json.loads(content) for number, content in rows}


def rated_before(report_id: int) -> frozenset[str]:
    """The codes of the results that were rated by another answer than the one that was handed in last."""
    versions = db.session().execute(
        select(FrozenVersion.frozen_at, FrozenVersion.content)
        .where(FrozenVersion.kind == FrozenKind.REPORT, FrozenVersion.subject_id == report_id)
        .order_by(FrozenVersion.number)
    )
    rated = db.session().execute(
        select(ExpectedResult.code, ReviewRating.reviewed_at)
        .join(ReviewRating, ReviewRating.expected_result_id == ExpectedResult.id)
        .where(ReviewRating.report_id == report_id)
    )
    return reviews.rated_before(
        [(at, json.loads(content)) for at, content in versions], {each.code: each.reviewed_at for each in rated}
    )


def open_supplement(report_id: int) -> Supplement:
    """The komplettering that the report's status says is open."""
    return (
        db.session()
        .scalars(
            select(Supplement)
            .where(Supplement.report_id == report_id, Supplement.status == SupplementStatus.REQUESTED)
            .execution_options(populate_existing=True)
        )
        .one()
    )
