"""What people type about a case: the organisation's own number."""

from collections.abc import Iterable
from typing import Any

from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types

from forms.base import Form, Line
from grantportal.domain.cases import AssignCases, ChangeReference


class ChangeReferenceForm(Form):
    """Ert diarienummer."""

    own_reference = Line("Ert diarienummer", longest=80)

    def command(self) -> ChangeReference:
        return ChangeReference(self.own_reference.data or "")


def _number(typed: Any) -> int | None:
    text = str(typed)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


class AssignForm(Form):
    """Fördela ärende."""

    # Somebody who has left since the page was opened is refused by the rule, with its own sentence.
    handler = RadioField("Vem ska handlägga?", coerce=_number, validate_choice=False)

    def __init__(self, handlers: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.handler.choices = [SelectChoice(key, name) for key, name in handlers]

    def command(self) -> AssignCases:
        return AssignCases(self.handler.data)
