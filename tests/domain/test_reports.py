"""The rules of återrapportering, from both sides, and the demonstration's figures."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantportal.domain import clock
from grantportal.domain.applications import TASK_LABELS, Audience, TaskState
from grantportal.domain.errors import RuleViolation, RuleViolations
from grantportal.domain.reports import (
    ECONOMY,
    Charge,
    CostAnswer,
    Economy,
    EconomyRow,
    Rating,
    ReportFacts,
    ReportStatus,
    ResultAnswer,
    TextLimits,
    economy_label,
    ensure_beyond_is_own,
    ensure_complete,
    ensure_open,
    ensure_same_economy,
    gaps_in_economy,
    gaps_in_result,
    is_changed,
    is_late,
    is_open,
    label,
    merged,
    part_label,
    share_out,
    stamp,
)

CATEGORIES = ("Personal", "Köpta tjänster", "Utbildning", "Resor", "Material", "Indirekta kostnader")
BUDGET = {
    ("Region Skåne", 2021): (2438250, 90000, 150000, 72000, 42000, 121558),
    ("Region Skåne", 2022): (2807000 + 720000, 85000 + 60000, 165000 + 140000, 118000 + 40000, 48000 + 95000, 185938),
    ("Västra Götalandsregionen", 2021): (3630500, 240000, 330000, 286000, 96000, 414373),
    ("Västra Götalandsregionen", 2022): (4615500, 350000, 450000, 416000, 136000, 509373),
    ("Region Östergötland", 2021): (2759000, 48000, 160000, 44000, 62000, 106104),
    ("Region Östergötland", 2022): (3461000, 66000, 165000, 66000, 78000, 145968),
}
REPORTED = {
    ("Region Skåne", 2021): ((1018460, 61250, 38400, 14782, 9640, 50923), 0, 2913808),
    ("Västra Götalandsregionen", 2021): ((2204180, 131500, 146200, 63415, 58970, 251570), 0, 4996873),
    ("Region Östergötland", 2021): ((1872340, 22000, 148600, 11236, 67450, 72013), 0, 3179104),
    ("Region Skåne", 2022): ((2386720, 118400, 231650, 41905, 128330, 119336), 0, 4463938),
    ("Västra Götalandsregionen", 2022): ((4458210, 322600, 411900, 437845, 121480, 508236), 0, 6476873),
    ("Region Östergötland", 2022): ((3547320, 58900, 157400, 71206, 76110, 136572), 65540, 3981968),
}
UNSPENT = {
    ("Region Skåne", 2021): 1720353,
    ("Västra Götalandsregionen", 2021): 2141038,
    ("Region Östergötland", 2021): 985465,
    ("Region Skåne", 2022): 1437597,
    ("Västra Götalandsregionen", 2022): 216602,
    ("Region Östergötland", 2022): 0,
}


def economy(region, year) -> Economy:
    costs, own, paid = REPORTED[region, year]
    budget = BUDGET[region, year]
    return Economy(
        tuple(
            EconomyRow(place, name, planned, share, CostAnswer(cost, own if place == 0 else 0))
            for place, (name, planned, share, cost) in enumerate(
                zip(CATEGORIES, budget, share_out(paid, budget), costs, strict=True)
            )
        )
    )


def one(*, budget=100_000, paid=100_000, cost=100_000, own=0, comment="", explained=None) -> Economy:
    if explained is None and comment:
        explained = cost - own - budget
    return Economy((EconomyRow(1, "Personal", budget, paid, CostAnswer(cost, own, comment), explained=explained),))


def messages(gaps) -> list[str]:
    return [gap.message for gap in gaps]


# --- Economy -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("region", "year"), REPORTED)
def test_what_each_region_has_left_is_paid_less_spent(region, year):
    assert economy(region, year).unspent == UNSPENT[region, year]


@pytest.mark.parametrize(("year", "spent", "unspent"), [(2021, 6242929, 4846856), (2022, 13268580, 1654199)])
def test_the_pilots_years_come_to_what_was_published_as_example(year, spent, unspent):
    all_of = [economy(region, each) for region, each in REPORTED if each == year]

    assert sum(each.charged for each in all_of) == spent
    assert sum(each.unspent for each in all_of) == unspent


def test_the_limit_marks_exactly_the_rows_over_both_its_parts():
    marked = {key: [row.category for row in economy(*key).rows if economy(*key).needs_comment(row)] for key in REPORTED}

    assert marked == {
        ("Region Skåne", 2021): [*CATEGORIES],
        ("Västra Götalandsregionen", 2021): [*CATEGORIES],
        ("Region Östergötland", 2021): ["Personal", "Köpta tjänster", "Resor", "Indirekta kostnader"],
        ("Region Skåne", 2022): ["Personal", "Köpta tjänster", "Utbildning", "Resor", "Indirekta kostnader"],
        ("Västra Götalandsregionen", 2022): [],
        ("Region Östergötland", 2022): [],
    }


def test_a_deviation_at_the_limit_needs_no_comment_and_one_krona_more_does():
    assert not one(budget=250_000, cost=225_000).needs_comment(one(budget=250_000, cost=225_000).rows[0])
    over = one(budget=249_999, cost=224_998)
    assert over.needs_comment(over.rows[0])


@pytest.mark.parametrize(
    ("budget", "cost", "needed"),
    [
        (1_000_000, 1_100_000, False),  # ten per cent and no more
        (1_000_000, 1_100_001, True),
        (100_000, 125_000, False),  # 25 000 and no more
        (100_000, 125_001, True),
        (1_000_000, 1_025_001, False),  # over the kronor, under the share
        (0, 25_001, True),  # what was not budgeted at all
    ],
)
def test_both_parts_of_the_limit_must_be_passed(budget, cost, needed):
    of = one(budget=budget, cost=cost)
    assert of.needs_comment(of.rows[0]) is needed


def test_own_financing_is_taken_off_what_the_grant_is_charged():
    of = one(cost=100_000, own=40_000)
    assert (of.charged, of.deviation) == (60_000, -40_000)


def test_more_spent_than_paid_leaves_nothing_to_repay():
    assert one(paid=100_000, cost=150_000).unspent == 0


def test_what_is_repaid_is_reckoned_on_the_whole_and_not_row_by_row():
    rows = (
        EconomyRow(1, "Personal", 100, 100, CostAnswer(150, 0)),
        EconomyRow(2, "Resor", 100, 100, CostAnswer(40, 0)),
    )
    assert Economy(rows).unspent == 10


def skane_2022(travel: int, *, own: int = 0) -> Economy:
    """The pilot's second year where travelling cost something else than it did."""
    costs, _, paid = REPORTED["Region Skåne", 2022]
    budget = BUDGET["Region Skåne", 2022]
    figures = zip(
        CATEGORIES, budget, share_out(paid, budget), (*costs[:3], travel, *costs[4:]), (0, 0, 0, own, 0, 0), strict=True
    )
    return Economy(
        tuple(
            EconomyRow(place, name, planned, share, CostAnswer(cost, mine))
            for place, (name, planned, share, cost, mine) in enumerate(figures)
        )
    )


