"""Ansökan through its services, on both databases."""

import json
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, update

from grantportal import db
from grantportal.domain import answers, clock, hand_ins
from grantportal.domain.actors import Role
from grantportal.domain.answers import SaveAnswers, Staff
from grantportal.domain.applications import ApplicationStatus, StartApplication
from grantportal.domain.errors import NoRight, NotVisible, RuleViolation, RuleViolations
from grantportal.domain.forms import QuestionType
from grantportal.domain.hand_ins import AsRead
from grantportal.models.applications import Answer, Application, ApplicationHome, RequestedLine
from grantportal.models.calls import Call
from grantportal.models.organisations import Organisation
from grantportal.models.portal import Event
from grantportal.models.records import Record
from grantportal.queries import applications as queries
from grantportal.services import applications as services
from grantportal.services import decisions
from tests.support import decidable
from tests.support.applications import (
    DEFINITION,
    IN_TIME,
    TOO_LATE,
    actor_of,
    applicant,
    begin,
    complete_texts,
    draft_of,
    handed_in,
    open_call,
    row,
    write,
    written,
)
from tests.support.calls import officer
from tests.support.factories import OrganisationFactory
from tests.support.rows import committed, events_of

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def call(database):
    return open_call()


@pytest.fixture
def region():
    return OrganisationFactory()


@pytest.fixture
def ombud(region):
    return actor_of(applicant(Role.OMBUD, region))


def stored(who, application):
    return answers.texts_of(draft_of(who, application))


# --- Begin ---------------------------------------------------------------------------------------------------------


def test_an_application_begins_as_a_draft_in_a_case_without_number(call, ombud):
    application = begin(ombud, call)
    assert application.status is ApplicationStatus.DRAFT
    assert application.case.registration_number is None
    assert events_of(application) == ["application.started"]


def test_nobody_begins_before_the_call_opens(call, ombud):
    command = StartApplication(ombud.mandates[0].organisation_id)
    with clock.at(clock.local(date(2020, 1, 30), 23, 59)), pytest.raises(RuleViolation, match="inte öppnat"):
        services.start(ombud, call.id, command)
    with clock.at(clock.local(date(2020, 1, 31))):
        assert services.start(ombud, call.id, command)


def test_the_same_verksamhet_applies_once_and_another_beside_it(call, ombud):
    begin(ombud, call, "Maria Ungdom")
    with pytest.raises(RuleViolation, match="redan en ansökan"):
        begin(ombud, call, "  Maria   Ungdom ")
    assert begin(ombud, call).applicant_unit == ""


def test_only_regions_apply(call):
    other = actor_of(applicant(Role.OMBUD, OrganisationFactory(kind="other")))
    with pytest.raises(RuleViolation, match="Bara regioner"):
        begin(other, call)


def test_an_uppgiftssamordnare_does_not_begin_and_nobody_begins_for_another_region(call, region, ombud):
    with pytest.raises(NoRight):
        begin(actor_of(applicant(Role.UPPGIFTSSAMORDNARE, region)), call)
    neighbour = OrganisationFactory()
    with clock.at(IN_TIME), pytest.raises(NoRight):
        services.start(ombud, call.id, StartApplication(neighbour.id))


def test_the_extra_call_is_for_the_years_grantees_only():
    """Those who have been told so: what is decided and not sent is nobody's yet."""
    pilot = decidable.programme()
    granted = decidable.application(pilot)
    decision_id = decidable.decided(pilot, decidable.proposed(pilot, granted))
    extra = decidable.extra_call(pilot)
    ombud = actor_of(applicant(Role.OMBUD, granted.organisation))
    command = StartApplication(granted.organisation.id)
    with clock.at(clock.local(date(2022, 1, 10), 9)):
        with pytest.raises(RuleViolation, match="redan har fått bidrag"):
            services.start(ombud, extra.call.id, command)
        decisions.dispatch(pilot.registrar, decision_id)
        begun = row(services.start(ombud, extra.call.id, command))
    assert begun.case.parent_id == granted.case_id


# --- Write ---------------------------------------------------------------------------------------------------------


