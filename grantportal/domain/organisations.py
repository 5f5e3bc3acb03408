"""Organisations: the 21 regions, the authority, and those it consults."""

import re
from dataclasses import dataclass
from enum import StrEnum

from stdnum import luhn
from stdnum.se import orgnr

from grantportal.domain.errors import RuleViolation
from grantportal.domain.money import ensure_one_number


class OrganisationKind(StrEnum):
    """What an organisation is to the portal."""

    REGION = "region"
    AUTHORITY = "authority"
    CONSULTED = "consulted"
    OTHER = "other"


KIND_TEXTS = {
    OrganisationKind.REGION: "region",
    OrganisationKind.AUTHORITY: "myndighet som beslutar",
    OrganisationKind.CONSULTED: "samrådspart",
    OrganisationKind.OTHER: "annan organisation",
}


def organisation_number(typed: str) -> str:
    """«232100-0255» from what was typed; a leading 16 is taken away. Raises RuleViolation when it is not a number of a legal person."""
    ensure_one_number(typed, field="organisation_number")
    digits = "".join(char for char in typed if char.isdigit())
    if len(digits) == 12 and digits.startswith("16"):
        digits = digits[2:]
    # The first digit is the kind of legal person, from 1; the third is at least 2, below that it would be a personnummer.
    if len(digits) != 10 or not orgnr.is_valid(digits) or digits[0] == "0" or digits[2] < "2":
        raise RuleViolation(
            "Kontrollera organisationsnumret. Det ska ha tio siffror, till exempel 232100-0255.",
            field="organisation_number",
        )
    return f"{digits[:6]}-{digits[6:]}"


def bank_giro(typed: str) -> str:
    """«5050-1055» from what was typed: 7 or 8 digits, the first not 0, the last a check digit. Raises RuleViolation otherwise.

    A hyphen that is typed stands before the last four digits: elsewhere a digit has been left out.
    """
    ensure_one_number(typed, field="giro")
    text = "".join(typed.split()).replace("\u2013", "-").replace("\u2212", "-")
    if re.fullmatch(r"[0-9]+-[0-9]+", text) and len(text) in (8, 9) and text[-5] != "-":
        raise RuleViolation(
            "Kontrollera bankgironumret. Bindestrecket ska stå före de fyra sista siffrorna, till exempel 5050-1055.",
            field="giro",
        )
    if not re.fullmatch(r"[0-9]{3,4}-?[0-9]{4}", text):
        raise RuleViolation(
            "Kontrollera bankgironumret. Det ska ha sju eller åtta siffror, till exempel 5050-1055.", field="giro"
        )
    digits = text.replace("-", "")
    if digits.startswith("0"):
        # Zeros pass the check digit; and nobody has such a number.
        raise RuleViolation("Kontrollera bankgironumret. Det börjar aldrig med 0.", field="giro")
    if not luhn.is_valid(digits):
        raise RuleViolation(
            "Kontrollera bankgironumret. Sista siffran stämmer inte med de andra, så någon siffra är fel.", field="giro"
        )
    return f"{digits[:-4]}-{digits[-4:]}"


@dataclass(frozen=True)
class ChangeMailbox:
    """The organisation's own mailbox, that gets a copy of what its persons get; empty for none."""

    mailbox: str


@dataclass(frozen=True)
class RegisterOrganisation:
    """A new organisation."""

    name: str
    organisation_number: str
    kind: OrganisationKind
    mailbox: str = ""
    also_known_as: tuple[str, ...] = ()
    """Other spellings that lists from outside use."""
