"""Beslut, word for word: every sentence, heading and figure that its page and its PDF print.

`document` is the only place where a decision's words are written. What has been frozen keeps the words that it was frozen with:
a sentence changed here changes the decisions to come and no other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from grantportal.domain.applications import is_late
from grantportal.domain.clock import day_text, day_time_text, month_text
from grantportal.domain.decisions import GIVES_MONEY, SKIP_TEXTS, Outcome, SkipGround, appeal_text
from grantportal.domain.documents import (
    AmountTable,
    AppealText,
    DecisionDocument,
    Dismissal,
    LetterFact,
    LetterPart,
    LetterTable,
    Party,
    Person,
    PlannedPayment,
    ReportDue,
    ResultsAnnex,
    YearDecided,
)
from grantportal.domain.grants import AppealVariant
from grantportal.domain.money import Kronor, in_words, number
from grantportal.domain.texts import and_then

HEARD, DECIDED = "heard", "decided"
"""The parts that may change between proposal and decision: how the party was heard, and who decides."""

ANNEX = "annex"
"""The part that names the annex: always the last."""


@dataclass(frozen=True)
class Heard:
    """One kommunicering: the material that was sent, or (with a ground) why none was."""

    on: date
    last_day: date | None = None
    replied_on: date | None = None
    is_open: bool = False
    """Whether the party still has time to answer."""
    ground: SkipGround | None = None


@dataclass(frozen=True)
class Office:
    """The authority as a letter names it. Address and court are empty where nobody has entered them."""

    name: str
    address: str = ""
    appeal_court: str = ""
    """The förvaltningsrätt that tries appeals of the authority's decisions (40 § FL and 14 § lagen 1971:289)."""


@dataclass(frozen=True, kw_only=True)
class Grounds:
    """Everything that a decision's words are made of. Amounts are whole kronor, moments UTC."""

    office: Office
    grant: str
    registration_number: str
    party: Party
    represents_the_public: bool
    """Whether the time to appeal runs from meddelat (44 § FL)."""
    at: datetime
    example: bool
    example_note: str
    outcome: Outcome
    dismissal: Dismissal | None = None
    decided_by: Person | None
    """None while it is a proposal."""
    rapporteur: Person
    presented_at: datetime | None
    took_part: tuple[Person, ...]
    dissent: str
    years: tuple[YearDecided, ...]
    granted: AmountTable
    covers: str
    reasons: str
    legal_basis: str
    conditions: tuple[str, ...]
    pay_on: tuple[tuple[int, date], ...]
    report_due_on: tuple[tuple[int, date], ...]
    recovery_basis: str
    appeal_variant: AppealVariant | None
    appeal_provision: str
    appeal_is_example: bool
    received_at: datetime | None
    last_day: date
    withdrawn_at: datetime | None
    heard: tuple[Heard, ...]
    annex: ResultsAnnex | None


def document(g: Grounds) -> DecisionDocument:
    """The decision as it is read before it is made, decided and sent: all that 31–33 §§ FL and the statsbidrag ask for."""
    gives = g.outcome in GIVES_MONEY
    granted = {each.year: each.granted for each in g.years}
    made = DecisionDocument(
        authority=g.office.name,
        title=f"Beslut om statsbidrag för {listed([each.year for each in g.years])}",
        grant=g.grant,
        registration_number=g.registration_number,
        party=g.party,
        at=g.at,
        sha256="",
        example=g.example,
        example_note=g.example_note,
        outcome=g.outcome,
        dismissal=g.dismissal,
        decided_by=g.decided_by or Person(""),
        rapporteur=g.rapporteur,
        presented_at=g.presented_at,
        took_part=g.took_part,
        dissent=g.dissent,
        years=g.years,
        granted=g.granted if gives else None,
        covers=g.covers,
        reasons=g.reasons,
        legal_basis=g.legal_basis,
        conditions=g.conditions if gives else (),
        payments=tuple(
            PlannedPayment(year, granted[year], month_text(day)) for year, day in g.pay_on if granted.get(year)
        ),
        reports=tuple(ReportDue(year, day) for year, day in g.report_due_on if granted.get(year)),
        appeal=_appeal(g),
        annex=_annex(g.annex, g.registration_number) if gives and g.annex else None,
    )
    return replace(made, parts=tuple(_parts(g, made)))


@dataclass(frozen=True)
class LateDissent:
    """Avvikande mening that was noted when the decision had been made and not yet sent: whose, what, and when in UTC."""

    name: str
    text: str
    at: datetime


