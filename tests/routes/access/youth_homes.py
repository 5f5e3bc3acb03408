"""The list of youth homes: read by the authority, written by its handläggare."""

from grantportal.domain.youth_homes import YouthHomeStatus
from grantportal.models.organisations import YouthHome
from tests.routes.access import READERS, Row
from tests.routes.access.world import World
from tests.support.rows import saved


def home(world: World, status: YouthHomeStatus = YouthHomeStatus.OPEN) -> dict[str, int]:
    """A home of the region's; each has a name of its own."""
    home.made = getattr(home, "made", 0) + 1
    made = saved(YouthHome(name=f"Hem {home.made}", region_id=world.region.id, status=status))
    return {"home_id": made.id}


def closed_home(world: World) -> dict[str, int]:
    """One that cannot be chosen."""
    return home(world, YouthHomeStatus.CLOSED)


CHANGED = {"thing": home, "shared": True}
ROWS = {
    "youth_homes.index": Row({"handlaggare"}, reads=READERS, data={"name": "Folåsa", "region_id": "0"}),
    "youth_homes.show": Row({"handlaggare"}, **CHANGED),
    "youth_homes.move": Row({"handlaggare"}, data={"region_id": "0"}, **CHANGED),
    "youth_homes.close": Row({"handlaggare"}, **CHANGED),
    "youth_homes.reopen": Row({"handlaggare"}, thing=closed_home, shared=True),
}
