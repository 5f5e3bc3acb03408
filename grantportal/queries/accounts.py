"""Who somebody is, and which mandates hold now."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Date, Row, Select, and_, bindparam, func, not_, or_, select
from sqlalchemy.orm import aliased, contains_eager

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.accounts import (
    CODE_MINUTES,
    INVITATION_TIME,
    InvitationStatus,
    holds_on,
    invitation_waits,
    mandate_status,
    session_status,
    shortest,
)
from grantportal.domain.actors import Actor, Mandate, Role
from grantportal.models.accounts import Invitation, MandateRow, OneTimeLink, SignInSession, User
from grantportal.models.cases import Case
from grantportal.models.organisations import Organisation
from grantportal.models.portal import Notice
from grantportal.policy import is_still_for, visible

_MANDATE = (
    MandateRow.role,
    MandateRow.organisation_id,
    MandateRow.case_id,
    MandateRow.valid_from,
    MandateRow.valid_to,
)
"""What a mandate is read from."""


def actor_of(user_id: int) -> Actor:
    """The person with the mandates that hold today: asked anew inside every act, so that an ended mandate ends at once.

    A closed or unknown person has no mandates.
    """
    rows = (
        db.session()
        .execute(
            select(User.name, *_MANDATE)
            .outerjoin(MandateRow, and_(MandateRow.user_id == User.id, holds(clock.today())))
            .where(User.id == user_id, User.closed_at.is_(None))
            .order_by(MandateRow.id)
        )
        .all()
    )
    if not rows:
        return Actor(user_id=user_id)
    return Actor(user_id, tuple(mandate_of(row) for row in rows if row.role is not None), rows[0].name)


def mandate_of(row: MandateRow | Row[*tuple[Any, ...]]) -> Mandate:
    """The mandate as the policy reads it, from its row or from its columns."""
    return Mandate(
        role=row.role,
        organisation_id=row.organisation_id,
        case_id=row.case_id,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


@dataclass(frozen=True)
class SignedIn:
    """A live browser session and whose it is."""

    session_id: int
    actor: Actor
    email: str
    organisation_name: str
    role_text: str
    unread: int
    ends_at: datetime
    last_seen_at: datetime
    has_second_factor: bool
    awaits_code: bool
    """The password was right, and the engångskod is still to come: nothing is open yet."""


def key_hash(key: str) -> str:
    """What is stored of a random key: whoever reads the database cannot sign in with it."""
    return sha256(key.encode()).hexdigest()


def signed_in(key: str, *, idle_minutes: int) -> SignedIn | None:
    """The session that a browser's key opens, or None when it is unknown, ended, idle too long or its person closed. One query."""
    now = clock.real_now()
    rows = (
        db.session()
        .execute(
            _signed_in(),
            {
                "key_sha256": key_hash(key),
                "today": clock.today(),
                "now": now,
                "idle_since": now - timedelta(minutes=idle_minutes),
            },
        )
        .all()
    )
    if not rows:
        return None
    first = rows[0]
    mandates = [row for row in rows if row.role is not None]
    names = list(dict.fromkeys(row.organisation_name for row in mandates))
    roles = list(dict.fromkeys(row.role.text for row in mandates))
    return SignedIn(
        session_id=first.session_id,
        actor=Actor(first.user_id, tuple(mandate_of(row) for row in mandates), first.name),
        email=first.email,
        organisation_name=", ".join(names) or "Ingen behörighet",
        role_text=", ".join(roles) or "utan behörighet",
        unread=first.unread,
        ends_at=first.ends_at,
        last_seen_at=first.last_seen_at,
        has_second_factor=first.totp_enabled_at is not None,
        awaits_code=first.totp_enabled_at is not None and first.second_factor_at is None,
    )


