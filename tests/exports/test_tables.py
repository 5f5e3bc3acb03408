"""Sheets and open data: all rows along, sums that can be checked, text that stays text, the same bytes each time."""

import csv as stdlib_csv
import io
import json as stdlib_json
import time
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from grantportal.domain.documents import (
    AllocationList,
    AllocationRow,
    AllocationYear,
    OverviewCell,
    OverviewRow,
    PaymentBatchFacts,
    PaymentRow,
    ReportOverview,
)
from grantportal.exports import csv, json, xlsx

AT = datetime(2022, 1, 11, 12, 40, tzinfo=UTC)
SHA256 = "9f2c41d70b6e5a18c3d4902f77ae1b605e8813fa2d4c9b07a1f65e3240c7d98b"
HOSTILE = [
    "=1+1",
    '=HYPERLINK("http://exempel.se";"klicka")',
    "+46",
    "-1",
    "@SUM(A1)",
    "http://exempel.se",
    "{=A1}",
    "_x0041_",
    "å\U0001f600\u202e",
]


def batch(example=True) -> PaymentBatchFacts:
    return PaymentBatchFacts("2022-01", "b7c1", AT, SHA256, example)


def payment(number=1, *, organisation="Region Skåne", year=2022, amount=3_363_938) -> PaymentRow:
    return PaymentRow(
        "2022-01",
        f"U-{number:06}",
        "DEMO 2020-0001",
        organisation,
        "232100-0255",
        "5050-1055",
        year,
        amount,
        date(2020, 6, 30),
        "Petra Exempel",
        "Omar Exempel",
    )


