"""A proposal that what has happened since makes impossible to decide says so, wherever it stands, before anybody tries."""

from datetime import date

import pytest

from grantportal import db
from grantportal.domain.actors import Role
from grantportal.domain.calls import CallStatus, WithdrawCall
from grantportal.domain.case_lists import Asked
from grantportal.domain.cases import CaseStage
from grantportal.domain.decisions import DecisionStatus, DismissalGround, Outcome, ReturnDecision, SendCommunication
from grantportal.domain.errors import RuleViolation, RuleViolations
from grantportal.models.accounts import User
from grantportal.models.calls import Call
from grantportal.models.decisions import Decision
from grantportal.queries import case_lists, case_pages, decision_pages, home
from grantportal.services import applications, calls, communications, portal
from grantportal.services import decisions as services
from tests.support.decidable import actor_with, application, decided, programme, proposed, tomorrow, unlocked
from tests.support.rows import committed

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def of():
    return programme()


@pytest.fixture
def made(of):
    return application(of)


def user(actor):
    return committed().get_one(User, actor.user_id)


def taken_back(of, made):
    applications.withdraw(actor_with(Role.OMBUD, made.organisation), made.id)


def call_withdrawn(of, made):
    call = committed().get_one(Call, made.call_id)
    assert call.status is CallStatus.PUBLISHED
    db.close_read_session()
    calls.withdraw(of.officer, made.call_id, WithdrawCall("Uppdraget är ändrat.", 0))


def extended(of, made):
    unlocked(committed().get_one(Call, made.call_id), last_day=date(2099, 4, 20))


OVERTAKEN = [
    pytest.param({}, taken_back, "Ansökan är återkallad,", id="taken back"),
    pytest.param({}, call_withdrawn, "Utlysningen är återtagen", id="call withdrawn"),
    pytest.param(
        {
            "outcome": Outcome.DISMISSED,
            "dismissal_ground": DismissalGround.LATE,
            "dismissal_why": "Den kom dagen efter.",
        },
        extended,
        "Ansökan kom in i tid",
        id="extended",
    ),
]


@pytest.mark.parametrize(("outcome", "happens", "told"), OVERTAKEN)
def test_a_proposal_that_no_longer_holds_says_so_and_cannot_be_decided(of, made, outcome, happens, told):
    if outcome:
        unlocked(committed().get_one(Call, made.call_id), last_day=date(2020, 1, 31))
    decision_id = proposed(of, made, *([{}] if outcome else []), **outcome)
    committed()
    assert decision_pages.before_deciding(of.decider, decision_id) == ""
    assert [each.title for each in home.start(of.decider).waiting] == [f"Fatta beslut: {made.organisation.name}"]
    db.close_read_session()

    happens(of, made)

    db.close_read_session()
    page = decision_pages.page(of.decider, decision_id)
    stops = decision_pages.before_deciding(of.decider, decision_id)
    assert stops.startswith(told)
    assert stops.endswith("Lämna tillbaka förslaget, så att det lämnas på nytt med det som gäller nu.")
    assert page.label.text == "Förslaget gäller inte längre"
    (waits,) = home.start(of.decider).waiting
    assert waits.title == f"Lämna tillbaka förslaget: {made.organisation.name}"
    assert told in waits.text
    assert decision_pages.lists(of.decider).waiting[0].label.text == "Förslaget gäller inte längre"
    state = case_pages.page(of.officer, made.case_id).standing.state
    assert (state.label.text, state.label.sentence) == ("Förslaget gäller inte längre", stops)
    db.close_read_session()
    with pytest.raises((RuleViolation, RuleViolations)):
        decided(of, decision_id)
    services.return_(of.decider, decision_id, ReturnDecision("Det gäller inte längre."))
    db.close_read_session()
    (waits,) = [each for each in home.start(of.officer).waiting if each.endpoint == "decisions.propose"]
    is_struck_next = happens in {taken_back, call_withdrawn}
    wanted = "Avskriv" if is_struck_next else "Ändra förslaget till beslut:"
    assert waits.title == f"{wanted} {made.organisation.name}"
    assert committed().get_one(Decision, decision_id).status is DecisionStatus.RETURNED


def elsewhere(of, made, decision_id):
    """The court is named otherwise: the words of the decision are others than those that were proposed."""
    portal.set_up(registration_prefix="", authority_address="Gatan 1", appeal_court="Förvaltningsrätten i Annanstad")


def nowhere(of, made, decision_id):
    portal.set_up(registration_prefix="", authority_address="Gatan 1", appeal_court="")


@pytest.mark.parametrize(
    ("happens", "told"),
    [(elsewhere, "Uppgifter som beslutet bygger på har ändrats"), (nowhere, "Beslut i utlysningen får överklagas")],
)
def test_the_decide_page_tells_what_the_service_would_refuse(of, made, signed_in, happens, told):
    decision_id = proposed(of, made)
    happens(of, made, decision_id)
    db.close_read_session()
    page = signed_in(user(of.decider)).get(f"/beslut/{decision_id}/fatta")
    assert "Förslaget kan inte beslutas nu." in page.text
    assert told in page.text
    assert "Fatta beslut</button>" not in page.text
    assert f"/beslut/{decision_id}/lamna-tillbaka" in page.text
    with pytest.raises(RuleViolation, match=told):
        decided(of, decision_id)


def test_who_took_part_is_not_asked_to_decide(of, made):
    decision_id = proposed(of, made, participants=(of.decider.user_id,))
    db.close_read_session()
    assert home.start(of.decider).waiting == ()
    assert "deltog utan att besluta" in decision_pages.before_deciding(of.decider, decision_id)
    db.close_read_session()
    other = actor_with(Role.BESLUTSFATTARE, of.authority)
    assert decision_pages.before_deciding(other, decision_id) == ""
    assert [each.title for each in home.start(other).waiting] == [f"Fatta beslut: {made.organisation.name}"]


def test_while_the_party_may_answer_nothing_is_offered_to_be_decided(of, made):
    decision_id = proposed(of, made)
    communications.send(of.officer, made.id, SendCommunication("Vi avser att bevilja.", tomorrow()))
    db.close_read_session()
    assert decision_pages.before_deciding(of.decider, decision_id) != ""
    with pytest.raises(RuleViolation):
        decided(of, decision_id)


def test_a_withdrawn_application_is_found_as_one_while_a_proposal_waits(of, made):
    proposed(of, made)
    taken_back(of, made)
    db.close_read_session()
    found = case_lists.listed(of.officer, Asked(stage=CaseStage.WITHDRAWN))
    assert [row.id for row in found.rows] == [made.case_id]
