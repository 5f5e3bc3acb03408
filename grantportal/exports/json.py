"""JSON for those who read the public lists with a program."""

import json

from grantportal.domain.documents import AllocationList

EXAMPLE = "Påhittat exempel"


def allocation_list(facts: AllocationList) -> bytes:
    """Fördelningslistan as open data, with the frames it was decided within. Amounts are whole kronor."""
    marked = facts.example or any(row.example for row in facts.rows)
    content = {
        "titel": facts.title,
        "myndighet": facts.authority,
        "per": facts.as_of.isoformat(),
        **({"markning": EXAMPLE} if facts.example else {}),
        "ramar": [
            {"bidragsar": year.grant_year, "ram": year.frame, "beviljat": year.granted, "kvar": year.left}
            for year in facts.years
        ],
        "rader": [
            {
                "bidragsar": row.grant_year,
                "organisation": row.organisation,
                "organisationsnummer": row.organisation_number,
                "sokande_verksamhet": row.applicant_unit,
                "dnr": row.registration_number,
                "utfall": row.outcome,
                "beslutsdatum": row.decided_on.isoformat(),
                "sokt": row.sought,
                "beviljat": row.granted,
                **({"markning": EXAMPLE if facts.example or row.example else ""} if marked else {}),
            }
            for row in facts.rows
        ],
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
