"""Ansökan: what is asked before it is begun."""

from collections.abc import Iterable
from typing import Any

from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired

from forms.base import Form, Line
from grantportal.domain.applications import StartApplication


class StartApplicationForm(Form):
    """Påbörja ansökan."""

    organisation_id = RadioField("Vilken organisation söker?", validators=[InputRequired("Välj organisation.")])
    applicant_unit = Line(
        "Sökande verksamhet",
        description="Till exempel en enhet. Lämna tomt om det är hela organisationen som söker.",
        longest=200,
    )

    def __init__(self, organisations: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        choices = [(str(each), name) for each, name in organisations]
        if len(choices) == 1:
            kwargs.setdefault("data", {"organisation_id": choices[0][0]})
        super().__init__(**kwargs)
        self.organisation_id.choices = [SelectChoice(value, name) for value, name in choices]

    def command(self) -> StartApplication:
        return StartApplication(int(self.organisation_id.data), self.applicant_unit.data or "")
