"""Behörigheter inside an organisation: who invites whom, for how long, and how it ends."""

import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from grantportal import db, policy, worker
from grantportal.domain import clock
from grantportal.domain.accounts import ChoosePassword, Invite, Visitor
from grantportal.domain.actors import APPLICANT_ROLES, Role
from grantportal.domain.errors import NoRight, NotVisible, RuleViolation
from grantportal.domain.organisations import OrganisationKind
from grantportal.keys import invitation_purpose, is_key_for
from grantportal.models.accounts import Invitation, MandateRow, User
from grantportal.queries import accounts as queries
from grantportal.queries import organisations
from grantportal.services import accounts, mandates
from grantportal.settings import Settings
from tests.support.casework import CaseFactory
from tests.support.factories import MandateFactory, OrganisationFactory, UserFactory, person
from tests.support.rows import committed, events_of

pytestmark = pytest.mark.usefixtures("quick_passwords", "database")

HERE = Visitor("192.0.2.1")
TODAY = date(2020, 5, 4)
NOW = datetime(2020, 5, 4, 9, 30, tzinfo=UTC)
MAY_INVITE = {
    (Role.OMBUD, Role.REPRESENTANT),
    (Role.OMBUD, Role.UPPGIFTSSAMORDNARE),
    (Role.OMBUD, Role.APPLICANT_ECONOMIST),
    (Role.REPRESENTANT, Role.UPPGIFTSSAMORDNARE),
    (Role.REPRESENTANT, Role.APPLICANT_ECONOMIST),
}
SARA = Invite("Sara Exempel", "Sara@example.se", Role.UPPGIFTSSAMORDNARE, None, TODAY)


@pytest.fixture(autouse=True)
def on_the_day():
    with clock.at(NOW):
        yield


@pytest.fixture
def region():
    return OrganisationFactory(name="Region Egen")


@pytest.fixture
def settings(tmp_path):
    return Settings(instance=tmp_path, secret_key="tests", public_url="https://bidrag.example.se")


def actor(role, organisation, **mandate):
    return queries.actor_of(person(role, organisation, **mandate).id)


def invite(who, organisation, command=SARA):
    db.close_read_session()
    return mandates.invite(who, organisation.id, command)


def joined(who, organisation, command=SARA):
    """The person is invited and says yes, and gets an account where there was none: the mandate's id."""
    invitation_id = invite(who, organisation, command)
    known = queries.by_email(command.email.lower())
    db.close_read_session()
    if known is None or known.password_hash is None:
        accounts.accept_invitation(invitation_id, HERE, 12, ChoosePassword("korrekt häst batteri"))
        return committed().scalars(select(MandateRow.id).order_by(MandateRow.id.desc())).first()
    return mandates.accept(queries.actor_of(known.id), invitation_id)


def link_in(letter):
    """The path of the link to an invitation."""
    return re.search(r"/inbjudan/(\d+)/([\w-]+)", letter)


def mails(settings):
    worker.drain(settings)
    found = [
        email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        for file in sorted(settings.mail.glob("*.eml"))
    ]
    return [f"To: {letter['To']}\n{letter.get_content()}" for letter in found]


def roles_of(email):
    db.close_read_session()
    user = queries.by_email(email)
    return queries.actor_of(user.id).mandates if user else ()


# --- Inviting ----------------------------------------------------------------------------------------------------


def test_a_new_person_is_asked_by_mail_says_yes_and_is_in(region, settings):
    invitation_id = invite(actor(Role.OMBUD, region), region)

    [letter] = mails(settings)
    assert "To: sara@example.se" in letter
    number, key = link_in(letter).groups()
    assert int(number) == invitation_id
    assert is_key_for("tests", invitation_purpose(invitation_id), key)
    assert queries.by_email("sara@example.se") is None, "nobody has an account before saying yes"
    db.close_read_session()
    opened = accounts.accept_invitation(invitation_id, HERE, 12, ChoosePassword("korrekt häst batteri"))

    assert opened.email == "sara@example.se"
    assert [mandate.role for mandate in roles_of("sara@example.se")] == [Role.UPPGIFTSSAMORDNARE]
    mandate = committed().scalars(select(MandateRow).order_by(MandateRow.id.desc())).first()
    assert events_of(mandate) == ["mandate.granted"]
    assert events_of(committed().get_one(User, mandate.user_id)) == ["user.created", "user.password_chosen"]
    assert events_of(committed().get_one(Invitation, invitation_id)) == ["invitation.sent"]


