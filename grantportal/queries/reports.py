"""Återrapporteringar: the organisation's own draft with what surrounds it, and what has been handed in."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, or_, select, union_all
from sqlalchemy.orm import aliased

from grantportal import db, policy
from grantportal.domain import clock, frozen, report_forms, report_remarks, reports
from grantportal.domain.actors import Actor, Mandate, Role
from grantportal.domain.applications import TASK_LABELS, Audience, TaskState
from grantportal.domain.cases import FrozenKind
from grantportal.domain.decisions import GIVES_MONEY
from grantportal.domain.documents import ReportDocument
from grantportal.domain.documents import Wording as PrintedWording
from grantportal.domain.forms import FormDefinition, Question
from grantportal.domain.frameworks import LinkKind, ProvisoMarker, code_order, paragraphs_of
from grantportal.domain.labels import Label
from grantportal.domain.money import Kronor
from grantportal.domain.payments import LedgerKind
from grantportal.domain.reminders import Horizon
from grantportal.domain.report_remarks import ReportRemark
from grantportal.domain.reports import (
    CostAnswer,
    Economy,
    EconomyRow,
    Gap,
    Rating,
    ReportStatus,
    ResultAnswer,
    TextLimits,
)
from grantportal.domain.supplements import SupplementStatus
from grantportal.models.accounts import MandateRow, User
from grantportal.models.applications import Application
from grantportal.models.calls import Call, is_asked
from grantportal.models.cases import Case, FrozenVersion
from grantportal.models.decisions import Decision, DecisionLine, Dispatch
from grantportal.models.frameworks import (
    ExpectedResult,
    Proviso,
    ProvisoWording,
    ResultArea,
    Wording,
    WordingLink,
)
from grantportal.models.grants import CostCategory, FormVersion, Grant
from grantportal.models.organisations import Organisation
from grantportal.models.payments import LedgerEntry
from grantportal.models.records import Record
from grantportal.models.reports import Report, ReportAnswer, ReportCost, ReportedCost, ReportedResult, ReviewRating
from grantportal.models.supplements import Supplement, SupplementPart
from grantportal.policy import Permission
from grantportal.queries import frameworks, grants, report_states
from grantportal.queries.accounts import holds
from grantportal.queries.frameworks import AreaView
from grantportal.queries.reminders import are_due

# --- The organisation's own page -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class WordingShown:
    """An expected result in one year's words."""

    year: int
    title: str
    paragraphs: tuple[str, ...]
    lead: str
    bullets: tuple[str, ...]
    provisos: tuple[str, ...]
    starred: bool
    is_example: bool

    @property
    def printed(self) -> PrintedWording:
        """As documents print it."""
        return PrintedWording(self.year, self.paragraphs, self.lead, self.bullets, self.starred, self.is_example)


@dataclass(frozen=True)
class ResultShown:
    """One expected result: this year's words beside last year's, and what the region has written."""

    id: int
    code: str
    area: str
    area_title: str
    wording: WordingShown
    before: WordingShown | None
    changed: str
    proviso_note: str
    answer: ResultAnswer
    stamp: str
    version: int
    by: str
    saved_at: datetime | None
    is_open: bool
    gaps: tuple[Gap, ...]
    label: Label

    @property
    def title(self) -> str:
        return self.wording.title


@dataclass(frozen=True)
class OpenSupplement:
    """What a komplettering asks for."""

    id: int
    reason: str
    last_day: date
    parts: frozenset[str]


