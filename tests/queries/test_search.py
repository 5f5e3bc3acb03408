"""What has been handed in is found in its words' every form, from the moment it is handed in; a draft never is."""

import pytest
from sqlalchemy import text

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.case_lists import Asked
from grantportal.domain.cases import FrozenKind
from grantportal.keyring import Keyring
from grantportal.models.cases import FrozenVersion
from grantportal.models.search import SearchEntry
from grantportal.queries import case_lists, search
from grantportal.services import applications as services
from grantportal.services import supplements, verification
from tests.support import databases, reporting
from tests.support.applications import (
    IN_JUNE,
    IN_TIME,
    actor_of,
    applicant,
    asked_to_supplement,
    handed_in,
    open_call,
    write,
    written,
)
from tests.support.calls import officer
from tests.support.factories import OrganisationFactory
from tests.support.rows import committed
from tests.support.statements import statements

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def call(database):
    return open_call()


@pytest.fixture
def ombud():
    return actor_of(applicant(Role.OMBUD, OrganisationFactory(name="Region Åkerbo")))


def found(who, typed: str) -> list[int]:
    committed()
    return [row.id for row in case_lists.listed(who, Asked(text=typed)).rows]


def excerpt(who, typed: str) -> str:
    committed()
    (row,) = case_lists.listed(who, Asked(text=typed)).rows
    return "".join(f"[{text}]" if hit else text for text, hit in row.excerpt)


def test_what_was_handed_in_is_found_in_every_form(call, ombud):
    application = handed_in(ombud, call)
    readers = (officer(), ombud)

    for typed in ("behov", "BEHOVEN", "familj", "hösten 2021", "läkares", "björkb", "exempelregionens"):
        for who in readers:
            assert found(who, typed) == [application.case_id], typed
    assert excerpt(readers[0], "behoven") == "Unga med stora [behov]. Och deras familjer."
    # Its head is found by any part of it, with no excerpt.
    assert found(readers[0], "kerbo") == [application.case_id]
    assert excerpt(readers[0], "kerbo") == ""


def test_a_with_a_ring_is_no_a(call, ombud):
    application = written(ombud, call)
    with clock.at(IN_TIME):
        write(ombud, application, {"q5": "Hemmet ligger i \u00c5re."})
        services.submit(ombud, application.id)
    who = officer()

    assert found(who, "åre") == [application.case_id]
    assert found(who, "a\u030are") == [application.case_id]
    assert found(who, "are") == []
    assert found(who, "areas") == []


def test_a_draft_is_never_found_by_the_authority(call, ombud):
    application = written(ombud, call)

    assert found(officer(), "familjer") == []
    # Nor by its own party: what is looked up is what has been handed in.
    assert found(ombud, "familjer") == []
    assert found(ombud, "åkerbo") == [application.case_id]
    with db.writing_session() as session:
        assert session.query(SearchEntry).count() == 0


def test_what_is_written_in_a_komplettering_is_found_when_it_is_handed_in(call, ombud):
    application = handed_in(ombud, call)
    who = officer()
    supplement = asked_to_supplement(who, application)
    with clock.at(IN_JUNE):
        write(ombud, application, {"q5": "Arbetsterapeutens planering."})
        assert found(who, "arbetsterapeut") == []
        assert found(who, "familj") == [application.case_id]

        supplements.answer(ombud, supplement)

    assert found(who, "arbetsterapeut") == [application.case_id]
    # The newest version is what is looked up.
    assert found(who, "familj") == []


def test_another_organisation_finds_nothing_of_it(call, ombud):
    handed_in(ombud, call)

    assert found(actor_of(applicant(Role.OMBUD)), "familjer") == []


def test_a_report_is_found_from_its_hand_in(database):
    grantee = reporting.grantee()
    with clock.at(reporting.OPENED):
        reporting.filled(grantee)
    who = officer()
    assert found(who, "rekryteringens") == []

    reporting.handed_in(grantee)

    assert found(who, "rekryteringens") == [grantee.case.id]


def test_searching_asks_one_query_more_and_as_often_for_many(call, ombud):
    who = officer()
    handed_in(ombud, call)
    few = count_of(who)
    for unit in ("Ett", "Två", "Tre"):
        handed_in(ombud, call, unit)

    assert count_of(who) == few


def count_of(who) -> int:
    committed()
    with statements() as sent:
        assert case_lists.listed(who, Asked(text="familj")).rows
    return len(sent)


@databases.postgresql_only
def test_words_are_looked_up_in_the_index_even_where_reading_all_seems_cheaper(call, ombud):
    handed_in(ombud, call)
    hits = text("SELECT count(*) FROM search_hits(CAST(:asked AS tsquery))")
    read = text("SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'search_entries'")
    session = committed()
    # What a connection that is kept has counted before and not told of yet stands in it too.
    before = session.scalar(read)

    assert [session.scalar(hits, {"asked": f"'{word}':*"}) for word in ("behov", "drakar")] == [1, 0]
    assert session.scalar(read) == before


def test_the_control_finds_a_search_entry_that_differs_or_is_missing(call, ombud, tmp_path):
    handed_in(ombud, call)

    def differences() -> list[str]:
        committed()
        return [
            each for each in verification.verify(tmp_path, keyring=Keyring(tmp_path)).differences if "ökpost" in each
        ]

    assert differences() == []
    with db.writing_session() as session, session.begin():
        entry = session.query(SearchEntry).one()
        kept, entry.words = entry.words, "annat"
    assert len(differences()) == 1
    with db.writing_session() as session, session.begin():
        session.query(SearchEntry).one().words = kept
    assert differences() == []
    with db.writing_session() as session, session.begin():
        session.delete(session.query(SearchEntry).one())
    assert [each.endswith("saknas.") for each in differences()] == [True]


def test_an_entry_of_nothing_is_found_by_the_control(call, ombud):
    application = handed_in(ombud, call)
    with db.writing_session() as session, session.begin():
        version = session.query(FrozenVersion).filter_by(kind=FrozenKind.APPLICATION).one()
        session.add(
            SearchEntry(
                kind=FrozenKind.REPORT,
                subject_id=4711,
                case_id=application.case_id,
                frozen_version_id=version.id,
                words="spöke",
            )
        )
    committed()

    assert search.entries_without_version() == 1


@pytest.mark.parametrize(
    "typed", ["'", '"', "*", "a' OR 'b", "NEAR(", "-", "--", "år-", "😀", "%", "_", "\\", ":*", "&|!", "²", "ﬀ"]
)
def test_nothing_that_is_typed_breaks_the_search(call, ombud, typed):
    handed_in(ombud, call)

    assert isinstance(found(officer(), typed), list)
