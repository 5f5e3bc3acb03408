"""The words of the decisions that were frozen before a decision's words were frozen with it. They are history: never change them."""

from dataclasses import replace

from grantportal.domain.clock import day_text, day_time_text
from grantportal.domain.decisions import Outcome
from grantportal.domain.documents import (
    AmountTable,
    DecisionDocument,
    LetterFact,
    LetterPart,
    LetterTable,
    Person,
    ResultsAnnex,
)
from grantportal.domain.money import NBSP, Kronor, number


def with_its_words(document: DecisionDocument) -> DecisionDocument:
    """The decision with the parts that its templates printed from its facts when it was made."""
    annex = document.annex and _annex(document.annex, document.registration_number)
    return replace(document, parts=_parts(document), annex=annex)


def _parts(d: DecisionDocument) -> tuple[LetterPart, ...]:
    gives = d.outcome in {Outcome.GRANTED, Outcome.PARTLY}
    parts = [LetterPart("decision", "Beslut", (_operative(d),), _years(d))]
    if gives and d.granted is not None:
        parts.append(
            LetterPart(
                "categories",
                "Beviljat per kostnadsslag",
                table=_categories(d.granted),
                is_within=True,
                marked=d.example,
            )
        )
    if gives and d.covers:
        parts.append(LetterPart("covers", "Vad bidraget får användas till", (d.covers,), marked=d.example))
    parts.append(LetterPart("reasons", "Skäl", (d.reasons,), marked=d.example))
    if d.legal_basis:
        parts.append(LetterPart("rules", "Regler", (d.legal_basis,), is_within=True))
    if d.conditions:
        parts.append(LetterPart("conditions", "Villkor", numbered=d.conditions, marked=d.example))
    if gives:
        parts += [
            LetterPart(
                "payments",
                "Utbetalning",
                (
                    "Utbetalning förutsätter att regeringen ställer medel för ändamålet till förfogande för "
                    f"{d.authority}.",
                ),
                LetterTable(
                    "Utbetalning per bidragsår, i kronor",
                    ("Bidragsår", "Betalas ut", "Belopp, kr"),
                    tuple((str(each.year), each.when, number(each.amount)) for each in d.payments),
                )
                if d.payments
                else None,
                marked=d.example,
            ),
            LetterPart(
                "reports",
                "Återrapportering",
                table=LetterTable(
                    "Sista dag att återrapportera",
                    ("Bidragsår", "Sista dag att återrapportera"),
                    tuple((str(each.year), day_text(each.last_day)) for each in d.reports),
                )
                if d.reports
                else None,
                marked=d.example,
            ),
            LetterPart(
                "recovery",
                "Återbetalning",
                (
                    "Bidrag som inte har använts, eller som har använts till annat än det som beslutet gäller, "
                    "kan krävas tillbaka.",
                ),
                marked=d.example,
            ),
        ]
    provision = f" Detta framgår av {d.appeal.provision}." if d.appeal.provision else ""
    parts.append(
        LetterPart(
            "appeal", "Överklagande", (f"{d.appeal.text or 'Inte angivet än.'}{provision}",), marked=d.appeal.example
        )
    )
    parts.append(LetterPart("decided", "Vem som har beslutat", facts=_decided(d)))
    if d.annex is not None:
        parts.append(LetterPart("annex", "Bilaga", (f"{d.annex.title}, version {d.annex.version}",)))
    return tuple(parts)


def _sum(amount: Kronor) -> str:
    return f"{number(amount)}{NBSP}kronor"


def _operative(d: DecisionDocument) -> str:
    if d.outcome is Outcome.GRANTED:
        return f"{d.authority} beviljar {d.party.name} {_sum(d.granted_total)} i statsbidrag."
    if d.outcome is Outcome.PARTLY:
        return (
            f"{d.authority} beviljar {d.party.name} {_sum(d.granted_total)} i statsbidrag och avslår ansökan i övrigt."
        )
    if d.outcome is Outcome.REFUSED:
        return f"{d.authority} avslår ansökan från {d.party.name}."
    return f"{d.authority} avskriver ärendet om ansökan från {d.party.name}. Ansökan prövas inte."


def _years(d: DecisionDocument) -> LetterTable:
    return LetterTable(
        "Sökt och beviljat per bidragsår, i kronor",
        ("Bidragsår", "Sökt, kr", "Beviljat, kr"),
        tuple((str(each.year), number(each.sought), number(each.granted)) for each in d.years),
        ("Summa", number(d.sought_total), number(d.granted_total)),
    )


def _categories(granted: AmountTable) -> LetterTable:
    several = len(granted.years) > 1
    return LetterTable(
        "Beviljat per kostnadsslag, i kronor",
        ("Kostnadsslag", *(f"{year}, kr" for year in granted.years), *(["Summa, kr"] if several else [])),
        tuple(
            (line.category, *map(number, line.amounts), *([number(line.total)] if several else []))
            for line in granted.lines
        ),
        ("Summa", *map(number, granted.totals), *([number(granted.total)] if several else [])),
    )


def _decided(d: DecisionDocument) -> tuple[LetterFact, ...]:
    facts = [
        LetterFact("Beslutat av", (_named(d.decided_by),)),
        LetterFact("Beslutsdag", (day_time_text(d.at),)),
        LetterFact("Föredragande", (_named(d.rapporteur),)),
    ]
    if d.presented_at is not None:
        facts.append(LetterFact("Föredraget", (day_time_text(d.presented_at),)))
    if d.took_part:
        facts.append(LetterFact("Deltog utan att besluta", tuple(map(_named, d.took_part))))
    facts.append(LetterFact("Skiljaktig mening", tuple(d.dissent.splitlines()) or ("Ingen",)))
    return tuple(facts)


def _named(person: Person) -> str:
    return f"{person.name}, {person.title}" if person.title else person.name


def _annex(annex: ResultsAnnex, registration_number: str) -> ResultsAnnex:
    return replace(
        annex,
        introduction=f"Bilaga till beslut, dnr {registration_number}. Version {annex.version}.",
        example_note="Rubriker utan märke är bilagans egna. Meningarna är påhittade exempel, "
        "och även de rubriker som är märkta."
        if annex.example
        else "",
    )
