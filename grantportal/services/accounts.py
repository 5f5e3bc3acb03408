"""Accounts: people and mandates, one-time links, signing in and out, engångskoder."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, update
from sqlalchemy.orm import Session

from grantportal import logs, policy
from grantportal.domain import clock, personal_numbers
from grantportal.domain.accounts import (
    CODE_MINUTES,
    INVITATION_ENDED,
    LINK_ENDED,
    SEAL_BROKEN,
    WRONG,
    WRONG_CODE,
    WRONG_PASSWORD,
    ChangePassword,
    ChoosePassword,
    ConfirmCode,
    CreateUser,
    EndMandate,
    EnterCode,
    GrantMandate,
    Limits,
    SignIn,
    Visitor,
    closed_address,
    counted_under,
    email_address,
    ensure_long_enough_alone,
    ensure_password,
    ensure_period,
    ensure_role_fits,
    hashed,
    is_right_password,
    needs_new_hash,
    network_of,
    new_secret,
    step_of_code,
)
from grantportal.domain.actors import ANONYMOUS, SYSTEM, Actor
from grantportal.domain.errors import NotVisible, RuleViolation, TooManyAttempts
from grantportal.domain.events import EventKind
from grantportal.effects import attempts, mandates, notices
from grantportal.models.accounts import MandateRow, OneTimeLink, SignInSession, User
from grantportal.models.organisations import Organisation
from grantportal.policy import Permission
from grantportal.queries import accounts, organisations
from grantportal.queries.accounts import key_hash
from grantportal.sealing import SealBroken, Sealer
from grantportal.transaction import Bookkeeping, bookkeeping, marking, transaction

SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class Opened:
    """A session that was opened: its key (known here this one time), and whether an engångskod is still to come."""

    key: str
    awaits_code: bool
    email: str = ""
    """Whose browser this is known as from now on; empty where no password was given, or the engångskod is still to come."""


# --- People and mandates -----------------------------------------------------------------------------------------


def create_user(actor: Actor, command: CreateUser, *, link_hours: int) -> str:
    """A new person. Answers the key of the one-time link with which the person chooses a password."""
    email = email_address(command.email)
    personal_numbers.ensure_none({"name": command.name, "email": email}, personal_numbers.IN_NAME)
    with transaction(actor, EventKind.USER_CREATED) as act:
        _ensure_administers(act.actor)
        user = User(name=command.name, email=email, is_example=command.is_example, created_at=clock.now())
        act.session.add(user)
        act.session.flush()
        act.about(user, name=user.name)
        return _new_link(act.session, user, link_hours)


def grant_mandate(actor: Actor, command: GrantMandate) -> None:
    """Give a person a role in an organisation, from a day and perhaps to a day."""
    ensure_period(command.valid_from, command.valid_to)
    with transaction(actor, EventKind.MANDATE_GRANTED) as act:
        _ensure_administers(act.actor)
        user, organisation = _named(command)
        ensure_role_fits(command.role, organisation.kind)
        mandate = MandateRow(
            user_id=user.id,
            organisation_id=organisation.id,
            role=command.role,
            valid_from=command.valid_from,
            valid_to=command.valid_to,
        )
        act.session.add(mandate)
        act.session.flush()
        act.about(mandate, person=user.name, role=command.role.value, organisation=organisation.name)


def end_mandate(actor: Actor, command: EndMandate) -> None:
    """Take back a person's role in an organisation: it ends now, also where the person is signed in."""
    with transaction(actor, EventKind.MANDATE_ENDED) as act:
        _ensure_administers(act.actor)
        user, organisation = _named(command)
        held = accounts.held(user.id, organisation.id, command.role)
        if not held:
            raise RuleViolation(f"{user.name} är inte {command.role.text} i {organisation.name}.", field="role")
        for mandate in held:
            mandate.ended_at = clock.now()
        act.about(held[0], person=user.name, role=command.role.value, organisation=organisation.name)