def sheets(content: bytes) -> dict[str, list[list]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def allocations(*, example=False, rows=None) -> AllocationList:
    default = (
        AllocationRow(
            2021,
            "Region Skåne",
            "232100-0255",
            "",
            "DEMO 2020-0001",
            "Beviljat",
            date(2020, 6, 30),
            2_913_808,
            2_913_808,
            True,
        ),
        AllocationRow(
            2021,
            "Region Stockholm",
            "232100-0016",
            "Maria Ungdom",
            "DEMO 2020-0004",
            "Avslag",
            date(2020, 6, 30),
            2_640_000,
            0,
        ),
    )
    years = (AllocationYear(2021, 15_000_000, 11_089_785),)
    return AllocationList(
        "Fördelningslista", "Socialstyrelsen", AT.date(), default if rows is None else rows, years, example
    )


def test_finance_gets_one_row_per_payment():
    sheet = sheets(xlsx.payment_batch(batch(), [payment(1), payment(2, year=2021, amount=1)]))["Utbetalningar"]
    assert sheet[0][:4] == ["Underlag nr", "Utbetalnings-id", "Dnr", "Organisation"]
    assert sheet[1] == [
        "2022-01",
        "U-000001",
        "DEMO 2020-0001",
        "Region Skåne",
        "232100-0255",
        "5050-1055",
        2022,
        3_363_938,
        date(2020, 6, 30),
        "Petra Exempel",
        "Omar Exempel",
        "Ja",
    ]
    assert [row[7] for row in sheet[1:]] == [3_363_938, 1]


def test_finance_is_told_which_bankgiron_are_new():
    told = replace(batch(example=False), says_new_giro=True)
    rows = [replace(payment(number), new_giro=is_new) for number, is_new in enumerate((True, False), 1)]
    sheet = sheets(xlsx.payment_batch(told, rows))["Utbetalningar"]
    assert [row[11:] for row in sheet] == [["Nytt giro"], ["Ja"], ["Nej"]]
    assert len(sheets(xlsx.payment_batch(batch(example=False), [payment()]))["Utbetalningar"][0]) == 11


def test_the_control_sheet_counts_sums_and_names_the_frozen_content():
    content = xlsx.payment_batch(batch(), [payment(1), payment(2, year=2021, amount=1)])
    control = {row[0]: row[1] for row in sheets(content)["Kontroll"]}
    assert control == {
        "Underlag nr": "2022-01",
        "Underlagets id": "b7c1",
        "Skapat": "2022-01-11 13:40",
        "Fingeravtryck, SHA-256": SHA256,
        "Antal betalningar": 2,
        "Summa, kr": 3_363_939,
        "Summa för bidragsåret 2021, kr": 1,
        "Summa för bidragsåret 2022, kr": 3_363_938,
        "Märkning": "Påhittat exempel",
        "Bladets antal just nu": 2,
        "Bladets summa just nu, kr": 3_363_939,
        "Kontroll": "Stämmer",
    }


def test_the_control_sheet_reckons_again_in_excel():
    content = xlsx.payment_batch(batch(example=False), [payment(1), payment(2)])
    cells = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet2.xml").decode()
    assert "<f>COUNT(Utbetalningar!H2:H3)</f>" in cells
    assert "<f>SUM(Utbetalningar!H2:H3)</f>" in cells
    assert "<f>IF(AND(B5=B8,B6=B9),&quot;Stämmer&quot;,&quot;Stämmer inte&quot;)</f>" in cells.replace('"', "&quot;")
    labels = [row[0] for row in sheets(content)["Kontroll"]]
    assert (labels[4], labels[5], labels[7], labels[8]) == (
        "Antal betalningar",
        "Summa, kr",
        "Bladets antal just nu",
        "Bladets summa just nu, kr",
    )


def test_a_batch_without_payments_is_a_sheet_with_zero():
    control = {row[0]: row[1] for row in sheets(xlsx.payment_batch(batch(), []))["Kontroll"]}
    assert (control["Antal betalningar"], control["Summa, kr"]) == (0, 0)


def test_a_real_batch_bears_no_mark():
    content = xlsx.payment_batch(batch(example=False), [payment()])
    assert "Påhittat exempel" not in str(sheets(content))
    assert "Påhittat exempel".encode() not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")


def test_the_same_batch_is_the_same_bytes_also_another_second():
    first = xlsx.payment_batch(batch(), [payment(number) for number in range(50)])
    time.sleep(1.1)
    assert xlsx.payment_batch(batch(), [payment(number) for number in range(50)]) == first


@pytest.mark.parametrize("text", HOSTILE)
def test_what_an_applicant_typed_stays_text_in_excel(text):
    content = xlsx.payment_batch(batch(), [payment(organisation=text)])
    assert sheets(content)["Utbetalningar"][1][3] == text
    raw = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in raw
    assert b"<hyperlink" not in raw


@pytest.mark.parametrize(
    "text", ["<r></r>", "<r><t>&</r>", "<r></is></c></r>", f"<r>{'x' * (xlsx.LONGEST_TEXT - 7)}</r>"]
)
def test_what_looks_like_excels_own_markup_is_a_text_like_any_other(text):
    row = sheets(xlsx.payment_batch(batch(), [payment(organisation=text), payment(2)]))["Utbetalningar"]
    assert row[1][3] == xlsx.fit(text)
    assert row[1][3].startswith("<r>")
    assert row[2][3] == "Region Skåne"


def test_control_characters_are_dropped():
    content = xlsx.payment_batch(batch(), [payment(organisation="Re\x00gi\x1bon\x0b\ufffe \ud800Skåne")])
    assert sheets(content)["Utbetalningar"][1][3] == "Region Skåne"


@pytest.mark.parametrize(("letter", "units"), [("å", 1), ("\U0001f600", 2)])
def test_a_text_that_excel_would_cut_says_so(letter, units):
    whole = letter * (xlsx.LONGEST_TEXT // units)
    assert xlsx.fit(whole) == whole
    cut = xlsx.fit(letter * 40_000)
    assert len(cut.encode("utf-16-le")) // 2 <= xlsx.LONGEST_TEXT
    assert cut.endswith("[Avkortad. Hela texten har 40\u00a0000 tecken och finns i portalen.]")
    content = xlsx.payment_batch(batch(), [payment(organisation=letter * 40_000)])
    assert sheets(content)["Utbetalningar"][1][3] == cut


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300))
def test_no_text_stops_a_sheet_or_becomes_anything_else(text):
    content = xlsx.payment_batch(batch(), [payment(organisation=text)])
    row = sheets(content)["Utbetalningar"][1]
    assert row[3] == xlsx.fit(text).replace("\r\n", "\n").replace("\r", "\n") or row[3] == xlsx.fit(text)
    assert row[7] == 3_363_938
    csv.allocation_list(allocations(rows=(AllocationRow(2021, text, "", "", "", "", date(2021, 1, 1), 1, 1),)))


