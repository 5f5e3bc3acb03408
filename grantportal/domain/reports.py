"""Återrapportering: one grantee's report of one grant year, and its granskning."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from grantportal.domain import clock, personal_numbers
from grantportal.domain.applications import TASK_LABELS, Audience, TaskState
from grantportal.domain.documents import moved_told
from grantportal.domain.errors import RuleViolation, RuleViolations, TextClash
from grantportal.domain.forms import FormDefinition, canonical, fingerprint
from grantportal.domain.hand_ins import AsRead
from grantportal.domain.labels import Label
from grantportal.domain.lifecycle import Lifecycle
from grantportal.domain.money import Kronor, in_words, kr, number, signed_kr
from grantportal.domain.texts import LONGEST


class Rating(StrEnum):
    """How far an expected result is reached."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"


class ReportStatus(StrEnum):
    """Not open, overdue and in review are derived."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    APPROVED = "approved"


class ReportAction(StrEnum):
    """What may be done with a report."""

    EDIT = "edit"
    ATTEST_ECONOMY = "attest_economy"
    SUBMIT = "submit"
    REVIEW = "review"
    REQUEST_SUPPLEMENT = "request_supplement"
    ANSWER_SUPPLEMENT = "answer_supplement"
    CLOSE_SUPPLEMENT = "close_supplement"
    APPROVE = "approve"


_S, _A = ReportStatus, ReportAction

REPORT: Lifecycle[ReportStatus, ReportAction] = Lifecycle(
    {
        (_S.DRAFT, _A.EDIT): _S.DRAFT,
        (_S.DRAFT, _A.ATTEST_ECONOMY): _S.DRAFT,
        (_S.DRAFT, _A.SUBMIT): _S.SUBMITTED,
        (_S.SUBMITTED, _A.REVIEW): _S.SUBMITTED,
        (_S.SUBMITTED, _A.REQUEST_SUPPLEMENT): _S.SUPPLEMENT_REQUESTED,
        (_S.SUPPLEMENT_REQUESTED, _A.EDIT): _S.SUPPLEMENT_REQUESTED,
        (_S.SUPPLEMENT_REQUESTED, _A.ATTEST_ECONOMY): _S.SUPPLEMENT_REQUESTED,
        (_S.SUPPLEMENT_REQUESTED, _A.ANSWER_SUPPLEMENT): _S.SUBMITTED,
        (_S.SUPPLEMENT_REQUESTED, _A.CLOSE_SUPPLEMENT): _S.SUBMITTED,
        (_S.SUBMITTED, _A.APPROVE): _S.APPROVED,
    },
    refusal="Återrapporteringen är inte i det läget längre. Ladda om sidan och se vad som gäller nu.",
)

RATING_TEXTS = {
    Rating.MET: "Uppnått",
    Rating.PARTLY: "Delvis uppnått",
    Rating.NOT_MET: "Inte uppnått",
    Rating.NOT_APPLICABLE: "Inte aktuellt i år",
}

RATING_SYMBOLS = {
    Rating.MET: "full",
    Rating.PARTLY: "half",
    Rating.NOT_MET: "empty",
    Rating.NOT_APPLICABLE: "dash",
}
RATING_HELP = {
    Rating.MET: "Allt i ordalydelsen är gjort.",
    Rating.PARTLY: "Något är gjort, något återstår.",
    Rating.NOT_MET: "Arbetet har inte börjat eller har inte gett resultat.",
    Rating.NOT_APPLICABLE: "Enligt planeringen skulle arbetet inte ha börjat.",
}
NOT_REACHED = frozenset({Rating.PARTLY, Rating.NOT_MET})
"""The ratings that ask for a cause and a measure."""

ECONOMY = "economy"
"""The part of a report that is not an expected result; all other parts go by the result's code."""
MOST_TEXT = 8_000
MOST_SHORT_TEXT = 2_000


