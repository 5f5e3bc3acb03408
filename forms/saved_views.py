"""Sparade vyer."""

from wtforms import HiddenField
from wtforms.validators import DataRequired

from forms.base import Form, Line
from grantportal.domain.saved_views import LONGEST_NAME, NameView, SaveView


class NameViewForm(Form):
    """Byt namn på vyn."""

    name = Line("Vad ska vyn heta?", [DataRequired("Skriv ett namn på vyn.")], longest=LONGEST_NAME)

    def command(self) -> NameView:
        return NameView(self.name.data or "")


class SaveViewForm(NameViewForm):
    """Spara som vy."""

    query = HiddenField()

    def command(self) -> SaveView:  # type: ignore[override]  # the same name, and what it is the name of
        return SaveView(self.name.data or "", self.query.data or "")
