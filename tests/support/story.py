"""The demonstration as it is run: its story in a database of the test's, and its pages as one of its persons."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from grantportal import db
from grantportal.app import create_app
from grantportal.demonstration import LAST, STOPS, register_known
from grantportal.demonstration.persons import enter_all, persons
from grantportal.demonstration.story import Story, moment
from grantportal.domain import clock
from grantportal.imports.organisations import regions
from grantportal.models.accounts import User
from grantportal.services import demonstration, organisations, portal
from grantportal.settings import Settings
from tests.support.remembered import remembered
from tests.support.rows import committed


@contextmanager
def installed(url: str, instance: Path) -> Iterator[Flask]:
    """The demonstration, installed in a migrated database; nothing of the story is told yet."""
    settings = Settings(
        instance=instance, database_url=url, secret_key="tests", demonstration=True, secure_cookies=False
    )
    app = create_app(settings)
    app.testing = True
    try:
        portal.set_up(
            registration_prefix=settings.numbers_begin_with,
            authority_address=settings.named_address,
            appeal_court=settings.named_court,
        )
        register_known(settings)
        yield app
    finally:
        clock.move_by(lambda: 0)
        db.close_read_session()
        db.engine().dispose()


def enter_persons() -> None:
    """The persons and the first day: what the story itself tells has its own tests."""
    demonstration.mark()
    enter_all()
    demonstration.show_from(STOPS[LAST])
    db.close_read_session()


@remembered
def nothing_told() -> None:
    """The demonstration when nothing has happened in it yet."""
    organisations.register_known("Myndigheten", "202100-0555", regions())
    enter_persons()


class Telling:
    """The story, told piece by piece: between two pieces the portal can be visited as it was then."""

    def __init__(self) -> None:
        db.close_read_session()
        demonstration.mark()
        enter_all()
        self.story = Story()
        self.left = self.story.steps()

    def until(self, when: str) -> None:
        """Play all that happened before «2020-04-16 14:12», and show that day."""
        shown: datetime = moment(when)
        while self.left and self.left[0].at < shown:
            step = self.left.pop(0)
            with clock.at(step.at):
                step.play()
            db.close_read_session()
        demonstration.show_from(clock.stockholm(shown).date())
        db.close_read_session()


def person(key: str) -> User:
    """One of the demonstration's persons, by the key that the story uses."""
    email = next(one.email for one in persons() if one.key == key)
    return committed().scalars(select(User).where(User.email == email)).one()
