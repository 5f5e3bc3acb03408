"""Start: what waits for the reader, derived from where things are; nothing of it is stored."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, or_, select

from grantportal import db
from grantportal.domain import clock
from grantportal.domain.actors import Actor
from grantportal.domain.applications import CALL_WITHDRAWN, ApplicationStatus
from grantportal.domain.calls import IN_FORCE, CallStatus
from grantportal.domain.case_lists import NOBODYS
from grantportal.domain.decisions import CommunicationKind, DecisionStatus
from grantportal.domain.grants import FrameStatus
from grantportal.domain.money import kr
from grantportal.domain.payments import PaymentStatus
from grantportal.domain.reports import ECONOMY, ReportStatus
from grantportal.domain.supplements import SupplementStatus, asked_for
from grantportal.models.applications import Application
from grantportal.models.calls import Call, CallYear
from grantportal.models.cases import Case
from grantportal.models.decisions import Communication, Decision, DecisionParticipant
from grantportal.models.grants import YearFrame
from grantportal.models.organisations import BankGiro, Organisation
from grantportal.models.payments import Payment
from grantportal.models.reports import Report
from grantportal.models.supplements import Supplement, SupplementPart
from grantportal.policy import Permission, is_sent, may, own, visible
from grantportal.queries import decisions, ombud
from grantportal.queries.case_lists import is_nobodys
from grantportal.queries.giros import is_asked_for
from grantportal.queries.supplements import time_asked_at
from grantportal.queries.together import fetched, part

MOST = 20
"""How many of each kind are shown; the rest are in the lists."""
AHEAD = timedelta(days=45)
"""How long before its day a planned payment is something to do."""
DATES = 6

Mark = tuple[str, str, str]


@dataclass(frozen=True)
class Waiting:
    """Something that waits for the reader: what, where, why, and by when."""

    title: str
    text: str
    endpoint: str
    values: Mapping[str, Any]
    day: date | None = None
    """Last day; None when there is none."""
    since: date | None = None
    is_own: bool = False
    """In a case that the reader is appointed to handle."""
    action: str = ""
    mark: Mark = ("wait", "arrow", "Väntar på dig")

    @property
    def is_late(self) -> bool:
        """Whether its last day has passed."""
        return self.day is not None and self.day < clock.today()

    @property
    def day_text(self) -> str:
        """The day as it stands at the left."""
        shown = self.day or self.since
        if shown is None:
            return "Nu"
        year = "" if shown.year == clock.today().year else f" {shown.year}"
        return f"{shown.day}{clock.NBSP}{clock.MONTHS[shown.month - 1]}{year}"

    @property
    def when_text(self) -> str:
        """«15 dagar kvar», «4 dagar sen»; of what has no last day, since when it has waited."""
        if self.day is not None:
            return clock.days_left_text(self.day, clock.today())
        return "inkom" if self.since else ""

    @property
    def tone(self) -> str:
        """Late is bad, a fortnight left asks for attention."""
        if self.is_late:
            return "bad"
        return "wait" if self.day is not None and self.day <= clock.today() + timedelta(days=14) else ""

    @property
    def status(self) -> Mark:
        """Late goes before everything else."""
        return ("bad", "warn", "Försenad") if self.is_late else self.mark


@dataclass(frozen=True)
class ImportantDate:
    """A day worth knowing."""

    day: date
    text: str
    call_id: int | None = None
    """The utlysning that it is about, when somebody can still apply."""


@dataclass(frozen=True)
class Start:
    """The start page of somebody who has signed in."""

    waiting: tuple[Waiting, ...]
    dates: tuple[ImportantDate, ...] = field(default=())


def start(actor: Actor) -> Start:
    """What waits, late things first, then one's own cases, and then by day; and the days to come."""
    waiting: list[Waiting] = []
    dates: list[ImportantDate] = []
    if actor.is_authority:
        for found in (
            _to_assign,
            _to_handle,
            _ombud_applications,
            _followed_supplements,
            _decisions,
            _giros,
            _payments,
            _reports_to_review,
        ):
            waiting += found(actor)
        dates += _call_dates()
    else:
        for each in _theirs(actor):
            if isinstance(each, Waiting):
                waiting.append(each)
            else:
                dates.append(each)
    today = clock.today()
    waiting.sort(key=lambda each: (each.day or each.since or today, each.title))
    waiting.sort(key=lambda each: (not each.is_late, not each.is_own))
    return Start(tuple(waiting), tuple(sorted(dates, key=lambda each: (each.day, each.text))[:DATES]))


