"""Skriv meddelande."""

from wtforms import HiddenField
from wtforms.validators import DataRequired

from forms.base import Paragraphs
from forms.personal_numbers import Explained
from grantportal.domain.messages import LONGEST, WriteMessage


class MessageForm(Explained):
    """Skriv meddelande."""

    seen = HiddenField()
    text = Paragraphs("Meddelande", [DataRequired("Skriv ditt meddelande.")], longest=LONGEST)

    def command(self) -> WriteMessage:
        """What is written, and the newest message that the page showed; 0 when it does not say."""
        seen = self.seen.data or ""
        known = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0
        return WriteMessage(self.text.data or "", known, self.number_reason.data or "")
