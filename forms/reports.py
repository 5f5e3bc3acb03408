"""Återrapportering. A draft may be saved incomplete; what cannot be understood stays in its field as it was typed."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import BooleanField, Field, HiddenField, RadioField, SelectMultipleField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from forms.base import Amount, Fingerprint, Form, Paragraphs, left_as_saved
from forms.hand_ins import HandInForm
from grantportal.domain.errors import TextClash
from grantportal.domain.forms import Question
from grantportal.domain.money import Kronor
from grantportal.domain.report_forms import ATTESTED, CAUSES, CERTIFIED, OWN, RATING, beyond_text
from grantportal.domain.reports import (
    RATING_TEXTS,
    AttestEconomy,
    Economy,
    HandInReport,
    Rating,
    ResultAnswer,
    SaveCost,
    Saved,
    SaveEconomy,
    SaveResult,
    TextLimits,
    cell_name,
)


class CauseField(SelectMultipleField):
    """Boxes to tick; what is not among them is left out."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ResultForm(Form):
    """What the region says about one expected result."""

    clashes: tuple[TextClash, ...] = ()

    rating = RadioField(
        OWN[RATING].label,
        choices=[SelectChoice(rating.value, text) for rating, text in RATING_TEXTS.items()],
        validate_choice=False,
    )
    text = Paragraphs(OWN["text"].label)
    proviso_mattered = BooleanField("Förbehållet har haft betydelse")
    proviso_text = Paragraphs(OWN["proviso_text"].label)
    causes = CauseField(OWN[CAUSES].label, validate_choice=False)
    measure = Paragraphs(OWN["measure"].label)
    seen = HiddenField()

    def __init__(
        self,
        answer: ResultAnswer,
        stamp: str,
        causes: Iterable[str],
        limits: TextLimits,
        asks: Mapping[str, Question],
        *,
        has_proviso: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            data={
                "rating": answer.rating.value if answer.rating else None,
                "text": answer.text,
                "proviso_mattered": answer.proviso_mattered,
                "proviso_text": answer.proviso_text,
                "causes": list(answer.causes),
                "measure": answer.measure,
                "seen": stamp,
            },
            **kwargs,
        )
        self.causes.choices = [SelectChoice(cause, cause) for cause in causes]
        for name in ("text", "proviso_text", "measure"):
            self[name].longest = getattr(limits, name)
        # As the form that was published with the call says it.
        for name, question in asks.items():
            if name in self:
                self[name].label.text = question.label
                self[name].description = question.help
        if not has_proviso:
            del self.proviso_mattered
            del self.proviso_text

    def validate(self, extra_validators: Any = None) -> bool:
        """A part that cannot be saved is left, and the others are; only a foreign post is refused whole."""
        super().validate(extra_validators)
        return not (self.form_errors or ("csrf_token" in self and self["csrf_token"].errors))

    def mistakes(self) -> dict[str, str]:
        """What to mend, by the name of the field."""
        return {field.name: " ".join(field.errors) for field in self if field.errors}

    def command(self) -> SaveResult:
        chosen = self.rating.data
        return SaveResult(
            ResultAnswer(
                rating=Rating(chosen) if chosen in set(Rating) else None,
                text=self.text.data or "",
                proviso_mattered=bool(self.proviso_mattered.data) if "proviso_mattered" in self else False,
                proviso_text=(self.proviso_text.data or "") if "proviso_text" in self else "",
                causes=tuple(self.causes.data or ()),
                measure=self.measure.data or "",
            ),
            self.seen.data or "",
            frozenset(self.mistakes()) | left_as_saved(),
        )

    def reuse(self, text: str) -> None:
        """Put last year's text last in this year's; nothing is written over and nothing is saved."""
        self.text.data = "\n\n".join(part for part in (self.text.data or "", text) if part)

    def show_clashes(self, saved: Saved) -> None:
        """Keep what was typed beside what somebody else has saved; saving once more is then a choice."""
        self.clashes = saved.clashes
        self.seen.data = saved.settled["seen"]
        if self.clashes:
            name = next((clash.by for clash in self.clashes if clash.by), "Någon annan")
            self.form_errors = [f"{name} har ändrat samma svar. Ditt svar är inte sparat. Jämför och spara igen."]


class StillExplains(Field):
    """A box for «the comment holds for this deviation too»: its value is the deviation that it was shown beside.

    `data` is that deviation in whole kronor, or None where the box is not ticked. A page never shows it ticked.
    """

    widget = CheckboxInput()
    checked = False
    deviation: Kronor | None = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        said = str(valuelist[0]) if valuelist else ""
        self.data = int(said) if re.fullmatch(r"-?[0-9]{1,13}", said) else None

    def _value(self) -> str:
        return "" if self.deviation is None else str(self.deviation)


