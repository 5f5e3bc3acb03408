"""Utlysning: what an officer may type. One group of dates for each year that the statsbidrag has a frame for."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from wtforms import BooleanField, HiddenField, SelectChoice, SelectField  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired

from forms.base import Amount, Day, DayTick, Fingerprint, Form, Line, Paragraphs, WholeNumber
from grantportal.domain.calls import ChangeLastDay, CorrectTexts, PublishCall, WithdrawCall, WriteCall, WriteCallYear
from grantportal.domain.errors import RuleViolation

LATER = ""
Choice = tuple[int, str]


class CallForm(Form):
    """What every call has; `build` adds the years and what there is to choose among."""

    title = Line("Rubrik", [DataRequired("Skriv utlysningens rubrik.")])
    about = Paragraphs("Vad gäller utlysningen?", longest=4_000)
    eligible = Line("Vem får söka?", longest=500, description="Till exempel Regioner.")
    opens_on = Day("Första dagen att ansöka", missing="Skriv första dagen att ansöka.")
    last_day = Day(
        "Sista dagen att ansöka",
        description="Hela dagen räknas, till kl. 23.59.",
        missing="Skriv sista dagen att ansöka.",
    )
    comment_percent = WholeNumber(
        "Avvikelse i procent", most=100, missing="Skriv en procentsats, till exempel 10.", default=10
    )
    comment_kronor = Amount(
        "Avvikelse i kronor", missing="Skriv ett belopp i hela kronor, till exempel 25 000.", default=25_000
    )

    grant_years: Sequence[int] = ()
    kept_example: bool = False
    """Whether the call's sums are invented: what the demonstration has set stays."""

    def command(self) -> WriteCall:
        return WriteCall(
            title=self.title.data or "",
            about=self.about.data or "",
            eligible=self.eligible.data or "",
            opens_on=self.opens_on.data,
            last_day=self.last_day.data,
            years=tuple(
                WriteCallYear(
                    year,
                    self[f"pay_on_{year}"].data,
                    self[f"report_opens_on_{year}"].data,
                    self[f"report_due_on_{year}"].data,
                )
                for year in self.grant_years
                if self[f"included_{year}"].data
            ),
            application_form_id=_chosen(self["application_form_id"].data),
            report_form_id=_chosen(self["report_form_id"].data),
            framework_version_id=_chosen(self["framework_version_id"].data),
            condition_set_id=_chosen(self["condition_set_id"].data),
            comment_percent=self.comment_percent.data,
            comment_kronor=self.comment_kronor.data,
            extends_id=_chosen(self["extends_id"].data),
            is_example=self.kept_example,
        )


