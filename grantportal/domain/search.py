"""Sök: how words are looked up. Å, ä and ö are letters of their own; capitals and other marks are looked past.

A word is found in its other Swedish forms, by its stem, and while it is still being typed, by its beginning. What is looked
up is made here once, at hand-in, so that both databases find the same.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from snowballstemmer import stemmer

from grantportal.domain.texts import normal

MOST_WORDS = 10
"""So many of what is typed are looked up; the rest could only narrow it further."""
LONGEST_WORD = 60
"""Longer words are looked up by their beginning."""
MOST_LETTERS = 300_000
"""So much of one hand-in can be found: PostgreSQL indexes no more than a million bytes of one text."""
AROUND = 70
"""Letters shown at each side of a hit."""

_STEMMER = stemmer("swedish")
_OWN_LETTERS = "åäö"
# Written together with these between, as in 2020-0017 and RS/2020:17, it is one word, and each part is one too.
_WORD = re.compile(r"[^\W_]+(?:[-/:.][^\W_]+)*")
_BETWEEN = re.compile(r"[-/:.]")


@lru_cache(maxsize=4_096)
def _letter(char: str) -> str:
    low = char.lower()
    return low if low in _OWN_LETTERS else normal(low, "NFD")[:1]


def folded(text: str) -> str:
    """The text without capitals and without marks but those of å, ä and ö: as long as the text itself in its composed form."""
    return "".join(map(_letter, normal(text)))


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """What a folded word has in common with its other forms: always its beginning."""
    return str(_STEMMER.stemWord(word))


def words(text: str) -> Iterator[str]:
    """The folded words of a text, in order; what is written together comes whole and then in its parts."""
    for found in _WORD.finditer(folded(text)):
        parts = _BETWEEN.split(found[0])
        if len(parts) > 1:
            yield "-".join(parts)[:LONGEST_WORD]
        yield from (part[:LONGEST_WORD] for part in parts)


def looked_up(texts: Iterable[str]) -> str:
    """Everything that finds a hand-in, with a space between: its words and their stems, each once."""
    found: dict[str, None] = {}
    room = MOST_LETTERS
    for text in texts:
        for word in words(text):
            for each in (word, stem(word)):
                if each in found:
                    continue
                room -= len(each) + 1
                if room < 0:
                    return " ".join(found)
                found[each] = None
    return " ".join(found)


# --- What somebody looks for -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sought:
    """One of the words that somebody has typed."""

    typed: str
    """As it stands, without capitals: looked for anywhere in diarienummer, title and names."""
    beginning: str
    """The beginning of a word in what has been handed in; empty when there is no letter in it."""
    stems: frozenset[str]

    def finds(self, word: str) -> bool:
        """Whether a folded word is one that was looked for."""
        return bool(self.beginning) and (word.startswith(self.beginning) or stem(word) in self.stems)


def sought(typed: str) -> tuple[Sought, ...]:
    """What to look for: everything that is typed has to be found, each in its own place."""
    return tuple(_sought(part) for part in normal(typed).split()[:MOST_WORDS])


def _sought(part: str) -> Sought:
    found = _WORD.search(folded(part))
    word = "-".join(_BETWEEN.split(found[0]))[:LONGEST_WORD] if found else ""
    # A genitive is stemmed without its s too: «läkares» alone would not find «läkare».
    stems = {stem(word), stem(word.removesuffix("s"))} - {""}
    return Sought(part.lower(), word, frozenset(stems))


# --- Where it was found ----------------------------------------------------------------------------------------------

Pieces = tuple[tuple[str, bool], ...]
"""A text in pieces, each with whether it is what was looked for."""


def excerpt(texts: Iterable[str], wanted: Iterable[Sought]) -> Pieces:
    """A few words around the first hit in these texts, with what was looked for apart; nothing when it is not there."""
    looking = [each for each in wanted if each.beginning]
    for text in texts:
        line = " ".join(normal(text).split())
        hits = list(_hits(line, looking))
        if hits:
            return _around(line, hits)
    return ()


def _hits(line: str, looking: list[Sought]) -> Iterator[tuple[int, int]]:
    plain = folded(line)
    # A form of a word begins as its stem does: only such places are looked at.
    begins = "|".join(
        sorted(
            {
                re.escape(begin.replace("-", "\0")).replace("\0", "[-/:.]")
                for each in looking
                for begin in (*each.stems, each.beginning)
            }
        )
    )
    if not begins:
        return
    for begun in re.finditer(rf"(?<![^\W_])(?:{begins})", plain):
        for word in filter(
            None, (_WORD.match(plain, begun.start()), re.compile(r"[^\W_]+").match(plain, begun.start()))
        ):
            if any(each.finds("-".join(_BETWEEN.split(word[0]))) for each in looking):
                yield word.span()
                break


def _around(line: str, hits: list[tuple[int, int]]) -> Pieces:
    first = hits[0][0]
    begins, ends = max(0, first - AROUND), min(len(line), hits[0][1] + AROUND)
    # Whole words at both ends.
    if begins:
        space = line.find(" ", begins, first)
        begins = space + 1 if space >= 0 else first
    if ends < len(line):
        space = line.rfind(" ", hits[0][1], ends)
        ends = space if space >= 0 else ends
    pieces: list[tuple[str, bool]] = [("… ", False)] if begins else []
    at = begins
    for start, end in hits:
        if start < at or end > ends:
            continue
        if start > at:
            pieces.append((line[at:start], False))
        pieces.append((line[start:end], True))
        at = end
    if at < ends:
        pieces.append((line[at:ends], False))
    if ends < len(line):
        pieces.append((" …", False))
    return tuple(pieces)


# --- What of a hand-in is text ---------------------------------------------------------------------------------------

_HEADS = ("registration_number", "organisation", "applicant_unit")
"""What names a hand-in; it stands in the list already."""

_NOT_WRITTEN = frozenset(
    {
        *_HEADS,
        *("sha256", "key", "type", "kind", "form", "basis", "id", "what", "rating", "area", "code", "title"),
        *("received_at", "handed_in_at", "economy_attested_at", "last_day", "made_at", "decided_at"),
        # The same in every hand-in of the utlysning: it would find them all.
        *("grant", "call", "question", "wording", "category", "provisos"),
        # Who pressed the button is in the history.
        *("handed_in_by", "economy_attested_by"),
        # What is certified is the portal's own words, and a checksum is nobody's.
        *("certified", "economy_certified", "economy_checksum"),
    }
)


def written(content: Any) -> Iterator[str]:
    """What the organisation has written in something frozen, part by part."""
    if isinstance(content, str):
        if content.strip():
            yield content
    elif isinstance(content, Mapping):
        for key, value in content.items():
            if key not in _NOT_WRITTEN:
                yield from written(value)
    elif isinstance(content, list | tuple):
        for value in content:
            yield from written(value)


def looked_up_of(content: Mapping[str, Any]) -> str:
    """Everything that finds what has been handed in: what is written in it, and what names it."""
    heads = [content[name] for name in _HEADS if name in content]
    return looked_up([*written(heads), *written(content)])