@dataclass(frozen=True)
class TextLimits:
    """The most characters of each of a report's texts: as its published form says, and as here where it says nothing."""

    text: int = MOST_TEXT
    proviso_text: int = MOST_SHORT_TEXT
    measure: int = MOST_SHORT_TEXT
    comment: int = MOST_SHORT_TEXT

    @classmethod
    def of(cls, definition: FormDefinition) -> "TextLimits":
        """What the form says."""
        asked = {question.about: question.max_length for question in definition.questions if question.about}
        return cls(**{name: min(most, LONGEST) for name, most in asked.items()})

    def sentence(self, name: str) -> str:
        """What is said of a text that is too long."""
        return f"Skriv högst {number(getattr(self, name))} tecken."

    def too_long(self, answer: "ResultAnswer | CostAnswer") -> list[str]:
        """The names of the texts that are longer than the form says."""
        names = ("comment",) if isinstance(answer, CostAnswer) else ("text", "proviso_text", "measure")
        return [name for name in names if len(getattr(answer, name)) > getattr(self, name)]


# --- What people send ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ResultAnswer:
    """What a region says about one expected result."""

    rating: Rating | None = None
    text: str = ""
    proviso_mattered: bool = False
    proviso_text: str = ""
    causes: tuple[str, ...] = ()
    measure: str = ""

    @property
    def is_begun(self) -> bool:
        """Whether anything at all is said."""
        return self != ResultAnswer()


def as_handed_in(answer: ResultAnswer) -> ResultAnswer:
    """The answer without what its rating and its förbehåll no longer ask for: that is not handed in."""
    reached = answer.rating not in NOT_REACHED
    return replace(
        answer,
        proviso_text=answer.proviso_text if answer.proviso_mattered else "",
        causes=() if reached else answer.causes,
        measure="" if reached else answer.measure,
    )


def is_changed(answer: ResultAnswer, handed_in: ResultAnswer | None) -> bool:
    """Whether the answer says something else than what was last handed in."""
    return handed_in is None or as_handed_in(answer) != handed_in


@dataclass(frozen=True)
class SaveResult:
    """An answer, and the stamp of the one that it was written over."""

    answer: ResultAnswer
    based_on: str
    left_out: frozenset[str] = frozenset()
    """The parts that could not be understood, or are too long: left as they are."""


@dataclass(frozen=True)
class CostAnswer:
    """What a region says about one kostnadsslag; None is silence, which is not zero."""

    cost: Kronor | None = None
    own_financing: Kronor | None = None
    comment: str = ""


@dataclass(frozen=True)
class SaveCost:
    """The cells of a kostnadsslag that could be understood, and the stamp of the row that they were written over."""

    values: Mapping[str, Any]
    based_on: str
    still_explains: Kronor | None = None
    """The deviation that the person says the comment holds for too."""


@dataclass(frozen=True)
class SaveEconomy:
    """Kostnadsslag by id."""

    rows: Mapping[int, SaveCost]


@dataclass(frozen=True)
class Saved:
    """What became of a save: the clashes that were not saved, and whether it ended the economy's attestation.

    `stamps` are what the page has read by now, by hidden field; `settled` are the same once the page has shown its clashes,
    so that saving again is a choice.
    """

    clashes: tuple[TextClash, ...] = ()
    ended_attestation: bool = False
    stamps: Mapping[str, str] = field(default_factory=dict)
    settled: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AttestEconomy:
    """The fingerprint of the economy that was read, and whether what goes over all that is paid is said to be own financing."""

    sha256: str
    beyond_is_own: bool = False


@dataclass(frozen=True)
class HandInReport(AsRead):
    """The fingerprint of the report that was read, and whether what goes over all that is paid is said to be own financing."""

    beyond_is_own: bool = False


def stamp(answer: ResultAnswer | CostAnswer) -> str:
    """What a page carries of an answer: a mark for each part of it, to tell which parts were changed, and where."""
    return ".".join(_mark(getattr(answer, each.name)) for each in fields(answer))


def _mark(value: Any) -> str:
    return fingerprint(canonical(value))[:16]


@dataclass(frozen=True)
class Merged:
    """A page's answer laid over the one that is saved, part by part."""

    changed: Mapping[str, Any]
    """The parts to save."""
    clashing: tuple[str, ...]
    """The parts that somebody else has changed meanwhile to something else: not saved."""
    stamp: str
    """What the page has read by now."""
    settled: str
    """The same once it has shown the clashes."""


