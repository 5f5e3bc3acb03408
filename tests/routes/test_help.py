"""The help of a question stands in the form and where it is read before anybody applies, whatever the question's type."""

import pytest

from grantportal.domain import clock
from grantportal.domain.actors import Role
from grantportal.domain.forms import FormDefinition, FormKind, Question, QuestionType, Section
from tests.routes.test_applications import section
from tests.support.applications import IN_TIME, actor_of, applicant, begin, open_call
from tests.support.factories import OrganisationFactory
from tests.support.pages import words

QUESTIONS = tuple(
    Question(
        number,
        kind,
        f"Fråga {number}?",
        help=f"Så svarar ni på fråga {number}.",
        choices=("Ett", "Två") if kind in (QuestionType.ONE_OF, QuestionType.SEVERAL_OF) else (),
        with_staff=kind is QuestionType.BUDGET,
    )
    for number, kind in enumerate(QuestionType, 1)
)
FORM = FormDefinition("Ansökan", FormKind.APPLICATION, (Section("allt", "Allt", "Allt", QUESTIONS),))


@pytest.fixture(autouse=True)
def in_time(database):
    with clock.at(IN_TIME):
        yield


def test_every_type_of_question_shows_its_help_in_the_form_and_before_it(client, signed_in):
    call = open_call(form=FORM)
    user = applicant(Role.OMBUD, OrganisationFactory())
    application = begin(actor_of(user), call)
    for page in (client.get(f"/utlysningar/{call.id}"), signed_in(user).get(section(application, "allt"))):
        told = words(page.document)
        assert [each.help for each in QUESTIONS if each.help not in told] == []
