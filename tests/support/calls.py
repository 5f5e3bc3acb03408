"""A statsbidrag and its calls as they are when somebody can apply: set up and published through the services."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import select

import grantportal.demonstration
from grantportal import db
from grantportal.domain import clock, working_days
from grantportal.domain.actors import Actor, Role
from grantportal.domain.calls import PublishCall, WriteCall, WriteCallYear
from grantportal.domain.forms import FormDefinition, fingerprint
from grantportal.domain.frameworks import FrameworkContent
from grantportal.domain.grants import AppealVariant, PublishConditions, SetCategories, SetFrame, WriteGrant
from grantportal.domain.organisations import OrganisationKind
from grantportal.imports import forms as form_outlines
from grantportal.imports import frameworks as framework_outlines
from grantportal.models.calls import Call
from grantportal.models.grants import Grant
from grantportal.models.organisations import Organisation
from grantportal.queries import accounts
from grantportal.queries import calls as call_queries
from grantportal.services import calls, forms, frameworks, grants
from tests.support.factories import OrganisationFactory, person
from tests.support.remembered import remembered

OUTLINES = Path(grantportal.demonstration.__file__).parent
CATEGORIES = ("Personal", "Köpta tjänster", "Utbildning", "Resor", "Material", "Indirekta kostnader")
CONDITIONS = (
    "Bidraget går till ändamålet och bidragsåret, inte till ordinarie verksamhet.",
    "Pengar som inte används betalas tillbaka.",
)
ANNOUNCED = datetime(2020, 1, 31, 8, tzinfo=UTC)


def outline(name: str) -> str:
    """The text of one of the demonstration's outlines."""
    return (OUTLINES / f"{name}.yaml").read_text("utf-8")


def read_and_shown(name: str) -> dict[str, str]:
    """What a browser sends when the outline has been shown as it will be stored, and is published."""
    return {"text": outline(name), "shown": fingerprint(outline(name).strip())}


@cache
def form_of(name: str) -> FormDefinition:
    """The form that an outline describes."""
    return form_outlines.read(outline(name))


@cache
def matrix_of(name: str) -> FrameworkContent:
    """The matrix that an outline describes."""
    return framework_outlines.read(outline(name))


@contextmanager
def played_at(moment: datetime) -> Iterator[None]:
    """What happens inside happens at this portal time."""
    with clock.at(moment):
        yield
    db.close_read_session()


def authority() -> Organisation:
    """The authority, made once per test."""
    query = select(Organisation).where(Organisation.kind == OrganisationKind.AUTHORITY)
    found = db.session().scalars(query).first()
    db.close_read_session()
    return found or OrganisationFactory(
        kind=OrganisationKind.AUTHORITY, name="Socialstyrelsen", organisation_number="202100-0555"
    )


def actor_with(role: Role, organisation: Organisation | None = None) -> Actor:
    """A new person with this role, at the authority when no organisation is named."""
    user = person(role, organisation or authority(), valid_from=date(2019, 1, 1))
    made = accounts.actor_of(user.id)
    db.close_read_session()
    return made


def officer() -> Actor:
    """A handläggare."""
    return actor_with(Role.HANDLAGGARE)


WRITTEN = WriteGrant(
    title="Pilotprojekt för integrerad vård",
    purpose="Pröva en vårdform som möter hela behovet.",
    assignment_refs="S2019/00643/FST",
    legal_basis="Regeringsuppdrag S2019/00643/FST",
    recovery_basis="Villkoren för bidraget",
    appeal_variant=AppealVariant.THREE_WEEKS,
    appeal_provision="40–44 §§ förvaltningslagen (2017:900)",
    appeal_is_example=True,
)


@remembered
def make_grant(
    who: Actor,
    *,
    years: tuple[int, ...] = (2021, 2022),
    frame: int = 15_000_000,
    most: int | None = 4,
    written: WriteGrant = WRITTEN,
) -> int:
    """A statsbidrag with frames and kostnadsslag."""
    grant_id = grants.set_up(who, written)
    for year in years:
        grants.set_frame(who, grant_id, SetFrame(year, frame, most))
    grants.set_categories(who, grant_id, SetCategories(CATEGORIES, "Personal"))
    return grant_id


def _year_of(year: int, last_day: date) -> WriteCallYear:
    """Paid after the call's last day (an extra call's is later in the year), and reported when the year is over and paid."""
    pay_on = max(date(year, 1, 15), date(last_day.year, 12, 1), last_day + timedelta(days=30))
    due_on = date(year + 1, 3, 1)
    if due_on <= pay_on:
        due_on = working_days.on_or_after(pay_on + timedelta(days=60))
    return WriteCallYear(year, pay_on, date(year, 12, 1), due_on)


@remembered
def make_call(
    who: Actor,
    grant_id: int,
    *,
    years: tuple[int, ...] = (2021, 2022),
    title: str = "Statsbidrag för 2021 och 2022",
    opens_on: date = date(2020, 1, 31),
    last_day: date = date(2020, 4, 20),
    form: str | FormDefinition = "application-form",
    matrix: FrameworkContent | None = None,
    extends_id: int | None = None,
    publish: bool = True,
) -> int:
    """A call with forms, matrix and villkor of its own; published unless it shall stay a draft."""
    call_id = calls.create(
        who,
        grant_id,
        WriteCall(
            title=title,
            about="Regioner kan söka bidrag för att pröva vårdformen.",
            eligible="Regioner",
            opens_on=opens_on,
            last_day=last_day,
            years=tuple(_year_of(year, last_day) for year in years),
            application_form_id=forms.publish(who, grant_id, form_of(form) if isinstance(form, str) else form),
            report_form_id=forms.publish(who, grant_id, form_of("report-form")),
            framework_version_id=frameworks.publish(who, grant_id, matrix or matrix_of("expected-results")),
            condition_set_id=grants.publish_conditions(who, grant_id, PublishConditions(CONDITIONS)),
            extends_id=extends_id,
        ),
    )
    if publish:
        main = db.session().get_one(Call, extends_id) if extends_id else None
        calls.publish(who, call_id, PublishCall(main_is_open=main and main.last_day))
    return call_id


@remembered
def published_call(who: Actor | None = None, **given: object) -> Call:
    """The pilot's call, published 2020-01-31, of a statsbidrag of its own."""
    with played_at(ANNOUNCED):
        who = who or officer()
        call_id = make_call(who, make_grant(who), **given)  # type: ignore[arg-type]  # the keywords of make_call
        found = call_queries.get(who, call_id)
    assert found is not None
    return found


def grant_of(call: Call) -> Grant:
    """The statsbidrag of a call, as it is now."""
    found = db.session().get(Grant, call.grant_id)
    assert found is not None
    return found
