"""Two officers approve two ombud of one organisation at the same second, where there is room for one."""

from grantportal import db
from grantportal.domain.actors import Role
from grantportal.domain.errors import SavedMeanwhile
from grantportal.domain.organisations import OrganisationKind
from grantportal.queries.accounts import actor_of, held_by_all
from grantportal.services import ombud
from tests.support.casework import CallFactory
from tests.support.factories import OrganisationFactory, person
from tests.support.ombud import asked
from tests.support.races import ROUNDS, racers


def approve(user_id, application_id):
    """The button, pressed once more when another transaction was chosen: as the page does."""
    who = actor_of(user_id)
    db.close_read_session()
    try:
        return ombud.approve(who, application_id, 1)
    except SavedMeanwhile:
        return ombud.approve(who, application_id, 1)


def test_there_are_never_more_ombud_than_the_setting_says(database):
    authority = OrganisationFactory(kind=OrganisationKind.AUTHORITY)
    officers = [person(Role.HANDLAGGARE, authority) for _ in range(2)]
    grant_id = CallFactory().grant_id
    with racers(database.url, approve, 2) as line:
        for number in range(max(2, ROUNDS // 10)):
            region = OrganisationFactory()
            those = [asked(region, grant_id=grant_id, email=f"{number}-{each}@example.se") for each in range(2)]
            finishes = line.race(*[(officer.id, one) for officer, one in zip(officers, those, strict=True)])
            assert sorted(finish.was_done for finish in finishes) == [False, True]
            assert "högst 1 kan finnas samtidigt" in next(one.text for one in finishes if not one.was_done)
            assert len(held_by_all(region.id, Role.OMBUD)) == 1
            db.close_read_session()