def _named(command: GrantMandate | EndMandate) -> tuple[User, Organisation]:
    user = accounts.by_email(email_address(command.email))
    if user is None:
        raise RuleViolation("Det finns inget konto med den e-postadressen.", field="email")
    organisation = organisations.by_number_or_name(command.organisation)
    if organisation is None:
        raise RuleViolation("Det finns ingen organisation med det numret eller namnet.", field="organisation")
    return user, organisation


def reset_user(actor: Actor, email: str, *, link_hours: int, second_factor_too: bool = False) -> str:
    """A new one-time link for a person who cannot sign in. Every session ends; the old password holds until the link is used.

    With `second_factor_too`, for somebody who has lost the app with engångskoder, that is turned off at once, and the
    password that was enough beside it is no more.
    """
    address = email_address(email)
    with transaction(actor, EventKind.USER_RESET) as act:
        _ensure_administers(act.actor)
        found = accounts.by_email(address)
        if found is None:
            raise RuleViolation("Det finns inget konto med den e-postadressen.", field="email")
        user = accounts.user(found.id)
        act.about(user, name=user.name)
        _end_sessions(act.session, user.id)
        if second_factor_too and user.totp_enabled_at is not None:
            user.totp_secret = user.totp_enabled_at = user.password_hash = None
            act.also(EventKind.USER_TOTP_DISABLED, user, name=user.name)
        return _new_link(act.session, user, link_hours)


def close_user(actor: Actor, email: str) -> None:
    """Close a person's account: its sessions, links and behörigheter end at once. What the person has done stays in the history."""
    found = accounts.by_email(email_address(email))
    if found is None:
        raise RuleViolation("Det finns inget konto med den e-postadressen.", field="email")
    close_account(actor, found.id)


def close_account(actor: Actor, user_id: int) -> None:
    """The same for a person whose number is known. Nobody closes the own account: somebody else is to know of it."""
    with transaction(actor, EventKind.USER_CLOSED) as act:
        _ensure_administers(act.actor)
        found = accounts.open_account(user_id)
        if found is None:
            raise NotVisible
        if user_id == actor.user_id:
            raise RuleViolation("Du kan inte avsluta ditt eget konto. Be en annan administratör.")
        held = accounts.all_held(found.id)
        user = accounts.user(found.id)
        user.closed_at = clock.now()
        # The address is free again: whoever comes back gets another account.
        user.email = closed_address(user.id)
        _end_sessions(act.session, user.id)
        _end_links(act.session, user.id)
        act.about(user, name=user.name)
        for mandate in held:
            mandate.ended_at = clock.now()
            organisation = mandate.organisation.name
            act.also(
                EventKind.MANDATE_ENDED, mandate, person=user.name, role=mandate.role.value, organisation=organisation
            )


def _ensure_administers(actor: Actor) -> None:
    # Whoever can run commands on the machine has the database already: the command line needs no further right.
    if actor is not SYSTEM:
        policy.require(actor, Permission.USERS_AND_SETTINGS)


def _new_link(session: Session, user: User, hours: int) -> str:
    key = secrets.token_urlsafe(32)
    _keep(session, user, key, hours)
    return key


def _end_links(session: Session, user_id: int) -> None:
    session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.user_id == user_id, OneTimeLink.used_at.is_(None))
        .values(used_at=clock.real_now())
    )


def _keep(session: Session, user: User, key: str, hours: int) -> None:
    now = clock.real_now()
    _end_links(session, user.id)
    session.add(
        OneTimeLink(key_sha256=key_hash(key), user_id=user.id, created_at=now, ends_at=now + timedelta(hours=hours))
    )


def keep_link(user_id: int, key: str, hours: int) -> None:
    """Let the key that goes out by mail open the account once. Kept already, it holds as long as it did."""
    with bookkeeping(Bookkeeping.OUTBOX) as (session, _):
        user = accounts.user(user_id)
        if accounts.is_known_link(key):
            return
        _keep(session, user, key, hours)


