"""Handlingar and the files behind them."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantportal.domain.attachments import FileStatus
from grantportal.domain.cases import Direction, RecordKind
from grantportal.models.base import Base, code


class StoredFile(Base):
    """A file: bytes under a random name, the name shown to people, size and hash."""

    __tablename__ = "files"
    __table_args__ = (UniqueConstraint("stored_name"),)

    stored_name: Mapped[str]
    shown_name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger())
    sha256: Mapped[str]
    status: Mapped[FileStatus] = mapped_column(
        code(FileStatus, "status"), default=FileStatus.READY, server_default=FileStatus.READY.value
    )
    stored_at: Mapped[datetime]


class Record(Base):
    """Handling: a document of the case. `file_id` is null while the worker has not rendered it yet."""

    __tablename__ = "records"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    number: Mapped[int]
    kind: Mapped[RecordKind] = mapped_column(code(RecordKind, "kind"))
    title: Mapped[str]
    direction: Mapped[Direction] = mapped_column(code(Direction, "direction"))
    counterpart: Mapped[str] = mapped_column(default="")
    """Sender or receiver."""
    dated_at: Mapped[datetime]
    frozen_version_id: Mapped[int | None] = mapped_column(ForeignKey("frozen_versions.id"))
    text: Mapped[str] = mapped_column(default="")
    """A handling that is a text and no file: a request, a note, a reply."""
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id"))
    """The återrapportering that it belongs to: one case has a report for each grant year."""

    file: Mapped[StoredFile | None] = relationship()