def test_what_goes_over_all_that_is_paid_is_own_financing_and_never_charged():
    of = skane_2022(9_000_000)

    assert (of.used, of.charged, of.beyond, of.unspent) == (11_984_436, 4_463_938, 7_520_498, 0)
    travel = of.rows[3]
    # The others cost less than was paid: all that goes over is taken where the cost went over.
    assert [row.beyond for row in of.rows] == [0, 0, 0, 7_520_498, 0, 0]
    assert (travel.used, travel.charged, travel.deviation) == (9_000_000, 1_479_502, 8_842_000)


def test_the_same_once_the_region_has_written_it_as_own_financing():
    of = skane_2022(9_000_000, own=7_520_498)

    assert (of.charged, of.beyond, of.unspent) == (4_463_938, 0, 0)
    assert (of.rows[3].charged, of.rows[3].deviation) == (1_479_502, 1_321_502)


def test_the_last_krona_that_is_paid_is_charged_and_the_next_is_own_financing():
    assert (one(cost=100_000).charged, one(cost=100_000).beyond) == (100_000, 0)
    assert (one(cost=100_001).charged, one(cost=100_001).beyond) == (100_000, 1)
    assert (one(cost=100_001, own=1).charged, one(cost=100_001, own=1).beyond) == (100_000, 0)


