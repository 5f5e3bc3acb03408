"""Forms whose texts may hold a personnummer only when it is said why."""

from forms.base import Form, Line
from grantportal.domain.personal_numbers import LONGEST_REASON


class Explained(Form):
    """A form with a field for the reason, which is shown once a number has been warned of."""

    number_reason = Line(
        "Varför behövs personnumret?",
        description="Skriv bara om numret behöver stå kvar. Skälet sparas i ärendets historik, men inte numret.",
        longest=LONGEST_REASON,
    )

    @property
    def shows_number_reason(self) -> bool:
        """Whether a number has been warned of, or a reason has been written."""
        own = self.number_reason
        warned = any("skriv varför" in str(each) for field in self for each in field.errors)
        return bool(own.data or own.errors or warned)