class EconomyForm(Form):
    """The economy per kostnadsslag: a cell that cannot be understood is left, and the others are saved."""

    category_ids: tuple[int, ...] = ()
    clashes: tuple[TextClash, ...] = ()

    def validate(self, extra_validators: Any = None) -> bool:
        """Only a foreign post is refused whole; the fields say what to mend."""
        super().validate(extra_validators)
        return not (self.form_errors or ("csrf_token" in self and self["csrf_token"].errors))

    def cell(self, category_id: int, part: str) -> Any:
        """The field of a cell."""
        return self[cell_name(category_id, part)]

    def command(self) -> SaveEconomy:
        rows = {}
        left = left_as_saved()
        for category_id in self.category_ids:
            fields = {part: self.cell(category_id, part) for part in ("cost", "own_financing", "comment")}
            values: dict[str, Kronor | str | None] = {
                part: (field.data or "") if part == "comment" else field.data
                for part, field in fields.items()
                if not field.errors and field.name not in left
            }
            still = self.cell(category_id, "still").data
            rows[category_id] = SaveCost(values, self.cell(category_id, "seen").data or "", still)
        return SaveEconomy(rows)

    def show_deviations(self, economy: Economy) -> None:
        """Beside which deviation each comment may be said to hold."""
        for row in economy.rows:
            self.cell(row.category_id, "still").deviation = row.deviation

    def refuse(self, messages: Mapping[str, str]) -> None:
        """Put what is wrong beside its cell."""
        for name, message in messages.items():
            if name in self:
                self[name].errors = [*self[name].errors, message]

    def mistakes(self) -> dict[str, str]:
        """What to mend, by the name of the field."""
        return {field.name: " ".join(field.errors) for field in self if field.errors}

    def show_clashes(self, saved: Saved) -> None:
        """Take over the stamps of what is saved by now, and say in each cell what somebody else has written there."""
        for name, stamp in saved.settled.items():
            self[name].data = stamp
        self.clashes = saved.clashes
        self.refuse(
            {
                clash.field: f"{clash.by or 'Någon annan'} har skrivit {clash.theirs or 'ingenting'} här. "
                f"Ditt är inte sparat. Jämför och spara igen."
                for clash in self.clashes
            }
        )


def economy_form(economy: Economy) -> EconomyForm:
    """A field for each cell of each kostnadsslag, filled with the draft and with what is posted."""
    fields: dict[str, Any] = {"category_ids": tuple(row.category_id for row in economy.rows)}
    data: dict[str, Any] = {}
    for row in economy.rows:
        for part, field in (
            ("cost", Amount(f"{row.category}, total kostnad")),
            ("own_financing", Amount(f"{row.category}, egen eller annan finansiering")),
            ("comment", Paragraphs(f"{row.category}, kommentar", longest=economy.limits.comment)),
        ):
            fields[cell_name(row.category_id, part)] = field
            data[cell_name(row.category_id, part)] = getattr(row.answer, part)
        fields[cell_name(row.category_id, "still")] = StillExplains("Kommentaren stämmer fortfarande")
        fields[cell_name(row.category_id, "seen")] = HiddenField()
        data[cell_name(row.category_id, "seen")] = row.stamp
    made: EconomyForm = type("ReportEconomyForm", (EconomyForm,), fields)(data=data)
    made.show_deviations(economy)
    return made


BEYOND_NEEDED = "Bekräfta att det som går över det utbetalda är er egen finansiering, eller rätta beloppen."


class _BeyondForm(Form):
    """What goes over all that is paid is asked about where there is any."""

    beyond_is_own = BooleanField("", validators=[InputRequired(BEYOND_NEEDED)])

    def __init__(self, beyond: Kronor, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ask_beyond(beyond)

    def ask_beyond(self, beyond: Kronor) -> None:
        """With the sum that the page shows now."""
        if "beyond_is_own" not in self:
            return
        if beyond > 0:
            self.beyond_is_own.label.text = beyond_text(beyond)
        else:
            del self.beyond_is_own

    @property
    def says_beyond(self) -> bool:
        return "beyond_is_own" in self and bool(self.beyond_is_own.data)


class AttestForm(_BeyondForm):
    """The economist says yes to exactly what is shown."""

    sha256 = Fingerprint()
    certified = BooleanField(
        ATTESTED,
        validators=[InputRequired("Bekräfta att uppgifterna stämmer.")],
    )

    def command(self) -> AttestEconomy:
        return AttestEconomy(self.sha256.data or "", self.says_beyond)


class SubmitForm(_BeyondForm, HandInForm):
    """The ombud certifies the whole, as it was read."""

    certified = BooleanField(
        CERTIFIED,
        validators=[InputRequired("Bekräfta att uppgifterna är riktiga och fullständiga.")],
    )

    def command(self) -> HandInReport:
        return HandInReport(self.sha256.data or "", self.says_beyond)
