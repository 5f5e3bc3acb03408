"""People, links, attempts and sessions, through the services."""

import json
import logging
from datetime import date, timedelta

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from grantportal import db, logs, worker
from grantportal.domain import accounts as rules
from grantportal.domain import clock
from grantportal.domain.accounts import (
    ChangePassword,
    ChoosePassword,
    ConfirmCode,
    CreateUser,
    EnterCode,
    GrantMandate,
    Limits,
    SignIn,
    Visitor,
)
from grantportal.domain.actors import SYSTEM, Role
from grantportal.domain.errors import NoRight, NotVisible, RuleViolation, TooManyAttempts
from grantportal.domain.organisations import OrganisationKind
from grantportal.effects.notices import SIGN_IN_MAIL
from grantportal.imports.mail import messages
from grantportal.keyring import SECRETS, Keyring
from grantportal.models.accounts import OneTimeLink, SignInAttempt, SignInSession, User
from grantportal.models.portal import OutboxItem
from grantportal.queries import accounts as queries
from grantportal.sealing import SealBroken, Sealer
from grantportal.services import accounts
from grantportal.settings import Settings
from tests.support import run
from tests.support.factories import OrganisationFactory, UserFactory, person
from tests.support.rows import committed, events_of

pytestmark = pytest.mark.usefixtures("quick_passwords")

LIMITS = Limits(per_account=3, per_address=5, minutes=15)
PASSWORD = "korrekt häst batteri"
STRANGER = Visitor("192.0.2.1")
OWN = Visitor("192.0.2.1", lambda email: "own browser" if email == "karin@example.se" else "")
"""The browser that Karin has signed in with before, at the same address as the stranger."""


SEALER = Sealer(Keyring(run.folder() / "sealed"))


@pytest.fixture(autouse=True)
def keys():
    """What seals is there."""
    SEALER.keyring.make()


def secret_of(user):
    """What the person's app knows."""
    return SEALER.open(user.id, committed().get_one(User, user.id).totp_secret)


@pytest.fixture
def karin(database):
    return UserFactory(name="Karin Exempel", email="karin@example.se", password_hash=rules.hashed(PASSWORD))


def sign_in(email="karin@example.se", password=PASSWORD, *, visitor=STRANGER, limits=LIMITS):
    db.close_read_session()
    try:
        return accounts.sign_in(visitor, limits, 12, SignIn(email, password))
    finally:
        db.close_read_session()


def live(key):
    db.close_read_session()
    return queries.signed_in(key, idle_minutes=60)


def later(**values):
    """Let time pass for every session, link and window."""
    with db.writing_session() as session, session.begin():
        for model, columns in values.items():
            session.execute(
                update({"sessions": SignInSession, "links": OneTimeLink, "attempts": SignInAttempt}[model]).values(
                    columns
                )
            )


# --- Entering a real installation --------------------------------------------------------------------------------


def test_a_person_is_created_chooses_a_password_by_the_link_and_signs_in(database):
    key = accounts.create_user(SYSTEM, CreateUser("Anna Exempel", " Anna@Example.se"), link_hours=72)

    opened = accounts.choose_password(key, STRANGER, 12, ChoosePassword(PASSWORD))

    assert live(opened.key).actor.name == "Anna Exempel"
    assert sign_in("anna@example.se").awaits_code is False
    anna = committed().scalars(select(User)).one()
    assert events_of(anna) == ["user.created", "user.password_chosen"]
    assert PASSWORD not in anna.password_hash


def test_a_link_works_once(database):
    key = accounts.create_user(SYSTEM, CreateUser("Anna Exempel", "anna@example.se"), link_hours=72)
    accounts.choose_password(key, STRANGER, 12, ChoosePassword(PASSWORD))
    db.close_read_session()

    with pytest.raises(RuleViolation, match="gäller inte längre"):
        accounts.choose_password(key, STRANGER, 12, ChoosePassword("ett annat lösenord"))
    assert sign_in("anna@example.se").key


def test_a_link_ends(database):
    key = accounts.create_user(SYSTEM, CreateUser("Anna Exempel", "anna@example.se"), link_hours=72)
    later(links={"ends_at": clock.real_now()})

    assert queries.link_shown(key) is None
    with pytest.raises(RuleViolation, match="gäller inte längre"):
        accounts.choose_password(key, STRANGER, 12, ChoosePassword(PASSWORD))