def test_two_people_save_different_questions_and_both_are_kept(call, region, ombud):
    application = begin(ombud, call)
    other = actor_of(applicant(Role.UPPGIFTSSAMORDNARE, region))
    seen = draft_of(ombud, application)
    services.save_section(ombud, application.id, "arbetet", SaveAnswers.over(seen, {"q5": "Den enas"}))
    services.save_section(other, application.id, "arbetet", SaveAnswers.over(seen, {"q6": "Den andras"}))
    assert stored(ombud, application) == {"q5": "Den enas", "q6": "Den andras"}


def test_two_people_save_the_same_question_and_both_texts_come_back(call, region, ombud):
    application = begin(ombud, call)
    user = applicant(Role.UPPGIFTSSAMORDNARE, region)
    seen = draft_of(ombud, application)
    first = SaveAnswers.over(seen, {"q5": "Den enas"})
    second = SaveAnswers.over(seen, {"q5": "Den andras", "q6": "Ändå sparat"})
    services.save_section(actor_of(user), application.id, "arbetet", first)
    (clash,) = (saved := services.save_section(ombud, application.id, "arbetet", second)).clashes
    assert (clash.theirs, clash.yours, clash.by) == ("Den enas", "Den andras", user.name)
    assert stored(ombud, application) == {"q5": "Den enas", "q6": "Ändå sparat"}
    again = SaveAnswers({"q5": "Den andras"}, {"q5": saved.stamps["q5"]})
    assert not services.save_section(ombud, application.id, "arbetet", again).clashes
    assert stored(ombud, application)["q5"] == "Den andras"


def test_the_same_text_twice_is_no_clash(call, ombud):
    application = begin(ombud, call)
    command = SaveAnswers.over({}, {"q5": "Samma"})
    services.save_section(ombud, application.id, "arbetet", command)
    assert not services.save_section(ombud, application.id, "arbetet", command).clashes
    assert committed().scalars(select(Answer.version)).all() == [1]


def test_a_row_that_is_taken_away_and_written_anew_still_clashes_with_an_old_page(call, region, ombud):
    application = begin(ombud, call)
    key = "q8-s0"
    old = Staff("läkare", {2021: 50}, {2021: 1}).text()
    services.save_section(ombud, application.id, "kostnader", SaveAnswers.over({}, {key: old}))
    seen = draft_of(ombud, application)
    assert not services.save_section(ombud, application.id, "kostnader", SaveAnswers.over(seen, {key: ""})).clashes
    new = Staff("kurator", {2021: 10}, {2021: 2}).text()
    assert not services.save_section(ombud, application.id, "kostnader", SaveAnswers.over({}, {key: new})).clashes
    mine = Staff("läkare", {2021: 60}, {2021: 1}).text()
    (clash,) = services.save_section(ombud, application.id, "kostnader", SaveAnswers.over(seen, {key: mine})).clashes
    assert "kurator" in clash.theirs
    assert "läkare" in clash.yours


def test_what_is_no_answer_to_the_question_is_refused_and_strange_keys_are_ignored(call, ombud):
    application = begin(ombud, call)
    for key, text in (("q2", "Ingen av dem"), ("q4", "101"), ("q5", "x" * 2_001)):
        section = "arbetet" if key == "q5" else "sokande"
        with pytest.raises(RuleViolation):
            services.save_section(ombud, application.id, section, SaveAnswers.over({}, {key: text}))
    with pytest.raises(RuleViolation):
        services.save_section(ombud, application.id, "kostnader", SaveAnswers.over({}, {"q8-y1999_c1": "1"}))
    services.save_section(ombud, application.id, "sokande", SaveAnswers.over({}, {"q99": "x", "q5": "annat avsnitt"}))
    assert stored(ombud, application) == {}


def test_another_region_and_the_authority_reach_no_draft(call, ombud):
    application = written(ombud, call)
    for stranger in (actor_of(applicant()), officer()):
        with pytest.raises(NotVisible):
            services.save_section(stranger, application.id, "arbetet", SaveAnswers.over({}, {"q5": "x"}))
        with pytest.raises(NotVisible):
            services.submit(stranger, application.id)
        assert queries.draft(stranger, application.id) == {}
        assert queries.own_page(stranger, application.id) is None


def test_a_representant_of_one_case_writes_in_that_case_only(call, region, ombud):
    first, second = begin(ombud, call), begin(ombud, call, "En klinik")
    limited = actor_of(applicant(Role.REPRESENTANT, region, case_id=first.case_id))
    services.save_section(limited, first.id, "arbetet", SaveAnswers.over({}, {"q5": "Mitt"}))
    with pytest.raises(NotVisible):
        services.save_section(limited, second.id, "arbetet", SaveAnswers.over({}, {"q5": "Mitt"}))
    with pytest.raises(NoRight):
        begin(limited, call, "En till")


