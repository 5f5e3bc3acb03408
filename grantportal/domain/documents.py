"""What a printed document or a sheet says: plain frozen facts, made from a frozen version and never from a clock.

Amounts, days and sums are facts here; how they look on paper is told in `exports`. Whoever builds one of these writes
every text in Swedish, as it shall stand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from grantportal.domain.decisions import Outcome
from grantportal.domain.frameworks import headed, paragraphs_of
from grantportal.domain.money import Kronor, in_words
from grantportal.domain.texts import and_then


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the document names her: «Hanna Exempel, handläggare»."""

    name: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """Part: the organisation by its number, and the clinic or unit that applies inside it (empty: itself)."""

    name: str
    organisation_number: str
    applicant_unit: str = ""


@dataclass(frozen=True, slots=True)
class AmountLine:
    """One kostnadsslag: an amount for each year of its table."""

    category: str
    amounts: tuple[Kronor, ...]

    @property
    def total(self) -> Kronor:
        return sum(self.amounts)


@dataclass(frozen=True, slots=True)
class AmountTable:
    """Kronor per kostnadsslag and bidragsår; its sums are computed, never stated."""

    years: tuple[int, ...]
    lines: tuple[AmountLine, ...]

    def __post_init__(self) -> None:
        for line in self.lines:
            if len(line.amounts) != len(self.years):
                raise ValueError(f"{line.category}: {len(line.amounts)} amounts for {len(self.years)} years")

    @property
    def totals(self) -> tuple[Kronor, ...]:
        return tuple(sum(line.amounts[place] for line in self.lines) for place in range(len(self.years)))

    @property
    def total(self) -> Kronor:
        return sum(self.totals)


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A profession with its share of full time in percent and its cost, for each year of the budget."""

    profession: str
    percents: tuple[int, ...]
    costs: tuple[Kronor, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A question and what was answered; of several choices, one text each. No text at all is shown as no answer."""

    question: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a form."""

    title: str
    answers: tuple[Answer, ...]
    not_asked: tuple[str, ...] = ()
    """The questions that other answers made needless."""


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """Bilaga: a file that was handed in, by its fingerprint; the bytes are a record of their own."""

    question: str
    line: str
    """«Budget.xlsx (12 kB)»."""
    sha256: str


@dataclass(frozen=True, slots=True)
class LetterTable:
    """A table of a letter, in the words and figures that are printed: the first column is words, the others are numbers."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LetterFact:
    """What something is called in a letter, and what it is: one line each."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LetterPart:
    """One part of a letter, in the order that it is printed: page and paper print the same parts and add no words.

    `key` tells the part apart for code, never for a reader. A paragraph may hold lines, and paragraphs of its own.
    """

    key: str
    heading: str
    paragraphs: tuple[str, ...] = ()
    table: LetterTable | None = None
    numbered: tuple[str, ...] = ()
    """Villkor and the like: a list that is referred to by its numbers."""
    facts: tuple[LetterFact, ...] = ()
    is_within: bool = False
    """Whether it belongs to the part before it."""
    marked: bool = False
    """Whether its content is invented and is marked so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What every document bears. `at` is its own moment: received, decided or handed in."""

    authority: str
    title: str
    grant: str
    registration_number: str
    party: Party
    at: datetime
    sha256: str
    example: bool
    example_note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptDocument(Document):
    """Kvitto: the application or the komplettering as it was handed in, and that it was received."""

    what: str
    handed_in_by: Person
    last_day: date | None
    late: bool
    sections: tuple[Section, ...]
    youth_homes: tuple[str, ...] | None = None
    budget: AmountTable | None = None
    staff: tuple[StaffRow, ...] = ()
    attachments: tuple[AttachedFile, ...] = ()


@dataclass(frozen=True, slots=True)
class YearDecided:
    """What was sought and what is granted for one bidragsår."""

    year: int
    sought: Kronor
    granted: Kronor


@dataclass(frozen=True, slots=True)
class PlannedPayment:
    """When a year's money is paid: «januari 2021»."""

    year: int
    amount: Kronor
    when: str


@dataclass(frozen=True, slots=True)
class ReportDue:
    """The last day to hand in a year's återrapportering."""

    year: int
    last_day: date


@dataclass(frozen=True, slots=True)
class AppealText:
    """How the decision can be appealed, or that it cannot, with the provision that says so."""

    text: str
    provision: str
    example: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """An expected result in one year's words: paragraphs, or a lead with bullets."""

    year: int
    paragraphs: tuple[str, ...] = ()
    lead: str = ""
    bullets: tuple[str, ...] = ()
    starred: bool = False
    """Whether a proviso's star stands at this cell."""
    example: bool = False
    title: str = ""
    """The year's own heading, where the years of the row have different ones."""
    title_example: bool = False


