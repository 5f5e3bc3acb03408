"""The frame of a year is edited at the second when a payment of it is begun, by processes of their own, on both databases.

Editing makes the money beräknad until it is tilldelad anew. What must never be: a payment on its way to the bank, of a
year whose money is beräknad.
"""

from sqlalchemy import select

from grantportal import db
from grantportal.domain.actors import Role
from grantportal.domain.errors import SavedMeanwhile
from grantportal.domain.grants import FrameStatus, SetFrame
from grantportal.domain.organisations import OrganisationKind
from grantportal.domain.payments import UNDER_WAY, BatchPayments, ChosenPayments, PaymentStatus
from grantportal.models.grants import YearFrame
from grantportal.models.payments import Payment
from grantportal.queries import accounts, demonstration
from grantportal.services import grants, payments
from tests.support.decidable import unlocked
from tests.support.factories import OrganisationFactory, person
from tests.support.payable import giro, payable, programme
from tests.support.races import ROUNDS, racers, without_locks
from tests.support.rows import committed

EDITORS, PAYERS = 2, 2
FRAME = 15_000_000


def act(user_id: int, what: str, about: int, frame: int) -> None:
    """What a page does: once more if another was in the way."""
    try:
        _act(user_id, what, about, frame)
    except SavedMeanwhile:
        _act(user_id, what, about, frame)


def _act(user_id: int, what: str, about: int, frame: int) -> None:
    actor, shown = accounts.actor_of(user_id), demonstration.seen([about])
    db.close_read_session()
    if what == "edit":
        grants.set_frame(actor, about, SetFrame(2021, frame, 4))
    elif what == "register":
        payments.register(actor, ChosenPayments((about,)))
    elif what == "attest":
        payments.attest(actor, shown)
    else:
        payments.batch(actor, BatchPayments((about,)))


STEPS = {"register": PaymentStatus.PLANNED, "attest": PaymentStatus.REGISTERED, "batch": PaymentStatus.ATTESTED}


class Year:
    """A tilldelad year with payments of two receivers, and somebody at the authority for each act."""

    def __init__(self) -> None:
        authority = OrganisationFactory(kind=OrganisationKind.AUTHORITY)
        self.of = programme(frame=FRAME)
        self.officer, self.first, self.second = (
            person(role, authority).id for role in (Role.HANDLAGGARE, Role.FINANCE, Role.FINANCE)
        )
        receivers = [OrganisationFactory() for _ in range(PAYERS)]
        self.payments = [payable(self.of, receiver) for receiver in receivers]
        numbers = zip(receivers, ("5050-1014", "5050-1022"), strict=True)
        self.giros = [giro(receiver, number) for receiver, number in numbers]

    def made_ready(self, step: str) -> None:
        """Tilldelad, and every payment where the step begins, whatever the last round did."""
        people = {
            "register": (None, None),
            "attest": (self.first, None),
            "batch": (self.first, self.second),
        }[step]
        for payment, shown in zip(self.payments, self.giros, strict=True):
            attested = step == "batch"
            unlocked(
                payment,
                status=STEPS[step],
                registered_by_id=people[0],
                attested_by_id=people[1],
                batch_id=None,
                giro_id=shown.id if attested else None,
                giro=shown.number if attested else "",
            )
        unlocked(self.of.frame, frame=FRAME, status=FrameStatus.ALLOTTED)

    def attempts(self, step: str) -> list[tuple[int, str, int, int]]:
        """The officer edits in two windows; an ekonom takes the step with each payment."""
        who = self.second if step == "attest" else self.first
        edits = [(self.officer, "edit", self.of.grant.id, FRAME + 1 + number) for number in range(EDITORS)]
        return [*edits, *((who, step, payment.id, 0) for payment in self.payments)]

    def is_broken(self) -> bool:
        """Whether money of a year that is beräknad is on its way."""
        session = committed()
        status = session.scalars(select(YearFrame.status).where(YearFrame.id == self.of.frame.id)).one()
        begun = session.scalars(select(Payment.status)).all()
        db.close_read_session()
        return status is FrameStatus.ESTIMATED and any(each in UNDER_WAY for each in begun)


def test_no_payment_is_begun_of_a_year_that_is_edited_at_the_same_second(database):
    year = Year()
    was_edited = was_begun = 0
    with racers(database.url, act, EDITORS + PAYERS) as line:
        for _ in range(max(1, ROUNDS // 2)):
            year.made_ready("register")
            finishes = line.race(*year.attempts("register"))
            assert {each.refusal for each in finishes} <= {None, "RuleViolation"}, finishes
            was_edited += any(each.was_done for each in finishes[:EDITORS])
            was_begun += any(each.was_done for each in finishes[EDITORS:])
            assert not year.is_broken(), finishes
    assert was_edited or was_begun


def test_what_is_begun_is_taken_on_and_the_edit_is_refused(database):
    year = Year()
    with racers(database.url, act, EDITORS + PAYERS) as line:
        # What is in an underlag stays there, so that there is one round of it.
        for step, rounds in (("attest", max(1, ROUNDS // 10)), ("batch", 1)):
            for _ in range(rounds):
                year.made_ready(step)
                finishes = line.race(*year.attempts(step))
                assert [each.refusal for each in finishes[:EDITORS]] == ["RuleViolation"] * EDITORS, finishes
                assert all("utbetalningar är på väg" in each.text for each in finishes[:EDITORS])
                assert all(each.was_done for each in finishes[EDITORS:]), finishes
                assert not year.is_broken()


def test_without_the_locks_a_payment_is_begun_of_money_that_is_estimated(database):
    """The red control."""
    year = Year()
    with racers(database.url, act, EDITORS + PAYERS, prepare=without_locks) as line:
        for _ in range(ROUNDS):
            year.made_ready("register")
            line.race(*year.attempts("register"))
            if year.is_broken():
                return
    raise AssertionError("money that is beräknad was never on its way: the race does not race")
