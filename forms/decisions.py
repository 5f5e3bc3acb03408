"""Beslut: the proposal, the comparison, and the decider's yes or no."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wtforms import BooleanField, Field, HiddenField, RadioField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from forms.base import Amount, DayTick, Fingerprint, Form, Paragraphs
from forms.personal_numbers import Explained
from grantportal.domain.decisions import (
    DISMISSAL_TEXTS,
    OUTCOME_TEXTS,
    Cell,
    Decide,
    DismissalGround,
    DispatchDecision,
    Outcome,
    ProposeDecision,
    ProposedTotals,
    ReturnDecision,
    SaveTotals,
    amount_field,
    outcome_field,
    total_field,
)
from grantportal.domain.dissents import NoteDissent

NOT_WITHDRAWN = (Outcome.GRANTED, Outcome.PARTLY, Outcome.REFUSED, Outcome.DISMISSED)
"""What can be decided of an application that is not withdrawn."""


def _choices(outcomes: Iterable[Outcome]) -> list[SelectChoice]:
    return [SelectChoice(outcome.value, OUTCOME_TEXTS[outcome]) for outcome in outcomes]


def _ground(data: str | None) -> DismissalGround | None:
    return DismissalGround(data) if data in set(DismissalGround) else None


class Ticked(SelectMultipleField):
    """Boxes to tick, one for each person."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        """Who is ticked may have left since the page was shown: the service says so."""


class ProposeForm(Explained):
    """Förslag till beslut. The amounts' fields are made by `propose_form`."""

    cells: Sequence[Cell] = ()

    outcome = RadioField("Vad föreslår du?", choices=[])
    dismissal_ground = RadioField(
        "Varför avvisas ansökan?",
        choices=[SelectChoice(ground.value, words) for ground, words in DISMISSAL_TEXTS.items()],
        validate_choice=False,
    )
    dismissal_why = Paragraphs(
        "Varför gäller grunden här?", description="Fyll i om ansökan avvisas. Parten läser det.", longest=4_000
    )
    reasons = Paragraphs("Skäl", description="Ange reglerna och vad som avgjorde. Parten läser det som du skriver.")
    covers = Paragraphs(
        "Vad bidraget får användas till",
        description="Med ord, utöver beloppen. Lämna tomt om beloppen säger allt.",
        longest=4_000,
    )
    conditions = Paragraphs(
        "Egna villkor för det här beslutet", description="Ett villkor per rad, utöver utlysningens.", longest=4_000
    )
    participants = Ticked(
        "Deltog utan att besluta",
        coerce=int,
        choices=[],
        description="Den som väljs här kan själv anteckna en avvikande mening.",
    )
    took_part = Paragraphs(
        "Andra som deltog utan att besluta",
        description="En person per rad: namn, titel. För dem som inte har något konto. Du antecknar en avvikande mening åt den som står här.",
        longest=1_000,
    )
    without_old_dissent = BooleanField(
        "Ta bort texten ur förslaget",
        description="Den som har en avvikande mening antecknar den själv när förslaget är lämnat.",
    )
    based_on = HiddenField()

    def amount(self, cell: Cell) -> Field:
        """The field of one year and kostnadsslag."""
        found: Field = self[amount_field(*cell)]
        return found

    def command(self) -> ProposeDecision:
        """What was typed; an amount that is not given is not there."""
        typed = {cell: self.amount(cell).data for cell in self.cells}
        return ProposeDecision(
            outcome=Outcome(self.outcome.data) if self.outcome.data else None,
            reasons=self.reasons.data or "",
            amounts={cell: amount for cell, amount in typed.items() if amount is not None},
            covers=self.covers.data or "",
            conditions=self.conditions.data or "",
            took_part=self.took_part.data or "",
            participants=tuple(self.participants.data or ()),
            without_old_dissent=bool(self.without_old_dissent.data),
            dismissal_ground=_ground(self.dismissal_ground.data),
            dismissal_why=self.dismissal_why.data or "",
            based_on=self.based_on.data or "",
            number_reason=self.number_reason.data or "",
        )


def propose_form(
    years: Sequence[int],
    categories: Sequence[tuple[int, str]],
    colleagues: Sequence[tuple[int, str]],
    *,
    withdrawn: bool,
    **saved: Any,
) -> ProposeForm:
    """The proposal's form, with an amount for each year and kostnadsslag, filled with what is saved."""
    cells = tuple((year, category) for category, _ in categories for year in years)
    names = dict(categories)
    members: dict[str, Any] = {
        amount_field(year, category): Amount(f"{names[category]} {year}") for year, category in cells
    }
    outcomes = (Outcome.STRUCK,) if withdrawn else NOT_WITHDRAWN
    members["outcome"] = RadioField("Vad föreslår du?", choices=_choices(outcomes), validate_choice=True)
    made: type[ProposeForm] = type("ProposalForm", (ProposeForm,), {**members, "cells": cells})
    form = made(**saved)
    form.participants.choices = [SelectChoice(user_id, name) for user_id, name in colleagues]
    if form.outcome.raw_data in (None, []):
        # Nothing chosen yet is allowed in a draft; the rule asks for it when the proposal is sent.
        form.outcome.validate_choice = False
        form.outcome.data = form.outcome.data if form.outcome.data in {each.value for each in outcomes} else None
    return form


