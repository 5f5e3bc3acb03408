"""Tidigare svar: what the organisation answered in the applications that it has handed in, beside what it writes now.

Only frozen versions are read, and only those of the actor's own organisation.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select

from grantportal import db, policy
from grantportal.domain.actors import Actor
from grantportal.domain.cases import FrozenKind
from grantportal.domain.earlier_answers import EarlierAnswer, earlier_answer, source_name
from grantportal.models.applications import Application
from grantportal.models.calls import Call
from grantportal.models.cases import Case, FrozenVersion
from grantportal.queries.applications import SectionPage

MOST_SOURCES = 50
"""The most earlier applications to choose among: the newest."""


@dataclass(frozen=True)
class Source:
    """An application that the organisation has handed in before."""

    application_id: int
    frozen_id: int
    number: int
    """Of the version."""
    name: str
    registration_number: str
    handed_in_at: datetime


@dataclass(frozen=True)
class Beside:
    """What stands beside a section's questions: the earlier answers of one application, and the others to choose."""

    chosen: Source
    sources: tuple[Source, ...]
    answers: Mapping[str, EarlierAnswer]
    """By the question's key, where the same question was answered."""


def beside(actor: Actor, page: SectionPage, chosen: int | None = None) -> Beside | None:
    """The earlier answers of the chosen application, else of the newest of the same verksamhet, else of the newest. One query."""
    place = func.row_number().over(
        order_by=(
            case((Application.id == (chosen or 0), 0), else_=1),
            case((Application.applicant_unit == page.head.applicant_unit, 0), else_=1),
            Application.submitted_at.desc(),
            Application.id.desc(),
        )
    )
    found = (
        select(
            Application.id.label("application_id"),
            FrozenVersion.id.label("frozen_id"),
            FrozenVersion.number,
            Call.title,
            Application.applicant_unit,
            Case.registration_number,
            Application.submitted_at,
            place.label("place"),
        )
        .join(
            FrozenVersion,
            and_(
                FrozenVersion.kind == FrozenKind.APPLICATION,
                FrozenVersion.subject_id == Application.id,
                FrozenVersion.number == Application.version_number,
            ),
        )
        .join(Call, Call.id == Application.call_id)
        .join(Case, Case.id == Application.case_id)
        .where(_handed_in_before(actor, page.head.id, page.organisation_id, page.head.call_id, page.head.submitted_at))
        .subquery()
    )
    # Only the chosen one's content is read: the others are names to choose among.
    rows = (
        db.session()
        .execute(
            select(found, FrozenVersion.content)
            .outerjoin(FrozenVersion, and_(FrozenVersion.id == found.c.frozen_id, found.c.place == 1))
            .order_by(found.c.place)
            .limit(MOST_SOURCES)
        )
        .all()
    )
    if not rows:
        return None
    sources = tuple(
        Source(
            row.application_id,
            row.frozen_id,
            row.number,
            source_name(row.title, row.applicant_unit),
            row.registration_number or "",
            row.submitted_at,
        )
        for row in rows
    )
    content = json.loads(rows[0].content)
    answered = {
        question.field: earlier_answer(page.definition, question, content, page.around)
        for question in page.section.questions
    }
    return Beside(sources[0], sources, {key: answer for key, answer in answered.items() if answer is not None})


def content_to_fetch(actor: Actor, application: Application, frozen_id: int) -> dict[str, Any] | None:
    """The frozen version, if it is of an application that the organisation has handed in before this one."""
    text = db.session().scalar(
        select(FrozenVersion.content)
        .join(Application, Application.id == FrozenVersion.subject_id)
        .where(
            FrozenVersion.id == frozen_id,
            FrozenVersion.kind == FrozenKind.APPLICATION,
            _handed_in_before(
                actor, application.id, application.organisation_id, application.call_id, application.submitted_at
            ),
        )
    )
    return None if text is None else json.loads(text)


def _handed_in_before(
    actor: Actor, application_id: int, organisation_id: int, call_id: int, submitted_at: datetime | None
) -> ColumnElement[bool]:
    return and_(
        policy.own(actor, Application),
        Application.organisation_id == organisation_id,
        Application.id != application_id,
        Application.call_id != call_id,
        Application.version_number > 0,
        *([Application.submitted_at < submitted_at] if submitted_at else []),
    )
