"""Mail without a mail server is the administrator's to read."""

from tests.routes.access import Row

ROWS = {"outgoing.index": Row({"administrator"})}
