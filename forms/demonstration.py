"""What a visitor to the demonstration chooses."""

from wtforms import HiddenField, IntegerField
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import HiddenInput

from forms.base import Day, Form, WholeNumber
from grantportal.domain.demonstration import MoveDay


class PersonForm(Form):
    """One of the demonstration's persons; `next` and `kept` are as when signing in by password."""

    person = IntegerField(
        "Person",
        [InputRequired("Välj en person."), NumberRange(1, 999_999_999, "Välj en person.")],
        widget=HiddenInput(),
    )
    next = HiddenField()
    kept = HiddenField()

    def command(self) -> int:
        """The person's id."""
        return self.person.data or 0


class MoveDayForm(Form):
    """Flytta dagen framåt."""

    days = WholeNumber("Antal dagar framåt", least=1, most=6_000)
    day = Day("Eller till ett datum")

    def command(self) -> MoveDay:
        """How far."""
        return MoveDay(self.days.data, self.day.data)
