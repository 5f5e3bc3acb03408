"""What searching looks up: the words of what has been handed in, never of a draft.

Each database has its own index over them, and both find the same: SQLite's FTS5, and PostgreSQL's GIN. The words are made by
the domain, so the databases only look them up.
"""

from sqlalchemy import DDL, Connection, ForeignKey, Index, UniqueConstraint, event, inspect, text
from sqlalchemy.orm import Mapped, mapped_column

from grantportal.domain.cases import FrozenKind
from grantportal.models.base import Base, code


class SearchEntry(Base):
    """Sökpost: the words of the newest frozen version of an application or a report."""

    __tablename__ = "search_entries"
    __table_args__ = (UniqueConstraint("kind", "subject_id"), Index("ix_search_entries_case_id", "case_id"))

    kind: Mapped[FrozenKind] = mapped_column(code(FrozenKind, "kind"))
    subject_id: Mapped[int]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    frozen_version_id: Mapped[int] = mapped_column(ForeignKey("frozen_versions.id"))
    words: Mapped[str] = mapped_column(active_history=True)


STATEMENTS = {
    # Split at spaces only: what the words are was settled when they were made, and FTS5 changes no letter of them.
    "sqlite": (
        "CREATE VIRTUAL TABLE search_index USING fts5(words, content='search_entries', content_rowid='id', detail=none, "
        "tokenize=\"ascii tokenchars '-'\")",
    ),
    # Left to itself the planner reads all words of all rows instead: it guesses that half of them have any beginning.
    "postgresql": (
        "CREATE INDEX ix_search_entries_words ON search_entries USING gin (array_to_tsvector(string_to_array(words, ' ')))",
        "CREATE FUNCTION search_hits(asked tsquery) RETURNS SETOF integer LANGUAGE sql STABLE SET enable_seqscan = off "
        "AS $$ SELECT id FROM search_entries WHERE array_to_tsvector(string_to_array(words, ' ')) @@ asked $$",
    ),
}
"""Each database's own index, and how PostgreSQL's is asked; the migrations carry their own copy."""

_IN = text("INSERT INTO search_index(rowid, words) VALUES (:id, :words)")
_OUT = text("INSERT INTO search_index(search_index, rowid, words) VALUES ('delete', :id, :words)")


def _follow(connection: Connection, entry: SearchEntry, *, gone: bool, come: bool) -> None:
    """Let SQLite's index follow the row. A trigger may not: schemas are not trusted to reach virtual tables."""
    if connection.dialect.name != "sqlite":
        return
    if gone:
        before = inspect(entry).attrs.words.history.deleted or [entry.words]
        connection.execute(_OUT, {"id": entry.id, "words": before[0]})
    if come:
        connection.execute(_IN, {"id": entry.id, "words": entry.words})


@event.listens_for(SearchEntry, "after_insert")
def _inserted(_mapper: object, connection: Connection, entry: SearchEntry) -> None:
    _follow(connection, entry, gone=False, come=True)


@event.listens_for(SearchEntry, "after_update")
def _updated(_mapper: object, connection: Connection, entry: SearchEntry) -> None:
    _follow(connection, entry, gone=True, come=True)


@event.listens_for(SearchEntry, "after_delete")
def _deleted(_mapper: object, connection: Connection, entry: SearchEntry) -> None:
    _follow(connection, entry, gone=True, come=False)


def is_modelled(name: str | None) -> bool:
    """Whether the models know of a table or an index by this name: not of the indexes above, nor of FTS5's own tables."""
    return not (name or "").startswith(("search_index", "ix_search_entries_words"))


for _dialect, _statements in STATEMENTS.items():
    for _statement in _statements:
        _ddl = DDL(_statement)  # type: ignore[no-untyped-call]  # the library's constructor is untyped
        event.listen(SearchEntry.__table__, "after_create", _ddl.execute_if(dialect=_dialect))
