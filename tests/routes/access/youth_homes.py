"""The list of youth homes: read by the authority, written by its handläggare."""

from tests.routes.access import READERS, Row

ROWS = {"youth_homes.index": Row({"handlaggare"}, reads=READERS, data={"name": "Folåsa"})}
