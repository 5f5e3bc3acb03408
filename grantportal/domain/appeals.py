"""Överklagande: until when a decision can be appealed (40–44 §§ förvaltningslagen)."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from grantportal.domain import working_days
from grantportal.domain.clock import day_text
from grantportal.domain.errors import RuleViolation
from grantportal.domain.grants import AppealVariant

TIME = timedelta(weeks=3)
"""Ends on the day of the same name, three weeks later (44 § FL, 1 § lagen (1930:173))."""


APPEALABLE = "Beslutet får överklagas"
"""How every decision that can be appealed tells of it, in each version of its words."""


def variant_told(text: str) -> AppealVariant | None:
    """Whether a decision can be appealed for three weeks, by what it tells its party: statsbidrag and call may say else today."""
    return AppealVariant.THREE_WEEKS if text.startswith(APPEALABLE) else None


def can_say_where(variant: AppealVariant | None, *, address: str, court: str) -> bool:
    """Whether the installation knows all that a decision says of where it is appealed (33 § FL)."""
    return variant is not AppealVariant.THREE_WEEKS or bool(address and court)


NOBODY_SAID_WHERE = (
    "Beslut i utlysningen får överklagas, men portalen vet inte vilken förvaltningsrätt som prövar dem eller vart "
    "överklagandet lämnas. Be den som sköter driften att ange förvaltningsrätten och myndighetens adress."
)


def ensure_can_say_where(variant: AppealVariant | None, *, address: str, court: str) -> None:
    """A decision that may be appealed says how and where (33 § FL). Raises RuleViolation when nobody has entered where."""
    if not can_say_where(variant, address=address, court=court):
        raise RuleViolation(NOBODY_SAID_WHERE)


class AppealBasis(StrEnum):
    """What the time runs from: the day the decision was sent (meddelat), or the day the party got it (del av)."""

    NOTIFIED = "meddelat"
    RECEIVED = "del_av"


@dataclass(frozen=True)
class AppealTime:
    """The time to appeal a decision. The days are None where nobody can tell yet when it began."""

    basis: AppealBasis
    starts_on: date | None = None
    nominal_last_day: date | None = None
    last_day: date | None = None
    is_past: bool = False
    moved_because: str = ""
    """«10 april 2023 är annandag påsk», where the last day had to move."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """What a page says of it."""
        if self.starts_on is None or self.last_day is None:
            return (
                "Tiden för att överklaga är tre veckor från den dag då parten fick del av beslutet. "
                "Den dagen är inte antecknad, så sista dagen kan inte räknas ut.",
            )
        said = (
            f"Sista dag att överklaga {'var' if self.is_past else 'är'} {day_text(self.last_day)}. Tiden räknas från {day_text(self.starts_on)}, "
            "den dag då beslutet meddelades.",
        )
        return (
            (*said, f"{self.moved_because}, därför {'var' if self.is_past else 'är'} sista dagen nästa arbetsdag.")
            if self.moved_because
            else said
        )


def appeal_time(
    variant: AppealVariant | None, *, public_party: bool, sent_on: date | None, today: date
) -> AppealTime | None:
    """How long a decision that was sent on a day can be appealed; None where it has not been sent or cannot be appealed.

    For a party that represents the public the time runs from meddelat, for others from when they got it (44 § FL). A last
    day on a Saturday, Sunday or holiday, midsommarafton, julafton or nyårsafton is the next working day (2 § lagen (1930:173)).
    """
    if variant is not AppealVariant.THREE_WEEKS or sent_on is None:
        return None
    if not public_party:
        return AppealTime(AppealBasis.RECEIVED)
    nominal = sent_on + TIME
    last_day = working_days.on_or_after(nominal)
    because = "" if last_day == nominal else f"{day_text(nominal)} är {working_days.name(nominal)}"
    return AppealTime(AppealBasis.NOTIFIED, sent_on, nominal, last_day, last_day < today, because)
