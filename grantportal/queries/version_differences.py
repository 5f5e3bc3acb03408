"""Two frozen versions of an application or of a report beside each other. Both sides read the same."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select

from grantportal import db
from grantportal.domain.actors import Actor
from grantportal.domain.applications import Audience
from grantportal.domain.cases import FrozenKind
from grantportal.domain.clock import day_time_text
from grantportal.domain.frozen import report_document
from grantportal.domain.version_differences import VersionDifferences, report_differences, version_differences
from grantportal.models.cases import FrozenVersion
from grantportal.models.reports import Report
from grantportal.policy import visible
from grantportal.queries import applications


@dataclass(frozen=True)
class Version:
    """One of the versions, as a reader chooses it."""

    number: int
    what: str
    at: datetime
    by: str
    sha256: str

    @property
    def name(self) -> str:
        """«Komplettering, 18 maj 2020 kl. 13.20»."""
        return f"{self.what}, {day_time_text(self.at)}"


@dataclass(frozen=True)
class ComparePage:
    """Two chosen versions and what differs between them."""

    id: int
    case_id: int
    title: str
    registration_number: str
    versions: tuple[Version, ...]
    before: Version
    after: Version
    differences: VersionDifferences


def compare_page(
    actor: Actor, application_id: int, before: int | None = None, after: int | None = None
) -> ComparePage | None:
    """The two versions that are asked for, else the newest and the one before it; None for a version that is not there."""
    application = applications.get(actor, application_id)
    if application is None or not application.version_number:
        return None
    rows = db.session().scalars(
        select(FrozenVersion)
        .where(FrozenVersion.kind == FrozenKind.APPLICATION, FrozenVersion.subject_id == application.id)
        .order_by(FrozenVersion.number)
    )
    contents: dict[int, dict[str, Any]] = {}
    versions: dict[int, Version] = {}
    for row in rows:
        content = contents[row.number] = json.loads(row.content)
        versions[row.number] = Version(
            row.number, content["what"], row.frozen_at, content["handed_in_by"]["name"], row.sha256
        )
    last = application.version_number
    new = last if after is None else after
    old = max(new - 1, 1) if before is None else before
    if old not in versions or new not in versions:
        return None
    audience = Audience.AUTHORITY if actor.is_authority else Audience.PARTY
    head = applications.head_of(application, applications.open_supplement(application), audience)
    return ComparePage(
        id=head.id,
        case_id=head.case_id,
        title=head.title,
        registration_number=head.registration_number,
        versions=tuple(versions.values()),
        before=versions[old],
        after=versions[new],
        differences=version_differences(contents[old], contents[new]),
    )


def report_page(
    actor: Actor, report_id: int, before: int | None = None, after: int | None = None
) -> ComparePage | None:
    """The same of a report."""
    found = db.session().execute(
        select(Report.case_id, FrozenVersion)
        .join(FrozenVersion, and_(FrozenVersion.kind == FrozenKind.REPORT, FrozenVersion.subject_id == Report.id))
        .where(Report.id == report_id, visible(actor, Report))
        .order_by(FrozenVersion.number)
    )
    rows = found.all()
    if not rows:
        return None
    case_id = rows[0].case_id
    documents = {row.number: report_document(json.loads(row.content), row.sha256) for _, row in rows}
    versions = {
        row.number: Version(
            row.number, f"Version {row.number}", row.frozen_at, documents[row.number].handed_in_by.name, row.sha256
        )
        for _, row in rows
    }
    new = max(versions) if after is None else after
    old = max(new - 1, 1) if before is None else before
    if old not in versions or new not in versions:
        return None
    return ComparePage(
        id=report_id,
        case_id=case_id,
        title=documents[new].title,
        registration_number=documents[new].registration_number,
        versions=tuple(versions.values()),
        before=versions[old],
        after=versions[new],
        differences=report_differences(documents[old], documents[new]),
    )
