"""The pages about the portal itself are everybody's."""

from tests.routes.access import EVERYBODY, Row

ROWS = {
    "public.accessibility": Row(EVERYBODY),
    "public.cookies": Row(EVERYBODY),
    "public.help": Row(EVERYBODY),
    "public.personal_data": Row(EVERYBODY),
}