def choose_password(key: str, visitor: Visitor, session_hours: int, command: ChoosePassword) -> Opened:
    """The person chooses a password by the one-time link, which is then used up, and is signed in; every other session ends.

    A link cannot be guessed, so no wrong ones are counted: nobody can keep its owner from using it.
    """
    link = accounts.link(key)
    if link is None:
        tell_wrong_link(visitor)
        raise RuleViolation(LINK_ENDED)
    _ensure_password(link.user, command.password)
    stored = hashed(command.password)  # takes a while: before the lock
    with transaction(Actor(link.user_id), EventKind.USER_PASSWORD_CHOSEN) as act:
        user = accounts.user(link.user_id)
        held = accounts.link(key, lock=True)
        if held is None:
            raise RuleViolation(LINK_ENDED)
        held.used_at = clock.real_now()
        _ensure_password(user, command.password)
        is_first, user.password_hash = user.password_hash is None, stored
        _end_sessions(act.session, user.id)
        act.about(user, name=user.name)
        opened = _open(act.session, user, session_hours, visitor, is_expected=is_first)
    _tell(PASSWORD_ACCEPTED if opened.awaits_code else SIGNED_IN, user, visitor, step="link")
    return opened


def accept_invitation(invitation_id: int, visitor: Visitor, session_hours: int, command: ChoosePassword) -> Opened:
    """Somebody without an account says yes to an invitation, whose link has shown that the address is the person's own:
    chooses a password, has the account and the behörighet, and is signed in."""
    asked = accounts.invited(invitation_id)
    if asked is None:
        raise RuleViolation(INVITATION_ENDED)
    ensure_password(command.password, name=asked.name, email=asked.to, with_code=False)
    stored = hashed(command.password)  # takes a while: before the lock
    with transaction(ANONYMOUS, EventKind.MANDATE_GRANTED) as act:
        invitation, scope = mandates.waiting(invitation_id)
        known = accounts.by_email(invitation.email)
        if known is not None and known.password_hash is not None:
            raise RuleViolation("Du har redan ett konto. Logga in, och öppna länken igen.")
        user = known or User(name=invitation.name, email=invitation.email, created_at=clock.now())
        if known is None:
            act.session.add(user)
            act.session.flush()
            act.also(EventKind.USER_CREATED, user, name=user.name)
        user.password_hash = stored
        _end_links(act.session, user.id)
        act.also(EventKind.USER_PASSWORD_CHOSEN, user, name=user.name)
        mandates.take_up(act, invitation, scope, user)
        opened = _open(act.session, user, session_hours, visitor, is_expected=True)
    _tell(SIGNED_IN, user, visitor, step="invitation")
    return opened


def change_password(actor: Actor, session_id: int, visitor: Visitor, limits: Limits, command: ChangePassword) -> None:
    """The person changes the password, and knows the one before. Every other session ends, and every one-time link."""
    counted = _count_password(actor, visitor, limits)
    person = accounts.person(_person(actor))
    _ensure_own_password(person, command.current, visitor, field="current")
    _ensure_password(person, command.password)
    stored = hashed(command.password)
    with transaction(actor, EventKind.USER_PASSWORD_CHOSEN) as act:
        user = _unchanged(person, field="current")
        _ensure_password(user, command.password)
        attempts.forget(act.session, counted)
        user.password_hash = stored
        _end_sessions(act.session, user.id, but=session_id)
        _end_links(act.session, user.id)
        act.about(user, name=user.name)


def _ensure_password(user: User, password: str) -> None:
    ensure_password(password, name=user.name, email=user.email, with_code=user.totp_enabled_at is not None)


def _count_password(actor: Actor, visitor: Visitor, limits: Limits) -> list[str]:
    """Who is at the keyboard of an open session has as many attempts at the password as who signs in."""
    person = accounts.person(_person(actor))
    return _count("account", person, person.email, visitor, limits)


