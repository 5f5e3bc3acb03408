"""Beslut: proposed by one, made by another, immutable from then on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from grantportal.domain.appeals import APPEALABLE
from grantportal.domain.calls import CallStatus, ensure_not_tried
from grantportal.domain.clock import day_text, day_time_text
from grantportal.domain.errors import RuleViolation, RuleViolations
from grantportal.domain.forms import canonical, fingerprint
from grantportal.domain.grants import AppealVariant
from grantportal.domain.labels import Label
from grantportal.domain.lifecycle import Lifecycle
from grantportal.domain.money import Kronor, in_words, kr
from grantportal.domain.working_days import ensure_working_day


class Outcome(StrEnum):
    """What is decided: bifall, delvis bifall, avslag, avvisning, avskrivning."""

    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"
    DISMISSED = "dismissed"
    STRUCK = "struck"


class DecisionStatus(StrEnum):
    """draft → proposed → made | returned; returned → proposed."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    RETURNED = "returned"
    MADE = "made"


class DecisionAction(StrEnum):
    """What may be done with a decision."""

    EDIT = "edit"
    PROPOSE = "propose"
    RETURN = "return"
    DECIDE = "decide"
    DISPATCH = "dispatch"


_S, _A = DecisionStatus, DecisionAction

DECISION: Lifecycle[DecisionStatus, DecisionAction] = Lifecycle(
    {
        (_S.DRAFT, _A.EDIT): _S.DRAFT,
        (_S.DRAFT, _A.PROPOSE): _S.PROPOSED,
        (_S.PROPOSED, _A.RETURN): _S.RETURNED,
        (_S.RETURNED, _A.EDIT): _S.RETURNED,
        (_S.RETURNED, _A.PROPOSE): _S.PROPOSED,
        (_S.PROPOSED, _A.DECIDE): _S.MADE,
        (_S.MADE, _A.DISPATCH): _S.MADE,
    },
    refusal="Beslutet är inte i det läget längre. Ett fattat beslut kan inte ändras.",
)


class CommunicationKind(StrEnum):
    """Kommunicering was sent, or skipped on one of the grounds of 25 § förvaltningslagen."""

    SENT = "sent"
    SKIPPED = "skipped"


class SkipGround(StrEnum):
    """25 § förvaltningslagen (2017:900)."""

    OBVIOUSLY_UNNEEDED = "obviously_unneeded"
    MUCH_HARDER = "much_harder"
    URGENT_INTEREST = "urgent_interest"


class DismissalGround(StrEnum):
    """Why an application is not tried (avvisning): 20 § förvaltningslagen and the grant's own rules."""

    LATE = "late"
    NOT_ENTITLED = "not_entitled"
    CANNOT_BE_TRIED = "cannot_be_tried"
    OTHER = "other"


GIVES_MONEY = frozenset({Outcome.GRANTED, Outcome.PARTLY})
"""The outcomes that grant something; by every other nothing is granted."""

OUTCOME_TEXTS = {
    Outcome.GRANTED: "Bifall",
    Outcome.PARTLY: "Delvis bifall",
    Outcome.REFUSED: "Avslag",
    Outcome.DISMISSED: "Avvisning",
    Outcome.STRUCK: "Avskrivning",
}
DISMISSAL_TEXTS = {
    DismissalGround.LATE: "Ansökan kom in efter sista dagen",
    DismissalGround.NOT_ENTITLED: "Den som ansöker får inte söka bidraget",
    DismissalGround.CANNOT_BE_TRIED: "Ansökan går inte att pröva, trots ett föreläggande om komplettering",
    DismissalGround.OTHER: "Annan grund",
}
SKIP_TEXTS = {
    SkipGround.OBVIOUSLY_UNNEEDED: "Uppenbart obehövligt",
    SkipGround.MUCH_HARDER: "Det skulle bli avsevärt svårare att genomföra beslutet",
    SkipGround.URGENT_INTEREST: "Ett väsentligt allmänt eller enskilt intresse kräver att beslutet meddelas omedelbart",
}

# --- Commands ----------------------------------------------------------------------------------------------------

Cell = tuple[int, int]
"""A grant year and a kostnadsslag's id."""


