"""Who people are and how they prove it: passwords, engångskoder, attempts, and which mandate fits which organisation."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from ipaddress import IPv6Address, ip_address
from math import ceil
from pathlib import Path

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from grantportal.domain.actors import APPLICANT_ROLES, Role
from grantportal.domain.errors import RuleViolation, TooManyAttempts
from grantportal.domain.money import ensure_one_number
from grantportal.domain.organisations import OrganisationKind
from grantportal.domain.texts import normal

SHORTEST_PASSWORD = 15
SHORTEST_BESIDE_CODE = 12
"""Characters of a password that an engångskod is asked for beside."""
LONGEST_PASSWORD = 200
_LONGEST_TYPED = 4 * LONGEST_PASSWORD
"""No password that is put together otherwise than the stored one is longer: what is, is not even read."""
LONGEST_ADDRESS = 254
CODE_MINUTES = 10
"""How long a person has for the engångskod after the password."""
WRONG = "E-postadressen eller lösenordet stämmer inte."
"""The same for an unknown address, a wrong password and a closed account: nobody learns who has an account."""
WRONG_PASSWORD = "Lösenordet stämmer inte."
WRONG_CODE = "Engångskoden stämmer inte. Vänta på nästa kod i appen och försök igen."
SEAL_BROKEN = "Engångskoden går inte att kontrollera. Kontakta oss, så hjälper vi dig att logga in."
LINK_ENDED = "Länken gäller inte längre. Be om en ny."

_COMMON = Path(__file__).parents[1] / "data" / "common-passwords.txt"

_HASHER = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4)
_NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$YH2xitQb8MVm78LZtb6YTA$gYpgp5zEspcRK4m5dKAHqikPjxpbL2oNAzrzCIXza00"
"""Checked when there is no account, so that an unknown address takes as long to answer as a known one."""
_STEP_SECONDS = 30


@dataclass(frozen=True)
class SignIn:
    """An attempt to sign in."""

    email: str
    password: str


@dataclass(frozen=True)
class EnterCode:
    """The engångskod from the person's app."""

    code: str


@dataclass(frozen=True)
class ChoosePassword:
    """The password that a person chooses for the account."""

    password: str


@dataclass(frozen=True)
class ChangePassword:
    """Another password for the account, by whoever knows the one that it has."""

    current: str
    password: str


@dataclass(frozen=True)
class ConfirmCode:
    """An engångskod, and the password of whoever turns the engångskod on or off."""

    code: str
    password: str


@dataclass(frozen=True)
class CreateUser:
    """A new person."""

    name: str
    email: str
    is_example: bool = False


@dataclass(frozen=True)
class GrantMandate:
    """Behörighet for a person: a role in an organisation, from a day, perhaps to a day."""

    email: str
    organisation: str
    """Organisationsnummer or name."""
    role: Role
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True)
class Invite:
    """Behörighet for a person of the own organisation, who may say no: for all its cases, or for one."""

    name: str
    email: str
    role: Role
    case_id: int | None
    valid_from: date
    valid_to: date | None = None


class InvitationStatus(StrEnum):
    """How an invitation stands."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


INVITATION_TIME = timedelta(days=14)
"""How long somebody has to answer an invitation."""
INVITATION_ENDED = "Inbjudan gäller inte längre. Be den som bjöd in dig att bjuda in dig igen."


def invitation_waits(status: InvitationStatus, invited_at: datetime, now: datetime) -> bool:
    """Whether the invited can still say yes or no."""
    return status is InvitationStatus.WAITING and now < invited_at + INVITATION_TIME


@dataclass(frozen=True)
class EndMandate:
    """Take back a person's role in an organisation, at once."""

    email: str
    organisation: str
    """Organisationsnummer or name."""
    role: Role


@dataclass(frozen=True)
class Limits:
    """How many wrong attempts within how many minutes, per account and per address that they come from."""

    per_account: int
    per_address: int
    minutes: int


def _unknown(_email: str) -> str:
    return ""


@dataclass(frozen=True)
class Visitor:
    """From where somebody tries."""

    address: str
    """The network address."""
    device: Callable[[str], str] = _unknown
    """What names the device for an e-mail address that has signed in with it before; empty for every other address."""
    browser: str = ""
    """Which browser it is, in words."""


