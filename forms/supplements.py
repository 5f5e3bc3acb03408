"""Komplettering."""

from collections.abc import Iterable
from typing import Any

from wtforms import BooleanField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import DataRequired

from forms.answers import SeveralOf
from forms.base import Day, Paragraphs
from forms.personal_numbers import Explained
from grantportal.domain.opened import Part
from grantportal.domain.supplements import NOTE, MoreTime, RequestSupplement


class RequestSupplementForm(Explained):
    """Begär komplettering of an application."""

    parts = SeveralOf(
        "Vilka delar ska kompletteras?",
        [DataRequired("Välj minst en del som ska kompletteras.")],
        description="Bara det du väljer går att ändra. Välj hela avsnitt, enstaka frågor eller rader i budgeten.",
    )
    reason = Paragraphs(
        "Vad ska kompletteras, och varför?",
        [DataRequired("Skriv vad som ska kompletteras och varför.")],
        description="Texten skickas till den sökande.",
    )
    is_injunction = BooleanField(
        "Upplys om att ansökan kan avvisas om den inte kompletteras",
        description="Kryssa i om ansökan inte går att pröva utan svaret. Upplysningen skickas med texten (föreläggande).",
    )
    last_day = Day("Sista dag att svara", missing="Skriv sista dag att svara.")

    def __init__(self, choices: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.parts.choices = [SelectChoice(key, title) for key, title in choices]

    def command(self) -> RequestSupplement:
        """What the service takes."""
        return RequestSupplement(
            tuple(self.parts.data or ()),
            self.reason.data or "",
            self.last_day.data,
            self._notes(),
            self.number_reason.data or "",
            self.is_injunction.data,
        )

    def _notes(self) -> dict[str, str]:
        return {
            field.name.removeprefix(NOTE): field.data for field in self if field.name.startswith(NOTE) and field.data
        }

    def boxes(self) -> dict[str, Any]:
        """The box of each part, by its key, for a page that shows them as a tree."""
        return {str(box.data): box for box in self.parts}

    def note(self, part: str) -> Any:
        """Where what is missing in the part is written."""
        return self[f"{NOTE}{part}"]


def request_form(parts: Iterable[Part], chosen: Iterable[str] = ()) -> RequestSupplementForm:
    """The form over an application's parts, with a note for each; `chosen` are ticked from the start."""
    every = [part for branch in parts for part in branch.walk()]
    notes = {f"{NOTE}{part.key}": Paragraphs(f"Vad saknas: {part.title}", longest=1_000) for part in every}
    form: type[RequestSupplementForm] = type("RequestPartsForm", (RequestSupplementForm,), notes)
    known = {part.key for part in every}
    return form([(part.key, part.title) for part in every], parts=[key for key in chosen if key in known])


class AskMoreTimeForm(Explained):
    """Be om längre tid."""

    last_day = Day("Vilken dag kan ni svara senast?", missing="Skriv en dag.")
    reason = Paragraphs(
        "Varför behöver ni längre tid?",
        [DataRequired("Skriv varför tiden behöver bli längre.")],
        description="Skriv inga uppgifter om enskilda personer.",
        longest=2_000,
    )

    def command(self) -> MoreTime:
        return MoreTime(self.last_day.data, self.reason.data or "", self.number_reason.data or "")


class ExtendTimeForm(Explained):
    """Förläng tiden."""

    last_day = Day("Ny sista dag att svara", missing="Skriv ny sista dag.")
    reason = Paragraphs(
        "Varför förlängs tiden?",
        [DataRequired("Skriv varför tiden behöver bli längre.")],
        description="Texten skickas till den sökande.",
        longest=2_000,
    )

    def command(self) -> MoreTime:
        return MoreTime(self.last_day.data, self.reason.data or "", self.number_reason.data or "")
