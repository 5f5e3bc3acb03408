"""Tjänsteanteckningar in a browser: who wrote, how, when, with whom; put right by a new one only."""

from datetime import date, time

import pytest
from sqlalchemy import func, select

from grantportal.domain.actors import Role
from grantportal.domain.organisations import OrganisationKind
from grantportal.models.cases import FileNote
from grantportal.models.portal import Event
from grantportal.models.records import Record
from tests.support.casework import ApplicationFactory, RecordFactory
from tests.support.factories import OrganisationFactory, person
from tests.support.rows import committed, events_of

NOTE = {
    "contact": "phone",
    "occurred_on": "2020-05-04",
    "participants": "Ulla Exempel, ombud",
    "text": "Hon ringde om lönekostnaderna.",
}


@pytest.fixture
def application(database):
    return ApplicationFactory()


@pytest.fixture
def officer(signed_in, database):
    authority = OrganisationFactory(kind=OrganisationKind.AUTHORITY, name="Myndigheten")
    return signed_in(person(Role.HANDLAGGARE, authority))


@pytest.fixture
def ombud(signed_in, application):
    return signed_in(person(Role.OMBUD, application.organisation))


def address(application) -> str:
    return f"/arenden/{application.case_id}/tjansteanteckning"


def note() -> FileNote:
    return committed().scalars(select(FileNote).order_by(FileNote.id.desc()).limit(1)).one()


def count() -> int:
    return committed().scalar(select(func.count(FileNote.id)))


def test_a_note_becomes_a_handling_that_the_party_is_not_shown(application, officer, ombud):
    answer = officer.post_form(address(application), NOTE)

    assert answer.status_code == 303
    assert (note().occurred_on, note().written_by_id) == (date(2020, 5, 4), officer.user.id)
    assert events_of(note()) == ["file_note.written"]
    page = f"/arenden/{application.case_id}"
    assert "Tjänsteanteckning om telefonsamtal" in officer.get(page).text
    assert "Tjänsteanteckning" not in ombud.get(page).text
    assert ombud.get(f"/handlingar/{note().record_id}").status_code == 404


def test_a_meeting_has_its_time_and_everybody_who_was_there_once(application, officer, ombud):
    page = officer.get(address(application)).text
    there = f"{ombud.user.name}, ombud, {application.organisation.name}"
    assert there in page, "the case's persons are suggested"
    answer = officer.post_form(
        address(application),
        {
            **NOTE,
            "contact": "meeting",
            "starts_at": "9",
            "ends_at": "10.30",
            "present": [there],
            "participants": f"{there}\n\n Bo Utifrån, jurist \n",
        },
    )
    assert answer.status_code == 303
    assert (note().starts_at, note().ends_at) == (time(9), time(10, 30))
    assert note().participants == f"{there}\nBo Utifrån, jurist"
    shown = officer.get(f"/handlingar/{note().record_id}").text
    assert "09:00–10:30" in shown
    assert "– Bo Utifrån, jurist" in shown


@pytest.mark.parametrize(
    "wrong",
    [
        {"occurred_on": "2099-01-01"},
        {"occurred_on": "2021-02-30"},
        {"occurred_on": "1 mars"},
        {"occurred_on": ""},
        {"contact": ""},
        {"contact": "duva"},
        {"participants": " \n "},
        {"ends_at": "10:00"},
        {"starts_at": "25"},
        {"starts_at": "10:00", "ends_at": "09:00"},
        {"present": "Någon annan"},
    ],
)
def test_what_cannot_be_is_asked_again_with_all_that_was_typed(application, officer, wrong):
    answer = officer.post_form(address(application), {**NOTE, **wrong})

    assert answer.status_code == 422
    assert "Hon ringde om lönekostnaderna." in answer.text
    for name in ("occurred_on", "starts_at", "ends_at"):
        assert f'value="{ {**NOTE, **wrong}.get(name, "") }"' in answer.text
    assert count() == 0


def test_a_note_is_put_right_by_a_new_one_that_refers_to_it(application, officer):
    officer.post_form(address(application), NOTE)
    first = note()
    page = officer.get(f"/handlingar/{first.record_id}")
    correct = f"{address(application)}?rattar={first.record_id}"
    assert correct in page.text.replace("&amp;", "&")
    assert "Hon ringde om lönekostnaderna." in officer.get(correct).text, "it begins from what was written"

    answer = officer.post_form(correct, {**NOTE, "text": "Hon ringde om resorna."})

    assert answer.status_code == 303
    assert count() == 2
    assert committed().get_one(FileNote, first.id).text == NOTE["text"], "the first stands as it was written"
    assert note().corrects_id == first.record_id
    number = committed().get_one(Record, note().record_id).number
    assert f"handling {number}" in officer.get(f"/handlingar/{first.record_id}").text
    assert "rättar handling 1" in officer.get(f"/handlingar/{note().record_id}").text


def test_only_a_note_of_the_same_case_is_put_right(application, officer):
    officer.post_form(address(application), NOTE)
    another = ApplicationFactory()
    no_note = RecordFactory(case=application.case, number=7)
    for place, record_id in (
        (address(another), note().record_id),
        (address(application), no_note.id),
        (address(application), 987_654_321),
        (address(application), "x"),
    ):
        assert officer.get(f"{place}?rattar={record_id}").status_code == 404


def test_a_personnummer_is_warned_of_and_its_reason_is_the_authoritys_own_history(application, officer, ombud):
    said = {**NOTE, "participants": "Pojken, 8112189876", "text": "Gäller 811218-9876"}
    refused = officer.post_form(address(application), said)
    assert refused.status_code == 422
    assert refused.text.count("Det ser ut att stå ett personnummer") >= 2
    assert count() == 0
    assert officer.post_form(address(application), {**said, "number_reason": "Frågan gäller hen."}).status_code == 303
    case = f"/arenden/{application.case_id}"
    assert "Personnummer lämnat med skäl: Frågan gäller hen." in officer.get(case).text
    assert "Frågan gäller hen" not in ombud.get(case).text
    assert not [each for each in committed().scalars(select(Event.data)) if "9876" in each]
