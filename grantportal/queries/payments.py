"""Utbetalningar and their underlag."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, String, case, cast, func, select
from sqlalchemy.orm import aliased

from grantportal import db, policy
from grantportal.domain import clock
from grantportal.domain.actors import Actor
from grantportal.domain.cases import FrozenKind
from grantportal.domain.decisions import taken_back_text
from grantportal.domain.documents import PaymentBatchFacts, PaymentRow
from grantportal.domain.giros import CHECK_TEXTS, is_new
from grantportal.domain.grants import FrameStatus
from grantportal.domain.money import Kronor
from grantportal.domain.payments import (
    UNDER_WAY,
    LedgerKind,
    Narrowed,
    PaymentStatus,
    Whole,
    deviations_of,
    deviations_text,
    label,
)
from grantportal.domain.texts import few
from grantportal.models.accounts import User
from grantportal.models.applications import Application
from grantportal.models.cases import Case, FrozenVersion
from grantportal.models.decisions import Decision, DecisionLine
from grantportal.models.grants import Grant, YearFrame
from grantportal.models.organisations import BankGiro, Organisation
from grantportal.models.payments import LedgerEntry, Payment, PaymentBatch
from grantportal.queries.giros import holders, is_in_force

PAGE = 50
PAGE_TO_ATTEST = 500
"""Whoever attests must have each row before the eyes, with its giro: more at a time, and never what is on another page."""
ALL = Narrowed()


@dataclass(frozen=True)
class GiroFacts:
    """What those who register and attest need to know of the giro that they send money to."""

    valid_from: date | None
    before: str
    """The number before it; empty where there was none."""
    is_new: bool
    checked: str
    """Who checked it when, in which way, and what it showed; and who approved it."""
    shared_with: tuple[str, ...]
    shared_reason: str

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is out of the ordinary, in whole sentences."""
        said = []
        if self.is_new and self.valid_from:
            said.append(
                f"Nytt giro sedan {clock.day_text(self.valid_from)}, "
                + (f"tidigare {self.before}." if self.before else "inget tidigare.")
            )
        if self.shared_with:
            # Whoever had the number first was asked nothing.
            why = f" Skäl: {self.shared_reason}" if self.shared_reason else ""
            said.append(f"Samma bankgiro har {few(self.shared_with)}.{why}")
        return tuple(said)


@dataclass(frozen=True)
class ListedPayment:
    """A payment as the lists show it."""

    id: int
    case_id: int
    receiver: str
    organisation_number: str
    registration_number: str
    grant: str
    grant_year: int
    amount: Kronor
    planned_on: date
    status: PaymentStatus
    state: tuple[str, str, str]
    allotted: bool
    sent: bool
    """Whether its decision is sent: before that nothing is done with it."""
    withdrawal: str
    """That the party withdrew its application before the decision was sent, in a sentence; empty where it did not."""
    giro: str
    """The number that was attested; until then the one in force."""
    giro_id: int
    """Which giro that is; 0 where there is none."""
    giro_facts: "GiroFacts | None"
    giro_changed: bool
    """Whether another is in force than the one that was attested."""
    registered_by_id: int | None
    registered_by: str
    attested_by: str
    paid_on: date | None
    early_reason: str
    deviations: str
    deviation_reason: str

    @property
    def box(self) -> str:
        """What its box says when it is ticked to be attested: which payment, with which giro shown."""
        return f"{self.id}:{self.giro_id}"

    @property
    def bars(self) -> tuple[str, ...]:
        """What must happen before it can be taken on, in whole sentences."""
        held = {
            "Beslutet är inte skickat än.": self.sent,
            "Årets medel är inte tilldelade än.": self.allotted,
            "Ett annat bankgiro gäller nu än när det attesterades.": not self.giro_changed,
        }
        return tuple(text for text, is_so in held.items() if not is_so)


@dataclass(frozen=True)
class ListedBatch:
    """An underlag as the list shows it."""

    id: int
    number: str
    created_at: datetime
    created_by: str
    grant: str
    payments: int
    confirmed: int
    total: Kronor


