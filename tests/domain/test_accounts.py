"""Passwords, engångskoder, attempts and mandates."""

from datetime import UTC, date, datetime, timedelta

import pyotp
import pytest
from argon2 import PasswordHasher

from grantportal.domain import accounts
from grantportal.domain.accounts import (
    LONGEST_PASSWORD,
    PAUSE,
    SHORTEST_BESIDE_CODE,
    Limits,
    Visitor,
    browser_text,
    counted_under,
    email_address,
    ensure_let_in,
    ensure_long_enough_alone,
    ensure_password,
    ensure_period,
    ensure_role_fits,
    hashed,
    is_right_password,
    mandate_status,
    network_of,
    opens_pause,
    step_of_code,
)
from grantportal.domain.actors import APPLICANT_ROLES, Role
from grantportal.domain.errors import RuleViolation, TooManyAttempts
from grantportal.domain.organisations import OrganisationKind

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


KARIN = {"name": "Karin Exempelsson-Åberg", "email": "karin.exempel@example.se"}


@pytest.mark.parametrize(("with_code", "least"), [(False, 15), (True, 12)])
def test_a_password_is_long_enough_whatever_it_is_made_of(with_code, least):
    long = "hästarna batterierna"
    ensure_password(long[:least], **KARIN, with_code=with_code)
    with pytest.raises(RuleViolation, match=f"minst {least} tecken") as refusal:
        ensure_password(long[: least - 1], **KARIN, with_code=with_code)
    assert refusal.value.field == "password"


@pytest.mark.parametrize("length", [64, 65, LONGEST_PASSWORD])
def test_a_whole_sentence_is_a_password(length):
    ensure_password(("en hel mening " * 20)[:length], **KARIN, with_code=False)


@pytest.mark.parametrize(
    "password",
    [
        "Passwordpassword",
        "1QAZ2WSX3EDC4RFV",
        "Lösenordlösenord",
        "aaaaaaaaaaaaaaa",
        "Karin.Exempel@example.se",
        "Karin Exempelsson-Åberg",
        "karinexempelsson-åberg",
        "x" * 201,
    ],
)
def test_a_common_or_own_password_is_refused_beside_the_field(password):
    with pytest.raises(RuleViolation) as refusal:
        ensure_password(password, **KARIN, with_code=True)
    assert refusal.value.field == "password"


def test_the_list_of_common_passwords_holds_what_a_long_enough_one_is_compared_with():
    common = accounts._common()
    assert len(common) > 400
    assert all(len(each) >= SHORTEST_BESIDE_CODE and each == accounts._normal(each).casefold() for each in common)


def test_a_password_that_was_enough_beside_a_code_is_not_enough_alone():
    ensure_long_enough_alone("hästar batteri!")
    with pytest.raises(RuleViolation, match="Byt lösenord först"):
        ensure_long_enough_alone("häst batteri")


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Windows"),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0 Safari/537.36",
            "Chrome, Linux",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/143.0 Safari/537.36 Edg/143.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("<script>", "Okänd webbläsare"),
        ("", "Okänd webbläsare"),
    ],
)
def test_a_browser_is_told_in_words_of_our_own(said, text):
    assert browser_text(said) == text


def test_a_password_is_the_same_from_every_keyboard():
    stored = hashed("l\u00e5ngt l\u00f6senord")

    assert is_right_password("la\u030angt lo\u0308senord", stored)
    assert not is_right_password("langt losenord", stored)


def test_nobodys_password_is_checked_with_the_settings_of_everybodys():
    """Otherwise an unknown address would be answered in another time."""
    assert not accounts._HASHER.check_needs_rehash(accounts._NOBODYS)
    assert PasswordHasher().check_needs_rehash(hashed("x" * 12)) is False


def test_without_an_account_no_password_is_right():
    assert not is_right_password("", None)
    assert not is_right_password("någonting alls", None)


@pytest.mark.parametrize("offset", [-30, 0, 30])
def test_a_code_is_taken_half_a_minute_early_or_late(offset):
    code = pyotp.TOTP(SECRET).at(NOON + timedelta(seconds=offset))

    assert step_of_code(SECRET, f" {code[:3]} {code[3:]} ", NOON) == (int(NOON.timestamp()) + offset) // 30


@pytest.mark.parametrize("offset", [-60, 60])
def test_a_code_is_not_taken_a_minute_early_or_late(offset):
    assert step_of_code(SECRET, pyotp.TOTP(SECRET).at(NOON + timedelta(seconds=offset)), NOON) is None


def test_no_code_is_no_code():
    assert step_of_code(SECRET, "", NOON) is None
    code = pyotp.TOTP(SECRET).at(NOON)
    assert step_of_code(SECRET, f"{code[:3]}\t{code[3:]}", NOON) is None, "two cells are no code"
    assert step_of_code(SECRET, "٣٣٣٣٣٣", NOON) is None


