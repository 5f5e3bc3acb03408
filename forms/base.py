"""What every form shares: Swedish messages, the CSRF token, cleaned text, and a place for refusals that belong to no field."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from grantportal.domain.texts import LONGEST, clean, one_line


class Form(FlaskForm):
    """The ground of every form. `command()` gives the frozen dataclass that the service takes, or None for a mere button."""

    class Meta:
        csrf = True
        locales = ("sv",)

    result: Any = None
    """What the service answered, once carried out."""

    def command(self) -> Any:
        """Nothing was typed: a button that says yes."""
        return None


def tidy_line(value: str | None) -> str:
    """A filter for fields of one line."""
    return one_line(value or "")


def tidy_text(value: str | None) -> str:
    """A filter for fields of several lines."""
    return clean(value or "").strip()


class Line(StringField):
    """A text of one line."""

    def __init__(self, label: str, validators: Any = (), *, longest: int = 200, **kwargs: Any) -> None:
        message = f"Skriv högst {longest} tecken."
        super().__init__(label, [*validators, Length(max=longest, message=message)], filters=[tidy_line], **kwargs)
        self.longest = longest


class Paragraphs(TextAreaField):
    """A longer text. What is too long is asked again, never cut."""

    def __init__(self, label: str, validators: Any = (), *, longest: int = 8_000, **kwargs: Any) -> None:
        self.longest = min(longest, LONGEST)
        shown = f"{self.longest:,}".replace(",", "\u00a0")
        super().__init__(
            label,
            [*validators, Length(max=self.longest, message=f"Skriv högst {shown} tecken.")],
            filters=[tidy_text],
            **kwargs,
        )