def test_nothing_that_the_inviter_has_typed_is_in_the_mail(region, settings):
    invite(actor(Role.OMBUD, region), region, replace(SARA, name="Du har vunnit, se www.example.com"))
    [letter] = mails(settings)
    assert "vunnit" not in letter
    assert "Region Egen" in letter


def test_the_answer_to_an_invitation_tells_nothing_of_other_accounts(region):
    """Whoever invites gets the same answer whatever account the address has, or none."""
    officer = person(Role.HANDLAGGARE, OrganisationFactory(kind=OrganisationKind.AUTHORITY))
    known = UserFactory(name="Sara Hemlig", email="sara@example.se", password_hash="x")
    UserFactory(email="slutat@example.se", closed_at=NOW)
    ombud = actor(Role.OMBUD, region)
    for address in (officer.email, known.email, "slutat@example.se", "okand@example.se"):
        invite(ombud, region, replace(SARA, email=address))
        db.close_read_session()

    asked = organisations.get(ombud, region.id)
    assert {one.name for one in asked.invitations} == {"Sara Exempel"}
    assert "Sara Hemlig" not in str(asked)


def test_before_the_yes_there_is_no_right(region):
    sara = UserFactory(email="sara@example.se", password_hash="x")
    invitation_id = invite(actor(Role.OMBUD, region), region)
    assert roles_of("sara@example.se") == ()

    mandates.accept(queries.actor_of(sara.id), invitation_id)
    assert [mandate.role for mandate in roles_of("sara@example.se")] == [Role.UPPGIFTSSAMORDNARE]
    with pytest.raises(RuleViolation, match="gäller inte längre"):
        mandates.accept(queries.actor_of(sara.id), invitation_id)


def test_nobody_says_yes_for_another(region):
    invitation_id = invite(actor(Role.OMBUD, region), region)
    UserFactory(email="sara@example.se", password_hash="x")
    other = UserFactory(email="annan@example.se", password_hash="x")
    with pytest.raises(RuleViolation, match="till en annan e-postadress"):
        mandates.accept(queries.actor_of(other.id), invitation_id)


def test_who_has_a_password_says_yes_with_it(region):
    """The link alone does not choose another password for an account that has one."""
    UserFactory(email="sara@example.se", password_hash="x")
    invitation_id = invite(actor(Role.OMBUD, region), region)
    with pytest.raises(RuleViolation, match="redan ett konto"):
        accounts.accept_invitation(invitation_id, HERE, 12, ChoosePassword("korrekt häst batteri"))


def test_a_no_is_a_no(region):
    invitation_id = invite(actor(Role.OMBUD, region), region)
    mandates.decline(invitation_id)
    db.close_read_session()

    with pytest.raises(RuleViolation, match="gäller inte längre"):
        accounts.accept_invitation(invitation_id, HERE, 12, ChoosePassword("korrekt häst batteri"))
    assert queries.by_email("sara@example.se") is None
    assert events_of(committed().get_one(Invitation, invitation_id)) == ["invitation.sent", "invitation.declined"]


@pytest.mark.parametrize(("days", "holds"), [(13, True), (14, False)])
def test_an_invitation_waits_for_fourteen_days(region, days, holds):
    invitation_id = invite(actor(Role.OMBUD, region), region)
    with clock.at(NOW + timedelta(days=days)):
        db.close_read_session()
        assert (queries.invited(invitation_id) is not None) is holds


def test_a_new_invitation_ends_the_one_before(region):
    ombud = actor(Role.OMBUD, region)
    first, second = invite(ombud, region), invite(ombud, region)
    db.close_read_session()
    assert queries.invited(first) is None
    assert queries.invited(second) is not None


def test_an_invitation_is_taken_back_by_who_may_give_the_behorighet(region):
    ombud = actor(Role.OMBUD, region)
    invitation_id = invite(ombud, region)
    with pytest.raises(NoRight):
        mandates.withdraw_invitation(actor(Role.UPPGIFTSSAMORDNARE, region), invitation_id)
    with pytest.raises(NotVisible):
        mandates.withdraw_invitation(actor(Role.OMBUD, OrganisationFactory()), invitation_id)
    mandates.withdraw_invitation(ombud, invitation_id)
    db.close_read_session()
    assert queries.invited(invitation_id) is None


