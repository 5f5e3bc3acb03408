"""Applications that can be decided, as rows: a statsbidrag with frames, a call with all that a decision quotes, regions that apply."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm.attributes import set_committed_value

from grantportal import db
from grantportal.domain import clock, working_days
from grantportal.domain.actors import Actor, Role
from grantportal.domain.applications import ApplicationStatus
from grantportal.domain.calls import PROMISED, CallKind, CallStatus
from grantportal.domain.cases import CaseKind
from grantportal.domain.decisions import Decide, Outcome, ProposeDecision, SkipCommunication, SkipGround
from grantportal.domain.forms import FormKind
from grantportal.domain.frameworks import FrameworkStatus, ProvisoMarker
from grantportal.domain.frozen import read_fingerprint
from grantportal.domain.grants import AppealVariant, ConditionStatus
from grantportal.domain.organisations import OrganisationKind
from grantportal.models.applications import Application, RequestedLine
from grantportal.models.calls import Call, CallYear
from grantportal.models.cases import Case
from grantportal.models.decisions import Decision
from grantportal.models.frameworks import ExpectedResult, FrameworkVersion, Proviso, ProvisoWording, ResultArea, Wording
from grantportal.models.grants import Condition, ConditionSet, CostCategory, FormVersion, Grant, YearFrame
from grantportal.models.organisations import Organisation
from grantportal.queries import accounts, decision_documents
from grantportal.services import communications
from grantportal.services import decisions as services
from tests.support.factories import OrganisationFactory, UserFactory, person
from tests.support.remembered import Numbers, remembered
from tests.support.rows import committed, saved

SUBMITTED_AT = datetime(2020, 4, 16, 12, 12, tzinfo=UTC)
CATEGORIES = ("Personal", "Utbildning")
_numbers = Numbers()


def unlocked(row: Any, **changes: Any) -> None:
    """Change a row, for what is made first and published after."""
    with db.writing_session() as session, session.begin():
        found = session.get_one(type(row), row.id)
        for name, value in changes.items():
            setattr(found, name, value)


def published(call: Call, grant: Grant) -> Call:
    """The call, published with what its statsbidrag says: its years come first, for none is added after."""
    facts = {name: getattr(grant, name) for name in PROMISED}
    facts |= {"status": CallStatus.PUBLISHED, "published_at": call.opens_at, "last_category": len(CATEGORIES)}
    unlocked(call, **facts)
    for name, value in facts.items():
        set_committed_value(call, name, value)
    return call


def actor_with(role: Role, organisation: Organisation) -> Actor:
    """A new person with one role."""
    user = person(role, organisation, valid_from=date(2019, 1, 1))
    made = accounts.actor_of(user.id)
    db.close_read_session()
    return made


@dataclass
class Programme:
    """A statsbidrag with its frames, kostnadsslag and one call, and the authority's persons."""

    authority: Organisation
    grant: Grant
    call: Call
    categories: list[CostCategory]
    years: tuple[int, ...]
    officer: Actor = field(init=False)
    decider: Actor = field(init=False)
    registrar: Actor = field(init=False)

    def __post_init__(self) -> None:
        self.officer = actor_with(Role.HANDLAGGARE, self.authority)
        self.decider = actor_with(Role.BESLUTSFATTARE, self.authority)
        self.registrar = actor_with(Role.REGISTRATOR, self.authority)


@remembered
def programme(
    *,
    years: tuple[int, ...] = (2021, 2022),
    frame: int = 15_000_000,
    most: int | None = 4,
    authority: Organisation | None = None,
) -> Programme:
    """The pilot's frames, with a matrix, forms and villkor of one line each."""
    number = next(_numbers)
    grant = saved(
        Grant(
            title=f"Integrerad vård {number}",
            purpose="Pröva en vårdform.",
            legal_basis="Regeringsuppdrag S2019/00643/FST",
            appeal_variant=AppealVariant.THREE_WEEKS,
            appeal_provision="40–44 §§ förvaltningslagen",
        )
    )
    for year in years:
        saved(YearFrame(grant_id=grant.id, grant_year=year, frame=frame, max_grantees=most))
    categories = [
        saved(CostCategory(grant_id=grant.id, position=place, name=name, is_personnel=place == 1))
        for place, name in enumerate(CATEGORIES, 1)
    ]
    villkor = saved(
        ConditionSet(
            grant_id=grant.id, number=1, conditions=[Condition(position=1, text="Bidraget redovisas för sig.")]
        )
    )
    unlocked(villkor, status=ConditionStatus.PUBLISHED)
    forms = [
        saved(
            FormVersion(
                grant_id=grant.id,
                kind=kind,
                number=1,
                title=kind.value,
                definition='{"title":"Formulär","kind":"' + kind.value + '","sections":[]}',
                sha256="0" * 64,
            )
        )
        for kind in FormKind
    ]
    call = saved(
        Call(
            grant_id=grant.id,
            title=f"Statsbidrag för {' och '.join(str(year) for year in years)}",
            opens_at=datetime(2020, 1, 31, tzinfo=UTC),
            last_day=date(2020, 4, 20),
            framework_version_id=matrix(grant, years).id,
            condition_set_id=villkor.id,
            application_form_id=forms[0].id,
            report_form_id=forms[1].id,
            years=[
                CallYear(
                    grant_year=year,
                    pay_on=date(year, 1, 15),
                    report_opens_on=date(year, 12, 1),
                    report_due_on=date(year + 1, 3, 1),
                )
                for year in years
            ],
        )
    )
    return Programme(authority or the_authority(), grant, published(call, grant), categories, years)


