"""Control of the money: the ledger, the payments, their underlag, the decisions and the reports say the same.

Each function goes through one kind of thing, and gives for each either a difference, in Swedish and with what an operator
finds the row by, or None when the thing is as it should be. Nothing is repaired here. Amounts are whole kronor.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from grantportal.domain.clock import month_text, stockholm
from grantportal.domain.decisions import Outcome
from grantportal.domain.events import EventKind
from grantportal.domain.money import Kronor, kr
from grantportal.domain.payments import STATUS_TEXTS, LedgerKind, PaymentStatus
from grantportal.domain.personal_numbers import masked
from grantportal.domain.reports import Charge


@dataclass(frozen=True, slots=True)
class Place:
    """Whose money it is: what an entry says and what it belongs to says alike."""

    grant_id: int
    grant_year: int
    organisation_id: int
    case_id: int


@dataclass(frozen=True, slots=True)
class Told:
    """An event: who did what and when, in whose chain, and what the history says of it."""

    kind: EventKind
    actor_id: int | None
    at: datetime
    chain: str
    facts: Mapping[str, Any]


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
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class FrozenDecision:
    """What the document of a decision says: as it was made, or as it was sent with a dissent that came after that."""

    outcome: Outcome
    granted: Mapping[int, Kronor]
    by_category: Mapping[tuple[int, str], Kronor]
    """By year and kostnadsslag; empty where it gives nothing, and in documents that have no such table."""
    planned: Mapping[int, str]
    """The month in which each year is paid, in words."""
    reasons: str
    covers: str
    dismissed_why: str
    proposed_at: datetime | None
    decided_at: datetime | None
    registration_number: str
    organisation_number: str
    application_id: int | None
    """What it answers; None where the document is from before that was kept."""
    proposal_sha256: str | None


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision: what it grants by year and kostnadsslag. `stands`: made, and not since changed by another."""

    id: int
    is_made: bool
    stands: bool
    grant_id: int
    organisation_id: int
    case_id: int
    by_category: Mapping[tuple[int, str], Kronor]
    application_id: int
    outcome: Outcome | None
    reasons: str
    covers: str
    dismissed_why: str
    proposed_by_id: int | None
    proposed_at: datetime | None
    decided_by_id: int | None
    decided_at: datetime | None
    sha256: str | None
    registration_number: str
    organisation_number: str
    frozen: FrozenDecision | None = None
    """None where there is none that can be read."""
    told: Sequence[Told] = ()

    @property
    def granted(self) -> Mapping[int, Kronor]:
        """By year."""
        found: Counter[int] = Counter()
        for (year, _), amount in self.by_category.items():
            found[year] += amount
        return found

    def place(self, year: int) -> Place:
        """Whose money it is, of a year."""
        return Place(self.grant_id, year, self.organisation_id, self.case_id)


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment as it is stored."""

    id: int
    status: PaymentStatus
    amount: Kronor
    place: Place
    decision_id: int
    instalment: int
    planned_on: date
    batch_id: int | None
    giro: str
    early_reason: str
    paid_on: date | None
    deviations: str
    deviation_reason: str
    registered_by_id: int | None
    registered_at: datetime | None
    attested_by_id: int | None
    attested_at: datetime | None
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
    grant_id: int | None
    created_by_id: int
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
class GiroRow:
    """A bankgiro as it is stored."""

    id: int
    organisation_id: int
    number: str
    asked_by_id: int
    asked_at: datetime
    verified_by_id: int | None
    verified_at: datetime | None
    verified_way: str | None
    verified_how: str
    shared_reason: str
    approved_by_id: int | None
    approved_at: datetime | None
    valid_from: date | None
    valid_to: date | None
    told: Sequence[Told] = ()

    @property
    def name(self) -> str:
        """What an operator finds it by."""
        return f"Bankgiro {self.number} (id {self.id})"


@dataclass(frozen=True, slots=True)
class DispatchRow:
    """That a decision was sent, as it is stored."""

    id: int
    decision_id: int
    case_id: int
    organisation_id: int
    receiver: str
    dispatched_by_id: int
    dispatched_at: datetime


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
    giros: Mapping[int, GiroRow]
    dispatches: Sequence[DispatchRow]
    reports: Mapping[int, ReportRow]
    unknown: Sequence[tuple[str, int]] = field(default_factory=tuple)
    """What events are about and is not there: the table and the id."""


# --- The ledger ----------------------------------------------------------------------------------------------------


def ledger(money: Money) -> Iterator[str | None]:
    """Each entry has what it belongs to, and says the same of whose money it is."""
    for entry in money.entries:
        where = f"Rad {entry.id} i reskontran ({_KINDS[entry.kind]}, {kr(entry.amount)})"
        yield from (f"{where} {said}." for said in (*_faults(entry, money), *_entered(entry, money)))
        yield None


_KINDS = {LedgerKind.DECIDED: "beslutat", LedgerKind.PAID: "betalt", LedgerKind.CHARGED: "belastat"}


_BELONGS_TO = {
    LedgerKind.DECIDED: {"decision_id"},
    LedgerKind.PAID: {"decision_id", "payment_id"},
    LedgerKind.CHARGED: {"report_id"},
}
"""What an entry of each kind belongs to, and to nothing else."""


def _faults(entry: Entry, money: Money) -> Iterator[str]:
    for name, what in (("decision_id", "beslut"), ("payment_id", "utbetalning"), ("report_id", "återrapportering")):
        if name not in _BELONGS_TO[entry.kind] and getattr(entry, name) is not None:
            yield f"hör till {what} {getattr(entry, name)}, vilket en sådan rad inte gör"
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


def _entered(entry: Entry, money: Money) -> Iterator[str]:
    """When it was entered is when what it belongs to was done; what a report charges has been entered at other times."""
    decision, payment = money.decisions.get(entry.decision_id or 0), money.payments.get(entry.payment_id or 0)
    done = decision.decided_at if entry.kind is LedgerKind.DECIDED and decision else None
    done = payment.confirmed_at if entry.kind is LedgerKind.PAID and payment else done
    if done is not None and not in_one_act(entry.entered_at, done):
        yield f"är införd {moment(entry.entered_at)}, men det som den hör till gjordes {moment(done)}"


def in_one_act(stored: datetime, told: datetime) -> bool:
    """Whether a moment that an act has stored is the act's own: the history is written last in it, some time after."""
    return abs(told - stored) <= _AN_ACT


