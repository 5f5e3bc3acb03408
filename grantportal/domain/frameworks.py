"""The matrix of expected results: rows stay themselves while their wording changes by year."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class FrameworkStatus(StrEnum):
    """A published version never changes."""

    DRAFT = "draft"
    PUBLISHED = "published"


class ProvisoMarker(StrEnum):
    """Where the star of a förbehåll stands: at the heading, or only before the note."""

    HEADING = "heading"
    NOTE = "note"


class LinkKind(StrEnum):
    """How a year's wording follows from the year before."""

    SAME = "same"
    EDITORIAL = "editorial"
    SUBSTANTIVE = "substantive"


class Comparability(StrEnum):
    """How far two years' ratings of a row may be compared."""

    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"


def code_order(code: str) -> tuple[tuple[str, int], ...]:
    """A2 comes before A10."""
    return tuple((letters, int(digits or 0)) for letters, digits in re.findall(r"([^0-9]*)([0-9]*)", code))


def headed(code: str, title: str) -> str:
    """«A. Arbetsformer»; a part that has no heading has its code alone, and none is made up for it."""
    return f"{code}. {title}" if title else code


def title_of(titles: Mapping[int, str]) -> str:
    """The heading of a row over several years: their own where it is the same, else each with its year."""
    said = {year: titles[year] for year in sorted(titles)}
    if len(set(said.values())) == 1:
        return next(iter(said.values()))
    return "; ".join(f"{year}: {title}" for year, title in said.items() if title)


def paragraphs_of(text: str) -> tuple[str, ...]:
    """A text as it is shown: each line that says something is a paragraph."""
    return tuple(line for line in text.split("\n") if line.strip())


@dataclass(frozen=True)
class WordingContent:
    """What a result says for one year; `provisos` are the codes of its förbehåll. The title is empty where there is none."""

    grant_year: int
    title: str
    text: str = ""
    lead: str = ""
    bullets: tuple[str, ...] = ()
    provisos: tuple[str, ...] = ()
    title_is_ours: bool = False


@dataclass(frozen=True)
class ResultContent:
    """One row: its code and its wordings by year."""

    code: str
    wordings: tuple[WordingContent, ...]


@dataclass(frozen=True)
class AreaContent:
    """One område with its rows."""

    code: str
    title: str
    results: tuple[ResultContent, ...]


@dataclass(frozen=True)
class ProvisoContent:
    """A starred note."""

    code: str
    marker: ProvisoMarker
    text: str


@dataclass(frozen=True)
class LinkContent:
    """How a row's wording of one year follows from an earlier year's."""

    result_code: str
    earlier: int
    later: int
    kind: LinkKind
    comparability: Comparability
    proviso_ended: bool = False


@dataclass(frozen=True)
class FrameworkContent:
    """A whole matrix, as it is read in and published."""

    areas: tuple[AreaContent, ...]
    preamble: str = ""
    provisos: tuple[ProvisoContent, ...] = ()
    links: tuple[LinkContent, ...] = ()
    is_example: bool = False
    """Whether the sentences are invented; titles are marked one by one."""

    @property
    def years(self) -> tuple[int, ...]:
        """Every year that some result has a wording for."""
        return tuple(
            sorted(
                {wording.grant_year for area in self.areas for result in area.results for wording in result.wordings}
            )
        )


CHANGE_TEXTS = {LinkKind.SAME: "", LinkKind.EDITORIAL: "Språket ändrat", LinkKind.SUBSTANTIVE: "Ordalydelsen ändrad"}
COMPARABILITY_TEXTS = {
    Comparability.FULL: "Åren kan jämföras.",
    Comparability.PARTIAL: "Jämför åren med försiktighet.",
    Comparability.NONE: "Åren kan inte jämföras.",
}
