"""Handing in: the frozen copy, and the lines that lists and decisions read instead of the draft."""

from collections.abc import Mapping
from typing import Any

from grantportal.domain import applications, clock, hand_ins
from grantportal.domain.cases import FrozenKind
from grantportal.domain.events import EventKind
from grantportal.effects.freeze import freeze
from grantportal.models.applications import Application, ApplicationHome, RequestedLine
from grantportal.models.cases import FrozenVersion
from grantportal.queries.applications import handed_in, heading_of
from grantportal.transaction import Act


def hand_in(
    act: Act, application: Application, answered: dict[str, Any], what: str, reasons: Mapping[int, str]
) -> FrozenVersion:
    """Freeze what is handed in, under the case's lock; what is sought and the youth homes follow the newest version.

    `reasons` says why personnummer stand in answers, by the question's number: the history keeps that, not the numbers.

    The case has its number and the application its time of hand-in.
    """
    call = application.call
    form = call.application_form
    if form is None:
        raise LookupError(f"call {call.id} was published without a form")
    received = clock.received()
    role = next((mandate.role.text for mandate in act.actor.mandates if _holds(mandate, application)), "")
    content = hand_ins.application_content(
        hand_ins.HandIn(
            what=what,
            heading=heading_of(application),
            registration_number=application.case.registration_number or "",
            form_id=form.id,
            form_sha256=form.sha256,
            by=act.actor.name,
            by_title=role,
            received_at=received,
            last_day=call.last_day,
            late=applications.is_late(application.submitted_at, call.last_day),
        ),
        answered,
    )
    version = freeze(act, FrozenKind.APPLICATION, application.id, content, case_id=application.case_id)
    application.version_number = version.number
    for row in handed_in(application.id):
        act.session.delete(row)
    act.session.flush()
    for year, category, amount in hand_ins.requested(content):
        act.session.add(
            RequestedLine(application_id=application.id, grant_year=year, cost_category_id=category, amount=amount)
        )
    for home in hand_ins.home_ids(content):
        act.session.add(ApplicationHome(application_id=application.id, youth_home_id=home))
    asked = {answer["number"]: answer["question"] for section in content["sections"] for answer in section["answers"]}
    for question, reason in sorted(reasons.items()):
        act.also(EventKind.PERSONAL_NUMBER_KEPT, application, question=asked[question], kept_because=reason)
    act.session.flush()
    return version


def _holds(mandate: Any, application: Application) -> bool:
    return bool(
        mandate.organisation_id == application.organisation_id and mandate.case_id in (None, application.case_id)
    )
