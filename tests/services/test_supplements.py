"""Komplettering of an application through its services, on both databases."""

import json
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.answers import SaveAnswers, Staff
from grantportal.domain.applications import ApplicationStatus, TaskState
from grantportal.domain.cases import Direction, RecordKind
from grantportal.domain.errors import NoRight, NotVisible, RuleViolation, RuleViolations, SavedMeanwhile
from grantportal.domain.hand_ins import AsRead
from grantportal.domain.messages import WriteMessage
from grantportal.domain.supplements import INJUNCTION, MoreTime, SupplementStatus
from grantportal.effects.notices import NOTICE
from grantportal.models.accounts import User
from grantportal.models.applications import RequestedLine
from grantportal.models.portal import Notice, OutboxItem
from grantportal.models.records import Record
from grantportal.models.supplements import Supplement
from grantportal.queries import applications as application_queries
from grantportal.queries import case_pages, home
from grantportal.queries import supplements as queries
from grantportal.services import applications, messages, outbox, reminders, supplements
from grantportal.services import notices as services_notices
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


def test_an_injunction_says_what_happens_if_the_application_is_not_completed(application, handlaggare):
    with clock.at(IN_MAY):
        asked = supplements.request(handlaggare, application.id, replace(ASKED_FOR, is_injunction=True))
    record = committed().scalars(select(Record).where(Record.kind == RecordKind.SUPPLEMENT_REQUEST)).one()
    for written in (supplement(asked).reason, record.text):
        assert written.startswith(f"{ASKED_FOR.reason}\n\nOm ansökan inte kompletteras")
        assert "kan den komma att avvisas" in written
    assert supplement(asked).is_injunction


@pytest.mark.parametrize("is_injunction", [True, False])
def test_nobody_promises_to_try_what_the_same_request_says_may_be_dismissed(
    application, handlaggare, ombud, is_injunction
):
    with clock.at(IN_MAY):
        asked = supplements.request(handlaggare, application.id, replace(ASKED_FOR, is_injunction=is_injunction))
    with clock.at(IN_JUNE):
        db.close_read_session()
        [waiting] = [each.text for each in home.start(ombud).waiting if each.title.startswith("Komplettera")]
        before = queries.page(handlaggare, asked).follows
        supplements.close(handlaggare, asked)
    payloads = [json.loads(each) for each in committed().scalars(select(OutboxItem.payload))]
    notices = {each["title"]: each["text"] for each in payloads if "title" in each}
    told = notices["Kompletteringen är stängd"]
    assert told.endswith(before)
    assert ("avvisas" in notices["Ni behöver komplettera ansökan"]) is is_injunction
    if is_injunction:
        assert waiting == f"{ASKED_FOR.reason} {INJUNCTION}"
        assert before == "Ansökan prövas som den är om det går, annars kan den avvisas."
    else:
        assert waiting == f"{ASKED_FOR.reason} Utan svar bedöms det som redan är inskickat."
        assert before == "Ansökan bedöms som den är."


def test_a_request_without_it_says_nothing_of_being_dismissed(application, handlaggare):
    with clock.at(IN_MAY):
        asked = supplements.request(handlaggare, application.id, ASKED_FOR)
    assert supplement(asked).reason == ASKED_FOR.reason
    assert not supplement(asked).is_injunction


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
    read = queries.answer_page(ombud, application.id).sha256
    write(actor_of(applicant(Role.UPPGIFTSSAMORDNARE, region)), application, {"q6": "En annan tidplan"})
    with clock.at(IN_MAY), pytest.raises(RuleViolation, match="har ändrats sedan du läste dem"):
        supplements.answer(ombud, number, AsRead(read))
    assert row(application.id).status is ApplicationStatus.SUPPLEMENT_REQUESTED
    assert row(application.id).version_number == 1
    db.close_read_session()
    with clock.at(IN_MAY):
        supplements.answer(ombud, number, AsRead(queries.answer_page(ombud, application.id).sha256))
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
    told = committed().scalars(select(Record).where(Record.kind == RecordKind.SUPPLEMENT_CLOSED)).one()
    assert (told.direction, told.case_id) == (Direction.OUT, application.case_id)
    assert told.text.startswith("Svaret skulle ha kommit senast 29\xa0maj\xa02020")


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