def test_a_new_link_ends_the_one_before(database):
    first = accounts.create_user(SYSTEM, CreateUser("Anna Exempel", "anna@example.se"), link_hours=72)
    second = accounts.reset_user(SYSTEM, "anna@example.se", link_hours=72)
    db.close_read_session()

    assert queries.link(first) is None
    assert queries.link(second) is not None


def test_a_refused_password_does_not_use_up_the_link(database):
    key = accounts.create_user(SYSTEM, CreateUser("Anna Exempel", "anna@example.se"), link_hours=72)
    with pytest.raises(RuleViolation, match="minst 15 tecken"):
        accounts.choose_password(key, STRANGER, 12, ChoosePassword("kort"))
    assert queries.link(key) is not None


def test_choosing_a_password_ends_every_other_session(karin):
    before = sign_in()
    key = accounts.reset_user(SYSTEM, karin.email, link_hours=72)
    db.close_read_session()
    accounts.choose_password(key, STRANGER, 12, ChoosePassword("ett alldeles nytt"))

    assert live(before.key) is None


def test_an_address_belongs_to_one_person(karin):
    with pytest.raises(RuleViolation, match="finns redan ett konto") as refusal:
        accounts.create_user(SYSTEM, CreateUser("En annan", "KARIN@example.se"), link_hours=72)
    assert refusal.value.field == "email"


def test_a_mandate_is_given_by_name_or_number_and_is_in_the_history(karin):
    region = OrganisationFactory(name="Region Skåne")

    accounts.grant_mandate(SYSTEM, GrantMandate(karin.email, "region skåne", Role.OMBUD, date(2020, 1, 1)))
    accounts.grant_mandate(
        SYSTEM,
        GrantMandate(karin.email, region.organisation_number, Role.REPRESENTANT, date(2020, 1, 1), date(2020, 1, 2)),
    )

    db.close_read_session()
    assert queries.actor_of(karin.id).roles == {Role.OMBUD}
    assert {mandate.role for mandate in committed().get_one(User, karin.id).mandates} == {Role.OMBUD, Role.REPRESENTANT}


def test_a_mandate_on_the_wrong_side_is_refused(karin):
    OrganisationFactory(name="Region Skåne")
    OrganisationFactory(name="Myndigheten", kind=OrganisationKind.AUTHORITY)

    with pytest.raises(RuleViolation, match="kan inte ges"):
        accounts.grant_mandate(SYSTEM, GrantMandate(karin.email, "Region Skåne", Role.BESLUTSFATTARE, date(2020, 1, 1)))
    with pytest.raises(RuleViolation, match="kan inte ges"):
        accounts.grant_mandate(SYSTEM, GrantMandate(karin.email, "Myndigheten", Role.OMBUD, date(2020, 1, 1)))


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR, Role.SAMRAD, Role.UTVARDERARE}))
def test_only_the_administrator_looks_after_people(database, role):
    organisation = OrganisationFactory(kind=OrganisationKind.AUTHORITY)
    other = person(role, organisation)

    with pytest.raises(NoRight):
        accounts.create_user(queries.actor_of(other.id), CreateUser("X", "x@example.se"), link_hours=1)
    with pytest.raises(NoRight):
        accounts.reset_user(queries.actor_of(other.id), other.email, link_hours=1)
    with pytest.raises(NoRight):
        accounts.grant_mandate(
            queries.actor_of(other.id),
            GrantMandate(other.email, organisation.name, Role.BESLUTSFATTARE, date(2020, 1, 1)),
        )


def test_the_administrator_creates_a_person(database):
    admin = person(Role.ADMINISTRATOR, OrganisationFactory(kind=OrganisationKind.AUTHORITY))

    assert accounts.create_user(queries.actor_of(admin.id), CreateUser("X", "x@example.se"), link_hours=1)


# --- The same answer for known and unknown -----------------------------------------------------------------------


@pytest.fixture
def verifications(monkeypatch):
    """What is verified: the work that an answer takes."""
    done = []
    verify = rules._HASHER.verify
    monkeypatch.setattr(
        type(rules._HASHER), "verify", lambda self, stored, password: done.append(stored) or verify(stored, password)
    )
    return done


def test_known_and_unknown_get_the_same_answer_after_the_same_work(karin, verifications):
    UserFactory(email="ny@example.se")
    UserFactory(email="slutat@example.se", password_hash=PasswordHasher().hash(PASSWORD), closed_at=clock.real_now())
    answers = []
    for email in ("karin@example.se", "okand@example.se", "ny@example.se", "slutat@example.se"):
        with pytest.raises(RuleViolation) as refusal:
            sign_in(email, "fel lösenord här", limits=Limits(100, 100, 15))
        answers.append((refusal.value.message, refusal.value.field, len(verifications)))
        verifications.clear()

    assert set(answers) == {("E-postadressen eller lösenordet stämmer inte.", None, 1)}


