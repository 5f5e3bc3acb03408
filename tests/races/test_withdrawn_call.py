"""A call is withdrawn at the second when somebody begins, hands in or asks for a komplettering in it, on both databases.

What must never be: an application that a withdrawn call has received and whose party was not told what becomes of it.
"""

import json

from sqlalchemy import select

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.applications import ApplicationStatus, StartApplication
from grantportal.domain.calls import CallStatus, WithdrawCall
from grantportal.domain.errors import SavedMeanwhile
from grantportal.domain.supplements import SupplementStatus
from grantportal.models.applications import Application
from grantportal.models.calls import Call
from grantportal.models.portal import OutboxItem
from grantportal.models.supplements import Supplement
from grantportal.queries import accounts
from grantportal.services import applications, calls, supplements
from tests.support.applications import ASKED_FOR, IN_TIME, actor_of, another_call, applicant, handed_in, written
from tests.support.calls import officer
from tests.support.races import ROUNDS, racers, without_locks
from tests.support.rows import committed

FEW = max(2, ROUNDS // 15)
"""Each round needs a call and an application of its own."""


def press(what, user_id, thing_id):
    """The button, pressed once more when another transaction was chosen: as the page does."""
    try:
        _press(what, user_id, thing_id)
    except SavedMeanwhile:
        _press(what, user_id, thing_id)


def _press(what, user_id, thing_id):
    who = accounts.actor_of(user_id)
    db.close_read_session()
    with clock.at(IN_TIME):
        if what == "withdraw":
            calls.withdraw(who, thing_id, WithdrawCall("Medlen drogs in.", 0))
        elif what == "submit":
            applications.submit(who, thing_id)
        elif what == "ask":
            supplements.request(who, thing_id, ASKED_FOR)
        else:
            applications.start(who, thing_id, StartApplication(who.mandates[0].organisation_id))


def told(case_id):
    """What the party of the case has been told of the withdrawn call."""
    payloads = committed().scalars(select(OutboxItem.payload).where(OutboxItem.kind == "notice"))
    rows = [json.loads(each) for each in payloads]
    return [row["text"] for row in rows if row["case_id"] == case_id and row["title"] == "Utlysningen är återtagen"]


def made_in(call):
    return committed().scalars(select(Application).where(Application.call_id == call.id)).all()


def test_what_is_handed_in_is_received_before_the_call_is_withdrawn_or_refused(database):
    user, who = applicant(), officer()
    with racers(database.url, press, 2) as line:
        for number in range(FEW):
            call = another_call(f"Utlysning {number}")
            draft = written(actor_of(user), call)
            handed_in, withdrawn = line.race(("submit", user.id, draft.id), ("withdraw", who.user_id, call.id))

            assert withdrawn.was_done, withdrawn
            assert committed().get_one(Call, call.id).status is CallStatus.WITHDRAWN
            [made] = made_in(call)
            [said] = told(made.case_id)
            if handed_in.was_done:
                assert made.status is ApplicationStatus.SUBMITTED
                assert "Er ansökan prövas inte" in said
            else:
                assert "tar inte emot ansökningar" in handed_in.text
                assert made.status is ApplicationStatus.DRAFT
                assert "kan inte skickas in" in said


def test_whoever_has_begun_is_told_that_the_call_is_withdrawn(database):
    user, who = applicant(), officer()
    with racers(database.url, press, 2) as line:
        for number in range(FEW):
            call = another_call(f"Utlysning {number}")
            begun, withdrawn = line.race(("start", user.id, call.id), ("withdraw", who.user_id, call.id))
            assert withdrawn.was_done, withdrawn
            assert len(made_in(call)) == begun.was_done
            assert all(len(told(made.case_id)) == 1 for made in made_in(call))


def test_no_komplettering_waits_for_an_answer_in_a_withdrawn_call(database):
    user, who, colleague = applicant(), officer(), officer()
    with racers(database.url, press, 2) as line:
        for number in range(FEW):
            call = another_call(f"Utlysning {number}")
            made = handed_in(actor_of(user), call)
            asked, withdrawn = line.race(("ask", who.user_id, made.id), ("withdraw", colleague.user_id, call.id))
            assert withdrawn.was_done, withdrawn
            [application], [said] = made_in(call), told(made.case_id)
            assert application.status is ApplicationStatus.SUBMITTED
            rows = committed().scalars(select(Supplement).where(Supplement.application_id == made.id)).all()
            assert [row.status for row in rows] == [SupplementStatus.CLOSED] * asked.was_done
            assert ("inte svara på vår begäran" in said) is asked.was_done


def test_without_the_locks_somebody_has_begun_and_is_not_told(database):
    """The red control."""
    user, who = applicant(), officer()
    with racers(database.url, press, 2, prepare=without_locks) as line:
        for number in range(ROUNDS):
            call = another_call(f"Utlysning {number}")
            line.race(("start", user.id, call.id), ("withdraw", who.user_id, call.id))
            if any(not told(made.case_id) for made in made_in(call)):
                return
    raise AssertionError("nobody ever began in a call that was being withdrawn: the race does not race")