def with_late_dissents(made: DecisionDocument, dissents: Sequence[LateDissent]) -> DecisionDocument:
    """The decision as it is sent: word for word what was decided, and after that the dissents that came before it was sent."""
    said = tuple(
        f"{each.name} har låtit anteckna en avvikande mening {day_time_text(each.at)}, efter att beslutet fattades och "
        f"innan det skickades:\n{each.text}"
        for each in dissents
    )
    late = LetterPart("late_dissents", "Avvikande mening efter beslutet", said)
    annex = tuple(part for part in made.parts if part.key == ANNEX)
    return replace(made, parts=(*made.parts[: len(made.parts) - len(annex)], late, *annex))


def _parts(g: Grounds, d: DecisionDocument) -> Iterator[LetterPart]:
    yield LetterPart("decision", "Beslut", tuple(_operative(d)), _years(d))
    if d.granted is not None:
        table = _categories(d.granted)
        yield LetterPart("categories", "Beviljat per kostnadsslag", table=table, is_within=True, marked=d.example)
        if d.covers:
            yield LetterPart("covers", "Vad bidraget får användas till", (d.covers,), marked=d.example)
    yield LetterPart("received", "Ärendet", (_received(g),))
    yield LetterPart(HEARD, "Kommunicering", tuple(_heard(g)), is_within=True)
    yield LetterPart("reasons", "Skäl", (d.reasons,), marked=d.example)
    if d.legal_basis:
        yield LetterPart("rules", "Regler", (d.legal_basis,), is_within=True)
    if d.conditions:
        yield LetterPart("conditions", "Villkor", numbered=d.conditions, marked=d.example)
    if g.outcome in GIVES_MONEY:
        yield from _money(g, d)
    yield LetterPart("appeal", "Överklagande", (d.appeal.text,), marked=d.appeal.example)
    yield LetterPart(DECIDED, "Vem som har beslutat", facts=tuple(_decided(g)))
    if d.annex is not None:
        yield LetterPart(ANNEX, "Bilaga", (f"{d.annex.title}, version {d.annex.version}",))


def _operative(d: DecisionDocument) -> Iterator[str]:
    match d.outcome:
        case Outcome.GRANTED:
            yield f"{d.authority} beviljar {d.party.name} {in_words(d.granted_total)} i statsbidrag."
        case Outcome.PARTLY:
            granted = f"{d.authority} beviljar {d.party.name} {in_words(d.granted_total)} i statsbidrag"
            yield f"{granted} och avslår ansökan i övrigt."
        case Outcome.REFUSED:
            yield f"{d.authority} avslår ansökan från {d.party.name}."
        case Outcome.DISMISSED:
            yield f"{d.authority} avvisar ansökan från {d.party.name}. Ansökan prövas inte."
            if d.dismissal is not None:
                yield f"{d.dismissal.ground}."
                yield d.dismissal.why
        case Outcome.STRUCK:
            yield f"{d.authority} avskriver ärendet om ansökan från {d.party.name}. Ansökan prövas inte."


def _years(d: DecisionDocument) -> LetterTable:
    return LetterTable(
        "Sökt och beviljat per bidragsår, i kronor",
        ("Bidragsår", "Sökt, kr", "Beviljat, kr"),
        tuple((str(each.year), number(each.sought), number(each.granted)) for each in d.years),
        ("Summa", number(d.sought_total), number(d.granted_total)),
    )


def _categories(granted: AmountTable) -> LetterTable:
    several = len(granted.years) > 1

    def row(name: str, amounts: Sequence[Kronor], total: Kronor) -> tuple[str, ...]:
        return (name, *map(number, amounts), *([number(total)] if several else []))

    return LetterTable(
        "Beviljat per kostnadsslag, i kronor",
        ("Kostnadsslag", *(f"{year}, kr" for year in granted.years), *(["Summa, kr"] if several else [])),
        tuple(row(line.category, line.amounts, line.total) for line in granted.lines),
        row("Summa", granted.totals, granted.total),
    )


def _received(g: Grounds) -> str:
    if g.received_at is None:
        return "När ansökan kom in är inte antecknat."
    # Without a verb: what is read before the decision is what is frozen with it, on whichever side of the day.
    said = f"Ansökan kom in {day_time_text(g.received_at)}. Ansökningstid enligt utlysningen: till och med {day_text(g.last_day)}."
    if is_late(g.received_at, g.last_day):
        said += " Ansökan kom in för sent."
    if g.withdrawn_at is not None:
        said += f" Den återkallades {day_text(g.withdrawn_at)}."
    return said


