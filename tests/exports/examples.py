"""Facts for the documents' tests: a region's application, decision and report as the demonstration has them."""

from dataclasses import replace
from datetime import UTC, date, datetime

from grantportal.domain.decisions import Outcome
from grantportal.domain.documents import (
    AmountLine,
    AmountTable,
    Answer,
    DecisionDocument,
    Economy,
    EconomyLine,
    ExpectedResultRow,
    Party,
    Person,
    ProvisoNote,
    ReceiptDocument,
    ReportDocument,
    ReportedResult,
    ResultArea,
    ResultsAnnex,
    Section,
    StaffRow,
    Wording,
    YearDecided,
)
from grantportal.domain.grants import AppealVariant
from grantportal.domain.letters import decision as letter

CATEGORIES = ("Personal", "Köpta tjänster", "Utbildning", "Resor", "Material", "Indirekta kostnader")
BUDGET = AmountTable(
    (2021, 2022),
    tuple(
        AmountLine(category, amounts)
        for category, amounts in zip(
            CATEGORIES,
            (
                (2438250, 2807000),
                (90000, 85000),
                (150000, 165000),
                (72000, 118000),
                (42000, 48000),
                (121558, 140938),
            ),
            strict=True,
        )
    ),
)
SKANE = Party("Region Skåne", "232100-0255", "Barn- och ungdomspsykiatrin")
SHA256 = "9f2c41d70b6e5a18c3d4902f77ae1b605e8813fa2d4c9b07a1f65e3240c7d98b"
COMMON = {
    "authority": "Socialstyrelsen",
    "grant": "Pilotprojekt för integrerad vård vid SiS särskilda ungdomshem",
    "registration_number": "DEMO 2020-0001",
    "party": SKANE,
    "sha256": SHA256,
    "example": True,
}


def receipt(**changes) -> ReceiptDocument:
    facts = {
        **COMMON,
        "title": "Kvitto på ansökan om statsbidrag för 2021 och 2022",
        "what": "Ansökan om statsbidrag",
        "at": datetime(2020, 4, 16, 12, 12, tzinfo=UTC),
        "last_day": date(2020, 4, 20),
        "late": False,
        "handed_in_by": Person("Maja Exempel", "ombud"),
        "sections": (
            Section(
                "Förankring",
                (
                    Answer(
                        "Hur är projektet förankrat i regionen och hos SiS?",
                        ("Förvaltningschefens beslut; avsiktsförklaring med Hässleholm.",),
                    ),
                    Answer("Vilka deltar?", ("Habilitering", "Hemkommuner via SIP")),
                    Answer("Något mer?", ()),
                ),
            ),
            Section("Metoder", (Answer("Hur ska ni arbeta?", ("Planering 2021.\n\nCase management\nfrån 2022.",)),)),
        ),
        "youth_homes": ("Hässleholm",),
        "budget": BUDGET,
        "staff": (
            StaffRow("läkare", (50, 60), (742500, 909000)),
            StaffRow("psykolog", (75, 75), (573750, 586500)),
        ),
    }
    return ReceiptDocument(**{**facts, **changes})


def annex(**changes) -> ResultsAnnex:
    facts = {
        "title": "Förväntade resultat 2021 och 2022",
        "version": "1",
        "years": (2021, 2022),
        "preamble": "Resultaten är gemensamma för alla projekt inom statsbidraget.",
        "example": True,
        "areas": (
            ResultArea(
                "A",
                "Arbetsformer",
                (
                    ExpectedResultRow(
                        "A3",
                        "Systematisk uppföljning",
                        (
                            Wording(
                                2021,
                                (
                                    "Regionen och SiS har utvecklat former för att systematiskt följa upp arbetet med "
                                    "integrerad vård och börjat använda dem.",
                                ),
                                starred=True,
                                example=True,
                            ),
                            Wording(
                                2022,
                                lead="Regionen har tillsammans med SiS",
                                bullets=(
                                    "använt formerna för systematisk uppföljning",
                                    "pekat ut vad som eventuellt behöver ändras eller utvecklas vidare.",
                                ),
                                example=True,
                            ),
                        ),
                    ),
                ),
            ),
            ResultArea(
                "B",
                "Förhållnings- och arbetssätt",
                (
                    ExpectedResultRow(
                        "B2",
                        "Intern samverkan i regionen",
                        (
                            Wording(
                                2022,
                                ("Regionen har ordnat internt så att till exempel somatisk vård finns att tillgå.",),
                                example=True,
                            ),
                        ),
                        title_example=True,
                    ),
                ),
            ),
        ),
        "provisos": (
            ProvisoNote(
                2021,
                ("A3",),
                "Möjligheten att hinna använda formerna skiljer mellan regionerna, beroende på planeringen inför 2021.",
                example=True,
            ),
        ),
    }
    return ResultsAnnex(**{**facts, **changes})


