"""Komplettering of an application through its services, on both databases."""

import json
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.answers import SaveAnswers
from grantportal.domain.applications import ApplicationStatus
from grantportal.domain.cases import RecordKind
from grantportal.domain.errors import NoRight, NotVisible, RuleViolation, RuleViolations
from grantportal.domain.hand_ins import AsRead
from grantportal.domain.supplements import MoreTime, SupplementStatus
from grantportal.effects.notices import NOTICE
from grantportal.models.applications import RequestedLine
from grantportal.models.portal import OutboxItem
from grantportal.models.records import Record
from grantportal.models.supplements import Supplement
from grantportal.queries import applications as application_queries
from grantportal.queries import supplements as queries
from grantportal.services import applications, reminders, supplements
from tests.support.applications import (
    ASKED_FOR,
    IN_JUNE,
    IN_MAY,
    actor_of,
    applicant,
    asked_to_supplement,
    draft_of,
    handed_in,
    open_call,
    row,
    write,
)
from tests.support.calls import officer
from tests.support.factories import OrganisationFactory
from tests.support.rows import committed, events_of

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def region():
    return OrganisationFactory()


@pytest.fixture
def ombud(region):
    return actor_of(applicant(Role.OMBUD, region))


@pytest.fixture
def application(ombud):
    return handed_in(ombud, open_call())


@pytest.fixture
def handlaggare():
    return officer()


def supplement(supplement_id):
    return committed().get_one(Supplement, supplement_id)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"parts": ()}, "parts"),
        ({"parts": ("finns-inte",)}, "parts"),
        ({"reason": ""}, "reason"),
        ({"last_day": date(2020, 5, 11)}, "last_day"),
    ],
)
def test_a_request_says_what_why_and_by_when(application, handlaggare, change, field):
    with clock.at(IN_MAY), pytest.raises(RuleViolation) as refusal:
        supplements.request(handlaggare, application.id, replace(ASKED_FOR, **change))
    assert refusal.value.field == field
    assert row(application.id).status is ApplicationStatus.SUBMITTED


def test_only_a_handlaggare_asks_and_only_once_at_a_time(application, handlaggare, ombud):
    with clock.at(IN_MAY), pytest.raises(NoRight):
        supplements.request(ombud, application.id, ASKED_FOR)
    asked_to_supplement(handlaggare, application)
    with pytest.raises(RuleViolation):
        asked_to_supplement(handlaggare, application)
    assert row(application.id).status is ApplicationStatus.SUPPLEMENT_REQUESTED


def test_the_chosen_sections_are_open_and_the_rest_is_locked(application, handlaggare, ombud):
    asked_to_supplement(handlaggare, application)
    write(ombud, application, {"q6": "Planering till september, start när lokalen är klar."})
    with pytest.raises(RuleViolation, match="låst"):
        write(ombud, application, {"q1": "Något annat"})
    assert draft_of(ombud, application)["q1"].text == "BUP i Exempelregionen"


def test_an_answer_makes_a_new_version_with_before_and_after(application, handlaggare, ombud):
    number = asked_to_supplement(handlaggare, application)
    write(ombud, application, {"q6": "Ny tidplan"})
    with clock.at(IN_MAY):
        supplements.answer(ombud, number)
    db.close_read_session()
    for reader in (ombud, handlaggare):
        ((title, differences),) = queries.page(reader, number).differences
        assert title == "Arbetet"
        assert [(each.changed, each.after) for each in differences] == [
            (False, ("Unga med stora behov.\n\nOch deras familjer.",)),
            (True, ("Ny tidplan",)),
        ]
        assert differences[1].before == ("Start hösten 2021.",)
    assert row(application.id).status is ApplicationStatus.SUBMITTED
    assert row(application.id).version_number == 2
    assert supplement(number).version_after == 2
    assert events_of(supplement(number)) == ["supplement.requested", "supplement.answered"]
    with clock.at(IN_MAY), pytest.raises(RuleViolation, match="redan besvarad"):
        supplements.answer(ombud, number)


def test_an_answer_that_a_colleague_changed_after_it_was_read_is_not_sent(application, handlaggare, region, ombud):
    number = asked_to_supplement(handlaggare, application)
    write(ombud, application, {"q6": "Ny tidplan"})
    read = queries.answer_page(ombud, number).sha256
    write(actor_of(applicant(Role.UPPGIFTSSAMORDNARE, region)), application, {"q6": "En annan tidplan"})
    with clock.at(IN_MAY), pytest.raises(RuleViolation, match="har ändrats sedan du läste dem"):
        supplements.answer(ombud, number, AsRead(read))
    assert row(application.id).status is ApplicationStatus.SUPPLEMENT_REQUESTED
    assert row(application.id).version_number == 1
    db.close_read_session()
    with clock.at(IN_MAY):
        supplements.answer(ombud, number, AsRead(queries.answer_page(ombud, number).sha256))
    assert row(application.id).version_number == 2


