"""Ombudsansökningar, made through the service as the public form does."""

from datetime import date
from pathlib import Path
from tempfile import gettempdir

from grantportal import db
from grantportal.domain.accounts import Limits
from grantportal.domain.ombud import ApplyForOmbud, OmbudBasis
from grantportal.imports.attachments import inspect
from grantportal.models.organisations import Organisation
from grantportal.services import ombud
from grantportal.services.ombud import Receiving
from tests.support.casework import CallFactory

LIMITS = Limits(1000, 1000, 15)
HERE = "192.0.2.1"
NOWHERE = Path(gettempdir()) / "ombud-files"


def asked(organisation: Organisation, *, folder: Path = NOWHERE, scan: bool = False, **values: object) -> int:
    """The id of an ombudsansökan that has just come in."""
    grant_id = values.pop("grant_id", None) or CallFactory().grant_id
    command = {
        "organisation_id": organisation.id,
        "grant_id": grant_id,
        "name": "Olle Exempel",
        "email": "olle@example.se",
        "title": "Direktör",
        "basis": OmbudBasis.DELEGATION,
        "valid_from": date(2020, 5, 4),
        **values,
    }
    db.close_read_session()
    try:
        return ombud.apply(HERE, LIMITS, Receiving(folder, inspect, scan=scan), ApplyForOmbud(**command))  # type: ignore[arg-type]
    finally:
        db.close_read_session()
