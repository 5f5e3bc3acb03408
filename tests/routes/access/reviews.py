"""Granskning is the handläggare's; those who read cases read it, and nobody outside the authority."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from grantportal.domain import clock, working_days
from grantportal.domain.actors import Role
from grantportal.domain.reports import Rating, ReportStatus
from grantportal.domain.reviews import field_name
from grantportal.domain.supplements import SupplementStatus
from grantportal.models.supplements import Supplement, SupplementPart
from grantportal.queries import reviews
from grantportal.queries.accounts import actor_of
from tests.routes.access import READERS, UNREADERS, Row
from tests.routes.access.world import World
from tests.support.reported import HANDED_IN, matrix, rated, report
from tests.support.rows import committed, saved

OFFICER = {Role.HANDLAGGARE.value}


def handed_in(world: World) -> dict[str, Any]:
    return {"report_id": _made(world).id}


def fully_rated(world: World) -> dict[str, Any]:
    of, made = _made_with_matrix(world)
    rated(of, made, dict.fromkeys(of.results, Rating.PARTLY), world.users[Role.HANDLAGGARE.value].id)
    return {"report_id": made.id}


def unanswered(world: World) -> dict[str, Any]:
    made = _made(world, ReportStatus.SUPPLEMENT_REQUESTED)
    officer = world.users[Role.HANDLAGGARE.value].id
    saved(
        Supplement(
            case_id=made.case_id,
            organisation_id=world.region.id,
            report_id=made.id,
            status=SupplementStatus.REQUESTED,
            reason="Saknas",
            last_day=date(2023, 3, 15),
            requested_by_id=officer,
            requested_at=HANDED_IN,
            version_before=1,
            parts=[SupplementPart(part="A1")],
        )
    )
    return {"report_id": made.id}


def to_download(world: World) -> dict[str, Any]:
    """The workbook is of everything that the reader sees, so its address names nothing."""
    _made(world)
    return {}


def cell(world: World) -> dict[str, Any]:
    return {"report_id": _made(world).id, "code": "A1"}


def as_read(world: World, own: Mapping[str, Any]) -> dict[str, str]:
    committed()
    page = reviews.page(actor_of(world.users[Role.HANDLAGGARE.value].id), own["report_id"])
    return {"seen": page.fingerprint if page else ""}


def an_assessment(world: World, own: Mapping[str, Any]) -> dict[str, Any]:
    """Each result rated as the region has, so that no comment is needed."""
    committed()
    page = reviews.page(actor_of(world.users[Role.HANDLAGGARE.value].id), own["report_id"])
    fields = (
        [
            (each.id, name, value)
            for each in page.results
            for name, value in (("rating", "partly"), ("seen", each.stamp))
        ]
        if page
        else []
    )
    return {field_name(result, name): value for result, name, value in fields}


def _made(world: World, status: ReportStatus = ReportStatus.SUBMITTED) -> Any:
    return _made_with_matrix(world, status)[1]


def _made_with_matrix(world: World, status: ReportStatus = ReportStatus.SUBMITTED) -> Any:
    of = matrix()
    return of, report(of, world.region, status=status)


ROWS = {
    "reviews.index": Row(READERS),
    "reviews.download": Row(READERS, thing=to_download, shared=True),
    "reviews.cell": Row(READERS, thing=cell, unseen=UNREADERS),
    "reviews.show": Row(OFFICER, thing=handed_in, reads=READERS, unseen=UNREADERS, data=an_assessment),
    "reviews.supplement": Row(
        OFFICER,
        thing=handed_in,
        unseen=UNREADERS,
        data=lambda *_: {
            "parts": "A1",
            "reason": "Beskriv resultatet.",
            "last_day": working_days.on_or_after(clock.today() + timedelta(days=14)).isoformat(),
        },
    ),
    "reviews.close": Row(OFFICER, thing=unanswered, unseen=UNREADERS),
    "reviews.approve": Row(OFFICER, thing=fully_rated, unseen=UNREADERS, data=as_read),
}