def _ensure_own_password(user: User, password: str, visitor: Visitor, *, field: str = "password") -> None:
    # The demonstration's persons have none, and sign in with a click.
    if user.password_hash is not None and not is_right_password(password, user.password_hash):
        _tell(FAILED, user, visitor, step="own password")
        raise RuleViolation(WRONG_PASSWORD, field=field)


def _unchanged(person: User, *, field: str = "password") -> User:
    """The person, locked, with the password that was looked at before the lock. It takes a while to check one."""
    user = accounts.user(person.id)
    if user.password_hash != person.password_hash:
        raise RuleViolation(WRONG_PASSWORD, field=field)
    return user


# --- Signing in and out ------------------------------------------------------------------------------------------


def sign_in(visitor: Visitor, limits: Limits, session_hours: int, command: SignIn) -> Opened:
    """E-mail and password open a session; whoever uses engångskod then has a few minutes to enter it.

    The attempt is counted and committed before its answer is known. Known and unknown addresses get the same answer, after
    the same work. The person is told of a sign-in with a device that the account has not been used with.
    """
    email = command.email.strip().lower()
    user = accounts.by_email(email)
    counted = _count("account", user, email, visitor, limits)
    stored = user.password_hash if user is not None else None
    if not is_right_password(command.password, stored) or user is None or stored is None:
        _tell(FAILED, user, visitor, step="password")
        raise RuleViolation(WRONG)
    renewed = hashed(command.password) if needs_new_hash(stored) else stored
    with transaction(SYSTEM, EventKind.USER_PASSWORD_REHASHED, may_be_silent=True) as act:
        row = accounts.user(user.id)
        if row.password_hash != stored or row.closed_at is not None:
            raise RuleViolation(WRONG)  # chosen anew, or closed, at the same moment
        if renewed != stored:
            row.password_hash = renewed
            act.about(row)
        attempts.forget(act.session, counted)
        opened = _open(act.session, row, session_hours, visitor)
    _tell(PASSWORD_ACCEPTED if opened.awaits_code else SIGNED_IN, user, visitor)
    return opened


def enter_code(
    key: str, visitor: Visitor, limits: Limits, sealer: Sealer, session_hours: int, command: EnterCode
) -> Opened:
    """The engångskod completes a sign-in. Each code works once, and the session gets a new key."""
    waiting = accounts.pending_session(key)
    if waiting is None:
        raise RuleViolation("Det tog för lång tid. Logga in igen.")
    counted = _count("code", waiting.user, waiting.user.email, visitor, limits)
    with bookkeeping(Bookkeeping.SESSIONS) as (session, _):
        user = accounts.user(waiting.user_id)
        _use_code(user, command.code, visitor, sealer)
        attempts.forget(session, counted)
        # The one that waited becomes the one that is open: the person sees one sign-in.
        session.execute(delete(SignInSession).where(SignInSession.id == waiting.id))
        opened = _add_session(session, user.id, timedelta(hours=session_hours), visitor.browser, second_factor=True)
        _tell_of_new_device(session, user, visitor)
    _tell(SIGNED_IN, user, visitor)
    return Opened(opened, awaits_code=False, email=user.email)


def open_session(user_id: int, *, hours: int, second_factor: bool = False, browser: str = "") -> str:
    """Open a browser session for the person and answer its key: the only time that the key itself is known here."""
    with bookkeeping(Bookkeeping.SESSIONS) as (session, _):
        return _add_session(session, user_id, timedelta(hours=hours), browser, second_factor=second_factor)


def open_example_session(visitor: Visitor, hours: int, user_id: int) -> str:
    """One click signs in as one of the demonstration's persons, and as nobody else."""
    if accounts.example(user_id) is None:
        raise NotVisible
    key = open_session(user_id, hours=hours, second_factor=True, browser=visitor.browser)
    logs.security(SIGNED_IN, user=user_id, step="demonstration")
    return key


