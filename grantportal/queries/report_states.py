"""What a återrapportering is called rests on more than its row: one place reads it for every page and list."""

from datetime import date, datetime

from sqlalchemy import ScalarSelect, exists, select

from grantportal.domain.cases import FrozenKind
from grantportal.domain.reports import ReportFacts
from grantportal.domain.supplements import SupplementStatus
from grantportal.models.cases import FrozenVersion
from grantportal.models.reports import Report, ReviewRating
from grantportal.models.supplements import Supplement


def supplement_last_day() -> ScalarSelect[date]:
    """The last day of the report's open request for komplettering."""
    return (
        select(Supplement.last_day)
        .where(Supplement.report_id == Report.id, Supplement.status == SupplementStatus.REQUESTED)
        .correlate(Report)
        .scalar_subquery()
    )


def is_reviewed() -> ScalarSelect[bool]:
    """Whether the granskning has begun."""
    return select(exists().where(ReviewRating.report_id == Report.id).correlate(Report)).scalar_subquery()


def handed_in_at() -> ScalarSelect[datetime]:
    """When the newest version came in: after a komplettering later than the report's own hand-in."""
    return (
        select(FrozenVersion.frozen_at)
        .where(
            FrozenVersion.kind == FrozenKind.REPORT,
            FrozenVersion.subject_id == Report.id,
            FrozenVersion.number == Report.version_number,
        )
        .correlate(Report)
        .scalar_subquery()
    )


def facts(report: Report, last_day: date | None, reviewed: bool, handed_in: datetime | None) -> ReportFacts:
    """What decides the report's label, of the report and the three columns above."""
    return ReportFacts(
        status=report.status,
        opens_on=report.opens_on,
        due_on=report.due_on,
        economy_attested=report.economy_attested_at is not None,
        handed_in_at=handed_in,
        is_reviewed=bool(reviewed),
        supplement_last_day=last_day,
    )
