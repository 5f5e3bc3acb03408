"""Two who ask, and one who answers while another closes, at the same moment, on both databases."""

from datetime import date

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.applications import ApplicationStatus
from grantportal.domain.errors import SavedMeanwhile
from grantportal.domain.supplements import SupplementStatus
from grantportal.models.supplements import Supplement
from grantportal.queries import accounts
from grantportal.services import supplements as services
from tests.support.applications import (
    ASKED_FOR,
    IN_JUNE,
    IN_MAY,
    actor_of,
    applicant,
    asked_to_supplement,
    handed_in,
    open_call,
    row,
)
from tests.support.calls import officer
from tests.support.races import ROUNDS, racers
from tests.support.rows import committed, events_of

ROUNDS_OF_OWN = max(3, ROUNDS // 10)
"""Each round needs an application of its own."""


def _actor(user_id):
    try:
        return accounts.actor_of(user_id)
    finally:
        db.close_read_session()


def _once_more(service, *args):
    try:
        return service(*args)
    except SavedMeanwhile:
        return service(*args)


def ask(user_id, application_id):
    """Begär komplettering, as the page does it."""
    with clock.at(IN_MAY):
        return _once_more(services.request, _actor(user_id), application_id, ASKED_FOR)


def end(what, user_id, supplement_id):
    """The party answers, or the officer closes."""
    with clock.at(IN_JUNE):
        return _once_more(getattr(services, what), _actor(user_id), supplement_id)


def test_of_two_officers_who_ask_at_once_one_is_told_that_it_is_asked_already(database):
    user, call = applicant(), open_call()
    one, other = officer(), officer()
    with racers(database.url, ask, 2) as line:
        for number in range(ROUNDS_OF_OWN):
            application = handed_in(actor_of(user), call, f"Enhet {number}")
            finishes = line.race((one.user_id, application.id), (other.user_id, application.id))
            assert sorted(finish.was_done for finish in finishes) == [False, True], finishes
            assert [finish.text for finish in finishes if not finish.was_done] == [
                "En komplettering är redan begärd och väntar på svar. Inget nytt är begärt."
            ]
            asked = committed().query(Supplement).filter_by(application_id=application.id).all()
            assert [each.status for each in asked] == [SupplementStatus.REQUESTED]


def test_an_answer_in_the_same_second_as_a_closing_is_one_of_them_and_never_both(database):
    user, call = applicant(), open_call()
    asker = officer()
    with racers(database.url, end, 2) as line:
        for number in range(ROUNDS_OF_OWN):
            application = handed_in(actor_of(user), call, f"Enhet {number}")
            asked = asked_to_supplement(asker, application)
            finishes = line.race(("answer", user.id, asked), ("close", asker.user_id, asked))
            assert sorted(finish.was_done for finish in finishes) == [False, True], finishes
            is_answered = finishes[0].was_done
            supplement = committed().get_one(Supplement, asked)
            assert supplement.status is (SupplementStatus.ANSWERED if is_answered else SupplementStatus.CLOSED)
            assert row(application.id).status is ApplicationStatus.SUBMITTED
            assert row(application.id).version_number == (2 if is_answered else 1)
            ending = "supplement.answered" if is_answered else "supplement.closed"
            assert events_of(supplement) == ["supplement.requested", ending]
            assert supplement.last_day == date(2020, 5, 29)
