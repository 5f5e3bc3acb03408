"""What was frozen long ago is read as it was. `frozen/` holds a sample of every version that has ever been stored."""

import json
from dataclasses import fields, replace
from pathlib import Path

import pytest

from grantportal.domain import frozen
from grantportal.domain.decisions import Outcome
from grantportal.domain.documents import DecisionDocument, ReceiptDocument, ReportDocument
from grantportal.domain.forms import canonical

SAMPLES = Path(__file__).parent / "frozen"
NEWEST = {DecisionDocument: "decision-2-late-dissent", ReportDocument: "report-3"}
"""The sample of what is frozen today, of each document that is stored as its own facts."""


def sample(name):
    return json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))


def decision(name):
    return frozen.decision_document(sample(name), "f" * 64)


def said(document):
    """Heading by heading, all that the letter says."""
    return {
        part.heading: [
            *(text.replace("\u00a0", " ") for text in part.paragraphs),
            *(text.replace("\u00a0", " ") for row in (part.table.rows if part.table else ()) for text in row),
            *part.numbered,
            *(f"{fact.name}: {'; '.join(fact.lines)}".replace("\u00a0", " ") for fact in part.facts),
        ]
        for part in document.parts
    }


def test_every_sample_is_restored():
    read = {
        "decision": frozen.decision_document,
        "report": frozen.report_document,
        "application": lambda content, sha256: frozen.receipt_document(
            content, authority="Socialstyrelsen", sha256=sha256, example=True
        ),
    }
    names = sorted(path.stem for path in SAMPLES.glob("*.json"))
    assert len(names) >= 7
    for name in names:
        assert read[name.partition("-")[0]](sample(name), "f" * 64).sha256 == "f" * 64


@pytest.mark.parametrize("kind", NEWEST, ids=lambda kind: kind.__name__)
def test_a_document_that_says_something_new_has_a_new_sample(kind):
    """A field that comes or goes makes a new version of what is frozen: add a sample of it, and leave the old ones."""
    content = {name: value for name, value in sample(NEWEST[kind]).items() if name != "basis"}
    again = json.loads(canonical(frozen.content_of(frozen.restored(kind, content, ""))))
    assert again == content


def test_a_receipt_says_what_it_said():
    document = frozen.receipt_document(
        sample("application-1"), authority="Socialstyrelsen", sha256="f" * 64, example=True
    )
    assert {each.name for each in fields(ReceiptDocument)} == {
        *("authority", "title", "grant", "registration_number", "party", "at", "sha256", "example", "example_note"),
        *("what", "handed_in_by", "last_day", "late", "sections", "youth_homes", "budget", "staff", "attachments"),
    }, "what a receipt says has changed: add a sample"
    assert (document.party.name, document.handed_in_by.name) == ("Region Skåne", "Karin Exempel")
    assert document.budget is not None
    assert document.budget.total == 1_650_000
    assert document.sections
    assert not document.late


def test_a_report_says_what_it_said():
    document = frozen.report_document(sample("report-1"), "f" * 64)
    assert (document.party.organisation_number, document.grant_year) == ("232100-0040", 2022)
    assert len(document.economy.lines) == 6
    assert document.economy.repayable == sample("report-1")["economy"]["repayable"]


def test_a_report_from_before_its_certified_words_were_frozen_has_none():
    for name in ("report-1", "report-2"):
        document = frozen.report_document(sample(name), "f" * 64)
        assert (document.certified, document.economy_certified, document.economy_checksum) == ((), (), "")
    document = frozen.report_document(sample("report-3"), "f" * 64)
    assert document.certified[-1] == "Jag intygar att uppgifterna i återrapporteringen är riktiga och fullständiga."
    assert document.economy_checksum == sample("report-3")["basis"]["economy_sha256"]


@pytest.mark.parametrize(("before", "certified"), [("report-2", ()), ("report-3", None)])
def test_a_locked_economy_keeps_the_words_that_it_was_attested_with(before, certified):
    """Words that are not known of what was handed in are not lent by the komplettering."""
    new = sample("report-3") | {"economy_certified": ["Nya ord."], "economy_checksum": "0"}
    merged = frozen.with_locked_report_parts(new, sample(before), {"A1"})
    document = frozen.report_document(merged, "")
    assert document.economy_certified == (
        tuple(sample(before)["economy_certified"]) if certified is None else certified
    )
    assert document.economy_checksum == sample(before).get("economy_checksum", "")


