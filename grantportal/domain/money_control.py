"""Control of the money: the ledger, the payments, their underlag, the decisions and the reports say the same.

Each function goes through one kind of thing, and gives for each either a difference, in Swedish and with what an operator
finds the row by, or None when the thing is as it should be. Nothing is repaired here. Amounts are whole kronor.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from grantportal.domain.clock import stockholm
from grantportal.domain.events import EventKind
from grantportal.domain.money import Kronor, kr
from grantportal.domain.payments import STATUS_TEXTS, LedgerKind, PaymentStatus
from grantportal.domain.reports import Charge


@dataclass(frozen=True, slots=True)
class Place:
    """Whose money it is: what an entry says and what it belongs to says alike."""

    grant_id: int
    grant_year: int
    organisation_id: int
    case_id: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger."""

    id: int
    kind: LedgerKind
    amount: Kronor
    place: Place
    decision_id: int | None
    payment_id: int | None
    report_id: int | None


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision: what it grants each year. `stands`: made, and not since changed by another."""

    id: int
    is_made: bool
    stands: bool
    grant_id: int
    organisation_id: int
    case_id: int
    granted: Mapping[int, Kronor]

    def place(self, year: int) -> Place:
        """Whose money it is, of a year."""
        return Place(self.grant_id, year, self.organisation_id, self.case_id)


@dataclass(frozen=True, slots=True)
class Told:
    """An event about a payment or an underlag: who did what, and what the history says of it."""

    kind: EventKind
    actor_id: int | None
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment as it is stored."""

    id: int
    status: PaymentStatus
    amount: Kronor
    place: Place
    decision_id: int
    batch_id: int | None
    giro: str
    paid_on: date | None
    registered_by_id: int | None
    attested_by_id: int | None
    confirmed_by_id: int | None
    confirmed_at: datetime | None
    registration_number: str
    organisation_number: str
    attested_giro: tuple[str, int] | None = None
    """The number and organisation of the giro that it says it is paid to; None where it names none."""
    told: Sequence[Told] = ()

    @property
    def name(self) -> str:
        """What an operator finds it by."""
        return f"Utbetalning {self.id} ({self.registration_number or 'utan diarienummer'}, {self.place.grant_year})"


