"""Who acts: a person with the mandates that hold at the moment, the portal itself, or nobody signed in."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Role(StrEnum):
    """The keys of the published table of behörigheter; `applicant_economist` and `finance` are the two kinds of ekonom."""

    OMBUD = "ombud"
    REPRESENTANT = "representant"
    UPPGIFTSSAMORDNARE = "uppgiftssamordnare"
    APPLICANT_ECONOMIST = "applicant_economist"
    HANDLAGGARE = "handlaggare"
    ENHETSCHEF = "enhetschef"
    BESLUTSFATTARE = "beslutsfattare"
    REGISTRATOR = "registrator"
    SAKKUNNIG = "sakkunnig"
    FINANCE = "finance"
    ADMINISTRATOR = "administrator"
    INSYN = "insyn"
    SAMRAD = "samrad"
    UTVARDERARE = "utvarderare"

    @property
    def text(self) -> str:
        """The role's name on screen."""
        return ROLE_TEXTS[self]


ROLE_TEXTS = {
    Role.OMBUD: "ombud",
    Role.REPRESENTANT: "representant",
    Role.UPPGIFTSSAMORDNARE: "uppgiftssamordnare",
    Role.APPLICANT_ECONOMIST: "ekonom",
    Role.HANDLAGGARE: "handläggare",
    Role.ENHETSCHEF: "enhetschef",
    Role.BESLUTSFATTARE: "beslutsfattare",
    Role.REGISTRATOR: "registrator",
    Role.SAKKUNNIG: "sakkunnig",
    Role.FINANCE: "ekonom",
    Role.ADMINISTRATOR: "administratör",
    Role.INSYN: "insyn",
    Role.SAMRAD: "samråd",
    Role.UTVARDERARE: "utvärderare",
}

APPLICANT_ROLES = frozenset({Role.OMBUD, Role.REPRESENTANT, Role.UPPGIFTSSAMORDNARE, Role.APPLICANT_ECONOMIST})
"""Roles inside an organisation that applies; always that organisation's things only."""

CASE_READERS = frozenset(
    {Role.HANDLAGGARE, Role.ENHETSCHEF, Role.BESLUTSFATTARE, Role.REGISTRATOR, Role.SAKKUNNIG, Role.FINANCE, Role.INSYN}
)
"""Roles of the authority that read what has been handed in; never drafts. The administrator sees no case content."""


@dataclass(frozen=True)
class Mandate:
    """One role in one organisation, for all its cases or for one, from a day to a day (both included)."""

    role: Role
    organisation_id: int
    case_id: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class Actor:
    """A person and the mandates that hold now. `user_id` is None only for SYSTEM and ANONYMOUS."""

    user_id: int | None
    mandates: tuple[Mandate, ...] = ()
    name: str = ""

    @property
    def roles(self) -> frozenset[Role]:
        """Every role that the person holds somewhere."""
        return frozenset(mandate.role for mandate in self.mandates)

    @property
    def is_authority(self) -> bool:
        """Whether the person works at the authority."""
        return bool(self.roles - APPLICANT_ROLES - {Role.SAMRAD, Role.UTVARDERARE})


SYSTEM = Actor(user_id=None, name="Bidragsportalen")
"""The portal itself: the command line and the worker. It is never a party and never decides."""

ANONYMOUS = Actor(user_id=None, name="")
"""Anybody who reads the public pages."""
