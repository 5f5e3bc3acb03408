"""Meddelanden: who gets one, and what a person has got."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Actor, Role
from grantportal.domain.organisations import OrganisationKind
from grantportal.models.accounts import MandateRow, User
from grantportal.models.cases import Case
from grantportal.models.organisations import Organisation
from grantportal.models.portal import Notice
from grantportal.models.reports import Report
from grantportal.models.supplements import Supplement
from grantportal.queries.accounts import holds, notice_is_readable

PAGE = 50


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


def still_here(user_id: int) -> list[int]:
    """The person, unless the account has been closed since."""
    return list(db.session().scalars(select(User.id).where(User.id == user_id, User.closed_at.is_(None))))


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
    about: str
    """The table of what it is about; empty where only the case is known."""
    about_id: int
    is_for_authority: bool


@dataclass(frozen=True)
class NoticeList:
    """A page of a person's messages."""

    rows: tuple[NoticeRow, ...]
    total: int
    unread: int
    newest_id: int
    page: int
    pages: int


def latest(actor: Actor, most: int) -> tuple[NoticeRow, ...]:
    """The newest messages that the person may still read. One query."""
    return _shown(_readable(actor).order_by(Notice.made_at.desc(), Notice.id.desc()).limit(most))


def listed(actor: Actor, page: int, *, only_unread: bool = False, size: int = PAGE) -> NoticeList:
    """The person's own messages that the person may still read, the unread first and each part newest first. Two queries."""
    counted = select(
        func.count(Notice.id), func.count(Notice.id).filter(Notice.read_at.is_(None)), func.max(Notice.id)
    ).where(Notice.user_id == actor.user_id, notice_is_readable(clock.today()))
    everything, unread, newest = db.session().execute(counted).one()
    total = unread if only_unread else everything
    pages = max(1, -(-total // size))
    chosen = min(page, pages)
    rows = (
        _readable(actor)
        .order_by(Notice.read_at.is_not(None), Notice.made_at.desc(), Notice.id.desc())
        .offset((chosen - 1) * size)
        .limit(size)
    )
    if only_unread:
        rows = rows.where(Notice.read_at.is_(None))
    return NoticeList(_shown(rows), total, unread, newest or 0, chosen, pages)


def get(actor: Actor, notice_id: int) -> NoticeRow | None:
    """One of the person's own messages, for as long as the person may read it."""
    found = _shown(_readable(actor).where(Notice.id == notice_id))
    return found[0] if found else None


def _readable(actor: Actor) -> Select[Notice, str | None, int | None]:
    return (
        select(Notice, Case.registration_number, Supplement.report_id)
        .outerjoin(Case, Case.id == Notice.case_id)
        .outerjoin(Supplement, and_(Notice.about == Supplement.__tablename__, Supplement.id == Notice.about_id))
        .where(Notice.user_id == actor.user_id, notice_is_readable(clock.today()))
    )


def _shown(query: Select[Notice, str | None, int | None]) -> tuple[NoticeRow, ...]:
    return tuple(
        NoticeRow(
            id=notice.id,
            title=notice.title,
            text=notice.text,
            made_at=notice.made_at,
            is_read=notice.read_at is not None,
            case_id=notice.case_id,
            registration_number=number or "",
            # What is asked of a report is answered in the report.
            about=(notice.about or "") if report_id is None else Report.__tablename__,
            about_id=(notice.about_id or 0) if report_id is None else report_id,
            is_for_authority=notice.organisation_id is None,
        )
        for notice, number, report_id in db.session().execute(query)
    )


@dataclass(frozen=True)
class MailFacts:
    """To whom a mail goes and which case it is about: all that a mail may say."""

    to: str
    registration_number: str


def mail_to_person(user_id: int, case_id: int | None, told_at: datetime) -> MailFacts | None:
    """The facts of a mail about what a person was told at that moment; None when the account has been closed since, or the
    person may no longer read it: a mail may wait long for its server."""
    email = db.session().scalar(
        select(User.email)
        .join(Notice, Notice.user_id == User.id)
        .where(
            User.id == user_id,
            User.closed_at.is_(None),
            Notice.case_id.is_not_distinct_from(case_id),
            Notice.made_at == told_at,
            notice_is_readable(clock.today()),
        )
        .limit(1)
    )
    return MailFacts(email, _number(case_id)) if email else None


def mail_to_mailbox(organisation_id: int, case_id: int | None) -> MailFacts | None:
    """The facts of a copy to the organisation's mailbox; None when it no longer has one."""
    to = mailbox(organisation_id)
    return MailFacts(to, _number(case_id)) if to else None


def _number(case_id: int | None) -> str:
    if case_id is None:
        return ""
    return db.session().scalar(select(Case.registration_number).where(Case.id == case_id)) or ""