# --- Hand in -------------------------------------------------------------------------------------------------------


def test_handing_in_freezes_numbers_and_writes_what_lists_read(call, ombud):
    application = handed_in(ombud, call)
    assert application.status is ApplicationStatus.SUBMITTED
    assert application.case.registration_number == "2020-0001"
    version = queries.frozen_row(application.id, 1)
    content = json.loads(version.content)
    assert content["sections"][0]["answers"][0] == {
        "number": 1,
        "type": "text",
        "question": "Vilken verksamhet?",
        "texts": ["BUP i Exempelregionen"],
    }
    assert content["staff"] == [{"profession": "läkare", "percents": [50, 60], "costs": [1_000_000, 1_100_000]}]
    assert content["form"]["sha256"] == application.call.application_form.sha256
    sums = {}
    for line in committed().scalars(select(RequestedLine).where(RequestedLine.application_id == application.id)):
        sums[line.grant_year] = sums.get(line.grant_year, 0) + line.amount
    assert sums == {2021: 1_100_000, 2022: 1_200_000}
    assert len(committed().scalars(select(ApplicationHome)).all()) == 1
    kinds = committed().scalars(
        select(Record.kind).where(Record.case_id == application.case_id).order_by(Record.number)
    )
    assert [kind.value for kind in kinds] == ["application", "receipt"]
    assert events_of(application) == ["application.started", "application.submitted"]


def test_everything_that_is_missing_is_told_at_once_beside_its_field(call, ombud):
    application = begin(ombud, call)
    with clock.at(IN_TIME), pytest.raises(RuleViolations) as refusal:
        services.submit(ombud, application.id)
    fields = {wrong.field for wrong in refusal.value.violations}
    assert {"q1", "q2", "q3", "q4", "q5", "q6", "q9"} <= fields
    assert len([field for field in fields if field.startswith("q8-y")]) == 10
    assert row(application.id).status is ApplicationStatus.DRAFT
    assert row(application.id).case.registration_number is None


@pytest.mark.parametrize(
    ("staff", "field"),
    [
        (Staff("", {2021: 50, 2022: 50}, {2021: 1, 2022: 1}), "q8-s0_profession"),
        (Staff("läkare", {2021: 50}, {2021: 1, 2022: 1}), "q8-s0_percent2022"),
        (Staff("läkare", {2021: 50, 2022: 0}, {2021: 1, 2022: 1}), "q8-s0_percent2022"),
        (Staff("läkare", {2021: 50, 2022: 50}, {2021: 1}), "q8-s0_cost2022"),
    ],
)
def test_a_staff_row_is_whole(call, ombud, staff, field):
    application = written(ombud, call)
    write(ombud, application, {"q8-s0": staff.text()})
    with clock.at(IN_TIME), pytest.raises(RuleViolation) as refusal:
        services.submit(ombud, application.id)
    assert refusal.value.field == field


@pytest.mark.parametrize("changed", ["q5", "q7", "q8-s0"])
def test_what_a_colleague_changed_after_it_was_read_is_not_handed_in(call, region, ombud, changed):
    application = written(ombud, call)
    colleague = actor_of(applicant(Role.UPPGIFTSSAMORDNARE, region))
    read = queries.own_page(ombud, application.id).sha256
    around = queries.surroundings(application.call)
    other = {
        "q5": "Helt andra behov.",
        "q7": "\n".join(str(home) for home, _ in around.homes),
        "q8-s0": Staff("psykolog", {2021: 50, 2022: 60}, {2021: 1_000_000, 2022: 1_100_000}).text(),
    }
    write(colleague, application, {changed: other[changed]})

    with pytest.raises(RuleViolation, match="har ändrats sedan du läste dem"):
        services.submit(ombud, application.id, AsRead(read))

    assert row(application.id).status is ApplicationStatus.DRAFT
    assert events_of(application) == ["application.started"]
    db.close_read_session()
    services.submit(ombud, application.id, AsRead(queries.own_page(ombud, application.id).sha256))
    assert row(application.id).status is ApplicationStatus.SUBMITTED


