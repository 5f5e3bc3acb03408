"""A decision's words, from its facts."""

from datetime import UTC, date, datetime

import pytest

from grantportal.domain.decisions import GIVES_MONEY, Outcome, SkipGround
from grantportal.domain.documents import Dismissal, Person
from grantportal.domain.grants import AppealVariant
from grantportal.domain.letters import decision as letter
from tests.exports.examples import decision

SENT = letter.Heard(date(2020, 6, 5), date(2020, 6, 22))


def part(key, **changes):
    """What one part says, with ordinary spaces; None where it is not there."""
    found = next((each for each in decision(**changes).parts if each.key == key), None)
    return found and " ".join(found.paragraphs).replace("\u00a0", " ")


def facts(**changes):
    found = next(each for each in decision(**changes).parts if each.key == "decided")
    return {fact.name: fact.lines for fact in found.facts}


def test_the_operative_sentence_says_who_gives_whom_what():
    assert part("decision") == "Socialstyrelsen beviljar Region Skåne 6 277 746 kronor i statsbidrag."
    assert part("decision", outcome=Outcome.PARTLY).endswith("i statsbidrag och avslår ansökan i övrigt.")
    assert part("decision", outcome=Outcome.REFUSED) == "Socialstyrelsen avslår ansökan från Region Skåne."
    assert part("decision", outcome=Outcome.STRUCK).endswith("Ansökan prövas inte.")


def test_a_dismissal_says_its_ground_and_why_it_holds():
    said = part(
        "decision", outcome=Outcome.DISMISSED, dismissal=Dismissal(ground="Ansökan kom in för sent", why="Två dagar.")
    )
    assert said == (
        "Socialstyrelsen avvisar ansökan från Region Skåne. Ansökan prövas inte. Ansökan kom in för sent. Två dagar."
    )


@pytest.mark.parametrize("outcome", Outcome)
def test_only_money_that_is_given_is_paid_reported_and_reclaimed(outcome):
    keys = {each.key for each in decision(outcome=outcome).parts}
    money = {"categories", "covers", "conditions", "payments", "reports", "recovery", "annex"}
    assert keys & money == (money if outcome in GIVES_MONEY else set())
    assert {"decision", "received", "heard", "reasons", "appeal", "decided"} <= keys


def test_every_outcome_has_its_operative_sentence():
    sentences = {part("decision", outcome=outcome) for outcome in Outcome}
    assert len(sentences) == len(Outcome)
    assert all(each.startswith("Socialstyrelsen ") for each in sentences)


def test_it_says_on_what_ground_money_is_reclaimed():
    assert part("recovery", recovery_basis="Villkor 4.").endswith("kan krävas tillbaka. Grund för återkrav: Villkor 4.")
    assert part("recovery", recovery_basis="").endswith("kan krävas tillbaka. Grunden för återkrav är inte angiven.")


def test_it_says_when_the_application_came_and_that_it_was_late():
    last = datetime(2020, 4, 20, 21, 59, tzinfo=UTC)  # 23:59 in Stockholm
    assert part("received", received_at=last) == (
        "Ansökan kom in 20 april 2020 kl. 23:59. Ansökningstid enligt utlysningen: till och med 20 april 2020."
    )
    first_late = datetime(2020, 4, 20, 22, 0, tzinfo=UTC)
    assert part("received", received_at=first_late) == (
        "Ansökan kom in 21 april 2020 kl. 00:00. Ansökningstid enligt utlysningen: till och med 20 april 2020. Ansökan kom in för sent."
    )
    assert part("received", withdrawn_at=datetime(2020, 5, 4, 8, tzinfo=UTC)).endswith("Den återkallades 4 maj 2020.")
    assert part("received", received_at=None) == "När ansökan kom in är inte antecknat."