# --- The region --------------------------------------------------------------------------------------------------


def _theirs(actor: Actor) -> Iterator[Waiting | ImportantDate]:
    """All that waits for a region, and its days. One query."""
    today = clock.today()
    found = fetched(
        part(
            "draft",
            id=Application.id,
            organisation_id=Application.organisation_id,
            case_id=Application.case_id,
            title=Call.title,
            name=func.coalesce(func.nullif(Application.applicant_unit, ""), Organisation.name),
            day=Call.last_day,
        )
        .join_from(Application, Call, Call.id == Application.call_id)
        .join(Organisation, Organisation.id == Application.organisation_id)
        .where(Application.status == ApplicationStatus.DRAFT, Call.status.in_(IN_FORCE), own(actor, Application))
        .order_by(Call.last_day)
        .limit(MOST),
        part(
            "supplement",
            id=Supplement.id,
            organisation_id=Supplement.organisation_id,
            case_id=Supplement.case_id,
            number=Supplement.report_id,
            year=Report.grant_year,
            flag=case((_opens_economy(), 1), else_=0),
            title=Case.title,
            text=Supplement.reason,
            injunction=case((Supplement.is_injunction, 1), else_=0),
            day=Supplement.last_day,
        )
        .join_from(Supplement, Case, Case.id == Supplement.case_id)
        .outerjoin(Report, Report.id == Supplement.report_id)
        .where(Supplement.status == SupplementStatus.REQUESTED, own(actor, Supplement))
        .order_by(Supplement.last_day)
        .limit(MOST),
        part(
            "communication",
            id=Communication.id,
            organisation_id=Communication.organisation_id,
            case_id=Communication.case_id,
            title=Case.title,
            text=Case.registration_number,
            day=Communication.last_day,
        )
        .join_from(Communication, Case, Case.id == Communication.case_id)
        .where(
            Communication.kind == CommunicationKind.SENT,
            Communication.replied_at.is_(None),
            Communication.last_day >= today,
            own(actor, Communication),
        )
        .order_by(Communication.last_day)
        .limit(MOST),
        part(
            "report",
            id=Report.id,
            organisation_id=Report.organisation_id,
            case_id=Report.case_id,
            year=Report.grant_year,
            flag=case((Report.economy_attested_at.is_not(None), 1), else_=0),
            day=Report.due_on,
            opens=Report.opens_on,
        )
        .where(Report.status == ReportStatus.DRAFT, own(actor, Report))
        .order_by(Report.due_on)
        .limit(MOST),
        part("call", id=Call.id, title=Call.title, day=Call.last_day)
        .where(Call.status.in_(IN_FORCE), Call.last_day >= today)
        .order_by(Call.last_day)
        .limit(MOST),
    )
    for kind, shown in (
        ("draft", _draft),
        ("supplement", _supplement),
        ("communication", _communication),
        ("report", _own_report),
    ):
        for row in found.get(kind, ()):
            yield from shown(actor, row)
    for row in found.get("call", ()):
        yield ImportantDate(row.day, f"Sista dag att söka: {row.title}", row.id)


def _opens_economy() -> ColumnElement[bool]:
    return (
        select(SupplementPart.id)
        .where(SupplementPart.supplement_id == Supplement.id, SupplementPart.part == ECONOMY)
        .correlate(Supplement)
        .exists()
    )


def _draft(actor: Actor, row: Any) -> Iterator[Waiting]:
    if not may(actor, Permission.FILL_AND_CHANGE, row):
        return
    late = row.day < clock.today()
    yield Waiting(
        title=f"Ansök: {row.title}",
        text=f"{row.name}. "
        + (
            "Sista dagen har gått. Ansökan tas emot men märks som sen."
            if late
            else "Ansökan är påbörjad men inte inskickad."
        ),
        endpoint="applications.show",
        values={"application_id": row.id},
        day=row.day,
        action="Fortsätt ansökan",
        mark=("info", "half", "Påbörjad"),
    )


