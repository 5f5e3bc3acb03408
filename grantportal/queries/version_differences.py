"""Two frozen versions of an application beside each other. Both sides read the same."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from grantportal import db
from grantportal.domain.actors import Actor
from grantportal.domain.applications import Audience
from grantportal.domain.cases import FrozenKind
from grantportal.domain.clock import day_time_text
from grantportal.domain.version_differences import VersionDifferences, version_differences
from grantportal.models.cases import FrozenVersion
from grantportal.queries import applications
from grantportal.queries.applications import Head


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

    head: Head
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
    return ComparePage(
        head=applications.head_of(application, applications.open_supplement(application), audience),
        versions=tuple(versions.values()),
        before=versions[old],
        after=versions[new],
        differences=version_differences(contents[old], contents[new]),
    )
