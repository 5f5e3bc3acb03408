"""The youth homes that applications can choose among: registered, moved between regions, closed and opened again."""

from grantportal import policy
from grantportal.domain import personal_numbers, youth_homes
from grantportal.domain.actors import Actor
from grantportal.domain.errors import NotVisible
from grantportal.domain.events import EventKind
from grantportal.domain.youth_homes import YOUTH_HOME, MoveYouthHome, RegisterYouthHomes, YouthHomeAction
from grantportal.models.organisations import YouthHome
from grantportal.policy import Permission
from grantportal.queries import youth_homes as queries
from grantportal.transaction import transaction


def register(actor: Actor, command: RegisterYouthHomes) -> int:
    """Register the homes; a name that is registered already is refused. Answers how many."""
    with transaction(actor, EventKind.YOUTH_HOME_REGISTERED) as act:
        policy.require(act.actor, Permission.SET_UP_GRANT)
        _ensure_region(command.region_id)
        personal_numbers.ensure_none({"name": "\n".join(command.names)}, personal_numbers.IN_NAME)
        homes = [YouthHome(name=name, region_id=command.region_id) for name in command.names]
        act.session.add_all(homes)
        act.session.flush()
        for home in homes:
            act.also(EventKind.YOUTH_HOME_REGISTERED, home, name=home.name, region_id=home.region_id)
        return len(homes)


def move(actor: Actor, home_id: int, command: MoveYouthHome) -> None:
    """Flytta: the home stands under another region, or under none."""
    with transaction(actor, EventKind.YOUTH_HOME_MOVED) as act:
        policy.require(act.actor, Permission.SET_UP_GRANT)
        home = _locked(home_id)
        home.status = YOUTH_HOME.after(home.status, YouthHomeAction.MOVE)
        _ensure_region(command.region_id)
        home.region_id = command.region_id
        act.about(home, name=home.name, region_id=home.region_id)


def close(actor: Actor, home_id: int) -> None:
    """Stäng: nobody can choose the home any more; it is kept where it is chosen."""
    _change(actor, home_id, YouthHomeAction.CLOSE, EventKind.YOUTH_HOME_CLOSED)


def reopen(actor: Actor, home_id: int) -> None:
    """Öppna igen: the home can be chosen again."""
    _change(actor, home_id, YouthHomeAction.REOPEN, EventKind.YOUTH_HOME_REOPENED)


def _change(actor: Actor, home_id: int, action: YouthHomeAction, kind: EventKind) -> None:
    with transaction(actor, kind) as act:
        policy.require(act.actor, Permission.SET_UP_GRANT)
        home = _locked(home_id)
        home.status = YOUTH_HOME.after(home.status, action)
        act.about(home, name=home.name)


def _ensure_region(region_id: int | None) -> None:
    if region_id is not None:
        youth_homes.ensure_is_region(queries.kind_of(region_id))


def _locked(home_id: int) -> YouthHome:
    home = queries.locked(home_id)
    if home is None:
        raise NotVisible
    return home
