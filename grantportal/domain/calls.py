"""Utlysning: an invitation to apply for one or more grant years."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from grantportal.domain import clock, working_days
from grantportal.domain.appeals import NOBODY_SAID_WHERE
from grantportal.domain.errors import RuleViolation, RuleViolations
from grantportal.domain.forms import canonical, fingerprint
from grantportal.domain.labels import Label
from grantportal.domain.lifecycle import Lifecycle
from grantportal.domain.money import Kronor


class CallKind(StrEnum):
    """An extra call shares out what is left of a year's frame (omfördelning), to that year's grantees only."""

    ORDINARY = "ordinary"
    EXTRA = "extra"


class CallStatus(StrEnum):
    """Open and closed are derived from the clock, never stored."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED_EARLY = "closed_early"
    """Published with an earlier last day than it was announced with; until that day it is still open."""
    WITHDRAWN = "withdrawn"


IN_FORCE = frozenset({CallStatus.PUBLISHED, CallStatus.CLOSED_EARLY})
"""Published, and not withdrawn."""


class CallAction(StrEnum):
    """What may be done with a call: freely while it is a draft, by named acts once it is published."""

    EDIT = "edit"
    PUBLISH = "publish"
    EXTEND = "extend"
    CORRECT = "correct"
    CLOSE_EARLY = "close_early"
    WITHDRAW = "withdraw"


CALL: Lifecycle[CallStatus, CallAction] = Lifecycle(
    {
        (CallStatus.DRAFT, CallAction.EDIT): CallStatus.DRAFT,
        (CallStatus.DRAFT, CallAction.PUBLISH): CallStatus.PUBLISHED,
        (CallStatus.PUBLISHED, CallAction.EXTEND): CallStatus.PUBLISHED,
        (CallStatus.PUBLISHED, CallAction.CORRECT): CallStatus.PUBLISHED,
        (CallStatus.PUBLISHED, CallAction.CLOSE_EARLY): CallStatus.CLOSED_EARLY,
        (CallStatus.PUBLISHED, CallAction.WITHDRAW): CallStatus.WITHDRAWN,
        (CallStatus.CLOSED_EARLY, CallAction.EXTEND): CallStatus.PUBLISHED,
        (CallStatus.CLOSED_EARLY, CallAction.CORRECT): CallStatus.CLOSED_EARLY,
        (CallStatus.CLOSED_EARLY, CallAction.WITHDRAW): CallStatus.WITHDRAWN,
    },
    refusal="Utlysningen är redan publicerad, stängd i förtid eller återtagen. Gå till dess sida och se vad som går att göra.",
)


class CallChangeKind(StrEnum):
    """What a published call has been changed by."""

    EXTENDED = "extended"
    CORRECTED = "corrected"
    CLOSED_EARLY = "closed_early"
    WITHDRAWN = "withdrawn"


CHANGE_TEXTS = {
    CallChangeKind.EXTENDED: "Längre tid att ansöka",
    CallChangeKind.CORRECTED: "Rättad text",
    CallChangeKind.CLOSED_EARLY: "Stängs i förtid",
    CallChangeKind.WITHDRAWN: "Återtagen",
}
FRAME_CHANGED = "Årets ram"
"""What the list of changes calls a change of a year's frame or of its most grantees."""
CORRECTABLE = {"title": "Rubrik", "about": "Vad utlysningen gäller", "eligible": "Vem som får söka"}
"""The texts of a published call that can be corrected; what it promises in law, its years and forms never are."""
LAST_DAY = "last_day"
"""What an extension and an early close change."""


PROMISED = ("purpose", "legal_basis", "recovery_basis", "appeal_variant", "appeal_provision", "appeal_is_example")
"""What a call promises in law: the statsbidrag's until the call is published, then the call's own and unchanged for ever."""


class CallPhase(StrEnum):
    """Where a call is on the clock."""

    DRAFT = "draft"
    COMING = "coming"
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class CallFacts:
    """What decides where a call is. `reason`: why it is closed early or withdrawn."""

    status: CallStatus
    opens_at: datetime
    last_day: date
    reason: str = ""


def phase(facts: CallFacts, now: datetime) -> CallPhase:
    """Opens and closes by the Swedish clock; the whole last day counts."""
    if facts.status is CallStatus.DRAFT:
        return CallPhase.DRAFT
    if facts.status is CallStatus.WITHDRAWN:
        return CallPhase.WITHDRAWN
    if now < facts.opens_at:
        return CallPhase.COMING
    return CallPhase.OPEN if now < clock.end_of(facts.last_day) else CallPhase.CLOSED


