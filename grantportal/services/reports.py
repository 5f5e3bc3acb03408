"""Återrapportering: write, attest the economy, certify and hand in; the same act answers a komplettering."""

from dataclasses import replace
from typing import Any

from grantportal import db, policy
from grantportal.domain import clock, personal_numbers, reports
from grantportal.domain.actors import SYSTEM, Actor, Role
from grantportal.domain.cases import Direction, FrozenKind, RecordKind
from grantportal.domain.errors import NotVisible, RuleViolation, SavedMeanwhile, TextClash
from grantportal.domain.events import EventKind
from grantportal.domain.hand_ins import ensure_read
from grantportal.domain.money import Kronor, number
from grantportal.domain.reports import (
    ECONOMY,
    RATING_TEXTS,
    REPORT,
    AttestEconomy,
    HandInReport,
    Rating,
    ReportAction,
    ResultAnswer,
    Saved,
    SaveEconomy,
    SaveResult,
)
from grantportal.domain.supplements import SUPPLEMENT, SupplementAction
from grantportal.effects import notices, records
from grantportal.effects.freeze import freeze
from grantportal.models.cases import FrozenVersion
from grantportal.models.reports import Report, ReportAnswer, ReportCost, ReportedCost, ReportedResult
from grantportal.policy import Permission
from grantportal.queries import cases
from grantportal.queries import reports as queries
from grantportal.queries.report_hand_ins import to_hand_in
from grantportal.queries.reports import ReportPage
from grantportal.transaction import Act, Bookkeeping, bookkeeping, transaction

# --- The draft -----------------------------------------------------------------------------------------------------


def save_result(actor: Actor, report_id: int, code: str, command: SaveResult) -> Saved:
    """Save what is said about one expected result.

    A part that somebody else has saved meanwhile is not written over: both texts come back, and the other parts are saved.
    """
    with bookkeeping(Bookkeeping.DRAFTS, actor) as (session, now_actor):
        who = now_actor or actor
        report = _locked(who, report_id)
        policy.require(who, Permission.FILL_AND_CHANGE, report)
        page = _page(who, report_id)
        shown = page.result(code)
        if shown is None:
            raise NotVisible
        _ensure_open(page, code)
        known = _only_known(command.answer, page, has_proviso=bool(shown.wording.provisos))
        values = {part: value for part, value in known.items() if part not in command.left_out}
        merged = reports.merged(command.based_on, values, shown.answer)
        saved = Saved(
            _result_clashes(merged.clashing, shown.answer, values, shown.by, shown.version),
            stamps={"seen": merged.stamp},
            settled={"seen": merged.settled},
        )
        if not merged.changed:
            return saved
        answer = replace(shown.answer, **merged.changed)
        reports.ensure_within(answer, page.limits)
        personal_numbers.ensure_none(reports.texts_of(answer))
        row = queries.answer_row(who, report_id, shown.id)
        if row is None:
            row = ReportAnswer(report_id=report_id, expected_result_id=shown.id, version=0)
            session.add(row)
        row.rating, row.text, row.measure = answer.rating, answer.text, answer.measure
        row.proviso_mattered, row.proviso_text = answer.proviso_mattered, answer.proviso_text
        row.causes = "\n".join(answer.causes)
        row.version += 1
        row.changed_by_id, row.changed_at = _person(who), clock.now()
        return saved


def _only_known(answer: ResultAnswer, page: ReportPage, *, has_proviso: bool) -> dict[str, Any]:
    """The answer's parts with the form's own causes only, and nothing about a förbehåll that the year does not have."""
    values = vars(replace(answer, causes=tuple(cause for cause in page.causes if cause in answer.causes)))
    return {name: value for name, value in values.items() if has_proviso or not name.startswith("proviso")}


def _result_clashes(
    parts: tuple[str, ...], theirs: ResultAnswer, yours: dict[str, Any], by: str, version: int
) -> tuple[TextClash, ...]:
    return tuple(
        TextClash(part, _result_text(getattr(theirs, part)), _result_text(yours[part]), by, version) for part in parts
    )


