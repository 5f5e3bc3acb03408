"""What differs between two frozen versions of an application or of a report: answer by answer, amount by amount, and in the sums."""

from collections.abc import Iterator
from dataclasses import dataclass

from grantportal.domain import hand_ins
from grantportal.domain.clock import day_time_text
from grantportal.domain.documents import EconomyLine, ReportDocument, ReportedResult, StaffRow
from grantportal.domain.forms import QuestionType
from grantportal.domain.hand_ins import Content
from grantportal.domain.money import Kronor, number

_APART = QuestionType.BUDGET.value
"""The budget is compared amount by amount."""


@dataclass(frozen=True)
class AnswerDifference:
    """One answer before and after; None where the question was not asked."""

    question: str
    before: tuple[str, ...] | None
    after: tuple[str, ...] | None

    @property
    def changed(self) -> bool:
        """Whether the answer is another."""
        return self.before != self.after


@dataclass(frozen=True)
class AmountDifference:
    """An amount or a share before and after; None where there was no such row."""

    name: str
    before: Kronor | None
    after: Kronor | None

    @property
    def changed(self) -> bool:
        """Whether it is another, or was not there."""
        return self.before != self.after

    @property
    def difference(self) -> str:
        """«+12 000»: with its sign, and 0 for none."""
        change = (self.after or 0) - (self.before or 0)
        return f"+{number(change)}" if change > 0 else number(change)


@dataclass(frozen=True)
class SectionDifferences:
    """The answers of a section that both versions have in common, or that one of them has."""

    title: str
    answers: tuple[AnswerDifference, ...]
    budget_changed: bool
    """Whether it asks for the budget, and amounts or professions in it are others now."""

    @property
    def changed(self) -> tuple[AnswerDifference, ...]:
        """The answers that are others now."""
        return tuple(each for each in self.answers if each.changed)

    @property
    def unchanged(self) -> tuple[AnswerDifference, ...]:
        """The answers that are the same."""
        return tuple(each for each in self.answers if not each.changed)

    @property
    def is_same(self) -> bool:
        """Whether nothing at all in it is another."""
        return not self.changed and not self.budget_changed


@dataclass(frozen=True)
class VersionDifferences:
    """Two versions beside each other."""

    sections: tuple[SectionDifferences, ...]
    professions: tuple[AnswerDifference, ...]
    """The staff rows whose profession is called another thing now."""
    staff: tuple[AmountDifference, ...]
    amounts: tuple[AmountDifference, ...]
    sums: tuple[AmountDifference, ...]
    """What is sought by year and in all, or what a report's year comes to; empty where neither has a budget."""

    @property
    def changed_answers(self) -> int:
        """How many answers are others now."""
        return sum(len(section.changed) for section in self.sections) + len(self.professions)

    @property
    def changed_amounts(self) -> int:
        """How many amounts and shares are others now."""
        return sum(each.changed for each in (*self.staff, *self.amounts))


def version_differences(before: Content, after: Content) -> VersionDifferences:
    """Every answer and amount of two versions of the same application, in the order of the later one's form."""
    rows = _staff_rows(before, after)
    professions = tuple(
        AnswerDifference(f"Yrke: {_profession(was, now)}", (was.profession,), (now.profession,))
        for was, now in rows
        if was and now and was.profession != now.profession
    )
    staff = tuple(each for was, now in rows for each in _staff_cells(before, after, was, now))
    amounts = _side_by_side(_cells(before), _cells(after))
    budget_changed = bool(professions) or any(each.changed for each in (*staff, *amounts))
    return VersionDifferences(
        tuple(_sections(before, after, budget_changed=budget_changed)),
        professions,
        staff,
        amounts,
        _side_by_side(_totals(before), _totals(after)),
    )


def _sections(before: Content, after: Content, *, budget_changed: bool) -> Iterator[SectionDifferences]:
    was = {section["key"]: section for section in before["sections"]}
    now = {section["key"]: section for section in after["sections"]}
    for key in (*now, *(key for key in was if key not in now)):
        left, right = _answers(was.get(key)), _answers(now.get(key))
        asked = (*right, *(question for question in left if question not in right))
        answers = tuple(
            AnswerDifference(
                (right.get(question) or left[question])["question"],
                tuple(left[question]["texts"]) if question in left else None,
                tuple(right[question]["texts"]) if question in right else None,
            )
            for question in asked
        )
        if answers:
            section = now.get(key) or was[key]
            asks_budget = any(answer["type"] == _APART for answer in section["answers"])
            yield SectionDifferences(section["title"], answers, budget_changed and asks_budget)


def _answers(section: Content | None) -> dict[int, Content]:
    """By the question's number, which never changes within a form."""
    return {answer["number"]: answer for answer in section["answers"] if answer["type"] != _APART} if section else {}


def _cells(content: Content) -> dict[str, Kronor]:
    table = hand_ins.budget_table(content)
    if table is None:
        return {}
    return {
        f"{line.category}, {year}": amount
        for line in table.lines
        for year, amount in zip(table.years, line.amounts, strict=True)
    }


def _totals(content: Content) -> dict[str, Kronor]:
    table = hand_ins.budget_table(content)
    if table is None:
        return {}
    years = {f"Sökt för {year}": total for year, total in zip(table.years, table.totals, strict=True)}
    return {**years, "Sökt i allt": table.total} if len(years) > 1 else years