def close_session(key: str) -> None:
    """Sign out: the key opens nothing from now on, wherever its cookie is kept."""
    with bookkeeping(Bookkeeping.SESSIONS) as (session, _):
        whose = session.scalar(
            update(SignInSession)
            .where(SignInSession.key_sha256 == key_hash(key), SignInSession.ended_at.is_(None))
            .values(ended_at=clock.real_now())
            .returning(SignInSession.user_id)
        )
    if whose is not None:
        logs.security("signed_out", user=whose)


def end_session(actor: Actor, session_id: int) -> None:
    """The person ends one of the own sessions, wherever its browser is."""
    with bookkeeping(Bookkeeping.SESSIONS) as (session, _):
        ended = session.execute(
            update(SignInSession)
            .where(SignInSession.id == session_id, SignInSession.user_id == _person(actor))
            .values(ended_at=func.coalesce(SignInSession.ended_at, clock.real_now()))
        )
        if ended.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always has a count
            raise NotVisible
    logs.security("session_ended", user=actor.user_id, session=session_id)


def end_other_sessions(actor: Actor, session_id: int) -> None:
    """The person ends all of the own sessions but the one that is used now."""
    with bookkeeping(Bookkeeping.SESSIONS) as (session, _):
        _end_sessions(session, _person(actor), but=session_id)
    logs.security("other_sessions_ended", user=actor.user_id, session=session_id)


def note_seen(session_id: int) -> None:
    """Note that the session is in use. It is no matter if the database is busy: the next request notes it."""
    with marking(Bookkeeping.SESSIONS) as session:
        session.execute(
            update(SignInSession).where(SignInSession.id == session_id).values(last_seen_at=clock.real_now())
        )


def _open(session: Session, user: User, hours: int, visitor: Visitor, *, is_expected: bool = False) -> Opened:
    if user.totp_enabled_at is not None:
        waiting = _add_session(session, user.id, timedelta(minutes=CODE_MINUTES), visitor.browser)
        return Opened(waiting, awaits_code=True)
    if not is_expected:
        _tell_of_new_device(session, user, visitor)
    key = _add_session(session, user.id, timedelta(hours=hours), visitor.browser)
    return Opened(key, awaits_code=False, email=user.email)


def _tell_of_new_device(session: Session, user: User, visitor: Visitor) -> None:
    if not visitor.device(user.email):
        notices.tell_of_new_device(session, user.id)


def _add_session(
    session: Session, user_id: int, length: timedelta, browser: str = "", *, second_factor: bool = False
) -> str:
    key = secrets.token_urlsafe(32)
    now = clock.real_now()
    session.add(
        SignInSession(
            key_sha256=key_hash(key),
            user_id=user_id,
            created_at=now,
            last_seen_at=now,
            ends_at=now + length,
            second_factor_at=now if second_factor else None,
            browser=browser,
        )
    )
    return key


def _end_sessions(session: Session, user_id: int, *, but: int | None = None) -> None:
    session.execute(
        update(SignInSession)
        .where(SignInSession.user_id == user_id, SignInSession.ended_at.is_(None), SignInSession.id != (but or 0))
        .values(ended_at=clock.real_now())
    )


# --- Engångskod --------------------------------------------------------------------------------------------------


def start_totp(actor: Actor, sealer: Sealer) -> None:
    """Make the secret that the person's app is to know. It counts for nothing until a first code has shown that the app does."""
    with bookkeeping(Bookkeeping.SESSIONS, actor):
        user = accounts.user(_person(actor))
        if user.totp_enabled_at is None:
            user.totp_secret = sealer.seal(user.id, new_secret())


def enable_totp(
    actor: Actor, session_id: int, visitor: Visitor, limits: Limits, sealer: Sealer, command: ConfirmCode
) -> None:
    """From now on the person signs in with engångskod too. It takes the password. Every other session ends."""
    counted = _count_password(actor, visitor, limits)
    person = accounts.person(_person(actor))
    _ensure_own_password(person, command.password, visitor)
    with transaction(actor, EventKind.USER_TOTP_ENABLED) as act:
        user = _unchanged(person)
        if user.totp_enabled_at is not None:
            raise RuleViolation("Inloggning med engångskod är redan påslagen.")
        _use_code(user, command.code, visitor, sealer)
        attempts.forget(act.session, counted)
        user.totp_enabled_at = clock.real_now()
        act.session.execute(
            update(SignInSession).where(SignInSession.id == session_id).values(second_factor_at=clock.real_now())
        )
        _end_sessions(act.session, user.id, but=session_id)
        act.about(user, name=user.name)


