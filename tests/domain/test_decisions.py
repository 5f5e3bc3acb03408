"""Rules of beslut and kommunicering, on both sides of each edge."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantportal.domain.decisions import (
    DECISION,
    SKIP_TEXTS,
    Communicated,
    CommunicationKind,
    DecisionAction,
    DecisionFacts,
    DecisionStatus,
    DismissalGround,
    Outcome,
    SkipGround,
    communication_label,
    early_statement,
    ensure_communicated,
    ensure_dismissal_holds,
    ensure_early_is_meant,
    ensure_known_cells,
    ensure_last_day_ahead,
    ensure_may_reply,
    ensure_outcome_fits,
    ensure_seen,
    ensure_two_persons,
    ensure_unchanged,
    ensure_whole,
    ensure_within_sought,
    fitting_outcome,
    is_early,
    label,
    spread,
)
from grantportal.domain.errors import RuleViolation, RuleViolations

SOUGHT = {2021: 100, 2022: 50}


def fits(outcome, granted, *, withdrawn=False):
    ensure_outcome_fits(outcome, granted=granted, sought=SOUGHT, withdrawn=withdrawn)


@pytest.mark.parametrize(
    ("outcome", "granted", "withdrawn"),
    [
        (Outcome.GRANTED, {2021: 100, 2022: 50}, False),
        (Outcome.PARTLY, {2021: 100, 2022: 49}, False),
        (Outcome.PARTLY, {2021: 1, 2022: 0}, False),
        (Outcome.REFUSED, {2021: 0, 2022: 0}, False),
        (Outcome.REFUSED, {}, False),
        (Outcome.STRUCK, {}, True),
        (Outcome.DISMISSED, {}, False),
    ],
)
def test_the_word_and_the_money_say_the_same(outcome, granted, withdrawn):
    fits(outcome, granted, withdrawn=withdrawn)


@pytest.mark.parametrize(
    ("outcome", "granted", "withdrawn", "said"),
    [
        (None, {}, False, "Välj vad förslaget är"),
        (Outcome.GRANTED, {2021: 100, 2022: 49}, False, "välj delvis bifall"),
        (Outcome.GRANTED, {}, False, "Inget belopp beviljas"),
        (Outcome.PARTLY, {2021: 100, 2022: 50}, False, "Välj bifall"),
        (Outcome.PARTLY, {2021: 0}, False, "Inget belopp beviljas"),
        (Outcome.REFUSED, {2021: 1}, False, "Avslag betyder att inget beviljas"),
        (Outcome.STRUCK, {2021: 1}, True, "Avskrivning betyder att inget beviljas"),
        (Outcome.DISMISSED, {2021: 1}, False, "Avvisning betyder att inget beviljas"),
        (Outcome.DISMISSED, {}, True, "Ansökan är återkallad"),
        (Outcome.STRUCK, {}, False, "Bara en återkallad"),
        (Outcome.GRANTED, {2021: 100, 2022: 50}, True, "Ansökan är återkallad"),
        (Outcome.REFUSED, {}, True, "Ansökan är återkallad"),
    ],
)
def test_a_word_that_the_money_does_not_say_is_refused(outcome, granted, withdrawn, said):
    with pytest.raises(RuleViolation, match=said) as refusal:
        fits(outcome, granted, withdrawn=withdrawn)
    assert refusal.value.field == "outcome"


def dismissed(ground, why="Kom in 21 april.", *, is_late=False, has_injunction=False, outcome=Outcome.DISMISSED):
    ensure_dismissal_holds(outcome, ground, why, is_late=is_late, has_injunction=has_injunction)


def test_an_application_is_dismissed_on_a_ground_that_holds():
    dismissed(DismissalGround.LATE, is_late=True)
    dismissed(DismissalGround.CANNOT_BE_TRIED, has_injunction=True)
    dismissed(DismissalGround.NOT_ENTITLED)
    dismissed(DismissalGround.OTHER)
    # What is tried needs no ground not to be.
    dismissed(None, "", outcome=Outcome.REFUSED)


@pytest.mark.parametrize(
    ("ground", "why", "field", "said"),
    [
        (None, "Skäl", "dismissal_ground", "Välj varför"),
        (DismissalGround.LATE, "Skäl", "dismissal_ground", "kom in i tid"),
        (DismissalGround.CANNOT_BE_TRIED, "Skäl", "dismissal_ground", "inget föreläggande med upplysning om följden"),
        (DismissalGround.OTHER, " \n", "dismissal_why", "Skriv varför grunden gäller"),
    ],
)
def test_a_ground_that_does_not_hold_is_refused_beside_its_field(ground, why, field, said):
    with pytest.raises(RuleViolation, match=said) as refusal:
        dismissed(ground, why)
    assert refusal.value.field == field


def test_the_grounds_to_hear_nobody_are_the_laws_own_words():
    """25 § förvaltningslagen (2017:900)."""
    assert SKIP_TEXTS == {
        SkipGround.OBVIOUSLY_UNNEEDED: "Uppenbart obehövligt",
        SkipGround.MUCH_HARDER: "Det skulle bli avsevärt svårare att genomföra beslutet",
        SkipGround.URGENT_INTEREST: "Ett väsentligt allmänt eller enskilt intresse kräver att beslutet meddelas omedelbart",
    }


def test_all_that_was_sought_for_a_year_may_be_granted_also_between_kostnadsslag():
    ensure_within_sought({(2021, 1): 0, (2021, 2): 100}, sought=SOUGHT)


def test_one_krona_more_than_was_sought_is_refused_beside_the_years_largest_amount():
    with pytest.raises(RuleViolations, match="101") as refusal:
        ensure_within_sought({(2021, 1): 1, (2021, 2): 100, (2022, 1): 50}, sought=SOUGHT)
    assert [each.field for each in refusal.value.violations] == ["a2021_2"]


def test_a_year_that_was_not_sought_gets_nothing():
    with pytest.raises(RuleViolation):
        ensure_within_sought({(2023, 1): 1}, sought=SOUGHT)


def test_amounts_are_of_the_calls_years_and_not_below_nothing():
    ensure_known_cells({(2021, 1): 0}, cells=[(2021, 1)])
    with pytest.raises(RuleViolation, match="inte finns"):
        ensure_known_cells({(2022, 1): 0}, cells=[(2021, 1)])
    with pytest.raises(RuleViolation, match="minustecken"):
        ensure_known_cells({(2021, 1): -1}, cells=[(2021, 1)])


def test_missing_is_not_zero_where_money_is_granted():
    ensure_whole({(2021, 1): 0, (2021, 2): 5}, cells=[(2021, 1), (2021, 2)], outcome=Outcome.PARTLY)
    for outcome in (Outcome.REFUSED, Outcome.DISMISSED, Outcome.STRUCK):
        ensure_whole({}, cells=[(2021, 1)], outcome=outcome)
    with pytest.raises(RuleViolations) as refusal:
        ensure_whole({(2021, 2): 5}, cells=[(2021, 1), (2021, 2)], outcome=Outcome.PARTLY)
    assert refusal.value.field == "a2021_1"


def test_two_persons():
    ensure_two_persons(proposed_by=1, decided_by=2)
    for proposed_by, decided_by in [(1, 1), (None, 1), (1, None), (None, None)]:
        with pytest.raises(RuleViolation, match="Någon annan"):
            ensure_two_persons(proposed_by=proposed_by, decided_by=decided_by)


def test_what_is_decided_is_what_was_proposed_and_read():
    ensure_unchanged(seen="x", shown="x", proposed="a", now="a")
    with pytest.raises(RuleViolation, match="sedan du läste"):
        ensure_unchanged(seen="y", shown="x", proposed="a", now="a")
    with pytest.raises(RuleViolation, match="sedan du läste"):
        ensure_unchanged(seen="", shown="", proposed=None, now="a")
    with pytest.raises(RuleViolation, match="Lämna tillbaka"):
        ensure_unchanged(seen="x", shown="x", proposed="a", now="b")


DAY = date(2020, 6, 22)
SENT = Communicated(CommunicationKind.SENT, DAY)
ANSWERED = Communicated(CommunicationKind.SENT, DAY, replied=True)
SKIPPED = Communicated(CommunicationKind.SKIPPED)
AFTER = date(2020, 6, 23)


@pytest.mark.parametrize(
    ("communicated", "today"),
    [([SENT], AFTER), ([ANSWERED], DAY), ([SKIPPED], DAY), ([SKIPPED, ANSWERED], DAY), ([SENT, ANSWERED], AFTER)],
)
@pytest.mark.parametrize("outcome", [Outcome.GRANTED, Outcome.PARTLY, Outcome.REFUSED])
def test_the_party_is_heard_whichever_way_it_leans(outcome, communicated, today):
    ensure_communicated(outcome, communicated, today=today)


@pytest.mark.parametrize(("communicated", "said"), [([], "saknas"), ([SENT], "22"), ([SKIPPED, SENT], "22")])
@pytest.mark.parametrize("outcome", [Outcome.GRANTED, Outcome.PARTLY, Outcome.REFUSED])
def test_a_decision_waits_for_the_party(outcome, communicated, said):
    with pytest.raises(RuleViolation, match=said):
        ensure_communicated(outcome, communicated, today=DAY)


def test_a_withdrawn_application_is_struck_without_hearing_anybody():
    ensure_communicated(Outcome.STRUCK, [], today=DAY)


def test_the_party_gets_a_day_to_reply():
    ensure_last_day_ahead(AFTER, today=DAY)
    with pytest.raises(RuleViolation):
        ensure_last_day_ahead(DAY, today=DAY)


def test_a_reply_is_to_what_was_sent_and_given_once():
    ensure_may_reply(SENT)
    for other in (ANSWERED, SKIPPED):
        with pytest.raises(RuleViolation):
            ensure_may_reply(other)


def test_nobody_writes_over_anothers_draft_unseen():
    ensure_seen(based_on=None, saved="a", by="Hanna")
    ensure_seen(based_on="a", saved="a", by="Hanna")
    with pytest.raises(RuleViolation, match="Hanna har sparat"):
        ensure_seen(based_on="", saved="a", by="Hanna")


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=12), st.data())
def test_a_years_sum_is_spread_to_the_last_krona_and_never_above_what_was_sought(weights, data):
    total = data.draw(st.integers(0, sum(weights)))
    parts = spread(total, weights)
    assert sum(parts) == total
    assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))
    if total == sum(weights):
        assert parts == weights


@pytest.mark.parametrize(
    ("granted", "outcome"),
    [
        ({2021: 100, 2022: 50}, Outcome.GRANTED),
        ({2021: 100, 2022: 49}, Outcome.PARTLY),
        ({2021: 0, 2022: 0}, Outcome.REFUSED),
    ],
)
def test_the_amounts_choose_the_word_when_nobody_has(granted, outcome):
    assert fitting_outcome(granted, SOUGHT) is outcome


def test_a_made_decision_can_only_be_sent():
    assert DECISION.actions(DecisionStatus.MADE) == {DecisionAction.DISPATCH}


@pytest.mark.parametrize(
    ("status", "outcome", "said"),
    [
        (DecisionStatus.DRAFT, None, "Utkast till förslag"),
        (DecisionStatus.PROPOSED, Outcome.GRANTED, "Väntar på beslut"),
        (DecisionStatus.RETURNED, Outcome.GRANTED, "Återlämnat"),
        (DecisionStatus.MADE, Outcome.GRANTED, "Beviljat"),
        (DecisionStatus.MADE, Outcome.PARTLY, "Delvis beviljat"),
        (DecisionStatus.MADE, Outcome.REFUSED, "Avslag"),
        (DecisionStatus.MADE, Outcome.DISMISSED, "Avvisad"),
        (DecisionStatus.MADE, Outcome.STRUCK, "Avskriven"),
    ],
)
def test_what_the_screen_calls_it(status, outcome, said):
    assert label(DecisionFacts(status, outcome, {2021: 5})).text == said


def test_the_party_and_the_officer_read_the_same_communication_in_their_own_words():
    assert communication_label(SENT, today=DAY, for_party=True).text == "Ni kan lämna synpunkter"
    assert communication_label(SENT, today=DAY, for_party=False).text == "Väntar på synpunkter"
    assert communication_label(SENT, today=AFTER, for_party=True).text == "Tiden har gått ut"
    assert communication_label(ANSWERED, today=DAY, for_party=True).text == "Synpunkter lämnade"
    assert communication_label(SKIPPED, today=DAY, for_party=True).text == "Behövdes inte"


LAST_DAY = date(2021, 2, 28)


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.STRUCK])
def test_a_decision_before_the_last_day_to_apply_is_confirmed_for_that_very_day(outcome):
    day_after = LAST_DAY + timedelta(days=1)
    for confirmed in (None, LAST_DAY - timedelta(days=1), day_after):
        with pytest.raises(RuleViolation, match="Ansökningstiden går ut den 28\u00a0februari\u00a02021") as refusal:
            ensure_early_is_meant(outcome, confirmed, last_day=LAST_DAY, today=LAST_DAY)
        assert refusal.value.field == "before_last_day"
    ensure_early_is_meant(outcome, LAST_DAY, last_day=LAST_DAY, today=LAST_DAY)
    ensure_early_is_meant(outcome, None, last_day=LAST_DAY, today=day_after)
    assert is_early(outcome, last_day=LAST_DAY, today=LAST_DAY)
    assert not is_early(outcome, last_day=LAST_DAY, today=day_after)


def test_a_withdrawn_application_is_struck_at_any_time():
    ensure_early_is_meant(Outcome.STRUCK, None, last_day=LAST_DAY, today=LAST_DAY - timedelta(days=30))


def test_the_tick_names_its_day():
    assert early_statement(LAST_DAY) == (
        "Ansökningstiden går ut den 28\u00a0februari\u00a02021. Jag bekräftar att beslutet fattas före dess."
    )