HEADED = {
    "the call's title": lambda application: update(Call).where(Call.id == application.call_id).values(title="Rättad"),
    "the applicant unit": lambda application: (
        update(Application).where(Application.id == application.id).values(applicant_unit="Barnkliniken")
    ),
    "the organisation's name": lambda application: (
        update(Organisation).where(Organisation.id == application.organisation_id).values(name="Region Nya")
    ),
}


@pytest.mark.parametrize("change", HEADED.values(), ids=HEADED)
def test_what_heads_an_application_is_read_with_the_answers_and_frozen_as_it_was_read(call, ombud, change):
    application = written(ombud, call)
    read = queries.own_page(ombud, application.id).sha256
    with db.writing_session() as session, session.begin():
        session.execute(change(application))

    with pytest.raises(RuleViolation, match="har ändrats sedan du läste dem"):
        services.submit(ombud, application.id, AsRead(read))

    db.close_read_session()
    page = queries.own_page(ombud, application.id)
    services.submit(ombud, application.id, AsRead(page.sha256))
    db.close_read_session()
    frozen = queries.frozen_content(application.id, 1)
    assert {name: frozen[name] for name in page.heading.content} == page.heading.content
    assert hand_ins.fingerprint_of(page.heading, page.content) == page.sha256
    assert {name: frozen[name] for name in page.content} == page.content


def test_handing_in_twice_changes_nothing(call, ombud):
    application = handed_in(ombud, call)
    with clock.at(IN_TIME), pytest.raises(RuleViolation, match="inte i det läget"):
        services.submit(ombud, application.id)
    assert row(application.id).version_number == 1


def test_the_last_day_counts_to_midnight_and_what_comes_then_is_received_and_marked(call, region, ombud):
    in_time = handed_in(ombud, call, at=clock.local(date(2020, 4, 20), 23, 59))
    late = handed_in(ombud, call, "En klinik", at=TOO_LATE)
    contents = [queries.frozen_content(each.id, 1) for each in (in_time, late)]
    assert [content["late"] for content in contents] == [False, True]
    assert late.status is ApplicationStatus.SUBMITTED


def test_an_uppgiftssamordnare_writes_but_does_not_hand_in(call, region, ombud):
    application = written(ombud, call)
    writer = actor_of(applicant(Role.UPPGIFTSSAMORDNARE, region))
    write(writer, application, {"q5": "Nytt"})
    with clock.at(IN_TIME), pytest.raises(NoRight):
        services.submit(writer, application.id)
    with pytest.raises(NoRight):
        services.withdraw(writer, application.id)


def test_what_is_handed_in_is_not_written_in(call, ombud):
    application = handed_in(ombud, call)
    with pytest.raises(RuleViolation, match="Svaren går inte att ändra längre"):
        services.save_section(ombud, application.id, "arbetet", SaveAnswers.over({}, {"q5": "x"}))


def test_the_ombud_withdraws_and_a_representant_does_not(call, region, ombud):
    application = handed_in(ombud, call)
    with pytest.raises(NoRight):
        services.withdraw(actor_of(applicant(Role.REPRESENTANT, region)), application.id)
    services.withdraw(ombud, application.id)
    assert row(application.id).status is ApplicationStatus.WITHDRAWN
    with pytest.raises(RuleViolation):
        services.withdraw(ombud, application.id)


def test_an_emptied_amount_is_missing_and_not_zero(call, ombud):
    application = written(ombud, call)
    key = next(key for key in complete_texts(application) if key.startswith("q8-y2021"))
    write(ombud, application, {key: ""})
    assert key not in stored(ombud, application)
    with clock.at(IN_TIME), pytest.raises(RuleViolation, match="eller 0") as refusal:
        services.submit(ombud, application.id)
    assert refusal.value.field == key


def test_a_mandate_that_has_ended_hands_in_nothing(call, region, ombud):
    application = written(ombud, call)
    ended = actor_of(applicant(Role.OMBUD, region, valid_to=date(2020, 4, 1)))
    with clock.at(IN_TIME), pytest.raises(NotVisible):
        services.submit(ended, application.id)
    still = replace(ended, mandates=ombud.mandates)
    with clock.at(IN_TIME), pytest.raises(NotVisible):
        services.submit(still, application.id)


def test_the_form_has_every_type_of_question_but_files():
    """Files have a form of their own in test_attachments.py."""
    files = {QuestionType.ATTACHMENT}
    assert {question.type for question in DEFINITION.questions} == set(answers.RULES) - files


