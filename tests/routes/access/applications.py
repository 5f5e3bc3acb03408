"""Who may: ansökan and komplettering."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from grantportal import db
from grantportal.domain import clock, working_days
from grantportal.domain.actors import Actor
from grantportal.models.applications import Application
from grantportal.queries import accounts, calls
from grantportal.services import supplements
from tests.routes.access import NEIGHBOUR, READERS, REGION, UNREADERS, Row
from tests.routes.access.world import World
from tests.support.applications import ASKED_FOR, DEFINITION, begin, handed_in, written
from tests.support.calls import ANNOUNCED, WRITTEN, make_call, make_grant, played_at
from tests.support.remembered import Numbers

NUMBERS = Numbers()
OFFICER = {"handlaggare"}
WRITERS = {"ombud", "representant", "uppgiftssamordnare"}
SENDERS = {"ombud", "representant"}
AUTHORITY_AND_OUTSIDE = READERS | UNREADERS


def _actor(world: World, who: str) -> Actor:
    return accounts.actor_of(world.users[who].id)


def _call(world: World) -> Any:
    with played_at(ANNOUNCED):
        who = _actor(world, "handlaggare")
        grant_id = make_grant(who, written=replace(WRITTEN, title=f"Statsbidrag att söka {next(NUMBERS)}"))
        call_id = make_call(who, grant_id, form=DEFINITION)
        db.close_read_session()
        return calls.get(who, call_id)


def a_call(world: World) -> Mapping[str, Any]:
    """A call to apply in."""
    return {"call_id": _call(world).id}


def _id(application: Application) -> Mapping[str, Any]:
    number = application.id
    db.close_read_session()
    return {"application_id": number}


def a_draft(world: World) -> Mapping[str, Any]:
    """An application that the region writes in."""
    return _id(begin(_actor(world, "ombud"), _call(world)))


def a_section(world: World) -> Mapping[str, Any]:
    """A section of a draft."""
    return {**a_draft(world), "key": "arbetet"}


def a_whole_draft(world: World) -> Mapping[str, Any]:
    """An application with every question answered."""
    return _id(written(_actor(world, "ombud"), _call(world)))


def one_handed_in(world: World) -> Mapping[str, Any]:
    """An application that the authority has received."""
    return _id(handed_in(_actor(world, "ombud"), _call(world)))


def its_version(world: World) -> Mapping[str, Any]:
    """What was handed in."""
    return {**one_handed_in(world), "number": 1}


def _asked(world: World, moment: datetime) -> Mapping[str, Any]:
    application = one_handed_in(world)
    day = (moment.astimezone(clock.STOCKHOLM)).date()
    with clock.at(moment):
        number = supplements.request(
            _actor(world, "handlaggare"),
            application["application_id"],
            replace(ASKED_FOR, last_day=date.fromordinal(day.toordinal() + 14)),
        )
    db.close_read_session()
    return {"supplement_id": number}


def a_request(world: World) -> Mapping[str, Any]:
    """A komplettering that waits for its answer."""
    return _asked(world, clock.now())


def an_overdue_request(world: World) -> Mapping[str, Any]:
    """A komplettering that was not answered in time."""
    return _asked(world, datetime(2020, 5, 11, 8, tzinfo=UTC))


def _more_time() -> Mapping[str, str]:
    day = working_days.on_or_after(date.fromordinal(clock.today().toordinal() + 40))
    return {"last_day": day.isoformat(), "reason": "Ekonomen är ledig."}


ROWS = {
    "applications.start": Row(
        SENDERS | {NEIGHBOUR},
        thing=a_call,
        shared=True,
        data=lambda world, _: {"organisation_id": world.region.id, "applicant_unit": f"Enhet {next(NUMBERS)}"},
    ),
    "applications.show": Row(REGION, thing=a_draft, unseen=AUTHORITY_AND_OUTSIDE),
    "applications.section": Row(WRITERS, thing=a_section, unseen=AUTHORITY_AND_OUTSIDE),
    "applications.autosave": Row(WRITERS, thing=a_section, unseen=AUTHORITY_AND_OUTSIDE),
    "applications.check": Row(REGION, thing=a_draft, unseen=AUTHORITY_AND_OUTSIDE),
    "applications.submit": Row(SENDERS, thing=a_whole_draft, unseen=AUTHORITY_AND_OUTSIDE),
    "applications.receipt": Row(REGION | READERS, thing=one_handed_in, unseen=UNREADERS),
    "applications.withdraw": Row({"ombud"}, thing=one_handed_in, unseen=UNREADERS),
    "applications.version": Row(REGION | READERS, thing=its_version, unseen=UNREADERS),
    "applications.compare": Row(REGION | READERS, thing=one_handed_in, unseen=UNREADERS),
    "applications.pdf": Row(REGION | READERS, thing=its_version, unseen=UNREADERS),
    "supplements.request": Row(
        OFFICER,
        thing=one_handed_in,
        unseen=UNREADERS,
        data=lambda *_: {
            "parts": "q_6",
            "note_q_6": "När börjar vården?",
            "reason": "Beskriv tidplanen.",
            "last_day": working_days.on_or_after(date.fromordinal(clock.today().toordinal() + 14)).isoformat(),
        },
    ),
    "supplements.show": Row(REGION | READERS, thing=a_request, unseen=UNREADERS),
    "supplements.answer": Row(SENDERS, thing=a_request, unseen=UNREADERS),
    "supplements.ask_more_time": Row(SENDERS, thing=a_request, unseen=UNREADERS, data=lambda *_: _more_time()),
    "supplements.extend": Row(OFFICER, thing=a_request, unseen=UNREADERS, data=lambda *_: _more_time()),
    "supplements.close": Row(OFFICER, thing=an_overdue_request, unseen=UNREADERS),
}