def test_a_closed_account_does_not_open_with_the_right_password(karin):
    with db.writing_session() as session, session.begin():
        session.get_one(User, karin.id).closed_at = clock.real_now()
    with pytest.raises(RuleViolation, match="stämmer inte"):
        sign_in()


def test_a_weaker_hash_is_made_anew_at_sign_in(database):
    weak = rules.PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    user = UserFactory(email="karin@example.se", password_hash=weak)

    sign_in()

    assert not rules.needs_new_hash(committed().get_one(User, user.id).password_hash)


# --- Attempts ----------------------------------------------------------------------------------------------------


def test_after_too_many_wrong_attempts_the_right_password_waits_too(karin):
    for _ in range(3):
        with pytest.raises(RuleViolation, match="stämmer inte"):
            sign_in(password="fel lösenord här")
    with pytest.raises(RuleViolation, match="Försök igen om 60 sekunder"):
        sign_in()
    later(attempts={"window_started_at": clock.real_now() - timedelta(minutes=15)})

    assert sign_in().key


def test_after_too_many_wrong_attempts_one_is_let_in_each_minute(karin):
    for _ in range(3):
        with pytest.raises(RuleViolation, match="stämmer inte"):
            sign_in(password="fel lösenord här")
    for _ in range(2):
        later(attempts={"window_started_at": clock.real_now() - timedelta(seconds=60)})
        with pytest.raises(RuleViolation, match="stämmer inte"):
            sign_in(password="fel lösenord här")
        with pytest.raises(TooManyAttempts):
            sign_in()
    later(attempts={"window_started_at": clock.real_now() - timedelta(seconds=60)})

    assert sign_in().key


def test_a_thousand_wrong_attempts_of_strangers_do_not_shut_the_owners_browser_out(karin, verifications):
    for number in range(1_000):
        with pytest.raises(RuleViolation):
            sign_in(password="fel lösenord här", visitor=Visitor(f"192.0.2.{number % 250}"))

    assert len(verifications) == LIMITS.per_account
    assert sign_in(visitor=OWN).key


def test_the_owners_browser_is_not_shut_out_by_its_neighbours_at_the_same_address(karin):
    for number in range(LIMITS.per_address):
        with pytest.raises(RuleViolation, match="stämmer inte"):
            sign_in(f"person{number}@example.se")
    with pytest.raises(TooManyAttempts):
        sign_in()

    assert sign_in(visitor=OWN).key


def test_the_owners_browser_has_its_own_attempts_and_no_more(karin):
    for _ in range(3):
        with pytest.raises(RuleViolation, match="stämmer inte"):
            sign_in(password="fel lösenord här", visitor=OWN)
    with pytest.raises(TooManyAttempts):
        sign_in(visitor=OWN)
    assert sign_in().key, "what was tried there is not counted elsewhere"


def test_a_device_is_known_for_the_account_it_signed_in_to_only(karin):
    for _ in range(3):
        with pytest.raises(RuleViolation, match="stämmer inte"):
            sign_in("annan@example.se", visitor=OWN)
    with pytest.raises(TooManyAttempts):
        sign_in("annan@example.se", visitor=Visitor("192.0.2.9"))


def test_wrong_links_of_strangers_do_not_end_the_right_one(karin):
    key = accounts.reset_user(SYSTEM, karin.email, link_hours=72)
    for number in range(50):
        with pytest.raises(RuleViolation, match="gäller inte längre"):
            accounts.choose_password(f"gissning {number}", STRANGER, 12, ChoosePassword(PASSWORD))
    for _ in range(LIMITS.per_address + 1):
        with pytest.raises(RuleViolation):
            sign_in(password="fel lösenord här")
    db.close_read_session()

    assert accounts.choose_password(key, STRANGER, 12, ChoosePassword("ett alldeles nytt")).email == karin.email


# --- A new device ------------------------------------------------------------------------------------------------


def told():
    """The mail about new devices that waits to be sent."""
    rows = committed().scalars(select(OutboxItem).where(OutboxItem.kind == SIGN_IN_MAIL))
    return [json.loads(row.payload)["user_id"] for row in rows]


def test_the_person_is_told_of_a_device_that_was_not_known(karin):
    sign_in(visitor=OWN)
    assert told() == []
    sign_in()
    assert told() == [karin.id]


