"""Several who write, begin and hand in at the same moment, on both databases."""

from grantportal import db
from grantportal.domain.answers import SaveAnswers
from grantportal.domain.applications import StartApplication
from grantportal.domain.errors import SavedMeanwhile
from grantportal.queries import accounts
from grantportal.services import applications as services
from tests.support.applications import actor_of, applicant, begin, draft_of, open_call, row, written
from tests.support.races import ROUNDS, racers
from tests.support.rows import events_of

RACERS = 4
FEWER = max(2, ROUNDS // 10)
"""Each round needs an application of its own."""


def _actor(user_id):
    try:
        return accounts.actor_of(user_id)
    finally:
        db.close_read_session()


def save(user_id, application_id, field, text):
    """What autosave does for one person; answers what it met."""
    saved = services.save_section(_actor(user_id), application_id, "arbetet", SaveAnswers.over({}, {field: text}))
    return [(clash.theirs, clash.yours) for clash in saved.clashes]


def submit(user_id, application_id):
    """The button, pressed once more when another transaction was chosen: as the page does."""
    try:
        return services.submit(_actor(user_id), application_id)
    except SavedMeanwhile:
        return services.submit(_actor(user_id), application_id)


def start(user_id, call_id):
    """Begin for the same verksamhet."""
    who = _actor(user_id)
    return services.start(who, call_id, StartApplication(who.mandates[0].organisation_id, "En klinik"))


def test_the_first_text_is_saved_and_the_others_see_both(database):
    user, call = applicant(), open_call()
    who = actor_of(user)
    with racers(database.url, save, RACERS) as line:
        for number in range(FEWER):
            application = begin(who, call, f"Enhet {number}")
            finishes = line.race(*[(user.id, application.id, "q5", f"Text {racer}") for racer in range(RACERS)])
            kept = draft_of(who, application)["q5"].text
            met = [clash for finish in finishes for clash in finish.answer]
            assert len(met) == RACERS - 1
            assert {theirs for theirs, _ in met} == {kept}
            assert {kept, *(yours for _, yours in met)} == {f"Text {racer}" for racer in range(RACERS)}


def test_different_questions_are_all_saved(database):
    user, call = applicant(), open_call()
    who = actor_of(user)
    with racers(database.url, save, 2) as line:
        for number in range(FEWER):
            application = begin(who, call, f"Enhet {number}")
            finishes = line.race((user.id, application.id, "q5", "Ett"), (user.id, application.id, "q6", "Två"))
            assert [finish.answer for finish in finishes] == [[], []]
            assert {key: answer.text for key, answer in draft_of(who, application).items()} == {
                "q5": "Ett",
                "q6": "Två",
            }


def test_it_is_handed_in_once_however_many_press(database):
    user, call = applicant(), open_call()
    who = actor_of(user)
    with racers(database.url, submit, RACERS) as line:
        for number in range(2):
            application = written(who, call, f"Enhet {number}")
            finishes = line.race(*[(user.id, application.id)] * RACERS)
            assert sorted(finish.refusal or "" for finish in finishes) == ["", *["RuleViolation"] * (RACERS - 1)]
            assert row(application.id).version_number == 1
            assert events_of(application) == ["application.started", "application.submitted"]


def test_everybody_who_hands_in_at_once_gets_a_number_of_their_own(database):
    call = open_call()
    users = [applicant() for _ in range(RACERS)]
    made = [written(actor_of(user), call) for user in users]
    with racers(database.url, submit, RACERS) as line:
        finishes = line.race(*[(user.id, one.id) for user, one in zip(users, made, strict=True)])
    assert len({finish.answer for finish in finishes if finish.was_done}) == RACERS, finishes


def test_the_same_verksamhet_begins_once(database):
    user, call = applicant(), open_call()
    with racers(database.url, start, RACERS) as line:
        finishes = line.race(*[(user.id, call.id)] * RACERS)
    assert sorted(finish.refusal or "" for finish in finishes) == ["", *["RuleViolation"] * (RACERS - 1)]