def merged(seen: str, values: Mapping[str, Any], stored: ResultAnswer | CostAnswer) -> Merged:
    """Two who write different parts of the same answer both get theirs saved; in the same part neither overwrites the other.

    `seen` is the stamp that the page was made with, `values` the parts that it sends.
    """
    names = [each.name for each in fields(stored)]
    marks = seen.split(".")
    read = dict(zip(names, marks, strict=True)) if len(marks) == len(names) else {}
    changed: dict[str, Any] = {}
    clashing: list[str] = []
    now, settled = dict(read), dict(read)
    for name, value in values.items():
        was, mark = getattr(stored, name), read.get(name, "")
        if _mark(value) != mark:
            if value != was and mark != _mark(was):
                clashing.append(name)
                settled[name] = _mark(was)
                continue
            changed[name] = value
        now[name] = settled[name] = _mark(value)
    changed = {name: value for name, value in changed.items() if value != getattr(stored, name)}
    return Merged(
        changed,
        tuple(clashing),
        ".".join(now.get(name) or "-" for name in names),
        ".".join(settled.get(name) or "-" for name in names),
    )


# --- Ekonomi -------------------------------------------------------------------------------------------------------


def share_out(total: Kronor, weights: Sequence[int]) -> tuple[Kronor, ...]:
    """A sum in whole kronor by shares: what rounding leaves goes to the largest remainders, so that it adds up exactly."""
    whole = sum(weights)
    if whole == 0:
        return (total, *(0 for _ in weights[1:])) if weights else ()
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: (-(total * weights[place] % whole), place))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return tuple(parts)


def charged_of(content: Mapping[str, Any]) -> Kronor:
    """Belastar bidraget, as a frozen version of a report says it: by what was paid when it was handed in."""
    return sum(line["charged"] for line in content["economy"]["lines"])


def used_of(content: Mapping[str, Any]) -> Kronor:
    """The costs less own financing of a frozen version, whatever was paid."""
    return sum(line["cost"] - line["own_financing"] for line in content["economy"]["lines"])


@dataclass(frozen=True)
class Charge:
    """What a report charges the grant when it is approved: what is used, and never above what is paid by then. Whole kronor."""

    used: Kronor
    paid: Kronor
    entered: Kronor | None = None
    """What the ledger has as charged, once the report is approved: what is paid after that does not change it by itself."""

    @property
    def charged(self) -> Kronor:
        """Belastar bidraget."""
        return min(self.used, self.paid) if self.entered is None else self.entered

    @property
    def beyond(self) -> Kronor:
        """Över det utbetalda: own financing."""
        return self.used - self.charged

    @property
    def unspent(self) -> Kronor:
        """Inte använt."""
        return self.paid - self.charged


@dataclass(frozen=True)
class EconomyRow:
    """One kostnadsslag: what is decided, what is paid, and what the region says of it."""

    category_id: int
    category: str
    budget: Kronor
    paid: Kronor
    answer: CostAnswer = CostAnswer()
    stamp: str = ""
    by: str = ""
    saved_at: datetime | None = None
    handed_in: CostAnswer | None = None
    """What was last handed in."""
    explained: Kronor | None = None
    """The deviation that the comment was written for, or said to hold for; None before there was any."""
    beyond: Kronor = 0
    """The row's part of what goes over all that is paid for the year: own financing. `Economy` reckons it."""

    @property
    def used(self) -> Kronor | None:
        """The cost less what is said to be financed otherwise. None until both are said and hold together."""
        cost, own = self.answer.cost, self.answer.own_financing
        return None if cost is None or own is None or own > cost else cost - own

    @property
    def charged(self) -> Kronor | None:
        """Belastar bidraget: what is used, less what goes over all that is paid."""
        return None if self.used is None else self.used - self.beyond

    @property
    def deviation(self) -> Kronor | None:
        """Avvikelse: used less budget, also where more was used than the grant is charged."""
        return None if self.used is None else self.used - self.budget