# --- Single questions and budget rows -------------------------------------------------------------------------------


def a_row(who, application):
    """A kostnadsslag of the form's budget: its part, the keys of its amounts, its name."""
    around = application_queries.surroundings(application_queries.get(who, application.id).call)
    db.close_read_session()
    category = next(each for each in around.categories if not each.is_personnel)
    return f"q_8_{category.id}", [f"q8-y{year}_c{category.id}" for year in around.years], category.name


def test_one_question_and_one_row_are_open_and_nothing_else_is_saved(application, handlaggare, ombud):
    part, cells, _ = a_row(ombud, application)
    notes = {"q_6": "När börjar vården?", part: "Visa hur beloppet är räknat."}
    number = asked_to_supplement(handlaggare, application, replace(ASKED_FOR, parts=("q_6", part), notes=notes))
    before = draft_of(ombud, application)
    everything = {key: "999" for key in before if "_c" in key} | {
        "q5": "Nya behov",
        "q6": "Ny tidplan",
        "q8-s0": Staff("psykolog", {2021: 1, 2022: 1}, {2021: 1, 2022: 1}).text(),
    }
    for section in ("arbetet", "kostnader"):
        seen = draft_of(ombud, application)
        saved = applications.save_section(ombud, application.id, section, SaveAnswers.over(seen, everything))
        own = {key for key in everything if (key in {"q5", "q6"}) == (section == "arbetet")}
        assert saved.locked == own - {"q6", *cells}
    after = draft_of(ombud, application)
    assert {key for key in after if after[key].text != before[key].text} == {"q6", *cells}
    with pytest.raises(RuleViolation, match="låst"):
        write(ombud, application, {"q1": "Något annat"})
    with clock.at(IN_MAY):
        supplements.answer(ombud, number)
    lines = committed().scalars(select(RequestedLine)).all()
    kept = [line.amount for line in lines if f"q_8_{line.cost_category_id}" != part]
    assert {line.amount for line in lines if f"q_8_{line.cost_category_id}" == part} == {999}
    assert set(kept) <= {20_000, 1_000_000, 1_100_000}


def test_what_an_earlier_round_left_in_the_draft_does_not_come_with_a_single_row(application, handlaggare, ombud):
    """The whole budget was open and written in, and never sent: the next round opens one row of it."""
    part, cells, name = a_row(ombud, application)
    first = asked_to_supplement(handlaggare, application, replace(ASKED_FOR, parts=("kostnader",)))
    unsent = {key: "" for key in draft_of(ombud, application) if "_c" in key} | {"q8-s0": ""}
    write(ombud, application, unsent)
    with clock.at(IN_JUNE):
        supplements.close(handlaggare, first)
        second = supplements.request(
            handlaggare, application.id, replace(ASKED_FOR, parts=(part,), last_day=date(2020, 6, 15))
        )
        with pytest.raises(RuleViolations) as refusal:
            supplements.answer(ombud, second)
        assert [wrong.field for wrong in refusal.value.violations] == cells
        write(ombud, application, dict.fromkeys(cells, "30000"))
        supplements.answer(ombud, second)
    db.close_read_session()
    content = application_queries.frozen_content(application.id, 2)
    first_version = application_queries.frozen_content(application.id, 1)
    assert content["staff"] == first_version["staff"]
    changed = [
        new["category"]
        for new, old in zip(content["budget"]["lines"], first_version["budget"]["lines"], strict=True)
        if new != old
    ]
    assert changed == [name]


def test_the_task_list_counts_only_what_is_asked_for(application, handlaggare, ombud):
    notes = {"q_6": "När börjar vården?"}
    asked_to_supplement(handlaggare, application, replace(ASKED_FOR, parts=("q_6", "q_1"), notes=notes))
    page = application_queries.own_page(ombud, application.id)
    assert [(task.title, task.hint, task.state) for task in page.tasks] == [
        ("Vilken verksamhet?", "", TaskState.CHANGE),
        ("Vilken tidplan?", "Myndigheten skriver: När börjar vården?", TaskState.CHANGE),
    ]
    db.close_read_session()
    write(ombud, application, {"q6": "Ny tidplan"})
    page = application_queries.own_page(ombud, application.id)
    assert (page.done, len(page.tasks)) == (1, 2)
    db.close_read_session()


