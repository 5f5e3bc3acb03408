"""One filter for every text that people type: what no database and no reader can use is taken away, nothing else."""

import re
import unicodedata
from difflib import SequenceMatcher

LONGEST = 100_000
"""The longest text that any field takes, in characters."""

_KEEP = {"\n", "\t"}
# Marks that turn the direction of what follows: a reader would see another text than the one that is stored.
_DIRECTION = {
    "\u202a",
    "\u202b",
    "\u202c",
    "\u202d",
    "\u202e",
    "\u2066",
    "\u2067",
    "\u2068",
    "\u2069",
    "\u200e",
    "\u200f",
    "\u061c",
}


def clean(typed: str) -> str:
    """The text as it is stored: NFC, newlines as \\n, without control characters, NUL and marks of direction."""
    text = typed.replace("\r\n", "\n").replace("\r", "\n")
    # A lone surrogate cannot be encoded and would fail in the driver.
    text = "".join(
        char
        for char in text
        if char in _KEEP or (char not in _DIRECTION and unicodedata.category(char) not in {"Cc", "Cs"})
    )
    return unicodedata.normalize("NFC", text)


def one_line(typed: str) -> str:
    """The same for a field of one line: every run of white space becomes one space."""
    return " ".join(clean(typed).split())


# --- What differs between two texts --------------------------------------------------------------------------------

Pieces = tuple[tuple[str, bool], ...]
"""A text in pieces, each with whether the other text lacks it."""
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_MOST_WORDS = 6_000
"""Longer texts are not compared word by word: it would take seconds."""


def differences(one: str, other: str) -> tuple[Pieces, Pieces]:
    """Two texts word by word: what each has that the other has not."""
    left, right = _WORD.findall(one), _WORD.findall(other)
    if len(left) + len(right) > _MOST_WORDS:
        return ((one, one != other),) if one else (), ((other, one != other),) if other else ()
    steps = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    return (
        tuple(("".join(left[a:b]), kind != "equal") for kind, a, b, _, _ in steps if a < b),
        tuple(("".join(right[c:d]), kind != "equal") for kind, _, _, c, d in steps if c < d),
    )
