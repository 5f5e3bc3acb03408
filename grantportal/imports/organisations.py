"""The organisations that every installation knows: Sweden's 21 regions."""

from pathlib import Path

import yaml

from grantportal.domain.organisations import OrganisationKind, RegisterOrganisation

REGIONS = Path(__file__).parents[1] / "data" / "regions.yaml"


def regions() -> list[RegisterOrganisation]:
    """The regions with their organisationsnummer, as they come with the portal."""
    return [
        RegisterOrganisation(
            name=row["name"],
            organisation_number=row["organisationsnummer"],
            kind=OrganisationKind.REGION,
            also_known_as=tuple(row.get("also", ())),
        )
        for row in yaml.safe_load(REGIONS.read_text("utf-8"))
    ]
