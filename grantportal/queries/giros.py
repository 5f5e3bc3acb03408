"""Bankgiron: in force and asked for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import aliased

from grantportal import db, policy
from grantportal.domain.actors import Actor
from grantportal.domain.giros import CHECK_TEXTS
from grantportal.domain.payments import PaymentStatus
from grantportal.models.accounts import User
from grantportal.models.organisations import BankGiro, Organisation
from grantportal.models.payments import Payment


@dataclass(frozen=True)
class EarlierGiro:
    """A number that the organisation was paid to before, and from which day to which."""

    number: str
    valid_from: date | None
    valid_to: date


@dataclass(frozen=True)
class GiroShown:
    """A giro with the three persons behind it."""

    id: int
    organisation_id: int
    organisation: str
    number: str
    asked_by: str
    asked_at: datetime
    verified_by_id: int | None
    verified_by: str
    verified_at: datetime | None
    verified_way: str
    """In words; empty where it was not asked then."""
    verified_how: str
    shared_with: tuple[str, ...]
    """Other organisations with the same number."""
    shared_reason: str
    approved_by: str
    approved_at: datetime | None
    is_ended: bool
    """Refused, taken back, or followed by another."""
    in_force: str
    """The number that the organisation is paid to meanwhile; empty where there is none, or where it is this one."""
    earlier: tuple[EarlierGiro, ...] = ()
    """Of the one in force: those that it and its forerunners replaced, the newest first."""

    @property
    def waits(self) -> bool:
        """Whether it is still to be checked or approved."""
        return self.approved_at is None and not self.is_ended

    @property
    def state(self) -> tuple[str, str, str]:
        """(tone, symbol, words)."""
        if self.approved_at:
            return "ok", "check", "Gäller"
        if self.verified_at:
            return "wait", "arrow", "Väntar på godkännande"
        return "wait", "arrow", "Väntar på kontroll"


def _shown(actor: Actor, where: ColumnElement[bool]) -> tuple[GiroShown, ...]:
    other = aliased(BankGiro)
    asked_by, verified_by, approved_by = aliased(User), aliased(User), aliased(User)
    in_force = (
        select(other.number)
        .where(
            other.organisation_id == BankGiro.organisation_id,
            other.id != BankGiro.id,
            other.approved_at.is_not(None),
            other.valid_to.is_(None),
        )
        .correlate(BankGiro)
        .scalar_subquery()
    )
    rows = (
        db.session()
        .execute(
            select(BankGiro, Organisation.name, asked_by.name, verified_by.name, approved_by.name, in_force)
            .join(Organisation, BankGiro.organisation_id == Organisation.id)
            .join(asked_by, BankGiro.asked_by_id == asked_by.id)
            .outerjoin(verified_by, BankGiro.verified_by_id == verified_by.id)
            .outerjoin(approved_by, BankGiro.approved_by_id == approved_by.id)
            .where(where)
            .order_by(BankGiro.approved_at.is_not(None), Organisation.name, BankGiro.id)
        )
        .all()
    )
    # Who else has a number is for those who check it.
    checks = policy.may(actor, policy.Permission.VERIFY_GIRO)
    shared = holders({giro.number for giro, *_ in rows}) if checks else {}
    earlier = _earlier({giro.organisation_id for giro, *_ in rows})
    return tuple(
        GiroShown(
            id=giro.id,
            organisation_id=giro.organisation_id,
            organisation=organisation,
            number=giro.number,
            asked_by=asked,
            asked_at=giro.asked_at,
            verified_by_id=giro.verified_by_id,
            verified_by=verified or "",
            verified_at=giro.verified_at,
            verified_way=CHECK_TEXTS[giro.verified_way] if giro.verified_way else "",
            verified_how=giro.verified_how,
            shared_with=tuple(name for other, name in shared.get(giro.number, ()) if other != giro.organisation_id),
            shared_reason=giro.shared_reason,
            approved_by=approved or "",
            approved_at=giro.approved_at,
            is_ended=giro.valid_to is not None,
            in_force=now or "",
            earlier=earlier.get(giro.organisation_id, ()) if giro.approved_at and giro.valid_to is None else (),
        )
        for giro, organisation, asked, verified, approved, now in rows
    )


def _earlier(organisation_ids: Collection[int]) -> dict[int, tuple[EarlierGiro, ...]]:
    """By organisation, the numbers that were approved and have been replaced, the newest first."""
    rows = db.session().execute(
        select(BankGiro.organisation_id, BankGiro.number, BankGiro.valid_from, BankGiro.valid_to)
        .where(
            BankGiro.organisation_id.in_(organisation_ids),
            BankGiro.approved_at.is_not(None),
        )
        .order_by(BankGiro.approved_at.desc())
    )
    found: dict[int, tuple[EarlierGiro, ...]] = {}
    for organisation_id, number, valid_from, valid_to in rows:
        if valid_to is not None:
            found[organisation_id] = (*found.get(organisation_id, ()), EarlierGiro(number, valid_from, valid_to))
    return found


def holders(numbers: Collection[str]) -> dict[str, list[tuple[int, str]]]:
    """By number, (id, name) of each organisation that is paid to it or has asked to be."""
    found: dict[str, list[tuple[int, str]]] = {}
    for number, organisation_id, name in db.session().execute(
        select(BankGiro.number, Organisation.id, Organisation.name)
        .join(Organisation, BankGiro.organisation_id == Organisation.id)
        .where(BankGiro.number.in_(numbers), BankGiro.valid_to.is_(None))
        .order_by(Organisation.name)
        .distinct()
    ):
        found.setdefault(number, []).append((organisation_id, name))
    return found


def listed(actor: Actor) -> tuple[GiroShown, ...]:
    """Every giro that is in force, with those before it, or asked for, and that the actor may see; those that wait first."""
    return _shown(actor, policy.visible(actor, BankGiro) & BankGiro.valid_to.is_(None))


def page(actor: Actor, giro_id: int) -> GiroShown | None:
    """A giro, ended ones too, if the actor may see it."""
    return next(iter(_shown(actor, policy.visible(actor, BankGiro) & (BankGiro.id == giro_id))), None)


def organisations(ids: Sequence[int]) -> dict[int, str]:
    """The names of these organisations, by id."""
    if not ids:
        return {}
    found = db.session().scalars(select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.name))
    return {each.id: each.name for each in found}


def locked(giro_id: int) -> BankGiro | None:
    """The giro, with its organisation locked first."""
    organisation_id = db.session().scalar(select(BankGiro.organisation_id).where(BankGiro.id == giro_id))
    if organisation_id is None:
        return None
    locked_organisation(organisation_id)
    return db.session().scalars(db.lock(select(BankGiro).where(BankGiro.id == giro_id))).one()


def locked_organisation(organisation_id: int) -> Organisation | None:
    """The organisation, locked."""
    return db.session().scalars(db.lock(select(Organisation).where(Organisation.id == organisation_id))).one_or_none()


def is_in_force() -> ColumnElement[bool]:
    """Whether a giro is the one that its organisation is paid to now: approved, and not followed by another."""
    return and_(BankGiro.approved_at.is_not(None), BankGiro.valid_to.is_(None))


def in_force(organisation_id: int) -> BankGiro | None:
    """The giro that the organisation is paid to now."""
    return (
        db.session()
        .scalars(select(BankGiro).where(BankGiro.organisation_id == organisation_id, is_in_force()))
        .one_or_none()
    )


def others_with(number: str, organisation_id: int) -> tuple[str, ...]:
    """The names of the other organisations that are paid to this number, or have asked to be."""
    return tuple(
        db.session().scalars(
            select(Organisation.name)
            .where(
                Organisation.id != organisation_id,
                Organisation.id.in_(
                    select(BankGiro.organisation_id).where(BankGiro.number == number, BankGiro.valid_to.is_(None))
                ),
            )
            .order_by(Organisation.name)
        )
    )


def unpaid(giro_id: int) -> tuple[int, ...]:
    """The ids of the payments to the giro's organisation that are not yet in an underlag."""
    return tuple(
        db.session().scalars(
            select(Payment.id)
            .join(BankGiro, BankGiro.organisation_id == Payment.organisation_id)
            .where(BankGiro.id == giro_id, Payment.status.not_in((PaymentStatus.BATCHED, PaymentStatus.CONFIRMED)))
        )
    )


def is_asked_for() -> ColumnElement[bool]:
    """Whether a giro waits to be verified or approved."""
    return and_(BankGiro.approved_at.is_(None), BankGiro.valid_to.is_(None))


def asked_for(organisation_id: int) -> BankGiro | None:
    """The giro that waits to be verified or approved."""
    return (
        db.session()
        .scalars(select(BankGiro).where(BankGiro.organisation_id == organisation_id, is_asked_for()))
        .one_or_none()
    )