@dataclass(frozen=True)
class PaymentsPage:
    """One page of the payments in one state, with how many and how much there is in each.

    `whole` is every payment that the list shows, over its pages; `grants`, `years` and `days` are what it may be narrowed to.
    """

    rows: tuple[ListedPayment, ...]
    counts: dict[PaymentStatus, int]
    sums: dict[PaymentStatus, Kronor]
    whole: Whole
    grants: tuple[tuple[int, str, Whole], ...]
    years: tuple[int, ...]
    days: tuple[date, ...]
    page: int
    pages: int

    @property
    def here(self) -> Whole:
        """The payments of this page, with the giros that it shows."""
        return Whole(
            count=len(self.rows),
            total=sum(row.amount for row in self.rows),
            shown=tuple(row.box for row in self.rows),
        )


@dataclass(frozen=True)
class BatchesPage:
    """One page of the underlag, the newest first. `grants` and `years` are what they may be narrowed to."""

    rows: tuple[ListedBatch, ...]
    grants: tuple[tuple[int, str], ...]
    years: tuple[int, ...]
    page: int
    pages: int


@dataclass(frozen=True)
class BatchShown:
    """An underlag with its control totals, and one page of its payments."""

    id: int
    number: str
    created_at: datetime
    created_by: str
    total: Kronor
    sha256: str
    grants: tuple[str, ...]
    """The statsbidrag that it pays: one, but for those from before the rule."""
    count: int
    confirmed: int
    """How many of its payments the bank has paid."""
    waiting: Whole
    per_year: dict[int, Kronor]
    payments: tuple[ListedPayment, ...]
    page: int
    pages: int


