"""Meddelanden: one's own, the unread first, each leading to what it is about, for as long as one may act."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.organisations import OrganisationKind
from grantportal.models.accounts import MandateRow
from grantportal.models.portal import Notice
from grantportal.queries import notices as queries
from tests.support.casework import ApplicationFactory, RecordFactory
from tests.support.factories import MandateFactory, OrganisationFactory, UserFactory, person
from tests.support.rows import committed, saved


@pytest.fixture
def application(database):
    return ApplicationFactory()


@pytest.fixture
def ombud(signed_in, application):
    return signed_in(person(Role.OMBUD, application.organisation))


def notice(user, title="Nytt", **more) -> Notice:
    more.setdefault("made_at", clock.now())
    return saved(Notice(user_id=user.id, title=title, text="Läs.", **more))


def told(browser, application, title="Nytt", **more) -> Notice:
    more.setdefault("organisation_id", application.organisation_id)
    more.setdefault("case_id", application.case_id)
    return notice(browser.user, title, **more)


def unread() -> int:
    return committed().scalar(select(func.count(Notice.id)).where(Notice.read_at.is_(None)))


def test_messages_are_ones_own_and_stay_unread_until_they_are_opened(application, ombud, signed_in):
    officer = signed_in(person(Role.HANDLAGGARE, OrganisationFactory(kind=OrganisationKind.AUTHORITY)))
    told(ombud, application, "Till ombudet")
    notice(officer.user, "Till handläggaren", case_id=application.case_id)
    assert "olästa</span>" in ombud.get("/arenden/").text

    shown = ombud.get("/meddelanden/")

    assert "Till ombudet" in shown.text
    assert "Till handläggaren" not in shown.text
    assert unread() == 2
    assert "Till handläggaren" in officer.get("/meddelanden/").text


def test_opening_one_reads_it_and_leads_to_the_thing_itself(application, ombud):
    record = RecordFactory(case=application.case)
    here = told(ombud, application, about="records", about_id=record.id)
    opened = ombud.get(f"/meddelanden/{here.id}")
    assert (opened.status_code, opened.location) == (303, f"/handlingar/{record.id}")
    assert unread() == 0
    assert "olästa</span>" not in ombud.get("/arenden/").text


@pytest.mark.parametrize(
    ("about", "authority", "place"),
    [
        ("applications", False, "/ansokningar/7"),
        ("applications", True, "/ansokningar/7/version"),
        ("reports", False, "/aterrapporteringar/7"),
        ("reports", True, "/granskning/7"),
        ("supplements", True, "/kompletteringar/7"),
        ("communications", False, "/kommunicering/7"),
        ("decisions", True, "/beslut/7"),
        ("ombud_applications", True, "/ombudsansokningar/7"),
        ("bank_giros", False, "/bankgiron/"),
        ("payment_batches", False, "/arenden/3"),
        ("", False, "/arenden/3"),
    ],
)
def test_every_kind_of_thing_has_its_page(app, about, authority, place):
    from grantportal.routes.notices import place as place_of

    row = queries.NoticeRow(1, "", "", clock.now(), False, 3, "", about, 7, authority)
    with app.test_request_context():
        assert place_of(row) == place


def test_a_message_leads_to_the_thread_at_the_message(app):
    from grantportal.routes.notices import place as place_of

    row = queries.NoticeRow(1, "", "", clock.now(), False, 3, "", "messages", 7, False)
    with app.test_request_context():
        assert place_of(row) == "/arenden/3/meddelanden?meddelande=7#m7"


def test_anothers_message_is_not_there(application, ombud):
    theirs = notice(UserFactory(), case_id=application.case_id, organisation_id=application.organisation_id)
    assert ombud.get(f"/meddelanden/{theirs.id}").status_code == 404
    assert ombud.post_form(f"/meddelanden/{theirs.id}/last", at="/meddelanden/").status_code == 404
    assert unread() == 1


def test_one_is_marked_and_the_rest_stay(application, ombud):
    told(ombud, application, "Första")
    second = told(ombud, application, "Andra")
    marked = ombud.post_form(f"/meddelanden/{second.id}/last", at="/meddelanden/")
    assert marked.status_code == 303
    assert unread() == 1
    page = ombud.get("/meddelanden/?visa=olasta").text
    assert "Första" in page
    assert "Andra" not in page


def test_all_are_marked_but_for_what_has_come_since_the_page(application, ombud):
    newest = max(told(ombud, application).id for _ in range(3))
    late = told(ombud, application, "Kom efteråt")
    ombud.post_form("/meddelanden/lasta", {"newest": newest}, at="/meddelanden/")
    assert committed().scalars(select(Notice.id).where(Notice.read_at.is_(None))).all() == [late.id]
    for odd in ("", "x", "9" * 40):
        ombud.post_form("/meddelanden/lasta", {"newest": odd}, at="/meddelanden/")
        assert unread() == 1


def test_the_unread_stand_first_and_the_list_turns_pages(application, ombud):
    began = clock.now() - timedelta(days=1)
    for number in range(queries.PAGE + 2):
        told(ombud, application, f"Nummer {number:03}", made_at=began + timedelta(seconds=number), read_at=clock.now())
    told(ombud, application, "Äldst men oläst", made_at=began - timedelta(days=9))

    first, second = ombud.get("/meddelanden/").text, ombud.get("/meddelanden/?sida=2").text

    assert first.index("Äldst men oläst") < first.index("Nummer 051")
    assert "Nummer 000" not in first
    assert "Nummer 000" in second
    assert "Nummer 000" in ombud.get("/meddelanden/?sida=99").text


@pytest.mark.parametrize("address", ["/", "/meddelanden/"])
def test_a_diarienummer_is_not_cut_in_two(application, ombud, address):
    told(ombud, application, "Nytt i ärendet")
    number = application.case.registration_number
    assert f'<span class="bp-nowrap">dnr {number}</span>' in ombud.get(address).text


@pytest.mark.parametrize("how", ["ended", "over", "another case"])
def test_what_was_told_to_somebody_without_the_mandate_is_not_read_any_more(application, ombud, how):
    told(ombud, application, "Hemligt för andra")
    assert "olästa</span>" in ombud.get("/arenden/").text
    another = ApplicationFactory(organisation=application.organisation).case_id
    with db.writing_session() as session, session.begin():
        mandate = session.scalars(select(MandateRow).where(MandateRow.user_id == ombud.user.id)).one()
        if how == "ended":
            mandate.ended_at = clock.now()
        elif how == "over":
            mandate.valid_from, mandate.valid_to = date(2019, 1, 1), date(2019, 12, 31)
        else:
            mandate.case_id = another
    here = committed().scalar(select(Notice.id))

    assert "Hemligt" not in ombud.get("/meddelanden/").text
    assert "Hemligt" not in ombud.get("/").text
    assert ombud.get(f"/meddelanden/{here}").status_code == 404
    assert "olästa</span>" not in ombud.get("/meddelanden/").text


def test_somebody_who_goes_over_to_another_organisation_leaves_the_messages(application, ombud):
    told(ombud, application, "Den förra regionens")
    with db.writing_session() as session, session.begin():
        session.scalars(select(MandateRow).where(MandateRow.user_id == ombud.user.id)).one().ended_at = clock.now()
    another = OrganisationFactory()
    MandateFactory(user=ombud.user, organisation_id=another.id)
    told(ombud, application, "Den nya regionens", organisation_id=another.id, case_id=None)

    page = ombud.get("/meddelanden/").text

    assert "Den nya regionens" in page
    assert "Den förra regionens" not in page


def test_an_officer_who_is_only_administrator_now_reads_no_message_of_a_case(application, signed_in):
    authority = OrganisationFactory(kind=OrganisationKind.AUTHORITY)
    officer = signed_in(person(Role.HANDLAGGARE, authority))
    notice(officer.user, "Om ett ärende", case_id=application.case_id)
    notice(officer.user, "Om ett bankgiro")
    with db.writing_session() as session, session.begin():
        session.scalars(select(MandateRow).where(MandateRow.user_id == officer.user.id)).one().role = Role.ADMINISTRATOR

    page = officer.get("/meddelanden/").text

    assert "Om ett bankgiro" in page
    assert "Om ett ärende" not in page
