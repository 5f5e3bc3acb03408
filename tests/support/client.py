"""A test client that reads every page it fetches, and watches that nobody reads another's draft."""

import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Self
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import APPLICANT_ROLES
from grantportal.models.accounts import SignInSession, User
from grantportal.queries import accounts
from grantportal.web import SESSION_COOKIE
from tests.support import pages
from tests.support.rows import saved
from tests.support.statements import of_drafts, statements

REDIRECTS = {301, 302, 303, 307, 308}


class Client(FlaskClient):
    """One person's browser."""

    user: User | None = None
    writes_drafts = False

    def sign_in(self, user: User) -> Self:
        """Sign the person in as if password and second factor had been given."""
        self.set_cookie(SESSION_COOKIE, session_key(user))
        self.user = user
        self.writes_drafts = bool(accounts.actor_of(user.id).roles & APPLICANT_ROLES)
        db.close_read_session()
        return self

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request; every page that comes back is read and kept."""
        with statements() as sent:
            response = super().open(*args, **kwargs)
        # What is large lies in a temporary file of the test client's own, which it leaves open.
        response.request.environ["wsgi.input"].close()
        where = f"{response.request.method} {response.request.path} → {response.status_code} in {_test()}"
        drafts = [] if self.writes_drafts else of_drafts(sent)
        assert not drafts, f"{where}: only the organisation reads its drafts:\n" + "\n".join(drafts)
        if response.mimetype == "text/html" and response.status_code not in REDIRECTS and response.text:
            # A test may look at the tree too, without parsing again.
            response.document = pages.read(response.text, where)  # type: ignore[attr-defined]
            pages.keep(response.text, response.document, where)  # type: ignore[attr-defined]
            posted = response.request.method == "POST"
            assert posted or "<title>Fel:" not in response.text, f"{where}: nothing is wrong on a page just opened"
            told = summary(response)
            assert len(told) == len(set(told)), f"{where}: lines of the error summary that cannot be told apart: {told}"
        return response

    def post_form(
        self, url: str, data: Mapping[str, Any] | None = None, *, at: str | None = None, **kwargs: Any
    ) -> TestResponse:
        """Open the page that has the form, as a person does, and send the form with the page's token.

        `at` is the page when the form's address is another. A page that this person may not see is answered at once.
        """
        page = self.get(at or url)
        if page.status_code != 200:
            return page
        return self.post(url, data={**(data or {}), "csrf_token": token_in(page, url)}, **kwargs)


def summary(page: TestResponse) -> list[str]:
    """The lines of the page's error summary."""
    lists = [each for each in page.document.iter("ul") if "govuk-error-summary__list" in each.get("class", "")]  # type: ignore[attr-defined]
    return [pages.words(line).replace("\u00a0", " ") for each in lists for line in each.iter("li")]


def session_key(user: User) -> str:
    """The key of a new session of the person's: what the browser's cookie holds."""
    key = secrets.token_urlsafe(32)
    now = clock.real_now()
    saved(
        SignInSession(
            key_sha256=accounts.key_hash(key),
            user_id=user.id,
            created_at=now,
            last_seen_at=now,
            ends_at=now + timedelta(hours=8),
            second_factor_at=now,
        )
    )
    return key


def token_in(page: TestResponse, url: str) -> str:
    """The token of the page's form to the address, or of any form on it."""
    forms = [form for form in page.document.iter("form") if form.get("method", "").lower() == "post"]  # type: ignore[attr-defined]
    here = urlsplit(url).path
    forms.sort(key=lambda form: urlsplit(form.get("action") or page.request.path).path != here)
    for form in forms:
        for field in form.iter("input"):
            if field.get("name") == "csrf_token":
                return str(field.get("value"))
    raise AssertionError(f"{page.request.path} has no form to post")


def _test() -> str:
    return os.environ.get("PYTEST_CURRENT_TEST", "").partition(" ")[0]