def the_authority() -> Organisation:
    """The authority, made once per test."""
    query = select(Organisation).where(Organisation.kind == OrganisationKind.AUTHORITY)
    found = committed().scalars(query).first()
    db.close_read_session()
    return found or OrganisationFactory(
        kind=OrganisationKind.AUTHORITY, name="Socialstyrelsen", organisation_number="202100-0555"
    )


def matrix(grant: Grant, years: tuple[int, ...]) -> FrameworkVersion:
    """A matrix of one area and one row, with a förbehåll the first year."""
    area = saved(ResultArea(grant_id=grant.id, code="A", title="Arbetsformer"))
    result = saved(ExpectedResult(grant_id=grant.id, area_id=area.id, code="A1"))
    version = saved(FrameworkVersion(grant_id=grant.id, number=1, is_example=True))
    wordings = [
        saved(
            Wording(
                framework_version_id=version.id,
                expected_result_id=result.id,
                grant_year=year,
                title="Kriterier",
                lead="Regionen har",
                bullets="prövat kriterierna\nbeskrivit dem",
                is_example=True,
            )
        )
        for year in years
    ]
    with db.writing_session() as session, session.begin():
        proviso = Proviso(
            framework_version_id=version.id, code="F1", marker=ProvisoMarker.HEADING, text="Starten skiljer."
        )
        session.add(proviso)
        session.flush()
        session.add(ProvisoWording(proviso_id=proviso.id, wording_id=wordings[0].id))
    unlocked(version, status=FrameworkStatus.PUBLISHED)
    return version


@remembered
def extra_call(of: Programme, year: int = 2022) -> Programme:
    """An extra call for what is left of a year; matrix, forms and villkor are those of the call that it extends."""
    call = saved(
        Call(
            grant_id=of.grant.id,
            kind=CallKind.EXTRA,
            extends_id=of.call.id,
            title=f"Omfördelning {year}",
            opens_at=datetime(2021, 12, 14, tzinfo=UTC),
            last_day=date(2022, 1, 31),
            years=[
                CallYear(
                    grant_year=year,
                    pay_on=date(year, 3, 15),
                    report_opens_on=date(year, 12, 1),
                    report_due_on=date(year + 1, 3, 1),
                )
            ],
        )
    )
    return Programme(of.authority, of.grant, published(call, of.grant), of.categories, (year,))


@remembered
def application(
    of: Programme,
    region: Organisation | None = None,
    *,
    sought: Mapping[int, int] | None = None,
    status: ApplicationStatus = ApplicationStatus.SUBMITTED,
    parent: Application | None = None,
    unit: str = "",
) -> Application:
    """An application that has been handed in, with nine tenths of its money for personnel."""
    region = region or OrganisationFactory()
    starter = UserFactory()
    number = next(_numbers)
    case = saved(
        Case(
            kind=CaseKind.EXTRA_APPLICATION if parent else CaseKind.APPLICATION,
            parent_id=parent.case_id if parent else None,
            grant_id=of.grant.id,
            organisation_id=region.id,
            title="Ansökan om statsbidrag",
            registration_number=None if status is ApplicationStatus.DRAFT else f"2020-{number:04d}",
            opened_at=SUBMITTED_AT,
        )
    )
    made = saved(
        Application(
            call_id=of.call.id,
            case_id=case.id,
            organisation_id=region.id,
            applicant_unit=unit,
            status=status,
            started_by_id=starter.id,
            started_at=SUBMITTED_AT,
            submitted_at=None if status is ApplicationStatus.DRAFT else SUBMITTED_AT,
        )
    )
    set_committed_value(made, "organisation", region)
    with db.writing_session() as session, session.begin():
        for year, amount in (sought or dict.fromkeys(of.years, 1_000_000)).items():
            for category, part in zip(of.categories, (amount - amount // 10, amount // 10), strict=True):
                session.add(
                    RequestedLine(application_id=made.id, grant_year=year, cost_category_id=category.id, amount=part)
                )
    return made


def command(of: Programme, granted: Mapping[int, int], **changes: Any) -> ProposeDecision:
    """A proposal that gives these sums per year, nine tenths of them for personnel."""
    amounts = {
        (year, category.id): part
        for year, amount in granted.items()
        for category, part in zip(of.categories, (amount - amount // 10, amount // 10), strict=True)
    }
    facts: dict[str, Any] = {"outcome": Outcome.GRANTED, "reasons": "Ansökan ryms i uppdraget.", "amounts": amounts}
    return ProposeDecision(**{**facts, **changes})


@remembered
def proposed(of: Programme, made: Application, granted: Mapping[int, int] | None = None, **changes: Any) -> int:
    """A proposal that waits for a decision; the party need not be heard. Everything that was sought, unless said otherwise."""
    hear_nobody(of, made)
    whole = granted if granted is not None else dict.fromkeys(of.years, 1_000_000)
    return services.propose(of.officer, made.id, command(of, whole, **changes))


def hear_nobody(of: Programme, made: Application) -> None:
    """The party is heard already."""
    communications.skip(
        of.officer, made.id, SkipCommunication(SkipGround.OBVIOUSLY_UNNEEDED, "Beviljas helt; inget nytt underlag.")
    )


def fingerprint_of(decision_id: int) -> str:
    """What the decider has read."""
    db.close_read_session()
    found = read_fingerprint(decision_documents.document(db.session().get_one(Decision, decision_id)))
    db.close_read_session()
    return found


@remembered
def decided(of: Programme, decision_id: int, *, sent: bool = False) -> int:
    """Made by the decider, and sent if it shall be."""
    services.decide(of.decider, decision_id, Decide(fingerprint_of(decision_id)))
    if sent:
        services.dispatch(of.registrar, decision_id)
    return decision_id


def tomorrow() -> date:
    """The first day that can be a last day."""
    return working_days.after(clock.today(), 1)