def test_an_invitation_of_somebody_who_has_lost_the_right_gives_none(region):
    held = MandateFactory(organisation_id=region.id, role=Role.REPRESENTANT)
    invitation_id = invite(queries.actor_of(held.user_id), region)
    mandates.end(queries.actor_of(held.user_id), held.id)
    db.close_read_session()
    with pytest.raises(RuleViolation, match="gäller inte längre"):
        accounts.accept_invitation(invitation_id, HERE, 12, ChoosePassword("korrekt häst batteri"))
    assert queries.by_email("sara@example.se") is None


def test_the_outbox_holds_no_key_and_a_mail_sent_twice_has_the_same_link(region, settings, monkeypatch):
    invite(actor(Role.OMBUD, region), region)
    complete = worker.outbox.complete

    def die(_work):
        raise OSError

    monkeypatch.setattr(worker.outbox, "complete", die)
    with pytest.raises(OSError):
        worker.Post(settings).send_some()
    monkeypatch.setattr(worker.outbox, "complete", complete)
    [first] = settings.mail.glob("*.eml")
    sent = first.read_bytes()
    later = clock.real_now() + worker.outbox.LEASE * 100
    monkeypatch.setattr(clock, "real_now", lambda: later)
    worker.drain(settings)
    [second] = settings.mail.glob("*.eml")

    assert second.read_bytes() == sent


def test_an_invitation_that_was_answered_before_the_mail_goes_sends_none(region, settings):
    mandates.decline(invite(actor(Role.OMBUD, region), region))

    assert mails(settings) == []


@pytest.mark.parametrize("role", sorted(APPLICANT_ROLES))
@pytest.mark.parametrize("given", sorted(APPLICANT_ROLES))
def test_who_invites_whom_is_the_published_table(region, role, given):
    who = actor(role, region)
    command = replace(SARA, role=given)

    if (role, given) in MAY_INVITE:
        mandate_id = joined(who, region, command)
        mandates.end(who, mandate_id)
        assert roles_of("sara@example.se") == ()
    else:
        with pytest.raises(NoRight):
            invite(who, region, command)
        held = person(given, region)
        mandate_id = committed().scalars(select(MandateRow.id).where(MandateRow.user_id == held.id)).one()
        with pytest.raises(NoRight):
            mandates.end(who, mandate_id)


@pytest.mark.parametrize("role", sorted(set(Role) - APPLICANT_ROLES))
def test_the_authority_invites_nobody_to_a_region(region, role):
    authority = OrganisationFactory(kind=OrganisationKind.AUTHORITY)
    with pytest.raises((NoRight, NotVisible)):
        invite(actor(role, authority), region)


def test_another_regions_ombud_sees_nothing(region):
    neighbour = actor(Role.OMBUD, OrganisationFactory())
    mandate_id = joined(actor(Role.OMBUD, region), region)

    with pytest.raises((NotVisible, NoRight)):
        invite(neighbour, region, replace(SARA, email="annan@example.se"))
    for act in (mandates.end, mandates.send_link_again):
        with pytest.raises(NotVisible):
            act(neighbour, mandate_id)


def test_a_person_of_the_authority_gets_no_behorighet_in_a_region(region):
    officer = person(Role.HANDLAGGARE, OrganisationFactory(kind=OrganisationKind.AUTHORITY))
    invitation_id = invite(actor(Role.OMBUD, region), region, replace(SARA, email=officer.email))
    with pytest.raises(RuleViolation, match="Du arbetar på myndigheten"):
        mandates.accept(queries.actor_of(officer.id), invitation_id)


def test_the_same_behorighet_is_not_given_twice(region):
    ombud = actor(Role.OMBUD, region)
    joined(ombud, region)
    with pytest.raises(RuleViolation, match="har redan den behörigheten"):
        joined(ombud, region)


@pytest.mark.parametrize(
    ("days", "field"),
    [((date(2020, 5, 3), None), "valid_from"), ((date(2020, 5, 4), date(2020, 5, 3)), "valid_to")],
)
def test_days_that_cannot_be_are_refused(region, days, field):
    with pytest.raises(RuleViolation) as refusal:
        invite(actor(Role.OMBUD, region), region, replace(SARA, valid_from=days[0], valid_to=days[1]))
    assert refusal.value.field == field


def test_a_behorighet_holds_from_its_first_day_to_its_last(region):
    joined(actor(Role.OMBUD, region), region, replace(SARA, valid_from=date(2020, 5, 6), valid_to=date(2020, 5, 7)))

    def held_on(day):
        with clock.at(clock.local(day, 12)):
            return bool(roles_of("sara@example.se"))

    assert [held_on(date(2020, 5, day)) for day in (5, 6, 7, 8)] == [False, True, True, False]


# --- For one case ------------------------------------------------------------------------------------------------


