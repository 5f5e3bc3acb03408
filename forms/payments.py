"""Utbetalningar and bankgiro."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from wtforms import RadioField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import DataRequired, InputRequired, ValidationError
from wtforms.widgets import ListWidget

from forms.base import Day, Digits, Form, Paragraphs
from forms.personal_numbers import Explained
from grantportal.domain.errors import RuleViolation
from grantportal.domain.giros import CHECK_TEXTS, ApproveGiro, AskForGiro, GiroCheck, RefuseGiro, VerifyGiro
from grantportal.domain.organisations import bank_giro
from grantportal.domain.payments import (
    AttestPayments,
    BatchPayments,
    ChosenPayments,
    ConfirmPaid,
    TakeBackPayments,
    Whole,
)


def row_id(value: Any) -> int:
    """The id of a row that is ticked; a number that no column holds names nothing.

    The box of what is attested carries the giro that its row showed too, after a colon.
    """
    return _id_of(str(value).partition(":")[0])


def _id_of(text: str) -> int:
    number = int(text)
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
    """The payments that the person ticked, or every one of the list over all its pages."""

    payments = TickedField(
        "Utbetalningar", coerce=row_id, choices=[], validators=[DataRequired("Välj minst en utbetalning.")]
    )
    everything = StringField()
    """The stamp of all that the page's own box chooses. Thousands of ids are more than a form may hold."""

    def choose_all_of(self, whole: Whole, every: Callable[[], Iterable[int | str]]) -> None:
        """Where all is chosen, tick every payment of it, if it is what the person saw. `every` has the boxes' values."""
        if not self.everything.data:
            return
        try:
            whole.ensure_seen(self.everything.data)
        except RuleViolation as refusal:
            self._all_is_another = refusal.message
        else:
            self.payments.raw_data = [str(value) for value in every()]
            self.payments.data = [row_id(value) for value in self.payments.raw_data]

    _all_is_another = ""

    @property
    def has_all(self) -> bool:
        """Whether all was chosen, of the list as it still is."""
        return bool(self.everything.data) and not self._all_is_another

    def validate(self, extra_validators: Any = None) -> bool:
        """What was chosen is there; the list that all of was chosen is as it was."""
        valid: bool = super().validate(extra_validators)
        if self._all_is_another:
            self.payments.errors = [self._all_is_another]
            return False
        return valid

    def command(self) -> ChosenPayments:
        """What the service takes."""
        return ChosenPayments(tuple(dict.fromkeys(self.payments.data or ())))


class RegisterForm(ChoosePaymentsForm):
    """The payments that the person ticked, and why one is paid though its application is withdrawn."""

    withdrawn_reason = Paragraphs(
        "Varför betalas det fast ansökan är återkallad?",
        description="Skriv bara om parten har återkallat ansökan för någon av dem du väljer. Skälet står i ärendets händelser.",
        longest=500,
    )

    def command(self) -> ChosenPayments:
        """What the service takes."""
        return ChosenPayments(super().command().payment_ids, self.withdrawn_reason.data or "")


class AttestForm(RegisterForm):
    """The payments that the person ticked, each with the giro that the page showed."""

    def command(self) -> AttestPayments:  # type: ignore[override]  # the same payments, and their giros
        """What the service takes. A giro that is not a number was not shown."""
        seen: dict[int, int] = {}
        for ticked in self.payments.raw_data or ():
            shown = str(ticked).partition(":")[2]
            seen[row_id(ticked)] = _id_of(shown) if re.fullmatch("[1-9][0-9]{0,8}", shown) else 0
        return AttestPayments(tuple(seen.items()), self.withdrawn_reason.data or "")


class BatchForm(RegisterForm):
    """What goes into a new underlag, and why before its planned day."""

    early_reason = Paragraphs(
        "Varför betalas det före planerad dag?",
        description="Skriv bara om någon av dem du väljer är planerad till en senare dag.",
        longest=500,
    )

    def command(self) -> BatchPayments:  # type: ignore[override]  # the same payments, and why
        """What the service takes."""
        chosen = super().command()
        return BatchPayments(chosen.payment_ids, self.early_reason.data or "", chosen.withdrawn_reason)


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


class ConfirmPaidForm(ChoosePaymentsForm):
    """Which payments of the underlag the bank has paid, and when."""

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

    def command(self) -> ConfirmPaid:  # type: ignore[override]  # the same payments, and when
        """What the service takes."""
        return ConfirmPaid(super().command().payment_ids, self.paid_on.data, self.reason.data or "")


class AskForGiroForm(Form):
    """Where the organisation is to be paid."""

    organisation = RadioField("Organisation", [InputRequired("Välj organisation.")], coerce=int, choices=[])
    number = Digits("Bankgironummer", [DataRequired("Skriv bankgironumret, till exempel 5050-1055.")], longest=20)

    def __init__(self, organisations: Mapping[int, str], **kwargs: Any) -> None:
        if len(organisations) == 1:
            kwargs["organisation"] = next(iter(organisations))
        super().__init__(**kwargs)
        self.organisation.choices = list(organisations.items())

    def validate_number(self, field: Digits) -> None:
        """The last digit is a check digit."""
        try:
            bank_giro(field.data or "")
        except RuleViolation as error:
            raise ValidationError(error.message) from error

    def command(self) -> AskForGiro:
        """What the service takes."""
        return AskForGiro(self.organisation.data, bank_giro(self.number.data or ""))


class VerifyGiroForm(Explained):
    """Which way the number was checked, what was done and what it showed."""

    way = RadioField(
        "Hur har du kontrollerat numret?",
        [InputRequired("Välj hur du kontrollerade numret på ett annat sätt än det kom in.")],
        choices=[SelectChoice(way.value, text) for way, text in CHECK_TEXTS.items()],
    )
    how = Paragraphs(
        "Vad gjorde du och vad visade det?",
        [DataRequired("Skriv vad du gjorde för att kontrollera numret och vad det visade.")],
        longest=500,
    )
    shared_reason = Paragraphs("Varför har båda organisationerna numret?", longest=500)

    def command(self) -> VerifyGiro:
        """What the service takes."""
        return VerifyGiro(
            GiroCheck(self.way.data), self.how.data or "", self.shared_reason.data or "", self.number_reason.data or ""
        )


class ApproveGiroForm(Form):
    """The second person's yes."""

    shared_reason = Paragraphs("Varför har båda organisationerna numret?", longest=500)

    def command(self) -> ApproveGiro:
        """What the service takes."""
        return ApproveGiro(self.shared_reason.data or "")


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
