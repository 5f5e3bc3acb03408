"""Granskning: the officer's rating of each expected result beside the region's own, until the report is approved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from grantportal.domain import clock
from grantportal.domain.errors import RuleViolation, RuleViolations
from grantportal.domain.forms import canonical, fingerprint
from grantportal.domain.money import Kronor, kr
from grantportal.domain.reports import RATING_TEXTS, Charge, Rating

MOST_COMMENT = 2_000

SHORT_TEXTS = {
    Rating.MET: "Uppnått",
    Rating.PARTLY: "Delvis",
    Rating.NOT_MET: "Inte uppnått",
    Rating.NOT_APPLICABLE: "Inte aktuellt",
}
"""What a cell of the overview has room for."""
SHADES = {Rating.MET: "3", Rating.PARTLY: "2", Rating.NOT_MET: "1", Rating.NOT_APPLICABLE: ""}
"""How dark a cell of the overview is; a rating that is not counted has no shade."""


# --- What the officer sends ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Assessment:
    """An officer's rating of one expected result, and why."""

    rating: Rating | None = None
    comment: str = ""


@dataclass(frozen=True)
class RateResult:
    """An assessment, and the stamp of the one that the page showed."""

    result_id: int
    assessment: Assessment
    seen: str


@dataclass(frozen=True)
class RateResults:
    """The whole page of assessments; those that are as the page showed them are left alone."""

    results: tuple[RateResult, ...]
    number_reason: str = ""


@dataclass(frozen=True)
class ApproveReport:
    """The fingerprint of the assessments, and of what the grant is charged, that were read."""

    seen: str


def field_name(result_id: int, part: str) -> str:
    """The name of a field in the page of assessments: part is rating, comment or seen."""
    return f"r{result_id}_{part}"


def stamp(version: int, assessment: Assessment) -> str:
    """What the page carries of an assessment: the version that it showed, and what it said."""
    return f"{version}.{fingerprint(canonical(asdict(assessment)))[:24]}"


def is_untouched(seen: str, assessment: Assessment) -> bool:
    """Whether the page sends back just what it showed: then a colleague's later assessment is left alone."""
    return seen.partition(".")[2] == stamp(0, assessment).partition(".")[2]


def is_outdated(seen: str, version: int) -> bool:
    """Whether a colleague has saved the same assessment since the page was shown."""
    return seen.partition(".")[0] != str(version)


def outdated(result_id: int, code: str, theirs: Assessment, by: str) -> RuleViolation:
    """Both texts are kept: the colleague's is told here, the person's own is still in its field."""
    said = RATING_TEXTS[theirs.rating] if theirs.rating else "inget"
    comment = f" med kommentaren «{theirs.comment}»" if theirs.comment else ""
    return RuleViolation(
        f"{code}: {by} har under tiden sparat bedömningen {said}{comment}. Spara igen om din bedömning ska gälla.",
        field=field_name(result_id, "seen"),
    )


# --- Rules ---------------------------------------------------------------------------------------------------------


def wrong_in(result_id: int, code: str, assessment: Assessment, *, own: Rating) -> tuple[RuleViolation, ...]:
    """A rating that is another than the region's own is explained: the region is to understand what the officer saw."""
    if assessment.rating is None:
        return (RuleViolation(f"{code}: Välj en bedömning.", field=field_name(result_id, "rating")),)
    if assessment.rating is not own and not assessment.comment:
        return (
            RuleViolation(
                f"{code}: Skriv varför din bedömning är en annan än regionens.",
                field=field_name(result_id, "comment"),
            ),
        )
    return ()


def ensure_none(violations: Sequence[RuleViolation]) -> None:
    """Raises RuleViolations with everything that is wrong, so that all of it can be put right in one go."""
    if violations:
        raise RuleViolations(list(violations))


def ensure_something(changed: Iterable[object]) -> None:
    """Saving what is already saved writes no history. Raises RuleViolation."""
    if not list(changed):
        raise RuleViolation("Ingen bedömning är ändrad, så det finns inget att spara.")


def unrated(own: Mapping[str, Rating], assessments: Mapping[str, Assessment]) -> list[str]:
    """The expected results that the officer has not rated."""
    return [code for code in own if code not in assessments or assessments[code].rating is None]


def unexplained(own: Mapping[str, Rating], assessments: Mapping[str, Assessment]) -> list[str]:
    """Those that are rated otherwise than by the region, without a word of why."""
    left = unrated(own, assessments)
    return [
        code
        for code, rating in own.items()
        if code not in left and assessments[code].rating is not rating and not assessments[code].comment
    ]


_ANSWERED = ("rating", "text", "proviso_mattered", "proviso_text", "causes", "measure")


def rated_before(
    versions: Sequence[tuple[datetime, Mapping[str, Any]]], rated: Mapping[str, datetime]
) -> frozenset[str]:
    """The expected results that were rated by another answer than the one that stands: a komplettering has changed it since.

    `versions` are when each came in (UTC) and its frozen content, the oldest first; `rated` is when each result was last rated.
    """
    found = set()
    for code, at in rated.items():
        read = [content for came, content in versions if came <= at] or [content for _, content in versions[:1]]
        if read and _answer(read[-1], code) != _answer(versions[-1][1], code):
            found.add(code)
    return frozenset(found)


