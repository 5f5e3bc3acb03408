"""Kommunicering: what the party gets to read, why it does not, and what it answers."""

from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired

from forms.base import Day, Paragraphs
from forms.personal_numbers import Explained
from grantportal.domain.decisions import (
    SKIP_TEXTS,
    ReplyToCommunication,
    SendCommunication,
    SkipCommunication,
    SkipGround,
)


class SendForm(Explained):
    """Underlag till parten."""

    material = Paragraphs(
        "Vad ska parten få läsa?",
        [InputRequired("Skriv det som parten ska få läsa.")],
        description="Det som parten inte har sett och som betyder något för beslutet. Ett förslag till beslut får följa med.",
        longest=40_000,
    )
    last_day = Day(
        "Sista dag att svara",
        missing="Skriv sista dagen att svara.",
        description="Dagen räknas till och med kl. 23.59.",
    )

    def command(self) -> SendCommunication:
        """What is sent."""
        return SendCommunication(self.material.data or "", self.last_day.data, self.number_reason.data or "")


class SkipForm(Explained):
    """Varför kommunicering inte behövs."""

    ground = RadioField(
        "Varför behöver parten inte få läsa underlaget?",
        choices=[SelectChoice(ground.value, text) for ground, text in SKIP_TEXTS.items()],
        validators=[InputRequired("Välj en grund.")],
        description="Grunderna står i 25 § förvaltningslagen.",
    )
    why = Paragraphs("Varför gäller grunden här?", [InputRequired("Skriv varför grunden gäller här.")], longest=4_000)

    def command(self) -> SkipCommunication:
        """The ground and why it holds."""
        return SkipCommunication(SkipGround(self.ground.data), self.why.data or "", self.number_reason.data or "")


class ReplyForm(Explained):
    """Synpunkter."""

    text = Paragraphs(
        "Era synpunkter",
        [InputRequired("Skriv era synpunkter, eller att ni inte har några.")],
        description="Ni kan svara en gång. Svaret blir en handling i ärendet.",
        longest=40_000,
    )

    def command(self) -> ReplyToCommunication:
        """What the party says."""
        return ReplyToCommunication(self.text.data or "", self.number_reason.data or "")
