"""Reading an outline (YAML) that people have written: every fault is told at once, each with its place.

No text is lost in silence. A value is the text that was written, and never a number, a date or a yes; what YAML would take away
or read as something else (a comment after a value, a key written twice, a reference, a tag) is a fault with its line.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import yaml

from grantportal.domain.errors import RuleViolation, RuleViolations
from grantportal.domain.money import number
from grantportal.domain.texts import LONGEST, clean, normal, one_line

V = TypeVar("V")

FIELD = "text"
MOST_FAULTS = 20
LONGEST_LINE = 2_000
LONGEST_PROSE = 20_000
"""The most characters of a text of one line, and of one with paragraphs: an annex may say much before its table."""
_DEEPEST = 20
"""No outline has more levels than a handful."""
_BREAKS = "\0\r\n\x85\u2028\u2029"
_QUOTE = "Sätt texten inom citattecken, eller skriv den på raderna under | ."
_UNREADABLE = "Texten går inte att läsa. Kontrollera indrag, kolon och citattecken."


class _Loader(yaml.BaseLoader):
    """Every plain value is its own text. Whatever else YAML can do is refused, with its line.

    References are refused also because a short text could stand for an endless one.
    """

    def __init__(self, stream: str, faults: list[tuple[int, str]]) -> None:
        super().__init__(stream)
        self.text, self.lines = stream, stream.split("\n")
        self.faults = faults
        self.depth = 0

    def fault(self, mark: Any, message: str) -> None:
        """Something to mend on this line, once."""
        told = (mark.line + 1, message)
        if told not in self.faults:
            self.faults.append(told)

    # Comments: the scanner skips them in three places.

    def scan_to_next_token(self) -> None:
        """As the scanner does it, but what stands before a comment on its line, if only spaces, makes it somebody's text."""
        while True:
            while self.peek() == " ":
                self.forward()
            if self.peek() == "#":
                if self.column:
                    self._comment()
                while self.peek() not in _BREAKS:
                    self.forward()
            if not self.scan_line_break():  # type: ignore[no-untyped-call]  # its stubs say nothing
                return
            if not self.flow_level:
                self.allow_simple_key = True

    def scan_plain(self) -> Any:
        """A comment that stands where the text could go on may be the text's own."""
        token = super().scan_plain()
        if self.peek() == "#" and (self.flow_level or self.column > self.indent):
            self._comment()
        return token

    def scan_block_scalar(self, style: str) -> Any:
        """The same for a block. One that is empty is a sign that was meant as text."""
        mark = self.get_mark()
        token = super().scan_block_scalar(style)
        if self.peek() == "#" and self.column > self.indent:
            self._comment()
        if not token.value.strip():
            self.fault(mark, f"Det finns ingen text på raderna under {style}. {_QUOTE}")
        return token

    def scan_block_scalar_ignored_line(self, start_mark: Any) -> None:
        """What stands after | or > on its line."""
        rest = self.lines[self.line][self.column :]
        if rest.lstrip(" ").startswith("#"):
            self._comment()
        super().scan_block_scalar_ignored_line(start_mark)

    def _comment(self) -> None:
        self.fault(
            self.get_mark(),
            f"Det som står efter # skulle inte läsas. {_QUOTE} En anteckning står på en egen rad, längst till vänster.",
        )

    # What YAML has besides texts, lists and headings.

    def fetch_directive(self) -> None:
        self._refuse(self.get_mark(), "%")

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]  # its stubs say nothing
        mark = event.start_mark
        if isinstance(event, yaml.AliasEvent):
            self._refuse(mark, "*")
        if event.anchor is not None:
            self._refuse(mark, "&")
        if event.tag is not None:
            self._refuse(mark, "!")
        if self.depth >= _DEEPEST:
            raise _Refused(mark.line + 1, f"Texten har mer än {_DEEPEST} nivåer.")
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def _refuse(self, mark: Any, sign: str) -> None:
        raise _Refused(mark.line + 1, f"{sign} först i en text har en egen betydelse som inte används här. {_QUOTE}")

    # Values.

    def value_of(self, node: Any) -> Any:
        """A text, a list or a dict of texts as keys."""
        if isinstance(node, yaml.ScalarNode):
            self._check(node)
            return node.value
        if isinstance(node, yaml.SequenceNode):
            return [self.value_of(each) for each in node.value]
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.fault(key_node.start_mark, "Före kolon ska det stå en rubrik.")
                continue
            self._check(key_node)
            key = key_node.value.strip()
            if not key or key == "<<":
                self.fault(key_node.start_mark, f"Rubriken före kolon saknas. {_QUOTE}")
            elif key in values:
                self.fault(key_node.start_mark, f"«{one_line(key)[:60]}» står två gånger. Bara en kan gälla.")
            values[key] = self.value_of(value_node)
        return values

    def _check(self, node: Any) -> None:
        """A text may not hold what the portal takes away, nor the sign of letters that were lost before it came here.

        Between double quotes a backslash makes another sign of the next: `\\n` a new line.
        """
        written = self.text[node.start_mark.index : node.end_mark.index] if node.style == '"' else ""
        if re.search(r"\\", re.sub(r'\\[\\"]', "", written)):
            self.fault(
                node.start_mark,
                'Mellan " och " läses \\ med tecknet efter som ett annat tecken. Skriv texten mellan \' i stället.',
            )
        if clean(node.value) != normal(node.value):
            self.fault(node.start_mark, "Texten har ett tecken som inte går att visa. Ta bort det.")
        if "\ufffd" in node.value:
            self.fault(
                node.start_mark,
                "Tecknet \ufffd står där en bokstav har gått förlorad. Öppna filen med rätt teckenkodning och kopiera på nytt.",
            )