@dataclass(frozen=True)
class ReportPage:
    """All that the organisation's own pages about a report show."""

    id: int
    case_id: int
    organisation_id: int
    organisation: str
    organisation_number: str
    grant: str
    grant_id: int
    grant_year: int
    registration_number: str
    framework_version_id: int
    form_id: int
    form_sha256: str
    opens_on: date
    due_on: date
    status: ReportStatus
    version_number: int
    submitted_at: datetime | None
    """When the first version came in."""
    handed_in_at: datetime | None
    causes: tuple[str, ...]
    limits: TextLimits
    asks: Mapping[str, Question]
    """The questions by their names, in the words of the form."""
    supplement: OpenSupplement | None
    results: tuple[ResultShown, ...]
    economy: Economy
    economy_is_open: bool
    economy_label: Label
    economy_gaps: tuple[Gap, ...]
    is_attested: bool
    attested_by: str
    attested_at: datetime | None
    label: Label

    @property
    def opened(self) -> frozenset[str]:
        """The parts that can be written in."""
        parts = {result.code for result in self.results if result.is_open}
        return frozenset(parts | ({reports.ECONOMY} if self.economy_is_open else set()))

    @property
    def opened_names(self) -> tuple[str, ...]:
        """The opened parts as the reader knows them, in order."""
        names = [f"{result.code} {result.title}".strip() for result in self.results if result.is_open]
        return (*names, "Ekonomi") if self.economy_is_open else tuple(names)

    @property
    def is_open(self) -> bool:
        """Whether anything can be written now."""
        return bool(self.opened)

    @property
    def closed_text(self) -> str:
        """Why nothing can be written now; empty when something can."""
        if self.is_open:
            return ""
        if not reports.has_opened(self.opens_on, clock.now()):
            return f"Öppnar {clock.day_text(self.opens_on)}. Frågorna syns redan nu."
        return f"{self.label.text}. {self.label.sentence}".strip()

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """All that is missing in the open parts before they can be handed in."""
        found = [gap for result in self.results if result.is_open for gap in result.gaps]
        if self.economy_is_open:
            found += self.economy_gaps
            if not self.is_attested:
                found.append(reports.NOT_ATTESTED)
        return tuple(found)

    @property
    def remarks(self) -> tuple[ReportRemark, ...]:
        """What an officer would ask about in the open parts; it stops nothing."""
        results = {result.code: result.answer for result in self.results}
        return report_remarks.remarks(results, self.economy, opened=self.opened)

    @property
    def parts(self) -> tuple[Label, ...]:
        """The state of every part, the economy last."""
        return (*(result.label for result in self.results), self.economy_label)

    @property
    def sending_label(self) -> Label:
        """Whether it can be handed in now."""
        return reports.sending_label(
            opened=self.is_open,
            gaps=bool(self.gaps),
            handed_in=self.version_number > 0,
            must_change=any(label == TASK_LABELS[TaskState.CHANGE] for label in self.parts),
        )

    @property
    def done(self) -> int:
        """How many parts need nothing more."""
        return sum(label.tone in {"ok", "lock"} for label in self.parts)

    def result(self, code: str) -> ResultShown | None:
        """The expected result with this code."""
        return next((result for result in self.results if result.code == code), None)

    def after(self, code: str) -> ResultShown | None:
        """The next open result after the one with this code."""
        codes = [result.code for result in self.results]
        return next((result for result in self.results[codes.index(code) + 1 :] if result.is_open), None)