@dataclass(frozen=True, slots=True)
class ExpectedResultRow:
    """One row of the matrix. `title` is what its years have in common: empty where they differ, or where there is none.

    `title_example`: the heading is our own and not the annex's.
    """

    code: str
    title: str
    wordings: tuple[Wording, ...]
    title_example: bool = False


@dataclass(frozen=True, slots=True)
class ResultArea:
    """One part of the matrix."""

    code: str
    title: str
    results: tuple[ExpectedResultRow, ...]

    @property
    def heading(self) -> str:
        """Its code, and its heading where it has one."""
        return headed(self.code, self.title)


@dataclass(frozen=True, slots=True)
class ProvisoNote:
    """Förbehåll: the starred note of one year, for the rows that it serves."""

    year: int
    codes: tuple[str, ...]
    text: str
    example: bool = False


@dataclass(frozen=True, slots=True)
class ResultsAnnex:
    """Bilaga: the expected results, area by area and year by year, with their provisos."""

    title: str
    version: str
    years: tuple[int, ...]
    areas: tuple[ResultArea, ...]
    provisos: tuple[ProvisoNote, ...] = ()
    preamble: str = ""
    example: bool = False
    introduction: str = ""
    """Which decision it belongs to, and its version."""
    example_note: str = ""

    @property
    def preamble_paragraphs(self) -> tuple[str, ...]:
        """What stands before the table, paragraph by paragraph."""
        return paragraphs_of(self.preamble)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismissal:
    """Why an application is not tried, in the words of the decision: the ground, and why it holds."""

    ground: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionDocument(Document):
    """Beslut: all that a decision about a statsbidrag must say (FL 31–33 §§ and the grant's own rules)."""

    outcome: Outcome
    dismissal: Dismissal | None = None
    decided_by: Person
    rapporteur: Person
    presented_at: datetime | None = None
    took_part: tuple[Person, ...] = ()
    dissent: str = ""
    years: tuple[YearDecided, ...]
    granted: AmountTable | None = None
    covers: str = ""
    reasons: str
    legal_basis: str
    conditions: tuple[str, ...] = ()
    payments: tuple[PlannedPayment, ...] = ()
    reports: tuple[ReportDue, ...] = ()
    appeal: AppealText
    annex: ResultsAnnex | None = None
    parts: tuple[LetterPart, ...] = ()
    """All that the decision says, as it is printed. The fields above are the same as facts, for those who count on them."""

    @property
    def sought_total(self) -> Kronor:
        return sum(part.sought for part in self.years)

    @property
    def granted_total(self) -> Kronor:
        return sum(part.granted for part in self.years)


@dataclass(frozen=True, slots=True)
class ReportedResult:
    """One expected result as it was reported: the year's words beside the region's own rating and text."""

    area: str
    code: str
    title: str
    wording: Wording
    rating: str
    text: str
    provisos: tuple[str, ...] = ()
    proviso_mattered: bool | None = None
    proviso_text: str = ""
    causes: tuple[str, ...] = ()
    measure: str = ""


class Charged(Protocol):
    """One kostnadsslag with what it is charged."""

    @property
    def category(self) -> str: ...
    @property
    def paid(self) -> Kronor: ...
    @property
    def used(self) -> Kronor | None: ...
    @property
    def charged(self) -> Kronor | None: ...


def moved_told(lines: Sequence[Charged]) -> str:
    """What is charged above what is paid for a kostnadsslag, and from where: the year is reckoned on the whole.

    Empty where nothing is, where a line is not counted yet, and of a report from before that was charged above all that is paid.
    """
    counted = [(line.category, line.paid, line.used, line.charged) for line in lines]
    if any(used is None for _, _, used, _ in counted):
        return ""
    moved = sum(max(0, (charged or 0) - paid) for _, paid, _, charged in counted)
    if not moved or sum(charged or 0 for *_, charged in counted) > sum(paid for _, paid, _, _ in counted):
        return ""
    over = and_then([category for category, paid, used, _ in counted if (used or 0) > paid])
    left = and_then([category for category, paid, used, _ in counted if (used or 0) < paid])
    beyond = sum((used or 0) - (charged or 0) for _, _, used, charged in counted)
    return (
        f"Mer är använt än utbetalt för {over}. Av det täcks {in_words(moved)} av det som är utbetalt men inte använt för {left}."
        + (f" Resten, {in_words(beyond)}, är regionens egen finansiering." if beyond else "")
    )


