"""The portal's own row."""

from grantportal.queries import portal
from grantportal.transaction import Bookkeeping, bookkeeping


def set_registration_prefix(prefix: str) -> None:
    """Say what diarienummer begin with from now on; numbers already given stay as they are."""
    with bookkeeping(Bookkeeping.INSTALLATION):
        portal.row().registration_prefix = prefix
