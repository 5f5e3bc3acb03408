"""The matrix of expected results: rows stay themselves while their wording changes by year."""

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
