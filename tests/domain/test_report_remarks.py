"""What to look over in a report before it is handed in, each from both sides."""

from dataclasses import replace

from grantportal.domain.report_remarks import remarks
from grantportal.domain.reports import ECONOMY, CostAnswer, Economy, EconomyRow, Rating, ResultAnswer

CODES = ("A1", "A2", "A3", "B1", "B2", "B3", "B4", "C1")
WORDS = "Teamet har arbetat med sammanhållen vård hela året och följt upp i maj och november."


def results(**changed: ResultAnswer) -> dict[str, ResultAnswer]:
    """Every result met, with a text of its own, but for those that are named."""
    return {code: changed.get(code, ResultAnswer(Rating.MET, f"{code} {WORDS}")) for code in CODES}


def economy(*rows: tuple[int, int, int, int]) -> Economy:
    """Rows of budget, paid, cost and own financing."""
    return Economy(
        tuple(
            EconomyRow(place, f"Slag {place}", budget, paid, CostAnswer(cost, own))
            for place, (budget, paid, cost, own) in enumerate(rows, 1)
        )
    )


AS_PLANNED = economy((100_000, 100_000, 100_000, 0))


def told(said=None, of=AS_PLANNED, opened=(*CODES, ECONOMY)) -> list[str]:
    return [each.message.replace("\u00a0", " ") for each in remarks(said or results(), of, opened=opened)]


def test_a_report_as_planned_has_nothing_to_look_over():
    assert told() == []


def test_a_row_ten_times_its_budget_is_asked_about():
    assert told(of=economy((100, 100, 999, 899), (900, 900, 900, 0))) == []
    assert told(of=economy((100, 100, 999, 0), (2_000, 2_000, 900, 0))) == []
    assert told(of=economy((100, 100, 1_000, 0), (2_000, 2_000, 900, 0))) == [
        "Slag 1: Kostnaden är 10 gånger budgeten, 1 000 kr mot 100 kr. Stämmer beloppet?"
    ]


def test_far_over_what_is_paid_is_told():
    assert told(of=economy((1_000, 1_000, 1_100, 0))) == []
    assert told(of=economy((1_000, 1_000, 1_101, 0))) == [
        "Kostnaderna minus egen finansiering är 1 101 kr, 110,1 % av det som är utbetalt. 101 kr blir regionens egen finansiering."
    ]


def test_most_results_idle_beside_paid_money_is_told_once():
    idle = ResultAnswer(Rating.NOT_APPLICABLE, "Inte planerat.")
    assert told(results(**dict.fromkeys(CODES[:4], idle))) == []
    assert told(results(**dict.fromkeys(CODES[:5], idle))) == [
        "5 av 8 förväntade resultat är «Inte aktuellt i år», men 100 000 kr är utbetalt för året."
    ]
    assert "8 av 8 förväntade resultat" in told(dict.fromkeys(CODES, idle))[0]
    assert not any("Inte aktuellt" in each for each in told(dict.fromkeys(CODES, idle), economy((0, 0, 0, 0))))


def test_the_same_text_in_many_rows_is_told_at_each_later_one():
    same = ResultAnswer(Rating.MET, WORDS)
    assert told(results(A1=same, A3=same, C1=same)) == [
        "A3: Texten är den samma som i A1.",
        "C1: Texten är den samma som i A1.",
    ]
    measure = ResultAnswer(Rating.PARTLY, WORDS, causes=("Orsak",), measure="Vi fortsätter arbetet nästa år.")
    assert told(results(A1=measure, A2=replace(measure, text=f"A2 {WORDS}"))) == ["A2: Åtgärden är den samma som i A1."]
    # What the rating no longer asks for is not handed in, and is not compared.
    assert told(results(A1=measure, A2=replace(measure, rating=Rating.MET, text=f"A2 {WORDS}"))) == []


def test_a_text_of_few_words_is_told_where_something_was_done():
    assert told(results(A1=ResultAnswer(Rating.MET, "Klart enligt plan."))) == ["A1: Texten är bara 3 ord."]
    assert told(results(A1=ResultAnswer(Rating.NOT_APPLICABLE, "Klart enligt plan."))) == []


def test_no_cost_at_all_beside_paid_money_is_told():
    assert told(of=economy((500, 500, 0, 0))) == [
        "Inga kostnader är redovisade, men 500 kr är utbetalt. Allt ska betalas tillbaka."
    ]
    assert told(of=economy((0, 0, 0, 0))) == []


def test_money_used_without_any_result_is_told():
    none = ResultAnswer(Rating.NOT_MET, WORDS, causes=("Orsak",), measure="Börjar.")
    said = {code: replace(none, text=f"{code} {WORDS}") for code in CODES}
    assert told(said) == [
        "Bidraget belastas med 100 000 kr, men inget förväntat resultat är uppnått eller delvis uppnått."
    ]
    assert told(said | {"A1": replace(said["A1"], rating=Rating.PARTLY)}) == []
    assert told(said | {"A1": ResultAnswer()}) == []


def test_what_is_granted_and_not_paid_is_told():
    assert told(of=economy((1_000, 900, 900, 0))) == [
        "1 000 kr är beviljat för året, men bara 900 kr är utbetalt. Det är det utbetalda som räknas."
    ]
    assert told(of=economy((1_000, 0, 0, 0))) == [
        "1 000 kr är beviljat för året, men inget är utbetalt än. Det är det utbetalda som räknas."
    ]


def test_an_economy_that_is_not_counted_is_not_judged_as_a_whole():
    half = Economy(
        (
            EconomyRow(1, "Slag 1", 100, 100, CostAnswer(5_000, 0)),
            EconomyRow(2, "Slag 2", 100, 100, CostAnswer(None, None)),
        )
    )
    assert told(of=half) == ["Slag 1: Kostnaden är 50 gånger budgeten, 5 000 kr mot 100 kr. Stämmer beloppet?"]


def test_only_what_can_be_written_in_is_remarked_on():
    same = ResultAnswer(Rating.MET, WORDS)
    said, of = results(A1=same, A3=same), economy((100, 100, 5_000, 0))
    assert told(said, of, opened=("A3",)) == ["A3: Texten är den samma som i A1."]
    assert all("Texten" not in each for each in told(said, of, opened=(ECONOMY,)))