@dataclass(frozen=True)
class ProposeDecision:
    """A proposal: outcome, kronor per grant year and kostnadsslag, reasons and villkor of its own (one a line).

    Those who took part without deciding: `participants` are the persons with an account, by id, and `took_part` the others,
    one a line as «Namn, titel».
    """

    outcome: Outcome | None
    reasons: str
    amounts: Mapping[Cell, Kronor] = field(default_factory=dict)
    covers: str = ""
    conditions: str = ""
    took_part: str = ""
    participants: tuple[int, ...] = ()
    without_old_dissent: bool = False
    """That what somebody wrote for others as dissent in an earlier proposal is taken away: each now notes the own."""
    dismissal_ground: DismissalGround | None = None
    dismissal_why: str = ""
    """Why the ground holds, when the application is dismissed."""
    based_on: str | None = None
    """The mark of the saved draft that the writer saw; None when nobody else can have saved."""
    number_reason: str = ""


@dataclass(frozen=True)
class ProposedTotals:
    """What the comparison page proposes for one application: kronor per grant year."""

    application_id: int
    outcome: Outcome | None
    totals: Mapping[int, Kronor]
    based_on: str | None = None


@dataclass(frozen=True)
class SaveTotals:
    """The comparison page's proposals."""

    proposals: tuple[ProposedTotals, ...]


@dataclass(frozen=True)
class ReturnDecision:
    """Why a proposal is given back."""

    reason: str
    number_reason: str = ""


@dataclass(frozen=True)
class Decide:
    """The fingerprint of the proposal that the decider has read.

    `before_last_day`: the last day to apply that the decider has confirmed that the decision comes before, if any.
    """

    sha256: str
    before_last_day: date | None = None


@dataclass(frozen=True)
class SendCommunication:
    """Material that goes to the party, and the last day to reply."""

    material: str
    last_day: date
    number_reason: str = ""


@dataclass(frozen=True)
class SkipCommunication:
    """The ground on which the party is not heard, and why it holds."""

    ground: SkipGround
    why: str
    number_reason: str = ""


@dataclass(frozen=True)
class ReplyToCommunication:
    """Synpunkter: what the party says about the material."""

    text: str
    number_reason: str = ""


def amount_field(year: int, cost_category_id: int) -> str:
    """The posted field of one amount of a proposal: where a rule's refusal stands."""
    return f"a{year}_{cost_category_id}"


def total_field(application_id: int, year: int) -> str:
    """The posted field of one application's year on the comparison page."""
    return f"p{application_id}_{year}"


def outcome_field(application_id: int) -> str:
    """The posted field of one application's outcome on the comparison page."""
    return f"u{application_id}"


# --- Rules -------------------------------------------------------------------------------------------------------


def per_year(amounts: Mapping[Cell, Kronor]) -> dict[int, Kronor]:
    """Kronor per grant year."""
    sums: dict[int, Kronor] = {}
    for (year, _), amount in sorted(amounts.items()):
        sums[year] = sums.get(year, 0) + amount
    return sums


def ensure_two_persons(*, proposed_by: int | None, decided_by: int | None) -> None:
    """The one who proposes (föredragande) does not decide; the rule is about persons, not roles."""
    if proposed_by is None or decided_by is None or proposed_by == decided_by:
        raise RuleViolation("Någon annan än den som föreslog ska besluta.")


def ensure_only_decides(*, took_part: Collection[int], decided_by: int | None) -> None:
    """Nobody both decides and stands in the decision as one who took part without deciding."""
    if decided_by in took_part:
        raise RuleViolation(
            "Du står som en av dem som deltog utan att besluta. Lämna tillbaka förslaget så att det rättas, "
            "eller låt någon annan besluta."
        )


def ensure_unchanged(*, seen: str, shown: str, proposed: str | None, now: str) -> None:
    """What is decided is what the decider has read, every word of it, and what was proposed.

    By their fingerprints: `seen` is what the decider read and `shown` what the decision says now; `proposed` is what the
    officer proposed and `now` the same of what the decision says now.
    """
    if proposed is None or seen != shown:
        raise RuleViolation("Förslaget har ändrats sedan du läste det. Läs det igen innan du beslutar.")
    if now != proposed:
        raise RuleViolation(f"Uppgifter som beslutet bygger på har ändrats sedan förslaget lämnades. {GIVE_BACK}")


def ensure_known_cells(amounts: Mapping[Cell, Kronor], *, cells: Sequence[Cell]) -> None:
    """Money is granted only for the call's years and the statsbidrag's kostnadsslag, and never less than nothing."""
    for cell, amount in amounts.items():
        if cell not in cells:
            raise RuleViolation("Ett belopp gäller ett år eller kostnadsslag som inte finns i utlysningen.")
        if amount < 0:
            raise RuleViolation("Skriv beloppet utan plus- eller minustecken.", field=amount_field(*cell))