def beyond_by_row(rows: Sequence[EconomyRow]) -> tuple[Kronor, ...]:
    """What goes over all that is paid for the year, taken from the rows where more was used than paid, by how much more.

    Reckoned on the whole: a row may use what another has left. Together those rows went over by at least as much.
    """
    over = [max(0, (row.used or 0) - row.paid) for row in rows]
    beyond = sum(row.used or 0 for row in rows) - sum(row.paid for row in rows)
    return share_out(beyond, over) if beyond > 0 else tuple(0 for _ in rows)


@dataclass(frozen=True)
class Economy:
    """The year's economy of one grantee, over all its decisions."""

    rows: tuple[EconomyRow, ...]
    comment_percent: int = 10
    comment_kronor: Kronor = 25_000
    limits: TextLimits = TextLimits()

    def __post_init__(self) -> None:
        """What goes over is reckoned over all rows: no row knows its own part."""
        beyond = beyond_by_row(self.rows)
        rows = tuple(replace(row, beyond=part) for row, part in zip(self.rows, beyond, strict=True))
        object.__setattr__(self, "rows", rows)

    @property
    def budget(self) -> Kronor:
        return sum(row.budget for row in self.rows)

    @property
    def paid(self) -> Kronor:
        return sum(row.paid for row in self.rows)

    @property
    def cost(self) -> Kronor:
        return sum(row.answer.cost or 0 for row in self.rows)

    @property
    def own_financing(self) -> Kronor:
        return sum(row.answer.own_financing or 0 for row in self.rows)

    @property
    def is_counted(self) -> bool:
        """Whether every row can be counted; before that no sum is the sum."""
        return all(row.used is not None for row in self.rows)

    @property
    def used(self) -> Kronor:
        """The costs less what is said to be financed otherwise."""
        return sum(row.used or 0 for row in self.rows)

    @property
    def beyond(self) -> Kronor:
        """What goes over all that is paid for the year: own financing, asked about before it is attested and handed in."""
        return sum(row.beyond for row in self.rows)

    @property
    def charged(self) -> Kronor:
        """Belastar bidraget: never above what is paid."""
        return sum(row.charged or 0 for row in self.rows)

    @property
    def deviation(self) -> Kronor:
        return sum(row.deviation or 0 for row in self.rows)

    @property
    def unspent(self) -> Kronor:
        """Inte använt, and so to be repaid: paid less the part of it that the costs used up, on the whole and not by row."""
        return self.paid - min(self.paid, self.charged)

    @property
    def moved(self) -> str:
        """What one kostnadsslag uses of what another has left, in a sentence."""
        return moved_told(self.rows)

    @property
    def saved_at(self) -> datetime | None:
        """When somebody last saved a kostnadsslag."""
        return max((row.saved_at for row in self.rows if row.saved_at), default=None)

    @property
    def is_begun(self) -> bool:
        return any(row.answer != CostAnswer() for row in self.rows)

    @property
    def is_changed(self) -> bool:
        """Whether any kostnadsslag says something else than what was last handed in."""
        return any(row.answer != row.handed_in for row in self.rows)

    @property
    def sha256(self) -> str:
        """Fingerprint of all that is attested: the figures of both sides and the comments."""
        return fingerprint(
            canonical(
                [[row.category_id, row.budget, row.paid, *asdict(row.answer).values()] for row in self.rows],
            )
        )

    def needs_comment(self, row: EconomyRow) -> bool:
        """A deviation is commented when it is over the call's share of the budget and over its kronor: both, and strictly."""
        return self._is_over(row, row.deviation or 0)

    def awaits_comment(self, row: EconomyRow) -> bool:
        """Whether a comment is still to be written, or the one that is there explains another deviation than the one now.

        A comment holds while the deviation has the sign that it was written for, is on the same side of the limit, and has
        changed by no more than what may pass without a comment. That goes for one that is no longer needed too: it is
        attested and handed in with the rest.
        """
        is_needed, was, now = self.needs_comment(row), row.explained, row.deviation
        if not row.answer.comment or was is None or now is None:
            return is_needed
        return self._is_over(row, was) is not is_needed or was * now < 0 or self._is_over(row, now - was)

    def _is_over(self, row: EconomyRow, difference: Kronor) -> bool:
        size = abs(difference)
        return size > self.comment_kronor and size * 100 > self.comment_percent * row.budget


