"""Where a personnummer may be written and where not: everything that people type, through its service."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.accounts import CreateUser, Invite
from grantportal.domain.actors import SYSTEM, Role
from grantportal.domain.cases import ChangeReference
from grantportal.domain.decisions import (
    DismissalGround,
    Outcome,
    ProposeDecision,
    ReplyToCommunication,
    SendCommunication,
    SkipCommunication,
    SkipGround,
)
from grantportal.domain.errors import RuleViolation
from grantportal.domain.saved_views import SaveView
from grantportal.domain.supplements import MoreTime
from grantportal.models.accounts import User
from grantportal.models.portal import Event, OutboxItem
from grantportal.models.records import Record
from grantportal.services import accounts, cases, communications, decisions, mandates, saved_views, supplements
from tests.support.applications import IN_MAY, actor_of, applicant, asked_to_supplement, handed_in, open_call
from tests.support.calls import officer
from tests.support.factories import OrganisationFactory
from tests.support.ombud import asked
from tests.support.rows import committed

pytestmark = pytest.mark.usefixtures("database")

NUMBER = "811218-9876"
WHY = "Intyget gäller en person."


@pytest.fixture
def region():
    return OrganisationFactory()


@pytest.fixture
def ombud(region):
    return actor_of(applicant(Role.OMBUD, region))


@pytest.fixture
def application(ombud):
    return handed_in(ombud, open_call())


@pytest.fixture
def handlaggare():
    return officer()


@pytest.fixture(autouse=True)
def in_may():
    with clock.at(IN_MAY):
        yield


def left() -> str:
    """Everything that is kept, but for the handlingar's own texts."""
    session = committed()
    kept = [*session.scalars(select(Event.data)), *session.scalars(select(OutboxItem.payload))]
    kept += session.scalars(select(Record.title))
    db.close_read_session()
    return "\n".join(kept)


def warned(act, command, **said) -> None:
    """Without a reason nothing is done; with one that holds no number all is, and the reason is all that history keeps."""
    (field,) = said
    before = left()
    with pytest.raises(RuleViolation, match="personnummer") as refusal:
        act(replace(command, **said))
    assert refusal.value.field == field
    with pytest.raises(RuleViolation, match="utan personnummer") as refusal:
        act(replace(command, **said, number_reason=f"För {NUMBER}"))
    assert refusal.value.field == "number_reason"
    db.close_read_session()
    assert left() == before
    act(replace(command, **said, number_reason=WHY))
    db.close_read_session()
    assert WHY in left()
    assert "9876" not in left()


def test_synpunkter_and_what_they_are_about(application, ombud, handlaggare):
    made = []
    warned(
        lambda command: made.append(communications.send(handlaggare, application.id, command)),
        SendCommunication("", date(2020, 6, 22)),
        material=f"Läkaren {NUMBER}",
    )
    warned(
        lambda command: communications.reply(ombud, made[0], command),
        ReplyToCommunication(""),
        text="Läkaren 811218\u00a09876",
    )


def test_why_the_party_is_not_heard(application, handlaggare):
    warned(
        lambda command: communications.skip(handlaggare, application.id, command),
        SkipCommunication(SkipGround.OBVIOUSLY_UNNEEDED, ""),
        why=f"Redan sagt av {NUMBER}",
    )


def test_why_an_application_is_dismissed(application, handlaggare):
    warned(
        lambda command: decisions.propose(handlaggare, application.id, command),
        ProposeDecision(Outcome.DISMISSED, "Skäl", dismissal_ground=DismissalGround.NOT_ENTITLED),
        dismissal_why=f"Sagt av {NUMBER}",
    )


def test_why_more_time_is_asked_for_and_given(application, ombud, handlaggare):
    number = asked_to_supplement(handlaggare, application)
    db.close_read_session()
    for act, who, day in (
        (supplements.ask_more_time, ombud, date(2020, 7, 1)),
        (supplements.extend, handlaggare, date(2020, 7, 2)),
    ):
        warned(lambda command, act=act, who=who: act(who, number, command), MoreTime(day, ""), reason=f"Om {NUMBER}")


def test_names_numbers_and_headings_take_none(application, region, ombud):
    invited = Invite(
        name=f"Anna {NUMBER}",
        email="anna@example.se",
        role=Role.REPRESENTANT,
        case_id=None,
        valid_from=date(2020, 6, 1),
    )
    for act, field in (
        (lambda: cases.change_reference(ombud, application.case_id, ChangeReference(f"RS {NUMBER}")), "own_reference"),
        (lambda: mandates.invite(ombud, region.id, invited), "name"),
        (lambda: accounts.create_user(SYSTEM, CreateUser("Anna", f"{NUMBER}@example.se"), link_hours=1), "email"),
        (lambda: saved_views.save(ombud, SaveView("Min vy", f"sok={NUMBER}")), "query"),
        (lambda: asked(region, name=f"Olle {NUMBER}"), "name"),
        (lambda: asked(region, title=f"Direktör {NUMBER}"), "title"),
    ):
        with pytest.raises(RuleViolation, match="personnummer") as refusal:
            act()
        assert refusal.value.field == field
        db.close_read_session()
    assert not [name for name in committed().scalars(select(User.name)) if NUMBER in name]
    db.close_read_session()
    assert "9876" not in left()