class _Refused(yaml.YAMLError):
    """What stops the reading: the line, and what to do."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


class Faults:
    """What is wrong, and where. `done` refuses when there is anything."""

    def __init__(self) -> None:
        self.found: list[RuleViolation] = []

    def add(self, place: str, message: str) -> None:
        """One more fault at a place such as «Avsnitt 2, fråga 3»."""
        self.found.append(RuleViolation(f"{place}: {message}" if place else message, field=FIELD))

    def done(self) -> None:
        """Raises RuleViolations with the first faults and how many more there are."""
        if not self.found:
            return
        shown = self.found[:MOST_FAULTS]
        if len(self.found) > len(shown):
            shown.append(RuleViolation(f"Och {len(self.found) - len(shown)} fel till.", field=FIELD))
        raise RuleViolations(shown)


def load(text: str, example: str) -> dict[str, Any]:
    """The outline's top level, which is begun like the example: texts, lists and dicts of them.

    Raises RuleViolation or RuleViolations with the lines to mend.
    """
    if len(text) > LONGEST:
        raise RuleViolation("Texten är för lång. Högst 100\u00a0000 tecken går att läsa in.", field=FIELD)
    text = clean(text).removeprefix("\ufeff")
    faults = Faults()
    found: list[tuple[int, str]] = []
    loaded = None
    try:
        loader = _Loader(text, found)
        node = loader.get_single_node()
        loaded = None if node is None else loader.value_of(node)
    except yaml.YAMLError as error:
        found.append(_unreadable(error, text))
    for line, message in sorted(found):
        faults.add(f"Rad {line}" if line else "", message)
    faults.done()
    if not isinstance(loaded, dict):
        raise RuleViolation(f"Texten ska börja med rubriker och kolon, till exempel {example}.", field=FIELD)
    return loaded


def _unreadable(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """The line where the reading stopped (0 when it is not known), and what to do."""
    if isinstance(error, _Refused):
        return error.line, error.message
    if isinstance(error, yaml.reader.ReaderError):
        return text.count("\n", 0, error.position) + 1, "Texten har ett tecken som inte går att läsa. Ta bort det."
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return 0, _UNREADABLE
    problem, line = error.problem or "", error.problem_mark.line + 1
    if "'\\t'" in problem:
        return line, "Det står ett tabbtecken utanför en text. Byt det mot blanksteg."
    if "mapping values" in problem:
        return line, f"Texten går inte att läsa: den har ett kolon till. {_QUOTE}"
    if "single document" in (error.context or ""):
        return line, "Texten har flera delar skilda med ---. Läs in en åt gången."
    return line, _UNREADABLE


class Node:
    """One level of the outline, read by its keys; what is read wrongly becomes a fault and an empty value."""

    def __init__(self, values: Any, place: str, faults: Faults) -> None:
        self.place = place
        self.faults = faults
        if not isinstance(values, dict):
            faults.add(place, "Här ska det stå rubriker med värden.")
            values = {}
        self.values: dict[str, Any] = values

    def fault(self, message: str) -> None:
        """Something is wrong here."""
        self.faults.add(self.place, message)

    def only(self, *known: str) -> None:
        """Nothing else may stand here: a misspelt heading would be lost without a word."""
        for key in self.values:
            if key not in known:
                self.fault(f"«{one_line(key)[:60]}» känns inte igen. Här kan stå: {', '.join(known)}.")

    def text(self, key: str, *, needed: bool = False, longest: int = LONGEST_LINE) -> str:
        """A text on one line, as it was written but for blanks around it."""
        text = self.paragraphs(key, needed=needed, longest=longest)
        if "\n" in text:
            self.fault(f"{key} ska stå på en rad. Skriv > i stället för | om raderna hör ihop.")
        return text

    def paragraphs(self, key: str, *, needed: bool = False, longest: int = LONGEST_PROSE) -> str:
        """A text where each line is a paragraph, as it was written but for blanks around it."""
        value = self.values.get(key, "")
        if not isinstance(value, str):
            self.fault(f"{key} ska vara en text. {_QUOTE}")
            value = ""
        text = value.strip()
        if needed and not text:
            self.fault(f"{key} saknas.")
        if len(text) > longest:
            self.fault(f"{key} är för lång. Högst {number(longest)} tecken.")
        return text

    def flag(self, key: str, default: bool) -> bool:
        """Yes or no."""
        if key not in self.values:
            return default
        return bool(self.one_of(key, {"ja": True, "nej": False}, "{key} ska vara ja eller nej."))

    def one_of(self, key: str, words: Mapping[str, V], said: str = "{key} ska vara något av: {words}.") -> V | None:
        """One of a closed list of words; a fault names them all."""
        word = self.text(key).casefold()
        if word not in words:
            self.fault(said.format(key=key, words=", ".join(words)))
            return None
        return words[word]

    def whole(self, key: str, *, least: int, most: int, default: int | None = None) -> int | None:
        """A whole number within limits, or the default when it is left out."""
        if key not in self.values:
            return default
        text = self.text(key)
        if not re.fullmatch("0|[1-9][0-9]{0,11}", text) or not least <= int(text) <= most:
            self.fault(f"{key} ska vara ett heltal mellan {least} och {most}.")
            return default
        return int(text)

    def texts(self, key: str, *, longest: int = LONGEST_LINE) -> tuple[str, ...]:
        """A list of texts of one line, none of them empty."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or any(not isinstance(each, str) for each in value):
            self.fault(f"{key} ska vara en lista med texter. Sätt texter med kolon inom citattecken.")
            return ()
        rows = [Node({f"{key}, rad {place}": each}, self.place, self.faults) for place, each in enumerate(value, 1)]
        return tuple(row.text(name, needed=True, longest=longest) for row in rows for name in row.values)

    def children(self, key: str, name: str, *, needed: bool = True) -> Iterator["Node"]:
        """The levels below, each with its place: «Avsnitt 2», «Avsnitt 2, fråga 3»."""
        value = self.values.get(key, [])
        if not isinstance(value, list):
            self.fault(f"{key} ska vara en lista.")
            return
        if needed and not value:
            self.fault(f"{key} saknas.")
        for which, child in enumerate(value, start=1):
            place = f"{self.place}, {name} {which}" if self.place else f"{name.capitalize()} {which}"
            yield Node(child, place, self.faults)
