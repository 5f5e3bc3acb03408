"""A process is killed in the middle of an act, before each of its statements and before its commit, on both databases.

What must never be: a part of an act. Everything is as it was before; the same act then goes through, once and whole.
"""

import multiprocessing
import os
import signal
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, select

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Actor, Role
from grantportal.domain.answers import SaveAnswers
from grantportal.domain.decisions import Decide
from grantportal.domain.forms import canonical, fingerprint
from grantportal.domain.payments import BatchPayments, ChosenPayments, ConfirmPaid
from grantportal.models import Base
from grantportal.models.payments import Payment
from grantportal.queries import accounts
from grantportal.services import applications, decisions, payments
from tests.services.test_verification import found
from tests.services.test_verified_money import PAY_DAY, allotted, giro_in_force
from tests.support import remembered
from tests.support.applications import applicant, begin, open_call, written
from tests.support.decidable import application, decided, fingerprint_of, programme, proposed
from tests.support.factories import OrganisationFactory, person
from tests.support.payable import seen
from tests.support.races import ROUNDS
from tests.support.rows import committed

STEP = 1 if ROUNDS > 100 else 23
"""How many statements apart the process is killed: each one in the long run."""

IN_TIME = datetime(2020, 4, 1, 10, tzinfo=UTC)
PAID = clock.local(PAY_DAY, 10)


def save(who: Actor, application_id: int) -> None:
    """A part of an application is saved."""
    applications.save_section(who, application_id, "arbetet", SaveAnswers.over({}, {"q5": "Vi arbetar så här."}))


ACTS = {
    "save": save,
    "hand in": applications.submit,
    "decide": decisions.decide,
    "attest": payments.attest,
    "batch": payments.batch,
    "confirm": payments.confirm,
}


def ready(act: str) -> tuple[datetime, tuple]:
    """Everything is as it is just before the act: when it is done, and what its service is called with."""
    if act in {"save", "hand in"}:
        call = open_call()
        ombud = accounts.actor_of(applicant().id)
        draft = begin(ombud, call) if act == "save" else written(ombud, call)
        return IN_TIME, (ombud, draft.id)
    of, region = programme(), OrganisationFactory()
    whole = {2021: 2_913_808, 2022: 1_000_000}
    with clock.at(datetime(2020, 6, 30, 10, tzinfo=UTC)):
        decision = proposed(of, application(of, region, sought=whole), whole)
        if act == "decide":
            return clock.now(), (of.decider, decision, Decide(fingerprint_of(decision)))
        decided(of, decision, sent=True)
    allotted(of)
    giro_in_force(of, region, "5050-1055")
    first, second = (accounts.actor_of(person(Role.FINANCE, of.authority).id) for _ in range(2))
    payment = next(each for each in committed().query(Payment).all() if each.grant_year == 2021)
    db.close_read_session()
    with clock.at(PAID):
        payments.register(first, ChosenPayments((payment.id,)))
        shown = seen(payment)
        if act == "attest":
            return PAID, (second, shown)
        payments.attest(second, shown)
        if act == "batch":
            return PAID, (first, BatchPayments((payment.id,)))
        batch = payments.batch(first, BatchPayments((payment.id,)))
    return PAID, (first, batch, ConfirmPaid((payment.id,), PAY_DAY))


def killed(url: str, act: str, moment: datetime, arguments: tuple, before: int) -> None:
    """In a process of its own: do the act, and be killed before this one of its statements and commits."""
    engine = db.configure(url)
    left = before

    def count(*_args: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "commit", count)
    with clock.at(moment):
        ACTS[act](*arguments)
    os._exit(0)


def everything() -> str:
    """A fingerprint of every row of every table."""
    session = committed()
    rows = {
        table.name: [[str(value) for value in row] for row in session.execute(select(table).order_by(table.c.id))]
        for table in Base.metadata.sorted_tables
    }
    db.close_read_session()
    return fingerprint(canonical(rows))


@pytest.mark.parametrize("act", ACTS)
def test_a_process_that_is_killed_leaves_nothing_of_its_act(database, tmp_path, act):
    moment, arguments = ready(act)
    db.close_read_session()
    remembered.forget()
    clean = multiprocessing.get_context("forkserver")
    clean.set_forkserver_preload(["grantportal.app"])
    before, kills = everything(), 0
    for place in range(1, 2_000, STEP):
        process = clean.Process(target=killed, args=(database.url, act, moment, arguments, place))
        process.start()
        process.join(60)
        if process.exitcode == 0:
            break
        assert process.exitcode == -signal.SIGKILL
        kills += 1
        assert everything() == before, f"killed before statement {place}"
    assert process.exitcode == 0
    assert kills >= 1
    assert everything() != before
    assert found(tmp_path) == []
