"""Ungdomshem."""

from wtforms.validators import DataRequired

from forms.base import Form, Line
from grantportal.domain.youth_homes import RegisterYouthHomes


class YouthHomeForm(Form):
    """One more home."""

    name = Line("Ungdomshemmets namn", [DataRequired("Skriv ungdomshemmets namn.")])

    def command(self) -> RegisterYouthHomes:
        """What the service takes."""
        return RegisterYouthHomes((self.name.data or "",))