def cell_name(category_id: int, part: str) -> str:
    """The name of a cell's field: part is cost, own_financing or comment."""
    return f"c{category_id}_{part}"


# --- What is missing -----------------------------------------------------------------------------------------------


NUMBER_STANDS = "Ta bort personnumret. En återrapportering får inte innehålla uppgifter om enskilda personer."


@dataclass(frozen=True)
class Gap:
    """Something that must be said before the report can be handed in: in which part, at which field."""

    part: str
    field: str
    message: str


def gaps_in_result(
    code: str,
    answer: ResultAnswer,
    *,
    has_proviso: bool,
    causes: Collection[str],
    limits: TextLimits = TextLimits(),
) -> tuple[Gap, ...]:
    """Zero is an outcome, silence is not: each expected result has a rating and a text, and a cause and a measure when
    it is not wholly reached. No text that is handed in is longer than the form says."""
    found = []
    if answer.rating is None:
        found.append(Gap(code, "rating", f"{code}: Välj hur väl ni har nått resultatet."))
    if not answer.text:
        found.append(Gap(code, "text", f"{code}: Beskriv vad ni har gjort och vad det har lett till."))
    if answer.rating in NOT_REACHED:
        if not set(answer.causes) & set(causes):
            found.append(Gap(code, "causes", f"{code}: Välj minst en orsak till att resultatet inte är helt uppnått."))
        if not answer.measure:
            found.append(Gap(code, "measure", f"{code}: Skriv vad ni gör åt det."))
    if has_proviso and answer.proviso_mattered and not answer.proviso_text:
        found.append(Gap(code, "proviso_text", f"{code}: Beskriv hur förbehållet har haft betydelse."))
    found += [Gap(code, name, f"{code}: {limits.sentence(name)}") for name in limits.too_long(as_handed_in(answer))]
    written = texts_of(as_handed_in(answer))
    found += [
        Gap(code, name, f"{code}: {NUMBER_STANDS}")
        for name, text in written.items()
        if personal_numbers.contains(text) and (name != "proviso_text" or has_proviso)
    ]
    return tuple(found)


def texts_of(answer: ResultAnswer) -> dict[str, str]:
    """What is written in free text, by the name of the field."""
    return {"text": answer.text, "measure": answer.measure, "proviso_text": answer.proviso_text}


def gaps_in_economy(economy: Economy) -> tuple[Gap, ...]:
    """Every kostnadsslag has a cost and its own financing (or 0), and a comment where the deviation is over the limit."""
    found = []
    for row in economy.rows:
        for part, message in (
            ("cost", f"{row.category}: Skriv den totala kostnaden, eller 0."),
            ("own_financing", f"{row.category}: Skriv egen eller annan finansiering, eller 0."),
        ):
            if getattr(row.answer, part) is None:
                found.append(Gap(ECONOMY, cell_name(row.category_id, part), message))
        found += wrong_in_row(row)
        for name in economy.limits.too_long(row.answer):
            cell = cell_name(row.category_id, name)
            found.append(Gap(ECONOMY, cell, f"{row.category}: {economy.limits.sentence(name)}"))
        if personal_numbers.contains(row.answer.comment):
            found.append(Gap(ECONOMY, cell_name(row.category_id, "comment"), f"{row.category}: {NUMBER_STANDS}"))
        if economy.awaits_comment(row):
            found.append(Gap(ECONOMY, cell_name(row.category_id, "comment"), _comment_asked(economy, row)))
    return tuple(found)


def _comment_asked(economy: Economy, row: EconomyRow) -> str:
    if not row.answer.comment:
        return (
            f"{row.category}: Kommentera avvikelsen. Den är större än {economy.comment_percent} procent av "
            f"budgeten och {kr(economy.comment_kronor)}."
        )
    now = signed_kr(row.deviation or 0)
    if not economy.needs_comment(row):
        return (
            f"{row.category}: Kommentaren skrevs när avvikelsen var {signed_kr(row.explained or 0)}, nu är den {now}. "
            "Ta bort den, skriv om den eller säg att den stämmer."
        )
    was = (
        f"när avvikelsen var {signed_kr(row.explained)}, nu är den"
        if row.explained is not None
        else "innan avvikelsen var"
    )
    return f"{row.category}: Kommentera avvikelsen på nytt, eller säg att kommentaren stämmer. Den skrevs {was} {now}."


