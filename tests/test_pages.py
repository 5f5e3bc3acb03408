"""The reading of every page does find what is wrong, and the client lets nobody read another's draft."""

import pytest
from sqlalchemy import text

from grantportal import db
from tests.support import pages
from tests.support.statements import of_drafts, statements

PAGE = '<!DOCTYPE html><html lang="sv"><head><title>{title}</title></head><body><h1>Prov</h1>{body}</body></html>'


def read(body: str, title: str = "Prov – Bidragsportalen") -> None:
    pages.read(PAGE.format(title=title, body=body), "here")


def test_a_page_without_faults_is_read():
    read('<form method="post"><input type="hidden" name="csrf_token" value="x"><label>Namn <input></label></form>')
    read("<p>Ni har lämnat in ansökan.</p>", title="Fel: Prov – Bidragsportalen")


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<p><b>fel</p></b>", "not valid HTML"),
        ("<h1>Två</h1>", "2 h1"),
        ("<input name=a>", "no label: input 'a'"),
        ('<form method="post"></form>', "no CSRF token"),
        ('<i id="a"></i><i id="a"></i>', "is there 2 times"),
        ('<a href="#b">dit</a>', "a link to #b"),
        ("<p>submitted</p>", "an untranslated code"),
        ("<p>application.submitted</p>", "an untranslated code"),
        ("<h2>There is a problem</h2>", "the kit's English"),
        ('<nav aria-label="Back"></nav>', "the kit's English"),
        ("<p>None</p>", "not a word for a reader"),
    ],
)
def test_a_fault_is_found(body, fault):
    with pytest.raises(AssertionError, match=fault):
        read(body)


def test_a_title_of_another_page_is_found():
    with pytest.raises(AssertionError, match="the title is"):
        read("", title="Start – Bidragsportalen")


def test_a_statement_about_drafts_is_told_from_others(database):
    with statements() as sent:
        db.session().execute(text("SELECT count(*) FROM report_answers"))
        db.session().execute(text("SELECT count(*) FROM applications JOIN answers ON answers.id = applications.id"))
        db.session().execute(text("SELECT count(*) FROM applications"))
    assert len(of_drafts(sent)) == 2
