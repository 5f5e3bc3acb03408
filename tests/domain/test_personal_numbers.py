"""Personnummer and samordningsnummer are found, and nothing else is taken for one."""

import pytest

from grantportal.domain import personal_numbers
from grantportal.domain.errors import RuleViolation, RuleViolations


def checked(nine: str) -> str:
    """The nine digits with their check digit."""
    doubled = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(nine))
    return nine + str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def dashed(nine: str, mark: str = "-", century: str = "") -> str:
    """As it is written."""
    ten = checked(nine)
    return f"{century}{ten[:6]}{mark}{ten[6:]}"


@pytest.mark.parametrize(
    "text",
    [
        "811218-9876",
        "8112189876",
        "198112189876",
        "19811218-9876",
        "811218+9876",
        "Flickan (811218-9876) bor",
        "pojke8112189876_utlatande.pdf",
        "811218–9876",
        "811218 - 9876",
        "811218 9876",
        "1981-12-18-9876",
        "81-12-18 9876",
        "8112\u00ad18-9876",
        "８１１２１８-９８７６",
        "nr:811218-9876.",
        "1-811218-9876",
        "intyg_811218_9876_anna.pdf",
        "intyg_19811218_9876.pdf",
        "1981_12_18_9876.docx",
        "811218\u00a09876",
        "811218\u202f-\u202f9876",
        "811218  9876",
        "19811218 9876",
        "811218\u20119876",
        "811218\u22129876",
        "811218\u200b-\u200f9876",
        "\u0668\u0661\u0661\u0662\u0661\u0668-\u0669\u0668\u0667\u0666",
        "\u096e\u0967\u0967\u0968\u0967\u096e\u096f\u096e\u096d\u096c",
        dashed("850161123"),
        dashed("850191123"),
        dashed("850131123"),
        dashed("000229123"),
        dashed("040229123", century="20"),
        dashed("120101123", century="20"),
        dashed("990101123", "+", "18"),
        dashed("850101001"),
        f"Hon har {checked('070112123')}",
    ],
)
def test_a_number_is_found_however_it_is_written(text):
    assert personal_numbers.contains(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "811218-9877",  # the check digit
        dashed("850132123"),  # 32 January
        dashed("850100123"),
        dashed("850160123"),  # the day plus 60 begins at 61
        dashed("850192123"),
        dashed("850001123"),
        dashed("851301123"),
        dashed("850230123"),
        dashed("850290123"),  # 30 February as a samordningsnummer
        dashed("010229123", century="20"),  # no leap year
        dashed("000229123", century="19"),
        dashed("850101000"),
        dashed("120101123", century="21"),
        dashed("811218987") + "1",
        "1" + checked("811218987"),
        "202100-0555",  # organisationsnummer
        "162021000555",
        "232100-0016",
        "556012-5790",
        "991-2346",  # bankgiro
        "5050-1055",
        "5402-9681",
        "4 15 31-2",  # plusgiro
        "DEMO 2020-0001",
        "S2019/03899/SOF",
        "9.1-12345/2020",
        "2021-000123",
        "08-123 456 78",
        "070-174 06 05",
        "+46 70 174 06 05",
        "010-247 30 00",
        f"Telefon: {checked('070112123')}",
        f"ring {checked('070112123')}",
        f"mobilnr. {checked('070112123')}",
        "2 913 808 kr",
        "8 112 189 876 kr",
        "2\u00a0913\u00a0808 kr",
        "850101 kr, 1236 kr",
        "RS 2020-0012, 2021-0034",
        "bankgiro 5050-1055, plusgiro 4 15 31-2",
        "0768-12 34 56",
        "2020-04-20 kl. 14.02",
        "SE45 5000 0000 0583 9825 7466",
    ],
)
def test_nothing_else_is_taken_for_one(text):
    assert not personal_numbers.contains(text)


def test_all_days_of_a_year_and_their_samordningsnummer_are_found_and_no_other():
    hits = sum(
        personal_numbers.contains(dashed(f"85{month:02}{day:02}123")) for month in range(100) for day in range(100)
    )
    assert hits == 365 * 2


def test_only_one_last_digit_in_ten_is_a_number():
    assert sum(personal_numbers.contains(f"811218-987{last}") for last in range(10)) == 1


def test_masking_takes_out_the_number_and_leaves_the_rest():
    text = "Anna 811218-9876 och Bo 19811218-9876: 2 913 808 kr, 202100-0555"
    assert personal_numbers.masked(text) == (
        f"Anna {personal_numbers.MASK} och Bo {personal_numbers.MASK}: 2 913 808 kr, 202100-0555"
    )
    assert personal_numbers.masked("1 000 ² kr") == "1 000 ² kr"


def test_a_message_with_a_number_needs_a_reason_without_one():
    texts = {"text": "Gäller 811218-9876", "title": "Fråga"}
    with pytest.raises(RuleViolations) as refusal:
        personal_numbers.ensure_reasoned(texts, "  ")
    assert [each.field for each in refusal.value.violations] == ["text"]
    with pytest.raises(RuleViolation, match="utan personnummer"):
        personal_numbers.ensure_reasoned(texts, "För 8112189876")
    assert personal_numbers.ensure_reasoned(texts, "Intyget gäller läkaren.")
    assert not personal_numbers.ensure_reasoned({"text": "Inget"}, "")


def test_where_no_number_may_stand_every_field_says_so():
    with pytest.raises(RuleViolations) as refusal:
        personal_numbers.ensure_none({"text": "8112189876", "measure": "", "comment": "811218-9876"})
    assert [each.field for each in refusal.value.violations] == ["text", "comment"]
    personal_numbers.ensure_none({"text": "811218-9877"})


def test_a_reason_is_kept_only_where_there_is_a_number_and_refused_beside_its_own_field():
    assert personal_numbers.kept({"text": "811218-9876"}, " Intyget krävs. ") == {"kept_because": "Intyget krävs."}
    assert personal_numbers.kept({"text": "Inget"}, "Intyget krävs.") == {}
    with pytest.raises(RuleViolation) as refusal:
        personal_numbers.kept({"text": "811218-9876"}, "811218-9876")
    assert refusal.value.field == "number_reason"
