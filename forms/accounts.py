"""What people type to sign in and to look after their account."""

from wtforms import HiddenField, PasswordField
from wtforms.validators import InputRequired, StopValidation, ValidationError

from forms.base import Digits, Form, Line
from grantportal.domain.accounts import (
    LONGEST_ADDRESS,
    ChangePassword,
    ChoosePassword,
    ConfirmCode,
    EnterCode,
    SignIn,
    email_address,
)
from grantportal.domain.errors import RuleViolation


class EmailLine(Line):
    """An e-mail address."""

    def pre_validate(self, form: object) -> None:
        """Said in Swedish, with an example."""
        super().pre_validate(form)
        if not self.data:
            return
        try:
            self.data = email_address(self.data)
        except RuleViolation as refusal:
            raise StopValidation(refusal.message) from refusal


class SignInForm(Form):
    """Logga in. `next` is where the person was going; `kept` is what was typed when the session had ended."""

    email = EmailLine(
        "E-postadress",
        [InputRequired("Skriv din e-postadress.")],
        longest=LONGEST_ADDRESS,
        render_kw={"autocomplete": "username", "inputmode": "email", "spellcheck": "false"},
    )
    password = PasswordField(
        "Lösenord", [InputRequired("Skriv ditt lösenord.")], render_kw={"autocomplete": "current-password"}
    )
    next = HiddenField()
    kept = HiddenField()

    def command(self) -> SignIn:
        """The attempt."""
        return SignIn(self.email.data or "", self.password.data or "")


class CodeForm(Form):
    """Engångskod."""

    code = Digits(
        "Engångskod",
        [InputRequired("Skriv koden som appen visar.")],
        longest=20,
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )
    next = HiddenField()
    kept = HiddenField()

    def command(self) -> EnterCode:
        """The code."""
        return EnterCode(self.code.data or "")


def _own_password(asks: str) -> PasswordField:
    return PasswordField("Ditt lösenord", [InputRequired(asks)], render_kw={"autocomplete": "current-password"})


class ConfirmCodeForm(Form):
    """Turn the engångskod on or off: a code from the app, and the password."""

    password = _own_password("Skriv ditt lösenord.")
    code = Digits(
        "Engångskod",
        [InputRequired("Skriv koden som appen visar.")],
        longest=20,
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )

    def command(self) -> ConfirmCode:
        """The code and the password."""
        return ConfirmCode(
            self.code.data or "", self.password.data if "password" in self and self.password.data else ""
        )


class ChoosePasswordForm(Form):
    """Välj lösenord."""

    password = PasswordField(
        "Lösenord",
        [InputRequired("Välj ett lösenord.")],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField("Lösenordet en gång till", render_kw={"autocomplete": "new-password"})

    def validate_again(self, again: PasswordField) -> None:
        """A slip of the finger would lock the person out."""
        if again.data != self.password.data:
            raise ValidationError("Lösenorden är inte lika. Skriv samma två gånger.")

    def command(self) -> ChoosePassword:
        """The password."""
        return ChoosePassword(self.password.data or "")


class ChangePasswordForm(ChoosePasswordForm):
    """Byt lösenord."""

    current = PasswordField(
        "Lösenordet som du har nu",
        [InputRequired("Skriv lösenordet som du har nu.")],
        render_kw={"autocomplete": "current-password"},
    )

    password = PasswordField(
        "Nytt lösenord", [InputRequired("Välj ett nytt lösenord.")], render_kw={"autocomplete": "new-password"}
    )
    again = PasswordField("Det nya lösenordet en gång till", render_kw={"autocomplete": "new-password"})

    def command(self) -> ChangePassword:  # type: ignore[override]  # another act with the same two fields
        """Both passwords."""
        return ChangePassword(self.current.data or "", self.password.data or "")
