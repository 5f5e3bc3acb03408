"""One filter for every text that people type: what no database and no reader can use is taken away, nothing else."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

LONGEST = 100_000
"""The longest text that any field takes, in characters."""

_KEEP = {"\n", "\t"}
_NEW_LINE = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
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


def few(named: Sequence[str], between: str = ", ") -> str:
    """The first of them, and how many more there are: a sentence beside a field is read, and thousands are not."""
    more = len(named) - _NAMED
    return between.join(named[:_NAMED]) + (f" och {more} till" if more > 0 else "")


_NAMED = 5


MOST_MARKS = 30
"""So many marks in a row can belong to one letter (Unicode's Stream-Safe Text Format, UAX 15); no language has more."""


def normal(text: str, form: Literal["NFC", "NFD", "NFKC"] = "NFC") -> str:
    """The text in one of Unicode's normal forms, without what is more than `MOST_MARKS` marks in a row.

    The only place that normalises: to put marks in their order takes time with the square of how many stand in a row, and
    a text of nothing but marks would hold a process for minutes.
    """
    return text if text.isascii() else unicodedata.normalize(form, "".join(_within(text)))


def _within(text: str) -> Iterator[str]:
    run = 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run <= MOST_MARKS:
            yield char


def clean(typed: str) -> str:
    """The text as it is stored: NFC, newlines as \\n, without control characters, NUL and marks of direction."""
    # Every other sign of a new line too, such as a word processor's: taken away, it would join two words.
    text = _NEW_LINE.sub("\n", typed)
    # A lone surrogate cannot be encoded and would fail in the driver.
    text = "".join(
        char
        for char in text
        if char in _KEEP or (char not in _DIRECTION and unicodedata.category(char) not in {"Cc", "Cs"})
    )
    return normal(text)


def one_line(typed: str) -> str:
    """The same for a field of one line: every run of white space becomes one space."""
    return " ".join(clean(typed).split())


CELL_BREAKS = r"\t\n\r\v\f\x1c-\x1f\x85\u2028\u2029"
"""What stands between cells that are pasted from a sheet: for a pattern's brackets."""


def one_cell(typed: str) -> str:
    """The same for a number: what parts two cells stays, as a tab, so that two numbers never look like one."""
    cells = [one_line(cell) for cell in re.split(f"[{CELL_BREAKS}]", typed)]
    return "\t".join(cell for cell in cells if cell)


# --- What differs between two texts --------------------------------------------------------------------------------

Pieces = tuple[tuple[str, bool], ...]
"""A text in pieces, each with whether the other text lacks it."""
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_MOST_WORDS = 6_000
"""Longer texts are not compared word by word: it would take seconds."""


def differences(one: str, other: str) -> tuple[Pieces, Pieces]:
    """Two texts word by word: what each has that the other has not."""
    left, right = _WORD.findall(one), _WORD.findall(other)
    if _is_long(left, right):
        return ((one, one != other),) if one else (), ((other, one != other),) if other else ()
    steps = _steps(left, right)
    return (
        _joined(("".join(left[a:b]), differs) for differs, a, b, _, _ in steps),
        _joined(("".join(right[c:d]), differs) for differs, _, _, c, d in steps),
    )


@dataclass(frozen=True)
class Compared:
    """Two answers beside each other: each text of each in pieces, with what the other answer lacks told apart."""

    before: tuple[Pieces, ...]
    after: tuple[Pieces, ...]
    by_word: bool
    """Whether every text could be compared word by word; else what is too long is told apart as a whole."""

    @property
    def differs(self) -> bool:
        """Whether anything at all differs."""
        return self.before != self.after


def compared(before: Sequence[str], after: Sequence[str]) -> Compared:
    """Two answers, each of any number of texts: first line by line, and then word by word in the lines that differ.

    Equal lines are found first, so that a long text with few changes is still compared by word.
    """
    one, other = "\n".join(before), "\n".join(after)
    left, right = _LINE.findall(one), _LINE.findall(other)
    steps = [(True, 0, len(left), 0, len(right))] if _is_long(left, right) else _steps(left, right)
    was: list[tuple[str, bool]] = []
    now: list[tuple[str, bool]] = []
    by_word = True
    for differs, a, b, c, d in steps:
        old, new = "".join(left[a:b]), "".join(right[c:d])
        if not differs or not (old and new):
            was.append((old, differs))
            now.append((new, differs))
            continue
        by_word = by_word and not _is_long(_WORD.findall(old), _WORD.findall(new))
        for side, pieces in zip((was, now), differences(old, new), strict=True):
            side.extend(pieces)
    return Compared(_parted(_joined(was), before), _parted(_joined(now), after), by_word)


def _is_long(left: Sequence[str], right: Sequence[str]) -> bool:
    return len(left) + len(right) > _MOST_WORDS


def _steps(left: Sequence[str], right: Sequence[str]) -> list[tuple[bool, int, int, int, int]]:
    """Stretches that are equal or differ.

    A space is equal only beside a word that is: else it would tie texts together that have nothing in common, one word at
    a time, and that takes minutes. So do very common words in long texts, which is what `autojunk` is for.
    """
    start = _common(left, right)
    end = _common(left[start:][::-1], right[start:][::-1])
    one, other = left[start : len(left) - end], right[start : len(right) - end]
    found = SequenceMatcher(str.isspace, one, other).get_opcodes()
    steps = [(kind != "equal", a + start, b + start, c + start, d + start) for kind, a, b, c, d in found]
    last = (False, len(left) - end, len(left), len(right) - end, len(right))
    return [(False, 0, start, 0, start), *steps, last]


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    """How many are the same from the beginning."""
    return next(
        (at for at, (one, other) in enumerate(zip(left, right, strict=False)) if one != other),
        min(len(left), len(right)),
    )


def _joined(pieces: Iterable[tuple[str, bool]]) -> Pieces:
    """The same, with neighbours of one kind in one piece and nothing empty."""
    return tuple(
        ("".join(text for text, _ in run), differs)
        for differs, run in groupby((piece for piece in pieces if piece[0]), key=lambda piece: piece[1])
    )


def _parted(pieces: Pieces, texts: Sequence[str]) -> tuple[Pieces, ...]:
    """The pieces of texts that were joined by newlines, text by text."""
    marks = [(char, differs) for text, differs in pieces for char in text]
    made, at = [], 0
    for text in texts:
        made.append(_joined(marks[at : at + len(text)]))
        at += len(text) + 1
    return tuple(made)


def and_then(names: Sequence[str]) -> str:
    """«Personal, Lokaler och Resor»; at least one name."""
    *first, last = names
    return f"{', '.join(first)} och {last}" if first else last
