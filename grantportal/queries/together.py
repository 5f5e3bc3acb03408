"""Short lists of several kinds in one question to the database: what a page shows beside each other."""

from typing import Any

from sqlalchemy import BigInteger, Date, Integer, Row, Select, Text, cast, literal, null, select, type_coerce, union_all
from sqlalchemy.types import TypeEngine

from grantportal import db
from grantportal.models.base import UtcDateTime

COLUMNS: dict[str, TypeEngine[Any]] = {
    "id": Integer(),
    "organisation_id": Integer(),
    "case_id": Integer(),
    "number": Integer(),
    "year": Integer(),
    "flag": Integer(),
    "injunction": Integer(),
    "amount": BigInteger(),
    "title": Text(),
    "text": Text(),
    "name": Text(),
    "day": Date(),
    "opens": Date(),
    "at": UtcDateTime(),
}
"""All that a row can hold, whatever its kind; what a kind has not is None."""


def part(kind: str, **given: Any) -> Select[*tuple[Any, ...]]:
    """A list of one kind, to be narrowed, put in order and cut like any query. A code comes back as its text."""
    unknown = given.keys() - COLUMNS.keys()
    if unknown:
        raise TypeError(f"no such columns: {sorted(unknown)}")
    return select(
        literal(kind, Text()).label("kind"),
        *(
            (type_coerce(given[name], of) if name in given else cast(null(), of)).label(name)
            for name, of in COLUMNS.items()
        ),
    )


def fetched(*parts: Select[*tuple[Any, ...]]) -> dict[str, list[Row[*tuple[Any, ...]]]]:
    """The rows by kind, in no order. One query."""
    found: dict[str, list[Row[*tuple[Any, ...]]]] = {}
    for row in db.session().execute(union_all(*(each.subquery().select() for each in parts))):
        found.setdefault(row.kind, []).append(row)
    return found
