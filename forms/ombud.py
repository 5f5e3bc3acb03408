"""What people write to become an organisation's ombud, and what the officer answers."""

from collections.abc import Sequence
from typing import Any

from flask_wtf.file import FileField
from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import DataRequired, InputRequired

from forms.accounts import EmailLine
from forms.base import Day, Form, Line, Paragraphs
from forms.personal_numbers import Explained
from grantportal.domain.accounts import LONGEST_ADDRESS
from grantportal.domain.ombud import BASIS_TEXTS, ApplyForOmbud, Attached, OmbudBasis, Said, SupplementOmbud

Choices = Sequence[tuple[int, str]]


def _attached(field: FileField) -> Attached | None:
    return Attached(field.data.read()) if field.data else None


class ApplyForOmbudForm(Form):
    """Ansök om ombud."""

    organisation = SelectField("Organisation", [InputRequired("Välj organisationen.")])
    grant = SelectField(
        "Statsbidrag",
        [InputRequired("Välj statsbidraget.")],
        description="Det som ni tänker söka först. Ombudet kan sedan söka alla statsbidrag för organisationen.",
    )
    name = Line("Ombudets namn", [InputRequired("Skriv ombudets namn.")])
    email = EmailLine(
        "Ombudets e-postadress",
        [InputRequired("Skriv ombudets e-postadress.")],
        longest=LONGEST_ADDRESS,
        render_kw={"inputmode": "email", "spellcheck": "false"},
    )
    title = Line(
        "Titel", [InputRequired("Skriv ombudets titel.")], description="Till exempel hälso- och sjukvårdsdirektör."
    )
    basis = RadioField(
        "Vad ger rätten att företräda organisationen?",
        [InputRequired("Välj delegation eller fullmakt.")],
        choices=[SelectChoice(basis.value, text) for basis, text in BASIS_TEXTS.items()],
    )
    file = FileField(
        "Fullmakten eller delegationsbeslutet som PDF",
        description="Högst 10 MB. En fullmakt måste bifogas. Personnummer får stå i den.",
        render_kw={"accept": "application/pdf"},
    )
    valid_from = Day("Första dagen", missing="Skriv första dagen.")
    valid_to = Day("Sista dagen", description="Lämna tomt om uppdraget gäller tills vidare.")

    def __init__(self, organisations: Choices, grants: Choices, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for field, choices in ((self.organisation, organisations), (self.grant, grants)):
            field.choices = [SelectChoice(str(number), text) for number, text in choices]
            if len(choices) > 1:
                field.choices = [SelectChoice("", "Välj"), *field.choices]

    def command(self) -> ApplyForOmbud:
        return ApplyForOmbud(
            organisation_id=int(self.organisation.data),
            grant_id=int(self.grant.data),
            name=self.name.data or "",
            email=self.email.data or "",
            title=self.title.data or "",
            basis=OmbudBasis(self.basis.data),
            valid_from=self.valid_from.data,
            valid_to=self.valid_to.data,
            attached=_attached(self.file),
        )


class SupplementOmbudForm(Explained):
    """Komplettera ansökan om ombud."""

    text = Paragraphs("Ditt svar", [DataRequired("Skriv ditt svar.")])
    file = FileField("Bilaga som PDF", description="Högst 10 MB.", render_kw={"accept": "application/pdf"})

    def command(self) -> SupplementOmbud:
        return SupplementOmbud(self.text.data or "", _attached(self.file), self.number_reason.data or "")


class AskOmbudForm(Explained):
    """Begär komplettering."""

    text = Paragraphs(
        "Vad behöver kompletteras, och varför?",
        [DataRequired("Skriv vad som behöver kompletteras.")],
        description="Texten skickas till den som har ansökt.",
    )

    def command(self) -> Said:
        return Said(self.text.data or "", self.number_reason.data or "")


class CloseOmbudForm(Explained):
    """Avsluta utan att godkänna."""

    text = Paragraphs(
        "Varför avslutas ärendet?",
        [DataRequired("Skriv varför ärendet avslutas.")],
        description="Texten skickas till den som har ansökt.",
    )

    def command(self) -> Said:
        return Said(self.text.data or "", self.number_reason.data or "")
