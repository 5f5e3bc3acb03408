"""A long list, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
ROWS = 50


@dataclass(frozen=True)
class Turned(Generic[T]):
    """One page of a list: its rows, which page it is, and of how many."""

    rows: tuple[T, ...]
    page: int
    pages: int


def turned(rows: Sequence[T], page: int, *, size: int = ROWS) -> Turned[T]:
    """The rows of a page, from 1; a page beyond the last is the last. An empty list has one page."""
    pages = max(1, -(-len(rows) // size))
    chosen = min(max(page, 1), pages)
    return Turned(tuple(rows[(chosen - 1) * size : chosen * size]), chosen, pages)
