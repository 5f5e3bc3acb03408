"""Behörigheter inside an organisation: who invites whom, for how long, and how it ends."""

import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from grantportal import db, policy, worker
from grantportal.domain import clock
from grantportal.domain.accounts import ChoosePassword, Invite, Visitor
from grantportal.domain.actors import APPLICANT_ROLES, Role
from grantportal.domain.errors import NoRight, NotVisible, RuleViolation
from grantportal.domain.organisations import OrganisationKind
from grantportal.models.accounts import MandateRow, User
from grantportal.queries import accounts as queries
from grantportal.services import accounts, mandates
from grantportal.settings import Settings
from tests.support.casework import CaseFactory
from tests.support.factories import MandateFactory, OrganisationFactory, UserFactory, person
from tests.support.rows import committed, events_of

pytestmark = pytest.mark.usefixtures("quick_passwords", "database")

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


def test_a_new_person_is_invited_by_mail_and_comes_in_by_the_link(region, settings):
    mandate_id = invite(actor(Role.OMBUD, region), region)

    [letter] = mails(settings)
    assert "To: sara@example.se" in letter
    key = re.search(r"/valkommen/([\w-]+)", letter).group(1)
    accounts.choose_password(key, Visitor("192.0.2.1"), 12, ChoosePassword("korrekt häst batteri"))
    assert [mandate.role for mandate in roles_of("sara@example.se")] == [Role.UPPGIFTSSAMORDNARE]
    mandate = committed().get_one(MandateRow, mandate_id)
    assert events_of(mandate) == ["mandate.granted"]
    assert events_of(committed().get_one(User, mandate.user_id)) == ["user.created", "user.password_chosen"]


def test_the_outbox_holds_no_key_and_a_mail_sent_twice_has_the_same_link(region, settings, monkeypatch):
    invite(actor(Role.OMBUD, region), region)
    complete = worker.outbox.complete

    def die(_work):
        raise OSError

    monkeypatch.setattr(worker.outbox, "complete", die)
    worker.work_once(settings)
    monkeypatch.setattr(worker.outbox, "complete", complete)
    [first] = settings.mail.glob("*.eml")
    sent = first.read_bytes()
    later = clock.real_now() + worker.outbox.LEASE * 100
    monkeypatch.setattr(clock, "real_now", lambda: later)
    worker.drain(settings)
    [second] = settings.mail.glob("*.eml")

    assert second.read_bytes() == sent


def test_who_has_a_password_gets_no_link(region, settings):
    UserFactory(name="Sara Exempel", email="sara@example.se", password_hash="x")
    invite(actor(Role.OMBUD, region), region)

    [letter] = mails(settings)
    assert "valkommen" not in letter
    assert "https://bidrag.example.se" in letter


def test_a_mandate_that_has_ended_before_the_mail_goes_sends_none(region, settings):
    ombud = actor(Role.OMBUD, region)
    mandates.end(ombud, invite(ombud, region))

    assert mails(settings) == []


@pytest.mark.parametrize("role", sorted(APPLICANT_ROLES))
@pytest.mark.parametrize("given", sorted(APPLICANT_ROLES))
def test_who_invites_whom_is_the_published_table(region, role, given):
    who = actor(role, region)
    command = replace(SARA, role=given)

    if (role, given) in MAY_INVITE:
        mandate_id = invite(who, region, command)
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
    mandate_id = invite(actor(Role.OMBUD, region), region)

    with pytest.raises((NotVisible, NoRight)):
        invite(neighbour, region, replace(SARA, email="annan@example.se"))
    for act in (mandates.end, mandates.send_link_again):
        with pytest.raises(NotVisible):
            act(neighbour, mandate_id)


def test_a_person_of_the_authority_gets_no_behorighet_in_a_region(region):
    officer = person(Role.HANDLAGGARE, OrganisationFactory(kind=OrganisationKind.AUTHORITY))
    with pytest.raises(RuleViolation, match="arbetar på myndigheten"):
        invite(actor(Role.OMBUD, region), region, replace(SARA, email=officer.email))


def test_the_same_behorighet_is_not_given_twice(region):
    ombud = actor(Role.OMBUD, region)
    invite(ombud, region)
    with pytest.raises(RuleViolation, match="är redan uppgiftssamordnare"):
        invite(ombud, region)


@pytest.mark.parametrize(
    ("days", "field"),
    [((date(2020, 5, 3), None), "valid_from"), ((date(2020, 5, 4), date(2020, 5, 3)), "valid_to")],
)
def test_days_that_cannot_be_are_refused(region, days, field):
    with pytest.raises(RuleViolation) as refusal:
        invite(actor(Role.OMBUD, region), region, replace(SARA, valid_from=days[0], valid_to=days[1]))
    assert refusal.value.field == field


def test_a_behorighet_holds_from_its_first_day_to_its_last(region):
    invite(actor(Role.OMBUD, region), region, replace(SARA, valid_from=date(2020, 5, 6), valid_to=date(2020, 5, 7)))

    def held_on(day):
        with clock.at(clock.local(day, 12)):
            return bool(roles_of("sara@example.se"))

    assert [held_on(date(2020, 5, day)) for day in (5, 6, 7, 8)] == [False, True, True, False]


# --- For one case ------------------------------------------------------------------------------------------------


def test_for_one_case_only_that_case_is_open(region):
    mine, other = CaseFactory(organisation=region), CaseFactory(organisation=region)
    mandate_id = invite(actor(Role.OMBUD, region), region, replace(SARA, case_id=mine.id))

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
    whole = invite(actor(Role.OMBUD, region), region, replace(SARA, email="c@example.se"))
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
    mandate_id = invite(ombud, region)
    mandates.end(ombud, mandate_id)
    db.close_read_session()
    with pytest.raises(RuleViolation, match="redan upphört"):
        mandates.end(ombud, mandate_id)


# --- A link that was not used ------------------------------------------------------------------------------------


def test_a_new_link_ends_the_one_before(region, settings):
    ombud = actor(Role.OMBUD, region)
    mandate_id = invite(ombud, region)
    [first] = mails(settings)
    mandates.send_link_again(ombud, mandate_id)
    _, second = mails(settings)

    keys = [re.search(r"/valkommen/([\w-]+)", letter).group(1) for letter in (first, second)]
    db.close_read_session()
    assert [queries.link(key) is not None for key in keys] == [False, True]


def test_nobody_sends_a_link_to_who_has_a_password(region):
    UserFactory(name="Sara Exempel", email="sara@example.se", password_hash="x")
    ombud = actor(Role.OMBUD, region)
    mandate_id = invite(ombud, region)
    with pytest.raises(RuleViolation, match="redan valt ett lösenord"):
        mandates.send_link_again(ombud, mandate_id)


# --- The table ---------------------------------------------------------------------------------------------------


def test_the_table_has_every_right_of_an_organisations_persons():
    theirs = {permission for permission, roles in policy.WHO_MAY.items() if roles & APPLICANT_ROLES}
    assert theirs == set(policy.PARTY_RIGHTS.values())
    assert set(policy.PARTY_ROLES) == APPLICANT_ROLES
