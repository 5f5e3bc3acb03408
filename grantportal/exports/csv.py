"""CSV as Swedish Excel opens it: semicolons, UTF-8 with its mark, one row per fact."""

import csv
import io
from collections.abc import Iterable, Sequence

from grantportal.domain.documents import AllocationList
from grantportal.domain.texts import clean

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def allocation_list(facts: AllocationList) -> bytes:
    """Fördelningslistan as open data. Where anything is invented, each row says whether it is."""
    marked = facts.example or any(row.example for row in facts.rows)
    headings = [
        "Bidragsår",
        "Organisation",
        "Organisationsnummer",
        "Sökande verksamhet",
        "Dnr",
        "Utfall",
        "Beslutsdatum",
        "Sökt, kr",
        "Beviljat, kr",
        *(["Märkning"] if marked else []),
    ]
    rows = (
        (
            row.grant_year,
            row.organisation,
            row.organisation_number,
            row.applicant_unit,
            row.registration_number,
            row.outcome,
            row.decided_on,
            row.sought,
            row.granted,
            *(["Påhittat exempel" if facts.example or row.example else ""] if marked else []),
        )
        for row in facts.rows
    )
    return table(headings, rows)


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Any small table. Numbers are bare digits and days ISO, so that they can be read by a machine too."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow([harmless(heading) for heading in headings])
    for row in rows:
        writer.writerow([harmless(value) if isinstance(value, str) else value for value in row])
    return out.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """A text that a spreadsheet would run as a formula gets an apostrophe first, as OWASP advises."""
    text = clean(text)
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else text