def page(actor: Actor, report_id: int) -> ReportPage | None:
    """The organisation's own report, or None for everybody else. Five queries."""
    attester = aliased(User)
    rows = (
        db.session()
        .execute(
            select(
                Report,
                Grant,
                Organisation,
                Case,
                Call,
                FormVersion,
                attester.name,
                report_states.is_reviewed(),
                report_states.handed_in_at(),
                Supplement,
                SupplementPart.part,
            )
            .join(Grant, Report.grant_id == Grant.id)
            .join(Organisation, Report.organisation_id == Organisation.id)
            .join(Case, Report.case_id == Case.id)
            .join(Call, Report.call_id == Call.id)
            .join(FormVersion, Report.form_version_id == FormVersion.id)
            .outerjoin(attester, Report.economy_attested_by_id == attester.id)
            .outerjoin(
                Supplement,
                and_(Supplement.report_id == Report.id, Supplement.status == SupplementStatus.REQUESTED),
            )
            .outerjoin(SupplementPart, SupplementPart.supplement_id == Supplement.id)
            .where(Report.id == report_id, policy.own(actor, Report))
        )
        .all()
    )
    if not rows:
        return None
    report, grant, organisation, case, call, form, attested_by, is_reviewed, handed_in_at, asked, _ = rows[0]
    now = clock.now()
    definition = FormDefinition.from_json(form.definition)
    limits = TextLimits.of(definition)
    supplement = (
        OpenSupplement(asked.id, asked.reason, asked.last_day, frozenset(row.part for row in rows if row.part))
        if asked is not None
        else None
    )
    opened = supplement.parts if supplement else frozenset()

    def is_open(part: str) -> bool:
        return reports.is_open(part, status=report.status, opens_on=report.opens_on, opened=opened, now=now)

    handed_in = report.version_number > 0
    answers = _answers(actor, report.id)
    results = []
    for wording in _wordings(report.framework_version_id, report.grant_year):
        written = answers.get(wording.result_id, _NOTHING)
        answer = written.answer
        gaps = reports.gaps_in_result(
            wording.code, answer, has_proviso=bool(wording.now.provisos), causes=definition.causes, limits=limits
        )
        results.append(
            ResultShown(
                id=wording.result_id,
                code=wording.code,
                area=wording.area,
                area_title=wording.area_title,
                wording=wording.now,
                before=wording.before,
                changed=wording.changed,
                proviso_note=wording.proviso_note,
                answer=answer,
                stamp=reports.stamp(answer),
                version=written.version,
                by=written.by,
                saved_at=written.at,
                is_open=is_open(wording.code),
                gaps=gaps,
                label=reports.part_label(
                    opened=is_open(wording.code),
                    begun=answer.is_begun,
                    gaps=bool(gaps),
                    handed_in=handed_in,
                    must_change=supplement is not None and not reports.is_changed(answer, written.handed_in),
                ),
            )
        )
    economy = Economy(_economy_rows(actor, report.id), call.comment_percent, call.comment_kronor, limits)
    economy_gaps = reports.gaps_in_economy(economy)
    is_attested = report.economy_sha256 is not None and report.economy_sha256 == economy.sha256
    economy_is_open = is_open(reports.ECONOMY)
    facts = replace(
        report_states.facts(report, supplement.last_day if supplement else None, is_reviewed, handed_in_at),
        economy_attested=is_attested,
    )
    return ReportPage(
        id=report.id,
        case_id=report.case_id,
        organisation_id=report.organisation_id,
        organisation=organisation.name,
        organisation_number=organisation.organisation_number,
        grant=grants.title_of(call),
        grant_id=grant.id,
        grant_year=report.grant_year,
        registration_number=case.registration_number or "",
        framework_version_id=report.framework_version_id,
        form_id=form.id,
        form_sha256=form.sha256,
        opens_on=report.opens_on,
        due_on=report.due_on,
        status=report.status,
        version_number=report.version_number,
        submitted_at=report.submitted_at,
        handed_in_at=handed_in_at,
        causes=definition.causes,
        limits=limits,
        asks=report_forms.questions(definition),
        supplement=supplement,
        results=tuple(results),
        economy=economy,
        economy_is_open=economy_is_open,
        economy_label=reports.economy_label(
            opened=economy_is_open,
            begun=economy.is_begun,
            gaps=bool(economy_gaps),
            handed_in=handed_in,
            attested=is_attested,
            must_change=supplement is not None and not economy.is_changed,
        ),
        economy_gaps=economy_gaps,
        is_attested=is_attested,
        attested_by=(attested_by or "") if is_attested else "",
        attested_at=report.economy_attested_at if is_attested else None,
        label=reports.label(facts, now, Audience.PARTY),
    )


def page_anew(actor: Actor, report_id: int) -> ReportPage | None:
    """The same after an act of this very request: what it wrote is not in the snapshot that the request reads from."""
    db.close_read_session()
    return page(actor, report_id)


@dataclass(frozen=True)
class _Worded:
    """A result with this year's words and those that they follow from."""

    result_id: int
    code: str
    area: str
    area_title: str
    now: WordingShown
    before: WordingShown | None
    changed: str
    proviso_note: str


