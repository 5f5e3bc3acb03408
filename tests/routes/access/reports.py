"""Återrapporteringar: a draft is the organisation's own; what is handed in is read by the authority too."""

from typing import Any

from grantportal import db
from grantportal.domain.actors import Role
from grantportal.queries import reports as queries
from tests.routes.access import AUTHORITY, OUTSIDE, READERS, REGION, UNREADERS, Row
from tests.routes.access.world import World
from tests.support import reporting
from tests.support.reporting import Grantee, another_call, grantee

WRITERS = frozenset({"ombud", "representant", "uppgiftssamordnare"})
STRANGERS = AUTHORITY | OUTSIDE


def of_region(world: World) -> Grantee:
    return grantee(another_call(), world.region)


def draft(world: World) -> dict[str, Any]:
    return {"report_id": of_region(world).report.id}


def with_economy(world: World) -> dict[str, Any]:
    made = of_region(world)
    reporting.fill_economy(made)
    return {"report_id": made.report.id}


def complete(world: World) -> dict[str, Any]:
    made = of_region(world)
    reporting.filled(made)
    return {"report_id": made.report.id}


def received(world: World) -> dict[str, Any]:
    made = of_region(world)
    reporting.handed_in(made)
    return {"report_id": made.report.id}


def fingerprint(world: World, values: Any) -> dict[str, str]:
    page = queries.page(reporting.actor_of(world.users[Role.OMBUD.value]), values["report_id"])
    db.close_read_session()
    return {"sha256": page.economy.sha256 if page else "", "certified": "y"}


ROWS = {
    "reports.show": Row(REGION, thing=draft, unseen=STRANGERS),
    "reports.result": Row(
        WRITERS,
        thing=lambda world: {**draft(world), "code": "A1"},
        reads=REGION,
        unseen=STRANGERS,
        data={"rating": "met", "text": "Gjort."},
    ),
    "reports.autosave_result": Row(
        WRITERS, thing=lambda world: {**draft(world), "code": "A1"}, unseen=STRANGERS, data={"text": "Gjort."}
    ),
    "reports.economy": Row(REGION, thing=draft, unseen=STRANGERS),
    "reports.autosave_economy": Row(REGION, thing=draft, unseen=STRANGERS),
    "reports.attest": Row(
        {"ombud", "applicant_economist"}, thing=with_economy, reads=REGION, unseen=STRANGERS, data=fingerprint
    ),
    "reports.submit": Row({"ombud"}, thing=complete, reads=REGION, unseen=STRANGERS, data={"certified": "y"}),
    "reports.receipt": Row(REGION | READERS, thing=received, unseen=UNREADERS),
    "reports.version": Row(REGION | READERS, thing=lambda world: {**received(world), "number": 1}, unseen=UNREADERS),
    "reports.pdf": Row(REGION | READERS, thing=lambda world: {**received(world), "number": 1}, unseen=UNREADERS),
    "reports.compare": Row(REGION | READERS, thing=received, unseen=UNREADERS),
    # What is asked is no draft: both sides read it from the day that the report is planned.
    "reports.questions": Row(REGION | READERS, thing=draft, unseen=UNREADERS),
}
