"""Personnummer and samordningsnummer in what people write: found, warned of or stopped, and never passed on to a log.

A number is ten digits, or twelve with the century, whose date exists (samordningsnummer: the day plus 60) and whose last
digit is the check digit. That rule leaves out organisationsnummer (the month is 20 or more), bankgiro and plusgiro (too
short), diarienummer and telephone numbers as they are written.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator, Mapping

from grantportal.domain.errors import RuleViolation, RuleViolations
from grantportal.domain.texts import normal

MASK = "[personnummer]"
LONGEST_REASON = 500

IN_APPLICATION = (
    "Det ser ut att stå ett personnummer eller samordningsnummer här. Svaret är inte sparat. "
    "Ta bort numret, eller skriv varför det behövs och spara igen."
)
IN_DRAFT = (
    "Det ser ut att stå ett personnummer eller samordningsnummer här. Svaret är inte sparat. "
    "Ta bort numret, eller tryck på Spara och skriv varför det behövs."
)
"""While the person writes: the page has no place for the reason yet."""
IN_REPORT = (
    "Det ser ut att stå ett personnummer eller samordningsnummer här. "
    "Ta bort det: en återrapportering får inte innehålla uppgifter om enskilda personer."
)
IN_NAME = (
    "Det ser ut att stå ett personnummer eller samordningsnummer här. Ta bort det: här ska det inte stå vem någon är."
)
IN_PUBLISHED = (
    "Det ser ut att stå ett personnummer eller samordningsnummer här. Ta bort det: texten ska kunna läsas av alla."
)
IN_FILE_NAME = (
    "Det ser ut att stå ett personnummer eller samordningsnummer i filens namn. Filen är inte sparad. "
    "Döp om filen, eller skriv varför numret behövs och välj filen igen."
)
IN_SEARCH = "Det ser ut att stå ett personnummer eller samordningsnummer i sökningen. Ta bort det ur listans sökruta, och spara sedan vyn."
IN_REASON = "Skriv skälet utan personnummer."
IN_TEXT = (
    "Det ser ut att stå ett personnummer eller samordningsnummer här. Inget är sparat. "
    "Ta bort numret, eller skriv varför det behövs och spara igen."
)
IN_MESSAGE = (
    "Det ser ut att stå ett personnummer eller samordningsnummer här. Inget är skickat. "
    "Ta bort numret, eller skriv varför det behövs och skicka igen."
)

# Between the date and the last four: a hyphen of any kind or a plus, with or without spaces; a space, or, as in the name of
# a file, an underscore.
_MARK = r"(?P<mark> {0,2}[-+\u2010-\u2015\u2212\ufe63\uff0d] {0,2}| {1,2}|_)"
_NUMBER = re.compile(
    r"(?<![0-9])(?P<century>18|19|20)?(?P<year>[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    rf"{_MARK}?(?P<last>[0-9]{{4}})(?![0-9])"
)
# As people write a date before the last four: 1985-01-01-1236.
_DATED = re.compile(
    r"(?<![0-9])(?P<century>18|19|20)?(?P<year>[0-9]{2})(?P<between>[-_])(?P<month>[0-9]{2})(?P=between)(?P<day>[0-9]{2})"
    rf"{_MARK}(?P<last>[0-9]{{4}})(?![0-9])"
)
# Ten digits in a row that begin with 0 are a telephone number where the words before say so.
_CALLED = re.compile(
    r"\b(?:tel|tfn|telefon|mobil|telefonnummer|mobilnummer|växel|fax|ring|sms)(?:[a-zåäö]*)?[.:]? ?(?:nr|nummer)?[.:]?\s*$",
    re.IGNORECASE,
)
_UNSEEN = {"\u00ad", "\u180e", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u2060", "\ufeff"}


def contains(text: str) -> bool:
    """Whether a personnummer or samordningsnummer stands in the text."""
    return bool(found(text))


def found(text: str) -> frozenset[str]:
    """The numbers in the text, each as ten digits: for comparing two texts, never for showing or storing."""
    if sum(map(str.isdecimal, normal(text, "NFKC"))) < 10:
        return frozenset()  # most texts: looked through at every save
    return frozenset(_ten_digits(match) for match in _matches(_plain(text)))


def masked(text: str) -> str:
    """The text with every number taken out: for logs and history. Text without numbers comes back as it was."""
    if not any(char.isdigit() for char in text):
        return text
    plain = _plain(text)
    spans = [match.span() for match in _matches(plain)]
    for start, end in sorted(set(spans), reverse=True):
        plain = plain[:start] + MASK + plain[end:]
    return plain if spans else text


def ensure_none(texts: Mapping[str, str], message: str = IN_REPORT) -> None:
    """Where no number may stand. `texts` by the name of the field. Raises RuleViolations, each beside its field."""
    wrong = [RuleViolation(message, field=field) for field, text in texts.items() if contains(text)]
    if wrong:
        raise RuleViolations(wrong)


def ensure_reasoned(
    texts: Mapping[str, str], reason: str, *, message: str = IN_MESSAGE, reason_field: str = "reason"
) -> bool:
    """A number may stay where a reason is given. Answers whether there is one: then the reason goes into the history.

    For messages and the like: `texts` by the name of the field. Raises RuleViolations, each beside its field.
    """
    wanted = [field for field, text in texts.items() if contains(text)]
    if contains(reason):
        raise RuleViolation(IN_REASON, field=reason_field)
    if wanted and not reason.strip():
        raise RuleViolations([RuleViolation(message, field=field) for field in wanted])
    return bool(wanted)


def kept(texts: Mapping[str, str], reason: str, message: str = IN_MESSAGE) -> dict[str, str]:
    """The same for what is sent with a form that has a field `number_reason`: what the event says of it, which is nothing
    where there is no number."""
    has_number = ensure_reasoned(texts, reason, message=message, reason_field="number_reason")
    return {"kept_because": reason.strip()} if has_number else {}


def _plain(text: str) -> str:
    """Every digit as an ordinary one, of whatever script, and nothing between them that cannot be seen."""
    return "".join(str(unicodedata.decimal(char, char)) for char in normal(text, "NFKC") if char not in _UNSEEN)


def _matches(plain: str) -> Iterator[re.Match[str]]:
    for pattern in (_NUMBER, _DATED):
        # A number may begin within one that was none: every place is tried.
        place = 0
        while match := pattern.search(plain, place):
            is_number = _is_date(match) and _is_checked(_ten_digits(match)) and match["last"][:3] != "000"
            if is_number and not _is_telephone(plain, match):
                yield match
                place = match.end()
            else:
                place = match.start() + 1


def _ten_digits(match: re.Match[str]) -> str:
    return match["year"] + match["month"] + match["day"] + match["last"]


def _is_date(match: re.Match[str]) -> bool:
    month, day = int(match["month"]), int(match["day"])
    if day > 60:
        day -= 60
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return False
    centuries = [match["century"]] if match["century"] else ["18", "19", "20"]
    return any(day <= monthrange(int(century + match["year"]), month)[1] for century in centuries)


def _is_checked(ten: str) -> bool:
    """The check digit of ten digits, by Luhn."""
    total = 0
    for place, digit in enumerate(ten):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _is_telephone(plain: str, match: re.Match[str]) -> bool:
    if match["century"] or match["mark"] or not match["year"].startswith("0"):
        return False
    return bool(_CALLED.search(plain[max(0, match.start() - 40) : match.start()]))