def test_what_goes_over_is_shared_by_what_each_row_went_over():
    rows = (
        EconomyRow(1, "Personal", 100, 100, CostAnswer(150, 0)),
        EconomyRow(2, "Resor", 100, 100, CostAnswer(125, 0)),
        EconomyRow(3, "Material", 100, 100, CostAnswer(70, 0)),
    )
    of = Economy(rows)
    assert (of.paid, of.used, of.charged, of.beyond) == (300, 345, 300, 45)
    assert [row.beyond for row in of.rows] == [30, 15, 0]


@given(
    st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9)), min_size=1, max_size=12)
)
def test_charged_is_never_above_paid_and_nothing_disappears(figures):
    of = Economy(
        tuple(
            EconomyRow(place, str(place), paid, paid, CostAnswer(cost, min(own, cost)))
            for place, (paid, cost, own) in enumerate(figures)
        )
    )
    assert of.charged <= of.paid
    assert of.cost == of.own_financing + of.beyond + of.charged
    assert of.unspent == of.paid - of.charged
    assert of.beyond == 0 or of.unspent == 0
    assert all(0 <= row.beyond <= row.used for row in of.rows)


def test_what_goes_over_is_said_yes_to_before_it_is_attested():
    ensure_beyond_is_own(0, said=False)
    ensure_beyond_is_own(1, said=True)
    with pytest.raises(RuleViolation, match="7\u00a0520\u00a0498\u00a0kronor mer än det som är utbetalt") as refusal:
        ensure_beyond_is_own(7_520_498, said=False)
    assert refusal.value.field == "beyond_is_own"


@pytest.mark.parametrize(
    ("explained", "cost", "anew"),
    [
        (-50_000, 50_000, False),  # as it was
        (-50_000, 74_999, False),  # a little less, and still over the limit
        (-50_000, 150_000, True),  # another sign
        (60_000, 160_000, False),
        (35_000, 160_000, False),  # 25 000 more and no more
        (34_999, 160_000, True),  # 25 001 more: as much anew as must be commented by itself
        (25_000, 130_000, True),  # it was written for what needed no comment
        (60_000, 9_000_000, True),
        (-90_000, 60_000, True),  # much less than what it explained
        (-60_000, 150_000, True),
    ],
)
def test_a_comment_holds_for_the_deviation_that_it_was_written_for(explained, cost, anew):
    """Budget 100 000; the limit is 10 per cent and 25 000 kronor."""
    of = one(cost=cost, comment="Det blev så.", explained=explained)
    assert of.awaits_comment(of.rows[0]) is anew


def test_a_comment_from_before_the_figures_is_asked_about():
    of = Economy((EconomyRow(1, "Personal", 100_000, 100_000, CostAnswer(200_000, 0, "Det blev så."), explained=None),))
    (gap,) = gaps_in_economy(of)
    assert gap.message == (
        "Personal: Kommentera avvikelsen på nytt, eller säg att kommentaren stämmer. "
        "Den skrevs innan avvikelsen var +100\u00a0000\u00a0kr."
    )


def test_the_deviation_that_the_comment_was_written_for_is_told_beside_the_one_now():
    (gap,) = gaps_in_economy(one(cost=9_000_000, comment="Färre resor än planerat.", explained=-60_000))
    assert gap.field == "c1_comment"
    assert gap.message == (
        "Personal: Kommentera avvikelsen på nytt, eller säg att kommentaren stämmer. "
        "Den skrevs när avvikelsen var \u221260\u00a0000\u00a0kr, nu är den +8\u00a0900\u00a0000\u00a0kr."
    )