@cache
def _signed_in() -> Select[Any]:
    """Every request asks it, and putting it together takes longer than asking it: that is done once."""
    today, now = bindparam("today", type_=Date()), bindparam("now", type_=SignInSession.ends_at.type)
    unread = (
        select(func.count(Notice.id))
        .where(Notice.user_id == User.id, Notice.read_at.is_(None), notice_is_readable(today))
        .correlate(User)
        .scalar_subquery()
    )
    return (
        select(
            SignInSession.id.label("session_id"),
            SignInSession.ends_at,
            SignInSession.last_seen_at,
            SignInSession.second_factor_at,
            User.id.label("user_id"),
            User.name,
            User.email,
            User.totp_enabled_at,
            unread.label("unread"),
            *_MANDATE,
            Organisation.name.label("organisation_name"),
        )
        .join(User, SignInSession.user_id == User.id)
        .outerjoin(MandateRow, and_(MandateRow.user_id == User.id, holds(today)))
        .outerjoin(Organisation, MandateRow.organisation_id == Organisation.id)
        .where(
            SignInSession.key_sha256 == bindparam("key_sha256"),
            SignInSession.ended_at.is_(None),
            SignInSession.ends_at > now,
            SignInSession.last_seen_at > bindparam("idle_since", type_=SignInSession.last_seen_at.type),
            User.closed_at.is_(None),
        )
        .order_by(MandateRow.id)
    )


def signed_in_anew(key: str, *, idle_minutes: int) -> SignedIn | None:
    """The same for a session that has just been opened: what was read earlier in the request is from before it."""
    db.close_read_session()
    return signed_in(key, idle_minutes=idle_minutes)


def holders(roles: Set[Role]) -> dict[int, str]:
    """The names of those who hold one of these roles today, by the person's number."""
    rows = db.session().execute(
        select(User.id, User.name)
        .join(MandateRow, MandateRow.user_id == User.id)
        .where(MandateRow.role.in_(roles), holds(clock.today()), User.closed_at.is_(None))
    )
    return {row.id: row.name for row in rows}


def holds(today: date | BindParameter[date], row: type[MandateRow] = MandateRow) -> ColumnElement[bool]:
    """Whether a mandate holds: from its first day to its last, unless somebody has ended it."""
    return and_(row.valid_from <= today, or_(row.valid_to.is_(None), row.valid_to >= today), row.ended_at.is_(None))


def notice_is_readable(today: date | BindParameter[date]) -> ColumnElement[bool]:
    """Whether the person that a notice was made for still holds a mandate that it is for."""
    held, there = aliased(MandateRow), aliased(Organisation)
    return (
        select(held.id)
        .join(there, there.id == held.organisation_id)
        .where(held.user_id == Notice.user_id, holds(today, held), is_still_for(held, there, Notice))
        .correlate(Notice)
        .exists()
    )


# --- For acts ----------------------------------------------------------------------------------------------------


def held(user_id: int, organisation_id: int, role: Role) -> list[MandateRow]:
    """The person's mandates in this role that hold or are still to begin, locked."""
    today = clock.today()
    return list(
        db.session().scalars(
            db.lock(
                select(MandateRow).where(
                    MandateRow.user_id == user_id,
                    MandateRow.organisation_id == organisation_id,
                    MandateRow.role == role,
                    MandateRow.ended_at.is_(None),
                    or_(MandateRow.valid_to.is_(None), MandateRow.valid_to >= today),
                )
            )
        )
    )


def all_held(user_id: int) -> list[MandateRow]:
    """Every mandate of the person's that holds or is still to begin, with what carries its history locked first."""
    today = clock.today()
    running = select(MandateRow).where(
        MandateRow.user_id == user_id,
        MandateRow.ended_at.is_(None),
        or_(MandateRow.valid_to.is_(None), MandateRow.valid_to >= today),
    )
    case_ids = [row.case_id for row in db.session().scalars(running) if row.case_id is not None]
    db.session().scalars(db.lock(select(Case).where(Case.id.in_(case_ids)).order_by(Case.id))).all()
    return list(db.session().scalars(db.lock(running.order_by(MandateRow.id))))


def mandate(mandate_id: int) -> MandateRow | None:
    """The mandate, with its case and its organisation locked first, as history is written onto one of them."""
    named = select(MandateRow.organisation_id, MandateRow.case_id).where(MandateRow.id == mandate_id)
    found = db.session().execute(named).one_or_none()
    if found is None:
        return None
    organisation_id, case_id = found
    if case_id is not None:
        db.session().scalars(db.lock(select(Case).where(Case.id == case_id))).one()
    db.session().scalars(db.lock(select(Organisation).where(Organisation.id == organisation_id))).one()
    return db.session().scalars(db.lock(select(MandateRow).where(MandateRow.id == mandate_id))).one()


