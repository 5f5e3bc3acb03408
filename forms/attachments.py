"""Lägg till en fil: the file, and whether it says anything about children."""

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired

from forms.base import Form, Line
from grantportal.domain.attachments import ACCEPTED, SendAttachment
from grantportal.domain.personal_numbers import LONGEST_REASON

CHOOSE_AGAIN = "Välj filen igen: den följer inte med när något behöver rättas."


class AttachmentForm(Form):
    """One file at a time, so that what is wrong is said of that file."""

    file = FileField(
        "Välj en fil",
        validators=[FileRequired("Välj en fil.")],
        description="Filen får vara pdf, docx, xlsx, png eller jpg och högst 15 MB.",
        render_kw={"accept": ACCEPTED},
    )
    about_children = RadioField(
        "Innehåller filen uppgifter om enskilda personer som arbetet gäller?",
        choices=[SelectChoice("nej", "Nej"), SelectChoice("ja", "Ja")],
        validators=[InputRequired("Svara på om filen innehåller uppgifter om enskilda personer.")],
        description="Namn, personnummer, diagnoser eller annat som gör att någon kan förstå vem det gäller. "
        "Namn på er personal räknas inte.",
    )
    reason = Line(
        "Varför behövs personnumret i filens namn?",
        description="Skriv bara om det står ett personnummer i namnet och det behöver stå kvar.",
        longest=LONGEST_REASON,
    )

    @property
    def shows_reason(self) -> bool:
        """Whether a number in the name has been warned of."""
        return bool(
            self.reason.data or self.reason.errors or any("personnummer" in str(each) for each in self.file.errors)
        )

    def ask_again(self) -> None:
        """The browser keeps no file when the page comes back."""
        if self.file.data and not self.file.errors:
            self.file.errors = [CHOOSE_AGAIN]

    def command(self) -> SendAttachment:
        """What was sent, as it was sent."""
        sent: Any = self.file.data
        return SendAttachment(
            sent.filename or "", sent.read(), self.about_children.data == "ja", self.reason.data or ""
        )