_AN_ACT = timedelta(hours=1)


def moment(at: datetime | None) -> str:
    return stockholm(at).strftime("%Y-%m-%d %H:%M:%S") if at else "aldrig"


def _last(told: Sequence[Told], *kinds: EventKind) -> Told | None:
    """The newest event of these kinds."""
    return next((each for each in reversed(told) if each.kind in kinds), None)


def _done(what: str, by: int | None, at: datetime | None, told: Sequence[Told], kind: EventKind) -> Iterator[str]:
    """Who did a thing and when, as a row says, against the newest event of it."""
    event = _last(told, kind)
    if event is None:
        if by is not None or at is not None:
            yield f"{what} {moment(at)}, men det finns ingen händelse om det"
    elif by != event.actor_id:
        yield f"{what} av person {by}, händelsen säger person {event.actor_id}"
    elif at is None or not in_one_act(at, event.at):
        yield f"{what} {moment(at)}, händelsen säger {moment(event.at)}"


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


def documents(money: Money) -> Iterator[str | None]:
    """Each decision that is made says what its frozen document says and was made by whom the history says; no other has one."""
    for decision in money.decisions.values():
        made = _last(decision.told, EventKind.DECISION_MADE)
        said: Iterable[str] = ()
        if decision.is_made:
            said = (*_against_document(decision), *_made_by(decision, made))
        elif made is not None:
            said = ("är inte fattat, enligt händelserna är det det",)
        yield from (f"Beslut {decision.id} ({decision.registration_number}): {each}." for each in said)
        if decision.is_made:
            yield None
    for table, number in money.unknown:
        if table == "decisions":
            yield f"Händelser gäller beslut {number}, som inte finns."