@pytest.mark.parametrize(
    ("explained", "cost", "stale"),
    [
        (8_842_000, 100_000, True),  # nothing deviates any more
        (25_001, 125_000, True),  # it was written over the limit, and the deviation is at it
        (25_000, 124_000, False),  # it was never needed, and is as good as it was
        (-20_000, 105_000, True),  # another sign
        (20_000, 100_000, False),
        (-20_000, 100_000, False),
        (None, 100_000, False),  # written before there were figures, of nothing that deviates
    ],
)
def test_a_comment_of_another_deviation_is_asked_about_where_none_is_needed(explained, cost, stale):
    """Budget 100 000; the limit is 10 per cent and 25 000 kronor."""
    answer = CostAnswer(cost, 0, "Vi reste mycket mer än planerat.")
    of = Economy((EconomyRow(1, "Resor", 100_000, 100_000, answer, explained=explained),))
    assert not of.needs_comment(of.rows[0])
    assert of.awaits_comment(of.rows[0]) is stale
    assert [gap.field for gap in gaps_in_economy(of)] == ["c1_comment"] * stale


def test_what_to_do_with_a_comment_that_is_no_longer_needed():
    answer = CostAnswer(158_000, 0, "Vi reste mycket mer än planerat.")
    row = EconomyRow(1, "Resor", 158_000, 158_000, answer, explained=8_842_000)
    (gap,) = gaps_in_economy(Economy((row,)))
    assert gap.message == (
        "Resor: Kommentaren skrevs när avvikelsen var +8\u00a0842\u00a0000\u00a0kr, nu är den 0\u00a0kr. "
        "Ta bort den, skriv om den eller säg att den stämmer."
    )
    for mended in (replace(row, explained=0), replace(row, answer=CostAnswer(158_000, 0), explained=None)):
        assert not gaps_in_economy(Economy((mended,)))


def test_what_one_row_has_left_and_another_uses_is_told():
    rows = (
        EconomyRow(1, "Personal", 100, 100, CostAnswer(60, 0)),
        EconomyRow(2, "Resor", 100, 100, CostAnswer(9_000, 0)),
    )
    assert Economy(rows).moved == (
        "Mer är använt än utbetalt för Resor. Av det täcks 40\u00a0kronor av det som är utbetalt men inte använt för "
        "Personal. Resten, 8\u00a0860\u00a0kronor, är regionens egen finansiering."
    )
    assert Economy((rows[0], replace(rows[1], answer=CostAnswer(None, 0)))).moved == "", "not all is counted"


def test_several_rows_are_told_of_together_and_nothing_where_nothing_is_moved():
    used = (60, 80, 110, 130)
    rows = tuple(
        EconomyRow(place, name, 100, 100, CostAnswer(cost, 0))
        for place, (name, cost) in enumerate(zip(("Personal", "Lokaler", "Resor", "Material"), used, strict=True))
    )
    assert Economy(rows).moved == (
        "Mer är använt än utbetalt för Resor och Material. Av det täcks 40\u00a0kronor av det som är utbetalt men inte "
        "använt för Personal och Lokaler."
    )
    assert Economy(rows[:2]).moved == ""
    assert Economy(rows[2:]).moved == "", "nothing is left to move: all that goes over is own financing"


def test_own_financing_may_be_the_whole_cost_and_never_more():
    assert not gaps_in_economy(one(cost=100_000, own=100_000, comment="Allt betalades av regionen."))
    (gap,) = gaps_in_economy(one(cost=100_000, own=100_001))
    assert gap.field == "c1_own_financing"
    assert one(cost=100_000, own=100_001).rows[0].charged is None


def test_zero_is_an_outcome_and_silence_is_not():
    assert not gaps_in_economy(one(budget=0, paid=0, cost=0, own=0))
    assert len(gaps_in_economy(one(budget=0, paid=0, cost=None, own=None))) == 2


