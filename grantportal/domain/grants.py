"""Statsbidrag: purpose, legal basis, yearly frames."""

from enum import StrEnum

from grantportal.domain.errors import RuleViolation
from grantportal.domain.money import Kronor, in_words


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
