"""Who may: kommunicering and beslut."""

from collections.abc import Mapping
from typing import Any

from grantportal.domain.decisions import SendCommunication
from grantportal.models.applications import Application
from grantportal.services import communications
from tests.routes.access import READERS, REGION, SIGNED_IN, UNREADERS, Row
from tests.routes.access.world import World
from tests.support.decidable import (
    Programme,
    application,
    decided,
    fingerprint_of,
    programme,
    proposed,
    tomorrow,
)

OFFICER, DECIDER = {"handlaggare"}, {"beslutsfattare"}
MAY_DISSENT = {"handlaggare", "enhetschef", "beslutsfattare"}
SEES = READERS | REGION


def _programme(world: World) -> Programme:
    return programme(authority=world.authority)


def _application(world: World, of: Programme | None = None) -> Application:
    return application(of or _programme(world), world.region)


def an_application(world: World) -> Mapping[str, Any]:
    """Handed in by the region."""
    return {"application_id": _application(world).id}


def a_call(world: World) -> Mapping[str, Any]:
    """With an application of the region's."""
    of = _programme(world)
    _application(world, of)
    return {"call_id": of.call.id}


def a_proposal(world: World) -> Mapping[str, Any]:
    """That waits for its decision."""
    of = _programme(world)
    return {"decision_id": proposed(of, _application(world, of))}


def a_proposal_of_many(world: World) -> Mapping[str, Any]:
    """That names everybody at the authority among those who took part."""
    of = _programme(world)
    persons = tuple(world.users[role].id for role in sorted(MAY_DISSENT))
    return {"decision_id": proposed(of, _application(world, of), participants=persons)}


def a_made_decision(world: World) -> Mapping[str, Any]:
    """That is not sent yet."""
    of = _programme(world)
    return {"decision_id": decided(of, proposed(of, _application(world, of)))}


def a_sent_decision(world: World) -> Mapping[str, Any]:
    """That its party can read."""
    of = _programme(world)
    return {"decision_id": decided(of, proposed(of, _application(world, of)), sent=True)}


def a_communication(world: World) -> Mapping[str, Any]:
    """Material that the region can answer."""
    of = _programme(world)
    made = _application(world, of)
    sent = communications.send(of.officer, made.id, SendCommunication("Underlag", tomorrow()))
    return {"communication_id": sent}


def the_fingerprint(world: World, own: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the decider has read."""
    return {"sha256": fingerprint_of(own["decision_id"])}


ROWS = {
    "decisions.index": Row(SIGNED_IN),
    "decisions.compare": Row(OFFICER, thing=a_call, reads=READERS, shared=True),
    "decisions.propose": Row(
        OFFICER, thing=an_application, unseen=UNREADERS, data={"outcome": "granted", "reasons": "Skäl"}
    ),
    "decisions.show": Row(SEES, thing=a_sent_decision, unseen=UNREADERS),
    # Until it is sent, a decision is not there for its party.
    "decisions.decide": Row(DECIDER, thing=a_proposal, unseen=UNREADERS | REGION, data=the_fingerprint),
    "decisions.return_": Row(DECIDER, thing=a_proposal, unseen=UNREADERS | REGION, data={"reason": "Ändra"}),
    "decisions.dissent": Row(
        MAY_DISSENT, thing=a_proposal_of_many, unseen=UNREADERS | REGION, data={"text": "Jag håller inte med."}
    ),
    "decisions.dispatch": Row({"registrator", *OFFICER}, thing=a_made_decision, unseen=UNREADERS | REGION),
    "communications.send": Row(
        OFFICER, thing=an_application, unseen=UNREADERS, data={"material": "Underlag", "last_day": "2099-01-02"}
    ),
    "communications.skip": Row(
        OFFICER, thing=an_application, unseen=UNREADERS, data={"ground": "urgent_interest", "why": "Skäl"}
    ),
    "communications.show": Row(SEES, thing=a_communication, unseen=UNREADERS),
    "communications.reply": Row(
        {"ombud", "representant"}, thing=a_communication, unseen=UNREADERS, data={"text": "Synpunkter"}
    ),
}