def _wordings(framework_version_id: int, year: int) -> list[_Worded]:
    earlier = aliased(Wording)
    rows = (
        db.session()
        .execute(
            select(Wording, ExpectedResult, ResultArea, WordingLink, earlier)
            .join(ExpectedResult, Wording.expected_result_id == ExpectedResult.id)
            .join(ResultArea, ExpectedResult.area_id == ResultArea.id)
            .outerjoin(WordingLink, WordingLink.later_id == Wording.id)
            .outerjoin(earlier, WordingLink.earlier_id == earlier.id)
            .where(Wording.framework_version_id == framework_version_id, Wording.grant_year == year)
            .order_by(ResultArea.code, func.length(ExpectedResult.code), ExpectedResult.code, earlier.grant_year)
        )
        .all()
    )
    provisos = _provisos(each.id for row in rows for each in (row[0], row[4]) if each is not None)
    found = {}
    for wording, result, area, link, before in rows:
        changed = note = ""
        if before is not None and link.kind is LinkKind.SUBSTANTIVE:
            changed = f"Ändrad sedan {before.grant_year}"
        elif before is not None and link.kind is LinkKind.EDITORIAL:
            changed = f"Språkligt ändrad sedan {before.grant_year}"
        if link is not None and link.proviso_ended:
            note = f"inget för {year}. Förbehållet från {before.grant_year} gäller inte längre."
        # The newest of several earlier wordings comes last and stays.
        found[result.id] = _Worded(
            result_id=result.id,
            code=result.code,
            area=area.code,
            area_title=area.title,
            now=_shown(wording, provisos),
            before=_shown(before, provisos) if before is not None else None,
            changed=changed,
            proviso_note=note,
        )
    return list(found.values())


def _provisos(wording_ids: Iterable[int]) -> dict[int, list[tuple[str, bool]]]:
    """(text, whether its star stands at the heading) by wording."""
    rows = db.session().execute(
        select(ProvisoWording.wording_id, Proviso.text, Proviso.marker, Proviso.code)
        .join(Proviso, ProvisoWording.proviso_id == Proviso.id)
        .where(ProvisoWording.wording_id.in_(set(wording_ids)))
    )
    found: dict[int, list[tuple[str, bool]]] = {}
    for wording_id, text, marker, _ in sorted(rows, key=lambda row: code_order(row.code)):
        found.setdefault(wording_id, []).append((text, marker is ProvisoMarker.HEADING))
    return found


def _shown(wording: Wording, provisos: dict[int, list[tuple[str, bool]]]) -> WordingShown:
    notes = provisos.get(wording.id, [])
    return WordingShown(
        year=wording.grant_year,
        title=wording.title,
        paragraphs=paragraphs_of(wording.text),
        lead=wording.lead,
        bullets=paragraphs_of(wording.bullets),
        provisos=tuple(text for text, _ in notes),
        starred=bool(wording.title) and any(heading for _, heading in notes),
        is_example=wording.is_example,
    )


@dataclass(frozen=True)
class _Written:
    """What the organisation has written about a result: its version, who saved it and when, and what was handed in."""

    answer: ResultAnswer = field(default_factory=ResultAnswer)
    version: int = 0
    by: str = ""
    at: datetime | None = None
    handed_in: ResultAnswer | None = None


_NOTHING = _Written()


def _answers(actor: Actor, report_id: int) -> dict[int, _Written]:
    """The organisation's own draft, by expected result."""
    rows = db.session().execute(
        select(ReportAnswer, User.name, ReportedResult)
        .join(Report, ReportAnswer.report_id == Report.id)
        .join(User, ReportAnswer.changed_by_id == User.id)
        .outerjoin(
            ReportedResult,
            and_(
                ReportedResult.report_id == ReportAnswer.report_id,
                ReportedResult.expected_result_id == ReportAnswer.expected_result_id,
            ),
        )
        .where(Report.id == report_id, policy.own(actor, Report))
        .execution_options(populate_existing=True)
    )
    return {
        row.expected_result_id: _Written(
            answer_of(row), row.version, by, row.changed_at, answer_of(handed_in) if handed_in else None
        )
        for row, by, handed_in in rows
    }


def answer_of(row: "ReportAnswer | ReportedResult") -> ResultAnswer:
    """What a row says, as a value."""
    return ResultAnswer(
        rating=row.rating,
        text=row.text,
        proviso_mattered=row.proviso_mattered,
        proviso_text=row.proviso_text,
        causes=tuple(row.causes.splitlines()),
        measure=row.measure,
    )