def _supplement(actor: Actor, row: Any) -> Iterator[Waiting]:
    of_report = row.number is not None
    needed = Permission.FILL_ECONOMY if of_report and row.flag else Permission.FILL_AND_CHANGE
    if not may(actor, needed, row):
        return
    asked, follows = asked_for(row.text, is_injunction=bool(row.injunction))
    yield Waiting(
        title=f"Komplettera återrapporteringen för {row.year}" if of_report else f"Komplettera ansökan: {row.title}",
        text=f"{_first_words(asked)} {follows}",
        endpoint="reports.show" if of_report else "supplements.answer",
        values={"report_id": row.number} if of_report else {"supplement_id": row.id},
        day=row.day,
        action="Svara",
    )


def _first_words(text: str, most: int = 200) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most].rsplit(' ', 1)[0]} …"


def _communication(actor: Actor, row: Any) -> Iterator[Waiting]:
    if may(actor, Permission.REPLY_TO_COMMUNICATION, row):
        yield Waiting(
            title=f"Lämna synpunkter: {row.title}",
            text=f"Det finns ett underlag att läsa i ärende {row.text} innan beslutet fattas.",
            endpoint="communications.show",
            values={"communication_id": row.id},
            day=row.day,
            action="Läs underlaget",
        )


def _own_report(actor: Actor, row: Any) -> Iterator[Waiting | ImportantDate]:
    today = clock.today()
    fills = may(actor, Permission.FILL_AND_CHANGE, row)
    attests = may(actor, Permission.ATTEST_ECONOMY, row)
    submits = may(actor, Permission.CERTIFY_AND_SUBMIT_REPORT, row)
    attested, year, here = bool(row.flag), row.year, {"report_id": row.id}
    if row.opens > today:
        yield ImportantDate(row.opens, f"Återrapporteringen för {year} öppnar")
    if row.day >= today:
        yield ImportantDate(row.day, f"Sista dag att återrapportera {year}")
    if row.opens > today:
        return
    if attested and submits:
        yield Waiting(
            title=f"Skicka in återrapporteringen för {year}",
            text="Ekonomin är intygad. Kontrollera resultaten, intyga och skicka in.",
            endpoint="reports.submit",
            values=here,
            day=row.day,
            action="Kontrollera och skicka in",
        )
    elif fills:
        yield Waiting(
            title=f"Återrapportera för {year}",
            text="Ekonomin är intygad. Ombudet kan skicka in." if attested else "Ekonomin är inte intygad än.",
            endpoint="reports.show",
            values=here,
            day=row.day,
            action="Fortsätt återrapportera",
            mark=("info", "half", "Pågår"),
        )
    elif attests and not attested:
        yield Waiting(
            title=f"Intyga ekonomin för {year}",
            text="Kontrollera kostnaderna och intyga att de stämmer med redovisningen.",
            endpoint="reports.economy",
            values=here,
            day=row.day,
            action="Se ekonomin",
        )


# --- The authority -----------------------------------------------------------------------------------------------


def _mine_or_nobodys(actor: Actor) -> ColumnElement[bool]:
    """One's own cases, and those that nobody handles who can; a colleague's are the colleague's to do."""
    return or_(Case.assigned_to_id == actor.user_id, is_nobodys())


def _own_first(actor: Actor) -> ColumnElement[int]:
    return case((Case.assigned_to_id == actor.user_id, 0), else_=1)


def _to_assign(actor: Actor) -> Iterator[Waiting]:
    if not may(actor, Permission.ASSIGN_CASE):
        return
    count, first = (
        db.session()
        .execute(
            select(func.count(Case.id), func.min(Application.submitted_at))
            .join(Application, Application.case_id == Case.id)
            .where(Application.status.in_(_UNDECIDED), is_nobodys(), visible(actor, Case))
        )
        .one()
    )
    if count:
        yield Waiting(
            title="Fördela ett ärende" if count == 1 else f"Fördela {count} ärenden",
            text="Ingen är utsedd att handlägga." if count == 1 else "Ingen är utsedd att handlägga dem.",
            endpoint="cases.index",
            values={"handlaggare": NOBODYS},
            since=clock.stockholm(first).date() if first else None,
        )


_UNDECIDED = (ApplicationStatus.SUBMITTED, ApplicationStatus.SUPPLEMENT_REQUESTED, ApplicationStatus.WITHDRAWN)