class YearDay(Day):
    """A date of a year's group: asked for only when the year is part of the call."""

    def __init__(self, label: str, *, year: int, missing: str, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.year, self.missing_then = year, missing

    def pre_validate(self, form: Any) -> None:
        self.missing = self.missing_then if form[f"included_{self.year}"].data else ""
        super().pre_validate(form)


def _chosen(value: str | None) -> int | None:
    return int(value) if value else None


def _select(label: str, choices: Iterable[Choice], none: str, help_text: str = "") -> SelectField:
    options = [SelectChoice(LATER, none), *(SelectChoice(str(number), text) for number, text in choices)]
    return SelectField(label, choices=options, description=help_text, default=LATER)


def build(
    *,
    years: Sequence[int],
    application_forms: Iterable[Choice],
    report_forms: Iterable[Choice],
    frameworks: Iterable[Choice],
    conditions: Iterable[Choice],
    extendable: Iterable[Choice],
) -> type[CallForm]:
    """The form of a call of this statsbidrag."""
    fields: dict[str, Any] = {
        "grant_years": tuple(years),
        "extends_id": _select(
            "Fördelar utlysningen det som är kvar av en annan?",
            extendable,
            "Nej, det är en vanlig utlysning",
            "Välj då den första utlysningen. Bara de som fått bidrag för året kan söka.",
        ),
        "application_form_id": _select("Ansökningsformulär", application_forms, "Välj senare"),
        "report_form_id": _select("Formulär för återrapportering", report_forms, "Välj senare"),
        "framework_version_id": _select("Förväntade resultat", frameworks, "Välj senare"),
        "condition_set_id": _select("Villkor", conditions, "Välj senare"),
    }
    for year in years:
        fields[f"included_{year}"] = BooleanField(f"Utlysningen gäller {year}")
        fields[f"pay_on_{year}"] = YearDay(
            f"Utbetalning av {year} års bidrag", year=year, missing=f"Skriv när bidraget för {year} ska betalas ut."
        )
        fields[f"report_opens_on_{year}"] = YearDay(
            f"Återrapporteringen av {year} öppnar",
            year=year,
            missing=f"Skriv när återrapporteringen av {year} öppnar.",
        )
        fields[f"report_due_on_{year}"] = YearDay(
            f"Sista dagen att återrapportera {year}",
            year=year,
            missing=f"Skriv sista dagen att återrapportera {year}.",
        )
    return type("CallForm", (CallForm,), fields)


def starting_from(written: WriteCall) -> dict[str, Any]:
    """The fields' values of a call as it was last written."""
    values: dict[str, Any] = {
        "title": written.title,
        "about": written.about,
        "eligible": written.eligible,
        "opens_on": written.opens_on,
        "last_day": written.last_day,
        "comment_percent": written.comment_percent,
        "comment_kronor": written.comment_kronor,
    }
    for name in ("application_form_id", "report_form_id", "framework_version_id", "condition_set_id", "extends_id"):
        chosen = getattr(written, name)
        values[name] = LATER if chosen is None else str(chosen)
    for year in written.years:
        values[f"included_{year.grant_year}"] = True
        values[f"pay_on_{year.grant_year}"] = year.pay_on
        values[f"report_opens_on_{year.grant_year}"] = year.report_opens_on
        values[f"report_due_on_{year.grant_year}"] = year.report_due_on
    return values


class PublishForm(Form):
    """Publish; of an extra call that its main call is still open is confirmed."""

    main_is_open = DayTick()
    seen = Fingerprint()

    def command(self) -> PublishCall:
        return PublishCall(self.main_is_open.data, self.seen.data or "")


class ChangeForm(Form):
    """What every change of a published call has."""

    reason = Paragraphs(
        "Varför?",
        [DataRequired("Skriv varför. Alla kan läsa skälet på utlysningens sida.")],
        description="Alla kan läsa skälet på utlysningens sida.",
        longest=1_000,
    )
    seen = HiddenField()
    """How many changes of the call the page showed: whoever comes second reads what the first one has changed."""

    def read(self) -> int:
        """The number that was posted; −1, which fits no call, when it is none."""
        text = self.seen.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else -1


class LastDayForm(ChangeForm):
    """A later or an earlier last day to apply."""

    last_day = Day(
        "Ny sista dag att ansöka",
        description="En arbetsdag. Hela dagen räknas, till kl. 23.59.",
        missing="Skriv ny sista dag att ansöka.",
    )

    def command(self) -> ChangeLastDay:
        return ChangeLastDay(self.last_day.data, self.reason.data or "", self.read())


class ExtendForm(LastDayForm):
    """A later last day; that extra calls are published already is confirmed."""

    extra_is_published = DayTick()

    def command(self) -> ChangeLastDay:
        return replace(super().command(), extra_is_published=self.extra_is_published.data)


class CorrectForm(ChangeForm):
    """The texts of a published call, to be corrected."""

    title = Line("Rubrik")
    about = Paragraphs("Vad gäller utlysningen?", longest=4_000)
    eligible = Line("Vem får söka?", longest=500)

    def command(self) -> CorrectTexts:
        return CorrectTexts(
            self.title.data or "",
            self.about.data or "",
            self.eligible.data or "",
            self.reason.data or "",
            self.read(),
        )


class WithdrawForm(ChangeForm):
    """Återta utlysningen; that extra calls are published already is confirmed."""

    extra_is_published = DayTick()

    def command(self) -> WithdrawCall:
        return WithdrawCall(self.reason.data or "", self.read(), self.extra_is_published.data)


class AsOfForm(Form):
    """The day that a list is shown for. It changes nothing, so it needs no proof of where it comes from."""

    class Meta:
        csrf = False
        locales = ("sv",)

    per = Day("Läget vid slutet av", description="Lämna tomt för i dag.")

    def day(self) -> date | None:
        """The day, or None when none was typed. Raises RuleViolation when it is no day."""
        if not self.validate():
            raise RuleViolation("inte en dag", field="per")
        chosen: date | None = self.per.data
        return chosen