def _against_document(decision: DecisionRow) -> Iterator[str]:
    frozen = decision.frozen
    if frozen is None:
        yield "dess frysta innehåll saknas eller går inte att läsa"
        return
    for year in sorted(decision.granted.keys() | frozen.granted.keys()):
        now, then = decision.granted.get(year, 0), frozen.granted.get(year, 0)
        if now != then:
            yield f"{kr(now)} är beviljat för {year}, det frysta innehållet säger {kr(then)}"
    lines = {line: amount for line, amount in decision.by_category.items() if amount}
    known = {line: amount for line, amount in frozen.by_category.items() if amount}
    for year, category in sorted(lines.keys() | known.keys()) if known else ():
        now, then = lines.get((year, category), 0), known.get((year, category), 0)
        if now != then:
            yield f"{kr(now)} är beviljat till {category} för {year}, det frysta innehållet säger {kr(then)}"
    for what, now_said, then_said in (
        ("utfallet", decision.outcome, frozen.outcome),
        ("skälen", decision.reasons, frozen.reasons),
        ("vad pengarna får användas till", decision.covers, frozen.covers),
        ("varför ansökan inte prövas", decision.dismissed_why, frozen.dismissed_why),
        ("diarienumret", decision.registration_number, frozen.registration_number),
        ("organisationsnumret", decision.organisation_number, frozen.organisation_number),
        ("ansökan som det svarar på", decision.application_id, frozen.application_id or decision.application_id),
        ("förslagets fingeravtryck", decision.sha256, frozen.proposal_sha256 or decision.sha256),
        ("när förslaget lämnades", moment(decision.proposed_at), moment(frozen.proposed_at or decision.proposed_at)),
        ("när det fattades", moment(decision.decided_at), moment(frozen.decided_at)),
    ):
        if now_said != then_said:
            yield f"{what} är ändrat, det frysta innehållet säger {then_said or 'inget'}"


def _made_by(decision: DecisionRow, made: Told | None) -> Iterator[str]:
    if made is None:
        yield "har inte fattats, enligt händelserna"
        return
    yield from _done(
        "det fattades", decision.decided_by_id, decision.decided_at, decision.told, EventKind.DECISION_MADE
    )
    yield from _done(
        "det föreslogs", decision.proposed_by_id, decision.proposed_at, decision.told, EventKind.DECISION_PROPOSED
    )
    for what, now, then in (
        ("summan", sum(decision.granted.values()), made.facts.get("amount", sum(decision.granted.values()))),
        ("utfallet", decision.outcome, made.facts.get("outcome", decision.outcome)),
    ):
        if now != then:
            yield f"{what} är {now}, händelsen säger {then}"


def dispatches(money: Money) -> Iterator[str | None]:
    """What is sent is sent as the history says, and what the history has sent is sent."""
    rows: dict[int, list[DispatchRow]] = {}
    for row in money.dispatches:
        rows.setdefault(row.decision_id, []).append(row)
        decision = money.decisions.get(row.decision_id)
        if decision is None:
            yield f"Utskick {row.id} hör inte till något beslut."
            continue
        where = f"Utskick {row.id} av beslut {row.decision_id} ({decision.registration_number})"
        event = _last(decision.told, EventKind.DECISION_DISPATCHED)
        if (row.case_id, row.organisation_id) != (decision.case_id, decision.organisation_id):
            yield f"{where} har ett annat ärende eller en annan organisation än beslutet."
        receiver = masked(row.receiver)
        if event is not None and receiver != event.facts.get("receiver", receiver):
            yield f"{where} gick till {receiver}, händelsen säger {event.facts['receiver']}."
        for said in _done(
            "skickades", row.dispatched_by_id, row.dispatched_at, decision.told, EventKind.DECISION_DISPATCHED
        ):
            yield f"{where} {said}."
        yield None
    for decision in money.decisions.values():
        told = [each for each in decision.told if each.kind is EventKind.DECISION_DISPATCHED]
        if len(told) > len(rows.get(decision.id, ())):
            yield f"Beslut {decision.id} ({decision.registration_number}) är skickat enligt händelserna, men utskicket saknas."


# --- Bankgiron -----------------------------------------------------------------------------------------------------


def giros(money: Money) -> Iterator[str | None]:
    """Each bankgiro has the number, the persons and the days that the history says, for the organisation that it tells of."""
    of_organisation: dict[int, list[GiroRow]] = {}
    for giro in money.giros.values():
        if giro.approved_at is not None:
            of_organisation.setdefault(giro.organisation_id, []).append(giro)
    for giro in money.giros.values():
        approved = of_organisation.get(giro.organisation_id, ())
        yield from (f"{giro.name}: {said}." for said in (*_giro_by_history(giro), *_giro_ends(giro, approved)))
        yield None
    for table, number in money.unknown:
        if table == "bank_giros":
            yield f"Händelser gäller bankgiro med id {number}, som inte finns."


