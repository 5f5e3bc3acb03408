"""The matrix of expected results: area × result × year, with what is said, with which förbehåll, and what has changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select, true
from sqlalchemy.orm import aliased, selectinload

from grantportal import db
from grantportal.domain.actors import Actor
from grantportal.domain.calls import CallStatus
from grantportal.domain.frameworks import (
    CHANGE_TEXTS,
    COMPARABILITY_TEXTS,
    FrameworkContent,
    FrameworkStatus,
    LinkKind,
    ProvisoMarker,
    WordingContent,
    code_order,
    headed,
    paragraphs_of,
    title_of,
)
from grantportal.models.calls import Call
from grantportal.models.frameworks import ExpectedResult, FrameworkVersion, ResultArea, Wording, WordingLink
from grantportal.models.grants import Grant


def areas(grant_id: int) -> list[ResultArea]:
    """Every område that the statsbidrag has had."""
    return list(db.session().scalars(select(ResultArea).where(ResultArea.grant_id == grant_id)))


def results(grant_id: int) -> list[ExpectedResult]:
    """Every row that the statsbidrag has had."""
    return list(db.session().scalars(select(ExpectedResult).where(ExpectedResult.grant_id == grant_id)))


@dataclass(frozen=True)
class ProvisoView:
    """A förbehåll of a cell. `at_heading` says where its star stands."""

    code: str
    text: str
    at_heading: bool


@dataclass(frozen=True)
class LinkView:
    """How a wording follows from an earlier year's."""

    earlier_year: int
    kind: LinkKind
    change_text: str
    """«Ordalydelsen ändrad», or empty when the words are the same."""
    comparability_text: str
    proviso_ended: bool


@dataclass(frozen=True)
class WordingView:
    """What a row says for one year."""

    id: int
    result_id: int
    grant_year: int
    title: str
    title_is_ours: bool
    text: str
    lead: str
    bullets: tuple[str, ...]
    provisos: tuple[ProvisoView, ...]
    is_example: bool
    link: LinkView | None

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The text, paragraph by paragraph."""
        return paragraphs_of(self.text)

    @property
    def is_starred(self) -> bool:
        """Whether a star stands at the heading; where there is none, only before the note."""
        return bool(self.title) and any(proviso.at_heading for proviso in self.provisos)


@dataclass(frozen=True)
class ResultView:
    """One row with its wordings by year."""

    id: int
    code: str
    area_code: str
    title: str
    wordings: tuple[WordingView, ...]

    @property
    def has_one_title(self) -> bool:
        """Whether all its years have the same heading; else each shows its own."""
        return len({(each.title, each.title_is_ours) for each in self.wordings}) == 1

    def wording(self, year: int) -> WordingView | None:
        """The year's wording, or None when the row has none that year."""
        return next((wording for wording in self.wordings if wording.grant_year == year), None)


@dataclass(frozen=True)
class AreaView:
    """One område with its rows."""

    code: str
    title: str
    results: tuple[ResultView, ...]

    @property
    def heading(self) -> str:
        """Its code, and its heading where it has one."""
        return headed(self.code, self.title)


@dataclass(frozen=True)
class MatrixView:
    """A version of the matrix, or the part of it that some years need."""

    version_id: int
    number: int
    grant_id: int
    grant_title: str
    preamble: str
    is_example: bool
    years: tuple[int, ...]
    areas: tuple[AreaView, ...]

    @property
    def results(self) -> tuple[ResultView, ...]:
        """Every row, in order."""
        return tuple(result for area in self.areas for result in area.results)

    @property
    def preamble_paragraphs(self) -> tuple[str, ...]:
        """What stands before the table, paragraph by paragraph."""
        return paragraphs_of(self.preamble)

    def result(self, result_id: int) -> ResultView | None:
        """The row with this id."""
        return next((result for result in self.results if result.id == result_id), None)

    @property
    def provisos(self) -> tuple[ProvisoView, ...]:
        """Every förbehåll once, by its code."""
        found = {
            proviso.code: proviso
            for result in self.results
            for wording in result.wordings
            for proviso in wording.provisos
        }
        return tuple(found[code] for code in sorted(found, key=code_order))


def may_read(actor: Actor, version_id: int) -> bool:
    """The authority reads every published version; everybody else those that a published call uses."""
    used = exists().where(Call.framework_version_id == FrameworkVersion.id, Call.status != CallStatus.DRAFT)
    query = select(FrameworkVersion.id).where(
        FrameworkVersion.id == version_id,
        FrameworkVersion.status == FrameworkStatus.PUBLISHED,
        true() if actor.is_authority else used,
    )
    return db.session().scalar(query) is not None


def years_of(version_id: int) -> tuple[int, ...]:
    """The years that the version has wordings for."""
    query = (
        select(Wording.grant_year)
        .where(Wording.framework_version_id == version_id)
        .distinct()
        .order_by(Wording.grant_year)
    )
    return tuple(db.session().scalars(query))


