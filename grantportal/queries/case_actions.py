"""What can be done in an ärende now: what both its state and the reader's rights allow."""

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from grantportal.domain import clock, money
from grantportal.domain.actors import Actor
from grantportal.domain.applications import APPLICATION, ApplicationAction, ApplicationStatus
from grantportal.domain.calls import CallStatus
from grantportal.domain.decisions import DECISION, DecisionAction, DecisionStatus
from grantportal.domain.payments import PAYMENT, PaymentAction, PaymentStatus
from grantportal.domain.reports import REPORT, ReportAction
from grantportal.domain.supplements import SUPPLEMENT, SupplementAction, SupplementStatus
from grantportal.models.applications import Application
from grantportal.models.cases import Case
from grantportal.models.supplements import Supplement
from grantportal.policy import Permission, may
from grantportal.queries.case_states import ReportLine, Standing


@dataclass(frozen=True)
class CaseAction:
    """Something that the reader can do now: words, and where."""

    label: str
    hint: str
    endpoint: str
    values: Mapping[str, Any]


def actions_for(
    actor: Actor,
    case: Case,
    application: Application,
    standing: Standing,
    supplements: Sequence[Supplement],
    material: Mapping[int, date],
) -> Iterator[CaseAction]:
    """What both the state and the actor's rights allow, the most urgent first. `material` waits for the party's views:
    the last day by its id."""
    yield from _about_application(actor, case, application, standing.status, supplements)
    yield from _about_time(actor, case, supplements)
    yield from _about_communications(actor, case, material)
    yield from _about_decision(actor, case, application, standing)
    if standing.decision is not None and standing.decision.dispatched_at is not None:
        yield from _about_payments(actor, standing)
    yield from _about_reports(actor, case, standing.reports)
    if may(actor, Permission.ASSIGN_CASE) and case.registration_number is not None:
        yield CaseAction("Fördela ärende", "Välj vem som ska handlägga.", "cases.assign", {"case_id": case.id})
    if may(actor, Permission.FILE_NOTE):
        yield CaseAction(
            "Skriv tjänsteanteckning", "Vad som sagts, med vem och när.", "file_notes.write", {"case_id": case.id}
        )


def _about_application(
    actor: Actor,
    case: Case,
    application: Application,
    status: ApplicationStatus,
    supplements: Sequence[Supplement],
) -> Iterator[CaseAction]:
    here = {"application_id": application.id}
    allows = functools.partial(APPLICATION.allows, status)
    is_tried = application.call.status is not CallStatus.WITHDRAWN
    if allows(ApplicationAction.SUBMIT) and may(actor, Permission.FILL_AND_CHANGE, case):
        if is_tried:
            hint = "Bara ni ser det ni skriver tills ni skickar in."
            yield CaseAction("Fyll i ansökan", hint, "applications.show", here)
        else:
            yield CaseAction("Läs det ni har skrivit", "Det kan inte skickas in.", "applications.show", here)
    for supplement in supplements:
        if supplement.application_id is None or supplement.status is not SupplementStatus.REQUESTED:
            continue
        there = {"supplement_id": supplement.id}
        by = clock.day_text(supplement.last_day)
        if allows(ApplicationAction.ANSWER_SUPPLEMENT) and may(actor, Permission.FILL_AND_CHANGE, case):
            yield CaseAction("Svara på kompletteringen", f"Senast {by}.", "supplements.answer", there)
        if allows(ApplicationAction.CLOSE_SUPPLEMENT) and may(actor, Permission.CLOSE_SUPPLEMENT):
            yield CaseAction("Se begäran om komplettering", f"Svar senast {by}.", "supplements.show", there)
    if is_tried and allows(ApplicationAction.REQUEST_SUPPLEMENT) and may(actor, Permission.REQUEST_SUPPLEMENT):
        yield CaseAction(
            "Begär komplettering",
            "Du väljer vilka frågor regionen får ändra och till när.",
            "supplements.request",
            here,
        )
    if allows(ApplicationAction.WITHDRAW) and may(actor, Permission.WITHDRAW_APPLICATION, case):
        yield CaseAction(
            "Återkalla ansökan", "Myndigheten avslutar ärendet genom ett beslut.", "applications.withdraw", here
        )