def _giro_by_history(giro: GiroRow) -> Iterator[str]:
    yield from _done("det begärdes", giro.asked_by_id, giro.asked_at, giro.told, EventKind.GIRO_REGISTERED)
    if giro.verified_at or giro.verified_by_id or _last(giro.told, EventKind.GIRO_VERIFIED):
        yield from _done(
            "det kontrollerades", giro.verified_by_id, giro.verified_at, giro.told, EventKind.GIRO_VERIFIED
        )
    if giro.approved_at or giro.approved_by_id or _last(giro.told, EventKind.GIRO_APPROVED):
        yield from _done("det godkändes", giro.approved_by_id, giro.approved_at, giro.told, EventKind.GIRO_APPROVED)
    shared = ""
    for told in giro.told:
        what = f"händelsen säger «{told.kind.text}»"
        if told.facts.get("number", giro.number) != giro.number:
            yield f"{what}: {told.facts['number']}"
        if told.chain != f"organisation:{giro.organisation_id}":
            yield f"det hör till organisation {giro.organisation_id}, händelserna om det gäller {told.chain}"
        shared = told.facts.get("shared_reason", shared)
        if told.kind is EventKind.GIRO_VERIFIED:
            for name, now in (("way", giro.verified_way), ("how", masked(giro.verified_how))):
                if told.facts.get(name, now) != now:
                    yield f"hur det kontrollerades är ändrat, {what}: {told.facts[name]}"
    if masked(giro.shared_reason) != shared:
        yield f"varför flera har numret är ändrat, händelserna säger {shared or 'inget'}"


def _giro_ends(giro: GiroRow, approved: Iterable[GiroRow]) -> Iterator[str]:
    """It is in force from the day it was approved until the next one is; one that was not approved ends by an act."""
    begins = stockholm(giro.approved_at).date() if giro.approved_at else None
    if giro.valid_from != begins:
        yield f"det gäller från {giro.valid_from}, det godkändes {begins}"
    ended = _last(giro.told, EventKind.GIRO_REFUSED, EventKind.GIRO_WITHDRAWN)
    after = [each.valid_from for each in approved if _is_after(each, giro) and each.valid_from]
    ends = stockholm(ended.at).date() if ended else min(after, default=None)
    if giro.valid_to != ends:
        yield f"det gäller till {giro.valid_to or 'vidare'}, händelserna säger {ends or 'vidare'}"


def _is_after(other: GiroRow, giro: GiroRow) -> bool:
    if giro.approved_at is None or other.approved_at is None:
        return False
    return (other.approved_at, other.id) > (giro.approved_at, giro.id)


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
                *_against_plan(payment, money.decisions.get(payment.decision_id)),
                *_against_deviations(payment),
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
    (
        EventKind.PAYMENT_REGISTERED,
        "registered_by_id",
        "har inte registrerats av den som står för det",
        "registered_at",
    ),
    (EventKind.PAYMENT_ATTESTED, "attested_by_id", "har inte attesterats av den som står för det", "attested_at"),
    (EventKind.PAYMENT_BATCHED, "", "har inte lagts i något underlag", ""),
    (
        EventKind.PAYMENT_CONFIRMED,
        "confirmed_by_id",
        "har inte markerats som betald av den som står för det",
        "confirmed_at",
    ),
)
"""What a payment has gone through, one act for each state after the first; and the columns of who did it and when."""

_LEADS_TO = {
    EventKind.PAYMENT_REGISTERED: PaymentStatus.REGISTERED,
    EventKind.PAYMENT_ATTESTED: PaymentStatus.ATTESTED,
    EventKind.PAYMENT_BATCHED: PaymentStatus.BATCHED,
    EventKind.PAYMENT_CONFIRMED: PaymentStatus.CONFIRMED,
    EventKind.PAYMENT_ATTESTATION_ENDED: PaymentStatus.REGISTERED,
    EventKind.PAYMENT_UNREGISTERED: PaymentStatus.PLANNED,
}


def _state_by_history(told: Sequence[Told]) -> PaymentStatus:
    last = _last(told, *_LEADS_TO)
    return _LEADS_TO[last.kind] if last else PaymentStatus.PLANNED


