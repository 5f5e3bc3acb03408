"""Skriv tjänsteanteckning."""

from collections.abc import Sequence
from datetime import time
from typing import Any

from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import DataRequired, InputRequired

from forms.answers import SeveralOf
from forms.base import Day, Paragraphs, Typed
from forms.personal_numbers import Explained
from grantportal.domain.file_notes import CONTACT_TEXTS, LONGEST_TEXT, ContactKind, WriteFileNote, parse_time


class TimeOfDay(Typed):
    """A time of day, typed as 09:30."""

    def read(self, text: str) -> time:
        return parse_time(text)

    def show(self, value: time) -> str:
        return f"{value:%H:%M}"


class FileNoteForm(Explained):
    """Tjänsteanteckning."""

    contact = RadioField(
        "Hur skedde kontakten?",
        choices=[SelectChoice(kind.value, text) for kind, text in CONTACT_TEXTS.items()],
        validators=[InputRequired("Välj hur kontakten skedde.")],
    )
    occurred_on = Day("Vilken dag?", missing="Skriv dagen då det hände.")
    starts_at = TimeOfDay("Från klockan", description="Får lämnas tomt. Skriv så här: 09:30.")
    ends_at = TimeOfDay("Till klockan", description="Får lämnas tomt.")
    present = SeveralOf("Vilka deltog?", description="Personer med behörighet i ärendet.")
    participants = Paragraphs(
        "Fler som deltog", description="En person per rad, med namn och roll, eller att du var ensam.", longest=5_000
    )
    text = Paragraphs(
        "Vad har sagts eller hänt?", [DataRequired("Skriv vad som har sagts eller hänt.")], longest=LONGEST_TEXT
    )

    def __init__(self, persons: Sequence[str], *, corrects: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.corrects = corrects
        self.present.choices = [SelectChoice(person, person) for person in persons]

    def command(self) -> WriteFileNote:
        """The note. Whoever is both ticked and written is there once."""
        written = [line.strip() for line in (self.participants.data or "").splitlines() if line.strip()]
        return WriteFileNote(
            occurred_on=self.occurred_on.data,
            participants=tuple(dict.fromkeys([*(self.present.data or ()), *written])),
            text=self.text.data or "",
            contact=ContactKind(self.contact.data),
            starts_at=self.starts_at.data,
            ends_at=self.ends_at.data,
            corrects=self.corrects,
            number_reason=self.number_reason.data or "",
        )