def _staff_rows(before: Content, after: Content) -> list[tuple[StaffRow | None, StaffRow | None]]:
    """Rows are the same by their profession; those that are left over on both sides are the same by their place."""
    was, now = list(hand_ins.staff_rows(before)), list(hand_ins.staff_rows(after))
    pairs: list[tuple[StaffRow | None, StaffRow | None]] = []
    left: dict[int, StaffRow] = dict(enumerate(was))
    new: dict[int, StaffRow] = {}
    for place, row in enumerate(now):
        found = next((at for at, old in left.items() if old.profession == row.profession), None)
        if found is None:
            new[place] = row
        pairs.append((left.pop(found) if found is not None else None, row))
    renamed = {place: left.pop(place) for place in new if place in left}
    pairs = [(renamed.get(place, old) if old is None else old, row) for place, (old, row) in enumerate(pairs)]
    return [*pairs, *((old, None) for old in left.values())]


def _staff_cells(
    before: Content, after: Content, was: StaffRow | None, now: StaffRow | None
) -> Iterator[AmountDifference]:
    name = _profession(was, now)
    old, new = _by_year(before, was), _by_year(after, now)
    for year in dict.fromkeys((*new, *old)):
        for place, unit in enumerate(("procent av heltid", "kr")):
            yield AmountDifference(
                f"{name}, {year}, {unit}",
                old[year][place] if year in old else None,
                new[year][place] if year in new else None,
            )


def _profession(was: StaffRow | None, now: StaffRow | None) -> str:
    names = dict.fromkeys(row.profession for row in (was, now) if row is not None)
    return " → ".join(names)


def _by_year(content: Content, row: StaffRow | None) -> dict[int, tuple[int, Kronor]]:
    if row is None:
        return {}
    years = content["budget"]["years"]
    return dict(zip(years, zip(row.percents, row.costs, strict=True), strict=True))


def _side_by_side(was: dict[str, Kronor], now: dict[str, Kronor]) -> tuple[AmountDifference, ...]:
    return tuple(AmountDifference(name, was.get(name), now.get(name)) for name in {**now, **was})


# --- Återrapportering ----------------------------------------------------------------------------------------------

RESULT_PARTS = {
    "rating": "Regionens bedömning",
    "text": "Regionens text",
    "proviso_text": "Förbehållet",
    "causes": "Orsaker",
    "measure": "Åtgärd",
}
"""What a region says of an expected result, by the name of its field in the document."""
COST_PARTS = {
    "budget": "budget",
    "paid": "utbetalt",
    "cost": "total kostnad",
    "own_financing": "egen finansiering",
    "charged": "belastar bidraget",
    "deviation": "avvikelse",
}
"""The amounts of a kostnadsslag, in the same way."""


def report_differences(before: ReportDocument, after: ReportDocument) -> VersionDifferences:
    """Every answer and amount of two versions of the same report, in the order of the later one."""
    amounts = _side_by_side(_costs(before), _costs(after))
    sections = [*_results(before, after), _economy(before, after, changed=any(each.changed for each in amounts))]
    return VersionDifferences(tuple(sections), (), (), amounts, _side_by_side(_year(before), _year(after)))


def _results(before: ReportDocument, after: ReportDocument) -> Iterator[SectionDifferences]:
    was, now = ({result.code: result for result in version.results} for version in (before, after))
    for code in (*now, *(code for code in was if code not in now)):
        old, new = was.get(code), now.get(code)
        answers = tuple(
            AnswerDifference(question, _said(old, part), _said(new, part)) for part, question in RESULT_PARTS.items()
        )
        shown = [each for each in answers if each.before or each.after]
        yield SectionDifferences(f"{code} {(new or was[code]).title}", tuple(shown), False)


def _said(result: ReportedResult | None, part: str) -> tuple[str, ...] | None:
    if result is None:
        return None
    said = getattr(result, part)
    return said if isinstance(said, tuple) else (said,) if said else ()


def _economy(before: ReportDocument, after: ReportDocument, *, changed: bool) -> SectionDifferences:
    was, now = ({line.category: line for line in version.economy.lines} for version in (before, after))
    attested = AnswerDifference("Ekonomin intygad av", _attested(before), _attested(after))
    comments = (
        AnswerDifference(f"{category}, kommentar", _comment(was.get(category)), _comment(now.get(category)))
        for category in {**now, **was}
    )
    answers = tuple(each for each in (attested, *comments) if each.before or each.after)
    return SectionDifferences("Ekonomi", answers, changed)


def _attested(version: ReportDocument) -> tuple[str, ...]:
    if version.economy_attested_by is None:
        return ()
    at = f", {day_time_text(version.economy_attested_at)}" if version.economy_attested_at else ""
    return (f"{version.economy_attested_by.name}{at}",)


def _comment(line: EconomyLine | None) -> tuple[str, ...] | None:
    return None if line is None else (line.comment,) if line.comment else ()


def _costs(version: ReportDocument) -> dict[str, Kronor]:
    return {
        f"{line.category}, {name}": getattr(line, part)
        for line in version.economy.lines
        for part, name in COST_PARTS.items()
    }


def _year(version: ReportDocument) -> dict[str, Kronor]:
    return {
        "Belastar bidraget": version.economy.total.charged,
        "Inte använt": version.economy.unspent,
        "Att betala tillbaka": version.economy.repayable,
    }