def test_the_first_password_is_chosen_in_a_browser_that_is_expected(database):
    key = accounts.create_user(SYSTEM, CreateUser("Anna Exempel", "anna@example.se"), link_hours=72)
    accounts.choose_password(key, STRANGER, 12, ChoosePassword(PASSWORD))
    assert told() == []


def test_a_password_chosen_anew_in_an_unknown_browser_is_told_of(karin):
    key = accounts.reset_user(SYSTEM, karin.email, link_hours=72)
    db.close_read_session()
    accounts.choose_password(key, STRANGER, 12, ChoosePassword("ett alldeles nytt"))
    assert told() == [karin.id]


def test_the_mail_says_when_and_whom_to_turn_to(karin, tmp_path):
    sign_in()
    settings = Settings(instance=tmp_path, public_url="https://bidrag.example.se")

    assert worker.drain(settings) == 1

    sent = next(iter(messages(settings.mail)))
    assert sent.to == karin.email
    assert clock.day_text(clock.now()) in sent.text
    assert "https://bidrag.example.se/om/hjalp#kontakt" in sent.text


def test_an_unknown_address_runs_out_of_attempts_in_the_same_way(database):
    for _ in range(3):
        with pytest.raises(RuleViolation, match="stämmer inte"):
            sign_in("okand@example.se")
    with pytest.raises(RuleViolation, match="Försök igen om 60 sekunder"):
        sign_in("okand@example.se")


def test_one_address_cannot_try_every_account(karin):
    for number in range(5):
        with pytest.raises(RuleViolation, match="stämmer inte"):
            sign_in(f"person{number}@example.se")
    with pytest.raises(RuleViolation, match="för många försök"):
        sign_in("karin@example.se")
    assert sign_in("karin@example.se", visitor=Visitor("192.0.2.2")).key


def test_right_passwords_do_not_count(karin):
    for _ in range(8):
        assert sign_in().key


def test_a_refused_attempt_is_not_verified(karin, verifications):
    for _ in range(4):
        with pytest.raises(RuleViolation):
            sign_in(password="fel lösenord här")
    assert len(verifications) == 3


# --- Sessions ----------------------------------------------------------------------------------------------------


def test_a_key_is_dead_after_signing_out(karin):
    opened = sign_in()
    assert live(opened.key).actor.user_id == karin.id

    accounts.close_session(opened.key)

    assert live(opened.key) is None


def test_the_key_itself_is_nowhere_in_the_database(karin):
    opened = sign_in()

    stored = committed().scalars(select(SignInSession)).one()
    assert opened.key not in vars(stored).values()


def test_a_session_ends_when_it_is_idle_and_when_it_is_old(karin):
    opened = sign_in()
    later(sessions={"last_seen_at": clock.real_now() - timedelta(minutes=59)})
    assert live(opened.key)
    later(sessions={"last_seen_at": clock.real_now() - timedelta(minutes=60)})
    assert live(opened.key) is None
    later(sessions={"last_seen_at": clock.real_now(), "ends_at": clock.real_now()})
    assert live(opened.key) is None


def test_a_mandate_that_ends_ends_at_the_next_request(database):
    region = OrganisationFactory()
    user = person(Role.OMBUD, region, valid_to=clock.today())
    key = accounts.open_session(user.id, hours=1)

    assert live(key).actor.roles == {Role.OMBUD}
    with clock.at(clock.now() + timedelta(days=1)):
        assert live(key).actor.roles == frozenset()


def test_one_click_signs_in_the_demonstrations_persons_only(karin):
    example = UserFactory(is_example=True)

    assert live(accounts.open_example_session(STRANGER, 12, example.id)).actor.user_id == example.id
    with pytest.raises(NotVisible):
        accounts.open_example_session(STRANGER, 12, karin.id)


# --- Engångskod --------------------------------------------------------------------------------------------------


@pytest.fixture
def with_totp(karin):
    """Karin has turned on engångskod; the code that did it is used up."""
    opened = sign_in()
    who = queries.actor_of(karin.id)
    accounts.start_totp(who, SEALER)
    secret = secret_of(karin)
    accounts.enable_totp(
        who, live(opened.key).session_id, OWN, LIMITS, SEALER, ConfirmCode(pyotp.TOTP(secret).now(), PASSWORD)
    )
    return karin, secret, opened


def next_code(secret):
    return pyotp.TOTP(secret).at(clock.real_now() + timedelta(seconds=30))


