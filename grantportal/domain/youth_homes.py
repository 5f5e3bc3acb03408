"""Ungdomshem: SiS's institutions, which an application names."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RegisterYouthHomes:
    """The names of homes that applications can choose among."""

    names: tuple[str, ...]
