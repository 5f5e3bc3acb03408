"""The demonstration's own pages: everybody there, nobody elsewhere."""

from grantportal import db
from grantportal.models.accounts import User
from grantportal.models.portal import Portal
from tests.routes.access import EVERYBODY, Row
from tests.routes.access.world import World


def a_demonstration(world: World, _own: object) -> dict[str, object]:
    """The database is marked as one, and the ombud is one of its persons."""
    with db.writing_session() as session, session.begin():
        session.get_one(Portal, 1).is_demonstration = True
        person = session.get_one(User, world.users["ombud"].id)
        person.is_example = True
    return {"person": person.id, "days": "1"}


ROWS = {
    "demonstration.show": Row(EVERYBODY, demonstration=True),
    "demonstration.sign_in": Row(EVERYBODY, demonstration=True, data=a_demonstration),
    "demonstration.move_day": Row(EVERYBODY, demonstration=True, data=a_demonstration),
    # Without a valid token: what it does takes a while, and has its own test.
    "demonstration.restart": Row(EVERYBODY, demonstration=True, data={"csrf_token": ""}),
    "demonstration.mail": Row(EVERYBODY, demonstration=True),
}