def test_the_person_who_turns_it_on_stays_signed_in_and_others_do_not(karin):
    elsewhere = sign_in()
    opened = sign_in()
    who = queries.actor_of(karin.id)
    accounts.start_totp(who, SEALER)
    secret = secret_of(karin)

    accounts.enable_totp(
        who, live(opened.key).session_id, OWN, LIMITS, SEALER, ConfirmCode(pyotp.TOTP(secret).now(), PASSWORD)
    )

    assert not live(opened.key).awaits_code
    assert live(elsewhere.key) is None
    assert events_of(karin) == ["user.totp_enabled"]


def test_the_password_alone_opens_nothing(with_totp):
    assert sign_in().awaits_code
    assert live(sign_in().key).awaits_code


def test_a_code_opens_a_session_with_a_new_key(with_totp):
    _, secret, _ = with_totp
    waiting = sign_in()

    opened = accounts.enter_code(waiting.key, STRANGER, LIMITS, SEALER, 12, EnterCode(next_code(secret)))

    assert opened.key != waiting.key
    assert live(waiting.key) is None
    assert not live(opened.key).awaits_code


def test_a_code_works_once(with_totp):
    _, secret, _ = with_totp
    code = next_code(secret)
    accounts.enter_code(sign_in().key, STRANGER, LIMITS, SEALER, 12, EnterCode(code))
    waiting = sign_in()

    with pytest.raises(RuleViolation, match="stämmer inte"):
        accounts.enter_code(waiting.key, STRANGER, LIMITS, SEALER, 12, EnterCode(code))
    assert live(waiting.key).awaits_code


def test_codes_cannot_be_guessed_for_ever(with_totp):
    _, secret, _ = with_totp
    waiting = sign_in()
    for _ in range(3):
        with pytest.raises(RuleViolation, match="stämmer inte"):
            accounts.enter_code(waiting.key, STRANGER, LIMITS, SEALER, 12, EnterCode("000000"))
        db.close_read_session()
    with pytest.raises(TooManyAttempts):
        accounts.enter_code(waiting.key, STRANGER, LIMITS, SEALER, 12, EnterCode(next_code(secret)))
    db.close_read_session()
    assert accounts.enter_code(waiting.key, OWN, LIMITS, SEALER, 12, EnterCode(next_code(secret))).key, (
        "strangers used it up"
    )


def test_the_browser_is_known_when_the_code_too_was_right(with_totp):
    karin, secret, _ = with_totp
    already = len(told())
    waiting = sign_in()
    assert (waiting.email, len(told())) == ("", already)

    opened = accounts.enter_code(waiting.key, STRANGER, LIMITS, SEALER, 12, EnterCode(next_code(secret)))

    assert (opened.email, len(told())) == (karin.email, already + 1)


def test_turning_it_off_takes_a_code(with_totp):
    karin, secret, _ = with_totp
    who = queries.actor_of(karin.id)

    with pytest.raises(RuleViolation, match="stämmer inte"):
        accounts.disable_totp(who, STRANGER, LIMITS, SEALER, ConfirmCode("000000", PASSWORD))
    db.close_read_session()
    accounts.disable_totp(who, STRANGER, LIMITS, SEALER, ConfirmCode(next_code(secret), PASSWORD))

    assert not sign_in().awaits_code
    assert events_of(karin) == ["user.totp_enabled", "user.totp_disabled"]


def test_a_new_link_leaves_the_engangskod_on_unless_told_otherwise(with_totp):
    karin, _, _ = with_totp
    key = accounts.reset_user(SYSTEM, karin.email, link_hours=1)
    db.close_read_session()
    assert accounts.choose_password(key, STRANGER, 12, ChoosePassword("ett alldeles nytt")).awaits_code

    key = accounts.reset_user(SYSTEM, karin.email, link_hours=1, second_factor_too=True)
    db.close_read_session()
    assert not accounts.choose_password(key, STRANGER, 12, ChoosePassword("ett alldeles nytt")).awaits_code


def test_beginning_to_set_it_up_changes_nothing_yet(karin):
    accounts.start_totp(queries.actor_of(karin.id), SEALER)

    assert not sign_in().awaits_code


# --- The account is its owner's ----------------------------------------------------------------------------------

NEW = "ett alldeles nytt lösenord"


def change(karin, session_id, current=PASSWORD, password=NEW, visitor=OWN):
    db.close_read_session()
    who = queries.actor_of(karin.id)
    accounts.change_password(who, session_id, visitor, LIMITS, ChangePassword(current, password))
    db.close_read_session()