# --- Personnummer --------------------------------------------------------------------------------------------------

NUMBER = "811218-9876"


def save(who, application, texts, reason=""):
    with clock.at(IN_TIME):
        command = replace(SaveAnswers.over(draft_of(who, application), texts), reason=reason)
        return services.save_section(who, application.id, "arbetet", command)


def test_an_answer_with_a_personnummer_waits_for_a_reason_while_the_others_are_saved(call, ombud):
    application = begin(ombud, call)
    saved_now = save(ombud, application, {"q5": f"Gäller {NUMBER}.", "q6": "Start hösten 2021."})
    assert set(saved_now.warned) == {"q5"}
    assert stored(ombud, application) == {"q6": "Start hösten 2021."}
    with pytest.raises(RuleViolation, match="utan personnummer") as refusal:
        save(ombud, application, {"q5": f"Gäller {NUMBER}."}, reason=f"För {NUMBER}")
    assert refusal.value.field == "reason"
    assert not save(ombud, application, {"q5": f"Gäller {NUMBER}."}, reason="Intyget krävs.").warned
    assert draft_of(ombud, application)["q5"].reason == "Intyget krävs."


def test_a_reason_holds_for_its_number_and_not_for_another(call, ombud):
    application = begin(ombud, call)
    save(ombud, application, {"q5": f"Gäller {NUMBER}."}, reason="Intyget krävs.")
    assert not save(ombud, application, {"q5": f"Gäller fortfarande {NUMBER}."}).warned
    assert set(save(ombud, application, {"q5": f"{NUMBER} och 640823-3234"}).warned) == {"q5"}
    save(ombud, application, {"q5": "Ingen alls."})
    assert draft_of(ombud, application)["q5"].reason == ""
    assert set(save(ombud, application, {"q5": f"Gäller {NUMBER}."}).warned) == {"q5"}


def test_a_profession_and_an_applying_unit_take_no_personnummer(call, ombud):
    application = begin(ombud, call)
    percents, costs = {2021: 50}, {2021: 8_112_189_876}
    with clock.at(IN_TIME):
        row_ = Staff(f"läkare {NUMBER}", percents, costs).text()
        command = SaveAnswers.over(draft_of(ombud, application), {"q8-s0": row_})
        warned = services.save_section(ombud, application.id, "kostnader", replace(command, reason="Ändå.")).warned
        assert set(warned) == {"q8-s0"}
        command = SaveAnswers.over(draft_of(ombud, application), {"q8-s0": Staff("läkare", percents, costs).text()})
        assert not services.save_section(ombud, application.id, "kostnader", command).warned
    with pytest.raises(RuleViolation, match="personnummer") as refusal:
        begin(ombud, call, f"Kliniken för {NUMBER}")
    assert refusal.value.field == "applicant_unit"


def test_the_reason_goes_into_the_history_at_hand_in_and_the_number_does_not(call, ombud):
    application = written(ombud, call)
    save(ombud, application, {"q5": f"Gäller {NUMBER}."}, reason="Intyget krävs.")
    with clock.at(IN_TIME):
        services.submit(ombud, application.id)
    assert events_of(application) == ["application.started", "application.submitted", "personal_number.kept"]
    history = committed().scalars(select(Event).where(Event.subject == "applications").order_by(Event.id)).all()
    assert '"kept_because":"Intyget krävs."' in history[-1].data
    assert '"question":"Vilka behov?"' in history[-1].data  # as the page asked it: the pages show no numbers
    assert not any("9876" in event.data for event in history)


def test_a_number_that_stands_without_a_reason_is_not_handed_in(call, ombud):
    application = written(ombud, call)
    save(ombud, application, {"q5": f"Gäller {NUMBER}."}, reason="Intyget krävs.")
    with db.writing_session() as session, session.begin():
        session.execute(update(Answer).values(personal_number_reason=None))
    with clock.at(IN_TIME), pytest.raises(RuleViolations, match="Ta bort personnumret") as refusal:
        services.submit(ombud, application.id)
    assert refusal.value.field == "q5"
    db.close_read_session()
    assert [each.field for each in queries.own_page(ombud, application.id).problems] == ["q5"]
    save(ombud, application, {"q5": f"Gäller {NUMBER}."}, reason="Intyget krävs.")
    assert draft_of(ombud, application)["q5"].reason == "Intyget krävs."