def disable_totp(actor: Actor, visitor: Visitor, limits: Limits, sealer: Sealer, command: ConfirmCode) -> None:
    """Password alone is enough again. It takes both: somebody else's hand on the keyboard cannot turn it off."""
    counted = _count_password(actor, visitor, limits)
    person = accounts.person(_person(actor))
    _ensure_own_password(person, command.password, visitor)
    counted += _count("code", person, person.email, visitor, limits)
    with transaction(actor, EventKind.USER_TOTP_DISABLED) as act:
        user = _unchanged(person)
        if user.totp_enabled_at is None:
            raise RuleViolation("Inloggning med engångskod är redan avslagen.")
        if user.password_hash is not None:
            ensure_long_enough_alone(command.password)
        _use_code(user, command.code, visitor, sealer)
        attempts.forget(act.session, counted)
        user.totp_secret = user.totp_enabled_at = None
        act.about(user, name=user.name)


def seal_secrets(sealer: Sealer) -> int:
    """Seal every person's secret with the newest key: those of an older portal, that lie open, too. Answers how many there are.

    Raises SealBroken, and then has changed none, when one of them opens with no key that is there.
    """
    with bookkeeping(Bookkeeping.INSTALLATION):
        users = accounts.with_secrets()
        for user in users:
            stored = user.totp_secret or ""
            secret = sealer.open(user.id, stored) if sealer.is_sealed(stored) else stored
            user.totp_secret = sealer.seal(user.id, secret)
    return len(users)


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotVisible
    return actor.user_id


def _use_code(user: User, code: str, visitor: Visitor, sealer: Sealer) -> None:
    """The code is right and has not been used: the caller holds the person's row."""
    try:
        secret = sealer.open(user.id, user.totp_secret) if user.totp_secret else ""
    except SealBroken as error:
        logs.security("seal_broken", user=user.id)
        raise RuleViolation(SEAL_BROKEN) from error
    step = step_of_code(secret, code, clock.real_now()) if secret else None
    if step is None or step <= user.totp_last_step:
        _tell(FAILED, user, visitor, step="code")
        raise RuleViolation(WRONG_CODE, field="code")
    user.totp_last_step = step


# --- Attempts, and the security log ------------------------------------------------------------------------------

SIGNED_IN = "signed_in"
PASSWORD_ACCEPTED = "password_accepted"
"""The password was right, and the engångskod is still to come."""
FAILED = "sign_in_failed"
PAUSED = "sign_in_paused"


def _count(what: str, user: User | None, email: str, visitor: Visitor, limits: Limits) -> list[str]:
    """Count an attempt at the person's password or code, and refuse it when there have been too many."""
    # Of a code the person is known; of a password only what somebody has typed.
    whose = email if what == "account" or user is None else user.id
    try:
        return attempts.count(limits, counted_under(what, whose, email, visitor, limits))
    except TooManyAttempts:
        _tell(PAUSED, user, visitor, step=what)
        raise


def tell_wrong_link(visitor: Visitor) -> None:
    """Somebody has opened a one-time link that is none, or not any more."""
    _tell(FAILED, None, visitor, step="link")


def _tell(event: str, user: User | None, visitor: Visitor, *, step: str = "") -> None:
    """A line of the security log. What was typed is never in it: a password may have been typed as the address."""
    known = user is not None and bool(visitor.device(user.email))
    said = {"step": step} if step else {}
    logs.security(
        event, user=user.id if user else None, address=network_of(visitor.address), known_device=known, **said
    )