@dataclass(frozen=True, slots=True)
class EconomyLine:
    """One kostnadsslag of a year's economy, as it was reported."""

    category: str
    budget: Kronor
    paid: Kronor
    cost: Kronor
    own_financing: Kronor
    charged: Kronor
    deviation: Kronor
    comment: str = ""
    beyond: Kronor = 0
    """The line's part of what goes over all that is paid for the year: own financing, never charged."""

    @property
    def used(self) -> Kronor:
        return self.cost - self.own_financing


@dataclass(frozen=True, slots=True)
class Economy:
    """A year's economy per kostnadsslag. What is unspent and repayable is reckoned on the whole, not by row."""

    lines: tuple[EconomyLine, ...]
    unspent: Kronor
    repayable: Kronor

    @property
    def total(self) -> EconomyLine:
        names = ("budget", "paid", "cost", "own_financing", "charged", "deviation", "beyond")
        return EconomyLine("Summa", **{name: sum(getattr(line, name) for line in self.lines) for name in names})

    @property
    def moved(self) -> str:
        """What one kostnadsslag uses of what another has left, in a sentence."""
        return moved_told(self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDocument(Document):
    """Återrapportering as it was handed in."""

    grant_year: int
    handed_in_by: Person
    last_day: date | None
    late: bool
    economy_attested_by: Person | None = None
    economy_attested_at: datetime | None = None
    economy_certified: tuple[str, ...] = ()
    """The words that the economy was attested with; none of a report from before they were frozen."""
    economy_checksum: str = ""
    """Kontrollsumma: what the attestation is about, as it was shown when it was made."""
    certified: tuple[str, ...] = ()
    """The words that whoever handed in ticked; none of a report from before they were frozen."""
    results: tuple[ReportedResult, ...]
    sections: tuple[Section, ...] = ()
    economy: Economy


# Sheets ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment of an underlag, as finance gets it."""

    batch_number: str
    payment_id: str
    registration_number: str
    organisation: str
    organisation_number: str
    bank_giro: str
    grant_year: int
    amount: Kronor
    decided_on: date
    registered_by: str
    attested_by: str
    new_giro: bool | None = None
    """Whether the bankgiro was new when the underlag was made; None of one from before that was frozen."""


@dataclass(frozen=True, slots=True)
class PaymentBatchFacts:
    """Utbetalningsunderlag: what the control sheet says of the frozen batch."""

    batch_number: str
    batch_id: str
    created_at: datetime
    sha256: str
    example: bool
    grant: str = ""
    """The statsbidrag that it pays; empty where an underlag could still hold several."""
    says_new_giro: bool = False
    """Whether its rows say which bankgiron are new: a file from before that keeps its columns, and so its bytes."""


@dataclass(frozen=True, slots=True)
class AllocationRow:
    """One line of the fördelningslista: what one party sought and got for one bidragsår."""

    grant_year: int
    organisation: str
    organisation_number: str
    applicant_unit: str
    registration_number: str
    outcome: str
    decided_on: date
    sought: Kronor
    granted: Kronor
    example: bool = False


@dataclass(frozen=True, slots=True)
class AllocationYear:
    """A year's frame beside what is granted of it."""

    grant_year: int
    frame: Kronor
    granted: Kronor

    @property
    def left(self) -> Kronor:
        return self.frame - self.granted


@dataclass(frozen=True, slots=True)
class AllocationList:
    """Fördelningslista: who got what; public."""

    title: str
    authority: str
    as_of: date
    """The day that it says how it was at the end of, or today: its files are the same all through that day."""
    rows: tuple[AllocationRow, ...]
    years: tuple[AllocationYear, ...]
    example: bool


@dataclass(frozen=True, slots=True)
class OverviewCell:
    """The ratings of one region, result and year; empty where there is none yet."""

    region: str
    year: int
    rating: str
    own_rating: str = ""


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """One expected result over all regions and years."""

    area: str
    code: str
    title: str
    cells: tuple[OverviewCell, ...]


@dataclass(frozen=True, slots=True)
class ReportOverview:
    """Regions × expected results × years. `rating` is the authority's, `own_rating` the region's."""

    title: str
    as_of: date
    regions: tuple[str, ...]
    years: tuple[int, ...]
    rows: tuple[OverviewRow, ...]
    example: bool
