"""Granskning av återrapportering."""

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import HiddenField, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import ValidationError

from forms.answers import SeveralOf
from forms.base import Day, Form, Paragraphs
from forms.personal_numbers import Explained
from grantportal.domain.reports import RATING_TEXTS, Rating
from grantportal.domain.reviews import (
    MOST_COMMENT,
    ApproveReport,
    Assessment,
    RateResult,
    RateResults,
    field_name,
    stamp,
)
from grantportal.domain.supplements import RequestSupplement


class RatingField(RadioField):
    """One of the ratings, or none yet."""

    def pre_validate(self, form: Any) -> None:
        """What no page of ours can send is asked again."""
        if self.data and self.data not in set(Rating):
            raise ValidationError("Välj bland svaren.")


class RateResultsForm(Explained):
    """The officer's assessments of one report; made by `ratings_form` with its own results."""

    result_ids: tuple[int, ...] = ()

    def part(self, result_id: int, name: str) -> Any:
        """A field of one result."""
        return self[field_name(result_id, name)]

    def command(self) -> RateResults:
        """What the service takes."""
        return RateResults(
            tuple(
                RateResult(
                    result_id,
                    Assessment(
                        Rating(self.part(result_id, "rating").data) if self.part(result_id, "rating").data else None,
                        self.part(result_id, "comment").data or "",
                    ),
                    # Only what the page carried: a post without it has seen nothing.
                    next(iter(self.part(result_id, "seen").raw_data or ()), ""),
                )
                for result_id in self.result_ids
            ),
            self.number_reason.data or "",
        )

    def renew(self, stamps: Iterable[tuple[int, str]]) -> None:
        """Where a colleague's assessment has now been told, saving again is an answer to it."""
        for result_id, now in stamps:
            if self.part(result_id, "seen").errors:
                self.part(result_id, "seen").data = now


def ratings_form(results: Sequence[tuple[int, str, int, Assessment]]) -> RateResultsForm:
    """The form of a report's results: (id, code, version, the assessment so far) of each."""
    fields: dict[str, Any] = {"result_ids": tuple(result_id for result_id, *_ in results)}
    shown: dict[str, Any] = {}
    for result_id, code, version, assessment in results:
        rating, comment, seen = (field_name(result_id, part) for part in ("rating", "comment", "seen"))
        fields[rating] = RatingField(
            f"Vår bedömning av {code}", choices=[SelectChoice(each.value, text) for each, text in RATING_TEXTS.items()]
        )
        fields[comment] = Paragraphs(f"Kommentar till {code}", longest=MOST_COMMENT)
        fields[seen] = HiddenField()
        shown |= {
            rating: assessment.rating.value if assessment.rating else None,
            comment: assessment.comment,
            seen: stamp(version, assessment),
        }
    made: type[RateResultsForm] = type("ReportRatingsForm", (RateResultsForm,), fields)
    return made(data=shown)


class RequestReportSupplementForm(Explained):
    """Begär komplettering av en återrapportering."""

    parts = SeveralOf("Vilka delar ska kompletteras?", description="Bara de delar du väljer går att ändra.")
    reason = Paragraphs("Vad ska kompletteras, och varför?", description="Texten skickas till regionen.")
    last_day = Day("Sista dag att svara", missing="Skriv sista dag att svara.")

    def __init__(self, parts: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.parts.choices = [SelectChoice(part, title) for part, title in parts]

    def command(self) -> RequestSupplement:
        """What the service takes."""
        return RequestSupplement(
            tuple(self.parts.data or ()),
            self.reason.data or "",
            self.last_day.data,
            number_reason=self.number_reason.data or "",
        )


class ApproveReportForm(Form):
    """A button that says yes to what was read."""

    seen = HiddenField()

    def command(self) -> ApproveReport:
        """What the service takes."""
        return ApproveReport(self.seen.data or "")
