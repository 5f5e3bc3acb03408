"""The portal's own rows: history, outbox, notices, and the one row that carries the demonstration's day."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantportal import logs
from grantportal.domain.events import EventKind
from grantportal.domain.outbox import lane_of
from grantportal.models.accounts import User
from grantportal.models.base import Base, code

_WAITING = text("done_at IS NULL")


class Portal(Base):
    """The one row of the installation: head of the portal's own chain of events, and the demonstration's moved days."""

    __tablename__ = "portal"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    event_seq: Mapped[int] = mapped_column(default=0)
    event_head: Mapped[str] = mapped_column(default="")
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    moved_days: Mapped[int] = mapped_column(default=0)
    story_told_at: Mapped[datetime | None]
    """When the demonstration's whole story had been played; null while it is half told."""
    rows_told_at: Mapped[datetime | None]
    """When the rows that were there before the history told of rows were taken into it; null where that is not done."""
    registration_prefix: Mapped[str] = mapped_column(default="")
    """What the installation's diarienummer begin with."""
    authority_address: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """Where an appeal is handed in; empty where nobody has entered it."""
    appeal_court: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """The förvaltningsrätt that tries appeals of the authority's decisions; empty where nobody has entered it."""


class Event(Base):
    """Händelse: one line of the history; written once, never changed. Chained by SHA-256 within its `chain`."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("chain", "seq"),
        Index("ix_events_case_id", "case_id"),
        Index("ix_events_subject", "subject", "subject_id"),
    )

    chain: Mapped[str]
    """case:<id>, organisation:<id> or portal."""
    seq: Mapped[int]
    kind: Mapped[EventKind] = mapped_column(code(EventKind, "kind"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    subject: Mapped[str]
    subject_id: Mapped[int]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    data: Mapped[str]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    previous_sha256: Mapped[str]
    sha256: Mapped[str]

    actor: Mapped[User | None] = relationship()


class DayAnchor(Base):
    """A day's hash over the heads of all chains, as they were made before `Anchor`. No new ones are made."""

    __tablename__ = "anchors"
    __table_args__ = (UniqueConstraint("day"),)

    day: Mapped[date]
    heads: Mapped[int]
    sha256: Mapped[str]
    made_at: Mapped[datetime]


class Anchor(Base):
    """Ankare: a signature over the heads of all chains that have moved since the one before, and over that one.

    The key is not in the database: who can write here can make no anchor.
    """

    __tablename__ = "event_anchors"
    __table_args__ = (UniqueConstraint("number"),)

    number: Mapped[int]
    """1, 2, 3 … without gaps."""
    last_event_id: Mapped[int]
    """The newest event that was there: whether there are newer ones is asked by it."""
    made_at: Mapped[datetime]
    key_id: Mapped[str]
    previous: Mapped[str]
    """The signature of the one before; empty in the first."""
    signature: Mapped[str]
    """HMAC-SHA-256."""


class AnchorHead(Base):
    """A chain's last event when the anchor was made; each only once, in the first anchor that has it."""

    __tablename__ = "anchor_heads"
    __table_args__ = (UniqueConstraint("chain", "seq"), Index("ix_anchor_heads_anchor_id", "anchor_id"))

    anchor_id: Mapped[int] = mapped_column(ForeignKey("event_anchors.id"))
    chain: Mapped[str]
    seq: Mapped[int]
    sha256: Mapped[str]


def _lane(context: Any) -> str:
    return lane_of(context.get_current_parameters()["kind"]).value


class OutboxItem(Base):
    """Work to do after commit: written in the same transaction, claimed by the worker with a lease."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_waiting", "lane", "available_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    kind: Mapped[str]
    lane: Mapped[str] = mapped_column(default=_lane, server_default=text("'work'"))
    """Follows from the kind; here so that what is due in a lane is found by its index."""
    payload: Mapped[str]
    at: Mapped[datetime]
    """Portal time of the act."""
    available_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    lease_key: Mapped[str | None]
    done_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(default="")
    request_id: Mapped[str] = mapped_column(default=logs.request_id.get, server_default=text("''"))
    """Of the request that the work follows from, so that its lines in the log are found together."""


class WorkerBeat(Base):
    """Livstecken: when a worker last noted that it takes work of a lane."""

    __tablename__ = "worker_beats"
    __table_args__ = (UniqueConstraint("lane"),)

    lane: Mapped[str]
    at: Mapped[datetime]


class OpenDraft(Base):
    """Öppet utkast: that a person has a page of a draft open just now; a line that nobody renews is soon gone."""

    __tablename__ = "open_drafts"
    __table_args__ = (UniqueConstraint("place", "user_id"),)

    place: Mapped[str]
    """application or report, its number and its part."""
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    seen_at: Mapped[datetime]


class Notice(Base):
    """Meddelande to one person: that something waits, never the secret itself."""

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_user_id", "user_id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    """For whom the person was told: an organisation that applies, or None for the authority."""
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    about: Mapped[str | None]
    """The table of what it is about, where there is a page to open, and its id."""
    about_id: Mapped[int | None]
    title: Mapped[str]
    text: Mapped[str]
    made_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