def _to_handle(actor: Actor) -> Iterator[Waiting]:
    if not may(actor, Permission.PROPOSE):
        return
    decided = (
        select(Decision.id)
        .where(
            Decision.application_id == Application.id,
            Decision.status.in_([DecisionStatus.PROPOSED, DecisionStatus.RETURNED, DecisionStatus.MADE]),
        )
        .correlate(Application)
        .exists()
    )
    rows = db.session().execute(
        select(Application, Case, Organisation.name, Call.status)
        .join(Case, Case.id == Application.case_id)
        .join(Call, Call.id == Application.call_id)
        .join(Organisation, Organisation.id == Application.organisation_id)
        .where(
            Application.status.in_([ApplicationStatus.SUBMITTED, ApplicationStatus.WITHDRAWN]),
            ~decided,
            _mine_or_nobodys(actor),
            visible(actor, Application),
        )
        .order_by(_own_first(actor), Application.submitted_at)
        .limit(MOST)
    )
    for application, of_case, organisation, call_status in rows:
        why = ""
        if application.withdrawn_at is not None:
            why = " Ansökan är återkallad och ärendet avslutas genom beslut."
        elif call_status is CallStatus.WITHDRAWN:
            why = f" {CALL_WITHDRAWN} och ärendet avslutas genom beslut."
        received = application.submitted_at
        yield Waiting(
            title=f"{'Avskriv' if why else 'Handlägg'} {organisation}",
            text=f"Dnr {of_case.registration_number}. {of_case.title}.{why}",
            endpoint="cases.show",
            values={"case_id": of_case.id},
            since=clock.stockholm(received).date() if received else None,
            is_own=of_case.assigned_to_id == actor.user_id,
        )


def _ombud_applications(actor: Actor) -> Iterator[Waiting]:
    if not may(actor, Permission.APPROVE_OMBUD):
        return
    for row in ombud.waiting(actor)[:MOST]:
        yield Waiting(
            title=f"Ansökan om ombud: {row.organisation}",
            text=f"Dnr {row.registration_number}. {row.name}.",
            endpoint="ombud.show",
            values={"application_id": row.id},
            since=clock.stockholm(row.received_at).date(),
        )


def _followed_supplements(actor: Actor) -> Iterator[Waiting]:
    """Those that are late, and those whose party has asked for more time and not been written to since."""
    if not may(actor, Permission.CLOSE_SUPPLEMENT):
        return
    asks = time_asked_at().is_not(None)
    rows = db.session().execute(
        select(Supplement, Organisation.name, Case.registration_number, Case.assigned_to_id, asks)
        .join(Organisation, Organisation.id == Supplement.organisation_id)
        .join(Case, Case.id == Supplement.case_id)
        .where(
            Supplement.status == SupplementStatus.REQUESTED,
            or_(Supplement.last_day < clock.today(), asks),
            _mine_or_nobodys(actor),
            visible(actor, Supplement),
        )
        .order_by(_own_first(actor), Supplement.last_day)
        .limit(MOST)
    )
    for supplement, organisation, number, handler, is_asked in rows:
        is_own = handler == actor.user_id
        if is_asked:
            yield Waiting(
                title=f"{organisation} ber om längre tid",
                text=f"Dnr {number}. Förläng tiden, eller svara med ett meddelande i ärendet.",
                endpoint="supplements.extend",
                values={"supplement_id": supplement.id},
                day=supplement.last_day,
                is_own=is_own,
            )
            continue
        of_report = supplement.report_id is not None
        yield Waiting(
            title=f"{organisation} har inte kompletterat",
            text="Skriv ett meddelande, eller stäng begäran och bedöm det som redan är inskickat.",
            endpoint="reviews.show" if of_report else "supplements.show",
            values={"report_id": supplement.report_id} if of_report else {"supplement_id": supplement.id},
            day=supplement.last_day,
            is_own=is_own,
        )