def is_open(facts: CallFacts, now: datetime) -> bool:
    """Whether an application that arrives now is in time."""
    return phase(facts, now) is CallPhase.OPEN


def label(facts: CallFacts, now: datetime) -> Label:
    """What the screen calls the call."""
    where = phase(facts, now)
    if where is CallPhase.DRAFT:
        return Label("empty", "pencil", "Utkast", "Bara ni som handlägger ser utlysningen.")
    if where is CallPhase.COMING:
        opens = clock.day_text(facts.opens_at)
        return Label("info", "clock", f"Öppnar {opens}", f"Ni kan ansöka från och med {opens}.")
    if where is CallPhase.OPEN:
        return Label("ok", "check", "Öppen", f"Ni kan ansöka till och med {clock.day_text(facts.last_day)} kl. 23.59.")
    if where is CallPhase.WITHDRAWN:
        return Label("lock", "dash", "Återtagen", facts.reason)
    late = "Ansökningar tas emot men märks som sena."
    if facts.status is CallStatus.CLOSED_EARLY:
        return Label("lock", "lock", "Stängd i förtid", f"{facts.reason} {late}")
    return Label("lock", "lock", "Stängd", late)


def time_left_text(facts: CallFacts, now: datetime) -> str:
    """«12 dagar kvar» while the call is open, else empty."""
    if not is_open(facts, now):
        return ""
    return clock.days_left_text(facts.last_day, clock.stockholm(now).date())


@dataclass(frozen=True)
class WriteCallYear:
    """A grant year of the call: when its money is planned to be paid, when its report opens and is due."""

    grant_year: int
    pay_on: date
    report_opens_on: date
    report_due_on: date


@dataclass(frozen=True)
class WriteCall:
    """What a call says. What is None can be chosen later, but not later than publishing."""

    title: str
    about: str
    eligible: str
    opens_on: date
    last_day: date
    years: tuple[WriteCallYear, ...]
    application_form_id: int | None = None
    report_form_id: int | None = None
    framework_version_id: int | None = None
    condition_set_id: int | None = None
    comment_percent: int = 10
    comment_kronor: Kronor = 25_000
    extends_id: int | None = None
    is_example: bool = False


def ensure_dates_hold(command: WriteCall) -> None:
    """The days of a call come in the order that they must, and its last days are working days; all that is wrong is told at once.

    Raises RuleViolations on `last_day` and on the dates of each year (`pay_on_2021`, …).
    """
    wrong = []
    if command.last_day <= command.opens_on:
        wrong.append(RuleViolation("Sista dagen ska komma efter dagen då utlysningen öppnar.", field="last_day"))
    if not command.years:
        wrong.append(RuleViolation("Välj minst ett bidragsår.", field="years"))
    for year in command.years:
        if year.pay_on <= command.last_day:
            wrong.append(
                RuleViolation("Utbetalningen ska komma efter sista ansökningsdagen.", field=f"pay_on_{year.grant_year}")
            )
        if year.report_opens_on.year < year.grant_year:
            wrong.append(
                RuleViolation(
                    "Återrapporteringen kan inte öppna innan bidragsåret har börjat.",
                    field=f"report_opens_on_{year.grant_year}",
                )
            )
        if year.report_due_on <= year.report_opens_on:
            wrong.append(
                RuleViolation(
                    "Sista dagen att återrapportera ska komma efter dagen då återrapporteringen öppnar.",
                    field=f"report_due_on_{year.grant_year}",
                )
            )
        elif year.report_due_on.year <= year.grant_year:
            wrong.append(
                RuleViolation(
                    "Återrapporteringen gäller hela bidragsåret och ska lämnas efter årets slut.",
                    field=f"report_due_on_{year.grant_year}",
                )
            )
        elif year.report_due_on <= year.pay_on:
            wrong.append(
                RuleViolation(
                    "Sista dagen att återrapportera ska komma efter utbetalningen.",
                    field=f"report_due_on_{year.grant_year}",
                )
            )
    last_days = {"last_day": command.last_day}
    last_days |= {f"report_due_on_{year.grant_year}": year.report_due_on for year in command.years}
    told = {each.field for each in wrong}
    wrong += working_days.not_working_days({field: day for field, day in last_days.items() if field not in told})
    if wrong:
        raise RuleViolations(wrong)


