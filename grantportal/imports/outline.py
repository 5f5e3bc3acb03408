"""Reading an outline (YAML) that people have written: every fault is told at once, each with its place."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import yaml

from grantportal.domain.errors import RuleViolation, RuleViolations
from grantportal.domain.texts import LONGEST, clean, one_line

V = TypeVar("V")

FIELD = "text"
MOST_FAULTS = 20


class _Loader(yaml.SafeLoader):
    """Plain values only. References are refused: a short text could stand for an endless one."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "reference", self.get_mark())
        return super().compose_node(parent, index)


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
    """The outline's top level, which is begun like the example. Raises RuleViolation with the line where it cannot be read."""
    if len(text) > LONGEST:
        raise RuleViolation("Texten är för lång. Högst 100\u00a0000 tecken går att läsa in.", field=FIELD)
    try:
        loaded = yaml.load(clean(text), Loader=_Loader)  # noqa: S506  # a SafeLoader, and stricter
        # A number may be too long to be written out.
        str(loaded)
    except yaml.MarkedYAMLError as error:
        line = f"Rad {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise RuleViolation(
            f"{line}Texten går inte att läsa. Kontrollera indrag, kolon och citattecken.", field=FIELD
        ) from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise RuleViolation(
            "Texten går inte att läsa. Kontrollera indrag, kolon och citattecken.", field=FIELD
        ) from None
    if not isinstance(loaded, dict):
        raise RuleViolation(f"Texten ska börja med rubriker och kolon, till exempel {example}.", field=FIELD)
    return {str(key): value for key, value in loaded.items()}


class Node:
    """One level of the outline, read by its keys; what is read wrongly becomes a fault and an empty value."""

    def __init__(self, values: Any, place: str, faults: Faults) -> None:
        self.place = place
        self.faults = faults
        if not isinstance(values, dict):
            faults.add(place, "Här ska det stå rubriker med värden.")
            values = {}
        self.values: dict[str, Any] = {str(key): value for key, value in values.items()}

    def fault(self, message: str) -> None:
        """Something is wrong here."""
        self.faults.add(self.place, message)

    def only(self, *known: str) -> None:
        """Nothing else may stand here: a misspelt heading would be lost without a word."""
        for key in self.values:
            if key not in known:
                self.fault(f"«{one_line(key)[:60]}» känns inte igen. Här kan stå: {', '.join(known)}.")

    def text(self, key: str, *, needed: bool = False, longest: int = 2_000) -> str:
        """A text on one line."""
        value = self.values.get(key, "")
        if value is None or isinstance(value, bool | list | dict):
            if value is not None:
                self.fault(f"{key} ska vara en text.")
            value = ""
        text = one_line(str(value))
        if needed and not text:
            self.fault(f"{key} saknas.")
        if len(text) > longest:
            self.fault(f"{key} är för lång. Högst {longest} tecken.")
        return text

    def flag(self, key: str, default: bool) -> bool:
        """Yes or no."""
        value = self.values.get(key, default)
        if isinstance(value, bool):
            return value
        if value not in ("ja", "nej"):
            self.fault(f"{key} ska vara ja eller nej.")
        return bool(value == "ja")

    def one_of(self, key: str, words: Mapping[str, V]) -> V | None:
        """One of a closed list of words; a fault names them all."""
        word = self.text(key).casefold()
        if word not in words:
            self.fault(f"{key} ska vara något av: {', '.join(words)}.")
            return None
        return words[word]

    def whole(self, key: str, *, least: int, most: int, default: int | None = None) -> int | None:
        """A whole number within limits, or the default when it is left out."""
        value = self.values.get(key, default)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.fault(f"{key} ska vara ett heltal mellan {least} och {most}.")
            return default
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, none of them empty."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or any(not isinstance(each, str | int | float) for each in value):
            self.fault(f"{key} ska vara en lista med texter.")
            return ()
        texts = tuple(one_line(str(each)) for each in value)
        if not all(texts):
            self.fault(f"{key} har en tom rad.")
        return texts

    def children(self, key: str, name: str, *, needed: bool = True) -> Iterator["Node"]:
        """The levels below, each with its place: «Avsnitt 2», «Avsnitt 2, fråga 3»."""
        value = self.values.get(key, [])
        if not isinstance(value, list):
            self.fault(f"{key} ska vara en lista.")
            return
        if needed and not value:
            self.fault(f"{key} saknas.")
        for number, child in enumerate(value, start=1):
            place = f"{self.place}, {name} {number}" if self.place else f"{name.capitalize()} {number}"
            yield Node(child, place, self.faults)
