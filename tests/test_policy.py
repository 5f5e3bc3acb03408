"""Who sees: what is shown is named, and what nobody has named is shown to nobody."""

import pytest

from grantportal import policy
from grantportal.domain import cases, events
from grantportal.domain.actors import SYSTEM, Actor, Mandate, Role
from grantportal.domain.cases import RecordKind
from grantportal.domain.events import EventKind
from grantportal.models import Base
from grantportal.models.accounts import Invitation, MandateRow
from grantportal.models.applications import Application
from grantportal.models.calls import Call
from grantportal.models.cases import Case, FileNote
from grantportal.models.decisions import Dispatch, Dissent
from grantportal.models.grants import Grantee
from grantportal.models.organisations import Organisation
from grantportal.models.portal import Notice
from grantportal.policy import Permission

OMBUD = Actor(1, (Mandate(Role.OMBUD, 7),))
OFFICER = Actor(2, (Mandate(Role.HANDLAGGARE, 1),))

WITHOUT_CASE_READERS = {Call, Organisation}
"""Tables that `visible` has a rule of its own for: they are public, or the organisation itself."""

READ_OTHERWISE = {Invitation, MandateRow, Notice, Grantee, Dispatch, Dissent}
"""Tables of organisations that no reader asks `visible` for: they are read beside what they belong to, or as one's own."""


def models() -> list[type[Base]]:
    """Every table that belongs to an organisation or has a rule."""
    every = {mapper.class_ for mapper in Base.registry.mappers if hasattr(mapper.class_, "organisation_id")}
    return sorted(every | set(policy._PARTY_SEES) | set(policy._AUTHORITY_SEES), key=lambda model: model.__name__)


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_it_is_said_who_sees_each_table(model):
    """A new table is named for both sides, or it is said here that nobody reads it by `visible`."""
    if model in WITHOUT_CASE_READERS | READ_OTHERWISE:
        assert model not in policy._PARTY_SEES
    else:
        assert model in policy._PARTY_SEES, "say in policy what an organisation sees of its own"
        assert model in policy._AUTHORITY_SEES, "say in policy what the authority sees"


@pytest.mark.parametrize("reader", [OMBUD, OFFICER], ids=["party", "authority"])
def test_a_table_that_nobody_has_named_is_seen_by_nobody(reader):
    for model in READ_OTHERWISE:
        if hasattr(model, "organisation_id"):
            assert str(policy.visible(reader, model)).startswith(("false", "0 = 1")), model
    assert str(policy.visible(SYSTEM, Dispatch)) == "true"


def test_what_the_authority_writes_for_itself_is_no_partys():
    assert str(policy.visible(OFFICER, FileNote)) == "true"
    assert str(policy.visible(OMBUD, FileNote)) == "false"


def test_each_kind_of_handling_is_named_as_the_partys_or_the_authoritys():
    named = [*cases.RECORDS_FOR_THE_PARTY, *cases.RECORDS_FOR_THE_AUTHORITY_ONLY]
    assert sorted(named) == sorted(RecordKind)


def test_each_kind_of_event_stands_in_one_list():
    lists = (events.FOR_BOTH, events.FOR_THE_AUTHORITY_ONLY, events.FOR_THE_PARTY_ONLY, events.OF_NO_APPLICATION)
    assert sorted(kind for each in lists for kind in each) == sorted(EventKind)
    assert events.WHEN_SENT <= events.FOR_BOTH
    assert not events.OF_NO_APPLICATION & (events.TOLD_TO_THE_PARTY | events.TOLD_TO_THE_AUTHORITY)


def test_what_is_news_is_told():
    assert events.NEWS_FOR_THE_PARTY < events.TOLD_TO_THE_PARTY
    assert events.NEWS_FOR_THE_AUTHORITY < events.TOLD_TO_THE_AUTHORITY
    assert events.NO_NEWS <= events.TOLD_TO_THE_PARTY | events.TOLD_TO_THE_AUTHORITY


@pytest.mark.parametrize("permission", sorted(policy.WHO_MAY))
def test_an_applicants_right_is_to_something_of_its_own(permission):
    for role in sorted(policy.WHO_MAY[permission] & set(policy.PARTY_ROLES)):
        own, others = Application(organisation_id=7), Application(organisation_id=8)
        one = Actor(1, (Mandate(role, 7),))
        assert policy.may(one, permission, own)
        assert not policy.may(one, permission, others)
        assert not policy.may(one, permission)
        assert not policy.may(one, permission, object())


def test_a_mandate_for_one_case_is_for_nothing_else():
    one = Actor(1, (Mandate(Role.REPRESENTANT, 7, case_id=3),))
    assert policy.may(one, Permission.FILL_AND_CHANGE, Application(organisation_id=7, case_id=3))
    assert not policy.may(one, Permission.FILL_AND_CHANGE, Application(organisation_id=7, case_id=4))
    assert not policy.may(one, Permission.FILL_AND_CHANGE, Organisation(id=7))


def test_a_mandate_for_one_case_is_for_that_case_itself():
    one = Actor(1, (Mandate(Role.REPRESENTANT, 7, case_id=3),))
    assert policy.may(one, Permission.FILL_AND_CHANGE, Case(id=3, organisation_id=7))
    assert not policy.may(one, Permission.FILL_AND_CHANGE, Case(id=4, organisation_id=7))
    assert not policy.may(one, Permission.FILL_AND_CHANGE, Case(id=3, organisation_id=8))


def test_a_mandate_is_for_its_own_organisation_and_no_other():
    assert policy.may(OMBUD, Permission.START_CASE, Organisation(id=7))
    assert not policy.may(OMBUD, Permission.START_CASE, Organisation(id=8))


def test_the_authoritys_right_is_to_every_organisations_things():
    assert policy.may(OFFICER, Permission.PROPOSE)
    assert policy.may(OFFICER, Permission.PROPOSE, Application(organisation_id=7, case_id=3))
    assert policy.may(OFFICER, Permission.PROPOSE, Organisation(id=7))