def test_a_row_over_the_limit_waits_for_its_comment():
    (gap,) = gaps_in_economy(one(cost=200_000))
    assert gap.field == "c1_comment"
    assert not gaps_in_economy(one(cost=200_000, comment="Dyrare än planerat."))


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=12))
def test_shares_add_up_exactly_and_none_is_a_krona_off(total, weights):
    parts = share_out(total, weights)

    assert sum(parts) == total
    if sum(weights):
        assert all(
            abs(part * sum(weights) - total * weight) < sum(weights)
            for part, weight in zip(parts, weights, strict=True)
        )


def test_the_fingerprint_follows_every_figure_and_comment():
    base = one()
    changed = [one(budget=1), one(paid=1), one(cost=1), one(own=1), one(comment="x")]
    assert len({base.sha256, *(each.sha256 for each in changed)}) == 6
    ensure_same_economy(base.sha256, one().sha256)
    with pytest.raises(RuleViolation, match="har ändrats sedan du läste"):
        ensure_same_economy(base.sha256, changed[0].sha256)


# --- What is missing -----------------------------------------------------------------------------------------------

WHOLE = ResultAnswer(rating=Rating.PARTLY, text="Gjort.", causes=("Orsak",), measure="Fortsätter.")


def gaps(answer, *, has_proviso=False) -> list[str]:
    return [gap.field for gap in gaps_in_result("A1", answer, has_proviso=has_proviso, causes=("Orsak", "Annan"))]


def test_an_answer_needs_rating_and_text():
    assert gaps(ResultAnswer()) == ["rating", "text"]


@pytest.mark.parametrize("rating", [Rating.PARTLY, Rating.NOT_MET])
def test_what_is_not_wholly_reached_needs_a_cause_and_a_measure(rating):
    assert gaps(replace(WHOLE, rating=rating)) == []
    assert gaps(ResultAnswer(rating=rating, text="Gjort.")) == ["causes", "measure"]


@pytest.mark.parametrize("rating", [Rating.MET, Rating.NOT_APPLICABLE])
def test_what_is_reached_or_not_due_needs_neither(rating):
    assert gaps(ResultAnswer(rating=rating, text="Gjort.")) == []


def test_a_cause_that_the_form_does_not_have_is_no_cause():
    assert gaps(replace(WHOLE, causes=("Påhittad",))) == ["causes"]


def test_a_proviso_that_mattered_is_described_where_there_is_one():
    mattered = replace(WHOLE, proviso_mattered=True)
    assert gaps(mattered, has_proviso=True) == ["proviso_text"]
    assert gaps(mattered, has_proviso=False) == []
    assert gaps(replace(mattered, proviso_text="Teamet kom sent."), has_proviso=True) == []


def test_everything_that_is_missing_is_said_at_once():
    found = gaps_in_result("A1", ResultAnswer(), has_proviso=False, causes=())
    with pytest.raises(RuleViolations) as refusal:
        ensure_complete(found)
    assert [each.message for each in refusal.value.violations] == messages(found)
    assert [each.field for each in refusal.value.violations] == ["A1", "A1"]
    ensure_complete(())


# --- When it is open -----------------------------------------------------------------------------------------------

OPENS = date(2021, 12, 1)
LAST_MINUTE_BEFORE = datetime(2021, 11, 30, 22, 59, tzinfo=UTC)
FIRST_MINUTE = datetime(2021, 11, 30, 23, 0, tzinfo=UTC)


def open_at(now, part="A1", status=ReportStatus.DRAFT, opened=()) -> bool:
    return is_open(part, status=status, opens_on=OPENS, opened=opened, now=now)


def test_a_report_opens_at_midnight_in_stockholm():
    assert not open_at(LAST_MINUTE_BEFORE)
    assert open_at(FIRST_MINUTE)


