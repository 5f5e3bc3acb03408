"""The pages whose queries are counted and whose time is compared, each with little in it and with much."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask, url_for
from flask.testing import FlaskClient

from grantportal import db
from grantportal.domain.actors import Role
from grantportal.domain.reports import ReportStatus
from grantportal.models.accounts import User
from grantportal.models.organisations import Organisation
from grantportal.web import SESSION_COOKIE
from tests.support import plenty
from tests.support.client import session_key
from tests.support.factories import person
from tests.support.statements import statements

EMPTY = "public.cookies"
"""A page with the same frame, session and person, and nothing of its own."""


@dataclass(frozen=True)
class Page:
    """An address, as one person opens it."""

    client: FlaskClient
    url: str
    empty_url: str

    def open(self) -> bytes:
        """The page, which must be there."""
        return self._get(self.url)

    def open_empty(self) -> bytes:
        """The empty page, for the same person."""
        return self._get(self.empty_url)

    def _get(self, url: str) -> bytes:
        answer = self.client.get(url)
        assert answer.status_code == 200, f"{url}: {answer.status_code}"
        return answer.data

    def queries(self) -> int:
        """How many the page asks, session and person included. The second visit counts: the first one warms up."""
        self.open()
        with asked() as sent:
            self.open()
        return len(sent)


@contextmanager
def asked() -> Iterator[list[str]]:
    """What is asked of the database meanwhile; SQLite's BEGIN asks nothing."""
    found: list[str] = []
    with statements() as sent:
        yield found
    found += [statement for statement in sent if statement != "BEGIN"]


def page(app: Flask, user: User, endpoint: str, **values: object) -> Page:
    """The page as the person opens it, with nothing between the measure and the portal."""
    client = FlaskClient(app, app.response_class)
    client.set_cookie(SESSION_COOKIE, session_key(user))
    with app.test_request_context():
        return Page(client, url_for(endpoint, **values), url_for(EMPTY))


def officers_list(app: Flask, of: plenty.Ground) -> Page:
    """An officer's list of cases."""
    return page(app, of.officer, "cases.index")


def form_page(app: Flask, of: plenty.Ground, *, staff: int) -> Page:
    """A region's form page: the section with the budget, filled in."""
    region = region_of(of)
    ombud = person(Role.OMBUD, region)
    application_id = plenty.draft(of, ombud, region, staff=staff)
    return page(app, ombud, "applications.section", application_id=application_id, key=plenty.BUDGET_SECTION)


def overview(app: Flask, of: plenty.Ground) -> Page:
    """Regions, expected results and years: the matrix overview of every report that has been handed in."""
    plenty.reports(of)
    return page(app, of.officer, "reviews.index", bidrag=of.grant)


def report_page(app: Flask, of: plenty.Ground) -> Page:
    """A region's page of one expected result, in a report that it is writing."""
    own = plenty.ground(results=len(of.results), years=of.years, like=of)
    drafts = plenty.reports(own, status=ReportStatus.DRAFT, years=of.years[-1:])
    return page(app, person(Role.OMBUD, region_of(of)), "reports.result", report_id=drafts[0], code="A1")


def region_of(of: plenty.Ground) -> Organisation:
    """The first of the regions."""
    with db.writing_session() as session:
        return session.get_one(Organisation, of.regions[0])
