"""Granskning of a handed-in report: rate each result, ask for a komplettering or close it, and approve."""

import json

from grantportal import policy
from grantportal.domain import clock, personal_numbers, reports, reviews, supplements
from grantportal.domain.actors import Actor, Role
from grantportal.domain.cases import Direction, RecordKind
from grantportal.domain.errors import NotVisible, RuleViolation
from grantportal.domain.events import EventKind
from grantportal.domain.payments import LedgerKind
from grantportal.domain.reports import ECONOMY, REPORT, Charge, ReportAction
from grantportal.domain.reviews import Approval, ApproveReport, Assessment, RateResults
from grantportal.domain.supplements import SUPPLEMENT, RequestSupplement, SupplementAction
from grantportal.effects import ledger, notices, records
from grantportal.models.cases import Case, FrozenVersion
from grantportal.models.reports import Report, ReviewRating
from grantportal.models.supplements import Supplement, SupplementPart
from grantportal.policy import Permission
from grantportal.queries import cases, portal
from grantportal.queries import reports as report_queries
from grantportal.queries import reviews as queries
from grantportal.transaction import Act, transaction


def rate(actor: Actor, report_id: int, command: RateResults) -> int:
    """Save the officer's assessments; answers how many were new. Those that the page sends back unchanged are left alone,
    and one that a colleague has saved meanwhile is told instead of written over."""
    with transaction(actor, EventKind.REPORT_REVIEWED) as act:
        _, report = _locked(act, report_id)
        policy.require(act.actor, Permission.REVIEW_REPORT, report)
        report.status = REPORT.after(report.status, ReportAction.REVIEW)
        reported = queries.reported(report.id)
        saved = queries.saved_ratings(report.id)
        again = queries.rated_before(report.id)
        changed: dict[int, Assessment] = {}
        wrong: list[RuleViolation] = []
        for each in command.results:
            if each.result_id not in reported:
                raise NotVisible
            code, own = reported[each.result_id]
            row, by = saved.get(each.result_id, (None, ""))
            now = Assessment(row.rating, row.comment) if row else Assessment()
            # The same rating of another answer is a new one.
            is_same = each.assessment == now and code not in again
            if is_same or reviews.is_untouched(each.seen, each.assessment):
                continue
            if reviews.is_outdated(each.seen, row.version if row else 0):
                wrong.append(reviews.outdated(each.result_id, code, now, by))
            wrong += reviews.wrong_in(each.result_id, code, each.assessment, own=own)
            changed[each.result_id] = each.assessment
        reviews.ensure_none(wrong)
        reviews.ensure_something(changed)
        comments = {reviews.field_name(result_id, "comment"): each.comment for result_id, each in changed.items()}
        kept = personal_numbers.kept(comments, command.number_reason, personal_numbers.IN_TEXT)
        for result_id, assessment in changed.items():
            said = {
                "rating": assessment.rating,
                "comment": assessment.comment,
                "reviewed_by_id": act.actor.user_id,
                "reviewed_at": clock.now(),
            }
            if result_id not in saved:
                act.session.add(ReviewRating(report_id=report.id, expected_result_id=result_id, **said))
                continue
            row, _ = saved[result_id]
            for name, value in said.items():
                setattr(row, name, value)
            row.version += 1
        act.about(report, results={reported[each][0]: made.rating for each, made in changed.items()}, **kept)
        return len(changed)


def request_supplement(actor: Actor, report_id: int, command: RequestSupplement) -> int:
    """Begär komplettering: opens the chosen results and the economy until a last day. Answers the request's id."""
    with transaction(actor, EventKind.SUPPLEMENT_REQUESTED) as act:
        case, report = _locked(act, report_id)
        policy.require(act.actor, Permission.REQUEST_SUPPLEMENT, report)
        codes = [code for code, _ in queries.reported(report.id).values()]
        supplements.ensure_request_holds(command, known={*codes, ECONOMY}, today=clock.today())
        kept = personal_numbers.kept(command.texts(), command.number_reason)
        report.status = REPORT.after(report.status, ReportAction.REQUEST_SUPPLEMENT)
        parts = tuple(dict.fromkeys(command.parts))
        supplement = Supplement(
            case_id=case.id,
            organisation_id=report.organisation_id,
            report_id=report.id,
            reason=command.reason,
            last_day=command.last_day,
            requested_by_id=act.actor.user_id,
            requested_at=clock.now(),
            version_before=report.version_number,
            parts=[SupplementPart(part=part) for part in parts],
        )
        act.session.add(supplement)
        act.session.flush()
        opened = ", ".join("ekonomin" if part == ECONOMY else part for part in parts)
        day = clock.day_text(command.last_day)
        records.add_record(
            act,
            case,
            RecordKind.SUPPLEMENT_REQUEST,
            Direction.OUT,
            title=f"Begäran om komplettering av återrapporteringen för {report.grant_year}",
            report_id=report.id,
            counterpart=case.organisation.name,
            text=f"{command.reason}\n\nÖppna delar: {opened}.\nSvara senast {day}.",
        )
        notices.tell_party(
            act,
            case,
            f"Ni behöver komplettera återrapporteringen för {report.grant_year}",
            f"Svara i de öppna delarna senast {day}: {opened}.",
            Role.OMBUD,
            Role.REPRESENTANT,
            Role.UPPGIFTSSAMORDNARE,
            Role.APPLICANT_ECONOMIST,
        )
        act.about(supplement, parts=list(parts), last_day=command.last_day.isoformat(), **kept)
        return supplement.id