def ensure_within_sought(amounts: Mapping[Cell, Kronor], *, sought: Mapping[int, Kronor]) -> None:
    """Nobody is granted more for a year than was sought for it; between kostnadsslag the authority may choose.

    Raises one refusal per year, beside the year's largest amount.
    """
    refusals = []
    for year, total in per_year(amounts).items():
        most = sought.get(year, 0)
        if total > most:
            cell = max((cell for cell in amounts if cell[0] == year), key=lambda cell: amounts[cell])
            refusals.append(
                RuleViolation(
                    f"Beloppen för {year} är tillsammans {in_words(total)}, men bara {in_words(most)} har sökts.",
                    field=amount_field(*cell),
                )
            )
    if refusals:
        raise RuleViolations(refusals)


def ensure_struck_if_withdrawn(outcome: Outcome | None, *, withdrawn: bool) -> None:
    """A withdrawn application is not tried: it is struck (avskrivning). Raises RuleViolation on `outcome`."""
    if withdrawn and outcome is not Outcome.STRUCK:
        raise RuleViolation("Ansökan är återkallad, och ärendet kan bara skrivas av.", field="outcome")


def ensure_outcome_fits(
    outcome: Outcome | None, *, granted: Mapping[int, Kronor], sought: Mapping[int, Kronor], withdrawn: bool
) -> None:
    """The word and the money say the same: bifall is all that was sought, delvis bifall is less, the others are nothing.

    A withdrawn application is not tried (avskrivning), and only a withdrawn one is struck; one that is not tried for
    another reason is dismissed (avvisning).
    """
    if outcome is None:
        raise RuleViolation("Välj vad förslaget är.", field="outcome")
    ensure_struck_if_withdrawn(outcome, withdrawn=withdrawn)
    if outcome is Outcome.STRUCK and not withdrawn:
        raise RuleViolation("Bara en återkallad ansökan kan skrivas av. Välj ett annat beslut.", field="outcome")
    total, asked = sum(granted.values()), sum(sought.values())
    if outcome not in GIVES_MONEY:
        if total:
            raise RuleViolation(
                f"{OUTCOME_TEXTS[outcome]} betyder att inget beviljas, men beloppen är {in_words(total)}. "
                "Ändra beloppen till 0 eller välj ett annat beslut.",
                field="outcome",
            )
    elif total == 0:
        raise RuleViolation("Inget belopp beviljas. Välj avslag eller ändra beloppen.", field="outcome")
    elif outcome is Outcome.GRANTED and any(granted.get(year, 0) != amount for year, amount in sought.items()):
        raise RuleViolation(
            f"Bifall betyder allt som sökts, {in_words(asked)}. Beloppen är {in_words(total)}: välj delvis bifall.",
            field="outcome",
        )
    elif outcome is Outcome.PARTLY and total >= asked:
        raise RuleViolation("Allt som sökts beviljas. Välj bifall.", field="outcome")


def ensure_late_if_dismissed_as_late(outcome: Outcome | None, ground: DismissalGround | None, *, is_late: bool) -> None:
    """Only what came after the call's last day is dismissed as too late. Raises RuleViolation on `dismissal_ground`."""
    if outcome is Outcome.DISMISSED and ground is DismissalGround.LATE and not is_late:
        raise RuleViolation("Ansökan kom in i tid och kan inte avvisas som för sen.", field="dismissal_ground")


def ensure_dismissal_holds(
    outcome: Outcome | None, ground: DismissalGround | None, why: str, *, is_late: bool, has_injunction: bool
) -> None:
    """An application is dismissed on a ground, and it is said why that holds.

    As too late only if it came after the call's last day; as impossible to try only if the party was asked to complete it
    and told that it may else be dismissed (20 § FL). Other outcomes have no ground.
    """
    if outcome is not Outcome.DISMISSED:
        return
    if ground is None:
        raise RuleViolation("Välj varför ansökan avvisas.", field="dismissal_ground")
    ensure_late_if_dismissed_as_late(outcome, ground, is_late=is_late)
    if ground is DismissalGround.CANNOT_BE_TRIED and not has_injunction:
        raise RuleViolation(
            "Ansökan kan inte avvisas: inget föreläggande med upplysning om följden har skickats. "
            "Begär komplettering med den upplysningen först.",
            field="dismissal_ground",
        )
    if not why.strip():
        raise RuleViolation("Skriv varför grunden gäller här.", field="dismissal_why")