def test_for_one_case_only_that_case_is_open(region):
    mine, other = CaseFactory(organisation=region), CaseFactory(organisation=region)
    mandate_id = joined(actor(Role.OMBUD, region), region, replace(SARA, case_id=mine.id))

    sara = queries.actor_of(committed().get_one(MandateRow, mandate_id).user_id)
    assert policy.may(sara, policy.Permission.FILL_AND_CHANGE, mine)
    assert not policy.may(sara, policy.Permission.FILL_AND_CHANGE, other)


def test_a_representant_for_one_case_invites_to_that_case_only(region):
    mine, other = CaseFactory(organisation=region), CaseFactory(organisation=region)
    limited = actor(Role.REPRESENTANT, region, case_id=mine.id)

    invite(limited, region, replace(SARA, case_id=mine.id))
    with pytest.raises(NoRight):
        invite(limited, region, replace(SARA, email="b@example.se"))
    with pytest.raises(RuleViolation, match="ett av era ärenden"):
        invite(limited, region, replace(SARA, email="b@example.se", case_id=other.id))
    whole = joined(actor(Role.OMBUD, region), region, replace(SARA, email="c@example.se"))
    with pytest.raises(NoRight):
        mandates.end(limited, whole)


def test_another_regions_case_cannot_be_named(region):
    theirs = CaseFactory(organisation=OrganisationFactory())
    with pytest.raises(RuleViolation, match="ett av era ärenden"):
        invite(actor(Role.OMBUD, region), region, replace(SARA, case_id=theirs.id))


# --- Ending ------------------------------------------------------------------------------------------------------


def test_the_last_ombud_does_not_leave(region):
    first = MandateFactory(organisation_id=region.id)
    with pytest.raises(RuleViolation, match="har inget annat ombud"):
        mandates.end(queries.actor_of(first.user_id), first.id)

    MandateFactory(organisation_id=region.id)
    db.close_read_session()
    mandates.end(queries.actor_of(first.user_id), first.id)
    db.close_read_session()
    assert queries.actor_of(first.user_id).mandates == ()


def test_an_ombud_does_not_end_another(region):
    first, second = MandateFactory(organisation_id=region.id), MandateFactory(organisation_id=region.id)
    with pytest.raises(NoRight):
        mandates.end(queries.actor_of(first.user_id), second.id)


@pytest.mark.parametrize("role", sorted(APPLICANT_ROLES - {Role.OMBUD}))
def test_everybody_may_leave(region, role):
    held = MandateFactory(organisation_id=region.id, role=role)
    mandates.end(queries.actor_of(held.user_id), held.id)

    assert events_of(held) == ["mandate.ended"]


def test_what_has_ended_is_not_ended_again(region):
    ombud = actor(Role.OMBUD, region)
    mandate_id = joined(ombud, region)
    mandates.end(ombud, mandate_id)
    db.close_read_session()
    with pytest.raises(RuleViolation, match="redan upphört"):
        mandates.end(ombud, mandate_id)


# --- A link that was not used ------------------------------------------------------------------------------------


def given(region, **user):
    """A behörighet of somebody who has not chosen a password, as one that the portal gave before it asked."""
    held = UserFactory(email="sara@example.se", **user)
    return MandateFactory(organisation_id=region.id, user=held, role=Role.UPPGIFTSSAMORDNARE).id


def test_a_new_link_ends_the_one_before(region, settings):
    ombud = actor(Role.OMBUD, region)
    mandate_id = given(region)
    db.close_read_session()
    mandates.send_link_again(ombud, mandate_id)
    [first] = mails(settings)
    mandates.send_link_again(ombud, mandate_id)
    _, second = mails(settings)

    keys = [re.search(r"/valkommen/([\w-]+)", letter).group(1) for letter in (first, second)]
    db.close_read_session()
    assert [queries.link(key) is not None for key in keys] == [False, True]


def test_nobody_sends_a_link_to_who_has_a_password(region):
    mandate_id = given(region, password_hash="x")
    with pytest.raises(RuleViolation, match="redan valt ett lösenord"):
        mandates.send_link_again(actor(Role.OMBUD, region), mandate_id)


# --- The table ---------------------------------------------------------------------------------------------------


def test_the_table_has_every_right_of_an_organisations_persons():
    theirs = {permission for permission, roles in policy.WHO_MAY.items() if roles & APPLICANT_ROLES}
    assert theirs == set(policy.PARTY_RIGHTS.values())
    assert set(policy.PARTY_ROLES) == APPLICANT_ROLES
