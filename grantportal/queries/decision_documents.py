"""What a decision says, to the letter: made of what is saved, so that it can be read, confirmed and frozen."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from grantportal import db
from grantportal.domain import clock, documents
from grantportal.domain.cases import FrozenKind
from grantportal.domain.decisions import DISMISSAL_TEXTS, GIVES_MONEY, Communicated, Outcome, per_year
from grantportal.domain.demonstration import decision_note
from grantportal.domain.documents import DecisionDocument, Person
from grantportal.domain.frameworks import ProvisoMarker, code_order, paragraphs_of
from grantportal.domain.frozen import persons_of
from grantportal.domain.letters import decision as letter
from grantportal.domain.organisations import OrganisationKind
from grantportal.models.calls import Call
from grantportal.models.cases import FrozenVersion
from grantportal.models.decisions import Communication, Decision
from grantportal.models.frameworks import ExpectedResult, FrameworkVersion, Wording
from grantportal.models.grants import Condition
from grantportal.queries import decisions, grants, portal


def document(decision: Decision, *, decided_by: Person | None = None, at: datetime | None = None) -> DecisionDocument:
    """The decision as it is sent, from what is saved now. Without `decided_by` it is still a proposal."""
    application = decision.application
    call, case = application.call, application.case
    grant, organisation = call.grant, application.organisation
    years = tuple(year.grant_year for year in call.years)
    asked, granted = per_year(decisions.sought(application.id)), decisions.amounts_of(decision)
    totals = per_year(granted)
    gives = decision.outcome in GIVES_MONEY
    framework_id, _ = decisions.report_ground(call)
    results = annex(framework_id, years) if gives and framework_id else None
    here = portal.installation()
    example = here.is_demonstration
    due = {year.grant_year: year.report_due_on for year in call.years} | decisions.planned_reports(
        grant.id, organisation.id
    )
    return letter.document(
        letter.Grounds(
            office=letter.Office(here.authority, here.address, here.appeal_court),
            grant=grants.title_of(call),
            registration_number=case.registration_number or "",
            party=documents.Party(organisation.name, organisation.organisation_number, application.applicant_unit),
            represents_the_public=organisation.kind is OrganisationKind.REGION,
            at=at or decision.proposed_at or clock.now(),
            example=example,
            example_note=decision_note(
                sums_are_example=call.is_example,
                sought_is_example=application.sought_is_example,
                has_annex=results is not None,
            )
            if example
            else "",
            outcome=decision.outcome or Outcome.REFUSED,
            dismissal=documents.Dismissal(
                ground=DISMISSAL_TEXTS[decision.dismissal_ground],
                why=decision.dismissal_why,
            )
            if decision.dismissal_ground and decision.outcome is Outcome.DISMISSED
            else None,
            decided_by=decided_by,
            rapporteur=Person(decisions.person_name(decision.proposed_by_id), "handläggare"),
            presented_at=decision.proposed_at,
            took_part=(
                *(Person(each.user.name, each.title) for each in decision.participants),
                *persons_of(decision.took_part),
            ),
            dissent="\n".join(filter(None, (decision.dissent, *(each.line for each in decisions.dissents(decision))))),
            years=tuple(documents.YearDecided(year, asked.get(year, 0), totals.get(year, 0)) for year in years),
            granted=documents.AmountTable(
                years,
                tuple(
                    documents.AmountLine(each.name, tuple(granted.get((year, each.id), 0) for year in years))
                    for each in call.cost_categories
                ),
            ),
            covers=decision.covers,
            reasons=decision.reasons,
            legal_basis=call.legal_basis,
            conditions=_conditions(call, decision),
            pay_on=tuple((each.grant_year, each.pay_on) for each in call.years),
            report_due_on=tuple((year, due[year]) for year in years),
            recovery_basis=call.recovery_basis,
            appeal_variant=call.appeal_variant,
            appeal_provision=call.appeal_provision,
            appeal_is_example=call.appeal_is_example,
            received_at=application.submitted_at,
            last_day=call.last_day,
            withdrawn_at=application.withdrawn_at,
            heard=_heard(application.id),
            annex=results,
        )
    )


def newest_frozen(decision_id: int) -> FrozenVersion | None:
    """The decision as it was made, or, where a dissent was noted after that, as it was sent. None before it is made."""
    return (
        db.session()
        .scalars(
            select(FrozenVersion)
            .where(FrozenVersion.kind == FrozenKind.DECISION, FrozenVersion.subject_id == decision_id)
            .order_by(FrozenVersion.number.desc())
            .limit(1)
        )
        .one_or_none()
    )


def _heard(application_id: int) -> tuple[letter.Heard, ...]:
    today = clock.today()
    rows = db.session().scalars(
        select(Communication).where(Communication.application_id == application_id).order_by(Communication.id)
    )
    return tuple(
        letter.Heard(
            on=clock.stockholm(each.sent_at).date(),
            last_day=each.last_day,
            replied_on=clock.stockholm(each.replied_at).date() if each.replied_at else None,
            is_open=Communicated(each.kind, each.last_day, each.replied_at is not None).is_open(today),
            ground=each.ground,
        )
        for each in rows
    )


def basis(decision: Decision) -> dict[str, Any]:
    """What the decision rests on, frozen beside what it says: the version of the application, and how the party was heard."""
    version = (
        db.session()
        .scalars(
            select(FrozenVersion)
            .where(FrozenVersion.kind == FrozenKind.APPLICATION, FrozenVersion.subject_id == decision.application_id)
            .order_by(FrozenVersion.number.desc())
            .limit(1)
        )
        .one_or_none()
    )
    heard = db.session().scalars(
        select(Communication).where(Communication.application_id == decision.application_id).order_by(Communication.id)
    )
    return {
        "decision": decision.id,
        "application": decision.application_id,
        "application_version": version.number if version else None,
        "application_sha256": version.sha256 if version else None,
        "proposal_sha256": decision.sha256,
        "communications": [
            {
                "kind": each.kind,
                "ground": each.ground,
                "sent_at": each.sent_at,
                "last_day": each.last_day,
                "replied_at": each.replied_at,
            }
            for each in heard
        ],
    }


def _conditions(call: Call, decision: Decision) -> tuple[str, ...]:
    set_id = call.condition_set_id or (call.extends.condition_set_id if call.extends else None)
    shared = db.session().scalars(
        select(Condition.text).where(Condition.condition_set_id == set_id).order_by(Condition.position)
    )
    own = [line.strip() for line in decision.conditions.splitlines() if line.strip()]
    return (*shared, *own)


def annex(framework_id: int, years: tuple[int, ...]) -> documents.ResultsAnnex | None:
    """The expected results of these years as they stand after a decision; None where the version has none."""
    version = db.session().get_one(FrameworkVersion, framework_id)
    wordings = (
        db.session()
        .scalars(
            select(Wording)
            .join(ExpectedResult, Wording.expected_result_id == ExpectedResult.id)
            .where(Wording.framework_version_id == framework_id, Wording.grant_year.in_(years))
            .order_by(Wording.grant_year)
            .options(
                joinedload(Wording.expected_result).joinedload(ExpectedResult.area), selectinload(Wording.provisos)
            )
        )
        .all()
    )
    if not wordings:
        return None
    wordings = sorted(wordings, key=lambda each: code_order(each.expected_result.code))
    areas: dict[tuple[str, str], dict[str, list[Wording]]] = {}
    served: dict[tuple[str, int], tuple[str, list[str]]] = {}
    for each in wordings:
        area = each.expected_result.area
        areas.setdefault((area.code, area.title), {}).setdefault(each.expected_result.code, []).append(each)
        for proviso in each.provisos:
            served.setdefault((proviso.code, each.grant_year), (proviso.text, []))[1].append(each.expected_result.code)
    return documents.ResultsAnnex(
        title=f"Förväntade resultat {letter.listed(years)}",
        version=str(version.number),
        years=years,
        preamble=version.preamble,
        example=version.is_example,
        areas=tuple(
            documents.ResultArea(
                code,
                title,
                tuple(_row(number, rows) for number, rows in results.items()),
            )
            for (code, title), results in sorted(areas.items(), key=lambda item: code_order(item[0][0]))
        ),
        provisos=tuple(
            documents.ProvisoNote(year, tuple(codes), text, version.is_example)
            for (_, year), (text, codes) in sorted(
                served.items(), key=lambda item: (item[0][1], code_order(item[0][0]))
            )
        ),
    )


def _row(code: str, wordings: Sequence[Wording]) -> documents.ExpectedResultRow:
    """A row with one heading where its years have the same, else with each year's own in its cell."""
    headings = {(each.title, each.title_is_ours) for each in wordings}
    title, is_ours = next(iter(headings)) if len(headings) == 1 else ("", False)
    return documents.ExpectedResultRow(
        code, title, tuple(_cell(each, with_title=len(headings) > 1) for each in wordings), is_ours
    )


def _cell(row: Wording, *, with_title: bool) -> documents.Wording:
    return documents.Wording(
        year=row.grant_year,
        title=row.title if with_title else "",
        title_example=row.title_is_ours and with_title,
        paragraphs=paragraphs_of(row.text),
        lead=row.lead,
        bullets=paragraphs_of(row.bullets),
        starred=bool(row.title) and any(proviso.marker is ProvisoMarker.HEADING for proviso in row.provisos),
        example=row.is_example,
    )
