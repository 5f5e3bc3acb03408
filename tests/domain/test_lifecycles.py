"""One table per aggregate: what is not in it cannot happen."""

import pytest

from grantportal.domain.applications import APPLICATION, ApplicationAction, ApplicationStatus
from grantportal.domain.calls import CALL, CallAction, CallStatus
from grantportal.domain.decisions import DECISION, DecisionAction, DecisionStatus
from grantportal.domain.errors import RuleViolation
from grantportal.domain.ombud import OMBUD_APPLICATION, OmbudApplicationAction, OmbudApplicationStatus
from grantportal.domain.payments import PAYMENT, PaymentAction, PaymentStatus
from grantportal.domain.reports import REPORT, ReportAction, ReportStatus
from grantportal.domain.supplements import SUPPLEMENT, SupplementAction, SupplementStatus
from grantportal.domain.youth_homes import YOUTH_HOME, YouthHomeAction, YouthHomeStatus

TABLES = [
    (APPLICATION, ApplicationStatus, ApplicationAction),
    (CALL, CallStatus, CallAction),
    (DECISION, DecisionStatus, DecisionAction),
    (OMBUD_APPLICATION, OmbudApplicationStatus, OmbudApplicationAction),
    (PAYMENT, PaymentStatus, PaymentAction),
    (REPORT, ReportStatus, ReportAction),
    (SUPPLEMENT, SupplementStatus, SupplementAction),
    (YOUTH_HOME, YouthHomeStatus, YouthHomeAction),
]


@pytest.mark.parametrize(("lifecycle", "statuses", "actions"), TABLES)
def test_every_move_is_either_in_the_table_or_refused(lifecycle, statuses, actions):
    for status in statuses:
        for action in actions:
            if lifecycle.allows(status, action):
                assert lifecycle.after(status, action) in statuses
                assert action in lifecycle.actions(status)
            else:
                with pytest.raises(RuleViolation):
                    lifecycle.after(status, action)


@pytest.mark.parametrize(("lifecycle", "statuses", "actions"), TABLES)
def test_every_status_but_the_first_can_be_reached(lifecycle, statuses, actions):
    first = next(iter(statuses))
    reached, frontier = {first}, [first]
    while frontier:
        status = frontier.pop()
        for action in lifecycle.actions(status):
            target = lifecycle.after(status, action)
            if target not in reached:
                reached.add(target)
                frontier.append(target)
    assert reached == set(statuses)


def test_a_made_decision_has_no_way_back():
    assert DECISION.actions(DecisionStatus.MADE) == {DecisionAction.DISPATCH}


def test_a_paid_payment_is_paid_once():
    assert not PAYMENT.actions(PaymentStatus.CONFIRMED)
