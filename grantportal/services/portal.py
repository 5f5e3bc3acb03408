"""The portal's own row."""

from grantportal.queries import portal
from grantportal.transaction import Bookkeeping, bookkeeping


def set_up(*, registration_prefix: str, authority_address: str, appeal_court: str) -> None:
    """Say what diarienummer begin with and what decisions name from now on; what is given and decided stays as it is."""
    with bookkeeping(Bookkeeping.INSTALLATION):
        row = portal.row()
        row.registration_prefix = registration_prefix
        row.authority_address = authority_address
        row.appeal_court = appeal_court
