"""Why and how, in a person's own words: a floor under what can be an answer."""

import re

from grantportal.domain.errors import RuleViolation

_SAYS_NOTHING = frozenset(
    "allt alla av bra check det den detta är ej en ett fel fint färdig färdigt gjord gjort godkänd godkänt har helt i inga "
    "inget ingen ja jag jo klar klart kontroll kontrollen kontrollerad kontrollerade kontrollerat kollad kollat nej nu och ok "
    "okay okej oki okey på redan rätt som stämde stämmer test testar utförd utfört vet vi yes".split()
)
"""Words that answer no question of how or why, alone or together."""


def says_something(text: str) -> bool:
    """Whether a text can be an answer to how or why: at least two words, and not only words that answer nothing.

    «ok», «-», «klart», «allt är klart» and «xxx xxx» are none. It is a floor: whether the answer is a good one is for the
    next person to judge.
    """
    words = set(re.findall(r"[^\W\d_]{2,}", text.casefold()))
    return len(words) >= 2 and any(len(set(word)) > 1 for word in words - _SAYS_NOTHING)


def ensure_says_something(text: str, *, field: str, what: str = "varför") -> None:
    """What is asked for is answered. `what` is the word that it is asked with. Raises RuleViolation on `field`."""
    if not says_something(text):
        raise RuleViolation(f"Skriv {what} med några ord, så att den som läser efter dig förstår.", field=field)