_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def browser_text(user_agent: str) -> str:
    """Which browser it says that it is, in words for its owner: «Firefox, Windows». Nothing else of it is kept."""
    program = next((name for sign, name in _BROWSERS if f"{sign}/" in user_agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    return ", ".join(part for part in (program, system) if part) or "Okänd webbläsare"


def counted_under(what: str, whose: object, email: str, visitor: Visitor, limits: Limits) -> list[tuple[str, int]]:
    """What an attempt is counted under, each with how many are free in a window.

    A device that the person has signed in with before has a count of its own: nobody else can use it up. All unknown devices
    share one for each account, and one for each address that they come from.
    """
    device = visitor.device(email)
    if device:
        return [(f"{what}:{whose} device:{device}", limits.per_account)]
    return [
        (f"{what}:{whose}", limits.per_account),
        (f"address:{network_of(visitor.address)}", limits.per_address),
    ]


def email_address(typed: str) -> str:
    """The address as it is stored: in lower case. Raises RuleViolation when it is none."""
    address = "" if len(typed) > 4 * LONGEST_ADDRESS else normal(typed).strip().lower()
    local, at, domain = address.rpartition("@")
    if (
        not (at and local and "." in domain.strip("."))
        or any(char.isspace() for char in address)
        or len(address) > LONGEST_ADDRESS
    ):
        raise RuleViolation("Skriv en e-postadress, till exempel namn@example.se.", field="email")
    return address


def closed_address(user_id: int) -> str:
    """What stands in the place of the e-mail address of a closed account: no address at all."""
    return f"avslutat-{user_id}@invalid"


def shortest(*, with_code: bool) -> int:
    """How many characters a password has at least."""
    return SHORTEST_BESIDE_CODE if with_code else SHORTEST_PASSWORD


def ensure_password(password: str, *, name: str, email: str, with_code: bool) -> None:
    """Long enough, not one of the common ones, not the person's own name or address. No other demands: length is what counts.

    `with_code` says that the person signs in with an engångskod too. Raises RuleViolation on `password`.
    """
    entered = _normal(password[: _LONGEST_TYPED + 1])
    least = shortest(with_code=with_code)
    if len(entered) < least:
        raise RuleViolation(f"Välj ett lösenord med minst {least} tecken.", field="password")
    if len(entered) > LONGEST_PASSWORD or len(password) > _LONGEST_TYPED:
        raise RuleViolation(f"Välj ett lösenord med högst {LONGEST_PASSWORD} tecken.", field="password")
    plain = entered.casefold()
    own = _normal(name).casefold()
    if plain in {email, email.partition("@")[0], own, "".join(own.split())}:
        raise RuleViolation("Lösenordet är ditt namn eller din e-postadress. Välj ett annat.", field="password")
    if plain in _common() or len(set(plain)) < 4:
        raise RuleViolation("Lösenordet är ett av de vanligaste. Välj ett annat.", field="password")


@cache
def _common() -> frozenset[str]:
    lines = _COMMON.read_text("utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("# "))


def ensure_long_enough_alone(password: str) -> None:
    """Without an engångskod beside it, a shorter password is not enough. Raises RuleViolation on `password`."""
    if len(_normal(password)) < SHORTEST_PASSWORD:
        raise RuleViolation(
            f"Utan engångskod ska lösenordet ha minst {SHORTEST_PASSWORD} tecken. Byt lösenord först.", field="password"
        )


def hashed(password: str) -> str:
    """What is stored of a password (argon2id)."""
    return _HASHER.hash(_normal(password))


def is_right_password(password: str, stored: str | None) -> bool:
    """Whether the password is the account's. Without an account it takes the same time and is always wrong."""
    try:
        matches = _HASHER.verify(stored or _NOBODYS, _normal(password[:_LONGEST_TYPED])[: LONGEST_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False
    return matches and stored is not None


def needs_new_hash(stored: str) -> bool:
    """Whether the stored hash was made with weaker settings than those of today."""
    return _HASHER.check_needs_rehash(stored)


def _normal(password: str) -> str:
    # The same å from another keyboard may be two code points.
    return normal(password, "NFKC")


def new_secret() -> str:
    """A secret for the person's app with engångskoder."""
    return pyotp.random_base32()


def app_address(secret: str, email: str) -> str:
    """What the QR code says to the app."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Bidragsportalen")


def step_of_code(secret: str, code: str, now: datetime) -> int | None:
    """The half-minute that the code belongs to, or None when it is wrong; one half-minute early or late is accepted."""
    try:
        ensure_one_number(code)
    except RuleViolation:
        return None
    typed = "".join(char for char in code if char in "0123456789")
    current = int(now.timestamp()) // _STEP_SECONDS
    made = pyotp.TOTP(secret)
    for step in (current, current - 1, current + 1):
        if hmac.compare_digest(made.at(step * _STEP_SECONDS), typed):
            return step
    return None


PAUSE = timedelta(seconds=60)
"""When the free attempts of a window are used up, one more is let in each time that so much has passed."""


def opens_pause(tried: int, *, most: int) -> bool:
    """Whether the attempt is the last free one, or comes after it: the next waits. `tried` counts this one too."""
    return tried >= most


def ensure_let_in(tried: int, *, most: int, in_pause: int, left: timedelta) -> None:
    """Whoever has tried too many times has to wait, also with the right password: raises TooManyAttempts.

    `tried` counts the attempts of the window and `in_pause` those of the running pause, this one in both; `left` is how long
    the pause lasts still.
    """
    if tried > most and in_pause > 1:
        raise TooManyAttempts(min(max(ceil(left.total_seconds()), 1), int(PAUSE.total_seconds())))


def network_of(address: str) -> str:
    """Where attempts come from: an IPv4 address, or the /64 that one IPv6 subscriber has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return str(parsed)


_ROLES_IN: dict[OrganisationKind, frozenset[Role]] = {
    OrganisationKind.REGION: APPLICANT_ROLES,
    OrganisationKind.AUTHORITY: frozenset(Role) - APPLICANT_ROLES - {Role.SAMRAD, Role.UTVARDERARE},
    OrganisationKind.CONSULTED: frozenset({Role.SAMRAD}),
    OrganisationKind.OTHER: APPLICANT_ROLES | {Role.UTVARDERARE},
}


def can_apply(kind: OrganisationKind) -> bool:
    """Whether such an organisation can have an ombud."""
    return Role.OMBUD in _ROLES_IN[kind]


def ensure_role_fits(role: Role, kind: OrganisationKind) -> None:
    """An ombud belongs to an applicant and a handläggare to the authority: a role outside its own side would open the other's."""
    if role not in _ROLES_IN[kind]:
        raise RuleViolation(f"Behörigheten {role.text} kan inte ges i en sådan organisation.", field="role")


def ensure_period(valid_from: date, valid_to: date | None) -> None:
    """A mandate ends on the day it begins at the earliest."""
    if valid_to is not None and valid_to < valid_from:
        raise RuleViolation("Sista dagen kan inte vara före första dagen.", field="valid_to")


def ensure_not_begun_before(valid_from: date, today: date) -> None:
    """A mandate is not given for days that have gone: nobody could have acted on it."""
    if valid_from < today:
        raise RuleViolation("Behörigheten kan börja gälla tidigast i dag.", field="valid_from")


def ensure_not_the_last_ombud(others: int, organisation: str) -> None:
    """Without an ombud nobody could report or change the giro, nor invite another. `others` are the other active ones."""
    if others == 0:
        raise RuleViolation(
            f"{organisation} har inget annat ombud. Ansök om ett nytt ombud först: när det är godkänt kan behörigheten avslutas."
        )


def holds_on(valid_from: date, valid_to: date | None, day: date) -> bool:
    """A mandate holds from its first day to its last, both included."""
    return valid_from <= day and (valid_to is None or valid_to >= day)


def mandate_status(
    valid_from: date, valid_to: date | None, today: date, *, ended: bool = False
) -> tuple[str, str, str]:
    """How the table of behörigheter marks a mandate: tone, symbol and word."""
    if not ended and holds_on(valid_from, valid_to, today):
        return ("ok", "check", "Gäller")
    if not ended and valid_from > today:
        return ("info", "clock", "Gäller inte än")
    return ("empty", "cross", "Har upphört")


def session_status(*, is_open: bool, is_own: bool, lacks_code: bool) -> tuple[str, str, str]:
    """How the table of sign-ins marks one: tone, symbol and word."""
    if is_own:
        return ("ok", "check", "Den här webbläsaren")
    if lacks_code:
        return ("warn", "warning", "Engångskoden skrevs inte")
    return ("info", "clock", "Inloggad") if is_open else ("empty", "dash", "Avslutad")
