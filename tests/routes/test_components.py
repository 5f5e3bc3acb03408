"""The macros that every form is written with, on a page of their own."""

from collections.abc import Iterator

import html5lib
import pytest
from flask import Flask, render_template_string
from flask.ctx import RequestContext
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, Form, FormField, IntegerField, RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import html_params

from forms.base import attributes
from grantportal import settings

PAGE = """
{% from "components/error_summary.html" import error_summary %}
{% from "components/field.html" import field %}
{% from "components/budget_table.html" import budget_table %}
{{ error_summary(form) }}
{{ field(form.text, "Skriv kort.", limit=20) }}{{ field(form.rating) }}{{ field(form.children) }}
{{ budget_table("Kostnader", ["Kostnadsslag", "2021, kr"], groups) }}
"""


class Line(Form):
    """One kostnadsslag."""

    amount = StringField("Belopp", [InputRequired("Skriv beloppet, eller 0")])


class Everything(Form):
    """A field of each kind that is drawn in its own way."""

    text = TextAreaField("Vad har ni gjort?", [Length(max=20, message="Högst 20 tecken")])
    rating = RadioField(
        "Hur väl har ni nått resultatet?",
        choices=[SelectChoice("met", "Uppnått"), SelectChoice("not", "Inte uppnått")],
        validators=[InputRequired("Välj hur väl ni har nått resultatet")],
    )
    children = IntegerField("Antal barn och unga")
    lines = FieldList(FormField(Line), min_entries=2)


@pytest.fixture
def request_context() -> Iterator[RequestContext]:
    app = Flask("grantportal", template_folder=str(settings.folder("templates")))
    with app.test_request_context() as context:
        yield context


@pytest.fixture
def page(request_context):
    """The form as it comes back when everything in it was wrong."""
    posted = {
        "text": "Alldeles för många tecken <b>",
        "children": "tolv",
        "lines-0-amount": "",
        "lines-1-amount": "702 000",
        "lines-2-amount": "",
    }
    form = Everything(MultiDict(posted))
    for number, line in enumerate(form.lines, 1):
        line.amount.label.text = f"Rad {number}, kostnad" if number == 3 else f"Rad {number}"
    form.validate()
    form.lines[2].amount.errors = ["Rad 3: Skriv beloppet, eller 0"]
    form.form_errors = [*form.form_errors, "Ramen räcker inte"]
    rows = [
        {"label": f"Rad {number}", "cells": [{"field": line.amount, "part": "2021", "row": "staff2021"}]}
        for number, line in enumerate(form.lines)
    ]
    groups = [{"title": "", "rows": [*rows, {"label": "Summa", "cells": [{"sum": "2021", "text": "702 000"}]}]}]
    return html5lib.parse(render_template_string(PAGE, form=form, groups=groups), namespaceHTMLElements=False)


def with_class(page, name):
    return [each for each in page.iter() if name in str(each.get("class", "")).split()]


def test_every_error_in_the_summary_leads_to_its_field(page):
    (summary,) = with_class(page, "govuk-error-summary__list")
    targets = [link.get("href").removeprefix("#") for link in summary.iter("a")]

    assert targets == ["text", "rating-0", "children", "lines-0-amount", "lines-2-amount"]
    assert set(targets) <= {each.get("id") for each in page.iter()}


def test_every_line_of_the_summary_names_its_field(page):
    (summary,) = with_class(page, "govuk-error-summary__list")

    assert [link.text for link in summary.iter("a")] == [
        "Vad har ni gjort? Högst 20 tecken",
        "Hur väl har ni nått resultatet? Välj hur väl ni har nått resultatet",
        "Antal barn och unga: Not a valid integer value.",
        "Rad 1: Skriv beloppet, eller 0",
        # What already says which field it is about is left as it is.
        "Rad 3: Skriv beloppet, eller 0",
    ]
    beside, _ = with_class(page, "bp-cellerror")
    assert list(beside.itertext()) == ["Fel: ", "Skriv beloppet, eller 0"]


def test_an_error_of_the_whole_form_stands_in_the_summary_without_a_link(page):
    (summary,) = with_class(page, "govuk-error-summary__list")

    assert "Ramen räcker inte" in [item.text for item in summary.iter("li") if not list(item)]


def test_each_error_describes_its_field(page):
    ids = {each.get("id") for each in page.iter()}
    described = [each.get("aria-describedby").split() for each in page.iter() if each.get("aria-describedby")]

    assert ["text-hint", "text-error", "text-info"] in described
    assert ["lines-0-amount-error"] in described
    assert {one for several in described for one in several} <= ids


def test_what_was_typed_comes_back_also_when_it_is_wrong(page):
    (text,) = page.iter("textarea")
    typed = {each.get("id"): each.get("value") for each in page.iter("input")}

    assert text.text.strip() == "Alldeles för många tecken <b>"
    assert typed["children"] == "tolv"
    assert typed["lines-1-amount"] == "702 000"


def test_the_browser_neither_cuts_nor_refuses_what_is_typed(page):
    for each in [*page.iter("input"), *page.iter("textarea")]:
        assert each.get("type") in {None, "text", "radio"}
        assert not {"maxlength", "required", "min", "max"} & set(each.keys())


def test_a_sum_says_which_fields_it_adds_up(page):
    (total,) = [each for each in page.iter() if each.get("data-sum")]
    parts = [each.get("data-part") for each in page.iter() if each.get("data-part")]

    assert (total.get("data-sum"), total.text, parts) == ("2021", "702 000", ["2021"] * 3)


@pytest.mark.parametrize(
    "given",
    [
        {"name": "q1", "value": "1 000", "data_part": 2021, "aria_label": "Sökt, «kr»", "class_": "a b"},
        {"value": "a \"b\" <c> & 'd'", "required": True, "disabled": False, "data_row": Markup('&amp; "e"')},
        {"value": None, "id": "", "maxlength": 0},
    ],
)
def test_an_inputs_attributes_are_those_of_the_library(given):
    assert attributes(**given) == html_params(**given)
