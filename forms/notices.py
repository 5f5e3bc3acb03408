"""Meddelanden: which of them have been read."""

from wtforms import HiddenField

from forms.base import Form


class NoticesForm(Form):
    """Markera som läst."""


class AllReadForm(NoticesForm):
    """Markera alla som lästa: up to the newest that the page knew of."""

    newest = HiddenField()

    def command(self) -> int:
        """Its number; nothing is marked without it."""
        typed = self.newest.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
