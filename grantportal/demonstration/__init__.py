"""The invented story, played through the services as the demonstration's persons."""

import shutil

from grantportal import db, migrate, standstill
from grantportal.demonstration.persons import Person, enter_all, persons
from grantportal.demonstration.story import STOPS, Story
from grantportal.domain import clock
from grantportal.imports.organisations import regions
from grantportal.queries import portal as row
from grantportal.services import demonstration as services
from grantportal.services import history, organisations, portal
from grantportal.settings import Settings

__all__ = ["STOPS", "Person", "is_loaded", "load", "persons", "register_known", "restart"]

LAST = "aterrapportering"
PATIENCE_SECONDS = 20.0
"""How long beginning anew waits for those who use the database just now."""


def register_known(settings: Settings) -> None:
    """The authority and the regions, registered before anybody works there: the story's day, not that of the machine."""
    first = min(person.valid_from for person in persons())
    with clock.at(clock.local(first, 7)):
        organisations.register_known(settings.authority_name, settings.authority_number, regions())
        history.take_in()


def is_loaded() -> bool:
    """Whether the whole story has been told in this database: a start that was broken off is not."""
    return row.is_story_told()


def load(until: str | None = None) -> None:
    """Fill a migrated database, where the organisations are registered, with the persons and what they did.

    `until` is one of STOPS: the story is played up to that day, which is then the first one shown.
    """
    first_day = STOPS[until or LAST]
    db.close_read_session()
    services.mark()
    enter_all()
    for step in Story().steps():
        if step.at >= clock.local(first_day, 0):
            break
        with clock.at(step.at):
            step.play()
        # What a step has read is not what the next one would find.
        db.close_read_session()
    services.show_from(first_day)


def restart(settings: Settings, until: str | None = None) -> None:
    """Begin anew: an empty database of the same schema, no stored files, no mail; then the story again.

    Everybody else waits meanwhile. Raises StandsStill where somebody else begins anew already.
    """
    db.close_read_session()
    with standstill.alone(settings.instance, patience_seconds=PATIENCE_SECONDS):
        _restart(settings, until)


def _restart(settings: Settings, until: str | None) -> None:
    if not settings.demonstration or not row.is_demonstration():
        raise RuntimeError("only the demonstration begins anew")
    db.close_read_session()
    migrate.downgrade()
    for folder in (settings.files, settings.mail):
        shutil.rmtree(folder, ignore_errors=True)
    migrate.upgrade()
    # What the processes have prepared is for the tables that were.
    db.engine().dispose()
    portal.set_up(
        registration_prefix=settings.numbers_begin_with,
        authority_address=settings.named_address,
        appeal_court=settings.named_court,
    )
    register_known(settings)
    load(until)
