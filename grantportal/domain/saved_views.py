"""Sparad vy: a choice of filters and an order of the list of ärenden that a person has given a name."""

from dataclasses import dataclass

from grantportal.domain.errors import RuleViolation
from grantportal.domain.texts import normal, one_line

MOST_VIEWS = 20
LONGEST_NAME = 60


@dataclass(frozen=True)
class NameView:
    """Namnet på vyn."""

    name: str


@dataclass(frozen=True)
class SaveView:
    """Spara som vy: its name, and the list's address without its page."""

    name: str
    query: str


def name_key(name: str) -> str:
    """Two names that look the same are the same: capitals and how a letter is put together do not matter."""
    return normal(normal(one_line(name), "NFKC").casefold())


def ensure_name(name: str) -> None:
    """A name can be read and is not too long. Raises RuleViolation on `name`."""
    if not any(char.isalnum() for char in name):
        raise RuleViolation("Skriv ett namn på vyn, med minst en bokstav eller siffra.", field="name")
    if len(name) > LONGEST_NAME:
        raise RuleViolation(f"Skriv högst {LONGEST_NAME} tecken.", field="name")


def ensure_room(count: int) -> None:
    """A person keeps no more views than can be looked over above the list."""
    if count >= MOST_VIEWS:
        raise RuleViolation(f"Du har redan {MOST_VIEWS} vyer. Ta bort någon som du inte använder.")


def ensure_narrows(query: str) -> None:
    """A view without a choice is the list itself."""
    if not query:
        raise RuleViolation("Välj först hur listan ska visas. Sedan kan du spara valet som en vy.")