def held_by_all(organisation_id: int, role: Role) -> list[MandateRow]:
    """The mandates in this role for all of the organisation's cases that hold or are still to begin. The caller holds the organisation."""
    return list(
        db.session().scalars(
            select(MandateRow).join(User, User.id == MandateRow.user_id).where(held_for_all(organisation_id, role))
        )
    )


def held_for_all(organisation_id: int, role: Role) -> ColumnElement[bool]:
    """Which mandates, joined with their persons, those are."""
    return and_(
        MandateRow.organisation_id == organisation_id,
        MandateRow.role == role,
        MandateRow.case_id.is_(None),
        MandateRow.ended_at.is_(None),
        or_(MandateRow.valid_to.is_(None), MandateRow.valid_to >= clock.today()),
        User.closed_at.is_(None),
    )


def active(organisation_id: int, role: Role) -> list[MandateRow]:
    """The mandates in this role for all of the organisation's cases that hold today. The caller holds the organisation."""
    return list(
        db.session().scalars(
            select(MandateRow)
            .join(User, User.id == MandateRow.user_id)
            .where(
                MandateRow.organisation_id == organisation_id,
                MandateRow.role == role,
                MandateRow.case_id.is_(None),
                holds(clock.today()),
                User.closed_at.is_(None),
            )
        )
    )


def user(user_id: int) -> User:
    """The person, locked."""
    return db.session().scalars(db.lock(select(User).where(User.id == user_id))).one()


def person(user_id: int) -> User:
    """The person, read without a lock."""
    return db.session().get_one(User, user_id)


def with_secrets() -> list[User]:
    """Everybody who has a secret for engångskoder, locked."""
    return list(db.session().scalars(db.lock(select(User).where(User.totp_secret.is_not(None)).order_by(User.id))))


def open_account(user_id: int) -> User | None:
    """The person, unless the account is closed."""
    return db.session().scalars(select(User).where(User.id == user_id, User.closed_at.is_(None))).one_or_none()


def by_email(email: str) -> User | None:
    """The person with the address, unless the account is closed."""
    return db.session().scalars(select(User).where(User.email == email, User.closed_at.is_(None))).one_or_none()


def open_address(user_id: int) -> str | None:
    """The person's e-mail address, unless the account is closed."""
    return db.session().scalar(select(User.email).where(User.id == user_id, User.closed_at.is_(None)))


def pending_session(key: str) -> SignInSession | None:
    """The live session whose person has given the password; the person comes along."""
    return (
        db.session()
        .scalars(
            select(SignInSession)
            .join(SignInSession.user)
            .options(contains_eager(SignInSession.user))
            .where(
                SignInSession.key_sha256 == key_hash(key),
                SignInSession.ended_at.is_(None),
                SignInSession.second_factor_at.is_(None),
                SignInSession.ends_at > clock.real_now(),
                User.closed_at.is_(None),
            )
        )
        .one_or_none()
    )


def link(key: str, *, lock: bool = False) -> OneTimeLink | None:
    """The one-time link, when it still holds."""
    query = select(OneTimeLink).where(
        OneTimeLink.key_sha256 == key_hash(key),
        OneTimeLink.used_at.is_(None),
        OneTimeLink.ends_at > clock.real_now(),
        OneTimeLink.user_id.in_(select(User.id).where(User.closed_at.is_(None))),
    )
    return db.session().scalars(db.lock(query) if lock else query).one_or_none()


def is_known_link(key: str) -> bool:
    """Whether a link with this key has been made, used or not."""
    return db.session().scalar(select(OneTimeLink.id).where(OneTimeLink.key_sha256 == key_hash(key))) is not None


# --- For pages and commands --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AccountShown:
    """Whose an account is."""

    id: int
    name: str
    email: str


def account_shown(user_id: int) -> AccountShown | None:
    """The account, unless it is closed: for the administrator."""
    found = open_account(user_id)
    return AccountShown(found.id, found.name, found.email) if found else None


