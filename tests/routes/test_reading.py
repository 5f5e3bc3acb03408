"""An application read as one page, and what differs between two versions of it: the same for both sides."""

from datetime import date

import html5lib
import pytest
from flask import render_template_string

from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.answers import Staff
from grantportal.domain.supplements import RequestSupplement
from grantportal.services import supplements
from tests.support.applications import (
    DEFINITION,
    IN_JUNE,
    IN_MAY,
    IN_TIME,
    actor_of,
    another_call,
    applicant,
    asked_to_supplement,
    begin,
    handed_in,
    open_call,
    row,
    write,
)
from tests.support.calls import authority
from tests.support.factories import OrganisationFactory, person
from tests.support.pages import words


@pytest.fixture
def user(database):
    return applicant(Role.OMBUD, OrganisationFactory(name="Region Exempel"))


@pytest.fixture
def ombud(user):
    return actor_of(user)


@pytest.fixture
def handler(database):
    return person(Role.HANDLAGGARE, authority(), valid_from=date(2019, 1, 1))


@pytest.fixture(autouse=True)
def in_time(database):
    with clock.at(IN_TIME):
        yield


@pytest.fixture
def application(ombud):
    return handed_in(ombud, open_call())


@pytest.fixture
def supplemented(ombud, application, handler):
    """The tidplan and the budget are others in the second version."""
    asked = RequestSupplement(("arbetet", "kostnader"), "Mer om tid och pengar.", IN_JUNE.date())
    supplement = asked_to_supplement(actor_of(handler), application, asked)
    budget = DEFINITION.questions[7]
    staff = Staff("läkare", {2021: 50, 2022: 60}, {2021: 1_000_000, 2022: 1_050_000}).text()
    with clock.at(IN_MAY):
        write(ombud, application, {"q6": "Start våren 2022.", f"{budget.field}-s0": staff})
        supplements.answer(ombud, supplement)
    return application


def marked(page, element):
    return ["".join(each.itertext()) for each in page.document.iter(element)]


def rows(page, caption):
    """A table's rows as texts, by its caption."""
    tables = [each for each in page.document.iter("table") if words(each.find("caption")) == caption]
    return [[words(cell) for cell in row] for table in tables for row in table.find("tbody").iter("tr")]


def test_both_sides_read_what_differs_word_by_word(supplemented, user, handler, signed_in):
    url = f"/ansokningar/{supplemented.id}/jamfor"
    pages = [signed_in(each).get(url) for each in (user, handler)]
    for page in pages:
        assert page.status_code == 200
        assert [each.replace("(slut på borttaget)", "").split(": ")[1].strip() for each in marked(page, "del")] == [
            "hösten 2021"
        ]
        assert [each.replace("(slut på tillagt)", "").split(": ")[1].strip() for each in marked(page, "ins")] == [
            "våren 2022"
        ]
        assert rows(page, "Det som söks") == [
            ["Sökt för 2021", "1 100 000", "1 100 000", "0"],
            ["Sökt för 2022", "1 200 000", "1 150 000", "−50 000"],
            ["Sökt i allt", "2 300 000", "2 250 000", "−50 000"],
        ]
        assert rows(page, "Ändrade belopp och procenttal") == [
            ["läkare, 2022, kr", "1 100 000", "1 050 000", "−50 000"],
            ["Personal, 2022", "1 100 000", "1 050 000", "−50 000"],
        ]
        assert "1 oförändrat svar" in page.text


def test_the_reader_chooses_which_two(supplemented, user, signed_in):
    browser, url = signed_in(user), f"/ansokningar/{supplemented.id}/jamfor"
    page = browser.get(f"{url}?fran=2&till=1")
    assert "våren" in marked(page, "del")[0]
    same = browser.get(f"{url}?fran=1&till=1")
    assert "Du har valt samma version två gånger" in same.text
    assert marked(same, "del") == []
    assert browser.get(f"{url}?fran=1&till=3").status_code == 404
    assert browser.get(f"{url}?fran=0&till=2").status_code == 404
    assert browser.get(f"{url}?fran=x&till=-").status_code == 200


def test_a_single_version_has_nothing_to_be_compared_with(application, user, signed_in):
    page = signed_in(user).get(f"/ansokningar/{application.id}/jamfor")
    assert "Det finns inget att jämföra med" in page.text


def test_the_whole_application_is_one_page(supplemented, user, handler, signed_in):
    for reader in (user, handler):
        page = signed_in(reader).get(f"/ansokningar/{supplemented.id}/version")
        for section in DEFINITION.sections:
            assert section.title in page.text
        for said in (
            row(supplemented.id).case.registration_number,
            "Fingeravtryck",
            "Region Exempel",
            "Statsbidrag för 2021 och 2022",
        ):
            assert said in page.text
        assert f"/ansokningar/{supplemented.id}/jamfor" in page.text
        first = signed_in(reader).get(f"/ansokningar/{supplemented.id}/version/1")
        assert "Start hösten 2021." in first.text


def test_a_draft_has_no_versions_to_compare(ombud, user, handler, signed_in):
    draft = begin(ombud, another_call("En annan utlysning"))
    assert signed_in(user).get(f"/ansokningar/{draft.id}/jamfor").status_code == 404
    assert signed_in(handler).get(f"/ansokningar/{draft.id}/jamfor").status_code == 404


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, ("Hösten",), ["Frågan ställdes inte", "Hösten"]),
        (("Hösten",), None, ["Hösten", "Frågan ställdes inte"]),
        (("Hösten",), (), ["Hösten", "Inget svar"]),
    ],
)
def test_a_question_that_was_not_asked_is_told_from_one_without_an_answer(app, before, after, told):
    template = '{% from "components/difference.html" import word_difference %}{{ word_difference(before, after) }}'
    with app.test_request_context():
        shown = html5lib.parse(
            render_template_string(template, before=before, after=after), namespaceHTMLElements=False
        )
    sides = [
        each for each in shown.iter("p") if "bp-typed" in each.get("class", "") or "bp-muted" in each.get("class", "")
    ]
    assert [next(text for text in told if text in words(side)) for side in sides] == told
