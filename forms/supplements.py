"""Komplettering."""

from collections.abc import Iterable
from typing import Any

from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types

from forms.answers import SeveralOf
from forms.base import Day, Form, Paragraphs
from forms.personal_numbers import Explained
from grantportal.domain.supplements import MoreTime, RequestSupplement


class RequestSupplementForm(Form):
    """Begär komplettering."""

    parts = SeveralOf("Vilka delar ska kompletteras?", description="Bara de delar du väljer går att ändra.")
    reason = Paragraphs("Vad ska kompletteras, och varför?", description="Texten skickas till den sökande.")
    last_day = Day("Sista dag att svara", missing="Skriv sista dag att svara.")

    def __init__(self, sections: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.parts.choices = [SelectChoice(key, title) for key, title in sections]

    def command(self) -> RequestSupplement:
        return RequestSupplement(tuple(self.parts.data or ()), self.reason.data or "", self.last_day.data)


class AskMoreTimeForm(Explained):
    """Be om längre tid."""

    last_day = Day("Vilken dag kan ni svara senast?", missing="Skriv en dag.")
    reason = Paragraphs(
        "Varför behöver ni längre tid?", description="Skriv inga uppgifter om enskilda barn.", longest=2_000
    )

    def command(self) -> MoreTime:
        return MoreTime(self.last_day.data, self.reason.data or "", self.number_reason.data or "")


class ExtendTimeForm(Explained):
    """Förläng tiden."""

    last_day = Day("Ny sista dag att svara", missing="Skriv ny sista dag.")
    reason = Paragraphs("Varför förlängs tiden?", description="Texten skickas till den sökande.", longest=2_000)

    def command(self) -> MoreTime:
        return MoreTime(self.last_day.data, self.reason.data or "", self.number_reason.data or "")