@dataclass(frozen=True)
class LinkShown:
    """For whom a one-time link is."""

    name: str
    email: str
    shortest_password: int


def link_shown(key: str) -> LinkShown | None:
    """For whom the one-time link is, when it still holds."""
    found = link(key)
    if found is None:
        return None
    user = found.user
    return LinkShown(user.name, user.email, shortest(with_code=user.totp_enabled_at is not None))


@dataclass(frozen=True)
class MandateShown:
    """A line of the table of behörigheter."""

    person: str
    organisation: str
    organisation_id: int
    role_text: str
    from_text: str
    to_text: str
    case_text: str
    status: tuple[str, str, str]
    user_id: int
    email: str
    holds: bool
    id: int
    role: Role
    case_id: int | None
    is_over: bool
    has_password: bool
    """Whether the person has used the one-time link."""


@dataclass(frozen=True)
class OwnAccount:
    """What a person sees of the own account."""

    user_id: int
    name: str
    email: str
    mandates: tuple[MandateShown, ...]
    has_password: bool
    has_second_factor: bool
    shortest_password: int
    """How many characters another password has at least."""
    sealed_secret: str
    """Waiting to be confirmed with a first code; empty otherwise."""
    sessions: tuple["SessionShown", ...]
    """The newest sign-ins first."""


@dataclass(frozen=True)
class SessionShown:
    """A sign-in: when, in which browser, and whether it is still open."""

    id: int
    browser: str
    signed_in_text: str
    last_seen_text: str
    status: tuple[str, str, str]
    is_open: bool
    is_own: bool
    """Whether it is the one that the page is read in."""


SIGN_INS_SHOWN = 20


def own(actor: Actor, session_id: int = 0, *, idle_minutes: int = 0) -> OwnAccount:
    """The signed-in person's own account, as the session `session_id` reads it. Three queries."""
    person = db.session().get_one(User, actor.user_id)
    return OwnAccount(
        user_id=person.id,
        name=person.name,
        email=person.email,
        mandates=mandates_shown(MandateRow.user_id == actor.user_id),
        has_password=person.password_hash is not None,
        has_second_factor=person.totp_enabled_at is not None,
        shortest_password=shortest(with_code=person.totp_enabled_at is not None),
        sessions=_sessions(person.id, session_id, idle_minutes) if session_id else (),
        sealed_secret=(person.totp_secret or "") if person.totp_enabled_at is None else "",
    )


def _sessions(user_id: int, own_id: int, idle_minutes: int) -> tuple[SessionShown, ...]:
    now = clock.real_now()
    idle_since = now - timedelta(minutes=idle_minutes)
    rows = db.session().scalars(
        select(SignInSession)
        .where(SignInSession.user_id == user_id)
        .order_by(SignInSession.id.desc())
        .limit(SIGN_INS_SHOWN)
    )
    shown = []
    for row in rows:
        is_open = row.ended_at is None and row.ends_at > now and row.last_seen_at > idle_since
        lacks_code = row.second_factor_at is None and row.ends_at - row.created_at <= timedelta(minutes=CODE_MINUTES)
        shown.append(
            SessionShown(
                id=row.id,
                browser=row.browser or "Okänd webbläsare",
                signed_in_text=clock.day_time_text(row.created_at),
                last_seen_text=clock.day_time_text(row.last_seen_at),
                status=session_status(is_open=is_open, is_own=row.id == own_id, lacks_code=lacks_code),
                is_open=is_open,
                is_own=row.id == own_id,
            )
        )
    return tuple(shown)


