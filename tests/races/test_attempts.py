"""Attempts that come at the same moment are all counted, and one link or code is used by one only."""

from datetime import timedelta

from argon2 import PasswordHasher
from sqlalchemy import delete, select, update

from grantportal import db
from grantportal.domain import accounts as rules
from grantportal.domain import clock
from grantportal.domain.accounts import ChoosePassword, EnterCode, Limits, SignIn, Visitor
from grantportal.keyring import Keyring
from grantportal.models.accounts import OneTimeLink, SignInAttempt, SignInSession, User
from grantportal.queries.accounts import key_hash
from grantportal.sealing import Sealer
from grantportal.services import accounts
from tests.support import run
from tests.support.factories import UserFactory
from tests.support.races import ROUNDS, racers
from tests.support.rows import committed

RACERS, MOST = 8, 3
FEW_ROUNDS = ROUNDS // 10 or 1
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def sealer() -> Sealer:
    """The same keys in each process."""
    return Sealer(Keyring(run.folder() / "raced"))


def with_code() -> User:
    """A person who uses engångskod."""
    sealer().keyring.make()
    user = UserFactory(totp_enabled_at=clock.real_now())
    with db.writing_session() as session, session.begin():
        session.get_one(User, user.id).totp_secret = sealer().seal(user.id, SECRET)
    return user


def quick() -> None:
    """Hash in no time, in each process: what is raced for is the counter."""
    rules._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    rules._NOBODYS = rules._HASHER.hash("nobody")


def try_to_sign_in(email: str, password: str) -> str:
    return accounts.sign_in(Visitor("192.0.2.1"), Limits(MOST, 1_000, 15), 12, SignIn(email, password)).key


def test_no_attempt_is_lost(database):
    """Eight at once under a limit of three: exactly three are looked at, and all eight are counted."""
    with racers(database.url, try_to_sign_in, RACERS, prepare=quick) as line:
        for _ in range(ROUNDS):
            with db.writing_session() as session, session.begin():
                session.execute(delete(SignInAttempt))
            finishes = line.race(*[("karin@example.se", "fel lösenord här")] * RACERS)

            assert sorted(finish.text.partition(".")[0] for finish in finishes) == sorted(
                ["Det har gjorts för många försök"] * (RACERS - MOST)
                + ["E-postadressen eller lösenordet stämmer inte"] * MOST
            )
            assert counted() == {
                "account:karin@example.se": RACERS,
                "address:192.0.2.1": RACERS,
                # The last free one opens the pause, in which all after it are.
                "pause account:karin@example.se": RACERS - MOST + 1,
            }


def counted():
    """How many attempts have been made, by what they were counted under."""
    names = [f"{pause}{key}" for pause in ("", "pause ") for key in ("account:karin@example.se", "address:192.0.2.1")]
    rows = committed().execute(select(SignInAttempt.key_sha256, SignInAttempt.attempts))
    return {{key_hash(name): name for name in names}[hashed]: attempts for hashed, attempts in rows}


def test_when_the_pause_is_over_one_is_let_in(database):
    """Eight at once, all over the limit, as a pause ends: one of them is looked at."""
    with racers(database.url, try_to_sign_in, RACERS, prepare=quick) as line:
        attempts = [("karin@example.se", "fel lösenord här")] * RACERS
        line.race(*attempts)
        for _ in range(FEW_ROUNDS):
            with db.writing_session() as session, session.begin():
                over = {"window_started_at": clock.real_now() - timedelta(seconds=60)}
                session.execute(
                    update(SignInAttempt)
                    .where(SignInAttempt.key_sha256 == key_hash("pause account:karin@example.se"))
                    .values(over)
                )
            finishes = line.race(*attempts)

            assert sorted(finish.refusal for finish in finishes) == ["RuleViolation"] + ["TooManyAttempts"] * (
                RACERS - 1
            )


def guess_code(key: str, code: str) -> str:
    return accounts.enter_code(key, Visitor("192.0.2.1"), Limits(MOST, 1_000, 15), sealer(), 12, EnterCode(code)).key


def test_no_guessed_code_is_lost(database):
    user = with_code()
    keys = [accounts.open_session(user.id, hours=1) for _ in range(RACERS)]
    with racers(database.url, guess_code, RACERS) as line:
        for _ in range(FEW_ROUNDS):
            with db.writing_session() as session, session.begin():
                session.execute(delete(SignInAttempt))
            finishes = line.race(*[(key, "000000") for key in keys])

            refusals = sorted(finish.refusal for finish in finishes)
            assert refusals == ["RuleViolation"] * MOST + ["TooManyAttempts"] * (RACERS - MOST)


def use_link(password: str) -> str:
    return accounts.choose_password("the key", Visitor("192.0.2.1"), 12, ChoosePassword(password)).key


def test_a_link_is_used_by_one(database):
    user = UserFactory()
    now = clock.real_now()
    with racers(database.url, use_link, 4, prepare=quick) as line:
        for number in range(ROUNDS):
            with db.writing_session() as session, session.begin():
                session.execute(delete(OneTimeLink))
                session.add(
                    OneTimeLink(
                        key_sha256=key_hash("the key"), user_id=user.id, created_at=now, ends_at=now + timedelta(days=1)
                    )
                )
            finishes = line.race(*[(f"ett lösenord nummer {number} {each}",) for each in range(4)])

            assert [finish.was_done for finish in finishes].count(True) == 1
            assert {finish.refusal for finish in finishes} == {None, "RuleViolation"}


def use_code(key: str, code: str) -> str:
    return accounts.enter_code(key, Visitor("192.0.2.1"), Limits(1_000, 1_000, 15), sealer(), 12, EnterCode(code)).key


def test_a_code_is_used_by_one(database):
    user = with_code()
    with racers(database.url, use_code, 4) as line:
        for _ in range(ROUNDS):
            with db.writing_session() as session, session.begin():
                session.execute(delete(SignInSession))
                session.execute(update(User).values(totp_last_step=0))
            keys = [accounts.open_session(user.id, hours=1) for _ in range(4)]
            code = rules.pyotp.TOTP(SECRET).now()
            finishes = line.race(*[(key, code) for key in keys])

            assert [finish.was_done for finish in finishes].count(True) == 1
            assert {finish.refusal for finish in finishes} == {None, "RuleViolation"}