def _answer(content: Mapping[str, Any], code: str) -> list[Any] | None:
    result = next((each for each in content["results"] if each["code"] == code), None)
    return result and [result.get(part) for part in _ANSWERED]


def ensure_all_rated(own: Mapping[str, Rating], assessments: Mapping[str, Assessment]) -> None:
    """A report is approved when every expected result has the officer's rating, explained where it differs.

    A komplettering may have changed the region's own rating since. Raises RuleViolation with the codes that remain.
    """
    if left := unrated(own, assessments):
        rated = len(own) - len(left)
        raise RuleViolation(f"{rated} av {len(own)} förväntade resultat är bedömda. Bedöm först {', '.join(left)}.")
    if left := unexplained(own, assessments):
        raise RuleViolation(f"Skriv varför bedömningen är en annan än regionens: {', '.join(left)}.")


def fingerprint_of(version_number: int, assessments: Mapping[str, Assessment], charged: Kronor) -> str:
    """What an approval rests on: the report as handed in, every assessment of it and what the grant is charged.

    In this order, with colons between, so that it can be said which of them has changed.
    """
    said = {code: asdict(each) for code, each in assessments.items()}
    return f"{version_number}:{fingerprint(canonical(said))}:{charged}"


def ensure_same(seen: str, now: str, versions: Mapping[int, Mapping[str, Any]]) -> None:
    """What is approved is what was read. Raises RuleViolation, which says what has changed since.

    `versions` are the report's frozen contents by their number.
    """
    if seen == now:
        return
    before, after = seen.split(":"), now.split(":")
    if len(before) != len(after):
        raise RuleViolation("Läs igen innan du godkänner. Det syns inte vad du läste.")
    changed = []
    if before[0] != after[0]:
        changed += _changed_by_the_region(
            *(versions.get(int(each)) for each in (before[0], after[0]) if _is_number(each))
        )
    changed += ["bedömningarna"] if before[1] != after[1] else []
    changed += ["det som belastar bidraget"] if before[2] != after[2] else []
    raise RuleViolation(f"Det här har ändrats sedan du läste: {', '.join(changed)}. Läs igen innan du godkänner.")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _changed_by_the_region(*contents: Mapping[str, Any] | None) -> list[str]:
    """What differs between the version that was read and the newest, in the reader's words."""
    parts = {"economy": "regionens ekonomi", "results": "regionens svar om resultaten"}
    both = [content for content in contents if content is not None]
    changed = [words for part, words in parts.items() if len(both) == 2 and both[0].get(part) != both[1].get(part)]
    return changed or ["återrapporteringen, som är inskickad igen"]


# --- What is written and counted -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Approval:
    """Who approved what, and when: the version as it was handed in, by its fingerprint. `titles` goes by the result's code."""

    authority: str
    by: str
    at: datetime
    grant_year: int
    version: int
    received_at: datetime
    sha256: str
    titles: Mapping[str, str]
    charge: Charge


def approval_told(of: Approval, own: Mapping[str, Rating], assessments: Mapping[str, Assessment]) -> str:
    """Besked: the handling with which the region is told of the approval. Until then the officer's ratings and comments are
    the authority's own work; what is told is each result's rating, the region's own beside it, and the officer's comment."""
    lines = [
        f"{of.authority} har granskat och godkänt återrapporteringen för {of.grant_year}.",
        f"Godkänd av {of.by} {clock.day_time_text(of.at)}.\n"
        f"Det som är godkänt är version {of.version}, som kom in {clock.day_time_text(of.received_at)}.\n"
        f"Fingeravtryck (SHA-256): {of.sha256}",
        charge_told(of.charge),
    ]
    for code, rating in own.items():
        assessment = assessments[code]
        said = RATING_TEXTS[assessment.rating] if assessment.rating else ""
        line = f"{code} {of.titles.get(code, '')}".rstrip()
        line += f"\nVår bedömning: {said}. Er egen bedömning: {RATING_TEXTS[rating]}."
        lines.append(f"{line}\nKommentar: {assessment.comment}" if assessment.comment else line)
    return "\n\n".join(lines)


def charge_told(of: Charge) -> str:
    """What the region is told of the money: what is paid, what it is charged, and what goes over or is left of it."""
    lines = [f"Utbetalt för året: {kr(of.paid)}.", f"Belastar bidraget: {kr(of.charged)}."]
    if of.beyond:
        lines.append(f"Över det utbetalda, er egen finansiering: {kr(of.beyond)}.")
    if of.unspent:
        lines.append(f"Inte använt: {kr(of.unspent)}.")
    return "\n".join(lines)


def met_of_assessed(ratings: Iterable[Rating | None]) -> str:
    """«3 av 8»: results that are reached, of those that the authority has rated. What was not to begin is not counted."""
    counted = [rating for rating in ratings if rating not in (None, Rating.NOT_APPLICABLE)]
    return f"{sum(rating is Rating.MET for rating in counted)} av {len(counted)}" if counted else "–"