def _is_reported() -> ColumnElement[bool]:
    """Whether the report asks for a kostnadsslag: of its own call, and of every call in which its organisation has got money
    of the year by a decision that it has been sent. What others apply for changes nobody else's report."""
    granted = (
        select(DecisionLine.id)
        .join(Decision, Decision.id == DecisionLine.decision_id)
        .join(Application, Application.id == Decision.application_id)
        .where(
            Application.call_id == Call.id,
            Decision.organisation_id == Report.organisation_id,
            Decision.outcome.in_(GIVES_MONEY),
            DecisionLine.grant_year == Report.grant_year,
            policy.is_sent(Decision.id),
        )
        .correlate(Call, Report)
        .exists()
    )
    last = (
        select(func.max(Call.last_category))
        .where(Call.grant_id == Report.grant_id, or_(Call.id == Report.call_id, granted))
        .correlate(Report)
        .scalar_subquery()
    )
    return is_asked(last)


def _economy_rows(actor: Actor, report_id: int) -> tuple[EconomyRow, ...]:
    """Every kostnadsslag: the budget of all decisions of the year that have been sent, over all calls, what is paid, and the own
    draft."""
    budget = (
        select(func.coalesce(func.sum(DecisionLine.amount), 0))
        .join(Decision, DecisionLine.decision_id == Decision.id)
        .join(Case, Decision.case_id == Case.id)
        .where(
            DecisionLine.cost_category_id == CostCategory.id,
            DecisionLine.grant_year == Report.grant_year,
            policy.is_sent(Decision.id),
            Decision.organisation_id == Report.organisation_id,
            Case.grant_id == Report.grant_id,
        )
        .correlate(CostCategory, Report)
        .scalar_subquery()
    )
    rows = (
        db.session()
        .execute(
            select(CostCategory.id, CostCategory.name, budget, paid_for_report(), ReportCost, User.name, ReportedCost)
            .join(Report, Report.grant_id == CostCategory.grant_id)
            .outerjoin(
                ReportCost, and_(ReportCost.report_id == Report.id, ReportCost.cost_category_id == CostCategory.id)
            )
            .outerjoin(User, ReportCost.changed_by_id == User.id)
            .outerjoin(
                ReportedCost,
                and_(ReportedCost.report_id == Report.id, ReportedCost.cost_category_id == CostCategory.id),
            )
            .where(
                Report.id == report_id,
                policy.own(actor, Report),
                # What is written already stays to be read and changed.
                or_(_is_reported(), ReportCost.id.is_not(None)),
            )
            .order_by(CostCategory.position)
            .execution_options(populate_existing=True)
        )
        .all()
    )
    paid = reports.share_out(int(rows[0][3]) if rows else 0, [int(row[2]) for row in rows])
    made = []
    for (category_id, category, decided, _, row, by, handed_in), share in zip(rows, paid, strict=True):
        answer = CostAnswer(row.cost, row.own_financing, row.comment) if row is not None else CostAnswer()
        made.append(
            EconomyRow(
                category_id=category_id,
                category=category,
                budget=int(decided),
                paid=share,
                answer=answer,
                stamp=reports.stamp(answer),
                by=by or "",
                saved_at=row.changed_at if row is not None else None,
                handed_in=CostAnswer(handed_in.cost, handed_in.own_financing, handed_in.comment) if handed_in else None,
                explained=row.explained if row is not None else None,
            )
        )
    return tuple(made)


def paid_for_report() -> ScalarSelect[int]:
    """What the ledger says is paid to the report's organisation for its year."""
    return (
        select(func.coalesce(func.sum(LedgerEntry.amount), 0))
        .where(
            LedgerEntry.kind == LedgerKind.PAID,
            LedgerEntry.grant_id == Report.grant_id,
            LedgerEntry.grant_year == Report.grant_year,
            LedgerEntry.organisation_id == Report.organisation_id,
        )
        .correlate(Report)
        .scalar_subquery()
    )


def entered_as_charged() -> ScalarSelect[int]:
    """What the ledger has as charged by the report: nothing before it is approved."""
    return (
        select(func.coalesce(func.sum(LedgerEntry.amount), 0))
        .where(LedgerEntry.kind == LedgerKind.CHARGED, LedgerEntry.report_id == Report.id)
        .correlate(Report)
        .scalar_subquery()
    )


