"""Whether a text can be an answer at all."""

import pytest

from grantportal.domain.errors import RuleViolation
from grantportal.domain.reasons import ensure_says_something, says_something


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-",
        "…",
        "ok",
        "OK!",
        "Ok, ok.",
        "klart",
        "Allt är klart.",
        "Kontrollerat och godkänt",
        "xxx xxx",
        "aaaa bbbb",
        "1234 5678",
        "ja / nej",
        "växeln",
    ],
)
def test_what_answers_nothing(text):
    assert not says_something(text)
    with pytest.raises(RuleViolation, match="Skriv hur med några ord") as refusal:
        ensure_says_something(text, field="how", what="hur")
    assert refusal.value.field == "how"


@pytest.mark.parametrize("text", ["Ringde växeln.", "Fel konto", "Banken betalade så.", "Regionen bad om det"])
def test_what_may_answer(text):
    assert says_something(text)
    ensure_says_something(text, field="how")