def test_a_person_changes_the_password_and_is_signed_out_everywhere_else(karin):
    here, elsewhere = sign_in(), sign_in()
    link = accounts.reset_user(SYSTEM, karin.email, link_hours=1)
    here = sign_in()

    change(karin, live(here.key).session_id)

    assert live(here.key)
    assert live(elsewhere.key) is None
    assert queries.link(link) is None, "a link that somebody has asked for ends too"
    assert sign_in(password=NEW).key
    with pytest.raises(RuleViolation, match="stämmer inte"):
        sign_in()
    assert events_of(karin)[-1] == "user.password_chosen"


def test_the_password_is_changed_by_whoever_knows_it(karin):
    session_id = live(sign_in().key).session_id
    for _ in range(3):
        with pytest.raises(RuleViolation, match="stämmer inte") as refusal:
            change(karin, session_id, current="fel lösenord här")
        assert refusal.value.field == "current"
    with pytest.raises(TooManyAttempts):
        change(karin, session_id)


@pytest.mark.parametrize("password", ["fjorton tecken", "passwordpassword", "Karin@example.se"])
def test_the_new_password_follows_the_rule(karin, password):
    session_id = live(sign_in().key).session_id
    with pytest.raises(RuleViolation) as refusal:
        change(karin, session_id, password=password)
    assert refusal.value.field == "password"
    assert sign_in().key


def test_beside_an_engangskod_a_shorter_password_is_enough_and_stays_enough(with_totp):
    karin, secret, opened = with_totp
    change(karin, live(opened.key).session_id, password="häst batteri")

    with pytest.raises(RuleViolation, match="Byt lösenord först"):
        accounts.disable_totp(
            queries.actor_of(karin.id), OWN, LIMITS, SEALER, ConfirmCode(next_code(secret), "häst batteri")
        )


def test_turning_the_engangskod_on_and_off_takes_the_password(karin):
    opened = sign_in()
    who = queries.actor_of(karin.id)
    accounts.start_totp(who, SEALER)
    secret = secret_of(karin)
    session_id = live(opened.key).session_id
    with pytest.raises(RuleViolation, match="Lösenordet stämmer inte") as refusal:
        accounts.enable_totp(
            who, session_id, OWN, LIMITS, SEALER, ConfirmCode(pyotp.TOTP(secret).now(), "fel lösenord här")
        )
    assert refusal.value.field == "password"
    accounts.enable_totp(who, session_id, OWN, LIMITS, SEALER, ConfirmCode(pyotp.TOTP(secret).now(), PASSWORD))
    db.close_read_session()

    with pytest.raises(RuleViolation, match="Lösenordet stämmer inte"):
        accounts.disable_totp(who, OWN, LIMITS, SEALER, ConfirmCode(next_code(secret), "fel lösenord här"))
    assert sign_in().awaits_code


def test_a_person_sees_sign_ins_and_ends_them(karin):
    mine = live(sign_in(visitor=Visitor("192.0.2.1", browser="Firefox, Linux")).key).session_id
    other = sign_in(visitor=Visitor("192.0.2.1", browser="Safari, iPhone"))
    other_id = live(other.key).session_id
    who = queries.actor_of(karin.id)

    def seen():
        return [(one.browser, one.status[2]) for one in queries.own(who, mine, idle_minutes=60).sessions]

    assert seen() == [("Safari, iPhone", "Inloggad"), ("Firefox, Linux", "Den här webbläsaren")]
    accounts.end_session(who, other_id)
    assert live(other.key) is None
    assert seen() == [("Safari, iPhone", "Avslutad"), ("Firefox, Linux", "Den här webbläsaren")]


def test_nobody_ends_anothers_session(karin):
    opened = sign_in()
    stranger = queries.actor_of(UserFactory().id)
    with pytest.raises(NotVisible):
        accounts.end_session(stranger, live(opened.key).session_id)
    accounts.end_other_sessions(stranger, 0)
    assert live(opened.key)


def test_all_other_sessions_end_at_once(karin):
    opened = [sign_in() for _ in range(3)]
    accounts.end_other_sessions(queries.actor_of(karin.id), live(opened[1].key).session_id)
    assert [live(each.key) is not None for each in opened] == [False, True, False]


def test_a_sign_in_without_its_code_is_told_as_such_and_one_with_it_once(with_totp):
    karin, secret, opened = with_totp
    mine = live(opened.key).session_id
    waiting = sign_in()
    accounts.enter_code(waiting.key, STRANGER, LIMITS, SEALER, 12, EnterCode(next_code(secret)))
    sign_in()
    db.close_read_session()

    said = [one.status[2] for one in queries.own(queries.actor_of(karin.id), mine, idle_minutes=60).sessions]
    assert said == ["Engångskoden skrevs inte", "Inloggad", "Den här webbläsaren"]


