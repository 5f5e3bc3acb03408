"""The thread of a case's messages, in a browser."""

import re

import pytest
from sqlalchemy import func, select

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.messages import LONGEST
from grantportal.domain.organisations import OrganisationKind
from grantportal.models.cases import Case
from grantportal.models.messages import Message
from grantportal.models.portal import Notice
from tests.support.casework import ApplicationFactory
from tests.support.client import summary
from tests.support.factories import OrganisationFactory, person
from tests.support.rows import committed, saved

HOSTILE = "<script>alert(1)</script>\x00 \u202eomvänt\u202c \u05e9\u05dc\u05d5\u05dd ${7*7} " + "ö" * 400


@pytest.fixture
def application(database):
    return ApplicationFactory()


@pytest.fixture
def officer(signed_in, database):
    return signed_in(person(Role.HANDLAGGARE, OrganisationFactory(kind=OrganisationKind.AUTHORITY, name="Myndigheten")))


@pytest.fixture
def ombud(signed_in, application):
    return signed_in(person(Role.OMBUD, application.organisation))


def thread(application) -> str:
    return f"/arenden/{application.case_id}/meddelanden"


def send(browser, application, text="Hur räknas resor?", **more):
    return browser.post_form(thread(application), {"text": text, **more})


def count() -> int:
    return committed().scalar(select(func.count(Message.id)))


def test_a_question_and_its_answer_stand_on_the_case_of_both(application, ombud, officer):
    case = f"/arenden/{application.case_id}"
    assert "Ingen har skrivit" in ombud.get(case).text
    sent = send(ombud, application)
    assert sent.status_code == 303
    assert "Meddelandet är skickat." in ombud.get(sent.location).text

    page = officer.get(case).text
    assert "Hur räknas resor?" in page
    assert "Nytt." in page
    assert "Nytt." not in officer.get(case).text, "it has been shown"
    send(officer, application, "Som i rekvisitionen.")
    assert "Nytt." in ombud.get(case).text
    shown = ombud.get(thread(application)).text
    assert shown.index("Som i rekvisitionen.") < shown.index("Hur räknas resor?"), "the newest first"
    assert "Meddelande från parten" in officer.get(case).text, "it is a handling"


def test_an_empty_one_and_one_that_is_too_long_are_asked_for_again(application, ombud):
    assert send(ombud, application, " \n ").status_code == 422
    long = "a" * (LONGEST + 1)
    refused = send(ombud, application, long)
    assert refused.status_code == 422
    assert summary(refused) == ["Meddelande: Skriv högst 10 000 tecken."]
    assert long in refused.text, "nothing typed is lost"
    assert send(ombud, application, long[1:]).status_code == 303
    assert count() == 1


def test_whatever_is_written_is_shown_as_text_and_nothing_is_run_or_turned_round(application, ombud):
    send(ombud, application, HOSTILE)
    page = ombud.get(thread(application)).text
    assert "&lt;script&gt;alert(1)" in page
    assert "\u202e" not in page
    assert "\x00" not in page
    assert "${7*7}" in page
    assert "\u05e9\u05dc\u05d5\u05dd" in page
    assert 'dir="auto"' in page


def test_the_same_page_sent_twice_says_so_and_sends_once(application, ombud, officer):
    page = ombud.get(thread(application))
    seen = re.search(r'name="seen"[^>]*value="(\d+)"', page.text).group(1)
    assert send(ombud, application, seen=seen).status_code == 303
    send(officer, application, "Ett svar emellan")

    again = send(ombud, application, seen=seen)
    assert again.status_code == 303
    assert "redan skickat" in ombud.get(again.location).text
    assert count() == 2


@pytest.mark.parametrize("odd", ["", "x", "-1", "9" * 30, "١"])
def test_an_odd_seen_is_as_if_nothing_had_been_shown(application, ombud, odd):
    assert send(ombud, application, seen=odd).status_code == 303
    assert "redan skickat" in ombud.get(send(ombud, application, seen=odd).location).text
    assert count() == 1