def ensure_extends(
    *,
    years: Sequence[int],
    extended_kind: CallKind,
    extended_status: CallStatus,
    extended_years: Sequence[int],
) -> None:
    """Omfördelning: an extra call shares out what is left of one year of a published, ordinary call."""
    if extended_kind is not CallKind.ORDINARY or extended_status not in IN_FORCE:
        raise RuleViolation("Välj en vanlig utlysning som är publicerad.", field="extends_id")
    if len(years) != 1 or years[0] not in extended_years:
        raise RuleViolation("Välj ett av de bidragsår som den första utlysningen gäller.", field="years")


@dataclass(frozen=True)
class PublishCall:
    """Publicera. `main_is_open`: the main call's last day, when it is confirmed that what is left is shared out before it.

    `seen`: the fingerprint of the terms that the officer has read; None asks nothing.
    """

    main_is_open: date | None = None
    seen: str | None = None


@dataclass(frozen=True)
class Terms:
    """All that is frozen and promised when the call is published, in words: (what, as it stands)."""

    lines: tuple[tuple[str, str], ...]

    @property
    def sha256(self) -> str:
        """The fingerprint of exactly what the officer has read."""
        return fingerprint(canonical([list(line) for line in self.lines]))


def ensure_terms_seen(command: PublishCall, now: Terms) -> None:
    """What is published for ever is what the officer has read: call and statsbidrag may have been changed. Raises RuleViolation."""
    if command.seen is not None and command.seen != now.sha256:
        raise RuleViolation(
            "Utlysningen eller statsbidraget har ändrats sedan du öppnade sidan. "
            "Läs det som publiceras nu, och publicera sedan igen."
        )


@dataclass(frozen=True)
class MainCall:
    """The call that an extra call extends, while it can still be applied to."""

    title: str
    last_day: date

    @property
    def statement(self) -> str:
        """What the officer confirms by a tick."""
        return (
            f"Utlysningen publiceras medan «{self.title}» ännu kan sökas, "
            f"till och med {clock.day_text(self.last_day)}. Det som är kvar av ramen kan ändras till dess."
        )


def still_open(title: str, facts: CallFacts, now: datetime) -> MainCall | None:
    """The main call of an extra one if it is open for applications, or will be."""
    is_to_close = phase(facts, now) in {CallPhase.COMING, CallPhase.OPEN}
    return MainCall(title, facts.last_day) if is_to_close else None


def ensure_confirmed(command: PublishCall, main: MainCall | None) -> None:
    """An extra call that is published while its main call is open, until a day, needs a person's word that it is meant so.

    Raises RuleViolation on `main_is_open`, with the main call and its last day.
    """
    if main is not None and command.main_is_open != main.last_day:
        raise RuleViolation(
            f"Bekräfta att utlysningen ska publiceras fast «{main.title}» kan sökas till och med "
            f"{clock.day_text(main.last_day)}, eller vänta till dagen efter.",
            field="main_is_open",
        )


@dataclass(frozen=True)
class ExtraCalls:
    """The published extra calls of a main call: they share out what is left of its years."""

    titles: tuple[str, ...]
    last_day: date
    """The latest of their last days."""

    @property
    def named(self) -> str:
        """«Ett» och «Ett till»."""
        return " och ".join(f"«{title}»" for title in self.titles)

    @property
    def stays(self) -> str:
        """What the officer confirms by a tick, of a main call that is withdrawn."""
        return f"Utlysningen återtas fast {self.named} är publicerad. Den återtas inte av det här."

    @property
    def statement(self) -> str:
        """What the officer confirms by a tick, of a main call that is extended."""
        return (
            f"Ansökningstiden förlängs fast det som är kvar av ramen redan delas ut i {self.named}. "
            "Det som är kvar kan ändras till och med den nya sista dagen."
        )


def ensure_extras_confirmed(command: "ChangeLastDay | WithdrawCall", extras: ExtraCalls | None) -> None:
    """A main call that is extended or withdrawn beside its published extra calls needs a person's word that it is meant so.

    The same as when the extra call is published while its main call is open. Raises RuleViolation on `extra_is_published`.
    """
    if extras is None or command.extra_is_published == extras.last_day:
        return
    meant = (
        f"utlysningen ska återtas fast {extras.named} är publicerad"
        if isinstance(command, WithdrawCall)
        else f"ansökningstiden ska förlängas fast det som är kvar av ramen redan delas ut i {extras.named}"
    )
    raise RuleViolation(f"Bekräfta att {meant}.", field="extra_is_published")


