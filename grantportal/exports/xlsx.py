"""Excel: sheets that finance, officers and the public can use as they are.

What people typed is always written as text, never as a formula or a link. The same facts give the same bytes: the time
inside a workbook is the facts' own.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from inspect import unwrap
from io import BytesIO
from operator import attrgetter
from types import MethodType
from typing import Any, NamedTuple

import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from grantportal.domain.clock import local, stockholm
from grantportal.domain.documents import AllocationList, PaymentBatchFacts, PaymentRow, ReportOverview
from grantportal.domain.money import Kronor, number

EXAMPLE = "Påhittat exempel"
LONGEST_TEXT = 32_767
"""The longest text that a cell of Excel keeps, in UTF-16 units: the rest is cut without a word."""

_SHORT_TEXT = LONGEST_TEXT // 2
"""A text of so many characters is never too long: a character is at most two units."""
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")
_DAY_ZERO = date(1899, 12, 30).toordinal()


class Kind(Enum):
    """How a column is written and shown."""

    TEXT = ""
    YEAR = "General"
    KRONOR = "#,##0"
    DAY = "yyyy-mm-dd"


class Column(NamedTuple):
    heading: str
    width: int
    kind: Kind = Kind.TEXT


def payment_batch(facts: PaymentBatchFacts, rows: Iterable[PaymentRow]) -> bytes:
    """Utbetalningsunderlag for finance: one row per payment, and a sheet to check that all came along.

    The rows are written one by one as they come and are never held together.
    """
    columns = [
        Column("Underlag nr", 14),
        Column("Utbetalnings-id", 18),
        Column("Dnr", 18),
        Column("Organisation", 30),
        Column("Organisationsnummer", 20),
        Column("Bankgiro", 12),
        Column("Bidragsår", 10, Kind.YEAR),
        Column("Belopp, kr", 14, Kind.KRONOR),
        Column("Beslutsdatum", 13, Kind.DAY),
        Column("Registrerad av", 22),
        Column("Attesterad av", 22),
    ]
    values = attrgetter(
        "batch_number",
        "payment_id",
        "registration_number",
        "organisation",
        "organisation_number",
        "bank_giro",
        "grant_year",
        "amount",
        "decided_on",
        "registered_by",
        "attested_by",
    )
    if facts.says_new_giro:
        columns.append(Column("Nytt giro", 10))
    per_year: Counter[int] = Counter()

    def counted() -> Iterable[Sequence[object]]:
        for row in rows:
            per_year[row.grant_year] += row.amount
            yield (*values(row), "Ja" if row.new_giro else "Nej") if facts.says_new_giro else values(row)

    with _Workbook(f"Utbetalningsunderlag {facts.batch_number}", facts.created_at, facts.example) as book:
        count = book.sheet("Utbetalningar", columns, counted())
        book.control(facts, count, per_year)
    return book.content


def allocation_list(facts: AllocationList) -> bytes:
    """Fördelningslistan, with a sheet of the years' frames."""
    columns = [
        Column("Bidragsår", 10, Kind.YEAR),
        Column("Organisation", 30),
        Column("Organisationsnummer", 20),
        Column("Sökande verksamhet", 26),
        Column("Dnr", 18),
        Column("Utfall", 20),
        Column("Beslutsdatum", 13, Kind.DAY),
        Column("Sökt, kr", 14, Kind.KRONOR),
        Column("Beviljat, kr", 14, Kind.KRONOR),
    ]
    values = attrgetter(
        "grant_year",
        "organisation",
        "organisation_number",
        "applicant_unit",
        "registration_number",
        "outcome",
        "decided_on",
        "sought",
        "granted",
    )
    marks = [EXAMPLE if facts.example or row.example else "" for row in facts.rows]
    rows = [values(row) for row in facts.rows]
    if any(marks):
        columns.append(Column("Märkning", 18))
        rows = [(*row, mark) for row, mark in zip(rows, marks, strict=True)]
    frames = [
        Column("Bidragsår", 10, Kind.YEAR),
        Column("Ram, kr", 14, Kind.KRONOR),
        Column("Beviljat, kr", 14, Kind.KRONOR),
        Column("Kvar, kr", 14, Kind.KRONOR),
    ]
    with _Workbook(facts.title, local(facts.as_of), facts.example) as book:
        book.sheet("Fördelningslista", columns, rows, mark=False)
        book.sheet(
            "Ramar", frames, (attrgetter("grant_year", "frame", "granted", "left")(year) for year in facts.years)
        )
    return book.content


