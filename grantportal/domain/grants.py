"""Statsbidrag: purpose, legal basis, yearly frames."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from grantportal.domain.errors import RuleViolation
from grantportal.domain.money import Kronor, in_words, kr
from grantportal.domain.texts import few


class FrameStatus(StrEnum):
    """Whether the year's money is at the authority's disposal: beräknad or tilldelad."""

    ESTIMATED = "estimated"
    ALLOTTED = "allotted"


class AccessKind(StrEnum):
    """The four ways to a statsbidrag's money (data per grant)."""

    APPLICATION = "application"
    REQUISITION = "requisition"
    DIRECT = "direct"
    INTEREST = "interest"


class AppealVariant(StrEnum):
    """What may be appealed: nothing (with its provision), only recovery, or everything within three weeks."""

    NONE = "none"
    RECOVERY_ONLY = "recovery_only"
    THREE_WEEKS = "three_weeks"


class ConditionStatus(StrEnum):
    """A set of villkor, a form or a framework is written as a draft and never changed once published."""

    DRAFT = "draft"
    PUBLISHED = "published"


def ensure_within_frame(amount: Kronor, *, decided: Kronor, frame: Kronor, year: int | None = None) -> None:
    """A year's decisions may together not exceed the year's frame (anslagsvillkoret).

    Raises RuleViolation on the field `amount`, with what is left, in whole kronor.
    """
    left = frame - decided
    if amount > left:
        whose = f" för {year}" if year else ""
        raise RuleViolation(f"Högst {in_words(left)} återstår av årets ram{whose}.", field="amount")


def ensure_room_for_grantee(*, is_new: bool, grantees: int, most: int | None, year: int | None = None) -> None:
    """A year's decisions, over all its calls, may go to at most so many different organisations (utlysningen).

    Raises RuleViolation on the field `amount`.
    """
    if is_new and most is not None and grantees >= most:
        when = f" {year}" if year else " per år"
        raise RuleViolation(
            f"Högst {most} organisationer kan få bidrag{when}, och så många har redan fått det.", field="amount"
        )


def ensure_appeal_has_provision(variant: AppealVariant | None, provision: str) -> None:
    """What may be appealed follows from a provision; "får inte överklagas" without one would take away a right.

    Raises RuleViolation on the field `appeal_provision`.
    """
    if variant is not None and not provision:
        raise RuleViolation(
            "Skriv den bestämmelse som det följer av, till exempel 40–44 §§ förvaltningslagen (2017:900).",
            field="appeal_provision",
        )


def ensure_frame_covers(*, frame: Kronor, decided: Kronor, most: int | None, grantees: int) -> None:
    """A frame is never set below what has been decided of it, nor its number below those who have been granted.

    Raises RuleViolation on the field `frame` or `max_grantees`.
    """
    if frame < decided:
        raise RuleViolation(
            f"Ramen kan inte vara lägre än {in_words(decided)}, som redan har beviljats.", field="frame"
        )
    if most is not None and most < grantees:
        raise RuleViolation(
            f"Antalet kan inte vara lägre än {grantees}: så många har redan fått bidrag det året.",
            field="max_grantees",
        )


def ensure_can_be_allotted(status: FrameStatus, *, frame: Kronor, seen: Kronor) -> None:
    """The ekonom says that the sum on the page is at the authority's disposal: that very sum, and once."""
    if status is FrameStatus.ALLOTTED:
        raise RuleViolation("Årets medel är redan tilldelade.")
    if frame != seen:
        raise RuleViolation(f"Ramen har ändrats till {in_words(frame)}. Läs om sidan och kontrollera beloppet.")


def status_after(status: FrameStatus, *, frame: Kronor, changed_to: Kronor) -> FrameStatus:
    """Another sum than the one that was tilldelad is beräknad until it is tilldelad in its turn."""
    return FrameStatus.ESTIMATED if frame != changed_to else status


