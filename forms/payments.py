"""Utbetalningar and bankgiro."""

from collections.abc import Mapping
from typing import Any

from wtforms import RadioField, SelectMultipleField
from wtforms.validators import DataRequired, InputRequired, ValidationError
from wtforms.widgets import ListWidget

from forms.base import Day, Form, Line, Paragraphs
from forms.personal_numbers import Explained
from grantportal.domain.errors import RuleViolation
from grantportal.domain.giros import AskForGiro, RefuseGiro, VerifyGiro
from grantportal.domain.organisations import bank_giro
from grantportal.domain.payments import BatchPayments, ChosenPayments, ConfirmPaid, TakeBackPayments


def row_id(value: Any) -> int:
    """The id of a row that is ticked; a number that no column holds names nothing."""
    number = int(value)
    if not 0 < number < 1_000_000_000:
        raise ValueError
    return number


class TickedField(SelectMultipleField):
    """Rows of a table that are ticked; the page puts each box in its row."""

    widget = ListWidget(prefix_label=False)
    # No boxes of its own: whoever follows a mistake here comes to the table.
    option_widget = None  # type: ignore[assignment]  # as in the library's own base, which its types do not say

    def pre_validate(self, form: Any) -> None:
        """What is ticked may have left the list since the page was shown: the service tells why, by its state."""


class ChoosePaymentsForm(Form):
    """The payments that the person ticked."""

    payments = TickedField(
        "Utbetalningar", coerce=row_id, choices=[], validators=[DataRequired("Välj minst en utbetalning.")]
    )

    def command(self) -> ChosenPayments:
        """What the service takes."""
        return ChosenPayments(tuple(dict.fromkeys(self.payments.data or ())))


class BatchForm(ChoosePaymentsForm):
    """What goes into a new underlag, and why before its planned day."""

    early_reason = Paragraphs(
        "Varför betalas det före planerad dag?",
        description="Skriv bara om någon av dem du väljer är planerad till en senare dag.",
        longest=500,
    )

    def command(self) -> BatchPayments:  # type: ignore[override]  # the same payments, and why
        """What the service takes."""
        return BatchPayments(super().command().payment_ids, self.early_reason.data or "")


class TakeBackForm(ChoosePaymentsForm):
    """What goes one step back, and why."""

    reason = Paragraphs(
        "Varför tar du tillbaka?",
        [DataRequired("Skriv varför, så att den som läser efter dig förstår.")],
        description="Den som registrerade och den som attesterade får läsa det.",
        longest=500,
    )

    def command(self) -> TakeBackPayments:  # type: ignore[override]  # the same payments, and why
        """What the service takes."""
        return TakeBackPayments(super().command().payment_ids, self.reason.data or "")


class ConfirmPaidForm(Form):
    """Which payments of the underlag the bank has paid, and when."""

    payments = TickedField(
        "Utbetalningar", coerce=row_id, choices=[], validators=[DataRequired("Välj minst en utbetalning.")]
    )
    paid_on = Day("Betaldag", description="Dagen då banken betalade.", missing="Skriv dagen då banken betalade.")
    reason = Paragraphs(
        "Varför avviker betalningen?",
        description="Betalningen registreras som den blev. Avvikelsen och skälet syns här och i ärendets händelser.",
        longest=500,
    )

    @property
    def shows_reason(self) -> bool:
        """Whether a deviation has been told of, or a reason has been written."""
        return bool(self.reason.data or self.reason.errors)

    def command(self) -> ConfirmPaid:
        """What the service takes."""
        return ConfirmPaid(tuple(dict.fromkeys(self.payments.data or ())), self.paid_on.data, self.reason.data or "")


class AskForGiroForm(Form):
    """Where the organisation is to be paid."""

    organisation = RadioField("Organisation", [InputRequired("Välj organisation.")], coerce=int, choices=[])
    number = Line("Bankgironummer", [DataRequired("Skriv bankgironumret, till exempel 5050-1055.")], longest=20)

    def __init__(self, organisations: Mapping[int, str], **kwargs: Any) -> None:
        if len(organisations) == 1:
            kwargs["organisation"] = next(iter(organisations))
        super().__init__(**kwargs)
        self.organisation.choices = list(organisations.items())

    def validate_number(self, field: Line) -> None:
        """The last digit is a check digit."""
        try:
            bank_giro(field.data or "")
        except RuleViolation as error:
            raise ValidationError(error.message) from error

    def command(self) -> AskForGiro:
        """What the service takes."""
        return AskForGiro(self.organisation.data, bank_giro(self.number.data or ""))


class VerifyGiroForm(Explained):
    """How the number was checked."""

    how = Paragraphs(
        "Hur har du kontrollerat numret?",
        [DataRequired("Skriv hur du kontrollerade numret på ett annat sätt än det kom in.")],
        longest=500,
    )

    def command(self) -> VerifyGiro:
        """What the service takes."""
        return VerifyGiro(self.how.data or "", self.number_reason.data or "")


class RefuseGiroForm(Form):
    """Why the number is not approved."""

    reason = Paragraphs(
        "Varför godkänns inte bankgirot?",
        [DataRequired("Skriv varför, så att organisationen kan ange ett nytt.")],
        description="Organisationens ombud läser det här.",
        longest=500,
    )

    def command(self) -> RefuseGiro:
        """What the service takes."""
        return RefuseGiro(self.reason.data or "")