def report_overview(facts: ReportOverview) -> bytes:
    """Expected results × regions × years: the authority's ratings in one sheet, the regions' own in the next."""
    cells = pd.DataFrame(
        [
            (row.area, row.code, row.title, cell.region, cell.year, cell.rating, cell.own_rating)
            for row in facts.rows
            for cell in row.cells
        ],
        columns=["area", "code", "title", "region", "year", "rating", "own_rating"],
    )
    places = [(region, year) for region in facts.regions for year in facts.years]
    columns = [
        Column("Område", 24),
        Column("Nr", 6),
        Column("Förväntat resultat", 44),
        *(Column(f"{region} {year}", 20) for region, year in places),
    ]
    with _Workbook(facts.title, local(facts.as_of), facts.example) as book:
        for name, value in (("Myndighetens bedömning", "rating"), ("Regionernas bedömning", "own_rating")):
            matrix = cells.pivot_table(index="code", columns=["region", "year"], values=value, aggfunc="last")
            matrix = matrix.reindex(index=[row.code for row in facts.rows], columns=places)
            ratings = matrix.astype(object).fillna("").itertuples(index=False, name=None)
            rows = ((row.area, row.code, row.title, *own) for row, own in zip(facts.rows, ratings, strict=True))
            book.sheet(name, columns, rows)
    return book.content


def table(
    title: str, columns: Sequence[Column], rows: Iterable[Sequence[object]], *, at: datetime, example: bool
) -> bytes:
    """One sheet of a small list, for a page's «Hämta som Excel»."""
    with _Workbook(title, at, example) as book:
        book.sheet(_NOT_IN_A_NAME.sub(" ", title)[:31].strip() or "Lista", columns, rows)
    return book.content


def fit(text: str) -> str:
    """The text as a cell can keep it: without control characters, and a note where Excel would cut it in silence."""
    if not text.isprintable():
        text = _NOT_IN_XML.sub("", text)
    if text.startswith("<r>") and text.endswith("</r>"):
        # xlsxwriter takes it for its own markup and writes it as it stands, which breaks the file.
        text += " "
    if len(text) > _SHORT_TEXT:
        units = text.encode("utf-16-le")
        if len(units) // 2 > LONGEST_TEXT:
            note = f" … [Avkortad. Hela texten har {number(len(text))} tecken och finns i portalen.]"
            return units[: 2 * (LONGEST_TEXT - len(note))].decode("utf-16-le", "ignore") + note
    return text


def _by_place(write: Any) -> Any:
    """The same method of a sheet, without looking for a place told as «A1»: that is a twentieth of a sheet's time."""
    return MethodType(unwrap(write.__func__), write.__self__)


