"""Sök: which cases have the words that somebody looks for, and where they stand."""

import json
from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Integer, Text, and_, false, func, literal, literal_column, or_, select, table
from sqlalchemy.dialects import postgresql

from grantportal import db
from grantportal.domain.actors import Actor
from grantportal.domain.cases import FrozenKind
from grantportal.domain.search import Pieces, Sought, excerpt, written
from grantportal.models.cases import Case, FrozenVersion
from grantportal.models.search import SearchEntry
from grantportal.policy import visible

SEARCHED = frozenset({FrozenKind.APPLICATION, FrozenKind.REPORT})
"""What an organisation hands in; decisions and underlag are the authority's own."""


def entry(kind: FrozenKind, subject_id: int) -> SearchEntry | None:
    """The words of a subject, when anything of it has been handed in."""
    return (
        db.session()
        .scalars(select(SearchEntry).where(SearchEntry.kind == kind, SearchEntry.subject_id == subject_id))
        .one_or_none()
    )


def in_hand_ins(wanted: Sought) -> ColumnElement[bool]:
    """Whether the word stands in what has been handed in in the case: in another form, or with another ending."""
    if not wanted.beginning:
        return false()
    found = select(SearchEntry.case_id).where(_matches(wanted))
    return Case.id.in_(found)


def _matches(wanted: Sought) -> ColumnElement[bool]:
    # Both are letters, digits and hyphens only, so that nothing in them is read as anything else.
    if db.engine().dialect.name == "postgresql":
        asked = literal(
            " | ".join([*(f"'{stem}'" for stem in sorted(wanted.stems)), f"'{wanted.beginning}':*"]), Text()
        ).cast(postgresql.TSQUERY())
        return SearchEntry.id.in_(select(func.search_hits(asked)))
    index = table("search_index")
    asked_of_fts = literal(
        " OR ".join([*(f'"{stem}"' for stem in sorted(wanted.stems)), f'"{wanted.beginning}"*']), Text()
    )
    matching = literal_column("search_index").op("MATCH", is_comparison=True)(asked_of_fts)
    return SearchEntry.id.in_(select(literal_column("rowid", Integer())).select_from(index).where(matching))


def excerpts(actor: Actor, case_ids: Sequence[int], wanted: Sequence[Sought]) -> dict[int, Pieces]:
    """Where in what has been handed in the words stand, by case id. One query; a case that was found by its head has none."""
    looked_for = [each for each in wanted if each.beginning]
    if not looked_for or not case_ids:
        return {}
    rows = db.session().execute(
        select(Case.id, FrozenVersion.content)
        .join(SearchEntry, SearchEntry.case_id == Case.id)
        .join(FrozenVersion, FrozenVersion.id == SearchEntry.frozen_version_id)
        .where(Case.id.in_(case_ids), or_(*map(_matches, looked_for)), visible(actor, Case))
        .order_by(SearchEntry.id)
    )
    found: dict[int, Pieces] = {}
    for case_id, content in rows:
        if not found.get(case_id):
            found[case_id] = excerpt(written(json.loads(content)), looked_for)
    return found


def newest_versions() -> Iterator[tuple[FrozenVersion, SearchEntry | None]]:
    """Every newest version of what is searched, and its entry: for the control."""
    newest = (
        select(FrozenVersion.kind, FrozenVersion.subject_id, func.max(FrozenVersion.number).label("number"))
        .where(FrozenVersion.kind.in_(SEARCHED), FrozenVersion.case_id.is_not(None))
        .group_by(FrozenVersion.kind, FrozenVersion.subject_id)
        .subquery()
    )
    rows = db.session().execute(
        select(FrozenVersion, SearchEntry)
        .join(
            newest,
            and_(
                FrozenVersion.kind == newest.c.kind,
                FrozenVersion.subject_id == newest.c.subject_id,
                FrozenVersion.number == newest.c.number,
            ),
        )
        .outerjoin(
            SearchEntry,
            and_(SearchEntry.kind == FrozenVersion.kind, SearchEntry.subject_id == FrozenVersion.subject_id),
        )
        .order_by(FrozenVersion.id)
        .execution_options(yield_per=200)
    )
    yield from ((version, found) for version, found in rows)


def is_found(entry: SearchEntry) -> bool:
    """Whether the database's own index finds the entry, by its last word: for the control."""
    last = entry.words.rpartition(" ")[2]
    if not last:
        return True
    query = select(SearchEntry.id).where(SearchEntry.id == entry.id, _matches(Sought(last, last, frozenset())))
    return db.session().scalar(query) is not None


def entries_without_version() -> int:
    """How many entries belong to nothing that has been handed in."""
    handed_in = (
        select(FrozenVersion.id)
        .where(FrozenVersion.kind == SearchEntry.kind, FrozenVersion.subject_id == SearchEntry.subject_id)
        .correlate(SearchEntry)
        .exists()
    )
    return db.session().scalar(select(func.count(SearchEntry.id)).where(~handed_in)) or 0
