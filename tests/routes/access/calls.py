"""Who may: statsbidrag, utlysningar, the matrix, and the lists of who got what."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from grantportal import db
from grantportal.domain.actors import Actor
from grantportal.queries import accounts
from grantportal.queries import calls as queries
from tests.routes.access import EVERYBODY, READERS, Row
from tests.routes.access.world import World
from tests.support.calls import ANNOUNCED, WRITTEN, make_call, make_grant, played_at, read_and_shown
from tests.support.remembered import Numbers

OFFICER = {"handlaggare"}
NUMBERS = Numbers()
"""What is made anew for each POST has a name of its own."""


def _officer(world: World) -> Actor:
    return accounts.actor_of(world.users["handlaggare"].id)


def a_grant(world: World) -> Mapping[str, Any]:
    """A statsbidrag of its own name each time."""
    return {"grant_id": _grant(world)}


def a_frame(world: World) -> Mapping[str, Any]:
    """A year's frame that is beräknad."""
    return {"grant_id": _grant(world), "year": 2021}


def _call(world: World, *, publish: bool) -> int:
    with played_at(ANNOUNCED):
        return make_call(_officer(world), _grant(world), publish=publish)


def _grant(world: World) -> int:
    return make_grant(_officer(world), written=replace(WRITTEN, title=f"Statsbidrag {next(NUMBERS)}"))


def a_call(world: World) -> Mapping[str, Any]:
    """A published call."""
    return {"call_id": _call(world, publish=True)}


def an_open_call(world: World) -> Mapping[str, Any]:
    """A published call whose last day is still to come."""
    with played_at(ANNOUNCED):
        made = make_call(_officer(world), _grant(world), last_day=date(2031, 4, 21))
    return {"call_id": made}


def a_draft(world: World) -> Mapping[str, Any]:
    """A call that only the authority sees."""
    return {"call_id": _call(world, publish=False)}


def a_form(world: World) -> Mapping[str, Any]:
    """A published form."""
    return {"version_id": _read(world).application_form_id}


def a_framework(world: World) -> Mapping[str, Any]:
    """A matrix that a published call uses."""
    return {"version_id": _read(world).framework_version_id}


def some_conditions(world: World) -> Mapping[str, Any]:
    """Villkor that a published call uses."""
    return {"version_id": _read(world).condition_set_id}


def _read(world: World) -> Any:
    found = queries.get(_officer(world), _call(world, publish=True))
    db.close_read_session()
    return found


GRANT = {"title": "Ett nytt statsbidrag", "purpose": "Pröva.", "access": "application", "appeal_variant": "undecided"}
WHY = {"reason": "Ett fel i det som publicerades.", "seen": "0"}
CALL = {
    "title": "En ny utlysning",
    "opens_on": "2031-01-31",
    "last_day": "2031-04-21",
    "comment_percent": "10",
    "comment_kronor": "25 000",
    "included_2021": "y",
    "pay_on_2021": "2032-01-15",
    "report_opens_on_2021": "2032-12-01",
    "report_due_on_2021": "2033-03-01",
}

ROWS = {
    "grants.index": Row(READERS),
    "grants.show": Row(READERS, thing=a_grant, shared=True),
    "grants.new": Row(OFFICER, data=lambda world, own: {**GRANT, "title": f"Nytt {next(NUMBERS)}"}),
    "grants.edit": Row(
        OFFICER, thing=a_grant, shared=True, data=lambda world, own: {**GRANT, "title": f"Ändrat {next(NUMBERS)}"}
    ),
    "grants.new_frame": Row(OFFICER, thing=a_grant, shared=True, data={"grant_year": "2023", "frame": "15 000 000"}),
    "grants.frame": Row(OFFICER, thing=a_frame, shared=True, data={"frame": "14 000 000", "max_grantees": "3"}),
    "grants.allot": Row({"finance"}, thing=a_frame, shared=True, data={"seen": "15000000"}),
    "grants.categories": Row(OFFICER, thing=a_grant, shared=True, data={"names": "Personal\nResor"}),
    "grants.conditions": Row(OFFICER, thing=a_grant, shared=True, data={"texts": "Ett villkor."}),
    "grants.conditions_version": Row(EVERYBODY, thing=some_conditions, shared=True),
    "grants.new_form": Row(OFFICER, thing=a_grant, shared=True, data=read_and_shown("application-form")),
    "grants.form": Row(READERS, thing=a_form, shared=True),
    "grants.new_framework": Row(OFFICER, thing=a_grant, shared=True, data=read_and_shown("expected-results")),
    "frameworks.show": Row(EVERYBODY, thing=a_framework, shared=True),
    "calls.index": Row(EVERYBODY),
    "calls.show": Row(EVERYBODY, thing=a_call, shared=True),
    "calls.new": Row(OFFICER, thing=a_grant, shared=True, data=CALL),
    "calls.edit": Row(OFFICER, thing=a_draft, shared=True, data=CALL),
    "calls.publish": Row(OFFICER, thing=a_draft, shared=True),
    "calls.extend": Row(OFFICER, thing=an_open_call, shared=True, data={**WHY, "last_day": "2031-04-25"}),
    "calls.close_early": Row(OFFICER, thing=an_open_call, shared=True, data={**WHY, "last_day": "2031-04-18"}),
    "calls.correct": Row(
        OFFICER,
        thing=an_open_call,
        shared=True,
        data={**WHY, "title": "Rättad", "about": "Rättad text.", "eligible": "Regioner"},
    ),
    "calls.withdraw": Row(OFFICER, thing=an_open_call, shared=True, data=WHY),
    "allocations.index": Row(EVERYBODY),
    "allocations.show": Row(EVERYBODY, thing=a_call, shared=True),
    "allocations.download": Row(EVERYBODY, thing=lambda world: {**a_call(world), "kind": "csv"}, shared=True),
    "allocations.download_total": Row(
        EVERYBODY, thing=lambda world: {"grant_id": _grant(world), "kind": "json"}, shared=True
    ),
}