@dataclass(frozen=True)
class LastYear:
    """What was reported about the same result the year before, and the officer's rating once that report is approved."""

    year: int
    answer: ResultAnswer
    reviewed: Rating | None
    review_comment: str


def last_year(actor: Actor, shown: ReportPage, result_id: int) -> LastYear | None:
    """As it was handed in."""
    found = (
        db.session()
        .execute(
            select(Report.grant_year, Report.status, ReportedResult, ReviewRating)
            .join(ReportedResult, ReportedResult.report_id == Report.id)
            .outerjoin(
                ReviewRating,
                and_(ReviewRating.report_id == Report.id, ReviewRating.expected_result_id == result_id),
            )
            .where(
                Report.grant_id == shown.grant_id,
                Report.organisation_id == shown.organisation_id,
                Report.grant_year == shown.grant_year - 1,
                ReportedResult.expected_result_id == result_id,
                policy.own(actor, Report),
            )
        )
        .one_or_none()
    )
    if found is None:
        return None
    year, status, reported, review = found
    # Until it is approved, the officer's rating is work in progress.
    told = review if status is ReportStatus.APPROVED else None
    return LastYear(
        year=year,
        answer=answer_of(reported),
        reviewed=told.rating if told else None,
        review_comment=told.comment if told else "",
    )


def persons_who_may(organisation_id: int, case_id: int, permission: Permission) -> tuple[str, ...]:
    """Names of the organisation's persons who may do this today, for «who does what next»."""
    return who_may(organisation_id, case_id, permission)[permission]


def who_may(organisation_id: int, case_id: int, *permissions: Permission) -> dict[Permission, tuple[str, ...]]:
    """The same for several rights at once. One query."""
    rows = (
        db.session()
        .execute(
            select(User.name, MandateRow.role)
            .join(MandateRow, MandateRow.user_id == User.id)
            .where(
                MandateRow.organisation_id == organisation_id,
                MandateRow.role.in_(frozenset().union(*(policy.WHO_MAY[each] for each in permissions))),
                (MandateRow.case_id.is_(None)) | (MandateRow.case_id == case_id),
                holds(clock.today()),
                User.closed_at.is_(None),
            )
            .order_by(User.name)
        )
        .all()
    )
    return {
        each: tuple(dict.fromkeys(name for name, role in rows if role in policy.WHO_MAY[each])) for each in permissions
    }


# --- What has been handed in: read by both sides -------------------------------------------------------------------


@dataclass(frozen=True)
class HandedIn:
    """A frozen version of a report."""

    report_id: int
    case_id: int
    number: int
    newest: int
    sha256: str
    document: ReportDocument
    ratings: dict[str, Rating]
    is_own: bool
    label: Label
    record_id: int | None
    """The handling whose document it is."""

    @property
    def symbols(self) -> dict[str, str]:
        """The symbol of each result's rating."""
        return {code: reports.RATING_SYMBOLS[rating] for code, rating in self.ratings.items()}


def handed_in(actor: Actor, report_id: int, number: int | None = None) -> HandedIn | None:
    """A version as it was handed in (the newest when none is named), or None when the actor may not see it."""
    found = (
        db.session()
        .execute(
            select(
                Report,
                FrozenVersion,
                policy.own(actor, Report),
                report_states.supplement_last_day(),
                report_states.is_reviewed(),
                report_states.handed_in_at(),
                select(func.min(Record.id)).where(Record.frozen_version_id == FrozenVersion.id).scalar_subquery(),
            )
            .join(
                FrozenVersion,
                and_(FrozenVersion.kind == FrozenKind.REPORT, FrozenVersion.subject_id == Report.id),
            )
            .where(
                Report.id == report_id,
                FrozenVersion.number == (Report.version_number if number is None else number),
                policy.visible(actor, Report),
            )
        )
        .one_or_none()
    )
    if found is None:
        return None
    report, version, is_own, last_day, is_reviewed, handed_in_at, record_id = found
    content = json.loads(version.content)
    return HandedIn(
        report_id=report.id,
        case_id=report.case_id,
        number=version.number,
        newest=report.version_number,
        sha256=version.sha256,
        document=frozen.report_document(content, version.sha256),
        ratings={code: Rating(rating) for code, rating in content["basis"]["ratings"].items()},
        is_own=bool(is_own),
        label=reports.label(
            report_states.facts(report, last_day, is_reviewed, handed_in_at),
            clock.now(),
            Audience.PARTY if is_own else Audience.AUTHORITY,
        ),
        record_id=record_id,
    )