def test_what_is_missing_is_told_in_the_handling_and_in_the_notice(application, handlaggare):
    notes = {"q_6": "När börjar vården?"}
    asked_to_supplement(handlaggare, application, replace(ASKED_FOR, parts=("q_6", "sokande"), notes=notes))
    text = committed().scalar(select(Record.text).where(Record.kind == RecordKind.SUPPLEMENT_REQUEST))
    assert text == (
        "Beskriv tidplanen närmare.\n\nÖppna delar:\n– Sökande, hela avsnittet\n– Vilken tidplan?\n"
        "  När börjar vården?\n\nSvara senast 29\u00a0maj\u00a02020."
    )
    told = [
        json.loads(each.payload)
        for each in committed().scalars(select(OutboxItem).order_by(OutboxItem.id))
        if each.kind == NOTICE
    ]
    assert told[-1]["text"] == "Svara senast 29\u00a0maj\u00a02020. Det gäller: Sökande; Vilken tidplan?"


def test_a_note_to_what_is_not_chosen_is_asked_about(application, handlaggare):
    with clock.at(IN_MAY), pytest.raises(RuleViolation) as refusal:
        supplements.request(handlaggare, application.id, replace(ASKED_FOR, notes={"q_1": "Vem?"}))
    assert refusal.value.field == "note_q_1"
    assert row(application.id).status is ApplicationStatus.SUBMITTED


@pytest.mark.parametrize(("last_day", "is_taken"), [(date(2021, 5, 12), True), (date(2021, 5, 13), False)])
def test_a_last_day_more_than_a_year_away_is_a_slip(application, handlaggare, last_day, is_taken):
    with clock.at(IN_MAY):
        if is_taken:
            supplements.request(handlaggare, application.id, replace(ASKED_FOR, last_day=last_day))
            return
        with pytest.raises(RuleViolation, match="inom ett år"):
            supplements.request(handlaggare, application.id, replace(ASKED_FOR, last_day=last_day))


def test_a_request_of_whole_sections_from_before_reads_as_it_did(application, handlaggare, ombud):
    number = asked_to_supplement(handlaggare, application)
    page = queries.page(ombud, number)
    assert [(each.title, each.section_title) for each in page.asked] == [("Hela avsnittet", "Arbetet")]
    assert page.notes == {"arbetet": ""}
    db.close_read_session()


def test_each_round_has_its_number_and_its_own_before_and_after(application, handlaggare, ombud):
    made = []
    with clock.at(IN_MAY):
        for text in ("Första svaret", "Andra svaret"):
            made.append(supplements.request(handlaggare, application.id, replace(ASKED_FOR, parts=("q_6",))))
            write(ombud, application, {"q6": text})
            supplements.answer(ombud, made[-1])
        made.append(supplements.request(handlaggare, application.id, replace(ASKED_FOR, parts=("q_1",))))
    for reader in (ombud, handlaggare):
        db.close_read_session()
        pages = [queries.page(reader, number) for number in made]
        assert [page.number for page in pages] == [1, 2, 3]
        assert [each.id for each in pages[0].rounds] == made
        texts = [page.differences[0][1][0] for page in pages[:2]]
        assert [(each.before, each.after) for each in texts] == [
            (("Start hösten 2021.",), ("Första svaret",)),
            (("Första svaret",), ("Andra svaret",)),
        ]
        assert pages[2].differences == ()
        listed = case_pages.page(reader, application.case_id).supplements
        assert [each.title for each in listed] == ["Komplettering 1", "Komplettering 2", "Komplettering 3"]
        assert [each.label.text for each in listed] == ["Komplettering inskickad"] * 2 + [listed[2].label.text]
    db.close_read_session()


LATER = MoreTime(date(2020, 6, 12), "Ekonomen är ledig.")


@pytest.fixture
def asked(handlaggare, application):
    return asked_to_supplement(handlaggare, application)


def last_day_of(supplement_id):
    return committed().get_one(Supplement, supplement_id).last_day