@dataclass(frozen=True)
class Readiness:
    """What must be in place before a call is published, as it is now."""

    has_legal_basis: bool
    has_appeal_variant: bool
    has_appeal_provision: bool
    has_appeal_place: bool
    has_about: bool
    has_eligible: bool
    has_application_form: bool
    has_report_form: bool
    has_framework: bool
    has_conditions: bool
    has_cost_categories: bool
    years: tuple[int, ...]
    years_with_frame: tuple[int, ...]
    """Those whose frame is more than nothing."""
    years_in_framework: tuple[int, ...]
    opens_on: date
    last_day: date
    form_faults: tuple[str, ...] = ()
    """Why somebody could not complete one of the forms, in sentences: a form may be older than the rules."""
    report_due_days: tuple[date, ...] = ()
    main_is_withdrawn: bool = False
    """Whether the call that this one extends has been withdrawn."""


@dataclass(frozen=True)
class Check:
    """One line of the list before publishing: what it is about, and what to do when it is not in place."""

    what: str
    is_met: bool
    to_do: str = ""


def checks(facts: Readiness, today: date) -> tuple[Check, ...]:
    """Everything that a call needs before it is published, met or not."""
    last_days = {day.isoformat(): day for day in (facts.last_day, *facts.report_due_days)}
    no_work = working_days.not_working_days(last_days)
    no_frame = [str(year) for year in facts.years if year not in facts.years_with_frame]
    no_wording = [str(year) for year in facts.years if year not in facts.years_in_framework]
    return (
        Check("Rättslig grund", facts.has_legal_basis, "Skriv statsbidragets rättsliga grund."),
        Check(
            "Om beslutet får överklagas",
            facts.has_appeal_variant and facts.has_appeal_provision,
            "Välj vad som gäller för överklagande och skriv bestämmelsen.",
        ),
        Check("Vart beslut överklagas", facts.has_appeal_place, NOBODY_SAID_WHERE),
        Check("Vad utlysningen gäller", facts.has_about, "Beskriv vad bidraget är till för i den här utlysningen."),
        Check("Vem som får söka", facts.has_eligible, "Skriv vilka som får söka."),
        *(
            [
                Check(
                    "Utlysningen som omfördelas",
                    False,
                    "Den är återtagen, så ingen har fått bidrag i den. Lägg upp en vanlig utlysning i stället.",
                )
            ]
            if facts.main_is_withdrawn
            else []
        ),
        Check("Bidragsår", bool(facts.years), "Välj minst ett bidragsår."),
        Check(
            "Ram för varje bidragsår",
            bool(facts.years) and not no_frame,
            f"Ange en ram över 0 kr för {', '.join(no_frame)}, på statsbidragets sida."
            if no_frame
            else "Välj bidragsår först.",
        ),
        Check("Kostnadsslag", facts.has_cost_categories, "Ange statsbidragets kostnadsslag."),
        Check("Ansökningsformulär", facts.has_application_form, "Välj ett publicerat ansökningsformulär."),
        Check("Formulär för återrapportering", facts.has_report_form, "Välj ett publicerat formulär."),
        Check(
            "Formulär som går att besvara",
            not facts.form_faults,
            f"Välj eller läs in en annan version. {' '.join(facts.form_faults)}",
        ),
        Check(
            "Förväntade resultat",
            facts.has_framework and not no_wording,
            f"Välj en version som har resultat för {', '.join(no_wording)}."
            if facts.has_framework
            else "Välj en publicerad version.",
        ),
        Check("Villkor", facts.has_conditions, "Välj en publicerad version av villkoren."),
        Check(
            "Ansökningstid",
            facts.opens_on < facts.last_day and facts.last_day >= today,
            "Sista ansökningsdagen har passerat. Välj en senare dag.",
        ),
        Check("Sista dagarna är arbetsdagar", not no_work, " ".join(each.message for each in no_work)),
    )


def ensure_publishable(facts: Readiness, today: date) -> None:
    """A call is published whole or not at all: nobody may apply under rules that come later.

    Raises RuleViolations with everything that is missing.
    """
    missing = [RuleViolation(check.to_do) for check in checks(facts, today) if not check.is_met]
    if missing:
        raise RuleViolations(missing)


# --- A published call is changed by named acts only -----------------------------------------------------------------