class _Workbook:
    """A workbook that is written row by row, from the first sheet to the last."""

    def __init__(self, title: str, at: datetime, example: bool) -> None:
        self.example = example
        self.content = b""
        self._buffer = BytesIO()
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(self._buffer, options)
        comments = EXAMPLE if example else ""
        created = at.astimezone(UTC).replace(tzinfo=None)
        self._book.set_properties({"title": fit(title), "comments": comments, "created": created})
        self._head = self._book.add_format(
            {
                "bold": True,
                "bg_color": "#E3EFEC",
                "bottom": 2,
                "bottom_color": "#11534F",
                "text_wrap": True,
                "valign": "top",
            }
        )
        self._formats = {kind: self._book.add_format({"num_format": kind.value}) for kind in (Kind.KRONOR, Kind.DAY)}

    def __enter__(self) -> "_Workbook":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        # Closed also after a failure, so that xlsxwriter's temporary files go away.
        self._book.close()
        if kind is None:
            self.content = self._buffer.getvalue()

    def sheet(self, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, mark: bool = True) -> int:
        """Write a sheet and return its number of rows. `mark` adds the example's column where all is an example."""
        sheet = self._new(name)
        marked = mark and self.example
        headings = [column.heading for column in columns] + ([EXAMPLE] if marked else [])
        for place, heading in enumerate(headings):
            sheet.write_string(0, place, fit(heading), self._head)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)

        write_string, write_number = _by_place(sheet.write_string), _by_place(sheet.write_number)
        places = [
            (place, column.kind is Kind.TEXT, self._formats.get(column.kind)) for place, column in enumerate(columns)
        ]
        last = 0
        for last, row in enumerate(rows, start=1):
            for (place, is_text, look), value in zip(places, row, strict=True):
                if is_text:
                    if value:
                        # Nearly every text is as it should be, which is seen here at less than the cost of a call.
                        as_it_is = value.isprintable() and len(value) < _SHORT_TEXT and value[0] != "<"
                        write_string(last, place, value if as_it_is else fit(value))
                elif value.__class__ is int:
                    write_number(last, place, value, look)
                elif value is not None:
                    write_number(last, place, value.toordinal() - _DAY_ZERO, look)
            if marked:
                write_string(last, len(columns), "Ja")
        # Afterwards: a column that is known before has to be looked up for each of its cells.
        self._widths(sheet, [(column.width, column.kind) for column in columns] + [(18, Kind.TEXT)] * marked)
        sheet.autofilter(0, 0, max(last, 1), len(headings) - 1)
        # A number that is a name, such as a payment's, is not to be marked as a mistake.
        sheet.ignore_errors({"number_stored_as_text": f"A1:{xl_rowcol_to_cell(max(last, 1), len(headings) - 1)}"})
        return last

    def control(self, facts: PaymentBatchFacts, count: int, per_year: Counter[int]) -> None:
        """Kontroll: what the batch holds as values, and whether the sheet beside still adds up to it."""
        sheet = self._new("Kontroll")
        self._widths(sheet, [(34, Kind.TEXT), (72, Kind.TEXT)])
        kronor = self._book.add_format({"num_format": Kind.KRONOR.value, "align": "left"})
        total: Kronor = sum(per_year.values())
        lines: list[tuple[str, str | int]] = [
            ("Underlag nr", facts.batch_number),
            ("Underlagets id", facts.batch_id),
            ("Skapat", f"{stockholm(facts.created_at):%Y-%m-%d %H:%M}"),
            ("Fingeravtryck, SHA-256", facts.sha256),
            ("Antal betalningar", count),
            ("Summa, kr", total),
            *((f"Summa för bidragsåret {year}, kr", per_year[year]) for year in sorted(per_year)),
        ]
        if facts.grant:
            lines.append(("Statsbidrag", facts.grant))
        if facts.example:
            lines.append(("Märkning", EXAMPLE))
        for row, (label, value) in enumerate(lines):
            sheet.write_string(row, 0, label)
            if isinstance(value, str):
                sheet.write_string(row, 1, fit(value))
            else:
                sheet.write_number(row, 1, value, kronor)

        at = len(lines)
        last = max(count, 1) + 1
        sheet.write_string(at, 0, "Bladets antal just nu")
        sheet.write_formula(at, 1, f"=COUNT(Utbetalningar!H2:H{last})", kronor, count)
        sheet.write_string(at + 1, 0, "Bladets summa just nu, kr")
        sheet.write_formula(at + 1, 1, f"=SUM(Utbetalningar!H2:H{last})", kronor, total)
        sheet.write_string(at + 2, 0, "Kontroll")
        sheet.write_formula(at + 2, 1, f'=IF(AND(B5=B{at + 1},B6=B{at + 2}),"Stämmer","Stämmer inte")', None, "Stämmer")

    def _widths(self, sheet: Any, columns: Sequence[tuple[int, Kind]]) -> None:
        for place, (width, kind) in enumerate(columns):
            sheet.set_column(place, place, width, self._formats.get(kind))

    def _new(self, name: str) -> Any:
        sheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L&A{f'   {EXAMPLE}' if self.example else ''}&RSida &P av &N")
        return sheet
