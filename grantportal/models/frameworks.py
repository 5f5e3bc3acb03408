"""The expected-results matrix: identity and wording kept apart."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grantportal.domain.frameworks import Comparability, FrameworkStatus, LinkKind, ProvisoMarker
from grantportal.models.base import Base
from grantportal.models.base import code as code_column


class ResultArea(Base):
    """Område of the matrix: A, B, C."""

    __tablename__ = "result_areas"
    __table_args__ = (UniqueConstraint("grant_id", "code"),)

    grant_id: Mapped[int] = mapped_column(ForeignKey("grants.id"))
    code: Mapped[str]
    title: Mapped[str]


class ExpectedResult(Base):
    """Förväntat resultat: one row of the matrix. It has no text of its own; its wordings have."""

    __tablename__ = "expected_results"
    __table_args__ = (UniqueConstraint("grant_id", "code"),)

    grant_id: Mapped[int] = mapped_column(ForeignKey("grants.id"))
    area_id: Mapped[int] = mapped_column(ForeignKey("result_areas.id"))
    code: Mapped[str]

    area: Mapped[ResultArea] = relationship()


class FrameworkVersion(Base):
    """A version of a statsbidrag's matrix; immutable once published. A report is bound to one."""

    __tablename__ = "framework_versions"
    __table_args__ = (UniqueConstraint("grant_id", "number"),)

    grant_id: Mapped[int] = mapped_column(ForeignKey("grants.id"))
    number: Mapped[int]
    status: Mapped[FrameworkStatus] = mapped_column(
        code_column(FrameworkStatus, "status"), default=FrameworkStatus.DRAFT
    )
    preamble: Mapped[str] = mapped_column(default="")
    is_example: Mapped[bool] = mapped_column(default=False)
    published_at: Mapped[datetime | None]

    wordings: Mapped[list["Wording"]] = relationship(back_populates="version")


class Wording(Base):
    """What an expected result says for one year: a text, or a lead with bullets.

    `title_is_ours` marks a title that the annex does not have; `is_example` marks invented sentences.
    """

    __tablename__ = "wordings"
    __table_args__ = (UniqueConstraint("framework_version_id", "expected_result_id", "grant_year"),)

    framework_version_id: Mapped[int] = mapped_column(ForeignKey("framework_versions.id"))
    expected_result_id: Mapped[int] = mapped_column(ForeignKey("expected_results.id"))
    grant_year: Mapped[int]
    title: Mapped[str]
    title_is_ours: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str] = mapped_column(default="")
    lead: Mapped[str] = mapped_column(default="")
    bullets: Mapped[str] = mapped_column(default="")
    """One bullet a line."""
    is_example: Mapped[bool] = mapped_column(default=False)

    version: Mapped[FrameworkVersion] = relationship(back_populates="wordings")
    expected_result: Mapped[ExpectedResult] = relationship()
    provisos: Mapped[list["Proviso"]] = relationship(
        secondary="proviso_wordings", order_by="Proviso.code", viewonly=True
    )


class Proviso(Base):
    """Förbehåll: the starred note of a cell; one note may serve several wordings."""

    __tablename__ = "provisos"
    __table_args__ = (UniqueConstraint("framework_version_id", "code"),)

    framework_version_id: Mapped[int] = mapped_column(ForeignKey("framework_versions.id"))
    code: Mapped[str]
    marker: Mapped[ProvisoMarker] = mapped_column(code_column(ProvisoMarker, "marker"))
    text: Mapped[str]


class ProvisoWording(Base):
    """Which wordings a förbehåll serves."""

    __tablename__ = "proviso_wordings"
    __table_args__ = (UniqueConstraint("proviso_id", "wording_id"),)

    proviso_id: Mapped[int] = mapped_column(ForeignKey("provisos.id"))
    wording_id: Mapped[int] = mapped_column(ForeignKey("wordings.id"))


class WordingLink(Base):
    """How a wording follows from an earlier year's, and how far their ratings may be compared."""

    __tablename__ = "wording_links"
    __table_args__ = (UniqueConstraint("earlier_id", "later_id"),)

    earlier_id: Mapped[int] = mapped_column(ForeignKey("wordings.id"))
    later_id: Mapped[int] = mapped_column(ForeignKey("wordings.id"))
    kind: Mapped[LinkKind] = mapped_column(code_column(LinkKind, "kind"))
    comparability: Mapped[Comparability] = mapped_column(code_column(Comparability, "comparability"))
    proviso_ended: Mapped[bool] = mapped_column(default=False)

    earlier: Mapped[Wording] = relationship(foreign_keys=[earlier_id])
    later: Mapped[Wording] = relationship(foreign_keys=[later_id])