def test_what_is_asked_of_money_changes_what_is_sought(application, handlaggare, ombud):
    number = asked_to_supplement(handlaggare, application, replace(ASKED_FOR, parts=("kostnader",)))
    key = next(key for key in draft_of(ombud, application) if key.startswith("q8-y2022"))
    write(ombud, application, {key: "50000"})
    with clock.at(IN_MAY):
        supplements.answer(ombud, number)
    lines = committed().scalars(select(RequestedLine).where(RequestedLine.grant_year == 2022))
    assert sum(line.amount for line in lines) == 1_230_000


def test_a_question_that_is_emptied_stops_the_answer(application, handlaggare, ombud):
    number = asked_to_supplement(handlaggare, application)
    write(ombud, application, {"q6": ""})
    with clock.at(IN_MAY), pytest.raises(RuleViolations) as refusal:
        supplements.answer(ombud, number)
    assert [wrong.field for wrong in refusal.value.violations] == ["q6"]


def test_unanswered_it_is_closed_after_its_last_day_and_the_application_stands(application, handlaggare, ombud):
    number = asked_to_supplement(handlaggare, application)
    write(ombud, application, {"q6": "Hann inte skicka in"})
    with clock.at(clock.local(date(2020, 5, 29), 23, 59)), pytest.raises(RuleViolation, match="har tid på sig"):
        supplements.close(handlaggare, number)
    with clock.at(IN_JUNE):
        with pytest.raises(NoRight):
            supplements.close(ombud, number)
        supplements.close(handlaggare, number)
        with pytest.raises(RuleViolation):
            supplements.answer(ombud, number)
    assert row(application.id).status is ApplicationStatus.SUBMITTED
    assert row(application.id).version_number == 1
    assert supplement(number).status is SupplementStatus.CLOSED


def test_what_was_not_sent_of_a_closed_komplettering_does_not_slip_into_the_next(application, handlaggare, ombud):
    first = asked_to_supplement(handlaggare, application)
    write(ombud, application, {"q6": "Hann inte skicka in"})
    with clock.at(IN_JUNE):
        supplements.close(handlaggare, first)
        second = supplements.request(
            handlaggare, application.id, replace(ASKED_FOR, parts=("sokande",), last_day=date(2020, 6, 15))
        )
        write(ombud, application, {"q1": "Nytt namn"})
        supplements.answer(ombud, second)
    db.close_read_session()
    content = application_queries.frozen_content(application.id, 2)
    assert content["sections"][0]["answers"][0]["texts"] == ["Nytt namn"]
    assert content["sections"][1]["answers"][1]["texts"] == ["Start hösten 2021."]


def test_a_late_answer_is_taken_while_the_request_is_open(application, handlaggare, ombud):
    number = asked_to_supplement(handlaggare, application)
    with clock.at(IN_JUNE):
        supplements.answer(ombud, number)
    assert supplement(number).status is SupplementStatus.ANSWERED


def test_another_region_sees_no_request_and_an_uppgiftssamordnare_does_not_send_the_answer(
    application, handlaggare, region
):
    number = asked_to_supplement(handlaggare, application)
    with pytest.raises(NotVisible):
        supplements.answer(actor_of(applicant()), number)
    with pytest.raises(NoRight):
        supplements.answer(actor_of(applicant(Role.UPPGIFTSSAMORDNARE, region)), number)


def test_withdrawing_ends_the_request(application, handlaggare, ombud):
    number = asked_to_supplement(handlaggare, application)
    applications.withdraw(ombud, application.id)
    assert supplement(number).status is SupplementStatus.CLOSED
    with pytest.raises(RuleViolation):
        applications.save_section(ombud, application.id, "arbetet", SaveAnswers.over({}, {"q6": "x"}))


LATER = MoreTime(date(2020, 6, 12), "Ekonomen är ledig.")


@pytest.fixture
def asked(handlaggare, application):
    return asked_to_supplement(handlaggare, application)


def last_day_of(supplement_id):
    return committed().get_one(Supplement, supplement_id).last_day