def test_before_that_the_day_is_told():
    with pytest.raises(RuleViolation, match="öppnar 1\u00a0december\u00a02021"):
        ensure_open("A1", status=ReportStatus.DRAFT, opens_on=OPENS, opened=(), now=LAST_MINUTE_BEFORE)


def test_a_supplement_opens_only_its_own_parts():
    asked = ReportStatus.SUPPLEMENT_REQUESTED
    assert open_at(FIRST_MINUTE, "A1", asked, {"A1"})
    assert not open_at(FIRST_MINUTE, "A2", asked, {"A1"})
    assert open_at(FIRST_MINUTE, ECONOMY, asked, {ECONOMY})


@pytest.mark.parametrize("status", [ReportStatus.SUBMITTED, ReportStatus.APPROVED])
def test_what_is_handed_in_is_locked(status):
    assert not open_at(FIRST_MINUTE, status=status)
    with pytest.raises(RuleViolation, match="låst"):
        ensure_open("A1", status=status, opens_on=OPENS, opened=(), now=FIRST_MINUTE)


def test_the_last_day_counts_to_its_end():
    due = date(2022, 3, 1)
    assert not is_late(datetime(2022, 3, 1, 22, 59, 59, tzinfo=UTC), due)
    assert is_late(datetime(2022, 3, 1, 23, 0, tzinfo=UTC), due)


def test_a_page_that_sends_back_what_it_showed_is_told_from_one_that_does_not():
    assert not merged(stamp(WHOLE), vars(WHOLE), WHOLE).changed
    assert not merged(stamp(WHOLE), vars(WHOLE), replace(WHOLE, text="Den andras.")).changed
    assert merged(stamp(WHOLE), vars(replace(WHOLE, text="Annat.")), WHOLE).changed == {"text": "Annat."}


def test_two_who_write_different_parts_both_get_theirs_saved():
    mine = vars(replace(WHOLE, text="Min text."))
    theirs = replace(WHOLE, measure="Deras åtgärd.")

    done = merged(stamp(WHOLE), mine, theirs)

    assert (done.changed, done.clashing) == ({"text": "Min text."}, ())
    # The page has still not shown their part: sending the old one back changes nothing.
    again = merged(done.stamp, mine, replace(theirs, text="Min text."))
    assert (again.changed, again.clashing) == ({}, ())


def test_in_the_same_part_neither_overwrites_the_other_until_the_page_has_shown_both():
    mine, theirs = vars(replace(WHOLE, text="Min text.")), replace(WHOLE, text="Deras text.")

    done = merged(stamp(WHOLE), mine, theirs)

    assert (done.changed, done.clashing) == ({}, ("text",))
    assert merged(done.stamp, mine, theirs).clashing == ("text",)
    assert merged(done.settled, mine, theirs).changed == {"text": "Min text."}


def test_a_page_that_carries_no_stamps_overwrites_nothing():
    assert merged("", vars(replace(WHOLE, text="Min.")), WHOLE).clashing == ("text",)
    assert not merged("", {}, WHOLE).changed


# --- What the screen says ------------------------------------------------------------------------------------------

FACTS = ReportFacts(ReportStatus.DRAFT, OPENS, date(2022, 3, 1))
DURING = datetime(2022, 1, 10, tzinfo=UTC)
AFTER = datetime(2022, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("facts", "now", "party", "authority"),
    [
        (FACTS, LAST_MINUTE_BEFORE, "Öppnar 1 december 2021", "Öppnar 1 december 2021"),
        (FACTS, DURING, "Att fylla i", "Inte inskickad"),
        (replace(FACTS, economy_attested=True), DURING, "Ekonomin intygad", "Inte inskickad"),
        (FACTS, AFTER, "Försenad", "Försenad"),
        (replace(FACTS, status=ReportStatus.SUBMITTED, handed_in_at=DURING), DURING, "Inskickad", "Inskickad"),
        (replace(FACTS, status=ReportStatus.SUBMITTED, is_reviewed=True), DURING, "Granskas", "Granskas"),
        (
            replace(FACTS, status=ReportStatus.SUPPLEMENT_REQUESTED, supplement_last_day=date(2022, 3, 25)),
            AFTER,
            "Ni behöver komplettera",
            "Väntar på komplettering",
        ),
        (replace(FACTS, status=ReportStatus.APPROVED), AFTER, "Godkänd", "Godkänd"),
    ],
)
def test_each_state_in_the_readers_words(facts, now, party, authority):
    said = [label(facts, now, audience).text.replace(clock.NBSP, " ") for audience in Audience]
    assert said == [party, authority]


