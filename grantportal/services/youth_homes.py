"""Registering the youth homes that applications can choose among."""

from grantportal import policy
from grantportal.domain.actors import Actor
from grantportal.domain.events import EventKind
from grantportal.domain.youth_homes import RegisterYouthHomes
from grantportal.models.organisations import YouthHome
from grantportal.policy import Permission
from grantportal.transaction import transaction


def register(actor: Actor, command: RegisterYouthHomes) -> int:
    """Register the homes; a name that is registered already is refused. Answers how many."""
    with transaction(actor, EventKind.YOUTH_HOME_REGISTERED) as act:
        policy.require(act.actor, Permission.SET_UP_GRANT)
        homes = [YouthHome(name=name) for name in command.names]
        act.session.add_all(homes)
        act.session.flush()
        for home in homes:
            act.also(EventKind.YOUTH_HOME_REGISTERED, home, name=home.name)
        return len(homes)