def test_the_party_asks_for_more_time_and_the_last_day_holds_until_the_officer_gives_it(ombud, handlaggare, asked):
    with clock.at(IN_MAY):
        committed()
        assert queries.time_page(handlaggare, asked).asked == ""
        supplements.ask_more_time(ombud, asked, LATER)
        assert last_day_of(asked) == ASKED_FOR.last_day
        committed()
        assert queries.time_page(handlaggare, asked).asked == (
            f"{LATER.reason}\n\nÖnskad sista dag: {clock.day_text(LATER.last_day)}."
        )
        supplements.extend(handlaggare, asked, LATER)

    assert last_day_of(asked) == LATER.last_day
    kinds = committed().scalars(select(Record.kind).order_by(Record.id)).all()
    assert kinds[-2:] == [RecordKind.MORE_TIME_ASKED, RecordKind.MORE_TIME_GIVEN]
    told = [
        json.loads(each.payload)["title"]
        for each in committed().scalars(select(OutboxItem).order_by(OutboxItem.id))
        if each.kind == NOTICE
    ]
    assert told[-2:] == ["Längre tid är begärd", "Ni har fått längre tid att komplettera"]


@pytest.mark.parametrize("answer_with", ["time", "message"])
def test_a_wish_for_more_time_waits_for_the_officer_until_it_is_answered(
    region, ombud, handlaggare, application, asked, answer_with
):
    name = region.name

    def wishes():
        committed()
        said = [queries.page(who, asked).time_asked_at is not None for who in (ombud, handlaggare)]
        titles = [each.title for each in home.start(handlaggare).waiting if "längre tid" in each.title]
        assert said == [bool(titles)] * 2
        return titles

    with clock.at(IN_MAY):
        assert wishes() == []
        messages.write(handlaggare, application.case_id, WriteMessage("Hör av er om ni inte hinner."))
        supplements.ask_more_time(ombud, asked, LATER)
        messages.write(ombud, application.case_id, WriteMessage("Vi har bett om längre tid."))
        assert wishes() == [f"{name} ber om längre tid"]
        if answer_with == "time":
            supplements.extend(handlaggare, asked, LATER)
        else:
            messages.write(handlaggare, application.case_id, WriteMessage("Tiden kan inte förlängas."))
        assert wishes() == []


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
    saturday = MoreTime(date(2020, 5, 30), "En dag räcker.")
    with clock.at(IN_MAY):
        with pytest.raises(RuleViolation, match="Välj en arbetsdag"):
            supplements.extend(handlaggare, asked, saturday)
        # What the party wishes is not what the authority sets.
        supplements.ask_more_time(ombud, asked, saturday)
        supplements.extend(handlaggare, asked, MoreTime(date(2020, 6, 1), "En dag räcker."))


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
        json.loads(each.payload)["title"]
        for each in committed().scalars(select(OutboxItem).order_by(OutboxItem.id))
        if each.kind == NOTICE
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


def test_a_request_that_others_are_at_holds_up_no_other_reminder(handlaggare, application, asked, monkeypatch):
    other = asked_to_supplement(handlaggare, handed_in(actor_of(applicant()), SimpleNamespace(id=application.call_id)))
    say = reminders._say

    def busy_once(kind, supplement_id, *rest):
        if supplement_id == asked:
            raise SavedMeanwhile
        return say(kind, supplement_id, *rest)

    with on(date(2020, 5, 26)):
        monkeypatch.setattr(reminders, "_say", busy_once)
        assert reminders.send() == 1
        monkeypatch.undo()
        assert reminders.send() == 1
    assert {supplement(each).reminded_of for each in (asked, other)} == {ASKED_FOR.last_day}


def test_more_time_that_is_given_today_is_not_reminded_of_today(handlaggare, asked):
    """The party has just been told of the new last day; the reminder comes the day after, as of a request."""
    with on(date(2020, 5, 29)):
        reminders.send()
        supplements.extend(handlaggare, asked, MoreTime(date(2020, 6, 1), "En helg till."))
        assert reminders.send() == 0
    with on(date(2020, 5, 30)):
        assert reminders.send() == 1
        assert reminders.send() == 0


def test_a_second_extension_is_reminded_of_before_and_after_its_own_last_day(ombud, handlaggare, asked):
    with on(date(2020, 5, 28)):
        supplements.extend(handlaggare, asked, LATER)
    with on(date(2020, 6, 10)):
        assert reminders.send() == 1
        supplements.ask_more_time(ombud, asked, MoreTime(date(2020, 7, 3), "Semester."))
        supplements.extend(handlaggare, asked, MoreTime(date(2020, 6, 22), "Efter midsommar."))
    # Tuesday the 16th is the third working day before Monday the 22nd: midsommarafton, the 19th, is none.
    with on(date(2020, 6, 15)):
        assert reminders.send() == 0
    with on(date(2020, 6, 16)):
        assert reminders.send() == 1
    with on(date(2020, 6, 22)):
        assert reminders.send() == 0
    with on(date(2020, 6, 23)):
        assert reminders.send() == 1
    assert last_day_of(asked) == date(2020, 6, 22)