def wrong_in_row(row: EconomyRow) -> tuple[Gap, ...]:
    """Own financing is a part of the cost and never more than it."""
    cost, own = row.answer.cost, row.answer.own_financing
    if cost is None or own is None or own <= cost:
        return ()
    return (
        Gap(
            ECONOMY,
            cell_name(row.category_id, "own_financing"),
            f"{row.category}: Egen finansiering kan inte vara större än den totala kostnaden, {kr(cost)}.",
        ),
    )


NOT_ATTESTED = Gap(ECONOMY, "attest", "Ekonomin är inte intygad. Regionens ekonom eller ombud ska intyga den.")


def ensure_complete(gaps: Iterable[Gap]) -> None:
    """Raises RuleViolations with everything that is missing, so that all of it can be put right in one go."""
    found = [RuleViolation(gap.message, field=gap.part) for gap in gaps]
    if found:
        raise RuleViolations(found)


def ensure_within(answer: ResultAnswer | CostAnswer, limits: TextLimits, *, category_id: int | None = None) -> None:
    """No text is longer than the published form says. Raises RuleViolations, each beside its field."""
    wrong = [
        RuleViolation(limits.sentence(name), field=name if category_id is None else cell_name(category_id, name))
        for name in limits.too_long(answer)
    ]
    if wrong:
        raise RuleViolations(wrong)


def ensure_same_economy(seen: str, now: str) -> None:
    """What is attested is what was read. Raises RuleViolation."""
    if seen != now:
        raise RuleViolation("Ekonomin har ändrats sedan du läste den. Läs den igen innan du intygar.")


def ensure_beyond_is_own(beyond: Kronor, *, said: bool) -> None:
    """What goes over all that is paid for the year is the region's own financing, and the region says so itself.

    Raises RuleViolation on the field `beyond_is_own`, with how much goes over, in whole kronor.
    """
    if beyond > 0 and not said:
        raise RuleViolation(
            f"Kostnaderna är {in_words(beyond)} mer än det som är utbetalt. Rätta beloppen, eller bekräfta att det som går "
            "över är er egen finansiering.",
            field="beyond_is_own",
        )


def beyond_told(beyond: Kronor) -> str:
    """What receipts and notices add where the costs went over all that is paid; begins with a space, empty where not."""
    if not beyond:
        return ""
    return f" Kostnaderna är {in_words(beyond)} mer än det som är utbetalt. Det belastar inte bidraget."


# --- When it is open -----------------------------------------------------------------------------------------------


def has_opened(opens_on: date, now: datetime) -> bool:
    """A report opens by the clock, at 00:00 of its day."""
    return now >= clock.local(opens_on)


def is_late(received: datetime | None, due_on: date) -> bool:
    """Inkom efter sista dagen: derived."""
    return received is not None and received >= clock.end_of(due_on)


def is_open(part: str, *, status: ReportStatus, opens_on: date, opened: Collection[str], now: datetime) -> bool:
    """Whether a part can be written in: all of them from the opening until hand-in; then only what a komplettering opens."""
    if status is ReportStatus.DRAFT:
        return has_opened(opens_on, now)
    return status is ReportStatus.SUPPLEMENT_REQUESTED and part in opened


def ensure_open(part: str, *, status: ReportStatus, opens_on: date, opened: Collection[str], now: datetime) -> None:
    """Raises RuleViolation with when or why."""
    if is_open(part, status=status, opens_on=opens_on, opened=opened, now=now):
        return
    if status is ReportStatus.DRAFT:
        raise RuleViolation(f"Återrapporteringen öppnar {clock.day_text(opens_on)}. Då kan ni fylla i den.")
    raise RuleViolation("Den här delen är låst. Det du skrev är inte sparat.")