def _heard(g: Grounds) -> Iterator[str]:
    for each in g.heard:
        if each.ground is not None:
            yield (
                "Parten har inte fått något underlag att lämna synpunkter på före beslutet. "
                f"Grund: {_unstopped(SKIP_TEXTS[each.ground])} (25 § förvaltningslagen)."
            )
        elif each.last_day is not None:
            sent = (
                f"Underlag skickades till parten {day_text(each.on)}, med tid att lämna synpunkter till och med "
                f"{day_text(each.last_day)}."
            )
            if each.replied_on is not None:
                yield f"{sent} Parten lämnade synpunkter {day_text(each.replied_on)}."
            else:
                yield f"{sent} {'Tiden har inte gått ut.' if each.is_open else 'Parten lämnade inga synpunkter.'}"
    if not g.heard:
        yield (
            f"Inget underlag har skickats till parten, eftersom {'utlysningen är återtagen' if g.withdrawn_at is None else 'ansökan är återkallad'}."
            if g.outcome is Outcome.STRUCK
            else "Parten har inte fått något underlag att lämna synpunkter på."
        )


def _money(g: Grounds, d: DecisionDocument) -> Iterator[LetterPart]:
    yield LetterPart(
        "payments",
        "Utbetalning",
        (f"Utbetalning förutsätter att regeringen ställer medel för ändamålet till förfogande för {d.authority}.",),
        LetterTable(
            "Utbetalning per bidragsår, i kronor",
            ("Bidragsår", "Betalas ut", "Belopp, kr"),
            tuple((str(each.year), each.when, number(each.amount)) for each in d.payments),
        ),
        marked=d.example,
    )
    yield LetterPart(
        "reports",
        "Återrapportering",
        table=LetterTable(
            "Sista dag att återrapportera",
            ("Bidragsår", "Sista dag att återrapportera"),
            tuple((str(each.year), day_text(each.last_day)) for each in d.reports),
        ),
        marked=d.example,
    )
    ground = _unstopped(g.recovery_basis)
    yield LetterPart(
        "recovery",
        "Återbetalning",
        (
            "Bidrag som inte har använts, eller som har använts till annat än det som beslutet gäller, kan krävas "
            f"tillbaka. {f'Grund för återkrav: {ground}.' if ground else 'Grunden för återkrav är inte angiven.'}",
        ),
        marked=d.example,
    )


def _appeal(g: Grounds) -> AppealText:
    if g.appeal_variant is None:
        text = "Om beslutet får överklagas är inte angivet."
    else:
        text = appeal_text(
            g.appeal_variant,
            public_party=g.represents_the_public,
            authority=g.office.name,
            address=g.office.address,
            court=g.office.appeal_court,
        )
    if g.appeal_provision:
        text += f" Detta framgår av {_unstopped(g.appeal_provision)}."
    return AppealText(text, g.appeal_provision, g.appeal_is_example)


def _decided(g: Grounds) -> Iterator[LetterFact]:
    yield LetterFact("Beslutat av", (named(g.decided_by) if g.decided_by else "Den som fattar beslutet",))
    if g.decided_by:
        yield LetterFact("Beslutsdag", (day_time_text(g.at),))
    yield LetterFact("Föredragande", (named(g.rapporteur) if g.rapporteur.name else "–",))
    if g.presented_at is not None:
        yield LetterFact("Föredraget", (day_time_text(g.presented_at),))
    if g.took_part:
        yield LetterFact("Deltog utan att besluta", tuple(map(named, g.took_part)))
    yield LetterFact("Avvikande mening", tuple(g.dissent.splitlines()) or ("Ingen antecknad när beslutet fattades",))


def _annex(annex: ResultsAnnex, registration_number: str) -> ResultsAnnex:
    note = "Det som är märkt är påhittat, också meningarna."
    return replace(
        annex,
        introduction=f"Bilaga till beslut, dnr {registration_number}. Version {annex.version}.",
        example_note=note if annex.example else "",
    )


def listed(years: Sequence[int]) -> str:
    """«2021, 2022 och 2023»."""
    return and_then([str(year) for year in years])


def named(person: Person) -> str:
    """«Hanna Exempel, handläggare»."""
    return f"{person.name}, {person.title}" if person.title else person.name


def _unstopped(text: str) -> str:
    return text.strip().rstrip(".")
