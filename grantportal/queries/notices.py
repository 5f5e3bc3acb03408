"""Meddelanden: who gets one, and what a person has got."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Actor, Role
from grantportal.domain.organisations import OrganisationKind
from grantportal.models.accounts import MandateRow, User
from grantportal.models.cases import Case
from grantportal.models.organisations import Organisation
from grantportal.models.portal import Notice
from grantportal.queries.accounts import holds

SHOWN = 200


def receivers(roles: Iterable[str], *, organisation_id: int | None, case_id: int | None) -> list[int]:
    """Ids of the persons who hold one of the roles today in the organisation (None: the authority), for this case or for all."""
    today = clock.today()
    here = (
        Organisation.kind == OrganisationKind.AUTHORITY
        if organisation_id is None
        else Organisation.id == organisation_id
    )
    covers: ColumnElement[bool] = MandateRow.case_id.is_(None)
    if case_id is not None:
        covers = or_(covers, MandateRow.case_id == case_id)
    return list(
        db.session().scalars(
            select(User.id)
            .join(MandateRow, MandateRow.user_id == User.id)
            .join(Organisation, Organisation.id == MandateRow.organisation_id)
            .where(
                here,
                covers,
                MandateRow.role.in_([Role(role) for role in roles]),
                holds(today),
                User.closed_at.is_(None),
            )
            .distinct()
            .order_by(User.id)
        )
    )


def mailbox(organisation_id: int) -> str:
    """The organisation's own mailbox, which gets a copy; empty when it has none."""
    return db.session().scalar(select(Organisation.mailbox).where(Organisation.id == organisation_id)) or ""


@dataclass(frozen=True)
class NoticeRow:
    """A message as the reader sees it."""

    id: int
    title: str
    text: str
    made_at: datetime
    is_read: bool
    case_id: int | None
    registration_number: str


def of(actor: Actor, most: int = SHOWN) -> list[NoticeRow]:
    """The person's own messages, newest first."""
    rows = db.session().execute(
        select(Notice, Case.registration_number)
        .outerjoin(Case, Case.id == Notice.case_id)
        .where(Notice.user_id == actor.user_id)
        .order_by(Notice.made_at.desc(), Notice.id.desc())
        .limit(most)
    )
    return [
        NoticeRow(
            id=notice.id,
            title=notice.title,
            text=notice.text,
            made_at=notice.made_at,
            is_read=notice.read_at is not None,
            case_id=notice.case_id,
            registration_number=number or "",
        )
        for notice, number in rows
    ]


@dataclass(frozen=True)
class MailFacts:
    """To whom a mail goes and which case it is about: all that a mail may say."""

    to: str
    registration_number: str


def mail_to_person(user_id: int, case_id: int | None) -> MailFacts | None:
    """The facts of a mail to a person; None when the account has been closed since."""
    email = db.session().scalar(select(User.email).where(User.id == user_id, User.closed_at.is_(None)))
    return MailFacts(email, _number(case_id)) if email else None


def mail_to_mailbox(organisation_id: int, case_id: int | None) -> MailFacts | None:
    """The facts of a copy to the organisation's mailbox; None when it no longer has one."""
    to = mailbox(organisation_id)
    return MailFacts(to, _number(case_id)) if to else None


def _number(case_id: int | None) -> str:
    if case_id is None:
        return ""
    return db.session().scalar(select(Case.registration_number).where(Case.id == case_id)) or ""
