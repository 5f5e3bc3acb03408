"""Applications as regions make them: begun, written and handed in through the services, at the pilot's own dates."""

from dataclasses import replace
from datetime import UTC, date, datetime

from sqlalchemy import select

from grantportal import db
from grantportal.domain import answers, clock
from grantportal.domain.actors import Actor, Role
from grantportal.domain.answers import Draft, SaveAnswers, Staff
from grantportal.domain.applications import StartApplication
from grantportal.domain.forms import FormDefinition, FormKind, Question, QuestionType, Section
from grantportal.domain.supplements import RequestSupplement
from grantportal.models.accounts import User
from grantportal.models.applications import Application
from grantportal.models.calls import Call
from grantportal.models.organisations import Organisation, YouthHome
from grantportal.queries import accounts
from grantportal.queries import applications as queries
from grantportal.queries import calls as call_queries
from grantportal.services import applications as services
from grantportal.services import supplements
from tests.support.calls import ANNOUNCED, WRITTEN, make_call, make_grant, officer, played_at, published_call
from tests.support.factories import OrganisationFactory, person
from tests.support.remembered import remembered
from tests.support.rows import committed, saved

T = QuestionType
DEFINITION = FormDefinition(
    title="Ansökan med alla slags frågor",
    kind=FormKind.APPLICATION,
    sections=(
        Section(
            "sokande",
            "Sökande",
            "Om er",
            (
                Question(1, T.TEXT, "Vilken verksamhet?", max_length=200),
                Question(2, T.ONE_OF, "Hur är den organiserad?", choices=("Barn", "Vuxna")),
                Question(3, T.SEVERAL_OF, "Vilka deltar?", choices=("Habilitering", "Primärvård")),
                Question(4, T.WHOLE_NUMBER, "Hur många platser?", most=100),
            ),
        ),
        Section(
            "arbetet",
            "Arbetet",
            "Arbetet",
            (
                Question(5, T.LONG_TEXT, "Vilka behov?", max_length=2_000),
                Question(6, T.LONG_TEXT, "Vilken tidplan?", max_length=2_000),
            ),
        ),
        Section(
            "ungdomshem", "Ungdomshem", "Arbetet", (Question(7, T.YOUTH_HOMES, "Vilka ungdomshem?", required=False),)
        ),
        Section(
            "kostnader", "Personal och kostnader", "Ekonomi", (Question(8, T.BUDGET, "Vad söker ni?", with_staff=True),)
        ),
        Section("forsakran", "Försäkran", "Till sist", (Question(9, T.DECLARATION, "Uppgifterna stämmer."),)),
    ),
)
IN_TIME = datetime(2020, 4, 8, 8, tzinfo=UTC)
TOO_LATE = datetime(2020, 4, 20, 22, tzinfo=UTC)
"""00:00 on the day after the last day, in Sweden."""
IN_MAY = datetime(2020, 5, 11, 8, tzinfo=UTC)
IN_JUNE = datetime(2020, 6, 2, 8, tzinfo=UTC)
ASKED_FOR = RequestSupplement(("arbetet",), "Beskriv tidplanen närmare.", date(2020, 5, 29))


@remembered
def open_call(**given: object) -> Call:
    """A call whose form has every type of question; there are two youth homes."""
    # Before the call: one that asks what nobody can answer is not published.
    db.close_read_session()
    known = set(db.session().scalars(select(YouthHome.name)))
    db.close_read_session()
    for name in ("Folåsa", "Björkbacken"):
        if name not in known:
            saved(YouthHome(name=name))
    return published_call(**{"form": DEFINITION, **given})


@remembered
def another_call(title: str, form: FormDefinition = DEFINITION) -> Call:
    """A call of another statsbidrag with the same questions: what an earlier application was made in, or a later one is."""
    with played_at(ANNOUNCED):
        who = officer()
        call_id = make_call(who, make_grant(who, written=replace(WRITTEN, title=title)), title=title, form=form)
        found = call_queries.get(who, call_id)
    assert found is not None
    db.close_read_session()
    return found


def applicant(role: Role = Role.OMBUD, organisation: Organisation | None = None, **mandate: object) -> User:
    """A person of a region, since before the call."""
    return person(role, organisation or OrganisationFactory(), **{"valid_from": date(2019, 1, 1), **mandate})


def actor_of(user: User) -> Actor:
    """The person as the services know him."""
    db.close_read_session()
    made = accounts.actor_of(user.id)
    db.close_read_session()
    return made


@remembered
def begin(who: Actor, call: Call, unit: str = "", at: datetime = IN_TIME) -> Application:
    """Begin an application in time."""
    with clock.at(at):
        made = services.start(who, call.id, StartApplication(who.mandates[0].organisation_id, unit))
        return row(made)


def row(application_id: int) -> Application:
    """The application as it is committed now."""
    return committed().get_one(Application, application_id)


def complete_texts(application: Application) -> dict[str, str]:
    """An answer to every question: 1 100 000 kr for 2021 and 1 200 000 for 2022."""
    around = queries.surroundings(application.call)
    budget = DEFINITION.questions[7]
    texts = {
        "q1": "BUP i Exempelregionen",
        "q2": "Barn",
        "q3": "Habilitering\nPrimärvård",
        "q4": "12",
        "q5": "Unga med stora behov.\n\nOch deras familjer.",
        "q6": "Start hösten 2021.",
        "q7": str(around.homes[0][0]) if around.homes else "",
        "q9": "ja",
        answers.staff_key(budget, 0): Staff("läkare", {2021: 50, 2022: 60}, {2021: 1_000_000, 2022: 1_100_000}).text(),
    }
    for category in around.amount_categories(budget):
        for year in around.years:
            texts[answers.cell_key(budget, year, category.id)] = "20000"
    return texts


def draft_of(who: Actor, application: Application) -> Draft:
    """What the organisation has saved by now."""
    db.close_read_session()
    seen = queries.draft(who, application.id)
    db.close_read_session()
    return seen


def write(who: Actor, application: Application, texts: dict[str, str]) -> None:
    """Save answers as somebody who has just read what is saved."""
    for section in DEFINITION.sections:
        own = {
            key: text
            for key, text in texts.items()
            if any(key == question.field or key.startswith(f"{question.field}-") for question in section.questions)
        }
        if own:
            seen = draft_of(who, application)
            services.save_section(who, application.id, section.key, SaveAnswers.over(seen, own))


@remembered
def written(who: Actor, call: Call, unit: str = "", at: datetime = IN_TIME) -> Application:
    """An application with every question answered."""
    application = begin(who, call, unit, at)
    with clock.at(at):
        write(who, application, complete_texts(application))
    db.close_read_session()
    return application


@remembered
def handed_in(who: Actor, call: Call, unit: str = "", at: datetime = IN_TIME, begun: datetime = IN_TIME) -> Application:
    """An application that is handed in."""
    application = written(who, call, unit, begun)
    with clock.at(at):
        services.submit(who, application.id)
    return row(application.id)


@remembered
def asked_to_supplement(officer: Actor, application: Application, command: RequestSupplement = ASKED_FOR) -> int:
    """The officer asks for a komplettering in May."""
    with clock.at(IN_MAY):
        return supplements.request(officer, application.id, command)
