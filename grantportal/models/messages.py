"""Meddelanden i ärenden, and how far each person has read."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grantportal.domain.cases import Direction
from grantportal.models.base import Base, code


class Message(Base):
    """Meddelande i ärendet: from the party or from the authority; written once, never changed. Its text is a handling too."""

    __tablename__ = "messages"
    __table_args__ = (UniqueConstraint("record_id"), Index("ix_messages_case_id", "case_id"))

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id"))
    direction: Mapped[Direction] = mapped_column(code(Direction, "direction"))
    text: Mapped[str]
    written_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[datetime]


class MessageRead(Base):
    """Läst till och med: the newest message of a case that a person has been shown."""

    __tablename__ = "message_reads"
    __table_args__ = (UniqueConstraint("case_id", "user_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
