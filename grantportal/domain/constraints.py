"""When a database constraint is what stopped a person, this is what the person is told, by the constraint's name.

Keys are PostgreSQL's and SQLite's names for the same rule: CHECKs have one name on both, UNIQUE is known to SQLite by its
columns. A constraint that is not here has been reached by a bug, not by a person.
"""

from collections.abc import Callable

from grantportal.domain.errors import RuleViolation


def _says(message: str, field: str | None = None) -> Callable[[], RuleViolation]:
    return lambda: RuleViolation(message, field=field)


_frame = _says("Årets ram räcker inte till beloppet. Ladda om sidan och se vad som återstår.", "amount")
_grantees = _says("Så många som högst får ha bidrag det året har redan fått det.", "amount")
_two_persons = _says("Någon annan än den som gjorde första steget ska göra det andra.")
_twice = _says("Det är redan gjort. Ladda om sidan och se vad som gäller nu.")
_applied = _says("Ni har redan en ansökan i utlysningen för den verksamheten.", "applicant_unit")
_email = _says("Det finns redan ett konto med den e-postadressen.", "email")
_organisation = _says("Det finns redan en organisation med det numret eller namnet.", "organisation_number")
_grant_title = _says("Det finns redan ett statsbidrag med det namnet.", "title")
_frame_year = _says("Året har redan en ram. Ladda om sidan och ändra den i stället.", "grant_year")
_call_title = _says("Statsbidraget har redan en utlysning med den rubriken.", "title")
_home = _says("Ungdomshemmet finns redan.", "name")
_view_name = _says("Du har redan en vy med det namnet. Välj ett annat.", "name")
_open_supplement = _says("En begäran om komplettering är redan öppen.")

REFUSALS: dict[str, Callable[[], RuleViolation]] = {
    "ck_year_frames_decided_within_frame": _frame,
    "ck_year_frames_grantees_within_most": _grantees,
    "ck_decisions_two_persons": _two_persons,
    "ck_payments_two_persons": _two_persons,
    "uq_applications_call_id_organisation_id_applicant_unit": _applied,
    "applications.call_id, applications.organisation_id, applications.applicant_unit": _applied,
    "uq_users_email": _email,
    "users.email": _email,
    "uq_organisations_organisation_number": _organisation,
    "organisations.organisation_number": _organisation,
    "uq_organisations_name": _organisation,
    "organisations.name": _organisation,
    "uq_grants_title": _grant_title,
    "grants.title": _grant_title,
    "uq_year_frames_grant_id_grant_year": _frame_year,
    "year_frames.grant_id, year_frames.grant_year": _frame_year,
    "uq_calls_grant_id_title": _call_title,
    "calls.grant_id, calls.title": _call_title,
    "uq_supplements_open_application": _open_supplement,
    "supplements.application_id": _open_supplement,
    "uq_supplements_open_report": _open_supplement,
    "supplements.report_id": _open_supplement,
    "uq_saved_views_user_id_name_key": _view_name,
    "saved_views.user_id, saved_views.name_key": _view_name,
    "uq_payments_decision_id_grant_year_instalment": _twice,
    "payments.decision_id, payments.grant_year, payments.instalment": _twice,
    "ck_bank_giros_two_persons": _two_persons,
    "uq_bank_giros_asked_for": _twice,
    "bank_giros.organisation_id": _twice,
    "uq_youth_homes_name": _home,
    "youth_homes.name": _home,
    "uq_decisions_open": _twice,
    "decisions.application_id": _twice,
    "uq_dispatches_decision_id_receiver": _twice,
    "dispatches.decision_id, dispatches.receiver": _twice,
}

PASSING = frozenset(
    {
        "uq_registration_series_prefix_year",
        "registration_series.prefix, registration_series.year",
        "uq_cases_registration_number",
        "cases.registration_number",
        "uq_records_case_id_number",
        "records.case_id, records.number",
        "uq_frozen_versions_kind_subject_id_number",
        "frozen_versions.kind, frozen_versions.subject_id, frozen_versions.number",
        "uq_events_chain_seq",
        "events.chain, events.seq",
    }
)
"""Numbers that two acts took at the same moment: the loser's whole act may be tried again, and gets the next."""
