"""Two regions, the authority, and one person for each role."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import APPLICANT_ROLES, Role
from grantportal.domain.organisations import OrganisationKind
from grantportal.models.accounts import MandateRow, SignInSession, User
from grantportal.models.organisations import Organisation
from grantportal.queries.accounts import key_hash
from tests.support.remembered import remembered


@dataclass
class World:
    """What the rows of the matrix make their objects of. `users` and `keys` go by the visitor's name."""

    region: Organisation
    neighbour: Organisation
    authority: Organisation
    consulted: Organisation
    users: dict[str, User] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)


@remembered
def build() -> World:
    """Put everybody into the database, signed in."""
    with db.writing_session() as session, session.begin():
        world = World(
            region=Organisation(
                kind=OrganisationKind.REGION,
                name="Region Egen",
                organisation_number="232100-0255",
                mailbox="a@example.se",
            ),
            neighbour=Organisation(
                kind=OrganisationKind.REGION, name="Region Granne", organisation_number="232100-0131"
            ),
            authority=Organisation(
                kind=OrganisationKind.AUTHORITY, name="Myndigheten", organisation_number="202100-0555"
            ),
            consulted=Organisation(kind=OrganisationKind.CONSULTED, name="Samråd", organisation_number="202100-5364"),
        )
        session.add_all([world.region, world.neighbour, world.authority, world.consulted])
        session.flush()
        for role in Role:
            _add(world, role.value, _home(world, role), [role])
        _add(world, "neighbour", world.neighbour, sorted(APPLICANT_ROLES))
        for name, user in world.users.items():
            session.add(user)
            session.flush()
            session.add(_session_of(user, world.keys[name]))
    return world


def _home(world: World, role: Role) -> Organisation:
    if role in APPLICANT_ROLES:
        return world.region
    return world.consulted if role in {Role.SAMRAD, Role.UTVARDERARE} else world.authority


def _add(world: World, name: str, organisation: Organisation, roles: list[Role]) -> None:
    world.users[name] = User(
        name=f"{name.capitalize()} Exempel",
        email=f"{name}@example.se",
        created_at=datetime(2020, 1, 1, tzinfo=UTC),
        mandates=[
            MandateRow(organisation_id=organisation.id, role=role, valid_from=date(2020, 1, 1)) for role in roles
        ],
    )
    world.keys[name] = f"key of {name}"


def _session_of(user: User, key: str) -> SignInSession:
    now = clock.real_now()
    return SignInSession(
        key_sha256=key_hash(key),
        user_id=user.id,
        created_at=now,
        last_seen_at=now,
        ends_at=now + timedelta(hours=1),
        second_factor_at=now,
    )
