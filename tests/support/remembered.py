"""What many tests begin with is built through the services once per process and database, and put back after that.

A builder that is `remembered` gives the same world whenever it is called in the same way at the same moment, and the same
has happened since the database was emptied. So each test's history is followed: what builders and `saved` do is known, and
any other commit ends it, whereafter everything is built anew until the next test.
"""

import hashlib
import io
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields, is_dataclass
from functools import wraps
from typing import Any, ClassVar, ParamSpec, TypeVar

from sqlalchemy import Engine, event

from grantportal import db
from grantportal.domain import clock
from grantportal.models.base import Base
from tests.support.databases import Database, engine

P = ParamSpec("P")
T = TypeVar("T")


class Numbers:
    """1, 2, 3 … for what a row must not share with another; each test begins anew."""

    made: ClassVar[list["Numbers"]] = []

    def __init__(self) -> None:
        self.last = 0
        Numbers.made.append(self)

    def __next__(self) -> int:
        self.last += 1
        return self.last

    @staticmethod
    def lasts() -> list[int]:
        """How far each has come."""
        return [each.last for each in Numbers.made]

    @staticmethod
    def go_on_after(lasts: list[int]) -> None:
        """Each goes on from there; one that was made later, from its beginning."""
        for place, each in enumerate(Numbers.made):
            each.last = lasts[place] if place < len(lasts) else 0


@dataclass
class _History:
    """What has happened in a database since it was emptied, as a fingerprint; None when it is not known."""

    database: Database
    fill: int
    happened: bytes | None = b""


@dataclass(frozen=True)
class _World:
    """What a builder left: rows, numbers, its answer and the rows that were open for reading."""

    rows: Any
    numbers: list[int]
    answer: bytes


_history: _History | None = None
_building: ContextVar[bool] = ContextVar("building", default=False)
_seen: set[bytes] = set()
_worlds: dict[bytes, _World] = {}


def begin(database: Database) -> None:
    """A test begins, with an empty database."""
    global _history
    Numbers.go_on_after([])
    _history = _History(database, database.times_filled)


def forget() -> None:
    """From here until the test ends, nobody can tell what happens in the database."""
    if _history is not None:
        _history.happened = None


@event.listens_for(Engine, "commit")
def _on_commit(_connection: Any) -> None:
    # Other threads have a context of their own: what they commit is not the builder's.
    if not _building.get():
        forget()


@contextmanager
def step(*what: Any) -> Iterator[None]:
    """Something that does the same to the database whenever it is described in the same way."""
    with _known(fingerprint(what)):
        yield


@contextmanager
def _known(happened: bytes | None) -> Iterator[None]:
    if happened is None or _history is None:
        yield
        return
    token = _building.set(True)
    try:
        yield
    except BaseException:
        forget()
        raise
    finally:
        _building.reset(token)
    if _history.happened is not None:
        _history.happened = happened


def remembered(build: Callable[P, T]) -> Callable[P, T]:
    """A builder whose world is put back, when it has been built twice from the same beginning."""

    @wraps(build)
    def built(*args: P.args, **kwargs: P.kwargs) -> T:
        given = [each for each in (*args, *kwargs.values()) if isinstance(each, Base)]
        key = fingerprint((build.__module__, build.__qualname__, args, kwargs))
        if key in _worlds:
            return _put_back(key, given)
        with _known(key):
            answer = build(*args, **kwargs)
        if key is not None and key in _seen and _history is not None and _history.happened == key:
            _worlds[key] = _World(
                _history.database.copy(), Numbers.lasts(), _pickled((answer, list(db.session())), given)
            )
        elif key is not None:
            _seen.add(key)
        return answer

    return built


def _put_back(key: bytes, given: list[Base]) -> Any:
    assert _history is not None
    world = _worlds[key]
    db.close_read_session()
    if db.engine().dialect.name == "sqlite":
        # Its connections are open to the file that was.
        db.engine().dispose()
    _history.database.put_back(world.rows)
    _history.fill, _history.happened = _history.database.times_filled, key
    Numbers.go_on_after(world.numbers)
    answer, open_for_reading = _Unpickler(io.BytesIO(world.answer), given).load()
    db.session().add_all(open_for_reading)
    return answer


def fingerprint(what: Any) -> bytes | None:
    """What has happened when this too has happened; None when that cannot be told."""
    if _history is None or _history.happened is None or _building.get():
        return None
    database = _history.database
    if _history.fill != database.times_filled or db.engine().url != engine(database.url).url:
        return None
    # How far the demonstration has moved its days is in the database: to ask for it here would begin to read.
    moment = clock._played.get() or (clock.stockholm(clock.real_now()).date(), clock._days.__qualname__)
    try:
        described = io.BytesIO()
        _Describer(described).dump((database.url, _history.happened, Numbers.lasts(), moment, what))
    except (pickle.PicklingError, AttributeError, TypeError):
        return None
    return hashlib.sha256(described.getvalue()).digest()


class _Describer(pickle.Pickler):
    """Of a row and of a value, what it holds: how SQLAlchemy follows it, and what has been computed, is left out."""

    def reducer_override(self, each: Any) -> Any:
        if isinstance(each, Base):
            return type(each), (), {name: value for name, value in vars(each).items() if name != "_sa_instance_state"}
        if is_dataclass(each) and not isinstance(each, type):
            return type(each), (), {field.name: getattr(each, field.name) for field in fields(each)}
        return NotImplemented


class _Pickler(pickle.Pickler):
    """Rows that the builder was given are not copied: the answer points to them."""

    def __init__(self, file: io.BytesIO, given: list[Base]) -> None:
        super().__init__(file)
        self.places = {id(each): place for place, each in enumerate(given)}

    def persistent_id(self, each: Any) -> int | None:
        return self.places.get(id(each))


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, given: list[Base]) -> None:
        super().__init__(file)
        self.given = given

    def persistent_load(self, place: int) -> Base:
        return self.given[place]


def _pickled(what: Any, given: list[Base]) -> bytes:
    file = io.BytesIO()
    _Pickler(file, given).dump(what)
    return file.getvalue()