def test_a_personnummer_is_warned_of_and_goes_with_a_reason(application, ombud):
    refused = send(ombud, application, "Läkaren 811218-9876")
    assert refused.status_code == 422
    assert "Varför behövs personnumret?" in refused.text
    assert "Läkaren 811218-9876" in refused.text
    assert "Varför behövs personnumret?" not in ombud.get(thread(application)).text
    assert count() == 0
    sent = send(ombud, application, "Läkaren 811218-9876", number_reason="Intyget gäller en person.")
    assert sent.status_code == 303
    case = ombud.get(f"/arenden/{application.case_id}").text
    assert "Personnummer lämnat med skäl: Intyget gäller en person." in case


def test_before_hand_in_the_page_says_where_to_turn(signed_in, database):
    draft = ApplicationFactory(draft=True)
    ombud = signed_in(person(Role.OMBUD, draft.organisation))
    for address in (f"/arenden/{draft.case_id}", thread(draft)):
        page = ombud.get(address).text
        assert "inget diarienummer än" in page
        assert "/hjalp#kontakt" in page
        assert "Skicka meddelandet" not in page
    refused = ombud.post_form(thread(draft), {"text": "Fråga"}, at=f"/arenden/{draft.case_id}/diarienummer")
    assert refused.status_code == 422
    assert ">Fråga<" in refused.text.replace("\r\n", ""), "the text is there to copy"


def test_a_closed_case_is_read_only(application, ombud):
    send(ombud, application)
    with db.writing_session() as session, session.begin():
        session.get_one(Case, application.case_id).closed_at = clock.now()
    page = ombud.get(thread(application)).text
    assert "Hur räknas resor?" in page
    assert "avslutat" in page
    assert "Skicka meddelandet" not in page
    assert "Skriv meddelande" not in ombud.get(f"/arenden/{application.case_id}").text


def test_whoever_may_only_read_gets_no_form(signed_in, application, ombud):
    send(ombud, application)
    economist = signed_in(person(Role.APPLICANT_ECONOMIST, application.organisation))
    page = economist.get(thread(application)).text
    assert "Hur räknas resor?" in page
    assert "Du kan läsa meddelandena men inte skriva" in page
    assert "<textarea" not in page


def test_text_outlives_a_session_that_ends(app, application, signed_in, quick_passwords):
    """What was typed follows to the sign-in page and comes back, unsent."""
    ombud = signed_in(person(Role.OMBUD, application.organisation))
    page = ombud.get(thread(application))
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text).group(1)
    ombud.delete_cookie("bp_session")
    at_sign_in = ombud.post(thread(application), data={"text": "Hann inte skicka", "csrf_token": token})
    assert "Hann inte skicka" in at_sign_in.text
    ombud.sign_in(ombud.user)
    back = ombud.post_form(thread(application), {"text": "Hann inte skicka", "_visa": "1"})
    assert back.status_code == 422
    assert "Hann inte skicka" in back.text
    assert count() == 0


# --- Under Meddelanden ------------------------------------------------------------------------------------------


def notice(browser, application, title="Nytt", **more) -> Notice:
    db.close_read_session()
    values = {"organisation_id": application.organisation_id, "case_id": application.case_id, **more}
    return saved(Notice(user_id=browser.user.id, title=title, text="Läs.", made_at=clock.now(), **values))


def test_reading_the_thread_takes_the_notice_off_the_count(application, ombud, officer):
    send(officer, application, "Hej")
    message = committed().scalar(select(Message.id))
    notice(ombud, application, about="messages", about_id=message)
    assert "olästa</span>" in ombud.get("/arenden/").text
    shown = ombud.get(f"/arenden/{application.case_id}").text
    assert "olästa</span>" not in shown
    assert "olästa</span>" not in ombud.get("/arenden/").text
