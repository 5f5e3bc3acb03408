"""A new giro: asked for by an ombud, verified by one ekonom, approved by another, and told to every ombud."""

import json

import pytest
from sqlalchemy import select

from grantportal import db
from grantportal.domain.actors import Role
from grantportal.domain.errors import NoRight, NotVisible, RuleViolation
from grantportal.domain.giros import ApproveGiro, AskForGiro, GiroCheck, RefuseGiro, VerifyGiro
from grantportal.domain.organisations import OrganisationKind
from grantportal.models.organisations import BankGiro
from grantportal.models.portal import OutboxItem
from grantportal.queries import giros as queries
from grantportal.queries.accounts import actor_of
from grantportal.services import giros
from tests.support.factories import OrganisationFactory, person
from tests.support.rows import committed, events_of

pytestmark = pytest.mark.usefixtures("database")
HOW = VerifyGiro(GiroCheck.CALLED, "Ringde växeln.")


@pytest.fixture
def region():
    return OrganisationFactory(name="Region Egen")


@pytest.fixture
def authority():
    return OrganisationFactory(kind=OrganisationKind.AUTHORITY)


def actor(role, organisation):
    found = actor_of(person(role, organisation).id)
    db.close_read_session()
    return found


def told():
    """What is to be told, and to which roles of which organisation."""
    rows = committed().scalars(select(OutboxItem).where(OutboxItem.kind == "notice").order_by(OutboxItem.id))
    return [
        (item["title"], item["roles"], item["organisation_id"]) for item in (json.loads(row.payload) for row in rows)
    ]


def test_a_giro_takes_three_persons_and_every_ombud_is_told(region, authority):
    first, second = actor(Role.FINANCE, authority), actor(Role.FINANCE, authority)
    giro_id = giros.ask(actor(Role.OMBUD, region), AskForGiro(region.id, "5050-1055"))
    with pytest.raises(RuleViolation, match="inte kontrollerat än"):
        giros.approve(second, giro_id, ApproveGiro())
    giros.verify(first, giro_id, HOW)
    with pytest.raises(RuleViolation, match="Någon annan ska godkänna"):
        giros.approve(first, giro_id, ApproveGiro())
    giros.approve(second, giro_id, ApproveGiro())

    giro = committed().get_one(BankGiro, giro_id)
    assert events_of(giro) == ["giro.registered", "giro.verified", "giro.approved"]
    assert told() == [
        ("Nytt bankgiro har begärts", ["ombud"], region.id),
        ("Nytt bankgiro gäller", ["ombud"], region.id),
    ]


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OMBUD}))
def test_only_an_ombud_asks(region, authority, role):
    with pytest.raises((NotVisible, NoRight)):
        giros.ask(actor(role, region), AskForGiro(region.id, "5050-1055"))
    with pytest.raises(NotVisible):
        giros.ask(actor(Role.OMBUD, OrganisationFactory()), AskForGiro(region.id, "5050-1055"))


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.FINANCE}))
def test_only_ekonomer_of_the_authority_verify_and_approve(region, authority, role):
    giro_id = giros.ask(actor(Role.OMBUD, region), AskForGiro(region.id, "5050-1055"))
    who = actor(role, authority)
    with pytest.raises(NoRight):
        giros.verify(who, giro_id, HOW)
    giros.verify(actor(Role.FINANCE, authority), giro_id, HOW)
    with pytest.raises(NoRight):
        giros.approve(who, giro_id, ApproveGiro())


def test_a_wrong_giro_is_refused_at_either_step_and_another_can_be_asked_for(region, authority):
    ombud, first, second = actor(Role.OMBUD, region), actor(Role.FINANCE, authority), actor(Role.FINANCE, authority)
    wrong = giros.ask(ombud, AskForGiro(region.id, "5050-1055"))
    giros.refuse(first, wrong, RefuseGiro("Numret är en leverantörs."))
    checked = giros.ask(ombud, AskForGiro(region.id, "5050-1055"))
    giros.verify(first, checked, HOW)
    giros.refuse(second, checked, RefuseGiro("Ekonomichefen känner inte till numret."))
    right = giros.ask(ombud, AskForGiro(region.id, "991-2346"))

    assert events_of(committed().get_one(BankGiro, checked)) == ["giro.registered", "giro.verified", "giro.refused"]
    assert ("Bankgirot är inte godkänt", ["ombud"], region.id) in told()
    db.close_read_session()
    for act in (
        lambda: giros.verify(second, wrong, HOW),
        lambda: giros.approve(second, checked, ApproveGiro()),
        lambda: giros.refuse(second, wrong, RefuseGiro("Igen.")),
        lambda: giros.withdraw(ombud, wrong),
    ):
        with pytest.raises(RuleViolation, match="redan underkänt eller återtaget"):
            act()
    assert queries.asked_for(region.id).id == right
    assert queries.in_force(region.id) is None
    db.close_read_session()


