"""What an application is called, and when it is late."""

from dataclasses import replace
from datetime import date

import pytest

from grantportal.domain import applications, clock, supplements
from grantportal.domain.applications import ApplicationFacts, ApplicationStatus, Audience
from grantportal.domain.calls import CallKind
from grantportal.domain.errors import RuleViolation
from grantportal.domain.organisations import OrganisationKind
from grantportal.domain.supplements import SupplementStatus

LAST_DAY = date(2020, 4, 20)
LAST_MINUTE, TOO_LATE = clock.local(LAST_DAY, 23, 59), clock.local(date(2020, 4, 21))
SUBMITTED = ApplicationFacts(ApplicationStatus.SUBMITTED, LAST_DAY, LAST_MINUTE, "2020-0001")


def test_the_whole_last_day_counts():
    assert not applications.is_late(LAST_MINUTE, LAST_DAY)
    assert applications.is_late(TOO_LATE, LAST_DAY)
    assert applications.label(SUBMITTED, TOO_LATE).text == "Inskickad"
    late = replace(SUBMITTED, submitted_at=TOO_LATE)
    assert applications.label(late, TOO_LATE).text == "Inkom efter sista dagen"


def test_each_side_reads_its_own_words():
    asked = replace(SUBMITTED, status=ApplicationStatus.SUPPLEMENT_REQUESTED, supplement_last_day=date(2020, 5, 29))
    in_time, overdue = clock.local(date(2020, 5, 29), 23, 59), clock.local(date(2020, 5, 30))
    assert applications.label(asked, in_time).text == "Ni behöver komplettera"
    assert applications.label(asked, in_time, Audience.AUTHORITY).text == "Väntar på komplettering"
    assert applications.label(asked, overdue).text == "Komplettering försenad"
    withdrawn = replace(SUBMITTED, status=ApplicationStatus.WITHDRAWN)
    assert applications.label(withdrawn, in_time).text == "Återkallad av er"
    assert "avskrivning" not in applications.label(withdrawn, in_time).sentence, "a decision may be made already"
    assert applications.label(withdrawn, in_time, Audience.AUTHORITY).text == "Återkallad"


def test_when_the_call_is_withdrawn_nothing_more_is_asked_for():
    asked = replace(SUBMITTED, status=ApplicationStatus.SUPPLEMENT_REQUESTED, supplement_last_day=date(2020, 5, 29))
    heard = replace(SUBMITTED, views_last_day=date(2020, 5, 29))
    draft = replace(SUBMITTED, status=ApplicationStatus.DRAFT, submitted_at=None)
    for facts in (SUBMITTED, asked, heard, replace(SUBMITTED, submitted_at=TOO_LATE), draft):
        for audience in Audience:
            assert applications.label(facts, TOO_LATE, audience).text != "Utlysningen är återtagen"
            told = applications.label(replace(facts, is_call_withdrawn=True), TOO_LATE, audience)
            assert told.text == "Utlysningen är återtagen"
            assert ("kan inte skickas in" in told.sentence) is (facts is draft)
            assert ("avskrivning" in told.sentence) is (facts is not draft)
    concluded = replace(SUBMITTED, status=ApplicationStatus.CONCLUDED, is_call_withdrawn=True)
    assert applications.label(concluded, TOO_LATE).text == "Beslutad"
    own = replace(SUBMITTED, status=ApplicationStatus.WITHDRAWN, is_call_withdrawn=True)
    assert applications.label(own, TOO_LATE).text == "Återkallad av er"


def test_the_party_is_told_what_becomes_of_its_own_application():
    def told(**facts):
        return applications.withdrawn_text("Stöd", "Medlen drogs in.", **facts)

    draft = told(is_draft=True, was_to_answer=False)
    handed_in = told(is_draft=False, was_to_answer=False)
    asked = told(is_draft=False, was_to_answer=True)
    for each in (draft, handed_in, asked):
        assert each.startswith("«Stöd» är återtagen. ")
        assert each.endswith("Skäl: Medlen drogs in.")
    assert ["kan inte skickas in" in each for each in (draft, handed_in, asked)] == [True, False, False]
    assert ["inte svara på vår begäran" in each for each in (draft, handed_in, asked)] == [False, False, True]


def test_every_status_has_a_label_and_every_state_a_mark():
    for status in ApplicationStatus:
        for audience in Audience:
            assert applications.label(replace(SUBMITTED, status=status), TOO_LATE, audience).text
    assert set(applications.TASK_LABELS) == set(applications.TaskState)
    for status in SupplementStatus:
        assert supplements.label(status, LAST_DAY, TOO_LATE).text


def test_regions_apply_and_the_extra_call_is_for_grantees():
    applications.ensure_may_apply(OrganisationKind.REGION, CallKind.ORDINARY, is_grantee=False)
    applications.ensure_may_apply(OrganisationKind.REGION, CallKind.EXTRA, is_grantee=True)
    for kind, call, grantee in (
        (OrganisationKind.REGION, CallKind.EXTRA, False),
        (OrganisationKind.CONSULTED, CallKind.ORDINARY, True),
    ):
        with pytest.raises(RuleViolation):
            applications.ensure_may_apply(kind, call, is_grantee=grantee)


def test_a_request_is_closed_when_its_last_day_is_over():
    supplements.ensure_time_is_out(LAST_DAY, TOO_LATE)
    with pytest.raises(RuleViolation, match="har tid på sig"):
        supplements.ensure_time_is_out(LAST_DAY, LAST_MINUTE)


@pytest.mark.parametrize(
    ("status", "is_withdrawn", "is_sent", "told"),
    [
        (ApplicationStatus.CONCLUDED, False, False, ApplicationStatus.SUBMITTED),
        (ApplicationStatus.CONCLUDED, True, False, ApplicationStatus.WITHDRAWN),
        (ApplicationStatus.CONCLUDED, True, True, ApplicationStatus.CONCLUDED),
        (ApplicationStatus.SUPPLEMENT_REQUESTED, False, False, ApplicationStatus.SUPPLEMENT_REQUESTED),
    ],
)
def test_what_is_decided_has_not_happened_to_the_party_before_it_is_sent(status, is_withdrawn, is_sent, told):
    assert applications.told_status(status, is_withdrawn=is_withdrawn, is_sent=is_sent) is told