def _decisions(actor: Actor) -> Iterator[Waiting]:
    sent = is_sent(Decision.id)
    wanted: list[ColumnElement[bool]] = []
    if may(actor, Permission.DECIDE):
        # Nobody decides on a proposal of their own, nor on one where they stand as having taken part.
        took_part = exists().where(
            DecisionParticipant.decision_id == Decision.id, DecisionParticipant.user_id == actor.user_id
        )
        mine = or_(Decision.proposed_by_id == actor.user_id, took_part)
        wanted.append((Decision.status == DecisionStatus.PROPOSED) & ~mine)
    if may(actor, Permission.PROPOSE):
        wanted.append((Decision.status == DecisionStatus.RETURNED) & _mine_or_nobodys(actor))
    if may(actor, Permission.DISPATCH_DECISION):
        wanted.append((Decision.status == DecisionStatus.MADE) & ~sent)
    if not wanted:
        return
    rows = db.session().execute(
        select(Decision, Application, Call, Organisation.name, Case.registration_number, Case.assigned_to_id)
        .join(Application, Application.id == Decision.application_id)
        .join(Call, Call.id == Application.call_id)
        .join(Case, Case.id == Decision.case_id)
        .join(Organisation, Organisation.id == Decision.organisation_id)
        .where(or_(*wanted), visible(actor, Decision))
        .order_by(Decision.proposed_at)
        .limit(MOST)
    )
    for decision, application, call, organisation, number, handler in rows:
        own_case = handler == actor.user_id
        overtaken = decisions.overtaken(decision, application, call)
        there = {"decision_id": decision.id}
        proposed = clock.stockholm(decision.proposed_at).date() if decision.proposed_at else None
        if overtaken:
            title, text = f"Lämna tillbaka förslaget: {organisation}", f"Dnr {number}. {overtaken}"
            yield Waiting(title, text, "decisions.decide", there, since=proposed)
        elif decision.status is DecisionStatus.PROPOSED:
            yield Waiting(f"Fatta beslut: {organisation}", f"Dnr {number}.", "decisions.decide", there, since=proposed)
        elif decision.status is DecisionStatus.RETURNED:
            is_withdrawn = application.withdrawn_at is not None or call.status is CallStatus.WITHDRAWN
            yield Waiting(
                f"Avskriv {organisation}" if is_withdrawn else f"Ändra förslaget till beslut: {organisation}",
                f"Dnr {number}. {_first_words(decision.returned_reason)}",
                "decisions.propose",
                {"application_id": decision.application_id},
                since=proposed,
                is_own=own_case,
            )
        else:
            made = clock.stockholm(decision.decided_at).date() if decision.decided_at else None
            yield Waiting(
                f"Skicka beslutet till {organisation}",
                f"Dnr {number}. Beslutet är fattat.",
                "decisions.dispatch",
                there,
                since=made,
                is_own=own_case,
            )


_PAYMENT_LISTS = {
    PaymentStatus.PLANNED: (Permission.REGISTER_PAYMENT, "att registrera", "payments.listing", {"kind": "registrera"}),
    PaymentStatus.REGISTERED: (Permission.ATTEST_PAYMENT, "att attestera", "payments.listing", {"kind": "attestera"}),
    PaymentStatus.ATTESTED: (
        Permission.BATCH_PAYMENTS,
        "att lägga i underlag",
        "payments.listing",
        {"kind": "underlag"},
    ),
    PaymentStatus.BATCHED: (Permission.CONFIRM_PAYMENT, "att markera som betalda", "payments.index", {}),
}


def _payments(actor: Actor) -> Iterator[Waiting]:
    wanted = [status for status, (permission, *_) in _PAYMENT_LISTS.items() if may(actor, permission)]
    if not wanted:
        return
    allotted = exists().where(
        YearFrame.grant_id == Payment.grant_id,
        YearFrame.grant_year == Payment.grant_year,
        YearFrame.status == FrameStatus.ALLOTTED,
    )
    rows = db.session().execute(
        select(Payment.status, func.count(Payment.id), func.sum(Payment.amount), func.min(Payment.planned_on))
        .where(
            Payment.status.in_(wanted),
            or_(Payment.status != PaymentStatus.PLANNED, Payment.planned_on <= clock.today() + AHEAD),
            # Nothing is paid on a decision that is not sent.
            is_sent(Payment.decision_id),
            # Nor done before the year's frame is allotted; what is in an underlag the bank may have paid all the same.
            or_(Payment.status == PaymentStatus.BATCHED, allotted),
            # Who has registered a payment does not attest it.
            or_(Payment.status != PaymentStatus.REGISTERED, Payment.registered_by_id != actor.user_id),
            visible(actor, Payment),
        )
        .group_by(Payment.status)
    )
    for status, count, total, first in rows:
        _, what, endpoint, values = _PAYMENT_LISTS[status]
        yield Waiting(
            title=f"{count} {'utbetalning' if count == 1 else 'utbetalningar'} {what}",
            text=f"Sammanlagt {kr(int(total))}. Den första är planerad till {clock.month_text(first)}.",
            endpoint=endpoint,
            values=values,
        )