def _result_text(value: Any) -> str:
    if isinstance(value, bool):
        return "Ja" if value else "Nej"
    if isinstance(value, Rating):
        return RATING_TEXTS[value]
    return "; ".join(value) if isinstance(value, tuple) else value or ""


def save_economy(actor: Actor, report_id: int, command: SaveEconomy) -> Saved:
    """Save the cells that have been changed, kostnadsslag by kostnadsslag. Any change ends the economy's attestation."""
    with transaction(actor, EventKind.REPORT_ATTESTATION_ENDED, may_be_silent=True) as act:
        session, who = act.session, act.actor
        report = _locked(who, report_id)
        policy.require(who, Permission.FILL_ECONOMY, report)
        page = _page(who, report_id)
        _ensure_open(page, ECONOMY)
        rows = queries.cost_rows(who, report_id)
        clashes: list[TextClash] = []
        stamps: dict[str, str] = {}
        settled: dict[str, str] = {}
        changed = False
        personal_numbers.ensure_none(
            {
                reports.cell_name(category_id, "comment"): str(saved.values.get("comment") or "")
                for category_id, saved in command.rows.items()
            }
        )
        for shown in page.economy.rows:
            saved = command.rows.get(shown.category_id)
            if saved is None:
                continue
            # A cell that could not be understood is not among the values, and is left as it is.
            merged = reports.merged(saved.based_on, saved.values, shown.answer)
            seen = reports.cell_name(shown.category_id, "seen")
            stamps[seen], settled[seen] = merged.stamp, merged.settled
            clashes += [
                TextClash(
                    reports.cell_name(shown.category_id, part),
                    _written(getattr(shown.answer, part)),
                    _written(saved.values[part]),
                    shown.by,
                    0,
                )
                for part in merged.clashing
            ]
            answer = replace(shown.answer, **merged.changed)
            deviation = replace(shown, answer=answer).deviation
            # A comment is bound to the deviation that stands beside it as it is written, or as it is said to hold.
            is_explained = "comment" in merged.changed or (
                saved.still_explains is not None and saved.still_explains == deviation
            )
            if not merged.changed and not is_explained:
                continue
            reports.ensure_within(answer, page.limits, category_id=shown.category_id)
            row = rows.get(shown.category_id)
            if row is None:
                row = ReportCost(report_id=report_id, cost_category_id=shown.category_id, version=0)
                session.add(row)
            row.cost, row.own_financing, row.comment = answer.cost, answer.own_financing, answer.comment
            if is_explained:
                row.explained = deviation if answer.comment else None
            row.version += 1
            row.changed_by_id, row.changed_at = _person(who), clock.now()
            changed = changed or bool(merged.changed)
        ended = changed and report.economy_sha256 is not None
        if ended:
            _end_attestation(act, report, f"{who.name} har ändrat ekonomin.")
        return Saved(tuple(clashes), ended, stamps, settled)


def _end_attestation(act: Act, report: Report, why: str) -> None:
    """Told to whoever attested and to those who hand in, and not to the one who made the change: the page says it there."""
    attester, at = report.economy_attested_by_id, report.economy_attested_at
    report.economy_attested_by_id = report.economy_attested_at = report.economy_sha256 = None
    attested = f" från {clock.day_time_text(at)}" if at else ""
    notices.tell_party(
        act,
        report.case,
        f"Ekonomin för {report.grant_year} behöver intygas igen",
        f"{why} Intygandet{attested} gäller inte längre.",
        *policy.party_roles(Permission.CERTIFY_AND_SUBMIT_REPORT),
        also=() if attester is None else (attester,),
        but=(act.actor.user_id,),
    )
    act.about(report, year=report.grant_year)


def end_outdated_attestations() -> int:
    """End the attestations of what has been decided or paid otherwise since: the figures that were attested are others now.

    For the worker. Answers how many ended.
    """
    db.close_read_session()
    outdated = [
        (report.id, report.case_id)
        for report in queries.perhaps_outdated()
        if report.economy_sha256 != queries.economy_sha256(report)
    ]
    db.close_read_session()
    return sum(_ended_as_outdated(report_id, case_id) for report_id, case_id in outdated)