def test_the_party_asks_for_more_time_and_the_last_day_holds_until_the_officer_gives_it(ombud, handlaggare, asked):
    with clock.at(IN_MAY):
        supplements.ask_more_time(ombud, asked, LATER)
        assert last_day_of(asked) == ASKED_FOR.last_day
        supplements.extend(handlaggare, asked, LATER)

    assert last_day_of(asked) == LATER.last_day
    kinds = committed().scalars(select(Record.kind).order_by(Record.id)).all()
    assert kinds[-2:] == [RecordKind.MORE_TIME_ASKED, RecordKind.MORE_TIME_GIVEN]
    told = [
        json.loads(each.payload)["title"] for each in committed().scalars(select(OutboxItem)) if each.kind == NOTICE
    ]
    assert told[-2:] == ["Längre tid är begärd", "Ni har fått längre tid att komplettera"]


def test_an_overdue_komplettering_is_extended_and_answered(ombud, handlaggare, application, asked):
    with clock.at(IN_JUNE):
        supplements.extend(handlaggare, asked, LATER)
        with pytest.raises(RuleViolation, match="har tid på sig"):
            supplements.close(handlaggare, asked)
        supplements.answer(ombud, asked)
    with clock.at(IN_JUNE), pytest.raises(RuleViolation, match="redan besvarad"):
        supplements.extend(handlaggare, asked, LATER)


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (MoreTime(ASKED_FOR.last_day, "Skäl"), "last_day"),
        (MoreTime(date(2020, 5, 28), "Skäl"), "last_day"),
        (MoreTime(date(2020, 6, 12), ""), "reason"),
    ],
)
def test_more_time_is_more_and_has_a_reason(ombud, handlaggare, asked, command, field):
    for who, verb in ((ombud, supplements.ask_more_time), (handlaggare, supplements.extend)):
        with clock.at(IN_MAY), pytest.raises(RuleViolation) as refusal:
            verb(who, asked, command)
        assert refusal.value.field == field
    with clock.at(IN_MAY):
        supplements.extend(handlaggare, asked, MoreTime(date(2020, 5, 30), "En dag räcker."))


def test_more_time_is_asked_for_by_the_party_and_given_by_the_officer_only(region, ombud, handlaggare, asked):
    writer = actor_of(applicant(Role.UPPGIFTSSAMORDNARE, region))
    with clock.at(IN_MAY):
        for who in (writer, handlaggare):
            with pytest.raises(NoRight):
                supplements.ask_more_time(who, asked, LATER)
        with pytest.raises(NoRight):
            supplements.extend(ombud, asked, LATER)
        with pytest.raises(NotVisible):
            supplements.ask_more_time(actor_of(applicant(Role.OMBUD)), asked, LATER)


# --- Reminders -----------------------------------------------------------------------------------------------------


def on(day):
    return clock.at(clock.local(day, 9))


def titles():
    return [
        json.loads(each.payload)["title"] for each in committed().scalars(select(OutboxItem)) if each.kind == NOTICE
    ]


def test_the_party_is_reminded_three_working_days_before_and_both_sides_the_first_working_day_after(handlaggare, asked):
    """The last day is Friday 29 May 2020; three working days before is Tuesday, and the first after is Monday."""
    before = titles()
    for day, sent in ((25, 0), (26, 1), (26, 0), (29, 0), (30, 0), (31, 0)):
        with on(date(2020, 5, day)):
            assert reminders.send() == sent
    with on(date(2020, 6, 1)):
        assert reminders.send() == 1
        assert reminders.send() == 0
    assert titles()[len(before) :] == [
        "Kompletteringen ska snart vara besvarad",
        "Svaret på kompletteringen är försenat",
        "Komplettering försenad",
    ]


def test_a_later_last_day_is_reminded_of_anew(handlaggare, asked):
    with on(date(2020, 5, 26)):
        assert reminders.send() == 1
        supplements.extend(handlaggare, asked, LATER)
        assert reminders.send() == 0
    with on(date(2020, 6, 9)):
        assert reminders.send() == 1


def test_what_is_answered_or_closed_is_not_reminded_of(ombud, handlaggare, asked):
    with clock.at(IN_JUNE):
        supplements.close(handlaggare, asked)
        assert reminders.send() == 0


def test_what_was_asked_for_the_same_day_is_not_reminded_of_at_once(handlaggare, application):
    with on(date(2020, 5, 11)):
        supplements.request(handlaggare, application.id, replace(ASKED_FOR, last_day=date(2020, 5, 12)))
        assert reminders.send() == 0
    with on(date(2020, 5, 12)):
        assert reminders.send() == 1
