"""Ombud are asked for by anybody, and approved by an officer."""

import secrets
from typing import Any

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.ombud import Said
from grantportal.keys import ombud_key
from grantportal.queries import accounts
from grantportal.services import ombud as services
from tests.routes.access import EVERYBODY, OUTSIDE, READERS, REGION, SIGNED_IN, UNREADERS, Row
from tests.routes.access.world import World
from tests.support.casework import CallFactory
from tests.support.ombud import asked


def application(world: World) -> dict[str, Any]:
    """One that waits for the officer."""
    return {"application_id": asked(world.region, email=f"{secrets.token_hex(4)}@example.se")}


def link(world: World) -> dict[str, Any]:
    """The applicant's link to one that the officer has asked more of."""
    made = application(world)
    officer = accounts.actor_of(world.users["handlaggare"].id)
    db.close_read_session()
    services.ask(officer, made["application_id"], Said("Vem har gett delegationen?"))
    return {**made, "key": ombud_key("tests", made["application_id"], clock.today())}


def form(world: World, _own: Any) -> dict[str, Any]:
    """A lawful application."""
    return {
        "organisation": world.region.id,
        "grant": CallFactory().grant_id,
        "name": "Olle Exempel",
        "email": f"{secrets.token_hex(4)}@example.se",
        "title": "Direktör",
        "basis": "delegation",
        "valid_from": clock.today().isoformat(),
        "valid_to": "",
    }


OFFICER = {"handlaggare"}

ROWS = {
    "ombud.apply": Row(EVERYBODY, data=form),
    "ombud.follow": Row(EVERYBODY, thing=link, shared=True, data={"text": "Här är det."}),
    "ombud.index": Row(SIGNED_IN),
    "ombud.show": Row(READERS | REGION, thing=application, unseen=UNREADERS),
    "ombud.approve": Row(OFFICER, thing=application, unseen=UNREADERS),
    "ombud.ask": Row(OFFICER, thing=application, unseen=UNREADERS, data={"text": "Vi behöver fullmakten."}),
    "ombud.close": Row(OFFICER, thing=application, unseen=UNREADERS, data={"text": "Dubblett."}),
    "ombud.hand_over": Row(
        {"ombud"}, thing=lambda world: {"organisation_id": world.region.id}, data=form, unseen=OUTSIDE
    ),
}
