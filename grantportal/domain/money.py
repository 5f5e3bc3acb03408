"""Money is whole kronor. This module reads what people type and writes it as Swedish readers expect."""

import re
from dataclasses import dataclass
from typing import Annotated

from grantportal.domain.errors import RuleViolation
from grantportal.domain.texts import CELL_BREAKS


@dataclass(frozen=True)
class Unit:
    """What a number counts; said beside a type, so that tables know how to store it."""

    name: str


Kronor = Annotated[int, Unit("kronor")]
NBSP = "\u00a0"
MINUS = "\u2212"
MOST: Kronor = 9_999_999_999
"""The largest amount a field takes: above any statsbidrag, and below two amounts of a column that a browser pasted as one."""

_WIDTHLESS = re.compile(r"[\u180e\u200b-\u200d\u2060\ufeff]+")
"""What comes along, unseen, when an amount is copied from a page or a sheet."""
_UNIT = re.compile(r"(?:kr\.?|krona|kronor|sek|:-)$", re.IGNORECASE)
_TWO_CELLS = re.compile(rf"[0-9][^0-9{CELL_BREAKS}]*[{CELL_BREAKS}]+[^0-9]*[0-9]")
_DIGIT_GROUPS = re.compile(r"[0-9]+|[0-9]{1,3}(?:\s+[0-9]{3})+")
"""Every kind of space parts thousands; between other digits it parts two numbers."""


class AmountError(RuleViolation):
    """What was typed is not an amount in whole kronor."""


def number(value: int) -> str:
    """An integer with no-break spaces between thousands: «2 913 808»; a negative one has a true minus sign."""
    text = f"{abs(value):,}".replace(",", NBSP)
    return f"{MINUS}{text}" if value < 0 else text


def kr(value: Kronor) -> str:
    """An amount for tables and fields: «2 913 808 kr»."""
    return f"{number(value)}{NBSP}kr"


def signed_kr(value: Kronor) -> str:
    """A difference, with its sign: «+54 228 kr»."""
    return f"+{kr(value)}" if value > 0 else kr(value)


def in_words(value: Kronor) -> str:
    """An amount inside a sentence: «2 913 808 kronor», «1 krona»."""
    return f"{number(value)}{NBSP}{'krona' if abs(value) == 1 else 'kronor'}"


def ensure_one_number(typed: str, *, field: str | None = None) -> None:
    """What is pasted from a sheet is several numbers, with tabs or new lines between their digits: never one.

    Raises AmountError on `field`.
    """
    if _TWO_CELLS.search(typed):
        raise AmountError("Det ser ut som flera tal i samma fält. Skriv ett i varje fält.", field=field)


def whole_digits(typed: str) -> str:
    """The digits of one number: without the spaces between its thousands.

    Two cells are never one number, and a group that is not of three digits may be two. Text that is no digits comes back as
    it is, without spaces. Raises AmountError.
    """
    text = _WIDTHLESS.sub("", typed).strip()
    ensure_one_number(text)
    if re.fullmatch(r"[0-9\s]+", text) and not _DIGIT_GROUPS.fullmatch(text):
        raise AmountError("Skriv siffrorna i grupper om tre, till exempel 150\u00a0000, eller utan mellanrum.")
    return re.sub(r"\s+", "", text)


def parse_kronor(typed: str) -> Kronor:
    """Whole kronor from what a person typed.

    Every kind of space between thousands, a trailing `kr` and `,00` are accepted. A point is refused (is `1.000` a thousand
    or one?), and so are decimals, signs, exponents, two amounts in one and amounts above `MOST`. Raises AmountError with a
    sentence that says what to write.
    """
    text = _UNIT.sub("", _WIDTHLESS.sub("", typed).strip()).rstrip()
    text = whole_digits(re.sub(r",(00|-)$", "", text))
    if not text:
        raise AmountError("Skriv ett belopp i hela kronor, eller 0.")
    if text[0] in "-\u2212\u2013+":
        raise AmountError("Skriv beloppet utan plus- eller minustecken.")
    if "." in text:
        raise AmountError("Skriv beloppet utan punkt, till exempel 1\u00a0000.")
    if re.fullmatch(r"[0-9]+,[0-9]+", text):
        raise AmountError("Skriv hela kronor, utan ören.")
    if not re.fullmatch(r"[0-9]+", text):
        raise AmountError("Skriv beloppet med siffror, i hela kronor.")
    # Counted before it is read: thousands of digits take long.
    if len(text.lstrip("0")) > len(str(MOST)):
        raise AmountError(
            f"Beloppet är för stort. Högst {kr(MOST)} går att skriva. Är det flera tal, skriv ett i varje fält."
        )
    return int(text)


def percent(part: int, whole: int) -> str:
    """A share with one decimal and a comma: «73,9 %», «1 320,3 %»; an undefined share is «–»."""
    if not whole:
        return "–"
    return f"{100 * part / whole:,.1f}".replace(",", NBSP).replace(".", ",") + f"{NBSP}%"