def _about_time(actor: Actor, case: Case, supplements: Sequence[Supplement]) -> Iterator[CaseAction]:
    for supplement in supplements:
        there = {"supplement_id": supplement.id}
        allows = functools.partial(SUPPLEMENT.allows, supplement.status)
        if allows(SupplementAction.ASK_MORE_TIME) and may(actor, Permission.ASK_MORE_TIME, case):
            yield CaseAction(
                "Be om längre tid", "Om ni inte hinner svara på kompletteringen.", "supplements.ask_more_time", there
            )
        if allows(SupplementAction.EXTEND) and may(actor, Permission.EXTEND_TIME):
            by = clock.day_text(supplement.last_day)
            yield CaseAction("Förläng tiden", f"Kompletteringen ska besvaras senast {by}.", "supplements.extend", there)


def _about_communications(actor: Actor, case: Case, material: Mapping[int, date]) -> Iterator[CaseAction]:
    if not may(actor, Permission.REPLY_TO_COMMUNICATION, case):
        return
    for communication_id, last_day in material.items():
        yield CaseAction(
            "Lämna synpunkter",
            f"Läs underlaget och svara senast {clock.day_text(last_day)}.",
            "communications.show",
            {"communication_id": communication_id},
        )


def _about_decision(actor: Actor, case: Case, application: Application, standing: Standing) -> Iterator[CaseAction]:
    decision = standing.decision
    here = {"application_id": application.id}
    if decision is None or decision.status is not DecisionStatus.MADE:
        is_tried = application.call.status is not CallStatus.WITHDRAWN
        allowed = is_tried and APPLICATION.allows(application.status, ApplicationAction.COMMUNICATE)
        if allowed and may(actor, Permission.COMMUNICATE):
            yield CaseAction(
                "Skicka underlag till parten",
                "Regionen får lämna synpunkter före beslutet.",
                "communications.send",
                here,
            )
        status = decision.status if decision else DecisionStatus.DRAFT
        if (
            APPLICATION.allows(application.status, ApplicationAction.PROPOSE)
            and DECISION.allows(status, DecisionAction.PROPOSE)
            and may(actor, Permission.PROPOSE)
        ):
            label = "Fortsätt på förslaget" if decision else "Skriv förslag till beslut"
            yield CaseAction(label, "Belopp, skäl och villkor.", "decisions.propose", here)
    if decision is None:
        return
    there = {"decision_id": decision.id}
    if (
        DECISION.allows(decision.status, DecisionAction.DECIDE)
        and may(actor, Permission.DECIDE)
        and decision.proposed_by_id != actor.user_id
    ):
        yield CaseAction("Fatta beslut", "Läs förslaget som det kommer att skickas.", "decisions.decide", there)
    if (
        decision.status is DecisionStatus.MADE
        and decision.dispatched_at is None
        and may(actor, Permission.DISPATCH_DECISION)
    ):
        hint = standing.taken_back or "Beslutet är fattat och ska till parten."
        yield CaseAction("Skicka beslutet", hint, "decisions.dispatch", there)


_PAYMENT_STEPS = {
    PaymentStatus.PLANNED: (
        PaymentAction.REGISTER,
        Permission.REGISTER_PAYMENT,
        "Registrera utbetalning",
        "registrera",
    ),
    PaymentStatus.REGISTERED: (PaymentAction.ATTEST, Permission.ATTEST_PAYMENT, "Attestera utbetalning", "attestera"),
    PaymentStatus.ATTESTED: (PaymentAction.BATCH, Permission.BATCH_PAYMENTS, "Skapa underlag", "underlag"),
}


def _about_payments(actor: Actor, standing: Standing) -> Iterator[CaseAction]:
    for line in standing.payments:
        step = _PAYMENT_STEPS.get(line.status)
        if step is None:
            continue
        action, permission, label, kind = step
        if PAYMENT.allows(line.status, action) and may(actor, permission):
            hint = f"{money.kr(line.amount)} för {line.grant_year}. {standing.taken_back}".rstrip()
            yield CaseAction(label, hint, "payments.listing", {"kind": kind})


def _about_reports(actor: Actor, case: Case, lines: Sequence[ReportLine]) -> Iterator[CaseAction]:
    fills = may(actor, Permission.FILL_AND_CHANGE, case) or may(actor, Permission.FILL_ECONOMY, case)
    for line in lines:
        here = {"report_id": line.id}
        allows = functools.partial(REPORT.allows, line.status)
        if fills and line.has_opened and allows(ReportAction.EDIT):
            what = "Återrapportera" if allows(ReportAction.SUBMIT) else "Komplettera återrapporteringen"
            yield CaseAction(f"{what} för {line.grant_year}", line.label.sentence, "reports.show", here)
        if allows(ReportAction.REVIEW) and may(actor, Permission.REVIEW_REPORT):
            yield CaseAction(
                f"Granska återrapporteringen för {line.grant_year}",
                "Din bedömning står bredvid regionens.",
                "reviews.show",
                here,
            )