def close_supplement(actor: Actor, report_id: int) -> None:
    """Stäng kompletteringen: unanswered in time, the report is reviewed as it was handed in."""
    with transaction(actor, EventKind.SUPPLEMENT_CLOSED) as act:
        case, report = _locked(act, report_id)
        policy.require(act.actor, Permission.CLOSE_SUPPLEMENT, report)
        report.status = REPORT.after(report.status, ReportAction.CLOSE_SUPPLEMENT)
        supplement = queries.open_supplement(report.id)
        supplements.ensure_time_is_out(supplement.last_day, clock.now())
        supplement.status = SUPPLEMENT.after(supplement.status, SupplementAction.CLOSE)
        supplement.ended_by_id, supplement.ended_at = act.actor.user_id, clock.now()
        told = supplements.closed_text(supplement.last_day, supplements.follows(year=report.grant_year))
        records.add_record(
            act,
            case,
            RecordKind.SUPPLEMENT_CLOSED,
            Direction.OUT,
            title=f"Kompletteringen av återrapporteringen för {report.grant_year} är stängd",
            counterpart=case.organisation.name,
            text=told,
            report_id=report.id,
        )
        notices.tell_party(act, case, "Kompletteringen är stängd", told, *policy.who_answers({ECONOMY}))
        act.about(supplement)


def approve(actor: Actor, report_id: int, command: ApproveReport) -> None:
    """Godkänn återrapporteringen: every result is rated and nothing is asked for. From here on no rating is changed.

    The ledger has as charged what the newest version used, and never above what is paid by now: what was paid after the
    hand-in counts too.
    """
    with transaction(actor, EventKind.REPORT_APPROVED) as act:
        case, report = _locked(act, report_id)
        policy.require(act.actor, Permission.APPROVE_REPORT, report)
        report.status = REPORT.after(report.status, ReportAction.APPROVE)
        reported = queries.reported(report.id)
        saved = queries.saved_ratings(report.id)
        again = queries.rated_before(report.id)
        own = dict(reported.values())
        assessments = {
            code: Assessment(saved[each][0].rating, saved[each][0].comment)
            for each, (code, _) in reported.items()
            if each in saved and code not in again
        }
        reviews.ensure_all_rated(own, assessments)
        version = queries.newest_version(report.id)
        content = json.loads(version.content)
        charge = Charge(reports.used_of(content), report_queries.paid(report.id))
        now = reviews.fingerprint_of(report.version_number, assessments, charge.charged)
        reviews.ensure_same(command.seen, now, queries.versions(report.id))
        report.approved_at, report.approved_by_id = clock.now(), act.actor.user_id
        ledger.enter(
            act,
            LedgerKind.CHARGED,
            charge.charged,
            grant_id=report.grant_id,
            grant_year=report.grant_year,
            organisation_id=report.organisation_id,
            case_id=report.case_id,
            report_id=report.id,
        )
        records.add_record(
            act,
            case,
            RecordKind.REPORT_APPROVAL,
            Direction.OUT,
            title=f"Besked: återrapporteringen för {report.grant_year} är godkänd",
            counterpart=case.organisation.name,
            text=reviews.approval_told(_approval(act, report, version, charge), own, assessments),
            report_id=report.id,
        )
        notices.tell_party(
            act,
            case,
            f"Återrapporteringen för {report.grant_year} är godkänd",
            "Beskedet och våra bedömningar finns i återrapporteringen.",
            Role.OMBUD,
            Role.REPRESENTANT,
            Role.UPPGIFTSSAMORDNARE,
            Role.APPLICANT_ECONOMIST,
        )
        act.about(report, year=report.grant_year, paid=charge.paid, charged=charge.charged)


def _approval(act: Act, report: Report, version: FrozenVersion, charge: Charge) -> Approval:
    authority = portal.installation().authority
    titles = {result["code"]: result["title"] for result in json.loads(version.content)["results"]}
    return Approval(
        authority=authority,
        by=act.actor.name,
        at=clock.now(),
        grant_year=report.grant_year,
        version=version.number,
        received_at=version.frozen_at,
        sha256=version.sha256,
        titles=titles,
        charge=charge,
    )


def _locked(act: Act, report_id: int) -> tuple[Case, Report]:
    case_id = queries.case_id_of(report_id)
    if case_id is None:
        raise NotVisible
    case = cases.locked(case_id)
    report = queries.handed_in(act.actor, report_id)
    if report is None:
        raise NotVisible
    return case, report