def test_a_refusal_from_before_says_what_it_said():
    assert said(decision("decision-1-refused")) == {
        "Beslut": [
            "Socialstyrelsen avslår ansökan från Region Stockholm.",
            *("2021", "2 640 000", "0", "2022", "2 710 000", "0"),
        ],
        "Skäl": sample("decision-1-refused")["reasons"].splitlines(),
        "Regler": [sample("decision-1-refused")["legal_basis"]],
        "Överklagande": [
            "Beslutet får överklagas till förvaltningsrätten. Skriv vilket beslut ni överklagar och hur ni vill att det "
            "ändras. Överklagandet lämnas till Socialstyrelsen och ska ha kommit in inom tre veckor från den dag då "
            "beslutet meddelades. Detta framgår av 40–44 §§ förvaltningslagen (2017:900)."
        ],
        "Vem som har beslutat": [
            "Beslutat av: David Exempel, beslutsfattare",
            "Beslutsdag: 30 juni 2020 kl. 10:00",
            "Föredragande: Anna Exempel, handläggare",
            "Föredraget: 29 juni 2020 kl. 14:00",
            "Skiljaktig mening: Ingen",
        ],
    }


def test_a_grant_from_before_says_what_it_said():
    shown = said(decision("decision-1-granted"))
    assert list(shown) == [
        *("Beslut", "Beviljat per kostnadsslag", "Vad bidraget får användas till", "Skäl", "Regler", "Villkor"),
        *("Utbetalning", "Återrapportering", "Återbetalning", "Överklagande", "Vem som har beslutat", "Bilaga"),
    ]
    assert shown["Utbetalning"] == [
        "Utbetalning förutsätter att regeringen ställer medel för ändamålet till förfogande för Socialstyrelsen.",
        *("2022", "mars 2022", "1 100 000"),
    ]
    assert shown["Återrapportering"] == ["2022", "1 mars 2023"]
    assert shown["Återbetalning"] == [
        "Bidrag som inte har använts, eller som har använts till annat än det som beslutet gäller, kan krävas tillbaka."
    ]
    assert shown["Villkor"] == sample("decision-1-granted")["conditions"]
    assert shown["Bilaga"] == ["Förväntade resultat 2022, version 1"]
    annex = decision("decision-1-granted").annex
    assert annex is not None
    assert annex.introduction.startswith("Bilaga till beslut, dnr DEMO 2022-0001.")


def test_a_dissent_from_before_says_what_it_said():
    assert said(decision("decision-1-dissent"))["Vem som har beslutat"][-2:] == [
        "Deltog utan att besluta: Lo Exempel, jurist",
        "Skiljaktig mening: Beloppet borde ha varit lägre.; Skälen räcker inte.",
    ]


def test_what_was_frozen_of_dissents_says_what_it_said():
    """Until it was known that one may come after the decision «Ingen» was enough."""
    noted = {name: said(decision(name)) for name in ("decision-2", "decision-2-none-noted", "decision-2-late-dissent")}
    last = {name: shown["Vem som har beslutat"][-1] for name, shown in noted.items()}
    none_then = "Avvikande mening: Ingen antecknad när beslutet fattades"
    assert last == {
        "decision-2": "Avvikande mening: Ingen",
        "decision-2-none-noted": none_then,
        "decision-2-late-dissent": none_then,
    }
    assert noted["decision-2-late-dissent"].pop("Avvikande mening efter beslutet") == [
        "Lo Exempel har låtit anteckna en avvikande mening 1 juli 2020 kl. 09:15, efter att beslutet fattades och innan "
        "det skickades:\nBeloppet borde ha varit lägre."
    ]
    assert noted["decision-2-late-dissent"] == noted["decision-2-none-noted"]


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        ("granted", "Socialstyrelsen beviljar Region Skåne 6 277 746 kronor i statsbidrag."),
        ("partly", "Socialstyrelsen beviljar Region Skåne 6 277 746 kronor i statsbidrag och avslår ansökan i övrigt."),
        ("refused", "Socialstyrelsen avslår ansökan från Region Skåne."),
        ("struck", "Socialstyrelsen avskriver ärendet om ansökan från Region Skåne. Ansökan prövas inte."),
    ],
)
def test_each_outcome_from_before_says_what_it_said(outcome, sentence):
    content = {**sample("decision-1-dissent"), "outcome": outcome}
    shown = said(frozen.decision_document(content, ""))
    assert shown["Beslut"][0] == sentence
    assert ("Återbetalning" in shown) is (outcome in {"granted", "partly"})


def test_a_decision_keeps_the_words_that_it_was_frozen_with():
    """What a frozen part says is what is read, whatever the builder says today."""
    content = sample("decision-2")
    content["parts"][0]["paragraphs"] = ["Så lydde det då."]
    assert frozen.decision_document(content, "").parts[0].paragraphs == ("Så lydde det då.",)


def test_how_the_party_was_heard_may_change_while_a_proposal_waits_and_is_read_all_the_same():
    document = decision("decision-2")
    heard = replace(
        document,
        parts=tuple(
            replace(part, paragraphs=("Något annat.",)) if part.key == "heard" else part for part in document.parts
        ),
    )
    assert frozen.proposal_fingerprint(heard) == frozen.proposal_fingerprint(document)
    assert frozen.read_fingerprint(heard) != frozen.read_fingerprint(document)
    other = replace(document, parts=document.parts[1:])
    assert frozen.proposal_fingerprint(other) != frozen.proposal_fingerprint(document)
    assert replace(document, outcome=Outcome.REFUSED) != document
