"""What people type about a case: the organisation's own number."""

from forms.base import Form, Line
from grantportal.domain.cases import ChangeReference


class ChangeReferenceForm(Form):
    """Ert diarienummer."""

    own_reference = Line("Ert diarienummer", longest=80)

    def command(self) -> ChangeReference:
        return ChangeReference(self.own_reference.data or "")
