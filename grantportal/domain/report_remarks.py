"""What is odd in a report: told to the region before the hand-in, and to the officer who reviews it. It stops nothing.

Each remark is one sentence, the part that it is about and the field. What is missing or wrong is no remark: the rules of
`reports` say that.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from grantportal.domain.money import Kronor, kr, number, percent
from grantportal.domain.remarks import FACTOR, FEW_WORDS, SAME_FROM
from grantportal.domain.reports import ECONOMY, Economy, Rating, ResultAnswer, as_handed_in, cell_name, texts_of

FAR_OVER_PERCENT = 10
"""So much more used than paid, in percent of what is paid, is far over."""
NAMES = {"text": "texten", "measure": "åtgärden", "proviso_text": "förbehållet"}


@dataclass(frozen=True)
class ReportRemark:
    """Something to look over in a part of the report."""

    part: str
    field: str
    message: str


def remarks(
    results: Mapping[str, ResultAnswer], economy: Economy, *, opened: Collection[str]
) -> tuple[ReportRemark, ...]:
    """What to look over in the opened parts; `results` is what is said of each, by code."""
    said = {code: as_handed_in(answer) for code, answer in results.items()}
    found = [*_about_ratings(said, economy), *_about_texts(said), *_about_economy(said, economy)]
    return tuple(each for each in found if each.part in opened)


def _about_ratings(said: Mapping[str, ResultAnswer], economy: Economy) -> Iterator[ReportRemark]:
    """Money is paid for what is expected: more than half of it «Inte aktuellt i år» is asked about."""
    idle = [code for code, answer in said.items() if answer.rating is Rating.NOT_APPLICABLE]
    if economy.paid and len(idle) * 2 > len(said):
        yield ReportRemark(
            idle[0],
            "rating-0",
            f"{number(len(idle))} av {number(len(said))} förväntade resultat är «Inte aktuellt i år», men "
            f"{kr(economy.paid)} är utbetalt för året.",
        )


def _about_texts(said: Mapping[str, ResultAnswer]) -> Iterator[ReportRemark]:
    first: dict[str, str] = {}
    for code, answer in said.items():
        words = len(answer.text.split())
        if answer.text and words < FEW_WORDS and answer.rating is not Rating.NOT_APPLICABLE:
            yield ReportRemark(code, "text", f"{code}: Texten är bara {number(words)} ord.")
        for name, text in texts_of(answer).items():
            if len(text) < SAME_FROM:
                continue
            if text in first:
                yield ReportRemark(code, name, f"{code}: {NAMES[name].capitalize()} är den samma som i {first[text]}.")
            first.setdefault(text, code)


def _about_economy(said: Mapping[str, ResultAnswer], economy: Economy) -> Iterator[ReportRemark]:
    for row in economy.rows:
        used = row.used or 0
        if row.budget and used >= FACTOR * row.budget:
            yield _economy(
                row.category_id,
                f"{row.category}: Kostnaden är {number(used // row.budget)} gånger budgeten, {kr(used)} mot "
                f"{kr(row.budget)}. Stämmer beloppet?",
            )
    if not economy.rows or not economy.is_counted:
        return
    first = economy.rows[0].category_id
    if economy.beyond * 100 > FAR_OVER_PERCENT * economy.paid:
        share = percent(economy.used, economy.paid) if economy.paid else ""
        much = f", {share} av det som är utbetalt" if share else ""
        yield _economy(
            first,
            f"Kostnaderna minus egen finansiering är {kr(economy.used)}{much}. "
            f"{kr(economy.beyond)} blir regionens egen finansiering.",
        )
    if economy.paid and not economy.cost:
        yield _economy(
            first, f"Inga kostnader är redovisade, men {kr(economy.paid)} är utbetalt. Allt ska betalas tillbaka."
        )
    # What is not answered yet is not unmet.
    rated = [answer.rating for answer in said.values()]
    if economy.charged and rated and all(rating is not None and rating not in _REACHED for rating in rated):
        yield _economy(
            first,
            f"Bidraget belastas med {kr(economy.charged)}, men inget förväntat resultat är uppnått eller delvis uppnått.",
        )
    if economy.paid < economy.budget:
        yield _economy(first, _not_all_paid(economy.budget, economy.paid))


_REACHED = {Rating.MET, Rating.PARTLY}


def _not_all_paid(budget: Kronor, paid: Kronor) -> str:
    told = f"bara {kr(paid)} är utbetalt" if paid else "inget är utbetalt än"
    return f"{kr(budget)} är beviljat för året, men {told}. Det är det utbetalda som räknas."


def _economy(category_id: int, message: str) -> ReportRemark:
    return ReportRemark(ECONOMY, cell_name(category_id, "cost"), message)