# --- What will be asked: read by both sides from the day that the report is planned ---------------------------------


@dataclass(frozen=True)
class QuestionsPage:
    """What a report asks, and when: nothing of what the organisation writes."""

    id: int
    case_id: int
    grant: str
    grant_year: int
    organisation: str
    registration_number: str
    opens_on: date
    due_on: date
    label: Label
    is_own: bool
    has_opened: bool
    version_number: int
    areas: tuple[AreaView, ...]
    categories: tuple[str, ...]
    comment_percent: int
    comment_kronor: Kronor
    definition: FormDefinition


def questions_page(actor: Actor, report_id: int) -> QuestionsPage | None:
    """The year's expected results, kostnadsslag and questions of a report that the actor may see. Six queries."""
    found = (
        db.session()
        .execute(
            select(
                Report,
                Organisation.name,
                Case.registration_number,
                Call,
                FormVersion.definition,
                policy.own(actor, Report),
                report_states.supplement_last_day(),
                report_states.is_reviewed(),
                report_states.handed_in_at(),
            )
            .join(Organisation, Report.organisation_id == Organisation.id)
            .join(Case, Report.case_id == Case.id)
            .join(Call, Report.call_id == Call.id)
            .join(FormVersion, Report.form_version_id == FormVersion.id)
            .where(Report.id == report_id, policy.visible(actor, Report))
        )
        .one_or_none()
    )
    if found is None:
        return None
    report, organisation, number, call, definition, is_own, last_day, is_reviewed, handed_in_at = found
    now = clock.now()
    matrix = frameworks.matrix(report.framework_version_id, [report.grant_year])
    categories = db.session().scalars(
        select(CostCategory.name)
        .join(Report, Report.grant_id == CostCategory.grant_id)
        .where(Report.id == report_id, _is_reported())
        .order_by(CostCategory.position)
    )
    return QuestionsPage(
        id=report.id,
        case_id=report.case_id,
        grant=grants.title_of(call),
        grant_year=report.grant_year,
        organisation=organisation,
        registration_number=number or "",
        opens_on=report.opens_on,
        due_on=report.due_on,
        label=reports.label(
            report_states.facts(report, last_day, is_reviewed, handed_in_at),
            now,
            Audience.PARTY if is_own else Audience.AUTHORITY,
        ),
        is_own=bool(is_own),
        has_opened=reports.has_opened(report.opens_on, now),
        version_number=report.version_number,
        areas=matrix.areas if matrix else (),
        categories=tuple(categories),
        comment_percent=call.comment_percent,
        comment_kronor=call.comment_kronor,
        definition=report_forms.asked(
            FormDefinition.from_json(definition), has_provisos=bool(matrix and matrix.provisos)
        ),
    )


# --- Inside an act --------------------------------------------------------------------------------------------------


def case_id_of(report_id: int) -> int | None:
    """The case to lock before anything else is read."""
    return db.session().scalar(select(Report.case_id).where(Report.id == report_id))


def locked(actor: Actor, report_id: int) -> Report | None:
    """The organisation's own report, locked. The caller holds the case's lock."""
    return (
        db.session()
        .scalars(db.lock(select(Report).where(Report.id == report_id, policy.own(actor, Report))))
        .one_or_none()
    )


_NOT_HANDED_IN = Report.status.in_([ReportStatus.DRAFT, ReportStatus.SUPPLEMENT_REQUESTED])


