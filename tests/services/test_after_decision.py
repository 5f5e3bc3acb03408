"""What the party does between its decision and the sending of it: taken in, told to those who send, and left to them."""

import json
from datetime import date

import pytest
from sqlalchemy import select

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.applications import APPLICATION, ApplicationAction, ApplicationStatus
from grantportal.domain.cases import RecordKind
from grantportal.domain.decisions import DispatchDecision, Outcome, ReplyToCommunication, SendCommunication
from grantportal.domain.errors import RuleViolation
from grantportal.domain.events import EventKind
from grantportal.domain.messages import WriteMessage
from grantportal.models.applications import Application
from grantportal.models.decisions import Decision
from grantportal.models.portal import Event
from grantportal.models.records import Record
from grantportal.queries import case_pages, decision_pages
from grantportal.services import applications, communications, decisions
from grantportal.services.messages import write as write_message
from tests.support import decidable
from tests.support.rows import committed

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def of():
    return decidable.programme()


@pytest.fixture
def made(of):
    return decidable.application(of)


@pytest.fixture
def ombud(made):
    return decidable.actor_with(Role.OMBUD, made.organisation)


@pytest.fixture
def material(of, made):
    with clock.at(clock.local(date(2020, 6, 1), 10)):
        return communications.send(of.officer, made.id, SendCommunication("Vi avser att avslå.", date(2020, 6, 15)))


@pytest.fixture
def decision_id(of, made, material):
    return decidable.decided(of, decidable.proposed(of, made, {}, outcome=Outcome.REFUSED))


def data_of(kind):
    newest = select(Event.data).where(Event.kind == kind).order_by(Event.seq.desc()).limit(1)
    return json.loads(committed().scalars(newest).one())


def told(of, decision_id):
    db.close_read_session()
    page = decision_pages.page(of.registrar, decision_id)
    db.close_read_session()
    return [each.sentence for each in page.came_after], max((each.record_id for each in page.came_after), default=0)


def test_an_application_that_is_taken_back_after_its_decision_is_seen_before_that_is_sent(of, made, ombud, decision_id):
    assert told(of, decision_id) == ([], 0)
    applications.withdraw(ombud, made.id)
    found = committed().get_one(Application, made.id)
    assert (found.status, found.withdrawn_at is not None) == (ApplicationStatus.CONCLUDED, True)
    assert committed().get_one(Decision, decision_id).outcome is Outcome.REFUSED
    assert committed().scalars(select(Record).where(Record.kind == RecordKind.WITHDRAWAL)).one().case_id == made.case_id
    assert data_of(EventKind.APPLICATION_WITHDRAWN)["after_decision"] is True

    (sentence,), newest = told(of, decision_id)
    assert sentence.startswith("Parten återkallade ansökan ")
    assert sentence.endswith(", efter att beslutet fattades.")
    with pytest.raises(RuleViolation, match="Något har kommit till efter beslutet"):
        decisions.dispatch(of.registrar, decision_id)
    decisions.dispatch(of.registrar, decision_id, DispatchDecision(newest))
    assert told(of, decision_id) == ([], 0)


def test_it_is_taken_back_once_and_not_after_the_decision_is_sent(of, made, ombud, decision_id):
    applications.withdraw(ombud, made.id)
    with pytest.raises(RuleViolation):
        applications.withdraw(ombud, made.id)
    other = decidable.application(of)
    decidable.decided(of, decidable.proposed(of, other), sent=True)
    with pytest.raises(RuleViolation):
        applications.withdraw(decidable.actor_with(Role.OMBUD, other.organisation), other.id)
    assert not APPLICATION.allows(ApplicationStatus.CONCLUDED, ApplicationAction.WITHDRAW)


def test_views_and_messages_that_come_after_the_decision_are_seen_before_it_is_sent(
    of, made, ombud, material, decision_id
):
    communications.reply(ombud, material, ReplyToCommunication("Våra sena synpunkter."))
    assert data_of(EventKind.COMMUNICATION_REPLIED)["after_decision"] is True
    write_message(ombud, made.case_id, WriteMessage("Har ni läst dem?"))
    sentences, newest = told(of, decision_id)
    assert len(sentences) == 2
    assert all("kom in" in each and each.endswith("efter att beslutet fattades.") for each in sentences)
    first = min(each.record_id for each in decision_pages.page(of.registrar, decision_id).came_after)
    db.close_read_session()
    with pytest.raises(RuleViolation, match="Något har kommit till"):
        decisions.dispatch(of.registrar, decision_id, DispatchDecision(first))
    decisions.dispatch(of.registrar, decision_id, DispatchDecision(newest))


def test_views_before_the_decision_are_not_told_as_if_they_came_after(of, made, ombud, material):
    communications.reply(ombud, material, ReplyToCommunication("Våra synpunkter."))
    decision_id = decidable.decided(of, decidable.proposed(of, made, {}, outcome=Outcome.REFUSED))
    assert told(of, decision_id) == ([], 0)
    assert "after_decision" not in data_of(EventKind.COMMUNICATION_REPLIED)
    decisions.dispatch(of.registrar, decision_id)


def standing(who, made):
    db.close_read_session()
    page = case_pages.page(who, made.case_id)
    db.close_read_session()
    return page.standing.state, {action.label: action.hint for action in page.actions}


def test_the_case_says_to_the_authority_that_its_grant_was_withdrawn_and_promises_the_party_no_outcome(of, made, ombud):
    granted = decidable.decided(of, decidable.proposed(of, made))
    assert "återkall" not in standing(of.registrar, made)[0].label.sentence
    applications.withdraw(ombud, made.id)

    state, actions = standing(of.registrar, made)
    assert state.about.endswith(", återkallad ansökan")
    assert state.label.sentence.startswith("Parten återkallade ansökan den ")
    assert "efter att beslutet fattades." in state.label.sentence
    assert actions["Skicka beslutet"].endswith("efter att beslutet fattades.")
    state, actions = standing(ombud, made)
    assert state.label == ("lock", "dash", "Återkallad av er", "Myndigheten avslutar ärendet genom ett beslut.")

    decisions.dispatch(of.registrar, granted, DispatchDecision(told(of, granted)[1]))
    state, actions = standing(decidable.actor_with(Role.FINANCE, decidable.the_authority()), made)
    assert state.about.endswith(", återkallad ansökan")
    assert "innan beslutet skickades." in state.label.sentence
    assert actions["Registrera utbetalning"].endswith("innan beslutet skickades.")
    state, _ = standing(ombud, made)
    assert "återkall" not in f"{state.about} {state.label.sentence}".lower()


def test_a_case_that_is_struck_says_nothing_of_a_withdrawal_after_its_decision(of, made, ombud):
    applications.withdraw(ombud, made.id)
    state, _ = standing(of.officer, made)
    assert state.label.sentence == "Ärendet avslutas genom beslut om avskrivning."
    struck = decisions.propose(of.officer, made.id, decidable.command(of, {}, outcome=Outcome.STRUCK))
    decidable.decided(of, struck, sent=True)
    state, _ = standing(of.officer, made)
    assert "återkallad" not in state.about
    assert "Parten återkallade" not in state.label.sentence