def _against_history(payment: PaymentRow) -> Iterator[str]:
    done = list(PaymentStatus).index(payment.status)
    for place, (kind, by, said, when) in enumerate(_ACTS):
        told = _last(payment.told, kind)
        if place >= done:
            if by and getattr(payment, by) is not None:
                yield f"har läget «{STATUS_TEXTS[payment.status]}», men raden säger vem som har gjort mer"
        elif told is None or (by and told.actor_id != getattr(payment, by)):
            yield f"{said}, enligt händelserna"
        elif when and not ((at := getattr(payment, when)) and in_one_act(at, told.at)):
            yield f"händelsen säger «{kind.text}» {moment(told.at)}, raden säger {moment(at)}"
    if (state := _state_by_history(payment.told)) is not payment.status:
        yield f"har läget «{STATUS_TEXTS[payment.status]}», enligt händelserna är läget «{STATUS_TEXTS[state]}»"
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


def _against_plan(payment: PaymentRow, decision: DecisionRow | None) -> Iterator[str]:
    """It is paid the day that was planned: the month is in the decision, and the day in the history since it tells of it."""
    told = _last(payment.told, EventKind.PAYMENT_PLANNED)
    if told is None:
        yield "har inte planerats, enligt händelserna"
    elif (day := told.facts.get("planned_on")) and day != payment.planned_on.isoformat():
        yield f"{payment.planned_on} är planerad dag, händelsen säger {day}"
    month = decision.frozen.planned.get(payment.place.grant_year) if decision and decision.frozen else None
    if month is not None and month != month_text(payment.planned_on):
        yield f"{payment.planned_on} är planerad dag, det frysta beslutet säger {month}"
    if payment.instalment != 1:
        yield f"är delbetalning {payment.instalment}, och ett bidragsår betalas i en"


def _against_deviations(payment: PaymentRow) -> Iterator[str]:
    """How it deviates and why it was paid early, as the history says."""
    told = _last(payment.told, EventKind.PAYMENT_DEVIATED)
    deviations, reason = (",".join(told.facts["deviations"]), told.facts["reason"]) if told else ("", "")
    if payment.deviations != deviations:
        yield f"avviker med «{payment.deviations or 'inget'}», händelserna säger «{deviations or 'inget'}»"
    if masked(payment.deviation_reason) != reason:
        yield f"skälet till att den avviker är ändrat, händelserna säger «{reason or 'inget'}»"
    batched = _last(payment.told, EventKind.PAYMENT_BATCHED)
    early = batched.facts.get("reason", "") if batched else ""
    if masked(payment.early_reason) != early:
        yield f"skälet till att den betalas tidigt är ändrat, händelserna säger «{early or 'inget'}»"


def _against_giro(payment: PaymentRow) -> Iterator[str]:
    """The number is that of the giro which the attestant approved, of the organisation that is paid, as the attestation says."""
    if payment.attested_giro is None and payment.giro:
        yield f"har bankgiro {payment.giro}, men hänvisar inte till något bankgiro"
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


_IN_A_BATCH = {PaymentStatus.BATCHED, PaymentStatus.CONFIRMED}
_ATTESTED = {PaymentStatus.ATTESTED, *_IN_A_BATCH}


def _against_batch(payment: PaymentRow, batch: BatchRow | None) -> Iterator[str]:
    told = _last(payment.told, EventKind.PAYMENT_BATCHED)
    if payment.batch_id is not None and payment.status not in _IN_A_BATCH:
        yield f"har läget «{STATUS_TEXTS[payment.status]}» men finns i ett underlag"
    if batch is None:
        return
    if told is not None and told.facts.get("batch", batch.number) != batch.number:
        yield f"finns i {_small(batch.name)}, händelsen säger {told.facts['batch']}"
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
    yield from _done("det skapades", batch.created_by_id, batch.created_at, batch.told, EventKind.BATCH_CREATED)
    grants = {payment.place.grant_id for payment in its.values()}
    if batch.grant_id is None and len(grants) == 1:
        yield "det säger inte vilket statsbidrag det betalar"
    elif batch.grant_id is not None and grants - {batch.grant_id}:
        yield f"det betalar statsbidrag {batch.grant_id} men har utbetalningar av ett annat"
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
    if payment.status not in _IN_A_BATCH:
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