def matrix(version_id: int, years: Iterable[int] | None = None) -> MatrixView | None:
    """The matrix of a version for these years (all of them when none are named), in four queries whatever its size."""
    found = (
        db.session()
        .execute(
            select(FrameworkVersion, Grant.title)
            .join(Grant, FrameworkVersion.grant_id == Grant.id)
            .where(FrameworkVersion.id == version_id)
        )
        .one_or_none()
    )
    if found is None:
        return None
    version, grant_title = found
    query = (
        select(Wording, ExpectedResult, ResultArea)
        .join(ExpectedResult, Wording.expected_result_id == ExpectedResult.id)
        .join(ResultArea, ExpectedResult.area_id == ResultArea.id)
        .where(Wording.framework_version_id == version_id)
        .options(selectinload(Wording.provisos))
    )
    if years is not None:
        query = query.where(Wording.grant_year.in_(list(years)))
    rows = sorted(db.session().execute(query), key=_place)
    links = _links(version_id)
    return MatrixView(
        version_id=version.id,
        number=version.number,
        grant_id=version.grant_id,
        grant_title=grant_title,
        preamble=version.preamble,
        is_example=version.is_example,
        years=tuple(sorted({wording.grant_year for wording, _, _ in rows})),
        areas=_areas(rows, links),
    )


def preview(content: FrameworkContent, grant_title: str) -> MatrixView:
    """A matrix that is read in, as it will be shown once it is published; its ids and its number are not known yet."""
    notes = {
        each.code: ProvisoView(each.code, each.text, each.marker is ProvisoMarker.HEADING) for each in content.provisos
    }
    links = {
        (each.result_code, each.later): LinkView(
            each.earlier,
            each.kind,
            CHANGE_TEXTS[each.kind],
            COMPARABILITY_TEXTS[each.comparability],
            each.proviso_ended,
        )
        for each in content.links
    }

    def said(code: str, wording: WordingContent) -> WordingView:
        return WordingView(
            id=0,
            result_id=0,
            grant_year=wording.grant_year,
            title=wording.title,
            title_is_ours=wording.title_is_ours,
            text=wording.text,
            lead=wording.lead,
            bullets=wording.bullets,
            provisos=tuple(notes[each] for each in sorted(wording.provisos, key=code_order)),
            is_example=content.is_example,
            link=links.get((code, wording.grant_year)),
        )

    return MatrixView(
        version_id=0,
        number=0,
        grant_id=0,
        grant_title=grant_title,
        preamble=content.preamble,
        is_example=content.is_example,
        years=content.years,
        areas=tuple(
            AreaView(
                area.code,
                area.title,
                tuple(
                    ResultView(
                        0,
                        result.code,
                        area.code,
                        title_of({each.grant_year: each.title for each in result.wordings}),
                        tuple(said(result.code, each) for each in result.wordings),
                    )
                    for result in sorted(area.results, key=lambda each: code_order(each.code))
                ),
            )
            for area in sorted(content.areas, key=lambda each: code_order(each.code))
        ),
    )


def _place(row: tuple[Wording, ExpectedResult, ResultArea]) -> tuple[Any, ...]:
    wording, result, area = row
    return (code_order(area.code), code_order(result.code), wording.grant_year)


def _links(version_id: int) -> dict[int, LinkView]:
    later = aliased(Wording)
    query = (
        select(WordingLink, Wording.grant_year)
        .join(Wording, WordingLink.earlier_id == Wording.id)
        .join(later, WordingLink.later_id == later.id)
        .where(later.framework_version_id == version_id)
    )
    return {
        link.later_id: LinkView(
            earlier_year=year,
            kind=link.kind,
            change_text=CHANGE_TEXTS[link.kind],
            comparability_text=COMPARABILITY_TEXTS[link.comparability],
            proviso_ended=link.proviso_ended,
        )
        for link, year in db.session().execute(query)
    }


def _areas(
    rows: Sequence[tuple[Wording, ExpectedResult, ResultArea]], links: dict[int, LinkView]
) -> tuple[AreaView, ...]:
    by_area: dict[int, tuple[ResultArea, dict[int, tuple[ExpectedResult, list[WordingView]]]]] = {}
    for wording, result, area in rows:
        _, of_area = by_area.setdefault(area.id, (area, {}))
        _, of_result = of_area.setdefault(result.id, (result, []))
        of_result.append(_wording(wording, links.get(wording.id)))
    return tuple(
        AreaView(
            area.code,
            area.title,
            tuple(
                ResultView(
                    result.id,
                    result.code,
                    area.code,
                    title_of({each.grant_year: each.title for each in wordings}),
                    tuple(wordings),
                )
                for result, wordings in of_area.values()
            ),
        )
        for area, of_area in by_area.values()
    )


def _wording(wording: Wording, link: LinkView | None) -> WordingView:
    return WordingView(
        id=wording.id,
        result_id=wording.expected_result_id,
        grant_year=wording.grant_year,
        title=wording.title,
        title_is_ours=wording.title_is_ours,
        text=wording.text,
        lead=wording.lead,
        bullets=paragraphs_of(wording.bullets),
        provisos=tuple(
            ProvisoView(proviso.code, proviso.text, proviso.marker is ProvisoMarker.HEADING)
            for proviso in sorted(wording.provisos, key=lambda each: code_order(each.code))
        ),
        is_example=wording.is_example,
        link=link,
    )