def ensure_nothing_under_way(
    status: FrameStatus, becomes: FrameStatus, under_way: Sequence[str], *, batched: int
) -> None:
    """A year's money does not go back to beräknad while payments of it are on their way to the bank.

    `under_way` names each, such as «Region Skåne (väntar på attest)», and `batched` of them are in an underlag, from which
    nothing is taken back. What is paid already was paid of tilldelade medel, and hinders nothing. Raises RuleViolation on
    `frame`.
    """
    if status is FrameStatus.ALLOTTED and becomes is not status and under_way:
        raise RuleViolation(
            "Medlen skulle bli beräknade igen, men utbetalningar är på väg: "
            f"{few(under_way)}. {_way_out(len(under_way), batched)}",
            field="frame",
        )


def _way_out(under_way: int, batched: int) -> str:
    if not batched:
        return "Ändra ramen när de är betalda, eller be en ekonom ta tillbaka dem först."
    if batched == under_way:
        return "Ändra ramen när de är betalda: det som ligger i ett underlag tas inte tillbaka."
    return (
        "Det som ligger i ett underlag tas inte tillbaka: ändra ramen när det är betalt. Det andra ska också vara betalt, "
        "eller taget tillbaka av en ekonom."
    )


@dataclass(frozen=True)
class FrameChange:
    """A line of a frame's history: when, the sum before (None: there was no frame) and after, and whether it became tilldelad.

    `most`: how many may at most be granted of it (None: as many as it lasts for); said only where the sum is set.
    """

    at: datetime
    before: Kronor | None
    frame: Kronor
    allots: bool = False
    most: int | None = None


def frame_at(changes: Sequence[FrameChange], until: datetime, *, now: Kronor) -> Kronor | None:
    """The frame as it stood at a moment, that moment included. None: it was not set yet.

    `changes` are in order. Before the first one stands what it changed; a frame without any history stands as it is now.
    """
    if not changes:
        return now
    earlier = [change for change in changes if change.at <= until]
    return earlier[-1].frame if earlier else changes[0].before


def frame_change_told(
    year: int, *, frame: tuple[Kronor | None, Kronor], most: tuple[int | None, int | None]
) -> tuple[str, ...]:
    """What everybody is told of a year of a published call: each (before, after) that differs, in a sentence.

    A year that had no frame before (None) changes nothing: it was in no call.
    """
    said = []
    if frame[0] is not None and frame[0] != frame[1]:
        said.append(f"Ramen för {year} ändrades från {kr(frame[0])} till {kr(frame[1])}.")
    if frame[0] is not None and most[0] != most[1]:
        before, after = (f"högst {each}" if each is not None else "obegränsat" for each in most)
        said.append(f"Antalet som kan få bidrag för {year} ändrades från {before} till {after}.")
    return tuple(said)


def frame_changes_told(
    year: int, changes: Sequence[FrameChange], *, since: datetime
) -> tuple[tuple[datetime, str], ...]:
    """When a year's frame or its most grantees was changed after a moment, and what everybody is told of it, oldest first."""
    sets = [change for change in changes if not change.allots]
    found = []
    for place, change in enumerate(sets):
        # The most is told with each change: of the first one it is not known what it was before.
        most = sets[place - 1].most if place else change.most
        said = frame_change_told(year, frame=(change.before, change.frame), most=(most, change.most))
        if said and change.at > since:
            found.append((change.at, " ".join(said)))
    return tuple(found)


def frame_by_history(changes: Sequence[FrameChange]) -> tuple[Kronor, FrameStatus] | None:
    """The frame and its status as the history leaves them; None where there is no history."""
    status = FrameStatus.ESTIMATED
    for place, change in enumerate(changes):
        if change.allots:
            status = FrameStatus.ALLOTTED
        else:
            before = changes[place - 1].frame if place else change.before
            status = status if before is None else status_after(status, frame=before, changed_to=change.frame)
    return (changes[-1].frame, status) if changes else None


LONGEST_CATEGORY = 200
"""A kostnadsslag is the head of a row; and PostgreSQL keeps no index of texts without end."""