def overtaken(
    outcome: Outcome | None,
    ground: DismissalGround | None,
    *,
    call_status: CallStatus,
    is_withdrawn: bool,
    is_late: bool,
) -> str:
    """Why a proposal that waits can no longer be decided, by what has happened since it was handed over; empty when it can.

    By the rules that refuse it: the call is withdrawn, the application is, or its time to apply has been made longer.
    """
    try:
        ensure_not_tried(call_status, is_struck=outcome is Outcome.STRUCK)
        ensure_struck_if_withdrawn(outcome, withdrawn=is_withdrawn)
        ensure_late_if_dismissed_as_late(outcome, ground, is_late=is_late)
    except RuleViolation as refusal:
        return f"{refusal.message} {GIVE_BACK}"
    return ""


GIVE_BACK = "Lämna tillbaka förslaget, så att det lämnas på nytt med det som gäller nu."


def is_early(outcome: Outcome | None, *, last_day: date, today: date) -> bool:
    """Whether a decision now would come while the call can still be applied to: its last day counts whole.

    That a withdrawn application is struck waits for nobody's application, and is never early.
    """
    return outcome is not Outcome.STRUCK and today <= last_day


def early_statement(last_day: date) -> str:
    """What the decider confirms by a tick: it is about that very day."""
    return f"Ansökningstiden går ut den {day_text(last_day)}. Jag bekräftar att beslutet fattas före dess."


def ensure_early_is_meant(outcome: Outcome | None, confirmed: date | None, *, last_day: date, today: date) -> None:
    """A decision before the call's last day to apply needs a person's word that it is meant so.

    Raises RuleViolation on `before_last_day` when no day, or another one, is confirmed.
    """
    if is_early(outcome, last_day=last_day, today=today) and confirmed != last_day:
        raise RuleViolation(
            f"Ansökningstiden går ut den {day_text(last_day)}. "
            "Bekräfta att beslutet ska fattas före dess, eller vänta till dagen efter.",
            field="before_last_day",
        )


@dataclass(frozen=True)
class Communicated:
    """One kommunicering: sent with a last day (and perhaps answered), or skipped."""

    kind: CommunicationKind
    last_day: date | None = None
    replied: bool = False

    def is_open(self, today: date) -> bool:
        """Whether the party still has time to reply and has not done so."""
        return self.last_day is not None and not self.replied and today <= self.last_day


def ensure_communicated(outcome: Outcome | None, communicated: Sequence[Communicated], *, today: date) -> None:
    """The party has been heard before a decision, whichever way it leans, or there is a ground not to (25 § FL).

    What was sent must have been answered, or its last day have passed. A withdrawn application is struck without.
    """
    if outcome is Outcome.STRUCK:
        return
    if not communicated:
        raise RuleViolation(
            "Kommuniceringen saknas. Skicka underlaget till parten, eller ange varför det inte behövs, innan beslutet fattas."
        )
    for each in communicated:
        if each.last_day is not None and each.is_open(today):
            raise RuleViolation(
                f"Parten kan lämna synpunkter till och med {day_text(each.last_day)}. Vänta på svaret eller på att dagen passerar."
            )


NOT_SENT = "Beslutet var fattat men inte skickat. Läs det som kom in innan beslutet skickas."
"""To whom a decision that is not sent concerns, when its party writes or withdraws."""
AFTER_DECISION = {"after_decision": True}
"""In the history, where the party did something between the decision and its dispatch."""


@dataclass(frozen=True)
class CameAfter:
    """A handling that came when the decision was made and not sent: from the party, or an avvikande mening."""

    record_id: int
    is_withdrawal: bool
    title: str
    at: datetime
    is_dissent: bool = False

    @property
    def sentence(self) -> str:
        """What the decision's pages say of it."""
        if self.is_dissent:
            return f"{self.title}, är antecknad {day_time_text(self.at)}, efter att beslutet fattades. Den skickas med."
        if self.is_withdrawal:
            return f"Parten återkallade ansökan {day_time_text(self.at)}, efter att beslutet fattades."
        return f"{self.title} kom in {day_time_text(self.at)}, efter att beslutet fattades."


