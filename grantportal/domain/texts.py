"""One filter for every text that people type: what no database and no reader can use is taken away, nothing else."""

import unicodedata

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