# --- What the screen calls it --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReportFacts:
    """What decides what a report is called."""

    status: ReportStatus
    opens_on: date
    due_on: date
    economy_attested: bool = False
    handed_in_at: datetime | None = None
    """When the newest version came in."""
    is_reviewed: bool = False
    """Whether the granskning has begun."""
    supplement_last_day: date | None = None


def label(facts: ReportFacts, now: datetime, audience: Audience = Audience.PARTY) -> Label:
    """One state, in the reader's own words. The authority hears nothing of what is in a draft."""
    theirs = audience is Audience.PARTY
    due = clock.day_text(facts.due_on)
    match facts.status:
        case ReportStatus.DRAFT if not has_opened(facts.opens_on, now):
            return Label("", "dots", f"Öppnar {clock.day_text(facts.opens_on)}", "Frågorna syns redan nu.")
        case ReportStatus.DRAFT if now >= clock.end_of(facts.due_on):
            return Label("bad", "warn", "Försenad", f"Skulle ha lämnats {due}.")
        case ReportStatus.DRAFT if not theirs:
            return Label("", "clock", "Inte inskickad", f"Ska lämnas senast {due}.")
        case ReportStatus.DRAFT if facts.economy_attested:
            return Label("info", "check", "Ekonomin intygad", "Ombudet kan skicka in.")
        case ReportStatus.DRAFT:
            return Label("wait", "arrow", "Att fylla i", f"Lämna senast {due}.")
        case ReportStatus.SUPPLEMENT_REQUESTED:
            return _supplement_label(facts.supplement_last_day, now, theirs)
        case ReportStatus.SUBMITTED if facts.is_reviewed:
            return Label("info", "half", "Granskas", "Vi hör av oss om något saknas." if theirs else "")
        case ReportStatus.SUBMITTED:
            at = clock.day_time_text(facts.handed_in_at) if facts.handed_in_at else ""
            return Label("info", "lock", "Inskickad", f"Låst som den var {at}." if at else "")
    return Label("ok", "check", "Godkänd")


def _supplement_label(last_day: date | None, now: datetime, theirs: bool) -> Label:
    if last_day is None:
        return Label("wait", "arrow", "Ni behöver komplettera" if theirs else "Väntar på komplettering")
    day = clock.day_text(last_day)
    if now >= clock.end_of(last_day):
        return Label("bad", "warn", "Komplettering försenad", f"Svaret skulle ha kommit senast {day}.")
    if theirs:
        return Label("wait", "arrow", "Ni behöver komplettera", f"Svara i de öppna delarna senast {day}.")
    return Label("wait", "clock", "Väntar på komplettering", f"Svar senast {day}.")


def part_label(*, opened: bool, begun: bool, gaps: bool, handed_in: bool, must_change: bool = False) -> Label:
    """What the task list says of one part. `must_change`: a komplettering has opened it and nothing is changed yet."""
    if not opened:
        return Label("lock", "lock", "Låst") if handed_in else Label("", "dots", "Kan inte börja än")
    if must_change:
        return TASK_LABELS[TaskState.CHANGE]
    if not begun:
        return Label("", "empty", "Inte påbörjad")
    return Label("info", "half", "Påbörjad") if gaps else Label("ok", "check", "Klar")


def economy_label(
    *, opened: bool, begun: bool, gaps: bool, handed_in: bool, attested: bool, must_change: bool = False
) -> Label:
    """The economy is ready only when somebody has attested it."""
    found = part_label(opened=opened, begun=begun, gaps=gaps, handed_in=handed_in, must_change=must_change)
    if opened and begun and not gaps and not attested and not must_change:
        return Label("wait", "arrow", "Väntar på intygande")
    return found


def sending_label(*, opened: bool, gaps: bool, handed_in: bool, must_change: bool = False) -> Label:
    """What the task list says of handing in. `must_change`: a part that a komplettering has opened is as it was."""
    if opened:
        if must_change and not gaps:
            return TASK_LABELS[TaskState.NOT_BEGUN]
        return Label("", "dots", "Kan inte börja än") if gaps else Label("wait", "arrow", "Väntar på ombudet")
    return Label("lock", "lock", "Inskickad") if handed_in else Label("", "dots", "Kan inte börja än")