def test_a_reset_ends_every_session(karin):
    opened = sign_in()
    accounts.reset_user(SYSTEM, karin.email, link_hours=1)
    assert live(opened.key) is None
    assert sign_in().key, "the password holds until the link is used"


def test_a_reset_of_the_engangskod_takes_the_password_too(with_totp):
    karin, _, _ = with_totp
    accounts.reset_user(SYSTEM, karin.email, link_hours=1, second_factor_too=True)
    with pytest.raises(RuleViolation, match="stämmer inte"):
        sign_in()


def test_a_closed_account_has_no_session_no_link_and_no_mandate(database):
    region = OrganisationFactory()
    olle = person(Role.OMBUD, region)
    link = accounts.reset_user(SYSTEM, olle.email, link_hours=1)
    key = accounts.open_session(olle.id, hours=1)

    accounts.close_user(SYSTEM, olle.email)

    assert live(key) is None
    assert queries.link(link) is None
    assert committed().get_one(User, olle.id).mandates[0].ended_at is not None
    assert events_of(olle)[-1] == "user.closed"
    assert events_of(committed().get_one(User, olle.id).mandates[0]) == ["mandate.ended"]
    with pytest.raises(RuleViolation, match="inget konto"):
        accounts.close_user(SYSTEM, olle.email)


def test_whoever_comes_back_after_a_closed_account_gets_another(karin):
    accounts.close_user(SYSTEM, karin.email)
    link = accounts.create_user(SYSTEM, CreateUser("Karin Exempel", "karin@example.se"), link_hours=1)
    db.close_read_session()

    assert accounts.choose_password(link, STRANGER, 12, ChoosePassword(NEW)).email == "karin@example.se"
    closed = committed().get_one(User, karin.id)
    assert "karin" not in closed.email
    assert closed.closed_at is not None


def test_the_administrator_closes_another_account_and_not_the_own(database):
    authority = OrganisationFactory(kind=OrganisationKind.AUTHORITY)
    admin, other = person(Role.ADMINISTRATOR, authority), person(Role.HANDLAGGARE, authority)
    with pytest.raises(NoRight):
        accounts.close_account(queries.actor_of(other.id), admin.id)
    with pytest.raises(RuleViolation, match="ditt eget konto"):
        accounts.close_account(queries.actor_of(admin.id), admin.id)
    accounts.close_account(queries.actor_of(admin.id), other.id)
    with pytest.raises(NotVisible):
        accounts.close_account(queries.actor_of(admin.id), other.id)


# --- The security log --------------------------------------------------------------------------------------------


@pytest.fixture
def security():
    """The lines of the security log, as objects."""
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(json.loads(record.getMessage()))
    logs.SECURITY.addHandler(handler)
    level = logs.SECURITY.level
    logs.SECURITY.setLevel(logging.INFO)
    yield lines
    logs.SECURITY.removeHandler(handler)
    logs.SECURITY.setLevel(level)


def events(lines):
    return [(line["event"], line.get("step"), line.get("user", line.get("id"))) for line in lines]