@pytest.mark.parametrize(
    ("draft", "changed"),
    [
        (ResultAnswer(Rating.PARTLY, "Påbörjat.", causes=("Annan orsak",), measure="Fortsätter."), False),
        (ResultAnswer(Rating.PARTLY, "Gjort.", causes=("Annan orsak",), measure="Fortsätter."), True),
        (ResultAnswer(Rating.PARTLY, "Påbörjat.", causes=("Annan orsak",), measure="Klart i maj."), True),
        # What is not asked any more is not handed in, and is no change.
        (
            ResultAnswer(
                Rating.PARTLY, "Påbörjat.", proviso_text="Lite.", causes=("Annan orsak",), measure="Fortsätter."
            ),
            False,
        ),
    ],
)
def test_an_opened_part_is_changed_when_it_says_something_else_than_what_was_handed_in(draft, changed):
    handed_in = ResultAnswer(Rating.PARTLY, "Påbörjat.", causes=("Annan orsak",), measure="Fortsätter.")
    assert is_changed(draft, handed_in) is changed
    assert is_changed(draft, None)


def test_what_was_written_before_a_limit_is_shortened_before_it_is_handed_in():
    limits = TextLimits(text=10, measure=5)
    answer = ResultAnswer(Rating.PARTLY, "x" * 11, causes=("Annan orsak",), measure="x" * 6)
    found = gaps_in_result("A1", answer, has_proviso=False, causes=["Annan orsak"], limits=limits)
    assert [(gap.field, gap.message) for gap in found] == [
        ("text", "A1: Skriv högst 10 tecken."),
        ("measure", "A1: Skriv högst 5 tecken."),
    ]
    met = replace(answer, rating=Rating.MET)
    found = gaps_in_result("A1", met, has_proviso=False, causes=(), limits=limits)
    assert [gap.field for gap in found] == ["text"], "what is not handed in may be long"


def test_a_part_to_change_says_so_in_the_same_words_as_an_application():
    said = part_label(opened=True, begun=True, gaps=False, handed_in=True, must_change=True)
    assert said == TASK_LABELS[TaskState.CHANGE]
    economy = economy_label(opened=True, begun=True, gaps=False, handed_in=True, attested=True, must_change=True)
    assert economy == said
    assert part_label(opened=False, begun=True, gaps=False, handed_in=True, must_change=False).text == "Låst"


def test_the_authority_hears_nothing_of_what_is_in_a_draft():
    attested = replace(FACTS, economy_attested=True)
    assert label(attested, DURING, Audience.AUTHORITY) == label(FACTS, DURING, Audience.AUTHORITY)


@pytest.mark.parametrize(
    ("used", "paid", "charged", "beyond", "unspent"),
    [(99, 100, 99, 0, 1), (100, 100, 100, 0, 0), (101, 100, 100, 1, 0), (0, 100, 0, 0, 100), (5, 0, 0, 5, 0)],
)
def test_an_approval_charges_what_is_used_and_never_above_what_is_paid(used, paid, charged, beyond, unspent):
    of = Charge(used, paid)
    assert (of.charged, of.beyond, of.unspent) == (charged, beyond, unspent)


def test_what_is_entered_stays_whatever_is_paid_later():
    of = Charge(used=120, paid=150, entered=100)
    assert (of.charged, of.beyond, of.unspent) == (100, 20, 50)