def _giros(actor: Actor) -> Iterator[Waiting]:
    wanted: list[ColumnElement[bool]] = []
    if may(actor, Permission.VERIFY_GIRO):
        wanted.append(BankGiro.verified_at.is_(None))
    if may(actor, Permission.APPROVE_GIRO):
        # Who has verified a giro does not approve it.
        wanted.append(BankGiro.verified_at.is_not(None) & (BankGiro.verified_by_id != actor.user_id))
    if not wanted:
        return
    rows = db.session().execute(
        select(BankGiro, Organisation.name)
        .join(Organisation, Organisation.id == BankGiro.organisation_id)
        .where(is_asked_for(), or_(*wanted), visible(actor, BankGiro))
        .order_by(BankGiro.asked_at)
        .limit(MOST)
    )
    for giro, organisation in rows:
        what, endpoint = ("Kontrollera", "giros.verify") if giro.verified_at is None else ("Godkänn", "giros.approve")
        yield Waiting(
            title=f"{what} bankgiro: {organisation}",
            text=f"{giro.number}.",
            endpoint=endpoint,
            values={"giro_id": giro.id},
            since=clock.stockholm(giro.asked_at).date(),
        )


def _reports_to_review(actor: Actor) -> Iterator[Waiting]:
    if not may(actor, Permission.REVIEW_REPORT):
        return
    overdue = (Report.status == ReportStatus.DRAFT) & (Report.due_on < clock.today())
    rows = db.session().execute(
        select(Report, Organisation.name, Case.registration_number, Case.assigned_to_id)
        .join(Case, Case.id == Report.case_id)
        .join(Organisation, Organisation.id == Report.organisation_id)
        .where(or_(Report.status == ReportStatus.SUBMITTED, overdue), _mine_or_nobodys(actor), visible(actor, Report))
        .order_by(_own_first(actor), Report.due_on, Organisation.name.collate(db.COLLATION))
        .limit(MOST)
    )
    for report, organisation, number, handler in rows:
        if report.status is ReportStatus.DRAFT:
            yield Waiting(
                title=f"{organisation} har inte återrapporterat {report.grant_year}",
                text=f"Dnr {number}.",
                endpoint="cases.show",
                values={"case_id": report.case_id},
                day=report.due_on,
                is_own=handler == actor.user_id,
            )
        else:
            yield Waiting(
                title=f"Granska {organisation}, {report.grant_year}",
                text=f"Dnr {number}. Återrapporteringen har kommit in.",
                endpoint="reviews.show",
                values={"report_id": report.id},
                since=clock.stockholm(report.submitted_at).date() if report.submitted_at else None,
                is_own=handler == actor.user_id,
            )


# --- Days to come ------------------------------------------------------------------------------------------------


def _call_dates() -> Iterator[ImportantDate]:
    today = clock.today()
    rows = db.session().execute(
        select(Call, CallYear)
        .join(CallYear, CallYear.call_id == Call.id)
        .where(
            Call.status.in_(IN_FORCE),
            or_(Call.last_day >= today, CallYear.pay_on >= today, CallYear.report_due_on >= today),
        )
        .order_by(Call.last_day, CallYear.grant_year)
        .limit(50)
    )
    seen: set[ImportantDate] = set()
    for call, year in rows:
        for found in (
            ImportantDate(call.last_day, f"Sista dag att söka: {call.title}", call.id),
            ImportantDate(year.pay_on, f"Utbetalning av {year.grant_year} års bidrag planeras: {call.title}"),
            ImportantDate(year.report_due_on, f"Sista dag att återrapportera {year.grant_year}: {call.title}"),
        ):
            if found.day >= today and found not in seen:
                seen.add(found)
                yield found
