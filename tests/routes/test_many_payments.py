"""Thousands of payments at once: all of a list is chosen by one box, over its pages, and is the list that was seen."""

import json
from collections.abc import Callable
from datetime import date

import pytest

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Actor, Role
from grantportal.domain.payments import AttestPayments, BatchPayments, ChosenPayments, ConfirmPaid, PaymentStatus
from grantportal.models.organisations import BankGiro, Organisation
from grantportal.models.payments import LedgerEntry, Payment, PaymentBatch
from grantportal.models.portal import Event
from grantportal.queries import payments as queries
from grantportal.queries.accounts import actor_of
from grantportal.services import payments as services
from grantportal.transaction import recomputed
from tests.support import measured, plenty
from tests.support.factories import person
from tests.support.payable import giro
from tests.support.rows import committed

ATTESTED, ATTESTING = "/utbetalningar/att/underlag", "/utbetalningar/att/attestera"
DAY = date(2022, 2, 1)
MANY = 120


@pytest.fixture(autouse=True)
def after_both_planned_days(database):
    with clock.at(clock.local(DAY, 10)):
        yield


@pytest.fixture
def of():
    return plenty.ground(regions=3, results=1)


@pytest.fixture
def persons(of):
    return [person(Role.FINANCE, of.authority) for _ in range(2)]


@pytest.fixture
def finance(signed_in, persons):
    return signed_in(persons[0])


def box(page):
    """The box that chooses all, and its words."""
    [field] = [each for each in page.document.iter("input") if each.get("name") == "everything"]
    [label] = [each for each in page.document.iter("label") if each.get("for") == field.get("id")]
    return field.get("value"), " ".join("".join(label.itertext()).split())


def states(ids):
    rows = committed().query(Payment.status).filter(Payment.id.in_(ids)).distinct()
    return {status for (status,) in rows}


def test_all_of_a_list_over_its_pages_becomes_one_underlag(of, persons, finance):
    ids = plenty.attested(of, MANY, *persons)
    page = finance.get(ATTESTED)
    stamp, words = box(page)

    assert words == "Välj alla i listan, på alla sidor: 120 utbetalningar, tillsammans 108 000 000 kr"
    assert len([each for each in page.document.iter("input") if each.get("name") == "payments"]) == 50
    made = finance.post_form(ATTESTED, {"everything": stamp})

    assert made.status_code == 303, made.text
    [batch] = committed().query(PaymentBatch)
    assert (batch.total, committed().query(Payment).filter_by(batch_id=batch.id).count()) == (MANY * 900_000, MANY)
    assert states(ids) == {PaymentStatus.BATCHED}


def test_a_list_that_has_changed_since_is_not_all_taken(of, persons, finance):
    ids = plenty.attested(of, MANY, *persons)
    stamp, _ = box(finance.get(ATTESTED))
    with db.writing_session() as session, session.begin():
        session.get_one(Payment, ids[-1]).status = PaymentStatus.REGISTERED

    page = finance.post_form(ATTESTED, {"everything": stamp})

    assert page.status_code == 422
    assert "Listan har ändrats sedan du öppnade den. Nu är det 119 utbetalningar" in page.text.replace("\u00a0", " ")
    assert states(ids[:-1]) == {PaymentStatus.ATTESTED}


def test_a_list_of_other_payments_with_the_same_sums_is_not_taken(of, persons, finance):
    """As many, as much, and ids whose sum is the same: they were never shown."""
    first, second, third, fourth = sorted(plenty.attested(of, 4, *persons))
    assert first + fourth == second + third

    def let_be_attested(*ids: int) -> None:
        with db.writing_session() as session, session.begin():
            for each in session.query(Payment).filter(Payment.id.in_((first, second, third, fourth))):
                each.status = PaymentStatus.ATTESTED if each.id in ids else PaymentStatus.REGISTERED

    let_be_attested(first, fourth)
    stamp, words = box(finance.get(ATTESTED))
    let_be_attested(second, third)
    assert box(finance.get(ATTESTED))[1] == words

    page = finance.post_form(ATTESTED, {"everything": stamp})

    assert page.status_code == 422
    assert "Listan har ändrats sedan du öppnade den." in page.text
    assert states([second, third]) == {PaymentStatus.ATTESTED}


def test_all_is_all_of_what_the_list_is_narrowed_to(of, persons, finance):
    plenty.attested(of, MANY, *persons)
    for narrowed in ("ar=2021", "dag=2021-01-15", f"bidrag={of.grant}&ar=2021"):
        stamp, words = box(finance.get(f"{ATTESTED}?{narrowed}"))
        assert words.endswith("60 utbetalningar, tillsammans 54 000 000 kr"), words

    made = finance.post_form(f"{ATTESTED}?ar=2021", {"everything": stamp})

    assert made.status_code == 303
    rows = committed().query(Payment.grant_year, Payment.status).filter(Payment.registered_by_id.is_not(None))
    assert {*rows.distinct()} == {(2021, PaymentStatus.BATCHED), (2022, PaymentStatus.ATTESTED)}