def test_the_allocation_list_has_its_rows_frames_and_mark():
    book = sheets(xlsx.allocation_list(allocations()))
    assert book["Fördelningslista"][0][-1] == "Märkning"
    assert [row[-1] for row in book["Fördelningslista"][1:]] == ["Påhittat exempel", ""]
    assert book["Ramar"][1] == [2021, 15_000_000, 11_089_785, 3_910_215]


def test_a_real_allocation_list_has_no_column_for_marks():
    real = allocations(rows=(allocations().rows[1],))
    assert sheets(xlsx.allocation_list(real))["Fördelningslista"][0][-1] == "Beviljat, kr"
    assert b"exempel" not in csv.allocation_list(real)
    assert b"markning" not in json.allocation_list(real)


def test_the_allocation_list_as_csv_opens_in_swedish_excel():
    content = csv.allocation_list(allocations())
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(stdlib_csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][-2:] == ["Beviljat, kr", "Märkning"]
    assert rows[2] == [
        "2021",
        "Region Stockholm",
        "232100-0016",
        "Maria Ungdom",
        "DEMO 2020-0004",
        "Avslag",
        "2020-06-30",
        "2640000",
        "0",
        "",
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "\t=1", " =1+1", "\r\n=1", "＝1"])
def test_a_formula_in_csv_gets_an_apostrophe(text):
    assert csv.harmless(text).startswith("'")


def test_an_ordinary_text_in_csv_is_left_alone():
    assert csv.harmless('Region Skåne; barn- och ungdom "BUP"') == 'Region Skåne; barn- och ungdom "BUP"'


def test_the_allocation_list_as_json_says_the_same():
    content = stdlib_json.loads(json.allocation_list(allocations(example=True)))
    assert content["markning"] == "Påhittat exempel"
    assert content["ramar"] == [{"bidragsar": 2021, "ram": 15_000_000, "beviljat": 11_089_785, "kvar": 3_910_215}]
    assert [row["markning"] for row in content["rader"]] == ["Påhittat exempel"] * 2
    assert content["per"] == "2022-01-11"


def overview(cells=None) -> ReportOverview:
    default = (
        OverviewCell("Region Skåne", 2021, "Delvis uppnått", "Uppnått"),
        OverviewCell("Region Östergötland", 2022, "Uppnått", "Uppnått"),
    )
    row = OverviewRow("A. Arbetsformer", "A1", "Samverkan om integrerad vård", default if cells is None else cells)
    empty = OverviewRow("A. Arbetsformer", "A2", "=1+1", ())
    regions = ("Region Skåne", "Region Östergötland")
    return ReportOverview("Förväntade resultat", AT.date(), regions, (2021, 2022), (row, empty), example=True)


def test_the_overview_puts_each_rating_in_its_region_and_year():
    book = sheets(xlsx.report_overview(overview()))
    theirs = book["Myndighetens bedömning"]
    assert theirs[0][3:7] == [
        "Region Skåne 2021",
        "Region Skåne 2022",
        "Region Östergötland 2021",
        "Region Östergötland 2022",
    ]
    assert theirs[1] == [
        "A. Arbetsformer",
        "A1",
        "Samverkan om integrerad vård",
        "Delvis uppnått",
        "",
        "",
        "Uppnått",
        "Ja",
    ]
    assert theirs[2][2:7] == ["=1+1", "", "", "", ""]
    assert book["Regionernas bedömning"][1][3] == "Uppnått"


def test_an_overview_before_any_report_is_empty_and_whole():
    assert sheets(xlsx.report_overview(overview(())))["Myndighetens bedömning"][1][1] == "A1"


def test_any_small_table_becomes_a_sheet():
    columns = [
        xlsx.Column("Namn", 20),
        xlsx.Column("Belopp, kr", 12, xlsx.Kind.KRONOR),
        xlsx.Column("Dag", 12, xlsx.Kind.DAY),
    ]
    content = xlsx.table(
        "Ärenden: 2022/1", columns, [("=1+1", 5, date(2022, 1, 1)), ("", None, None)], at=AT, example=False
    )
    assert sheets(content) == {"Ärenden  2022 1": [["Namn", "Belopp, kr", "Dag"], ["=1+1", 5, date(2022, 1, 1)]]}
