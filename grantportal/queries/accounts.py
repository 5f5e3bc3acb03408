"""Who somebody is, and which mandates hold now."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import func, select

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Actor, Mandate
from grantportal.models.accounts import MandateRow, SignInSession, User
from grantportal.models.organisations import Organisation
from grantportal.models.portal import Notice


def actor_of(user_id: int) -> Actor:
    """The person with the mandates that hold today: asked anew inside every act, so that an ended mandate ends at once.

    A closed or unknown person has no mandates.
    """
    today = clock.today()
    user = db.session().get(User, user_id)
    if user is None or user.closed_at is not None:
        return Actor(user_id=user_id)
    rows = (
        db.session()
        .scalars(
            select(MandateRow)
            .where(
                MandateRow.user_id == user_id,
                MandateRow.valid_from <= today,
                (MandateRow.valid_to.is_(None)) | (MandateRow.valid_to >= today),
            )
            .order_by(MandateRow.id)
        )
        .all()
    )
    return Actor(user_id=user.id, name=user.name, mandates=tuple(mandate_of(row) for row in rows))


def mandate_of(row: MandateRow) -> Mandate:
    """The mandate as the policy reads it."""
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
    second_factor_at: datetime | None
    has_second_factor: bool


def key_hash(key: str) -> str:
    """What is stored of a random key: whoever reads the database cannot sign in with it."""
    return sha256(key.encode()).hexdigest()


def signed_in(key: str) -> SignedIn | None:
    """The session that a browser's key opens, or None when it is unknown, ended, too old or its person closed. Two queries."""
    now = clock.real_now()
    unread = select(func.count(Notice.id)).where(Notice.user_id == User.id, Notice.read_at.is_(None)).scalar_subquery()
    found = (
        db.session()
        .execute(
            select(SignInSession, User, unread)
            .join(User, SignInSession.user_id == User.id)
            .where(
                SignInSession.key_sha256 == key_hash(key),
                SignInSession.ended_at.is_(None),
                SignInSession.ends_at > now,
                User.closed_at.is_(None),
            )
        )
        .one_or_none()
    )
    if found is None:
        return None
    row, user, unread_count = found
    today = clock.today()
    mandates = (
        db.session()
        .execute(
            select(MandateRow, Organisation.name)
            .join(Organisation, MandateRow.organisation_id == Organisation.id)
            .where(
                MandateRow.user_id == user.id,
                MandateRow.valid_from <= today,
                (MandateRow.valid_to.is_(None)) | (MandateRow.valid_to >= today),
            )
            .order_by(MandateRow.id)
        )
        .all()
    )
    names = list(dict.fromkeys(name for _, name in mandates))
    roles = list(dict.fromkeys(mandate.role.text for mandate, _ in mandates))
    return SignedIn(
        session_id=row.id,
        actor=Actor(user.id, tuple(mandate_of(mandate) for mandate, _ in mandates), user.name),
        email=user.email,
        organisation_name=", ".join(names) or "Ingen behörighet",
        role_text=", ".join(roles) or "utan behörighet",
        unread=unread_count,
        ends_at=row.ends_at,
        last_seen_at=row.last_seen_at,
        second_factor_at=row.second_factor_at,
        has_second_factor=user.totp_enabled_at is not None,
    )
