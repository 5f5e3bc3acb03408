"""Statsbidrag: what an officer or an ekonom may type about it."""

from wtforms import RadioField, SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired
from wtforms.widgets import HiddenInput

from forms.base import Amount, Fingerprint, Form, Line, Paragraphs, WholeNumber
from grantportal.domain.errors import RuleViolation
from grantportal.domain.forms import Outline, fingerprint
from grantportal.domain.grants import (
    ACCESS_TEXTS,
    APPEAL_TEXTS,
    AccessKind,
    AllotFrame,
    AppealVariant,
    PublishConditions,
    SetCategories,
    SetFrame,
    WriteGrant,
)
from grantportal.domain.texts import LONGEST

UNDECIDED = "undecided"


def lines_of(text: str) -> tuple[str, ...]:
    """One entry a line; empty lines are looked past."""
    return tuple(line for line in (" ".join(each.split()) for each in text.splitlines()) if line)


class GrantForm(Form):
    """Statsbidrag."""

    title = Line("Namn", [DataRequired("Skriv vad statsbidraget heter.")])
    purpose = Paragraphs("Ändamål", [DataRequired("Skriv vad bidraget är till för.")], longest=4_000)
    assignment_refs = Line("Uppdragets beteckningar", description="Till exempel S2026/01234.")
    legal_basis = Line(
        "Rättslig grund",
        longest=500,
        description="Förordning, lag eller regeringsuppdrag. Måste finnas innan en utlysning publiceras.",
    )
    recovery_basis = Line("Grund för återkrav", longest=500, description="Förordning eller villkor.")
    access = RadioField(
        "Hur medlen fördelas",
        choices=[SelectChoice(kind.value, ACCESS_TEXTS[kind]) for kind in AccessKind],
        default=AccessKind.APPLICATION.value,
        validators=[DataRequired("Välj hur medlen fördelas.")],
    )
    appeal_variant = RadioField(
        "Får besluten överklagas?",
        choices=[
            *(SelectChoice(variant.value, APPEAL_TEXTS[variant]) for variant in AppealVariant),
            SelectChoice(UNDECIDED, "Inte bestämt än"),
        ],
        default=UNDECIDED,
        validators=[DataRequired("Välj vad som gäller för överklagande.")],
    )
    appeal_provision = Line(
        "Bestämmelse om överklagande",
        longest=500,
        description="Lag eller förordning som det följer av, till exempel 40–44 §§ förvaltningslagen (2017:900).",
    )

    def command(self) -> WriteGrant:
        chosen = self.appeal_variant.data
        return WriteGrant(
            title=self.title.data or "",
            purpose=self.purpose.data or "",
            assignment_refs=self.assignment_refs.data or "",
            legal_basis=self.legal_basis.data or "",
            recovery_basis=self.recovery_basis.data or "",
            access=AccessKind(self.access.data),
            appeal_variant=None if chosen == UNDECIDED else AppealVariant(chosen),
            appeal_provision=self.appeal_provision.data or "",
        )


class Year(WholeNumber):
    """A year, with four digits."""

    def read(self, text: str) -> int:
        try:
            return int(super().read(text))
        except RuleViolation:
            raise RuleViolation("Skriv året med fyra siffror, till exempel 2021.") from None


class FrameForm(Form):
    """Årsram."""

    frame = Amount("Ram i kronor", missing="Skriv årets ram i hela kronor.")
    max_grantees = WholeNumber(
        "Hur många får högst bidrag?",
        least=1,
        most=1_000,
        description="Lämna tomt om antalet inte är begränsat.",
    )

    grant_year_number: int = 0
    """The year of the frame that is changed."""

    def command(self) -> SetFrame:
        return SetFrame(self.grant_year_number, self.frame.data, self.max_grantees.data)


class NewFrameForm(FrameForm):
    """A frame for a year that has none."""

    grant_year = Year("Bidragsår", least=1990, most=2100, missing="Skriv vilket år ramen gäller.")

    def command(self) -> SetFrame:
        return SetFrame(self.grant_year.data, self.frame.data, self.max_grantees.data, adds=True)


class AllotForm(Form):
    """The ekonom says that the sum on the page is tilldelad."""

    seen = Amount("Ram", widget=HiddenInput(), missing="Ladda om sidan och försök igen.")

    def command(self) -> AllotFrame:
        return AllotFrame(self.seen.data)


class CategoriesForm(Form):
    """Kostnadsslag."""

    names = Paragraphs(
        "Kostnadsslag",
        [DataRequired("Skriv minst ett kostnadsslag.")],
        longest=2_000,
        description="Ett på varje rad, i den ordning de ska stå.",
    )
    personnel = Line(
        "Vilket av dem är personal?",
        description="Det kostnadsslaget kan räknas ut av rader för yrken. Lämna tomt om inget är det.",
    )

    def command(self) -> SetCategories:
        return SetCategories(lines_of(self.names.data or ""), self.personnel.data or "")


class ConditionsForm(Form):
    """A new version of the villkor."""

    texts = Paragraphs(
        "Villkor", [DataRequired("Skriv minst ett villkor.")], longest=20_000, description="Ett villkor på varje rad."
    )

    def command(self) -> PublishConditions:
        return PublishConditions(lines_of(self.texts.data or ""))


class OutlineForm(Form):
    """A form or a matrix as an outline."""

    text = Paragraphs("Texten att läsa in", [DataRequired("Klistra in texten.")], longest=LONGEST)

    shown = Fingerprint()

    def command(self) -> Outline:
        return Outline(self.text.data or "", self.shown.data or "")

    def show(self) -> None:
        """What the text says stands on the page now: the same text may be published."""
        self.shown.data = fingerprint(self.text.data or "")
