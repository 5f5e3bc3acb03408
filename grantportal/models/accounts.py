"""People, their mandates, and how they sign in."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantportal.domain.accounts import InvitationStatus
from grantportal.domain.actors import Role
from grantportal.models.base import Base, code
from grantportal.models.organisations import Organisation


class User(Base):
    """A person who can sign in. `password_hash` is null until the one-time link has been used."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("email"), CheckConstraint("email = lower(email)", name="email_is_lower_case"))

    name: Mapped[str]
    email: Mapped[str]
    password_hash: Mapped[str | None]
    totp_secret: Mapped[str | None]
    totp_enabled_at: Mapped[datetime | None]
    totp_last_step: Mapped[int] = mapped_column(default=0)
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    mandates: Mapped[list["MandateRow"]] = relationship(back_populates="user", order_by="MandateRow.id")


class MandateRow(Base):
    """Behörighet: one role in one organisation, from–to, for all its cases or one. Somebody may end it before its last day."""

    __tablename__ = "mandates"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="ends_after_it_begins"),
        Index("ix_mandates_user_id", "user_id"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    role: Mapped[Role] = mapped_column(code(Role, "role"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(back_populates="mandates")
    organisation: Mapped[Organisation] = relationship()


class Invitation(Base):
    """Inbjudan: a behörighet that somebody is asked to take. It opens nothing until the invited has said yes."""

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="ends_after_it_begins"),
        Index("ix_invitations_organisation_id", "organisation_id"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    role: Mapped[Role] = mapped_column(code(Role, "role"))
    name: Mapped[str]
    """What the inviter calls the person."""
    email: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    invited_at: Mapped[datetime]
    status: Mapped[InvitationStatus] = mapped_column(code(InvitationStatus, "status"), default=InvitationStatus.WAITING)

    organisation: Mapped[Organisation] = relationship()


class SignInSession(Base):
    """A signed-in browser. Only the hash of its random key is stored; signing out ends it here, whatever cookie is kept."""

    __tablename__ = "sessions"
    __table_args__ = (UniqueConstraint("key_sha256"), Index("ix_sessions_user_id", "user_id"))

    key_sha256: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    second_factor_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    browser: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """Which browser it is, in words for its owner."""

    user: Mapped[User] = relationship()


class SignInAttempt(Base):
    """How many times somebody has tried within the window; `key` is a hash of address or account."""

    __tablename__ = "signin_attempts"
    __table_args__ = (UniqueConstraint("key_sha256"),)

    key_sha256: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    window_started_at: Mapped[datetime]


class OneTimeLink(Base):
    """A link that lets a person choose a password once."""

    __tablename__ = "one_time_links"
    __table_args__ = (UniqueConstraint("key_sha256"),)

    key_sha256: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
