"""Ungdomshem: SiS's institutions, which an application names."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from grantportal.domain.errors import RuleViolation
from grantportal.domain.lifecycle import Lifecycle
from grantportal.domain.organisations import OrganisationKind

OTHERS = "Övriga ungdomshem"
"""The heading of the homes that no region is said of."""


class YouthHomeStatus(StrEnum):
    """Whether the home can be chosen."""

    OPEN = "open"
    CLOSED = "closed"


class YouthHomeAction(StrEnum):
    """What may be done with a home in the list."""

    MOVE = "move"
    CLOSE = "close"
    REOPEN = "reopen"


_S, _A = YouthHomeStatus, YouthHomeAction

YOUTH_HOME: Lifecycle[YouthHomeStatus, YouthHomeAction] = Lifecycle(
    {
        (_S.OPEN, _A.MOVE): _S.OPEN,
        (_S.CLOSED, _A.MOVE): _S.CLOSED,
        (_S.OPEN, _A.CLOSE): _S.CLOSED,
        (_S.CLOSED, _A.REOPEN): _S.OPEN,
    },
    refusal="Någon annan har ändrat ungdomshemmet. Ladda om sidan och se vad som gäller nu.",
)


@dataclass(frozen=True)
class RegisterYouthHomes:
    """The names of homes that applications can choose among, and the region that they work with, where one is known."""

    names: tuple[str, ...]
    region_id: int | None = None


@dataclass(frozen=True)
class MoveYouthHome:
    """The region that the home works with from now on; None for none that is known."""

    region_id: int | None


def ensure_is_region(kind: OrganisationKind | None) -> None:
    """Homes stand under regions. Raises RuleViolation beside the field."""
    if kind is not OrganisationKind.REGION:
        raise RuleViolation("Välj en region i listan.", field="region_id")


@dataclass(frozen=True)
class Home:
    """A home, and the region that it works with; an empty name where none is known."""

    id: int
    name: str
    region: str = ""
    is_closed: bool = False
    place: int = 0
    """Where it comes among all homes by name."""


def grouped(homes: Iterable[Home], *, first: str = "") -> tuple[tuple[str, tuple[Home, ...]], ...]:
    """The homes under their regions' names, each list in its given order: the region named `first` before the others.

    Homes of no known region come last, under a heading of their own.
    """
    groups: dict[str, list[Home]] = {first: []} if first else {}
    others: list[Home] = []
    for home in homes:
        (groups.setdefault(home.region, []) if home.region else others).append(home)
    found = [(region, tuple(of)) for region, of in groups.items() if of]
    return (*found, (OTHERS, tuple(others))) if others else tuple(found)
