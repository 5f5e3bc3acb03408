"""A text is as long to the page that counts while one writes as to the server that takes it."""

from grantportal import db
from grantportal.domain.actors import Role
from grantportal.domain.texts import clean
from grantportal.web import SESSION_COOKIE
from tests.support.casework import ApplicationFactory
from tests.support.client import session_key
from tests.support.databases import sqlite_only
from tests.support.factories import person

COUNTED = """text => {
    const field = document.querySelector('textarea.govuk-js-character-count');
    field.value = text;
    field.dispatchEvent(new Event('input', {bubbles: true}));
    field.dispatchEvent(new KeyboardEvent('keyup', {bubbles: true}));
}"""
LEFT = "() => document.querySelector('.govuk-character-count__message:not(.govuk-visually-hidden)').textContent"
TEXTS = {
    "emoji": "👍" * 7,
    "family": "👩‍👩‍👧‍👦",
    "decomposed": "a\u030a\u0308 o\u0308" * 3,
    "composed": "åäö" * 3,
    "around": "  \n ord \n ",
    "lines": "en\ntvå\n\ntre",
    "control": "a\u202eb\u200fc\x07d\u2028e",
}


@sqlite_only
def test_the_page_counts_as_the_server_does(visitor, live):
    application = ApplicationFactory()
    user = person(Role.OMBUD, application.organisation)
    key = session_key(user)
    db.close_read_session()
    visitor.add_cookies([{"name": SESSION_COOKIE, "value": key, "url": live}])
    page = visitor.new_page()
    page.goto(f"/arenden/{application.case_id}/meddelanden")
    page.wait_for_selector("textarea.govuk-js-character-count")
    # The kit tells what the count is as the typing pauses; over the limit it says how many are too many.
    field = page.locator("textarea.govuk-js-character-count")
    most = int(page.locator("[data-maxlength]").get_attribute("data-maxlength"))

    def over(text):
        page.evaluate(COUNTED, "x" * most + text)
        page.wait_for_function(f"() => ({LEFT})().includes('för mycket')")
        said = page.evaluate(LEFT)
        return int("".join(char for char in said if char.isdigit()))

    wrong = {}
    for name, text in TEXTS.items():
        whole = clean("x" * most + "|" + text).strip()
        counted = over("|" + text)
        if counted != len(whole) - most:
            wrong[name] = (counted, len(whole) - most)
    assert not wrong
    assert field.get_attribute("maxlength") is None