def _ended_as_outdated(report_id: int, case_id: int) -> bool:
    try:
        with transaction(SYSTEM, EventKind.REPORT_ATTESTATION_ENDED, may_be_silent=True) as act:
            cases.locked(case_id)
            report = queries.attested(report_id)
            if report is None or report.economy_sha256 == queries.economy_sha256(report):
                return False
            _end_attestation(act, report, "Det som är beslutat eller utbetalt för året har ändrats.")
            return True
    except SavedMeanwhile:
        # Left to the next round.
        return False


def _written(value: int | str | None) -> str:
    return number(value) if isinstance(value, int) else value or ""


def attest_economy(actor: Actor, report_id: int, command: AttestEconomy) -> None:
    """The region's economist attests exactly the economy that was read; any later change of it ends the attestation."""
    with transaction(actor, EventKind.REPORT_ECONOMY_ATTESTED) as act:
        report = _locked(act.actor, report_id)
        policy.require(act.actor, Permission.ATTEST_ECONOMY, report)
        report.status = REPORT.after(report.status, ReportAction.ATTEST_ECONOMY)
        page = _page(act.actor, report_id)
        _ensure_open(page, ECONOMY)
        reports.ensure_same_economy(command.sha256, page.economy.sha256)
        reports.ensure_complete(page.economy_gaps)
        reports.ensure_beyond_is_own(page.economy.beyond, said=command.beyond_is_own)
        if page.is_attested:
            raise RuleViolation("Ekonomin är redan intygad.")
        report.economy_attested_by_id = act.actor.user_id
        report.economy_attested_at = clock.now()
        report.economy_sha256 = page.economy.sha256
        left = len(page.gaps) - 1
        remains = "en sak återstår" if left == 1 else f"{left} saker återstår"
        notices.tell_party(
            act,
            report.case,
            f"Ekonomin för {report.grant_year} är intygad",
            f"{act.actor.name} har intygat ekonomin. "
            + (
                f"Innan ni kan skicka in återrapporteringen: {remains}."
                if left
                else "Ni kan skicka in återrapporteringen."
            ),
            *policy.party_roles(Permission.CERTIFY_AND_SUBMIT_REPORT),
            but=(act.actor.user_id,),
        )
        beyond = {"beyond": page.economy.beyond} if page.economy.beyond else {}
        act.about(report, year=report.grant_year, charged=page.economy.charged, sha256=page.economy.sha256, **beyond)


# --- Handing in ----------------------------------------------------------------------------------------------------


def submit(actor: Actor, report_id: int, command: HandInReport | None = None) -> int:
    """The ombud certifies and hands in: from here on the report is an inkommen handling. Answers the version's number.

    While a komplettering is open the same act answers it: only the opened parts are new. `command` says what the ombud
    has read, where somebody reads it on a page.
    """
    with transaction(actor, EventKind.REPORT_SUBMITTED) as act:
        report = _locked(act.actor, report_id)
        policy.require(act.actor, Permission.CERTIFY_AND_SUBMIT_REPORT, report)
        answers = REPORT.allows(report.status, ReportAction.ANSWER_SUPPLEMENT)
        action = ReportAction.ANSWER_SUPPLEMENT if answers else ReportAction.SUBMIT
        status = REPORT.after(report.status, action)
        page = _page(act.actor, report_id)
        if not answers:
            _ensure_open(page, ECONOMY)
        received = clock.received()
        handed_in = to_hand_in(page, by=act.actor.name, at=received)
        ensure_read(command, now=handed_in.sha256)
        reports.ensure_complete(page.gaps)
        if ECONOMY in page.opened:
            reports.ensure_beyond_is_own(page.economy.beyond, said=command is not None and command.beyond_is_own)
        content = handed_in.content
        version = freeze(act, FrozenKind.REPORT, report.id, content, case_id=report.case_id)
        report.status = status
        report.version_number = version.number
        report.submitted_at = report.submitted_at or received
        report.submitted_by_id = act.actor.user_id
        _replace_reported(act, report, content)
        # The ledger has it as charged when the report is approved.
        charged = reports.charged_of(content)
        act.about(report, year=report.grant_year, version=version.number, charged=charged, late=content["late"])
        if answers:
            _end_supplement(act, report, version)
        beyond = sum(line.get("beyond", 0) for line in content["economy"]["lines"])
        _tell(act, report, version, page, beyond=beyond, answers=answers)
        return version.number