def taken_back_text(at: datetime, *, is_sent: bool) -> str:
    """What the authority is told of a case whose application was withdrawn after its decision, which gives something else."""
    when = "innan beslutet skickades" if is_sent else "efter att beslutet fattades"
    return f"Parten återkallade ansökan den {day_text(at)}, {when}."


@dataclass(frozen=True)
class DispatchDecision:
    """Skicka beslutet. `seen`: the newest handling of CameAfter that the page told of, 0 where it told of none."""

    seen: int = 0


def ensure_read_before_sent(command: DispatchDecision, came: Sequence[CameAfter]) -> None:
    """What came after the decision has been seen by whoever sends it. Raises RuleViolation."""
    if any(each.record_id > command.seen for each in came):
        raise RuleViolation("Något har kommit till efter beslutet. Läs det och skicka sedan igen.")


def ensure_last_day_ahead(last_day: date, *, today: date) -> None:
    """The party gets at least one whole day to reply, and the last one is a working day."""
    if last_day <= today:
        raise RuleViolation("Välj en sista dag efter i dag, så att parten hinner svara.", field="last_day")
    ensure_working_day(last_day, "last_day")


def ensure_may_reply(communication: Communicated) -> None:
    """A reply is given once, to what was sent. One that comes late is taken in too, as long as nothing is decided."""
    if communication.kind is CommunicationKind.SKIPPED:
        raise RuleViolation("Det finns inget underlag att lämna synpunkter på.")
    if communication.replied:
        raise RuleViolation("Ni har redan lämnat synpunkter på det här underlaget.")


def spread(total: Kronor, weights: Sequence[Kronor]) -> list[Kronor]:
    """A year's sum over its kostnadsslag in the proportions of what was sought, in whole kronor that add up to the sum.

    What rounding leaves goes to the largest remainders, the first of equals.
    """
    whole = sum(weights)
    if whole == 0:
        return [total, *[0] * (len(weights) - 1)] if weights else []
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda place: (-(total * weights[place] % whole), place))
    for place in order[: total - sum(parts)]:
        parts[place] += 1
    return parts


# --- What is proposed, to the letter -----------------------------------------------------------------------------


def state_fingerprint(*, outcome: Outcome | None, texts: Sequence[str], amounts: Mapping[Cell, Kronor]) -> str:
    """A short mark of a saved draft, so that nobody writes over another's without having seen it."""
    cells = [[*cell, amount] for cell, amount in sorted(amounts.items())]
    return fingerprint(canonical([outcome, list(texts), cells]))[:16]


def ensure_seen(*, based_on: str | None, saved: str, by: str) -> None:
    """A proposal that somebody else has saved meanwhile is not written over unseen. `based_on` None asks nothing."""
    if based_on is not None and based_on != saved:
        raise RuleViolation(
            f"{by or 'Någon annan'} har sparat ett annat förslag sedan du öppnade sidan. "
            "Det du skrev står kvar här men är inte sparat. Spara igen om det är ditt som ska gälla."
        )


def ensure_whole(amounts: Mapping[Cell, Kronor], *, cells: Sequence[Cell], outcome: Outcome | None) -> None:
    """Missing is not zero: a proposal to grant money says an amount for each year and kostnadsslag."""
    if outcome not in GIVES_MONEY:
        return
    missing = [cell for cell in cells if cell not in amounts]
    if missing:
        raise RuleViolations(
            [RuleViolation("Skriv ett belopp i hela kronor, eller 0.", field=amount_field(*cell)) for cell in missing]
        )


def ensure_reasoned(reasons: str) -> None:
    """A decision gives its reasons: the rules and the circumstances that decided (32 § FL)."""
    if not reasons.strip():
        raise RuleViolation("Skriv skälen. Ange regler och vad som avgjorde.", field="reasons")


def appeal_text(
    variant: AppealVariant, *, public_party: bool, authority: str, address: str = "", court: str = ""
) -> str:
    """How the decision can be appealed (33 and 40–44 §§ FL), with what is known of where: what nobody has entered is said so.

    For a party that represents the public the time runs from meddelat (44 § FL).
    """
    if variant is AppealVariant.NONE:
        return "Beslutet får inte överklagas."
    if variant is AppealVariant.RECOVERY_ONLY:
        return "Det här beslutet får inte överklagas. Ett beslut om återkrav får överklagas."
    start = "den dag då beslutet meddelades" if public_party else "den dag då ni fick del av beslutet"
    text = (
        f"{APPEALABLE} till {court or 'förvaltningsrätten'}. Skriv vilket beslut ni överklagar och hur ni vill "
        f"att det ändras. Överklagandet lämnas till {authority}{f', {address},' if address else ''} och ska ha kommit in dit "
        f"inom tre veckor från {start}."
    )
    if not court:
        text += f" Vilken förvaltningsrätt det är har {authority} inte angett."
    if not address:
        text += f" {authority} har inte angett någon adress."
    return text