def grounds(**changes) -> letter.Grounds:
    """What the decision's words are made of."""
    facts = {
        "office": letter.Office(
            "Socialstyrelsen", "Påhittade gatan 1, 000 00 Exempelstad", "Förvaltningsrätten i Exempelstad"
        ),
        "grant": COMMON["grant"],
        "registration_number": "DEMO 2020-0001",
        "party": SKANE,
        "represents_the_public": True,
        "example": True,
        "example_note": "Verkliga är beviljade belopp, utgång och beslutsdag. Allt annat är påhittat.",
        "at": datetime(2020, 6, 30, 11, 42, tzinfo=UTC),
        "outcome": Outcome.GRANTED,
        "decided_by": Person("Beata Exempel", "avdelningschef"),
        "rapporteur": Person("Hanna Exempel", "handläggare"),
        "presented_at": datetime(2020, 6, 29, 14, 5, tzinfo=UTC),
        "took_part": (Person("Lo Exempel", "jurist"),),
        "dissent": "",
        "years": (YearDecided(2021, 2913808, 2913808), YearDecided(2022, 3363938, 3363938)),
        "granted": BUDGET,
        "covers": "Läkare, psykolog, socionom, psykiatrisjuksköterska och arbetsterapeut i ett team för barn och "
        "unga på ungdomshemmet i Hässleholm. Under 2021 även utredning och planering.",
        "reasons": "Ansökan ryms i uppdraget och i ramen. Arbetet är förberett och förankrat hos SiS.\n\n"
        "Kompletteringen visar att planeringen under 2021 behövs för att teamet ska kunna starta.",
        "legal_basis": "Regeringsuppdrag S2019/00643/FST och S2019/03898/FS (delvis).",
        "conditions": (
            "Bidraget används bara till ändamålet och under bidragsåret, inte till ordinarie verksamhet.",
            "Samma kostnad får inte ha annan finansiering.",
            "Ändrade förutsättningar anmäls till Socialstyrelsen.",
        ),
        "pay_on": ((2021, date(2021, 1, 15)), (2022, date(2022, 1, 14))),
        "report_due_on": ((2021, date(2022, 3, 1)), (2022, date(2023, 3, 1))),
        "recovery_basis": "Villkoren för bidraget",
        "appeal_variant": AppealVariant.THREE_WEEKS,
        "appeal_provision": "40–44 §§ förvaltningslagen",
        "appeal_is_example": True,
        "received_at": datetime(2020, 4, 16, 12, 12, tzinfo=UTC),
        "last_day": date(2020, 4, 20),
        "withdrawn_at": None,
        "heard": (letter.Heard(date(2020, 6, 5), date(2020, 6, 22), date(2020, 6, 15)),),
        "annex": annex(),
    }
    return letter.Grounds(**{**facts, **changes})


def decision(**changes) -> DecisionDocument:
    return replace(letter.document(grounds(**changes)), sha256=SHA256)


def report(**changes) -> ReportDocument:
    costs = (2386720, 118400, 231650, 41905, 128330, 119336)
    budget = (3527000, 145000, 305000, 158000, 143000, 185938)
    facts = {
        **COMMON,
        "title": "Återrapportering för 2022",
        "at": datetime(2023, 3, 1, 9, 30, tzinfo=UTC),
        "grant_year": 2022,
        "last_day": date(2023, 3, 1),
        "late": False,
        "handed_in_by": Person("Maja Exempel", "ombud"),
        "economy_attested_by": Person("Elin Exempel", "ekonom"),
        "economy_attested_at": datetime(2023, 2, 27, 9, 30, tzinfo=UTC),
        "results": (
            ReportedResult(
                "A",
                "A3",
                "Systematisk uppföljning",
                annex().areas[0].results[0].wordings[1],
                "Inte uppnått",
                "För få månader, mäts i mars.",
                causes=("Start eller planering tog längre tid",),
                measure="Fortsätter nästa år.",
            ),
            ReportedResult(
                "B",
                "B1",
                "Tvärprofessionella team",
                Wording(2022, ("Regionens personal med rätt kompetens har arbetat i team.",), example=True),
                "Delvis uppnått",
                "Lokalt team från 4 oktober.",
                provisos=("Möjligheten att hinna med teamarbetet skiljer mellan regionerna.",),
                proviso_mattered=True,
                proviso_text="Rekryteringen tog längre tid.",
                causes=("Start eller planering tog längre tid",),
                measure="Fortsätter nästa år.",
            ),
        ),
        "sections": (Section("Övrigt", (Answer("Vad har ni lärt er?", ("Att planeringen tar tid.",)),)),),
        "economy": Economy(
            tuple(
                EconomyLine(
                    category,
                    planned,
                    planned,
                    cost,
                    0,
                    cost,
                    cost - planned,
                    "Sen start." * (cost < planned),
                )
                for category, planned, cost in zip(CATEGORIES, budget, costs, strict=True)
            ),
            unspent=1437597,
            repayable=1437597,
        ),
    }
    return ReportDocument(**{**facts, **changes})