def mandates_shown(which: ColumnElement[bool]) -> tuple[MandateShown, ...]:
    """Mandates with persons and organisations: those that hold first, then by name. One query."""
    today = clock.today()
    rows = db.session().execute(
        select(
            MandateRow,
            User.name,
            User.email,
            User.password_hash.is_not(None),
            Organisation.name,
            Case.registration_number,
        )
        .join(User, MandateRow.user_id == User.id)
        .join(Organisation, MandateRow.organisation_id == Organisation.id)
        .outerjoin(Case, MandateRow.case_id == Case.id)
        .where(which, User.closed_at.is_(None))
        .order_by(
            not_(holds(today)),
            Organisation.name.collate(db.COLLATION),
            User.name.collate(db.COLLATION),
            MandateRow.valid_from,
            MandateRow.id,
        )
    )
    return tuple(
        MandateShown(
            person=name,
            organisation=organisation,
            organisation_id=row.organisation_id,
            role_text=row.role.text,
            from_text=clock.day_text(row.valid_from),
            to_text=_to_text(row),
            case_text="alla ärenden" if row.case_id is None else (number or "ett påbörjat ärende"),
            status=mandate_status(row.valid_from, row.valid_to, today, ended=row.ended_at is not None),
            user_id=row.user_id,
            email=email,
            holds=row.ended_at is None and holds_on(row.valid_from, row.valid_to, today),
            id=row.id,
            role=row.role,
            case_id=row.case_id,
            is_over=row.ended_at is not None or (row.valid_to is not None and row.valid_to < today),
            has_password=has_password,
        )
        for row, name, email, has_password, organisation, number in rows
    )


def mandate_shown(actor: Actor, mandate_id: int) -> MandateShown | None:
    """One mandate, in an organisation that the actor may see. One query."""
    seen = select(Organisation.id).where(visible(actor, Organisation))
    shown = mandates_shown(and_(MandateRow.id == mandate_id, MandateRow.organisation_id.in_(seen)))
    return shown[0] if shown else None


@dataclass(frozen=True)
class InvitedFacts:
    """What an invitation that waits for its answer is about: for its mail, and for whoever has its link."""

    id: int
    to: str
    name: str
    organisation: str
    role_text: str
    case_text: str
    from_text: str
    to_text: str
    has_account: bool
    """Whether the address has an account with a password."""


def invited(invitation_id: int) -> InvitedFacts | None:
    """The facts of an invitation; None when there is nothing more to answer. One query."""
    found = (
        db.session()
        .execute(
            select(Invitation, Organisation.name, Case.registration_number, User.password_hash.is_not(None))
            .join(Organisation, Organisation.id == Invitation.organisation_id)
            .outerjoin(Case, Case.id == Invitation.case_id)
            .outerjoin(User, and_(User.email == Invitation.email, User.closed_at.is_(None)))
            .where(Invitation.id == invitation_id)
        )
        .one_or_none()
    )
    if found is None or not invitation_waits(found[0].status, found[0].invited_at, clock.now()):
        return None
    row, organisation, number, has_account = found
    return InvitedFacts(
        id=row.id,
        to=row.email,
        name=row.name,
        organisation=organisation,
        role_text=row.role.text,
        case_text="alla ärenden" if row.case_id is None else (number or "ett påbörjat ärende"),
        from_text=clock.day_text(row.valid_from),
        to_text=clock.day_text(row.valid_to) if row.valid_to else "tills vidare",
        has_account=bool(has_account),
    )


@dataclass(frozen=True)
class InvitationShown:
    """An invitation that waits, for the organisation that sent it."""

    id: int
    organisation_id: int
    case_id: int | None
    role: Role
    name: str
    email: str
    role_text: str
    case_text: str
    last_day_text: str
    """The last day to answer."""


def invitations_shown(which: ColumnElement[bool]) -> tuple[InvitationShown, ...]:
    """Invitations that wait for their answers, oldest first. One query."""
    now = clock.now()
    rows = db.session().execute(
        select(Invitation, Case.registration_number)
        .outerjoin(Case, Case.id == Invitation.case_id)
        .where(which, Invitation.status == InvitationStatus.WAITING, Invitation.invited_at > now - INVITATION_TIME)
        .order_by(Invitation.id)
    )
    return tuple(
        InvitationShown(
            id=row.id,
            organisation_id=row.organisation_id,
            case_id=row.case_id,
            role=row.role,
            name=row.name,
            email=row.email,
            role_text=row.role.text,
            case_text="alla ärenden" if row.case_id is None else (number or "ett påbörjat ärende"),
            last_day_text=clock.day_text(row.invited_at + INVITATION_TIME),
        )
        for row, number in rows
    )


