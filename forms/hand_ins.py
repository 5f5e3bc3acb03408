"""Skicka in: what was read goes along, so that nothing else is handed in."""

from collections.abc import Collection

from forms.base import Fingerprint, Form
from grantportal.domain.hand_ins import AsRead


class HandInForm(Form):
    """Skicka in, exactly what was read."""

    sha256 = Fingerprint()

    def show(self, sha256: str, told: Collection[str] = ()) -> None:
        """What the page shows now is what the next press hands in. What the page tells elsewhere is told once."""
        self.sha256.data = sha256
        self.form_errors: list[str] = [error for error in self.form_errors if error not in told]

    def command(self) -> AsRead:
        """What the service takes."""
        return AsRead(self.sha256.data or "")
