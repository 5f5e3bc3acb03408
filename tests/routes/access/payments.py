"""Money is paid by finance; case workers and insyn read."""

from typing import Any

from sqlalchemy import delete

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.payments import BatchPayments, ChosenPayments
from grantportal.models.organisations import BankGiro
from grantportal.models.payments import Payment
from grantportal.queries.accounts import actor_of
from grantportal.services import payments as services
from tests.routes.access import NEIGHBOUR, SIGNED_IN, UNREADERS, Row
from tests.routes.access.world import World
from tests.support.factories import OrganisationFactory, UserFactory, person
from tests.support.payable import MADE_AT, giro, payable, programme, seen
from tests.support.rows import saved

FINANCE = {Role.FINANCE.value}
READ = {"finance", "handlaggare", "beslutsfattare", "enhetschef", "insyn"}
NOT_READ = (SIGNED_IN - READ) | {NEIGHBOUR}


def _payment(world: World) -> Payment:
    number = saved_programmes(world)
    return payable(programme(year=2000 + number), world.region)


def saved_programmes(_world: World) -> int:
    """A year of its own for each programme, so that a test may make several."""
    with db.writing_session() as session:
        return session.query(Payment).count() + 1


def batch(world: World) -> dict[str, Any]:
    """An underlag that waits to be paid."""
    payment = _payment(world)
    with db.writing_session() as session:
        has_giro = session.query(BankGiro).filter_by(organisation_id=world.region.id).count()
    if not has_giro:
        giro(world.region)
    first, second = (actor_of(person(Role.FINANCE, world.authority).id) for _ in range(2))
    chosen = ChosenPayments((payment.id,))
    services.register(first, chosen)
    services.attest(second, seen(payment))
    return {"batch_id": services.batch(first, BatchPayments((payment.id,)))}


def paid(_world: World, own: Any) -> dict[str, Any]:
    """What a lawful confirmation sends."""
    with db.writing_session() as session:
        ids = [payment.id for payment in session.query(Payment).filter_by(batch_id=own["batch_id"])]
    return {"payments": ids, "paid_on": clock.today().isoformat()}


def kind(_world: World) -> dict[str, Any]:
    """The list of what is to be registered."""
    return {"kind": "registrera"}


def to_register(world: World, _own: Any) -> dict[str, Any]:
    """A planned payment, ticked."""
    return {"payments": [_payment(world).id]}


def asked_for(verified: bool) -> Any:
    """A giro that waits, for the row's thing."""

    def make(_world: World) -> dict[str, Any]:
        checked = {"verified_by_id": UserFactory().id, "verified_at": MADE_AT} if verified else {}
        return waiting_giro(OrganisationFactory().id, **checked)

    return make


def waiting_giro(organisation_id: int, **checked: Any) -> dict[str, Any]:
    """A giro that an organisation has asked for."""
    made = BankGiro(
        organisation_id=organisation_id,
        number="5050-1055",
        asked_by_id=UserFactory().id,
        asked_at=MADE_AT,
        **checked,
    )
    return {"giro_id": saved(made).id}


def own_giro(world: World) -> dict[str, Any]:
    """What the region itself has asked for, alone."""
    with db.writing_session() as session, session.begin():
        session.execute(
            delete(BankGiro).where(BankGiro.organisation_id == world.region.id, BankGiro.approved_at.is_(None))
        )
    return waiting_giro(world.region.id)


CHECKED = {"way": "called", "how": "Ringde växeln.", "shared_reason": "De delar ett bankgiro."}
"""Every object of the row asks for the same number."""

ROWS = {
    "payments.index": Row(READ),
    "payments.listing": Row(FINANCE, reads=READ, thing=kind, shared=True, data=to_register),
    "payments.batch": Row(FINANCE, reads=READ, thing=batch, unseen=NOT_READ, data=paid),
    "payments.download": Row(READ, thing=batch, unseen=NOT_READ),
    "giros.index": Row(SIGNED_IN),
    "giros.ask": Row({"ombud", NEIGHBOUR}, data={"number": "5050-1055"}),
    "giros.verify": Row(FINANCE, thing=asked_for(False), shared=True, data=CHECKED),
    "giros.approve": Row(FINANCE, thing=asked_for(True), shared=True),
    "giros.withdraw": Row({"ombud"}, thing=own_giro, unseen=UNREADERS),
    "giros.refuse": Row(FINANCE, thing=asked_for(True), shared=True, data={"reason": "Numret är fel."}),
}