def invitation_shown(actor: Actor, invitation_id: int) -> InvitationShown | None:
    """One invitation that waits, of an organisation that the actor may see. One query."""
    seen = select(Organisation.id).where(visible(actor, Organisation))
    shown = invitations_shown(and_(Invitation.id == invitation_id, Invitation.organisation_id.in_(seen)))
    return shown[0] if shown else None


def invitation_scope(invitation_id: int) -> tuple[int | None, int] | None:
    """The case and the organisation that the invitation is for: they are locked before it."""
    found = db.session().execute(
        select(Invitation.case_id, Invitation.organisation_id).where(Invitation.id == invitation_id)
    )
    row = found.one_or_none()
    return (row[0], row[1]) if row else None


def locked_invitation(invitation_id: int) -> Invitation:
    """The invitation, locked. The caller holds what it is for."""
    return db.session().scalars(db.lock(select(Invitation).where(Invitation.id == invitation_id))).one()


def waiting_invitations(organisation_id: int, email: str, role: Role, case_id: int | None) -> list[Invitation]:
    """The same question asked before and not answered. The caller holds the organisation."""
    return list(
        db.session().scalars(
            select(Invitation).where(
                Invitation.organisation_id == organisation_id,
                Invitation.email == email,
                Invitation.role == role,
                Invitation.case_id.is_not_distinct_from(case_id),
                Invitation.status == InvitationStatus.WAITING,
            )
        )
    )


@dataclass(frozen=True)
class InvitationFacts:
    """All that an invitation by mail may say."""

    user_id: int
    name: str
    to: str
    organisation: str
    role_text: str
    needs_link: bool
    """Whether the person still has to choose a password."""


def invitation(mandate_id: int) -> InvitationFacts | None:
    """The facts of an invitation; None when the mandate or the account has ended since. One that is still to begin counts."""
    found = (
        db.session()
        .execute(
            select(MandateRow, User, Organisation.name)
            .join(User, User.id == MandateRow.user_id)
            .join(Organisation, Organisation.id == MandateRow.organisation_id)
            .where(
                MandateRow.id == mandate_id,
                MandateRow.ended_at.is_(None),
                or_(MandateRow.valid_to.is_(None), MandateRow.valid_to >= clock.today()),
                User.closed_at.is_(None),
            )
        )
        .one_or_none()
    )
    if found is None:
        return None
    row, person, organisation = found
    return InvitationFacts(
        user_id=person.id,
        name=person.name,
        to=person.email,
        organisation=organisation,
        role_text=row.role.text,
        needs_link=person.password_hash is None,
    )


def _to_text(row: MandateRow) -> str:
    if row.ended_at is not None:
        return clock.day_text(row.ended_at)
    return clock.day_text(row.valid_to) if row.valid_to else "tills vidare"


@dataclass(frozen=True)
class PersonListed:
    """A person and what the person is."""

    user_id: int
    name: str
    email: str
    organisation: str
    roles_text: str
    state_text: str


def everybody(*, only_examples: bool = False) -> list[PersonListed]:
    """Every person with the mandates that hold today, by organisation: for the operator, and for the demonstration's page. Two queries."""
    query = select(User).where(User.closed_at.is_(None)).order_by(User.name.collate(db.COLLATION), User.id)
    if only_examples:
        query = query.where(User.is_example)
    persons = db.session().scalars(query).all()
    held: dict[int, list[MandateShown]] = {}
    for shown in mandates_shown(holds(clock.today())):
        held.setdefault(shown.user_id, []).append(shown)
    return [
        PersonListed(
            user_id=person.id,
            name=person.name,
            email=person.email,
            organisation=", ".join(dict.fromkeys(one.organisation for one in held.get(person.id, []))),
            roles_text=", ".join(dict.fromkeys(one.role_text for one in held.get(person.id, []))),
            state_text="har valt lösenord" if person.password_hash else "har inte valt lösenord",
        )
        for person in persons
    ]


def example(user_id: int) -> int | None:
    """The id again, when it is one of the demonstration's persons."""
    return db.session().scalar(select(User.id).where(User.id == user_id, User.is_example, User.closed_at.is_(None)))