def test_the_last_free_attempt_is_let_in_and_the_next_waits_for_the_pause():
    assert not opens_pause(9, most=10)
    assert opens_pause(10, most=10)
    ensure_let_in(10, most=10, in_pause=7, left=PAUSE)
    ensure_let_in(11, most=10, in_pause=1, left=PAUSE)
    with pytest.raises(TooManyAttempts, match="Försök igen om 60 sekunder"):
        ensure_let_in(11, most=10, in_pause=2, left=PAUSE)


@pytest.mark.parametrize(("left", "seconds"), [(-5, 1), (0, 1), (0.2, 1), (1.1, 2), (59.9, 60), (500, 60)])
def test_the_wait_is_between_a_second_and_a_minute(left, seconds):
    with pytest.raises(TooManyAttempts) as refusal:
        ensure_let_in(99, most=10, in_pause=2, left=timedelta(seconds=left))
    assert refusal.value.seconds == seconds


def test_a_known_device_is_counted_by_itself_and_strangers_together():
    limits = Limits(per_account=10, per_address=100, minutes=15)
    stranger = counted_under("account", "a@example.se", "a@example.se", Visitor("192.0.2.7"), limits)
    known = counted_under("account", "a@example.se", "a@example.se", Visitor("192.0.2.7", lambda _: "mine"), limits)

    assert stranger == [("account:a@example.se", 10), ("address:192.0.2.7", 100)]
    assert known == [("account:a@example.se device:mine", 10)]


def test_attempts_are_counted_by_subscriber():
    assert network_of("192.0.2.7") == "192.0.2.7"
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::1") == "2001:db8:1:2::/64"
    assert network_of("::ffff:192.0.2.7") == "192.0.2.7"
    assert network_of("") == ""


@pytest.mark.parametrize("typed", ["Karin.Exempel@Example.SE ", " karin.exempel@example.se"])
def test_an_address_is_stored_in_one_way(typed):
    assert email_address(typed) == "karin.exempel@example.se"


@pytest.mark.parametrize(
    "typed", ["", "karin", "@example.se", "karin@", "karin@se", "k arin@example.se", "a" * 250 + "@b.se"]
)
def test_what_is_no_address_is_asked_again(typed):
    with pytest.raises(RuleViolation, match="Skriv en e-postadress"):
        email_address(typed)


@pytest.mark.parametrize("role", Role)
def test_a_role_belongs_to_one_side(role):
    """An ombud at the authority would read drafts; a handläggare at a region would decide."""
    fits = []
    for kind in OrganisationKind:
        try:
            ensure_role_fits(role, kind)
        except RuleViolation:
            continue
        fits.append(kind)
    assert fits
    assert not {OrganisationKind.REGION, OrganisationKind.AUTHORITY} <= set(fits)
    assert (OrganisationKind.REGION in fits) == (role in APPLICANT_ROLES)


def test_a_mandate_may_be_for_one_day_but_not_end_before_it_begins():
    ensure_period(date(2020, 1, 1), date(2020, 1, 1))
    ensure_period(date(2020, 1, 1), None)
    with pytest.raises(RuleViolation) as refusal:
        ensure_period(date(2020, 1, 2), date(2020, 1, 1))
    assert refusal.value.field == "valid_to"


@pytest.mark.parametrize(
    ("day", "word"),
    [
        (date(2019, 12, 31), "Gäller inte än"),
        (date(2020, 1, 1), "Gäller"),
        (date(2020, 6, 30), "Gäller"),
        (date(2020, 7, 1), "Har upphört"),
    ],
)
def test_a_mandate_holds_on_its_first_and_its_last_day(day, word):
    assert mandate_status(date(2020, 1, 1), date(2020, 6, 30), day)[2] == word


def test_what_is_longer_than_any_password_is_not_even_read():
    long = "aå" * LONGEST_PASSWORD
    with pytest.raises(RuleViolation, match="högst 200 tecken"):
        ensure_password(" " * 900, **KARIN, with_code=False)
    with pytest.raises(RuleViolation, match="högst 200 tecken"):
        ensure_password(long, **KARIN, with_code=False)
    whole = long[:LONGEST_PASSWORD]
    assert is_right_password(whole, hashed(whole))
    assert not is_right_password(whole + "x" * 10_000, hashed(whole))


def test_an_address_is_no_longer_for_the_space_around_it():
    assert email_address(" " * 700 + "a@example.se") == "a@example.se"
    with pytest.raises(RuleViolation, match=r"namn@example\.se"):
        email_address(" " * 1_100 + "a@example.se")