def test_all_that_concerns_who_comes_in_is_a_line_without_secrets(karin, security):
    region = OrganisationFactory(name="Region Skåne")
    with pytest.raises(RuleViolation):
        sign_in("hemligt ord som skrevs i fel ruta@example.se", "fel lösenord här")
    for _ in range(3):
        with pytest.raises(RuleViolation):
            sign_in(password="fel lösenord här")
    with pytest.raises(TooManyAttempts):
        sign_in()
    opened = sign_in(visitor=OWN)
    accounts.close_session(opened.key)
    link = accounts.reset_user(SYSTEM, karin.email, link_hours=1)
    db.close_read_session()
    opened = accounts.choose_password(link, STRANGER, 12, ChoosePassword(NEW))
    with pytest.raises(RuleViolation):
        accounts.choose_password("hemlig länk", STRANGER, 12, ChoosePassword(NEW))
    accounts.grant_mandate(SYSTEM, GrantMandate(karin.email, region.name, Role.OMBUD, date(2020, 1, 1)))
    who = queries.actor_of(karin.id)
    accounts.start_totp(who, SEALER)
    secret = secret_of(karin)
    code = pyotp.TOTP(secret).now()
    accounts.enable_totp(who, live(opened.key).session_id, OWN, LIMITS, SEALER, ConfirmCode(code, NEW))
    db.close_read_session()
    waiting = sign_in(password=NEW, visitor=OWN)
    with pytest.raises(RuleViolation):
        accounts.enter_code(waiting.key, OWN, LIMITS, SEALER, 12, EnterCode("000000"))
    accounts.close_user(SYSTEM, karin.email)

    assert events(security) == [
        ("sign_in_failed", "password", None),
        *[("sign_in_failed", "password", karin.id)] * 3,
        ("sign_in_paused", "account", karin.id),
        ("signed_in", None, karin.id),
        ("signed_out", None, karin.id),
        ("user.reset", None, karin.id),
        ("user.password_chosen", None, karin.id),
        ("signed_in", "link", karin.id),
        ("sign_in_failed", "link", None),
        ("mandate.granted", None, karin.id),
        ("user.totp_enabled", None, karin.id),
        ("password_accepted", None, karin.id),
        ("sign_in_failed", "code", karin.id),
        ("user.closed", None, karin.id),
        ("mandate.ended", None, karin.id),
    ]
    written = json.dumps(security, ensure_ascii=False)
    for unsaid in (
        PASSWORD,
        NEW,
        "fel lösenord",
        "hemlig",
        link,
        opened.key,
        secret,
        code,
        "000000",
        karin.email,
        "Karin",
    ):
        assert unsaid not in written
    assert {line["address"] for line in security if "address" in line} == {"192.0.2.1"}


def test_what_was_not_carried_out_is_no_line(karin, security):
    with pytest.raises(RuleViolation):
        accounts.grant_mandate(SYSTEM, GrantMandate(karin.email, "finns inte", Role.OMBUD, date(2020, 1, 1)))
    assert security == []


# --- Sealed secrets ----------------------------------------------------------------------------------------------


@pytest.fixture
def own_keys(tmp_path):
    """Keys of this test's own."""
    keyring = Keyring(tmp_path / "keys")
    keyring.make()
    return Sealer(keyring)


def stored(user):
    return committed().get_one(User, user.id).totp_secret


def put(user, secret):
    """Somebody who writes in the database."""
    with db.writing_session() as session, session.begin():
        session.get_one(User, user.id).totp_secret = secret


def test_a_secret_is_not_in_the_database_as_it_is(with_totp):
    karin, secret, _ = with_totp
    assert secret not in stored(karin)
    assert SEALER.is_sealed(stored(karin))


def test_a_secret_holds_for_its_own_person_only(with_totp):
    karin, secret, _ = with_totp
    other = UserFactory(email="olle@example.se", password_hash=rules.hashed(PASSWORD), totp_enabled_at=clock.real_now())
    for planted in (stored(karin), secret, "gAAAAA"):
        put(other, planted)
        waiting = sign_in("olle@example.se", limits=Limits(99, 99, 15))
        with pytest.raises(RuleViolation, match="går inte att kontrollera"):
            accounts.enter_code(waiting.key, STRANGER, LIMITS, SEALER, 12, EnterCode(next_code(secret)))


def test_a_new_key_seals_anew_and_the_old_one_is_needed_no_more(karin, own_keys):
    put(karin, own_keys.seal(karin.id, "JBSWY3DPEHPK3PXP"))
    own_keys.keyring.add(SECRETS)
    assert own_keys.open(karin.id, stored(karin)) == "JBSWY3DPEHPK3PXP"
    before = stored(karin)
    db.close_read_session()

    assert accounts.seal_secrets(own_keys) == 1
    (own_keys.keyring.folder / "secrets.1.key").unlink()

    assert stored(karin) != before
    assert own_keys.open(karin.id, stored(karin)) == "JBSWY3DPEHPK3PXP"


def test_what_an_older_portal_has_stored_is_sealed_once_for_all(karin, own_keys):
    UserFactory()
    put(karin, "JBSWY3DPEHPK3PXP")
    db.close_read_session()

    assert accounts.seal_secrets(own_keys) == 1
    db.close_read_session()
    assert accounts.seal_secrets(own_keys) == 1

    assert own_keys.open(karin.id, stored(karin)) == "JBSWY3DPEHPK3PXP"


def test_without_its_key_nothing_is_sealed_anew(karin, own_keys):
    other = UserFactory()
    put(karin, "JBSWY3DPEHPK3PXP")
    put(other, SEALER.seal(other.id, "JBSWY3DPEHPK3PXP"))
    db.close_read_session()

    with pytest.raises(SealBroken):
        accounts.seal_secrets(own_keys)

    assert stored(karin) == "JBSWY3DPEHPK3PXP"