def ensure_categories_stay(existing: Sequence[str], wanted: Sequence[str], *, in_use: bool) -> None:
    """Kostnadsslag that a published call uses keep their names and places; new ones go last.

    Raises RuleViolation on the field `names`.
    """
    if any(len(name) > LONGEST_CATEGORY for name in wanted):
        raise RuleViolation(f"Skriv varje kostnadsslag med högst {LONGEST_CATEGORY} tecken.", field="names")
    if len({name.casefold() for name in wanted}) < len(wanted):
        raise RuleViolation("Samma kostnadsslag står två gånger.", field="names")
    if in_use and list(wanted[: len(existing)]) != list(existing):
        raise RuleViolation(
            "En publicerad utlysning använder kostnadsslagen. Låt de som finns stå kvar som de är, och skriv nya sist.",
            field="names",
        )


@dataclass(frozen=True)
class WriteGrant:
    """What a statsbidrag is: its purpose, what it rests on, and what may be appealed."""

    title: str
    purpose: str
    assignment_refs: str = ""
    legal_basis: str = ""
    recovery_basis: str = ""
    access: AccessKind = AccessKind.APPLICATION
    appeal_variant: AppealVariant | None = None
    appeal_provision: str = ""
    appeal_is_example: bool = False


@dataclass(frozen=True)
class SetFrame:
    """A year's frame, and how many organisations it may at most go to (None: as many as it lasts for)."""

    grant_year: int
    frame: Kronor
    max_grantees: int | None = None
    adds: bool = False
    """Whether the year must be a new one: adding never changes a frame that is already there."""


@dataclass(frozen=True)
class AllotFrame:
    """The sum that the ekonom read when saying that it is tilldelad."""

    seen: Kronor


@dataclass(frozen=True)
class SetCategories:
    """The kostnadsslag in order; `personnel` is the one that staff rows add up to (empty: none)."""

    names: tuple[str, ...]
    personnel: str = ""


@dataclass(frozen=True)
class PublishConditions:
    """The villkor of a new version, in order."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class ConditionChange:
    """A villkor as one version has it, and as a later one has it; nothing where the version lacks it."""

    before: str
    after: str


_SHARED = 0.5
"""How much of their words two villkor share at least, to be the same villkor with other words."""
_MOST_PAIRS = 5_000
"""More villkor than so are not compared each with each: it would take seconds."""


def condition_changes(before: Sequence[str], after: Sequence[str]) -> tuple[ConditionChange, ...]:
    """Two versions villkor by villkor, in the order of the later one; those that are gone stand last.

    The same words are the same villkor wherever they stand; of the others those are paired that share most words.
    """
    earlier, later = set(before), set(after)
    gone = [text for text in before if text not in later]
    new = [text for text in after if text not in earlier]
    paired: dict[str, str] = {}
    if len(gone) * len(new) <= _MOST_PAIRS:
        shared = ((_likeness(old, text), -place, old, text) for old in gone for place, text in enumerate(new))
        for likeness, _, old, text in sorted(shared, reverse=True):
            if likeness >= _SHARED and text not in paired and old not in paired.values():
                paired[text] = old
    written = [ConditionChange(text if text in earlier else paired.get(text, ""), text) for text in after]
    left = set(paired.values())
    return (*written, *(ConditionChange(text, "") for text in gone if text not in left))


def _likeness(one: str, other: str) -> float:
    left, right = (Counter(re.findall(r"\w+", text.casefold())) for text in (one, other))
    whole = left.total() + right.total()
    return 2 * (left & right).total() / whole if whole else 0.0


FRAME_TEXTS = {FrameStatus.ESTIMATED: "Beräknad", FrameStatus.ALLOTTED: "Tilldelad"}
ACCESS_TEXTS = {
    AccessKind.APPLICATION: "Efter ansökan",
    AccessKind.REQUISITION: "Efter rekvisition",
    AccessKind.DIRECT: "Betalas ut direkt",
    AccessKind.INTEREST: "Efter intresseanmälan",
}
APPEAL_TEXTS = {
    AppealVariant.NONE: "Beslutet får inte överklagas",
    AppealVariant.RECOVERY_ONLY: "Bara beslut om återkrav får överklagas",
    AppealVariant.THREE_WEEKS: "Beslutet får överklagas till förvaltningsrätten inom tre veckor",
}