@dataclass(frozen=True)
class ChangeLastDay:
    """A later or an earlier last day to apply, and why. `seen`: how many changes of the call the officer has read.

    `extra_is_published`: the extra calls' latest last day, when it is confirmed that the call is extended beside them.
    """

    last_day: date
    reason: str
    seen: int
    extra_is_published: date | None = None


@dataclass(frozen=True)
class CorrectTexts:
    """The texts as they shall be, and why."""

    title: str
    about: str
    eligible: str
    reason: str
    seen: int


@dataclass(frozen=True)
class WithdrawCall:
    """Återta utlysningen: why. `extra_is_published`: as when the call is extended."""

    reason: str
    seen: int
    extra_is_published: date | None = None


def ensure_changes_seen(seen: int, changes: int) -> None:
    """Two officers at once: whoever comes second reads what the first one has changed. Raises RuleViolation."""
    if seen != changes:
        raise RuleViolation("Någon annan har ändrat utlysningen medan du skrev. Läs ändringen och skicka sedan igen.")


def ensure_extends_time(command: ChangeLastDay, *, last_day: date, today: date, pay_days: Sequence[date]) -> None:
    """Longer time is longer for everybody: a working day after the one that holds, still to come, before money is paid.

    Raises RuleViolation on `last_day`.
    """
    if command.last_day <= max(last_day, today):
        raise RuleViolation(f"Välj en dag efter {clock.day_text(max(last_day, today))}.", field=LAST_DAY)
    if pay_days and command.last_day >= min(pay_days):
        raise RuleViolation(
            f"Välj en dag före {clock.day_text(min(pay_days))}, då bidraget ska betalas ut.", field=LAST_DAY
        )
    working_days.ensure_working_day(command.last_day, LAST_DAY)


def ensure_closes_early(command: ChangeLastDay, *, last_day: date, opens_on: date, today: date) -> None:
    """An early last day takes nothing back: it comes before the one that holds, and at the earliest today.

    So nobody who has handed in becomes late by it. Raises RuleViolation on `last_day`.
    """
    if last_day < today:
        raise RuleViolation("Utlysningen är redan stängd.")
    if command.last_day >= last_day:
        raise RuleViolation(f"Välj en dag före {clock.day_text(last_day)}.", field=LAST_DAY)
    if command.last_day < today:
        raise RuleViolation("Välj en dag som inte har passerat, tidigast i dag.", field=LAST_DAY)
    if command.last_day <= opens_on:
        raise RuleViolation("Sista dagen ska komma efter dagen då utlysningen öppnar.", field=LAST_DAY)
    working_days.ensure_working_day(command.last_day, LAST_DAY)


def ensure_nothing_decided(decisions: int, what: str) -> None:
    """Once a decision is made, the round is no more moved or taken back: its parties are to be treated alike.

    `what` is the act in words, such as «tas tillbaka». Raises RuleViolation.
    """
    if decisions:
        raise RuleViolation(f"Beslut är redan fattade i utlysningen. Den kan inte {what}.")


def corrected(command: CorrectTexts, before: Mapping[str, str]) -> dict[str, str]:
    """The texts that become others, by their names in CORRECTABLE.

    Raises RuleViolations beside each text that is left out, RuleViolation when nothing is changed.
    """
    after = {name: getattr(command, name) for name in CORRECTABLE}
    empty = [RuleViolation("Skriv texten som den ska vara.", field=name) for name, text in after.items() if not text]
    if empty:
        raise RuleViolations(empty)
    changed = {name: text for name, text in after.items() if text != before[name]}
    if not changed:
        raise RuleViolation("Ändra den text som ska rättas. Nu står allt som förut.")
    return changed


def ensure_still_takes(status: CallStatus) -> None:
    """A call that has been withdrawn takes no applications; what is written stays to be read. Raises RuleViolation."""
    if status is CallStatus.WITHDRAWN:
        raise RuleViolation(
            "Utlysningen är återtagen och tar inte emot ansökningar. Det ni har skrivit finns kvar att läsa."
        )


def ensure_not_tried(status: CallStatus, *, is_struck: bool) -> None:
    """What has been handed in to a call that was withdrawn is struck by decision, not tried. Raises RuleViolation on `outcome`."""
    if status is CallStatus.WITHDRAWN and not is_struck:
        raise RuleViolation(
            "Utlysningen är återtagen: ansökan prövas inte, och ärendet kan bara skrivas av.", field="outcome"
        )
