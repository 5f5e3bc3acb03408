"""Report plan: whoever is granted money of a year reports it once, whatever the number of decisions."""

from collections.abc import Mapping

from grantportal.domain.errors import RuleViolation
from grantportal.domain.events import EventKind
from grantportal.domain.money import Kronor
from grantportal.models.calls import Call
from grantportal.models.cases import Case
from grantportal.models.reports import Report
from grantportal.queries import decisions
from grantportal.transaction import Act


def plan_reports(act: Act, case: Case, call: Call, granted: Mapping[int, Kronor]) -> None:
    """One report per granted year, unless the year has one already; filed in the ordinary application's case.

    An extra call's decision adds its money to the year's report, which keeps its questions and its last day.
    """
    planned = decisions.planned_reports(call.grant_id, case.organisation_id)
    for year, amount in sorted(granted.items()):
        if amount == 0 or year in planned:
            continue
        framework_id, form_id = decisions.report_ground(call)
        if framework_id is None or form_id is None:
            raise RuleViolation("Utlysningen saknar förväntade resultat eller formulär för återrapportering.")
        dates = next(each for each in call.years if each.grant_year == year)
        report = Report(
            grant_id=call.grant_id,
            organisation_id=case.organisation_id,
            grant_year=year,
            case_id=case.parent_id or case.id,
            call_id=call.id,
            framework_version_id=framework_id,
            form_version_id=form_id,
            opens_on=dates.report_opens_on,
            due_on=dates.report_due_on,
        )
        act.session.add(report)
        act.session.flush()
        act.also(EventKind.REPORT_PLANNED, report, year=year, due_on=dates.report_due_on.isoformat())
