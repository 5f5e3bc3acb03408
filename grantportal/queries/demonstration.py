"""What the story needs to find again of what it has made."""

from collections.abc import Sequence

from sqlalchemy import select

from grantportal import db
from grantportal.domain.actors import Actor
from grantportal.domain.answers import Draft
from grantportal.domain.forms import FormDefinition
from grantportal.domain.frozen import read_fingerprint
from grantportal.domain.payments import AttestPayments
from grantportal.models.accounts import User
from grantportal.models.applications import Application
from grantportal.models.decisions import Decision
from grantportal.models.frameworks import ExpectedResult
from grantportal.models.grants import CostCategory
from grantportal.models.organisations import BankGiro, Organisation
from grantportal.models.payments import Payment
from grantportal.models.reports import Report
from grantportal.queries import applications, decision_documents
from grantportal.queries.giros import is_in_force


def organisation_id(name: str) -> int:
    """The organisation of this name. Raises NoResultFound."""
    return db.session().scalars(select(Organisation.id).where(Organisation.name == name)).one()


def user_id(email: str) -> int:
    """The person with this address. Raises NoResultFound."""
    return db.session().scalars(select(User.id).where(User.email == email)).one()


def email_of(actor: Actor) -> str:
    """A person's address."""
    return db.session().scalars(select(User.email).where(User.id == actor.user_id)).one()


def category_ids(grant_id: int) -> list[int]:
    """The grant's kostnadsslag, in their order."""
    found = select(CostCategory.id).where(CostCategory.grant_id == grant_id).order_by(CostCategory.position)
    return list(db.session().scalars(found))


def application(application_id: int) -> Application:
    """The application."""
    return db.session().get_one(Application, application_id)


def application_form(application_id: int) -> FormDefinition:
    """The form that the application answers."""
    return applications.form_of(application(application_id))


def draft(actor: Actor, application_id: int) -> Draft:
    """What the actor's own organisation has saved so far."""
    return applications.draft_rows(actor, application_id, application_form(application_id)).saved()


def newest_version(application_id: int) -> int:
    """The id of what was last handed in."""
    found = applications.frozen_row(application_id, application(application_id).version_number)
    if found is None:
        raise LookupError(f"application {application_id} is not handed in")
    return found.id


def case_id(application_id: int) -> int:
    """The application's case."""
    return application(application_id).case_id


def proposal_sha256(decision_id: int) -> str:
    """The fingerprint of what the decider reads."""
    return read_fingerprint(decision_documents.document(db.session().get_one(Decision, decision_id)))


def payment_ids(decision_ids: Sequence[int], year: int) -> tuple[int, ...]:
    """The decisions' payments of the year."""
    found = select(Payment.id).where(Payment.decision_id.in_(decision_ids), Payment.grant_year == year)
    return tuple(db.session().scalars(found.order_by(Payment.id)))


def seen(payment_ids: Sequence[int]) -> AttestPayments:
    """The payments with the giro that the list to attest shows for each."""
    found = (
        select(Payment.id, BankGiro.id)
        .outerjoin(
            BankGiro,
            (BankGiro.organisation_id == Payment.organisation_id) & is_in_force(),
        )
        .where(Payment.id.in_(payment_ids))
        .order_by(Payment.id)
    )
    return AttestPayments(tuple((payment_id, giro_id or 0) for payment_id, giro_id in db.session().execute(found)))


def report_id(grant_id: int, organisation_id: int, year: int) -> int:
    """The organisation's report of the year. Raises NoResultFound."""
    found = select(Report.id).where(
        Report.grant_id == grant_id, Report.organisation_id == organisation_id, Report.grant_year == year
    )
    return db.session().scalars(found).one()


def result_ids(grant_id: int) -> dict[str, int]:
    """The grant's expected results, by code."""
    rows = db.session().execute(
        select(ExpectedResult.code, ExpectedResult.id).where(ExpectedResult.grant_id == grant_id)
    )
    return {row.code: row.id for row in rows}