@pytest.mark.parametrize("narrowed", ["ar=x", "dag=i+dag", "bidrag=-1", "dag=2021-13-45", "ar=99999999999"])
def test_what_narrows_nothing_shows_all(of, persons, finance, narrowed):
    plenty.attested(of, 4, *persons)

    assert "4 utbetalningar" in box(finance.get(f"{ATTESTED}?{narrowed}"))[1]


def test_an_underlag_holds_one_statsbidrag(of, persons, finance):
    one = plenty.attested(of, 2, *persons)
    other = plenty.ground(regions=1, results=1, like=of)
    two = plenty.attested(other, 2, *persons, giros=False)
    page = finance.get(ATTESTED)

    assert 'name="everything"' not in page.text
    assert f"{ATTESTED}?bidrag={other.grant}" in page.text
    refused = finance.post_form(ATTESTED, {"payments": [one[0], two[0]]})

    assert refused.status_code == 422
    assert "Ett underlag gäller ett statsbidrag. Du har valt utbetalningar av" in refused.text
    assert states([*one, *two]) == {PaymentStatus.ATTESTED}
    stamp, _ = box(finance.get(f"{ATTESTED}?bidrag={other.grant}"))
    assert finance.post_form(f"{ATTESTED}?bidrag={other.grant}", {"everything": stamp}).status_code == 303
    assert (states(one), states(two)) == ({PaymentStatus.ATTESTED}, {PaymentStatus.BATCHED})


def test_all_that_wait_in_an_underlag_are_marked_as_paid(of, persons, finance):
    ids = plenty.attested(of, MANY, *persons)
    batch_id = services.batch(actor_of(persons[0].id), BatchPayments(tuple(ids)))
    db.close_read_session()
    address = f"/utbetalningar/underlag/{batch_id}"
    page = finance.get(f"{address}?sida=3")
    stamp, words = box(page)

    assert words == "Välj alla som väntar, på alla sidor: 120 utbetalningar, tillsammans 108 000 000 kr"
    assert len([each for each in page.document.iter("input") if each.get("name") == "payments"]) == 20
    done = finance.post_form(address, {"everything": stamp, "paid_on": DAY.isoformat()})

    assert done.status_code == 303, done.text
    assert states(ids) == {PaymentStatus.CONFIRMED}
    assert committed().query(LedgerEntry).filter(LedgerEntry.payment_id.in_(ids)).count() == MANY


def test_the_underlag_are_listed_page_by_page(of, persons, finance, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 2)
    ids = plenty.attested(of, 3, *persons)
    for each in ids:
        services.batch(actor_of(persons[0].id), BatchPayments((each,)))
        db.close_read_session()

    def numbers(address):
        found = [each.get("href") for each in finance.get(address).document.iter("a")]
        return [link.rpartition("/")[2] for link in found if link and link.startswith("/utbetalningar/underlag/")]

    made = [str(batch.id) for batch in committed().query(PaymentBatch).order_by(PaymentBatch.id.desc())]
    db.close_read_session()
    assert numbers("/utbetalningar/") == made[:2]
    assert numbers("/utbetalningar/?underlag=2") == made[2:]


def test_the_underlag_are_narrowed_by_statsbidrag_and_by_the_years_that_they_pay(of, persons, finance, monkeypatch):
    other = plenty.ground(regions=1, results=1, like=of)
    made = {}
    for ground in (of, other):
        for each in plenty.attested(ground, 2, *persons, giros=ground is of):
            year = committed().get_one(Payment, each).grant_year
            db.close_read_session()
            made[ground.grant, year] = services.batch(actor_of(persons[0].id), BatchPayments((each,)))
            db.close_read_session()

    def shown(**asked):
        page = finance.get("/utbetalningar/?" + "&".join(f"{name}={value}" for name, value in asked.items()))
        found = [each.get("href") for each in page.document.iter("a")]
        return {int(link.rpartition("/")[2]) for link in found if link and link.startswith("/utbetalningar/underlag/")}

    assert len(made) == 4
    assert shown() == {*made.values()}
    assert shown(underlag_bidrag=other.grant) == {made[key] for key in made if key[0] == other.grant}
    (year, _) = sorted({year for _, year in made})
    assert shown(underlag_ar=year) == {made[key] for key in made if key[1] == year}
    assert shown(underlag_ar=year, underlag_bidrag=other.grant) == {made[other.grant, year]}
    assert "Det finns inget sådant underlag." in finance.get("/utbetalningar/?underlag_ar=2099").text
    # The page's other list is narrowed by itself, and neither forgets the other.
    page = finance.get(f"/utbetalningar/?underlag_ar={year}&bidrag={of.grant}")
    hidden = {
        (each.get("name"), each.get("value")) for each in page.document.iter("input") if each.get("type") == "hidden"
    }
    assert {("bidrag", str(of.grant)), ("underlag_ar", str(year))} <= hidden
    monkeypatch.setattr(queries, "PAGE", 1)
    assert f"underlag=2&amp;underlag_ar={year}" in finance.get(f"/utbetalningar/?underlag_ar={year}").text