@dataclass(frozen=True, slots=True)
class BatchRow:
    """An underlag as it is stored. `frozen`: each frozen content with its fingerprint, oldest first."""

    id: int
    number: str
    created_at: datetime
    total: Kronor
    sha256: str
    frozen: Sequence[tuple[Mapping[str, Any], str]] = ()
    told: Sequence[Told] = ()

    @property
    def name(self) -> str:
        """What an operator finds it by."""
        return f"Underlag {self.number} (id {self.id})"


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report: what its newest version used and charges (None: nothing is handed in), and what its rows for overviews do."""

    id: int
    place: Place
    is_approved: bool
    used: Kronor
    charged: Kronor | None
    listed: Kronor
    told: Mapping[str, Any] = field(default_factory=dict)
    """What the history says of its approval: what was paid by then, and what it charged. Nothing of one from before that."""


@dataclass
class Money:
    """Everything that is compared, by id."""

    entries: Sequence[Entry]
    decisions: Mapping[int, DecisionRow]
    payments: Mapping[int, PaymentRow]
    batches: Mapping[int, BatchRow]
    reports: Mapping[int, ReportRow]
    unknown: Sequence[tuple[str, int]] = field(default_factory=tuple)
    """What events are about and is not there: the table and the id."""


# --- The ledger ----------------------------------------------------------------------------------------------------


def ledger(money: Money) -> Iterator[str | None]:
    """Each entry has what it belongs to, and says the same of whose money it is."""
    for entry in money.entries:
        where = f"Rad {entry.id} i reskontran ({_KINDS[entry.kind]}, {kr(entry.amount)})"
        yield from (f"{where} {said}." for said in _faults(entry, money))
        yield None


_KINDS = {LedgerKind.DECIDED: "beslutat", LedgerKind.PAID: "betalt", LedgerKind.CHARGED: "belastat"}


def _faults(entry: Entry, money: Money) -> Iterator[str]:
    if entry.kind is LedgerKind.DECIDED:
        decision = money.decisions.get(entry.decision_id or 0)
        if decision is None or not decision.is_made:
            yield "hör inte till något beslut som är fattat"
        else:
            yield from _misplaced(entry.place, decision.place(entry.place.grant_year))
    elif entry.kind is LedgerKind.PAID:
        payment = money.payments.get(entry.payment_id or 0)
        if payment is None:
            yield "hör inte till någon utbetalning"
            return
        if payment.status is not PaymentStatus.CONFIRMED:
            yield f"gäller {_small(payment.name)}, som inte är markerad som betald"
        if entry.decision_id != payment.decision_id:
            yield f"har ett annat beslut än {_small(payment.name)}"
        yield from (f"{said} än {_small(payment.name)}" for said in _misplaced(entry.place, payment.place))
    else:
        report = money.reports.get(entry.report_id or 0)
        if report is None:
            yield "hör inte till någon återrapportering"
        else:
            yield from _misplaced(entry.place, report.place)


def _misplaced(said: Place, known: Place) -> Iterator[str]:
    for name, what in _PLACE.items():
        if getattr(said, name) != getattr(known, name):
            yield f"har {what}"


_PLACE = {
    "grant_id": "ett annat statsbidrag",
    "grant_year": "ett annat bidragsår",
    "organisation_id": "en annan organisation",
    "case_id": "ett annat ärende",
}


def _small(name: str) -> str:
    return name[0].lower() + name[1:]


# --- Decisions -----------------------------------------------------------------------------------------------------


def decisions(money: Money) -> Iterator[str | None]:
    """What a decision grants of a year is what the ledger has as decided by it, and never less than what it pays."""
    entered: Counter[tuple[int, int]] = Counter()
    for entry in money.entries:
        if entry.kind is LedgerKind.DECIDED and entry.decision_id is not None:
            entered[entry.decision_id, entry.place.grant_year] += entry.amount
    planned: Counter[tuple[int, int]] = Counter()
    for payment in money.payments.values():
        planned[payment.decision_id, payment.place.grant_year] += payment.amount
    years = {(decision.id, year) for decision in money.decisions.values() for year in decision.granted}
    for decision_id, year in sorted(years | entered.keys() | planned.keys()):
        decision = money.decisions.get(decision_id)
        # An entry or a payment without a decision is told of by itself.
        if decision is None or not decision.is_made:
            continue
        granted = decision.granted.get(year, 0)
        where = f"Beslut {decision_id}, {year}"
        if decision.stands and entered[decision_id, year] != granted:
            yield f"{where}: reskontran säger {kr(entered[decision_id, year])} beslutat, besluten säger {kr(granted)}."
        if planned[decision_id, year] > granted:
            ids = ", ".join(
                str(each.id)
                for each in sorted(money.payments.values(), key=lambda each: each.id)
                if (each.decision_id, each.place.grant_year) == (decision_id, year)
            )
            yield (
                f"{where}: utbetalning {ids} kommer till {kr(planned[decision_id, year])}, beslutet ger {kr(granted)}."
            )
        yield None


# --- Payments ------------------------------------------------------------------------------------------------------


def payments(money: Money) -> Iterator[str | None]:
    """Each payment follows its decision and its history, and is in the ledger once when it is paid and never before."""
    paid: dict[int, list[Kronor]] = {}
    for entry in money.entries:
        if entry.kind is LedgerKind.PAID and entry.payment_id is not None:
            paid.setdefault(entry.payment_id, []).append(entry.amount)
    for payment in money.payments.values():
        yield from (
            f"{payment.name}: {said}."
            for said in (
                *_against_decision(payment, money.decisions.get(payment.decision_id)),
                *_against_ledger(payment, paid.get(payment.id, [])),
                *_against_giro(payment),
                *_against_history(payment),
                *_against_batch(payment, money.batches.get(payment.batch_id or 0)),
            )
        )
        yield None
    for table, number in money.unknown:
        if table == "payments":
            yield f"Händelser gäller utbetalning {number}, som inte finns."


def _against_decision(payment: PaymentRow, decision: DecisionRow | None) -> Iterator[str]:
    if decision is None or not decision.is_made:
        yield "hör inte till något beslut som är fattat"
    else:
        for said in _misplaced(payment.place, decision.place(payment.place.grant_year)):
            yield f"{said} än beslut {decision.id}"


def _against_ledger(payment: PaymentRow, paid: Sequence[Kronor]) -> Iterator[str]:
    if payment.status is not PaymentStatus.CONFIRMED:
        # An entry without a paid payment is told of with the entry.
        return
    if not paid:
        yield f"{kr(payment.amount)} är markerat som betalt men saknas i reskontran"
    elif len(paid) > 1:
        yield f"{len(paid)} rader i reskontran, tillsammans {kr(sum(paid))}, för {kr(payment.amount)}"
    elif paid[0] != payment.amount:
        yield f"{kr(payment.amount)} är betalt, reskontran säger {kr(paid[0])}"


_ACTS = (
    (EventKind.PAYMENT_REGISTERED, "registered_by_id", "har inte registrerats av den som står för det"),
    (EventKind.PAYMENT_ATTESTED, "attested_by_id", "har inte attesterats av den som står för det"),
    (EventKind.PAYMENT_BATCHED, "", "har inte lagts i något underlag"),
    (EventKind.PAYMENT_CONFIRMED, "confirmed_by_id", "har inte markerats som betald av den som står för det"),
)
"""What a payment has gone through, one act for each state after the first; and the column of who did it."""


def _against_history(payment: PaymentRow) -> Iterator[str]:
    for kind, column, said in _ACTS[: list(PaymentStatus).index(payment.status)]:
        if not any(
            told.kind is kind and (not column or told.actor_id == getattr(payment, column)) for told in payment.told
        ):
            yield f"{said}, enligt händelserna"
    for told in payment.told:
        amount, year = told.facts.get("amount", payment.amount), told.facts.get("year", payment.place.grant_year)
        what = f"händelsen säger «{told.kind.text}»"
        if amount != payment.amount:
            yield f"{kr(payment.amount)} är beloppet, {what}: {kr(amount)}"
        if year != payment.place.grant_year:
            yield f"{payment.place.grant_year} är bidragsåret, {what}: {year}"
        if told.kind is EventKind.PAYMENT_CONFIRMED and payment.paid_on is not None:
            day = told.facts.get("paid_on")
            if day is not None and day != payment.paid_on.isoformat():
                yield f"{payment.paid_on} är betaldagen, {what}: {day}"


def _against_giro(payment: PaymentRow) -> Iterator[str]:
    """The number is that of the giro which the attestant approved, of the organisation that is paid, as the attestation says."""
    if payment.attested_giro is not None:
        number, organisation_id = payment.attested_giro
        if number != payment.giro:
            yield f"har bankgiro {payment.giro or 'saknas'}, men det bankgiro som den hänvisar till är {number}"
        if organisation_id != payment.place.organisation_id:
            yield f"har bankgiro {number}, som är en annan organisations"
    attested = [told for told in payment.told if told.kind is EventKind.PAYMENT_ATTESTED]
    if payment.status in _ATTESTED and attested:
        said = attested[-1].facts.get("bank_giro", payment.giro)
        if said != payment.giro:
            yield f"har bankgiro {payment.giro or 'saknas'}, attesten gäller {said}"


_ATTESTED = {PaymentStatus.ATTESTED, PaymentStatus.BATCHED, PaymentStatus.CONFIRMED}


def _against_batch(payment: PaymentRow, batch: BatchRow | None) -> Iterator[str]:
    if batch is None:
        return
    if payment.paid_on is not None and not any("paid_on" in told.facts for told in payment.told):
        # Before the history told of the day there was but one rule: neither before the underlag nor after the act.
        last = stockholm(payment.confirmed_at).date() if payment.confirmed_at else payment.paid_on
        if not stockholm(batch.created_at).date() <= payment.paid_on <= last:
            yield f"{payment.paid_on} är betaldagen, före {_small(batch.name)} eller efter att den markerades som betald"


# --- Underlag ------------------------------------------------------------------------------------------------------


def batches(money: Money) -> Iterator[str | None]:
    """Each underlag says what was frozen when it was made, and so does each of its payments."""
    of_batch: dict[int, dict[str, PaymentRow]] = {}
    for payment in money.payments.values():
        if payment.batch_id is not None:
            of_batch.setdefault(payment.batch_id, {})[str(payment.id)] = payment
    for batch in money.batches.values():
        try:
            yield from (
                f"{batch.name}: {said}." for said in _of_batch(batch, of_batch.get(batch.id, {}), money.payments)
            )
        except (KeyError, TypeError, ValueError):
            yield f"{batch.name}: dess frysta innehåll går inte att läsa."
        yield None
    for table, number in money.unknown:
        if table == "payment_batches":
            yield f"Händelser gäller underlag med id {number}, som inte finns."


def _of_batch(batch: BatchRow, its: Mapping[str, PaymentRow], payments: Mapping[int, PaymentRow]) -> Iterator[str]:
    if len(batch.frozen) != 1:
        yield f"dess frysta innehåll saknas eller finns flera gånger ({len(batch.frozen)})"
        return
    content, sha256 = batch.frozen[0]
    if batch.sha256 != sha256:
        yield f"dess fingeravtryck är inte det frysta innehållets, {sha256}"
    if batch.number != content.get("number"):
        yield f"numret är inte det som är fryst, {content.get('number')}"
    if batch.created_at.isoformat() != content.get("created_at"):
        yield f"det skapades {content.get('created_at')} enligt det frysta innehållet, raden säger {batch.created_at.isoformat()}"
    rows = {row["payment_id"]: row for row in content.get("payments", ())}
    frozen = sum(row["amount"] for row in rows.values())
    if batch.total != frozen:
        yield f"dess summa är {kr(batch.total)}, det frysta innehållet säger {kr(frozen)}"
    for told in batch.told:
        for name, said in (("payments", len(rows)), ("total", frozen), ("sha256", sha256), ("number", batch.number)):
            if told.facts.get(name, said) != said:
                what = {"payments": "antal", "total": "summa", "sha256": "fingeravtryck", "number": "nummer"}[name]
                yield f"det frysta innehållets {what} är {said}, händelsen säger {told.facts[name]}"
    if content.get("grant") and len({payment.place.grant_id for payment in its.values()}) > 1:
        yield f"det är fryst för «{content['grant']}» men har utbetalningar av flera statsbidrag"
    for number in sorted(its.keys() - rows.keys(), key=int):
        yield f"{_small(its[number].name)} finns inte i underlagets frysta innehåll"
    for number, row in rows.items():
        payment = its.get(number)
        if payment is None:
            known = payments.get(int(number))
            yield f"{_small(known.name) if known else f'utbetalning {number}'} är fryst här men är inte med i underlaget"
        else:
            yield from (f"{_small(payment.name)} {said}" for said in _against_frozen(payment, row))


def _against_frozen(payment: PaymentRow, row: Mapping[str, Any]) -> Iterator[str]:
    if payment.status not in {PaymentStatus.BATCHED, PaymentStatus.CONFIRMED}:
        yield f"är fryst här men har läget «{STATUS_TEXTS[payment.status]}»"
    if payment.amount != row["amount"]:
        yield f"har beloppet {kr(payment.amount)}, det frysta innehållet säger {kr(row['amount'])}"
    for what, said, name in (
        ("bankgiro", payment.giro, "bank_giro"),
        ("bidragsår", payment.place.grant_year, "grant_year"),
        ("organisationsnummer", payment.organisation_number, "organisation_number"),
        ("diarienummer", payment.registration_number, "registration_number"),
    ):
        if said != row[name]:
            yield f"har {what} {said}, det frysta innehållet säger {row[name]}"


# --- Reports -------------------------------------------------------------------------------------------------------


def reports(money: Money) -> Iterator[str | None]:
    """What the ledger has as charged by a report is what its newest version used when that was approved, and never above
    what was paid by then; nothing before it is approved. The rows that are read say what was handed in."""
    entered: Counter[int] = Counter()
    for entry in money.entries:
        if entry.kind is LedgerKind.CHARGED and entry.report_id is not None:
            entered[entry.report_id] += entry.amount
    for report in money.reports.values():
        charged = report.charged or 0
        where = f"Återrapportering {report.id} ({report.place.grant_year})"
        due = _charged(report)
        if entered[report.id] != due:
            yield f"{where}: {kr(due)} belastar bidraget enligt det som är godkänt, reskontran säger {kr(entered[report.id])}."
        if report.told.get("charged", due) != due:
            yield f"{where}: {kr(due)} belastar bidraget enligt det som är godkänt, händelsen säger {kr(report.told['charged'])}."
        if report.listed != charged:
            yield f"{where}: {kr(charged)} belastar bidraget enligt det som har skickats in, översikterna läser {kr(report.listed)}."
        if report.charged is not None:
            yield None


def _charged(report: ReportRow) -> Kronor:
    if not report.is_approved:
        return 0
    # Before an approval charged the grant, the hand-in did, by what was paid then.
    return Charge(report.used, report.told["paid"]).charged if "paid" in report.told else report.charged or 0
