"""What is built once and put back after that is what it was, and only that."""

from datetime import date

import pytest
from sqlalchemy import select

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.organisations import OrganisationKind
from grantportal.models.organisations import Organisation
from tests.support import remembered
from tests.support.factories import OrganisationFactory
from tests.support.rows import committed, saved

runs = []


@remembered.remembered
def two_regions(name: str, beside: Organisation | None = None) -> tuple[Organisation, Organisation | None]:
    runs.append(name)
    OrganisationFactory()
    return OrganisationFactory(name=name), beside


@pytest.fixture
def anew(database):
    """Begin once more with an empty database, as the next test does."""
    runs.clear()

    def begin() -> None:
        db.close_read_session()
        db.engine().dispose()
        database.reset()
        remembered.begin(database)

    return begin


def names() -> list[str]:
    return list(committed().scalars(select(Organisation.name).order_by(Organisation.id)))


def test_what_has_been_built_twice_is_put_back(anew):
    worlds = []
    for _ in range(4):
        anew()
        made, _nothing = two_regions("Region Norr")
        later = OrganisationFactory()
        worlds.append((made.id, made.name, names()))

    assert runs == ["Region Norr"] * 2
    assert worlds == worlds[:1] * 4
    first, _norr, _later = worlds[0][2]
    assert later.name != first, "the numbers go on where the builder left them"
    assert later.id != made.id


def test_nothing_is_put_back_after_midnight(anew, monkeypatch):
    """What was built yesterday says «i dag» of another day. Swedish midnight: in UTC it is the same day."""
    for moment in [clock.local(date(2027, 6, 15), 23, 59)] * 2 + [clock.local(date(2027, 6, 16), 0, 1)]:
        monkeypatch.setattr(clock, "real_now", lambda moment=moment: moment)
        anew()
        two_regions("Region Natt")

    assert runs == ["Region Natt"] * 3


def test_the_answer_points_to_what_the_builder_was_given(anew):
    for _ in range(3):
        anew()
        region = OrganisationFactory(name="Region Egen")
        _made, beside = two_regions("Region Öst", region)

        assert beside is region
    assert len(runs) == 2


def test_another_call_is_another_world(anew):
    for name in ("Region A", "Region A", "Region B", "Region A", "Region B", "Region B"):
        anew()
        two_regions(name)
        assert names()[1:] == [name]

    assert runs == ["Region A", "Region A", "Region B", "Region B"]


def test_what_was_saved_before_is_still_there(anew):
    for name in ("Först", "Först", "Sist", "Först", "Sist"):
        anew()
        saved(Organisation(kind=OrganisationKind.REGION, name=name, organisation_number="232100-0016"))
        two_regions("Region Syd")
        assert names()[::2] == [name, "Region Syd"]

    assert len(runs) == 4


def test_after_any_other_commit_everything_is_built(anew):
    for _ in range(4):
        anew()
        with db.writing_session() as session, session.begin():
            session.add(Organisation(kind=OrganisationKind.REGION, name="Någons", organisation_number="232100-0016"))
        two_regions("Region Väst")
        assert names()[::2] == ["Någons", "Region Väst"]

    assert len(runs) == 4


def test_a_test_is_followed(database):
    assert remembered.fingerprint("anything")


def test_but_not_one_that_patches_something(database, monkeypatch):
    assert not remembered.fingerprint("anything")