# --- What the screen calls it ------------------------------------------------------------------------------------


_MADE_LABELS = {
    Outcome.GRANTED: ("ok", "check", "Beviljat"),
    Outcome.PARTLY: ("ok", "check", "Delvis beviljat"),
    Outcome.REFUSED: ("bad", "cross", "Avslag"),
    Outcome.DISMISSED: ("bad", "dash", "Avvisad"),
    Outcome.STRUCK: ("", "dash", "Avskriven"),
}


@dataclass(frozen=True)
class DecisionFacts:
    """What a decision's label is made of."""

    status: DecisionStatus
    outcome: Outcome | None
    granted: Mapping[int, Kronor]
    proposed_by: str = ""
    returned_reason: str = ""
    dispatched_at: datetime | None = None
    overtaken: str = ""
    """Why a proposal can no longer be decided."""


def label(facts: DecisionFacts) -> Label:
    """The state of a decision in words. Only a made one has a word that its party reads."""
    if facts.status is DecisionStatus.DRAFT:
        return Label("info", "pencil", "Utkast till förslag", "Bara ni som handlägger ser det.")
    if facts.status is DecisionStatus.PROPOSED and facts.overtaken:
        return Label("bad", "warn", "Förslaget gäller inte längre", facts.overtaken)
    if facts.status is DecisionStatus.PROPOSED:
        return Label("wait", "arrow", "Väntar på beslut", f"{facts.proposed_by} har lämnat förslag.")
    if facts.status is DecisionStatus.RETURNED:
        return Label("bad", "warn", "Återlämnat", f"Ändra: {facts.returned_reason}")
    if facts.outcome is None:
        raise ValueError("a made decision has an outcome")
    tone, symbol, text = _MADE_LABELS[facts.outcome]
    return Label(tone, symbol, text, _made_sentence(facts))


def _made_sentence(facts: DecisionFacts) -> str:
    if facts.outcome is Outcome.STRUCK:
        return "Avslutas utan prövning."
    if facts.outcome is Outcome.DISMISSED:
        return "Prövas inte."
    if facts.outcome is Outcome.REFUSED:
        return "Skälen står i beslutet."
    years = [f"{kr(amount)} för {year}" for year, amount in sorted(facts.granted.items()) if amount]
    return f"{' och '.join(years)}."


def dispatch_label(dispatched_at: datetime | None) -> Label:
    """Whether the decision has been sent (meddelat)."""
    if dispatched_at is None:
        return Label("wait", "arrow", "Inte skickat", "Beslutet är fattat men inte skickat till parten.")
    return Label("ok", "check", "Skickat", f"Skickades {day_time_text(dispatched_at)}.")


def unsent_label(outcome: Outcome) -> Label:
    """A decision that is made and nobody's but the authority's yet, where it stands among others that are sent."""
    return Label("wait", "arrow", "Fattat, inte skickat", OUTCOME_TEXTS[outcome])


def communication_label(communication: Communicated, *, today: date, for_party: bool) -> Label:
    """Where a kommunicering stands."""
    if communication.kind is CommunicationKind.SKIPPED or communication.last_day is None:
        return Label("", "dash", "Behövdes inte")
    if communication.replied:
        return Label("ok", "check", "Synpunkter lämnade")
    if not communication.is_open(today):
        return Label("", "clock", "Tiden har gått ut", f"Sista dag var {day_text(communication.last_day)}.")
    if for_party:
        return Label(
            "wait",
            "arrow",
            "Ni kan lämna synpunkter",
            f"Läs underlaget och svara senast {day_text(communication.last_day)}.",
        )
    return Label("info", "clock", "Väntar på synpunkter", f"Senast {day_text(communication.last_day)}.")


def fitting_outcome(granted: Mapping[int, Kronor], sought: Mapping[int, Kronor]) -> Outcome:
    """The outcome that the amounts say: what is chosen when nobody has chosen."""
    total = sum(granted.values())
    if total == 0:
        return Outcome.REFUSED
    return Outcome.GRANTED if total == sum(sought.values()) else Outcome.PARTLY
