"""Questions hidden by other answers through the services, on both databases: not counted, not handed in, not lost."""

import json
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.answers import SaveAnswers
from grantportal.domain.attachments import AddAttachment, AttachmentKind
from grantportal.domain.cases import RecordKind
from grantportal.domain.errors import RuleViolation
from grantportal.effects.files import place
from grantportal.models.applications import ApplicationHome, Attachment
from grantportal.models.cases import FrozenVersion
from grantportal.models.records import Record
from grantportal.queries import applications as queries
from grantportal.services import applications, attachments, supplements
from tests.imports.attachment_files import pdf
from tests.support.applications import ASKED_FOR, IN_MAY, IN_TIME, actor_of, applicant, begin, draft_of, open_call, row
from tests.support.calls import officer
from tests.support.conditions import FORM, complete
from tests.support.factories import OrganisationFactory
from tests.support.rows import committed

pytestmark = pytest.mark.usefixtures("database")
IN_A_COMPANY = {"q1": "På annat sätt", "q2": "I ett bolag", "q3": "Vården AB", "q10": "Driver teamet."}


@pytest.fixture
def ombud():
    return actor_of(applicant(Role.OMBUD, OrganisationFactory()))


@pytest.fixture
def call():
    return open_call(form=FORM)


def write(who, application, texts):
    for section in FORM.sections:
        fields = {question.field for question in section.questions}
        own = {key: text for key, text in texts.items() if key.partition("-")[0] in fields}
        if own:
            command = SaveAnswers.over(draft_of(who, application), own)
            applications.save_section(who, application.id, section.key, command)


def handed_in(who, call, **more):
    application = begin(who, call)
    with clock.at(IN_TIME):
        write(who, application, complete(application, **more))
        applications.submit(who, application.id)
    return row(application.id)


def frozen(application, number=1):
    query = select(FrozenVersion).where(FrozenVersion.subject_id == application.id, FrozenVersion.number == number)
    return json.loads(committed().scalars(query).one().content)


def answers_of(application, number=1):
    return {
        each["number"]: each["texts"] for part in frozen(application, number)["sections"] for each in part["answers"]
    }


def test_what_is_hidden_is_kept_but_not_handed_in(ombud, call, tmp_path):
    application = begin(ombud, call)
    with clock.at(IN_TIME):
        write(ombud, application, complete(application, **IN_A_COMPANY))
        command = AddAttachment("Bolagsordning.pdf", AttachmentKind.PDF, "")
        attachments.add(ombud, application.id, 9, command, place(tmp_path, pdf()), room_mb=100, scan=False)
        write(ombud, application, {"q1": "I en klinik"})
        applications.submit(ombud, application.id)
    assert {2, 3, 9, 10}.isdisjoint(answers_of(application))
    kept = draft_of(ombud, application)
    assert (kept["q3"].text, kept["q10"].text) == ("Vården AB", "Driver teamet.")
    assert committed().scalars(select(Attachment.question)).all() == [9]
    kinds = committed().scalars(select(Record.kind).where(Record.case_id == application.case_id)).all()
    assert RecordKind.ATTACHMENT not in kinds


def test_the_answer_that_it_waits_for_makes_a_question_necessary(ombud, call):
    with pytest.raises(RuleViolation) as refusal:
        handed_in(ombud, call, q1="På annat sätt")
    assert [each.field for each in refusal.value.violations] == ["q2"]
    db.close_read_session()


def test_a_supplement_follows_what_is_opened_and_what_is_locked(ombud, call):
    application = handed_in(ombud, call)
    handlaggare = officer()
    with clock.at(IN_MAY):
        opened = supplements.request(handlaggare, application.id, replace(ASKED_FOR, parts=("hem",)))
        write(ombud, application, {"q6": "\n".join(str(home) for home, _ in queries.surroundings(call).homes[:1])})
        supplements.answer(ombud, opened)
    told = answers_of(application, 2)
    assert 7 not in told
    assert (len(told[6]), told[8]) == (1, [])
    assert len(committed().scalars(select(ApplicationHome.youth_home_id)).all()) == 1


def test_what_an_opened_answer_brings_forth_is_asked_in_the_same_supplement(ombud, call):
    application = handed_in(ombud, call)
    with clock.at(IN_MAY):
        opened = supplements.request(officer(), application.id, replace(ASKED_FOR, parts=("q_1",)))
        write(ombud, application, {"q1": "På annat sätt"})
        with pytest.raises(RuleViolation) as refusal:
            supplements.answer(ombud, opened)
        assert [each.field for each in refusal.value.violations] == ["q2"]
        page = queries.own_page(ombud, application.id)
        assert [(task.title, task.hint) for task in page.tasks] == [
            ("Hur är ni organiserade?", ""),
            ("På vilket sätt?", "Frågan följer på ett svar som ni har ändrat."),
        ]
        db.close_read_session()
        write(ombud, application, {"q2": "I flera"})
        supplements.answer(ombud, opened)
    assert answers_of(application, 2)[2] == ["I flera"]


def test_an_unanswered_supplement_decides_nothing_in_the_next(ombud, call):
    application = handed_in(ombud, call)
    handlaggare = officer()
    with clock.at(IN_MAY):
        first = supplements.request(handlaggare, application.id, replace(ASKED_FOR, parts=("om",)))
        write(ombud, application, {"q1": "På annat sätt", "q2": "I ett bolag"})
    with clock.at(clock.local(date(2020, 5, 30))):
        supplements.close(handlaggare, first)
        again = replace(ASKED_FOR, parts=("forsakran",), last_day=date(2020, 6, 22))
        with pytest.raises(RuleViolation, match="Välj minst en del"):
            supplements.request(handlaggare, application.id, replace(again, parts=("bolaget",)))
        second = supplements.request(handlaggare, application.id, again)
        page = queries.section_page(ombud, application.id, "bolaget")
        assert page.asked == frozenset()
        write(ombud, application, {"q13": "Ekonomichefen"})
        supplements.answer(ombud, second)
    assert answers_of(application, 2)[1] == ["I en klinik"]
    assert 10 not in answers_of(application, 2)
