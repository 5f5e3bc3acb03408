"""Cases with what belongs to them, as rows; the default is lawful."""

from datetime import UTC, date, datetime

import factory
from sqlalchemy import Select, select, update

from grantportal import db
from grantportal.domain.applications import ApplicationStatus
from grantportal.domain.calls import CallStatus
from grantportal.domain.cases import CaseKind, Direction, FrozenKind, RecordKind
from grantportal.domain.decisions import DecisionStatus, Outcome
from grantportal.domain.forms import canonical, fingerprint
from grantportal.domain.grants import AppealVariant
from grantportal.models.applications import Application
from grantportal.models.calls import Call
from grantportal.models.cases import Case, FrozenVersion
from grantportal.models.decisions import Decision, DecisionLine, Dispatch
from grantportal.models.grants import CostCategory, Grant
from grantportal.models.records import Record
from grantportal.models.reports import Report
from tests.support.factories import OrganisationFactory, RowFactory, UserFactory
from tests.support.remembered import Numbers
from tests.support.rows import committed, saved

_numbers = Numbers()

HANDED_IN = datetime(2020, 4, 17, 12, 0, tzinfo=UTC)


class GrantFactory(RowFactory):
    """A statsbidrag."""

    class Meta:
        model = Grant

    title = factory.LazyFunction(lambda: f"Statsbidrag {next(_numbers)}")
    purpose = "Att pröva"


class CallFactory(RowFactory):
    """A published call that closed on 2020-04-20."""

    class Meta:
        model = Call

    grant = factory.SubFactory(GrantFactory)
    title = factory.LazyFunction(lambda: f"Bidrag för år {next(_numbers)}")
    status = CallStatus.PUBLISHED
    opens_at = datetime(2020, 3, 1, tzinfo=UTC)
    last_day = date(2020, 4, 20)
    published_at = datetime(2020, 2, 20, tzinfo=UTC)
    purpose = "Att pröva"
    legal_basis = "Regeringsuppdrag"
    appeal_variant = AppealVariant.THREE_WEEKS
    appeal_provision = "40–44 §§ förvaltningslagen"


class CaseFactory(RowFactory):
    """A registered case of a region's."""

    class Meta:
        model = Case

    class Params:
        draft = factory.Trait(registration_number=None)

    kind = CaseKind.APPLICATION
    grant = factory.SubFactory(GrantFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    registration_number = factory.LazyFunction(lambda: f"2020-{next(_numbers):04d}")
    title = "Bidrag för 2021 och 2022"
    opened_at = HANDED_IN


class ApplicationFactory(RowFactory):
    """An application that has been handed in, with its case; `draft=True` for one that has not."""

    class Meta:
        model = Application

    class Params:
        draft = factory.Trait(
            status=ApplicationStatus.DRAFT,
            submitted_at=None,
            version_number=0,
            case=factory.SubFactory(
                CaseFactory,
                draft=True,
                organisation=factory.SelfAttribute("..organisation"),
                grant=factory.SelfAttribute("..call.grant"),
            ),
        )

    organisation = factory.SubFactory(OrganisationFactory)
    call = factory.SubFactory(CallFactory)
    case = factory.SubFactory(
        CaseFactory,
        organisation=factory.SelfAttribute("..organisation"),
        grant=factory.SelfAttribute("..call.grant"),
    )
    status = ApplicationStatus.SUBMITTED
    version_number = 1
    started_at = HANDED_IN
    submitted_at = HANDED_IN

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        started_by = kwargs.pop("started_by", None) or UserFactory()
        kwargs.setdefault("started_by_id", started_by.id)
        if kwargs.get("status") is not ApplicationStatus.DRAFT:
            kwargs.setdefault("submitted_by_id", started_by.id)
        return super()._create(model_class, *args, **kwargs)


class RecordFactory(RowFactory):
    """A text among the case's handlingar."""

    class Meta:
        model = Record

    case = factory.SubFactory(CaseFactory)
    number = factory.LazyFunction(lambda: next(_numbers))
    kind = RecordKind.APPLICATION
    title = "Ansökan"
    direction = Direction.IN
    dated_at = HANDED_IN
    text = "Vi söker."

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        case = kwargs.pop("case")
        return super()._create(model_class, *args, case_id=case.id, organisation_id=case.organisation_id, **kwargs)


def sent(decision: Decision, at: datetime) -> Dispatch:
    """The decision, sent to its party."""
    return saved(
        Dispatch(
            decision_id=decision.id,
            case_id=decision.case_id,
            organisation_id=decision.organisation_id,
            receiver="registrator@region.example",
            dispatched_by_id=UserFactory().id,
            dispatched_at=at,
        )
    )


def _id_of(query: Select[tuple[int]]) -> int | None:
    found = committed().scalars(query.limit(1)).first()
    db.close_read_session()
    return found


def granted(report: Report) -> Decision:
    """A decision, made and sent, that gives something for the report's year: without one it is not its party's yet."""
    application_id = _id_of(select(Application.id).where(Application.case_id == report.case_id))
    if application_id is None:
        row = Application(
            call_id=report.call_id,
            case_id=report.case_id,
            organisation_id=report.organisation_id,
            applicant_unit=f"Verksamhet {report.case_id}",
            status=ApplicationStatus.CONCLUDED,
            started_by_id=UserFactory().id,
            started_at=HANDED_IN,
            submitted_at=HANDED_IN,
        )
        application_id = saved(row).id
    category_id = _id_of(select(CostCategory.id).where(CostCategory.grant_id == report.grant_id))
    if category_id is None:
        category_id = saved(CostCategory(grant_id=report.grant_id, position=1, name="Personal")).id
    decision = saved(
        Decision(
            application_id=application_id,
            organisation_id=report.organisation_id,
            case_id=report.case_id,
            outcome=Outcome.GRANTED,
            proposed_by_id=UserFactory().id,
            lines=[DecisionLine(grant_year=report.grant_year, cost_category_id=category_id, amount=1)],
        )
    )
    made = {"status": DecisionStatus.MADE, "decided_by_id": UserFactory().id, "decided_at": HANDED_IN, "sha256": "0"}
    with db.writing_session() as session, session.begin():
        session.execute(update(Decision).where(Decision.id == decision.id).values(**made))
    sent(decision, HANDED_IN)
    return decision


def frozen_application(application: Application) -> FrozenVersion:
    """What was handed in, frozen as a hand-in freezes it."""
    content = canonical(
        {
            "what": "Ansökan",
            "grant": "Statsbidrag",
            "call": application.call.title,
            "organisation": {
                "name": application.organisation.name,
                "number": application.organisation.organisation_number,
            },
            "applicant_unit": application.applicant_unit,
            "registration_number": application.case.registration_number,
            "form": {"id": 1, "sha256": ""},
            "handed_in_by": {"name": "Ulla Exempel", "title": "ombud"},
            "received_at": HANDED_IN.isoformat(),
            "last_day": "2020-04-20",
            "late": False,
            "sections": [],
            "budget": None,
            "staff": [],
            "youth_homes": None,
        }
    )
    return saved(
        FrozenVersion(
            kind=FrozenKind.APPLICATION,
            subject_id=application.id,
            number=1,
            case_id=application.case_id,
            content=content,
            sha256=fingerprint(content),
            frozen_at=HANDED_IN,
        )
    )


def rendered_record(application: Application) -> Record:
    """The record of a hand-in, whose document nobody has rendered yet."""
    return RecordFactory(case=application.case, frozen_version_id=frozen_application(application).id, text="")