def _pages(count: int, asked: int, size: int) -> tuple[int, int]:
    """(the page that is shown, how many there are)."""
    pages = max(1, -(-count // size))
    return min(max(1, asked), pages), pages


def _sum(parts: Iterable[Whole]) -> Whole:
    count, total, shown = 0, 0, list[str]()
    for part in parts:
        count, total = count + part.count, total + part.total
        shown += part.shown
    return Whole(count, total, tuple(shown))


def _ids(status: PaymentStatus) -> ColumnElement[str]:
    """The ids of a group's payments in this state, for `_whole`; of no other, which nobody chooses."""
    return func.aggregate_strings(case((Payment.status == status, cast(Payment.id, String))), ",")


def _whole(count: int, total: int, ids: str | None) -> Whole:
    return Whole(count, int(total), tuple(ids.split(",")) if ids else ())


def _listed(where: ColumnElement[bool], *, offset: int = 0, limit: int | None = None) -> tuple[ListedPayment, ...]:
    registrar, attester = aliased(User), aliased(User)
    rows = (
        db.session()
        .execute(
            select(
                Payment,
                Organisation,
                Case.registration_number,
                Grant.title,
                YearFrame.status,
                BankGiro.id,
                BankGiro.number,
                registrar.name,
                attester.name,
                PaymentBatch.number,
                policy.is_sent(Payment.decision_id),
                Application.withdrawn_at,
            )
            .join(Decision, Payment.decision_id == Decision.id)
            .join(Application, Decision.application_id == Application.id)
            .join(Organisation, Payment.organisation_id == Organisation.id)
            .join(Case, Payment.case_id == Case.id)
            .join(Grant, Payment.grant_id == Grant.id)
            .join(YearFrame, (YearFrame.grant_id == Payment.grant_id) & (YearFrame.grant_year == Payment.grant_year))
            .outerjoin(
                BankGiro,
                (BankGiro.organisation_id == Payment.organisation_id) & is_in_force(),
            )
            .outerjoin(registrar, Payment.registered_by_id == registrar.id)
            .outerjoin(attester, Payment.attested_by_id == attester.id)
            .outerjoin(PaymentBatch, Payment.batch_id == PaymentBatch.id)
            .where(where)
            .order_by(Payment.planned_on, Payment.id)
            .offset(offset)
            .limit(limit)
        )
        .all()
    )
    facts = _giro_facts({payment.giro_id or giro_id for payment, _, _, _, _, giro_id, *_ in rows} - {None})
    return tuple(
        ListedPayment(
            id=payment.id,
            case_id=payment.case_id,
            receiver=organisation.name,
            organisation_number=organisation.organisation_number,
            registration_number=number or "",
            grant=grant,
            grant_year=payment.grant_year,
            amount=payment.amount,
            planned_on=payment.planned_on,
            status=payment.status,
            state=label(payment.status, planned_on=payment.planned_on, batch=batch or "", paid_on=payment.paid_on),
            allotted=frame_status is FrameStatus.ALLOTTED,
            sent=sent,
            withdrawal=taken_back_text(withdrawn_at, is_sent=sent) if withdrawn_at else "",
            giro=payment.giro or giro or "",
            giro_id=payment.giro_id or giro_id or 0,
            giro_facts=facts.get(payment.giro_id or giro_id),
            giro_changed=payment.status in (PaymentStatus.ATTESTED, PaymentStatus.BATCHED)
            and payment.giro_id != giro_id,
            registered_by_id=payment.registered_by_id,
            registered_by=registered_by or "",
            attested_by=attested_by or "",
            paid_on=payment.paid_on,
            early_reason=payment.early_reason,
            deviations=deviations_text(deviations_of(payment.deviations)),
            deviation_reason=payment.deviation_reason,
        )
        for (
            payment,
            organisation,
            number,
            grant,
            frame_status,
            giro_id,
            giro,
            registered_by,
            attested_by,
            batch,
            sent,
            withdrawn_at,
        ) in rows
    )


def _giro_facts(giro_ids: Collection[int]) -> dict[int, GiroFacts]:
    """What is known of these giros, by id. Two queries whatever their number."""
    if not giro_ids:
        return {}
    earlier, verified_by, approved_by = aliased(BankGiro), aliased(User), aliased(User)
    before = (
        select(earlier.number)
        .where(earlier.organisation_id == BankGiro.organisation_id, earlier.approved_at < BankGiro.approved_at)
        .order_by(earlier.approved_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = (
        db.session()
        .execute(
            select(BankGiro, before, verified_by.name, approved_by.name)
            .outerjoin(verified_by, BankGiro.verified_by_id == verified_by.id)
            .outerjoin(approved_by, BankGiro.approved_by_id == approved_by.id)
            .where(BankGiro.id.in_(giro_ids))
        )
        .all()
    )
    shared = holders({giro.number for giro, *_ in rows})
    return {
        giro.id: GiroFacts(
            valid_from=giro.valid_from,
            before=number or "",
            is_new=giro.valid_from is not None and is_new(giro.valid_from, clock.today()),
            checked=_checked(giro, verified or "", approved or ""),
            shared_with=tuple(name for other, name in shared.get(giro.number, ()) if other != giro.organisation_id),
            shared_reason=giro.shared_reason,
        )
        for giro, number, verified, approved in rows
    }


def _checked(giro: BankGiro, verified_by: str, approved_by: str) -> str:
    way = f"{CHECK_TEXTS[giro.verified_way]}. " if giro.verified_way else ""
    on = clock.day_text(clock.stockholm(giro.verified_at).date()) if giro.verified_at else ""
    how = f"{giro.verified_how.rstrip('.')}. " if giro.verified_how else ""
    return f"Kontrollerat {on} av {verified_by}: {way}{how}Godkänt av {approved_by}."


def page(actor: Actor, status: PaymentStatus, number: int = 1, narrowed: Narrowed = ALL) -> PaymentsPage:
    """The payments in one state that the actor may see, oldest plan first. Two queries whatever their number."""
    groups = [
        (of, year, day, title, state, _whole(count, total, ids))
        for of, year, day, title, state, count, total, ids in db.session().execute(
            select(
                Payment.grant_id,
                Payment.grant_year,
                Payment.planned_on,
                Grant.title,
                Payment.status,
                func.count(Payment.id),
                func.sum(Payment.amount),
                _ids(status),
            )
            .join(Grant, Payment.grant_id == Grant.id)
            .where(policy.visible(actor, Payment))
            .group_by(Payment.grant_id, Payment.grant_year, Payment.planned_on, Grant.title, Payment.status)
        )
    ]
    of_state = {each: _sum(part for *_, state, part in groups if state is each) for each in PaymentStatus}
    here = [(of, year, day, title, part) for of, year, day, title, state, part in groups if state is status]
    grants = sorted({(title, of) for of, _, _, title, _ in here})
    whole = _sum(
        part for of, year, day, _, part in here if narrowed.holds(grant_id=of, grant_year=year, planned_on=day)
    )
    size = PAGE_TO_ATTEST if status is PaymentStatus.REGISTERED else PAGE
    number, pages = _pages(whole.count, number, size)
    rows = _listed(_narrowed(actor, status, narrowed), offset=(number - 1) * size, limit=size)
    return PaymentsPage(
        rows=rows,
        counts={each: part.count for each, part in of_state.items() if part.count},
        sums={each: part.total for each, part in of_state.items() if part.count},
        whole=whole,
        grants=tuple((of, title, _sum(part for each, *_, part in here if each == of)) for title, of in grants),
        years=tuple(sorted({year for _, year, *_ in here})),
        days=tuple(sorted({day for _, _, day, *_ in here})),
        page=number,
        pages=pages,
    )


def _narrowed(actor: Actor, status: PaymentStatus, narrowed: Narrowed) -> ColumnElement[bool]:
    shown = policy.visible(actor, Payment) & (Payment.status == status)
    for column, value in (
        (Payment.grant_id, narrowed.grant_id),
        (Payment.grant_year, narrowed.grant_year),
        (Payment.planned_on, narrowed.planned_on),
    ):
        if value is not None:
            shown &= column == value
    return shown


def every_id(actor: Actor, status: PaymentStatus, narrowed: Narrowed) -> list[int]:
    """The ids of every payment that a list shows, over all its pages."""
    return list(db.session().scalars(select(Payment.id).where(_narrowed(actor, status, narrowed)).order_by(Payment.id)))


def every_waiting_id(actor: Actor, batch_id: int) -> list[int]:
    """The ids of every payment of an underlag that the bank has not paid yet."""
    return list(
        db.session().scalars(
            select(Payment.id)
            .where(
                policy.visible(actor, Payment),
                Payment.batch_id == batch_id,
                Payment.status == PaymentStatus.BATCHED,
            )
            .order_by(Payment.id)
        )
    )


def batches(actor: Actor, number: int = 1, narrowed: Narrowed = ALL) -> BatchesPage:
    """The newest underlag first, of a statsbidrag and with payments of a year; none for those who may not read payments."""
    if not policy.may(actor, policy.Permission.READ_PAYMENTS):
        return BatchesPage((), (), (), 1, 1)
    known = db.session().execute(
        select(Payment.grant_id, Grant.title, Payment.grant_year)
        .join(Grant, Payment.grant_id == Grant.id)
        .where(Payment.batch_id.is_not(None))
        .distinct()
    )
    held = list(known)
    shown = select(PaymentBatch.id)
    of = select(Payment.batch_id).where(Payment.batch_id.is_not(None))
    if narrowed.grant_id is not None:
        shown = shown.where(PaymentBatch.id.in_(of.where(Payment.grant_id == narrowed.grant_id)))
    if narrowed.grant_year is not None:
        shown = shown.where(PaymentBatch.id.in_(of.where(Payment.grant_year == narrowed.grant_year)))
    number, pages = _pages(db.session().scalar(select(func.count()).select_from(shown.subquery())) or 0, number, PAGE)
    newest = shown.order_by(PaymentBatch.id.desc()).offset((number - 1) * PAGE).limit(PAGE).subquery()
    rows = db.session().execute(
        select(
            PaymentBatch,
            User.name,
            func.min(Grant.title),
            func.count(Grant.id.distinct()),
            func.count(Payment.id),
            func.count(Payment.paid_on),
        )
        .join(User, PaymentBatch.created_by_id == User.id)
        .join(Payment, Payment.batch_id == PaymentBatch.id)
        .join(Grant, Payment.grant_id == Grant.id)
        .where(PaymentBatch.id.in_(select(newest.c.id)))
        .group_by(PaymentBatch.id, User.name)
        .order_by(PaymentBatch.id.desc())
    )
    return BatchesPage(
        tuple(
            ListedBatch(
                id=batch.id,
                number=batch.number,
                created_at=batch.created_at,
                created_by=name,
                grant=title if grants == 1 else "Flera statsbidrag",
                payments=count,
                confirmed=paid,
                total=batch.total,
            )
            for batch, name, title, grants, count, paid in rows
        ),
        tuple((of_id, title) for title, of_id in sorted({(title, of_id) for of_id, title, _ in held})),
        tuple(sorted({year for *_, year in held})),
        number,
        pages,
    )


def batch(actor: Actor, batch_id: int, number: int = 1) -> BatchShown | None:
    """An underlag with one page of its payments, or None when it does not exist or the actor may not read payments.

    Three queries whatever their number.
    """
    if not policy.may(actor, policy.Permission.READ_PAYMENTS):
        return None
    found = (
        db.session()
        .execute(
            select(PaymentBatch, User.name)
            .join(User, PaymentBatch.created_by_id == User.id)
            .where(PaymentBatch.id == batch_id)
        )
        .one_or_none()
    )
    if found is None:
        return None
    row, name = found
    groups = [
        (title, year, status, _whole(count, total, ids))
        for title, year, status, count, total, ids in db.session().execute(
            select(
                Grant.title,
                Payment.grant_year,
                Payment.status,
                func.count(Payment.id),
                func.sum(Payment.amount),
                _ids(PaymentStatus.BATCHED),
            )
            .join(Grant, Payment.grant_id == Grant.id)
            .where(Payment.batch_id == batch_id)
            .group_by(Grant.title, Payment.grant_year, Payment.status)
        )
    ]
    count = _sum(part for *_, part in groups).count
    number, pages = _pages(count, number, PAGE)
    return BatchShown(
        id=row.id,
        number=row.number,
        created_at=row.created_at,
        created_by=name,
        total=row.total,
        sha256=row.sha256,
        grants=tuple(sorted({title for title, *_ in groups})),
        count=count,
        confirmed=_sum(part for *_, status, part in groups if status is PaymentStatus.CONFIRMED).count,
        waiting=_sum(part for *_, status, part in groups if status is PaymentStatus.BATCHED),
        per_year={
            year: _sum(part for _, each, _, part in groups if each == year).total
            for year in sorted({year for _, year, *_ in groups})
        },
        payments=_listed(Payment.batch_id == batch_id, offset=(number - 1) * PAGE, limit=PAGE),
        page=number,
        pages=pages,
    )


@dataclass(frozen=True)
class FrozenBatch:
    """What an underlag's file is made of: frozen with it, so that the same file comes out each time."""

    facts: PaymentBatchFacts
    rows: tuple[PaymentRow, ...]


def frozen_batch(actor: Actor, batch_id: int, *, example: bool) -> FrozenBatch | None:
    """The frozen content of an underlag, or None when it does not exist or the actor may not read payments."""
    if not policy.may(actor, policy.Permission.READ_PAYMENTS):
        return None
    frozen = db.session().scalar(
        select(FrozenVersion).where(
            FrozenVersion.kind == FrozenKind.PAYMENT_BATCH, FrozenVersion.subject_id == batch_id
        )
    )
    if frozen is None:
        return None
    content = json.loads(frozen.content)
    return FrozenBatch(
        facts=PaymentBatchFacts(
            batch_number=content["number"],
            batch_id=content["batch_id"],
            created_at=datetime.fromisoformat(content["created_at"]),
            sha256=frozen.sha256,
            example=example,
            grant=content.get("grant", ""),
            says_new_giro=any("new_giro" in row for row in content["payments"]),
        ),
        rows=tuple(
            PaymentRow(**{**row, "decided_on": date.fromisoformat(row["decided_on"])}) for row in content["payments"]
        ),
    )


# --- Inside an act: locked, in the house's order ------------------------------------------------------------------


def locked_frames(payment_ids: Sequence[int]) -> dict[tuple[int, int], YearFrame]:
    """The year frames that the payments draw on, locked by grant and year."""
    drawn_on = (
        select(Payment.id)
        .where(
            Payment.id.in_(payment_ids),
            Payment.grant_id == YearFrame.grant_id,
            Payment.grant_year == YearFrame.grant_year,
        )
        .exists()
    )
    frames = db.session().scalars(
        db.lock(select(YearFrame).where(drawn_on).order_by(YearFrame.grant_id, YearFrame.grant_year))
    )
    return {(frame.grant_id, frame.grant_year): frame for frame in frames}


def locked_cases(payment_ids: Sequence[int]) -> dict[int, Case]:
    """The payments' cases, locked in the order of their ids."""
    wanted = select(Payment.case_id).where(Payment.id.in_(payment_ids))
    found = db.session().scalars(db.lock(select(Case).where(Case.id.in_(wanted)).order_by(Case.id)))
    return {case.id: case for case in found}


def locked_batch(batch_id: int) -> PaymentBatch | None:
    """The underlag, locked."""
    return db.session().scalars(db.lock(select(PaymentBatch).where(PaymentBatch.id == batch_id))).one_or_none()


def locked(payment_ids: Sequence[int]) -> list[Payment]:
    """The payments themselves, locked in the order of their ids. Those that do not exist are missing."""
    found = db.session().scalars(db.lock(select(Payment).where(Payment.id.in_(payment_ids)).order_by(Payment.id)))
    return list(found)


def receivers(payments: Sequence[Payment]) -> dict[int, Organisation]:
    """The organisations that are paid, by id."""
    ids = {payment.organisation_id for payment in payments}
    return {each.id: each for each in db.session().scalars(select(Organisation).where(Organisation.id.in_(ids)))}


def sent_decisions(payments: Sequence[Payment]) -> set[int]:
    """The ids of those of the payments' decisions that are sent (meddelade)."""
    ids = {payment.decision_id for payment in payments}
    return set(db.session().scalars(select(Decision.id).where(Decision.id.in_(ids), policy.is_sent(Decision.id))))


def withdrawn_decisions(payments: Sequence[Payment]) -> dict[int, datetime]:
    """When (UTC) the party withdrew its application, by the ids of those of the payments' decisions of which it did.

    A decision made after that grants nothing: it was made already, and was sent all the same.
    """
    ids = {payment.decision_id for payment in payments}
    rows = db.session().execute(
        select(Decision.id, Application.withdrawn_at)
        .join(Application, Decision.application_id == Application.id)
        .where(Decision.id.in_(ids), Application.withdrawn_at.is_not(None))
    )
    return {decision_id: withdrawn_at for decision_id, withdrawn_at in rows if withdrawn_at is not None}


def under_way(grant_id: int, grant_year: int) -> tuple[tuple[str, PaymentStatus], ...]:
    """The receiver and state of each payment of the year that is begun and not yet paid, by name."""
    rows = db.session().execute(
        select(Organisation.name, Payment.status)
        .join(Organisation, Payment.organisation_id == Organisation.id)
        .where(Payment.grant_id == grant_id, Payment.grant_year == grant_year, Payment.status.in_(UNDER_WAY))
        .order_by(Organisation.name, Payment.id)
    )
    return tuple((name, status) for name, status in rows)


def giros_in_force(organisation_ids: Sequence[int]) -> dict[int, BankGiro]:
    """The approved giro of each organisation that has one."""
    found = db.session().scalars(select(BankGiro).where(BankGiro.organisation_id.in_(organisation_ids), is_in_force()))
    return {giro.organisation_id: giro for giro in found}


def ended_giros(payments: Sequence[Payment]) -> dict[int, date]:
    """The day on which a giro of these payments ceased to be in force, by its id; only of those that have."""
    ids = {payment.giro_id for payment in payments if payment.giro_id is not None}
    rows = db.session().execute(select(BankGiro.id, BankGiro.valid_to).where(BankGiro.id.in_(ids)))
    return {giro_id: ended_on for giro_id, ended_on in rows if ended_on is not None}


def attested_for(organisation_id: int, case_ids: Collection[int]) -> list[Payment]:
    """The organisation's attested payments in these cases, locked in the order of their ids."""
    found = db.session().scalars(
        db.lock(
            select(Payment)
            .where(
                Payment.organisation_id == organisation_id,
                Payment.case_id.in_(case_ids),
                Payment.status == PaymentStatus.ATTESTED,
            )
            .order_by(Payment.id)
        )
    )
    return list(found)


def granted_and_planned(
    payments: Sequence[Payment],
) -> tuple[dict[tuple[int, int], Kronor], dict[tuple[int, int], Kronor]]:
    """What the payments' decisions grant, and what all payments of each come to: by decision and year. Two queries."""
    ids = {payment.decision_id for payment in payments}
    granted, planned = (
        {
            (decision_id, year): int(total)
            for decision_id, year, total in db.session().execute(
                select(of.decision_id, of.grant_year, func.sum(of.amount))
                .where(of.decision_id.in_(ids))
                .group_by(of.decision_id, of.grant_year)
            )
        }
        for of in (DecisionLine, Payment)
    )
    return granted, planned


def grant_titles(payments: Sequence[Payment]) -> list[str]:
    """The titles of the statsbidrag that are paid."""
    ids = {payment.grant_id for payment in payments}
    return list(db.session().scalars(select(Grant.title).where(Grant.id.in_(ids)).order_by(Grant.title)))


def rows_to_freeze(payments: Sequence[Payment]) -> list[dict[str, Any]]:
    """What the underlag's file will say of each payment, as plain values. `giro` is set on the payments already."""
    registrar, attester = aliased(User), aliased(User)
    rows = db.session().execute(
        select(
            Payment,
            Organisation,
            Case.registration_number,
            Decision.decided_at,
            registrar.name,
            attester.name,
            BankGiro.valid_from,
        )
        .outerjoin(BankGiro, Payment.giro_id == BankGiro.id)
        .join(Organisation, Payment.organisation_id == Organisation.id)
        .join(Case, Payment.case_id == Case.id)
        .join(Decision, Payment.decision_id == Decision.id)
        .join(registrar, Payment.registered_by_id == registrar.id)
        .join(attester, Payment.attested_by_id == attester.id)
        .where(Payment.id.in_([payment.id for payment in payments]))
        .order_by(Payment.id)
    )
    return [
        {
            "payment_id": str(payment.id),
            "registration_number": number or "",
            "organisation": organisation.name,
            "organisation_number": organisation.organisation_number,
            "bank_giro": payment.giro,
            "grant_year": payment.grant_year,
            "amount": payment.amount,
            "decided_on": clock.stockholm(decided_at).date().isoformat(),
            "registered_by": registered_by,
            "attested_by": attested_by,
            "new_giro": valid_from is not None and is_new(valid_from, clock.today()),
        }
        for payment, organisation, number, decided_at, registered_by, attested_by, valid_from in rows
        if decided_at is not None
    ]


def entered(payment_ids: Collection[int]) -> list[LedgerEntry]:
    """What the ledger has of these payments as paid, for the act that has just entered them."""
    of = select(LedgerEntry).where(LedgerEntry.kind == LedgerKind.PAID, LedgerEntry.payment_id.in_(payment_ids))
    return list(db.session().scalars(of))