def _replace_reported(act: Act, report: Report, content: dict[str, Any]) -> None:
    """The rows that overviews and reviews read follow the newest version."""
    for row in queries.reported(report.id):
        act.session.delete(row)
    act.session.flush()
    basis = content["basis"]
    for result in content["results"]:
        act.session.add(
            ReportedResult(
                report_id=report.id,
                expected_result_id=basis["results"][result["code"]],
                rating=Rating(basis["ratings"][result["code"]]),
                text=result["text"],
                proviso_mattered=bool(result["proviso_mattered"]),
                proviso_text=result["proviso_text"],
                causes="\n".join(result["causes"]),
                measure=result["measure"],
            )
        )
    for category_id, line in zip(basis["categories"], content["economy"]["lines"], strict=True):
        figures = {name: line[name] for name in ("budget", "paid", "cost", "own_financing", "charged", "comment")}
        act.session.add(ReportedCost(report_id=report.id, cost_category_id=category_id, **figures))
    act.session.flush()


def _end_supplement(act: Act, report: Report, version: FrozenVersion) -> None:
    supplement = queries.open_supplement(report.id)
    if supplement is None:
        raise RuleViolation("Kompletteringen är redan besvarad eller stängd.")
    supplement.status = SUPPLEMENT.after(supplement.status, SupplementAction.ANSWER)
    supplement.ended_by_id, supplement.ended_at = act.actor.user_id, clock.received()
    supplement.version_after = version.number
    act.also(EventKind.SUPPLEMENT_ANSWERED, supplement, version=version.number)


def _tell(act: Act, report: Report, version: FrozenVersion, page: ReportPage, *, beyond: Kronor, answers: bool) -> None:
    case, year = report.case, report.grant_year
    what = "Komplettering av återrapportering" if answers else "Återrapportering"
    received = clock.day_time_text(version.frozen_at)
    told = reports.beyond_told(beyond)
    records.add_record(
        act,
        case,
        RecordKind.SUPPLEMENT_ANSWER if answers else RecordKind.REPORT,
        Direction.IN,
        title=f"{what} för {year}",
        counterpart=page.organisation,
        frozen=version,
        rendered=True,
        report_id=report.id,
    )
    records.add_record(
        act,
        case,
        RecordKind.RECEIPT,
        Direction.OUT,
        title=f"Kvitto: {what[0].lower()}{what[1:]} för {year}",
        counterpart=page.organisation,
        text=f"Vi tog emot er {what[0].lower()}{what[1:]} för {year} den {received}. "
        f"Diarienummer {page.registration_number}.{told}",
        report_id=report.id,
    )
    notices.tell_party(
        act,
        case,
        f"{what} för {year} är inskickad",
        f"Vi tog emot den {received}. Diarienummer {page.registration_number}.{told}",
        Role.OMBUD,
        Role.REPRESENTANT,
        Role.UPPGIFTSSAMORDNARE,
        Role.APPLICANT_ECONOMIST,
    )
    notices.tell_authority(
        act,
        case,
        f"{what} för {year} har kommit in",
        f"{page.organisation}, {page.registration_number}.{told}",
        Role.HANDLAGGARE,
    )


# --- What they share -----------------------------------------------------------------------------------------------


def _locked(actor: Actor, report_id: int) -> Report:
    """The case first, then the report: one order for everyone."""
    case_id = queries.case_id_of(report_id)
    if case_id is None:
        raise NotVisible
    cases.locked(case_id)
    report = queries.locked(actor, report_id)
    if report is None:
        raise NotVisible
    return report


def _page(actor: Actor, report_id: int) -> ReportPage:
    page = queries.page(actor, report_id)
    if page is None:
        raise NotVisible
    return page


def _ensure_open(page: ReportPage, part: str) -> None:
    opened = page.supplement.parts if page.supplement else frozenset()
    reports.ensure_open(part, status=page.status, opens_on=page.opens_on, opened=opened, now=clock.received())


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotVisible
    return actor.user_id