@pytest.mark.parametrize(
    ("heard", "words"),
    [
        (
            (letter.Heard(date(2020, 6, 5), date(2020, 6, 22), date(2020, 6, 15)),),
            "Underlag skickades till parten 5 juni 2020, med tid att lämna synpunkter till och med 22 juni 2020. "
            "Parten lämnade synpunkter 15 juni 2020.",
        ),
        ((SENT,), "till och med 22 juni 2020. Parten lämnade inga synpunkter."),
        ((letter.Heard(date(2020, 6, 5), date(2020, 6, 22), is_open=True),), "Tiden har inte gått ut."),
        (
            (letter.Heard(date(2020, 6, 5), ground=SkipGround.OBVIOUSLY_UNNEEDED),),
            "Grund: Uppenbart obehövligt (25 § förvaltningslagen).",
        ),
        ((), "Parten har inte fått något underlag att lämna synpunkter på."),
    ],
)
def test_it_says_how_the_party_was_heard(heard, words):
    assert part("heard", heard=heard).endswith(words)


def test_nobody_is_heard_of_what_is_withdrawn():
    taken_back = datetime(2020, 5, 4, 8, tzinfo=UTC)
    struck = part("heard", heard=(), outcome=Outcome.STRUCK, withdrawn_at=taken_back)
    assert struck.endswith("eftersom ansökan är återkallad.")
    assert part("heard", heard=(), outcome=Outcome.STRUCK).endswith("eftersom utlysningen är återtagen.")


def test_what_is_read_before_the_last_day_is_what_is_frozen_after_it():
    moments = (datetime(2020, 4, 20, 21, 59, tzinfo=UTC), datetime(2020, 4, 20, 22, 0, tzinfo=UTC))
    before, after = (part("received", at=at, last_day=date(2020, 4, 20)) for at in moments)
    assert before == after
    assert "Ansökningstid enligt utlysningen: till och med 20 april 2020." in before


def test_the_appeal_names_the_court_and_the_address():
    assert part("appeal") == (
        "Beslutet får överklagas till Förvaltningsrätten i Exempelstad. Skriv vilket beslut ni överklagar och hur ni vill att "
        "det ändras. Överklagandet lämnas till Socialstyrelsen, Påhittade gatan 1, 000 00 Exempelstad, och ska ha kommit in "
        "dit inom tre veckor från den dag då beslutet meddelades. Detta framgår av 40–44 §§ förvaltningslagen."
    )
    assert "från den dag då ni fick del av beslutet" in part("appeal", represents_the_public=False)


def test_what_nobody_has_entered_of_an_appeal_is_said_and_not_made_up():
    text = part("appeal", office=letter.Office("Socialstyrelsen"))
    assert "överklagas till förvaltningsrätten. " in text
    assert "Vilken förvaltningsrätt det är har Socialstyrelsen inte angett." in text
    assert "Socialstyrelsen har inte angett någon adress." in text
    assert part("appeal", appeal_variant=None, appeal_provision="") == "Om beslutet får överklagas är inte angivet."


def test_what_may_not_be_appealed_names_no_court():
    assert part("appeal", appeal_variant=AppealVariant.NONE, office=letter.Office("Socialstyrelsen")) == (
        "Beslutet får inte överklagas. Detta framgår av 40–44 §§ förvaltningslagen."
    )


def test_it_says_who_took_part_and_who_decides():
    assert facts()["Beslutat av"] == ("Beata Exempel, avdelningschef",)
    assert facts()["Deltog utan att besluta"] == ("Lo Exempel, jurist",)
    assert facts(decided_by=None)["Beslutat av"] == ("Den som fattar beslutet",)
    assert "Beslutsdag" not in facts(decided_by=None)
    assert facts(rapporteur=Person(""))["Föredragande"] == ("–",)


def test_the_figures_are_those_of_the_facts():
    made = decision()
    tables = {each.key: each.table for each in made.parts if each.table}
    assert tables["decision"].total == ("Summa", "6\u00a0277\u00a0746", "6\u00a0277\u00a0746")
    assert tables["categories"].rows[0] == (
        "Personal",
        "2\u00a0438\u00a0250",
        "2\u00a0807\u00a0000",
        "5\u00a0245\u00a0250",
    )
    assert tables["payments"].rows == (
        ("2021", "januari\u00a02021", "2\u00a0913\u00a0808"),
        ("2022", "januari\u00a02022", "3\u00a0363\u00a0938"),
    )
    assert tables["reports"].rows[1] == ("2022", "1\u00a0mars\u00a02023")