def test_all_that_are_attested_are_those_of_the_page_with_the_giros_that_it_shows(of, persons, signed_in, monkeypatch):
    monkeypatch.setattr(queries, "PAGE_TO_ATTEST", 10)
    ids = tuple(plenty.attested(of, 24, *persons))
    _set_back(ids, PaymentStatus.REGISTERED)
    second = signed_in(persons[1])
    stamp, words = box(second.get(f"{ATTESTING}?sida=2"))
    assert words == "Välj alla på den här sidan: 10 utbetalningar, tillsammans 9 000 000 kr"

    done = second.post_form(f"{ATTESTING}?sida=2", {"everything": stamp})

    assert done.status_code == 303, done.text
    rows = committed().query(Payment).filter(Payment.id.in_(ids), Payment.status == PaymentStatus.ATTESTED).all()
    assert {(row.giro, row.attested_by_id) for row in rows} == {("5050-1055", persons[1].id)}
    assert len(rows) == 10


def test_all_is_not_attested_when_a_giro_has_changed_since(of, persons, signed_in):
    ids = tuple(plenty.attested(of, 4, *persons))
    _set_back(ids, PaymentStatus.REGISTERED)
    second = signed_in(persons[1])
    stamp, _ = box(second.get(ATTESTING))
    organisation_id = committed().get_one(Payment, ids[0]).organisation_id
    with db.writing_session() as session, session.begin():
        old = session.query(BankGiro).filter_by(organisation_id=organisation_id).one()
        old.valid_to = DAY
    giro(committed().get_one(Organisation, organisation_id), "991-2346")

    page = second.post_form(ATTESTING, {"everything": stamp})

    assert page.status_code == 422
    assert "Listan har ändrats sedan du öppnade den." in page.text
    assert states(ids) == {PaymentStatus.REGISTERED}


@pytest.mark.parametrize("act", ["register", "attest", "batch", "confirm"])
def test_an_act_asks_as_often_with_many_payments_as_with_few(of, persons, act):
    """Each with its own line of history; the chains of their cases hold."""
    asked = {}
    # The first one makes the year's series of numbers.
    for count in (2, 4, 60):
        ids = tuple(plenty.attested(of, count, *persons, giros=count == 2))
        work = ready(act, ids, *(actor_of(each.id) for each in persons))
        db.close_read_session()
        with measured.asked() as sent:
            work()
        asked[count] = len(sent)
        db.close_read_session()

    assert asked[4] == asked[60], asked
    events = committed().query(Event).order_by(Event.chain, Event.seq).all()
    heads: dict[str, tuple[int, str]] = {}
    for event in events:
        seq, head = heads.get(event.chain, (0, ""))
        assert (event.seq, event.previous_sha256, event.sha256) == (
            seq + 1,
            head,
            recomputed(event, json.loads(event.data)),
        )
        heads[event.chain] = (event.seq, event.sha256)


def ready(act: str, ids: tuple[int, ...], first: Actor, second: Actor) -> Callable[[], int]:
    """The act, with what comes before it done."""
    if act == "register":
        _set_back(ids, PaymentStatus.PLANNED)
        return lambda: services.register(first, ChosenPayments(ids))
    if act == "attest":
        _set_back(ids, PaymentStatus.REGISTERED)
        seen = AttestPayments(seen_giros(ids))
        return lambda: services.attest(second, seen)
    if act == "batch":
        return lambda: services.batch(first, BatchPayments(ids))
    batch_id = services.batch(first, BatchPayments(ids))
    return lambda: services.confirm(first, batch_id, ConfirmPaid(ids, DAY))


def seen_giros(ids: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """The giro in force of each, as the page shows it."""
    rows = (
        committed().query(Payment.id, BankGiro.id).join(BankGiro, BankGiro.organisation_id == Payment.organisation_id)
    )
    seen = tuple((payment, giro) for payment, giro in rows.filter(Payment.id.in_(ids)))
    db.close_read_session()
    return seen


def _set_back(ids: tuple[int, ...], status: PaymentStatus) -> None:
    with db.writing_session() as session, session.begin():
        for payment in session.query(Payment).filter(Payment.id.in_(ids)):
            # One step at a time, as the services take it back.
            payment.status, payment.attested_by_id, payment.attested_at = PaymentStatus.REGISTERED, None, None
            payment.giro_id, payment.giro = None, ""
        session.flush()
        for payment in session.query(Payment).filter(Payment.id.in_(ids)):
            payment.status = status


def test_the_pages_ask_no_more_with_many_payments(app, of, persons):
    asked = []
    for count in (4, 200):
        ids = plenty.attested(of, count, *persons, giros=count == 4)
        batch_id = services.batch(actor_of(persons[0].id), BatchPayments(tuple(ids[: count // 2])))
        db.close_read_session()
        pages = [
            ("payments.index", {}),
            ("payments.listing", {"kind": "underlag"}),
            ("payments.batch", {"batch_id": batch_id}),
        ]
        asked.append([measured.page(app, persons[0], endpoint, **values).queries() for endpoint, values in pages])

    assert asked[0] == asked[1]
    assert max(asked[0]) <= 10