def filled(amounts: Mapping[Cell, int]) -> dict[str, int]:
    """Saved amounts by their fields' names."""
    return {amount_field(*cell): amount for cell, amount in amounts.items()}


@dataclass(frozen=True)
class Compared:
    """An application whose proposal can be changed on the comparison page, with what is saved."""

    id: int
    organisation: str
    proposed: Mapping[int, int]
    outcome: Outcome | None
    state: str
    withdrawn: bool = False
    years: Sequence[int] = field(default_factory=tuple)


class CompareForm(Form):
    """What is proposed for each application of a call. The fields are made by `compare_form`."""

    rows: Sequence[Compared] = ()

    def total(self, application_id: int, year: int) -> Field:
        """The field of one application's year."""
        found: Field = self[total_field(application_id, year)]
        return found

    def outcome_of(self, application_id: int) -> Field:
        """The field of one application's outcome."""
        found: Field = self[outcome_field(application_id)]
        return found

    def validate(self, extra_validators: Any = None) -> bool:
        """A row is left alone, or has an amount for each year."""
        valid: bool = super().validate(extra_validators)
        for row in self.rows:
            totals = [self.total(row.id, year) for year in row.years]
            if any(each.data is not None or each.errors for each in totals) or self.outcome_of(row.id).data:
                for each in totals:
                    if each.data is None and not each.errors:
                        each.errors = ["Skriv ett belopp i hela kronor, eller 0."]
                        valid = False
        return valid

    def command(self) -> SaveTotals:
        """The rows that say something."""
        proposals = []
        for row in self.rows:
            totals = {year: self.total(row.id, year).data for year in row.years}
            if any(amount is None for amount in totals.values()):
                continue
            chosen = self.outcome_of(row.id).data
            proposals.append(
                ProposedTotals(
                    application_id=row.id,
                    outcome=Outcome(chosen) if chosen else None,
                    totals=totals,
                    based_on=self[f"b{row.id}"].data or "",
                )
            )
        return SaveTotals(tuple(proposals))


def compare_form(rows: Sequence[Compared]) -> CompareForm:
    """The comparison's form, filled with what is saved."""
    members: dict[str, Any] = {"rows": tuple(rows)}
    saved: dict[str, Any] = {}
    for row in rows:
        outcomes = (Outcome.STRUCK,) if row.withdrawn else NOT_WITHDRAWN
        members[outcome_field(row.id)] = SelectField(
            f"Förslag, {row.organisation}", choices=[SelectChoice("", "Efter beloppen"), *_choices(outcomes)]
        )
        members[f"b{row.id}"] = HiddenField()
        saved[outcome_field(row.id)] = row.outcome.value if row.outcome else ""
        saved[f"b{row.id}"] = row.state
        for year in row.years:
            members[total_field(row.id, year)] = Amount(f"{row.organisation}, föreslaget {year}")
            saved[total_field(row.id, year)] = row.proposed.get(year)
    made: type[CompareForm] = type("ComparisonForm", (CompareForm,), members)
    return made(**saved)


class DecideForm(Form):
    """The decider has read the proposal with this fingerprint, and decides."""

    sha256 = Fingerprint()
    before_last_day = DayTick()

    def command(self) -> Decide:
        """What was read, and what was confirmed."""
        return Decide(self.sha256.data or "", self.before_last_day.data)


class DissentForm(Explained):
    """Avvikande mening, by the person whose it is."""

    text = Paragraphs(
        "Vad är din avvikande mening?",
        [InputRequired("Skriv vad din avvikande mening är.")],
        description="Den antecknas med ditt namn och skickas till parten med beslutet. Den kan inte ändras.",
        longest=4_000,
    )

    whose = RadioField("Vems avvikande mening är det?", choices=[], validate_choice=False)

    def ask(self, others: Sequence[str], *, has_own: bool) -> None:
        """Whose it may be: the writer's own, and those of `others`, who do not note it themselves."""
        names = [*([""] if has_own else []), *others]
        self.whose.choices = [
            SelectChoice(name, f"{name}, åt vilken du antecknar" if name else "Min egen") for name in names
        ]
        if self.whose.data is None and names:
            self.whose.data = names[0]

    def command(self) -> NoteDissent:
        """The text, and whose it is."""
        return NoteDissent(self.text.data or "", self.number_reason.data or "", self.whose.data or "")


class DispatchForm(Form):
    """Whoever sends the decision has seen what came from the party after it."""

    seen = HiddenField()

    def command(self) -> DispatchDecision:
        """The newest handling that the page told of."""
        seen = self.seen.data or ""
        return DispatchDecision(int(seen) if seen.isdecimal() else 0)


class ReturnForm(Explained):
    """The decider gives the proposal back."""

    reason = Paragraphs(
        "Vad behöver ändras?",
        [InputRequired("Skriv vad som behöver ändras.")],
        description="Handläggaren läser det. Parten ser det inte.",
        longest=4_000,
    )

    def command(self) -> ReturnDecision:
        """Why."""
        return ReturnDecision(self.reason.data or "", self.number_reason.data or "")
