"""The access matrix: one row per endpoint says who may, and `tests/routes/test_access_matrix.py` sends the request as everybody.

To add rows, write `tests/routes/access/<step>.py` with a dict named ROWS, from endpoint to Row:

    ROWS = {
        # Anybody who has signed in.
        "accounts.show": Row(SIGNED_IN),
        # An object of the region's: `thing` makes it and answers the address' values. It is made anew for each POST that is
        # let in. `data` is what a lawful POST sends, so that the service is reached and not only the form.
        "applications.withdraw": Row(
            {"ombud"}, thing=submitted_application, reads=REGION, unseen={"administrator"}, data={"reason": "Dubblett"}
        ),
        # An object that is nobody's own, such as a published call: `shared`.
        "calls.show": Row(EVERYBODY, thing=published_call, shared=True),
    }

    def submitted_application(world: World) -> dict[str, int]:
        return {"application_id": ApplicationFactory(organisation_id=world.region.id).id}

What is tried for each endpoint and each of its methods, as each of VISITORS:

- who may is let in (any answer below 400, or 422 for a form that was sent with too little);
- who is not signed in and may not is sent to the sign-in page;
- who sees the object but may not gets 403;
- who does not see it (the neighbour region, and those in `unseen`) gets exactly the answer for an object that does not
  exist: the same status and the same page;
- who may gets 404 for an object that does not exist.

An endpoint without a row fails, and so does a row without an endpoint.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from grantportal.domain.actors import APPLICANT_ROLES, CASE_READERS, Role
from tests.routes.access.world import World

ANONYMOUS = "anonymous"
NEIGHBOUR = "neighbour"
"""One person with every role of another region."""

REGION: frozenset[str] = frozenset(role.value for role in APPLICANT_ROLES)
"""The roles inside the region whose object it is."""
OUTSIDE: frozenset[str] = frozenset({Role.SAMRAD.value, Role.UTVARDERARE.value})
AUTHORITY: frozenset[str] = frozenset(role.value for role in Role) - REGION - OUTSIDE
READERS: frozenset[str] = frozenset(role.value for role in CASE_READERS)
"""The authority's roles that read what has been handed in."""
UNREADERS: frozenset[str] = (AUTHORITY | OUTSIDE) - READERS
"""Those for whom a case is not there."""
SIGNED_IN: frozenset[str] = REGION | AUTHORITY | OUTSIDE | {NEIGHBOUR}
EVERYBODY: frozenset[str] = SIGNED_IN | {ANONYMOUS}
VISITORS: tuple[str, ...] = (ANONYMOUS, NEIGHBOUR, *(role.value for role in Role))

Values = Callable[[World], Mapping[str, Any]]


@dataclass(frozen=True)
class Row:
    """Who may use an endpoint."""

    may: Set[str]
    thing: Values | None = None
    """Makes an object of `world.region` (or one that nobody owns) and answers the address' values."""
    data: Mapping[str, Any] | Callable[[World, Mapping[str, Any]], Mapping[str, Any]] = field(default_factory=dict)
    """What a lawful POST sends (or how it is made, from the world and the address' values); the token is added."""
    reads: Set[str] | None = None
    """Who may GET, when more than `may` can."""
    unseen: Set[str] = frozenset()
    """For whom, besides the neighbour, the object is as if it did not exist."""
    shared: bool = False
    """The object is not a region's: the neighbour has the same rights as the region."""
    query: Mapping[str, Any] = field(default_factory=dict)
    """The address' query, when the page needs one."""
    demonstration: bool = False
    """The endpoint is there in the demonstration only; elsewhere it is 404 for everybody."""

    def allowed(self, method: str) -> frozenset[str]:
        """The visitors that are let in."""
        return frozenset(self.reads if method == "GET" and self.reads is not None else self.may)

    def blind(self) -> frozenset[str]:
        """The visitors for whom the object is not there."""
        others = frozenset({NEIGHBOUR}) if self.thing is not None and not self.shared else frozenset()
        return frozenset(self.unseen) | others

    def posted(self, world: World, own: Mapping[str, Any]) -> dict[str, Any]:
        """What a POST sends to the object with these address values."""
        return dict(self.data(world, own) if callable(self.data) else self.data)


def all_rows() -> dict[str, Row]:
    """Every step's rows; the same endpoint twice is a mistake."""
    found: dict[str, Row] = {}
    for module in pkgutil.iter_modules(__path__):
        rows: dict[str, Row] = getattr(importlib.import_module(f"{__name__}.{module.name}"), "ROWS", {})
        assert not found.keys() & rows.keys(), f"two rows for {sorted(found.keys() & rows.keys())}"
        found |= rows
    return found