def test_over_christmas_the_days_are_counted_in_working_days(handlaggare, application):
    with on(date(2020, 12, 1)):
        asked = supplements.request(handlaggare, application.id, replace(ASKED_FOR, last_day=date(2020, 12, 28)))
    # The 21st, 22nd and 23rd are the last working days before Monday the 28th.
    for day, sent in ((20, 0), (21, 1), (22, 0), (28, 0)):
        with on(date(2020, 12, day)):
            assert reminders.send() == sent, day
    with on(date(2020, 12, 29)):
        assert reminders.send() == 1
    assert supplement(asked).told_overdue_of == date(2020, 12, 28)


def test_a_last_day_on_a_saturday_is_refused_and_a_stored_one_is_late_on_the_monday(handlaggare, application):
    with on(date(2020, 5, 11)):
        with pytest.raises(RuleViolation, match="Välj en arbetsdag") as refusal:
            supplements.request(handlaggare, application.id, replace(ASKED_FOR, last_day=date(2020, 5, 30)))
        made = supplements.request(handlaggare, application.id, ASKED_FOR)
    assert [each.field for each in refusal.value.violations] == ["last_day"]
    with db.writing_session() as session, session.begin():
        session.get_one(Supplement, made).last_day = date(2020, 5, 30)
    # Wednesday the 27th is the third working day before Saturday the 30th.
    for day, sent in ((26, 0), (27, 1), (30, 0), (31, 0)):
        with on(date(2020, 5, day)):
            assert reminders.send() == sent, day
    with on(date(2020, 6, 1)):
        assert reminders.send() == 1


def test_a_worker_that_was_down_for_three_days_reminds_when_it_is_back(asked):
    with on(date(2020, 5, 29)):
        assert reminders.send() == 1
    assert titles()[-1] == "Kompletteringen ska snart vara besvarad"


def test_weeks_that_pass_at_once_give_one_message_to_each_side_and_not_two(asked):
    before = titles()
    with on(date(2020, 8, 3)):
        assert reminders.send() == 1
        assert reminders.send() == 0
    assert titles()[len(before) :] == ["Svaret på kompletteringen är försenat", "Komplettering försenad"]


def told_of(day):
    """Who gets the messages of that day, delivered as the worker does it."""
    made = []
    while taken := outbox.claim():
        [work] = taken
        if work.kind == NOTICE:
            services_notices.deliver(work.id, work.lease_key, work.payload, work.at)
        else:
            outbox.complete(work)
    rows = committed().execute(
        select(User.name, Notice.title).join(User, User.id == Notice.user_id).where(Notice.made_at >= clock.local(day))
    )
    made += [(name, title) for name, title in rows]
    return made


def test_only_those_are_reminded_who_can_act_that_day(region, ombud, handlaggare, application, asked):
    day = date(2020, 5, 26)
    writer = applicant(Role.UPPGIFTSSAMORDNARE, region)
    here = applicant(Role.REPRESENTANT, region, case_id=application.case_id)
    elsewhere = handed_in(ombud, SimpleNamespace(id=application.call_id), "En annan enhet")
    applicant(Role.REPRESENTANT, region, case_id=elsewhere.case_id)
    applicant(Role.REPRESENTANT, region, valid_to=date(2020, 5, 25))
    until_today = applicant(Role.REPRESENTANT, region, valid_to=day)
    applicant(Role.REPRESENTANT, region, valid_from=date(2020, 5, 27))
    applicant(Role.APPLICANT_ECONOMIST, region)
    applicant(Role.OMBUD)
    with on(day):
        assert reminders.send() == 1
    told = told_of(day)
    assert {title for _, title in told} == {"Kompletteringen ska snart vara besvarad"}
    assert sorted(name for name, _ in told) == sorted([ombud.name, writer.name, here.name, until_today.name])
