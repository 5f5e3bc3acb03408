"""Fixtures that every test may ask for, and what happens around a run."""

from collections.abc import Callable, Iterator

import pytest

# Before anything imports them, or their asserts do not say what they compared: all other imports come after it (E402).
pytest.register_assert_rewrite("tests.support")

from argon2 import PasswordHasher  # noqa: E402
from flask import Flask  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402
from jinja2.bccache import Bucket, BytecodeCache  # noqa: E402

from grantportal import db, logs  # noqa: E402
from grantportal.app import create_app  # noqa: E402
from grantportal.domain import accounts  # noqa: E402
from grantportal.models.accounts import User  # noqa: E402
from grantportal.settings import Settings  # noqa: E402
from tests.support import databases, pages, remembered, run  # noqa: E402
from tests.support.browser import chromium, live, visitor  # noqa: E402
from tests.support.client import Client  # noqa: E402

__all__ = ["chromium", "live", "visitor"]


class Compiled(BytecodeCache):
    """Templates are compiled once per process, however many applications the tests make."""

    def __init__(self) -> None:
        self.known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key + bucket.checksum in self.known:
            bucket.bytecode_from_string(self.known[bucket.key + bucket.checksum])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.known[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


# How fast the machine is just now decides nothing.
settings.register_profile("portal", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("portal")

Flask.jinja_options = {"bytecode_cache": Compiled()}


def pytest_configure(config: pytest.Config) -> None:
    """The process that starts the others makes what they share."""
    if not hasattr(config, "workerinput"):
        run.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    """The process that started the others clears away."""
    if not hasattr(config, "workerinput"):
        databases.Cluster().stop()
        run.end()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """One run of the HTML checker reads every distinct page that the tests fetched; it counts as one more test."""
    if hasattr(session.config, "workerinput") or session.config.option.collectonly:
        return
    faults = pages.faults_of_kept()
    outcome = "failed" if faults else "passed"
    report = pytest.TestReport(
        nodeid="every page that the tests fetched is valid HTML",
        location=("tests/support/pages.py", 0, "every page that the tests fetched is valid HTML"),
        keywords={},
        outcome=outcome,
        longrepr="\n".join(faults) or None,
        when="call",
    )
    session.config.hook.pytest_runtest_logreport(report=report)
    if faults:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[databases.Database]:
    """A migrated database with what the migrations leave in it, in use by the portal; each test runs on both."""
    chosen = databases.of(request.param)
    chosen.reset()
    # An engine remembers how it has put queries into words; made anew for every test it would take half the run.
    db.use(databases.engine(chosen.url))
    # A test that patches something builds its worlds with what it has patched.
    if "monkeypatch" not in request.fixturenames:
        remembered.begin(chosen)
    yield chosen
    remembered.forget()
    db.close_read_session()
    # The server's connections serve the next test too: a new one reads the whole catalogue before it answers.
    if request.param == "sqlite" or db.engine() is not databases.engine(chosen.url):
        db.engine().dispose()


@pytest.fixture(scope="session")
def app() -> Flask:
    """The portal as an authority runs it, with an instance folder of its own; `database` says where it stores."""
    instance = run.folder() / f"instance-{run.worker()}"
    instance.mkdir()
    settings = Settings(
        # A test may open more pages in a minute than any person.
        instance=instance,
        database_url="sqlite://",
        secret_key="tests",
        secure_cookies=False,
        limits_url="",
    )
    settings.keyring.make()
    made = create_app(settings)
    made.testing = True
    made.test_client_class = Client
    return made


@pytest.fixture
def quick_passwords() -> Iterator[None]:
    """Passwords are hashed in no time: what they protect here is nothing."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_HASHER", quick)
        patch.setattr(accounts, "_NOBODYS", quick.hash("nobody"))
        yield


@pytest.fixture(autouse=True)
def _each_line_is_new() -> None:
    """What an earlier test has met does not keep this one's line out of the log."""
    logs.once.forget()


@pytest.fixture
def client(app: Flask, database: databases.Database) -> Client:
    """A browser that nobody has signed in to."""
    return app.test_client()


@pytest.fixture
def signed_in(app: Flask, database: databases.Database) -> Callable[[User], Client]:
    """A browser for each person: `signed_in(ombud).get("/")`."""
    return lambda user: app.test_client().sign_in(user)