def test_what_is_in_force_is_neither_refused_nor_taken_back(region, authority):
    ombud, first, second = actor(Role.OMBUD, region), actor(Role.FINANCE, authority), actor(Role.FINANCE, authority)
    giro_id = giros.ask(ombud, AskForGiro(region.id, "5050-1055"))
    giros.verify(first, giro_id, HOW)
    giros.approve(second, giro_id, ApproveGiro())

    for act in (lambda: giros.refuse(first, giro_id, RefuseGiro("Fel.")), lambda: giros.withdraw(ombud, giro_id)):
        with pytest.raises(RuleViolation, match="redan godkänt"):
            act()
    assert queries.in_force(region.id).id == giro_id
    db.close_read_session()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.FINANCE}))
def test_only_ekonomer_of_the_authority_refuse(region, authority, role):
    giro_id = giros.ask(actor(Role.OMBUD, region), AskForGiro(region.id, "5050-1055"))
    with pytest.raises(NoRight):
        giros.refuse(actor(role, authority), giro_id, RefuseGiro("Fel."))


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OMBUD}))
def test_only_an_ombud_of_the_organisation_takes_back(region, authority, role):
    giro_id = giros.ask(actor(Role.OMBUD, region), AskForGiro(region.id, "5050-1055"))
    with pytest.raises(NotVisible):
        giros.withdraw(actor(role, region), giro_id)
    with pytest.raises(NotVisible):
        giros.withdraw(actor(Role.OMBUD, OrganisationFactory()), giro_id)

    giros.withdraw(actor(Role.OMBUD, region), giro_id)
    assert queries.asked_for(region.id) is None
    db.close_read_session()


@pytest.mark.parametrize("how", ["ok", "-", "Kontrollerat och klart.", "1234"])
def test_ok_is_no_answer_to_how_it_was_checked(region, authority, how):
    giro_id = giros.ask(actor(Role.OMBUD, region), AskForGiro(region.id, "5050-1055"))
    with pytest.raises(RuleViolation, match="hur du kontrollerade numret med några ord") as refusal:
        giros.verify(actor(Role.FINANCE, authority), giro_id, VerifyGiro(GiroCheck.CALLED, how))
    assert refusal.value.field == "how"
    assert committed().get_one(BankGiro, giro_id).verified_at is None


def test_a_number_that_another_organisation_has_is_checked_with_a_reason(region, authority):
    first, second = actor(Role.FINANCE, authority), actor(Role.FINANCE, authority)
    other = OrganisationFactory(name="Region Andra")
    giros.ask(actor(Role.OMBUD, other), AskForGiro(other.id, "5050-1055"))
    giro_id = giros.ask(actor(Role.OMBUD, region), AskForGiro(region.id, "5050-1055"))

    for reason, said in (("", "Samma bankgiro har Region Andra"), ("ok", "med några ord")):
        with pytest.raises(RuleViolation, match=said) as refusal:
            giros.verify(first, giro_id, VerifyGiro(GiroCheck.CALLED, "Ringde växeln.", shared_reason=reason))
        assert refusal.value.field == "shared_reason"
    giros.verify(
        first, giro_id, VerifyGiro(GiroCheck.CALLED, "Ringde växeln.", shared_reason="De har samma servicenämnd.")
    )
    giros.approve(second, giro_id, ApproveGiro())

    giro = committed().get_one(BankGiro, giro_id)
    assert (giro.verified_way, giro.shared_reason) == (GiroCheck.CALLED, "De har samma servicenämnd.")


def test_a_number_that_another_got_after_the_check_is_approved_with_a_reason(region, authority):
    first, second = actor(Role.FINANCE, authority), actor(Role.FINANCE, authority)
    other = OrganisationFactory(name="Region Andra")
    giro_id = giros.ask(actor(Role.OMBUD, region), AskForGiro(region.id, "5050-1055"))
    giros.verify(first, giro_id, HOW)
    giros.ask(actor(Role.OMBUD, other), AskForGiro(other.id, "5050-1055"))

    with pytest.raises(RuleViolation, match="Samma bankgiro har Region Andra"):
        giros.approve(second, giro_id, ApproveGiro())
    giros.approve(second, giro_id, ApproveGiro("De har samma servicenämnd."))

    assert committed().get_one(BankGiro, giro_id).shared_reason == "De har samma servicenämnd."


def test_a_number_that_another_has_had_is_free(region, authority):
    other = OrganisationFactory()
    ombud = actor(Role.OMBUD, other)
    giros.withdraw(ombud, giros.ask(ombud, AskForGiro(other.id, "5050-1055")))
    giro_id = giros.ask(actor(Role.OMBUD, region), AskForGiro(region.id, "5050-1055"))
    giros.verify(actor(Role.FINANCE, authority), giro_id, HOW)
    assert committed().get_one(BankGiro, giro_id).shared_reason == ""
