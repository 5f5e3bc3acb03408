"""What people type about a case: the organisation's own number, a note to the file, and what a list is narrowed by."""

from wtforms.validators import DataRequired

from forms.base import Day, Form, Line, Paragraphs
from grantportal.domain.cases import ChangeReference, WriteFileNote


class ChangeReferenceForm(Form):
    """Ert diarienummer."""

    own_reference = Line("Ert diarienummer", longest=80)

    def command(self) -> ChangeReference:
        return ChangeReference(self.own_reference.data or "")


class FileNoteForm(Form):
    """Tjänsteanteckning."""

    occurred_on = Day("När hände det?", missing="Skriv dagen då det hände.")
    participants = Line(
        "Vilka deltog?",
        [DataRequired("Skriv vilka som deltog, eller att du var ensam.")],
        description="Namn och roll, till exempel Ulla Exempel, ombud.",
        longest=300,
    )
    text = Paragraphs("Vad har sagts eller hänt?", [DataRequired("Skriv vad som har sagts eller hänt.")])

    def command(self) -> WriteFileNote:
        return WriteFileNote(self.occurred_on.data, self.participants.data or "", self.text.data or "")
