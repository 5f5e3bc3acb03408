"""Earlier answers are taken over one by one, marked until somebody edits them, and never written over anything."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.answers import FetchAnswer, SaveAnswers
from grantportal.domain.errors import NoRight, RuleViolation
from grantportal.domain.supplements import RequestSupplement
from grantportal.models.cases import FrozenVersion
from grantportal.queries import applications as queries
from grantportal.queries import earlier_answers
from grantportal.services import applications as services
from grantportal.services import supplements
from tests.support.applications import (
    IN_JUNE,
    IN_MAY,
    IN_TIME,
    actor_of,
    another_call,
    applicant,
    asked_to_supplement,
    begin,
    complete_texts,
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

NEED = "Unga med stora behov.\n\nOch deras familjer."
"""What q5 was answered with."""
NUMBER = "811218-9876"


@pytest.fixture
def region(database):
    return OrganisationFactory(name="Region Exempel")


@pytest.fixture
def ombud(region):
    return actor_of(applicant(Role.OMBUD, region))


@pytest.fixture
def calls(database):
    return open_call(), another_call("Statsbidrag för nästa år")


@pytest.fixture
def before(ombud, calls):
    return handed_in(ombud, calls[0])


@pytest.fixture
def application(ombud, calls, before):
    return begin(ombud, calls[1])


@pytest.fixture(autouse=True)
def in_time(database):
    with clock.at(IN_TIME):
        yield


def frozen_of(application, number=1):
    found = committed().scalar(
        select(FrozenVersion.id).where(FrozenVersion.subject_id == application.id, FrozenVersion.number == number)
    )
    db.close_read_session()
    return found


def fetch(who, application, source, key="q5", section="arbetet", values=None, reason="", based_on=None):
    seen = draft_of(who, application) if based_on is None else based_on
    command = SaveAnswers.over(seen, values or {})
    asked = FetchAnswer(key, source if isinstance(source, int) else frozen_of(source))
    return services.save_section(who, application.id, section, replace(command, fetch=asked, reason=reason))


def beside(who, application, section="arbetet", chosen=None):
    db.close_read_session()
    found = earlier_answers.beside(who, queries.section_page(who, application.id, section), chosen)
    db.close_read_session()
    return found


def test_the_same_questions_answers_stand_beside_and_nothing_is_taken_over_by_itself(ombud, before, application):
    found = beside(ombud, application)

    assert found.chosen.name == "Statsbidrag för 2021 och 2022"
    assert {key: answer.value for key, answer in found.answers.items()} == {"q5": NEED, "q6": "Start hösten 2021."}
    assert draft_of(ombud, application) == {}


def test_every_kind_that_can_be_taken_over_is(ombud, before, application):
    for section, keys in {"sokande": ("q1", "q2", "q3", "q4"), "arbetet": ("q5", "q6"), "ungdomshem": ("q7",)}.items():
        for key in keys:
            fetch(ombud, application, before, key, section)

    draft, was = draft_of(ombud, application), complete_texts(row(before.id))
    assert {key: answer.text for key, answer in draft.items()} == {key: was[key] for key in draft}
    assert len(draft) == 7
    assert {answer.fetched_from for answer in draft.values()} == {"Statsbidrag för 2021 och 2022"}
    # A draft is no act: the history has nothing of it.
    assert events_of(application) == ["application.started"]


@pytest.mark.parametrize(
    ("key", "section"), [("q8", "kostnader"), ("q9", "forsakran"), ("q5", "sokande"), ("q77", "arbetet")]
)
def test_money_declarations_and_other_sections_are_refused(ombud, before, application, key, section):
    with pytest.raises(RuleViolation, match="går inte att hämta"):
        fetch(ombud, application, before, key, section)
    assert draft_of(ombud, application) == {}


def test_an_answer_that_is_there_is_shown_beside_and_stays(ombud, before, application):
    write(ombud, application, {"q5": "Nytt behov."})

    saved = fetch(ombud, application, before)

    [clash] = saved.clashes
    assert (clash.field, clash.theirs, clash.yours) == ("q5", "Nytt behov.", NEED)
    assert saved.offered == {"q5": NEED}
    assert draft_of(ombud, application)["q5"].text == "Nytt behov."


def test_what_a_colleague_saved_meanwhile_is_not_written_over(ombud, region, before, application):
    colleague = actor_of(applicant(Role.UPPGIFTSSAMORDNARE, region))
    opened = draft_of(ombud, application)
    write(colleague, application, {"q5": "Kollegans."})

    saved = fetch(ombud, application, before, based_on=opened)

    assert [clash.field for clash in saved.clashes] == ["q5"]
    assert draft_of(ombud, application)["q5"].text == "Kollegans."


def test_what_else_was_typed_is_saved_with_it(ombud, before, application):
    fetch(ombud, application, before, values={"q6": "I vår."})

    assert {key: answer.text for key, answer in draft_of(ombud, application).items()} == {"q5": NEED, "q6": "I vår."}


def test_what_was_typed_in_the_same_question_is_kept_and_shown_beside(ombud, before, application):
    saved = fetch(ombud, application, before, values={"q5": "Halvskrivet"})

    assert [clash.theirs for clash in saved.clashes] == ["Halvskrivet"]
    assert draft_of(ombud, application)["q5"].text == "Halvskrivet"


def test_an_untouched_save_keeps_the_mark_and_an_edit_takes_it_away(ombud, before, application):
    fetch(ombud, application, before)
    write(ombud, application, {"q5": NEED, "q6": "I vår."})
    assert draft_of(ombud, application)["q5"].fetched_from

    write(ombud, application, {"q5": f"{NEED} Mer."})
    assert not draft_of(ombud, application)["q5"].fetched_from
    write(ombud, application, {"q5": NEED})
    assert not draft_of(ombud, application)["q5"].fetched_from


def test_boxes_that_come_back_in_another_order_keep_the_mark(ombud, before, application):
    fetch(ombud, application, before, "q3", "sokande")
    write(ombud, application, {"q3": "Primärvård\nHabilitering"})
    assert draft_of(ombud, application)["q3"].fetched_from

    write(ombud, application, {"q3": "Habilitering"})
    assert not draft_of(ombud, application)["q3"].fetched_from


def test_an_emptied_answer_can_be_fetched_anew(ombud, before, application):
    write(ombud, application, {"q5": "Fel."})
    write(ombud, application, {"q5": ""})

    fetch(ombud, application, before)

    assert draft_of(ombud, application)["q5"].text == NEED


def test_a_page_cannot_claim_that_another_text_is_taken_over(ombud, before, application):
    source = frozen_of(before)
    claimed = replace(
        SaveAnswers.over({}, {"q5": "Annat.", "q6": "Start hösten 2021."}), fetched={"q5": source, "q6": source}
    )

    services.save_section(ombud, application.id, "arbetet", claimed)

    draft = draft_of(ombud, application)
    assert not draft["q5"].fetched_from
    assert draft["q6"].fetched_from == "Statsbidrag för 2021 och 2022"


def test_the_newest_version_is_what_was_answered(ombud, before, application):
    handler = officer()
    supplement = asked_to_supplement(handler, before, RequestSupplement(("arbetet",), "Mer.", IN_JUNE.date()))
    with clock.at(IN_MAY):
        write(ombud, before, {"q5": "Kompletterat."})
        supplements.answer(ombud, supplement)

    assert beside(ombud, application).answers["q5"].value == "Kompletterat."


def test_the_same_verksamhet_comes_first_and_another_can_be_chosen(ombud, calls, before):
    clinic = handed_in(ombud, calls[0], "BUP", at=IN_TIME)
    application = begin(ombud, calls[1], "BUP")

    found = beside(ombud, application)
    assert [source.application_id for source in found.sources] == [clinic.id, before.id]
    assert found.chosen.name == "Statsbidrag för 2021 och 2022, BUP"
    other = beside(ombud, application, chosen=before.id)
    assert other.chosen.application_id == before.id
    assert beside(ombud, application, chosen=10**8).chosen.application_id == clinic.id


def test_what_is_not_handed_in_or_of_the_same_call_is_no_earlier_answer(ombud, calls):
    begin(ombud, calls[0])
    handed_in(ombud, calls[1], "En annan enhet")

    assert beside(ombud, begin(ombud, calls[1])) is None


def test_what_was_handed_in_later_is_not_earlier(ombud, calls, before):
    later = handed_in(ombud, calls[1], at=IN_MAY)
    handler = officer()
    asked_to_supplement(handler, before, RequestSupplement(("arbetet",), "Mer.", IN_JUNE.date()))

    assert beside(ombud, row(before.id)) is None
    assert [source.application_id for source in beside(ombud, row(later.id)).sources] == [before.id]


def test_nobody_takes_over_anothers_answers(calls, before):
    neighbour = actor_of(applicant(Role.OMBUD))
    application = begin(neighbour, calls[1])

    assert beside(neighbour, application) is None
    with pytest.raises(RuleViolation, match="går inte att hämta"):
        fetch(neighbour, application, frozen_of(before))


def test_who_has_only_this_case_does_not_read_the_earlier_one(region, before, application):
    guest = actor_of(applicant(Role.UPPGIFTSSAMORDNARE, region, case_id=application.case_id))

    assert beside(guest, application) is None
    with pytest.raises(RuleViolation, match="går inte att hämta"):
        fetch(guest, application, frozen_of(before))


def test_who_may_not_fill_in_takes_nothing_over(region, before, application):
    economist = actor_of(applicant(Role.APPLICANT_ECONOMIST, region))

    with pytest.raises(NoRight):
        fetch(economist, application, before)


def test_a_personnummer_waits_for_a_reason_also_when_it_is_taken_over(ombud, calls):
    source = begin(ombud, calls[0])
    write(ombud, source, {**complete_texts(source), "q5": ""})
    explained = replace(SaveAnswers.over(draft_of(ombud, source), {"q5": f"Se {NUMBER}."}), reason="Vårdplanen.")
    services.save_section(ombud, source.id, "arbetet", explained)
    services.submit(ombud, source.id)
    application = begin(ombud, calls[1])

    saved = fetch(ombud, application, source)
    assert "personnummer" in saved.warned["q5"]
    assert saved.offered == {"q5": f"Se {NUMBER}."}
    assert "q5" not in draft_of(ombud, application)

    fetch(ombud, application, source, reason="Samma vårdplan.")
    answer = draft_of(ombud, application)["q5"]
    assert (answer.text, answer.reason) == (f"Se {NUMBER}.", "Samma vårdplan.")
    assert answer.fetched_from


def test_the_mark_is_told_where_answers_are_looked_over_and_hinders_nothing(ombud, before, application):
    fetch(ombud, application, before)
    write(ombud, application, {key: text for key, text in complete_texts(row(application.id)).items() if key != "q5"})
    page = queries.own_page_anew(ombud, application.id)

    assert [(each.section, each.message, each.field) for each in page.fetched] == [("arbetet", "Vilka behov?", "q5")]
    assert [task.hint for task in page.tasks if task.key == "arbetet"] == ["1 hämtat svar att se över"]
    assert page.problems == ()
    services.submit(ombud, application.id)
    assert "hämtat" not in str(queries.frozen_content(application.id, 1)).casefold()
