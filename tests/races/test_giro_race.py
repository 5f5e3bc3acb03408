"""A new giro is approved at the second when a payment to the old one is attested, by processes of their own, on both databases.

What must never be: a payment that stays attested for a giro which is not in force any more.
"""

from datetime import date

from grantportal import db
from grantportal.domain.actors import Role
from grantportal.domain.errors import SavedMeanwhile
from grantportal.domain.giros import ApproveGiro
from grantportal.domain.organisations import OrganisationKind
from grantportal.domain.payments import AttestPayments, PaymentStatus
from grantportal.models.organisations import BankGiro
from grantportal.models.payments import Payment
from grantportal.queries import accounts
from grantportal.services import giros, payments
from tests.services.test_verification import tamper
from tests.support.decidable import unlocked
from tests.support.factories import OrganisationFactory, UserFactory, person
from tests.support.payable import MADE_AT, giro, payable, programme
from tests.support.races import ROUNDS, racers, without_locks
from tests.support.rows import committed, saved

OLD, NEW = "5050-1014", "5050-1022"


def act(user_id: int, what: str, about: int, shown: int) -> None:
    """What a page does: once more if another was in the way."""
    try:
        _act(user_id, what, about, shown)
    except SavedMeanwhile:
        _act(user_id, what, about, shown)


def _act(user_id: int, what: str, about: int, shown: int) -> None:
    actor = accounts.actor_of(user_id)
    db.close_read_session()
    if what == "approve":
        giros.approve(actor, about, ApproveGiro())
    else:
        payments.attest(actor, AttestPayments(((about, shown),)))


class Receiver:
    """A region with a giro in force, a verified one that waits, and a registered payment."""

    def __init__(self) -> None:
        authority, region = OrganisationFactory(kind=OrganisationKind.AUTHORITY), OrganisationFactory()
        self.first, self.second, self.third = (person(Role.FINANCE, authority).id for _ in range(3))
        self.payment = payable(programme(), region)
        self.old = giro(region, OLD)
        self.new = saved(
            BankGiro(
                organisation_id=region.id,
                number=NEW,
                asked_by_id=UserFactory().id,
                asked_at=MADE_AT,
                verified_by_id=self.first,
                verified_at=MADE_AT,
            )
        )

    def made_ready(self) -> None:
        """The old giro is in force, the new one waits, and the payment is registered, whatever the last round did."""
        unlocked(
            self.payment,
            status=PaymentStatus.REGISTERED,
            registered_by_id=self.first,
            registered_at=MADE_AT,
            attested_by_id=None,
            attested_at=None,
            giro_id=None,
            giro="",
        )
        # What is approved stands: the round before is undone as no service could.
        tamper(
            f"UPDATE bank_giros SET approved_by_id = NULL, approved_at = NULL, valid_from = NULL WHERE id = {self.new.id}",
            f"UPDATE bank_giros SET valid_to = NULL WHERE id = {self.old.id}",
        )

    def attempts(self) -> list[tuple[int, str, int, int]]:
        """One approves the new giro; another attests what the page shows beside the old one."""
        return [(self.third, "approve", self.new.id, 0), (self.second, "attest", self.payment.id, self.old.id)]

    def now(self) -> tuple[PaymentStatus, str, date | None]:
        """The payment's state and giro, and until when the old giro is in force."""
        session = committed()
        payment, old = session.get_one(Payment, self.payment.id), session.get_one(BankGiro, self.old.id)
        found = payment.status, payment.giro, old.valid_to
        db.close_read_session()
        return found

    def is_broken(self) -> bool:
        """Whether the payment is attested for a giro that has ended."""
        status, number, ended = self.now()
        return status is PaymentStatus.ATTESTED and number == OLD and ended is not None


def test_no_payment_stays_attested_for_a_giro_that_ends_at_the_same_second(database):
    of = Receiver()
    with racers(database.url, act, 2) as line:
        for _ in range(max(1, ROUNDS // 10)):
            of.made_ready()
            approved, attested = line.race(*of.attempts())
            assert approved.was_done, approved
            # The attestation came first and was ended, or the attestant is told that the giro is another now.
            assert attested.was_done or "är ändrat sedan du öppnade sidan" in attested.text, attested
            assert of.now()[:2] == (PaymentStatus.REGISTERED, "")


def test_without_the_locks_a_payment_stays_attested_for_a_giro_that_has_ended(database):
    """The red control."""
    of = Receiver()
    with racers(database.url, act, 2, prepare=without_locks) as line:
        for _ in range(ROUNDS):
            of.made_ready()
            line.race(*of.attempts())
            if of.is_broken():
                return
    raise AssertionError("a payment never stayed attested for a giro that has ended: the race does not race")
