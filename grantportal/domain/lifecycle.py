"""One table per aggregate says which action leads from which status to which: the guard, the buttons, the diagram."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from grantportal.domain.errors import RuleViolation

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


class Lifecycle(Generic[S, A]):
    """The lawful moves of one aggregate."""

    def __init__(
        self, moves: Mapping[tuple[S, A], S], *, refusal: str = "Det går inte i det läge som ärendet är i nu."
    ) -> None:
        self.moves = dict(moves)
        self.refusal = refusal

    def allows(self, status: S, action: A) -> bool:
        """Whether the action is lawful in this status."""
        return (status, action) in self.moves

    def actions(self, status: S) -> frozenset[A]:
        """Everything that may be done in this status: what buttons are made of."""
        return frozenset(action for (origin, action) in self.moves if origin == status)

    def after(self, status: S, action: A) -> S:
        """The status that follows. Raises RuleViolation when the action is not lawful here (somebody else was first)."""
        try:
            return self.moves[status, action]
        except KeyError:
            raise RuleViolation(self.refusal) from None

    def diagram(self) -> str:
        """The table as a Mermaid state diagram, for the documentation."""
        lines = [f"    {origin} --> {target}: {action}" for (origin, action), target in self.moves.items()]
        return "\n".join(["stateDiagram-v2", *lines])