def perhaps_outdated() -> list[Report]:
    """What is attested and not handed in, where something has been decided, sent or paid since. For the worker."""
    entered = (
        select(LedgerEntry.id)
        .where(
            LedgerEntry.kind.in_([LedgerKind.DECIDED, LedgerKind.PAID]),
            LedgerEntry.grant_id == Report.grant_id,
            LedgerEntry.grant_year == Report.grant_year,
            LedgerEntry.organisation_id == Report.organisation_id,
            LedgerEntry.entered_at >= Report.economy_attested_at,
        )
        .correlate(Report)
        .exists()
    )
    sent = (
        select(Dispatch.id)
        .where(Dispatch.organisation_id == Report.organisation_id, Dispatch.dispatched_at >= Report.economy_attested_at)
        .correlate(Report)
        .exists()
    )
    return list(
        db.session().scalars(
            select(Report).where(Report.economy_sha256.is_not(None), _NOT_HANDED_IN, or_(entered, sent))
        )
    )


def attested(report_id: int) -> Report | None:
    """The report if it is still attested and not handed in, for an act that holds the case's lock."""
    return (
        db.session()
        .scalars(
            select(Report)
            .where(Report.id == report_id, Report.economy_sha256.is_not(None), _NOT_HANDED_IN)
            .execution_options(populate_existing=True)
        )
        .one_or_none()
    )


def economy_sha256(report: Report) -> str:
    """The fingerprint of the economy as it is now, read as the organisation itself does. For the worker."""
    own = Actor(None, (Mandate(Role.APPLICANT_ECONOMIST, report.organisation_id),))
    return Economy(_economy_rows(own, report.id)).sha256


def due(when: Horizon) -> list[Report]:
    """Every report that has opened and not been handed in, that its party has been told of by a decision, and of which there
    is something to say, the oldest last day first. For the worker."""
    ways = (select(Report.id).where(Report.status == ReportStatus.DRAFT, way) for way in are_due(Report, when))
    return list(
        db.session().scalars(
            select(Report)
            .where(Report.id.in_(union_all(*ways)), Report.opens_on <= when.today, policy.for_its_party(Report))
            .order_by(Report.due_on, Report.id)
        )
    )


def reminded(report_id: int) -> Report | None:
    """The report if it is still not handed in, for the worker."""
    return (
        db.session()
        .scalars(
            select(Report)
            .where(Report.id == report_id, Report.status == ReportStatus.DRAFT)
            .execution_options(populate_existing=True)
        )
        .one_or_none()
    )


def answer_row(actor: Actor, report_id: int, result_id: int) -> ReportAnswer | None:
    """The stored draft of one result."""
    return (
        db.session()
        .scalars(
            select(ReportAnswer)
            .join(Report, ReportAnswer.report_id == Report.id)
            .where(Report.id == report_id, ReportAnswer.expected_result_id == result_id, policy.own(actor, Report))
        )
        .one_or_none()
    )


def cost_rows(actor: Actor, report_id: int) -> dict[int, ReportCost]:
    """The stored draft of the economy, by kostnadsslag."""
    rows = db.session().scalars(
        select(ReportCost)
        .join(Report, ReportCost.report_id == Report.id)
        .where(Report.id == report_id, policy.own(actor, Report))
    )
    return {row.cost_category_id: row for row in rows}


def open_supplement(report_id: int) -> Supplement | None:
    """The report's open request, for an act that holds the case's lock."""
    return (
        db.session()
        .scalars(
            select(Supplement).where(Supplement.report_id == report_id, Supplement.status == SupplementStatus.REQUESTED)
        )
        .one_or_none()
    )


def newest_content(report_id: int) -> dict[str, object]:
    """What was last handed in, as it was frozen."""
    content = (
        db.session()
        .scalars(
            select(FrozenVersion.content)
            .where(FrozenVersion.kind == FrozenKind.REPORT, FrozenVersion.subject_id == report_id)
            .order_by(FrozenVersion.number.desc())
            .limit(1)
        )
        .one()
    )
    found: dict[str, object] = json.loads(content)
    return found


def paid(report_id: int) -> Kronor:
    """What is paid to the report's organisation for its year by now, over all its decisions."""
    return int(db.session().scalar(select(paid_for_report()).where(Report.id == report_id)) or 0)


def reported(report_id: int) -> list[ReportedResult | ReportedCost]:
    """The rows that follow the newest version that was handed in, for the act that hands in the next."""
    return [
        *db.session().scalars(select(ReportedResult).where(ReportedResult.report_id == report_id)),
        *db.session().scalars(select(ReportedCost).where(ReportedCost.report_id == report_id)),
    ]
